//! Where skills come from, besides the content folder: git repositories and archives, and the cache that keeps what was
//! downloaded of them.
//!
//! A source is hostile: it is listed and read as a [`Tree`](crate::tree::Tree), never unpacked or checked out, so its names
//! and links touch no file system.

mod address;
mod archive;
mod cache;
mod git;
mod left_out;
#[cfg(test)]
mod test_server;

pub use archive::{ArchiveError, ArchiveLimits, ArchiveTree};
pub use cache::{Cache, CacheError, CacheFault, CacheWriter, Digest};
pub use git::{
    Git, GitError, GitLimits, GitRepository, GitTree, History, LastCommit, ObjectId, Remote,
    RemoteError, Tag,
};
pub use left_out::{LeftOut, LeftOutReason};
