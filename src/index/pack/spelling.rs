//! The words that mistyped ones are corrected to.

use std::collections::BTreeMap;

use skillpress_search::analyzer;
use skillpress_search::format::block;
use skillpress_search::format::spelling::{self, SPELLING_FILE, SpellingWord};

use super::impacts::WeighedTerm;
use crate::index::lexical::LexicalIndex;

/// The spelling file and its directory.
#[derive(Default)]
pub(super) struct Spelling {
    pub(super) bytes: Vec<u8>,
    /// First character and length of each block.
    pub(super) blocks: Vec<(char, u32)>,
}

/// In a large registry words that fewer skills hold are more often typos themselves, unless they stand in a name.
fn doc_freq_min(n_skills: usize) -> u32 {
    (n_skills / 500).clamp(1, 3) as u32
}

/// Encodes the words of an index: of every stem the form that most skills use.
pub(super) fn encode(
    index: &LexicalIndex,
    terms: &BTreeMap<String, WeighedTerm>,
    n_skills: usize,
) -> Spelling {
    let mut spelling = Spelling::default();
    let words = words(index, terms, n_skills);
    for block in words.chunk_by(|a, b| first_char(&a.word) == first_char(&b.word)) {
        let sealed = block::seal(
            SPELLING_FILE,
            spelling.bytes.len() as u64,
            &spelling::encode(block),
        );
        spelling
            .blocks
            .push((first_char(&block[0].word), sealed.len() as u32));
        spelling.bytes.extend(sealed);
    }
    spelling
}

/// Sorted by word.
fn words(
    index: &LexicalIndex,
    terms: &BTreeMap<String, WeighedTerm>,
    n_skills: usize,
) -> Vec<SpellingWord> {
    let mut best_of_stem: BTreeMap<String, (u32, &str)> = BTreeMap::new();
    for &(ref word, n_skills) in &index.words.n_skills {
        let best = best_of_stem.entry(analyzer::stem(word)).or_default();
        if n_skills > best.0 {
            *best = (n_skills, word);
        }
    }
    let doc_freq_min = doc_freq_min(n_skills);
    let mut words: Vec<SpellingWord> = best_of_stem
        .into_iter()
        .filter_map(|(stem, (_, word))| {
            let doc_freq = terms.get(&stem)?.postings.len() as u32;
            let is_kept = doc_freq >= doc_freq_min || index.words.of_names.contains(word);
            let word = word.to_owned();
            is_kept.then_some(SpellingWord { word, doc_freq })
        })
        .collect();
    words.sort();
    words
}

fn first_char(word: &str) -> char {
    word.chars().next().unwrap_or_default()
}
