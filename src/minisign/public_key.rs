//! A public key: two letters, the number of the key, and the point; as one line in base64, below a comment in a file.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::Deserialize;
use thiserror::Error;

use super::{KeyId, UNTRUSTED, key_line, shown_id, take};

/// What signatures are checked with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct PublicKey {
    pub(super) id: KeyId,
    pub(super) point: [u8; 32],
}

/// Stands before every key and signature of this curve.
pub(super) const ALGORITHM: [u8; 2] = *b"Ed";

impl PublicKey {
    /// The number of the key, as minisign shows it: 16 digits.
    pub fn id(&self) -> String {
        shown_id(self.id)
    }

    /// The file of the key, such as `minisign.pub`.
    pub fn file(&self) -> String {
        format!("{UNTRUSTED}minisign public key {}\n{self}\n", self.id())
    }

    /// Whether `signature` is one of `message` by this key.
    pub(super) fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, self.point);
        key.verify(message, signature).is_ok()
    }
}

/// As one line.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&ALGORITHM[..], &self.id, &self.point].concat();
        f.write_str(&STANDARD.encode(bytes))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

/// Reads the line, or the file.
impl FromStr for PublicKey {
    type Err = PublicKeyError;

    fn from_str(text: &str) -> Result<Self, PublicKeyError> {
        let bytes = STANDARD.decode(key_line(text)).ok();
        bytes.and_then(|bytes| decode(&bytes)).ok_or(PublicKeyError)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = PublicKeyError;

    fn try_from(text: String) -> Result<Self, PublicKeyError> {
        text.parse()
    }
}

/// A text is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "this is no public key of minisign, which is a line of 56 letters and digits that begins with `RW`"
)]
pub struct PublicKeyError;

fn decode(mut bytes: &[u8]) -> Option<PublicKey> {
    if take(&mut bytes)? != ALGORITHM {
        return None;
    }
    let key = PublicKey {
        id: take(&mut bytes)?,
        point: take(&mut bytes)?,
    };
    bytes.is_empty().then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_a_line_and_as_a_file() {
        let line = "RWTH+1gUJtXiMnUMlmCeTl023PNXDv1gcj13z1XzhIer3aPBCKtUf54H";
        let key: PublicKey = line.parse().unwrap();
        assert_eq!(
            (key.to_string().as_str(), key.id().as_str()),
            (line, "32E2D5261458FBC7")
        );
        assert_eq!(key.file().parse(), Ok(key));
        assert_eq!(
            key.file(),
            format!("untrusted comment: minisign public key 32E2D5261458FBC7\n{line}\n")
        );
    }

    #[test]
    fn what_is_no_key_is_told() {
        let line = "RWTH+1gUJtXiMnUMlmCeTl023PNXDv1gcj13z1XzhIer3aPBCKtUf54H";
        for text in [
            "",
            "RWQ",
            &line[4..],
            &line.replacen("RW", "SW", 1),
            &format!("{line}AAAA"),
        ] {
            assert_eq!(text.parse::<PublicKey>(), Err(PublicKeyError), "{text}");
        }
    }
}
