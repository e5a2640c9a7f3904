//! The part of a search that says what words mean that the index may not know.

use alloc::vec::Vec;

use super::reading::Reading;
use crate::fetcher::BlockStore;
use crate::format::glossary::{GLOSSARY_HEAD, GlossaryHead};
use crate::format::head::{LEXICAL_HEAD, LexicalHead};
use crate::format::manifest::Manifest;
use crate::format::messages::{Meanings, UnknownRequest, encode_requests};
use crate::{Answer, FormatError, Request, Writer, unknown};

/// The spelling file and the glossary of an open index, and the blocks that searches have read.
#[derive(Clone, Debug)]
pub struct UnknownHalf {
    manifest: Manifest,
    head: LexicalHead,
    /// `None` where there is no glossary.
    glossary: Option<GlossaryHead>,
    store: BlockStore,
}

/// The words of one query.
#[derive(Clone, Debug, Default)]
pub struct UnknownSearch {
    pub(super) reading: Reading,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnknownStep {
    /// What to fetch before the next poll; nothing while only the lexical half is waited for.
    Fetch(Vec<Request>),
    /// What the words mean.
    Resolved(Meanings),
}

impl UnknownHalf {
    /// Opens what an index knows of other words. `has_ranges`: whether the host answers range requests, as far as is
    /// known. A glossary whose head cannot be read is none: words are found without it.
    ///
    /// # Errors
    /// What is wrong with the lexical head.
    pub fn open(manifest: Manifest, has_ranges: bool) -> Result<Self, FormatError> {
        let what = "the lexical head";
        let head = manifest
            .head(LEXICAL_HEAD)
            .ok_or(FormatError::Missing { what })?;
        let glossary = manifest.head(GLOSSARY_HEAD);
        let glossary = glossary.and_then(|head| GlossaryHead::decode(head).ok());
        Ok(Self {
            head: LexicalHead::decode(head)?,
            glossary,
            manifest,
            store: BlockStore::new(has_ranges),
        })
    }

    /// Begins with a query. Of what earlier ones read, about `max_bytes` are kept.
    pub fn search(&mut self, max_bytes: usize) -> UnknownSearch {
        self.store.begin_search(max_bytes);
        UnknownSearch::default()
    }

    /// Takes the answers to the requests of the last poll, in order; whether one of them says that a file is gone.
    pub fn take(
        &mut self,
        search: &mut UnknownSearch,
        answers: &mut impl Iterator<Item = Answer>,
    ) -> bool {
        let (manifest, store) = (&self.manifest, &mut self.store);
        search.reading.take(manifest, store, answers)
    }

    /// Says what the words mean that are asked for, as far as the blocks at hand reach.
    pub fn poll(&mut self, search: &mut UnknownSearch, request: &UnknownRequest) -> UnknownStep {
        let (head, glossary) = (&self.head, self.glossary);
        let reading = &mut search.reading;
        let meanings = reading.run(&self.manifest, &mut self.store, |fetcher| {
            unknown::resolve(request, head, glossary, fetcher)
        });
        let requests = reading.requests(&self.manifest);
        match meanings {
            Some(meanings) => UnknownStep::Resolved(meanings),
            // Nothing more is asked for after many round trips.
            None if requests.is_empty() && request.is_settled => {
                UnknownStep::Resolved(Meanings::default())
            }
            None => UnknownStep::Fetch(requests),
        }
    }
}

impl UnknownStep {
    /// The step as bytes: 0 and the requests; or 1, the length of [`Meanings::translated_text`] (u16, little-endian), the
    /// text and the meanings.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        match self {
            Self::Fetch(requests) => {
                writer.u8(0);
                writer.bytes(encode_requests(requests).as_bytes());
            }
            Self::Resolved(meanings) => {
                let text = meanings.translated_text();
                writer.u8(1);
                writer.u16(text.len() as u16);
                writer.bytes(text.as_bytes());
                writer.bytes(&meanings.encode());
            }
        }
        writer.into_bytes()
    }
}
