//! Why a source gives nothing.

use std::time::Duration;

use thiserror::Error;

use super::archive::ArchiveError;
use super::cache::CacheError;
use super::snapshot::SnapshotError;
use crate::git::{GitError, RemoteError};

/// Why a source was not fetched.
#[derive(Debug, Error)]
pub enum SourceFetchError {
    /// Its address is none.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// What git says.
    #[error(transparent)]
    Git(#[from] GitError),
    /// What is wrong with the archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Its skills cannot be kept.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// What the cache says.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// What the file system says of the cache.
    #[error("the cache cannot be written: {0}")]
    Io(#[from] std::io::Error),
    /// Its old versions were not read to their end.
    #[error("it takes more than {} minutes to read its old versions", .max_time.as_secs() / 60)]
    VersionsTooSlow {
        /// What may be taken for all of them.
        max_time: Duration,
    },
    /// `--locked` forbids it.
    #[error("the lock file would change")]
    Locked,
}

impl SourceFetchError {
    /// What to do, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Remote(error) => Some(error.hint().to_owned()),
            Self::Git(error) => error.hint().map(str::to_owned),
            Self::Archive(error) => error.hint().map(str::to_owned),
            Self::Snapshot(error) => error.hint().map(str::to_owned),
            Self::Cache(error) => error.hint().map(str::to_owned),
            Self::Io(_) => None,
            Self::VersionsTooSlow { .. } => Some(
                "publish fewer: `versions = \"tags\"` or `\"none\"`, or several sources, each with a `path` of its own; \
                 for the registry's own skills, remove `from` below `[versions]`"
                    .to_owned(),
            ),
            Self::Locked => Some(
                "run `skillpress fetch` without `--locked`, and commit `skillpress.lock`"
                    .to_owned(),
            ),
        }
    }
}
