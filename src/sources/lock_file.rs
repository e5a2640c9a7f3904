//! `skillpress.lock`: what each source was when it was fetched last, so that a build needs no network and is the same on
//! every machine.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::cache::Digest;
use crate::config::{Origin, SourceConfig, VersionsFrom};
use crate::git::ObjectId;
use crate::input_file;
use crate::output_file;

/// What the lock file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockFile {
    version: u32,
    /// In the order of the settings; no two have one name.
    #[serde(default, rename = "source")]
    pub sources: Vec<LockedSource>,
}

/// What a source was when it was fetched last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedSource {
    /// What the settings call it.
    pub name: String,
    /// What the settings asked for.
    #[serde(flatten)]
    pub asked: Asked,
    /// The commit, of a git repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The digest of the snapshot in the cache, which has those of all files.
    pub snapshot: Digest,
    /// The tags whose states are its old versions, newest first; `None` where none are read, and in a lock file that was
    /// written before they were noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<LockedTag>>,
}

/// Where a tag was when it was read first. It stays so, wherever the tag is now: what a version holds never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedTag {
    /// Without `refs/tags/`. Hostile.
    pub name: String,
    /// The whole id.
    pub commit: ObjectId,
    /// When it was made, as RFC 3339 has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
}

/// What the settings say of a source, as far as it decides what is fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    #[serde(skip_serializing_if = "Option::is_none")]
    git: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<String>,
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "is_none")]
    versions: VersionsFrom,
}

fn is_none(versions: &VersionsFrom) -> bool {
    *versions == VersionsFrom::None
}

impl Asked {
    /// What `source` asks for; `None` for a folder, which is never fetched.
    pub fn of(source: &SourceConfig) -> Option<Self> {
        let given = |path: &String| (!path.is_empty()).then(|| path.clone());
        let (git, archive, reference, path) = match &source.origin {
            Origin::Git {
                url,
                reference,
                path,
            } => (Some(url.clone()), None, reference.clone(), given(path)),
            Origin::Archive { place, path } => (None, Some(place.clone()), None, given(path)),
            Origin::Folder { .. } => return None,
        };
        Some(Self {
            git,
            archive,
            reference,
            path,
            versions: source.versions,
        })
    }
}

impl LockFile {
    /// Where the lock file of the settings in `folder` is.
    pub fn path_in(folder: &Path) -> PathBuf {
        folder.join("skillpress.lock")
    }

    /// Reads the lock file at `path`; one that is missing is empty.
    ///
    /// # Errors
    /// When it cannot be read, or is not what this program writes.
    pub fn read(path: &Path) -> Result<Self, LockFileError> {
        let error = |fault| LockFileError {
            path: path.to_owned(),
            fault,
        };
        let text = match input_file::read_text(path) {
            Ok(text) => text,
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(cause) => return Err(error(LockFileFault::Unreadable(cause))),
        };
        let lock: Self = toml::from_str(&text)
            .map_err(|fault| error(LockFileFault::Odd(fault.message().to_owned())))?;
        if lock.version != VERSION {
            return Err(error(LockFileFault::Version(lock.version)));
        }
        Ok(lock)
    }

    /// Writes the lock file to `path`, unless it says the same already.
    ///
    /// # Errors
    /// What the file system says; then the old one is still there.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let text = self.to_string();
        if fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
            return Ok(());
        }
        output_file::replace(path, &text)
    }

    /// What is locked of `source`, if that is what the settings ask for now.
    pub fn find(&self, source: &SourceConfig) -> Option<&LockedSource> {
        let locked = self
            .sources
            .iter()
            .find(|locked| locked.name == source.name)?;
        (Asked::of(source).as_ref() == Some(&locked.asked)).then_some(locked)
    }

    /// What is locked under this name, whatever the settings ask for now.
    pub fn named(&self, name: &str) -> Option<&LockedSource> {
        self.sources.iter().find(|locked| locked.name == name)
    }

    /// A lock file with these sources.
    pub fn of(sources: Vec<LockedSource>) -> Self {
        Self {
            version: VERSION,
            sources,
        }
    }
}

