//! The glossary: words of other languages, each as two English ones. The same for every registry.
//!
//! ```text
//! glossary     blocks of 512 bytes: words of one alphabet after the other, in order, each with two references
//! references   directories: of the English words, of the words of each alphabet; then the English words, 32 a block
//! ```

use alloc::string::String;
use alloc::vec::Vec;

use super::block::CHECKSUM_LEN;
use super::terms::{read_front_coded, write_front_coded};
use crate::bytes::Read;
use crate::{ByteRange, FormatError, Reader, Writer};

/// What the manifest calls the file of foreign words.
pub const GLOSSARY_FILE: &str = "glossary";
/// What the manifest calls the file of English words, which begins with the directories.
pub const REFERENCES_FILE: &str = "references";
/// What the manifest calls the head, a [`GlossaryHead`].
pub const GLOSSARY_HEAD: &str = "glossary";
/// Length of a block of foreign words in bytes, its checksum included; zeros fill it.
pub const GLOSSARY_BLOCK_LEN: u32 = 512;
/// Most English words; a reference has 14 bits.
pub const REFERENCES_MAX: usize = 1 << 14;
/// English words of a block.
pub const REFERENCES_PER_BLOCK: usize = 32;
/// Longest word, in characters.
pub const WORD_MAX_CHARS: usize = 64;

/// The longest block of English words in bytes.
const REFERENCES_BLOCK_MAX: u32 = 1024;
/// Alphabets, numbered from 0.
pub const N_ALPHABETS: usize = 4;

/// Where the directories are: at the beginning of [`REFERENCES_FILE`], one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GlossaryHead {
    /// Length in bytes of the [`ReferenceDirectory`], its checksum included.
    pub references_len: u32,
    /// The same of the [`WordDirectory`] of each alphabet; 0 where it has no words.
    pub words_lens: [u32; N_ALPHABETS],
}

impl GlossaryHead {
    /// The head as bytes: its five lengths (varint each).
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.varint(self.references_len);
        self.words_lens.iter().for_each(|&len| writer.varint(len));
        writer.into_bytes()
    }

    /// Reads a head.
    ///
    /// # Errors
    /// `Truncated` or `Invalid`.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        Reader::read(bytes, "the glossary head", |reader| {
            Ok(Self {
                references_len: reader.varint()?,
                words_lens: reader.varints()?,
            })
        })
    }

    /// The block of the directory of English words.
    pub fn references(&self) -> ByteRange {
        ByteRange {
            start: 0,
            len: self.references_len,
        }
    }

    /// The block of the directory of an alphabet, by its number; `None` where there are no words of it.
    pub fn words(&self, alphabet: usize) -> Option<ByteRange> {
        let len = *self.words_lens.get(alphabet)?;
        let before = self.words_lens.iter().take(alphabet);
        let start = before.fold(u64::from(self.references_len), |sum, &len| {
            sum + u64::from(len)
        });
        (len > 0).then_some(ByteRange { start, len })
    }

    /// Where the English words begin.
    fn directories_len(&self) -> u64 {
        let lens = self.words_lens.iter();
        lens.fold(u64::from(self.references_len), |sum, &len| {
            sum + u64::from(len)
        })
    }
}

/// The number of the alphabet in which a word is written. Words of one stand together, in the order of these numbers.
pub fn alphabet_of(word: &str) -> usize {
    Alphabet::of(word) as usize
}

/// What a foreign word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// Two English words, by their position among all.
    pub references: [u16; 2],
    /// What each counts, in 64ths of the English word.
    pub weights: [u8; 2],
    /// Which of them says in English what the word says, if it says something: 1 the first, 2 the second, 0 none, as for
    /// words that only hold a sentence together; 3 the first, of a word that English has, too.
    pub translation: u8,
}

/// What stands behind a traditional Chinese character where the glossary says which one is its simplified form.
const TRADITIONAL: char = '\u{3000}';

/// The first and the last Chinese character of which the glossary has a simplified form, or that is one.
pub const FIRST_HAN: char = '\u{3400}';
/// See [`FIRST_HAN`].
pub const LAST_HAN: char = '\u{9fff}';

