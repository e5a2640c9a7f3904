//! Which of the files that are gone are among the new ones under another name.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{TEXT_MAX_BYTES, text_of};
use crate::catalog::{SkillFile, SkillFileError};
use crate::fingerprint::fingerprint;

/// Pairs of a file that is gone and the new file that it became.
///
/// The same bytes are the same file. Of the others, a new text is the gone text that it has most lines in common with, if
/// that is at least half of the lines of both; blank lines do not count. Only the first [`ALIKE_MAX`] files of each side are
/// compared so.
///
/// # Errors
/// When a file is not what it was.
pub(super) fn find<'f>(
    gone: &BTreeMap<&'f str, &'f SkillFile>,
    added: &BTreeMap<&'f str, &'f SkillFile>,
) -> Result<Vec<(&'f SkillFile, &'f SkillFile)>, SkillFileError> {
    let mut gone: Vec<&SkillFile> = gone.values().copied().collect();
    let mut pairs = Vec::new();
    let mut new = Vec::new();
    for file in added.values() {
        match gone.iter().position(|old| old.sha256 == file.sha256) {
            Some(gone_idx) => pairs.push((gone.remove(gone_idx), *file)),
            None => new.push(*file),
        }
    }
    pairs.extend(alike(&gone, &new)?);
    Ok(pairs)
}

/// Most texts that are compared with each other, on each side.
const ALIKE_MAX: usize = 16;

/// Each new text with the gone text that is most like it, which is then taken.
fn alike<'f>(
    gone: &[&'f SkillFile],
    added: &[&'f SkillFile],
) -> Result<Vec<(&'f SkillFile, &'f SkillFile)>, SkillFileError> {
    let mut left: Vec<(&SkillFile, Lines)> = Vec::new();
    for file in comparable(gone) {
        left.extend(Lines::of(file)?.map(|lines| (file, lines)));
    }
    let mut pairs = Vec::new();
    for file in comparable(added) {
        let Some(lines) = Lines::of(file)? else {
            continue;
        };
        let alike = (0..left.len()).filter(|idx| left[*idx].1.is_like(&lines));
        // Of equals the last would be taken.
        if let Some(most) = alike.rev().max_by_key(|idx| left[*idx].1.n_common(&lines)) {
            let (from, _) = left.remove(most);
            pairs.push((from, file));
        }
    }
    Ok(pairs)
}

fn comparable<'f>(files: &[&'f SkillFile]) -> impl Iterator<Item = &'f SkillFile> {
    let files = files.iter().copied();
    files
        .filter(|file| file.len_bytes <= TEXT_MAX_BYTES)
        .take(ALIKE_MAX)
}

/// The lines of a text that are not blank, each by its fingerprint, sorted: eight bytes a line.
struct Lines(Vec<u64>);

impl Lines {
    /// `None` for a file that is no text.
    fn of(file: &SkillFile) -> Result<Option<Self>, SkillFileError> {
        let text = text_of(file)?;
        Ok(text.map(|text| {
            let lines = text.lines().map(str::trim);
            let lines = lines.filter(|line| !line.is_empty());
            let mut lines: Vec<u64> = lines.map(|line| fingerprint(&line)).collect();
            lines.sort_unstable();
            Self(lines)
        }))
    }

    /// How many lines both have.
    fn n_common(&self, other: &Self) -> usize {
        let (mut ours, mut theirs) = (&self.0[..], &other.0[..]);
        let mut n_common = 0;
        while let ([line, our_rest @ ..], [their_line, their_rest @ ..]) = (ours, theirs) {
            match line.cmp(their_line) {
                Ordering::Less => ours = our_rest,
                Ordering::Greater => theirs = their_rest,
                Ordering::Equal => {
                    n_common += 1;
                    (ours, theirs) = (our_rest, their_rest);
                }
            }
        }
        n_common
    }

    /// Whether at least half of the lines of both are common.
    fn is_like(&self, other: &Self) -> bool {
        let n_common = self.n_common(other);
        n_common > 0 && 4 * n_common >= self.0.len() + other.0.len()
    }
}
