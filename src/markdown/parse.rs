//! From Markdown events to a tree.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::mem;
use std::ops::Range;

use pulldown_cmark as cmark;
use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, TagEnd, TextMergeWithOffset};

use super::builder::TreeBuilder;
use super::mention::{self, End, EndTags};
use super::raw_html::RawHtml;
use super::tag::Tag;
use super::tree::{Detail, Node, Tree};
use super::{HTML_MAX_BYTES, readable_start};

/// A document as far as it is read, made ready to be parsed.
pub(super) struct Source<'b> {
    /// Of the same length and lines as what is read.
    text: Cow<'b, str>,
    /// Where it ends, if that is before the document does.
    cut_at: Option<usize>,
}

impl<'b> Source<'b> {
    /// The parser takes memory for the whole text before the first event, hence the limit here too.
    pub(super) fn new(body: &'b str) -> Self {
        let readable = readable_start(body);
        Self {
            text: mention::mark_lines(readable),
            cut_at: (readable.len() < body.len()).then_some(readable.len()),
        }
    }
}

/// Parses a document as far as it fits a page; see [`super::render`] for `resolve`.
pub(super) fn parse<'a>(
    source: &'a Source<'_>,
    resolve: &dyn Fn(&str) -> Option<String>,
) -> Tree<'a> {
    let body = &*source.text;
    let has_marks = matches!(source.text, Cow::Owned(_));
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM;
    let mut reader = Reader {
        tree: Tree {
            cut_at: source.cut_at,
            ..Tree::default()
        },
        builder: TreeBuilder::new(HTML_MAX_BYTES, resolve),
        outer: Vec::new(),
        raw_html: RawHtml::default(),
        html_block: None,
        body,
        paragraph_end: 0,
        end_tags: OnceCell::new(),
        image: None,
        alignments: Vec::new(),
        column_idx: 0,
    };
    let events = Parser::new_ext(body, options).into_offset_iter();
    for (event, range) in TextMergeWithOffset::new(events) {
        let start = range.start;
        let event = if has_marks { unmark(event) } else { event };
        reader.read(event, range);
        if reader.builder.is_full() {
            reader.tree.cut_at = Some(start);
            break;
        }
    }
    reader.finish()
}

