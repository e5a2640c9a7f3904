//! The index of a collection for clients that fetch the files of a skill one by one, such as opencode: the form that agent
//! skills discovery had before version 0.2.0, with a version by which these clients know that something changed.

use serde::Serialize;

use super::discovery::description;
use super::shapes::Shaper;
use crate::catalog::Collection;
use crate::clients::is_fetched_by_file;
use crate::zip::SkillZips;

#[derive(Serialize)]
pub(super) struct FileIndex<'a> {
    skills: Vec<FileEntry<'a>>,
}

#[derive(Serialize)]
struct FileEntry<'a> {
    name: &'a str,
    description: String,
    /// Of the skill's zip, so of all its files.
    version: &'a str,
    files: Vec<&'a str>,
}

impl<'a> FileIndex<'a> {
    /// That of the skills of `collection` whose files have copies there; `None` when there are none. `zips` are those of
    /// all skills.
    pub(super) fn new(
        shaper: &Shaper<'a>,
        collection: &'a Collection,
        zips: &'a [SkillZips],
    ) -> Option<Self> {
        let catalog = shaper.catalog;
        let members = collection.members.iter();
        let entries = members.filter_map(|member| {
            let skill_idx = catalog.skill_idx(&member.key)?;
            let skill =
                Some(&catalog.skills[skill_idx]).filter(|skill| is_fetched_by_file(skill))?;
            Some(FileEntry {
                name: &member.install_name,
                description: description(shaper.config, skill),
                version: &zips[skill_idx].current.sha256,
                files: skill.files.iter().map(|file| file.path.as_str()).collect(),
            })
        });
        let skills: Vec<FileEntry> = entries.collect();
        (!skills.is_empty()).then_some(Self { skills })
    }
}
