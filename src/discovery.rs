//! Finds the skills of a repository, in whatever layout it has: those that `skills add <folder> --list --full-depth`
//! lists, version 1.7.4 of that client, which is what users of a repository install with today.
//!
//! A skill is a folder with a `SKILL.md` whose front matter has a name and a description. The client looks first where
//! skills usually lie and where plugin manifests say ([`places`], [`manifest`]), then everywhere to a depth; of two skills
//! of one name, the one that it comes upon first stays. All that it passes over is told, with what to do.
//!
//! The client lists nothing whose front matter it cannot read. Here such a skill is found too when the front matter can be
//! saved, unless a skill that clients list has its name.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use thiserror::Error;

pub use files::{SkillEntry, SkillFiles, skill_files};
pub use left_out::{LeftOut, Reason};

use crate::file_name::is_skill_md;
use crate::key;
use crate::text;
use crate::tree::{EntryKind, Tree, TreeEntry};
use heading::Heading;
use installed::InstalledNames;
use places::Places;

mod files;
mod heading;
mod installed;
mod left_out;
mod manifest;
mod places;

/// Finds the skills of `tree` in the folder `start` and below it; an empty `start` means everywhere.
///
/// `root_name` names a skill at the root of the tree whose own name is no slug: what the repository is called.
///
/// # Errors
/// When a file cannot be read, or nothing lies in `start`.
pub fn discover(
    tree: &dyn Tree,
    start: &str,
    root_name: &str,
) -> Result<Discovered, DiscoverError> {
    let start = plain_folder(start);
    if !start.is_empty() && !tree.entries().iter().any(|it| is_below(&it.path, &start)) {
        return Err(DiscoverError::NothingInStart(start));
    }
    let mut discovery = Discovery::new(tree, root_name)?;
    let skill_mds = discovery.skill_mds(&start);
    let folders = manifest::folders(tree, &start, &mut discovery.left_out)?;
    let places = Places::new(&start, &folders);
    let order = places.order(&skill_mds);
    let mut drafts = Vec::new();
    for (n_before, skill_md) in order.iter().enumerate() {
        if n_before == SKILLS_MAX {
            let reason = Reason::TooManySkills { max: SKILLS_MAX };
            discovery.leave_out(&skill_md.path, reason);
            break;
        }
        drafts.extend(discovery.draft(skill_md)?);
    }
    // What clients list comes first, so that what only this registry can read takes no name from it.
    drafts.sort_by_key(|draft| !draft.heading.is_strict);
    for draft in drafts {
        discovery.add(draft);
    }
    let met: BTreeSet<&str> = order.iter().map(|it| it.path.as_str()).collect();
    for skill_md in &skill_mds {
        let why_not = places.why_not(folder_of(&skill_md.path));
        if let Some(reason) = why_not.filter(|_| !met.contains(skill_md.path.as_str())) {
            discovery.leave_out(&skill_md.path, reason);
        }
    }
    discovery.tell_linked_folders(&start);
    Ok(discovery.finish(&start))
}

/// What is found in a tree, and what is not taken of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// Sorted by folder; no two have one slug.
    pub skills: Vec<FoundSkill>,
    /// Sorted by path; of very many, the first thousand.
    pub left_out: Vec<LeftOut>,
}

/// A skill in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundSkill {
    /// Its path in the tree; empty for the root. [`skill_files`] says what is in it.
    pub folder: String,
    /// The path of its `SKILL.md` in the tree.
    pub main_path: String,
    /// What its front matter calls it, on one line. No two skills of a tree have one name.
    pub name: String,
    /// Its name if that is one that clients install, else the name of its folder made one.
    pub slug: String,
    /// Whether clients list it as well. Where they do not, reading the skill warns of the reason.
    pub is_strict: bool,
}

/// Why skills could not be looked for.
#[derive(Debug, Error)]
pub enum DiscoverError {
    /// A file cannot be read.
    #[error("`{path}` cannot be read: {cause}")]
    Unreadable {
        /// In the tree.
        path: String,
        /// What reading says.
        #[source]
        cause: io::Error,
    },
    /// There is no such folder, or no file is in it.
    #[error("there is nothing in the folder `{0}`")]
    NothingInStart(String),
}

