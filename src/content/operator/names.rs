//! Which skills there are, for files that speak of skills by name.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;

use crate::catalog::Skill;
use crate::content::folder::Content;
use crate::content::skills::SkillFolder;
use crate::key::SkillKey;
use crate::problem::Problem;
use crate::text;

/// What to write where no name is close to the one that was meant.
pub(super) const KEY_HINT: &str = "names of skills are their folders below `skills/`: `owner/slug`";

/// All identities that the content folder knows.
pub struct Names<'a> {
    content: &'a Content<'a>,
    /// Every skill that has a folder, sorted by identity.
    folders: &'a [SkillFolder],
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
        folders: &'a [SkillFolder],
        aliases: BTreeMap<SkillKey, SkillKey>,
    ) -> Self {
        Self {
            content,
            folders,
            aliases,
            n_guesses_left: Cell::new(100),
        }
    }

    /// The position of `name` in `skills`.
    pub fn published(&self, skills: &[Skill], key: &SkillKey) -> Result<usize, Absence> {
        skills
            .binary_search_by(|skill| skill.key.cmp(key))
            .map_err(|_| {
                if self.content.hidden.contains(key) {
                    Absence::Hidden
                } else if self.is_there(key) {
                    Absence::LeftOut
                } else {
                    Absence::Unknown
                }
            })
    }

    /// Whether there is anything in the place of the skill `name`: a folder, or what its owner put there instead, such as
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

    /// Adds the name that was probably meant.
    pub fn hint(&self, problem: Problem, key: &SkillKey) -> Problem {
        if let Some(now) = self.aliases.get(key) {
            return problem.hint(format!("it is now called `{now}`"));
        }
        let Some(n_guesses_left) = self.n_guesses_left.get().checked_sub(1) else {
            return problem;
        };
        self.n_guesses_left.set(n_guesses_left);
        let wanted = key.to_string();
        let names: Vec<String> = self
            .folders
            .iter()
            .map(|folder| folder.key.to_string())
            .collect();
        if let Some(meant) = text::suggest(&wanted, names.iter().map(String::as_str)) {
            return problem.hint(format!("did you mean `{meant}`?"));
        }
        match self
            .folders
            .iter()
            .find(|folder| folder.key.slug == key.slug)
        {
            Some(folder) => problem.hint(format!("did you mean `{}`?", folder.key)),
            None => problem.hint(KEY_HINT),
        }
    }
}
