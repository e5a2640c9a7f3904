//! The semantic half of the search index: word rows, 1-bit codes, the graph, the id map.
//!
//! [`adapt`] makes the embeddings of a registry from its own words and the built-in [`Model`]; [`pack`] writes them as
//! files that a browser reads in small parts.

mod adapt;
mod cells;
mod hnsw;
mod model;
mod pack;

pub use adapt::{Adapted, BODY_MAX_CHARS, Document, adapt};
pub use model::Model;
pub use pack::pack;
