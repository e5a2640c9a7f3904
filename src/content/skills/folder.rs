//! The folder of one skill: which files there are.
//!
//! Nothing outside the content folder is ever read: links to folders are not followed, and a link to a file is
//! followed only if it ends inside `skills/`.

use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::stamp::Stamp;
use crate::content::folder::Content;
use crate::file_name::{is_hidden, is_hidden_name, is_litter};
use crate::input_file;
use crate::key::SkillKey;
use crate::problem::{Fault, Problem, Problems};
use crate::sources::SourceSkill;
use crate::text::{self, unicode};

/// A folder that may hold a skill: `skills/<owner>/<slug>`, both parts valid and allowed, or that of a source's skill.
#[derive(Debug)]
pub struct SkillFolder<'s> {
    pub key: SkillKey,
    /// As problems name it.
    pub path: PathBuf,
    /// What the source says of it; its files are not looked for in the folder then.
    pub source: Option<&'s SourceSkill>,
}

/// A file of a skill that may be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundFile {
    /// Relative to the skill's folder, `/`-separated, safe, in Normalization Form C.
    pub(super) path: String,
    /// Whether the file system has the path in another form.
    is_respelled: bool,
    /// Where to read it.
    pub(super) source: PathBuf,
    pub(super) len_bytes: u64,
    pub(super) stamp: Stamp,
    /// What the bytes must have, when a source says it: lower-case hex, 64 characters.
    pub(super) sha256: Option<String>,
}

/// The files of a skill that may be published, sorted by path, and apart from them `_meta.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    folder: &SkillFolder,
    problems: &mut Problems,
) -> Result<FoundFiles, Box<Problem>> {
    if let Some(source) = folder.source {
        return Ok(source_files(content, folder, source, problems));
    }
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
        let file = found_file(content, folder, &entry);
        found.add(file, entry.path(), problems);
    }
    if let Some(example) = hidden_example {
        let message = "hidden files of a skill are left out";
        let hint = "rename files that the skill needs, so that their names do not begin with a dot";
        problems.push(Fault::new("hidden files", message, hint).warning(&example));
    }
    found.leave_out_twins(folder, problems);
    Ok(found)
}

/// The files that a source lists for a skill.
fn source_files(
    content: &Content,
    folder: &SkillFolder,
    source: &SourceSkill,
    problems: &mut Problems,
) -> FoundFiles {
    let mut found = FoundFiles::default();
    for listed in &source.files {
        let file = safe_path(Path::new(&listed.path))
            .and_then(|path| readable_file(content, &path, listed.place.clone()));
        let file = file.map(|mut file| {
            file.stamp.is_executable = listed.is_executable;
            file.sha256.clone_from(&listed.sha256);
            file
        });
        found.add(file, &folder.path.join(&listed.path), problems);
    }
    found.leave_out_twins(folder, problems);
    found
}

impl FoundFiles {
    /// Takes what stands at `place`, or tells why not.
    fn add(&mut self, file: Result<FoundFile, Fault>, place: &Path, problems: &mut Problems) {
        match file {
            Ok(file) if file.path == "_meta.json" => self.meta = Some(file),
            Ok(file) => self.files.push(file),
            Err(fault) => problems.push(fault.warning(place)),
        }
    }

    /// Every file, `_meta.json` last.
    pub(super) fn all(&self) -> impl Iterator<Item = &FoundFile> {
        self.files.iter().chain(&self.meta)
    }

