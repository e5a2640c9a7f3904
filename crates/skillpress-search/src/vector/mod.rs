//! The semantic half of a search: from a query's words to the skills that mean the same.
//!
//! A vector is stored as what it differs by from its cell's centroid: 80 signs to find candidates, six bits a dimension
//! to score them ([`mod@crate::format::vectors::code`]). Two plans find them, each line one round trip:
//!
//! ```text
//! flat    rows of the words; once also all signs, centroids and the id map ─► codes of the best 28
//! graph   rows of the words; once also centroids ─► 8 cells ─► 28 nodes ─► 28 nodes ─► codes of the best 28, their ids
//! ```
//!
//! Like the lexical half this is a function over the blocks at hand, run again after every round trip.

mod candidates;
mod estimate;
mod flat;
mod graph;
mod reader;
mod run;
mod search;

pub(crate) use search::{prefetch, search};