/// The word under which the glossary has the simplified form of `character`.
pub fn traditional(character: &str) -> String {
    let mut word = String::from(character);
    word.push(TRADITIONAL);
    word
}

/// Whether `word` is one of [`traditional`].
pub fn is_traditional(word: &str) -> bool {
    word.ends_with(TRADITIONAL)
}

/// A foreign word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignWord {
    /// Folded, in lower case.
    pub word: String,
    /// What it means.
    pub meaning: Meaning,
}

/// Where the words of an alphabet are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordDirectory {
    /// The position of its first block among all.
    pub first_block: u32,
    /// A separator for each of its blocks but the first: above all words before, not above the first one of the block.
    pub separators: Vec<String>,
}

impl WordDirectory {
    /// The block that holds `word`, if any does.
    pub fn block_of(&self, word: &str) -> ByteRange {
        let n_not_above = self
            .separators
            .partition_point(|first| first.as_str() <= word);
        let block_idx = u64::from(self.first_block) + n_not_above as u64;
        ByteRange {
            start: block_idx * u64::from(GLOSSARY_BLOCK_LEN),
            len: GLOSSARY_BLOCK_LEN,
        }
    }

    /// The directory of the alphabet of this number as bytes: the first block (varint), then, to the end, separators as the
    /// words in [`encode_block`].
    pub fn encode(&self, alphabet: usize) -> Vec<u8> {
        let alphabet = Alphabet::ALL[alphabet];
        let mut writer = Writer::new();
        writer.varint(self.first_block);
        let mut before = Vec::new();
        for separator in &self.separators {
            let word: Vec<char> = separator.chars().collect();
            alphabet.write_word(&before, &word, &mut writer);
            before = word;
        }
        writer.into_bytes()
    }

    /// Reads a directory of an alphabet.
    ///
    /// # Errors
    /// `Truncated`, or `Invalid` when separators do not ascend.
    pub fn decode(payload: &[u8], alphabet: usize) -> Result<Self, FormatError> {
        Reader::read(payload, "a directory of words", |reader| {
            let alphabet = Alphabet::ALL.get(alphabet);
            let alphabet = alphabet.ok_or_else(|| reader.invalid())?;
            let mut directory = Self {
                first_block: reader.varint()?,
                separators: Vec::new(),
            };
            let mut chars = Vec::new();
            while reader.remaining() > 0 {
                let word = alphabet.read_word(&mut chars, reader)?;
                let last = directory.separators.last();
                if last.is_some_and(|before| *before >= word) {
                    return Err(reader.invalid());
                }
                directory.separators.push(word);
            }
            Ok(directory)
        })
    }
}

/// Where the English words are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReferenceDirectory {
    /// Their blocks.
    pub blocks: Vec<ByteRange>,
}

impl ReferenceDirectory {
    /// The block of the English word at a position among all.
    pub fn block_of(&self, reference: u16) -> Option<ByteRange> {
        let block_idx = usize::from(reference) / REFERENCES_PER_BLOCK;
        self.blocks.get(block_idx).copied()
    }

    /// The directory as bytes: the length of each block (varint).
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.blocks
            .iter()
            .for_each(|range| writer.varint(range.len));
        writer.into_bytes()
    }

    /// Reads a directory; the blocks follow the directories that `head` speaks of.
    ///
    /// # Errors
    /// `Truncated`, or `Invalid` when a block has an impossible length.
    pub fn decode(payload: &[u8], head: &GlossaryHead) -> Result<Self, FormatError> {
        Reader::read(payload, "a directory of English words", |reader| {
            let mut start = head.directories_len();
            let mut blocks = Vec::new();
            while reader.remaining() > 0 {
                let len = reader.varint()?;
                if len <= CHECKSUM_LEN as u32 || len > REFERENCES_BLOCK_MAX {
                    return Err(reader.invalid());
                }
                let range = ByteRange { start, len };
                start = range.end();
                blocks.push(range);
            }
            Ok(Self { blocks })
        })
    }
}

