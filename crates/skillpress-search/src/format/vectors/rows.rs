//! `rows` and `rarerows`: what each word means, addressed by the word's hash, so that a reader needs no dictionary.
//!
//! A word's hash names one bucket of `rows`, which holds the two most used of its words. The others of the bucket, ten in
//! the mean, stand side by side in `rarerows`, a group; the bucket says where, and has a filter of them. A reader fetches
//! the bucket, 160 bytes, in the round trip of the terms, and only where the filter says that the word may stand in the
//! group, the group after it.
//!
//! So what most searches need is small: of 73,450 words a sixth stands in `rows`, 1 MB, and of the words of queries 9 in
//! 10. And a word takes 66 bytes, a fingerprint, and a few bytes of its bucket's place and checksums. Hosts without ranges
//! are asked for a chunk of 5.6 KB a word, and for a page of 45 KB for the tenth one. What an edit changes stays in few
//! places: where a word stands depends on the words of its bucket and its page alone.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::embedder::{ROW_BYTES, Row};
use crate::format::block;
use crate::{ByteRange, FormatError};

/// Name of the file of the words that are used most in the manifest.
pub const ROWS_FILE: &str = "rows";
/// Name of the file of all others.
pub const RARE_ROWS_FILE: &str = "rarerows";

/// Bytes of a bucket of `rows`: two slots of fingerprint and row, where its group stands, the filter of its words, and the
/// checksum.
pub const BUCKET_BYTES: usize = SLOTS_BYTES + GROUP_BYTES + FILTER_BYTES + block::CHECKSUM_LEN;

const BUCKET_SLOTS: usize = 2;
const SLOT_BYTES: usize = 4 + ROW_BYTES;
const SLOTS_BYTES: usize = BUCKET_SLOTS * SLOT_BYTES;
/// How many rows of its page stand before the group, u16, and how many are of it, u8.
const GROUP_BYTES: usize = 3;
const FILTER_BYTES: usize = 13;
/// Most rows of a group. No hash crowds more than a third of it by chance.
const GROUP_ROWS_MAX: usize = 64;
/// Fewest and most buckets of `rows` whose groups share a page, and pages above which it is more than the fewest.
const PAGE_BUCKETS_MIN: u32 = 64;
const PAGE_BUCKETS_MAX: u32 = 4096;
const PAGES_MAX: u32 = 512;

/// Where the rows of files of known lengths stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowsLayout {
    /// Buckets of `rows`.
    n_buckets: u32,
    /// Buckets whose groups share a page.
    page_buckets: u32,
    /// Bytes between the beginnings of two pages of `rarerows`.
    page_len: u32,
    rare_len: u64,
}

/// A bucket or a group: its file and its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowPlace {
    /// What the manifest calls the file.
    pub file: &'static str,
    /// The block, checksum included.
    pub range: ByteRange,
}

impl RowsLayout {
    /// From the lengths in bytes of `rows`, of `rarerows` and of a page of the latter.
    ///
    /// # Errors
    /// `Length` when `rows` is no whole number of buckets, or `rarerows` another number of pages than they need.
    pub fn from_lens(
        rows_len: u64,
        rare_len: u64,
        rare_page_len: u32,
    ) -> Result<Self, FormatError> {
        let n_buckets = (rows_len / BUCKET_BYTES as u64).min(u32::MAX.into()) as u32;
        has_len(
            ROWS_FILE,
            rows_len,
            u64::from(n_buckets) * BUCKET_BYTES as u64,
        )?;
        let page_buckets = page_buckets_for(n_buckets);
        let n_pages = u64::from(n_buckets.div_ceil(page_buckets));
        has_len(RARE_ROWS_FILE, rare_len, n_pages * u64::from(rare_page_len))?;
        Ok(Self {
            n_buckets,
            page_buckets,
            page_len: rare_page_len,
            rare_len,
        })
    }

    /// The bucket of a word; `None` where there are no words.
    pub fn bucket(self, word: WordHash) -> Option<RowPlace> {
        (self.n_buckets > 0).then(|| bucket_place(below(word.bucket, self.n_buckets)))
    }

    /// Where else the row of a word may stand that the payload of its bucket does not hold: its bucket's group, if it has
    /// one and the filter does not tell that the word is none of it, which it does in 98 of 100 cases.
    pub fn group(self, word: WordHash, bucket: &[u8]) -> Option<RowPlace> {
        let trailer = bucket.get(SLOTS_BYTES..)?;
        let (group, filter) = trailer.split_first_chunk::<GROUP_BYTES>()?;
        let filter = Filter(*filter.first_chunk()?);
        if !filter.may_hold(word) {
            return None;
        }
        self.group_place(below(word.bucket, self.n_buckets), *group)
    }

