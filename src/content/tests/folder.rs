//! A content folder in a temporary place, made from a list of paths and texts.
//!
//! Integration tests use it too, with `#[path = "…/src/content/tests/folder.rs"] mod folder;`.

use std::path::{Path, PathBuf};

/// A content folder that is removed when it is dropped.
pub(crate) struct ContentFolder {
    place: tempfile::TempDir,
}

impl ContentFolder {
    /// A folder with `files`, each a `/`-separated path below it and the file's bytes.
    pub(crate) fn new<B: AsRef<[u8]>>(files: &[(&str, B)]) -> Self {
        let folder = Self {
            place: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(folder.path()).unwrap();
        for (path, bytes) in files {
            folder.write(path, bytes.as_ref());
        }
        folder
    }

    /// The content folder; its last component is `content`.
    pub(crate) fn path(&self) -> PathBuf {
        self.place.path().join("content")
    }

    /// The empty folder that holds the content folder.
    pub(crate) fn outside(&self) -> &Path {
        self.place.path()
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn write(&self, path: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }
}