/// The payload of a block of foreign words, and how many of `words`, which ascend, it holds: as many as fit. None where
/// no alphabet has all characters of the first one: there is no such word.
///
/// A byte of alphabet, then per word: characters shared with the word before and characters that follow, four bits each,
/// 15 shared ones at most; where 15 follow, a byte with how many more; the characters, one or two bytes each as
/// `Alphabet` says; five bytes of meaning, from the lowest bit on: two references of 14 bits, two weights of 5 bits, two
/// bits that say which is the translation. A word of no characters ends the block.
pub fn encode_block(words: &[ForeignWord]) -> (Vec<u8>, usize) {
    let alphabet = words
        .first()
        .map_or(Alphabet::Latin, |first| Alphabet::of(&first.word));
    let mut writer = Writer::new();
    writer.u8(alphabet as u8);
    let mut before: Vec<char> = Vec::new();
    let mut n_words = 0;
    for foreign in words {
        let word: Vec<char> = foreign.word.chars().collect();
        let mut entry = Writer::new();
        let is_written = alphabet.write_word(&before, &word, &mut entry);
        entry.bytes(&foreign.meaning.to_bytes());
        // One byte for the end.
        let is_fitting =
            writer.len() + entry.len() + 1 + CHECKSUM_LEN <= GLOSSARY_BLOCK_LEN as usize;
        if !is_written || !is_fitting {
            break;
        }
        writer.bytes(&entry.into_bytes());
        before = word;
        n_words += 1;
    }
    let mut payload = writer.into_bytes();
    payload.resize(GLOSSARY_BLOCK_LEN as usize - CHECKSUM_LEN, 0);
    (payload, n_words)
}

/// The words of a block's payload.
///
/// # Errors
/// `Truncated`; `Invalid` when a word is too long, has no characters, or does not stand above the one before.
pub fn decode_block(payload: &[u8]) -> Result<Vec<ForeignWord>, FormatError> {
    Reader::read(payload, "a glossary block", |reader| {
        let alphabet = Alphabet::read(reader)?;
        let mut words: Vec<ForeignWord> = Vec::new();
        let mut chars: Vec<char> = Vec::new();
        while reader.remaining() > 0 {
            let word = alphabet.read_word(&mut chars, reader)?;
            if word.is_empty() {
                break;
            }
            if words.last().is_some_and(|before| before.word >= word) {
                return Err(reader.invalid());
            }
            let meaning = Meaning::from_bytes(reader.take(MEANING_LEN)?);
            words.push(ForeignWord { word, meaning });
        }
        Ok(words)
    })
}

/// The payload of a block of at most [`REFERENCES_PER_BLOCK`] English words, sorted: front-coded text.
pub fn encode_references(words: &[String]) -> Vec<u8> {
    let mut writer = Writer::new();
    let mut before = "";
    for word in words {
        write_front_coded(&mut writer, before, word);
        before = word;
    }
    writer.into_bytes()
}

/// The English words of a block's payload.
///
/// # Errors
/// `Truncated`, or `Invalid` when a word is not UTF-8.
pub fn decode_references(payload: &[u8]) -> Result<Vec<String>, FormatError> {
    Reader::read(payload, "a block of references", |reader| {
        let mut words = Vec::new();
        let mut word = Vec::new();
        while reader.remaining() > 0 {
            read_front_coded(reader, &mut word)?;
            words.push(text(reader, &word)?);
        }
        Ok(words)
    })
}

fn text(reader: &mut Reader<'_>, bytes: &[u8]) -> Read<String> {
    let text = core::str::from_utf8(bytes).map_err(|_| reader.invalid())?;
    Ok(text.into())
}

/// How the characters of a block are written: ASCII as it is, others in bytes from 128 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Alphabet {
    /// Two bytes: the character's number has 15 bits, the higher seven first.
    Latin = 0,
    /// One byte: the character less U+0400.
    Cyrillic = 1,
    /// Two bytes: the character less U+3000.
    Han = 2,
    /// Two bytes: the character less U+AC00.
    Hangul = 3,
}

