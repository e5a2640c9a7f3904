//! The resident part of the lexical index: which term block holds which terms, and where each letter's words are.

use alloc::string::String;
use alloc::vec::Vec;

use super::terms::{read_front_coded, write_front_coded};
use crate::bytes::Read;
use crate::{ByteRange, FormatError, Reader, Writer};

/// Longest block that a directory names: far above those that are written, and not too much to ask for.
pub const BLOCK_MAX_LEN: u32 = 1 << 20;

/// What the manifest calls this head.
pub const LEXICAL_HEAD: &str = "lexical";

/// The directory of the term file and of the spelling file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LexicalHead {
    /// For each term block a string that is at most its first term and above the last one of the block before; the first
    /// is empty.
    term_blocks: Directory,
    /// For each block of words their first character.
    spelling_blocks: Directory,
}

/// Strings, ascending, and where their blocks are, which follow each other.
type Directory = Vec<(Vec<u8>, ByteRange)>;

impl LexicalHead {
    /// The block that holds `term`, if any does.
    pub fn term_block(&self, term: &str) -> Option<ByteRange> {
        Some(last_at_most(&self.term_blocks, term)?.1)
    }

    /// The blocks that may hold terms that begin with `prefix`, in order.
    pub fn term_blocks_of_prefix<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = ByteRange> + 'a {
        let prefix = prefix.as_bytes();
        let after = self
            .term_blocks
            .partition_point(|(separator, _)| separator.as_slice() <= prefix);
        let first = after.saturating_sub(1);
        self.term_blocks[first..]
            .iter()
            .enumerate()
            .take_while(move |(idx, (separator, _))| *idx == 0 || separator.starts_with(prefix))
            .map(|(_, (_, range))| *range)
    }

    /// The block of words that begin with `first`.
    pub fn spelling_block(&self, first: char) -> Option<ByteRange> {
        let first = String::from(first);
        let (found, range) = last_at_most(&self.spelling_blocks, &first)?;
        (found == first.as_bytes()).then_some(*range)
    }

    /// All blocks of words, in the order of their first characters.
    pub fn spelling_blocks(&self) -> impl ExactSizeIterator<Item = ByteRange> {
        self.spelling_blocks.iter().map(|&(_, range)| range)
    }

    /// How many term blocks there are.
    pub fn n_term_blocks(&self) -> usize {
        self.term_blocks.len()
    }

    /// The head as bytes: count of term blocks (varint), per block its separator (front-coded, see
    /// [`super::terms::encode`]) and length (varint); count of spelling blocks, per block its character (front-coded)
    /// and length (varint).
    ///
    /// `term_blocks`: first term, last term and length of each block; `spelling_blocks`: first character and length.
    pub fn encode(
        term_blocks: &[(String, String, u32)],
        spelling_blocks: &[(char, u32)],
    ) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.varint(term_blocks.len() as u32);
        let mut separator_before = String::new();
        let mut last_before = "";
        for (block_idx, (first, last, len)) in term_blocks.iter().enumerate() {
            let separator = if block_idx == 0 {
                ""
            } else {
                shortest_separator(last_before, first)
            };
            write_front_coded(&mut writer, &separator_before, separator);
            writer.varint(*len);
            separator_before = separator.into();
            last_before = last;
        }
        writer.varint(spelling_blocks.len() as u32);
        let mut before = String::new();
        for &(first, len) in spelling_blocks {
            let first = String::from(first);
            write_front_coded(&mut writer, &before, &first);
            writer.varint(len);
            before = first;
        }
        writer.into_bytes()
    }

    /// Reads a head.
    ///
    /// # Errors
    /// `Truncated`, `TrailingBytes`, or `Invalid` when separators or characters do not ascend.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        Reader::read(bytes, WHAT, |reader| {
            let head = Self {
                term_blocks: read_directory(reader)?,
                spelling_blocks: read_directory(reader)?,
            };
            let first = head.term_blocks.first();
            if first.is_some_and(|(separator, _)| !separator.is_empty()) {
                return Err(reader.invalid());
            }
            reader.finish()?;
            Ok(head)
        })
    }
}

