//! A registry in other forms than a site: for now as one git repository, from which clients install that clone.

mod commit_message;
mod error;
mod marketplace;
mod plugin;
mod repository;
mod texts;

pub use error::ExportError;
pub use repository::{Exported, export_git, left_out};
