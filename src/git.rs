//! Git repositories, by the git program: it knows the user's credentials, proxies and mirrors.
//!
//! A repository of strangers is never checked out. `fetch` brings commits and folders, a further request brings the bytes of the files
//! that are needed, and everything is read from the object store: no hook, filter or submodule of a repository can run.

mod blobs;
mod error;
mod history;
mod object_id;
mod process;
mod program;
mod remote;
mod repository;
#[cfg(test)]
pub(crate) mod tests;
mod tree;
mod written;

pub use error::GitError;
pub use history::{LastCommit, Touching};
pub use object_id::ObjectId;
pub use program::{Git, WorkTree};
pub use remote::{Remote, RemoteError};
pub use repository::{GitLimits, GitRepository, History, WantedFiles};
pub use tree::GitTree;
pub use written::{FileState, Files, NewCommit, Tip, WrittenError, WrittenRepository};
