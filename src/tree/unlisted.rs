//! What a commit or an archive holds, and its tree does not list.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An entry that cannot be one of a [`Tree`](super::Tree).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlisted {
    /// Where it stands, with `�` for what is not UTF-8. Hostile.
    pub path: String,
    /// Why it is not listed.
    pub reason: UnlistedReason,
}

/// Why an entry is not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnlistedReason {
    /// Its name is no text.
    NotUtf8,
    /// Its path has more bytes than any file system takes.
    LongPath,
    /// Its path leads out of the tree: it is absolute, or has a `..`.
    Outside,
    /// Another entry stands at its path, and is taken.
    Duplicate,
    /// It needs a password, or a method of packing that is not known.
    Packing,
}

impl fmt::Display for UnlistedReason {
    /// What follows "it".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotUtf8 => "has a name that is not UTF-8",
            Self::LongPath => "has a path of more than 4,096 bytes",
            Self::Outside => "has a path that leads out of the tree",
            Self::Duplicate => "has the path of another entry",
            Self::Packing => "is packed in a way that cannot be read",
        })
    }
}

/// Longest path that is listed: what Linux takes.
pub const PATH_MAX_BYTES: usize = 4096;
