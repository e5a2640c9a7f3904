//! Where skills come from, besides the content folder: git repositories and archives, and the cache that keeps what was
//! downloaded of them.
//!
//! A source is hostile: it is listed and read as a [`Tree`](crate::tree::Tree), never unpacked or checked out, so its names
//! and links touch no file system.

use std::path::PathBuf;

use crate::catalog::{LicenseFile, Provenance, Version};
use crate::key::SkillKey;

mod archive;
mod cache;
mod error;
mod fetch;
mod load;
mod lock_file;
mod own_versions;
mod snapshot;
mod source_update;
mod tags;
#[cfg(test)]
pub(crate) mod test_server;
#[cfg(test)]
mod tests;
mod versions;

pub use error::SourceFetchError;
pub use fetch::{FetchError, FetchOptions, Fetched, Outcome, Update, fetch};
pub use load::{
    LoadedSources, SourceSummary, folders, load, lock_path, settings_folder, snapshots_folder,
};
pub use own_versions::{OwnVersions, own_versions};
pub use source_update::SourceUpdate;
pub use tags::MovedTag;

/// A skill of a source, and where its files are.
#[derive(Clone, Debug)]
pub struct SourceSkill {
    /// What it is called.
    pub key: SkillKey,
    /// Its folder, as problems name it.
    pub path: PathBuf,
    /// Its files, sorted by path.
    pub files: Vec<SourceFile>,
    /// Where it came from, when that is a repository.
    pub provenance: Option<Provenance>,
    /// The licence file of the source that is nearest to it.
    pub license_file: Option<LicenseFile>,
    /// What it is called at a tag, where tags are read.
    pub version: Option<String>,
    /// Old versions, newest first.
    pub versions: Vec<Version>,
}

/// A file of a source's skill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// From the skill's folder. Hostile.
    pub path: String,
    /// Where its bytes are on this machine.
    pub place: PathBuf,
    /// Whether its mode says that it runs.
    pub is_executable: bool,
    /// What it held when it was fetched: lower-case hex, 64 characters. `None` for a folder, which is read as it is.
    pub sha256: Option<String>,
}
