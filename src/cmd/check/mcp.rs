//! `check --mcp`: which skills hosts of MCP Skills take as skills.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::conformance::{self, NotConformant};
use crate::problem::{Problem, Problems};
use crate::site::Site;
use crate::text::number::{counted, grouped};

/// What the published skills are to hosts.
pub(super) struct Conformity {
    n_skills: usize,
    /// Those that are none, and why: the main file of each.
    others: Vec<(PathBuf, NotConformant)>,
}

impl Conformity {
    /// Looks at all published skills of `site`.
    pub(super) fn of(site: &Site) -> Self {
        let skills = &site.catalog.skills;
        let others = skills.iter().filter_map(|skill| {
            let error = conformance::of_skill(skill).err()?;
            Some((skill.main_path(), error))
        });
        Self {
            n_skills: skills.len(),
            others: others.collect(),
        }
    }

    /// Why each of the others is none.
    pub(super) fn notes(&self) -> Problems {
        let notes = self.others.iter().map(|(path, error)| {
            let message = format!("MCP hosts do not take this as a skill: {error}");
            Problem::note(path, "no skill to MCP hosts", message)
        });
        notes.collect()
    }

    /// One line about the others, if there are any; `is_each_named`: whether the notes are printed too.
    pub(super) fn summary(&self, is_each_named: bool) -> Option<String> {
        if self.others.is_empty() {
            return None;
        }
        let n_others = grouped(self.others.len());
        let n_skills = counted(self.n_skills, "skill", "skills");
        let hint = match is_each_named {
            true => "",
            false => "; `--mcp` says which, and why",
        };
        Some(format!(
            "{n_others} of {n_skills} are plain files to MCP hosts, not skills{hint}"
        ))
    }

    /// The same for programs.
    pub(super) fn counts(&self) -> Value {
        json!({ "skills": self.n_skills, "conformant": self.n_skills - self.others.len() })
    }
}
