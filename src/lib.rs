//! Builds a static site with an embedded search index from a folder of agent skills.

#![warn(clippy::print_stdout, clippy::print_stderr)]

#[macro_use]
pub mod terminal;

pub mod api;
pub mod catalog;
pub mod cli;
pub mod cmd;
pub mod config;
pub mod content;
mod hex;
pub mod index;
pub mod input_file;
pub mod inspect;
pub mod loss;
pub mod markdown;
pub mod mcp;
pub mod memory;
pub mod preview;
pub mod problem;
pub mod progress;
pub mod render;
pub mod report;
pub mod server;
pub mod sink;
pub mod site;
pub mod source;
pub mod static_files;
mod unicode;
mod web_url;