impl Alphabet {
    const ALL: [Self; N_ALPHABETS] = [Self::Latin, Self::Cyrillic, Self::Han, Self::Hangul];

    fn of(word: &str) -> Self {
        match word.chars().next_back().unwrap_or_default() {
            '\u{400}'..='\u{47f}' => Self::Cyrillic,
            '\u{3000}'..='\u{9fff}' => Self::Han,
            '\u{ac00}'..='\u{d7ff}' => Self::Hangul,
            _ => Self::Latin,
        }
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let alphabet = Self::ALL.get(usize::from(reader.u8()?));
        alphabet.copied().ok_or_else(|| reader.invalid())
    }

    /// What is taken off the numbers of its characters.
    fn first(self) -> u32 {
        match self {
            Self::Latin => 0,
            Self::Cyrillic => 0x400,
            Self::Han => 0x3000,
            Self::Hangul => 0xac00,
        }
    }

    /// Writes a word that follows another; whether its characters are of the alphabet.
    fn write_word(self, before: &[char], word: &[char], writer: &mut Writer) -> bool {
        let pairs = before.iter().zip(word);
        let n_shared = pairs.take_while(|(a, b)| a == b).count().min(15);
        let n_new = word.len() - n_shared;
        writer.u8(n_shared as u8 | (n_new.min(15) as u8) << 4);
        if n_new >= 15 {
            writer.u8((n_new - 15) as u8);
        }
        word[n_shared..].iter().all(|&c| self.write(c, writer))
    }

    /// Reads a word over `chars`, which hold the one before; an empty one where nothing follows.
    fn read_word(self, chars: &mut Vec<char>, reader: &mut Reader<'_>) -> Read<String> {
        let lens = reader.u8()?;
        let mut n_new = usize::from(lens >> 4);
        if n_new == 15 {
            n_new += usize::from(reader.u8()?);
        }
        let n_shared = usize::from(lens & 15);
        if n_shared > chars.len() || n_shared + n_new > WORD_MAX_CHARS {
            return Err(reader.invalid());
        }
        chars.truncate(n_shared);
        for _ in 0..n_new {
            chars.push(self.read_char(reader)?);
        }
        Ok(chars.iter().collect())
    }

    /// Writes a character; whether it is one of the alphabet.
    fn write(self, c: char, writer: &mut Writer) -> bool {
        if c.is_ascii() {
            writer.u8(c as u8);
            return true;
        }
        let Some(number) = (c as u32).checked_sub(self.first()) else {
            return false;
        };
        match self {
            Self::Cyrillic if number < 0x80 => writer.u8(0x80 | number as u8),
            Self::Cyrillic => return false,
            _ if number < 0x8000 => {
                writer.u8(0x80 | (number >> 8) as u8);
                writer.u8(number as u8);
            }
            _ => return false,
        }
        true
    }

    fn read_char(self, reader: &mut Reader<'_>) -> Read<char> {
        let byte = reader.u8()?;
        let number = match self {
            _ if byte < 0x80 => u32::from(byte),
            Self::Cyrillic => self.first() + u32::from(byte & 0x7f),
            _ => self.first() + (u32::from(byte & 0x7f) << 8) + u32::from(reader.u8()?),
        };
        char::from_u32(number).ok_or_else(|| reader.invalid())
    }
}

/// Bytes of a meaning.
pub const MEANING_LEN: usize = 5;

impl Meaning {
    /// What a word of [`traditional`] means: the number of the simplified character, less U+3000, in both references.
    pub fn of_traditional(simplified: char) -> Self {
        let number = (simplified as u32).wrapping_sub(Alphabet::Han.first());
        Self {
            references: [(number & 0x3fff) as u16, (number >> 14) as u16],
            weights: [0, 0],
            translation: 0,
        }
    }

    /// The simplified character of a word of [`traditional`]; `None` when the bytes name no Chinese one.
    pub fn simplified(&self) -> Option<char> {
        let [low, high] = self.references.map(u32::from);
        let number = Alphabet::Han.first() + (high << 14 | low);
        char::from_u32(number).filter(|c| (FIRST_HAN..=LAST_HAN).contains(c))
    }

