//! `codes`: the refinements of the codes of all vectors: what their signs do not tell; 90 bytes a vector.
//!
//! A block for each vector, in the order of the cells, so that a search reads those of its candidates and nothing else.
//! See [`super::code`].

use alloc::vec::Vec;

use super::code::{Code, REFINEMENT_BYTES};
use super::head::VectorHead;
use crate::bytes::exactly;
use crate::format::block;
use crate::{ByteRange, EmbeddingId, FormatError};

/// Name of the file in the manifest.
pub const CODES_FILE: &str = "codes";

/// Bytes of the block of one vector.
pub const CODE_BYTES: usize = REFINEMENT_BYTES + block::CHECKSUM_LEN;

/// Where the refinement of a code stands.
pub fn code_range(id: EmbeddingId) -> ByteRange {
    ByteRange {
        start: u64::from(id.0) * CODE_BYTES as u64,
        len: CODE_BYTES as u32,
    }
}

/// Length of the file in bytes.
pub fn codes_len(head: &VectorHead) -> u64 {
    u64::from(head.n_embeddings()) * CODE_BYTES as u64
}

/// Decodes the payload of one vector.
///
/// # Errors
/// `Length` for another length.
pub fn decode_refinement(payload: &[u8]) -> Result<&[u8; REFINEMENT_BYTES], FormatError> {
    exactly("a code", payload)
}

/// Encodes the codes of all vectors.
pub fn encode_codes(codes: &[Code]) -> Vec<u8> {
    let mut file = Vec::with_capacity(codes.len() * CODE_BYTES);
    for code in codes {
        file.extend(block::seal(CODES_FILE, file.len() as u64, &code.refinement));
    }
    file
}
