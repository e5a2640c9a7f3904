//! Blocks: the unit of reading. A block is a payload and a checksum that also knows the block's file and place.

use alloc::vec::Vec;

use crate::FormatError;
use crate::bytes::{crc32, crc32_over};

/// Bytes that a checksum adds to a payload.
pub const CHECKSUM_LEN: usize = 4;

/// `payload` with its checksum, as it stands at offset `start` of the file that the manifest calls `file`.
pub fn seal(file: &str, start: u64, payload: &[u8]) -> Vec<u8> {
    let mut block = Vec::with_capacity(payload.len() + CHECKSUM_LEN);
    block.extend_from_slice(payload);
    block.extend_from_slice(&checksum(file, start, payload).to_le_bytes());
    block
}

/// The payload of a block that was read from offset `start` of `file`.
///
/// # Errors
/// `Truncated` below four bytes; `Checksum` when the bytes are not those written for this place: changed, cut, or
/// those of another block.
pub fn open<'a>(file: &str, start: u64, block: &'a [u8]) -> Result<&'a [u8], FormatError> {
    let Some((payload, stored)) = block.split_last_chunk::<CHECKSUM_LEN>() else {
        return Err(FormatError::Truncated {
            what: WHAT,
            offset: 0,
            got: block.len() as u32,
            expected: CHECKSUM_LEN as u32,
        });
    };
    let (got, expected) = (checksum(file, start, payload), u32::from_le_bytes(*stored));
    if got == expected {
        Ok(payload)
    } else {
        Err(FormatError::Checksum {
            what: WHAT,
            got,
            expected,
        })
    }
}

/// CRC-32 of the payload, exclusive-or CRC-32 of the place (file name, then the offset in eight bytes).
fn checksum(file: &str, start: u64, payload: &[u8]) -> u32 {
    let place = crc32_over(crc32_over(!0, file.as_bytes()), &start.to_le_bytes());
    crc32(payload) ^ !place
}

const WHAT: &str = "a block";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_only_good_in_its_place() {
        let block = seal("terms", 512, b"payload");
        assert_eq!(open("terms", 512, &block), Ok(&b"payload"[..]));
        let expected = checksum("terms", 512, b"payload");
        for (file, start) in [("terms", 513), ("cards", 512)] {
            let got = checksum(file, start, b"payload");
            assert_eq!(
                open(file, start, &block),
                Err(FormatError::Checksum {
                    what: WHAT,
                    got,
                    expected,
                })
            );
        }
        let cut = open("terms", 512, &block[1..]);
        assert!(matches!(cut, Err(FormatError::Checksum { .. })));
        assert_eq!(
            open("terms", 512, &[1, 2]),
            Err(FormatError::Truncated {
                what: WHAT,
                offset: 0,
                got: 2,
                expected: 4,
            })
        );
    }
}
