//! A tree of files in which skills may lie: a folder, a commit of a git repository, an archive. It is only listed and
//! read, so names and links in it touch no file system.

use std::io;

pub use folder::{FolderTree, FolderTreeError, Unlisted};

mod folder;
#[cfg(test)]
pub mod memory;
pub mod unlisted;

/// A tree of files.
pub trait Tree: Sync {
    /// What is in it, sorted by path in byte order. Folders are there through what is in them.
    fn entries(&self) -> &[TreeEntry];

    /// The bytes of the file `entry`, which is one of [`Tree::entries`].
    ///
    /// # Errors
    /// When it cannot be read; `FileTooLarge` when it has more than `max_bytes`.
    fn read(&self, entry: &TreeEntry, max_bytes: u64) -> io::Result<Vec<u8>>;
}

/// A file of a tree, or what stands in the place of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeEntry {
    /// From the root of the tree, `/`-separated. Hostile: it may hold `..`, or what no file system takes.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
}

impl TreeEntry {
    /// Whether it is a regular file.
    pub fn is_file(&self) -> bool {
        matches!(self.kind, EntryKind::File { .. })
    }

    /// Whether it is a file that runs.
    pub fn is_executable(&self) -> bool {
        matches!(
            self.kind,
            EntryKind::File {
                is_executable: true,
                ..
            }
        )
    }
}

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File {
        /// How many bytes it has; `None` where only reading it tells.
        len_bytes: Option<u64>,
        /// Whether its mode says that it runs.
        is_executable: bool,
    },
    /// A link, to a file or a folder.
    Link,
    /// A submodule, a device, or another thing that is not read.
    Other,
}
