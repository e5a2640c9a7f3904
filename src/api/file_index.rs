//! The index of a collection, or by choice of a skill, for clients that fetch files one by one, such as opencode: the form that
//! agent skills discovery had before version 0.2.0, with a version by which these clients know that something changed.

use std::borrow::Cow;

use serde::Serialize;

use super::discovery::description;
use super::shapes::Shaper;
use crate::catalog::{Collection, Skill};
use crate::clients::{copied_as, is_fetched_by_file};
use crate::zip::SkillZips;

#[derive(Serialize)]
pub(super) struct FileIndex<'a> {
    skills: Vec<FileEntry<'a>>,
}

#[derive(Serialize)]
struct FileEntry<'a> {
    name: Cow<'a, str>,
    description: String,
    /// Of the skill's zip, so of all its files.
    version: &'a str,
    files: Vec<&'a str>,
}

impl<'a> FileIndex<'a> {
    /// That of the skills of `collection` whose files have copies there; `None` when there are none. `zips` are those of
    /// all skills.
    pub(super) fn of_collection(
        shaper: &Shaper<'a>,
        collection: &'a Collection,
        zips: &'a [SkillZips],
    ) -> Option<Self> {
        let catalog = shaper.catalog;
        let members = collection.members.iter();
        let entries = members.filter_map(|member| {
            let skill_idx = catalog.skill_idx(&member.key)?;
            let skill = &catalog.skills[skill_idx];
            let name = Cow::Borrowed(&*member.install_name);
            let zip_sha256 = &zips[skill_idx].current.sha256;
            is_fetched_by_file(skill).then(|| FileEntry::new(shaper, skill, name, zip_sha256))
        });
        let skills: Vec<FileEntry> = entries.collect();
        (!skills.is_empty()).then_some(Self { skills })
    }

    /// That of `skill` alone; `None` when its files have no copies. `zip_sha256` is the hash of its zip.
    pub(super) fn of_skill(
        shaper: &Shaper<'a>,
        skill: &'a Skill,
        zip_sha256: &'a str,
    ) -> Option<Self> {
        let name = copied_as(shaper.config, skill)?;
        let entry = FileEntry::new(shaper, skill, name.into(), zip_sha256);
        Some(Self {
            skills: vec![entry],
        })
    }
}

impl<'a> FileEntry<'a> {
    fn new(shaper: &Shaper<'a>, skill: &'a Skill, name: Cow<'a, str>, zip_sha256: &'a str) -> Self {
        Self {
            name,
            description: description(shaper.config, skill),
            version: zip_sha256,
            files: skill.files.iter().map(|file| file.path.as_str()).collect(),
        }
    }
}
