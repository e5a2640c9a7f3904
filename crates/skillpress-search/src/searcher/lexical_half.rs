//! The lexical half of a search, which also has the last word: it merges what the semantic half found, and reads cards.

use alloc::string::String;
use alloc::vec::Vec;

use super::reading::Reading;
#[cfg(feature = "explain")]
use super::results::read_card;
use super::results::{Results, SemanticState, results};
use crate::fetcher::BlockStore;
#[cfg(feature = "explain")]
use crate::format::cards::Card;
use crate::format::head::{LEXICAL_HEAD, LexicalHead};
use crate::format::manifest::Manifest;
use crate::format::messages::{N_CANDIDATES, SemanticRequest};
use crate::lexical::{self, EvidenceKind, LexicalResult};
use crate::options::{Mode, Options};
use crate::query::Query;
use crate::{Answer, DocId, FormatError, Request};

/// An open index, without its vectors: words, names, filters and cards, and the blocks that searches have read.
#[derive(Clone, Debug)]
pub struct LexicalHalf {
    manifest: Manifest,
    head: LexicalHead,
    store: BlockStore,
}

/// One search under way in the lexical half.
#[derive(Clone, Debug)]
pub struct LexicalSearch {
    pub(super) query: Query,
    pub(super) options: Options,
    /// What the semantic half contributes; it is pending until the host says what became of it.
    pub semantic: SemanticState,
    semantic_request: Option<SemanticRequest>,
    pub(super) reading: Reading,
}

/// Most results of a search.
const LIMIT_MAX: usize = 200;
/// Most candidates of a list that the lexical half fills, too: more find nothing better (`docs/search-quality.md`).
const N_HYBRID_CANDIDATES: usize = 28;
/// The candidates that a search for words scores are those that could be among so many.
const N_HITS: usize = 10;
/// Lexical matches whose cosines fusion needs.
pub(super) const N_SEEDS: usize = 8;

impl LexicalHalf {
    /// Opens the lexical half of an index; `has_ranges`: whether the host answers range requests, as far as is known.
    ///
    /// # Errors
    /// What is wrong with its head.
    pub fn open(manifest: Manifest, has_ranges: bool) -> Result<Self, FormatError> {
        let what = "the lexical head";
        let head = manifest
            .head(LEXICAL_HEAD)
            .ok_or(FormatError::Missing { what })?;
        Ok(Self {
            head: LexicalHead::decode(head)?,
            manifest,
            store: BlockStore::new(has_ranges),
        })
    }

    /// What the index says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Begins a search. Of what earlier ones read, about `max_bytes` are kept.
    pub fn search(
        &mut self,
        query: Query,
        options: Options,
        semantic: SemanticState,
        max_bytes: usize,
    ) -> LexicalSearch {
        self.store.begin_search(max_bytes);
        LexicalSearch {
            query,
            options: Options {
                limit: options.limit.min(LIMIT_MAX),
                ..options
            },
            semantic,
            semantic_request: None,
            reading: Reading::default(),
        }
    }

    /// Takes the answers to the requests of the last poll, in order; whether one of them says that a file is gone.
    pub fn take(
        &mut self,
        search: &mut LexicalSearch,
        answers: &mut impl Iterator<Item = Answer>,
    ) -> bool {
        let (manifest, store) = (&self.manifest, &mut self.store);
        search.reading.take(manifest, store, answers)
    }

    /// Searches as far as the blocks at hand reach: what was found, once the words' lists are there. They are the final
    /// results when no requests are left and the semantic half is not pending.
    pub fn poll(&mut self, search: &mut LexicalSearch) -> Option<Results> {
        let LexicalSearch {
            query,
            options,
            semantic,
            semantic_request,
            reading,
        } = search;
        let Self {
            manifest,
            head,
            store,
        } = self;
        reading.run(manifest, store, |fetcher| {
            let lexical = lexical::search(query, options, head, manifest, fetcher);
            *semantic_request = match semantic {
                SemanticState::Pending => Some(request_for(query, options, lexical.as_ref())),
                _ => None,
            };
            Some(results(query, &lexical?, semantic, options, fetcher))
        })
    }

    /// What to fetch before the next poll, all at once.
    pub fn requests(&self, search: &LexicalSearch) -> Vec<Request> {
        search.reading.requests(&self.manifest)
    }
}

#[cfg(feature = "explain")]
impl LexicalHalf {
    /// What the words of a search find, as far as the blocks at hand reach.
    pub(super) fn words_found(&mut self, search: &mut LexicalSearch) -> Option<LexicalResult> {
        let (manifest, store) = (&self.manifest, &mut self.store);
        let (query, options, head) = (&search.query, &search.options, &self.head);
        search.reading.run(manifest, store, |fetcher| {
            lexical::search(query, options, head, manifest, fetcher)
        })
    }

    /// The cards of `docs`; none of those that are on their way or damaged.
    pub(super) fn cards(
        &mut self,
        search: &mut LexicalSearch,
        docs: &[DocId],
    ) -> Vec<Option<Card>> {
        let (manifest, store) = (&self.manifest, &mut self.store);
        search.reading.run(manifest, store, |fetcher| {
            docs.iter().map(|doc| read_card(*doc, fetcher)).collect()
        })
    }
}

impl LexicalSearch {
    /// What the last poll requests of the semantic half, while that is pending.
    pub fn semantic_request(&self) -> Option<&SemanticRequest> {
        self.semantic_request.as_ref()
    }
}

pub(super) fn request_for(
    query: &Query,
    options: &Options,
    lexical: Option<&LexicalResult>,
) -> SemanticRequest {
    let n_candidates = match options.mode {
        Mode::Hybrid => N_HYBRID_CANDIDATES,
        Mode::Lexical | Mode::Vector => N_CANDIDATES,
    };
    // What fits does not depend on how many results are shown; without words all does.
    let n_hits = match query.words[..] {
        [] => options.limit,
        _ => N_HITS,
    };
    SemanticRequest {
        plan: options.plan,
        n_hits,
        n_candidates: n_candidates.max(n_hits),
        words: words(query, lexical),
        seeds: lexical.map(|lexical| seeds(lexical, options)),
        allowed: lexical.and_then(|lexical| lexical.allowed.clone()),
    }
}

/// The words whose meaning is searched for.
fn words(query: &Query, lexical: Option<&LexicalResult>) -> Vec<String> {
    let Some(lexical) = lexical else {
        return query.semantic_words.clone();
    };
    let query = lexical.corrected.as_ref().unwrap_or(query);
    let mut words = query.semantic_words.clone();
    // `double word` where the registry writes `doubleword`: then that is what is meant. Stop words have no bit in the
    // mask, and `my agent` means no `myagent`.
    for evidence in &lexical.evidence {
        if evidence.kind == EvidenceKind::Joined && evidence.mask.count_ones() == 2 {
            words.push(evidence.term.clone());
        }
    }
    words
}

/// The best lexical matches.
fn seeds(lexical: &LexicalResult, options: &Options) -> Vec<DocId> {
    if options.mode == Mode::Vector {
        return Vec::new();
    }
    let best = lexical::top_k(&lexical.matches, N_SEEDS);
    best.into_iter().map(|ranked| ranked.doc).collect()
}
