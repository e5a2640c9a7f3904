//! The body of a skill as HTML, with links to files of the skill and to other skills.

use std::collections::{BTreeMap, HashMap};
use std::io;

use crate::catalog::{Linked, Skill, published_files};
use crate::content;
use crate::key::SkillKey;
use crate::markdown::{self, TocEntry, relative_path};
use crate::render::markup::Markup;
use crate::render::registry::Registry;
use crate::url;

/// A rendered body.
pub(super) struct Body {
    pub(super) html: Markup,
    /// Empty for a short body.
    pub(super) toc: Vec<TocEntry>,
    /// Whether the file goes on where `html` ends.
    pub(super) is_cut: bool,
}

impl Body {
    /// # Errors
    /// When a long body, which has to be read again, is not what it was.
    pub(super) fn render(skill: &Skill, links: &BodyLinks) -> io::Result<Self> {
        let body = content::read_body(skill)?;
        let resolve = |path: &str| links.by_path.get(path).cloned();
        let rendered = markdown::render(&skill.name, &body, &resolve);
        Ok(Self {
            html: Markup::sanitised(rendered.html),
            toc: rendered.toc,
            is_cut: rendered.cut_at.is_some(),
        })
    }
}

/// What [`Body::render`] may take. A short body can become HTML a hundred times as long, and a tree of it; builds of one
/// skill of any hostile kind take 50 MB more than one of a short skill.
pub(super) fn memory_to_render(skill: &Skill) -> usize {
    const TIMES: usize = 1000;
    const MAX: usize = 64 << 20;
    let to_read_again = skill
        .long_body_at
        .map_or(0, |_| 4 * skill.main_file().len_bytes);
    to_read_again + (TIMES * skill.body.len()).min(MAX)
}

/// Where the relative links of a body lead, which may change when another skill comes or goes.
#[derive(Hash)]
pub(super) struct BodyLinks {
    /// By [`relative_path`]; a path that nothing published answers is not here.
    by_path: BTreeMap<String, String>,
}

impl BodyLinks {
    /// `published` holds the site path of the copy of each of the skill's files that has one.
    pub(super) fn new(
        registry: &Registry<'_>,
        skill: &Skill,
        published: &[Option<String>],
    ) -> Self {
        let page = |skill: &Skill| registry.link(&url::skill(&skill.key));
        let mut published_of_others: HashMap<&SkillKey, Vec<Option<String>>> = HashMap::new();
        let files_of = |skill: &Skill| format!("{}#files", page(skill));
        let mut resolve = |path: &str| match registry.catalog.linked(skill, path)? {
            Linked::Page(skill) => Some(page(skill)),
            Linked::Folder(skill) => Some(files_of(skill)),
            Linked::File(other, file_idx) => {
                let copy = if other.key == skill.key {
                    &published[file_idx]
                } else {
                    let others = published_of_others.entry(&other.key);
                    &others.or_insert_with(|| published_files(other))[file_idx]
                };
                // Another skill's file has a copy only where that skill links to it.
                let copy = copy.as_ref().map(|copy| registry.link(copy));
                Some(copy.unwrap_or_else(|| files_of(other)))
            }
        };
        let paths = skill.links.iter();
        let paths = paths.filter_map(|link| relative_path(&link.dest));
        Self {
            by_path: paths
                .filter_map(|path| {
                    let link = resolve(&path)?;
                    Some((path, link))
                })
                .collect(),
        }
    }
}
