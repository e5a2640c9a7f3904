//! Finds skill folders and the files in them.
//!
//! Nothing outside the content folder is ever read: links to folders are not followed, and a link to a file is
//! followed only if it ends inside `skills/`.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::Content;
use super::cache::Stamp;
use super::layout::{self, is_skill_md};
use crate::key::{SkillKey, is_identity_part};
use crate::problem::{Problem, Problems, Severity};
use crate::text;
use crate::text::unicode;

/// A folder that may hold a skill: `skills/<owner>/<slug>`, both parts valid and allowed.
#[derive(Debug)]
pub(super) struct SkillFolder {
    pub(super) key: SkillKey,
    pub(super) path: PathBuf,
}

/// All folders that may hold a skill, sorted by identity; `None` when there is no folder of skills.
pub(super) fn skill_folders(
    content: &Content,
    problems: &mut Problems,
) -> Option<Vec<SkillFolder>> {
    if content.root.is_none() {
        problems.push(
            Problem::error(content.path, "no content folder", "there is no such content folder")
                .hint("name the folder that holds `skills/` with `--content`, or make one with `skillpress init`"),
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
                    problems.extend(layout::in_hidden_folder(entry.path()).into_iter().collect());
                }
            }
            continue;
        }
        if entry.depth() == 1 {
            if let Some(problem) = owner_fault(content, &entry) {
                problems.push(problem);
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
    folders: Vec<SkillFolder>,
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
            Err(problem) => self.problems.push((owner, *problem)),
        }
    }

    /// The folders, sorted by identity. Where the owner's folder is a skill, its other files and its folders are parts
    /// of that skill and no problems of their own.
    fn finish(mut self, problems: &mut Problems) -> Vec<SkillFolder> {
        let is_part = |owner: &str| self.skills_as_owners.contains(owner);
        self.folders
            .retain(|folder| !is_part(&folder.key.owner) || has_skill(&folder.path));
        let told = self
            .problems
            .into_iter()
            .filter(|(owner, problem)| !is_part(owner) || problem.group == layout::OUT_OF_PLACE);
        problems.extend(told.map(|(_, problem)| problem).collect());
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
            .hint("skills are expected in `skills/<owner>/<slug>/SKILL.md`"),
        Err(_) => layout::nothing_published(content, &BTreeSet::new()).unwrap_or_else(|| {
            error("the content folder has no folder `skills`")
                .hint("skills are expected in `skills/<owner>/<slug>/SKILL.md`")
        }),
    }
}

/// What is to be said of a link in the place of a folder; `None` when `entry` is no such link.
fn link_fault(entry: &DirEntry, place: &str) -> Option<Problem> {
    let path = entry.path();
    let what = match path.metadata() {
        _ if !entry.path_is_symlink() => return None,
        Ok(target) if target.is_dir() => "a link to a folder",
        Ok(_) => return None,
        Err(_) => "a link that leads nowhere",
    };
    let message = format!(
        "this is {what} in the place of {place}; links are not followed here, so it is left out"
    );
    Some(
        Problem::warning(path, "link left out", message).hint("put the folder itself in its place"),
    )
}

const IDENTITY_HINT: &str = "rename it to ASCII letters, digits, `-`, `_` and `.`, a letter or digit first, at most 96, and not `index.html`";

/// What keeps `entry`, directly below `skills/`, from being an owner.
fn owner_fault(content: &Content, entry: &DirEntry) -> Option<Problem> {
    let path = entry.path();
    if let Some(problem) = link_fault(entry, "the folder of an owner") {
        return Some(problem);
    }
    if !entry.file_type().is_dir() {
        return Some(
            Problem::warning(
                path,
                "stray file",
                "this is no folder of an owner and is left out",
            )
            .hint("skills are expected in `skills/<owner>/<slug>/SKILL.md`"),
        );
    }
    let owner = entry.file_name().to_string_lossy();
    if !is_identity_part(&owner) {
        return Some(
            Problem::warning(
                path,
                "name not allowed",
                format!("`{owner}` cannot be an owner; its skills are left out"),
            )
            .hint(IDENTITY_HINT),
        );
    }
    let is_reserved = content.is_reserved(&owner);
    (is_reserved || text::is_device_name(&owner)).then(|| {
        let why = if is_reserved {
            "is a page of the site"
        } else {
            "is a device on Windows"
        };
        Problem::warning(
            path,
            "reserved owner",
            format!("`{owner}` {why} and cannot be an owner; its skills are left out"),
        )
        .hint("rename the folder, such as to `the-name-team`")
    })
}

