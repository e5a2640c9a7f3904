//! What speaks for skills: for every word of a query the terms that it may stand for, with their posting lists.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::dictionary::{Dictionary, Lookup};
use super::idf;
use crate::DocId;
use crate::format::messages::TRANSLATED;
use crate::format::postings::Posting;
use crate::format::terms::TermEntry;
use crate::options::Options;
use crate::query::{Query, QueryWord};

/// One term's say.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    /// Why it is asked.
    pub(crate) kind: EvidenceKind,
    /// The term.
    pub(crate) term: String,
    /// The words of the query that it stands for, one bit each.
    pub(crate) mask: u32,
    /// How many skills hold it.
    pub(super) doc_freq: u32,
    /// What it says: skills with their part of the score, in units of 1/(255 · 2048).
    pub(crate) scores: Vec<(DocId, u32)>,
}

/// Why a term speaks for a skill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvidenceKind {
    /// It is the stem of a word of the query.
    Word,
    /// It is the word as typed, in a name. Weaker: it mostly says again what the stem says.
    Surface,
    /// It is two neighbouring words joined. Weaker.
    Joined,
    /// The last word of the query is its beginning. Weaker, and only for skills without the word itself.
    Prefix,
    /// It is what a misspelled word may have meant.
    Spelling,
    /// It is what a word of another language means.
    Translation,
}

/// The evidence for a query, and what is known of its words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    pub(crate) evidence: Vec<Evidence>,
    /// The words of the query that at least one term speaks for, one bit each.
    pub(crate) known: u32,
    /// The words that certainly no term speaks for.
    pub(crate) unknown: u32,
}

/// Longest row of term blocks that a prefix is looked for in.
const PREFIX_BLOCKS_MAX: usize = 2;
/// Most terms that a prefix stands for: those that most skills hold.
const PREFIX_TERMS_MAX: usize = 8;
/// Shortest word, in characters, that is taken for a beginning.
const PREFIX_CHARS_MIN: usize = 3;
/// What another form than the stem counts, in 256ths of what the term itself would.
const FORM_WEIGHT: u32 = 128;

/// Reads what the words of `query` and their joined forms say.
pub(super) fn read(query: &Query, options: &Options, dictionary: &mut Dictionary<'_, '_>) -> Found {
    let mut found = Found::default();
    let mut is_word_absent = Vec::new();
    for (word_idx, word) in query.words.iter().enumerate() {
        let mask = 1 << word_idx;
        let stem = dictionary.lookup(&word.term);
        is_word_absent.push(matches!(stem, Lookup::Absent));
        read_lookup(stem, EvidenceKind::Word, mask, &mut found, dictionary);
        if !options.is_plain() && word.surface != word.term {
            let surface = dictionary.lookup(&word.surface);
            read_lookup(surface, EvidenceKind::Surface, mask, &mut found, dictionary);
        }
        if !options.is_plain() && word.is_last {
            read_prefix(word, mask, &mut found, dictionary);
        }
    }
    if !options.is_plain() {
        for (joined, mask) in &query.joined {
            let joined = dictionary.lookup(joined);
            let kind = match mask & TRANSLATED {
                0 => EvidenceKind::Joined,
                _ => EvidenceKind::Translation,
            };
            read_lookup(joined, kind, mask & !TRANSLATED, &mut found, dictionary);
        }
    }
    for (word_idx, is_absent) in is_word_absent.into_iter().enumerate() {
        if is_absent && found.known >> word_idx & 1 == 0 {
            found.unknown |= 1 << word_idx;
        }
    }
    found
}

/// Reads what the corrected form `term` of a word says.
pub(super) fn read_correction(
    word_idx: usize,
    term: &str,
    found: &mut Found,
    dictionary: &mut Dictionary<'_, '_>,
) {
    let lookup = dictionary.lookup(term);
    read_lookup(
        lookup,
        EvidenceKind::Spelling,
        1 << word_idx,
        found,
        dictionary,
    );
}

fn read_lookup(
    lookup: Lookup,
    kind: EvidenceKind,
    mask: u32,
    found: &mut Found,
    dictionary: &mut Dictionary<'_, '_>,
) {
    if let Lookup::Found(entry) = lookup {
        found.add(entry, kind, mask, (1, 1), dictionary);
    }
}

