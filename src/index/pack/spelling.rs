//! The words that mistyped ones are corrected to.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use skillpress_search::internals::analyzer;
use skillpress_search::internals::format::block::{self, CHECKSUM_LEN};
use skillpress_search::internals::format::head::BLOCK_MAX_LEN;
use skillpress_search::internals::format::spelling::{self, SPELLING_FILE, SpellingWord};

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
            &spelling::encode(&fitting(block, BLOCK_MAX_LEN as usize)),
        );
        spelling
            .blocks
            .push((first_char(&block[0].word), sealed.len() as u32));
        spelling.bytes.extend(sealed);
    }
    spelling
}

/// The words of a block that fit into `max_len` bytes: those that the most skills hold. Words of one first character
/// exceed a block only where many skills were made for it, and none of them may stop a build.
fn fitting(block: &[SpellingWord], max_len: usize) -> Cow<'_, [SpellingWord]> {
    // Two lengths and a frequency take at most eight bytes.
    let max_len_of = |word: &SpellingWord| word.word.len() + 8;
    let room = max_len - CHECKSUM_LEN;
    if block.iter().map(max_len_of).sum::<usize>() <= room {
        return Cow::Borrowed(block);
    }
    let mut by_use: Vec<&SpellingWord> = block.iter().collect();
    by_use.sort_by_key(|word| Reverse(word.doc_freq));
    let mut len = 0;
    let mut words: Vec<SpellingWord> = by_use
        .into_iter()
        .take_while(|word| {
            len += max_len_of(word);
            len <= room
        })
        .cloned()
        .collect();
    words.sort();
    Cow::Owned(words)
}

/// Sorted by word.
fn words(
    index: &LexicalIndex,
    terms: &BTreeMap<String, WeighedTerm>,
    n_skills: usize,
) -> Vec<SpellingWord> {
    let mut best_of_stem: HashMap<String, (u32, &str)> = HashMap::new();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_words_that_do_not_fit_the_most_used_stay() {
        let word = |word: &str, doc_freq| SpellingWord {
            word: word.to_owned(),
            doc_freq,
        };
        let words = [word("aback", 1), word("abbey", 3), word("abide", 2)];
        let len = spelling::encode(&words).len();
        assert!(len < 45);
        assert_eq!(&*fitting(&words, 45 + CHECKSUM_LEN), &words);
        assert_eq!(&*fitting(&words, 30 + CHECKSUM_LEN), &words[1..]);
    }
}
