//! The folder of one skill: which files there are.
//!
//! Nothing outside the content folder is ever read: links to folders are not followed, and a link to a file is
//! followed only if it ends inside `skills/`.

use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::file_name::{is_hidden, is_hidden_name, is_litter};
use super::stamp::Stamp;
use crate::content::folder::Content;
use crate::input_file;
use crate::key::SkillKey;
use crate::problem::{Problem, Problems};
use crate::text::{self, unicode};

/// A folder that may hold a skill: `skills/<owner>/<slug>`, both parts valid and allowed.
#[derive(Debug)]
pub struct SkillFolder {
    pub key: SkillKey,
    pub path: PathBuf,
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
        match found_file(content, folder, &entry) {
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
        let target = link_target(content, path).ok_or_else(|| {
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

/// Where the link `path` ends, if that is a file of a skill that is not hidden.
fn link_target(content: &Content, path: &Path) -> Option<PathBuf> {
    let target = path.canonicalize().ok()?;
    let inside = target.strip_prefix(content.root.as_ref()?).ok()?;
    let names: Option<Vec<&str>> = inside.iter().map(|name| name.to_str()).collect();
    let ["skills", owner, slug, _, ..] = names?[..] else {
        return None;
    };
    let is_shown = !inside
        .iter()
        .any(|name| name.to_str().is_some_and(is_hidden_name))
        && !content
            .hidden
            .iter()
            .any(|id| id.owner == owner && id.slug == slug);
    (is_shown && target.is_file()).then_some(target)
}

/// A warning about a file without which the skill is left out.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Problem {
    Problem::warning(
        path,
        "unreadable",
        format!("the file cannot be read: {error}; the skill is left out"),
    )
    .hint(input_file::hint(error))
}

/// A warning about a folder that is not looked into.
pub(super) fn unreadable_folder(folder: &Path, error: &walkdir::Error) -> Problem {
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
