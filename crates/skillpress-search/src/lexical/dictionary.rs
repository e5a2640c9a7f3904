//! Looks terms up in term blocks and reads their posting lists.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::fetcher::{Fetched, Fetcher};
use crate::format::head::LexicalHead;
use crate::format::postings::{
    self, FULL_LIST_MAX_LEN, POSTINGS_BLOCK_LEN, POSTINGS_FILE, Posting,
};
use crate::format::terms::{self, TERMS_FILE, TermEntry, TermPostings};
use crate::{ByteRange, FormatError};

/// The term dictionary during one run of a search.
pub(super) struct Dictionary<'a, 'f> {
    head: &'a LexicalHead,
    n_skills: u32,
    fetcher: &'a mut Fetcher<'f>,
    /// False once a block could not be read or a list was not read to its end.
    pub(super) is_complete: bool,
    /// Whether a block of terms was not at hand.
    pub(super) has_unread_terms: bool,
}

/// What is known of a term.
#[derive(Clone, Debug)]
pub(super) enum Lookup {
    Found(TermEntry),
    /// No skill holds it.
    Absent,
    /// Its block is on the way, or cannot be read.
    Unknown,
}

/// How much of a list is read that is longer than [`FULL_LIST_MAX_LEN`]: its highest impacts. Measured at 200,000 skills: nDCG as with whole lists.
const LIST_PART_LEN: u32 = POSTINGS_BLOCK_LEN as u32;

impl<'a, 'f> Dictionary<'a, 'f> {
    pub(super) fn new(head: &'a LexicalHead, n_skills: u32, fetcher: &'a mut Fetcher<'f>) -> Self {
        Self {
            head,
            n_skills,
            fetcher,
            is_complete: true,
            has_unread_terms: false,
        }
    }

    pub(super) fn n_skills(&self) -> u32 {
        self.n_skills
    }

    /// Whether anything that was asked for is still on its way.
    pub(super) fn is_waiting(&self) -> bool {
        self.fetcher.is_waiting()
    }

    pub(super) fn lookup(&mut self, term: &str) -> Lookup {
        let Some(range) = self.head.term_block(term) else {
            return Lookup::Absent;
        };
        let Some(terms) = self.terms(range, term) else {
            return Lookup::Unknown;
        };
        // A term stands before those that it begins.
        match terms.into_iter().next() {
            Some(entry) if entry.term == term => Lookup::Found(entry),
            _ => Lookup::Absent,
        }
    }

    /// The terms that begin with `prefix`, from at most `n_blocks_max` blocks; `None` while blocks are on their way.
    pub(super) fn terms_with_prefix(
        &mut self,
        prefix: &str,
        n_blocks_max: usize,
    ) -> Option<Vec<TermEntry>> {
        let head = self.head;
        let mut terms = Some(Vec::new());
        // All blocks are asked for before the first one that is missing ends this.
        for range in head.term_blocks_of_prefix(prefix).take(n_blocks_max) {
            match (&mut terms, self.terms(range, prefix)) {
                (Some(terms), Some(block)) => terms.extend(block),
                _ => terms = None,
            }
        }
        terms
    }

    /// The postings of `term`; nothing when it is absent, or not known yet.
    pub(super) fn list(&mut self, term: &str) -> Vec<Posting> {
        match self.lookup(term) {
            Lookup::Found(entry) => self.postings(&entry),
            Lookup::Absent | Lookup::Unknown => Vec::new(),
        }
    }

    /// The postings of `entry`, highest impact first; what is on its way is left out.
    pub(super) fn postings(&mut self, entry: &TermEntry) -> Vec<Posting> {
        let range = match &entry.postings {
            TermPostings::Inline(postings) => return postings.clone(),
            TermPostings::At(range) => *range,
        };
        let mut list = Vec::new();
        let read_len = if range.len <= FULL_LIST_MAX_LEN {
            range.len
        } else {
            LIST_PART_LEN
        };
        self.is_complete &= read_len == range.len;
        for start in (0..read_len).step_by(POSTINGS_BLOCK_LEN) {
            let block_range = ByteRange {
                start: range.start + u64::from(start),
                len: (range.len - start).min(POSTINGS_BLOCK_LEN as u32),
            };
            if let Some(payload) = self.payload(POSTINGS_FILE, block_range) {
                let block = postings::decode_block(&payload, self.n_skills);
                list.extend(self.noted(block).unwrap_or_default());
            }
        }
        list
    }

    /// The terms of a block that begin with `prefix`.
    fn terms(&mut self, range: ByteRange, prefix: &str) -> Option<Vec<TermEntry>> {
        let Some(payload) = self.payload(TERMS_FILE, range) else {
            self.has_unread_terms = true;
            return None;
        };
        let terms = terms::decode_with_prefix(&payload, prefix, self.n_skills);
        self.noted(terms)
    }

    /// A block that is at hand; that it cannot be read is noted.
    fn payload(&mut self, file: &str, range: ByteRange) -> Option<Arc<[u8]>> {
        match self.fetcher.block(file, range) {
            Fetched::Ready(payload) => Some(payload),
            Fetched::Waiting => None,
            Fetched::Failed => {
                self.is_complete = false;
                None
            }
        }
    }

    /// What a block holds; that it cannot be decoded is noted.
    fn noted<T>(&mut self, decoded: Result<T, FormatError>) -> Option<T> {
        self.is_complete &= decoded.is_ok();
        decoded.ok()
    }
}
