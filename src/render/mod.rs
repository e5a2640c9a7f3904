//! Pages, feeds and the other files that people and programs read.

pub mod url;
