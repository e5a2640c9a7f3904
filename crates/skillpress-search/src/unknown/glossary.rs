//! Looks words up in the glossary, over the blocks at hand.

use alloc::string::String;
use alloc::sync::Arc;

use crate::ByteRange;
use crate::fetcher::{Fetched, Fetcher};
use crate::format::glossary::{
    self, GLOSSARY_FILE, GlossaryHead, Meaning, REFERENCES_FILE, REFERENCES_PER_BLOCK,
    ReferenceDirectory, WordDirectory,
};

/// The glossary during one run of a translation.
pub(super) struct Glossary<'a, 'f> {
    head: GlossaryHead,
    references: Option<ReferenceDirectory>,
    /// The directory that was used last, and the number of its alphabet.
    words: Option<(usize, WordDirectory)>,
    /// How often something was asked for that was not there yet.
    n_waiting: usize,
    fetcher: &'a mut Fetcher<'f>,
}

impl<'a, 'f> Glossary<'a, 'f> {
    /// Opens a glossary. A directory that cannot be read is that of no words.
    pub(super) fn open(head: GlossaryHead, fetcher: &'a mut Fetcher<'f>) -> Self {
        // Asked for with the first words, which lead to it.
        let references = match fetcher.block(REFERENCES_FILE, head.references()) {
            Fetched::Ready(payload) => ReferenceDirectory::decode(&payload, &head).ok(),
            Fetched::Waiting | Fetched::Failed => None,
        };
        Self {
            head,
            references,
            words: None,
            n_waiting: 0,
            fetcher,
        }
    }

    /// Whether anything that was asked for is still on its way.
    pub(super) fn is_waiting(&self) -> bool {
        self.fetcher.is_waiting()
    }

    /// How often something was asked for that was not there yet.
    pub(super) fn n_waiting(&self) -> usize {
        self.n_waiting
    }

    /// What a word means; `None` when it is not there, or not known yet.
    pub(super) fn meaning(&mut self, word: &str) -> Option<Meaning> {
        let range = self.directory_of(word)?.block_of(word);
        let payload = self.block(GLOSSARY_FILE, range)?;
        let words = glossary::decode_block(&payload).unwrap_or_default();
        let foreign = words.into_iter().find(|foreign| foreign.word == word)?;
        Some(foreign.meaning)
    }

    /// An English word; `None` when it is not there, or not known yet.
    pub(super) fn reference(&mut self, reference: u16) -> Option<String> {
        let range = self.references.as_ref()?.block_of(reference)?;
        let payload = self.block(REFERENCES_FILE, range)?;
        let words = glossary::decode_references(&payload).unwrap_or_default();
        let place = usize::from(reference) % REFERENCES_PER_BLOCK;
        words.into_iter().nth(place)
    }

    fn directory_of(&mut self, word: &str) -> Option<&WordDirectory> {
        let alphabet = glossary::alphabet_of(word);
        if self
            .words
            .as_ref()
            .is_none_or(|(last, _)| *last != alphabet)
        {
            let range = self.head.words(alphabet)?;
            let payload = self.block(REFERENCES_FILE, range)?;
            self.words = Some((alphabet, WordDirectory::decode(&payload, alphabet).ok()?));
        }
        self.words.as_ref().map(|(_, directory)| directory)
    }

    fn block(&mut self, file: &str, range: ByteRange) -> Option<Arc<[u8]>> {
        match self.fetcher.block(file, range) {
            Fetched::Ready(payload) => Some(payload),
            Fetched::Waiting => {
                self.n_waiting += 1;
                None
            }
            Fetched::Failed => None,
        }
    }
}
