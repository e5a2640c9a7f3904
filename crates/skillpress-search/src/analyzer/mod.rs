//! Text to words to terms; the same code at build and at query time.

mod words;

pub use words::{WORD_MAX_BYTES, words};
