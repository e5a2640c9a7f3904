//! Blocks on demand: a search asks for the blocks it needs, gets those that are there, and what is missing becomes the
//! requests of the next round trip.
//!
//! A search is a plain function that is run again after every round trip, over blocks that stay. So it reads like code
//! that blocks, everything it can ask for together goes together, and several halves of a search share round trips.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::format::block;
use crate::format::manifest::{FileEntry, Manifest};
use crate::sorted::{SortedMap, SortedSet};
use crate::{Answer, ByteRange, Request};

/// Hands out blocks during one run of a search and notes those that are missing.
pub(crate) struct Fetcher<'a> {
    manifest: &'a Manifest,
    store: &'a mut BlockStore,
    failures: &'a mut Failures,
    missing: SortedSet<Want>,
}

/// What became of a block.
#[derive(Clone, Debug)]
pub(crate) enum Fetched {
    /// Its payload, the checksum having been right.
    Ready(Arc<[u8]>),
    /// It was asked for; the search goes on as far as it can and is run again.
    Waiting,
    /// It cannot be had in this search: unreadable, damaged, or not within its file.
    Failed,
}

/// A block of a file of the manifest, by the file's position there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Want {
    file_idx: usize,
    range: ByteRange,
}

/// A request and the blocks that its answer serves.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) request: Request,
    /// Which part of a file it is: a range, or a chunk.
    part: Part,
    wants: Vec<Want>,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Range(ByteRange),
    Chunk { file_idx: usize, chunk_idx: u64 },
}

/// What could not be read in one search; the next one tries again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Failures {
    blocks: SortedSet<Want>,
    chunks: SortedSet<(usize, u64)>,
    /// Whether the host said that a file does not exist.
    pub(crate) is_gone: bool,
}

impl<'a> Fetcher<'a> {
    pub(crate) fn new(
        manifest: &'a Manifest,
        store: &'a mut BlockStore,
        failures: &'a mut Failures,
    ) -> Self {
        Self {
            manifest,
            store,
            failures,
            missing: SortedSet::new(),
        }
    }

    /// The block at `range` of the file that the manifest calls `file`, checksum included in the range.
    pub(crate) fn block(&mut self, file: &str, range: ByteRange) -> Fetched {
        let Some(file_idx) = self
            .manifest
            .files
            .iter()
            .position(|entry| entry.name == file)
        else {
            return Fetched::Failed;
        };
        let want = Want { file_idx, range };
        if let Some(payload) = self.store.block(want) {
            return Fetched::Ready(payload);
        }
        let entry = &self.manifest.files[file_idx];
        if self.failures.blocks.contains(&want) || range.end() > entry.len {
            return Fetched::Failed;
        }
        if !self.store.has_ranges {
            return self.block_of_chunks(entry, want);
        }
        self.missing.insert(want, ());
        Fetched::Waiting
    }

    fn block_of_chunks(&mut self, entry: &FileEntry, want: Want) -> Fetched {
        let chunks: Vec<(usize, u64)> = chunks_of(entry, want.range)
            .map(|chunk_idx| (want.file_idx, chunk_idx))
            .collect();
        if chunks
            .iter()
            .any(|chunk| self.failures.chunks.contains(chunk))
        {
            self.failures.blocks.insert(want, ());
            return Fetched::Failed;
        }
        let Some(bytes) = self.store.join_chunks(&chunks, entry, want.range) else {
            self.missing.insert(want, ());
            return Fetched::Waiting;
        };
        match block::open(&entry.name, want.range.start, &bytes) {
            Ok(payload) => Fetched::Ready(self.store.insert_block(want, payload)),
            Err(_) => {
                self.failures.blocks.insert(want, ());
                Fetched::Failed
            }
        }
    }

    /// Whether the host answers range requests, as far as is known.
    pub(crate) fn has_ranges(&self) -> bool {
        self.store.has_ranges
    }

