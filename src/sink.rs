//! Where a site is written: a fresh folder that replaces the old one, a folder that is changed in place, a comparison, or
//! memory.

mod compare;
mod dir;
mod patch;

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;

pub use compare::CompareSink;
pub use dir::{DirSink, Written};
pub use patch::{LiveFolder, PatchSink};

/// Takes the files of a site. Files may come from several threads, in any order, each path once.
pub trait Sink: Sync {
    /// Takes one file. `path` is relative, `/`-separated, not percent-encoded.
    ///
    /// # Errors
    /// What the file system says; a path that leaves the folder; a path that was written before (in any letter case).
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()>;

    /// The sink itself if it knows what it holds from before.
    fn patch(&self) -> Option<&PatchSink<'_>> {
        None
    }
}

/// Writes a unit: files that follow from `inputs` alone, a [fingerprint](crate::fingerprint) of everything that they are made from.
///
/// A sink that has the unit called `name` from the same inputs keeps its files and gives the value of then; any other
/// sink calls `write`. Names are unique among the units of one pass; units do not nest.
///
/// # Errors
/// What `write` or the sink says.
pub fn write_unit<T: Clone + Send + 'static>(
    sink: &dyn Sink,
    name: &str,
    inputs: impl FnOnce() -> u64,
    write: impl FnOnce(&dyn Sink) -> io::Result<T>,
) -> io::Result<T> {
    match sink.patch() {
        Some(patch) => patch.unit(name, inputs(), write),
        None => write(sink),
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
        self.files
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Sink for MemorySink {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        check_path(path)?;
        let mut files = self
            .files
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        match files.insert(path.to_owned(), bytes.to_vec()) {
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
