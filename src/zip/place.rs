//! Where a file lies in a zip, so that a reader takes it out of there without the rest.
//!
//! ```text
//! "zip": { "offset": 71, "size": 28, "method": 8 }
//! ```
//!
//! `offset` counts from the start of the zip to the packed bytes, behind the file's local header; `size` is their length.
//! `method` is the zip format's own number (APPNOTE.TXT, section 4.4.5): 8 is a raw deflate stream, 0 the bytes themselves.

use std::io::{self, Read};

use flate2::read::DeflateDecoder;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zip::CompressionMethod;
use zip::read::ZipFile;

/// The packed bytes of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZipPlace {
    /// In bytes from the start of the zip.
    pub offset: u64,
    /// How many bytes they are.
    pub size: u64,
    /// By which method of the zip format they are packed.
    pub method: u16,
}

impl ZipPlace {
    /// The place of a file of a zip that was written just now.
    pub(super) fn of<R: Read>(file: &ZipFile<'_, R>) -> io::Result<Self> {
        Ok(Self {
            offset: file.data_start().ok_or(io::ErrorKind::InvalidData)?,
            size: file.compressed_size(),
            method: match file.compression() {
                CompressionMethod::Stored => STORED,
                CompressionMethod::Deflated => DEFLATED,
                _ => return Err(io::ErrorKind::Unsupported.into()),
            },
        })
    }

    /// Unpacks `packed`, the bytes of this place, which become `len_bytes`. They may be a stranger's, made to become more:
    /// no more than that is ever unpacked.
    ///
    /// # Errors
    /// A method that is not known; bytes that become more or less, or that are not packed so.
    pub fn unpack(&self, packed: &[u8], len_bytes: usize) -> Result<Vec<u8>, UnpackError> {
        // One byte more shows that there is more.
        let limit = len_bytes as u64 + 1;
        let mut bytes = Vec::new();
        let read = match self.method {
            STORED => packed.take(limit).read_to_end(&mut bytes),
            DEFLATED => DeflateDecoder::new(packed)
                .take(limit)
                .read_to_end(&mut bytes),
            method => return Err(UnpackError::Method(method)),
        };
        match read {
            Ok(n_bytes) if n_bytes == len_bytes => Ok(bytes),
            Ok(_) => Err(UnpackError::Len {
                expected: len_bytes,
            }),
            Err(_) => Err(UnpackError::Damaged),
        }
    }

    /// Most packed bytes that a file of `len_bytes` has: what cannot be deflated grows by five bytes in 16 kB, where the
    /// worst of writers stores it so.
    pub fn max_size(len_bytes: u64) -> u64 {
        len_bytes.saturating_add(len_bytes / 1024 + 64)
    }
}

/// Numbers of the zip format.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Why packed bytes are not unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UnpackError {
    /// They are packed in a way that is not read here.
    #[error("packed by method {0} of the zip format, and only 0 and 8 are read")]
    Method(u16),
    /// They become more or fewer bytes than the file has.
    #[error("packed bytes that do not become {expected} bytes")]
    Len {
        /// How many the file has.
        expected: usize,
    },
    /// They are no deflate stream.
    #[error("packed bytes that are damaged")]
    Damaged,
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::DeflateEncoder;

    use super::*;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(method: u16, packed: &[u8], len_bytes: usize) -> Result<Vec<u8>, UnpackError> {
        let place = ZipPlace {
            offset: 0,
            size: packed.len() as u64,
            method,
        };
        place.unpack(packed, len_bytes)
    }

    #[test]
    fn packed_bytes_become_what_they_were_and_nothing_else() {
        let packed = deflated(b"Notes.\n");
        assert_eq!(unpack(8, &packed, 7), Ok(b"Notes.\n".to_vec()));
        assert_eq!(unpack(0, b"Notes.\n", 7), Ok(b"Notes.\n".to_vec()));
        assert_eq!(unpack(8, &deflated(b""), 0), Ok(Vec::new()));
        for (method, packed, len_bytes, error) in [
            (8, &packed[..], 6, UnpackError::Len { expected: 6 }),
            (8, &packed[..], 8, UnpackError::Len { expected: 8 }),
            (0, b"Notes.\n", 6, UnpackError::Len { expected: 6 }),
            (8, &packed[..4], 7, UnpackError::Damaged),
            (8, b"Notes.\n", 7, UnpackError::Damaged),
            (93, &packed[..], 7, UnpackError::Method(93)),
        ] {
            assert_eq!(unpack(method, packed, len_bytes), Err(error));
        }
    }

    #[test]
    fn a_bomb_is_not_unpacked_beyond_the_length_of_the_file() {
        let bomb = deflated(&vec![0; 1 << 20]);
        assert!(bomb.len() < 4 << 10);
        let error = unpack(8, &bomb, 10).unwrap_err();
        assert_eq!(error, UnpackError::Len { expected: 10 });
    }

    #[test]
    fn what_cannot_be_deflated_stays_below_the_longest_place() {
        let mut state = 1_u64;
        let mut noise = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 56) as u8
        };
        for len_bytes in [0, 1, 100, 5_000, 50_000] {
            let bytes: Vec<u8> = (0..len_bytes).map(|_| noise()).collect();
            let n_packed = deflated(&bytes).len() as u64;
            assert!(n_packed <= ZipPlace::max_size(len_bytes), "{len_bytes}");
        }
    }
}
