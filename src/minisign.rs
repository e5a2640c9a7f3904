//! Keys and signatures of [minisign](https://jedisct1.github.io/minisign/), which whoever checks a site has or can install.
//!
//! Signatures are the prehashed ones that minisign makes since version 0.10: Ed25519 over the BLAKE2b-512 of the file. The
//! curve is that of `ring`, which the connections to web servers use too; the crate `minisign` brings its own, and signs
//! with random numbers, so that no two builds would have the same bytes.

mod public_key;
mod secret_key;
mod signature;

pub use public_key::PublicKey;
pub use secret_key::{SecretKey, SecretKeyError};
pub use signature::{Signature, SignatureError};

/// Tells two keys apart; not a secret, and not a proof of anything.
type KeyId = [u8; 8];

/// What marks a line that anybody may change.
const UNTRUSTED: &str = "untrusted comment: ";

/// As minisign shows it: 16 digits.
fn shown_id(id: KeyId) -> String {
    format!("{:016X}", u64::from_le_bytes(id))
}

/// The first line that is no comment, of a file or of a line alone.
fn key_line(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim);
    let line = lines.find(|line| !line.is_empty() && !line.starts_with(UNTRUSTED.trim_end()));
    line.unwrap_or_default()
}

/// Cuts `N` bytes off the start of `bytes`, which has them.
fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*first)
}
