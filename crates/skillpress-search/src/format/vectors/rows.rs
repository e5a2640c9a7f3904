//! `rows` and `rarerows`: what each word means, addressed by the word's hash, so that a reader needs no dictionary.
//!
//! Both files are arrays of buckets of equal length, two rows each. In `rows` a word has one bucket, which holds the two
//! most used of its words. All others stand in `rarerows`, whose buckets lie in pages: there a word has two buckets of
//! one page and its row stands in one of them (cuckoo hashing: Pagh and Rodler 2004). A reader fetches the one bucket of
//! `rows`, 160 bytes, in the round trip of the terms. Where that does not hold the word, a filter tells which of the two
//! others may.
//!
//! So what most searches need is small: of 73,450 words a sixth stands in `rows`, 1 MB, and of the words of queries 9 in
//! 10. Hosts without ranges are asked for a chunk of 5.6 KB a word, and for a page of 49 KB, which is a chunk of
//! `rarerows`, for the tenth one. And what an edit changes stays in few places: where a word stands depends on the words
//! of its bucket, or of its page, alone.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::bytes::has_length;
use crate::embedder::{ROW_BYTES, Row};
use crate::format::block;
use crate::{ByteRange, FormatError};

/// Name of the file of the words that are used most in the manifest.
pub const ROWS_FILE: &str = "rows";
/// Name of the file of all others.
pub const RARE_ROWS_FILE: &str = "rarerows";

/// Bytes of a bucket of `rows`: two slots of fingerprint and row, the filter of its rare words, and the checksum.
pub const BUCKET_BYTES: usize = SLOTS_BYTES + FILTER_BYTES + block::CHECKSUM_LEN;

/// Bytes of a bucket of `rarerows`: the same without a filter.
const RARE_BUCKET_BYTES: usize = SLOTS_BYTES + block::CHECKSUM_LEN;
const BUCKET_SLOTS: usize = 2;
const SLOT_BYTES: usize = 4 + ROW_BYTES;
const SLOTS_BYTES: usize = BUCKET_SLOTS * SLOT_BYTES;
const FILTER_BYTES: usize = 16;

/// Where the rows of files of known lengths stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowsLayout {
    /// Buckets of `rows`.
    n_common: u32,
    /// Pages of `rarerows`, and buckets of each.
    n_pages: u32,
    page_buckets: u32,
}

/// A bucket: its file and its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowPlace {
    /// What the manifest calls the file.
    pub file: &'static str,
    /// The bucket, checksum included.
    pub range: ByteRange,
}

impl RowsLayout {
    /// From the lengths in bytes of `rows`, of `rarerows` and of a page of the latter.
    ///
    /// # Errors
    /// `Length` when one is no whole number of buckets or pages.
    pub fn from_lens(
        rows_len: u64,
        rare_len: u64,
        rare_page_len: u32,
    ) -> Result<Self, FormatError> {
        // A file without pages has none of no length.
        let page_len = u64::from(rare_page_len.max(RARE_BUCKET_BYTES as u32));
        Ok(Self {
            n_common: whole_number(ROWS_FILE, rows_len, BUCKET_BYTES as u64)?,
            n_pages: whole_number(RARE_ROWS_FILE, rare_len, page_len)?,
            page_buckets: whole_number(RARE_ROWS_FILE, page_len, RARE_BUCKET_BYTES as u64)?,
        })
    }

    /// Where a word's row may stand, by `place_idx` from 0 to 2: the later places are worth fetching, at once, when the
    /// first does not hold it, those of them of which [`may_be_rare`] says so. None where a file has no buckets.
    pub fn place(self, word: WordHash, place_idx: usize) -> Option<RowPlace> {
        match place_idx.checked_sub(1) {
            None if self.n_common > 0 => Some(common_place(below(word.common, self.n_common))),
            Some(which) if self.n_pages > 0 => Some(rare_place(self.rare_buckets(word)[which & 1])),
            _ => None,
        }
    }

