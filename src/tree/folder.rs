//! A tree that is a folder on disk.

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use walkdir::{DirEntry, WalkDir};

use super::{EntryKind, Tree, TreeEntry};
use crate::input_file;

/// The files below a folder as they were when it was opened; its bytes are read when they are asked for.
///
/// Links are listed and not followed, but for the folder itself. `.git` and `node_modules` are not entered.
#[derive(Debug)]
pub struct FolderTree {
    root: PathBuf,
    entries: Vec<TreeEntry>,
    /// What is in the folder and not in the tree, sorted by path.
    pub unlisted: Vec<Unlisted>,
}

impl FolderTree {
    /// Lists the folder `root`. What lies in a folder below it that `is_left_out`, told by its path, is not part of it.
    ///
    /// # Errors
    /// When `root` is no folder that can be listed, or has more than 200,000 files and folders.
    pub fn open(root: &Path, is_left_out: impl Fn(&Path) -> bool) -> Result<Self, FolderTreeError> {
        let mut tree = Self {
            root: root.to_owned(),
            entries: Vec::new(),
            unlisted: Vec::new(),
        };
        let walk = WalkDir::new(root)
            .min_depth(1)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry| {
                !(is_skipped(entry) || entry.file_type().is_dir() && is_left_out(entry.path()))
            });
        for (n_before, entry) in walk.enumerate() {
            if n_before == ENTRIES_MAX {
                return Err(FolderTreeError::TooMany(root.to_owned()));
            }
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => tree.add(&entry),
                Err(error) => tree.add_unreadable(error)?,
            }
        }
        tree.entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    fn add(&mut self, entry: &DirEntry) {
        let path = entry.path();
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        let Some(below) = below.to_str() else {
            self.unlisted.push(Unlisted::NotUtf8(path.to_owned()));
            return;
        };
        let kind = match entry.metadata() {
            Ok(metadata) => kind(&metadata),
            Err(error) => {
                self.unlisted
                    .push(Unlisted::Unreadable(path.to_owned(), error.into()));
                return;
            }
        };
        self.entries.push(TreeEntry {
            path: below.replace(std::path::MAIN_SEPARATOR, "/"),
            kind,
        });
    }

    fn add_unreadable(&mut self, error: walkdir::Error) -> Result<(), FolderTreeError> {
        let path = error.path().unwrap_or(&self.root).to_owned();
        let is_root = error.depth() == 0;
        let cause = io::Error::from(error);
        if is_root {
            return Err(FolderTreeError::Unreadable(path, cause));
        }
        self.unlisted.push(Unlisted::Unreadable(path, cause));
        Ok(())
    }
}

impl Tree for FolderTree {
    fn entries(&self) -> &[TreeEntry] {
        &self.entries
    }

    fn read(&self, entry: &TreeEntry, max_bytes: u64) -> io::Result<Vec<u8>> {
        input_file::read(&self.root.join(&entry.path), max_bytes)
    }
}

/// Why a folder is no tree.
#[derive(Debug, Error)]
pub enum FolderTreeError {
    /// It is not there, or cannot be listed.
    #[error("the folder `{}` cannot be read: {_1}", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// It has more files and folders than are looked at.
    #[error("the folder `{}` has more than {ENTRIES_MAX} files and folders", .0.display())]
    TooMany(PathBuf),
}

impl FolderTreeError {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable(..) => "name a folder that is there and that you may read",
            Self::TooMany(_) => "name the folder in which the skills lie",
        }
    }
}

/// What is in a folder and not in its tree.
#[derive(Debug, Error)]
pub enum Unlisted {
    /// A folder that cannot be listed, or a file about which the system says nothing.
    #[error("`{}` cannot be read: {_1}", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// A file whose path is no text.
    #[error("the path `{}` is not UTF-8", .0.display())]
    NotUtf8(PathBuf),
}

impl Unlisted {
    /// What is left out, from where the folder was named.
    pub fn path(&self) -> &Path {
        match self {
            Self::Unreadable(path, _) | Self::NotUtf8(path) => path,
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable(..) => "check its permissions",
            Self::NotUtf8(_) => "rename it",
        }
    }
}

/// Most files and folders that are looked at.
const ENTRIES_MAX: usize = 200_000;

/// Whether nothing in a folder of this name is the operator's own, and there may be very much of it.
fn is_skipped(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    entry.depth() > 0 && (name == ".git" || name == "node_modules")
}

fn kind(metadata: &Metadata) -> EntryKind {
    if metadata.is_symlink() {
        EntryKind::Link
    } else if metadata.is_file() {
        EntryKind::File {
            len_bytes: Some(metadata.len()),
            is_executable: is_executable(metadata),
        }
    } else {
        EntryKind::Other
    }
}

#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_metadata: &Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn paths(tree: &FolderTree) -> Vec<&str> {
        tree.entries().iter().map(|it| it.path.as_str()).collect()
    }

    #[test]
    fn files_are_listed_by_path_and_read_up_to_a_limit() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            "a/b",
            "a-b",
            "a/.c",
            ".git/HEAD",
            "x/node_modules/y",
            "out/z",
        ] {
            write(folder.path(), path, path);
        }
        let tree = FolderTree::open(folder.path(), |path| path.ends_with("out")).unwrap();
        assert_eq!(paths(&tree), ["a-b", "a/.c", "a/b"]);
        assert!(tree.unlisted.is_empty());
        let entry = &tree.entries()[2];
        let kind = EntryKind::File {
            len_bytes: Some(3),
            is_executable: false,
        };
        assert_eq!(entry.kind, kind);
        assert_eq!(tree.read(entry, 3).unwrap(), b"a/b");
        let error = tree.read(entry, 2).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let error = FolderTree::open(&folder.path().join("x"), |_| false).unwrap_err();
        assert!(matches!(error, FolderTreeError::Unreadable(..)));
        assert!(error.to_string().contains("x` cannot be read: "), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_listed_and_not_followed_and_pipes_are_not_read() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "tree/run", "#!/bin/sh");
        let run = folder.path().join("tree/run");
        fs::set_permissions(run, PermissionsExt::from_mode(0o755)).unwrap();
        write(folder.path(), "outside/secret", "");
        symlink("../outside", folder.path().join("tree/out")).unwrap();
        symlink(".", folder.path().join("tree/self")).unwrap();
        symlink("tree", folder.path().join("root")).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(folder.path().join("tree/pipe"))
            .status();
        assert!(made.unwrap().success());
        let tree = FolderTree::open(&folder.path().join("root"), |_| false).unwrap();
        let kinds: Vec<(&str, EntryKind)> = tree
            .entries()
            .iter()
            .map(|entry| (entry.path.as_str(), entry.kind))
            .collect();
        let run = EntryKind::File {
            len_bytes: Some(9),
            is_executable: true,
        };
        let expected = [
            ("out", EntryKind::Link),
            ("pipe", EntryKind::Other),
            ("run", run),
            ("self", EntryKind::Link),
        ];
        assert_eq!(kinds, expected);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_that_is_no_text_is_told() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        let name = std::ffi::OsStr::from_bytes(b"a\xff");
        fs::write(folder.path().join(name), "").unwrap();
        let tree = FolderTree::open(folder.path(), |_| false).unwrap();
        assert!(tree.entries().is_empty());
        let message = tree.unlisted[0].to_string();
        assert!(message.ends_with("a\u{fffd}` is not UTF-8"), "{message}");
    }
}
