//! A page of the site's list of skills. The site may be anybody's, so nothing in it is taken on trust.

use serde::Deserialize;

use crate::catalog::{DESCRIPTION_MAX_CHARS, NAME_MAX_CHARS};
use crate::text::clean_line;

/// A page of the list of skills, as far as it is used.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ListPage {
    pub(super) items: Vec<Item>,
    /// The next page of files.
    pub(super) next: Option<String>,
    /// What follows in the list of a server.
    pub(super) next_cursor: Option<String>,
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
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    pub(super) owner_handle: String,
    pub(super) slug: String,
    #[serde(default)]
    pub(super) display_name: String,
    #[serde(default)]
    pub(super) summary: String,
}
