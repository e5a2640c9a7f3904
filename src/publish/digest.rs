//! SHA-256 as text.

use sha2::{Digest, Sha256};

use crate::text::hex;

/// SHA-256 of `bytes`, in 64 lower-case hexadecimal digits.
pub(super) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
