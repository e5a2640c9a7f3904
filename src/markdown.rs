//! Turns a stranger's Markdown into HTML that is safe to put on a page, and into plain text.
//!
//! Three steps: [`pulldown_cmark`] reads CommonMark with GitHub's tables, task lists, footnotes and strikethrough;
//! `builder` makes elements from it that are well formed, bounded in depth and of a short list of kinds, whatever raw
//! HTML stands in between, with tags that are no elements left as words; `sanitize` passes the written HTML through
//! ammonia with an allow-list of its own.
//! The second step makes the output valid, the third makes it safe without trusting the second.
//!
//! A stranger's document may be made to take memory and time, so everything here reads at most [`MARKDOWN_MAX_BYTES`]
//! of it and stops when its HTML has [`HTML_MAX_BYTES`]; what comes after is not shown, and [`Rendered::cut_at`] tells.

mod builder;
mod findings;
mod html_len;
mod link;
mod mention;
mod parse;
mod plain;
mod raw_html;
mod sanitize;
mod slug;
mod tag;
mod tree;
mod write;

pub use findings::{LeftOut, RelativeLink};
pub use link::relative_path;
pub use plain::{first_paragraph, plain_text};

use crate::text::head;

/// A document as a page shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Sanitised HTML for flow content, such as the inside of a `<div>`.
    ///
    /// Headings go from `h2` to `h6` and skip no level. Every id starts with [`ID_PREFIX`].
    /// Classes: `align-left|center|right`, `alert alert-note|tip|important|warning|caution`, `alert-title`,
    /// `footnotes`, `footnote-ref`, `language-…` on `code`, `table-scroll` around tables, `task` on check marks.
    pub html: String,
    /// The first [`TOC_MAX_ENTRIES`] headings in document order; empty when there are fewer than [`TOC_MIN_HEADINGS`].
    pub toc: Vec<TocEntry>,
    /// Offset in the document of the first thing that is not shown, or not whole, because the document is too long.
    pub cut_at: Option<usize>,
}

/// One line of a table of contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TocEntry {
    /// 2 to 6, as in the element's name; the first entry has 2 and no entry is more than one deeper than the last.
    pub level: u8,
    /// The heading's id, for a link to `#id`. Letters of any script, digits, `-` and `_`.
    pub id: String,
    /// The heading's text, one line, not escaped.
    pub text: String,
}

/// Every id in rendered HTML starts with this, so that none can be an id of the page around it.
pub const ID_PREFIX: &str = "md-";

/// A document with fewer headings needs no table of contents.
pub const TOC_MIN_HEADINGS: usize = 3;

/// Most entries of a table of contents. The longest of 2,291 real skills has 298.
pub const TOC_MAX_ENTRIES: usize = 500;

/// Longest part of a document that is read, in bytes. The longest of 2,291 real skills has 128 KB.
pub const MARKDOWN_MAX_BYTES: usize = 512 * 1024;

/// Longest HTML that a document becomes, in bytes, as far as it can be told before links are resolved.
pub const HTML_MAX_BYTES: usize = 1_000_000;

/// Renders a stranger's Markdown to HTML that is safe to put on a page.
///
/// `resolve` gets the path of a relative link as [`relative_path`] gives it and returns the URL of the published copy of
/// that file; `None` drops the link and keeps its text. An image is shown only if its URL
/// comes from `resolve`, is relative and names a raster file; otherwise its alternative text is. Links elsewhere are
/// kept when they are `http:`, `https:` or `mailto:`, with `rel="nofollow ugc noopener"`.
///
/// The page already shows `title` as its first heading: when `body` opens with a heading of level 1 with the same letters
/// and digits, that heading is left out.
///
/// Time and memory are linear in `body`, for all we know, and bounded by the limits above; elements nest about 40 deep at most.
pub fn render(title: &str, body: &str, resolve: &dyn Fn(&str) -> Option<String>) -> Rendered {
    let source = parse::Source::new(body);
    let tree = parse::parse(&source, resolve);
    let outline = slug::outline(&tree.nodes, title);
    let html = write::html(&tree, &outline);
    let html = sanitize::clean(&html);
    let mut toc = outline.toc;
    toc.truncate(TOC_MAX_ENTRIES);
    if toc.len() < TOC_MIN_HEADINGS {
        toc.clear();
    }
    Rendered {
        html,
        toc,
        cut_at: tree.cut_at,
    }
}

/// The part of a document that is read, at most [`MARKDOWN_MAX_BYTES`]: whole lines, unless one line is most of it.
pub fn readable_start(body: &str) -> &str {
    if body.len() <= MARKDOWN_MAX_BYTES {
        return body;
    }
    let start = head(body, MARKDOWN_MAX_BYTES);
    let line_end = start.rfind('\n').filter(|at| *at > start.len() / 2);
    line_end.map_or(start, |at| &start[..=at])
}

/// What there is to tell the author of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Relative links and images by line, each destination once, at most [`LINKS_MAX`].
    pub links: Vec<RelativeLink>,
    /// What raw HTML holds that no page shows, by line, each element once. Comments are meant to be unseen.
    pub left_out: Vec<LeftOut>,
    /// As [`Rendered::cut_at`]: links count by how they are written, wherever they lead.
    pub cut_at: Option<usize>,
}

/// Reads a document as [`render`] does, for what there is to say about it.
pub fn survey(body: &str) -> Survey {
    if !may_be_cut(body) && !findings::may_be_in(body) {
        return Survey::default();
    }
    let source = parse::Source::new(body);
    let tree = parse::parse(&source, &|_| None);
    let (links, left_out) = tree.findings.finish(body);
    Survey {
        links,
        left_out,
        cut_at: tree.cut_at,
    }
}

/// Whether a document may become more HTML than fits, told by a look at it.
///
/// A byte becomes 60 at most, as far as it is no table: there each row, however short, has a cell for each column.
fn may_be_cut(body: &str) -> bool {
    const HTML_OF_A_BYTE: usize = 60;
    const HTML_OF_A_CELL: usize = 60;
    let lines = || body.split(['\n', '\r']);
    let n_columns = lines().map(|line| line.matches('|').count() + 1).max();
    let n_cells = n_columns.unwrap_or(0) * lines().count();
    HTML_OF_A_BYTE * body.len() + HTML_OF_A_CELL * n_cells > HTML_MAX_BYTES
}

#[cfg(test)]
mod tests;
