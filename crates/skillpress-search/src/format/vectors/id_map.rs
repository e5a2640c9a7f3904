//! The id map: from a vector's position to the skill it belongs to.
//!
//! Vectors stand in the order of their cells, cards and postings in that of DocIds. The id map is all that connects
//! them: for each vector how far its DocId lies after its position, in as few bits as the farthest needs, in blocks
//! that can be read alone, each with a checksum. A build numbers skills in the order of their vectors, so all distances
//! are 0, which take no bits: a checksum for each 64 skills. Any other order can be written too, in 2.44 bytes a skill
//! at 500,000. A damaged block drops its hits, it never shows another skill's card. It ends [`VECTORS_FILE`].
//!
//! The `nodes` file ends with the inverse, for the graph plan: see [`super::nodes`].

use alloc::vec::Vec;

use super::head::VECTORS_FILE;
use crate::format::block;
use crate::{BitReader, BitWriter, ByteRange, DocId, FormatError};

/// Entries of a block of the id map.
pub const IDS_BLOCK: u32 = 64;

/// The id map of an index with `n_embeddings` vectors of `n_skills` skills, with `n_bits` bits an entry; it stands in
/// [`VECTORS_FILE`] from `start` on.
pub fn id_map(start: u64, n_embeddings: u32, n_skills: u32, n_bits: u8) -> PackedIds {
    PackedIds {
        file: VECTORS_FILE,
        start,
        n: n_embeddings,
        bound: n_skills,
        block_len: IDS_BLOCK,
        n_bits,
    }
}

/// Encodes the id map: for each vector the skill that it belongs to, below `n_skills`. With the bits of an entry, which
/// the head names.
pub fn encode_id_map(start: u64, docs: &[DocId], n_skills: u32) -> (Vec<u8>, u8) {
    let ids: Vec<u32> = docs.iter().map(|doc| doc.0).collect();
    let n_bits = bits_of(&ids, n_skills);
    let map = id_map(start, ids.len() as u32, n_skills, n_bits);
    (map.encode(&ids), n_bits)
}

/// The bits that entries take where `ids`, below `bound`, are to be packed.
pub(super) fn bits_of(ids: &[u32], bound: u32) -> u8 {
    let distances = ids.iter().zip(0..);
    let farthest = distances.map(|(&id, position)| distance(id, position, bound));
    n_bits(farthest.max().unwrap_or(0))
}

/// Where and how numbers below a bound stand: each as its distance from its position, counted upwards and from the bound
/// on from 0; bit-packed in blocks with checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackedIds {
    /// Name of the file in the manifest.
    pub(super) file: &'static str,
    /// Where the first block starts.
    pub(super) start: u64,
    pub(super) n: u32,
    /// All numbers are below.
    pub(super) bound: u32,
    /// Entries of a block; the last may have fewer.
    pub(super) block_len: u32,
    /// Bits of an entry.
    pub(super) n_bits: u8,
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

    /// Length in bytes.
    pub fn len_bytes(&self) -> u64 {
        self.end() - self.start
    }

    /// One past the last byte.
    pub fn end(&self) -> u64 {
        match self.n_blocks() {
            0 => self.start,
            n => self.range(n - 1).end(),
        }
    }

    /// Bits of each entry.
    pub fn n_bits(&self) -> u32 {
        self.n_bits.into()
    }

    /// Whether entries have no more bits than the farthest of all distances needs.
    pub fn is_valid(&self) -> bool {
        self.n_bits <= n_bits(self.bound.saturating_sub(1))
    }

    /// The numbers in the payload of block `block_idx`.
    ///
    /// # Errors
    /// `Truncated` for too few bytes; `Invalid` for a number outside its bound.
    pub fn decode(&self, block_idx: u32, payload: &[u8]) -> Result<Vec<u32>, FormatError> {
        BitReader::read(payload, "an id block", |bits| {
            self.entries(block_idx)
                .map(|position| match bits.bits(self.n_bits())? {
                    distance if distance < self.bound => Ok(at(distance, position, self.bound)),
                    _ => Err(bits.invalid()),
                })
                .collect()
        })
    }

    pub(super) fn encode(&self, ids: &[u32]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (ids, block_idx) in ids.chunks(self.block_len as usize).zip(0..) {
            let mut bits = BitWriter::new();
            for (&id, position) in ids.iter().zip(self.entries(block_idx)) {
                bits.bits(distance(id, position, self.bound), self.n_bits());
            }
            let start = self.start + bytes.len() as u64;
            bytes.extend(block::seal(self.file, start, &bits.into_bytes()));
        }
        bytes
    }

    fn block_bytes(&self, n: u32) -> u32 {
        (n * self.n_bits()).div_ceil(8) + block::CHECKSUM_LEN as u32
    }
}

/// How far `id` lies after `position`, where 0 follows on the last number below `bound`. No sum here overflows: there are
/// at most 2²² skills.
fn distance(id: u32, position: u32, bound: u32) -> u32 {
    debug_assert!(id < bound);
    (id + bound - position % bound) % bound
}

