//! Reads a content folder: skills, badges, statistics, moderation and aliases.
//!
//! ```text
//! skills/<owner>/<slug>/SKILL.md   what strangers write: at worst a skill is left out, with a warning
//! badges/<kind>.toml               what the operator writes: a fault is an error
//! stats.jsonl or stats.csv
//! moderation.toml
//! aliases.toml
//! ```
//!
//! [`load`] reads everything once, stops at nothing and reports all problems together.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use skillpress_search::format::manifest::SKILLS_MAX;

use crate::catalog::{Catalog, Skill};
use crate::input_file;
use crate::key::SkillKey;
use crate::memory::MemoryBudget;
use crate::problem::{Problem, Problems};
use crate::text::{self, EncodingFault};
use crate::url::{GROWING_FOLDERS, RESERVED_OWNERS};
use alias::Aliases;
use cache::Walked;
use clash::OperatorsFiles;
use moderation::Moderation;
use names::Names;

mod alias;
mod badge;
mod badge_edit;
mod cache;
mod clash;
mod date;
mod fields;
mod files;
mod front_matter;
mod hint;
mod layout;
mod links;
mod lost_text;
mod meta;
mod moderation;
mod names;
mod skill;
pub mod static_files;
mod stats;
mod toml_file;
mod version;
mod walk;
mod yaml;

pub use badge::{badge_path, is_badge_kind};
pub use badge_edit::{add_award, remove_award};
pub use cache::SkillCache;
pub use files::read_body;
pub(crate) use hint::Proposal;

/// Reads the content folder; the catalog is good to publish if there are no errors among the problems.
///
/// Paths of problems begin with `content` as it is given.
pub fn load(content: &Path, options: &LoadOptions, files: &dyn ReadFile) -> (Catalog, Problems) {
    load_with(content, options, files, None)
}

/// The same, but a skill whose files look as they did the last time is taken from `cache`; see [`SkillCache`].
pub fn load_again(
    content: &Path,
    options: &LoadOptions,
    files: &dyn ReadFile,
    cache: &mut SkillCache,
) -> (Catalog, Problems) {
    load_with(content, options, files, Some(cache))
}

/// The skills that the operator hides, so that nobody takes them for lost.
pub fn hidden_skills(content: &Path) -> BTreeSet<SkillKey> {
    let options = LoadOptions::default();
    let content = Content::new(content, &options, &Disk);
    // Which of them there are is no matter here, and loading has told of faults.
    Moderation::read(&content, &[], &mut Problems::new()).hidden
}

fn load_with(
    content: &Path,
    options: &LoadOptions,
    files: &dyn ReadFile,
    mut cache: Option<&mut SkillCache>,
) -> (Catalog, Problems) {
    let content = Content::new(content, options, files);
    let mut problems = Problems::new();
    // What changes behind a link is told under another path.
    let skills = content.root.as_ref().map(|root| root.join("skills"));
    if let Some(cache) = &mut cache
        && content.path.join("skills").canonicalize().ok() != skills
    {
        cache.forget();
    }
    let Some(folders) = walk::skill_folders(&content, &mut problems) else {
        return (Catalog::default(), problems);
    };
    let moderation = Moderation::read(&content, &folders, &mut problems);
    let hidden = moderation.hidden.clone();
    let mut skills = read_skills(&content, &folders, &hidden, cache, &mut problems);
    moderation.apply(&mut skills);

    let written_aliases = Aliases::read(&content, &mut problems);
    let targets = written_aliases.as_ref().map(Aliases::targets);
    let targets = targets.unwrap_or_default();
    let operators_files = operators_files(&content, &mut problems);
    let mut skills = clash::leave_out(&content, &targets, &operators_files, skills, &mut problems);
    if skills.is_empty() {
        problems.extend(empty(&content, &folders, &hidden).into_iter().collect());
    }
    let names = Names::new(&content, &folders, &hidden, targets);
    let badge_kinds = badge::read(&content, &names, &mut skills, &mut problems);
    let stats_as_of = stats::read(&content, &names, &mut skills, &mut problems);
    let aliases = written_aliases
        .map(|aliases| aliases.check(&content, &names, &skills, &mut problems))
        .unwrap_or_default();
    let catalog = Catalog {
        skills,
        badge_kinds,
        aliases,
        stats_as_of,
    };
    links::check(content.path, &catalog, &mut problems);
    (catalog, problems)
}

/// The error when there is nothing to publish; `None` when the operator hides it all, or no folder of a skill has a
/// `SKILL.md`, which has been told of each.
fn empty(
    content: &Content,
    folders: &[walk::SkillFolder],
    hidden: &BTreeSet<SkillKey>,
) -> Option<Problem> {
    let no_skills = || {
        let skills = content.path.join("skills");
        Problem::error(skills, "no skills", "there is no skill in this folder")
            .hint("make one with `skillpress new OWNER/SLUG`")
    };
    layout::nothing_published(content, hidden).or_else(|| folders.is_empty().then(no_skills))
}

fn read_skills(
    content: &Content,
    folders: &[walk::SkillFolder],
    hidden: &BTreeSet<SkillKey>,
    cache: Option<&mut SkillCache>,
    problems: &mut Problems,
) -> Vec<Skill> {
    let walked: Vec<(&walk::SkillFolder, Walked)> = folders
        .par_iter()
        .filter(|folder| !hidden.contains(&folder.key))
        .map(|folder| {
            let walked = cache::read(content, hidden, folder, cache.as_deref());
            (folder, walked)
        })
        .collect();
    if let Some(cache) = cache {
        let walked = walked.iter();
        cache.replace(walked.map(|(folder, walked)| (folder.key.clone(), walked.clone())));
    }
    walked
        .into_iter()
        .filter_map(|(_, walked)| {
            problems.extend(walked.problems());
            Arc::unwrap_or_clone(walked.read).skill
        })
        .collect()
}

