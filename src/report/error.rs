//! Why a site cannot be measured.

use thiserror::Error;

use crate::site_source::{SearchError, SourceError};

/// Why a site cannot be measured.
#[derive(Debug, Error)]
pub enum ReportError {
    /// It is none.
    #[error(transparent)]
    Site(#[from] SourceError),
    /// It cannot be searched.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// A file that counts cannot be read.
    #[error("`{path}` of the site cannot be read")]
    Unread { path: String },
    /// A folder of it cannot be read.
    #[error("the site cannot be read: {0}")]
    Walk(#[from] walkdir::Error),
}
