//! Why a repository is not written.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::git::error::GitError;
use crate::text;

/// Why a repository is not written. It is as it was, or holds all of the new commit.
#[derive(Debug, Error)]
pub enum WrittenError {
    /// There is a file in its place.
    #[error("`{}` is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// Nobody knows what would be lost.
    #[error("`{}` has files or commits that this command did not write", .0.display())]
    SomeoneElses(PathBuf),
    /// `.git` is a file or a link.
    #[error("the repository of `{}` is in another place", .0.display())]
    Elsewhere(PathBuf),
    /// What is checked out is not what is written.
    #[error("`{}` is not on the branch `main`", .0.display())]
    OtherBranch(PathBuf),
    /// They would be lost.
    #[error("`{}` has changes that are not committed: {}", .folder.display(), text::listed(.paths, SHOWN_MAX))]
    Changed {
        /// Of the repository.
        folder: PathBuf,
        /// The files.
        paths: Vec<String>,
    },
    /// One at a time.
    #[error("another skillpress writes to `{}` at the moment", .0.display())]
    Busy(PathBuf),
    /// What git said.
    #[error(transparent)]
    Git(#[from] GitError),
    /// What the file system said.
    #[error("cannot use `{}`: {error}", .path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        #[source]
        error: io::Error,
    },
}

/// Most changed files that are named.
const SHOWN_MAX: usize = 5;

impl WrittenError {
    /// Says of which file the file system spoke.
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |error| Self::File { path, error }
    }

    /// What to do next, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotAFolder(_) | Self::SomeoneElses(_) => {
                "give a folder that is missing or empty, or a clone of what was exported before"
            }
            Self::Elsewhere(_) => "give a clone of its own, not a linked work tree or a submodule",
            Self::OtherBranch(_) => "run `git switch main` there, or give another folder",
            Self::Changed { .. } => {
                "`git status` there says more; `git stash --include-untracked` puts them aside"
            }
            Self::Busy(_) => "wait for it to end",
            Self::Git(GitError::Missing) => "install git, such as by `apt install git`",
            Self::Git(GitError::TooOld { .. }) => "install a newer git",
            Self::Git(_) => "run `git fsck` there, or export to a new folder",
            Self::File { .. } => return None,
        })
    }
}