/// The number so far after `position`.
fn at(distance: u32, position: u32, bound: u32) -> u32 {
    (position % bound + distance) % bound
}

/// As few bits as `number` needs.
fn n_bits(number: u32) -> u8 {
    (32 - number.leading_zeros()) as u8
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;

    fn decode_all(map: PackedIds, file: &[u8]) -> Vec<Result<Vec<u32>, FormatError>> {
        (0..map.n_blocks())
            .map(|block_idx| {
                let range = map.range(block_idx);
                let block = &file[range.start as usize..range.end() as usize];
                map.decode(block_idx, block::open(VECTORS_FILE, range.start, block)?)
            })
            .collect()
    }

    fn shuffled(n: u32) -> Vec<DocId> {
        let mut ids: Vec<DocId> = (0..n).map(DocId).collect();
        ids.sort_by_key(|id| id.0.wrapping_mul(2_654_435_761));
        ids
    }

    #[test]
    fn half_a_million_skills_cost_less_than_two_and_a_half_bytes_each() {
        for n in [500, 2_291, 20_000, 500_000] {
            let (file, n_bits) = encode_id_map(0, &shuffled(n), n);
            assert!(
                file.len() as f64 / f64::from(n) <= 2.5,
                "{n}: {}",
                file.len()
            );
            assert_eq!(file.len() as u64, id_map(0, n, n, n_bits).end());
        }
    }

    #[test]
    fn skills_in_the_order_of_their_vectors_cost_their_checksums() {
        for (n, more) in [(0, 3), (1, 0), (64, 0), (2_291, 9)] {
            let in_order: Vec<DocId> = (0..n).map(DocId).collect();
            let (file, n_bits) = encode_id_map(0, &in_order, n + more);
            let map = id_map(0, n, n + more, 0);
            assert_eq!(n_bits, 0);
            assert_eq!(file.len(), 4 * n.div_ceil(IDS_BLOCK) as usize);
            let decoded = decode_all(map, &file).into_iter().flat_map(Result::unwrap);
            assert!(decoded.eq(0..n));
        }
    }

    #[test]
    fn the_examples_of_the_specification_hold() {
        let ids = |numbers: [u32; 5]| numbers.map(DocId);
        let (file, n_bits) = encode_id_map(0, &ids([3, 0, 5, 1, 4]), 6);
        assert_eq!((&file[..2], file.len(), n_bits), (&[0xeb, 0x08][..], 6, 3));
        let (file, n_bits) = encode_id_map(0, &ids([0, 1, 2, 3, 4]), 6);
        assert_eq!((file.len(), n_bits), (4, 0));
    }

    #[test]
    fn a_number_out_of_bounds_is_refused() {
        let map = id_map(0, 3, 5, 3);
        // Distances 1, 4, 3 and 1, 5, 3.
        assert_eq!(map.decode(0, &[0b1110_0001, 0]), Ok(vec![1, 0, 0]));
        let invalid = FormatError::Invalid {
            what: "an id block",
            offset: 0,
        };
        assert_eq!(map.decode(0, &[0b1110_1001, 0]), Err(invalid));
        let is_valid = |n_skills, n_bits| id_map(0, 3, n_skills, n_bits).is_valid();
        assert!(is_valid(5, 3) && !is_valid(5, 4) && !is_valid(1, 1) && is_valid(0, 0));
    }

    #[test]
    fn a_flipped_bit_drops_its_block_and_never_changes_an_id() {
        for ids in [shuffled(300), (0..300).map(DocId).collect()] {
            check_flips(&ids);
        }
    }

    fn check_flips(ids: &[DocId]) {
        let (good, n_bits) = encode_id_map(0, ids, 300);
        let map = id_map(0, 300, 300, n_bits);
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
        let in_order: Vec<DocId> = (0..200).map(DocId).collect();
        for ids in [shuffled(200), in_order] {
            let (file, n_bits) = encode_id_map(0, &ids, 200);
            let map = id_map(0, 200, 200, n_bits);
            let (first, second) = (map.range(0), map.range(1));
            let block = &file[second.start as usize..second.end() as usize];
            assert_eq!(first.len, second.len);
            assert!(block::open(VECTORS_FILE, second.start, block).is_ok());
            assert!(block::open(VECTORS_FILE, first.start, block).is_err());
        }
    }

    proptest! {
        #[test]
        fn ids_come_back(n in 0u32..700, more in 1u32..10_000) {
            let ids = shuffled(n);
            let (file, n_bits) = encode_id_map(0, &ids, n + more);
            let map = id_map(0, n, n + more, n_bits);
            prop_assert!(map.is_valid());
            prop_assert_eq!(map.end(), file.len() as u64);
            let decoded: Vec<u32> = decode_all(map, &file).into_iter().flat_map(Result::unwrap).collect();
            prop_assert_eq!(decoded, ids.iter().map(|id| id.0).collect::<Vec<_>>());
        }
    }
}
