//! Which skills there are, for files that speak of skills by name.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use super::toml_file::TomlFile;

use crate::catalog::Skill;
use crate::content::folder::Content;
use crate::content::skills::SkillFolder;
use crate::key::SkillKey;
use crate::problem::{Problem, Problems};
use crate::text;

/// What to write where no name is close to the one that was meant.
pub(super) const KEY_HINT: &str = "names of skills are their folders below `skills/`: `owner/slug`";

/// The keys of all skills that the content folder knows.
pub struct Names<'a> {
    content: &'a Content<'a>,
    /// Every skill that has a folder, sorted by key.
    folders: &'a [SkillFolder<'a>],
    /// Old names.
    aliases: BTreeMap<SkillKey, SkillKey>,
    /// How often a slip may still be looked up, which compares a name with every other.
    n_guesses_left: Cell<usize>,
}

/// What is the matter with a name.
pub enum Absence {
    /// The operator hides the skill: nothing to say.
    Hidden,
    /// The skill is there, but cannot be published; that has its own problem.
    LeftOut,
    /// There is no such skill.
    Unknown,
}

impl<'a> Names<'a> {
    pub fn new(
        content: &'a Content<'a>,
        folders: &'a [SkillFolder<'a>],
        aliases: BTreeMap<SkillKey, SkillKey>,
    ) -> Self {
        Self {
            content,
            folders,
            aliases,
            n_guesses_left: Cell::new(100),
        }
    }

    /// The position of the skill in `skills`.
    pub fn published(&self, skills: &[Skill], key: &SkillKey) -> Result<usize, Absence> {
        let skill_idx = skills.binary_search_by(|skill| skill.key.cmp(key));
        skill_idx.map_err(|_| match self.content.hidden.contains(key) {
            true => Absence::Hidden,
            false if self.is_there(key) => Absence::LeftOut,
            false => Absence::Unknown,
        })
    }

    /// The present key of a skill that was called `key`.
    pub(super) fn present_key(&self, key: &SkillKey) -> Option<&SkillKey> {
        self.aliases.get(key)
    }

    /// The position in `skills` of the skill that a TOML file names at `span`; `None`, with a problem unless the operator hides
    /// it, when it is not published. `subject` begins the sentence, such as "award to `ana/pdf`".
    pub(super) fn named_in(
        &self,
        file: &TomlFile,
        span: Range<usize>,
        subject: &str,
        skills: &[Skill],
        key: &SkillKey,
        problems: &mut Problems,
    ) -> Option<usize> {
        match self.published(skills, key) {
            Ok(skill_idx) => return Some(skill_idx),
            Err(Absence::Hidden) => {}
            Err(Absence::LeftOut) => {
                let message = format!("{subject}, but that skill is left out");
                problems.push(file.warning(span, message));
            }
            Err(Absence::Unknown) => {
                let message = format!("{subject}, but there is no such skill");
                problems.push(self.hint(file.error(span, message), key));
            }
        }
        None
    }

    /// Whether there is anything in the place of the skill: a folder, or what its owner put there instead, such as
    /// a link. What that does to the skill has its own problem.
    pub fn is_there(&self, key: &SkillKey) -> bool {
        let has_folder = self.folders.binary_search_by(|folder| folder.key.cmp(key));
        let path = self.content.skill_path(key);
        let owner = path.parent().map(Path::symlink_metadata);
        has_folder.is_ok()
            || match owner {
                Some(Ok(owner)) if owner.is_dir() => path.symlink_metadata().is_ok(),
                Some(Ok(_)) => true,
                Some(Err(_)) | None => false,
            }
    }

    /// The key of a skill that `key` is most likely a slip of.
    pub(super) fn similar(&self, key: &SkillKey) -> Option<String> {
        similar_key(key, self.folders.iter().map(|folder| &folder.key))
    }

    /// Adds the name that was probably meant.
    pub fn hint(&self, problem: Problem, key: &SkillKey) -> Problem {
        if let Some(now) = self.aliases.get(key) {
            return problem.hint(format!("it is now called `{now}`"));
        }
        let Some(n_guesses_left) = self.n_guesses_left.get().checked_sub(1) else {
            return problem;
        };
        self.n_guesses_left.set(n_guesses_left);
        let mut keys = self.folders.iter().map(|folder| &folder.key);
        let similar = self.similar(key);
        let same_slug = || Some(keys.find(|other| other.slug == key.slug)?.to_string());
        match similar.or_else(same_slug) {
            Some(meant) => problem.hint(format!("did you mean `{meant}`?")),
            None => problem.hint(KEY_HINT),
        }
    }
}

/// The key of `keys` that `wanted` is most likely a slip of.
pub(super) fn similar_key<'k>(
    wanted: &SkillKey,
    keys: impl Iterator<Item = &'k SkillKey>,
) -> Option<String> {
    let keys: Vec<String> = keys.map(SkillKey::to_string).collect();
    let similar = text::suggest(&wanted.to_string(), keys.iter().map(String::as_str));
    similar.map(str::to_owned)
}
