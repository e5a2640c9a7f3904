//! The manifests of Claude Code, which say where a plugin or a marketplace of plugins has its skills.
//!
//! As the client, see `getPluginSkillPaths` in its source, this reads those of the folder in which it looks, and follows
//! paths that begin with `./` and stay in that folder. Of a skill that is named, its folder's neighbours are looked at too.

use std::collections::BTreeSet;

use serde_json::Value;

use super::places::below;
use super::{DiscoverError, LeftOut, Reason, find_file, folder_of, is_below, read_file};
use crate::problem::json_fault;
use crate::text;
use crate::tree::Tree;

/// The folders, in the order of the manifests below `start`, in which plugins have folders of skills; none twice.
///
/// What a manifest says in vain goes to `left_out`.
///
/// # Errors
/// When a manifest cannot be read.
pub(super) fn folders(
    tree: &dyn Tree,
    start: &str,
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<String>, DiscoverError> {
    let mut folders = Vec::new();
    for name in [MARKETPLACE, PLUGIN] {
        let path = below(start, name);
        let Some(entry) = find_file(tree, &path) else {
            continue;
        };
        let mut found = Named::new(tree, start);
        match read_file(tree, entry, MANIFEST_MAX_BYTES)? {
            None => found.left_out.push(Reason::TooLarge {
                max_bytes: MANIFEST_MAX_BYTES,
            }),
            Some(bytes) => match parse(&bytes) {
                Ok(manifest) if name == MARKETPLACE => found.add_marketplace(&manifest),
                Ok(plugin) => found.add(start, &plugin["skills"]),
                Err(reason) => found.left_out.push(reason),
            },
        }
        let (found, reasons) = found.finish();
        folders.extend(found);
        left_out.extend(
            reasons
                .into_iter()
                .map(|reason| LeftOut::new(&path, reason)),
        );
    }
    let mut seen = BTreeSet::new();
    folders.retain(|folder| seen.insert(folder.clone()));
    Ok(folders)
}

/// Whether [`folders`] may read the file at `path`.
pub(super) fn reads(path: &str, start: &str) -> bool {
    [MARKETPLACE, PLUGIN]
        .iter()
        .any(|name| path == below(start, name))
}

const MARKETPLACE: &str = ".claude-plugin/marketplace.json";
const PLUGIN: &str = ".claude-plugin/plugin.json";

/// Longest manifest that is read, in bytes; the largest of 15 public ones has 45 KB.
const MANIFEST_MAX_BYTES: u64 = 1 << 20;

/// Most paths of a manifest that are followed.
const PATHS_MAX: usize = 2_000;

/// What one manifest names.
struct Named<'t> {
    tree: &'t dyn Tree,
    start: &'t str,
    folders: Vec<String>,
    n_paths: usize,
    /// Paths, as they are written, at which nothing is, and those that are not followed.
    not_there: Vec<String>,
    not_followed: Vec<String>,
    left_out: Vec<Reason>,
}

impl<'t> Named<'t> {
    fn new(tree: &'t dyn Tree, start: &'t str) -> Self {
        Self {
            tree,
            start,
            folders: Vec::new(),
            n_paths: 0,
            not_there: Vec::new(),
            not_followed: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// Adds the folders of each plugin of a marketplace.
    fn add_marketplace(&mut self, manifest: &Value) {
        let root = &manifest["metadata"]["pluginRoot"];
        let mut n_elsewhere = 0;
        for plugin in manifest["plugins"].as_array().into_iter().flatten() {
            let source = &plugin["source"];
            if source.is_object() {
                n_elsewhere += 1;
            } else if let Some(base) = self.follow(self.start, &[root, source]) {
                self.add(&base, &plugin["skills"]);
            }
        }
        if n_elsewhere > 0 {
            self.left_out.push(Reason::ManifestElsewhere {
                n_plugins: n_elsewhere,
            });
        }
    }

    /// Adds the folders of the plugin in the folder `base` whose manifest says this of its skills.
    fn add(&mut self, base: &str, skills: &Value) {
        for skill in skills.as_array().into_iter().flatten() {
            let Some(folder) = self.follow(base, &[skill]) else {
                continue;
            };
            // The folder in which the client starts is not left, not even for its neighbours.
            if folder != self.start {
                self.folders.push(folder_of(&folder).to_owned());
            }
        }
        self.folders.push(below(base, "skills"));
    }

    /// The folder that `paths` lead to from `base`, one after the other, which may not be there; `None` when it is not
    /// looked into. Either is told.
    fn follow(&mut self, base: &str, paths: &[&Value]) -> Option<String> {
        self.n_paths += 1;
        if self.n_paths > PATHS_MAX {
            return None;
        }
        let mut folder = base.to_owned();
        for path in paths.iter().copied().filter(|path| !path.is_null()) {
            let path = path.as_str()?;
            let Some(next) = joined(&folder, path, self.start) else {
                self.not_followed.push(shown(path));
                return None;
            };
            folder = next;
        }
        if !is_there(self.tree, &folder) {
            let path = paths.iter().rev().find_map(|path| path.as_str());
            self.not_there.push(shown(path.unwrap_or_default()));
        }
        Some(folder)
    }

    fn finish(mut self) -> (Vec<String>, Vec<Reason>) {
        for paths in [&mut self.not_there, &mut self.not_followed] {
            paths.sort();
            paths.dedup();
        }
        if !self.not_there.is_empty() {
            let paths = self.not_there;
            self.left_out.push(Reason::ManifestNotThere { paths });
        }
        if !self.not_followed.is_empty() {
            let paths = self.not_followed;
            self.left_out.push(Reason::ManifestNotFollowed { paths });
        }
        if self.n_paths > PATHS_MAX {
            self.left_out
                .push(Reason::ManifestTooLong { max: PATHS_MAX });
        }
        (self.folders, self.left_out)
    }
}

/// Reads a manifest, or says why it cannot be read.
fn parse(bytes: &[u8]) -> Result<Value, Reason> {
    let json = String::from_utf8_lossy(bytes);
    serde_json::from_str(&json).map_err(|error| Reason::ManifestNotJson {
        message: shown(&json_fault(&json, &error).0),
    })
}

/// Longest part of a manifest's text that is shown, in characters.
const SHOWN_MAX_CHARS: usize = 120;

fn shown(path: &str) -> String {
    text::clean_line(path, SHOWN_MAX_CHARS)
}

/// Where `path` leads from `folder`; `None` when it does not begin with `./`, or leads out of `start`.
fn joined(folder: &str, path: &str, start: &str) -> Option<String> {
    let path = path.strip_prefix("./")?;
    let mut names: Vec<&str> = super::names(folder).collect();
    let n_start = super::names(start).count();
    for name in super::names(path) {
        match name {
            "." => {}
            ".." if names.len() > n_start => drop(names.pop()),
            ".." => return None,
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

/// Whether something lies in `folder`.
fn is_there(tree: &dyn Tree, folder: &str) -> bool {
    let entries = tree.entries();
    let first_inside = below(folder, "");
    let at = entries.partition_point(|entry| entry.path < first_inside);
    let first = entries.get(at);
    first.is_some_and(|entry| is_below(&entry.path, folder))
}
