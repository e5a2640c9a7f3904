//! The searcher and its searches: values that say what they need next, and are fed the answers.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::fetcher::{BlockStore, Failures, Fetched, Fetcher, Pending};
use crate::format::cards::{CARDS_FILE, Card};
use crate::format::head::{LEXICAL_HEAD, LexicalHead};
use crate::format::manifest::{MANIFEST_PATH, Manifest, PROBE, PROBE_PATH};
use crate::lexical::{self, EvidenceKind, IdentityMatch, LexicalResult, Ranked};
use crate::options::{Mode, Options};
use crate::query::Query;
use crate::{Answer, ByteRange, FormatError, Request, SkillId};

/// An open index: its manifest, its heads, and the blocks that searches have read.
///
/// One searcher serves any number of searches, also ones that overlap.
#[derive(Clone, Debug)]
pub struct Searcher {
    manifest: Manifest,
    lexical: LexicalHead,
    store: BlockStore,
    max_store_bytes: usize,
}

/// One search under way.
#[derive(Clone, Debug)]
pub struct Search {
    query: Query,
    options: Options,
    pending: Vec<Pending>,
    failures: Failures,
    stats: Stats,
    is_done: bool,
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

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// Best first, at most as many as asked for.
    pub hits: Vec<Hit>,
    /// How many skills match.
    pub n_found: usize,
    /// The query that was searched for, when misspelled words were corrected.
    pub corrected: Option<String>,
    /// False when something could not be read, or a very long list was read in part.
    pub is_complete: bool,
    /// What it cost so far.
    pub stats: Stats,
}

/// One result.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Which skill.
    pub skill: SkillId,
    /// What to show of it. Empty when cards were not asked for.
    pub card: Card,
    /// Score in units that only compare within one search.
    pub score: u32,
    /// How it is called what was typed.
    pub identity: IdentityMatch,
    /// Whether all words of the query speak for it.
    pub is_full: bool,
    /// What spoke for it: the term, why it was asked, and its part of the score before the boost.
    pub reasons: Vec<(String, EvidenceKind, u32)>,
    /// Boost of its badges in thousandths.
    pub boost_milli: i32,
}

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

