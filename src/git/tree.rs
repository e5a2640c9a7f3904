//! The files of a commit, read from the object store.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::Mutex;

use super::blobs::{BlobHead, BlobReader, GitReadError};
use super::error::GitError;
use super::object_id::ObjectId;
use super::process::Action;
use super::program::Git;
use crate::lock::lock;
use crate::tree::unlisted::{PATH_MAX_BYTES, Unlisted, UnlistedReason};
use crate::tree::{EntryKind, Tree, TreeEntry};

/// The tree of a commit. Its files can be read when [`fetch_files`](super::GitRepository::fetch_files) brought them.
pub struct GitTree {
    /// Sorted by path; no duplicates.
    entries: Vec<TreeEntry>,
    /// Of each entry.
    objects: Vec<ObjectId>,
    /// By path; the root is not among them.
    folders: BTreeMap<String, ObjectId>,
    root: ObjectId,
    unlisted: Vec<Unlisted>,
    /// Asked for and not sent, since they are longer than `max_file_bytes`.
    not_downloaded: BTreeSet<ObjectId>,
    max_file_bytes: u64,
    blobs: Mutex<BlobReader>,
}

impl Tree for GitTree {
    fn entries(&self) -> &[TreeEntry] {
        &self.entries
    }

    fn read(&self, entry: &TreeEntry, max_bytes: u64) -> io::Result<Vec<u8>> {
        let EntryKind::File { .. } = entry.kind else {
            return Err(GitReadError::NoFile.into());
        };
        let object = self.object(&entry.path).ok_or(GitReadError::NoFile)?;
        if self.not_downloaded.contains(object) {
            let max_bytes = self.max_file_bytes;
            return Err(GitReadError::TooLarge { max_bytes }.into());
        }
        lock(&self.blobs).read(object, max_bytes)
    }
}

/// Most folders of which the listing is asked for by name.
const PATHS_MAX: usize = 1_000;

impl GitTree {
    /// What the commit holds and the listing does not.
    pub fn unlisted(&self) -> &[Unlisted] {
        &self.unlisted
    }

    /// Lists `commit` of the repository in `folder`, or what of it is below some folders.
    pub(super) fn list(
        git: &Git,
        folder: &Path,
        commit: &ObjectId,
        below: &[&str],
        action: Action,
        max_entries: usize,
    ) -> Result<Self, GitError> {
        let root = format!("{commit}^{{tree}}");
        let args = ["rev-parse", "--verify", "--end-of-options", &root];
        let answer = git.reading(folder).run(&args, action.clone())?;
        let answer = String::from_utf8_lossy(&answer);
        let root = answer.lines().last().and_then(ObjectId::parse);
        // Folders are listed, too (`-t`): their ids are needed to ask for them, and many empty ones reach the limit.
        let mut args = vec![
            "ls-tree",
            "-r",
            "-t",
            "-z",
            "--full-tree",
            "--end-of-options",
            commit.as_str(),
        ];
        // More than a command line takes are not said, which lists too much and nothing wrong.
        if below.len() <= PATHS_MAX && !below.contains(&"") {
            args.extend(below);
        }
        let process = git.reading(folder).start(&args, action.clone())?;
        let mut listing = Listing::default();
        process.each_record(|record| {
            if listing.n_records == max_entries {
                return Err(action.too_many_entries(commit, max_entries));
            }
            if listing.n_bytes + record.len() > LISTING_MAX_BYTES {
                return Err(action.too_much_output(LISTING_MAX_BYTES));
            }
            listing.add(record).ok_or_else(|| action.odd())?;
            Ok(ControlFlow::Continue(()))
        })?;
        listing.leave_out_duplicates();
        let (entries, objects) = listing.entries.into_iter().unzip();
        Ok(Self {
            entries,
            objects,
            folders: listing.folders,
            root: root.ok_or_else(|| action.odd())?,
            unlisted: listing.unlisted,
            not_downloaded: BTreeSet::new(),
            max_file_bytes: u64::MAX,
            blobs: Mutex::new(BlobReader::new(git, folder)),
        })
    }

    /// The files below `folders`, and `files`, by their place in the listing; sorted, each once.
    pub(super) fn wanted(&self, folders: &[&str], files: &[&str]) -> BTreeSet<usize> {
        let below = folders.iter().flat_map(|folder| self.range_below(folder));
        let named = files.iter().filter_map(|file| self.find(file));
        let is_file =
            |&entry_idx: &usize| matches!(self.entries[entry_idx].kind, EntryKind::File { .. });
        below.chain(named).filter(is_file).collect()
    }

    /// The objects by which the files `missing` are asked for: the folder of `folders` that has one, or the file itself.
    pub(super) fn objects_to_fetch(
        &self,
        missing: &BTreeSet<usize>,
        folders: &[&str],
        files: &[&str],
    ) -> BTreeSet<ObjectId> {
        let mut rest = missing.clone();
        let mut objects = BTreeSet::new();
        for folder in folders {
            let object = match *folder {
                "" => Some(&self.root),
                folder => self.folders.get(folder),
            };
            let range = self.range_below(folder);
            if let Some(object) = object.filter(|_| rest.range(range.clone()).next().is_some()) {
                objects.insert(object.clone());
                rest.retain(|entry_idx| !range.contains(entry_idx));
            }
        }
        let named = files.iter().filter_map(|file| self.find(file));
        let named = named.filter(|entry_idx| rest.contains(entry_idx));
        objects.extend(named.map(|entry_idx| self.objects[entry_idx].clone()));
        objects
    }

