//! The words that mistyped ones are corrected to.

use std::collections::{BTreeMap, BTreeSet};

use skillpress_search::analyzer;
use skillpress_search::format::block;
use skillpress_search::format::spelling::{self, SPELLING_FILE, SpellingWord};

use super::impacts::WeighedTerm;
use crate::catalog::Catalog;
use crate::index::lexical::{FieldWeights, indexed_body};

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

const CHARS_MIN: usize = 3;

/// Encodes the words of the catalog: of every stem the form that most skills use.
pub(super) fn encode(
    catalog: &Catalog,
    terms: &BTreeMap<String, WeighedTerm>,
    weights: &FieldWeights,
) -> Spelling {
    let mut spelling = Spelling::default();
    let words = words(catalog, terms, weights);
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
    catalog: &Catalog,
    terms: &BTreeMap<String, WeighedTerm>,
    weights: &FieldWeights,
) -> Vec<SpellingWord> {
    let mut n_skills_of_word: BTreeMap<String, u32> = BTreeMap::new();
    let mut name_words = BTreeSet::new();
    for skill in catalog.listed() {
        let names = [skill.name.as_str(), skill.id.slug.as_str()].map(spelled_words);
        let mut words: BTreeSet<String> = names.into_iter().flatten().collect();
        name_words.extend(words.iter().cloned());
        for text in [skill.description.as_str(), indexed_body(skill, weights)] {
            words.extend(spelled_words(text));
        }
        for word in words {
            *n_skills_of_word.entry(word).or_insert(0) += 1;
        }
    }
    let mut best_of_stem: BTreeMap<String, (u32, String)> = BTreeMap::new();
    for (word, n_skills) in n_skills_of_word {
        let best = best_of_stem.entry(analyzer::stem(&word)).or_default();
        if n_skills > best.0 {
            *best = (n_skills, word);
        }
    }
    let doc_freq_min = doc_freq_min(catalog.listed().count());
    let mut words: Vec<SpellingWord> = best_of_stem
        .into_iter()
        .filter_map(|(stem, (_, word))| {
            let doc_freq = terms.get(&stem)?.postings.len() as u32;
            let is_kept = doc_freq >= doc_freq_min || name_words.contains(&word);
            is_kept.then_some(SpellingWord { word, doc_freq })
        })
        .collect();
    words.sort();
    words
}

/// The words of `text` that a typo can be corrected to: letters of a script with spaces.
fn spelled_words(text: &str) -> impl Iterator<Item = String> {
    let words = analyzer::words(&analyzer::fold(text)).into_iter();
    words.filter(|word| {
        word.chars().count() >= CHARS_MIN
            && word
                .chars()
                .all(|c| c.is_alphabetic() && (c as u32) < 0x3040)
    })
}

fn first_char(word: &str) -> char {
    word.chars().next().unwrap_or_default()
}