    /// All of them.
    pub fn places(self, word: &str) -> [Option<RowPlace>; 3] {
        let word = WordHash::of(word);
        core::array::from_fn(|place_idx| self.place(word, place_idx))
    }

    /// All buckets: those of `rows`, then those of `rarerows`.
    pub fn buckets(self) -> impl Iterator<Item = RowPlace> {
        let n_rare = self.n_pages * self.page_buckets;
        let common = (0..self.n_common).map(common_place);
        common.chain((0..n_rare).map(rare_place))
    }

    /// Two different buckets of one page of `rarerows`, or the same twice where a page has one only.
    #[inline(never)]
    fn rare_buckets(self, hash: WordHash) -> [u32; 2] {
        let n = self.page_buckets;
        let first = below(hash.in_page, n);
        // What the first bucket leaves of the hash.
        let rest = hash.in_page.wrapping_mul(n);
        let second = (first + 1 + below(rest, (n - 1).max(1))) % n;
        let page_start = below(hash.page, self.n_pages) * n;
        [page_start + first, page_start + second]
    }
}

/// `hash` as one of `n` numbers.
fn below(hash: u32, n: u32) -> u32 {
    ((u64::from(hash) * u64::from(n)) >> 32) as u32
}

fn common_place(bucket_idx: u32) -> RowPlace {
    place(ROWS_FILE, bucket_idx, BUCKET_BYTES)
}

fn rare_place(bucket_idx: u32) -> RowPlace {
    place(RARE_ROWS_FILE, bucket_idx, RARE_BUCKET_BYTES)
}

fn place(file: &'static str, bucket_idx: u32, bucket_bytes: usize) -> RowPlace {
    let start = u64::from(bucket_idx) * bucket_bytes as u64;
    let len = bucket_bytes as u32;
    let range = ByteRange { start, len };
    RowPlace { file, range }
}

/// How many `unit_len` are `len`, at most as many as a file of 4 GiB has buckets.
fn whole_number(what: &'static str, len: u64, unit_len: u64) -> Result<u32, FormatError> {
    let n = len.min(u32::MAX.into()) / unit_len;
    let (got, expected) = (len, n * unit_len);
    if got != expected {
        return Err(FormatError::Length {
            what,
            got,
            expected,
        });
    }
    Ok(n as u32)
}

/// The row of `word` in the payload of a bucket, if it stands there.
///
/// Whether a row belongs to `word` is told by 32 bits of its hash: of words that the files lack one in a billion is
/// taken for another.
///
/// # Errors
/// `Length` for a bucket of another length, and what is wrong with the row.
pub fn find_row(bucket: &[u8], word: WordHash) -> Result<Option<Row>, FormatError> {
    let fingerprint = word.fingerprint.to_le_bytes();
    match slots(bucket)?.find(|slot| slot[..4] == fingerprint) {
        Some(slot) => Row::from_bytes(&slot[4..]).map(Some),
        None => Ok(None),
    }
}

/// In which of its two buckets of `rarerows` a word may stand that the payload of its bucket of `rows` does not hold: in
/// neither, in 99 of 100 cases, if the files lack the word.
///
/// The bucket has a filter of its words that stand there (Bloom 1970): 128 bits, four of which a word sets.
pub fn may_be_rare(bucket: &[u8], word: WordHash) -> [bool; 2] {
    match bucket.split_last_chunk() {
        Some((_, filter)) => {
            let filter = Filter(*filter);
            [filter.may_hold(word, 0), filter.may_hold(word, 1)]
        }
        None => [true; 2],
    }
}

/// Of a bucket of `rows` the words that stand in `rarerows`, and in which of their two buckets.
#[derive(Clone, Copy, Default)]
struct Filter([u8; FILTER_BYTES]);

