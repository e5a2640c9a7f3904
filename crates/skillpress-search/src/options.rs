//! What a search is asked for beside its query.

use alloc::vec::Vec;

use crate::format::messages::Plan;
use crate::query::Filter;

/// Options of a search; [`Options::default`] is what a person wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Most results; 10 by default, at most 200.
    pub limit: usize,
    /// Which halves search.
    pub mode: Mode,
    /// How the semantic half reads.
    pub plan: Plan,
    /// All must hold; those of the query are added.
    pub filters: Vec<Filter>,
    /// Whether only skills whose slug or `owner/slug` is the query are results.
    pub is_exact: bool,
    /// Whether skills that are called what was typed come first.
    pub has_identity: bool,
    /// Whether the words as typed and joined words speak for names.
    pub has_forms: bool,
    /// Whether the last word may be the beginning of a longer one.
    pub has_prefix: bool,
    /// Whether unknown words are corrected.
    pub has_spelling: bool,
    /// Whether skills that every word speaks for come before all others.
    pub has_full_first: bool,
    /// Whether badges change scores.
    pub has_boosts: bool,
    /// Whether cards are read; without them hits have only ids, and no round trip is spent on them.
    pub has_cards: bool,
}

/// Which halves of a search run; `docs/format.md` has the numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Both; the lexical one alone where the index has no vectors.
    #[default]
    Hybrid = 0,
    /// Words only.
    Lexical = 1,
    /// Meaning only.
    Vector = 2,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limit: 10,
            mode: Mode::Hybrid,
            plan: Plan::Auto,
            filters: Vec::new(),
            is_exact: false,
            has_identity: true,
            has_forms: true,
            has_prefix: true,
            has_spelling: true,
            has_full_first: true,
            has_boosts: true,
            has_cards: true,
        }
    }
}

impl Options {
    /// Plain BM25 over the words of the query, without cards: what tantivy's own scorer can be compared with.
    pub fn plain() -> Self {
        Self {
            mode: Mode::Lexical,
            has_identity: false,
            has_forms: false,
            has_prefix: false,
            has_spelling: false,
            has_full_first: false,
            has_boosts: false,
            has_cards: false,
            ..Self::default()
        }
    }
}
