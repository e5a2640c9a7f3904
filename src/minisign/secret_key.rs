//! A secret key, as minisign keeps it without a password (`minisign -GW`).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair};
use thiserror::Error;

use super::public_key::ALGORITHM;
use super::{KeyId, PublicKey, UNTRUSTED, key_line, take};

/// What a site is signed with. It is shown nowhere.
pub struct SecretKey {
    seed: [u8; 32],
    pub(super) pair: Ed25519KeyPair,
    public: PublicKey,
}

/// Of the keys that a password protects.
const WITH_PASSWORD: [u8; 2] = *b"Sc";
const WITHOUT_PASSWORD: [u8; 2] = [0, 0];
/// The kind of the checksum, which protects from a wrong password.
const CHECKSUM: [u8; 2] = *b"B2";
/// Salt and cost of the password and the checksum, which are zeros without one.
const PASSWORD_BYTES: usize = 32 + 8 + 8;
const CHECKSUM_BYTES: usize = 32;

impl SecretKey {
    /// A new key, by the random numbers of the system.
    ///
    /// # Errors
    /// Where the system has none.
    pub fn generate() -> Result<Self, SecretKeyError> {
        let random = SystemRandom::new();
        let (mut id, mut seed) = (KeyId::default(), [0; 32]);
        let filled = random.fill(&mut id).and_then(|()| random.fill(&mut seed));
        filled.map_err(|_| SecretKeyError::NoRandomness)?;
        Self::of_seed(id, seed).ok_or(SecretKeyError::NoKey)
    }

    /// Reads the text of a key's file, or its line alone.
    ///
    /// # Errors
    /// When it is none, needs a password, or is damaged.
    pub fn parse(text: &str) -> Result<Self, SecretKeyError> {
        let bytes = STANDARD.decode(key_line(text));
        let bytes = bytes.map_err(|_| SecretKeyError::NoKey)?;
        let parts = Parts::of(&bytes).ok_or(SecretKeyError::NoKey)?;
        if parts.password == WITH_PASSWORD {
            return Err(SecretKeyError::Password);
        }
        if parts.password != WITHOUT_PASSWORD {
            return Err(SecretKeyError::NoKey);
        }
        let key = Self::of_seed(parts.id, parts.seed);
        let key = key.filter(|key| key.public.point == parts.point);
        key.ok_or(SecretKeyError::Damaged)
    }

    /// Whether `text` is that of a key, and not a path to one.
    pub fn is_text(text: &str) -> bool {
        text.contains(UNTRUSTED.trim_end())
            || !matches!(Self::parse(text), Err(SecretKeyError::NoKey))
    }

    /// The file of the key, such as `minisign.key`.
    pub fn file(&self) -> String {
        let (id, point) = (self.public.id, self.public.point);
        let bytes = [
            &ALGORITHM[..],
            &WITHOUT_PASSWORD,
            &CHECKSUM,
            &[0; PASSWORD_BYTES],
            &id,
            &self.seed,
            &point,
            &[0; CHECKSUM_BYTES],
        ];
        let line = STANDARD.encode(bytes.concat());
        format!(
            "{UNTRUSTED}minisign secret key {}\n{line}\n",
            self.public.id()
        )
    }

    /// What its signatures are checked with.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    fn of_seed(id: KeyId, seed: [u8; 32]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).ok()?;
        let point = pair.public_key().as_ref().try_into().ok()?;
        let public = PublicKey { id, point };
        Some(Self { seed, pair, public })
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public.id())
    }
}

/// Why a text is no secret key to sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SecretKeyError {
    /// It is something else.
    #[error("this is no secret key of minisign")]
    NoKey,
    /// It is to be unlocked first.
    #[error("this secret key is protected by a password, which nobody types during a build")]
    Password,
    /// Its parts do not fit.
    #[error("this secret key is damaged")]
    Damaged,
    /// The system gives no random numbers.
    #[error("this system gives no random numbers to make a key of")]
    NoRandomness,
}

impl SecretKeyError {
    /// What to do next.
    pub fn hint(self) -> &'static str {
        match self {
            Self::NoKey => {
                "give the whole text of a key's file, or its path; `skillpress keygen` makes one"
            }
            Self::Password => {
                "take the password off a copy with `minisign -C -W -s FILE`, and keep that where builds keep their secrets"
            }
            Self::Damaged => "copy the key's file again, whole",
            Self::NoRandomness => "make the key on another machine",
        }
    }
}

/// A key's line, cut.
struct Parts {
    password: [u8; 2],
    id: KeyId,
    seed: [u8; 32],
    point: [u8; 32],
}

impl Parts {
    fn of(mut bytes: &[u8]) -> Option<Self> {
        let bytes = &mut bytes;
        let algorithm = take(bytes)?;
        let password = take(bytes)?;
        let checksum = take(bytes)?;
        take::<PASSWORD_BYTES>(bytes)?;
        let parts = Self {
            password,
            id: take(bytes)?,
            seed: take(bytes)?,
            point: take(bytes)?,
        };
        take::<CHECKSUM_BYTES>(bytes)?;
        (algorithm == ALGORITHM && checksum == CHECKSUM && bytes.is_empty()).then_some(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by Debian's minisign 0.11 with `-GW`.
    const KEY: &str = include_str!("../../tests/data/signing/minisign.key");

    #[test]
    fn a_key_of_minisign_is_read_and_written_as_it_was() {
        let key = SecretKey::parse(KEY).unwrap();
        let public = include_str!("../../tests/data/signing/minisign.pub");
        assert_eq!(key.public().file(), public);
        let line = |text: &str| key_line(text).to_owned();
        assert_eq!(line(&key.file()), line(KEY));
        assert!(SecretKey::is_text(KEY) && SecretKey::is_text(&line(KEY)));
        assert!(!SecretKey::is_text("keys/skillpress.key"));
        assert_eq!(
            format!("{key:?}"),
            format!("SecretKey({})", key.public().id())
        );
    }

    #[test]
    fn new_keys_differ_and_are_read_again() {
        let (a, b) = (
            SecretKey::generate().unwrap(),
            SecretKey::generate().unwrap(),
        );
        assert_ne!(a.public(), b.public());
        assert_eq!(SecretKey::parse(&a.file()).unwrap().public(), a.public());
    }

    #[test]
    fn what_cannot_sign_is_told() {
        let error = |text: &str| SecretKey::parse(text).unwrap_err();
        assert_eq!(error("x"), SecretKeyError::NoKey);
        assert_eq!(error(""), SecretKeyError::NoKey);
        let protected = include_str!("../../tests/data/signing/protected.key");
        assert_eq!(error(protected), SecretKeyError::Password);
        assert!(SecretKey::is_text(protected));
        let mut bytes = STANDARD.decode(key_line(KEY)).unwrap();
        for byte_idx in [62, 93, 94, 125] {
            bytes[byte_idx] ^= 1;
            assert_eq!(
                error(&STANDARD.encode(&bytes)),
                SecretKeyError::Damaged,
                "{byte_idx}"
            );
            bytes[byte_idx] ^= 1;
        }
        assert_eq!(error(&STANDARD.encode(&bytes[1..])), SecretKeyError::NoKey);
    }
}
