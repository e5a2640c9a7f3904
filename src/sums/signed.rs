//! The signature of the root list.

use crate::minisign::{PublicKey, SecretKey, Signature, SignatureError};
use crate::url::{self, BaseUrl};

/// The signature of the root list `root` of the site at `base_url`, as a file.
///
/// Its comment says which site it is, so that one site of a publisher cannot stand in for another. It has no time: the same
/// site has the same signature.
pub fn sign(root: &str, base_url: &BaseUrl, key: &SecretKey) -> String {
    let comment = format!("{} of {}", url::SUMS, base_url.absolute(""));
    Signature::sign(key, root.as_bytes(), &comment).text()
}

/// Checks the file `signature` of the root list `root`; returns what the signer says of it, see [`sign`].
///
/// # Errors
/// No signature, or one of another key or list.
pub fn verify(root: &[u8], signature: &[u8], key: &PublicKey) -> Result<String, SignatureError> {
    let text = std::str::from_utf8(signature).map_err(|_| SignatureError::NoSignature)?;
    let signature = Signature::parse(text)?;
    signature.verify(key, root).map(str::to_owned)
}