impl Filter {
    fn add(&mut self, hash: WordHash, which: u32) {
        for bit in Self::bits(hash, which) {
            self.0[bit / 8] |= 1 << (bit % 8);
        }
    }

    #[inline(never)]
    fn may_hold(&self, hash: WordHash, which: u32) -> bool {
        Self::bits(hash, which).all(|bit| self.0[bit / 8] >> (bit % 8) & 1 == 1)
    }

    /// Seven bits of the fingerprint each, four further on for the second bucket.
    fn bits(hash: WordHash, which: u32) -> impl Iterator<Item = usize> {
        (0..4).map(move |bit| (hash.fingerprint >> (7 * bit + 4 * which) & 127) as usize)
    }
}

/// The slots in the payload of a bucket of either file.
fn slots(bucket: &[u8]) -> Result<impl Iterator<Item = &[u8]>, FormatError> {
    let has_filter = bucket.len() == SLOTS_BYTES + FILTER_BYTES;
    let slots = if has_filter {
        &bucket[..SLOTS_BYTES]
    } else {
        bucket
    };
    has_length(WHAT, slots, SLOTS_BYTES)?;
    Ok(slots.chunks_exact(SLOT_BYTES))
}

/// How many rows stand in the payload of a bucket.
///
/// # Errors
/// `Length` for a bucket of another length, and what is wrong with a row.
pub fn n_rows(bucket: &[u8]) -> Result<usize, FormatError> {
    let filled = slots(bucket)?.filter(|slot| slot[..4] != [0; 4]);
    filled
        .map(|slot| Row::from_bytes(&slot[4..]))
        .try_fold(0, |n, row| row.map(|_| n + 1))
}

/// A word, what it means, and how much it is used.
#[derive(Clone, PartialEq)]
pub struct WordRow {
    /// As queries spell it.
    pub word: Box<str>,
    /// What it means.
    pub row: Row,
    /// How likely queries use it, 0 being the least: those with more have the first claim on `rows`.
    pub n_uses: u32,
}

/// What [`encode_rows`] makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFiles {
    /// `rows`.
    pub common: Vec<u8>,
    /// `rarerows`.
    pub rare: Vec<u8>,
    /// Length in bytes of a page of `rarerows`. A chunk of the file is a page.
    pub rare_page_len: u32,
    /// Words that are left out because 128 bits of their hash are another word's, because another one with the same
    /// fingerprint hides them, or because more words share two buckets than those hold, which only words made for it do.
    pub n_left_out: usize,
}

/// Encodes rows. The bytes do not depend on their order, but for words that are left out.
pub fn encode_rows(rows: &[WordRow]) -> RowFiles {
    let mut entries: Vec<Entry<'_>> = rows.iter().map(Entry::new).collect();
    entries.sort_by_key(|entry| entry.hash);
    entries.dedup_by_key(|entry| entry.hash);
    encode_entries(entries, rows.len())
}

/// `entries` are sorted by their hashes, no two of which are equal; `n_words` counts those left out before as well.
fn encode_entries(mut entries: Vec<Entry<'_>>, n_words: usize) -> RowFiles {
    loop {
        let placed = Placed::new(&entries);
        let lost = placed.lost(&entries);
        if lost.is_empty() {
            return RowFiles {
                common: placed.write_common(&entries),
                rare: placed.write_rare(&entries),
                rare_page_len: placed.layout.page_buckets * RARE_BUCKET_BYTES as u32,
                n_left_out: n_words - entries.len(),
            };
        }
        let mut idx = 0;
        entries.retain(|_| {
            idx += 1;
            lost.binary_search(&(idx - 1)).is_err()
        });
    }
}

struct Entry<'a> {
    hash: WordHash,
    row: &'a Row,
    /// Its claim on `rows`: its uses and one, rounded up to a power of two, so that an edited skill hardly ever moves a
    /// word.
    weight: u64,
}

