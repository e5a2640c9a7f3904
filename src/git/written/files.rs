//! The files of a state: as a commit and the index list them, and as they lie in their places.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use super::{WrittenError, WrittenRepository};
use crate::git::blobs::BlobReader;
use crate::git::error::GitError;
use crate::git::object_id::ObjectId;
use crate::text::path_fault;

/// By path, `/`-separated.
pub type Files = BTreeMap<String, FileState>;

/// What a file is, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileState {
    /// Its bytes, to git.
    pub object: ObjectId,
    /// Whether it runs.
    pub is_executable: bool,
}

impl WrittenRepository {
    /// The files of `commit`, which is one of ours.
    pub(super) fn files_of(&self, commit: &ObjectId) -> Result<Files, WrittenError> {
        let args = [
            "ls-tree",
            "-r",
            "-z",
            "--full-tree",
            "--end-of-options",
            commit.as_str(),
        ];
        self.listed(&args, |words| match words {
            [mode, "blob", object] => Some((mode, object)),
            _ => None,
        })
    }

    /// The files of the index.
    pub(super) fn indexed(&self) -> Result<Files, WrittenError> {
        self.listed(&["ls-files", "--stage", "-z"], |words| match words {
            [mode, object, "0"] => Some((mode, object)),
            _ => None,
        })
    }

    /// Reads lines of words, a tab and a path; `mode_and_object` finds these two among the words.
    fn listed(
        &self,
        args: &[&str],
        mode_and_object: impl for<'w> Fn(&[&'w str]) -> Option<(&'w str, &'w str)>,
    ) -> Result<Files, WrittenError> {
        let mut files = Files::new();
        let mut is_ours = true;
        let process = self
            .command()
            .start(args, self.action("list the files of"))?;
        process.each_record(|record| {
            let file = std::str::from_utf8(record).ok().and_then(|record| {
                let (words, path) = record.split_once('\t')?;
                let (mode, object) = mode_and_object(&words.split(' ').collect::<Vec<_>>())?;
                let is_executable = match mode {
                    "100644" => false,
                    "100755" => true,
                    _ => return None,
                };
                let object = ObjectId::parse(object)?;
                let state = FileState {
                    object,
                    is_executable,
                };
                path_fault(path).is_none().then(|| (path.to_owned(), state))
            });
            match file {
                Some((path, state)) => _ = files.insert(path, state),
                None => is_ours = false,
            }
            Ok(ControlFlow::Continue(()))
        })?;
        match is_ours {
            true => Ok(files),
            // A link, a merge: nothing that is written here.
            false => Err(self.someone_elses()),
        }
    }

    /// The files that lie in the folder, all of which must be known.
    pub(super) fn placed<'f>(
        &self,
        known: impl Fn(&str) -> Option<&'f FileState>,
    ) -> Result<Files, WrittenError> {
        let mut paths = Vec::new();
        let mut unknown = Vec::new();
        let walk = WalkDir::new(&self.folder)
            .min_depth(1)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry| !(entry.depth() == 1 && entry.file_name() == ".git"));
        for entry in walk {
            let entry = entry.map_err(|error| WrittenError::file(&self.folder)(error.into()))?;
            if entry.file_type().is_dir() {
                continue;
            }
            let below = entry.path().strip_prefix(&self.folder);
            let below = below.unwrap_or(entry.path()).to_string_lossy();
            let path = below.replace(std::path::MAIN_SEPARATOR, "/");
            match known(&path).filter(|_| entry.file_type().is_file()) {
                Some(known) => paths.push((is_executable(&entry, known), path)),
                None => unknown.push(path),
            }
        }
        if !unknown.is_empty() {
            return Err(self.changed(unknown));
        }
        // Known paths have no line break, and no letter that git would take for a quote.
        let input: String = paths.iter().map(|(_, path)| format!("{path}\n")).collect();
        let args = ["hash-object", "--no-filters", "--stdin-paths"];
        let action = self.action("compare the files of");
        let answer = self
            .command()
            .run_with(input.into_bytes(), &args, action.clone())?;
        let answer = String::from_utf8_lossy(&answer);
        let mut objects = answer.lines().map(ObjectId::parse);
        let placed = paths.into_iter().map(|(is_executable, path)| {
            let object = objects.next().flatten().ok_or_else(|| action.odd())?;
            let state = FileState {
                object,
                is_executable,
            };
            Ok((path, state))
        });
        Ok(placed.collect::<Result<Files, GitError>>()?)
    }

    /// Makes the files in the folder, which are `from`, those of `to`.
    pub(super) fn place(&self, from: &Files, to: &Files) -> Result<(), WrittenError> {
        for path in from.keys().filter(|path| !to.contains_key(*path)) {
            let file = self.folder.join(path);
            fs::remove_file(&file).map_err(WrittenError::file(&file))?;
            // Folders that are empty now, up to the first that is not.
            let above = file.ancestors().skip(1);
            let mut above = above.take_while(|folder| *folder != self.folder);
            while above.next().is_some_and(|it| fs::remove_dir(it).is_ok()) {}
        }
        let mut blobs = BlobReader::new(&self.git, &self.git_dir());
        for (path, state) in to {
            if from.get(path) == Some(state) {
                continue;
            }
            let file = self.folder.join(path);
            let write = |bytes: &[u8]| -> std::io::Result<()> {
                let folder = file.parent().unwrap_or(&self.folder);
                fs::create_dir_all(folder)?;
                let mut fresh = fresh_file(&self.git_dir(), state.is_executable)?;
                fresh.write_all(bytes)?;
                fresh.persist(&file)?;
                Ok(())
            };
            blobs
                .read(&state.object, u64::MAX)
                .and_then(|bytes| write(&bytes))
                .map_err(WrittenError::file(&file))?;
        }
        Ok(())
    }
}

/// A file that is gone unless it gets its name.
fn fresh_file(folder: &Path, is_executable: bool) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("skillpress-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = if is_executable { 0o777 } else { 0o666 };
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = is_executable;
    builder.tempfile_in(folder)
}

/// Whether the file of `entry` runs; where file systems do not say it, as much as it is `known` to.
fn is_executable(entry: &DirEntry, known: &FileState) -> bool {
    #[cfg(unix)]
    if let Ok(metadata) = entry.metadata() {
        use std::os::unix::fs::PermissionsExt;
        return metadata.permissions().mode() & 0o100 != 0;
    }
    known.is_executable
}
