//! The glossary of a site: words of other languages in English, the same for every registry with the same languages.

mod table;

use std::cmp::Reverse;

use skillpress_search::FormatError;
use skillpress_search::internals::format::block;
use skillpress_search::internals::format::glossary::{
    self, ForeignWord, GLOSSARY_BLOCK_LEN, GLOSSARY_FILE, GLOSSARY_HEAD, GlossaryHead,
    REFERENCES_FILE, REFERENCES_PER_BLOCK, ReferenceDirectory, WordDirectory, is_traditional,
};
use skillpress_search::{ByteRange, internals::format::head::shortest_separator};

use super::pack::{IndexPart, PartFile};
use super::simplified::Simplified;
use crate::config::Language;
use table::Table;

/// Words of some languages in English.
pub(super) struct Glossary {
    /// The English words, sorted; none for English alone.
    references: Vec<String>,
    words: Vec<ForeignWord>,
}

impl Glossary {
    /// The words of `languages`.
    ///
    /// # Errors
    /// The program was built from a damaged table.
    pub(super) fn of(languages: &[Language]) -> Result<Self, FormatError> {
        let mask = languages
            .iter()
            .fold(0, |mask, language| mask | table::bit(*language));
        let (references, mut words) = match mask {
            0 => (Vec::new(), Vec::new()),
            _ => Table::built_in()?.words_of(mask),
        };
        // Within an alphabet they are sorted already.
        words.sort_by_key(alphabet);
        Ok(Self { references, words })
    }

    /// The simplified forms of traditional Chinese characters; none without Chinese.
    pub(super) fn simplified(&self) -> Simplified {
        let pairs = self
            .words
            .iter()
            .filter_map(|ForeignWord { word, meaning }| {
                let typed = word.chars().next().filter(|_| is_traditional(word))?;
                Some((typed, meaning.simplified()?))
            });
        Simplified::of_pairs(pairs)
    }

    /// The English words that say the most of others, sorted: those that a small registry must know.
    pub(super) fn most_used(&self) -> Vec<String> {
        let mut uses = vec![0u32; self.references.len()];
        for ForeignWord { meaning, .. } in &self.words {
            for (&reference, &weight) in meaning.references.iter().zip(&meaning.weights) {
                if weight > 0
                    && let Some(n_uses) = uses.get_mut(usize::from(reference))
                {
                    *n_uses += 1;
                }
            }
        }
        let mut most: Vec<usize> = (0..uses.len()).collect();
        most.sort_by_key(|&reference| Reverse(uses[reference]));
        most.truncate(MOST_USED);
        most.sort_unstable();
        let words = most
            .into_iter()
            .map(|reference| self.references[reference].clone());
        words.collect()
    }

    /// The files of a site; none for English alone.
    pub(super) fn pack(&self) -> IndexPart {
        if self.words.is_empty() {
            return IndexPart::default();
        }
        encode(&self.words, &self.references)
    }
}

/// How many English words the most used ones are: of all nine languages, those that five and more words refer to. Of what
/// words mean, each weighed by how frequent it is, they say 98 %.
const MOST_USED: usize = 11_500;

/// A host without ranges gives 32 blocks where one is read; more chunks would be more files.
const CHUNK_LEN: usize = 32 * GLOSSARY_BLOCK_LEN as usize;

/// `words` in the order of their alphabets, then in their own.
fn encode(words: &[ForeignWord], references: &[String]) -> IndexPart {
    let mut head = GlossaryHead::default();
    let mut glossary = Vec::new();
    let mut directories = Vec::new();
    for words in words.chunk_by(|a, b| alphabet(a) == alphabet(b)) {
        let alphabet = alphabet(&words[0]);
        let directory = encode_alphabet(words, &mut glossary).encode(alphabet);
        head.words_lens[alphabet] = sealed_len(&directory);
        directories.push(directory);
    }
    let blocks: Vec<Vec<u8>> = references
        .chunks(REFERENCES_PER_BLOCK)
        .map(glossary::encode_references)
        .collect();
    let ranges = blocks.iter().map(|payload| ByteRange {
        start: 0,
        len: sealed_len(payload),
    });
    let directory = ReferenceDirectory {
        blocks: ranges.collect(),
    };
    directories.insert(0, directory.encode());
    head.references_len = sealed_len(&directories[0]);
    let mut file = Vec::new();
    for payload in directories.iter().chain(&blocks) {
        file.extend(block::seal(REFERENCES_FILE, file.len() as u64, payload));
    }
    IndexPart {
        files: vec![
            PartFile::in_lasting_chunks(GLOSSARY_FILE, glossary, CHUNK_LEN),
            PartFile::whole(REFERENCES_FILE, file),
        ],
        heads: vec![(GLOSSARY_HEAD.to_owned(), head.encode())],
    }
}

/// Adds the blocks of the words of an alphabet, and gives their directory.
fn encode_alphabet(words: &[ForeignWord], glossary: &mut Vec<u8>) -> WordDirectory {
    let mut directory = WordDirectory {
        first_block: glossary.len() as u32 / GLOSSARY_BLOCK_LEN,
        separators: Vec::new(),
    };
    let mut rest = words;
    let mut last: Option<&str> = None;
    while let Some(first) = rest.first() {
        if let Some(last) = last {
            let separator = shortest_separator(last, &first.word);
            directory.separators.push(separator.to_owned());
        }
        let (payload, n_words) = glossary::encode_block(rest);
        glossary.extend(block::seal(GLOSSARY_FILE, glossary.len() as u64, &payload));
        last = Some(&rest[n_words - 1].word);
        rest = &rest[n_words..];
    }
    directory
}

fn alphabet(foreign: &ForeignWord) -> usize {
    glossary::alphabet_of(&foreign.word)
}

fn sealed_len(payload: &[u8]) -> u32 {
    (payload.len() + block::CHECKSUM_LEN) as u32
}