    /// The place of the reference that is the translation.
    pub fn translation_place(&self) -> Option<usize> {
        match self.translation {
            1 | 3 => Some(0),
            2 => Some(1),
            _ => None,
        }
    }

    /// Whether a text with the word is of another language: it says something, and is no English word as well.
    pub fn is_telling(&self) -> bool {
        matches!(self.translation, 1 | 2)
    }

    /// The meaning as bytes, see [`encode_block`]. Weights have five bits: code *c* stands for ⌊17 *c*² / 64⌋.
    pub fn to_bytes(&self) -> [u8; MEANING_LEN] {
        let [first, second] = self
            .references
            .map(|reference| u64::from(reference) & 0x3fff);
        let [first_weight, second_weight] = self.weights.map(weight_code);
        let packed = first
            | second << 14
            | first_weight << 28
            | second_weight << 33
            | u64::from(self.translation & 3) << 38;
        let [a, b, c, d, e, ..] = packed.to_le_bytes();
        [a, b, c, d, e]
    }

    /// Reads what [`Meaning::to_bytes`] wrote; bytes that are missing are zeros.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut packed = 0;
        for &byte in bytes.iter().take(MEANING_LEN).rev() {
            packed = packed << 8 | u64::from(byte);
        }
        let reference = |shift: u32| (packed >> shift & 0x3fff) as u16;
        let weight = |shift: u32| weight_of_code(packed >> shift & 31);
        Self {
            references: [reference(0), reference(14)],
            weights: [weight(28), weight(33)],
            translation: (packed >> 38 & 3) as u8,
        }
    }
}

fn weight_of_code(code: u64) -> u8 {
    (17 * code * code / 64) as u8
}

