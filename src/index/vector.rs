//! The semantic half of the search index: word rows, 1-bit codes, the graph, the id map.
//!
//! [`adapt`] makes the embeddings of a registry from its own words and the built-in [`Model`].

mod adapt;
mod model;

pub use adapt::{Adapted, BODY_MAX_CHARS, Document, adapt};
pub use model::Model;
