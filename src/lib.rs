//! Builds a static site with an embedded search index from a folder of agent skills.

pub mod catalog;
pub mod problem;
