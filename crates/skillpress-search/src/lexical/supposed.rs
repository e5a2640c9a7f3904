//! How a skill would match if words of the query stood in it more often than they do.

use alloc::vec::Vec;

use super::LexicalResult;
use super::evidence::{self, Evidence, EvidenceKind};
use super::idf::idf;
use super::ranking::{Ranked, SCORE_UNITS, all_words, strength_milli, weight_of};
use crate::DocId;
use crate::query::Query;

/// A word of the query that is supposed to count more often in a skill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supposition {
    /// Its position in the words of the query that rank.
    pub word_idx: usize,
    /// How often more, as the places where words stand are worth.
    pub count: u32,
}

impl LexicalResult {
    /// How many skills hold each of `n_words` words of the query, in the most frequent of its forms.
    pub(crate) fn doc_freqs(&self, n_words: usize, n_skills: u32) -> Vec<u32> {
        evidence::doc_freqs(&self.evidence, n_words, n_skills)
    }

    /// The matches as they would be if all `suppositions` held of `doc`; those of `query`, whose words are at most
    /// `n_skills` skills'.
    ///
    /// What a word then scores is reckoned for a text of average length; what others score stays as it is. A misspelled
    /// word stands for what it was corrected to.
    pub(crate) fn supposing(
        &self,
        suppositions: &[Supposition],
        doc: DocId,
        query: &Query,
        n_skills: u32,
    ) -> Vec<Ranked> {
        let mut matches = self.matches.clone();
        if suppositions.is_empty() {
            return matches;
        }
        let place = matches.iter().position(|ranked| ranked.doc == doc);
        let before = place.map_or(Ranked::unscored(doc), |idx| matches[idx]);
        let (mut has, mut literal, mut known) = (0, 0, 0);
        for evidence in &self.evidence {
            known |= evidence.mask;
            if evidence.score_of(doc).is_some() {
                has |= evidence.mask;
                literal |= evidence.mask * u32::from(evidence.is_literal());
            }
        }
        let mut score = before.score;
        let mut doc_freqs = self.doc_freqs(query.words.len(), n_skills);
        for supposition in suppositions {
            let word = Word::of(&self.evidence, supposition.word_idx, doc, n_skills);
            let without = score.saturating_sub(word.replaced);
            score = without.saturating_add(word.gain(supposition.count));
            let doc_freq = &mut doc_freqs[supposition.word_idx];
            *doc_freq = word.doc_freq.max(*doc_freq);
            has |= 1 << supposition.word_idx;
            literal |= u32::from(!word.is_corrected) << supposition.word_idx;
        }
        let (mut required, all) = (0, all_words(query));
        for (word_idx, word) in query.words.iter().enumerate() {
            required |= u32::from(word.is_required) << word_idx;
        }
        if has & required != required {
            return matches;
        }
        let full = known | required | has;
        let weights = evidence::weights(doc_freqs, query, n_skills);
        let total: u32 = weights.iter().sum();
        let after = Ranked {
            is_full: has & full == full,
            share_milli: weight_of(has, &weights) * 1000 / total.max(1),
            strength_milli: strength_milli(score, total),
            is_literal: literal == all,
            holds_typed: true,
            score,
            ..before
        };
        if has & !known != 0 {
            // A word that nobody held: nobody else has all words then.
            matches.iter_mut().for_each(|ranked| ranked.is_full = false);
        }
        match place {
            Some(idx) => matches[idx] = after,
            None => matches.push(after),
        }
        matches
    }
}

/// A word of the query in one skill.
struct Word {
    /// How many skills hold it, this one among them.
    doc_freq: u32,
    /// What one unit of BM25's saturated frequency scores.
    unit: u64,
    /// What the word itself scores.
    score: u64,
    /// What longer words score that it begins, which no longer count once it stands there itself.
    replaced: u32,
    is_corrected: bool,
}

impl Word {
    fn of(evidence: &[Evidence], word_idx: usize, doc: DocId, n_skills: u32) -> Self {
        let (mut doc_freq, mut score, mut loudest) = (0, None, 0);
        let (mut is_corrected, mut is_held) = (false, false);
        let of_word = evidence.iter().filter(|evidence| evidence.is_of(word_idx));
        for evidence in of_word {
            let said = evidence.score_of(doc);
            match evidence.kind {
                EvidenceKind::Word | EvidenceKind::Spelling => {
                    is_corrected |= evidence.kind == EvidenceKind::Spelling;
                    doc_freq = evidence.doc_freq.min(n_skills);
                    score = said;
                }
                EvidenceKind::Prefix => loudest = said.unwrap_or(0).max(loudest),
                EvidenceKind::Surface | EvidenceKind::Joined | EvidenceKind::Translation => {}
            }
            is_held |= said.is_some() && evidence.kind != EvidenceKind::Prefix;
        }
        if score.is_none() {
            doc_freq = (doc_freq + 1).min(n_skills);
        }
        // From binary logarithms in 256ths to natural ones.
        let idf = u64::from(idf(doc_freq, n_skills));
        Self {
            doc_freq,
            unit: idf * SCORE_UNITS * 693_147 / (256 * 1_000_000),
            score: score.unwrap_or(0).into(),
            replaced: if is_held { 0 } else { loudest },
            is_corrected,
        }
    }

    /// What it scores more if it counts `count` times more often: BM25, (k1 + 1) · f / (f + k1) with k1 = 1.2, where f is
    /// how often it counts now in a text of average length to score what it scores.
    fn gain(&self, count: u32) -> u32 {
        let most = 22 * self.unit;
        if 10 * self.score >= most {
            return 0;
        }
        // In thousandths.
        let now = 12_000 * self.score / (most - 10 * self.score);
        let then = now + 1000 * u64::from(count);
        let score = most * then / (10 * then + 12_000);
        score.saturating_sub(self.score) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_gains_what_bm25_says() {
        let word = |score: u64| Word {
            doc_freq: 1,
            unit: 1_000_000,
            score,
            replaced: 0,
            is_corrected: false,
        };
        // 2.2 · 3 / (3 + 1.2)
        assert_eq!(word(0).gain(3), 1_571_428);
        // 2.2 · 4 / (4 + 1.2) − 2.2 · 1 / (1 + 1.2)
        assert_eq!(word(1_000_000).gain(3), 692_307);
        assert_eq!(word(2_200_000).gain(3), 0);
        assert_eq!(word(9_000_000).gain(3), 0);
        assert_eq!(word(0).gain(0), 0);
    }
}