impl DiscoverError {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => {
                "check that the file can be read, then run the command again"
            }
            Self::NothingInStart(_) => {
                "set `path` to a folder of the source, or leave it out to look everywhere"
            }
        }
    }
}

/// Most skills of one tree.
const SKILLS_MAX: usize = 10_000;

/// Longest `SKILL.md`, in bytes; as much as is published of one file.
const SKILL_MD_MAX_BYTES: u64 = 10_000_000;

/// A `SKILL.md` that was read.
struct Draft<'t> {
    entry: &'t TreeEntry,
    heading: Heading,
}

/// What is known while skills are looked for.
struct Discovery<'t> {
    tree: &'t dyn Tree,
    root_name: &'t str,
    installed: InstalledNames,
    skills: Vec<FoundSkill>,
    /// The `SKILL.md` of each name and of each slug.
    by_name: BTreeMap<String, String>,
    by_slug: BTreeMap<String, String>,
    left_out: Vec<LeftOut>,
}

impl<'t> Discovery<'t> {
    fn new(tree: &'t dyn Tree, root_name: &'t str) -> Result<Self, DiscoverError> {
        Ok(Self {
            tree,
            root_name,
            installed: InstalledNames::read(tree)?,
            skills: Vec::new(),
            by_name: BTreeMap::new(),
            by_slug: BTreeMap::new(),
            left_out: Vec::new(),
        })
    }

    /// Each file `SKILL.md` in `start` and below it, sorted by path.
    fn skill_mds(&mut self, start: &str) -> Vec<&'t TreeEntry> {
        let mut skill_mds = Vec::new();
        for entry in self.tree.entries() {
            let (folder, name) = split(&entry.path);
            if !is_skill_md(name) || !is_within(folder, start) {
                continue;
            }
            let reason = match entry.kind {
                _ if !is_plain(&entry.path) => Reason::PathNotPlain,
                EntryKind::Link => Reason::Link,
                EntryKind::Other => Reason::NotAFile,
                EntryKind::File { .. } if name != "SKILL.md" => Reason::OtherCase,
                EntryKind::File { .. } => {
                    skill_mds.push(entry);
                    continue;
                }
            };
            self.leave_out(&entry.path, reason);
        }
        skill_mds
    }

    /// Reads a `SKILL.md`; `None`, and told, when it makes no skill.
    fn draft(&mut self, entry: &'t TreeEntry) -> Result<Option<Draft<'t>>, DiscoverError> {
        let folder = folder_of(&entry.path);
        let heading = match read_file(self.tree, entry, SKILL_MD_MAX_BYTES)? {
            Some(bytes) => Heading::read(&bytes),
            None => Err(Reason::TooLarge {
                max_bytes: SKILL_MD_MAX_BYTES,
            }),
        };
        match heading {
            Ok(heading) if self.installed.has(&heading.name, folder) => {
                self.leave_out(&entry.path, Reason::InstalledCopy);
            }
            Ok(heading) => return Ok(Some(Draft { entry, heading })),
            Err(reason) => self.leave_out(&entry.path, reason),
        }
        Ok(None)
    }

    /// Takes a skill, unless its name or its slug is taken.
    fn add(&mut self, draft: Draft) {
        let Heading { name, is_strict } = draft.heading;
        let main_path = &draft.entry.path;
        if let Some(kept) = self.by_name.get(&name).cloned() {
            return self.leave_out(main_path, Reason::SameName { name, kept });
        }
        // A skill without a slug has its name for the client all the same.
        self.by_name.insert(name.clone(), main_path.clone());
        let folder = folder_of(main_path);
        let Some(slug) = self.slug(&name, folder) else {
            return self.leave_out(main_path, Reason::NoSlug { name });
        };
        if let Some(kept) = self.by_slug.get(&slug).cloned() {
            return self.leave_out(main_path, Reason::SameSlug { slug, kept });
        }
        self.by_slug.insert(slug.clone(), main_path.clone());
        self.skills.push(FoundSkill {
            folder: folder.to_owned(),
            main_path: main_path.clone(),
            name,
            slug,
            is_strict,
        });
    }

    /// The first of a skill's names that can be its slug.
    fn slug(&self, name: &str, folder: &str) -> Option<String> {
        let name = Some(name).filter(|name| key::is_discovery_name(name));
        let above = if folder.is_empty() {
            self.root_name
        } else {
            split(folder).1
        };
        let names = [name.map(str::to_owned), key::install_name(above)];
        let slugs = names.into_iter().flatten();
        slugs.into_iter().find(|slug| !text::is_device_name(slug))
    }

    /// Tells of links in `start` and below it that may stand in the place of a skill's folder: what is behind one is not
    /// known. A name with a dot is that of a file, and one whose skill is found elsewhere is missed by nobody.
    fn tell_linked_folders(&mut self, start: &str) {
        let skills = || self.skills.iter();
        let beside: BTreeSet<&str> = skills()
            .filter(|skill| !skill.folder.is_empty())
            .map(|skill| folder_of(&skill.folder))
            .collect();
        let found: BTreeSet<&str> = skills()
            .flat_map(|skill| [skill.slug.as_str(), split(&skill.folder).1])
            .collect();
        let links = self.tree.entries().iter().filter(|entry| {
            let (above, name) = split(&entry.path);
            entry.kind == EntryKind::Link
                && is_within(above, start)
                && (beside.contains(above) || split(above).1 == "skills")
                && !name.contains('.')
                && !found.contains(name)
                // Among the files of a skill it is told with these.
                && !skills().any(|skill| is_within(above, &skill.folder))
        });
        let links: Vec<&TreeEntry> = links.collect();
        for link in links {
            self.leave_out(&link.path, Reason::LinkedFolder);
        }
    }

    fn leave_out(&mut self, path: &str, reason: Reason) {
        self.left_out.push(LeftOut::new(path, reason));
    }

    fn finish(mut self, start: &str) -> Discovered {
        self.skills.sort_by(|a, b| a.folder.cmp(&b.folder));
        left_out::sort_and_cut(&mut self.left_out, start);
        Discovered {
            skills: self.skills,
            left_out: self.left_out,
        }
    }
}

