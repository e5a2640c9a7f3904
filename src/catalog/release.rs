//! Old versions of a skill whose files are published.

use std::collections::HashSet;

use super::file::SkillFile;
use super::skill::{Skill, Version};
use crate::url;

/// An old version with its files, which stand below the skill's page: [`url::release`].
#[derive(Clone, Debug, Hash)]
pub struct Release<'c> {
    /// What it is called, and what it holds.
    pub version: &'c Version,
    /// Its name in addresses; no other version of the skill has it, in any letter case.
    pub segment: String,
}

impl<'c> Release<'c> {
    /// Its files, sorted by path; never none.
    pub fn files(&self) -> &'c [SkillFile] {
        &self.version.files
    }
}

impl Skill {
    /// Old versions that are published with their files, newest first.
    ///
    /// Of versions with one address the newest has it; where the current one has it, the old one is not published.
    pub fn releases(&self) -> Vec<Release<'_>> {
        let current = self.version.iter();
        let current = current.map(|version| url::version_segment(&version.version));
        let mut taken: HashSet<String> = current.map(|name| name.to_ascii_lowercase()).collect();
        let kept = self.history.iter().filter(|old| !old.files.is_empty());
        kept.filter_map(|version| {
            let segment = url::version_segment(&version.version);
            let is_free = taken.insert(segment.to_ascii_lowercase());
            is_free.then_some(Release { version, segment })
        })
        .collect()
    }
}
