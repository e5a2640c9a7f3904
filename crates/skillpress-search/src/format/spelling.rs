//! The spelling file: words that a mistyped word may have meant, by first character.

use alloc::string::String;
use alloc::vec::Vec;

use super::terms::{read_front_coded, write_front_coded};
use crate::{FormatError, Reader, Writer};

/// What the manifest calls the spelling file.
pub const SPELLING_FILE: &str = "spelling";

/// A word as people write it, and how many skills hold it or another form of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpellingWord {
    /// Folded and in lower case, not stemmed.
    pub word: String,
    /// How many skills.
    pub doc_freq: u32,
}

/// The payload of a block of `words`, which are sorted: per word front-coded text (as in term blocks), then the
/// document frequency (varint).
pub fn encode(words: &[SpellingWord]) -> Vec<u8> {
    let mut writer = Writer::new();
    let mut before = "";
    for word in words {
        write_front_coded(&mut writer, before, &word.word);
        writer.varint(word.doc_freq);
        before = &word.word;
    }
    writer.into_bytes()
}

/// The words of a block's payload.
///
/// # Errors
/// `Truncated`, or `Invalid` when a word is not UTF-8 or words do not ascend.
pub fn decode(payload: &[u8]) -> Result<Vec<SpellingWord>, FormatError> {
    Reader::read(payload, "a spelling block", |reader| {
        let mut words = Vec::new();
        let mut word = Vec::new();
        while reader.remaining() > 0 {
            if !read_front_coded(reader, &mut word)? {
                return Err(reader.invalid());
            }
            words.push(SpellingWord {
                word: core::str::from_utf8(&word)
                    .map_err(|_| reader.invalid())?
                    .into(),
                doc_freq: reader.varint()?,
            });
        }
        Ok(words)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_come_back(words in proptest::collection::btree_map("[a-cé]{1,20}", any::<u32>(), 0..50)) {
            let words: Vec<SpellingWord> =
                words.into_iter().map(|(word, doc_freq)| SpellingWord { word, doc_freq }).collect();
            prop_assert_eq!(decode(&encode(&words)).unwrap(), words);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }
}