fn skill_folder(entry: &DirEntry, owner: String) -> Result<SkillFolder, Box<Problem>> {
    let path = entry.path();
    if let Some(problem) = link_fault(entry, "the folder of a skill") {
        return Err(problem.into());
    }
    if !entry.file_type().is_dir() {
        let problem = Problem::warning(
            path,
            "stray file",
            "this stands directly in an owner's folder and is left out",
        );
        return Err(problem
            .hint("skills are expected in `skills/<owner>/<slug>/SKILL.md`")
            .into());
    }
    let slug = entry.file_name().to_string_lossy();
    if !is_identity_part(&slug) || text::is_device_name(&slug) {
        return Err(Problem::warning(
            path,
            "name not allowed",
            format!("`{slug}` cannot be the slug of a skill; the skill is left out"),
        )
        .hint(IDENTITY_HINT)
        .into());
    }
    Ok(SkillFolder {
        key: SkillKey {
            owner,
            slug: slug.into_owned(),
        },
        path: path.to_owned(),
    })
}

/// A file of a skill that may be published.
#[derive(Debug)]
pub(super) struct FoundFile {
    /// Relative to the skill's folder, `/`-separated, safe, in Normalization Form C.
    pub(super) path: String,
    /// Whether the file system has the path in another form.
    is_respelled: bool,
    /// Where to read it.
    pub(super) source: PathBuf,
    pub(super) len_bytes: u64,
    pub(super) stamp: Stamp,
}

/// The files of a skill that may be published, sorted by path, and apart from them `_meta.json`.
#[derive(Debug, Default)]
pub(super) struct FoundFiles {
    pub(super) files: Vec<FoundFile>,
    pub(super) meta: Option<FoundFile>,
}

/// Lists the files of a skill.
///
/// # Errors
/// The problem when a folder cannot be read.
pub(super) fn skill_files(
    content: &Content,
    hidden: &BTreeSet<SkillKey>,
    folder: &SkillFolder,
    problems: &mut Problems,
) -> Result<FoundFiles, Box<Problem>> {
    let mut found = FoundFiles::default();
    let mut hidden_example = None;
    let walk = WalkDir::new(&folder.path)
        .min_depth(1)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| {
            let is_hidden = is_hidden(entry);
            if is_hidden && !is_litter(entry) {
                hidden_example.get_or_insert_with(|| entry.path().to_owned());
            }
            !is_hidden
        });
    let mut n_files = 0_usize;
    for entry in walk {
        let entry = entry.map_err(|error| unreadable_folder(&folder.path, &error))?;
        if entry.file_type().is_dir() {
            continue;
        }
        n_files += 1;
        if n_files > 10 * content.options.max_files {
            problems.push(too_large(content, entry.path()));
            break;
        }
        match found_file(content, hidden, folder, &entry) {
            Ok(file) if file.path == "_meta.json" => found.meta = Some(file),
            Ok(file) => found.files.push(file),
            Err(problem) => problems.push(*problem),
        }
    }
    if let Some(example) = hidden_example {
        problems.push(
            Problem::warning(
                example,
                "hidden files",
                "hidden files of a skill are left out",
            )
            .hint("rename files that the skill needs, so that their names do not begin with a dot"),
        );
    }
    found
        .files
        .sort_by(|a, b| (&a.path, a.is_respelled).cmp(&(&b.path, b.is_respelled)));
    found.files.dedup_by(|twin, first| {
        let is_twin = twin.path == first.path;
        if is_twin {
            problems.push(same_name(&folder.path.join(&twin.path)));
        }
        is_twin
    });
    Ok(found)
}

/// A warning about a file whose name looks the same as another's: on some file systems they are one file.
fn same_name(path: &Path) -> Problem {
    Problem::warning(
        path,
        "two spellings of a name",
        "two files have this name, written with other characters that look the same; one of them is left out",
    )
    .hint("rename or remove one of the two")
}

