//! Cuts a run of letters into words of the glossary: the longest known word first, as `scripts/model/languages` cuts the
//! texts that it learns from.

use alloc::string::String;
use alloc::vec::Vec;

use super::glossary::Glossary;
use crate::analyzer::is_unspaced;
use crate::format::glossary::{FIRST_HAN, LAST_HAN, Meaning, traditional};

/// Longest word of a script without spaces, in characters.
const LONGEST: usize = 10;
/// Most parts of a compound.
const PARTS_MAX: usize = 3;
/// Shortest part, in characters.
const PART_MIN: usize = 4;
/// Most characters behind the last part.
const LEFT_OVER_MAX: usize = 3;
/// What may stand between parts.
const LINKS: [&str; 8] = ["", "s", "es", "n", "en", "e", "o", "er"];

/// Cuts a run into words and says what they mean, in order; what is known so far while blocks are missing. `may_cut`: whether what is
/// not known as a whole may be cut into parts, or, in a script without spaces, a pair of characters into single ones.
pub(super) fn meanings(
    run: &str,
    may_cut: impl Fn(&str) -> bool,
    glossary: &mut Glossary<'_, '_>,
) -> Cut {
    // Where each character begins, and the end.
    let mut ends: Vec<usize> = run.char_indices().map(|(at, _)| at).collect();
    ends.push(run.len());
    if run.chars().next().is_some_and(is_unspaced) {
        return words(run, &ends, may_cut, glossary);
    }
    let meanings = match glossary.meaning(run) {
        Some(meaning) => alloc::vec![meaning],
        None if may_cut(run) => parts(run, &ends, glossary),
        None => Vec::new(),
    };
    Cut {
        meanings,
        simplified: None,
    }
}

/// The words of a run of a script without spaces. Traditional characters that begin no word are read as simplified ones:
/// many are ordinary in Japanese.
fn words(
    run: &str,
    ends: &[usize],
    may_cut: impl Fn(&str) -> bool,
    glossary: &mut Glossary<'_, '_>,
) -> Cut {
    let as_typed = cut(run, run, ends, &may_cut, glossary);
    match as_typed.simplified {
        Some(simplified) => Cut {
            meanings: cut(&simplified, run, ends, &may_cut, glossary).meanings,
            simplified: Some(all_simplified(run, ends, glossary)),
        },
        None => as_typed,
    }
}

/// A run in simplified characters, also those that begin words as typed: names have them all or none.
fn all_simplified(run: &str, ends: &[usize], glossary: &mut Glossary<'_, '_>) -> String {
    let mut text = String::new();
    for first in 0..ends.len() - 1 {
        let character = &run[ends[first]..ends[first + 1]];
        match simplified(character, glossary) {
            Some(simplified) => text.push(simplified),
            None => text.push_str(character),
        }
    }
    text
}

/// What a run was cut into.
#[derive(Default)]
pub(super) struct Cut {
    pub(super) meanings: Vec<Meaning>,
    /// The run in simplified characters, where some that begin no word have such a form.
    pub(super) simplified: Option<String>,
}

/// Cuts `run`, of which `typed` is what was typed; the characters of both have the same `ends`.
fn cut(
    run: &str,
    typed: &str,
    ends: &[usize],
    may_cut: impl Fn(&str) -> bool,
    glossary: &mut Glossary<'_, '_>,
) -> Cut {
    // The blocks of all words that may begin anywhere are asked for at once, those of single characters, which often stand
    // elsewhere, only where nothing longer begins; but for syllables of Hangul, which begin fewer words.
    let n_waiting = glossary.n_waiting();
    let mut longest = Vec::new();
    let is_hangul = run.starts_with(|c| ('가'..='힣').contains(&c));
    for first in 0..ends.len() - 1 {
        if is_hangul {
            glossary.meaning(&run[ends[first]..ends[first + 1]]);
        }
        longest.push(longest_known(run, ends, first, 2, LONGEST, glossary));
    }
    let mut cut = Cut::default();
    if glossary.n_waiting() != n_waiting {
        return cut;
    }
    let mut first = 0;
    while first < longest.len() {
        // The pairs that hold the character.
        let around = &typed[ends[first.saturating_sub(1)]..ends[(first + 2).min(longest.len())]];
        let single = &run[ends[first]..ends[first + 1]];
        let mut end = first + 1;
        let meaning = match longest[first] {
            Some((word_end, meaning)) => {
                end = word_end;
                Some(meaning)
            }
            None if may_cut(around) => {
                if let Some(character) = simplified(single, glossary) {
                    let text = cut.simplified.get_or_insert_with(|| String::from(run));
                    text.replace_range(ends[first]..ends[end], character.encode_utf8(&mut [0; 4]));
                }
                glossary.meaning(single)
            }
            None => None,
        };
        cut.meanings.extend(meaning);
        first = end;
    }
    cut
}

/// The simplified form of a traditional Chinese character; both take three bytes.
fn simplified(character: &str, glossary: &mut Glossary<'_, '_>) -> Option<char> {
    if !(FIRST_HAN..=LAST_HAN).contains(&character.chars().next()?) {
        return None;
    }
    glossary.meaning(&traditional(character))?.simplified()
}

/// The parts of a compound from its first letter on; none when too much is left over.
fn parts(run: &str, ends: &[usize], glossary: &mut Glossary<'_, '_>) -> Vec<Meaning> {
    let n_chars = ends.len() - 1;
    let mut meanings: Vec<Meaning> = Vec::new();
    let mut first = 0;
    while first < n_chars && meanings.len() < PARTS_MAX {
        let mut found = None;
        for link in LINKS {
            let is_between = meanings.is_empty() && !link.is_empty();
            if found.is_none() && !is_between && run[ends[first]..].starts_with(link) {
                let start = first + link.len();
                found = longest_known(run, ends, start, PART_MIN, n_chars, glossary);
            }
        }
        let Some((end, meaning)) = found else {
            break;
        };
        meanings.push(meaning);
        first = end;
    }
    if n_chars - first > LEFT_OVER_MAX {
        meanings.clear();
    }
    meanings
}

/// The longest known word of `shortest` to `longest` characters that begins with character `first`: where it ends, and
/// what it means.
fn longest_known(
    run: &str,
    ends: &[usize],
    first: usize,
    shortest: usize,
    longest: usize,
    glossary: &mut Glossary<'_, '_>,
) -> Option<(usize, Meaning)> {
    let last = (ends.len() - 1).min(first + longest);
    let mut found = None;
    for end in (first + shortest..=last).rev() {
        // All are asked for, found or not: what is missing is fetched together.
        let meaning = glossary.meaning(&run[ends[first]..ends[end]]);
        if found.is_none() {
            found = meaning.map(|meaning| (end, meaning));
        }
    }
    found
}
