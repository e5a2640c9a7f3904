//! Why git did not give what was asked.

use std::io;
use std::time::Duration;

use thiserror::Error;

use super::object_id::ObjectId;
use super::remote::RemoteError;
use crate::text::number::{file_size, grouped};

/// Why a repository cannot be fetched or read. `remote` is a URL as it may be shown, without credentials.
#[derive(Debug, Error)]
pub enum GitError {
    /// There is no program of that name.
    #[error("the program `git` was not found")]
    Missing,
    /// The program lacks what is needed.
    #[error("git is version {found}, and sources need {oldest} or later")]
    TooOld { found: String, oldest: String },
    /// `-x`, or what no branch can be called.
    #[error("`{0}` cannot be a branch, a tag or a commit")]
    BadReference(String),
    /// The remote was asked, and does not have it.
    #[error("`{remote}` has no branch, tag or commit `{reference}`")]
    NoReference { remote: String, reference: String },
    /// The lock file names it, and the remote may have it no more.
    #[error(
        "commit `{commit}`, at which the lock file has the tag `{tag}`, cannot be fetched: {error}"
    )]
    NoTagCommit {
        tag: String,
        commit: ObjectId,
        #[source]
        error: Box<GitError>,
    },
    /// There is nothing in it yet, or its default branch is one that it does not have.
    #[error("`{0}` has no commit on its default branch")]
    Empty(String),
    /// The user's own configuration replaces the URL with one that is not fetched from.
    #[error("git's `insteadOf` replaces the URL `{remote}`: {error}")]
    Replaced {
        remote: String,
        #[source]
        error: RemoteError,
    },
    /// What git said.
    #[error("git cannot {action} `{remote}`: {message}")]
    Failed {
        action: &'static str,
        remote: String,
        message: String,
    },
    /// Git was stopped.
    #[error("it took git more than {} s to {action} `{remote}`", .max_time.as_secs_f32())]
    TooSlow {
        action: &'static str,
        remote: String,
        max_time: Duration,
    },
    /// Git was stopped.
    #[error("`{remote}` takes more than {} in the cache", file_size(usize::try_from(*.max_bytes).unwrap_or(usize::MAX)))]
    TooLarge { remote: String, max_bytes: u64 },
    /// Git was stopped.
    #[error("git says more than {} to {action} `{remote}`", file_size(*.max_bytes))]
    TooMuchOutput {
        action: &'static str,
        remote: String,
        max_bytes: usize,
    },
    /// The listing of a commit was stopped.
    #[error("commit `{commit}` of `{remote}` has more than {} files and folders", grouped(*.max_entries))]
    TooManyEntries {
        remote: String,
        commit: String,
        max_entries: usize,
    },
    /// Git said something else than its documents promise.
    #[error("git gave an answer that is not understood when it was asked to {action} `{remote}`")]
    Odd {
        action: &'static str,
        remote: String,
    },
    /// What the file system says of the cache.
    #[error("cannot use the cache of `{remote}`: {error}")]
    Cache {
        remote: String,
        #[source]
        error: io::Error,
    },
}

impl GitError {
    /// Whether it may be the repository in the cache that is at fault, and not the remote.
    pub fn is_perhaps_of_cache(&self) -> bool {
        matches!(
            self,
            Self::Failed { .. } | Self::Odd { .. } | Self::Cache { .. }
        )
    }

    /// What to do next, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Missing => {
                "install git, such as by `apt install git`, `brew install git` or `winget install Git.Git`; sources with \
                 `path` or `archive` need none"
            }
            Self::TooOld { .. } => "install a newer git",
            Self::BadReference(_) => "write the name of a branch or a tag, or a whole commit",
            Self::NoReference { .. } => "write a branch or a tag, or all 40 digits of a commit",
            Self::NoTagCommit { .. } => {
                "if its server has it no more, remove the tag from `skillpress.lock` and run `skillpress fetch --update`"
            }
            Self::Empty(_) => "name a branch or a tag, or check the URL",
            Self::Replaced { .. } => {
                "look for it with `git config --show-origin --get-regexp insteadof`"
            }
            Self::Failed { .. } => {
                "check the URL, the network, and that git may read it without asking"
            }
            Self::TooSlow { .. } => "try again, or use a nearer copy of the repository",
            Self::TooLarge { .. } => "use a repository of the skills alone",
            Self::TooManyEntries { .. } => "use a repository of the skills alone",
            Self::TooMuchOutput { .. } | Self::Odd { .. } | Self::Cache { .. } => return None,
        })
    }
}