    /// All buckets of `rows`, by index.
    pub fn buckets(self) -> impl Iterator<Item = RowPlace> {
        (0..self.n_buckets).map(bucket_place)
    }

    /// The group of the bucket at `bucket_idx` with this payload; `None` for one that is empty, or that would lie outside.
    pub fn group_of(self, bucket_idx: u32, bucket: &[u8]) -> Option<RowPlace> {
        self.group_place(bucket_idx, *bucket.get(SLOTS_BYTES..)?.first_chunk()?)
    }

    fn group_place(self, bucket_idx: u32, group: [u8; GROUP_BYTES]) -> Option<RowPlace> {
        let [low, high, n_rows] = group;
        if n_rows == 0 {
            return None;
        }
        let n_before = u64::from(u16::from_le_bytes([low, high]));
        let page = bucket_idx / self.page_buckets;
        let in_page = n_before * SLOT_BYTES as u64
            + u64::from(bucket_idx % self.page_buckets) * block::CHECKSUM_LEN as u64;
        let range = ByteRange {
            start: u64::from(page) * u64::from(self.page_len) + in_page,
            len: u32::from(n_rows) * SLOT_BYTES as u32 + block::CHECKSUM_LEN as u32,
        };
        let page_end = u64::from(page + 1) * u64::from(self.page_len);
        (range.end() <= page_end.min(self.rare_len)).then_some(RowPlace {
            file: RARE_ROWS_FILE,
            range,
        })
    }
}

/// `hash` as one of `n` numbers.
fn below(hash: u32, n: u32) -> u32 {
    ((u64::from(hash) * u64::from(n)) >> 32) as u32
}

fn bucket_place(bucket_idx: u32) -> RowPlace {
    RowPlace {
        file: ROWS_FILE,
        range: ByteRange {
            start: u64::from(bucket_idx) * BUCKET_BYTES as u64,
            len: BUCKET_BYTES as u32,
        },
    }
}

fn has_len(what: &'static str, got: u64, expected: u64) -> Result<(), FormatError> {
    match got == expected {
        true => Ok(()),
        false => Err(FormatError::Length {
            what,
            got,
            expected,
        }),
    }
}

/// The row of `word` in the payload of a bucket or a group, if it stands there.
///
/// Whether a row belongs to `word` is told by 32 bits of its hash: of words that the files lack one in half a billion is
/// taken for another.
///
/// # Errors
/// `Length` for a payload of another length, and what is wrong with the row.
pub fn find_row(payload: &[u8], word: WordHash) -> Result<Option<Row>, FormatError> {
    let fingerprint = word.fingerprint.to_le_bytes();
    match slots(payload)?.find(|slot| slot[..4] == fingerprint) {
        Some(slot) => Row::from_bytes(&slot[4..]).map(Some),
        None => Ok(None),
    }
}

/// The words of a bucket's group (Bloom 1970): 104 bits, four of which a word sets.
#[derive(Clone, Copy, Default)]
struct Filter([u8; FILTER_BYTES]);

impl Filter {
    fn add(&mut self, hash: WordHash) {
        for bit in Self::bits(hash) {
            self.0[bit / 8] |= 1 << (bit % 8);
        }
    }

    fn may_hold(&self, hash: WordHash) -> bool {
        Self::bits(hash).all(|bit| self.0[bit / 8] >> (bit % 8) & 1 == 1)
    }

    /// The bytes of the fingerprint, each as one of the bits.
    fn bits(hash: WordHash) -> impl Iterator<Item = usize> {
        let bytes = hash.fingerprint.to_le_bytes().into_iter();
        bytes.map(|byte| usize::from(byte) * 8 * FILTER_BYTES / 256)
    }
}

/// The slots in the payload of a bucket or a group.
fn slots(payload: &[u8]) -> Result<impl Iterator<Item = &[u8]>, FormatError> {
    let slots = match payload.len() {
        BUCKET_PAYLOAD_BYTES => &payload[..SLOTS_BYTES],
        _ => payload,
    };
    let n_slots = (slots.len() / SLOT_BYTES).max(1);
    has_len(WHAT, slots.len() as u64, (n_slots * SLOT_BYTES) as u64)?;
    Ok(slots.chunks_exact(SLOT_BYTES))
}