    /// Whether something is missing.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.missing.is_empty()
    }

    /// The requests for all that is missing: ranges of one file with small gaps between are asked for together.
    pub(crate) fn into_requests(self) -> Vec<Pending> {
        if self.store.has_ranges {
            self.range_requests()
        } else {
            self.chunk_requests()
        }
    }

    fn range_requests(&self) -> Vec<Pending> {
        let mut requests: Vec<Pending> = Vec::new();
        for &want in self.missing.keys() {
            if let Some(last) = requests.last_mut()
                && let Part::Range(range) = &mut last.part
                && last.wants[0].file_idx == want.file_idx
                && want.range.start <= range.end() + MERGED_GAP_MAX
            {
                let end = range.end().max(want.range.end());
                if let Ok(len) = u32::try_from(end - range.start) {
                    range.len = len;
                    last.request.range = Some(*range);
                    last.wants.push(want);
                    continue;
                }
            }
            requests.push(Pending {
                request: Request {
                    path: self.manifest.files[want.file_idx].path.clone(),
                    range: Some(want.range),
                },
                part: Part::Range(want.range),
                wants: alloc::vec![want],
            });
        }
        requests
    }

    fn chunk_requests(&self) -> Vec<Pending> {
        let mut chunks = SortedSet::new();
        for want in self.missing.keys() {
            for chunk_idx in chunks_of(&self.manifest.files[want.file_idx], want.range) {
                chunks.insert((want.file_idx, chunk_idx), ());
            }
        }
        chunks
            .into_iter()
            .map(|(chunk, ())| chunk)
            .filter(|chunk| !self.store.chunks.contains(chunk))
            .map(|(file_idx, chunk_idx)| Pending {
                request: Request {
                    path: self.manifest.files[file_idx].chunk_path(chunk_idx),
                    range: None,
                },
                part: Part::Chunk {
                    file_idx,
                    chunk_idx,
                },
                wants: Vec::new(),
            })
            .collect()
    }
}

/// Ranges with at most this many bytes between are asked for as one: about what the headers of a request weigh.
const MERGED_GAP_MAX: u64 = 256;

/// Blocks that were read, and chunks on hosts without ranges; they stay until there are too many bytes.
#[derive(Clone, Debug)]
pub(crate) struct BlockStore {
    blocks: SortedMap<Want, Stored>,
    chunks: SortedMap<(usize, u64), Stored>,
    /// Whether the host answers range requests, as far as is known.
    pub(crate) has_ranges: bool,
    n_bytes: usize,
    /// Counts searches; what was last used in the earliest one goes first.
    search_idx: u64,
}

#[derive(Clone, Debug)]
struct Stored {
    bytes: Arc<[u8]>,
    used_in: u64,
}

impl BlockStore {
    pub(crate) fn new(has_ranges: bool) -> Self {
        Self {
            blocks: SortedMap::new(),
            chunks: SortedMap::new(),
            has_ranges,
            n_bytes: 0,
            search_idx: 0,
        }
    }

    /// Begins a search: drops what was not used for longest while more than `max_bytes` are held. What a search reads
    /// stays until the next one begins, so a search never loses what it waits for to itself.
    pub(crate) fn begin_search(&mut self, max_bytes: usize) {
        self.search_idx += 1;
        while self.n_bytes > max_bytes {
            let oldest = self
                .blocks
                .values()
                .chain(self.chunks.values())
                .map(|stored| stored.used_in)
                .min();
            let Some(oldest) = oldest else { break };
            self.blocks.retain(|stored| stored.used_in > oldest);
            self.chunks.retain(|stored| stored.used_in > oldest);
            let stored = self.blocks.values().chain(self.chunks.values());
            self.n_bytes = stored.map(|stored| stored.bytes.len()).sum();
        }
    }

