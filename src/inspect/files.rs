//! The files of an index, read whole, and what is wrong with them.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Serialize;
use skillpress_search::internals::format::block;
use skillpress_search::internals::format::manifest::{FileEntry, Manifest};
use skillpress_search::internals::format::vectors::id_map::PackedIds;
use skillpress_search::{Answer, ByteRange, FormatError, Request, Source};
use thiserror::Error;

use crate::index::memory::part;
use crate::source::SiteSource;

/// Reads the files that a manifest names and collects their damage.
pub(super) struct IndexFiles<'a> {
    source: &'a mut SiteSource,
    manifest: &'a Manifest,
    has_ranges: bool,
    damages: BTreeMap<String, Damage>,
}

/// A file of the index as it was read; shorter than the manifest says when it is damaged.
pub(super) struct IndexFile {
    name: &'static str,
    bytes: Vec<u8>,
}

/// What is wrong with a part of the index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// What the manifest calls the file, or the head.
    pub part: String,
    /// The first thing that is wrong with it.
    pub message: String,
    /// How many more things are wrong.
    pub more: usize,
}

/// A file is asked for in pieces of this length, so that slow hosts keep within the time for one answer.
const PIECE_BYTES: u64 = 1 << 20;

impl<'a> IndexFiles<'a> {
    pub(super) fn new(
        source: &'a mut SiteSource,
        manifest: &'a Manifest,
        has_ranges: bool,
    ) -> Self {
        Self {
            source,
            manifest,
            has_ranges,
            damages: BTreeMap::new(),
        }
    }

    /// The file that the manifest calls `name`; `None` when it cannot be read, which is noted.
    pub(super) fn read(&mut self, name: &'static str) -> Option<IndexFile> {
        let entry = self.manifest.file(name).ok_or(ReadError::Unnamed);
        let entry = self.noted(name, entry)?;
        let bytes = read_entry(self.source, entry, &mut self.has_ranges);
        let bytes = self.noted(name, bytes)?;
        let (path, read, whole) = (entry.path(), bytes.len(), entry.len);
        if (read as u64) < whole {
            self.note(name, format!("`{path}` ends after {read} of {whole} bytes"));
        }
        Some(IndexFile { name, bytes })
    }

    /// What `decode` makes of the block at `range` of `file`; `None` when it is damaged, which is noted.
    pub(super) fn decoded<'f, T>(
        &mut self,
        file: &'f IndexFile,
        range: ByteRange,
        decode: impl FnOnce(&'f [u8]) -> Result<T, FormatError>,
    ) -> Option<T> {
        let block = part(&file.bytes, range).ok_or(FormatError::Truncated {
            what: "the file",
            offset: range.start as u32,
            got: (file.bytes.len() as u64).saturating_sub(range.start) as u32,
            expected: range.len,
        });
        let payload = block.and_then(|block| block::open(file.name, range.start, block));
        let decoded = payload.and_then(decode);
        let at = range.start;
        self.noted(
            file.name,
            decoded.map_err(|error| format!("at {at}: {error}")),
        )
    }

    /// The numbers of a bit-packed map of `file`; `None` where its block is damaged, which is noted.
    pub(super) fn numbers(&mut self, file: &IndexFile, ids: PackedIds) -> Vec<Option<u32>> {
        let mut numbers = Vec::new();
        for block_idx in 0..ids.n_blocks() {
            let range = ids.range(block_idx);
            match self.decoded(file, range, |payload| ids.decode(block_idx, payload)) {
                Some(block) => numbers.extend(block.into_iter().map(Some)),
                None => numbers.extend(ids.entries(block_idx).map(|_| None)),
            }
        }
        numbers
    }

    /// What was read of `part`; `None` when it could not be, which is noted.
    pub(super) fn noted<T>(&mut self, part: &str, read: Result<T, impl Display>) -> Option<T> {
        read.map_err(|error| self.note(part, error.to_string()))
            .ok()
    }

    /// Notes that something is wrong with `part`.
    pub(super) fn note(&mut self, part: &str, message: String) {
        self.damages
            .entry(part.to_owned())
            .and_modify(|damage| damage.more += 1)
            .or_insert_with(|| Damage {
                part: part.to_owned(),
                message,
                more: 0,
            });
    }

    /// Whether something is wrong with `part`.
    pub(super) fn is_damaged(&self, part: &str) -> bool {
        self.damages.contains_key(part)
    }

    /// All that is wrong, by part.
    pub(super) fn into_damages(self) -> Vec<Damage> {
        self.damages.into_values().collect()
    }
}

/// The whole file: in pieces, side by side, where the host answers ranges.
///
/// # Errors
/// When it cannot be read.
fn read_entry(
    source: &mut SiteSource,
    entry: &FileEntry,
    has_ranges: &mut bool,
) -> Result<Vec<u8>, ReadError> {
    let request = |range| Request {
        path: entry.path(),
        range,
    };
    let mut requests: Vec<Request> = (0..entry.len.div_ceil(PIECE_BYTES))
        .map(|piece_idx| {
            let start = piece_idx * PIECE_BYTES;
            let len = PIECE_BYTES.min(entry.len - start) as u32;
            request(Some(ByteRange { start, len }))
        })
        .collect();
    if !*has_ranges || requests.is_empty() {
        requests = vec![request(None)];
    }
    let mut bytes = Vec::new();
    for (request, answer) in requests.iter().zip(source.fetch(&requests)) {
        match answer {
            Answer::Bytes(piece) => {
                let is_short = request
                    .range
                    .is_some_and(|range| piece.len() < range.len as usize);
                bytes.extend(piece);
                if is_short {
                    break;
                }
            }
            Answer::Gone => return Err(ReadError::Missing { path: entry.path() }),
            Answer::NoRanges => {
                *has_ranges = false;
                return read_entry(source, entry, has_ranges);
            }
            // A file that ends before a piece begins gives no bytes for it.
            Answer::Failed if !bytes.is_empty() => break,
            Answer::Failed => return Err(ReadError::Failed { path: entry.path() }),
        }
    }
    Ok(bytes)
}

/// Why there is nothing of a file.
#[derive(Debug, Error)]
enum ReadError {
    #[error("the manifest does not name it")]
    Unnamed,
    #[error("`{path}` does not exist")]
    Missing { path: String },
    #[error("`{path}` cannot be read")]
    Failed { path: String },
}
