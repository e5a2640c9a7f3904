//! What changed between the files of two versions of a skill.
//!
//! [`changes`] pairs the files by their paths, finds those that were renamed, and compares texts by lines. Versions are
//! strangers', so all of it is bounded by what there is to compare and never by a clock: the same files give the same
//! changes on every machine.

mod rename;
mod text;

use std::collections::BTreeMap;

use crate::catalog::{SkillFile, SkillFileError};
pub use text::{Block, Hunk, TextChange};

/// A file that is not the same in both versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange<'f> {
    /// Its path in the new version, or in the old one when it is gone.
    pub path: &'f str,
    /// What became of it.
    pub kind: ChangeKind<'f>,
    /// Whether it runs now and did not before, or the other way.
    pub runs: Option<bool>,
    /// What became of its content.
    pub content: ContentChange,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind<'f> {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It had another path.
    Renamed {
        /// The path in the old version.
        from: &'f str,
    },
    /// It stands where it stood.
    Changed,
}

/// What became of the content of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentChange {
    /// It is the same.
    Same,
    /// Its lines changed, or its line breaks.
    Text(TextChange),
    /// It is no text, in one of the versions at least.
    Binary,
    /// It has more than [`TEXT_MAX_BYTES`], in one of the versions at least.
    TooLarge,
    /// So much of it changed, or of the files before it, that its lines are not compared.
    TooMuch,
}

/// Longest text that is compared, in bytes.
pub const TEXT_MAX_BYTES: usize = 200_000;

/// The files that differ between `old` and `new`, which are sorted by path; by path.
///
/// # Errors
/// When a file is not what it was.
pub fn changes<'f>(
    old: &'f [SkillFile],
    new: &'f [SkillFile],
) -> Result<Vec<FileChange<'f>>, SkillFileError> {
    let mut work = text::Work::default();
    let pairs = pairs(old, new)?.into_values();
    pairs
        .filter(|pair| !matches!(pair, Pair::Both(old, new) if old == new))
        .map(|pair| pair.change(&mut work))
        .collect()
}

/// A file of one version, or of both.
#[derive(Clone, Copy)]
enum Pair<'f> {
    Removed(&'f SkillFile),
    Added(&'f SkillFile),
    Both(&'f SkillFile, &'f SkillFile),
}

/// By path in the new version, or in the old one where the file is gone.
fn pairs<'f>(
    old: &'f [SkillFile],
    new: &'f [SkillFile],
) -> Result<BTreeMap<&'f str, Pair<'f>>, SkillFileError> {
    let by_path = |files: &'f [SkillFile]| -> BTreeMap<&str, &SkillFile> {
        files
            .iter()
            .map(|file| (file.path.as_str(), file))
            .collect()
    };
    let (old, new) = (by_path(old), by_path(new));
    let mut gone = old.clone();
    gone.retain(|path, _| !new.contains_key(path));
    let mut added = new.clone();
    added.retain(|path, _| !old.contains_key(path));
    let both = old.iter().filter_map(|(path, file)| {
        let now = new.get(path)?;
        Some((*path, Pair::Both(file, now)))
    });
    let mut pairs: BTreeMap<&str, Pair> = both.collect();
    for (from, to) in rename::find(&gone, &added)? {
        gone.remove(from.path.as_str());
        added.remove(to.path.as_str());
        pairs.insert(&to.path, Pair::Both(from, to));
    }
    pairs.extend(
        gone.into_iter()
            .map(|(path, file)| (path, Pair::Removed(file))),
    );
    pairs.extend(
        added
            .into_iter()
            .map(|(path, file)| (path, Pair::Added(file))),
    );
    Ok(pairs)
}

impl<'f> Pair<'f> {
    fn change(self, work: &mut text::Work) -> Result<FileChange<'f>, SkillFileError> {
        let (file, kind) = match self {
            Self::Removed(file) => (file, ChangeKind::Removed),
            Self::Added(file) => (file, ChangeKind::Added),
            Self::Both(old, new) if old.path == new.path => (new, ChangeKind::Changed),
            Self::Both(old, new) => (new, ChangeKind::Renamed { from: &old.path }),
        };
        let runs = match self {
            Self::Both(old, new) if old.is_executable != new.is_executable => {
                Some(new.is_executable)
            }
            _ => None,
        };
        Ok(FileChange {
            path: &file.path,
            kind,
            runs,
            content: self.content(work)?,
        })
    }

    fn content(self, work: &mut text::Work) -> Result<ContentChange, SkillFileError> {
        let (old, new) = match self {
            Self::Removed(old) => (Some(old), None),
            Self::Added(new) => (None, Some(new)),
            Self::Both(old, new) if old.sha256 == new.sha256 => return Ok(ContentChange::Same),
            Self::Both(old, new) => (Some(old), Some(new)),
        };
        let mut files = [old, new].into_iter().flatten();
        if files.any(|file| file.len_bytes > TEXT_MAX_BYTES) {
            return Ok(ContentChange::TooLarge);
        }
        let text = |file: Option<&SkillFile>| match file {
            None => Ok(Some(String::new())),
            Some(file) => text_of(file),
        };
        match (text(old)?, text(new)?) {
            (Some(old), Some(new)) => Ok(match work.compare(&old, &new) {
                Some(change) => ContentChange::Text(change),
                None => ContentChange::TooMuch,
            }),
            _ => Ok(ContentChange::Binary),
        }
    }
}

/// The text of a file that is one: UTF-8 without a zero byte.
fn text_of(file: &SkillFile) -> Result<Option<String>, SkillFileError> {
    let bytes = file.read()?;
    let text = String::from_utf8(bytes.into_owned()).ok();
    Ok(text.filter(|text| !text.contains('\0')))
}

#[cfg(test)]
mod tests;
