//! `aliases.toml`: names that skills had before. Each line is `"old/name" = "new/name"`.

use std::collections::BTreeMap;
use std::ops::Range;

use super::names::Names;
use super::toml_file::{Fields, TomlFile};
use crate::catalog::Skill;
use crate::content::folder::Content;
use crate::key::SkillKey;
use crate::problem::{Problem, Problems};

/// Old keys of published skills; a chain of renamings leads to its end.
#[derive(Default)]
pub struct Aliases {
    file: TomlFile,
    /// By the old key.
    written: BTreeMap<SkillKey, Alias>,
}

/// One line of the file.
struct Alias {
    new: SkillKey,
    old_span: Range<usize>,
    new_span: Range<usize>,
}

impl Aliases {
    /// Reads the file; no aliases when there is none, or none that can be read.
    pub fn read(content: &Content, problems: &mut Problems) -> Self {
        Self::read_file(content, problems).unwrap_or_default()
    }

    fn read_file(content: &Content, problems: &mut Problems) -> Option<Self> {
        let path = content.path.join("aliases.toml");
        let file = TomlFile::read(content, &path, "aliases", problems)?;
        let mut written = BTreeMap::new();
        let table = file.parse(problems)?;
        for (old, old_span, value) in Fields::new(&file, &table).entries() {
            let new_span = value.span();
            let new = value.get_ref().as_str().and_then(SkillKey::parse);
            let old = SkillKey::parse(old);
            let fault_span = match old {
                Some(_) => new_span.clone(),
                None => old_span.clone(),
            };
            if let (Some(old), Some(new)) = (old, new) {
                let alias = Alias {
                    new,
                    old_span,
                    new_span,
                };
                written.insert(old, alias);
            } else {
                let error = file.error(fault_span, "an alias leads from one identity to another");
                problems.push(error.hint("write `\"old-owner/old-slug\" = \"owner/slug\"`"));
            }
        }
        drop(table);
        Some(Self { file, written })
    }

    /// Old name → name at the end of its chain of renamings; loops are left out.
    pub fn targets(&self) -> BTreeMap<SkillKey, SkillKey> {
        let ends = self
            .written
            .keys()
            .filter_map(|old| Some((old.clone(), self.end_of(old)?.clone())));
        ends.collect()
    }

    /// The end of the chain that begins with `old`; `None` when it is a loop.
    fn end_of<'a>(&'a self, old: &'a SkillKey) -> Option<&'a SkillKey> {
        let mut key = old;
        for _ in 0..=self.written.len() {
            match self.written.get(key) {
                Some(alias) => key = &alias.new,
                None => return Some(key),
            }
        }
        None
    }

    /// The aliases that lead to a skill of `skills`; all others are reported.
    pub fn check(
        &self,
        content: &Content,
        names: &Names,
        skills: &[Skill],
        problems: &mut Problems,
    ) -> BTreeMap<SkillKey, SkillKey> {
        let mut aliases = BTreeMap::new();
        let lower = |key: &SkillKey| key.to_string().to_lowercase();
        let keys = skills.iter().map(|skill| (lower(&skill.key), &skill.key));
        let mut taken: BTreeMap<String, &SkillKey> = keys.collect();
        for (old, alias) in &self.written {
            let other = taken.get(&lower(old)).copied();
            if let Some(error) = self.fault_of_old(content, old, &alias.old_span, other) {
                problems.push(error);
                continue;
            }
            taken.insert(lower(old), old);
            let span = alias.new_span.clone();
            let Some(end) = self.end_of(old) else {
                let message = format!("the alias `{old}` leads in a circle");
                let error = self.file.error(span, message);
                problems.push(error.hint("let it lead to the skill's present name"));
                continue;
            };
            let subject = format!("the alias `{old}` leads to `{end}`");
            let named = names.named_in(&self.file, span, &subject, skills, end, problems);
            if named.is_some() {
                aliases.insert(old.clone(), end.clone());
            }
        }
        aliases
    }

    /// What keeps `old` from being an alias; `taken` is the skill or alias that is called so, but for the case of letters.
    fn fault_of_old(
        &self,
        content: &Content,
        old: &SkillKey,
        span: &Range<usize>,
        taken: Option<&SkillKey>,
    ) -> Option<Problem> {
        let owner = &old.owner;
        let mut hint = "remove the alias";
        let message = if content.is_reserved(owner) {
            format!("`{owner}` is a page of the site and cannot be an owner")
        } else if taken? == old {
            hint = "remove the alias, or rename the skill's folder";
            format!("`{old}` is a skill, so it cannot be an alias")
        } else {
            let other = taken?;
            format!("the alias `{old}` and `{other}` differ only in the case of letters")
        };
        Some(self.file.error(span.clone(), message).hint(hint))
    }
}
