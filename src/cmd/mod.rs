//! One module a command: its options, and a page of verbs.

pub mod badge;
pub mod build;
pub mod check;
pub mod init;
pub mod inspect;
pub mod mcp;
pub mod new;
mod queries;
pub mod report;
pub mod search;
pub mod serve;
