//! Scores and the order of results.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::evidence::{self, Evidence, EvidenceKind, Found};
use crate::DocId;
use crate::doc_set::DocSet;
use crate::embedder::Cosine;
use crate::query::Query;

/// A skill with its place in the order of results: identity first, then full matches before partial ones, then the
/// score, then the skill's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ranked {
    /// Which skill.
    pub(crate) doc: DocId,
    /// Whether it is called what was typed.
    pub(crate) identity: IdentityMatch,
    /// Whether every word of the query that any skill holds speaks for it; true of all where full matches do not come
    /// first.
    pub(crate) is_full: bool,
    /// Thousandths of the query's weight, words that no skill holds included, that something speaks for.
    pub(crate) share_milli: u32,
    /// Thousandths of a BM25 score a unit of the query's weight: about 1 where every word stands once in a text of
    /// average length, and 2.2 at most.
    pub(crate) strength_milli: u32,
    /// Whether it holds every word of the query as it was typed, or in another form of it.
    pub(crate) is_literal: bool,
    /// Whether anything speaks for it but what words of another language mean in English.
    pub(crate) holds_typed: bool,
    /// How near its meaning is, where that was looked at.
    pub(crate) cosine: Option<Cosine>,
    /// Sum of what the terms say, with its boost, in units of 1/(255 · 2048) of a BM25 score.
    pub(crate) score: u32,
}

/// How a skill is called what was typed; later ones rank first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdentityMatch {
    /// It is not.
    #[default]
    None,
    /// By its name.
    Name,
    /// By its slug.
    Slug,
    /// By owner and slug.
    OwnerAndSlug,
}

impl Ranked {
    /// A skill that only a filter speaks for.
    pub(crate) fn unscored(doc: DocId) -> Self {
        Self {
            doc,
            identity: IdentityMatch::None,
            is_full: true,
            share_milli: 0,
            strength_milli: 0,
            is_literal: false,
            holds_typed: false,
            cosine: None,
            score: 0,
        }
    }

    /// The order of results, best first.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let key = |ranked: &Self| (ranked.identity, ranked.is_full, ranked.score);
        key(other).cmp(&key(self)).then(self.doc.cmp(&other.doc))
    }
}

/// The best `k` of `ranked`, best first. Few are kept, so each goes straight to its place: a selection or a sort is
/// 2 KB more in the browser.
pub(crate) fn top_k(ranked: &[Ranked], k: usize) -> Vec<Ranked> {
    let mut best: Vec<Ranked> = Vec::new();
    for ranked in ranked {
        let is_before = |other: &Ranked| other.order(ranked) == Ordering::Less;
        if best.len() >= k && best.last().is_none_or(is_before) {
            continue;
        }
        let place = best.partition_point(is_before);
        best.insert(place, *ranked);
        best.truncate(k);
    }
    best
}

/// Scores of all skills.
pub(super) struct Scores {
    scores: Vec<u32>,
    /// Words of the query that something speaks for, one bit each, and [`TYPED`].
    masks: Vec<u32>,
    /// Those of them that are held as they were typed.
    literal: Vec<u32>,
}

/// The bit that says that anything speaks for a skill but what words of another language mean in English.
const TYPED: u32 = 1 << 31;

impl Scores {
    pub(super) fn new(n_skills: u32, query: &Query) -> Self {
        let len = if query.words.is_empty() {
            0
        } else {
            n_skills as usize
        };
        Self {
            scores: vec![0; len],
            masks: vec![0; len],
            literal: vec![0; len],
        }
    }

    /// Adds evidence: longer words speak only for skills that the word itself does not, and only the loudest counts.
    pub(super) fn add(&mut self, evidence: &[Evidence]) {
        let is_prefix = |evidence: &&Evidence| evidence.kind == EvidenceKind::Prefix;
        for evidence in evidence.iter().filter(|evidence| !is_prefix(evidence)) {
            for &(doc, score) in &evidence.scores {
                let typed = match evidence.kind {
                    EvidenceKind::Translation => 0,
                    _ => TYPED,
                };
                self.add_one(doc, score, evidence.mask | typed);
                if let Some(literal) = self.literal.get_mut(doc.idx())
                    && evidence.is_literal()
                {
                    *literal |= evidence.mask;
                }
            }
        }
        if !evidence.iter().any(|evidence| is_prefix(&evidence)) {
            return;
        }
        let mut loudest = vec![(0, 0); self.scores.len()];
        for evidence in evidence.iter().filter(is_prefix) {
            for &(doc, score) in &evidence.scores {
                if let Some((highest, mask)) = loudest.get_mut(doc.idx()) {
                    *highest = score.max(*highest);
                    *mask |= evidence.mask;
                }
            }
        }
        for (skill_idx, (score, mask)) in loudest.into_iter().enumerate() {
            if mask != 0 && self.masks[skill_idx] & mask == 0 {
                self.add_one(DocId(skill_idx as u32), score, mask | TYPED);
            }
        }
    }

    fn add_one(&mut self, doc: DocId, score: u32, mask: u32) {
        if let (Some(sum), Some(has)) = (
            self.scores.get_mut(doc.idx()),
            self.masks.get_mut(doc.idx()),
        ) {
            *sum = sum.saturating_add(score);
            *has |= mask;
        }
    }

    /// The words without each of which some skill holds all others as they were typed.
    pub(super) fn words_to_drop(&self, query: &Query) -> Vec<String> {
        let all = all_words(query);
        let mut droppable = Vec::new();
        for (word_idx, word) in query.words.iter().enumerate() {
            let others = all & !(1 << word_idx);
            if others != 0
                && others != all
                && self.literal.iter().any(|held| held & others == others)
            {
                droppable.push(word.surface.clone());
            }
        }
        droppable
    }

