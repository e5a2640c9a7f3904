//! Corrects words that no skill holds to the nearest word that some do.

use alloc::vec;
use alloc::vec::Vec;

use crate::analyzer;
use crate::fetcher::{Fetched, Fetcher};
use crate::format::head::LexicalHead;
use crate::format::messages::{Correction, UnknownRequest};
use crate::format::spelling::{self, SPELLING_FILE, SpellingWord};

/// Corrections of unknown words, as far as the blocks at hand reach. A block that cannot be read corrects nothing.
pub(super) fn read(
    request: &UnknownRequest,
    head: &LexicalHead,
    fetcher: &mut Fetcher<'_>,
) -> Vec<Correction> {
    let mut corrections = Vec::new();
    for (word_idx, word) in (0..).zip(request.words()) {
        let is_unknown = request.unknown >> word_idx & 1 == 1;
        if is_unknown
            && let Some(max_distance) = max_distance(word)
            && let Some(first) = word.chars().next()
            && let Some(range) = head.spelling_block(first)
            && let Fetched::Ready(payload) = fetcher.block(SPELLING_FILE, range)
        {
            let words = spelling::decode(&payload).unwrap_or_default();
            if let Some(word) = nearest(word, &words, max_distance) {
                corrections.push(Correction {
                    word_idx,
                    surface: word.into(),
                });
            }
        }
    }
    corrections
}

/// How many edits a word may be away: none below four letters, one up to five, else two. Only words that are all
/// letters of a script with spaces are corrected.
fn max_distance(word: &str) -> Option<usize> {
    match word.chars().count() {
        _ if !analyzer::is_spelled(word) => None,
        0..=3 => None,
        4..=5 => Some(1),
        _ => Some(2),
    }
}

/// The nearest of `words`; among equally near ones the most frequent, then the first.
fn nearest<'w>(word: &str, words: &'w [SpellingWord], max_distance: usize) -> Option<&'w str> {
    let typed = letters(word);
    let mut best: Option<(usize, &SpellingWord)> = None;
    for candidate in words {
        let letters = letters(&candidate.word);
        if letters.len().abs_diff(typed.len()) > max_distance {
            continue;
        }
        let distance = edit_distance(&typed, &letters);
        let is_better = best.is_none_or(|(best_distance, best)| {
            distance < best_distance
                || (distance == best_distance && candidate.doc_freq > best.doc_freq)
        });
        if distance <= max_distance && is_better {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate.word.as_str())
}

/// The characters of a word. A loop, since what `collect` makes of it is 0.2 kB more in the browser's module.
fn letters(word: &str) -> Vec<char> {
    let mut letters = Vec::new();
    for letter in word.chars() {
        letters.push(letter);
    }
    letters
}

/// Insertions, deletions, substitutions and swaps of neighbours that lead from `a` to `b`, no part edited twice
/// (optimal string alignment, the restricted Damerau–Levenshtein distance).
fn edit_distance(a: &[char], b: &[char]) -> usize {
    // distances[i · width + j]: between the first i letters of `a` and the first j of `b`.
    let width = b.len() + 1;
    let mut distances = vec![0; width * (a.len() + 1)];
    for a_idx in 0..=a.len() {
        for b_idx in 0..=b.len() {
            let at = a_idx * width + b_idx;
            if a_idx == 0 || b_idx == 0 {
                distances[at] = a_idx + b_idx;
                continue;
            }
            let is_other = usize::from(a[a_idx - 1] != b[b_idx - 1]);
            let mut distance = (distances[at - width - 1] + is_other)
                .min(distances[at - width] + 1)
                .min(distances[at - 1] + 1);
            let is_swap = a_idx > 1
                && b_idx > 1
                && a[a_idx - 1] == b[b_idx - 2]
                && a[a_idx - 2] == b[b_idx - 1];
            if is_swap {
                distance = distance.min(distances[at - 2 * width - 2] + 1);
            }
            distances[at] = distance;
        }
    }
    distances[distances.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(a: &str, b: &str) -> usize {
        edit_distance(&letters(a), &letters(b))
    }

    #[test]
    fn edits_are_counted() {
        for (a, b, expected) in [
            ("", "abc", 3),
            ("paymnet", "payment", 1),
            ("saleforce", "salesforce", 1),
            ("kitten", "sitting", 3),
            ("ca", "abc", 3),
            ("é", "e", 1),
            ("same", "same", 0),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn the_nearest_then_the_most_frequent_word_is_meant() {
        let words = [("payments", 50), ("payment", 40), ("paymen", 1)].map(|(word, doc_freq)| {
            SpellingWord {
                word: word.into(),
                doc_freq,
            }
        });
        assert_eq!(nearest("paymnet", &words, 2), Some("payment"));
        assert_eq!(nearest("paymets", &words, 2), Some("payments"));
        assert_eq!(nearest("zzzzzzz", &words, 2), None);
    }

    #[test]
    fn short_words_and_other_scripts_are_not_corrected() {
        assert_eq!(max_distance("abc"), None);
        assert_eq!(max_distance("abcd"), Some(1));
        assert_eq!(max_distance("abcdef"), Some(2));
        assert_eq!(max_distance("v2000000"), None);
        assert_eq!(max_distance("データベース"), None);
        assert_eq!(max_distance("погода"), Some(2));
    }
}
