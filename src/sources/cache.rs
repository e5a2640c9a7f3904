//! The cache of a project: `.skillpress/sources/`, which git ignores and which can be thrown away or restored at any time.
//!
//! | place | what it holds |
//! |---|---|
//! | `blobs/ab/cdef…` | the bytes of a file, named by their SHA-256 |
//! | `snapshots/ab/cdef….json` | what a source gave, named by the SHA-256 of the text |
//! | `git/` | bare repositories |
//! | `lock` | held by who writes |
//! | `tmp/` | what is being written |
//!
//! A file is written in `tmp/` and renamed, so what stands at its name is whole, wherever a fetch was killed. Reading needs
//! no lock: what a name stands for never changes. Disks, restored copies and people may still put other bytes there, so
//! each fetch compares what it needs with its name, and writes it again.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use thiserror::Error;

use crate::input_file;
use crate::output_file;
use crate::text::hex;

/// The cache of a project.
#[derive(Clone, Debug)]
pub struct Cache {
    /// `.skillpress/`.
    root: PathBuf,
}

/// The cache while nobody else writes it.
#[derive(Debug)]
pub struct CacheWriter {
    cache: Cache,
    _lock: File,
}

/// The SHA-256 of some bytes, as 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Digest(Box<str>);

/// A text that is no digest.
#[derive(Debug, Error)]
#[error("`{0}` is no SHA-256: 64 lower-case hexadecimal digits")]
pub struct DigestError(String);

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        Self::parse(&text).ok_or(DigestError(text))
    }
}

/// Why the cache does not give or take something.
#[derive(Debug, Error)]
#[error("{what} `{}` {fault}", .path.display())]
pub struct CacheError {
    /// Such as "the blob".
    pub what: &'static str,
    /// Where it should stand.
    pub path: PathBuf,
    /// What is wrong.
    #[source]
    pub fault: CacheFault,
}

/// A link or another thing in the place of a folder or file of the cache.
#[derive(Debug, Error)]
#[error("`{}` is a link, or no folder or file of the cache; remove it", .0.display())]
struct OddEntry(PathBuf);

/// What is wrong with a file of the cache.
#[derive(Debug, Error)]
pub enum CacheFault {
    /// It was never written, or thrown away.
    #[error("is not in the cache")]
    Missing,
    /// Somebody else wrote it, or the disk lost it.
    #[error("does not hold what its name says")]
    Damaged,
    /// What the file system says.
    #[error("cannot be used: {0}")]
    Io(io::Error),
}

impl CacheError {
    /// What to do next, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self.fault {
            CacheFault::Missing | CacheFault::Damaged => Some("run `skillpress fetch`"),
            CacheFault::Io(_) => None,
        }
    }
}

impl Cache {
    /// The cache of the project in `folder`. It need not be there yet.
    pub fn of_project(folder: &Path) -> Self {
        Self {
            root: folder.join(".skillpress"),
        }
    }