const BUCKET_PAYLOAD_BYTES: usize = BUCKET_BYTES - block::CHECKSUM_LEN;

/// How many rows stand in the payload of a bucket or a group.
///
/// # Errors
/// `Length` for a payload of another length, and what is wrong with a row.
pub fn n_rows(payload: &[u8]) -> Result<usize, FormatError> {
    let filled = slots(payload)?.filter(|slot| slot[..4] != [0; 4]);
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
    /// The pages of `rarerows`, as far as they are used.
    pub rare_pages: Vec<Vec<u8>>,
    /// Length in bytes of a page: none uses more. A chunk of the file is a page.
    pub rare_page_len: u32,
    /// Words that are left out because the 64 bits of their hash are another word's, because another one of their bucket
    /// has the same fingerprint, or because more words share a bucket than it and its group hold, which only words made
    /// for it do.
    pub n_left_out: usize,
}

/// Encodes rows. The bytes do not depend on their order, but for words that are left out.
pub fn encode_rows(rows: &[WordRow]) -> RowFiles {
    let entries: Vec<Entry<'_>> = rows.iter().map(Entry::new).collect();
    encode_entries(entries)
}

fn encode_entries(mut entries: Vec<Entry<'_>>) -> RowFiles {
    let n_words = entries.len();
    let n_buckets = n_buckets_for(n_words);
    // By bucket, the most used words first, so that the first two stand in it.
    entries.sort_by_key(|entry| (below(entry.hash.bucket, n_buckets), entry.hash));
    entries.dedup_by_key(|entry| (below(entry.hash.bucket, n_buckets), entry.hash.fingerprint));
    entries.sort_by_key(|entry| (below(entry.hash.bucket, n_buckets), Reverse(entry.weight)));
    let buckets = Bucket::all(&entries, n_buckets);
    let pages = buckets.chunks(page_buckets_for(n_buckets) as usize);
    let page_len = page_len_for(pages.clone().map(page_bytes).max().unwrap_or(0));
    let mut files = RowFiles {
        common: Vec::with_capacity(buckets.len() * BUCKET_BYTES),
        rare_pages: Vec::with_capacity(pages.len()),
        rare_page_len: page_len as u32,
        n_left_out: n_words - buckets.iter().map(Bucket::n_words).sum::<usize>(),
    };
    for page in pages {
        let page_start = files.rare_pages.len() * page_len;
        let mut rare = Vec::new();
        let mut n_before = 0;
        for bucket in page {
            let start = files.common.len() as u64;
            let payload = bucket.encode(n_before);
            files.common.extend(block::seal(ROWS_FILE, start, &payload));
            n_before += bucket.group.len();
            let start = (page_start + rare.len()) as u64;
            let payload = encode_slots(bucket.group);
            rare.extend(block::seal(RARE_ROWS_FILE, start, &payload));
        }
        files.rare_pages.push(rare);
    }
    files
}

/// The words of a bucket.
struct Bucket<'a> {
    /// Those that stand in it.
    first: &'a [Entry<'a>],
    /// Those that stand in its group.
    group: &'a [Entry<'a>],
}

impl<'a> Bucket<'a> {
    /// All buckets; `entries` are sorted by bucket, in each the most used ones first.
    fn all(mut entries: &'a [Entry<'a>], n_buckets: u32) -> Vec<Self> {
        let bucket = |bucket_idx| {
            let is_of_it = |entry: &Entry<'_>| below(entry.hash.bucket, n_buckets) == bucket_idx;
            let (words, rest) = entries.split_at(entries.partition_point(is_of_it));
            entries = rest;
            let (first, group) = words.split_at(words.len().min(BUCKET_SLOTS));
            let group = &group[..group.len().min(GROUP_ROWS_MAX)];
            Self { first, group }
        };
        (0..n_buckets).map(bucket).collect()
    }

    fn n_words(&self) -> usize {
        self.first.len() + self.group.len()
    }

    /// Its payload; `n_before` rows of its page stand before its group.
    fn encode(&self, n_before: usize) -> Vec<u8> {
        let mut payload = encode_slots(self.first);
        payload.resize(SLOTS_BYTES, 0);
        payload.extend((n_before as u16).to_le_bytes());
        payload.push(self.group.len() as u8);
        let mut filter = Filter::default();
        for entry in self.group {
            filter.add(entry.hash);
        }
        payload.extend(filter.0);
        payload
    }
}

