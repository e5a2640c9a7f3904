//! The lexical half of a search, which also has the last word: it merges what the semantic half found, and reads cards.

use alloc::string::String;
use alloc::vec::Vec;

use super::reading::Reading;
#[cfg(feature = "explain")]
use super::results::read_card;
use super::results::{Results, SemanticState, results};
use crate::analyzer::runs;
use crate::fetcher::BlockStore;
#[cfg(feature = "explain")]
use crate::format::cards::Card;
use crate::format::head::{LEXICAL_HEAD, LexicalHead};
use crate::format::manifest::Manifest;
use crate::format::messages::{
    Meanings, N_CANDIDATES, SemanticRequest, UnknownRequest, WEIGHT_ONE,
};
use crate::lexical::{self, EvidenceKind, LexicalResult, Unknown};
use crate::options::{Mode, Options};
use crate::query::{FOREIGN_WEIGHT, Query};
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
    /// The words that the index may not know, until it is said what they mean.
    unknown: Option<Unknown>,
    /// Whether all was read that says what these mean.
    are_meanings_complete: bool,
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

    /// Begins a search. Of what earlier ones read, about `max_bytes` are kept. Where the host
    /// `can_resolve` words that the index may not know, they wait for it, see [`LexicalSearch::unknown_request`].
    pub fn search(
        &mut self,
        query: Query,
        options: Options,
        semantic: SemanticState,
        can_resolve: bool,
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
            unknown: can_resolve.then(Unknown::default),
            are_meanings_complete: true,
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
            unknown,
            are_meanings_complete,
            reading,
        } = search;
        let Self {
            manifest,
            head,
            store,
        } = self;
        reading.run(manifest, store, |fetcher| {
            let mut of_query = Unknown::default();
            let lexical = lexical::search(query, options, &mut of_query, head, manifest, fetcher);
            if let Some(unknown) = unknown {
                *unknown = of_query;
            }
            *semantic_request = match semantic {
                SemanticState::Pending => {
                    let mut request = request_for(query, options, lexical.as_ref());
                    if unknown.is_some_and(|unknown| unknown.is_any()) {
                        request.seeds = None;
                    }
                    Some(request)
                }
                _ => None,
            };
            let mut results = results(query, &lexical?, semantic, options, fetcher);
            results.is_complete &= *are_meanings_complete;
            Some(results)
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
            let mut unknown = Unknown::default();
            lexical::search(query, options, &mut unknown, head, manifest, fetcher)
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

    /// What the last poll asks of words that the index may not know: what is found is not final before it is said what
    /// they mean. `None` where there are none.
    pub fn unknown_request(&self) -> Option<UnknownRequest> {
        let unknown = self.unknown.filter(Unknown::is_any)?;
        let words = self.query.words.iter().map(|word| word.surface.as_str());
        Some(UnknownRequest {
            is_translated: self.options.is_translated,
            is_settled: unknown.is_settled,
            other_scripts: unknown.other_scripts,
            known: unknown.known,
            unknown: unknown.unknown,
            runs: runs(&self.query.folded).join(" "),
            words: words.collect::<Vec<_>>().join(" "),
        })
    }

    /// Searches for what the words mean, too; no more is asked.
    pub fn resolve(&mut self, meanings: Meanings) {
        self.are_meanings_complete = meanings.is_complete;
        self.query.resolve(meanings);
        self.unknown = None;
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

/// The words whose meaning is searched for, and what each counts.
fn words(query: &Query, lexical: Option<&LexicalResult>) -> Vec<(String, u8)> {
    let corrected = lexical.and_then(|lexical| lexical.corrected.as_ref());
    let mut words = corrected.unwrap_or(query).semantic_words.clone();
    if lexical.is_some_and(|lexical| lexical.has_foreign) {
        for (_, weight) in &mut words {
            if *weight == FOREIGN_WEIGHT {
                *weight = WEIGHT_ONE;
            }
        }
    }
    // `double word` where the registry writes `doubleword`: then that is what is meant. Stop words have no bit in the
    // mask, and `my agent` means no `myagent`.
    let evidence = lexical.map_or(&[][..], |lexical| &lexical.evidence);
    for evidence in evidence {
        if evidence.kind == EvidenceKind::Joined && evidence.mask.count_ones() == 2 {
            words.push((evidence.term.clone(), WEIGHT_ONE));
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
