//! A page of the site's list of skills. The site may be anybody's, so nothing in it is taken on trust.

use serde::Deserialize;

use super::cursor::PageCursor;
use crate::catalog::{DESCRIPTION_MAX_CHARS, NAME_MAX_CHARS};
use crate::key::SkillKey;
use crate::text::clean_line;

/// A page of the list of skills, as far as it is used.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ListPage {
    pub(super) items: Vec<Item>,
    /// The next page of files.
    next: Option<String>,
    /// What follows in the list of a server.
    next_cursor: Option<String>,
}

impl ListPage {
    /// The page in `bytes`, its texts within the limits of a build. `None` when it is none.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut page: Self = serde_json::from_slice(bytes).ok()?;
        for item in &mut page.items {
            item.display_name = clean_line(&item.display_name, NAME_MAX_CHARS);
            item.summary = clean_line(&item.summary, DESCRIPTION_MAX_CHARS);
        }
        Some(page)
    }

    /// Where the page after it is, if there is one.
    pub(super) fn next(&self) -> Option<PageCursor> {
        match (&self.next, &self.next_cursor) {
            (Some(next), _) => PageCursor::of_next(next),
            (None, Some(next_cursor)) => PageCursor::parse(next_cursor),
            (None, None) => None,
        }
    }
}

/// A skill of the list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    owner_handle: String,
    slug: String,
    #[serde(default)]
    pub(super) display_name: String,
    #[serde(default)]
    pub(super) summary: String,
}

impl Item {
    /// `None` for a name that no build would have accepted.
    pub(super) fn key(&self) -> Option<SkillKey> {
        SkillKey::parse(&format!("{}/{}", self.owner_handle, self.slug))
    }
}
