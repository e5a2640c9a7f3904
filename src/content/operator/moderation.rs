//! `moderation.toml`: which skills are hidden or removed, and which are published with a warning.
//!
//! ```toml
//! [[hidden]]
//! skill = "mal/ware"
//! note = "For the operators' eyes."
//!
//! [[removed]]
//! skill = "mal/gone"
//!
//! [[suspicious]]
//! skill = "bob/helper"
//! note = "Shown on the skill's page."
//! ```

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

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
    /// Skills that appear nowhere, those of `removed` among them.
    pub hidden: BTreeSet<SkillKey>,
    /// Skills that were published before; whether they still lie in the content folder is no matter.
    pub removed: BTreeSet<SkillKey>,
    /// Skills that only have a page, with the reason that it shows.
    suspicious: BTreeMap<SkillKey, Option<String>>,
}

/// Longest `note`, in characters.
const NOTE_MAX_CHARS: usize = 400;

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
        fields.allow_only(&["hidden", "removed", "suspicious"], problems);
        let names = Names::new(content, folders, BTreeMap::new());
        for table in fields.tables("hidden", problems) {
            let decision = moderation.decision_on_present(&table, &names, problems);
            moderation.hidden.extend(decision.map(|(skill, _)| skill));
        }
        for table in fields.tables("removed", problems) {
            let Some((skill, _)) = moderation.decision(&table, problems) else {
                continue;
            };
            let (span, skill) = (skill.span(), skill.into_inner());
            let is_slip = (!names.is_there(&skill)).then(|| names.similar(&skill));
            if let Some(meant) = is_slip.flatten() {
                let message = format!("no skill is called `{skill}` now, but one `{meant}`");
                let warning = file.warning(span, message);
                problems.push(warning.hint("nothing is to be done unless that one is meant"));
            }
            moderation.hidden.insert(skill.clone());
            moderation.removed.insert(skill);
        }
        for table in fields.tables("suspicious", problems) {
            let decision = moderation.decision_on_present(&table, &names, problems);
            moderation.suspicious.extend(decision);
        }
        moderation
    }

    /// The skill and the note of one table; tells when the skill is missing or has a decision already.
    fn decision_on_present(
        &self,
        fields: &Fields,
        names: &Names,
        problems: &mut Problems,
    ) -> Option<(SkillKey, Option<String>)> {
        let (skill, note) = self.decision(fields, problems)?;
        let (span, skill) = (skill.span(), skill.into_inner());
        if !names.is_there(&skill) {
            let message = format!("`{skill}` is moderated, but there is no such skill");
            let error = fields.file.error(span, message);
            problems.push(names.hint(error, &skill));
        }
        Some((skill, note))
    }

    /// The same of a skill that may be missing.
    fn decision(
        &self,
        fields: &Fields,
        problems: &mut Problems,
    ) -> Option<(Spanned<SkillKey>, Option<String>)> {
        fields.allow_only(&["skill", "note"], problems);
        let note = fields.text("note", NOTE_MAX_CHARS, problems);
        let skill = fields.skill("skill", problems)?;
        let key = skill.get_ref();
        if self.hidden.contains(key) || self.suspicious.contains_key(key) {
            let message = format!("`{key}` is in this file already");
            let error = fields.file.error(skill.span(), message);
            problems.push(error.hint("remove one of the two"));
        }
        Some((skill, note.map(Spanned::into_inner)))
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