/// The paths of the files of `tree` that [`discover`] may read when it looks in `start`.
pub fn read_files(tree: &dyn Tree, start: &str) -> Vec<String> {
    let start = plain_folder(start);
    let is_read = |path: &str| {
        is_skill_md(split(path).1) || path == installed::LOCK_FILE || manifest::reads(path, &start)
    };
    let files = tree.entries().iter().filter(|entry| entry.is_file());
    let read = files.filter(|entry| is_read(&entry.path));
    read.map(|entry| entry.path.clone()).collect()
}

/// The bytes of a file; `None` when it has more than `max_bytes`.
pub fn read_file(
    tree: &dyn Tree,
    entry: &TreeEntry,
    max_bytes: u64,
) -> Result<Option<Vec<u8>>, DiscoverError> {
    match tree.read(entry, max_bytes) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Ok(None),
        Err(cause) => Err(DiscoverError::Unreadable {
            path: entry.path.clone(),
            cause,
        }),
    }
}

/// The regular file at `path`.
fn find_file<'t>(tree: &'t dyn Tree, path: &str) -> Option<&'t TreeEntry> {
    let entries = tree.entries();
    let at = entries.binary_search_by(|it| it.path.as_str().cmp(path));
    let entry = &entries[at.ok()?];
    matches!(entry.kind, EntryKind::File { .. }).then_some(entry)
}

/// `folder`, as the operator writes it, without `.` and slashes at its edges.
fn plain_folder(folder: &str) -> String {
    let names: Vec<&str> = names(folder).filter(|&name| name != ".").collect();
    names.join("/")
}

/// A path's folder and its last name.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn folder_of(path: &str) -> &str {
    split(path).0
}

/// The names that a path is made of; none for the root.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|name| !name.is_empty())
}

/// Whether `path` is something in `folder`, or in a folder below it.
fn is_below(path: &str, folder: &str) -> bool {
    if folder.is_empty() {
        return !path.is_empty();
    }
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| rest.starts_with('/'))
}

/// Whether `path` is `folder` or is below it.
fn is_within(path: &str, folder: &str) -> bool {
    path == folder || is_below(path, folder)
}

/// Whether a file's path is one that a file system could have.
fn is_plain(path: &str) -> bool {
    let is_name = |name: &str| !matches!(name, "" | "." | "..");
    path.split('/').all(is_name)
}

#[cfg(test)]
mod tests;
