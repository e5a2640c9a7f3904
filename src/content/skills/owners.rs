//! Owners and their skills: the folders `skills/<owner>/<slug>`. Links to folders are not followed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::folder::{SkillFolder, unreadable_folder};
use super::layout;
use crate::content::folder::Content;
use crate::file_name::{is_hidden, is_litter, is_skill_md};
use crate::key::{SkillKey, is_identity_part};
use crate::problem::{Fault, Problem, Problems, Severity};
use crate::sources::SourceSkill;
use crate::text;

/// All folders that may hold a skill, sorted by key: those of the content folder, and of `sources`. `None` when there are no
/// sources and no folder of skills.
///
/// Of two skills with one key that of the content folder stays, else that of the first source.
pub fn folders<'s>(
    content: &Content,
    sources: &'s [SourceSkill],
    problems: &mut Problems,
) -> Option<Vec<SkillFolder<'s>>> {
    let has_own = content.path.join("skills").symlink_metadata().is_ok();
    let mut folders = match sources {
        [_, ..] if !has_own => Vec::new(),
        _ => own_folders(content, problems)?,
    };
    let mut taken = Taken::default();
    for folder in &folders {
        taken.take(&folder.key, &folder.path);
    }
    for source in sources {
        let SkillKey { owner, slug } = &source.key;
        if let Some(first) = taken.owner_of(owner) {
            let message = format!(
                "the owners `{owner}` and `{first}` differ only in the case of letters; `{first}` came first, and this skill is left out"
            );
            let hint = "write the owner of the source in the same letters";
            problems.push(Problem::warning(&source.path, "name taken", message).hint(hint));
        } else if let Some(path) = taken.path_of(&source.key) {
            let message = format!(
                "the skill `{slug}` of `{owner}` is there already, in `{}`; this one is left out",
                path.display()
            );
            let hint = format!(
                "leave one of the two out with `exclude = [\"{slug}\"]`, or give the sources other owners"
            );
            problems.push(Problem::warning(&source.path, "name taken", message).hint(hint));
        } else {
            taken.take(&source.key, &source.path);
            folders.push(SkillFolder {
                key: source.key.clone(),
                path: source.path.clone(),
                source: Some(source),
            });
        }
    }
    folders.sort_by(|a, b| a.key.cmp(&b.key));
    Some(folders)
}

/// What owners and skills are called that came first, in lower case: on many file systems others would overwrite them.
#[derive(Default)]
struct Taken {
    owners: BTreeMap<String, String>,
    keys: BTreeMap<String, PathBuf>,
}

impl Taken {
    fn take(&mut self, key: &SkillKey, path: &Path) {
        let owner = self.owners.entry(key.owner.to_lowercase());
        owner.or_insert_with(|| key.owner.clone());
        let key = self.keys.entry(key.to_string().to_lowercase());
        key.or_insert_with(|| path.to_owned());
    }

    /// The owner that came first, if that is written in other letters.
    fn owner_of(&self, owner: &str) -> Option<&str> {
        let first = self.owners.get(&owner.to_lowercase())?;
        (first != owner).then_some(first)
    }

    /// Where the skill lies that has the key.
    fn path_of(&self, key: &SkillKey) -> Option<&Path> {
        let path = self.keys.get(&key.to_string().to_lowercase())?;
        Some(path)
    }
}

/// The folders `skills/<owner>/<slug>` of the content folder, sorted by key.
fn own_folders(content: &Content, problems: &mut Problems) -> Option<Vec<SkillFolder<'static>>> {
    if content.root.is_none() {
        problems.push(
            Problem::error(content.path, "no content folder", "there is no such content folder")
                .hint("name the folder that holds `skills/` with `--content`, or make a registry with `skillpress init`, here of the skills that are here"),
        );
        return None;
    }
    let skills = content.path.join("skills");
    if !skills.is_dir() || !content.holds(&skills) {
        problems.push(no_skills_folder(content, &skills));
        return None;
    }
    let mut found = Found::default();
    let mut walk = WalkDir::new(&skills)
        .min_depth(1)
        .max_depth(2)
        .sort_by_file_name()
        .into_iter();
    while let Some(entry) = walk.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let mut problem = unreadable_folder(&skills, &error);
                if error.depth() == 0 {
                    problem.severity = Severity::Error;
                }
                problems.push(problem);
                continue;
            }
        };
        if is_hidden(&entry) {
            if entry.file_type().is_dir() {
                walk.skip_current_dir();
                if !is_litter(&entry) {
                    problems.extend(layout::in_hidden_folder(entry.path()));
                }
            }
            continue;
        }
        if entry.depth() == 1 {
            if let Some(fault) = owner_fault(content, &entry) {
                problems.push(fault.warning(entry.path()));
                if entry.file_type().is_dir() {
                    walk.skip_current_dir();
                }
            }
            continue;
        }
        found.add(&entry);
    }
    Some(found.finish(problems))
}

/// What an owner's folder holds.
#[derive(Default)]
struct Found {
    folders: Vec<SkillFolder<'static>>,
    /// By owner.
    problems: Vec<(String, Problem)>,
    /// Owners whose folder is a skill itself.
    skills_as_owners: BTreeSet<String>,
}

