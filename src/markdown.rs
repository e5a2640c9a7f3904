//! Turns a stranger's Markdown into HTML that is safe to put on a page, and into plain text.
//!
//! Three steps: [`pulldown_cmark`] reads CommonMark with GitHub's tables, task lists, footnotes and strikethrough;
//! `tree` builds elements from it that are well formed, bounded in depth and of a short list of kinds, whatever raw
//! HTML stands in between; `sanitize` passes the written HTML through ammonia with an allow-list of its own.
//! The second step makes the output valid, the third makes it safe without trusting the second.

mod link;
mod plain;
mod raw_html;
mod sanitize;
mod slug;
mod tag;
mod tree;
mod write;

pub use plain::{first_paragraph, plain_text};

/// A document as a page shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Sanitised HTML for flow content, such as the inside of a `<div>`.
    ///
    /// Headings go from `h2` to `h6` and skip no level. Every id starts with [`ID_PREFIX`].
    /// Classes: `align-left|center|right`, `alert alert-note|tip|important|warning|caution`, `alert-title`,
    /// `footnotes`, `footnote-ref`, `language-…` on `code`, `table-scroll` around tables, `task` on check marks.
    pub html: String,
    /// The headings in document order; empty when there are fewer than [`TOC_MIN_HEADINGS`].
    pub toc: Vec<TocEntry>,
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

/// Renders a stranger's Markdown to HTML that is safe to put on a page.
///
/// `resolve` gets the path of a relative link, decoded and without `.`, `..`, query and fragment, and returns the URL
/// of the skill's own copy of that file; `None` drops the link and keeps its text. An image is shown only if its URL
/// comes from `resolve`, is relative and names a raster file; otherwise its alternative text is. Links elsewhere are
/// kept when they are `http:`, `https:` or `mailto:`, with `rel="nofollow ugc noopener"`.
///
/// Time is linear in `body` for all we know, memory about ten times its size; elements nest about 40 deep at most.
pub fn render(body: &str, resolve: &dyn Fn(&str) -> Option<String>) -> Rendered {
    render_below("", body, resolve)
}

/// Like [`render`], for a page that already shows `title` as its first heading: when `body` opens with a heading of
/// level 1 with the same letters and digits, that heading is left out.
pub fn render_below(title: &str, body: &str, resolve: &dyn Fn(&str) -> Option<String>) -> Rendered {
    let tree = tree::parse(body, resolve);
    let outline = slug::outline(&tree.nodes, title);
    let html = write::html(&tree, &outline);
    let html = sanitize::clean(&html);
    let toc = if outline.toc.len() < TOC_MIN_HEADINGS {
        Vec::new()
    } else {
        outline.toc
    };
    Rendered { html, toc }
}

#[cfg(test)]
mod tests;
