//! A file of a skill: what it is called and what is in it, without its bytes.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::input_file;
use crate::text::hex;

/// One file of a skill.
///
/// A catalog holds no bytes, since a thousand skills of strangers may have fifty gigabytes. They are read again by who
/// hashes, shows, zips or copies them, and [`SkillFile::read`] gives the bytes of the first read or an error, so that
/// these cannot disagree.
#[derive(Clone, Debug)]
pub struct SkillFile {
    /// Relative to the skill's folder, `/`-separated, in Unicode's Normalization Form C.
    pub path: String,
    /// How many bytes the file has.
    pub len_bytes: usize,
    /// Of the bytes: lower-case hex, 64 characters.
    pub sha256: String,
    /// Whether it runs when it is unpacked: it begins with `#!`, or its owner may execute it where the content lies.
    pub is_executable: bool,
    source: Source,
}

/// The file of a skill that its page is made from: `SKILL.md`, else what stands for it. `path` gives a file's path in the
/// skill's folder.
pub fn main_file<T>(files: &[T], path: impl Fn(&T) -> &str) -> Option<&T> {
    let named = |name: &str| {
        let alike = files
            .iter()
            .filter(|file| path(file).eq_ignore_ascii_case(name));
        alike.min_by_key(|file| path(file) != name)
    };
    let is_markdown = |file: &&T| path(file).to_ascii_lowercase().ends_with(".md");
    let mut markdown = files.iter().filter(is_markdown);
    let mut names = ["SKILL.md", "skills.md", "README.md"].into_iter();
    names
        .find_map(named)
        .or_else(|| markdown.clone().find(|file| !path(file).contains('/')))
        .or_else(|| markdown.next())
}

#[derive(Clone, Debug)]
enum Source {
    Disk(PathBuf),
    /// In the cache of sources.
    Cache(PathBuf),
    Memory(Arc<[u8]>),
}

impl SkillFile {
    /// A file that was read from `source` just now and holds `bytes`.
    pub fn on_disk(path: impl Into<String>, source: PathBuf, bytes: &[u8]) -> Self {
        Self::new(path.into(), bytes, Source::Disk(source))
    }

    /// A file of the cache of sources, at `source`, that was read before: it had `len_bytes`, and `sha256` as lower-case hex.
    pub fn known(
        path: impl Into<String>,
        source: PathBuf,
        len_bytes: usize,
        sha256: impl Into<String>,
        is_executable: bool,
    ) -> Self {
        Self {
            path: path.into(),
            len_bytes,
            sha256: sha256.into(),
            is_executable,
            source: Source::Cache(source),
        }
    }

    /// A file that is nowhere but here.
    pub fn in_memory(path: impl Into<String>, bytes: &[u8]) -> Self {
        Self::new(path.into(), bytes, Source::Memory(bytes.into()))
    }

    fn new(path: String, bytes: &[u8], source: Source) -> Self {
        Self {
            path,
            len_bytes: bytes.len(),
            sha256: hex(&Sha256::digest(bytes)),
            is_executable: bytes.starts_with(b"#!"),
            source,
        }
    }

    /// What it is, wherever it lies.
    fn identity(&self) -> (&str, &str, bool) {
        (&self.path, &self.sha256, self.is_executable)
    }

    /// The bytes that [`SkillFile::sha256`] is of.
    ///
    /// # Errors
    /// When the file cannot be read any more or holds other bytes.
    pub fn read(&self) -> Result<Cow<'_, [u8]>, SkillFileError> {
        let source = match &self.source {
            Source::Memory(bytes) => return Ok(Cow::Borrowed(bytes)),
            Source::Disk(source) | Source::Cache(source) => source,
        };
        let mut bytes = Vec::with_capacity(self.len_bytes + 1);
        // A file that has grown is not read to its end.
        input_file::open(source)
            .and_then(|file| file.take(self.len_bytes as u64 + 1).read_to_end(&mut bytes))
            .map_err(|cause| SkillFileError::Unreadable(source.clone(), cause))?;
        if bytes.len() == self.len_bytes && hex(&Sha256::digest(&bytes)) == self.sha256 {
            return Ok(Cow::Owned(bytes));
        }
        Err(match self.source {
            Source::Cache(_) => SkillFileError::Damaged(source.clone()),
            _ => SkillFileError::Changed(source.clone()),
        })
    }
}

impl PartialEq for SkillFile {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for SkillFile {}

impl Hash for SkillFile {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

/// A file of a skill is not what it was when the content was read.
#[derive(Debug, Error)]
pub enum SkillFileError {
    /// It cannot be read.
    #[error("`{0}` was read before, but not again: {1}")]
    Unreadable(PathBuf, #[source] io::Error),
    /// It holds other bytes.
    #[error("`{0}` has changed since the content was read")]
    Changed(PathBuf),
    /// It is of the cache of sources, and holds other bytes.
    #[error("`{0}`, in the cache of sources, holds other bytes than were fetched")]
    Damaged(PathBuf),
}

impl SkillFileError {
    /// What to do next, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Damaged(_) => Some("run `skillpress fetch`"),
            Self::Unreadable(..) | Self::Changed(_) => None,
        }
    }
}

impl From<SkillFileError> for io::Error {
    fn from(error: SkillFileError) -> Self {
        let kind = match &error {
            SkillFileError::Unreadable(_, cause) => cause.kind(),
            SkillFileError::Changed(_) | SkillFileError::Damaged(_) => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_gives_the_bytes_that_were_hashed_or_says_that_it_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("notes.md");
        fs::write(&source, "one").unwrap();
        let file = SkillFile::on_disk("notes.md", source.clone(), b"one");
        assert_eq!(&*file.read().unwrap(), b"one");
        for other in ["two", "one and more", ""] {
            fs::write(&source, other).unwrap();
            let error = file.read().unwrap_err();
            assert!(matches!(error, SkillFileError::Changed(_)));
            assert_eq!(
                error.to_string(),
                format!(
                    "`{}` has changed since the content was read",
                    source.display()
                )
            );
        }
        fs::remove_file(&source).unwrap();
        let error = io::Error::from(file.read().unwrap_err());
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().contains("was read before, but not again"));
    }

    #[test]
    fn where_a_file_lies_does_not_matter_to_what_it_is() {
        let on_disk = SkillFile::on_disk("a", "/nowhere/a".into(), b"x");
        let in_memory = SkillFile::in_memory("a", b"x");
        assert_eq!(
            crate::fingerprint::fingerprint(&on_disk),
            crate::fingerprint::fingerprint(&in_memory)
        );
        assert_eq!(&*in_memory.read().unwrap(), b"x");
    }
}
