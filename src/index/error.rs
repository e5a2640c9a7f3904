//! Why an index cannot be built.

use skillpress_search::{FormatError, OpenError};
use tantivy::TantivyError;
use thiserror::Error;

/// Why an index cannot be built. Nothing in a skill is known to do that.
#[derive(Debug, Error)]
pub enum IndexError {
    /// The word table that comes with the program cannot be read.
    #[error("the index cannot be built: {0}")]
    Model(#[source] FormatError),
    /// tantivy cannot write its index, or cannot read it again.
    #[error("the index cannot be built by tantivy: {0}")]
    Tantivy(#[from] TantivyError),
    /// A part of the index, such as `a block`, has more bytes than the format allows.
    #[error("the index cannot be packed: {what} has {got} bytes; at most {limit} are possible")]
    TooLarge {
        what: &'static str,
        got: usize,
        limit: usize,
    },
    /// Something cannot be written in the format.
    #[error("the index cannot be packed: {0}")]
    Format(#[source] FormatError),
    /// What was packed cannot be searched.
    #[error("the new index cannot be searched: {0}")]
    Unsearchable(#[source] OpenError),
}
