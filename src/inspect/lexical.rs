//! The state of the lexical half: terms and their postings, words for corrections, cards.

use serde::Serialize;
use skillpress_search::internals::format::cards::{self, CARDS_FILE};
use skillpress_search::internals::format::head::LexicalHead;
use skillpress_search::internals::format::postings::{self, POSTINGS_BLOCK_LEN, POSTINGS_FILE};
use skillpress_search::internals::format::spelling::{self, SPELLING_FILE};
use skillpress_search::internals::format::terms::{self, TERMS_FILE, TermEntry, TermPostings};
use skillpress_search::{ByteRange, DocId};

use super::files::{IndexFile, IndexFiles};
use crate::key::SkillKey;

/// Terms and posting lists.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Lexical {
    /// Blocks of terms.
    pub term_blocks: usize,
    /// What the terms are.
    pub terms: TermCounts,
    /// Skills of all lists together.
    pub postings: u64,
    /// Lists that stand in their term block.
    pub inline_lists: usize,
    /// Lists of the postings file.
    pub lists: usize,
    /// Bytes of the postings file that lists take.
    pub list_bytes: u64,
    /// Distinct terms of a skill's text, on average.
    pub average_terms: f64,
    /// The word that most skills hold, and how many do.
    pub commonest: Option<(String, u32)>,
}

/// Terms by what they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TermCounts {
    /// Words of the text.
    pub words: usize,
    /// Keys of slugs and names, and whole identities.
    pub identities: usize,
    /// Owners.
    pub owners: usize,
    /// Tags.
    pub tags: usize,
    /// Kinds of badges that a skill has.
    pub badges: usize,
    /// Operating systems.
    pub os: usize,
}

/// Words that mistyped ones can be corrected to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spelling {
    /// Blocks, one a first character.
    pub blocks: usize,
    /// Words.
    pub words: usize,
}

/// Reads every term and every list.
pub(super) fn lexical(files: &mut IndexFiles<'_>, head: &LexicalHead, n_skills: u32) -> Lexical {
    let mut lexical = Lexical {
        term_blocks: head.n_term_blocks(),
        ..Lexical::default()
    };
    let lists = files.read(POSTINGS_FILE);
    let Some(file) = files.read(TERMS_FILE) else {
        return lexical;
    };
    let mut n_of_words = 0;
    for range in head.term_blocks_of_prefix("") {
        let entries = files.decoded(&file, range, |payload| terms::decode(payload, n_skills));
        for entry in entries.unwrap_or_default() {
            if lexical.terms.count(&entry.term) {
                n_of_words += u64::from(entry.doc_freq);
                let most = lexical.commonest.as_ref().map_or(0, |(_, most)| *most);
                if entry.doc_freq > most {
                    lexical.commonest = Some((entry.term.clone(), entry.doc_freq));
                }
            }
            lexical.postings += u64::from(entry.doc_freq);
            match entry.postings {
                TermPostings::Inline(_) => lexical.inline_lists += 1,
                TermPostings::At(range) => {
                    lexical.lists += 1;
                    lexical.list_bytes += u64::from(range.len);
                    if let Some(lists) = &lists {
                        check_list(files, lists, &entry, range, n_skills);
                    }
                }
            }
        }
    }
    lexical.average_terms = n_of_words as f64 / f64::from(n_skills.max(1));
    lexical
}

/// Reads every word of the spelling file.
pub(super) fn spelling(files: &mut IndexFiles<'_>, head: &LexicalHead) -> Spelling {
    let mut spelling = Spelling {
        blocks: head.spelling_blocks().len(),
        words: 0,
    };
    if let Some(file) = files.read(SPELLING_FILE) {
        for range in head.spelling_blocks() {
            let words = files.decoded(&file, range, spelling::decode);
            spelling.words += words.map_or(0, |words| words.len());
        }
    }
    spelling
}

/// `owner/slug` on each skill's card; `None` where the card cannot be read.
pub(super) fn identities(files: &mut IndexFiles<'_>, n_skills: u32) -> Vec<Option<String>> {
    let Some(file) = files.read(CARDS_FILE) else {
        return Vec::new();
    };
    (0..n_skills)
        .map(|skill| {
            let card = files.decoded(&file, cards::range(DocId(skill)), cards::decode);
            card.map(|card| SkillKey::of_card(&card).to_string())
        })
        .collect()
}

/// Notes a list that cannot be read or is not as long as its term says.
fn check_list(
    files: &mut IndexFiles<'_>,
    lists: &IndexFile,
    entry: &TermEntry,
    range: ByteRange,
    n_skills: u32,
) {
    let mut n_read = 0;
    for start in (0..range.len).step_by(POSTINGS_BLOCK_LEN) {
        let block_range = ByteRange {
            start: range.start + u64::from(start),
            len: (range.len - start).min(POSTINGS_BLOCK_LEN as u32),
        };
        let decode = |payload| postings::decode_block(payload, n_skills);
        let Some(block) = files.decoded(lists, block_range, decode) else {
            return;
        };
        n_read += block.len();
    }
    if n_read != entry.doc_freq as usize {
        let message = format!(
            "the list of `{}` has {n_read} skills of {}",
            entry.term, entry.doc_freq
        );
        files.note(POSTINGS_FILE, message);
    }
}

impl TermCounts {
    /// Counts a term; whether it is a word.
    fn count(&mut self, term: &str) -> bool {
        let count = match term.chars().next() {
            Some('=' | '/') => &mut self.identities,
            Some('@') => &mut self.owners,
            Some('#') => &mut self.tags,
            Some('+') => &mut self.badges,
            Some(':') => &mut self.os,
            _ => {
                self.words += 1;
                return true;
            }
        };
        *count += 1;
        false
    }
}
