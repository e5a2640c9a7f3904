//! `rows`: what each word means, addressed by the word's hash, so that a reader needs no dictionary.
//!
//! The file is an array of buckets of equal length, two rows each. A word has two buckets and its row stands in one of
//! them (cuckoo hashing: Pagh and Rodler 2004; two choices of two slots fill 85 of 100 slots without effort). A reader
//! fetches both, 288 bytes a word, in the round trip of the terms. The alternative, buckets of eight rows behind a
//! table of offsets, costs 560 bytes a word and 5 KB before the first one.

use alloc::vec;
use alloc::vec::Vec;

use super::block;
use crate::embedder::{ROW_BYTES, Row};
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
    /// `Invalid` when it is not a whole number of buckets, or has more than `u32::MAX`.
    pub fn from_len(len_bytes: u64) -> Result<Self, FormatError> {
        let n_buckets = u32::try_from(len_bytes / BUCKET_BYTES as u64).map_err(|_| INVALID)?;
        if !len_bytes.is_multiple_of(BUCKET_BYTES as u64) {
            return Err(INVALID);
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

    /// The buckets that may hold the row of `word`, to be fetched both; `None` for a file without rows.
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
/// `Truncated` for a bucket of another length, and what is wrong with the row.
pub fn find_row(bucket: &[u8], word: &str) -> Result<Option<Row>, FormatError> {
    if bucket.len() != BUCKET_SLOTS * SLOT_BYTES {
        return Err(FormatError::Truncated { what: WHAT });
    }
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
/// `Truncated` for a bucket of another length, and what is wrong with a row.
pub fn n_rows(bucket: &[u8]) -> Result<usize, FormatError> {
    if bucket.len() != BUCKET_SLOTS * SLOT_BYTES {
        return Err(FormatError::Truncated { what: WHAT });
    }
    let slots = bucket.chunks_exact(SLOT_BYTES);
    let filled = slots.filter(|slot| slot[..4] != [0; 4]);
    filled
        .map(|slot| Row::from_bytes(&slot[4..]))
        .try_fold(0, |n, row| row.map(|_| n + 1))
}

/// Encodes rows; returns the file and how many words it leaves out because 96 bits of their hash are another word's.
///
/// The bytes do not depend on the order of `rows`, but for words that are left out.
pub fn encode_rows<W: AsRef<str>>(rows: &[(W, Row)]) -> (Vec<u8>, usize) {
    let mut entries: Vec<(WordHash, &Row)> = rows
        .iter()
        .map(|(word, row)| (WordHash::of(word.as_ref()), row))
        .collect();
    entries.sort_by_key(|&(hash, _)| hash);
    let mut n_left_out = rows.len();
    entries.dedup_by_key(|&mut (hash, _)| hash);
    let mut n_buckets = n_buckets_for(entries.len());
    loop {
        if let Some(placed) = place(&entries, n_buckets) {
            let shadowed = shadowed(&entries, &placed, n_buckets);
            if shadowed.is_empty() {
                n_left_out -= entries.len();
                return (write(&entries, &placed), n_left_out);
            }
            let mut idx = 0;
            entries.retain(|_| {
                idx += 1;
                !shadowed.contains(&(idx - 1))
            });
        } else {
            n_buckets += n_buckets / 16 + 1;
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

/// Four of five slots taken, the number of buckets rounded up so that a few new words leave all others where they are.
fn n_buckets_for(n_rows: usize) -> u32 {
    let n_buckets = (n_rows * 5).div_ceil(BUCKET_SLOTS * 4);
    let step = (n_buckets / 64).next_power_of_two();
    (n_buckets.div_ceil(step) * step) as u32
}

type Bucket = [Option<u32>; BUCKET_SLOTS];

/// Gives each entry a slot in one of its buckets; `None` when that took too long.
fn place(entries: &[(WordHash, &Row)], n_buckets: u32) -> Option<Vec<Bucket>> {
    let mut buckets: Vec<Bucket> = vec![[None; BUCKET_SLOTS]; n_buckets as usize];
    for entry_idx in 0..entries.len() {
        let mut homeless = entry_idx as u32;
        let mut from = None;
        let mut n_moves = 0usize;
        loop {
            let choices = entries[homeless as usize].0.buckets(n_buckets);
            let free = choices.iter().find_map(|&bucket| {
                let slot = buckets[bucket as usize].iter().position(Option::is_none)?;
                Some((bucket, slot))
            });
            if let Some((bucket, slot)) = free {
                buckets[bucket as usize][slot] = Some(homeless);
                break;
            }
            if n_moves == MOVES_MAX {
                return None;
            }
            // Move into the bucket it was not driven out of, and drive out one of those who live there in turn.
            let bucket = choices[usize::from(from == Some(choices[0]))];
            let slot = &mut buckets[bucket as usize][n_moves / 2 % BUCKET_SLOTS];
            homeless = slot.replace(homeless)?;
            from = Some(bucket);
            n_moves += 1;
        }
    }
    Some(buckets)
}

const MOVES_MAX: usize = 1000;

/// Entries that a reader would not find: another one with the same fingerprint stands where it looks first.
fn shadowed(entries: &[(WordHash, &Row)], buckets: &[Bucket], n_buckets: u32) -> Vec<usize> {
    let found = |hash: WordHash| {
        let slots = hash.buckets(n_buckets);
        let mut slots = slots.iter().flat_map(|&b| buckets[b as usize].iter());
        slots.find_map(|slot| {
            slot.filter(|&idx| entries[idx as usize].0.fingerprint == hash.fingerprint)
        })
    };
    (0..entries.len())
        .filter(|&idx| found(entries[idx].0) != Some(idx as u32))
        .collect()
}

fn write(entries: &[(WordHash, &Row)], buckets: &[Bucket]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(buckets.len() * BUCKET_BYTES);
    for bucket in buckets {
        let mut slots: Vec<u32> = bucket.iter().flatten().copied().collect();
        slots.sort_unstable();
        let mut payload = [0; BUCKET_SLOTS * SLOT_BYTES];
        for (slot, idx) in payload.chunks_exact_mut(SLOT_BYTES).zip(slots) {
            let (hash, row) = entries[idx as usize];
            slot[..4].copy_from_slice(&hash.fingerprint.to_le_bytes());
            slot[4..].copy_from_slice(row.as_bytes());
        }
        let start = bytes.len() as u64;
        bytes.extend(block::seal(ROWS_FILE, start, &payload));
    }
    bytes
}

const WHAT: &str = "a bucket of word rows";
const INVALID: FormatError = FormatError::Invalid { what: WHAT };

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;

    use super::*;
    use crate::embedder::DIM;

    fn rows(n: usize) -> Vec<(String, Row)> {
        (0..n)
            .map(|idx| (format!("w{idx}"), Row::quantise(&[idx as f32 * 1e-4; DIM])))
            .collect()
    }

    fn find(file: &[u8], word: &str) -> Result<Option<Row>, FormatError> {
        let layout = RowsLayout::from_len(file.len() as u64)?;
        for range in layout.ranges(word).into_iter().flatten() {
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
            for (word, row) in &rows {
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
            file.len() < 10_000 * SLOT_BYTES * 135 / 100,
            "{}",
            file.len()
        );
    }

    #[test]
    fn a_repeated_word_is_left_out_and_counted() {
        let mut twice = rows(10);
        twice.push(twice[3].clone());
        assert_eq!(encode_rows(&twice).1, 1);
    }

    #[test]
    fn one_new_word_leaves_nearly_all_buckets_as_they_are() {
        let (before, _) = encode_rows(&rows(5000));
        let (after, _) = encode_rows(&rows(5001));
        assert_eq!(before.len(), after.len());
        let changed = before
            .chunks(BUCKET_BYTES)
            .zip(after.chunks(BUCKET_BYTES))
            .filter(|(a, b)| a != b);
        assert!(changed.count() < 20);
    }

    #[test]
    fn a_flipped_byte_damages_its_bucket_and_no_other() {
        let rows = rows(20);
        let (file, _) = encode_rows(&rows);
        for offset in 0..file.len() {
            let mut damaged = file.clone();
            damaged[offset] ^= 1;
            for (word, row) in &rows {
                match find(&damaged, word) {
                    Ok(found) => assert_eq!(found, Some(*row)),
                    Err(error) => assert_eq!(error, FormatError::Checksum { what: "a block" }),
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
