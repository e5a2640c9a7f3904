//! A set of skills, one bit each.

use alloc::vec;
use alloc::vec::Vec;

use crate::format::postings::Posting;
use crate::{SkillId, Writer};

/// Some of the skills of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SkillSet {
    words: Vec<u64>,
}

impl SkillSet {
    /// No skill of `n_skills`.
    pub(crate) fn none(n_skills: u32) -> Self {
        Self {
            words: vec![0; (n_skills as usize).div_ceil(64)],
        }
    }

    /// `skills`, which are of an index of `n_skills`.
    pub(crate) fn new(n_skills: u32, skills: impl Iterator<Item = SkillId>) -> Self {
        let mut set = Self::none(n_skills);
        skills.for_each(|skill| set.insert(skill));
        set
    }

    /// Adds a skill, if it is one of the index's.
    pub(crate) fn insert(&mut self, skill: SkillId) {
        if let Some(word) = self.words.get_mut(skill.idx() / 64) {
            *word |= 1 << (skill.0 % 64);
        }
    }

    /// Adds the skills of a list.
    pub(crate) fn add(&mut self, postings: &[Posting]) {
        for posting in postings {
            self.insert(posting.skill);
        }
    }

    /// All that are not in it; the last word has some beyond the index's.
    pub(crate) fn complement(&self) -> Self {
        Self {
            words: self.words.iter().map(|word| !word).collect(),
        }
    }

    pub(crate) fn contains(&self, skill: SkillId) -> bool {
        self.words
            .get(skill.idx() / 64)
            .is_some_and(|word| word >> (skill.0 % 64) & 1 == 1)
    }

    pub(crate) fn intersection(&self, other: &Self) -> Self {
        let words = self
            .words
            .iter()
            .zip(&other.words)
            .map(|(a, b)| a & b)
            .collect();
        Self { words }
    }

    /// Writes its bits, whole words of 64, to the end of `writer`.
    pub(crate) fn encode(&self, writer: &mut Writer) {
        for &word in &self.words {
            writer.u64(word);
        }
    }

    /// The set with these bits, up to the last whole word.
    pub(crate) fn decode(bytes: &[u8]) -> Self {
        let (words, _) = bytes.as_chunks();
        Self {
            words: words.iter().map(|&word| u64::from_le_bytes(word)).collect(),
        }
    }

    /// Its skills, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = SkillId> + '_ {
        let n_skills = self.words.len() as u32 * 64;
        (0..n_skills)
            .map(SkillId)
            .filter(|&skill| self.contains(skill))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set = |skills: &[u32]| SkillSet::new(130, skills.iter().copied().map(SkillId));
        let both = set(&[0, 63, 64, 129, 130, 5000]).intersection(&set(&[0, 64, 129, 7]));
        assert_eq!(
            both.iter().map(|skill| skill.0).collect::<Vec<_>>(),
            [0, 64, 129]
        );
        assert!(!both.contains(SkillId(5000)));
    }
}
