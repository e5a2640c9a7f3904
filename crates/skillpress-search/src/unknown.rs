//! What words mean that the index may not know: they are misspelled, or of another language.
//!
//! ```text
//! folded text ──► runs ── segment ──► foreign words ──► English words
//! unknown words ──► the nearest words that skills hold
//! ```
//!
//! Only words that a search asks for are looked up, and their neighbours where these are foreign: "die" is English beside
//! "hard", and German beside "Wettervorhersage".

mod correction;
mod glossary;
mod segment;

use alloc::string::String;
use alloc::vec::Vec;

use crate::analyzer;
use crate::fetcher::Fetcher;
use crate::format::glossary::{GlossaryHead, Meaning};
use crate::format::head::LexicalHead;
use crate::format::messages::{Meanings, MeantWord, TRANSLATED, UnknownRequest};
use crate::query::FOREIGN_WEIGHT;
use glossary::Glossary;

/// What the words mean that are asked for. `None` while blocks are missing, which the fetcher has noted, or while it is not
/// known which words are asked for.
///
/// `glossary`: the head of the glossary, where there is one. A word that cannot be read is no foreign one;
/// then what is known is not complete.
/// What the registry may mean is not cut into parts: "saleforce" is no compound where "salesforce" is a name, and a name
/// of two characters does not mean what each of them does.
pub(crate) fn resolve(
    request: &UnknownRequest,
    head: &LexicalHead,
    glossary: Option<GlossaryHead>,
    fetcher: &mut Fetcher<'_>,
) -> Option<Meanings> {
    let mut corrections = correction::read(request, head, fetcher);
    let are_corrections_known = !fetcher.is_waiting();
    let mut misspelled = 0;
    for correction in &corrections {
        misspelled |= 1 << correction.word_idx;
    }
    let mut meanings = Meanings::default();
    if let Some(glossary) = glossary.filter(|_| request.is_translated) {
        let may_cut = request.is_settled && are_corrections_known;
        let own = request.known | misspelled;
        let glossary = Glossary::open(glossary, fetcher);
        translate(request, own, may_cut, glossary, &mut meanings);
    }
    if fetcher.is_waiting() || !request.is_settled {
        return None;
    }
    // Words of another language are not misspelled.
    corrections.retain(|correction| meanings.foreign >> correction.word_idx & 1 == 0);
    meanings.corrections = corrections;
    meanings.is_complete = !fetcher.has_failures();
    Some(meanings)
}

/// Says foreign words in English, as far as the blocks at hand reach; `own`: the words that the registry may mean.
fn translate(
    request: &UnknownRequest,
    own: u32,
    may_cut: bool,
    mut glossary: Glossary<'_, '_>,
    meanings: &mut Meanings,
) {
    let asked = request.other_scripts | request.unknown;
    let runs = || beginning(&request.runs).split_ascii_whitespace();
    let mut found = Vec::new();
    // Where a word of a script with spaces is asked for, its neighbours are looked up with it.
    let mut has_spaced = false;
    for run in runs() {
        has_spaced |= mask_of(run, request) & asked != 0 && !is_unspaced(run);
    }
    for run in runs() {
        let mask = mask_of(run, request);
        let is_asked = mask & asked != 0;
        if is_asked || (has_spaced && !is_unspaced(run)) {
            let may_cut = |part: &str| is_asked && may_cut && mask_of(part, request) & own == 0;
            let cut = segment::meanings(run, may_cut, &mut glossary);
            found.push((run, is_asked, cut));
        }
    }
    if glossary.is_waiting() {
        return;
    }
    for (run, _, cut) in &found {
        add_simplified(run, cut.simplified.as_deref(), request, meanings);
    }
    let is_foreign = found
        .iter()
        .any(|(_, is_asked, cut)| *is_asked && cut.meanings.iter().any(Meaning::is_telling));
    if !is_foreign {
        return;
    }
    for (run, _, cut) in &found {
        add(
            run,
            mask_of(run, request),
            &cut.meanings,
            meanings,
            &mut glossary,
        );
    }
    // As with stop words: where there are only such, they are what is searched for.
    if meanings.ignored.count_ones() as usize == request.words().count() {
        meanings.ignored = 0;
    }
}

/// Adds the words of a run in simplified characters, pairs of these, as far as they are others than those that were typed.
fn add_simplified(
    run: &str,
    simplified: Option<&str>,
    request: &UnknownRequest,
    meanings: &mut Meanings,
) {
    let mut before = None;
    for typed in run.chars().zip(simplified.unwrap_or_default().chars()) {
        if let Some((typed_before, simplified_before)) = before.replace(typed) {
            let [typed, word]: [String; 2] = [
                [typed_before, typed.0].iter().collect(),
                [simplified_before, typed.1].iter().collect(),
            ];
            if typed != word {
                let mask = mask_of(&typed, request);
                let weight = FOREIGN_WEIGHT;
                meanings.words.push(MeantWord { word, weight, mask });
            }
        }
    }
}

/// Adds what the words of a run mean, whose words in the query have a bit in `mask`. One that English writes alike is
/// searched for already.
fn add(
    run: &str,
    mask: u32,
    words: &[Meaning],
    meanings: &mut Meanings,
    glossary: &mut Glossary<'_, '_>,
) {
    let mut has_translation = false;
    for meaning in words {
        for (place, (&reference, &weight)) in
            meaning.references.iter().zip(&meaning.weights).enumerate()
        {
            let is_translation = meaning.translation_place() == Some(place);
            if weight == 0 && !is_translation {
                continue;
            }
            let Some(word) = glossary.reference(reference) else {
                continue;
            };
            has_translation |= is_translation;
            let is_searched = is_translation && word != run;
            meanings.words.push(MeantWord {
                word,
                weight,
                mask: if is_searched { mask | TRANSLATED } else { 0 },
            });
        }
    }
    if !words.is_empty() {
        meanings.foreign |= mask;
        if !has_translation {
            meanings.ignored |= mask;
        }
    }
}

/// Most words that are looked up, each character of a script without spaces being one: as many as are embedded of a query.
/// Each costs a block or two.
const WORDS_MAX: usize = 64;

/// What of the runs of a query is looked up: all but for very long ones.
fn beginning(runs: &str) -> &str {
    let mut n_words = 0;
    for (at, c) in runs.char_indices() {
        if n_words == WORDS_MAX {
            return &runs[..at];
        }
        n_words += usize::from(c == ' ' || analyzer::is_unspaced(c));
    }
    runs
}

/// The words of the query that come from a run or a part of one, a bit each.
fn mask_of(run: &str, request: &UnknownRequest) -> u32 {
    // Those of a script without spaces are pairs of its characters.
    let is_unspaced = is_unspaced(run);
    let mut mask = 0;
    for (word_idx, word) in request.words().enumerate() {
        let is_of_run = if is_unspaced {
            run.contains(word)
        } else {
            word == run
        };
        mask |= u32::from(is_of_run) << word_idx;
    }
    mask
}

fn is_unspaced(run: &str) -> bool {
    run.chars().next().is_some_and(analyzer::is_unspaced)
}
