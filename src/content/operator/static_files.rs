//! The operator's own files: what stands in `content/static/` is copied to the root of the site as it is.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use walkdir::WalkDir;

use crate::content::folder::Content;
use crate::input_file;
use crate::problem::{Problem, Problems};
use crate::sink::Sink;
use crate::url::{GROWING_FOLDERS, NO_JEKYLL};

/// Copies every file below `folder` (which may be missing) to `sink`; links are left out.
///
/// These files are the operator's, so unlike a skill's they keep active types: a `CNAME`, a verification page, a logo.
///
/// # Errors
/// What the file system or the sink says, such as a file in the place of a page; what is neither file, folder nor link, as
/// [`StaticFileError`].
pub fn copy(folder: &Path, sink: &dyn Sink) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_dir() || entry.path_is_symlink() {
            continue;
        }
        let path = site_path(folder, entry.path())?;
        // Every site has that file; an operator's own says the same.
        if path != NO_JEKYLL {
            let bytes = input_file::read(entry.path(), input_file::FILE_MAX_BYTES)
                .map_err(|error| StaticFileError::Unreadable(entry.path().to_owned(), error))?;
            sink.write(&path, &bytes)?;
        }
    }
    Ok(())
}

/// Why a file of the operator's own is not copied.
#[derive(Debug, Error)]
pub enum StaticFileError {
    /// The name of the file at this path below the folder is no text.
    #[error("the name of `{0}` is not UTF-8")]
    NameNotUtf8(PathBuf),
    /// The file at this path cannot be read.
    #[error("cannot read `{0}`: {1}")]
    Unreadable(PathBuf, io::Error),
}

impl From<StaticFileError> for io::Error {
    fn from(error: StaticFileError) -> Self {
        let kind = match &error {
            StaticFileError::NameNotUtf8(_) => io::ErrorKind::InvalidFilename,
            StaticFileError::Unreadable(_, cause) => cause.kind(),
        };
        Self::new(kind, error)
    }
}

/// The paths on the site of the files that [`copy`] would copy, sorted; what cannot be read is left for [`copy`] to tell.
fn site_paths(folder: &Path) -> Vec<String> {
    WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| site_path(folder, entry.path()).ok())
        .collect()
}

/// What the operator's own files are called on the site.
#[derive(Debug)]
pub struct StaticPaths {
    /// Path in lower case → path, `/`-separated.
    by_lower: BTreeMap<String, String>,
}

impl StaticPaths {
    /// Looks which files there are. One that stands where more skills would put a page is an error at once, and not on the
    /// day when a stranger adds the skill.
    pub fn read(content: &Content, problems: &mut Problems) -> Self {
        let folder = folder(content.path);
        let mut by_lower = BTreeMap::new();
        for path in site_paths(&folder) {
            let lower = path.to_lowercase();
            let is_taken = |taken: &&&str| lower.starts_with(**taken);
            if let Some(taken) = GROWING_FOLDERS.iter().find(is_taken) {
                let message = format!("the site writes its own pages below `{taken}`");
                let problem = Problem::error(folder.join(&path), "static file", message);
                problems.push(problem.hint("move this file to another folder"));
            }
            by_lower.insert(lower, path);
        }
        Self { by_lower }
    }

    /// The first file that stands at `path`, below it, or where one of its folders would be.
    pub fn in_the_way_of(&self, path: &str) -> Option<&str> {
        let path = path.to_lowercase();
        let above = path.match_indices('/').map(|(slash, _)| &path[..slash]);
        let mut at_or_above = above.chain([path.as_str()]);
        if let Some(file) = at_or_above.find_map(|path| self.by_lower.get(path)) {
            return Some(file);
        }
        let folder = format!("{path}/");
        let (lower, file) = self.by_lower.range(folder.clone()..).next()?;
        lower.starts_with(&folder).then_some(file)
    }
}

/// The path on the site of the file at `path`, which is below `folder`.
fn site_path(folder: &Path, path: &Path) -> Result<String, StaticFileError> {
    let below = path.strip_prefix(folder).unwrap_or(path);
    let names: Option<Vec<&str>> = below.iter().map(|name| name.to_str()).collect();
    let path = names.map(|names| names.join("/"));
    path.ok_or_else(|| StaticFileError::NameNotUtf8(below.to_owned()))
}

/// The folder of the operator's own files.
pub fn folder(content: &Path) -> PathBuf {
    content.join("static")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::MemorySink;

    #[test]
    fn files_stand_at_the_root_of_the_site() {
        let content = tempfile::tempdir().unwrap();
        let folder = folder(content.path());
        std::fs::create_dir_all(folder.join("about")).unwrap();
        std::fs::write(folder.join("CNAME"), "skills.example\n").unwrap();
        std::fs::write(folder.join("about/index.html"), "<p>About</p>").unwrap();
        std::fs::write(folder.join(".nojekyll"), "").unwrap();
        let sink = MemorySink::new();
        copy(&folder, &sink).unwrap();
        let files = sink.into_files();
        assert_eq!(
            files.keys().collect::<Vec<_>>(),
            ["CNAME", "about/index.html"]
        );
    }

    #[test]
    fn no_folder_is_fine() {
        copy(Path::new("no/such/folder"), &MemorySink::new()).unwrap();
    }
}
