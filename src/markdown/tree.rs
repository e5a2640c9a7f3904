//! The document as a list of well-nested elements.

use std::collections::HashMap;

use pulldown_cmark::{Alignment, BlockQuoteKind, CowStr};

use super::findings::Findings;
use super::link::Target;
use super::tag::Tag;

/// A parsed document.
#[derive(Default)]
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    /// Footnotes by label; those that nothing refers to are not shown.
    pub(super) footnotes: HashMap<CowStr<'a>, Vec<Node<'a>>>,
    /// Offset in the document of the first thing that is not here, or not whole, because the document is too long.
    pub(super) cut_at: Option<usize>,
    /// What is left of [`super::HTML_MAX_BYTES`].
    pub(super) n_bytes_left: usize,
    pub(super) findings: Findings,
}

/// A step in document order.
#[derive(Debug)]
pub(super) enum Node<'a> {
    Open(Tag, Detail),
    /// Ends the last element that is still open.
    Close,
    Text(CowStr<'a>),
    Break,
    Rule,
    Image(Image),
    Task {
        is_done: bool,
    },
    FootnoteReference(CowStr<'a>),
}

/// What is known of an element beyond its tag.
#[derive(Clone, Debug, Default)]
pub(super) enum Detail {
    #[default]
    None,
    Link(Target),
    Align(Alignment),
    /// Of a code block: `[a-z0-9+#-]`.
    Language(String),
    /// Number of a list's first item.
    Start(u64),
    Alert(BlockQuoteKind),
    /// `details` that starts open.
    IsOpen,
}

/// An image of the skill's own.
#[derive(Debug)]
pub(super) struct Image {
    /// From `resolve`.
    pub(super) src: String,
    pub(super) alt: String,
    pub(super) width_px: Option<u16>,
    pub(super) height_px: Option<u16>,
}