/// The files of `static/`. One that stands where more skills would put a page is an error at once, and not on the day when
/// a stranger adds the skill.
fn operators_files(content: &Content, problems: &mut Problems) -> OperatorsFiles {
    let folder = static_files::folder(content.path);
    let paths = static_files::site_paths(&folder);
    for path in &paths {
        let lower = path.to_lowercase();
        if let Some(taken) = GROWING_FOLDERS
            .iter()
            .find(|taken| lower.starts_with(**taken))
        {
            let message = format!("the site writes its own pages below `{taken}`");
            let problem = Problem::error(folder.join(path), "static file", message);
            problems.push(problem.hint("move this file to another folder"));
        }
    }
    paths.into_iter().collect()
}

/// What a registry may set about reading its content.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// First path segments that the site needs for itself; no owner may have one of them, in any letter case.
    pub reserved_owners: Vec<String>,
    /// Larger files are left out.
    pub max_file_bytes: u64,
    /// Files of one skill beyond this many are left out.
    pub max_files: usize,
    /// Files of one skill beyond this sum are left out.
    pub max_skill_bytes: u64,
    /// Skills beyond this many are left out.
    pub max_skills: usize,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            reserved_owners: RESERVED_OWNERS.iter().copied().map(str::to_owned).collect(),
            max_file_bytes: 10_000_000,
            max_files: 1_000,
            max_skill_bytes: 50_000_000,
            max_skills: SKILLS_MAX as usize,
        }
    }
}

/// How files are read; tests give one that fails.
pub trait ReadFile: Sync {
    /// The whole file.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
}

/// Reads regular files from disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl ReadFile for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        input_file::read(path, input_file::FILE_MAX_BYTES)
    }
}

/// The content folder and how to read it.
struct Content<'a> {
    /// As the user named it.
    path: &'a Path,
    /// Absolute, without links; `None` when there is no such folder.
    root: Option<PathBuf>,
    options: &'a LoadOptions,
    files: &'a dyn ReadFile,
    /// For the skills that are read at the same time.
    memory: MemoryBudget,
}

impl<'a> Content<'a> {
    fn new(path: &'a Path, options: &'a LoadOptions, files: &'a dyn ReadFile) -> Self {
        Self {
            path,
            root: path.canonicalize().ok(),
            options,
            files,
            memory: MemoryBudget::default(),
        }
    }

    /// Whether `path`, after all links, lies inside the content folder.
    fn holds(&self, path: &Path) -> bool {
        let target = path.canonicalize().ok();
        target.is_some_and(|target| {
            self.root
                .as_ref()
                .is_some_and(|root| target.starts_with(root))
        })
    }

    /// The folder of a skill.
    fn skill_path(&self, skill: &SkillKey) -> PathBuf {
        let owner = self.path.join("skills").join(&skill.owner);
        owner.join(&skill.slug)
    }

    /// Whether the site needs `owner` for itself.
    fn is_reserved(&self, owner: &str) -> bool {
        let reserved = &self.options.reserved_owners;
        reserved.iter().any(|name| name.eq_ignore_ascii_case(owner))
    }

    /// The text of a file that the operator wrote; `None` when it is not there, and, with an error, when it is no text
    /// or cannot be read.
    fn read_operator_file(
        &self,
        path: &Path,
        group: &'static str,
        problems: &mut Problems,
    ) -> Option<String> {
        path.symlink_metadata().ok()?;
        if !self.holds(path) {
            let message = "this link does not lead to a file inside the content folder";
            problems.push(
                Problem::error(path, group, message).hint("put the file itself in its place"),
            );
            return None;
        }
        let bytes = match self.files.read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let message = format!("the file cannot be read: {error}");
                problems.push(Problem::error(path, group, message).hint(input_file::hint(&error)));
                return None;
            }
        };
        let decoded = text::decode(&bytes);
        let fault = match decoded.fault {
            None => return Some(decoded.text),
            Some(EncodingFault::Utf16) => {
                Problem::error(path, group, "the file is UTF-16; UTF-8 is expected")
            }
            Some(EncodingFault::NotUtf8 { at }) => {
                Problem::error(path, group, "the file is not UTF-8").at_offset(&decoded.text, at)
            }
        };
        problems.push(fault.hint(EncodingFault::HINT));
        None
    }

    /// Where the link `path` ends, if that is a file of a skill that is not hidden.
    fn link_target(&self, path: &Path, hidden: &BTreeSet<SkillKey>) -> Option<PathBuf> {
        let target = path.canonicalize().ok()?;
        let inside = target.strip_prefix(self.root.as_ref()?).ok()?;
        let names: Option<Vec<&str>> = inside.iter().map(|name| name.to_str()).collect();
        let ["skills", owner, slug, _, ..] = names?[..] else {
            return None;
        };
        let is_shown = !inside
            .iter()
            .any(|name| name.to_str().is_some_and(walk::is_hidden_name))
            && !hidden.iter().any(|id| id.owner == owner && id.slug == slug);
        (is_shown && target.is_file()).then_some(target)
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    Problem::warning(
        path,
        "unreadable",
        format!("the file cannot be read: {error}; the skill is left out"),
    )
    .hint(input_file::hint(error))
}

#[cfg(test)]
mod tests;
