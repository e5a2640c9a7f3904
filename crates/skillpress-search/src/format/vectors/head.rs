//! The head `vectors`: what the manifest carries of the vector files, so that every block's place is known at once.

use alloc::vec::Vec;
use core::ops::Range;

use crate::{EmbeddingId, FormatError, Reader, Writer};

/// Name of the file of router, cells and id map, in this order: one file, since the flat plan reads all of it at once.
pub const VECTORS_FILE: &str = "vectors";

/// Name of the head in the manifest.
pub const VECTORS_HEAD: &str = "vectors";

/// Most links of a node.
pub const LINKS_MAX: usize = 64;

/// Most cells of an index: 70 KB of router.
pub const CELLS_MAX: usize = 2048;

/// How many vectors there are, and in which cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorHead {
    /// The plan that reads fewer bytes in a session of three searches.
    pub plan: StoredPlan,
    /// Room for links in a node of the graph; 0 when there is none.
    pub n_links: u8,
    /// Bits of an entry of the id map; 0 where skills have the order of their vectors.
    pub id_bits: u8,
    /// The same of the inverse id map.
    pub inverse_bits: u8,
    /// For each cell its first vector, and at the end the number of vectors.
    starts: Vec<u32>,
}

/// How a search finds its candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredPlan {
    /// All signs are read once and compared.
    Flat,
    /// The cells nearest to the query, then the graph.
    Graph,
}

impl VectorHead {
    /// A head of cells with these numbers of vectors, in the order of the vector files; skills have the same order.
    pub fn new(plan: StoredPlan, n_links: u8, members: &[u32]) -> Self {
        let mut starts = Vec::with_capacity(members.len() + 1);
        let mut start = 0;
        starts.push(start);
        for n in members {
            start += n;
            starts.push(start);
        }
        Self {
            plan,
            n_links,
            id_bits: 0,
            inverse_bits: 0,
            starts,
        }
    }

    /// How many vectors there are.
    pub fn n_embeddings(&self) -> u32 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// How many cells they lie in.
    pub fn n_cells(&self) -> usize {
        self.starts.len() - 1
    }

    /// The vectors of cell `cell_idx`.
    pub fn members(&self, cell_idx: usize) -> Range<u32> {
        self.starts[cell_idx]..self.starts[cell_idx + 1]
    }

    /// The cell of vector `id`, which is one of the index's.
    pub fn cell_of(&self, id: EmbeddingId) -> usize {
        self.starts.partition_point(|&start| start <= id.0) - 1
    }

    /// Decodes the head.
    ///
    /// # Errors
    /// What is wrong with the bytes; `Limit` above 2²⁴ − 1 vectors, which three bytes of a link can tell apart.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        Reader::read(bytes, WHAT, |reader| {
            let plan = match reader.u8()? {
                0 => StoredPlan::Flat,
                1 => StoredPlan::Graph,
                _ => return Err(reader.invalid()),
            };
            let n_links = reader.u8()?;
            reader.up_to(LINKS_MAX as u32, n_links.into())?;
            let (id_bits, inverse_bits) = (reader.u8()?, reader.u8()?);
            let n_cells = reader.count(1)?;
            reader.up_to(CELLS_MAX as u32, n_cells as u32)?;
            let mut members = Vec::with_capacity(n_cells);
            let mut n_left = EMBEDDINGS_MAX;
            for _ in 0..n_cells {
                let n = reader.varint()?;
                n_left -= reader.up_to(n_left, n)?;
                members.push(n);
            }
            reader.finish()?;
            Ok(Self {
                id_bits,
                inverse_bits,
                ..Self::new(plan, n_links, &members)
            })
        })
    }

    /// Encodes the head.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(match self.plan {
            StoredPlan::Flat => 0,
            StoredPlan::Graph => 1,
        });
        writer.u8(self.n_links);
        writer.u8(self.id_bits);
        writer.u8(self.inverse_bits);
        writer.varint(self.n_cells() as u32);
        for cell_idx in 0..self.n_cells() {
            writer.varint(self.members(cell_idx).len() as u32);
        }
        writer.into_bytes()
    }
}

const EMBEDDINGS_MAX: u32 = (1 << 24) - 1;
pub(super) const WHAT: &str = "the head of the vectors";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_comes_back() {
        for members in [&[][..], &[0], &[3, 0, 200, 1, 7]] {
            let mut head = VectorHead::new(StoredPlan::Graph, 16, members);
            (head.id_bits, head.inverse_bits) = (3, 22);
            assert_eq!(VectorHead::decode(&head.encode()), Ok(head));
        }
    }

    #[test]
    fn every_vector_lies_in_the_cell_that_counts_it() {
        let head = VectorHead::new(StoredPlan::Flat, 16, &[3, 0, 200, 1, 7]);
        for cell_idx in 0..5 {
            for id in head.members(cell_idx) {
                assert_eq!(head.cell_of(EmbeddingId(id)), cell_idx);
            }
        }
        assert_eq!(head.n_embeddings(), 211);
    }

    #[test]
    fn heads_beyond_the_limits_are_refused() {
        let good = VectorHead::new(StoredPlan::Flat, 16, &[7, 1]).encode();
        for (offset, bad) in [(0, 2), (1, 65), (4, 3), (4, 1)] {
            let mut bytes = good.clone();
            bytes[offset] = bad;
            assert!(VectorHead::decode(&bytes).is_err(), "{bad} at {offset}");
        }
        let most = VectorHead::new(StoredPlan::Flat, 16, &[EMBEDDINGS_MAX, 0]);
        assert!(VectorHead::decode(&most.encode()).is_ok());
        let more = VectorHead::new(StoredPlan::Flat, 16, &[EMBEDDINGS_MAX, 1]);
        assert!(VectorHead::decode(&more.encode()).is_err());
    }
}