    /// Sets the lengths of the files `wanted` that are here, and gives those that are not.
    pub(super) fn measure(
        &mut self,
        wanted: &BTreeSet<usize>,
        action: Action,
    ) -> Result<BTreeSet<usize>, GitError> {
        let mut input = String::new();
        for &entry_idx in wanted {
            input.push_str(self.objects[entry_idx].as_str());
            input.push('\n');
        }
        let args = ["cat-file", "--batch-check", "--buffer"];
        let command = lock(&self.blobs).command();
        let answer = command.run_with(input.into_bytes(), &args, action.clone())?;
        let answer = String::from_utf8_lossy(&answer);
        let mut lines = answer.lines();
        let mut missing = BTreeSet::new();
        for &entry_idx in wanted {
            let head = lines.next().and_then(BlobHead::parse);
            match head.ok_or_else(|| action.odd())? {
                BlobHead::Missing => _ = missing.insert(entry_idx),
                BlobHead::Blob { len_bytes } => {
                    if let EntryKind::File { len_bytes: len, .. } =
                        &mut self.entries[entry_idx].kind
                    {
                        *len = Some(len_bytes);
                    }
                }
            }
        }
        Ok(missing)
    }

    /// Says of the files `missing` that the server left them out, being longer than `max_file_bytes`.
    pub(super) fn set_not_downloaded(&mut self, missing: BTreeSet<usize>, max_file_bytes: u64) {
        let objects = missing.into_iter().map(|idx| self.objects[idx].clone());
        self.not_downloaded.extend(objects);
        self.max_file_bytes = max_file_bytes;
    }

    fn object(&self, path: &str) -> Option<&ObjectId> {
        self.find(path).map(|entry_idx| &self.objects[entry_idx])
    }

    fn find(&self, path: &str) -> Option<usize> {
        let found = self
            .entries
            .binary_search_by(|entry| entry.path.as_str().cmp(path));
        found.ok()
    }

    /// The entries below `folder`, which stand together.
    fn range_below(&self, folder: &str) -> Range<usize> {
        if folder.is_empty() {
            return 0..self.entries.len();
        }
        let below = format!("{folder}/");
        let start = self.entries.partition_point(|entry| entry.path < below);
        let rest = &self.entries[start..];
        start..start + rest.partition_point(|entry| entry.path.starts_with(&below))
    }
}

/// Longest that a listing is, since it is held in memory: 320 bytes for each of the entries that a commit has at most.
const LISTING_MAX_BYTES: usize = 64 << 20;

/// What `ls-tree` says.
#[derive(Default)]
struct Listing {
    n_records: usize,
    n_bytes: usize,
    entries: Vec<(TreeEntry, ObjectId)>,
    folders: BTreeMap<String, ObjectId>,
    unlisted: Vec<Unlisted>,
}

impl Listing {
    /// Adds `mode type id<tab>path`; `None` when it is something else.
    fn add(&mut self, record: &[u8]) -> Option<()> {
        self.n_records += 1;
        self.n_bytes += record.len();
        let tab = record.iter().position(|&byte| byte == b'\t')?;
        let (head, path) = (
            std::str::from_utf8(&record[..tab]).ok()?,
            &record[tab + 1..],
        );
        let [mode, kind, object] = head.split(' ').collect::<Vec<_>>().try_into().ok()?;
        let object = ObjectId::parse(object)?;
        let path = match std::str::from_utf8(path) {
            Ok(path) if path.len() > PATH_MAX_BYTES => {
                let shown = path.chars().take(200).collect();
                self.leave_out(shown, UnlistedReason::LongPath);
                return Some(());
            }
            Ok(path) => path.to_owned(),
            Err(_) => {
                let shown = String::from_utf8_lossy(&path[..path.len().min(PATH_MAX_BYTES)]);
                self.leave_out(shown.into_owned(), UnlistedReason::NotUtf8);
                return Some(());
            }
        };
        let kind = match (kind, mode) {
            ("tree", _) => {
                self.folders.insert(path, object);
                return Some(());
            }
            ("blob", "120000") => EntryKind::Link,
            ("blob", _) => EntryKind::File {
                len_bytes: None,
                is_executable: mode == "100755",
            },
            _ => EntryKind::Other,
        };
        self.entries.push((TreeEntry { path, kind }, object));
        Some(())
    }

    /// Sorts the entries, and of those at one path keeps the first.
    fn leave_out_duplicates(&mut self) {
        self.entries.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        let mut duplicates = Vec::new();
        self.entries.dedup_by(|(entry, _), (kept, _)| {
            let is_duplicate = entry.path == kept.path;
            if is_duplicate {
                duplicates.push(std::mem::take(&mut entry.path));
            }
            is_duplicate
        });
        for path in duplicates {
            self.leave_out(path, UnlistedReason::Duplicate);
        }
    }

    fn leave_out(&mut self, path: String, reason: UnlistedReason) {
        self.unlisted.push(Unlisted { path, reason });
    }
}