/// The code of the nearest weight.
fn weight_code(weight: u8) -> u64 {
    let codes = 0..32;
    let distance = |code: &u64| weight_of_code(*code).abs_diff(weight);
    codes.min_by_key(distance).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;

    fn foreign(word: &str, references: [u16; 2]) -> ForeignWord {
        ForeignWord {
            word: word.into(),
            meaning: Meaning {
                references,
                weights: [68, 17],
                translation: 1,
            },
        }
    }

    fn all(words: &[ForeignWord]) -> Vec<Vec<ForeignWord>> {
        let mut blocks = Vec::new();
        let mut rest = words;
        while !rest.is_empty() {
            let (payload, n_words) = encode_block(rest);
            assert_eq!(payload.len() + CHECKSUM_LEN, GLOSSARY_BLOCK_LEN as usize);
            assert!(n_words > 0, "{:?}", rest[0]);
            blocks.push(decode_block(&payload).unwrap());
            rest = &rest[n_words..];
        }
        blocks
    }

    #[test]
    fn words_of_every_script_come_back() {
        let words = [
            "donaudampfschifffahrtsgesellschaft",
            "wetter",
            "wettervorhersage",
            "погода",
            "tシャツ",
            "天気",
            "天气",
            "날씨",
        ];
        let mut words: Vec<ForeignWord> = words
            .iter()
            .map(|word| foreign(word, [16_383, 7]))
            .collect();
        words.sort_by(|a, b| a.word.cmp(&b.word));
        let blocks = all(&words);
        assert_eq!(blocks.concat(), words);
        assert_eq!(blocks.len(), 2, "Hangul begins a block");
    }

    #[test]
    fn a_word_is_looked_for_in_the_block_that_would_hold_it() {
        let directory = WordDirectory {
            first_block: 7,
            separators: vec!["m".into(), "w".into()],
        };
        let place = |word: &str| directory.block_of(word).start / u64::from(GLOSSARY_BLOCK_LEN);
        assert_eq!(
            ["a", "lz", "m", "vz", "wetter", "zz"].map(place),
            [7, 7, 8, 8, 9, 9]
        );
    }

    #[test]
    fn a_head_says_where_each_directory_is() {
        let head = GlossaryHead {
            references_len: 700,
            words_lens: [300, 0, 500, 20],
        };
        assert_eq!(GlossaryHead::decode(&head.encode()), Ok(head));
        let places: Vec<_> = (0..5).map(|alphabet| head.words(alphabet)).collect();
        let range = |start, len| Some(ByteRange { start, len });
        assert_eq!(
            places,
            [
                range(700, 300),
                None,
                range(1000, 500),
                range(1500, 20),
                None
            ]
        );
        assert_eq!(
            ["wetter", "погода", "tシャツ", "날씨"].map(alphabet_of),
            [0, 1, 2, 3]
        );
    }

    #[test]
    fn simplified_characters_come_back() {
        for simplified in ['气', '\u{3400}', '\u{9fff}'] {
            let bytes = Meaning::of_traditional(simplified).to_bytes();
            assert_eq!(Meaning::from_bytes(&bytes).simplified(), Some(simplified));
        }
        let meaning = foreign("wetter", [16_383, 16_383]).meaning;
        assert_eq!(meaning.simplified(), None);
    }

    #[test]
    fn weights_come_back_within_a_tenth() {
        for weight in 8..=255u8 {
            let meaning = Meaning {
                references: [1, 2],
                weights: [weight, 0],
                translation: 2,
            };
            let read = Meaning::from_bytes(&meaning.to_bytes());
            let error = read.weights[0].abs_diff(weight);
            assert!(
                u32::from(error) * 10 <= u32::from(weight) + 20,
                "{weight} {read:?}"
            );
            assert_eq!((read.weights[1], read.translation), (0, 2));
        }
    }

    proptest! {
        #[test]
        fn any_words_come_back(
            words in proptest::collection::btree_set("[a-d]{1,24}|[a-dа-я]{1,9}|[ア-ン天気]{1,9}|[가-날]{1,6}", 0..200),
            references in any::<[u16; 2]>(),
        ) {
            let references = references.map(|reference| reference & 0x3fff);
            let words: Vec<ForeignWord> = words.iter().map(|word| foreign(word, references)).collect();
            prop_assert_eq!(all(&words).concat(), words);
        }

        #[test]
        fn directories_of_words_come_back(
            (alphabet, separators) in prop_oneof![
                Just((0, "[a-dü]{1,5}")), Just((1, "[а-я]{1,5}")), Just((2, "[天気ア]{1,3}")), Just((3, "[가-날]{1,3}")),
            ].prop_flat_map(|(alphabet, word)| (Just(alphabet), proptest::collection::btree_set(word, 0..50))),
            first_block in any::<u32>(),
        ) {
            let directory = WordDirectory { first_block, separators: separators.into_iter().collect() };
            prop_assert_eq!(WordDirectory::decode(&directory.encode(alphabet), alphabet).unwrap(), directory);
        }

        #[test]
        fn directories_of_english_words_come_back(lens in proptest::collection::vec(5u32..1000, 0..20)) {
            let head = GlossaryHead { references_len: 70, words_lens: [0, 7, 0, 0] };
            let mut start = 77;
            let blocks = lens.into_iter().map(|len| {
                let range = ByteRange { start, len };
                start += u64::from(len);
                range
            });
            let directory = ReferenceDirectory { blocks: blocks.collect() };
            prop_assert_eq!(ReferenceDirectory::decode(&directory.encode(), &head).unwrap(), directory);
        }

        #[test]
        fn references_come_back(words in proptest::collection::btree_set("[a-z]{1,20}", 0..32)) {
            let words: Vec<String> = words.into_iter().collect();
            prop_assert_eq!(decode_references(&encode_references(&words)).unwrap(), words);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode_block(&bytes);
            let _ = decode_references(&bytes);
            let _ = WordDirectory::decode(&bytes, usize::from(bytes.first().copied().unwrap_or(0)));
            let _ = ReferenceDirectory::decode(&bytes, &GlossaryHead::default());
            let _ = GlossaryHead::decode(&bytes);
        }
    }
}