/// Bytes of blocks that a searcher keeps between searches, by default.
pub const STORE_MAX_BYTES: usize = 4 << 20;
/// After so many round trips a search ends with what it has; none needs more than seven.
const ROUND_TRIPS_MAX: u32 = 16;
const LIMIT_MAX: usize = 200;

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
        let missing = FormatError::Invalid {
            what: MANIFEST_PATH,
        };
        let head = manifest
            .head(LEXICAL_HEAD)
            .ok_or(OpenError::Format(missing))?;
        let lexical = LexicalHead::decode(head).map_err(OpenError::Format)?;
        let has_ranges = answers.get(1) != Some(&Answer::NoRanges);
        Ok(Self {
            manifest,
            lexical,
            store: BlockStore::new(has_ranges),
            max_store_bytes: STORE_MAX_BYTES,
        })
    }

    /// Keeps at most about `max_bytes` of blocks between searches.
    #[must_use]
    pub fn with_store_bytes(mut self, max_bytes: usize) -> Self {
        self.max_store_bytes = max_bytes;
        self
    }

    pub(crate) fn max_store_bytes(&self) -> usize {
        self.max_store_bytes
    }

    /// What the index says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Begins a search. Nothing is read yet: see [`Searcher::step`].
    pub fn search(&mut self, query: &str, options: &Options) -> Search {
        self.store.begin_search(self.max_store_bytes);
        Search {
            query: Query::parse(query),
            options: Options {
                limit: options.limit.min(LIMIT_MAX),
                ..options.clone()
            },
            pending: Vec::new(),
            failures: Failures::default(),
            stats: Stats::default(),
            is_done: false,
        }
    }

    /// Takes the answers to the requests of the step before (none at first) and says what comes next.
    ///
    /// Answers that are missing count as failed, those beyond are ignored. After [`Step::Done`] the same results come
    /// again.
    pub fn step(&mut self, search: &mut Search, answers: Vec<Answer>) -> Step {
        if self.take_answers(search, answers) {
            return Step::Stale;
        }
        let (results, pending) = self.run(search);
        let is_exhausted = search.stats.round_trips >= ROUND_TRIPS_MAX;
        if pending.is_empty() || is_exhausted || search.is_done {
            search.is_done = true;
            return Step::Done(results.unwrap_or_else(|| Results {
                stats: search.stats,
                ..Results::default()
            }));
        }
        search.stats.round_trips += 1;
        search.stats.requests += pending.len() as u32;
        let requests = pending
            .iter()
            .map(|pending| pending.request.clone())
            .collect();
        search.pending = pending;
        Step::Fetch(requests)
    }

    /// Stores the answers; whether one of them says, for the first time in this search, that a file is gone.
    fn take_answers(&mut self, search: &mut Search, answers: Vec<Answer>) -> bool {
        let was_gone = search.failures.is_gone;
        let mut answers = answers.into_iter();
        for pending in core::mem::take(&mut search.pending) {
            let answer = answers.next().unwrap_or(Answer::Failed);
            if let Answer::Bytes(bytes) = &answer {
                search.stats.bytes += bytes.len() as u64;
            }
            self.store
                .take_answer(&self.manifest, &pending, answer, &mut search.failures);
        }
        search.failures.is_gone && !was_gone
    }

    /// Runs the search over the blocks at hand: its results, unless too much is missing, and what is missing.
    fn run(&mut self, search: &mut Search) -> (Option<Results>, Vec<Pending>) {
        let mut fetcher = Fetcher::new(&self.manifest, &mut self.store, &mut search.failures);
        let is_lexical = search.options.mode != Mode::Vector;
        let lexical = if is_lexical {
            lexical::search(
                &search.query,
                &search.options,
                &self.lexical,
                &self.manifest,
                &mut fetcher,
            )
        } else {
            Some(LexicalResult {
                is_complete: true,
                ..LexicalResult::default()
            })
        };
        let results =
            lexical.map(|lexical| results(lexical, &search.options, search.stats, &mut fetcher));
        (results, fetcher.into_requests())
    }
}

/// The best matches with their cards; hits whose card is on its way or damaged are left out.
fn results(
    lexical: LexicalResult,
    options: &Options,
    stats: Stats,
    fetcher: &mut Fetcher<'_>,
) -> Results {
    let mut results = Results {
        n_found: lexical.matches.len(),
        corrected: lexical.corrected.as_ref().map(Query::text),
        is_complete: lexical.is_complete,
        stats,
        hits: Vec::new(),
    };
    for ranked in lexical::top_k(lexical.matches.clone(), options.limit) {
        let card = if options.has_cards {
            read_card(ranked.skill, fetcher)
        } else {
            Some(Card::default())
        };
        match card {
            Some(card) => results.hits.push(hit(ranked, card, &lexical)),
            None => results.is_complete = false,
        }
    }
    results
}

fn read_card(skill: SkillId, fetcher: &mut Fetcher<'_>) -> Option<Card> {
    match fetcher.block(CARDS_FILE, Card::range(skill)) {
        Fetched::Ready(payload) => Card::decode(&payload).ok(),
        Fetched::Waiting | Fetched::Failed => None,
    }
}

fn hit(ranked: Ranked, card: Card, lexical: &LexicalResult) -> Hit {
    let reason = |evidence: &lexical::Evidence| {
        let (_, score) = evidence
            .scores
            .iter()
            .find(|(skill, _)| *skill == ranked.skill)?;
        Some((evidence.term.clone(), evidence.kind, *score))
    };
    Hit {
        skill: ranked.skill,
        card,
        score: ranked.score,
        identity: ranked.identity,
        is_full: ranked.is_full,
        reasons: lexical.evidence.iter().filter_map(reason).collect(),
        boost_milli: lexical.boosts.get(&ranked.skill).copied().unwrap_or(0),
    }
}
