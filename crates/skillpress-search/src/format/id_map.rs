//! `ids`: the id map, from a vector's position to the skill it belongs to.
//!
//! Vectors stand in the order of their cells, cards and postings in the order of `owner/slug`. The id map is all that
//! connects them: numbers of as few bits as the largest needs, in blocks that can be read alone, each with a checksum.
//! At 500,000 skills that is 2.44 bytes a skill; a damaged block drops its hits, it never shows another skill's card.
//!
//! The `nodes` file ends with the inverse, for the graph plan: see [`crate::format::nodes`].

use alloc::vec::Vec;

use super::block;
use crate::{BitReader, BitWriter, ByteRange, FormatError, SkillId};

/// Name of the file in the manifest.
pub const IDS_FILE: &str = "ids";

/// A vector's position in the vector files: skills of a cell stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmbeddingId(pub u32);

impl EmbeddingId {
    /// For indexing.
    pub fn idx(self) -> usize {
        self.0 as usize
    }
}

/// Entries of a block of the id map.
pub const IDS_BLOCK: u32 = 64;

/// The id map of an index with `n_embeddings` vectors of `n_skills` skills.
pub fn id_map(n_embeddings: u32, n_skills: u32) -> PackedIds {
    PackedIds {
        file: IDS_FILE,
        start: 0,
        n: n_embeddings,
        n_values: n_skills,
        block_len: IDS_BLOCK,
    }
}

/// Encodes the id map: for each vector the skill that it belongs to, below `n_skills`.
pub fn encode_id_map(skills: &[SkillId], n_skills: u32) -> Vec<u8> {
    id_map(skills.len() as u32, n_skills).encode(skills.iter().map(|skill| skill.0))
}

/// Where and how numbers below a bound stand, bit-packed in blocks with checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackedIds {
    /// Name of the file in the manifest.
    pub(super) file: &'static str,
    /// Where the first block starts.
    pub(super) start: u64,
    pub(super) n: u32,
    /// All numbers are below.
    pub(super) n_values: u32,
    /// Entries of a block; the last may have fewer.
    pub(super) block_len: u32,
}

impl PackedIds {
    /// How many blocks there are.
    pub fn n_blocks(&self) -> u32 {
        self.n.div_ceil(self.block_len)
    }

    /// The block that holds entry `idx`.
    pub fn block_of(&self, idx: u32) -> u32 {
        idx / self.block_len
    }

    /// The entries of block `block_idx`.
    pub fn entries(&self, block_idx: u32) -> core::ops::Range<u32> {
        let start = block_idx * self.block_len;
        start..self.n.min(start + self.block_len)
    }

    /// Where block `block_idx` stands.
    pub fn range(&self, block_idx: u32) -> ByteRange {
        let full_len = self.block_bytes(self.block_len);
        ByteRange {
            start: self.start + u64::from(block_idx) * u64::from(full_len),
            len: self.block_bytes(self.entries(block_idx).len() as u32),
        }
    }

    /// One past the last byte.
    pub fn end(&self) -> u64 {
        match self.n_blocks() {
            0 => self.start,
            n => self.range(n - 1).end(),
        }
    }

    /// The numbers in the payload of block `block_idx`.
    ///
    /// # Errors
    /// `Truncated` for too few bytes; `Invalid` for a number outside its bound.
    pub fn decode(&self, block_idx: u32, payload: &[u8]) -> Result<Vec<u32>, FormatError> {
        let mut bits = BitReader::new(payload, "an id block");
        self.entries(block_idx)
            .map(|_| match bits.bits(self.n_bits())? {
                id if id < self.n_values => Ok(id),
                _ => Err(FormatError::Invalid {
                    what: "an id block",
                }),
            })
            .collect()
    }

    pub(super) fn encode(&self, ids: impl Iterator<Item = u32>) -> Vec<u8> {
        let ids: Vec<u32> = ids.collect();
        let mut bytes = Vec::new();
        for block_ids in ids.chunks(self.block_len as usize) {
            let mut bits = BitWriter::new();
            block_ids
                .iter()
                .for_each(|&id| bits.bits(id, self.n_bits()));
            let start = self.start + bytes.len() as u64;
            bytes.extend(block::seal(self.file, start, &bits.into_bytes()));
        }
        bytes
    }

    /// Bits of each number: as few as the largest needs.
    pub fn n_bits(&self) -> u32 {
        32 - self.n_values.saturating_sub(1).leading_zeros()
    }

    fn block_bytes(&self, n: u32) -> u32 {
        (n * self.n_bits()).div_ceil(8) + block::CHECKSUM_LEN as u32
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode_all(map: PackedIds, file: &[u8]) -> Vec<Result<Vec<u32>, FormatError>> {
        (0..map.n_blocks())
            .map(|block_idx| {
                let range = map.range(block_idx);
                let block = &file[range.start as usize..range.end() as usize];
                map.decode(block_idx, block::open(IDS_FILE, range.start, block)?)
            })
            .collect()
    }

    fn shuffled(n: u32) -> Vec<SkillId> {
        let mut ids: Vec<SkillId> = (0..n).map(SkillId).collect();
        ids.sort_by_key(|id| id.0.wrapping_mul(2_654_435_761));
        ids
    }

    #[test]
    fn half_a_million_skills_cost_less_than_two_and_a_half_bytes_each() {
        for n in [500, 2_291, 20_000, 500_000] {
            let file = encode_id_map(&shuffled(n), n);
            assert!(
                file.len() as f64 / f64::from(n) <= 2.5,
                "{n}: {}",
                file.len()
            );
            assert_eq!(file.len() as u64, id_map(n, n).end());
        }
    }

    #[test]
    fn a_flipped_bit_drops_its_block_and_never_changes_an_id() {
        let ids = shuffled(300);
        let good = encode_id_map(&ids, 300);
        let map = id_map(300, 300);
        let intact = decode_all(map, &good);
        for bit in 0..good.len() * 8 {
            let mut damaged = good.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let n_dropped = decode_all(map, &damaged)
                .iter()
                .zip(&intact)
                .filter(|(damaged, intact)| match damaged {
                    Ok(ids) => {
                        assert_eq!(Ok(ids), intact.as_ref());
                        false
                    }
                    Err(_) => true,
                })
                .count();
            assert_eq!(n_dropped, 1, "bit {bit}");
        }
    }

    #[test]
    fn a_block_in_anothers_place_is_refused() {
        let file = encode_id_map(&shuffled(200), 200);
        let map = id_map(200, 200);
        let (first, second) = (map.range(0), map.range(1));
        let block = &file[second.start as usize..second.end() as usize];
        assert_eq!(first.len, second.len);
        assert!(block::open(IDS_FILE, second.start, block).is_ok());
        assert!(block::open(IDS_FILE, first.start, block).is_err());
    }

    proptest! {
        #[test]
        fn ids_come_back(n in 0u32..700, more in 1u32..10_000) {
            let ids = shuffled(n);
            let file = encode_id_map(&ids, n + more);
            let map = id_map(n, n + more);
            prop_assert_eq!(map.end(), file.len() as u64);
            let decoded: Vec<u32> = decode_all(map, &file).into_iter().flat_map(Result::unwrap).collect();
            prop_assert_eq!(decoded, ids.iter().map(|id| id.0).collect::<Vec<_>>());
        }
    }
}
