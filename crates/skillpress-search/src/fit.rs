//! What fits: how likely a result helps with what was typed, and which results are shown as ones that do.
//!
//! A search always finds something near. Whether the nearest helps, two things say best: how near its meaning is, and how
//! much of the query it holds; where meaning is not searched, how strongly its words speak for it. A linear model of
//! both, fitted to judged results by `benchmarks/quality/fit.py`, gives the logarithm of the odds;
//! `docs/search-quality.md` has its data and what was tried.

use crate::lexical::{IdentityMatch, Ranked};

/// Whether a result fits, and the odds that it helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// Thousandths of the natural logarithm of the odds that the result helps.
    log_odds_milli: i32,
    /// Whether it is shown as a result that fits.
    pub fits: bool,
}

impl Default for Fit {
    /// That of a result which is not there for its words, such as one of all that pass a filter.
    fn default() -> Self {
        Self {
            log_odds_milli: LOG_ODDS_MAX_MILLI,
            fits: true,
        }
    }
}

impl Fit {
    /// The fit of a result, for a query of `n_words` words that rank; `by_meaning`: whether meaning was searched.
    ///
    /// A skill that is called what was typed, and one that holds every word as it was typed, always fits.
    pub(crate) fn new(ranked: &Ranked, n_words: usize, by_meaning: bool) -> Self {
        // All terms in thousandths.
        let words = n_words.min(WORDS_MAX) as i32 * 1000;
        let share = ranked.share_milli as i32;
        let (model, terms) = if by_meaning {
            // What was not looked at is farther than all that was.
            let cosine = ranked.cosine.map_or(0, |cosine| cosine.to_fixed().max(0));
            let cosine = ((i64::from(cosine) * 1000) >> 30) as i32;
            (&BY_MEANING, [cosine, cosine * share / 1000, words])
        } else {
            let strength = ranked.strength_milli.min(STRENGTH_MAX_MILLI) as i32;
            (&BY_WORDS, [strength, 0, words])
        };
        let mut log_odds_milli = model.bias;
        for (value, weight) in terms.iter().zip(&model.weights) {
            log_odds_milli += value * weight / 1000;
        }
        let is_named = ranked.identity != IdentityMatch::None;
        Self {
            log_odds_milli,
            fits: is_named || ranked.is_literal || log_odds_milli >= model.threshold,
        }
    }

    /// Thousandths of the natural logarithm of the odds that the result helps with the query.
    pub fn log_odds_milli(self) -> i32 {
        self.log_odds_milli
    }
}

/// A fitted model: all in thousandths of the logarithm of odds.
struct Model {
    /// What one of each term counts.
    weights: [i32; 3],
    bias: i32,
    /// From where on a result fits.
    threshold: i32,
}

/// Terms: cosine, cosine times share, words of the query.
const BY_MEANING: Model = Model {
    weights: [6794, 5388, 64],
    bias: -6535,
    threshold: -1570,
};

/// Terms: strength, nothing, words of the query.
const BY_WORDS: Model = Model {
    weights: [3493, 0, 423],
    bias: -6396,
    threshold: -2026,
};

/// Words of a query beyond which more are no longer a reason to be lenient.
const WORDS_MAX: usize = 6;
/// More says nothing: the odds are beyond all doubt then. Words that nearly all skills hold weigh next to nothing, so the
/// score a unit of their weight may be any number.
const STRENGTH_MAX_MILLI: u32 = 100_000;
/// Odds of what needs no words to fit.
const LOG_ODDS_MAX_MILLI: i32 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DocId;
    use crate::embedder::Cosine;

    fn result(cosine_milli: i64, share_milli: u32) -> Ranked {
        Ranked {
            cosine: Some(Cosine::from_fixed((cosine_milli << 30) / 1000)),
            share_milli,
            strength_milli: 0,
            ..Ranked::unscored(DocId(0))
        }
    }

    #[test]
    fn what_is_near_and_holds_much_of_the_query_fits() {
        for (cosine, share, n_words, fits) in [
            (766, 600, 3, true),
            (700, 1000, 2, true),
            (505, 300, 3, false),
            (536, 0, 2, false),
            (900, 0, 1, true),
            (0, 999, 6, false),
            (-500, 500, 2, false),
        ] {
            let fit = Fit::new(&result(cosine, share), n_words, true);
            assert_eq!(fit.fits, fits, "{cosine} {share} {n_words}: {fit:?}");
        }
    }

    #[test]
    fn by_words_alone_a_strong_match_fits() {
        for (strength_milli, fits) in [(0, false), (500, false), (1200, true), (u32::MAX, true)] {
            let ranked = Ranked {
                strength_milli,
                ..result(900, 1000)
            };
            assert_eq!(Fit::new(&ranked, 2, false).fits, fits, "{strength_milli}");
        }
    }

    #[test]
    fn a_name_and_a_literal_match_always_fit() {
        let named = Ranked {
            identity: IdentityMatch::Name,
            ..result(0, 0)
        };
        let literal = Ranked {
            is_literal: true,
            ..result(-900, 0)
        };
        for ranked in [named, literal] {
            assert!(Fit::new(&ranked, 9, true).fits);
            assert!(Fit::new(&ranked, 9, false).fits);
        }
    }

    #[test]
    fn the_odds_are_the_sum_of_the_terms() {
        // 6.794 · ½ + 5.388 · ½ · ¼ + 0.064 · 3 − 6.535
        let fit = Fit::new(&result(500, 250), 3, true);
        assert!((fit.log_odds_milli() - -2272).abs() <= 3, "{fit:?}");
        assert_eq!(
            Fit::new(&result(500, 250), 6, true),
            Fit::new(&result(500, 250), 24, true),
            "more than six words are no reason to be more lenient"
        );
    }
}
