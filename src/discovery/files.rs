//! The files of a skill that was found.
//!
//! They are all that lies in its folder and below it, as the client copies it: the files of a skill that lies in another
//! one's folder belong to both. So a `SKILL.md` at the root of a repository makes one skill of the whole repository, beside
//! those in it: such a skill is the index of the others, and links to them.

use super::{LeftOut, Reason, is_below, left_out};
use crate::file_name::{is_hidden_name, is_litter_name};
use crate::tree::{EntryKind, Tree, TreeEntry};

/// Lists the files of the skill in `folder`, a path in the tree that is empty for its root.
///
/// What is hidden is left out, as in a content folder, and what the client leaves out too. Names are as they are in the
/// tree: who writes them somewhere asks `text::path_fault` first.
pub fn skill_files<'t>(tree: &'t dyn Tree, folder: &str) -> SkillFiles<'t> {
    let mut found = SkillFiles::default();
    let mut is_hidden_told = false;
    let entries = tree.entries();
    let at = entries.partition_point(|entry| entry.path.as_str() < folder);
    // A name may sort between a folder's and those of what is in it: `a`, `a-b`, `a/b`.
    let near = entries[at..]
        .iter()
        .take_while(|entry| entry.path.starts_with(folder));
    for entry in near.filter(|entry| is_below(&entry.path, folder)) {
        let path = &entry.path[folder.len()..];
        let path = path.strip_prefix('/').unwrap_or(path);
        if path.split('/').any(is_hidden_name) {
            if !is_hidden_told && !path.split('/').any(is_litter_name) {
                is_hidden_told = true;
                found
                    .left_out
                    .push(LeftOut::new(&entry.path, Reason::HiddenFiles));
            }
            continue;
        }
        if is_left_by_client(path) {
            continue;
        }
        match entry.kind {
            EntryKind::File { .. } => found.files.push(SkillEntry { path, entry }),
            EntryKind::Link => found.left_out.push(LeftOut::new(&entry.path, Reason::Link)),
            EntryKind::Other => found
                .left_out
                .push(LeftOut::new(&entry.path, Reason::NotAFile)),
        }
    }
    left_out::sort_and_cut(&mut found.left_out, folder);
    found
}

/// The files of a skill, and what lies among them and is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkillFiles<'t> {
    /// Sorted by path.
    pub files: Vec<SkillEntry<'t>>,
    /// Sorted by path; of hidden files, the first stands for all.
    pub left_out: Vec<LeftOut>,
}

/// A file of a skill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkillEntry<'t> {
    /// From the skill's folder.
    pub path: &'t str,
    /// The file in the tree.
    pub entry: &'t TreeEntry,
}

/// Whether the client copies everything but this, see `isExcluded` in its source; other names are hidden ones here too.
fn is_left_by_client(path: &str) -> bool {
    let (folders, name) = super::split(path);
    name == "metadata.json" || super::names(folders).any(|name| name == "__pypackages__")
}
