//! A signature of a file, in a file of four lines: two comments, of which the second is signed too.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use blake2::{Blake2b512, Digest};
use thiserror::Error;

use super::{KeyId, PublicKey, SecretKey, UNTRUSTED, shown_id, take};

/// A signature of a file and of a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    id: KeyId,
    of_file: [u8; 64],
    /// What the signer says beside the file.
    comment: String,
    of_comment: [u8; 64],
}

/// Says that the file is hashed before it is signed.
const PREHASHED: [u8; 2] = *b"ED";
const TRUSTED: &str = "trusted comment: ";

impl Signature {
    /// Signs `file` and `comment`, which is one line; the same bytes every time.
    pub fn sign(key: &SecretKey, file: &[u8], comment: &str) -> Self {
        let sign = |message: &[u8]| {
            let mut signature = [0; 64];
            signature.copy_from_slice(key.pair.sign(message).as_ref());
            signature
        };
        let of_file = sign(&Blake2b512::digest(file));
        Self {
            id: key.public().id,
            of_file,
            comment: comment.to_owned(),
            of_comment: sign(&signed_comment(&of_file, comment)),
        }
    }

    /// Reads a file of a signature.
    ///
    /// # Errors
    /// [`SignatureError::NoSignature`].
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        parse(text).ok_or(SignatureError::NoSignature)
    }

    /// The file of the signature, such as `SHA256SUMS.minisig`.
    pub fn text(&self) -> String {
        let of_file = [&PREHASHED[..], &self.id, &self.of_file].concat();
        format!(
            "{UNTRUSTED}signature by the key {}\n{}\n{TRUSTED}{}\n{}\n",
            shown_id(self.id),
            STANDARD.encode(of_file),
            self.comment,
            STANDARD.encode(self.of_comment)
        )
    }

    /// Checks that whoever has the secret of `key` signed `file`; returns what they say beside it.
    ///
    /// # Errors
    /// Another key, another file, another comment.
    pub fn verify(&self, key: &PublicKey, file: &[u8]) -> Result<&str, SignatureError> {
        if self.id != key.id {
            return Err(SignatureError::OtherKey {
                expected: key.id(),
                found: shown_id(self.id),
            });
        }
        if !key.accepts(&Blake2b512::digest(file), &self.of_file) {
            return Err(SignatureError::Wrong);
        }
        let signed_comment = signed_comment(&self.of_file, &self.comment);
        if !key.accepts(&signed_comment, &self.of_comment) {
            return Err(SignatureError::WrongComment);
        }
        Ok(&self.comment)
    }
}

/// Why a signature proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// A file is none that minisign 0.10 or newer makes.
    #[error("this is no signature of minisign")]
    NoSignature,
    /// It is by another key; both are their numbers.
    #[error("it is by the key {found}, and not by {expected}")]
    OtherKey { expected: String, found: String },
    /// The file is not the one that was signed, or the signer has another key of this number.
    #[error("it is not one of this file by this key")]
    Wrong,
    /// The comment was changed.
    #[error("its comment is not the one that was signed")]
    WrongComment,
}

fn signed_comment(of_file: &[u8; 64], comment: &str) -> Vec<u8> {
    [&of_file[..], comment.as_bytes()].concat()
}

fn parse(text: &str) -> Option<Signature> {
    let mut lines = text.lines();
    lines.next()?.strip_prefix(UNTRUSTED)?;
    let of_file = STANDARD.decode(lines.next()?).ok()?;
    let comment = lines.next()?.strip_prefix(TRUSTED)?;
    let of_comment = STANDARD.decode(lines.next()?).ok()?;
    let rest = &mut &of_file[..];
    if take(rest)? != PREHASHED {
        return None;
    }
    let signature = Signature {
        id: take(rest)?,
        of_file: take(rest)?,
        comment: comment.to_owned(),
        of_comment: of_comment.try_into().ok()?,
    };
    (rest.is_empty() && lines.next().is_none()).then_some(signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = include_str!("../../tests/data/signing/minisign.key");
    const FILE: &[u8] = include_bytes!("../../tests/data/signing/SHA256SUMS");
    /// Made by Debian's minisign 0.11.
    const SIGNATURE: &str = include_str!("../../tests/data/signing/SHA256SUMS.minisig");

    fn key() -> SecretKey {
        SecretKey::parse(KEY).unwrap()
    }

    #[test]
    fn a_signature_of_minisign_is_accepted_and_ours_is_the_same() {
        let theirs = Signature::parse(SIGNATURE).unwrap();
        let comment = theirs.verify(&key().public(), FILE).unwrap();
        assert_eq!(comment, "SHA256SUMS of https://skills.example/");
        // Ed25519 signs without random numbers.
        assert_eq!(Signature::sign(&key(), FILE, comment), theirs);
        let ours = Signature::sign(&key(), FILE, "x y").text();
        assert_eq!(Signature::parse(&ours).unwrap().text(), ours);
    }

    #[test]
    fn one_flipped_bit_anywhere_is_refused() {
        let key = key().public();
        let signature = Signature::parse(SIGNATURE).unwrap();
        let mut file = FILE.to_vec();
        file[10] ^= 1;
        assert_eq!(signature.verify(&key, &file), Err(SignatureError::Wrong));
        let mut comment = signature.clone();
        comment.comment += " ";
        assert_eq!(
            comment.verify(&key, FILE),
            Err(SignatureError::WrongComment)
        );
        for byte_idx in [0, 63] {
            let mut of_file = signature.clone();
            of_file.of_file[byte_idx] ^= 1;
            assert_eq!(of_file.verify(&key, FILE), Err(SignatureError::Wrong));
            let mut of_comment = signature.clone();
            of_comment.of_comment[byte_idx] ^= 1;
            let error = of_comment.verify(&key, FILE).unwrap_err();
            assert_eq!(error, SignatureError::WrongComment);
        }
    }

    #[test]
    fn another_key_is_named_and_one_of_the_same_number_refused() {
        let signature = Signature::parse(SIGNATURE).unwrap();
        let mut other = SecretKey::generate().unwrap().public();
        let error = signature.verify(&other, FILE).unwrap_err();
        assert!(error.to_string().contains(&key().public().id()), "{error}");
        other.id = key().public().id;
        assert_eq!(signature.verify(&other, FILE), Err(SignatureError::Wrong));
    }

    #[test]
    fn what_is_no_signature_is_told() {
        let lines: Vec<&str> = SIGNATURE.lines().collect();
        for text in [
            String::new(),
            lines[1].to_owned(),
            lines[..3].join("\n"),
            format!("{SIGNATURE}more\n"),
            // Not prehashed, as minisign signed before 0.10.
            SIGNATURE.replacen("\nRU", "\nRW", 1),
            SIGNATURE.replacen("trusted comment: SHA", "SHA", 1),
        ] {
            assert_eq!(
                Signature::parse(&text),
                Err(SignatureError::NoSignature),
                "{text}"
            );
        }
    }
}
