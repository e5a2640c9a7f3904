//! The files of an index, read whole, and what is wrong with them.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Serialize;
use skillpress_search::internals::format::block;
use skillpress_search::internals::format::manifest::Manifest;
use skillpress_search::internals::format::vectors::id_map::PackedIds;
use skillpress_search::{ByteRange, FormatError};

use crate::index::memory::part;
use crate::index::whole::read_whole;
use crate::site_source::SiteSource;

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
        let bytes = read_whole(self.source, self.manifest, name, &mut self.has_ranges);
        let bytes = self.noted(name, bytes)?;
        let entry = self.manifest.file(name)?;
        let (read, whole) = (bytes.len() as u64, entry.len);
        if read < whole {
            let whole_path = entry.whole_path();
            let path = whole_path.unwrap_or_else(|| entry.chunk_path(entry.chunk_at(read)));
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
