//! The body of a skill as HTML, with links to files of the skill and to other skills.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;

use super::markup::Markup;
use super::site::Site;
use crate::catalog::published_files;
use crate::catalog::{Linked, Skill};
use crate::content;
use crate::key::SkillKey;
use crate::markdown::{self, TocEntry};
use crate::url;

/// A rendered body.
pub(super) struct Body {
    pub(super) html: Markup,
    /// Empty for a short body.
    pub(super) toc: Vec<TocEntry>,
    /// Whether the file goes on where `html` ends.
    pub(super) is_cut: bool,
}

/// What [`render`] may take. A short body can become HTML a hundred times as long, and a tree of it; builds of one skill
/// of any hostile kind take 50 MB more than one of a short skill.
pub(super) fn memory_to_render(skill: &Skill) -> usize {
    const TIMES: usize = 1000;
    const MAX: usize = 64 << 20;
    let to_read_again = skill
        .long_body_at
        .map_or(0, |_| 4 * skill.main_file().len_bytes);
    to_read_again + (TIMES * skill.body.len()).min(MAX)
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
    let links = Links::new(site, skill, published);
    let resolve = |path: &str| links.resolve(path);
    let body = content::read_body(skill)?;
    let rendered = markdown::render(&skill.name, &body, &resolve);
    Ok(Body {
        html: Markup::sanitised(rendered.html),
        toc: rendered.toc,
        is_cut: rendered.cut_at.is_some(),
    })
}

/// Where the links of a body lead that leave the skill: they change when another skill comes or goes.
pub(super) fn outer_links(site: &Site<'_>, skill: &Skill) -> Vec<Option<String>> {
    let links = Links::new(site, skill, &[]);
    let paths = skill
        .links
        .iter()
        .filter_map(|link| markdown::relative_path(&link.dest));
    paths
        .filter(|path| path.starts_with(".."))
        .map(|path| links.resolve(&path))
        .collect()
}

/// Finds the addresses of what a body links to.
struct Links<'s> {
    site: &'s Site<'s>,
    skill: &'s Skill,
    published: &'s [Option<String>],
    /// Like `published`, of the other skills that were linked to.
    published_of_others: RefCell<HashMap<&'s SkillKey, Vec<Option<String>>>>,
}

impl<'s> Links<'s> {
    fn new(site: &'s Site<'_>, skill: &'s Skill, published: &'s [Option<String>]) -> Self {
        Self {
            site,
            skill,
            published,
            published_of_others: RefCell::default(),
        }
    }

    /// See [`markdown::render`].
    fn resolve(&self, path: &str) -> Option<String> {
        match self.site.catalog.linked(self.skill, path)? {
            Linked::Page(skill) => Some(self.page(skill)),
            Linked::Folder(skill) => Some(format!("{}#files", self.page(skill))),
            Linked::File(skill, file_idx) => {
                let path = if skill.key == self.skill.key {
                    self.published.get(file_idx)?.clone()
                } else {
                    let mut others = self.published_of_others.borrow_mut();
                    let published = others
                        .entry(&skill.key)
                        .or_insert_with(|| published_files(skill));
                    published[file_idx].clone()
                };
                Some(self.site.link(&path?))
            }
        }
    }

    fn page(&self, skill: &Skill) -> String {
        self.site.link(&url::skill(&skill.key))
    }
}
