//! Whole content folders, loaded; problems are compared as they are printed, with the folder named `content`.

mod collections;
mod folder;
mod front_matter;
mod hints;
mod hostile;
mod layout;
mod operator;
mod skills;
mod slips;
mod sources;

use super::{Disk, LoadOptions, ReadFile, load};
use crate::catalog::{Catalog, Skill};
use crate::key::SkillKey;
use crate::problem::Problems;
use crate::sources::LoadedSources;
use folder::ContentFolder;

/// What came of loading a folder.
struct Loaded {
    catalog: Catalog,
    problems: Problems,
    /// All problems as printed.
    shown: String,
}

impl Loaded {
    fn of(folder: &ContentFolder) -> Self {
        Self::with(folder, &LoadOptions::default(), &Disk)
    }

    fn with(folder: &ContentFolder, options: &LoadOptions, files: &dyn ReadFile) -> Self {
        let path = folder.path();
        let (catalog, problems) = load(&path, &LoadedSources::default(), options, files);
        let shown: String = problems.sorted().iter().map(ToString::to_string).collect();
        Self {
            catalog: catalog.with_files_in_memory(),
            problems,
            shown: shown.replace(path.to_str().unwrap(), "content"),
        }
    }

    fn skill(&self, name: &str) -> &Skill {
        self.catalog
            .skill(&SkillKey::parse(name).unwrap())
            .unwrap_or_else(|| panic!("no {name}:\n{}", self.shown))
    }

    fn names(&self) -> Vec<String> {
        self.catalog
            .skills
            .iter()
            .map(|skill| skill.key.to_string())
            .collect()
    }

    /// Fails unless the problems contain the lines of `expected`, in this order and without others between them.
    #[track_caller]
    fn says(&self, expected: &str) {
        assert!(
            self.shown.contains(expected),
            "expected:\n{expected}\ngot:\n{}",
            self.shown
        );
    }

    #[track_caller]
    fn says_nothing(&self) {
        assert_eq!(self.shown, "");
    }
}

/// Loads a folder with these files.
fn loaded<B: AsRef<[u8]>>(files: &[(&str, B)]) -> Loaded {
    Loaded::of(&ContentFolder::new(files))
}

/// A `SKILL.md` without any fault.
fn skill_md(name: &str) -> String {
    format!("---\nname: {name}\ndescription: Does it.\n---\n# Title\n")
}

/// Loads one skill `ana/pdf` whose SKILL.md is `text`.
fn one(text: impl AsRef<[u8]>) -> Loaded {
    loaded(&[("skills/ana/pdf/SKILL.md", text)])
}
