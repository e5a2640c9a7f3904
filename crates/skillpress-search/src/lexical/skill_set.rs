//! A set of skills, one bit each.

use alloc::vec;
use alloc::vec::Vec;

use crate::{SkillId, Writer};

/// Some of the skills of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SkillSet {
    words: Vec<u64>,
}

impl SkillSet {
    /// The set of those of `skills` that are below `n_skills`.
    pub(crate) fn new(n_skills: u32, skills: impl Iterator<Item = SkillId>) -> Self {
        let mut words = vec![0; (n_skills as usize).div_ceil(64)];
        for skill in skills.filter(|skill| skill.0 < n_skills) {
            words[skill.idx() / 64] |= 1 << (skill.0 % 64);
        }
        Self { words }
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
