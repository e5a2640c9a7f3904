//! A set of skills, one bit each.

use alloc::vec;
use alloc::vec::Vec;

use crate::{DocId, Writer};

/// Some of the skills of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocSet {
    words: Vec<u64>,
}

impl DocSet {
    /// No skill of `n_skills`.
    pub(crate) fn none(n_skills: u32) -> Self {
        Self {
            words: vec![0; (n_skills as usize).div_ceil(64)],
        }
    }

    /// `skills`, which are of an index of `n_skills`.
    pub fn new(n_skills: u32, docs: impl Iterator<Item = DocId>) -> Self {
        let mut set = Self::none(n_skills);
        set.extend(docs);
        set
    }

    /// Adds those of `docs` that are the index's.
    pub(crate) fn extend(&mut self, docs: impl Iterator<Item = DocId>) {
        for doc in docs {
            if let Some(word) = self.words.get_mut(doc.idx() / 64) {
                *word |= 1 << (doc.0 % 64);
            }
        }
    }

    /// All that are not in it; the last word has some beyond the index's.
    pub(crate) fn complement(&self) -> Self {
        Self {
            words: self.words.iter().map(|word| !word).collect(),
        }
    }

    pub(crate) fn contains(&self, doc: DocId) -> bool {
        self.words
            .get(doc.idx() / 64)
            .is_some_and(|word| word >> (doc.0 % 64) & 1 == 1)
    }

    /// Keeps those that `others` has, too.
    pub(crate) fn retain(&mut self, others: &Self) {
        for (word, other) in self.words.iter_mut().zip(&others.words) {
            *word &= other;
        }
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
    pub(crate) fn iter(&self) -> impl Iterator<Item = DocId> + '_ {
        let n_skills = self.words.len() as u32 * 64;
        (0..n_skills).map(DocId).filter(|&doc| self.contains(doc))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set = |docs: &[u32]| DocSet::new(130, docs.iter().copied().map(DocId));
        let mut both = set(&[0, 63, 64, 129, 130, 5000]);
        both.retain(&set(&[0, 64, 129, 7]));
        assert_eq!(
            both.iter().map(|doc| doc.0).collect::<Vec<_>>(),
            [0, 64, 129]
        );
        assert!(!both.contains(DocId(5000)));
    }
}
