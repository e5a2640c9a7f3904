//! `rows`: what each word means, addressed by the word's hash, so that a reader needs no dictionary.
//!
//! The file is an array of buckets of equal length, two rows each. A word has two buckets and its row stands in one of
//! them (cuckoo hashing: Pagh and Rodler 2004). A reader fetches the first, 144 bytes, in the round trip of the terms,
//! and the second only where the first does not hold the word. Who stands where is the writer's choice: of 545 words of
//! queries for a registry of 2,291 skills 541 stand in their first bucket, of all 73,449 words 77 in 100. The
//! alternative, buckets of eight rows behind a table of offsets, costs 560 bytes a word and 5 KB before the first one.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BinaryHeap};
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::bytes::has_length;
use crate::embedder::{ROW_BYTES, Row};
use crate::format::block;
use crate::{ByteRange, FormatError};

/// Name of the file in the manifest.
pub const ROWS_FILE: &str = "rows";

/// Bytes of a bucket: two slots of fingerprint and row, and the checksum.
pub const BUCKET_BYTES: usize = BUCKET_SLOTS * SLOT_BYTES + block::CHECKSUM_LEN;

const BUCKET_SLOTS: usize = 2;
const SLOT_BYTES: usize = 4 + ROW_BYTES;

/// Where the rows of a file of a known length stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowsLayout {
    n_buckets: u32,
}

impl RowsLayout {
    /// From the length of the file in bytes.
    ///
    /// # Errors
    /// `Length` when it is not a whole number of buckets, or has more than `u32::MAX`.
    pub fn from_len(len_bytes: u64) -> Result<Self, FormatError> {
        let n_buckets = (len_bytes / BUCKET_BYTES as u64) as u32;
        let expected = u64::from(n_buckets) * BUCKET_BYTES as u64;
        if len_bytes != expected {
            return Err(FormatError::Length {
                what: ROWS_FILE,
                got: len_bytes,
                expected,
            });
        }
        Ok(Self { n_buckets })
    }

    /// How many buckets there are.
    pub fn n_buckets(self) -> u32 {
        self.n_buckets
    }

    /// Where bucket `bucket_idx` stands.
    pub fn bucket_range(self, bucket_idx: u32) -> ByteRange {
        ByteRange {
            start: u64::from(bucket_idx) * BUCKET_BYTES as u64,
            len: BUCKET_BYTES as u32,
        }
    }

    /// The buckets that may hold the row of `word`: the second one is worth fetching when the first does not hold it.
    /// `None` for a file without rows.
    pub fn ranges(self, word: &str) -> Option<[ByteRange; 2]> {
        let buckets = (self.n_buckets > 0).then(|| WordHash::of(word).buckets(self.n_buckets))?;
        Some(buckets.map(|bucket| self.bucket_range(bucket)))
    }
}

/// The row of `word` in the payload of a bucket, if it stands there.
///
/// Whether a row belongs to `word` is told by 32 bits of its hash: of words that the file lacks one in a billion is
/// taken for another.
///
/// # Errors
/// `Length` for a bucket of another length, and what is wrong with the row.
pub fn find_row(bucket: &[u8], word: &str) -> Result<Option<Row>, FormatError> {
    has_length(WHAT, bucket, BUCKET_SLOTS * SLOT_BYTES)?;
    let fingerprint = WordHash::of(word).fingerprint.to_le_bytes();
    match bucket
        .chunks_exact(SLOT_BYTES)
        .find(|slot| slot[..4] == fingerprint)
    {
        Some(slot) => Row::from_bytes(&slot[4..]).map(Some),
        None => Ok(None),
    }
}

/// How many rows stand in the payload of a bucket.
///
/// # Errors
/// `Length` for a bucket of another length, and what is wrong with a row.
pub fn n_rows(bucket: &[u8]) -> Result<usize, FormatError> {
    has_length(WHAT, bucket, BUCKET_SLOTS * SLOT_BYTES)?;
    let slots = bucket.chunks_exact(SLOT_BYTES);
    let filled = slots.filter(|slot| slot[..4] != [0; 4]);
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
    /// How likely queries use it, 0 being the least: words with more have the first claim on their first bucket.
    pub n_uses: u32,
}

