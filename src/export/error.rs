//! Why a registry is not exported.

use thiserror::Error;

use crate::catalog::SkillFileError;
use crate::git::{GitError, WrittenError};

/// Why a registry is not exported. The repository is as it was, or holds all of the new commit.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The repository cannot be written.
    #[error(transparent)]
    Repository(#[from] WrittenError),
    /// The content changed meanwhile.
    #[error(transparent)]
    Content(#[from] SkillFileError),
    /// A text that cannot be written.
    #[error("cannot write the marketplaces: {0}")]
    Json(#[from] serde_json::Error),
    /// Clients refuse the name that the site's address gives.
    #[error("Claude Code keeps the marketplace name that `{0}` gives for others")]
    Name(String),
    /// It looks like a content folder that is not whole.
    #[error("the repository has {n_before} plugins, and this export would have {n_after}")]
    Fewer {
        /// Those of the last commit.
        n_before: usize,
        /// Those of now.
        n_after: usize,
    },
}

impl From<GitError> for ExportError {
    fn from(error: GitError) -> Self {
        WrittenError::from(error).into()
    }
}

impl ExportError {
    /// What to do next, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Repository(error) => error.hint(),
            Self::Content(error) => error.hint(),
            Self::Json(_) => None,
            Self::Name(_) => Some("set `name` below `[marketplace]`"),
            Self::Fewer { .. } => Some(
                "look whether the content folder is whole; if these are meant to go, export with `--allow-fewer`",
            ),
        }
    }
}
