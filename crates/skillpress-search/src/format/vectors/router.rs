//! The router: the centroids of the cells; what the vectors of a cell have in common.
//!
//! One block, the first of [`VECTORS_FILE`], read before the first vector search, 34 bytes a cell. A centroid is the mean of all vectors plus two bits
//! a dimension; what it leaves over, its vectors' codes take on.

use alloc::vec::Vec;

use super::code::Residual;
use super::head::{VECTORS_FILE, VectorHead};
use crate::embedder::DIM;
use crate::format::block;
use crate::{ByteRange, FormatError, Reader, Writer};

/// The centroids of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Router {
    /// What one unit of a code's factor is worth, in units of 2⁻²⁰.
    pub factor_step: u16,
    /// The mean of all vectors, in units of 2⁻¹⁵.
    pub mean: [i16; DIM],
    /// One for each cell.
    pub cells: Vec<Cell>,
}

/// A centroid: mean + (2 · code − 3) · step for each dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Two bits a dimension, the first of four lowest.
    pub codes: [u8; DIM / 4],
    /// In units of 2⁻¹⁵.
    pub step: u16,
}

/// Where the router of an index stands in [`VECTORS_FILE`].
pub fn router_range(head: &VectorHead) -> ByteRange {
    let payload = 2 + 2 * DIM + head.n_cells() * (DIM / 4 + 2);
    ByteRange {
        start: 0,
        len: (payload + block::CHECKSUM_LEN) as u32,
    }
}

impl Router {
    /// The centroid of cell `cell_idx`, in units of 2⁻¹⁵.
    pub fn centroid(&self, cell_idx: usize) -> Residual {
        self.cells[cell_idx].centroid(&self.mean)
    }

    /// Decodes the payload.
    ///
    /// # Errors
    /// `Truncated` or `TrailingBytes` when it has another number of cells than `head` says.
    pub fn decode(head: &VectorHead, payload: &[u8]) -> Result<Self, FormatError> {
        Reader::read(payload, "the router", |reader| {
            let factor_step = reader.u16()?;
            let mut mean = [0; DIM];
            for x in &mut mean {
                *x = reader.u16()? as i16;
            }
            let mut cells = Vec::new();
            for _ in 0..head.n_cells() {
                let mut codes = [0; DIM / 4];
                codes.copy_from_slice(reader.take(DIM / 4)?);
                let step = reader.u16()?;
                cells.push(Cell { codes, step });
            }
            reader.finish()?;
            Ok(Self {
                factor_step,
                mean,
                cells,
            })
        })
    }

    /// Encodes the block.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u16(self.factor_step);
        self.mean.iter().for_each(|&x| writer.u16(x as u16));
        for cell in &self.cells {
            writer.bytes(&cell.codes);
            writer.u16(cell.step);
        }
        block::seal(VECTORS_FILE, 0, &writer.into_bytes())
    }
}

impl Cell {
    /// The nearest cell to `centroid`, both in units of 2⁻¹⁵.
    pub fn nearest(centroid: &Residual, mean: &[i16; DIM]) -> Self {
        let rest = |dim: usize| i64::from(centroid[dim]) - i64::from(mean[dim]);
        let sum: u64 = (0..DIM).map(|dim| rest(dim).unsigned_abs()).sum();
        // Levels lie at odd multiples of the step: 5/8 of the mean magnitude is the best even spacing of four levels for
        // a normal distribution (Max 1960).
        let step = (sum * 5 / (DIM as u64 * 8)).clamp(1, u64::from(u16::MAX)) as i64;
        let mut codes = [0; DIM / 4];
        for dim in 0..DIM {
            let code = (rest(dim).div_euclid(2 * step) + 2).clamp(0, 3) as u8;
            codes[dim / 4] |= code << (2 * (dim % 4));
        }
        Self {
            codes,
            step: step as u16,
        }
    }

    /// The centroid that it stands for, in units of 2⁻¹⁵.
    pub fn centroid(&self, mean: &[i16; DIM]) -> Residual {
        core::array::from_fn(|dim| {
            let code = i32::from(self.codes[dim / 4] >> (2 * (dim % 4)) & 3);
            i32::from(mean[dim]) + (2 * code - 3) * i32::from(self.step)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::head::StoredPlan;
    use super::*;

    #[test]
    fn a_router_comes_back_and_has_the_length_that_its_head_says() {
        let mean = core::array::from_fn(|dim| dim as i16 * 7 - 400);
        let cells = (0..5).map(|cell_idx| {
            let centroid = core::array::from_fn(|dim| {
                i32::from(mean[dim]) + (dim as i32 * 37 + cell_idx * 911) % 4000 - 2000
            });
            Cell::nearest(&centroid, &mean)
        });
        let router = Router {
            factor_step: 500,
            mean,
            cells: cells.collect(),
        };
        let head = VectorHead::new(StoredPlan::Flat, 16, &[3, 1, 200, 1, 7]);
        let bytes = router.encode();
        assert_eq!(router_range(&head).len as usize, bytes.len());
        let payload = block::open(VECTORS_FILE, 0, &bytes).unwrap();
        assert_eq!(Router::decode(&head, payload), Ok(router));
        for len in 0..payload.len() {
            assert!(Router::decode(&head, &payload[..len]).is_err());
        }
    }

    #[test]
    fn centroids_keep_most_of_what_they_differ_by() {
        let mean = [50i16; DIM];
        let centroid: Residual =
            core::array::from_fn(|dim| 50 + ((dim as i32 * 1_103) % 2_001 - 1_000));
        let decoded = Cell::nearest(&centroid, &mean).centroid(&mean);
        let square = |a: &Residual, b: &Residual| -> i64 {
            a.iter().zip(b).map(|(a, b)| i64::from(a - b).pow(2)).sum()
        };
        assert!(square(&centroid, &decoded) * 6 < square(&centroid, &[50; DIM]));
    }
}
