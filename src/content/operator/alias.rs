//! `aliases.toml`: names that skills had before. Each line is `"old/name" = "new/name"`.

use std::collections::BTreeMap;
use std::ops::Range;

use super::names::{Absence, Names};
use super::toml_file::{Fields, TomlFile};
use crate::catalog::Skill;
use crate::content::folder::Content;
use crate::key::SkillKey;
use crate::problem::{Problem, Problems};

/// Old names of published skills; a chain of renamings leads to its end.
#[derive(Default)]
pub struct Aliases {
    file: TomlFile,
    /// Old name → new name as written, with the places of both.
    written: BTreeMap<SkillKey, (SkillKey, Range<usize>, Range<usize>)>,
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
        {
            let table = file.parse(problems)?;
            for (old, old_span, value) in Fields::new(&file, &table).entries() {
                let new = value.get_ref().as_str();
                let names = (SkillKey::parse(old), new.and_then(SkillKey::parse));
                if let (Some(old), Some(new)) = names {
                    written.insert(old, (new, old_span, value.span()));
                } else {
                    let fault = if names.0.is_none() {
                        old_span
                    } else {
                        value.span()
                    };
                    problems.push(
                        file.error(fault, "an alias leads from one identity to another")
                            .hint("write `\"old-owner/old-slug\" = \"owner/slug\"`"),
                    );
                }
            }
        }
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
        let mut name = old;
        for _ in 0..=self.written.len() {
            match self.written.get_key_value(name) {
                Some((_, (next, ..))) => name = next,
                None => return Some(name),
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
        let mut taken: BTreeMap<String, &SkillKey> = skills
            .iter()
            .map(|skill| (skill.key.to_string().to_lowercase(), &skill.key))
            .collect();
        for (old, (_, old_span, new_span)) in &self.written {
            if let Some(problem) = self.fault_of_old(content, old, old_span, &taken) {
                problems.push(problem);
                continue;
            }
            taken.insert(old.to_string().to_lowercase(), old);
            let Some(end) = self.end_of(old) else {
                problems.push(
                    self.file
                        .error(
                            new_span.clone(),
                            format!("the alias `{old}` leads in a circle"),
                        )
                        .hint("let it lead to the skill's present name"),
                );
                continue;
            };
            match names.published(skills, end) {
                Ok(_) => {
                    aliases.insert(old.clone(), end.clone());
                }
                Err(Absence::Hidden) => {}
                Err(Absence::LeftOut) => problems.push(self.file.warning(
                    new_span.clone(),
                    format!("the alias `{old}` leads to `{end}`, but that skill is left out"),
                )),
                Err(Absence::Unknown) => problems.push(names.hint(
                    self.file.error(
                        new_span.clone(),
                        format!("the alias `{old}` leads to `{end}`, but there is no such skill"),
                    ),
                    end,
                )),
            }
        }
        aliases
    }

    fn fault_of_old(
        &self,
        content: &Content,
        old: &SkillKey,
        span: &Range<usize>,
        taken: &BTreeMap<String, &SkillKey>,
    ) -> Option<Problem> {
        if content.is_reserved(&old.owner) {
            return Some(
                self.file
                    .error(
                        span.clone(),
                        format!(
                            "`{}` is a page of the site and cannot be an owner",
                            old.owner
                        ),
                    )
                    .hint("remove the alias"),
            );
        }
        let other = taken.get(&old.to_string().to_lowercase())?;
        Some(if *other == old {
            self.file
                .error(
                    span.clone(),
                    format!("`{old}` is a skill, so it cannot be an alias"),
                )
                .hint("remove the alias, or rename the skill's folder")
        } else {
            self.file
                .error(
                    span.clone(),
                    format!("the alias `{old}` and `{other}` differ only in the case of letters"),
                )
                .hint("remove the alias")
        })
    }
}
