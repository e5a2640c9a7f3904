//! Takes the files out of an archive, under its limits.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek};

use super::ArchiveLimits;
use super::error::Exceeded;
use crate::tree::unlisted::{PATH_MAX_BYTES, Unlisted, UnlistedReason};
use crate::tree::{EntryKind, TreeEntry};

/// Where a file lies among those that were unpacked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Offset in bytes.
    pub(super) start: u64,
    pub(super) len_bytes: u64,
}

/// What was taken out of an archive.
pub(super) struct Unpacked {
    pub(super) entries: Vec<TreeEntry>,
    pub(super) places: Vec<Option<Place>>,
    pub(super) file: File,
    pub(super) unlisted: Vec<Unlisted>,
}

/// Collects entries one after the other.
pub(super) struct Unpacker {
    limits: ArchiveLimits,
    /// What is passed when more than `max_unpacked_bytes` come out.
    ratio_or_size: Exceeded,
    max_unpacked_bytes: u64,
    n_entries: usize,
    path_bytes: u64,
    paths: HashSet<String>,
    found: Vec<(TreeEntry, Option<Place>)>,
    file: BufWriter<File>,
    len_bytes: u64,
    unlisted: Vec<Unlisted>,
}

/// An entry as an archive has it.
pub(super) enum Found {
    /// A folder is there through what is in it.
    Folder,
    /// A file of `len_bytes`, as the archive says.
    File { len_bytes: u64, is_executable: bool },
    /// A link.
    Link,
    /// A device or another thing that is not read.
    Other,
}

impl Unpacker {
    /// For an archive of `packed_bytes`.
    pub(super) fn new(limits: ArchiveLimits, packed_bytes: u64) -> io::Result<Self> {
        let by_ratio = packed_bytes.saturating_mul(limits.max_ratio);
        let by_ratio = by_ratio.max(limits.max_file_bytes);
        let max_bytes = limits.max_unpacked_bytes;
        let max_ratio = limits.max_ratio;
        Ok(Self {
            limits,
            ratio_or_size: match by_ratio < max_bytes {
                true => Exceeded::Ratio { max_ratio },
                false => Exceeded::Unpacked { max_bytes },
            },
            max_unpacked_bytes: by_ratio.min(max_bytes),
            n_entries: 0,
            path_bytes: 0,
            paths: HashSet::new(),
            found: Vec::new(),
            file: BufWriter::new(tempfile::tempfile()?),
            len_bytes: 0,
            unlisted: Vec::new(),
        })
    }

    /// Adds an entry; of a file, `bytes` are read to their end, unless it is too long.
    ///
    /// # Errors
    /// A limit that is passed; `UnexpectedEof` when there are not as many bytes as the archive says; what `bytes` or the
    /// file system says.
    pub(super) fn add(&mut self, path: &[u8], found: Found, bytes: impl Read) -> io::Result<()> {
        self.n_entries += 1;
        let max_entries = self.limits.max_entries;
        if self.n_entries > max_entries {
            return Err(Exceeded::Entries { max_entries }.into());
        }
        self.path_bytes += path.len() as u64;
        if self.path_bytes > PATHS_MAX_BYTES {
            let max_bytes = PATHS_MAX_BYTES;
            return Err(Exceeded::Header { max_bytes }.into());
        }
        let Some(path) = self.checked_path(path) else {
            return Ok(());
        };
        let (kind, place) = match found {
            Found::Folder => return Ok(()),
            Found::Link => (EntryKind::Link, None),
            Found::Other => (EntryKind::Other, None),
            Found::File {
                len_bytes,
                is_executable,
            } => {
                let kind = EntryKind::File {
                    len_bytes: Some(len_bytes),
                    is_executable,
                };
                let is_short = len_bytes <= self.limits.max_file_bytes;
                let place = is_short.then(|| self.unpack(len_bytes, bytes));
                (kind, place.transpose()?)
            }
        };
        match self.paths.insert(path.clone()) {
            true => self.found.push((TreeEntry { path, kind }, place)),
            false => self.leave_out(path, UnlistedReason::Duplicate),
        }
        Ok(())
    }

    /// Says of an entry why it is not listed.
    pub(super) fn leave_out(&mut self, path: String, reason: UnlistedReason) {
        self.unlisted.push(Unlisted { path, reason });
    }

    pub(super) fn max_entries(&self) -> usize {
        self.limits.max_entries
    }

    /// Bytes that may come out at most.
    pub(super) fn max_unpacked_bytes(&self) -> u64 {
        self.max_unpacked_bytes
    }

    /// What is passed when more come.
    pub(super) fn exceeded(&self) -> Exceeded {
        self.ratio_or_size
    }

    /// All that was added, sorted; without the folder that holds all of it, if one does.
    pub(super) fn finish(mut self) -> io::Result<Unpacked> {
        if let Some(prefix) = common_folder(&self.found) {
            for (entry, _) in &mut self.found {
                entry.path.drain(..prefix);
            }
        }
        self.found.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        let (entries, places) = self.found.into_iter().unzip();
        Ok(Unpacked {
            entries,
            places,
            file: self.file.into_inner().map_err(|error| error.into_error())?,
            unlisted: self.unlisted,
        })
    }

    /// The path of an entry as the tree has it; what can be none is left out.
    fn checked_path(&mut self, path: &[u8]) -> Option<String> {
        let shown = |path: &[u8]| String::from_utf8_lossy(path).chars().take(200).collect();
        let (path, reason) = match std::str::from_utf8(path) {
            Err(_) => (shown(path), UnlistedReason::NotUtf8),
            Ok(text) if text.len() > PATH_MAX_BYTES => (shown(path), UnlistedReason::LongPath),
            Ok(text) if text.starts_with('/') || text.split('/').any(|part| part == "..") => {
                (text.to_owned(), UnlistedReason::Outside)
            }
            Ok(text) => {
                let parts = text.split('/').filter(|part| !matches!(*part, "" | "."));
                return Some(parts.collect::<Vec<_>>().join("/"));
            }
        };
        self.leave_out(path, reason);
        None
    }

    /// Writes a file of `len_bytes` behind the others.
    fn unpack(&mut self, len_bytes: u64, bytes: impl Read) -> io::Result<Place> {
        let start = self.len_bytes;
        if len_bytes > self.max_unpacked_bytes.saturating_sub(start) {
            return Err(self.ratio_or_size.into());
        }
        let written = io::copy(&mut bytes.take(len_bytes + 1), &mut self.file);
        // The part of a file that came before an error counts, and the next stands behind it.
        self.len_bytes = self.file.stream_position()?;
        match written? == len_bytes {
            true => Ok(Place { start, len_bytes }),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// Longest that all paths are together, since they are held in memory.
const PATHS_MAX_BYTES: u64 = 64 << 20;

/// The length in bytes of the folder with its `/` in which all entries lie.
fn common_folder(found: &[(TreeEntry, Option<Place>)]) -> Option<usize> {
    let (first, _) = found.first()?;
    let folder = &first.path[..=first.path.find('/')?];
    let is_common = found
        .iter()
        .all(|(entry, _)| entry.path.starts_with(folder));
    is_common.then_some(folder.len())
}
