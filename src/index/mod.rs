//! The search index of a catalog: built by tantivy, then packed into the files that the reader fetches.

pub mod lexical;

#[cfg(test)]
pub(crate) mod fixture;
