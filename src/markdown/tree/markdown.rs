//! From Markdown events to a tree.

use std::mem;

use pulldown_cmark as cmark;
use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, TagEnd, TextMergeWithOffset};

use super::{Detail, Node, Tag, Tree, TreeBuilder};
use crate::markdown::raw_html::RawHtml;
use crate::markdown::{HTML_MAX_BYTES, readable_start};

/// Parses a document as far as it fits a page; see [`super::super::render`] for `resolve`.
pub(in crate::markdown) fn parse<'a>(
    body: &'a str,
    resolve: &dyn Fn(&str) -> Option<String>,
) -> Tree<'a> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM;
    let mut reader = Reader {
        tree: Tree::default(),
        builder: TreeBuilder::new(HTML_MAX_BYTES, resolve),
        outer: Vec::new(),
        raw_html: RawHtml::default(),
        html_block: None,
        image: None,
        alignments: Vec::new(),
        column_idx: 0,
    };
    let shown = readable_start(body);
    if shown.len() < body.len() {
        reader.tree.cut_at = Some(shown.len());
    }
    // The parser takes memory for the whole text before the first event, hence the limit on both sides.
    let events = Parser::new_ext(shown, options).into_offset_iter();
    for (event, range) in TextMergeWithOffset::new(events) {
        reader.read(event);
        if reader.builder.is_full() {
            reader.tree.cut_at = Some(range.start);
            break;
        }
    }
    reader.finish()
}

struct Reader<'a, 'r> {
    tree: Tree<'a>,
    builder: TreeBuilder<'a, 'r>,
    /// Builders that wait while a footnote is read, with the footnote's label.
    outer: Vec<(CowStr<'a>, TreeBuilder<'a, 'r>)>,
    raw_html: RawHtml,
    /// Text of the HTML block being read.
    html_block: Option<String>,
    image: Option<ImageText<'a>>,
    alignments: Vec<cmark::Alignment>,
    column_idx: usize,
}

/// An image whose alternative text is being read.
struct ImageText<'a> {
    dest: CowStr<'a>,
    alt: String,
    /// Elements open in the alternative text.
    depth: usize,
}