fn encode_slots(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut slots = Vec::with_capacity(entries.len() * SLOT_BYTES);
    for Entry { hash, row, .. } in entries {
        slots.extend(hash.fingerprint.to_le_bytes());
        slots.extend_from_slice(row.as_bytes());
    }
    slots
}

/// A bucket for twelve words, so that the most used sixth of them stands in `rows`; rounded up, so that a few new words
/// leave all others where they are.
///
/// With one for ten, 64 instead of 71 of 561 words of queries stand in `rarerows`, in 30 more chunks.
fn n_buckets_for(n_rows: usize) -> u32 {
    let n_buckets = n_rows.div_ceil(12);
    let step = (n_buckets / 64).next_power_of_two();
    (n_buckets.div_ceil(step) * step) as u32
}

/// How many of `n_buckets` share a page: 64, whose groups are 45 KB, and more where pages would be too many.
fn page_buckets_for(n_buckets: u32) -> u32 {
    let mut page_buckets = PAGE_BUCKETS_MIN;
    while n_buckets.div_ceil(page_buckets) > PAGES_MAX && page_buckets < PAGE_BUCKETS_MAX {
        page_buckets *= 2;
    }
    page_buckets
}

/// Bytes of a page's groups.
fn page_bytes(page: &[Bucket<'_>]) -> usize {
    let groups = page
        .iter()
        .map(|bucket| bucket.group.len() * SLOT_BYTES + block::CHECKSUM_LEN);
    groups.sum()
}

/// Length of the pages, of which the longest takes `longest` bytes: rounded up, so that hardly an edit changes it.
fn page_len_for(longest: usize) -> usize {
    longest.max(1).next_multiple_of(8192)
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
    /// Which bucket.
    bucket: u32,
    /// What tells the words of a bucket and its group apart. Never 0, which marks an empty slot.
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
        let hash = mix(hash);
        Self {
            bucket: (hash >> 32) as u32,
            fingerprint: (hash as u32).max(1),
        }
    }
}

fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
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
        let (rows_len, page_len) = (files.common.len(), files.rare_page_len as usize);
        let rare_len = files.rare_pages.len() * page_len;
        RowsLayout::from_lens(rows_len as u64, rare_len as u64, files.rare_page_len).unwrap()
    }

    fn open(files: &RowFiles, place: RowPlace) -> Result<&[u8], FormatError> {
        let (start, end) = (place.range.start as usize, place.range.end() as usize);
        let block = if place.file == ROWS_FILE {
            &files.common[start..end]
        } else {
            let page_len = files.rare_page_len as usize;
            let (page_idx, start) = (start / page_len, start % page_len);
            &files.rare_pages[page_idx][start..start + place.range.len as usize]
        };
        block::open(place.file, place.range.start, block)
    }

    /// The row of a word, and whether its group was looked at.
    fn look_up(files: &RowFiles, word: &str) -> Result<(Option<Row>, bool), FormatError> {
        let (layout, word) = (layout(files), WordHash::of(word));
        let Some(place) = layout.bucket(word) else {
            return Ok((None, false));
        };
        let bucket = open(files, place)?;
        if let Some(row) = find_row(bucket, word)? {
            return Ok((Some(row), false));
        }
        match layout.group(word, bucket) {
            Some(place) => Ok((find_row(open(files, place)?, word)?, true)),
            None => Ok((None, false)),
        }
    }

    fn find(files: &RowFiles, word: &str) -> Result<Option<Row>, FormatError> {
        look_up(files, word).map(|(row, _)| row)
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
    fn a_word_takes_its_row_its_fingerprint_and_three_bytes() {
        for n in [5_000, 20_000] {
            let files = encode_rows(&rows(n));
            let rare_len: usize = files.rare_pages.iter().map(Vec::len).sum();
            let len = files.common.len() + rare_len;
            assert!(len < n * (SLOT_BYTES + 3), "{n}: {len}");
        }
    }

    #[test]
    fn a_sixth_of_the_words_stands_in_buckets_and_these_are_the_most_used() {
        let rows = rows(10_000);
        let files = encode_rows(&rows);
        let share = |min_uses: u32| {
            let used = rows.iter().filter(|row| row.n_uses >= min_uses);
            let first = used
                .clone()
                .filter(|row| look_up(&files, &row.word) == Ok((Some(row.row), false)));
            first.count() as f32 / used.count() as f32
        };
        assert!((0.16..0.18).contains(&share(0)), "{}", share(0));
        assert!(share(1) > 0.3, "{}", share(1));
        assert!(share(4) > 0.8, "{}", share(4));
        assert!(share(8) > 0.97, "{}", share(8));
    }

    #[test]
    fn a_bucket_mostly_tells_that_a_word_is_unknown() {
        let files = encode_rows(&rows(5000));
        let unknown = (5000..15_000).map(|idx| format!("w{idx}"));
        let n_told = unknown
            .filter(|word| look_up(&files, word) == Ok((None, false)))
            .count();
        assert!(n_told > 9_750, "{n_told}");
    }

    #[test]
    fn a_group_lies_in_the_page_of_its_bucket() {
        let files = encode_rows(&rows(5000));
        let (layout, page_len) = (layout(&files), u64::from(files.rare_page_len));
        assert!(files.rare_pages.len() > 3);
        for (place, bucket_idx) in layout.buckets().zip(0..) {
            let Some(group) = layout.group_of(bucket_idx, open(&files, place).unwrap()) else {
                continue;
            };
            let page = u64::from(bucket_idx / layout.page_buckets);
            assert_eq!(group.range.start / page_len, page);
            assert_eq!((group.range.end() - 1) / page_len, page);
        }
    }

    #[test]
    fn the_order_of_the_words_does_not_matter() {
        let mut rows = rows(1000);
        let files = encode_rows(&rows);
        rows.reverse();
        assert!(encode_rows(&rows) == files);
    }

    #[test]
    fn words_made_to_share_a_bucket_are_left_out_and_counted() {
        let rows = rows(1000);
        let made = (1..=90).map(|fingerprint| Entry {
            hash: WordHash {
                bucket: 0,
                fingerprint,
            },
            row: &rows[0].row,
            weight: 1,
        });
        let files = encode_entries(made.chain(rows.iter().map(Entry::new)).collect());
        // Two stand in the bucket and 64 in its group, those that are used more than others first.
        assert!(
            (24..=36).contains(&files.n_left_out),
            "{}",
            files.n_left_out
        );
    }

    #[test]
    fn a_repeated_word_is_left_out_and_counted() {
        let mut twice = rows(10);
        twice.push(twice[3].clone());
        assert_eq!(encode_rows(&twice).n_left_out, 1);
    }

    #[test]
    fn one_new_word_or_a_few_more_uses_leave_nearly_all_rows_where_they_are() {
        let before = encode_rows(&rows(5000));
        let n_changed = |rows: &[WordRow]| {
            let after = encode_rows(rows);
            let buckets = before.common.chunks(BUCKET_BYTES);
            let buckets = buckets.zip(after.common.chunks(BUCKET_BYTES));
            let pages = before.rare_pages.iter().zip(&after.rare_pages);
            (
                buckets.filter(|(a, b)| a != b).count(),
                pages.filter(|(a, b)| a != b).count(),
            )
        };
        let (n_buckets, n_pages) = n_changed(&rows(5001));
        assert!(
            (1..=PAGE_BUCKETS_MIN as usize).contains(&n_buckets) && n_pages <= 1,
            "{n_buckets} {n_pages}"
        );
        let mut edited = rows(5000);
        edited[1000].n_uses += 1;
        let (n_buckets, n_pages) = n_changed(&edited);
        assert!(n_buckets <= 1 && n_pages <= 1, "{n_buckets} {n_pages}");
    }

    #[test]
    fn a_flipped_byte_damages_its_bucket_or_its_group_and_no_other() {
        let rows = rows(30);
        let files = encode_rows(&rows);
        for offset in 0..files.common.len() + files.rare_pages[0].len() {
            let mut damaged = files.clone();
            match offset.checked_sub(files.common.len()) {
                None => damaged.common[offset] ^= 1,
                Some(offset) => damaged.rare_pages[0][offset] ^= 1,
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
        let bucket = BUCKET_BYTES as u64;
        let is_refused = |rows_len, rare_len, page_len| {
            RowsLayout::from_lens(rows_len, rare_len, page_len).is_err()
        };
        assert!(is_refused(bucket + 1, 0, 0));
        assert!(is_refused(u64::MAX, 0, 0));
        assert!(is_refused(bucket, 8191, 8192));
        assert!(is_refused(65 * bucket, 8192, 8192));
        assert!(is_refused(bucket, u64::MAX, 8192));
        assert!(!is_refused(65 * bucket, 2 * 8192, 8192));
        let empty = RowsLayout::from_lens(0, 0, 0).unwrap();
        assert_eq!(empty.bucket(WordHash::of("x")), None);
    }
}
