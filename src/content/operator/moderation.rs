//! `moderation.toml`: which skills are hidden, and which are published with a warning.
//!
//! ```toml
//! [[hidden]]
//! skill = "mal/ware"
//! note = "For the operators' eyes."
//!
//! [[suspicious]]
//! skill = "bob/helper"
//! note = "Shown on the skill's page."
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::names::Names;
use super::toml_file::{Fields, TomlFile};
use crate::catalog::Skill;
use crate::content::folder::Content;
use crate::content::skills::SkillFolder;
use crate::key::SkillKey;
use crate::problem::Problems;

/// What the operator decided about skills.
#[derive(Debug, Default)]
pub struct Moderation {
    /// Skills that appear nowhere.
    pub hidden: BTreeSet<SkillKey>,
    /// Skills that only have a page, with the reason that it shows.
    suspicious: BTreeMap<SkillKey, Option<String>>,
}

impl Moderation {
    pub fn read(content: &Content, folders: &[SkillFolder], problems: &mut Problems) -> Self {
        let mut moderation = Self::default();
        let path = content.path.join("moderation.toml");
        let Some(file) = TomlFile::read(content, &path, "moderation", problems) else {
            return moderation;
        };
        let Some(table) = file.parse(problems) else {
            return moderation;
        };
        let fields = Fields::new(&file, &table);
        fields.allow_only(&["hidden", "suspicious"], problems);
        let names = Names::new(content, folders, BTreeMap::new());
        for entry in fields.tables("hidden", problems) {
            if let Some((name, _)) = moderation.entry(&entry, &names, problems) {
                moderation.hidden.insert(name);
            }
        }
        for entry in fields.tables("suspicious", problems) {
            if let Some((name, note)) = moderation.entry(&entry, &names, problems) {
                moderation.suspicious.insert(name, note);
            }
        }
        moderation
    }

    fn entry(
        &self,
        fields: &Fields,
        names: &Names,
        problems: &mut Problems,
    ) -> Option<(SkillKey, Option<String>)> {
        fields.allow_only(&["skill", "note"], problems);
        let note = fields.text("note", 400, problems).map(|(note, _)| note);
        let (name, span) = fields.skill(problems)?;
        if !names.is_there(&name) {
            problems.push(names.hint(
                fields.file.error(
                    span.clone(),
                    format!("`{name}` is moderated, but there is no such skill"),
                ),
                &name,
            ));
        }
        if self.hidden.contains(&name) || self.suspicious.contains_key(&name) {
            problems.push(
                fields
                    .file
                    .error(span, format!("`{name}` is in this file already"))
                    .hint("remove one of the two"),
            );
        }
        Some((name, note))
    }

    /// Marks the skills that are suspicious.
    pub fn apply(self, skills: &mut [Skill]) {
        for skill in skills {
            if let Some(note) = self.suspicious.get(&skill.key) {
                skill.is_suspicious = true;
                skill.moderation_note.clone_from(note);
            }
        }
    }
}