/// Encodes rows; returns the file and how many words it leaves out because 96 bits of their hash are another word's, or
/// because more words share two buckets than those hold, which only words made for it do.
///
/// The bytes do not depend on the order of `rows`, but for words that are left out.
pub fn encode_rows(rows: &[WordRow]) -> (Vec<u8>, usize) {
    let mut entries: Vec<Entry<'_>> = rows.iter().map(Entry::new).collect();
    entries.sort_by_key(|entry| entry.hash);
    entries.dedup_by_key(|entry| entry.hash);
    let (file, n_entries) = encode_entries(entries);
    (file, rows.len() - n_entries)
}

/// The file, and how many entries it holds; `entries` are sorted by their hashes, no two of which are equal.
fn encode_entries(mut entries: Vec<Entry<'_>>) -> (Vec<u8>, usize) {
    let mut n_buckets = n_buckets_for(entries.len());
    let n_buckets_max = n_buckets + n_buckets / 4 + 16;
    loop {
        let (placed, do_fit) = place(&entries, n_buckets);
        if !do_fit && n_buckets < n_buckets_max {
            n_buckets += n_buckets / 16 + 1;
            continue;
        }
        let lost = lost(&entries, &placed);
        if lost.is_empty() {
            return (write(&entries, &placed), entries.len());
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
    /// What it costs that the word stands in its second bucket: its uses and one, rounded up to a power of two, so that
    /// an edited skill hardly ever moves a word.
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

/// The words of the file by their hash: where they may stand, and how they are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct WordHash {
    first: u32,
    second: u32,
    /// Never 0, which marks an empty slot.
    fingerprint: u32,
}

impl WordHash {
    fn of(word: &str) -> Self {
        // FNV-1a, then the finaliser of splitmix64: all bits of one value depend on all letters.
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        for byte in word.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let (places, fingerprint) = (mix(hash), mix(hash.wrapping_add(1)));
        Self {
            first: (places >> 32) as u32,
            second: places as u32,
            fingerprint: (fingerprint as u32).max(1),
        }
    }

    /// Two different buckets, or the same twice when there is one only.
    fn buckets(self, n_buckets: u32) -> [u32; 2] {
        let below = |hash: u32, n: u32| ((u64::from(hash) * u64::from(n)) >> 32) as u32;
        let first = below(self.first, n_buckets);
        let step = 1 + u64::from(below(self.second, n_buckets.saturating_sub(1).max(1)));
        let second = (u64::from(first) + step) % u64::from(n_buckets);
        [first, second as u32]
    }
}

fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Seven of ten slots taken, the number of buckets rounded up so that a few new words leave all others where they are.
///
/// With four of five, 14 instead of 4 of the 545 words stand in their second bucket, and one more use of 17 words moves
/// rows of 26 buckets instead of 6; the file is 1 MB smaller.
fn n_buckets_for(n_rows: usize) -> u32 {
    let n_buckets = (n_rows * 10).div_ceil(BUCKET_SLOTS * 7);
    let step = (n_buckets / 64).next_power_of_two();
    (n_buckets.div_ceil(step) * step) as u32
}

type Bucket = [Option<u32>; BUCKET_SLOTS];

/// Gives each entry a slot in one of its buckets, those of the heaviest words first; whether all found one.
fn place(entries: &[Entry<'_>], n_buckets: u32) -> (Vec<Bucket>, bool) {
    let mut buckets: Vec<Bucket> = vec![[None; BUCKET_SLOTS]; n_buckets as usize];
    let mut order: Vec<u32> = (0..entries.len() as u32).collect();
    order.sort_by_key(|&idx| Reverse(entries[idx as usize].weight));
    let mut do_fit = true;
    for idx in order {
        do_fit &= insert(idx, entries, &mut buckets);
    }
    (buckets, do_fit)
}

/// Puts an entry into one of its buckets; whether there is room. Others make room by moving to their other bucket: of all
/// chains of moves the one that drives the least weight out of first buckets, and of these the shortest (Dijkstra 1959).
fn insert(idx: u32, entries: &[Entry<'_>], buckets: &mut [Bucket]) -> bool {
    let n_buckets = buckets.len() as u32;
    let Entry { hash, weight, .. } = entries[idx as usize];
    let [first, second] = hash.buckets(n_buckets);
    // Who would move into a bucket, and from which one.
    let mut reached: BTreeMap<u32, (u32, Option<u32>)> = BTreeMap::new();
    let mut queue = BinaryHeap::new();
    queue.push(Reverse((0, 0, first, idx, None)));
    queue.push(Reverse((weight, 0, second, idx, None)));
    while let Some(Reverse((cost, n_moves, bucket, mover, from))) = queue.pop() {
        if reached.contains_key(&bucket) {
            continue;
        }
        reached.insert(bucket, (mover, from));
        if let Some(slot) = buckets[bucket as usize].iter().position(Option::is_none) {
            move_along(&reached, bucket, slot, buckets);
            return true;
        }
        for &occupant in buckets[bucket as usize].iter().flatten() {
            let Entry { hash, weight, .. } = entries[occupant as usize];
            let [first, second] = hash.buckets(n_buckets);
            let (to, move_cost) = if bucket == first {
                (second, weight)
            } else {
                (first, 0)
            };
            queue.push(Reverse((
                cost + move_cost,
                n_moves + 1,
                to,
                occupant,
                Some(bucket),
            )));
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

/// Entries that a reader would not find: there is no room for them, or another one with the same fingerprint stands where
/// it looks first.
fn lost(entries: &[Entry<'_>], buckets: &[Bucket]) -> Vec<usize> {
    let found = |hash: WordHash| {
        let slots = hash.buckets(buckets.len() as u32);
        let mut slots = slots.iter().flat_map(|&b| buckets[b as usize].iter());
        slots.find_map(|slot| {
            slot.filter(|&idx| entries[idx as usize].hash.fingerprint == hash.fingerprint)
        })
    };
    (0..entries.len())
        .filter(|&idx| found(entries[idx].hash) != Some(idx as u32))
        .collect()
}

fn write(entries: &[Entry<'_>], buckets: &[Bucket]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(buckets.len() * BUCKET_BYTES);
    for bucket in buckets {
        let mut slots: Vec<u32> = bucket.iter().flatten().copied().collect();
        slots.sort_unstable();
        let mut payload = [0; BUCKET_SLOTS * SLOT_BYTES];
        for (slot, idx) in payload.chunks_exact_mut(SLOT_BYTES).zip(slots) {
            let Entry { hash, row, .. } = entries[idx as usize];
            slot[..4].copy_from_slice(&hash.fingerprint.to_le_bytes());
            slot[4..].copy_from_slice(row.as_bytes());
        }
        let start = bytes.len() as u64;
        bytes.extend(block::seal(ROWS_FILE, start, &payload));
    }
    bytes
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

    fn find(file: &[u8], word: &str) -> Result<Option<Row>, FormatError> {
        find_in(file, word, 2)
    }

    /// Looks into the first `n_buckets` buckets of the word.
    fn find_in(file: &[u8], word: &str, n_buckets: usize) -> Result<Option<Row>, FormatError> {
        let layout = RowsLayout::from_len(file.len() as u64)?;
        for range in layout.ranges(word).into_iter().flatten().take(n_buckets) {
            let bucket = &file[range.start as usize..range.end() as usize];
            let bucket = block::open(ROWS_FILE, range.start, bucket)?;
            if let Some(row) = find_row(bucket, word)? {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    #[test]
    fn every_word_is_found_and_no_other() {
        for n in [0, 1, 2, 3, 10, 1000, 5000] {
            let rows = rows(n);
            let (file, n_left_out) = encode_rows(&rows);
            assert_eq!(n_left_out, 0);
            for WordRow { word, row, .. } in &rows {
                assert_eq!(find(&file, word), Ok(Some(*row)), "{word} of {n}");
            }
            for idx in n..n + 2000 {
                assert_eq!(find(&file, &format!("w{idx}")), Ok(None));
            }
        }
    }

    #[test]
    fn most_slots_are_used() {
        let (file, _) = encode_rows(&rows(10_000));
        assert!(
            file.len() < 10_000 * SLOT_BYTES * 155 / 100,
            "{}",
            file.len()
        );
    }

    #[test]
    fn words_that_are_used_stand_in_their_first_bucket() {
        let rows = rows(10_000);
        let (file, _) = encode_rows(&rows);
        let share = |min_uses: u32| {
            let used = rows.iter().filter(|row| row.n_uses >= min_uses);
            let first = used.clone().filter(|row| {
                let found = find_in(&file, &row.word, 1);
                found.unwrap() == Some(row.row)
            });
            first.count() as f32 / used.count() as f32
        };
        assert!(share(0) > 0.75, "{}", share(0));
        assert!(share(1) > 0.85, "{}", share(1));
        assert!(share(2) > 0.9, "{}", share(2));
        assert!(share(4) > 0.99, "{}", share(4));
    }

    #[test]
    fn the_order_of_the_words_does_not_matter() {
        let mut rows = rows(1000);
        let (file, _) = encode_rows(&rows);
        rows.reverse();
        assert!(encode_rows(&rows).0 == file);
    }

    #[test]
    fn words_made_to_share_two_buckets_are_left_out_and_counted() {
        let rows = rows(1000);
        let made = (1..=50).map(|fingerprint| Entry {
            hash: WordHash {
                first: 0,
                second: 0,
                fingerprint,
            },
            row: &rows[0].row,
            weight: 1,
        });
        let entries = made.chain(rows.iter().map(Entry::new));
        let mut entries: Vec<Entry<'_>> = entries.collect();
        entries.sort_by_key(|entry| entry.hash);
        let (file, n_entries) = encode_entries(entries);
        assert!((1000..=1004).contains(&n_entries), "{n_entries}");
        assert!(file.len() < 2 * encode_rows(&rows).0.len());
    }

    #[test]
    fn a_repeated_word_is_left_out_and_counted() {
        let mut twice = rows(10);
        twice.push(twice[3].clone());
        assert_eq!(encode_rows(&twice).1, 1);
    }

    #[test]
    fn one_new_word_or_a_few_more_uses_leave_nearly_all_buckets_as_they_are() {
        let (before, _) = encode_rows(&rows(5000));
        let n_changed = |rows: &[WordRow]| {
            let (after, _) = encode_rows(rows);
            assert_eq!(before.len(), after.len());
            let buckets = before.chunks(BUCKET_BYTES).zip(after.chunks(BUCKET_BYTES));
            buckets.filter(|(a, b)| a != b).count()
        };
        let n = n_changed(&rows(5001));
        assert!((1..10).contains(&n), "{n}");
        let mut edited = rows(5000);
        edited
            .iter_mut()
            .step_by(250)
            .for_each(|row| row.n_uses += 1);
        let n = n_changed(&edited);
        assert!(n < 40, "{n}");
    }

    #[test]
    fn a_flipped_byte_damages_its_bucket_and_no_other() {
        let rows = rows(20);
        let (file, _) = encode_rows(&rows);
        for offset in 0..file.len() {
            let mut damaged = file.clone();
            damaged[offset] ^= 1;
            for WordRow { word, row, .. } in &rows {
                match find(&damaged, word) {
                    Ok(found) => assert_eq!(found, Some(*row)),
                    Err(error) => assert!(matches!(error, FormatError::Checksum { .. })),
                }
            }
        }
    }

    #[test]
    fn a_file_that_is_cut_inside_a_bucket_is_refused() {
        assert!(RowsLayout::from_len(BUCKET_BYTES as u64 + 1).is_err());
        assert!(RowsLayout::from_len(u64::MAX).is_err());
        assert_eq!(RowsLayout::from_len(0).unwrap().ranges("x"), None);
    }
}
