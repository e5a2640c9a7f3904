//! Where a site is written: a fresh folder that replaces the old one, a folder that is changed in place, a comparison, or
//! memory.

mod compare;
mod dir;
mod patch;

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;

use crate::lock::lock;
pub use compare::CompareSink;
pub use dir::{DirSink, Written};
pub use patch::LiveFolder;

/// Takes the files of a site. Files may come from several threads, in any order, each path once.
pub trait Sink: Sync {
    /// Takes one file. `path` is relative, `/`-separated, not percent-encoded.
    ///
    /// # Errors
    /// What the file system says; a path that leaves the folder; a path that was written before (in any letter case).
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()>;

    /// Keeps the files at `paths`, which follow from `inputs` alone, a [fingerprint](crate::fingerprint) of everything
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

/// Refuses paths that could leave the folder or that some file system reads differently.
fn check_path(path: &str) -> io::Result<()> {
    let is_safe = !path.is_empty()
        && path
            .split('/')
            .all(|segment| !segment.is_empty() && segment != "." && segment != "..")
        && !path.contains(['\\', '\0']);
    if is_safe {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("`{path}` is not a path below the output folder"),
    ))
}

fn written_twice(path: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::AlreadyExists,
        format!("two pages or files of the site have the path `{path}`"),
    )
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