impl<'a> Reader<'a, '_> {
    fn finish(mut self) -> Tree<'a> {
        while !self.outer.is_empty() {
            self.end_footnote();
        }
        self.tree.n_bytes_left = self.builder.n_bytes_left();
        self.tree.nodes = self.builder.finish();
        self.tree
    }

    fn read(&mut self, event: Event<'a>) {
        let Some(event) = self.read_image_text(event) else {
            return;
        };
        // Text between `<script>` and `</script>` is no text, but elements are counted on.
        if self.raw_html.is_skipping()
            && !matches!(
                event,
                Event::Start(_) | Event::End(_) | Event::Html(_) | Event::InlineHtml(_)
            )
        {
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.builder.text(text),
            Event::Code(text) => self.builder.code(text),
            Event::Html(html) => match &mut self.html_block {
                Some(block) => block.push_str(&html),
                None => self.raw_html.read(&html, &mut self.builder),
            },
            Event::InlineHtml(html) => self.raw_html.read(&html, &mut self.builder),
            Event::SoftBreak => self.builder.plain_text("\n".into()),
            Event::HardBreak => self.builder.line_break(),
            Event::Rule => self.builder.rule(),
            Event::TaskListMarker(is_done) => self.builder.task(is_done),
            Event::FootnoteReference(label) => self.builder.footnote_reference(label),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.builder.plain_text(text),
        }
    }

    /// Collects the alternative text of an image; returns events that are not part of one.
    fn read_image_text(&mut self, event: Event<'a>) -> Option<Event<'a>> {
        let Some(image) = &mut self.image else {
            return Some(event);
        };
        match event {
            Event::Start(_) => image.depth += 1,
            Event::End(TagEnd::Image) if image.depth == 0 => {
                if let Some(image) = self.image.take()
                    && !self.raw_html.is_skipping()
                {
                    self.builder.image(&image.dest, image.alt, None, None);
                }
            }
            Event::End(_) => image.depth = image.depth.saturating_sub(1),
            Event::Text(text) | Event::Code(text) => image.alt.push_str(&text),
            Event::SoftBreak | Event::HardBreak => image.alt.push(' '),
            _ => {}
        }
        None
    }

    fn start(&mut self, tag: cmark::Tag<'a>) {
        let (tag, detail) = match tag {
            cmark::Tag::Paragraph => (Tag::P, Detail::None),
            // A footnote is no place for a section of the document.
            cmark::Tag::Heading { .. } if !self.outer.is_empty() => (Tag::P, Detail::None),
            cmark::Tag::Heading { level, .. } => (Tag::Heading(level as u8), Detail::None),
            cmark::Tag::BlockQuote(kind) => {
                (Tag::Blockquote, kind.map_or(Detail::None, Detail::Alert))
            }
            cmark::Tag::CodeBlock(kind) => {
                self.builder.open_markdown(Tag::Pre, Detail::None);
                (Tag::Code, language(&kind))
            }
            cmark::Tag::HtmlBlock => {
                self.html_block = Some(String::new());
                return;
            }
            cmark::Tag::List(None) => (Tag::Ul, Detail::None),
            cmark::Tag::List(Some(start)) => (Tag::Ol, Detail::Start(start)),
            cmark::Tag::Item => (Tag::Li, Detail::None),
            cmark::Tag::FootnoteDefinition(label) => {
                let footnote = self.builder.inner();
                self.outer
                    .push((label, mem::replace(&mut self.builder, footnote)));
                return;
            }
            cmark::Tag::Table(alignments) => {
                self.alignments = alignments;
                (Tag::Table, Detail::None)
            }
            cmark::Tag::TableHead => {
                self.column_idx = 0;
                self.builder.open_markdown(Tag::Thead, Detail::None);
                (Tag::Tr, Detail::None)
            }
            cmark::Tag::TableRow => {
                self.column_idx = 0;
                (Tag::Tr, Detail::None)
            }
            cmark::Tag::TableCell => self.cell(),
            cmark::Tag::Emphasis => (Tag::Em, Detail::None),
            cmark::Tag::Strong => (Tag::Strong, Detail::None),
            cmark::Tag::Strikethrough => (Tag::Del, Detail::None),
            cmark::Tag::Superscript => (Tag::Sup, Detail::None),
            cmark::Tag::Subscript => (Tag::Sub, Detail::None),
            cmark::Tag::Link { dest_url, .. } => match self.builder.link_target(&dest_url) {
                Some(target) => (Tag::A, Detail::Link(target)),
                None => {
                    self.builder.open_nothing();
                    return;
                }
            },
            cmark::Tag::Image { dest_url, .. } => {
                self.image = Some(ImageText {
                    dest: dest_url,
                    alt: String::new(),
                    depth: 0,
                });
                return;
            }
            cmark::Tag::DefinitionList
            | cmark::Tag::DefinitionListTitle
            | cmark::Tag::DefinitionListDefinition
            | cmark::Tag::MetadataBlock(_) => {
                self.builder.open_nothing();
                return;
            }
        };
        self.builder.open_markdown(tag, detail);
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::HtmlBlock => {
                if let Some(block) = self.html_block.take() {
                    self.raw_html.read(&block, &mut self.builder);
                    self.raw_html.stop_skipping();
                    self.builder.close_raw_phrasing();
                }
                return;
            }
            TagEnd::FootnoteDefinition => {
                self.end_footnote();
                return;
            }
            TagEnd::Image => return,
            TagEnd::CodeBlock => self.builder.close_markdown(),
            TagEnd::TableHead => {
                self.builder.close_markdown();
                self.builder.close_markdown();
                self.builder.open_markdown(Tag::Tbody, Detail::None);
                return;
            }
            TagEnd::Table => self.builder.close_markdown(),
            // An inline `<script>` that is left open ends with what it stands in.
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::TableCell => {
                self.raw_html.stop_skipping();
            }
            _ => {}
        }
        self.builder.close_markdown();
    }

    fn cell(&mut self) -> (Tag, Detail) {
        let alignment = self.alignments.get(self.column_idx).copied();
        self.column_idx += 1;
        let tag = if self.builder.is_in_table_head() {
            Tag::Th
        } else {
            Tag::Td
        };
        (tag, alignment.map_or(Detail::None, Detail::Align))
    }

    fn end_footnote(&mut self) {
        if let Some((label, outer)) = self.outer.pop() {
            let footnote = mem::replace(&mut self.builder, outer);
            self.builder.take_room_of(&footnote);
            let nodes: Vec<Node<'a>> = footnote.finish();
            self.tree.footnotes.entry(label).or_insert(nodes);
        }
    }
}

/// The first word of a fence's info string, when it can be a class name.
fn language(kind: &CodeBlockKind<'_>) -> Detail {
    const MAX_BYTES: usize = 32;
    let CodeBlockKind::Fenced(info) = kind else {
        return Detail::None;
    };
    let word = info
        .split(|c: char| c.is_whitespace() || c == ',')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let is_class = !word.is_empty()
        && word.len() <= MAX_BYTES
        && word
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'#' | b'-'));
    if is_class {
        Detail::Language(word)
    } else {
        Detail::None
    }
}
