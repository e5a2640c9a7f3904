//! `cells`: the signs of all vectors, cell by cell; 11 bytes a vector. See [`crate::vector::code`].
//!
//! A block for each cell: the signs of its vectors, then their factors. The flat plan reads the file once; the graph
//! plan reads the cells nearest to the query.

use alloc::vec::Vec;

use super::block;
use super::vectors::VectorHead;
use crate::vector::code::{Code, SIGN_BYTES};
use crate::{ByteRange, FormatError};

/// Name of the file in the manifest.
pub const CELLS_FILE: &str = "cells";

/// Where cell `cell_idx` stands.
pub fn cell_range(head: &VectorHead, cell_idx: usize) -> ByteRange {
    let members = head.members(cell_idx);
    let len = |n: u32| u64::from(n) * VECTOR_BYTES as u64;
    ByteRange {
        start: len(members.start) + (cell_idx * block::CHECKSUM_LEN) as u64,
        len: members.len() as u32 * VECTOR_BYTES as u32 + block::CHECKSUM_LEN as u32,
    }
}

/// Length of the file in bytes.
pub fn cells_len(head: &VectorHead) -> u64 {
    match head.n_cells() {
        0 => 0,
        n => cell_range(head, n - 1).end(),
    }
}

/// The signs and factors of a cell's vectors, in order.
///
/// # Errors
/// `Truncated` when the payload is not that of `n` vectors.
pub fn decode_cell(
    payload: &[u8],
    n: usize,
) -> Result<impl Iterator<Item = (&[u8; SIGN_BYTES], u8)>, FormatError> {
    if payload.len() != n * VECTOR_BYTES {
        return Err(FormatError::Truncated { what: "a cell" });
    }
    let (signs, factors) = payload.split_at(n * SIGN_BYTES);
    let (signs, _) = signs.as_chunks();
    Ok(signs.iter().zip(factors.iter().copied()))
}

/// Encodes the codes of all vectors, in the order of the head's cells.
pub fn encode_cells(head: &VectorHead, codes: &[Code]) -> Vec<u8> {
    let mut file = Vec::new();
    for cell_idx in 0..head.n_cells() {
        let members = head.members(cell_idx);
        let members = &codes[members.start as usize..members.end as usize];
        let mut payload: Vec<u8> = members.iter().flat_map(|code| code.signs).collect();
        payload.extend(members.iter().map(|code| code.factor));
        file.extend(block::seal(CELLS_FILE, file.len() as u64, &payload));
    }
    file
}

const VECTOR_BYTES: usize = SIGN_BYTES + 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::vectors::StoredPlan;
    use crate::vector::code::REST_BYTES;

    #[test]
    fn cells_come_back_from_their_ranges() {
        let head = VectorHead::new(StoredPlan::Flat, 0, &[3, 0, 1]);
        let codes: Vec<Code> = (1..=4)
            .map(|n| Code {
                signs: [n; SIGN_BYTES],
                factor: n * 10,
                rest: [0; REST_BYTES],
            })
            .collect();
        let file = encode_cells(&head, &codes);
        assert_eq!(file.len() as u64, cells_len(&head));
        let mut decoded = Vec::new();
        for cell_idx in 0..3 {
            let range = cell_range(&head, cell_idx);
            let cell = &file[range.start as usize..range.end() as usize];
            let payload = block::open(CELLS_FILE, range.start, cell).unwrap();
            let n = head.members(cell_idx).len();
            decoded.extend(decode_cell(payload, n).unwrap());
            assert!(decode_cell(payload, n + 1).is_err());
        }
        let expected = codes.iter().map(|code| (&code.signs, code.factor));
        assert!(expected.eq(decoded));
    }
}
