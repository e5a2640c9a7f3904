//! What a search is asked for beside its query.

use alloc::vec::Vec;

use crate::format::messages::Plan;
use crate::query::Filter;

/// Options of a search; [`Options::default`] is what a person wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Most results; 10 by default, at most 200.
    pub limit: usize,
    /// Most of them that do not fit and are near; 5 by default.
    pub near_limit: usize,
    /// Which halves search.
    pub mode: Mode,
    /// How the semantic half reads.
    pub plan: Plan,
    /// All must hold; those of the query are added.
    pub filters: Vec<Filter>,
    /// Whether only skills whose slug or `owner/slug` is the query are results.
    pub is_exact: bool,
    /// Whether words of other languages are searched for in English, too, where the index can say them in English.
    pub is_translated: bool,
    /// Whether cards are read; without them hits have only ids, and no round trip is spent on them.
    pub has_cards: bool,
    /// Whether this is plain BM25 over the words of the query: no names, other forms of words, corrections or badges, and
    /// full matches not first. What tantivy's own scorer can be compared with.
    #[cfg(feature = "internals")]
    pub is_plain: bool,
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
            near_limit: 5,
            mode: Mode::Hybrid,
            plan: Plan::Auto,
            filters: Vec::new(),
            is_exact: false,
            is_translated: true,
            has_cards: true,
            #[cfg(feature = "internals")]
            is_plain: false,
        }
    }
}

impl Options {
    pub(crate) fn is_plain(&self) -> bool {
        #[cfg(feature = "internals")]
        return self.is_plain;
        #[cfg(not(feature = "internals"))]
        false
    }
}
