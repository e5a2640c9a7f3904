//! Where a skill came from.

use super::timestamp::Timestamp;
use crate::url::repository;

/// The folder of a repository, at one commit, that a skill was read from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Provenance {
    /// The repository's page, as [`repository::page`] gives it; `None` for a repository that has none, such as one on the
    /// operator's machine.
    pub repository: Option<String>,
    /// The commit: lower-case hex, 40 or 64 characters.
    pub commit: String,
    /// The skill's folder in the repository, `/`-separated, empty for the whole of it. Hostile.
    pub path: String,
    /// When the last commit was made that touched the folder.
    pub committed_at: Option<Timestamp>,
}

/// A file with the terms under which a skill, or all of its source, is given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LicenseFile {
    /// Its path in the source, `/`-separated. Hostile.
    pub path: String,
    /// The SPDX name of the licence, if the text is that of one; see [`crate::licence`].
    pub spdx: Option<String>,
}

impl Provenance {
    /// The folder at that commit, where the repository's host is one whose addresses are known.
    pub fn url(&self) -> Option<String> {
        repository::folder(self.repository.as_deref()?, &self.commit, &self.path)
    }

    /// The file `path` of the repository at that commit, as [`Provenance::url`].
    pub fn file_url(&self, path: &str) -> Option<String> {
        repository::file(self.repository.as_deref()?, &self.commit, path)
    }

    /// The first digits of the commit, as git shows it.
    pub fn short_commit(&self) -> &str {
        short_commit(&self.commit)
    }
}

/// The first digits of a commit, as git shows it.
pub fn short_commit(commit: &str) -> &str {
    commit.get(..7).unwrap_or(commit)
}
