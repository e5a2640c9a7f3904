//! What a file looks like without reading it.

use std::fs::Metadata;
use std::time::SystemTime;

/// What tells one state of a file from another without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    len_bytes: u64,
    modified: Option<SystemTime>,
    /// Whether the file's owner may execute it; git keeps this bit of a file's mode. Unix only.
    pub(super) is_executable: bool,
    /// Inode and time of its last change, which programs that set the modification time cannot set. Unix only.
    inode: (u64, i64, i64),
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let (mode, inode) = mode_and_inode(metadata);
        Self {
            len_bytes: metadata.len(),
            modified: metadata.modified().ok(),
            is_executable: mode & 0o100 != 0,
            inode,
        }
    }
}

#[cfg(unix)]
fn mode_and_inode(metadata: &Metadata) -> (u32, (u64, i64, i64)) {
    use std::os::unix::fs::MetadataExt;
    let inode = (metadata.ino(), metadata.ctime(), metadata.ctime_nsec());
    (metadata.mode(), inode)
}

#[cfg(not(unix))]
fn mode_and_inode(_metadata: &Metadata) -> (u32, (u64, i64, i64)) {
    (0, (0, 0, 0))
}
