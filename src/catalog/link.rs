//! What a relative link in the body of a skill leads to.
//!
//! Authors link to files of their skill, and to skills beside it: `../crane-plan/SKILL.md`. The path is read where the
//! file with the link stands: in the source that the skill was read from, whatever its folders are called, then at
//! `skills/<owner>/<slug>/`, which every skill has. Where a skill was before, folders may have been others, so
//! `../../tools/skills/crane-plan/` means the owner's `crane-plan` too.

use std::path::{Component, Path, PathBuf};

use super::{Catalog, Skill};
use crate::key::SkillKey;

/// Something published that a link may lead to.
#[derive(Clone, Copy, Debug)]
pub enum Linked<'c> {
    /// The page of a skill: the link names its folder, or another skill's file that the page is made from.
    Page(&'c Skill),
    /// A file of a skill, by its index.
    File(&'c Skill, usize),
    /// A folder in a skill.
    Folder(&'c Skill),
}

impl Catalog {
    /// What `path` leads to from the body of `from`; `None` when nothing that is published answers.
    ///
    /// `path` is as [`crate::markdown::relative_path`] gives it. Old names of skills count.
    pub fn linked<'c>(&'c self, from: &'c Skill, path: &str) -> Option<Linked<'c>> {
        self.linked_from_folder(from, path)
            .or_else(|| self.linked_from_place(from, path))
            .or_else(|| self.linked_by_slug(from, path))
    }

    /// What lies at `path` in another folder that a skill of the same owner was read from.
    fn linked_from_folder<'c>(&'c self, from: &Skill, path: &str) -> Option<Linked<'c>> {
        let main_path = from.main_path();
        let target = joined(main_path.parent()?, path)?;
        if target.starts_with(&from.folder) {
            return None;
        }
        let around = self.of_owner(&from.key.owner).iter();
        let around = around.filter(|skill| target.starts_with(&skill.folder));
        // A skill may lie in the folder of another.
        let skill = around.max_by_key(|skill| skill.folder.components().count())?;
        let below = target.strip_prefix(&skill.folder).ok()?.to_str()?;
        skill.linked(&below.replace(std::path::MAIN_SEPARATOR, "/"), false)
    }

    fn linked_from_place<'c>(&'c self, from: &'c Skill, path: &str) -> Option<Linked<'c>> {
        let place = Place::of(from, path)?;
        if place.is_in(from) {
            return from.linked(&place.path, true);
        }
        self.current(&place.owner, &place.slug)?
            .linked(&place.path, false)
    }

    /// The page of the same owner's skill that a path out of the skill's folder ends with, unless it names an owner.
    fn linked_by_slug(&self, from: &Skill, path: &str) -> Option<Linked<'_>> {
        let folder = path.strip_suffix("/SKILL.md").unwrap_or(path);
        let (before, slug) = folder.rsplit_once('/')?;
        let parent = before.rsplit('/').next()?;
        if !before.starts_with("..") || self.has_owner(parent) {
            return None;
        }
        self.current(&from.key.owner, slug).map(Linked::Page)
    }

    fn has_owner(&self, owner: &str) -> bool {
        !self.of_owner(owner).is_empty()
    }

    fn of_owner(&self, owner: &str) -> &[Skill] {
        let first = self
            .skills
            .partition_point(|skill| skill.key.owner.as_str() < owner);
        let skills = &self.skills[first..];
        &skills[..skills.partition_point(|skill| skill.key.owner == owner)]
    }

    /// The skill that has or had this name.
    fn current(&self, owner: &str, slug: &str) -> Option<&Skill> {
        let name = SkillKey {
            owner: owner.to_owned(),
            slug: slug.to_owned(),
        };
        self.skill(&name)
            .or_else(|| self.skill(self.aliases.get(&name)?))
    }
}

impl Skill {
    /// The file of this skill, by its index, that `path` leads to from its body; `path` as for [`Catalog::linked`].
    pub fn linked_file(&self, path: &str) -> Option<usize> {
        let place = Place::of(self, path).filter(|place| place.is_in(self))?;
        self.file_idx(&place.path)
    }

    fn linked(&self, path: &str, is_own: bool) -> Option<Linked<'_>> {
        if path.is_empty() {
            return Some(Linked::Page(self));
        }
        match self.file_idx(path) {
            Some(file_idx) if file_idx == self.main_file_idx && !is_own => Some(Linked::Page(self)),
            Some(file_idx) => Some(Linked::File(self, file_idx)),
            None => {
                let folder = format!("{path}/");
                let is_there = self.files.iter().any(|file| file.path.starts_with(&folder));
                is_there.then_some(Linked::Folder(self))
            }
        }
    }

    fn file_idx(&self, path: &str) -> Option<usize> {
        let files = &self.files;
        files
            .binary_search_by(|file| file.path.as_str().cmp(path))
            .ok()
    }
}

/// Where `path` leads from `folder`, by the names alone; `None` for what is above all that `folder` names.
fn joined(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut joined = folder.to_owned();
    for segment in path.split('/') {
        match segment {
            "" => {}
            ".." => match joined.components().next_back()? {
                Component::Normal(_) => drop(joined.pop()),
                _ => return None,
            },
            _ => joined.push(segment),
        }
    }
    Some(joined)
}

/// A place in the content folder, `skills/<owner>/<slug>/<path>`, whatever is there.
struct Place {
    owner: String,
    slug: String,
    path: String,
}

impl Place {
    /// Where `path` leads from the main file of `from`; `None` for what is in no skill's folder.
    fn of(from: &Skill, path: &str) -> Option<Self> {
        let mut segments = vec!["skills", &from.key.owner, &from.key.slug];
        let (folder, _) = from.main_file().path.rsplit_once('/').unwrap_or_default();
        for segment in folder.split('/').chain(path.split('/')) {
            match segment {
                "" => {}
                ".." => {
                    segments.pop()?;
                }
                _ => segments.push(segment),
            }
        }
        let ["skills", owner, slug, path @ ..] = segments.as_slice() else {
            return None;
        };
        Some(Self {
            owner: (*owner).to_owned(),
            slug: (*slug).to_owned(),
            path: path.join("/"),
        })
    }

    fn is_in(&self, skill: &Skill) -> bool {
        self.owner == skill.key.owner && self.slug == skill.key.slug
    }
}
