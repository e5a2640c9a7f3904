//! Posting lists: which skills hold a term, and how much it says about each, highest impact first.
//!
//! The impact of a term on a skill is its whole BM25 score there, as a level of 1 to 255 of the term's highest impact.
//! Lists in order of impact are those of "Anh, Moffat: Impact transformation" (SIGIR 2002); any prefix of blocks is
//! usable, and what it leaves out weighs no more than the last level read.

use alloc::vec::Vec;

use super::block::{self, CHECKSUM_LEN};
use crate::bytes::Read;
use crate::{BitReader, BitWriter, DocId, FormatError, Reader, Writer};

/// One skill of a posting list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Which skill.
    pub doc: DocId,
    /// Impact in 255ths of the term's highest one; never 0.
    pub level: u8,
}

/// Length of every block of a list but its last one, checksum included.
pub const POSTINGS_BLOCK_LEN: usize = 8192;

/// Lists up to this length are read whole; of longer ones only the first block.
pub const FULL_LIST_MAX_LEN: u32 = 2 * POSTINGS_BLOCK_LEN as u32;

/// What the manifest calls the file of posting lists.
pub const POSTINGS_FILE: &str = "postings";

/// `postings` as bits, without a count: groups of equal level, highest first, skills ascending within.
///
/// Per group: gamma(drop from the level before, at first from 256), gamma(count), then the gaps between skills, less
/// one, Rice-coded with a parameter that follows from count and `n_skills`.
pub fn encode(postings: &[Posting], n_skills: u32) -> Vec<u8> {
    let mut sorted = postings.to_vec();
    sorted.sort_by_key(|posting| (u8::MAX - posting.level, posting.doc));
    encode_sorted(&sorted, n_skills)
}

/// Reads `count` postings from the front of `bytes`, and how many bytes they took.
///
/// # Errors
/// `Truncated` when the bits end early; `Invalid` for a level below 1, a skill not below `n_skills`, or a skill that
/// repeats within a level.
pub fn decode(
    bytes: &[u8],
    count: usize,
    n_skills: u32,
) -> Result<(Vec<Posting>, usize), FormatError> {
    BitReader::read(bytes, WHAT, |reader| {
        // A posting takes at least one bit.
        if count > reader.remaining_bits() {
            return Err(reader.truncated(count as u32));
        }
        let mut postings = Vec::with_capacity(count);
        let mut n_left = count;
        let mut level = 256u32;
        while n_left > 0 {
            let drop = read_gamma(reader)?;
            let group_count = read_gamma(reader)?;
            if drop >= level || group_count as usize > n_left {
                return Err(reader.invalid());
            }
            level -= drop;
            let rice = rice_parameter(group_count, n_skills);
            let mut next = 0u32;
            for _ in 0..group_count {
                let high = reader.unary(n_skills >> rice)?;
                let gap = (high << rice) | reader.bits(rice)?;
                let doc = next.saturating_add(gap);
                if doc >= n_skills {
                    return Err(reader.invalid());
                }
                postings.push(Posting {
                    doc: DocId(doc),
                    level: level as u8,
                });
                next = doc + 1;
            }
            n_left -= group_count as usize;
        }
        Ok((postings, bytes.len() - reader.remaining_bits() / 8))
    })
}

