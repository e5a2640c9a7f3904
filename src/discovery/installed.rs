//! Copies of other people's skills that the client installed into a repository: its lock file names them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::places::AGENT_FOLDERS;
use super::{DiscoverError, find_file, is_within, read_file, split};
use crate::tree::Tree;

/// The names of the skills that are copies.
#[derive(Debug, Default)]
pub(super) struct InstalledNames(BTreeSet<String>);

impl InstalledNames {
    /// Reads `skills-lock.json` at the root of the tree; what cannot be read as one names nothing, as for the client.
    pub(super) fn read(tree: &dyn Tree) -> Result<Self, DiscoverError> {
        let Some(entry) = find_file(tree, LOCK_FILE) else {
            return Ok(Self::default());
        };
        let bytes = read_file(tree, entry, LOCK_MAX_BYTES)?.unwrap_or_default();
        let lock: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let is_known = lock["version"]
            .as_f64()
            .is_some_and(|version| version >= 1.0);
        let skills = lock["skills"].as_object().filter(|_| is_known);
        let names = skills.into_iter().flat_map(|skills| skills.keys());
        Ok(Self(names.map(|name| comparable(name)).collect()))
    }

    /// Whether the skill of this name in `folder` is such a copy: copies lie in the folders of agents.
    pub(super) fn has(&self, name: &str, folder: &str) -> bool {
        let is_agents = || AGENT_FOLDERS.iter().any(|agent| is_within(folder, agent));
        let mut names = [name, split(folder).1].into_iter();
        !self.0.is_empty() && is_agents() && names.any(|name| self.0.contains(&comparable(name)))
    }
}

/// Where the client says what it installed.
pub(super) const LOCK_FILE: &str = "skills-lock.json";

/// Longest lock file that is read, in bytes.
const LOCK_MAX_BYTES: u64 = 1 << 20;

/// `name` in lower case, with `-` for each run of white space and `_`.
fn comparable(name: &str) -> String {
    let mut comparable = String::with_capacity(name.len());
    let mut is_gap = false;
    for c in name.to_lowercase().chars() {
        let was_gap = std::mem::replace(&mut is_gap, c.is_whitespace() || c == '_');
        match (is_gap, was_gap) {
            (true, true) => {}
            (true, false) => comparable.push('-'),
            (false, _) => comparable.push(c),
        }
    }
    comparable
}