/// A warning about the first file that is left out because of the limits.
pub(super) fn too_large(content: &Content, path: &Path) -> Problem {
    let (max_files, max_bytes) = (content.options.max_files, content.options.max_skill_bytes);
    let message = format!(
        "this and maybe further files are left out: a skill has at most {max_files} files and {max_bytes} bytes"
    );
    Problem::warning(path, "skill too large", message).hint("leave out what users do not need")
}

fn found_file(
    content: &Content,
    hidden: &BTreeSet<SkillKey>,
    folder: &SkillFolder,
    entry: &DirEntry,
) -> Result<FoundFile, Box<Problem>> {
    let path = entry.path();
    let left_out = |group, message: String| Problem::warning(path, group, message);
    let relative = path.strip_prefix(&folder.path).unwrap_or(path);
    let Some(relative) = relative.to_str() else {
        return Err(left_out(
            "file name not allowed",
            "the file's name is not UTF-8; the file is left out".to_owned(),
        )
        .hint("rename the file")
        .into());
    };
    let relative = relative.replace(std::path::MAIN_SEPARATOR, "/");
    if let Some(fault) = text::path_fault(&relative) {
        return Err(left_out(
            "file name not allowed",
            format!("the path `{relative}` {fault}; the file is left out"),
        )
        .hint("rename the file")
        .into());
    }
    let (source, metadata) = if entry.path_is_symlink() {
        let target = content.link_target(path, hidden).ok_or_else(|| {
            left_out(
                "link left out",
                "this link does not lead to a file inside `skills/`; it is left out".to_owned(),
            )
            .hint("put a copy of the file in its place")
        })?;
        let metadata = target.metadata();
        (target, metadata)
    } else {
        (path.to_owned(), entry.metadata().map_err(io::Error::from))
    };
    let metadata = metadata.map_err(|error| {
        left_out(
            "unreadable",
            format!("the file cannot be read: {error}; it is left out"),
        )
    })?;
    if !metadata.is_file() {
        return Err(left_out(
            "not a file",
            "this is neither a file nor a folder; it is left out".to_owned(),
        )
        .into());
    }
    if metadata.len() > content.options.max_file_bytes {
        return Err(left_out(
            "file too large",
            format!(
                "the file has {} bytes; at most {} are published, so it is left out",
                metadata.len(),
                content.options.max_file_bytes
            ),
        )
        .hint("link to large files instead of shipping them")
        .into());
    }
    let path = unicode::nfc(&relative);
    Ok(FoundFile {
        is_respelled: path != relative,
        path: path.into_owned(),
        source,
        len_bytes: metadata.len(),
        stamp: Stamp::of(&metadata),
    })
}

/// Whether a file or folder is left out because of its name.
pub(super) fn is_hidden_name(name: &str) -> bool {
    name.starts_with('.') || is_litter_name(name)
}

/// Names that programs leave behind and nobody misses.
fn is_litter_name(name: &str) -> bool {
    matches!(
        name,
        "node_modules"
            | "__pycache__"
            | "__MACOSX"
            | "Thumbs.db"
            | "desktop.ini"
            | ".git"
            | ".DS_Store"
            | ".gitignore"
            | ".gitattributes"
            | ".gitkeep"
            | ".clawhub"
            | ".clawdhub"
            | ".idea"
            | ".vscode"
            | ".venv"
            | ".pytest_cache"
    ) || name.starts_with("._")
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_str().is_some_and(is_hidden_name)
}

pub(super) fn is_litter(entry: &DirEntry) -> bool {
    entry.file_name().to_str().is_some_and(is_litter_name)
}

fn unreadable_folder(folder: &Path, error: &walkdir::Error) -> Problem {
    let path = error.path().unwrap_or(folder);
    let reason = error
        .io_error()
        .map_or_else(|| "it contains itself".to_owned(), ToString::to_string);
    Problem::warning(
        path,
        "unreadable",
        format!("the folder cannot be read: {reason}; the skills in it are left out"),
    )
    .hint("check its permissions")
}