impl std::fmt::Display for LockFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = toml::to_string(self).map_err(|_| std::fmt::Error)?;
        write!(
            f,
            "# What each source was when `skillpress fetch` ran last. Keep it under version control.\n{text}"
        )
    }
}

/// The form of the file.
const VERSION: u32 = 1;

/// Why a lock file is not used.
#[derive(Debug, Error)]
#[error("the lock file `{}` {fault}", path.display())]
pub struct LockFileError {
    /// Where it is.
    pub path: PathBuf,
    /// What is the matter.
    #[source]
    pub fault: LockFileFault,
}

/// What is the matter with a lock file.
#[derive(Debug, Error)]
pub enum LockFileFault {
    /// What the file system says.
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
    /// What the parser says.
    #[error("is not what `skillpress fetch` writes: {0}")]
    Odd(String),
    /// Another version of this program wrote it.
    #[error("has version {0}; this program knows {VERSION}")]
    Version(u32),
}

impl LockFileError {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self.fault {
            LockFileFault::Unreadable(_) => "check its permissions",
            LockFileFault::Odd(_) => {
                "restore it from version control, or remove it and run `skillpress fetch`"
            }
            LockFileFault::Version(_) => {
                "use the version of skillpress that wrote it, or remove it"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> SourceConfig {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_lock_file_comes_back_and_holds_for_what_was_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = LockFile::path_in(folder.path());
        assert_eq!(LockFile::read(&path).unwrap(), LockFile::default());
        let asked = "git = 'https://git.example/ana/skills'\nref = 'v1'";
        let locked = LockedSource {
            name: "ana/skills".into(),
            asked: Asked::of(&source(asked)).unwrap(),
            commit: Some("c0ffee".into()),
            snapshot: Digest::of(b"{}"),
            tags: Some(vec![LockedTag {
                name: "v1".into(),
                commit: ObjectId::parse(&"c0ffee42".repeat(5)).unwrap(),
                date: Some("2026-01-02T00:00:00Z".into()),
            }]),
        };
        let lock = LockFile::of(vec![locked.clone()]);
        lock.write(&path).unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "# What each source was when `skillpress fetch` ran last. Keep it under version control.\n\
             version = 1\n\n[[source]]\nname = \"ana/skills\"\ngit = \"https://git.example/ana/skills\"\nref = \"v1\"\n\
             commit = \"c0ffee\"\nsnapshot = \"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\"\n\n\
             [[source.tags]]\nname = \"v1\"\ncommit = \"c0ffee42c0ffee42c0ffee42c0ffee42c0ffee42\"\n\
             date = \"2026-01-02T00:00:00Z\"\n"
        );
        let lock = LockFile::read(&path).unwrap();
        assert_eq!(lock.find(&source(asked)), Some(&locked));
        for other in [
            asked.replace("v1", "v2"),
            asked.replace("ana/", "bo/"),
            format!("{asked}\npath = 'skills'"),
            format!("{asked}\nversions = 'tags'"),
        ] {
            assert_eq!(lock.find(&source(&other)), None, "{other}");
        }
        let same = format!("{asked}\nowner = 'bo'\nexclude = ['a']");
        assert_eq!(lock.find(&source(&same)), Some(&locked));
    }

    #[test]
    fn another_file_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = LockFile::path_in(folder.path());
        for (text, expected) in [
            ("version = 2\n", "has version 2; this program knows 1"),
            (
                "[[source]]\n",
                "is not what `skillpress fetch` writes: missing field",
            ),
            ("<<<<<<< ours\n", "is not what `skillpress fetch` writes: "),
        ] {
            fs::write(&path, text).unwrap();
            let error = LockFile::read(&path).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            assert!(!error.hint().is_empty());
        }
    }
}
