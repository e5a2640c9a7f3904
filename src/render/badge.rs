//! Badges as pages draw them.

use super::page::SiteView;
use crate::catalog::BadgeKind;
use crate::url;

/// The kind that the home page and `llms.txt` show as their selection.
pub(super) const FEATURED_KIND: &str = "highlighted";

/// The kind that a page warns of.
pub(super) const DEPRECATED_KIND: &str = "deprecated";

/// A badge as it is drawn.
#[derive(Clone, Hash)]
pub(super) struct Badge<'a> {
    pub(super) link: String,
    pub(super) kind: &'a BadgeKind,
}

impl<'a> Badge<'a> {
    pub(super) fn new(site: &SiteView<'_>, kind: &'a BadgeKind) -> Self {
        Self {
            link: site.link(&url::badge(&kind.kind, 1)),
            kind,
        }
    }
}
