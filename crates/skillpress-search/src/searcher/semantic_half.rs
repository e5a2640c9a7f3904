//! The semantic half of a search.

use alloc::vec::Vec;

use super::reading::Reading;
use crate::fetcher::{BlockStore, Fetcher};
use crate::format::manifest::Manifest;
use crate::format::messages::{SemanticRequest, SemanticResult, SemanticStep};
use crate::format::vectors::VectorIndex;
use crate::{Answer, DocId, FormatError, Request, Source, vector};

/// The vectors of an open index, and the blocks that searches have read.
#[derive(Clone, Debug)]
pub struct SemanticHalf {
    manifest: Manifest,
    index: VectorIndex,
    store: BlockStore,
}

/// One search under way in the semantic half.
#[derive(Clone, Debug, Default)]
pub struct SemanticSearch {
    pub(super) reading: Reading,
    has_begun: bool,
}

impl SemanticHalf {
    /// Opens the semantic half of an index; `None` when it has none. `has_ranges`: whether the host answers range
    /// requests, as far as is known.
    ///
    /// # Errors
    /// As [`VectorIndex::open`].
    pub fn open(manifest: Manifest, has_ranges: bool) -> Result<Option<Self>, FormatError> {
        Ok(VectorIndex::open(&manifest)?.map(|index| Self {
            manifest,
            index,
            store: BlockStore::new(has_ranges),
        }))
    }

    /// Begins a search. Of what earlier ones read, about `max_bytes` are kept.
    pub fn search(&mut self, max_bytes: usize) -> SemanticSearch {
        self.store.begin_search(max_bytes);
        SemanticSearch::default()
    }

    /// Takes the answers to the requests of the last poll, in order; whether one of them says that a file is gone.
    pub fn take(
        &mut self,
        search: &mut SemanticSearch,
        answers: &mut impl Iterator<Item = Answer>,
    ) -> bool {
        let (manifest, store) = (&self.manifest, &mut self.store);
        search.reading.take(manifest, store, answers)
    }

    /// Searches as far as the blocks at hand reach: the result, or what to fetch before the next poll, all at once;
    /// nothing while only seeds are waited for.
    pub fn poll(&mut self, search: &mut SemanticSearch, request: &SemanticRequest) -> SemanticStep {
        self.poll_like(search, request, None)
    }

    /// The same, for the skills that are most like one, if `like` names it, and not for the words of the request.
    pub(super) fn poll_like(
        &mut self,
        search: &mut SemanticSearch,
        request: &SemanticRequest,
        like: Option<DocId>,
    ) -> SemanticStep {
        // The first round trip is short: then lexical results do not wait for the codes of all skills.
        let is_early = request.seeds.is_none() && !search.has_begun;
        search.has_begun = true;
        let index = &self.index;
        let run = |fetcher: &mut Fetcher<'_>| {
            if is_early {
                vector::prefetch(request, index, fetcher);
                return None;
            }
            vector::search(request, like, index, fetcher)
        };
        match search.reading.run(&self.manifest, &mut self.store, run) {
            // Even that no word is known is not final before misspelled ones are corrected.
            Some(result) if request.seeds.is_some() => SemanticStep::Found(result),
            _ => SemanticStep::Fetch(search.reading.requests(&self.manifest)),
        }
    }

    /// Runs one search by itself, over an index that nothing was read of: for measuring. `like` as in
    /// [`crate::Searcher::search_like`].
    ///
    /// # Errors
    /// As [`VectorIndex::open`]; a manifest without vectors finds nothing.
    pub fn find(
        manifest: &Manifest,
        request: &SemanticRequest,
        like: Option<DocId>,
        source: &mut impl Source,
    ) -> Result<SemanticResult, FormatError> {
        let Some(mut half) = Self::open(manifest.clone(), true)? else {
            return Ok(SemanticResult::default());
        };
        let mut search = half.search(0);
        loop {
            let requests: Vec<Request> = match half.poll_like(&mut search, request, like) {
                SemanticStep::Found(result) => return Ok(result),
                SemanticStep::Fetch(requests) => requests,
            };
            let answers = source.fetch(&requests);
            half.take(&mut search, &mut answers.into_iter());
        }
    }
}
