//! Blocks on demand: a search asks for the blocks it needs, gets those that are there, and what is missing becomes the
//! requests of the next round trip.
//!
//! A search is a plain function that is run again after every round trip, over blocks that stay. So it reads like code
//! that blocks, and everything it can ask for together goes together.

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
    missing: SortedSet<Part>,
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

/// A part of a file of the manifest, by the file's position there: a block, or a chunk as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    file_idx: usize,
    is_chunk: bool,
    range: ByteRange,
}

/// A request and the parts that its answer serves: blocks, or one chunk.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    /// From the first byte of the first part to the last of the last.
    range: ByteRange,
    /// All of one file; never none.
    parts: Vec<Part>,
}

impl Pending {
    /// What to ask for.
    pub(crate) fn request(&self, manifest: &Manifest) -> Request {
        let file = &manifest.files[self.parts[0].file_idx];
        if self.parts[0].is_chunk {
            return Request {
                path: file.chunk_path(file.chunk_at(self.range.start)),
                range: None,
            };
        }
        file.request(self.range)
    }
}

/// What could not be read in one search; the next one tries again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Failures {
    parts: SortedSet<Part>,
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
        let files = &self.manifest.files;
        let Some(file_idx) = files.iter().position(|entry| entry.name == file) else {
            return Fetched::Failed;
        };
        let part = Part {
            file_idx,
            is_chunk: false,
            range,
        };
        match self.part(part) {
            Fetched::Failed => return Fetched::Failed,
            Fetched::Waiting if !self.store.has_ranges => {}
            found => return found,
        }
        // From chunks, all of which are asked for at once.
        let entry = &files[file_idx];
        let mut bytes = Vec::new();
        let mut is_waiting = false;
        for chunk in chunks_of(file_idx, entry, range) {
            match self.part(chunk) {
                Fetched::Ready(chunk) => bytes.extend_from_slice(&chunk),
                Fetched::Waiting => is_waiting = true,
                Fetched::Failed => return self.fail(part),
            }
        }
        if is_waiting {
            return Fetched::Waiting;
        }
        let start = entry.offset_in_chunk(range.start) as usize;
        let block = bytes.get(start..start + range.len as usize);
        match block::open(file, range.start, block.unwrap_or_default()) {
            Ok(payload) => Fetched::Ready(self.store.insert(part, payload)),
            Err(_) => self.fail(part),
        }
    }

    /// A part that is at hand; what is not there is noted as missing, unless the host has no such parts.
    fn part(&mut self, part: Part) -> Fetched {
        if let Some(bytes) = self.store.get(part) {
            return Fetched::Ready(bytes);
        }
        if self.failures.parts.contains(&part)
            || part.range.end() > self.manifest.files[part.file_idx].len
        {
            return self.fail(part);
        }
        if part.is_chunk != self.store.has_ranges {
            self.missing.insert(part, ());
        }
        Fetched::Waiting
    }

    fn fail(&mut self, part: Part) -> Fetched {
        self.failures.parts.insert(part, ());
        Fetched::Failed
    }

    /// Whether the host answers range requests, as far as is known.
    pub(crate) fn has_ranges(&self) -> bool {
        self.store.has_ranges
    }

    /// Whether something that this search asked for cannot be had.
    pub(crate) fn has_failures(&self) -> bool {
        !self.failures.parts.is_empty()
    }

    /// Whether something is missing.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.missing.is_empty()
    }

    /// The requests for all that is missing: blocks of one file with small gaps between are asked for together.
    pub(crate) fn into_pending(self) -> Vec<Pending> {
        let mut requests: Vec<Pending> = Vec::new();
        for &part in self.missing.keys() {
            let Part { range, .. } = part;
            let file = &self.manifest.files[part.file_idx];
            if let Some(last) = requests.last_mut()
                && !part.is_chunk
                && last.parts[0].file_idx == part.file_idx
                && file.only_chunk_at(last.range.start) == file.only_chunk_at(range.start)
                && range.start <= last.range.end() + MERGED_GAP_MAX
                && let Ok(len) = u32::try_from(last.range.end().max(range.end()) - last.range.start)
            {
                last.range.len = len;
                last.parts.push(part);
            } else {
                let parts = alloc::vec![part];
                requests.push(Pending { range, parts });
            }
        }
        requests
    }
}

