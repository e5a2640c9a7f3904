//! Base64 (RFC 4648, section 4, with padding): how the manifest carries bytes.

use alloc::string::String;
use alloc::vec::Vec;

use crate::FormatError;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = 0u32;
        for idx in 0..3 {
            group = group << 8 | u32::from(chunk.get(idx).copied().unwrap_or(0));
        }
        for digit_idx in 0..4 {
            let digit = (group >> (18 - 6 * digit_idx)) as usize & 63;
            let is_there = digit_idx <= chunk.len();
            text.push(if is_there {
                ALPHABET[digit] as char
            } else {
                '='
            });
        }
    }
    text
}

pub(crate) fn decode(text: &str) -> Result<Vec<u8>, FormatError> {
    let invalid = FormatError::Invalid { what: "base64" };
    if !text.len().is_multiple_of(4) {
        return Err(invalid);
    }
    let digits = text.trim_end_matches('=').as_bytes();
    if text.len() - digits.len() > 2 {
        return Err(invalid);
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for chunk in digits.chunks(4) {
        let mut group = 0u32;
        for idx in 0..4 {
            let digit = chunk
                .get(idx)
                .map_or(Ok(0), |&letter| digit_of(letter).ok_or(invalid))?;
            group = group << 6 | digit;
        }
        bytes.extend_from_slice(&group.to_be_bytes()[1..chunk.len().max(1)]);
    }
    Ok(bytes)
}

fn digit_of(letter: u8) -> Option<u32> {
    let digit = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(digit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn published_examples_hold() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(plain.as_bytes()), coded);
            assert_eq!(decode(coded).unwrap(), plain.as_bytes());
        }
        for wrong in ["Z", "Zg=", "Z===", "====", "Zm9!", "Zg==Zg=="] {
            assert!(decode(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert_eq!(decode(&encode(&bytes)).unwrap(), bytes);
        }
    }
}