    /// Takes the answer to a request. Bytes of the wrong length or with a wrong checksum are failures.
    pub(crate) fn take_answer(
        &mut self,
        manifest: &Manifest,
        pending: &Pending,
        answer: Answer,
        failures: &mut Failures,
    ) {
        match (answer, pending.part) {
            (Answer::Bytes(bytes), Part::Range(range)) if bytes.len() == range.len as usize => {
                for &want in &pending.wants {
                    let start = (want.range.start - range.start) as usize;
                    let block = &bytes[start..start + want.range.len as usize];
                    let file = &manifest.files[want.file_idx].name;
                    match block::open(file, want.range.start, block) {
                        Ok(payload) => {
                            self.insert_block(want, payload);
                        }
                        Err(_) => {
                            failures.blocks.insert(want, ());
                        }
                    }
                }
            }
            (
                Answer::Bytes(bytes),
                Part::Chunk {
                    file_idx,
                    chunk_idx,
                },
            ) if bytes.len() as u64 == chunk_len(&manifest.files[file_idx], chunk_idx) => {
                self.n_bytes += bytes.len();
                let stored = Stored {
                    bytes: bytes.into(),
                    used_in: self.search_idx,
                };
                if let Some(replaced) = self.chunks.insert((file_idx, chunk_idx), stored) {
                    self.n_bytes -= replaced.bytes.len();
                }
            }
            (Answer::NoRanges, Part::Range(_)) => self.has_ranges = false,
            (answer, part) => {
                failures.is_gone |= answer == Answer::Gone;
                for &want in &pending.wants {
                    failures.blocks.insert(want, ());
                }
                if let Part::Chunk {
                    file_idx,
                    chunk_idx,
                } = part
                {
                    failures.chunks.insert((file_idx, chunk_idx), ());
                }
            }
        }
    }

    fn block(&mut self, want: Want) -> Option<Arc<[u8]>> {
        let stored = self.blocks.get_mut(&want)?;
        stored.used_in = self.search_idx;
        Some(stored.bytes.clone())
    }

    fn insert_block(&mut self, want: Want, payload: &[u8]) -> Arc<[u8]> {
        let bytes: Arc<[u8]> = payload.into();
        self.n_bytes += bytes.len();
        let stored = Stored {
            bytes: bytes.clone(),
            used_in: self.search_idx,
        };
        if let Some(replaced) = self.blocks.insert(want, stored) {
            self.n_bytes -= replaced.bytes.len();
        }
        bytes
    }

    /// The bytes of `range` out of `chunks`, which cover it; `None` when one is missing.
    fn join_chunks(
        &mut self,
        chunks: &[(usize, u64)],
        entry: &FileEntry,
        range: ByteRange,
    ) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        for chunk in chunks {
            let stored = self.chunks.get_mut(chunk)?;
            stored.used_in = self.search_idx;
            bytes.extend_from_slice(&stored.bytes);
        }
        let start = range.start - chunks.first()?.1 * whole_chunk_len(entry);
        bytes
            .get(start as usize..(start + u64::from(range.len)) as usize)
            .map(Into::into)
    }
}

/// The chunks that hold `range`.
fn chunks_of(entry: &FileEntry, range: ByteRange) -> impl Iterator<Item = u64> + use<> {
    let len = whole_chunk_len(entry);
    range.start / len..=(range.end().max(1) - 1) / len
}

/// Length of all chunks but the last: that of the file when it has no chunks.
fn whole_chunk_len(entry: &FileEntry) -> u64 {
    match entry.chunk_len {
        0 => entry.len.max(1),
        len => u64::from(len),
    }
}