/// Ranges with at most this many bytes between are asked for as one: two thirds of what the headers of a request weigh as
/// text.
const MERGED_GAP_MAX: u64 = 480;

/// Parts that were read; they stay until there are too many bytes.
#[derive(Clone, Debug)]
pub(crate) struct BlockStore {
    parts: SortedMap<Part, Stored>,
    /// Whether the host answers range requests, as far as is known.
    pub(crate) has_ranges: bool,
    n_bytes: usize,
    /// Counts searches; what was last used in the earliest one goes first.
    search_idx: u32,
}

#[derive(Clone, Debug)]
struct Stored {
    bytes: Arc<[u8]>,
    used_in: u32,
}

impl BlockStore {
    pub(crate) fn new(has_ranges: bool) -> Self {
        Self {
            parts: SortedMap::new(),
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
            let used_in = self.parts.values().map(|stored| stored.used_in);
            let oldest = used_in.min().unwrap_or(0);
            let n_bytes = &mut self.n_bytes;
            self.parts.retain(|stored| {
                let is_kept = stored.used_in > oldest;
                if !is_kept {
                    *n_bytes -= stored.bytes.len();
                }
                is_kept
            });
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
        let is_range = !pending.parts[0].is_chunk;
        if is_range && matches!(answer, Answer::NoRanges) {
            self.has_ranges = false;
            return;
        }
        failures.is_gone |= matches!(answer, Answer::Gone);
        let len = pending.range.len as usize;
        let bytes = match answer {
            Answer::Bytes(bytes) if bytes.len() == len => bytes,
            // Zeros at the end of a chunk are not published.
            Answer::Bytes(mut bytes) if bytes.len() < len && !is_range => {
                bytes.resize(len, 0);
                bytes
            }
            _ => Vec::new(),
        };
        for &part in &pending.parts {
            let start = (part.range.start - pending.range.start) as usize;
            let bytes = bytes.get(start..start + part.range.len as usize);
            let file = &manifest.files[part.file_idx].name;
            let payload = match bytes {
                Some(bytes) if is_range => block::open(file, part.range.start, bytes).ok(),
                bytes => bytes,
            };
            match payload {
                Some(payload) => {
                    self.insert(part, payload);
                }
                None => {
                    failures.parts.insert(part, ());
                }
            }
        }
    }

    fn get(&mut self, part: Part) -> Option<Arc<[u8]>> {
        let stored = self.parts.get_mut(&part)?;
        stored.used_in = self.search_idx;
        Some(stored.bytes.clone())
    }

    fn insert(&mut self, part: Part, bytes: &[u8]) -> Arc<[u8]> {
        let bytes: Arc<[u8]> = bytes.into();
        self.n_bytes += bytes.len();
        let stored = Stored {
            bytes: bytes.clone(),
            used_in: self.search_idx,
        };
        if let Some(replaced) = self.parts.insert(part, stored) {
            self.n_bytes -= replaced.bytes.len();
        }
        bytes
    }
}

/// The chunks that hold `range`.
fn chunks_of(file_idx: usize, entry: &FileEntry, range: ByteRange) -> impl Iterator<Item = Part> {
    let last = range.end().max(1) - 1;
    let chunk_idxs = entry.chunk_at(range.start)..entry.chunk_at(last) + 1;
    chunk_idxs.map(move |chunk_idx| Part {
        file_idx,
        is_chunk: true,
        range: entry.chunk_range(chunk_idx),
    })
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use std::string::ToString;

    use super::*;

    /// `terms`, which is published as a whole and in chunks of 256 bytes, and `rows`, in chunks of 300 only; each holds 40
    /// blocks of 100.
    fn manifest() -> Manifest {
        let terms = FileEntry {
            name: "terms".into(),
            len: 4000,
            chunk_len: 256,
            is_whole: true,
            shard_chunks: 0,
            hashes: vec![0; 5],
        };
        let rows = FileEntry {
            name: "rows".into(),
            chunk_len: 300,
            is_whole: false,
            shard_chunks: 2,
            hashes: (0..7).flat_map(|shard_idx| [shard_idx; 5]).collect(),
            ..terms.clone()
        };
        Manifest {
            files: vec![terms, rows],
            ..Manifest::default()
        }
    }

    fn bytes_of(file: &str) -> Vec<u8> {
        let blocks = (0..40).map(|idx| block::seal(file, idx * 100, &[idx as u8; 96]));
        blocks.collect::<Vec<_>>().concat()
    }

    fn range(block_idx: u64) -> ByteRange {
        ByteRange {
            start: block_idx * 100,
            len: 100,
        }
    }

    /// Asks for blocks of `terms` until none is missing; the answers come from `host`.
    fn read(
        store: &mut BlockStore,
        block_idxs: &[u64],
        host: impl FnMut(&Request) -> Answer,
    ) -> (Vec<Option<u8>>, usize) {
        let ranges: Vec<ByteRange> = block_idxs.iter().map(|&idx| range(idx)).collect();
        read_file("terms", store, &ranges, host)
    }

    fn read_file(
        file: &str,
        store: &mut BlockStore,
        ranges: &[ByteRange],
        mut host: impl FnMut(&Request) -> Answer,
    ) -> (Vec<Option<u8>>, usize) {
        let manifest = manifest();
        let mut failures = Failures::default();
        for n_requests in 0.. {
            let mut fetcher = Fetcher::new(&manifest, store, &mut failures);
            let blocks: Vec<Fetched> = ranges
                .iter()
                .map(|&range| fetcher.block(file, range))
                .collect();
            if !fetcher.is_waiting() {
                let first_byte = |block: &Fetched| match block {
                    Fetched::Ready(payload) => Some(payload[0]),
                    _ => None,
                };
                return (blocks.iter().map(first_byte).collect(), n_requests);
            }
            for pending in fetcher.into_pending() {
                let answer = host(&pending.request(&manifest));
                store.take_answer(&manifest, &pending, answer, &mut failures);
            }
            assert!(n_requests < 5);
        }
        unreachable!()
    }

    fn good_host(request: &Request) -> Answer {
        for file in manifest().files {
            let bytes = bytes_of(&file.name);
            let mut chunk_idxs = 0..file.n_chunks();
            let published = if file.whole_path().as_ref() == Some(&request.path) {
                bytes
            } else if let Some(chunk_idx) =
                chunk_idxs.find(|&chunk_idx| file.chunk_path(chunk_idx) == request.path)
            {
                let range = file.chunk_range(chunk_idx);
                bytes[range.start as usize..range.end() as usize].to_vec()
            } else {
                continue;
            };
            return Answer::Bytes(match request.range {
                Some(range) => published[range.start as usize..range.end() as usize].to_vec(),
                None => published,
            });
        }
        Answer::Gone
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
                "files/terms-0000000000.bin",
                "files/terms-0000000000.bin",
                "files/terms-0000000000/0.bin",
                "files/terms-0000000000/1.bin",
                "files/terms-0000000000/15.bin"
            ]
        );
    }

    #[test]
    fn of_a_file_in_chunks_ranges_of_a_chunk_are_asked_for_and_never_of_two() {
        let ranges = [0, 2, 3, 39].map(range);
        let mut asked = Vec::new();
        let mut store = BlockStore::new(true);
        let (found, n_rounds) = read_file("rows", &mut store, &ranges, |request| {
            let ByteRange { start, len } = request.range.unwrap();
            asked.push((request.path.to_string(), start, len));
            good_host(request)
        });
        assert_eq!(found, [Some(0), Some(2), Some(3), Some(39)]);
        assert_eq!(n_rounds, 1);
        let expected = [
            ("files/rows-0000000000/0.bin", 0, 300),
            ("files/rows-0000000000/1.bin", 0, 100),
            ("files/rows-0606060606/13.bin", 0, 100),
        ];
        let expected = expected.map(|(path, start, len)| (path.to_string(), start, len));
        assert_eq!(asked, expected);

        let mut paths = Vec::new();
        let (found, _) = read_file("rows", &mut BlockStore::new(false), &ranges, |request| {
            assert_eq!(request.range, None);
            paths.push(request.path.to_string());
            good_host(request)
        });
        assert_eq!(found, [Some(0), Some(2), Some(3), Some(39)]);
        assert_eq!(paths, expected.map(|(path, ..)| path));

        // A block across a border is none, whatever is answered.
        let across = ByteRange {
            start: 250,
            len: 100,
        };
        let mut store = BlockStore::new(true);
        let (found, _) = read_file("rows", &mut store, &[across], |_| {
            Answer::Bytes(bytes_of("rows")[250..300].to_vec())
        });
        assert_eq!(found, [None]);
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
