//! Builds a static site with an embedded search index from a folder of agent skills.

pub mod catalog;
pub mod config;
pub mod content;
pub mod index;
pub mod markdown;
pub mod problem;
pub mod render;
pub mod sink;
