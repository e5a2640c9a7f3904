//! The lexical half of a search, which also has the last word: it merges what the semantic half found, and reads cards.

use alloc::vec::Vec;

use super::reading::Reading;
use super::results::{Results, results};
use super::semantic_half::{SemanticRequest, SemanticState};
use crate::fetcher::BlockStore;
use crate::format::head::{LEXICAL_HEAD, LexicalHead};
use crate::format::manifest::{MANIFEST_PATH, Manifest};
use crate::lexical::{self, EvidenceKind, LexicalResult};
use crate::options::{Mode, Options};
use crate::query::Query;
use crate::vector::{N_CANDIDATES, N_HYBRID_CANDIDATES, VectorQuery};
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
    /// Search for what is like this skill, not for the query.
    like: Option<DocId>,
    pub(super) reading: Reading,
    semantic_request: Option<SemanticRequest>,
}

const LIMIT_MAX: usize = 200;

impl LexicalHalf {
    /// Opens the lexical half of an index; `has_ranges`: whether the host answers range requests, as far as is known.
    ///
    /// # Errors
    /// What is wrong with its head.
    pub fn open(manifest: Manifest, has_ranges: bool) -> Result<Self, FormatError> {
        let what = MANIFEST_PATH;
        let head = manifest
            .head(LEXICAL_HEAD)
            .ok_or(FormatError::Invalid { what })?;
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
        like: Option<DocId>,
        options: Options,
        max_bytes: usize,
    ) -> LexicalSearch {
        self.store.begin_search(max_bytes);
        LexicalSearch {
            query,
            like,
            options: Options {
                limit: options.limit.min(LIMIT_MAX),
                ..options
            },
            reading: Reading::default(),
            semantic_request: None,
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
    /// results when no requests are left and no semantic result is pending.
    pub fn poll(
        &mut self,
        search: &mut LexicalSearch,
        semantic: &SemanticState,
    ) -> Option<Results> {
        let LexicalSearch {
            query,
            options,
            like,
            reading,
            semantic_request,
        } = search;
        let manifest = &self.manifest;
        let head = &self.head;
        reading.run(manifest, &mut self.store, |fetcher| {
            let lexical = lexical::search(query, options, head, manifest, fetcher);
            *semantic_request = None;
            if matches!(semantic, SemanticState::Pending) {
                *semantic_request = Some(request_for(query, *like, options, lexical.as_ref()));
            }
            Some(results(&lexical?, semantic, options, fetcher))
        })
    }
}

impl LexicalSearch {
    /// What to fetch before the next poll, all at once.
    pub fn requests(&self) -> Vec<Request> {
        self.reading.requests()
    }

    /// What the last poll requests of the semantic half, while its result is pending.
    pub fn semantic_request(&self) -> Option<&SemanticRequest> {
        self.semantic_request.as_ref()
    }
}

fn request_for(
    query: &Query,
    like: Option<DocId>,
    options: &Options,
    lexical: Option<&LexicalResult>,
) -> SemanticRequest {
    let n_candidates = match options.mode {
        Mode::Hybrid => N_HYBRID_CANDIDATES,
        Mode::Lexical | Mode::Vector => N_CANDIDATES,
    };
    SemanticRequest {
        query: match like {
            Some(doc) => VectorQuery::Like(doc),
            None => VectorQuery::Words(words(query, lexical)),
        },
        plan: options.plan,
        n_hits: options.limit,
        n_candidates: n_candidates.max(options.limit),
        allowed: lexical.and_then(|lexical| lexical.allowed.clone()),
        seeds: lexical.map(|lexical| seeds(lexical, options)),
    }
}

/// The words whose meaning is searched for.
fn words(query: &Query, lexical: Option<&LexicalResult>) -> Vec<alloc::string::String> {
    let Some(lexical) = lexical else {
        return query.semantic_words.clone();
    };
    let mut words = lexical
        .corrected
        .as_ref()
        .unwrap_or(query)
        .semantic_words
        .clone();
    // `double word` where the registry writes `doubleword`: then that is what is meant. Stop words have no bit in the
    // mask, and `my agent` means no `myagent`.
    for evidence in &lexical.evidence {
        if evidence.kind == EvidenceKind::Joined && evidence.mask.count_ones() == 2 {
            words.push(evidence.term.clone());
        }
    }
    words
}

/// The best lexical matches: fusion needs their cosines, and the graph goes on from them.
fn seeds(lexical: &LexicalResult, options: &Options) -> Vec<DocId> {
    const N_SEEDS: usize = 8;
    if options.mode == Mode::Vector {
        return Vec::new();
    }
    let best = lexical::top_k(&lexical.matches, N_SEEDS);
    best.into_iter().map(|ranked| ranked.doc).collect()
}
