//! The searcher and its searches: values that say what they need next, and are fed the answers.

mod blocking;
mod lexical_half;
mod reading;
mod results;
mod semantic_half;
#[cfg(feature = "explain")]
mod standing;
mod unknown_half;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

pub use lexical_half::{LexicalHalf, LexicalSearch};
pub use results::{Hit, Reason, Results, SemanticState};
pub use semantic_half::{SemanticHalf, SemanticSearch};
#[cfg(feature = "explain")]
pub use standing::{Outranking, Standing, Supposed, WordStanding};
pub use unknown_half::{UnknownHalf, UnknownSearch, UnknownStep};

use crate::format::manifest::{MANIFEST_PATH, Manifest, PROBE, PROBE_PATH};
use crate::format::messages::SemanticStep;
use crate::options::{Mode, Options};
use crate::query::Query;
use crate::{Answer, ByteRange, DocId, FormatError, Request};

/// An open index: both halves, and the blocks that searches have read.
///
/// One searcher serves any number of searches, also ones that overlap.
#[derive(Clone, Debug)]
pub struct Searcher {
    lexical: LexicalHalf,
    /// `None` where the index has no vectors; an error where they cannot be read.
    semantic: Result<Option<SemanticHalf>, FormatError>,
    unknown: UnknownHalf,
    max_store_bytes: usize,
}

/// One search under way.
#[derive(Clone, Debug)]
pub struct Search {
    lexical: LexicalSearch,
    semantic: SemanticSearch,
    unknown: UnknownSearch,
    /// What words of other languages were searched for as.
    translated: Option<String>,
    /// Search for what is like this skill, not for words.
    like: Option<DocId>,
    n_round_trips: u32,
    /// Whether the step before asked for something.
    is_fetching: bool,
    has_shown: bool,
}

/// What a search wants next.
#[derive(Clone, Debug)]
pub enum Step {
    /// One round trip: fetch all of these, at once, and pass the answers in the same order to the next step.
    Fetch(Vec<Request>),
    /// Results that may still change; pass no answers to the next step.
    Show(Results),
    /// The final results.
    Done(Results),
    /// A file that the manifest names is gone: open the index again and start over, once. Passing no answers to another
    /// step goes on without the file.
    Stale,
}

/// Why an index could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// The manifest does not exist.
    Gone,
    /// It could not be read.
    Failed,
    /// It is not what this reader can read.
    Format(FormatError),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => write!(
                f,
                "there is no search index: `{MANIFEST_PATH}` does not exist"
            ),
            Self::Failed => write!(f, "`{MANIFEST_PATH}` cannot be read"),
            Self::Format(error) => write!(f, "`{MANIFEST_PATH}` cannot be used: {error}"),
        }
    }
}

impl core::error::Error for OpenError {}

/// What a search cost: what it asked for, not what was at hand from earlier ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many requests.
    pub requests: u32,
    /// How many round trips, one after the other.
    pub round_trips: u32,
    /// How many bytes the answers had.
    pub bytes: u64,
}

/// Bytes of blocks that each half keeps between searches, by default.
pub const STORE_MAX_BYTES: usize = 4 << 20;

impl Searcher {
    /// What to fetch, in one round trip, to open an index: the manifest, and the last byte of a tiny file that shows
    /// whether the host answers ranges.
    pub fn open_requests() -> Vec<Request> {
        let probe = ByteRange {
            start: PROBE.len() as u64 - 1,
            len: 1,
        };
        let request = |path: &str, range| Request {
            path: path.to_string(),
            range,
        };
        alloc::vec![
            request(MANIFEST_PATH, None),
            request(PROBE_PATH, Some(probe))
        ]
    }

    /// Opens an index from the answers to [`Searcher::open_requests`].
    ///
    /// # Errors
    /// [`OpenError`]; a probe that could not be read is none, the first range then shows what the host can do.
    pub fn open(answers: &[Answer]) -> Result<Self, OpenError> {
        let manifest = match answers.first() {
            Some(Answer::Bytes(text)) => Manifest::decode(text).map_err(OpenError::Format)?,
            Some(Answer::Gone) => return Err(OpenError::Gone),
            _ => return Err(OpenError::Failed),
        };
        let has_ranges = answers.get(1) != Some(&Answer::NoRanges);
        Ok(Self {
            semantic: SemanticHalf::open(manifest.clone(), has_ranges),
            unknown: UnknownHalf::open(manifest.clone(), has_ranges).map_err(OpenError::Format)?,
            lexical: LexicalHalf::open(manifest, has_ranges).map_err(OpenError::Format)?,
            max_store_bytes: STORE_MAX_BYTES,
        })
    }

    /// Keeps at most about `max_bytes` of blocks between searches in each half.
    #[must_use]
    pub fn with_store_bytes(mut self, max_bytes: usize) -> Self {
        self.max_store_bytes = max_bytes;
        self
    }

    /// What the index says of itself.
    #[cfg(feature = "internals")]
    pub fn manifest(&self) -> &Manifest {
        self.lexical.manifest()
    }

    /// Begins a search. Nothing is read yet: see [`Searcher::step`].
    pub fn search(&mut self, query: &str, options: &Options) -> Search {
        self.begin(Query::parse(query), None, options.clone())
    }