/// The last entry whose string is at most `key`.
fn last_at_most<'d>(directory: &'d Directory, key: &str) -> Option<&'d (Vec<u8>, ByteRange)> {
    let after = directory.partition_point(|(string, _)| string.as_slice() <= key.as_bytes());
    directory.get(after.checked_sub(1)?)
}

fn read_directory(reader: &mut Reader<'_>) -> Read<Directory> {
    let mut directory = Directory::new();
    let mut string = Vec::new();
    let mut start = 0;
    for block_idx in 0..reader.count(2)? {
        let is_above = read_front_coded(reader, &mut string)?;
        let len = reader.varint()?;
        if len == 0 || len > BLOCK_MAX_LEN || !(is_above || block_idx == 0) {
            return Err(reader.invalid());
        }
        let range = ByteRange { start, len };
        start = range.end();
        directory.push((string.clone(), range));
    }
    Ok(directory)
}

/// The shortest prefix of `first` that is above `last`, at a character's end.
pub fn shortest_separator<'a>(last: &str, first: &'a str) -> &'a str {
    let n_shared = last
        .bytes()
        .zip(first.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let mut end = (n_shared + 1).min(first.len());
    while !first.is_char_boundary(end) {
        end += 1;
    }
    &first[..end]
}

const WHAT: &str = "the lexical head";

#[cfg(test)]
mod tests {
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;

    fn head(blocks: &[(&str, &str)]) -> LexicalHead {
        let blocks: Vec<_> = blocks
            .iter()
            .map(|&(first, last)| (first.into(), last.into(), 10))
            .collect();
        LexicalHead::decode(&LexicalHead::encode(&blocks, &[('a', 5), ('日', 7)])).unwrap()
    }

    #[test]
    fn a_term_is_looked_for_in_one_block() {
        let head = head(&[
            ("ab", "cat"),
            ("catch", "dog"),
            ("dusk", "zoo"),
            ("日本", "日本"),
        ]);
        let starts: Vec<u64> = [
            "", "ab", "cat", "catc", "catch", "do", "dusk", "e", "日", "日本",
        ]
        .iter()
        .map(|term| head.term_block(term).unwrap().start)
        .collect();
        assert_eq!(starts, [0, 0, 0, 10, 10, 10, 20, 20, 30, 30]);
        assert_eq!(LexicalHead::default().term_block("x"), None);
    }

    #[test]
    fn a_prefix_may_span_blocks() {
        let head = head(&[
            ("ab", "cat"),
            ("catch", "cats"),
            ("catty", "dog"),
            ("dusk", "zoo"),
        ]);
        let starts = |prefix| {
            head.term_blocks_of_prefix(prefix)
                .map(|range| range.start)
                .collect::<Vec<_>>()
        };
        assert_eq!(starts("cat"), [0, 10, 20]);
        assert_eq!(starts("catt"), [20]);
        assert_eq!(starts("zzz"), [30]);
        assert_eq!(LexicalHead::default().term_blocks_of_prefix("a").count(), 0);
    }

    #[test]
    fn words_are_found_by_their_first_character() {
        let head = head(&[]);
        assert_eq!(
            head.spelling_block('日'),
            Some(ByteRange { start: 5, len: 7 })
        );
        assert_eq!(head.spelling_block('b'), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = LexicalHead::decode(&bytes);
        }

        #[test]
        fn every_term_is_in_its_block(terms in proptest::collection::btree_set("[a-c]{1,6}|[あ-お]{1,3}", 1..60), per_block in 1usize..9) {
            let terms: Vec<String> = terms.into_iter().collect();
            let blocks: Vec<_> = terms.chunks(per_block).map(|chunk| (chunk[0].clone(), chunk[chunk.len() - 1].clone(), 1)).collect();
            let head = LexicalHead::decode(&LexicalHead::encode(&blocks, &[])).unwrap();
            for (term_idx, term) in terms.iter().enumerate() {
                let block_idx = (term_idx / per_block) as u64;
                prop_assert_eq!(head.term_block(term).unwrap().start, block_idx);
                prop_assert!(head.term_blocks_of_prefix(term).any(|range| range.start == block_idx));
            }
        }
    }

    #[test]
    fn an_empty_head_is_two_zeros() {
        assert_eq!(LexicalHead::encode(&[], &[]), vec![0, 0]);
    }
}
