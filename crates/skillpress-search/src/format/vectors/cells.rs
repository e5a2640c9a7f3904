//! Cells: the signs of all vectors, cell by cell; 11 bytes a vector. See [`super::code`].
//!
//! A block of [`VECTORS_FILE`] for each cell: the signs of its vectors, then their factors. The flat plan reads all of
//! them once; the graph plan reads the cells nearest to the query.

use alloc::vec::Vec;

use super::code::{Code, SIGN_BYTES};
use super::head::{VECTORS_FILE, VectorHead};
use super::router::router_range;
use crate::bytes::has_length;
use crate::format::block;
use crate::{ByteRange, FormatError};

/// Where cell `cell_idx` stands in [`VECTORS_FILE`].
pub fn cell_range(head: &VectorHead, cell_idx: usize) -> ByteRange {
    let members = head.members(cell_idx);
    let len = |n: u32| u64::from(n) * VECTOR_BYTES as u64;
    let before = len(members.start) + (cell_idx * block::CHECKSUM_LEN) as u64;
    ByteRange {
        start: router_range(head).end() + before,
        len: members.len() as u32 * VECTOR_BYTES as u32 + block::CHECKSUM_LEN as u32,
    }
}

/// One past the last byte of the last cell.
pub fn cells_end(head: &VectorHead) -> u64 {
    match head.n_cells() {
        0 => router_range(head).end(),
        n => cell_range(head, n - 1).end(),
    }
}

/// The signs and factors of a cell's vectors, in order.
///
/// # Errors
/// `Length` when the payload is not that of `n` vectors.
pub fn decode_cell(
    payload: &[u8],
    n: usize,
) -> Result<impl Iterator<Item = (&[u8; SIGN_BYTES], u8)>, FormatError> {
    has_length("a cell", payload, n * VECTOR_BYTES)?;
    let (signs, factors) = payload.split_at(n * SIGN_BYTES);
    let (signs, _) = signs.as_chunks();
    Ok(signs.iter().zip(factors.iter().copied()))
}

/// Encodes the codes of all vectors, in the order of the head's cells.
pub fn encode_cells(head: &VectorHead, codes: &[Code]) -> Vec<u8> {
    let mut cells = Vec::new();
    for cell_idx in 0..head.n_cells() {
        let members = head.members(cell_idx);
        let members = &codes[members.start as usize..members.end as usize];
        let mut payload: Vec<u8> = members.iter().flat_map(|code| code.signs).collect();
        payload.extend(members.iter().map(|code| code.factor));
        let start = cell_range(head, cell_idx).start;
        cells.extend(block::seal(VECTORS_FILE, start, &payload));
    }
    cells
}

const VECTOR_BYTES: usize = SIGN_BYTES + 1;

#[cfg(test)]
mod tests {
    use super::super::code::REFINEMENT_BYTES;
    use super::super::head::StoredPlan;
    use super::*;

    #[test]
    fn cells_come_back_from_their_ranges() {
        let head = VectorHead::new(StoredPlan::Flat, 0, &[3, 0, 1]);
        let codes: Vec<Code> = (1..=4)
            .map(|n| Code {
                signs: [n; SIGN_BYTES],
                factor: n * 10,
                refinement: [0; REFINEMENT_BYTES],
            })
            .collect();
        let cells = encode_cells(&head, &codes);
        let start = router_range(&head).end() as usize;
        assert_eq!((start + cells.len()) as u64, cells_end(&head));
        let mut decoded = Vec::new();
        for cell_idx in 0..3 {
            let range = cell_range(&head, cell_idx);
            let cell = &cells[range.start as usize - start..range.end() as usize - start];
            let payload = block::open(VECTORS_FILE, range.start, cell).unwrap();
            let n = head.members(cell_idx).len();
            decoded.extend(decode_cell(payload, n).unwrap());
            assert!(decode_cell(payload, n + 1).is_err());
        }
        let expected = codes.iter().map(|code| (&code.signs, code.factor));
        assert!(expected.eq(decoded));
    }
}