    /// Sorts the files. Of those whose names look the same one stays: on some file systems they are one file.
    fn leave_out_twins(&mut self, folder: &SkillFolder, problems: &mut Problems) {
        let files = &mut self.files;
        files.sort_by(|a, b| (&a.path, a.is_respelled).cmp(&(&b.path, b.is_respelled)));
        files.dedup_by(|twin, first| {
            let is_twin = twin.path == first.path;
            if is_twin {
                let message = "two files have this name, written with other characters that look the same; one of them is left out";
                let hint = "rename or remove one of the two";
                let fault = Fault::new("two spellings of a name", message, hint);
                problems.push(fault.warning(&folder.path.join(&twin.path)));
            }
            is_twin
        });
    }
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
    folder: &SkillFolder,
    entry: &DirEntry,
) -> Result<FoundFile, Fault> {
    let path = entry.path();
    let relative = path.strip_prefix(&folder.path).unwrap_or(path);
    let relative = safe_path(relative)?;
    let source = if entry.path_is_symlink() {
        link_target(content, path).ok_or_else(|| {
            let message = "this link does not lead to a file inside `skills/`; it is left out";
            let hint = "put a copy of the file in its place";
            Fault::new("link left out", message, hint)
        })?
    } else {
        path.to_owned()
    };
    readable_file(content, &relative, source)
}

/// The file of a skill at `relative`, whose bytes are at `source`.
fn readable_file(content: &Content, relative: &str, source: PathBuf) -> Result<FoundFile, Fault> {
    let metadata = source.symlink_metadata().map_err(|error| {
        let message = format!("the file cannot be read: {error}; it is left out");
        Fault::new("unreadable", message, input_file::hint(&error))
    })?;
    if !metadata.is_file() {
        let message = "this is neither a file nor a folder; it is left out";
        let hint = "put a regular file in its place";
        return Err(Fault::new("not a file", message, hint));
    }
    let (len_bytes, max_bytes) = (metadata.len(), content.options.max_file_bytes);
    if len_bytes > max_bytes {
        let message = format!(
            "the file has {len_bytes} bytes; at most {max_bytes} are published, so it is left out"
        );
        let hint = "link to large files instead of shipping them";
        return Err(Fault::new("file too large", message, hint));
    }
    let path = unicode::nfc(relative);
    Ok(FoundFile {
        is_respelled: path != relative,
        path: path.into_owned(),
        source,
        len_bytes,
        stamp: Stamp::of(&metadata),
        sha256: None,
    })
}

/// The path of a file below its skill's folder as it can be published.
fn safe_path(relative: &Path) -> Result<String, Fault> {
    let path = relative.to_str().unwrap_or_default();
    let path = path.replace(std::path::MAIN_SEPARATOR, "/");
    let message = match text::path_fault(&path) {
        _ if path.is_empty() => "the file's name is not UTF-8; the file is left out".to_owned(),
        Some(fault) => format!("the path `{path}` {fault}; the file is left out"),
        None => return Ok(path),
    };
    Err(Fault::new(
        "file name not allowed",
        message,
        "rename the file",
    ))
}

/// Where the link `path` ends, if that is a file of a skill that is not hidden.
fn link_target(content: &Content, path: &Path) -> Option<PathBuf> {
    let target = path.canonicalize().ok()?;
    let inside = target.strip_prefix(content.root.as_ref()?).ok()?;
    let names: Option<Vec<&str>> = inside.iter().map(|name| name.to_str()).collect();
    let names = names?;
    let ["skills", owner, slug, _, ..] = names.as_slice() else {
        return None;
    };
    let mut hidden = content.hidden.iter();
    let is_hidden = names.iter().any(|name| is_hidden_name(name))
        || hidden.any(|key| key.owner == *owner && key.slug == *slug);
    (!is_hidden && target.is_file()).then_some(target)
}

/// A warning about a file without which the skill is left out.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let message = format!("the file cannot be read: {error}; the skill is left out");
    Problem::warning(path, "unreadable", message).hint(input_file::hint(error))
}

/// A warning about a folder that is not looked into.
pub(super) fn unreadable_folder(folder: &Path, error: &walkdir::Error) -> Problem {
    let path = error.path().unwrap_or(folder);
    let reason = error.io_error().map(ToString::to_string);
    let reason = reason.unwrap_or_else(|| "it contains itself".to_owned());
    let message = format!("the folder cannot be read: {reason}; the skills in it are left out");
    Problem::warning(path, "unreadable", message).hint("check its permissions")
}
