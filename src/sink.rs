//! Where a site is written: a fresh folder that replaces the old one, a folder that is changed in place, a comparison, or
//! memory.

mod compare;
mod dir;
mod patch;

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;

use thiserror::Error;

use crate::lock::lock;
pub use compare::CompareSink;
pub use dir::{DirSink, OutputError, Written, is_operators_file, is_written};

/// The file that tells a copy of a site by `skillpress mirror` from any other folder.
pub const MIRROR_MARKER: &str = ".skillpress-mirror";
pub use patch::LiveFolder;

/// Takes the files of a site. Files may come from several threads, in any order, each path once.
pub trait Sink: Sync {
    /// Takes one file. `path` is relative, `/`-separated, not percent-encoded.
    ///
    /// # Errors
    /// What the file system says; a path that leaves the folder; a path that was written before (in any letter case).
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()>;

    /// Keeps the files at `paths`, which follow from `inputs` alone, a fingerprint of everything
    /// that they are made from, if they are there from the same inputs; all or none.
    ///
    /// `false` when they are to be written, which is what a sink says that starts with nothing.
    ///
    /// # Errors
    /// As [`Sink::write`].
    fn keep(&self, paths: &[&str], inputs: u64) -> io::Result<bool> {
        let _ = (paths, inputs);
        Ok(false)
    }
}

/// A file of a site.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SiteFile {
    /// As in [`Sink::write`].
    pub path: String,
    /// Length in bytes.
    pub len: u64,
}

/// Keeps a site in memory.
#[derive(Debug, Default)]
pub struct MemorySink {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl MemorySink {
    /// Starts empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// The files by path.
    pub fn into_files(self) -> BTreeMap<String, Vec<u8>> {
        std::mem::take(&mut *lock(&self.files))
    }
}

impl Sink for MemorySink {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        check_path(path)?;
        match lock(&self.files).insert(path.to_owned(), bytes.to_vec()) {
            None => Ok(()),
            Some(_) => Err(written_twice(path)),
        }
    }
}

/// A path that no sink takes.
#[derive(Debug, Error)]
pub enum PathError {
    /// It could leave the folder, or some file system reads it differently.
    #[error("`{path}` is not a path below the output folder")]
    Outside {
        /// As it was given.
        path: String,
    },
    /// A file of this path, in any letter case, was written before.
    #[error("two pages or files of the site have the path `{path}`")]
    WrittenTwice {
        /// As it was given first.
        path: String,
    },
}

impl From<PathError> for io::Error {
    fn from(error: PathError) -> Self {
        let kind = match error {
            PathError::Outside { .. } => io::ErrorKind::InvalidInput,
            PathError::WrittenTwice { .. } => io::ErrorKind::AlreadyExists,
        };
        Self::new(kind, error)
    }
}

/// Whether `path` stays below the folder, on every system.
///
/// # Errors
/// [`PathError::Outside`].
pub fn check_path(path: &str) -> Result<(), PathError> {
    let is_segment = |segment: &str| !matches!(segment, "" | "." | "..");
    if path.split('/').all(is_segment) && !path.contains(['\\', '\0']) {
        return Ok(());
    }
    let path = path.to_owned();
    Err(PathError::Outside { path })
}

fn written_twice(path: &str) -> io::Error {
    let path = path.to_owned();
    PathError::WrittenTwice { path }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leaves_the_folder() {
        let sink = MemorySink::new();
        for bad in ["", "/etc/x", "../x", "a/../x", "a//b", "./a", "a\\b", "a\0"] {
            assert!(sink.write(bad, b"").is_err(), "{bad:?}");
        }
        assert!(sink.write(".well-known/a", b"").is_ok());
        assert!(sink.write(".well-known/a", b"").is_err(), "twice");
    }
}