    /// Takes the cache for writing, makes it where it is missing, and removes what a killed fetch left. `on_wait` is called
    /// before it waits for another fetch.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, on_wait: impl FnOnce()) -> Result<CacheWriter, CacheError> {
        let locked = || {
            self.refuse_links()?;
            fs::create_dir_all(self.tmp())?;
            let mut options = File::options();
            let lock = options.create(true).write(true).truncate(false);
            let lock = lock.open(self.folder("lock"))?;
            match lock.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    on_wait();
                    lock.lock()?;
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
            fs::remove_dir_all(self.tmp())?;
            fs::create_dir_all(self.tmp())?;
            let ignore = self.root.join(".gitignore");
            if !ignore.exists() {
                self.put(&ignore, b"*\n")?;
            }
            Ok(lock)
        };
        let lock = locked().map_err(|error| CacheError {
            what: "the cache",
            path: self.folder(""),
            fault: CacheFault::Io(error),
        })?;
        Ok(CacheWriter {
            cache: self.clone(),
            _lock: lock,
        })
    }

    /// Where the blob of these bytes stands, if it was written.
    pub fn blob_path(&self, digest: &Digest) -> PathBuf {
        let (folder, name) = digest.0.split_at(2);
        self.folder("blobs").join(folder).join(name)
    }

    /// Whether a file stands at the name of the blob, whatever it holds.
    pub fn has_file(&self, digest: &Digest) -> bool {
        is_file(&self.blob_path(digest))
    }

    /// Whether the blob is there, with the bytes that its name says. Reads all of it.
    pub fn has_blob(&self, digest: &Digest) -> bool {
        let bytes = || self.read_blob(digest);
        self.has_file(digest) && bytes().is_ok_and(|bytes| Digest::of(&bytes) == *digest)
    }

    /// Nothing that is written may be a link: it would lead out of the cache, and whoever could write the cache, as of a
    /// workflow, could name a file of the operator.
    fn refuse_links(&self) -> io::Result<()> {
        let mut folders = vec![self.root.clone(), self.root.join("sources")];
        let below = ["tmp", "blobs", "snapshots", "git"].map(|name| self.folder(name));
        for folder in [&below[1], &below[2]] {
            let entries = folder.read_dir().into_iter().flatten().flatten();
            folders.extend(entries.map(|entry| entry.path()));
        }
        folders.extend(below);
        let is_there = |path: &PathBuf| path.symlink_metadata().ok();
        let odd_folder = folders
            .iter()
            .find(|path| is_there(path).is_some_and(|it| !it.is_dir()));
        let files = [self.folder("lock"), self.root.join(".gitignore")];
        let odd_file = files
            .iter()
            .find(|path| is_there(path).is_some_and(|it| !it.is_file()));
        match odd_folder.or(odd_file) {
            None => Ok(()),
            Some(odd) => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                OddEntry(odd.clone()),
            )),
        }
    }

    /// Reads the blob.
    ///
    /// # Errors
    /// What the file system says.
    pub fn read_blob(&self, digest: &Digest) -> io::Result<Vec<u8>> {
        input_file::read(&self.blob_path(digest), FILE_MAX_BYTES)
    }

    /// Reads the snapshot.
    ///
    /// # Errors
    /// `Missing`, and `Damaged` when its bytes have another digest.
    pub fn read_snapshot(&self, digest: &Digest) -> Result<Vec<u8>, CacheError> {
        let path = self.snapshot_path(digest);
        let fault = match input_file::read(&path, SNAPSHOT_MAX_BYTES) {
            Ok(bytes) if Digest::of(&bytes) == *digest => return Ok(bytes),
            Ok(_) => CacheFault::Damaged,
            Err(error) if error.kind() == io::ErrorKind::NotFound => CacheFault::Missing,
            Err(error) => CacheFault::Io(error),
        };
        Err(CacheError {
            what: "the snapshot",
            path,
            fault,
        })
    }

    fn snapshot_path(&self, digest: &Digest) -> PathBuf {
        let (folder, name) = digest.0.split_at(2);
        let name = format!("{name}.json");
        self.snapshots().join(folder).join(name)
    }

    /// The folder of all snapshots.
    pub fn snapshots(&self) -> PathBuf {
        self.folder("snapshots")
    }

    fn tmp(&self) -> PathBuf {
        self.folder("tmp")
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.root.join("sources").join(name)
    }

    /// Writes the file `path` whole or not at all.
    fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = output_file::temporary_in(&self.tmp())?;
        file.write_all(bytes)?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        file.persist(path)?;
        Ok(())
    }
}

/// Whether a file stands there, and no link to one: nothing of the cache is a link.
fn is_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|file| file.is_file())
}

/// Longest file that is kept, in bytes: as much as is published of one.
pub const FILE_MAX_BYTES: u64 = 10_000_000;

/// Largest snapshot that is read.
const SNAPSHOT_MAX_BYTES: u64 = 256 << 20;

impl CacheWriter {
    /// The cache that it writes.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The folder of git's repositories, which may not be there.
    pub fn repositories(&self) -> PathBuf {
        self.cache.folder("git")
    }

    /// A folder that is gone when it is dropped, or with the next writer.
    ///
    /// # Errors
    /// What the file system says.
    pub fn temporary_folder(&self) -> io::Result<TempDir> {
        tempfile::tempdir_in(self.cache.tmp())
    }

    /// Keeps `bytes`; nothing is written when they are there already.
    ///
    /// # Errors
    /// What the file system says.
    pub fn add_blob(&self, bytes: &[u8]) -> Result<Digest, CacheError> {
        let digest = Digest::of(bytes);
        self.add("the blob", self.cache.blob_path(&digest), bytes)?;
        Ok(digest)
    }

    /// Keeps the text of a snapshot; nothing is written when it is there already.
    ///
    /// # Errors
    /// What the file system says.
    pub fn add_snapshot(&self, text: &[u8]) -> Result<Digest, CacheError> {
        let digest = Digest::of(text);
        self.add("the snapshot", self.cache.snapshot_path(&digest), text)?;
        Ok(digest)
    }