impl<'a> Entry<'a> {
    fn new(word: &'a WordRow) -> Self {
        Self {
            hash: WordHash::of(&word.word),
            row: &word.row,
            weight: (u64::from(word.n_uses) + 1).next_power_of_two(),
        }
    }
}

/// A word of the files by its hash: where it may stand, and how it is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WordHash {
    /// The bucket of `rows`.
    common: u32,
    /// The page of `rarerows`, and the buckets in it.
    page: u32,
    in_page: u32,
    /// Never 0, which marks an empty slot.
    fingerprint: u32,
}

impl WordHash {
    /// The hash of `word`, as queries spell it.
    #[inline(never)]
    pub fn of(word: &str) -> Self {
        // FNV-1a, then the finaliser of splitmix64: all bits of one value depend on all letters.
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        for byte in word.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let (first, second) = (mix(hash), mix(hash.wrapping_add(1)));
        Self {
            common: (first >> 32) as u32,
            page: first as u32,
            in_page: (second >> 32) as u32,
            fingerprint: (second as u32).max(1),
        }
    }
}

fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

type Bucket = [Option<u32>; BUCKET_SLOTS];

/// Which entry stands where, by index.
struct Placed {
    layout: RowsLayout,
    common: Vec<Bucket>,
    rare: Vec<Bucket>,
}