    /// Whether some skill holds all words that another language has, as they were typed: it is in that language.
    pub(super) fn has_foreign(&self, query: &Query) -> bool {
        let foreign = query.foreign & all_words(query);
        foreign != 0 && self.literal.iter().any(|held| held & foreign == foreign)
    }

    /// The skills that something speaks for and that hold all quoted words.
    pub(super) fn into_matches(
        self,
        query: &Query,
        found: &Found,
        has_full_first: bool,
    ) -> Vec<Ranked> {
        let mut required = 0u32;
        for (word_idx, word) in query.words.iter().enumerate() {
            required |= u32::from(word.is_required) << word_idx;
        }
        let full = found.known | required;
        let all = all_words(query);
        let n_skills = self.masks.len() as u32;
        let doc_freqs = evidence::doc_freqs(&found.evidence, query.words.len(), n_skills);
        let weights = evidence::weights(doc_freqs, query, n_skills);
        let total: u32 = weights.iter().sum();
        let mut matches = Vec::new();
        for (skill_idx, &has) in self.masks.iter().enumerate() {
            if has != 0 && has & required == required {
                matches.push(Ranked {
                    doc: DocId(skill_idx as u32),
                    identity: IdentityMatch::None,
                    is_full: !has_full_first || has & full == full,
                    share_milli: weight_of(has, &weights) * 1000 / total.max(1),
                    strength_milli: strength_milli(self.scores[skill_idx], total),
                    is_literal: all != 0 && self.literal[skill_idx] & all == all,
                    holds_typed: has & TYPED != 0,
                    cosine: None,
                    score: self.scores[skill_idx],
                });
            }
        }
        matches
    }
}

/// A BM25 score of 1.
pub(super) const SCORE_UNITS: u64 = 255 * 2048;

/// A score, in units of 1/(255 · 2048), by the weight of the query, in 256ths of a binary logarithm: in thousandths.
pub(super) fn strength_milli(score: u32, weight: u32) -> u32 {
    // Scores weigh words by natural logarithms, 0.6931 of binary ones.
    (u64::from(score) * 256 * 1_442_695 / (u64::from(weight.max(1)) * SCORE_UNITS * 1000)) as u32
}

/// A bit for each word that says something: not for those of another language that only hold a sentence together.
pub(super) fn all_words(query: &Query) -> u32 {
    ((1 << query.words.len()) - 1) & !query.ignored
}

/// The sum of the weights of some words, a bit each.
pub(super) fn weight_of(words: u32, weights: &[u32]) -> u32 {
    let mut sum = 0;
    for (word_idx, weight) in weights.iter().enumerate() {
        sum += weight * (words >> word_idx & 1);
    }
    sum
}

/// Puts the skills of `identities` that are `allowed` among the matches, or marks them there. Later ones count.
pub(super) fn apply_identities(
    matches: &mut Vec<Ranked>,
    identities: &[(DocId, IdentityMatch)],
    allowed: Option<&DocSet>,
) {
    for &(doc, identity) in identities {
        if let Some(ranked) = matches.iter_mut().find(|ranked| ranked.doc == doc) {
            ranked.identity = identity;
        } else if allowed.is_none_or(|allowed| allowed.contains(doc)) {
            matches.push(Ranked {
                identity,
                ..Ranked::unscored(doc)
            });
        }
    }
}

/// Raises or lowers scores by what badges are worth: at most by one part in [`BOOST_PARTS`], for a boost of 1.
///
/// `boosts` are those of all skills, in thousandths, or of none.
pub(crate) fn apply_boosts(matches: &mut [Ranked], boosts: &[i32]) {
    for ranked in matches {
        if let Some(&boost) = boosts.get(ranked.doc.idx()) {
            ranked.score = boosted(ranked.score, boost);
        }
    }
}

/// `score` with a boost in thousandths, which is cut to −1000 to 1000.
pub(crate) fn boosted(score: u32, boost_milli: i32) -> u32 {
    let boost = i64::from(boost_milli.clamp(-1000, 1000));
    let score = i64::from(score);
    (score + score * boost / (1000 * BOOST_PARTS)) as u32
}

/// The greatest boost changes a score by a twentieth.
const BOOST_PARTS: i64 = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn ranked(doc: u32, identity: IdentityMatch, is_full: bool, score: u32) -> Ranked {
        Ranked {
            identity,
            is_full,
            score,
            ..Ranked::unscored(DocId(doc))
        }
    }

    #[test]
    fn identity_then_fullness_then_score_then_number_decide() {
        let expected = [
            ranked(9, IdentityMatch::OwnerAndSlug, false, 0),
            ranked(8, IdentityMatch::Slug, false, 1),
            ranked(7, IdentityMatch::Name, true, 0),
            ranked(6, IdentityMatch::None, true, 5),
            ranked(3, IdentityMatch::None, true, 4),
            ranked(5, IdentityMatch::None, true, 4),
            ranked(1, IdentityMatch::None, false, 900),
        ];
        let mut shuffled = expected.to_vec();
        shuffled.reverse();
        shuffled.swap(1, 4);
        for k in 0..9 {
            assert_eq!(top_k(&shuffled, k), expected[..k.min(7)]);
        }
    }

    #[test]
    fn a_boost_is_bounded() {
        assert_eq!(boosted(1000, 1000), 1050);
        assert_eq!(boosted(1000, 90_000), 1050);
        assert_eq!(boosted(1000, -500), 975);
        assert_eq!(boosted(u32::MAX / 2, 0), u32::MAX / 2);
    }
}