/// The event as the author wrote it.
fn unmark(event: Event<'_>) -> Event<'_> {
    let as_written = |text: CowStr<'_>| text.replace(mention::MARK, "<").into();
    match event {
        Event::Text(text) => Event::Text(as_written(text)),
        Event::Code(text) => Event::Code(as_written(text)),
        Event::Html(html) => Event::Html(as_written(html)),
        Event::InlineHtml(html) => Event::InlineHtml(as_written(html)),
        event => event,
    }
}

struct Reader<'a, 'r> {
    tree: Tree<'a>,
    builder: TreeBuilder<'a, 'r>,
    /// Builders that wait while a footnote is read, with the footnote's label.
    outer: Vec<(CowStr<'a>, TreeBuilder<'a, 'r>)>,
    raw_html: RawHtml,
    html_block: Option<HtmlBlock>,
    body: &'a str,
    /// Where the paragraph that is being read ends in `body`, or whatever holds its words.
    paragraph_end: usize,
    end_tags: OnceCell<EndTags>,
    image: Option<ImageText<'a>>,
    alignments: Vec<cmark::Alignment>,
    column_idx: usize,
}

/// The HTML block that is being read.
#[derive(Default)]
struct HtmlBlock {
    html: String,
    /// Where each line starts in the document; it may stand in a quotation.
    line_offsets: Vec<usize>,
}

/// An image whose alternative text is being read.
struct ImageText<'a> {
    dest: CowStr<'a>,
    alt: String,
    /// Elements open in the alternative text.
    depth: usize,
}

impl HtmlBlock {
    fn push(&mut self, html: &str, offset: usize) {
        if self.html.is_empty() || self.html.ends_with('\n') {
            self.line_offsets.push(offset);
        }
        self.html.push_str(html);
    }
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

    fn read(&mut self, event: Event<'a>, range: Range<usize>) {
        self.tree.findings.offset = range.start;
        let Some(event) = self.read_image_text(event, &range) else {
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
            Event::Start(tag) => self.start(tag, &range),
            Event::End(tag) => self.end(tag, &range),
            Event::Text(text) => self.builder.text(text),
            Event::Code(text) => self.builder.code(text),
            Event::Html(html) => match &mut self.html_block {
                Some(block) => block.push(&html, range.start),
                None => self.inline_html(&html, &range),
            },
            Event::InlineHtml(html) => self.inline_html(&html, &range),
            Event::SoftBreak => self.builder.plain_text("\n".into()),
            Event::HardBreak => self.builder.line_break(),
            Event::Rule => self.builder.rule(),
            Event::TaskListMarker(is_done) => self.builder.task(is_done),
            Event::FootnoteReference(label) => self.builder.footnote_reference(label),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.builder.plain_text(text),
        }
    }

    /// Collects the alternative text of an image; returns events that are not part of one.
    fn read_image_text(&mut self, event: Event<'a>, range: &Range<usize>) -> Option<Event<'a>> {
        if let (Some(_), Event::InlineHtml(html)) = (&self.image, &event) {
            let are_words =
                html.starts_with('<') && self.escape_words(html, range).starts_with('&');
            if let Some(image) = self.image.as_mut().filter(|_| are_words) {
                image.alt.push_str(html);
            }
            return None;
        }
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

    /// Reads a tag, or whatever starts like one, within words.
    fn inline_html(&mut self, html: &str, range: &Range<usize>) {
        let escaped = self.escape_words(html, range);
        let findings = &mut self.tree.findings;
        self.raw_html
            .read(&escaped, &[range.start], &mut self.builder, findings);
    }

    fn escape_words<'h>(&self, html: &'h str, range: &Range<usize>) -> Cow<'h, str> {
        mention::escape_words(html, true, &|name, _| {
            let is_near = self.end_tags().has(name, range.end..self.paragraph_end);
            self.end_of(name, is_near, range.end)
        })
    }

    fn html_block(&mut self, block: &HtmlBlock, range: &Range<usize>) {
        let own_end_tags = EndTags::of(&block.html);
        let escaped = mention::escape_words(&block.html, false, &|name, at| {
            let is_near = own_end_tags.has(name, at..block.html.len());
            self.end_of(name, is_near, range.end)
        });
        let findings = &mut self.tree.findings;
        self.raw_html
            .read(&escaped, &block.line_offsets, &mut self.builder, findings);
        self.raw_html.stop_skipping();
        self.builder.close_raw_phrasing();
    }

    /// Where the element `name` ends, if not near, from `offset` on.
    fn end_of(&self, name: &str, is_near: bool, offset: usize) -> End {
        if is_near {
            End::Near
        } else if self.end_tags().has(name, offset..self.body.len()) {
            End::Later
        } else {
            End::Missing
        }
    }

    /// Read when it is first needed: most documents hold no HTML.
    fn end_tags(&self) -> &EndTags {
        self.end_tags.get_or_init(|| EndTags::of(self.body))
    }

    fn start(&mut self, tag: cmark::Tag<'a>, range: &Range<usize>) {
        if let cmark::Tag::Paragraph
        | cmark::Tag::Heading { .. }
        | cmark::Tag::Item
        | cmark::Tag::TableCell = tag
        {
            self.paragraph_end = range.end;
        }
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
                self.html_block = Some(HtmlBlock::default());
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
            cmark::Tag::Emphasis => (Tag::Phrase("em"), Detail::None),
            cmark::Tag::Strong => (Tag::Phrase("strong"), Detail::None),
            cmark::Tag::Strikethrough => (Tag::Phrase("del"), Detail::None),
            cmark::Tag::Superscript => (Tag::Phrase("sup"), Detail::None),
            cmark::Tag::Subscript => (Tag::Phrase("sub"), Detail::None),
            // Text may be shown after the end of an element that is left out, but a link that began in it is none.
            cmark::Tag::Link { .. } if self.raw_html.is_skipping() => {
                self.builder.open_nothing();
                return;
            }
            cmark::Tag::Link { dest_url, .. } => {
                self.tree.findings.link(&dest_url, false);
                match self.builder.link_target(&dest_url) {
                    Some(target) => (Tag::A, Detail::Link(target)),
                    None => {
                        self.builder.open_nothing();
                        return;
                    }
                }
            }
            cmark::Tag::Image { dest_url, .. } => {
                if !self.raw_html.is_skipping() {
                    self.tree.findings.link(&dest_url, true);
                }
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

    fn end(&mut self, tag: TagEnd, range: &Range<usize>) {
        match tag {
            TagEnd::HtmlBlock => {
                if let Some(block) = self.html_block.take() {
                    self.html_block(&block, range);
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