impl Placed {
    /// Gives each entry a slot, those for which there is none left out.
    fn new(entries: &[Entry<'_>]) -> Self {
        let n_common = n_common_for(entries.len());
        let (common, others) = place_common(entries, n_common);
        let (page_buckets, mut n_pages) = pages_for(others.len());
        let n_pages_max = n_pages + n_pages / 4 + 4;
        loop {
            let layout = RowsLayout {
                n_common,
                n_pages,
                page_buckets,
            };
            let (rare, do_fit) = place_rare(entries, &others, layout);
            if do_fit || n_pages >= n_pages_max {
                return Self {
                    layout,
                    common,
                    rare,
                };
            }
            n_pages += n_pages / 16 + 1;
        }
    }

    /// Entries that a reader would not find: there is no room for them, or another one with the same fingerprint stands
    /// where it looks before.
    fn lost(&self, entries: &[Entry<'_>]) -> Vec<usize> {
        let found = |hash: WordHash| {
            let common = self
                .common
                .get(below(hash.common, self.layout.n_common) as usize);
            let rare = (self.layout.n_pages > 0).then(|| self.layout.rare_buckets(hash));
            let rare = rare.into_iter().flatten();
            let buckets = common
                .into_iter()
                .chain(rare.map(|bucket_idx| &self.rare[bucket_idx as usize]));
            buckets
                .flatten()
                .flatten()
                .find(|&&idx| entries[idx as usize].hash.fingerprint == hash.fingerprint)
        };
        (0..entries.len())
            .filter(|&idx| found(entries[idx].hash) != Some(&(idx as u32)))
            .collect()
    }
}

impl Placed {
    fn write_common(&self, entries: &[Entry<'_>]) -> Vec<u8> {
        let mut filters = vec![Filter::default(); self.common.len()];
        for (bucket, bucket_idx) in self.rare.iter().zip(0..) {
            for &idx in bucket.iter().flatten() {
                let hash = entries[idx as usize].hash;
                let [first, _] = self.layout.rare_buckets(hash);
                let filter = &mut filters[below(hash.common, self.layout.n_common) as usize];
                filter.add(hash, u32::from(bucket_idx != first));
            }
        }
        let mut bytes = Vec::with_capacity(self.common.len() * BUCKET_BYTES);
        for (bucket, Filter(filter)) in self.common.iter().zip(filters) {
            let payload = [&encode_slots(bucket, entries)[..], &filter].concat();
            let start = bytes.len() as u64;
            bytes.extend(block::seal(ROWS_FILE, start, &payload));
        }
        bytes
    }

    fn write_rare(&self, entries: &[Entry<'_>]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.rare.len() * RARE_BUCKET_BYTES);
        for bucket in &self.rare {
            let start = bytes.len() as u64;
            let payload = encode_slots(bucket, entries);
            bytes.extend(block::seal(RARE_ROWS_FILE, start, &payload));
        }
        bytes
    }
}

/// A bucket of `rows` for twelve words, so that the most used sixth of them stands there; rounded up, so that a few new
/// words leave all others where they are.
///
/// With one for ten, 64 instead of 71 of 561 words of queries stand in `rarerows`, in 30 more chunks.
fn n_common_for(n_rows: usize) -> u32 {
    let n_buckets = n_rows.div_ceil(12);
    let step = (n_buckets / 64).next_power_of_two();
    (n_buckets.div_ceil(step) * step) as u32
}

/// Buckets of a page and pages of `rarerows`: pages of 49 KB, longer ones where they would be more than 512, so that a
/// page has room for its share of the words; eight of ten slots are taken, the number of pages rounded up for the same
/// reason as above.
fn pages_for(n_rows: usize) -> (u32, u32) {
    const PAGES_MAX: usize = 512;
    let n_buckets = (n_rows * 10).div_ceil(BUCKET_SLOTS * 8);
    let mut page_buckets = PAGE_BUCKETS;
    while n_buckets.div_ceil(page_buckets) > PAGES_MAX {
        page_buckets *= 2;
    }
    let n_pages = n_buckets.div_ceil(page_buckets);
    if n_pages <= 1 {
        // With room for words that crowd, which few do.
        let n_buckets = (n_buckets + PAGE_BUCKETS_MIN).min(PAGE_BUCKETS);
        return (n_buckets as u32, n_pages as u32);
    }
    let step = (n_pages / 32).next_power_of_two();
    (page_buckets as u32, (n_pages.div_ceil(step) * step) as u32)
}

const PAGE_BUCKETS: usize = 341;
/// No page is shorter than a chunk may be.
const PAGE_BUCKETS_MIN: usize = 8;

/// Fills `rows`: of each bucket's words the two with the most uses, equal ones by their hash. Also all other words.
fn place_common(entries: &[Entry<'_>], n_buckets: u32) -> (Vec<Bucket>, Vec<u32>) {
    let mut buckets: Vec<Bucket> = vec![[None; BUCKET_SLOTS]; n_buckets as usize];
    let mut order: Vec<u32> = (0..entries.len() as u32).collect();
    order.sort_by_key(|&idx| Reverse(entries[idx as usize].weight));
    let mut others = Vec::new();
    for idx in order {
        let bucket_idx = below(entries[idx as usize].hash.common, n_buckets);
        let slots = &mut buckets[bucket_idx as usize];
        match slots.iter_mut().find(|slot| slot.is_none()) {
            Some(slot) => *slot = Some(idx),
            None => others.push(idx),
        }
    }
    others.sort_unstable();
    (buckets, others)
}

/// Fills `rarerows` with the entries at `idxs`; whether all found a slot.
fn place_rare(entries: &[Entry<'_>], idxs: &[u32], layout: RowsLayout) -> (Vec<Bucket>, bool) {
    let n_buckets = layout.n_pages * layout.page_buckets;
    let mut buckets: Vec<Bucket> = vec![[None; BUCKET_SLOTS]; n_buckets as usize];
    let mut do_fit = true;
    for &idx in idxs {
        do_fit &= insert(idx, entries, layout, &mut buckets);
    }
    (buckets, do_fit)
}

/// Puts an entry into one of its buckets; whether there is room. Others make room by moving to their other bucket, by
/// the shortest chain of moves.
fn insert(idx: u32, entries: &[Entry<'_>], layout: RowsLayout, buckets: &mut [Bucket]) -> bool {
    let buckets_of = |idx: u32| layout.rare_buckets(entries[idx as usize].hash);
    // Who would move into a bucket, and from which one.
    let mut reached: BTreeMap<u32, (u32, Option<u32>)> = BTreeMap::new();
    let mut queue: VecDeque<(u32, u32, Option<u32>)> = VecDeque::new();
    queue.extend(buckets_of(idx).map(|bucket| (bucket, idx, None)));
    while let Some((bucket, mover, from)) = queue.pop_front() {
        if reached.contains_key(&bucket) {
            continue;
        }
        reached.insert(bucket, (mover, from));
        if let Some(slot) = buckets[bucket as usize].iter().position(Option::is_none) {
            move_along(&reached, bucket, slot, buckets);
            return true;
        }
        for &occupant in buckets[bucket as usize].iter().flatten() {
            let others = buckets_of(occupant).into_iter().filter(|&to| to != bucket);
            queue.extend(others.map(|to| (to, occupant, Some(bucket))));
        }
    }
    false
}

/// Makes the moves that end in the free `slot` of `bucket`, the last one first.
fn move_along(
    reached: &BTreeMap<u32, (u32, Option<u32>)>,
    mut bucket: u32,
    mut slot: usize,
    buckets: &mut [Bucket],
) {
    loop {
        let (mover, from) = reached[&bucket];
        buckets[bucket as usize][slot] = Some(mover);
        let Some(left) = from else { return };
        let slots = buckets[left as usize].iter();
        slot = slots.take_while(|&&entry| entry != Some(mover)).count();
        bucket = left;
    }
}

fn encode_slots(bucket: &Bucket, entries: &[Entry<'_>]) -> [u8; SLOTS_BYTES] {
    let mut idxs: Vec<u32> = bucket.iter().flatten().copied().collect();
    idxs.sort_unstable();
    let mut slots = [0; SLOTS_BYTES];
    for (slot, idx) in slots.chunks_exact_mut(SLOT_BYTES).zip(idxs) {
        let Entry { hash, row, .. } = entries[idx as usize];
        slot[..4].copy_from_slice(&hash.fingerprint.to_le_bytes());
        slot[4..].copy_from_slice(row.as_bytes());
    }
    slots
}

const WHAT: &str = "a bucket of word rows";

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use crate::embedder::DIM;

    /// Words, each second one used once, each fourth one twice, and so on.
    fn rows(n: usize) -> Vec<WordRow> {
        (0..n)
            .map(|idx| WordRow {
                word: format!("w{idx}").into(),
                row: Row::quantise(&[idx as f32 * 1e-4; DIM]),
                n_uses: (idx + 1).trailing_zeros(),
            })
            .collect()
    }

    fn layout(files: &RowFiles) -> RowsLayout {
        let (rows_len, rare_len) = (files.common.len(), files.rare.len());
        RowsLayout::from_lens(rows_len as u64, rare_len as u64, files.rare_page_len).unwrap()
    }

    fn find(files: &RowFiles, word: &str) -> Result<Option<Row>, FormatError> {
        find_in(files, word, 3)
    }

    /// Looks into the first `n_buckets` buckets of the word.
    fn find_in(files: &RowFiles, word: &str, n_buckets: usize) -> Result<Option<Row>, FormatError> {
        for RowPlace { file, range } in layout(files)
            .places(word)
            .into_iter()
            .flatten()
            .take(n_buckets)
        {
            let bytes = if file == ROWS_FILE {
                &files.common
            } else {
                &files.rare
            };
            let bucket = &bytes[range.start as usize..range.end() as usize];
            let bucket = block::open(file, range.start, bucket)?;
            if let Some(row) = find_row(bucket, WordHash::of(word))? {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    #[test]
    fn every_word_is_found_and_no_other() {
        for n in [0, 1, 2, 3, 10, 30, 100, 1000, 5000] {
            let rows = rows(n);
            let files = encode_rows(&rows);
            assert_eq!(files.n_left_out, 0);
            for WordRow { word, row, .. } in &rows {
                assert_eq!(find(&files, word), Ok(Some(*row)), "{word} of {n}");
            }
            for idx in n..n + 2000 {
                assert_eq!(find(&files, &format!("w{idx}")), Ok(None));
            }
        }
    }

    #[test]
    fn most_slots_are_used() {
        for n in [5_000, 20_000] {
            let files = encode_rows(&rows(n));
            let len = files.common.len() + files.rare.len();
            assert!(len < n * SLOT_BYTES * 140 / 100, "{n}: {len}");
        }
    }

    #[test]
    fn a_sixth_of_the_words_stands_in_one_bucket_and_these_are_the_most_used() {
        let rows = rows(10_000);
        let files = encode_rows(&rows);
        let share = |min_uses: u32| {
            let used = rows.iter().filter(|row| row.n_uses >= min_uses);
            let first = used.clone().filter(|row| {
                let found = find_in(&files, &row.word, 1);
                found.unwrap() == Some(row.row)
            });
            first.count() as f32 / used.count() as f32
        };
        assert!((0.16..0.18).contains(&share(0)), "{}", share(0));
        assert!(share(1) > 0.3, "{}", share(1));
        assert!(share(4) > 0.8, "{}", share(4));
        assert!(share(8) > 0.97, "{}", share(8));
    }

    #[test]
    fn the_buckets_of_a_rare_word_lie_in_one_page() {
        let files = encode_rows(&rows(5000));
        let page_len = u64::from(files.rare_page_len);
        assert!(files.rare.len() as u64 > 2 * page_len);
        for idx in 0..2000 {
            let word = format!("w{idx}");
            let places: Vec<RowPlace> = layout(&files)
                .places(&word)
                .into_iter()
                .flatten()
                .skip(1)
                .collect();
            let [first, second] = places[..] else {
                panic!("two buckets");
            };
            assert_ne!(first, second);
            let page_of = |place: RowPlace| place.range.start / page_len;
            assert_eq!(page_of(first), page_of(second));
        }
    }

    #[test]
    fn the_first_bucket_tells_in_which_other_one_a_word_stands_and_mostly_if_in_none() {
        let rows = rows(5000);
        let files = encode_rows(&rows);
        let told = |word: &str| {
            let [Some(RowPlace { range, .. }), ..] = layout(&files).places(word) else {
                panic!("a bucket");
            };
            let payload = range.start as usize..range.end() as usize - block::CHECKSUM_LEN;
            let bucket = &files.common[payload];
            let is_here = find_row(bucket, WordHash::of(word)).unwrap().is_some();
            (!is_here).then(|| may_be_rare(bucket, WordHash::of(word)))
        };
        let (mut n_rare, mut n_both) = (0, 0);
        for WordRow { word, row, .. } in &rows {
            let Some(may_be) = told(word) else { continue };
            let rare = layout(&files).places(word).into_iter().flatten().skip(1);
            let stands_in = |RowPlace { file, range }: RowPlace| {
                let bucket = &files.rare[range.start as usize..range.end() as usize];
                find_row(
                    block::open(file, range.start, bucket).unwrap(),
                    WordHash::of(word),
                ) == Ok(Some(*row))
            };
            let found: Vec<bool> = rare.map(stands_in).collect();
            assert!(
                found
                    .iter()
                    .zip(may_be)
                    .any(|(&found, may_be)| found && may_be),
                "{word}"
            );
            n_rare += 1;
            n_both += usize::from(may_be == [true; 2]);
        }
        assert!(
            n_rare > 4000 && n_both < n_rare / 50,
            "{n_both} of {n_rare}"
        );
        let unknown = (5000..15_000).map(|idx| format!("w{idx}"));
        let n_told = unknown
            .filter(|word| told(word) == Some([false; 2]))
            .count();
        assert!(n_told > 9_800, "{n_told}");
    }

    #[test]
    fn the_order_of_the_words_does_not_matter() {
        let mut rows = rows(1000);
        let files = encode_rows(&rows);
        rows.reverse();
        assert!(encode_rows(&rows) == files);
    }

    #[test]
    fn words_made_to_share_their_buckets_are_left_out_and_counted() {
        let rows = rows(1000);
        let made = (1..=50).map(|fingerprint| Entry {
            hash: WordHash {
                common: 0,
                page: 0,
                in_page: 0,
                fingerprint,
            },
            row: &rows[0].row,
            weight: 1,
        });
        let entries = made.chain(rows.iter().map(Entry::new));
        let mut entries: Vec<Entry<'_>> = entries.collect();
        entries.sort_by_key(|entry| entry.hash);
        let files = encode_entries(entries, 1050);
        // Two buckets hold four of them, and a third one those that are used more than others in it.
        assert!(
            (44..=48).contains(&files.n_left_out),
            "{}",
            files.n_left_out
        );
        let others = encode_rows(&rows);
        assert!(files.rare.len() < 4 * others.rare.len());
    }

    #[test]
    fn a_repeated_word_is_left_out_and_counted() {
        let mut twice = rows(10);
        twice.push(twice[3].clone());
        assert_eq!(encode_rows(&twice).n_left_out, 1);
    }

    #[test]
    fn one_new_word_or_a_few_more_uses_leave_nearly_all_buckets_as_they_are() {
        let before = encode_rows(&rows(5000));
        let n_changed = |rows: &[WordRow]| {
            let after = encode_rows(rows);
            let n_changed = |before: &[u8], after: &[u8], bucket_bytes: usize| {
                assert_eq!(before.len(), after.len());
                let buckets = before.chunks(bucket_bytes).zip(after.chunks(bucket_bytes));
                buckets.filter(|(a, b)| a != b).count()
            };
            let n_common = n_changed(&before.common, &after.common, BUCKET_BYTES);
            n_common + n_changed(&before.rare, &after.rare, RARE_BUCKET_BYTES)
        };
        let n = n_changed(&rows(5001));
        assert!((1..10).contains(&n), "{n}");
        let mut edited = rows(5000);
        edited
            .iter_mut()
            .step_by(250)
            .for_each(|row| row.n_uses += 1);
        let n = n_changed(&edited);
        assert!(n < 60, "{n}");
    }

    #[test]
    fn a_flipped_byte_damages_its_bucket_and_no_other() {
        let rows = rows(30);
        let files = encode_rows(&rows);
        for offset in 0..files.common.len() + files.rare.len() {
            let mut damaged = files.clone();
            match offset.checked_sub(files.common.len()) {
                None => damaged.common[offset] ^= 1,
                Some(offset) => damaged.rare[offset] ^= 1,
            }
            for WordRow { word, row, .. } in &rows {
                match find(&damaged, word) {
                    Ok(found) => assert_eq!(found, Some(*row)),
                    Err(error) => assert!(matches!(error, FormatError::Checksum { .. })),
                }
            }
        }
    }

    #[test]
    fn files_that_are_cut_inside_a_bucket_or_a_page_are_refused() {
        let (common, rare) = (BUCKET_BYTES as u64, RARE_BUCKET_BYTES as u64);
        let page = 10 * RARE_BUCKET_BYTES as u32;
        let is_refused = |rows_len, rare_len, page_len| {
            RowsLayout::from_lens(rows_len, rare_len, page_len).is_err()
        };
        assert!(is_refused(common + 1, 0, 0));
        assert!(is_refused(u64::MAX, 0, 0));
        assert!(is_refused(common, 15 * rare, page));
        assert!(is_refused(common, 20 * rare, page + 1));
        assert!(is_refused(common, u64::MAX, page));
        assert!(!is_refused(common, 20 * rare, page));
        let empty = RowsLayout::from_lens(0, 0, 0).unwrap();
        assert_eq!(empty.places("x"), [None; 3]);
    }
}