fn chunk_len(entry: &FileEntry, chunk_idx: u64) -> u64 {
    let whole = whole_chunk_len(entry);
    whole.min(entry.len.saturating_sub(chunk_idx * whole))
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use std::string::ToString;

    use super::*;

    fn manifest() -> (Manifest, Vec<u8>) {
        let mut file = Vec::new();
        for block_idx in 0..40u8 {
            let start = file.len() as u64;
            file.extend(block::seal("terms", start, &[block_idx; 96]));
        }
        let entry = FileEntry {
            name: "terms".into(),
            path: "terms-1.bin".into(),
            len: file.len() as u64,
            chunk_len: 256,
        };
        (
            Manifest {
                files: vec![entry],
                ..Manifest::default()
            },
            file,
        )
    }

    fn range(block_idx: u64) -> ByteRange {
        ByteRange {
            start: block_idx * 100,
            len: 100,
        }
    }

    /// Asks for blocks until none is missing; the answers come from `host`.
    fn read(
        store: &mut BlockStore,
        block_idxs: &[u64],
        mut host: impl FnMut(&Request) -> Answer,
    ) -> (Vec<Option<u8>>, usize) {
        let (manifest, _) = manifest();
        let mut failures = Failures::default();
        for n_requests in 0.. {
            let mut fetcher = Fetcher::new(&manifest, store, &mut failures);
            let blocks: Vec<Fetched> = block_idxs
                .iter()
                .map(|&idx| fetcher.block("terms", range(idx)))
                .collect();
            if !fetcher.is_waiting() {
                let first_byte = |block: &Fetched| match block {
                    Fetched::Ready(payload) => Some(payload[0]),
                    _ => None,
                };
                return (blocks.iter().map(first_byte).collect(), n_requests);
            }
            for pending in fetcher.into_requests() {
                let answer = host(&pending.request);
                store.take_answer(&manifest, &pending, answer, &mut failures);
            }
            assert!(n_requests < 5);
        }
        unreachable!()
    }

    fn good_host(request: &Request) -> Answer {
        let (_, file) = manifest();
        match request.range {
            Some(range) => Answer::Bytes(file[range.start as usize..range.end() as usize].to_vec()),
            None => {
                let chunk_idx: usize = request
                    .path
                    .strip_prefix("terms-1/")
                    .unwrap()
                    .strip_suffix(".bin")
                    .unwrap()
                    .parse()
                    .unwrap();
                Answer::Bytes(
                    file[chunk_idx * 256..(chunk_idx * 256 + 256).min(file.len())].to_vec(),
                )
            }
        }
    }

    #[test]
    fn near_ranges_are_asked_for_together_and_kept() {
        let mut store = BlockStore::new(true);
        let mut asked = Vec::new();
        let blocks = [0, 1, 3, 20];
        let (found, n_rounds) = read(&mut store, &blocks, |request| {
            asked.push(request.range.unwrap());
            good_host(request)
        });
        assert_eq!(found, [Some(0), Some(1), Some(3), Some(20)]);
        assert_eq!(n_rounds, 1);
        assert_eq!(asked, [ByteRange { start: 0, len: 400 }, range(20)]);
        let (_, n_rounds) = read(&mut store, &blocks, |_| Answer::Failed);
        assert_eq!(n_rounds, 0, "all is there already");
    }

    #[test]
    fn a_host_without_ranges_is_asked_for_chunks() {
        let mut store = BlockStore::new(true);
        let mut paths = Vec::new();
        let (found, n_rounds) = read(&mut store, &[2, 39], |request| {
            paths.push(request.path.to_string());
            if request.range.is_some() {
                Answer::NoRanges
            } else {
                good_host(request)
            }
        });
        assert_eq!(found, [Some(2), Some(39)]);
        assert_eq!(n_rounds, 2);
        assert_eq!(
            paths,
            [
                "terms-1.bin",
                "terms-1.bin",
                "terms-1/0.bin",
                "terms-1/1.bin",
                "terms-1/15.bin"
            ]
        );
    }

    #[test]
    fn lies_are_failures() {
        type Host = fn(&Request) -> Answer;
        let liars: [Host; 5] = [
            |_| Answer::Bytes(vec![]),
            |_| Answer::Bytes(vec![7; 100]),
            |request| Answer::Bytes(vec![7; request.range.unwrap().len as usize + 1]),
            |_| Answer::Bytes(block::seal("terms", 200, &[9; 96])),
            |_| Answer::Gone,
        ];
        for liar in liars {
            let mut store = BlockStore::new(true);
            assert_eq!(read(&mut store, &[5], liar).0, [None]);
            assert_eq!(
                read(&mut store, &[5], good_host).0,
                [Some(5)],
                "the next search tries again"
            );
        }
        let mut store = BlockStore::new(false);
        assert_eq!(read(&mut store, &[5], |_| Answer::NoRanges).0, [None]);
        assert_eq!(
            read(&mut store, &[5], |_| Answer::Bytes(vec![1; 256])).0,
            [None]
        );
        assert_eq!(
            read(&mut BlockStore::new(true), &[40, u64::MAX / 200], good_host).0,
            [None, None]
        );
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let mut store = BlockStore::new(true);
        for block_idx in 0..10 {
            store.begin_search(300);
            read(&mut store, &[block_idx, 0], good_host);
        }
        assert!(store.n_bytes <= 300 + 2 * 96);
        assert_eq!(
            read(&mut store, &[0, 9], |_| Answer::Failed).0,
            [Some(0), Some(9)]
        );
        assert_eq!(read(&mut store, &[1], |_| Answer::Failed).0, [None]);
    }
}