    /// Begins a search for the skills that mean the most similar things to skill `doc`. Its filters hold, its mode is
    /// [`Mode::Vector`]; an index without vectors finds nothing.
    pub fn search_like(&mut self, doc: DocId, options: &Options) -> Search {
        let options = Options {
            mode: Mode::Vector,
            ..options.clone()
        };
        self.begin(Query::default(), Some(doc), options)
    }

    fn begin(&mut self, query: Query, like: Option<DocId>, options: Options) -> Search {
        let max_bytes = self.max_store_bytes;
        let mut semantic = SemanticSearch::default();
        let state = match &mut self.semantic {
            _ if options.mode == Mode::Lexical => SemanticState::Absent,
            Err(_) => SemanticState::Failed,
            Ok(Some(half)) if !options.is_exact => {
                semantic = half.search(max_bytes);
                SemanticState::Pending
            }
            Ok(_) => SemanticState::Absent,
        };
        let can_resolve = !options.is_exact && !options.is_plain();
        Search {
            lexical: self
                .lexical
                .search(query, options, state, can_resolve, max_bytes),
            semantic,
            unknown: self.unknown.search(max_bytes),
            translated: None,
            like,
            n_round_trips: 0,
            is_fetching: false,
            has_shown: false,
        }
    }

    /// Takes the answers to the requests of the step before (none at first) and says what comes next.
    ///
    /// Answers that are missing count as failed, those beyond are ignored. After [`Step::Done`] the same results come
    /// again.
    pub fn step(&mut self, search: &mut Search, answers: Vec<Answer>) -> Step {
        if core::mem::take(&mut search.is_fetching) && self.take(search, answers) {
            return Step::Stale;
        }
        let (found, other_requests) = self.poll(search);
        let mut requests = self.lexical.requests(&search.lexical);
        requests.extend(other_requests);
        let is_pending = matches!(search.lexical.semantic, SemanticState::Pending);
        if requests.is_empty() {
            let mut results = found.unwrap_or_default();
            search.complete(&mut results);
            results.is_complete &= !is_pending;
            return Step::Done(results);
        }
        if let Some(mut results) = found
            && is_pending
            && results.is_complete
            && !results.hits.is_empty()
            && !search.has_shown
        {
            search.has_shown = true;
            search.complete(&mut results);
            return Step::Show(results);
        }
        search.n_round_trips += 1;
        search.is_fetching = true;
        Step::Fetch(requests)
    }

    /// Runs all parts over the blocks at hand: what was found so far, and what the others than the lexical one miss, the
    /// semantic one first.
    fn poll(&mut self, search: &mut Search) -> (Option<Results>, Vec<Request>) {
        let mut found = self.lexical.poll(&mut search.lexical);
        let mut unknown_requests = Vec::new();
        if let Some(request) = search.lexical.unknown_request() {
            match self.unknown.poll(&mut search.unknown, &request) {
                UnknownStep::Fetch(requests) => unknown_requests = requests,
                UnknownStep::Resolved(meanings) => {
                    let text = meanings.translated_text();
                    search.translated = Some(text).filter(|text| !text.is_empty());
                    search.lexical.resolve(meanings);
                    found = self.lexical.poll(&mut search.lexical);
                }
            }
        }
        let (found, mut requests) = self.poll_semantic(search, found);
        requests.extend(unknown_requests);
        (found, requests)
    }

    fn poll_semantic(
        &mut self,
        search: &mut Search,
        found: Option<Results>,
    ) -> (Option<Results>, Vec<Request>) {
        if let Ok(Some(half)) = &mut self.semantic
            && let Some(request) = search.lexical.semantic_request()
        {
            match half.poll_like(&mut search.semantic, request, search.like) {
                SemanticStep::Fetch(requests) => return (found, requests),
                SemanticStep::Found(result) => {
                    search.lexical.semantic = SemanticState::Found(result);
                    return (self.lexical.poll(&mut search.lexical), Vec::new());
                }
            }
        }
        (found, Vec::new())
    }

    /// Stores the answers, those of the lexical half first; whether one of them says that a file is gone.
    fn take(&mut self, search: &mut Search, answers: Vec<Answer>) -> bool {
        let mut answers = answers.into_iter();
        let is_gone = self.lexical.take(&mut search.lexical, &mut answers);
        let is_gone = match &mut self.semantic {
            Ok(Some(half)) => half.take(&mut search.semantic, &mut answers) || is_gone,
            _ => is_gone,
        };
        self.unknown.take(&mut search.unknown, &mut answers) || is_gone
    }
}

impl Search {
    /// Adds what the parts do not know.
    fn complete(&self, results: &mut Results) {
        results.translated = self.translated.clone();
        results.stats = self.stats();
    }

    fn stats(&self) -> Stats {
        let parts = [
            &self.lexical.reading,
            &self.semantic.reading,
            &self.unknown.reading,
        ];
        Stats {
            requests: parts.iter().map(|reading| reading.n_requests).sum(),
            round_trips: self.n_round_trips,
            bytes: parts.iter().map(|reading| reading.n_bytes).sum(),
        }
    }
}
