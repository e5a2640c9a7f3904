//! A folder of this machine as a store: one that a web server reads, or a mounted disk.
//!
//! A file is written beside the site and moved to its place, so a reader sees the old bytes or the new ones. Copies are
//! links where the file system has them: a file is replaced and never changed, so the copy keeps its bytes.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use tempfile::NamedTempFile;
use walkdir::WalkDir;

use super::digest::digest;
use super::requests::Requests;
use super::root::ROOT_KEY;
use super::store::{Found, Listed, Object, Store, StoreError, Tag};
use super::write_deadline::WriteDeadline;
use crate::input_file;
use crate::sink::MIRROR_MARKER;

/// A folder.
#[derive(Debug)]
pub(super) struct FolderStore {
    folder: PathBuf,
    /// Unfinished files, and the lock of conditional writes.
    work: PathBuf,
    write_deadline: WriteDeadline,
}

/// Names below the folder of the publish record that are no objects.
const WORK: &str = ".skillpress/work";

impl FolderStore {
    /// Opens `folder`, which the first write makes if it is not there.
    ///
    /// # Errors
    /// When it is no folder, or a site that a build wrote, which the next build would replace as a whole.
    pub(super) fn open(folder: &Path) -> Result<Self, StoreError> {
        let target_error = |reason: String| StoreError::Target {
            target: folder.display().to_string(),
            reason,
        };
        if folder.join(".skillpress").is_file() {
            let reason = "it is the output of a build, which replaces it as a whole".to_owned();
            return Err(target_error(reason));
        }
        if folder.join(MIRROR_MARKER).is_file() {
            let reason =
                "it is a copy by `skillpress mirror`, which removes what is not of its site";
            return Err(target_error(reason.to_owned()));
        }
        if folder.exists() && !folder.is_dir() {
            return Err(target_error("it is a file".to_owned()));
        }
        Ok(Self {
            folder: folder.to_owned(),
            work: folder.join(WORK),
            write_deadline: WriteDeadline::default(),
        })
    }

    /// A file that is not in its place yet.
    fn unfinished(&self) -> io::Result<NamedTempFile> {
        fs::create_dir_all(&self.work)?;
        NamedTempFile::new_in(&self.work)
    }

    fn path(&self, key: &str) -> Result<PathBuf, StoreError> {
        let is_segment = |segment: &str| !matches!(segment, "" | "." | "..");
        if key.split('/').all(is_segment) && !key.contains(['\\', '\0']) {
            return Ok(self.folder.join(key));
        }
        Err(self.error(key, "it leads out of the folder"))
    }

    fn error(&self, key: &str, reason: impl ToString) -> StoreError {
        StoreError::Other {
            store: self.name(),
            key: key.to_owned(),
            reason: reason.to_string(),
        }
    }

    fn check_deadline(&self) -> Result<(), StoreError> {
        match self.write_deadline.is_over() {
            true => Err(StoreError::ClaimStale { store: self.name() }),
            false => Ok(()),
        }
    }

    fn read(&self, key: &str, max_bytes: u64) -> Result<Option<Vec<u8>>, StoreError> {
        match input_file::read(&self.path(key)?, max_bytes) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(self.error(key, error)),
        }
    }

    fn write(&self, key: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.path(key)?;
        let write = || {
            let file = self.unfinished()?;
            fs::write(file.path(), bytes)?;
            make_readable(file.as_file())?;
            make_folder_of(&path)?;
            file.persist(&path).map_err(|error| error.error).map(drop)
        };
        write().map_err(|error: io::Error| self.error(key, error))
    }
}

impl Store for FolderStore {
    fn address(&self) -> String {
        self.folder.display().to_string()
    }

    fn get(&self, key: &str, max_bytes: u64) -> Result<Option<Object>, StoreError> {
        let Some(bytes) = self.read(key, max_bytes)? else {
            return Ok(None);
        };
        let tag = Some(tag_of(&bytes));
        Ok(Some(Object {
            bytes,
            tag,
            ..Object::default()
        }))
    }

    fn head(&self, key: &str) -> Result<Option<Found>, StoreError> {
        let found = self.read(key, u64::MAX)?.map(|bytes| Found {
            digest: Some(digest(&bytes)),
            headers: None,
        });
        Ok(found)
    }

    fn put(&self, key: &str, object: &Object) -> Result<(), StoreError> {
        self.check_deadline()?;
        self.write(key, &object.bytes)
    }

    fn put_if(
        &self,
        key: &str,
        bytes: &[u8],
        expected: Option<&Tag>,
    ) -> Result<Option<Tag>, StoreError> {
        let lock = || {
            fs::create_dir_all(&self.work)?;
            let lock = File::create(self.work.join("lock"))?;
            lock.lock().map(|()| lock)
        };
        let _lock = lock().map_err(|error: io::Error| self.error(key, error))?;
        let present = self.read(key, u64::MAX)?.map(|bytes| tag_of(&bytes));
        if present.as_ref() != expected {
            return Ok(None);
        }
        self.write(key, bytes)?;
        Ok(Some(tag_of(bytes)))
    }