impl Found {
    /// Takes what stands directly in an owner's folder.
    fn add(&mut self, entry: &DirEntry) {
        let owner = entry.path().parent().and_then(Path::file_name);
        let owner = owner.unwrap_or_default().to_string_lossy().into_owned();
        if entry.file_type().is_file() && entry.file_name().to_str().is_some_and(is_skill_md) {
            self.skills_as_owners.insert(owner.clone());
            let problem = layout::too_high(entry.path(), &owner);
            self.problems.push((owner, problem));
            return;
        }
        match skill_folder(entry, owner.clone()) {
            Ok(folder) => self.folders.push(folder),
            Err(fault) => self.problems.push((owner, fault.warning(entry.path()))),
        }
    }

    /// The folders, sorted by key. Where the owner's folder is a skill, its other files and its folders are parts
    /// of that skill and no problems of their own.
    fn finish(mut self, problems: &mut Problems) -> Vec<SkillFolder<'static>> {
        let is_part = |owner: &str| self.skills_as_owners.contains(owner);
        self.folders
            .retain(|folder| !is_part(&folder.key.owner) || has_skill(&folder.path));
        let told = self
            .problems
            .into_iter()
            .filter(|(owner, problem)| !is_part(owner) || problem.group == layout::OUT_OF_PLACE);
        problems.extend(told.map(|(_, problem)| problem));
        self.folders.sort_by(|a, b| a.key.cmp(&b.key));
        self.folders
    }
}

/// Whether a folder has what makes it a skill.
fn has_skill(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).any(|name| {
        name.to_str()
            .is_some_and(|name| is_skill_md(name) || name == "_meta.json")
    })
}

/// Why there is no folder of skills.
fn no_skills_folder(content: &Content, skills: &Path) -> Problem {
    let error = |message| Problem::error(content.path, "no skills folder", message);
    match skills.symlink_metadata() {
        Ok(metadata) if metadata.is_symlink() => error(
            "`skills` is a link that does not lead to a folder inside the content folder, so it is not followed",
        )
        .hint("put the folder itself in its place"),
        Ok(_) => error("`skills` is not a folder")
            .hint(PLACE_HINT),
        Err(_) => layout::nothing_published(content).unwrap_or_else(|| {
            error("the content folder has no folder `skills`")
                .hint(PLACE_HINT)
        }),
    }
}

/// What is to be said of what stands in the place of a folder and is none; `stray` of what is no link either.
fn no_folder_fault(entry: &DirEntry, place: &str, stray: &str) -> Option<Fault> {
    let what = match entry.path().metadata() {
        _ if entry.file_type().is_dir() => return None,
        Ok(target) if entry.path_is_symlink() && target.is_dir() => "a link to a folder",
        Err(_) if entry.path_is_symlink() => "a link that leads nowhere",
        _ => return Some(Fault::new("stray file", stray, PLACE_HINT)),
    };
    let message = format!(
        "this is {what} in the place of {place}; links are not followed here, so it is left out"
    );
    let hint = "put the folder itself in its place";
    Some(Fault::new("link left out", message, hint))
}

const PLACE_HINT: &str = "skills are expected in `skills/<owner>/<slug>/SKILL.md`";

const IDENTITY_HINT: &str = "rename it to ASCII letters, digits, `-`, `_` and `.`, a letter or digit first, at most 96, and not `index.html`";

/// What keeps `entry`, directly below `skills/`, from being an owner.
fn owner_fault(content: &Content, entry: &DirEntry) -> Option<Fault> {
    let stray = "this is no folder of an owner and is left out";
    if let Some(fault) = no_folder_fault(entry, "the folder of an owner", stray) {
        return Some(fault);
    }
    let owner = entry.file_name().to_string_lossy();
    if !is_identity_part(&owner) {
        let message = format!("`{owner}` cannot be an owner; its skills are left out");
        return Some(Fault::new("name not allowed", message, IDENTITY_HINT));
    }
    let why = if content.is_reserved(&owner) {
        "is a page of the site"
    } else if text::is_device_name(&owner) {
        "is a device on Windows"
    } else {
        return None;
    };
    let message = format!("`{owner}` {why} and cannot be an owner; its skills are left out");
    let hint = "rename the folder, such as to `the-name-team`";
    Some(Fault::new("reserved owner", message, hint))
}

fn skill_folder(entry: &DirEntry, owner: String) -> Result<SkillFolder<'static>, Fault> {
    let stray = "this stands directly in an owner's folder and is left out";
    if let Some(fault) = no_folder_fault(entry, "the folder of a skill", stray) {
        return Err(fault);
    }
    let slug = entry.file_name().to_string_lossy();
    if !is_identity_part(&slug) || text::is_device_name(&slug) {
        let message = format!("`{slug}` cannot be the slug of a skill; the skill is left out");
        return Err(Fault::new("name not allowed", message, IDENTITY_HINT));
    }
    Ok(SkillFolder {
        key: SkillKey {
            owner,
            slug: slug.into_owned(),
        },
        path: entry.path().to_owned(),
        source: None,
    })
}
