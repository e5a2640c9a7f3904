//! Builds the tree of a document.
//!
//! Markdown and the raw HTML in it are written by strangers and need not fit together: `<p>` is left open, `<li>`
//! stands alone, ten thousand `<div>` are nested. [`TreeBuilder`] takes both and keeps five promises: elements nest,
//! each holds only what HTML allows in it, none is deeper than [`DEPTH_MAX`] (and a few implied ones), an element
//! without content is not there, and the HTML of all of it is no longer than [`super::HTML_MAX_BYTES`].

use pulldown_cmark::CowStr;

use super::html_len;
use super::link::{self, Target};
use super::tag::Tag;
use super::tree::{Detail, Image, Node};

mod place;
mod table;

/// Deepest nesting of elements; what is deeper is written without its element.
pub(super) const DEPTH_MAX: usize = 40;

/// Deepest nesting at which raw HTML still opens elements, so that Markdown after unclosed tags keeps some room.
const RAW_DEPTH_MAX: usize = 16;

/// Adds elements and text, opening and closing what HTML needs in between.
pub(super) struct TreeBuilder<'a, 'r> {
    nodes: Vec<Node<'a>>,
    open: Vec<OpenElement>,
    /// One per Markdown element that is open, whether or not it has a place in the tree.
    marks: Vec<Mark>,
    n_open_links: usize,
    n_open_code: usize,
    /// What is left of the bytes of HTML that the document may have. What was added and removed again, since it was empty,
    /// counts, so this bounds the time as well.
    n_bytes_left: usize,
    /// Whether something did not fit; nothing is added any more.
    is_full: bool,
    resolve: &'r dyn Fn(&str) -> Option<String>,
}

struct OpenElement {
    tag: Tag,
    node_idx: usize,
    has_content: bool,
}

/// A Markdown element that is open.
struct Mark {
    /// Length of `open` before it.
    outer_len: usize,
    /// Length of `open` with it; raw tags close nothing below.
    inner_len: usize,
}