/// Reads what the terms that begin with `word` say, as if they were one term: each weighs what a term held by as many
/// skills as all of them together would, so that rare continuations do not outweigh the word itself.
fn read_prefix(
    word: &QueryWord,
    mask: u32,
    found: &mut Found,
    dictionary: &mut Dictionary<'_, '_>,
) {
    if word.surface.chars().count() < PREFIX_CHARS_MIN {
        return;
    }
    let Some(terms) = dictionary.terms_with_prefix(&word.surface, PREFIX_BLOCKS_MAX) else {
        return;
    };
    // Those of equal weight stay in the order of the dictionary.
    let mut entries: Vec<TermEntry> = Vec::new();
    for entry in terms {
        if entry.term != word.term && entry.term != word.surface {
            let place = entries.partition_point(|other| other.doc_freq >= entry.doc_freq);
            entries.insert(place, entry);
            entries.truncate(PREFIX_TERMS_MAX);
        }
    }
    let n_skills = dictionary.n_skills();
    let doc_freq = entries
        .iter()
        .map(|entry| entry.doc_freq)
        .sum::<u32>()
        .min(n_skills);
    let idf_of_all = idf::idf(doc_freq, n_skills);
    for entry in entries {
        let idf = idf::idf(entry.doc_freq, n_skills).max(1);
        let share = (idf_of_all, idf);
        found.add(entry, EvidenceKind::Prefix, mask, share, dictionary);
    }
}

/// What words weigh that `doc_freqs` skills hold: the idf. A word that no skill holds weighs most; none weighs nothing.
pub(super) fn weights(doc_freqs: Vec<u32>, query: &Query, n_skills: u32) -> Vec<u32> {
    let mut weights = doc_freqs;
    for (word_idx, weight) in weights.iter_mut().enumerate() {
        let is_ignored = query.ignored >> word_idx & 1 == 1;
        *weight = match is_ignored {
            true => 0,
            false => idf::idf(*weight, n_skills).max(1),
        };
    }
    weights
}

/// How many skills hold each of `n_words` words of the query, in the most frequent of its forms.
pub(super) fn doc_freqs(evidence: &[Evidence], n_words: usize, n_skills: u32) -> Vec<u32> {
    let mut doc_freqs = vec![0; n_words];
    for (word_idx, doc_freq) in doc_freqs.iter_mut().enumerate() {
        for evidence in evidence {
            if evidence.mask >> word_idx & 1 == 1 {
                *doc_freq = evidence.doc_freq.min(n_skills).max(*doc_freq);
            }
        }
    }
    doc_freqs
}

#[cfg(feature = "explain")]
impl Evidence {
    /// Whether it speaks for this word of the query.
    pub(crate) fn is_of(&self, word_idx: usize) -> bool {
        self.mask >> word_idx & 1 == 1
    }

    /// What it says of a skill; `None` where it does not speak for it.
    pub(crate) fn score_of(&self, doc: DocId) -> Option<u32> {
        let said = self.scores.iter().find(|(other, _)| *other == doc);
        said.map(|(_, score)| *score)
    }
}

impl Evidence {
    /// Whether it is the word itself, not what it may begin or may have meant.
    pub(super) fn is_literal(&self) -> bool {
        match self.kind {
            EvidenceKind::Word | EvidenceKind::Surface | EvidenceKind::Joined => true,
            EvidenceKind::Prefix | EvidenceKind::Spelling | EvidenceKind::Translation => false,
        }
    }
}

impl Found {
    /// Adds what a term says: the part `share`, a fraction, of its own scores, weighed as evidence of its kind.
    fn add(
        &mut self,
        entry: TermEntry,
        kind: EvidenceKind,
        mask: u32,
        (part, whole): (u32, u32),
        dictionary: &mut Dictionary<'_, '_>,
    ) {
        let mut scores = Vec::new();
        for Posting { doc, level } in dictionary.postings(&entry) {
            let score = scaled(u32::from(level) * u32::from(entry.max_impact), part, whole);
            scores.push((doc, scaled(score, weight_of(kind), 256)));
        }
        self.known |= mask;
        self.evidence.push(Evidence {
            kind,
            term: entry.term,
            mask,
            doc_freq: entry.doc_freq,
            scores,
        });
    }
}

/// What evidence of a kind counts, in 256ths.
fn weight_of(kind: EvidenceKind) -> u32 {
    match kind {
        EvidenceKind::Word | EvidenceKind::Spelling | EvidenceKind::Translation => 256,
        EvidenceKind::Surface | EvidenceKind::Joined | EvidenceKind::Prefix => FORM_WEIGHT,
    }
}

/// `score` · `part` / `whole`.
fn scaled(score: u32, part: u32, whole: u32) -> u32 {
    (u64::from(score) * u64::from(part) / u64::from(whole)) as u32
}