    fn copy(&self, from: &str, to: &str) -> Result<bool, StoreError> {
        self.check_deadline()?;
        let (source, target) = (self.path(from)?, self.path(to)?);
        let copy = || {
            // A name of its own, so that the move replaces what stands there in one step.
            let file = self.unfinished()?.into_temp_path();
            fs::remove_file(&file)?;
            fs::hard_link(&source, &file).or_else(|_| fs::copy(&source, &file).map(drop))?;
            make_folder_of(&target)?;
            fs::rename(&file, &target)
        };
        match copy() {
            Ok(()) => Ok(true),
            Err(error) if is_missing(&error) && !source.exists() => Ok(false),
            Err(error) => Err(self.error(from, error)),
        }
    }

    fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        for key in keys {
            self.check_deadline()?;
            let path = self.path(key)?;
            match fs::remove_file(&path) {
                Err(error) if !is_missing(&error) => return Err(self.error(key, error)),
                _ => {}
            }
            // Folders that are empty now; the first that is not ends it.
            let folders = path.ancestors().skip(1);
            let mut folders = folders.take_while(|folder| *folder != self.folder);
            while folders
                .next()
                .is_some_and(|folder| fs::remove_dir(folder).is_ok())
            {}
        }
        Ok(())
    }

    fn list(&self, folder: &str) -> Result<Vec<Listed>, StoreError> {
        let mut listed = Vec::new();
        let folder = self.folder.join(folder);
        if !folder.exists() {
            return Ok(listed);
        }
        for entry in WalkDir::new(&folder) {
            let entry = entry.map_err(|error| self.error("", error))?;
            if !entry.file_type().is_file() || entry.path().starts_with(&self.work) {
                continue;
            }
            let relative = entry.path().strip_prefix(&self.folder);
            let Some(key) = relative.ok().and_then(Path::to_str) else {
                continue;
            };
            let len = entry
                .metadata()
                .map_err(|error| self.error(key, error))?
                .len();
            let key = key.replace(std::path::MAIN_SEPARATOR, "/");
            listed.push(Listed { key, len });
        }
        Ok(listed)
    }

    fn outer(&self) -> Result<Option<String>, StoreError> {
        let folder = self.folder.canonicalize();
        let folder = folder.or_else(|_| std::path::absolute(&self.folder));
        let folder = folder.map_err(|error| self.error(ROOT_KEY, error))?;
        let mut around = folder.ancestors().skip(1);
        let outer = around.find(|outer| outer.join(ROOT_KEY).is_file());
        Ok(outer.map(|outer| format!("`{}`", outer.display())))
    }

    fn allow_writes_until(&self, deadline: Instant) {
        self.write_deadline.set(deadline);
    }

    fn keeps_headers(&self) -> bool {
        false
    }

    fn max_parallel(&self) -> usize {
        4
    }

    fn requests(&self) -> Requests {
        Requests::default()
    }
}

fn tag_of(bytes: &[u8]) -> Tag {
    Tag {
        e_tag: Some(digest(bytes)),
        version: None,
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn make_folder_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

/// Temporary files are for their owner alone; a site is for everyone.
fn make_readable(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(0o644))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_its_bytes_when_the_file_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let object = |bytes: &[u8]| Object {
            bytes: bytes.to_vec(),
            ..Object::default()
        };
        store.put("a/b.html", &object(b"old")).unwrap();
        assert!(store.copy("a/b.html", ".skillpress/kept/x").unwrap());
        store.put("a/b.html", &object(b"new")).unwrap();
        let kept = store.get(".skillpress/kept/x", 10).unwrap().unwrap();
        assert_eq!(kept.bytes, b"old");
        assert!(!store.copy("missing", "y").unwrap());
    }

    #[test]
    fn a_conditional_write_needs_the_tag_of_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let first = store.put_if("k", b"1", None).unwrap().unwrap();
        assert_eq!(store.put_if("k", b"2", None).unwrap(), None);
        let second = store.put_if("k", b"2", Some(&first)).unwrap().unwrap();
        assert_eq!(store.put_if("k", b"3", Some(&first)).unwrap(), None);
        assert!(store.put_if("k", b"3", Some(&second)).unwrap().is_some());
    }

    #[test]
    fn no_key_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        for key in ["../x", "/x", "a/../../x", ""] {
            assert!(store.put(key, &Object::default()).is_err(), "{key:?}");
        }
    }

    #[test]
    fn nothing_is_written_once_the_claim_is_stale() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        store.allow_writes_until(Instant::now());
        std::thread::sleep(std::time::Duration::from_millis(2));
        let put = store.put("a", &Object::default());
        assert!(matches!(put, Err(StoreError::ClaimStale { .. })));
        assert!(store.put_if("k", b"1", None).unwrap().is_some(), "a claim");
    }
}
