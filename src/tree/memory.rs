//! A tree that is written down in a test.

use std::collections::BTreeMap;
use std::io;

use super::{EntryKind, Tree, TreeEntry};

/// Files in memory.
#[derive(Debug, Default)]
pub struct MemoryTree {
    entries: Vec<TreeEntry>,
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryTree {
    /// A tree of these files, path and bytes.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            let kind = EntryKind::File {
                len_bytes: None,
                is_executable: false,
            };
            tree.files
                .insert((*path).to_owned(), text.as_bytes().to_vec());
            tree.insert(path, kind);
        }
        tree
    }

    /// The same with an entry of this kind at `path`.
    pub fn with(mut self, path: &str, kind: EntryKind) -> Self {
        self.insert(path, kind);
        self
    }

    fn insert(&mut self, path: &str, kind: EntryKind) {
        let path = path.to_owned();
        let at = self.entries.partition_point(|entry| entry.path < path);
        self.entries.insert(at, TreeEntry { path, kind });
    }
}

impl Tree for MemoryTree {
    fn entries(&self) -> &[TreeEntry] {
        &self.entries
    }

    fn read(&self, entry: &TreeEntry, max_bytes: u64) -> io::Result<Vec<u8>> {
        let bytes = self.files.get(&entry.path).ok_or(io::ErrorKind::NotFound)?;
        if bytes.len() as u64 > max_bytes {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes.clone())
    }
}
