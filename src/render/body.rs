//! The body of a skill as HTML, with links to the skill's own files.

use std::io;

use super::markup::Markup;
use super::site::Site;
use crate::catalog::Skill;
use crate::content;
use crate::markdown::{self, TocEntry};

/// A rendered body.
pub(super) struct Body {
    pub(super) html: Markup,
    /// Empty for a short body.
    pub(super) toc: Vec<TocEntry>,
    /// Whether the file goes on where `html` ends.
    pub(super) is_cut: bool,
}

/// `published` holds the site path of each of the skill's files that has one.
///
/// # Errors
/// When a long body, which has to be read again, is not what it was.
pub(super) fn render(
    site: &Site<'_>,
    skill: &Skill,
    published: &[Option<String>],
) -> io::Result<Body> {
    let resolve = |path: &str| {
        let file_idx = skill
            .files
            .binary_search_by(|file| file.path.as_str().cmp(path))
            .ok()?;
        Some(site.link(published[file_idx].as_ref()?))
    };
    let body = content::read_body(skill)?;
    let rendered = markdown::render_below(&skill.name, &body, &resolve);
    Ok(Body {
        html: Markup::sanitised(rendered.html),
        toc: rendered.toc,
        is_cut: rendered.cut_at.is_some(),
    })
}