impl<'a, 'r> TreeBuilder<'a, 'r> {
    /// An empty document whose HTML may have `n_bytes_left` bytes.
    pub(super) fn new(n_bytes_left: usize, resolve: &'r dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            nodes: Vec::new(),
            open: Vec::new(),
            marks: Vec::new(),
            n_open_links: 0,
            n_open_code: 0,
            n_bytes_left,
            is_full: false,
            resolve,
        }
    }

    /// How many bytes of HTML there is room for.
    pub(super) fn n_bytes_left(&self) -> usize {
        self.n_bytes_left
    }

    /// Whether something did not fit any more.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Makes room for a document within this one, such as a footnote, that is built apart.
    pub(super) fn inner(&self) -> Self {
        Self::new(self.n_bytes_left, self.resolve)
    }

    /// Takes back the room that an inner document left.
    pub(super) fn take_room_of(&mut self, inner: &Self) {
        self.n_bytes_left = inner.n_bytes_left;
        self.is_full = inner.is_full;
    }

    pub(super) fn finish(mut self) -> Vec<Node<'a>> {
        self.close_to(0);
        self.nodes
    }

    /// Opens an element of Markdown; [`Self::close_markdown`] belongs to it even if it found no place.
    pub(super) fn open_markdown(&mut self, tag: Tag, detail: Detail) {
        let has_room = !self.is_full && self.open.len() < DEPTH_MAX && self.make_room(tag);
        let outer_len = self.open.len();
        if has_room {
            self.push(tag, detail);
        }
        self.marks.push(Mark {
            outer_len,
            inner_len: self.open.len(),
        });
    }

    /// Stands for a Markdown element that is not shown.
    pub(super) fn open_nothing(&mut self) {
        let len = self.open.len();
        self.marks.push(Mark {
            outer_len: len,
            inner_len: len,
        });
    }

    /// Closes the last Markdown element and every raw tag left open in it.
    pub(super) fn close_markdown(&mut self) {
        if let Some(mark) = self.marks.pop() {
            self.close_to(mark.outer_len);
        }
    }

    /// Opens an element of raw HTML, if it may stand here.
    pub(super) fn open_raw(&mut self, tag: Tag, detail: Detail) {
        if !self.is_full && self.open.len() < RAW_DEPTH_MAX && self.make_room(tag) {
            self.push(tag, detail);
        }
    }

    /// Closes the last open element of raw HTML that an end tag `tag` means, if there is one.
    pub(super) fn close_raw(&mut self, tag: Tag) {
        let is_match =
            |open: Tag| open == tag || matches!((open, tag), (Tag::Heading(_), Tag::Heading(_)));
        if let Some(idx) = self.last_raw(is_match) {
            self.close_to(idx);
        }
    }

    /// Closes raw phrasing and paragraphs, as the end of an HTML block does.
    pub(super) fn close_raw_phrasing(&mut self) {
        let floor = self.floor();
        while self.open.len() > floor && self.top_holds_phrasing() {
            self.close_top();
        }
    }

    /// Adds text; URLs in it become links.
    pub(super) fn text(&mut self, text: CowStr<'a>) {
        if self.n_open_links == 0 && self.n_open_code == 0 && text.contains("://") {
            let mut rest: &str = &text;
            while let Some((before, url, after)) = link::split_at_url(rest) {
                self.plain_text(before.to_owned().into());
                match self.link_target(url) {
                    Some(target) if self.may_open_link() => {
                        self.open_markdown(Tag::A, Detail::Link(target));
                        self.plain_text(url.to_owned().into());
                        self.close_markdown();
                    }
                    _ => self.plain_text(url.to_owned().into()),
                }
                rest = after;
            }
            self.plain_text(rest.to_owned().into());
        } else {
            self.plain_text(text);
        }
    }

    /// Adds text as it is.
    pub(super) fn plain_text(&mut self, mut text: CowStr<'a>) {
        // Browsers drop a line break right after `<pre>`.
        let is_at_pre_start = self
            .open
            .last()
            .is_some_and(|top| top.tag == Tag::Pre && top.node_idx + 1 == self.nodes.len());
        if is_at_pre_start && text.starts_with('\n') {
            text = text.trim_start_matches('\n').to_owned().into();
        }
        let is_blank = text.chars().all(char::is_whitespace);
        if is_blank && (text.is_empty() || !self.top_takes_text()) {
            return;
        }
        let text = self.charge_text(text);
        if !text.is_empty() && self.make_room_for_phrasing() {
            self.nodes.push(Node::Text(text));
            self.note_content(!is_blank);
        }
    }

    pub(super) fn code(&mut self, text: CowStr<'a>) {
        self.open_markdown(Tag::Code, Detail::None);
        self.plain_text(text);
        self.close_markdown();
    }

    pub(super) fn line_break(&mut self) {
        self.add_phrasing(Node::Break, html_len::BREAK_BYTES);
    }

    pub(super) fn rule(&mut self) {
        if self.charge(html_len::RULE_BYTES) && self.make_room_for_block() {
            self.nodes.push(Node::Rule);
            self.note_content(true);
        }
    }

    pub(super) fn task(&mut self, is_done: bool) {
        self.add_phrasing(Node::Task { is_done }, html_len::TASK_BYTES);
    }

    pub(super) fn footnote_reference(&mut self, label: CowStr<'a>) {
        if self.may_open_link() {
            self.add_phrasing(Node::FootnoteReference(label), html_len::FOOTNOTE_BYTES);
        }
    }

    fn add_phrasing(&mut self, node: Node<'a>, n_bytes: usize) {
        if self.charge(n_bytes) && self.make_room_for_phrasing() {
            self.note_content(!matches!(node, Node::Break));
            self.nodes.push(node);
        }
    }

    /// Adds the image when it is the skill's own raster file, otherwise its alternative text.
    pub(super) fn image(
        &mut self,
        dest: &str,
        alt: String,
        width_px: Option<u16>,
        height_px: Option<u16>,
    ) {
        if !self.charge(html_len::own_link_len(dest)) {
            return;
        }
        let Some(src) = link::image_source(dest, self.resolve) else {
            self.plain_text(alt.into());
            return;
        };
        // A link around an image is named by the image.
        let alt = if alt.trim().is_empty() && self.n_open_links > 0 {
            link::file_stem(dest)
        } else {
            alt
        };
        let alt = self.charge_text(alt.into()).into_string();
        if self.make_room_for_phrasing() {
            self.nodes.push(Node::Image(Image {
                src,
                alt,
                width_px,
                height_px,
            }));
            self.note_content(true);
        }
    }

    /// Where a link with this destination leads, if it may be shown.
    pub(super) fn link_target(&mut self, dest: &str) -> Option<Target> {
        let target = link::target(dest, self.resolve);
        let len = match &target {
            Some(Target::External(url)) => html_len::external_link_len(url),
            // Whether or not it leads somewhere, so that a document ends at the same place on every site.
            _ => html_len::own_link_len(dest),
        };
        if self.charge(len) { target } else { None }
    }

    /// Whether the next cell is one of a table's head.
    pub(super) fn is_in_table_head(&self) -> bool {
        let mut tags = self.open.iter().rev().map(|open| open.tag);
        tags.next() == Some(Tag::Tr) && tags.next() == Some(Tag::Thead)
    }

    /// Links stand neither in links nor in a summary, where they would fight over the click.
    fn may_open_link(&self) -> bool {
        self.n_open_links == 0 && !self.open.iter().any(|open| open.tag == Tag::Summary)
    }

    /// Takes `n_bytes` of what is left; `false` when there is no room, now and from now on.
    fn charge(&mut self, n_bytes: usize) -> bool {
        self.is_full |= n_bytes > self.n_bytes_left;
        if !self.is_full {
            self.n_bytes_left -= n_bytes;
        }
        !self.is_full
    }

    /// As much of `text` as there is room for.
    fn charge_text(&mut self, text: CowStr<'a>) -> CowStr<'a> {
        if text.is_empty() {
            return text;
        }
        let is_in_heading = || self.open.iter().any(|open| open.tag.is_heading());
        // The text of a heading is its id as well.
        let n_times = if is_in_heading() {
            1 + html_len::ID_TIMES
        } else {
            1
        };
        let len = n_times * html_len::text_len(&text);
        if self.charge(len.max(html_len::TEXT_MIN_BYTES)) {
            return text;
        }
        let mut n_bytes_left = std::mem::take(&mut self.n_bytes_left);
        let end = text.char_indices().find(|(_, c)| {
            let len = n_times * html_len::char_len(*c);
            let fits = len <= n_bytes_left;
            n_bytes_left = n_bytes_left.saturating_sub(len);
            !fits
        });
        text[..end.map_or(text.len(), |(end, _)| end)]
            .to_owned()
            .into()
    }

    fn note_content(&mut self, is_content: bool) {
        if let Some(top) = self.open.last_mut() {
            top.has_content |= is_content;
        }
    }

    fn push(&mut self, tag: Tag, detail: Detail) {
        // One that is too much still stands: what its place needed is there already.
        self.charge(html_len::element_len(tag, &detail));
        match tag {
            Tag::A => self.n_open_links += 1,
            Tag::Code | Tag::Pre => self.n_open_code += 1,
            _ => {}
        }
        self.open.push(OpenElement {
            tag,
            node_idx: self.nodes.len(),
            has_content: false,
        });
        self.nodes.push(Node::Open(tag, detail));
    }

    fn close_to(&mut self, len: usize) {
        while self.open.len() > len {
            self.close_top();
        }
    }

    fn close_top(&mut self) {
        let Some(element) = self.open.pop() else {
            return;
        };
        match element.tag {
            Tag::A => self.n_open_links -= 1,
            Tag::Code | Tag::Pre => self.n_open_code -= 1,
            Tag::Table => {
                let cell_len = html_len::element_len(Tag::Td, &Detail::None);
                let n_cells_max = self.n_bytes_left / cell_len;
                let n_cells = table::pad_rows(&mut self.nodes, element.node_idx, n_cells_max);
                self.n_bytes_left -= n_cells * cell_len;
            }
            _ => {}
        }
        if element.has_content || element.tag.stays_when_empty() {
            self.nodes.push(Node::Close);
            self.note_content(true);
        } else {
            self.nodes.truncate(element.node_idx);
        }
    }
}
