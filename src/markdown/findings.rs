//! What there is to tell the author of a document: links to files, and what no page shows.

use std::collections::HashSet;

use super::{link, mention};

/// A link or an image with a relative destination.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RelativeLink {
    /// As the author wrote it.
    pub dest: String,
    /// Whether the file is to be shown in place.
    pub is_image: bool,
    /// Of the document, from 1.
    pub line: u32,
}

/// An element of raw HTML that is left out with what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name.
    pub element: String,
    /// Of the document, from 1.
    pub line: u32,
}

/// Most relative links of a document that are known beyond its HTML: a page has no room for more, since each takes 300
/// bytes of [`HTML_MAX_BYTES`](super::HTML_MAX_BYTES). The longest list in 2,291 real skills has 31.
pub const LINKS_MAX: usize = super::HTML_MAX_BYTES / 300;

/// Whether a document may hold anything to find. Six of seven real ones cannot, and need not be parsed for it.
pub(super) fn may_be_in(body: &str) -> bool {
    const ABSOLUTE: [&str; 3] = ["https://", "http://", "#"];
    let mut links = body.match_indices("](");
    let is_relative = |(at, start): (usize, &str)| {
        let dest = &body[at + start.len()..];
        !ABSOLUTE.iter().any(|start| dest.starts_with(start))
    };
    links.any(is_relative) || body.contains("]:") || mention::may_hold_links_or_left_out(body)
}

/// Collects while a document is read.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Where the reader is, in bytes from the start of the document.
    pub(super) offset: usize,
    /// Each destination once.
    links: Vec<Found<RelativeLink>>,
    dests: HashSet<String>,
    /// Each name once.
    left_out: Vec<Found<LeftOut>>,
}

/// Something whose line is not counted yet.
#[derive(Debug)]
struct Found<T> {
    what: T,
    offset: usize,
}

impl Findings {
    /// Notes a link, if its destination is relative.
    pub(super) fn link(&mut self, dest: &str, is_image: bool) {
        if self.links.len() < LINKS_MAX
            && link::relative_path(dest).is_some()
            && self.dests.insert(dest.to_owned())
        {
            let what = RelativeLink {
                dest: dest.to_owned(),
                is_image,
                line: 0,
            };
            let offset = self.offset;
            self.links.push(Found { what, offset });
        }
    }

    /// Notes an element whose content is not shown.
    pub(super) fn left_out(&mut self, element: &str) {
        let is_known = |found: &Found<LeftOut>| found.what.element == element;
        if !self.left_out.iter().any(is_known) {
            let what = LeftOut {
                element: element.to_owned(),
                line: 0,
            };
            let offset = self.offset;
            self.left_out.push(Found { what, offset });
        }
    }

    /// All by their lines in `body`, the document.
    pub(super) fn finish(self, body: &str) -> (Vec<RelativeLink>, Vec<LeftOut>) {
        let links = with_lines(self.links, body, |link, line| link.line = line);
        let left_out = with_lines(self.left_out, body, |element, line| element.line = line);
        (links, left_out)
    }
}

/// Counts lines once for all, since a document may hold many.
fn with_lines<T>(mut found: Vec<Found<T>>, body: &str, set_line: impl Fn(&mut T, u32)) -> Vec<T> {
    found.sort_by_key(|found| found.offset);
    let (mut line, mut at) = (1, 0);
    let count = |mut found: Found<T>| {
        let between = &body.as_bytes()[at..found.offset];
        line += between.iter().filter(|byte| **byte == b'\n').count() as u32;
        at = found.offset;
        set_line(&mut found.what, line);
        found.what
    };
    found.into_iter().map(count).collect()
}
