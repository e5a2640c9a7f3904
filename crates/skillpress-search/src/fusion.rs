//! Hybrid order: both halves of a search as one list.
//!
//! Scores are fused, not ranks: `¼ · lexical / max + ¾ · cosine / max`. On judged queries that is two points of
//! nDCG@10 better than reciprocal rank fusion, and flat around these weights (`docs/search-quality.md`).

use alloc::vec::Vec;

use crate::format::messages::VectorHit;
use crate::lexical::{IdentityMatch, Ranked};

/// The skills of either half, in no order, scored by both: from 0 to [`SCORE_ONE`], which is the best of both halves.
///
/// A skill that only one half knows scores nothing in the other. Matches that are called what was typed stay marked.
/// Whether a match holds all words does not decide here: what a skill means is what a partial match may have to say.
pub(crate) fn fuse(matches: &[Ranked], hits: &[VectorHit]) -> Vec<Ranked> {
    let best_match = matches.iter().map(|ranked| ranked.score).max();
    let best_hit = hits.iter().map(positive).max();
    let mut fused = matches.to_vec();
    for ranked in &mut fused {
        ranked.is_full = true;
        ranked.score = share(ranked.score, best_match, LEXICAL_WEIGHT);
    }
    for hit in hits {
        let score = share(positive(hit), best_hit, SCORE_ONE - LEXICAL_WEIGHT);
        let cosine = Some(hit.cosine);
        match fused.iter_mut().find(|ranked| ranked.doc == hit.doc) {
            Some(ranked) => {
                ranked.score += score;
                ranked.cosine = cosine;
            }
            None if positive(hit) > 0 => fused.push(Ranked {
                score,
                cosine,
                ..Ranked::unscored(hit.doc)
            }),
            // It points away from the query.
            None => {}
        }
    }
    fused
}

/// The hits of the semantic half alone, scored by their cosine; [`SCORE_ONE`] is a cosine of 1. Of `matches` they have
/// how much of the query they hold.
pub(crate) fn by_cosine(matches: &[Ranked], hits: &[VectorHit]) -> Vec<Ranked> {
    let ranked = hits.iter().map(|hit| {
        let matched = matches.iter().find(|ranked| ranked.doc == hit.doc);
        Ranked {
            identity: IdentityMatch::None,
            is_full: true,
            cosine: Some(hit.cosine),
            score: ((u64::from(positive(hit)) * u64::from(SCORE_ONE)) >> 30) as u32,
            ..matched.copied().unwrap_or(Ranked::unscored(hit.doc))
        }
    });
    ranked.collect()
}

/// Lifts what holds every word of the query above all that hold none of them: a literal match never loses to mere
/// similarity, nor to what a foreign word means in English. Among themselves lifted ones keep their order.
pub(crate) fn lift_literal(fused: &mut [Ranked]) {
    let without_words = fused.iter().filter(|ranked| !ranked.holds_typed);
    let Some(best) = without_words.map(|ranked| ranked.score).max() else {
        return;
    };
    for ranked in fused.iter_mut().filter(|ranked| ranked.is_literal) {
        if ranked.score <= best {
            ranked.score = best + 1 + ranked.score / 1024;
        }
    }
}

/// The score of a skill that is the best of both halves.
pub(crate) const SCORE_ONE: u32 = 1_000_000;
const LEXICAL_WEIGHT: u32 = SCORE_ONE / 4;

/// `weight` times `value / best`, rounded down; 0 when the best is 0.
fn share(value: u32, best: Option<u32>, weight: u32) -> u32 {
    match best {
        None | Some(0) => 0,
        Some(best) => (u64::from(value) * u64::from(weight) / u64::from(best)) as u32,
    }
}

/// The cosine in units of 2⁻³⁰; what points away counts as 0.
fn positive(hit: &VectorHit) -> u32 {
    hit.cosine.to_fixed().max(0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DocId;
    use crate::embedder::Cosine;

    fn ranked(doc: u32, score: u32) -> Ranked {
        Ranked {
            score,
            ..Ranked::unscored(DocId(doc))
        }
    }

    fn hit(doc: u32, cosine: f64) -> VectorHit {
        VectorHit {
            doc: DocId(doc),
            cosine: Cosine::from_fixed((cosine * f64::from(1 << 30)) as i64),
        }
    }

    fn scores(fused: &[Ranked]) -> Vec<(u32, u32)> {
        fused
            .iter()
            .map(|ranked| (ranked.doc.0, ranked.score))
            .collect()
    }

    #[test]
    fn each_half_counts_relative_to_its_best() {
        let fused = fuse(
            &[ranked(1, 500), ranked(2, 1000)],
            &[hit(2, 0.25), hit(3, 0.5)],
        );
        assert_eq!(scores(&fused), [(1, 125_000), (2, 625_000), (3, 750_000)]);
    }

    #[test]
    fn one_half_alone_keeps_its_order() {
        assert_eq!(
            scores(&fuse(&[ranked(1, 4), ranked(2, 8)], &[])),
            [(1, 125_000), (2, 250_000)]
        );
        assert_eq!(
            scores(&fuse(&[], &[hit(1, 0.5), hit(2, -0.5)])),
            [(1, 750_000)],
            "what points away is not near"
        );
        for cosine in [0.0, -0.5] {
            let known = fuse(&[ranked(1, 0)], &[hit(1, cosine)]);
            assert_eq!(scores(&known), [(1, 0)]);
            assert_eq!(known[0].cosine, Some(hit(1, cosine).cosine));
        }
    }

    #[test]
    fn what_holds_every_word_is_never_below_what_holds_none() {
        let with = |doc: u32, score: u32, holds_typed: bool, is_literal: bool| Ranked {
            holds_typed,
            is_literal,
            ..ranked(doc, score)
        };
        let mut fused = [
            with(1, 900, false, false),
            with(2, 800, true, false),
            with(3, 300, true, true),
            with(4, 200, true, true),
            with(5, 950, true, true),
        ];
        lift_literal(&mut fused);
        let mut order = fused.to_vec();
        order.sort_by(Ranked::order);
        let docs: Vec<u32> = order.iter().map(|ranked| ranked.doc.0).collect();
        assert_eq!(docs, [5, 3, 4, 1, 2]);
        assert_eq!(
            (fused[0].score, fused[1].score, fused[4].score),
            (900, 800, 950)
        );
    }

    #[test]
    fn a_name_stays_marked() {
        let named = Ranked {
            identity: IdentityMatch::Slug,
            ..ranked(7, 0)
        };
        assert_eq!(
            fuse(&[named], &[hit(7, 1.0)])[0].identity,
            IdentityMatch::Slug
        );
    }
}
