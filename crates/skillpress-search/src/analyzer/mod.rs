//! Text to words to terms; the same code at build and at query time.
//!
//! ```text
//! text ── fold ──► words ── stem ──► terms          descriptions, bodies, queries
//!                    └── surface, parts, joined ──►  further terms of names
//!                    └── symbols in letters ──────►  further terms of all
//! ```

mod fold;
mod forms;
mod letters;
mod stem;
mod stop_words;
mod tag;
mod words;

pub use fold::{fold, is_mark};
pub(crate) use forms::spelled_words;
pub use forms::{
    NameTerms, joined_terms, name_key, name_parts, name_terms, symbol_terms, text_terms,
};
pub use letters::is_alphanumeric;
pub use stem::stem;
pub use stop_words::is_stop_word;
pub use tag::{TAG_MAX_CHARS, tag};
pub use words::{WORD_MAX_BYTES, first_chars, is_spelled, is_unspaced, lower_case, runs, words};

/// Version of the terms that this analyzer makes; an index of another version must not be read with it.
pub const ANALYZER_VERSION: u32 = 3;