/// `postings` as a list of blocks for offset `start` of the postings file. Each block: count (varint), bits, checksum;
/// all but the last are filled with zeros up to [`POSTINGS_BLOCK_LEN`].
pub fn encode_list(postings: &[Posting], n_skills: u32, start: u64) -> Vec<u8> {
    let mut sorted = postings.to_vec();
    sorted.sort_by_key(|posting| (u8::MAX - posting.level, posting.doc));
    let mut list = Vec::new();
    let mut rest = sorted.as_slice();
    while !rest.is_empty() {
        let mut count = rest.len();
        let mut payload = block_payload(rest, n_skills);
        if payload.len() + CHECKSUM_LEN > POSTINGS_BLOCK_LEN {
            // The longest prefix that fits, by halving: more postings never take fewer bytes than a few bits less.
            let (mut low, mut high) = (1, rest.len());
            while low + 1 < high {
                let middle = low + (high - low) / 2;
                let fits = block_payload(&rest[..middle], n_skills).len() + CHECKSUM_LEN
                    <= POSTINGS_BLOCK_LEN;
                if fits {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            count = low;
            payload = block_payload(&rest[..count], n_skills);
            payload.resize(POSTINGS_BLOCK_LEN - CHECKSUM_LEN, 0);
        }
        let block_start = start + list.len() as u64;
        list.extend(block::seal(POSTINGS_FILE, block_start, &payload));
        rest = &rest[count..];
    }
    list
}

/// The postings of the payload of one block.
///
/// # Errors
/// As [`decode`].
pub fn decode_block(payload: &[u8], n_skills: u32) -> Result<Vec<Posting>, FormatError> {
    Reader::read(payload, WHAT, |reader| {
        let count = reader.varint()? as usize;
        let bits = reader.take(reader.remaining())?;
        Ok(reader.noted(decode(bits, count, n_skills))?.0)
    })
}

fn block_payload(postings: &[Posting], n_skills: u32) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.varint(postings.len() as u32);
    writer.bytes(&encode_sorted(postings, n_skills));
    writer.into_bytes()
}

fn encode_sorted(sorted: &[Posting], n_skills: u32) -> Vec<u8> {
    let mut writer = BitWriter::new();
    let mut level_before = 256u32;
    for group in sorted.chunk_by(|a, b| a.level == b.level) {
        let level = u32::from(group[0].level);
        write_gamma(&mut writer, level_before - level);
        write_gamma(&mut writer, group.len() as u32);
        let rice = rice_parameter(group.len() as u32, n_skills);
        let mut next = 0;
        for posting in group {
            let gap = posting.doc.0 - next;
            writer.unary(gap >> rice);
            writer.bits(gap & ((1 << rice) - 1), rice);
            next = posting.doc.0 + 1;
        }
        level_before = level;
    }
    writer.into_bytes()
}

/// floor(log2(0.69 · n_skills / count)), at least 0: near the best Rice parameter for gaps of a random set.
fn rice_parameter(count: u32, n_skills: u32) -> u32 {
    let mean = u64::from(n_skills) * 69 / 100 / u64::from(count.max(1));
    mean.max(1).ilog2()
}

/// Elias gamma code of `value` ≥ 1: as many zeros as it has bits after its highest, a one, then those bits.
fn write_gamma(writer: &mut BitWriter, value: u32) {
    let n_low_bits = value.ilog2();
    writer.unary(n_low_bits);
    writer.bits(value - (1 << n_low_bits), n_low_bits);
}

fn read_gamma(reader: &mut BitReader<'_>) -> Read<u32> {
    let n_low_bits = reader.unary(31)?;
    Ok(1 << n_low_bits | reader.bits(n_low_bits)?)
}

const WHAT: &str = "a posting list";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use alloc::vec;
    use proptest::prelude::*;

    use super::*;

    fn posting(doc: u32, level: u8) -> Posting {
        Posting {
            doc: DocId(doc),
            level,
        }
    }

    #[test]
    fn the_example_of_the_specification_holds() {
        let postings = [posting(7, 255), posting(2, 128), posting(5, 128)];
        let bytes = encode(&postings, 10);
        assert_eq!(bytes, [0x3b, 0xf0, 0x97, 0x04]);
        let (decoded, n_bytes) = decode(&bytes, 3, 10).unwrap();
        assert_eq!(decoded, [posting(7, 255), posting(2, 128), posting(5, 128)]);
        assert_eq!(n_bytes, bytes.len());
    }

    #[test]
    fn a_long_list_is_cut_into_blocks_that_stand_alone() {
        let n_skills = 1 << 20;
        let postings: Vec<Posting> = (0..40_000)
            .map(|idx| posting(idx * 26 + idx % 7, (idx % 255) as u8 + 1))
            .collect();
        let list = encode_list(&postings, n_skills, 100);
        let mut decoded = Vec::new();
        for (block_idx, bytes) in list.chunks(POSTINGS_BLOCK_LEN).enumerate() {
            let start = 100 + (block_idx * POSTINGS_BLOCK_LEN) as u64;
            let payload = block::open(POSTINGS_FILE, start, bytes).unwrap();
            let block = decode_block(payload, n_skills).unwrap();
            assert!(
                decoded
                    .last()
                    .is_none_or(|last: &Posting| last.level >= block[0].level)
            );
            decoded.extend(block);
        }
        assert!(list.len() > 3 * POSTINGS_BLOCK_LEN);
        decoded.sort_by_key(|posting| posting.doc);
        assert_eq!(decoded, postings);
    }

    #[test]
    fn a_count_beyond_the_bytes_is_refused_before_memory_is_asked_for() {
        assert_eq!(
            decode(&[0xff], 8_000, 10),
            Err(FormatError::Truncated {
                what: WHAT,
                offset: 0,
                got: 1,
                expected: 1_000,
            })
        );
        let decoded = decode_block(&[0xff, 0xff, 0xff, 0xff, 0x0f], 10);
        assert!(matches!(
            decoded,
            Err(FormatError::Truncated { got: 0, .. })
        ));
    }

    proptest! {
        #[test]
        fn postings_come_back(
            levels in proptest::collection::btree_map(0u32..5000, 1u8..=255, 1..300),
            extra in proptest::collection::vec(any::<u8>(), 0..5),
        ) {
            let postings: Vec<Posting> = levels.iter().map(|(&doc, &level)| posting(doc, level)).collect();
            let mut bytes = encode(&postings, 5000);
            let len = bytes.len();
            bytes.extend(extra);
            let (decoded, n_bytes) = decode(&bytes, postings.len(), 5000).unwrap();
            prop_assert_eq!(n_bytes, len);
            prop_assert!(decoded.is_sorted_by_key(|posting| (u8::MAX - posting.level, posting.doc)));
            let decoded: BTreeMap<u32, u8> = decoded.iter().map(|posting| (posting.doc.0, posting.level)).collect();
            prop_assert_eq!(decoded, levels);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), count in 0usize..600, n_skills in 0u32..5000) {
            let _ = decode(&bytes, count, n_skills);
            let _ = decode_block(&bytes, n_skills);
        }
    }

    #[test]
    fn nothing_is_no_bytes() {
        assert_eq!(encode(&[], 5), Vec::<u8>::new());
        assert_eq!(decode(&[], 0, 0), Ok((vec![], 0)));
    }
}