    /// Writes the snapshot anew, which is there: who watches the snapshots learns that files of it have come back.
    ///
    /// # Errors
    /// `Missing`, `Damaged`, and what the file system says.
    pub fn renew_snapshot(&self, digest: &Digest) -> Result<(), CacheError> {
        let text = self.cache.read_snapshot(digest)?;
        let path = self.cache.snapshot_path(digest);
        self.put("the snapshot", path, &text)
    }

    fn add(&self, what: &'static str, path: PathBuf, bytes: &[u8]) -> Result<(), CacheError> {
        let there = input_file::read(&path, bytes.len() as u64);
        if is_file(&path) && there.is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        self.put(what, path, bytes)
    }

    fn put(&self, what: &'static str, path: PathBuf, bytes: &[u8]) -> Result<(), CacheError> {
        self.cache.put(&path, bytes).map_err(|error| CacheError {
            what,
            path,
            fault: CacheFault::Io(error),
        })
    }
}

impl Digest {
    /// Of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex(&Sha256::digest(bytes)).into())
    }

    /// `None` for anything but 64 lower-case hexadecimal digits, so that one is always a plain name.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_digest = text.len() == 64 && text.bytes().all(is_digit);
        is_digest.then(|| Self(text.into()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn bytes_are_found_by_their_digest_and_written_once() {
        let project = tempfile::tempdir().unwrap();
        let cache = Cache::of_project(project.path());
        let writer = cache.write(|| panic!("nobody else writes")).unwrap();
        let digest = writer.add_blob(b"text").unwrap();
        let path = cache.blob_path(&digest);
        let (folder, name) = digest.as_str().split_at(2);
        assert!(path.ends_with(format!(".skillpress/sources/blobs/{folder}/{name}")));
        assert_eq!(fs::read(&path).unwrap(), b"text");
        let written = fs::metadata(&path).unwrap().modified().unwrap();
        assert_eq!(writer.add_blob(b"text").unwrap(), digest);
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), written);
        assert!(cache.has_blob(&digest));
        for damaged in ["", "tex", "test", "text and more"] {
            fs::write(&path, damaged).unwrap();
            assert!(!cache.has_blob(&digest), "{damaged}");
            writer.add_blob(b"text").unwrap();
            assert!(cache.has_blob(&digest), "what was `{damaged}` is mended");
        }
        let ignored = fs::read_to_string(project.path().join(".skillpress/.gitignore"));
        assert_eq!(ignored.unwrap(), "*\n");
        assert_eq!(fs::read_dir(cache.tmp()).unwrap().count(), 0);
        assert_eq!(Digest::parse(digest.as_str()), Some(digest));
        assert_eq!(Digest::parse(&format!("../{}", "0".repeat(61))), None);
    }

    #[test]
    fn a_snapshot_that_is_missing_or_damaged_is_told() {
        let project = tempfile::tempdir().unwrap();
        let cache = Cache::of_project(project.path());
        let digest = Digest::of(b"{}");
        let error = cache.read_snapshot(&digest).unwrap_err();
        let path = cache.snapshot_path(&digest);
        assert_eq!(
            error.to_string(),
            format!("the snapshot `{}` is not in the cache", path.display())
        );
        assert_eq!(error.hint(), Some("run `skillpress fetch`"));
        assert!(
            !project.path().join(".skillpress").exists(),
            "to read makes nothing"
        );
        let writer = cache.write(|| {}).unwrap();
        assert_eq!(writer.add_snapshot(b"{}").unwrap(), digest);
        assert_eq!(cache.read_snapshot(&digest).unwrap(), b"{}");
        fs::write(&path, "[]").unwrap();
        let error = cache.read_snapshot(&digest).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "the snapshot `{}` does not hold what its name says",
                path.display()
            )
        );
    }

    #[test]
    fn a_second_writer_is_told_and_waits_and_finds_no_remains() {
        let project = tempfile::tempdir().unwrap();
        let cache = Cache::of_project(project.path());
        let writer = cache.write(|| {}).unwrap();
        fs::write(cache.tmp().join("half"), "ha").unwrap();
        let (told, waits) = mpsc::channel();
        let second = thread::spawn({
            let cache = cache.clone();
            move || cache.write(|| told.send(()).unwrap()).map(drop)
        });
        waits.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(!second.is_finished());
        drop(writer);
        second.join().unwrap().unwrap();
        assert_eq!(fs::read_dir(cache.tmp()).unwrap().count(), 0);
    }
}
