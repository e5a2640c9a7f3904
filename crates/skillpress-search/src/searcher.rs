//! The searcher and its searches: values that say what they need next, and are fed the answers.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::embedder::Cosine;
use crate::fetcher::{BlockStore, Failures, Fetched, Fetcher, Pending};
use crate::format::cards::{CARDS_FILE, Card};
use crate::format::head::{LEXICAL_HEAD, LexicalHead};
use crate::format::manifest::{MANIFEST_PATH, Manifest, PROBE, PROBE_PATH};
use crate::format::vectors::VectorIndex;
use crate::fusion;
use crate::lexical::{self, EvidenceKind, IdentityMatch, LexicalResult, Ranked};
use crate::options::{Mode, Options};
use crate::query::Query;
use crate::vector::{
    self, N_CANDIDATES, Seeds, VectorHit, VectorNotes, VectorOptions, VectorQuery, VectorResult,
};
use crate::{Answer, ByteRange, FormatError, Request, SkillId};

/// An open index: its manifest, its heads, and the blocks that searches have read.
///
/// One searcher serves any number of searches, also ones that overlap.
#[derive(Clone, Debug)]
pub struct Searcher {
    manifest: Manifest,
    lexical: LexicalHead,
    /// `None` where the index has no vectors; an error where they cannot be read.
    vectors: Result<Option<VectorIndex>, FormatError>,
    store: BlockStore,
    max_store_bytes: usize,
}

/// One search under way.
#[derive(Clone, Debug)]
pub struct Search {
    query: Query,
    /// Search for what is like this skill, not for the query.
    like: Option<SkillId>,
    options: Options,
    pending: Vec<Pending>,
    failures: Failures,
    stats: Stats,
    has_shown: bool,
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
    /// What the semantic half could not read; its hits, or some of them, are then missing.
    pub unread: VectorNotes,
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
    /// How near its meaning is to the query's, where that was looked at.
    pub cosine: Option<Cosine>,
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
            vectors: VectorIndex::open(&manifest),
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
        self.begin(Query::parse(query), None, options)
    }

    /// Begins a search for the skills that mean the most similar things to `skill`. Its filters hold, its mode is
    /// [`Mode::Vector`]; an index without vectors finds nothing.
    pub fn search_like(&mut self, skill: SkillId, options: &Options) -> Search {
        let options = Options {
            mode: Mode::Vector,
            ..options.clone()
        };
        self.begin(Query::default(), Some(skill), &options)
    }

    fn begin(&mut self, query: Query, like: Option<SkillId>, options: &Options) -> Search {
        self.store.begin_search(self.max_store_bytes);
        Search {
            query,
            like,
            options: Options {
                limit: options.limit.min(LIMIT_MAX),
                ..options.clone()
            },
            pending: Vec::new(),
            failures: Failures::default(),
            stats: Stats::default(),
            has_shown: false,
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
        let mut failures = core::mem::take(&mut search.failures);
        let (found, pending) = self.run(search, &mut failures);
        search.failures = failures;
        let is_exhausted = search.stats.round_trips >= ROUND_TRIPS_MAX;
        if pending.is_empty() || is_exhausted || search.is_done {
            search.is_done = true;
            return Step::Done(found.into_results(search.stats));
        }
        if let Found::Provisional(results) = found
            && results.is_complete
            && !results.hits.is_empty()
            && !search.has_shown
        {
            search.has_shown = true;
            return Step::Show(results);
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

    /// Runs the search over the blocks at hand: what it found so far, and what is missing.
    fn run(&mut self, search: &Search, failures: &mut Failures) -> (Found, Vec<Pending>) {
        let has_lexical_answer = search.stats.round_trips > 0;
        let mut fetcher = Fetcher::new(&self.manifest, &mut self.store, failures);
        let options = &search.options;
        let vectors = match &self.vectors {
            Ok(index) if options.mode != Mode::Lexical && !options.is_exact => index.as_ref(),
            _ => None,
        };
        let lexical = lexical::search(
            &search.query,
            options,
            &self.lexical,
            &self.manifest,
            &mut fetcher,
        );
        let query = vector_query(search, lexical.as_ref());
        let meaning = match (vectors, &lexical) {
            (None, _) => Some(VectorResult::default()),
            // The first round trip is short: then lexical results do not wait for the codes of all skills.
            (Some(index), None) if !has_lexical_answer => {
                vector::prefetch(&query, index, &mut fetcher);
                None
            }
            (Some(index), None) => vector::search(
                &query,
                &vector_options(options),
                None,
                Seeds::Waiting,
                index,
                &mut fetcher,
            ),
            (Some(index), Some(lexical)) => {
                let seeds = seeds(lexical, options);
                let allowed = lexical.allowed.as_ref();
                vector::search(
                    &query,
                    &vector_options(options),
                    allowed,
                    Seeds::Known(&seeds),
                    index,
                    &mut fetcher,
                )
            }
        };
        let Some(lexical) = lexical else {
            return (Found::Nothing, fetcher.into_requests());
        };
        let is_final = meaning.is_some();
        let has_meaning = vectors.is_some() && is_final;
        let mut results = results(
            &lexical,
            meaning.filter(|_| has_meaning).as_ref(),
            search,
            &mut fetcher,
        );
        results.is_complete &= self.vectors.is_ok() || options.mode == Mode::Lexical;
        let found = if is_final {
            Found::Final(results)
        } else {
            Found::Provisional(results)
        };
        (found, fetcher.into_requests())
    }
}

/// What a run over the blocks at hand found.
enum Found {
    /// Not even the words' lists are there.
    Nothing,
    /// Without the semantic half, which is on its way.
    Provisional(Results),
    /// With all that was asked for.
    Final(Results),
}

impl Found {
    fn into_results(self, stats: Stats) -> Results {
        match self {
            Self::Nothing => Results {
                stats,
                ..Results::default()
            },
            Self::Provisional(results) => Results {
                is_complete: false,
                ..results
            },
            Self::Final(results) => results,
        }
    }
}

fn vector_query(search: &Search, lexical: Option<&LexicalResult>) -> VectorQuery {
    if let Some(skill) = search.like {
        return VectorQuery::Like(skill);
    }
    let corrected = lexical.and_then(|lexical| lexical.corrected.as_ref());
    let mut words = corrected.unwrap_or(&search.query).meaning.clone();
    // `double word` where the registry writes `doubleword`: then that is what is meant. Stop words have no bit in the
    // mask, and `my agent` means no `myagent`.
    let evidence = lexical.map_or(&[][..], |lexical| &lexical.evidence);
    let is_joined = |evidence: &&lexical::Evidence| {
        evidence.kind == EvidenceKind::Joined && evidence.mask.count_ones() == 2
    };
    words.extend(
        evidence
            .iter()
            .filter(is_joined)
            .map(|evidence| evidence.term.clone()),
    );
    VectorQuery::Words(words)
}

fn vector_options(options: &Options) -> VectorOptions {
    VectorOptions {
        plan: options.plan,
        n_candidates: N_CANDIDATES.max(options.limit),
    }
}

/// The best lexical matches: fusion needs their cosines, and the graph goes on from them.
fn seeds(lexical: &LexicalResult, options: &Options) -> Vec<SkillId> {
    const N_SEEDS: usize = 16;
    if options.mode == Mode::Vector {
        return Vec::new();
    }
    lexical::top_k(&lexical.matches, N_SEEDS)
        .into_iter()
        .map(|ranked| ranked.skill)
        .collect()
}

/// The best matches with their cards; hits whose card is on its way or damaged are left out.
fn results(
    lexical: &LexicalResult,
    meaning: Option<&VectorResult>,
    search: &Search,
    fetcher: &mut Fetcher<'_>,
) -> Results {
    let options = &search.options;
    let hits = meaning.map_or(&[][..], |meaning| &meaning.hits);
    let mut ranked = match (options.mode, meaning) {
        (Mode::Vector, _) => fusion::by_meaning(hits),
        (Mode::Hybrid, Some(meaning)) if !meaning.hits.is_empty() => {
            fusion::fuse(&lexical.matches, hits)
        }
        _ => lexical.matches.clone(),
    };
    lexical::apply_boosts(&mut ranked, &lexical.boosts);
    let mut results = Results {
        n_found: ranked.len(),
        corrected: lexical.corrected.as_ref().map(Query::text),
        is_complete: lexical.is_complete,
        unread: meaning.map(|meaning| meaning.notes).unwrap_or_default(),
        stats: search.stats,
        hits: Vec::new(),
    };
    results.is_complete &= results.unread == VectorNotes::default();
    for ranked in lexical::top_k(&ranked, options.limit) {
        let card = if options.has_cards {
            read_card(ranked.skill, fetcher)
        } else {
            Some(Card::default())
        };
        match card {
            Some(card) => results.hits.push(hit(ranked, card, lexical, hits)),
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

fn hit(ranked: Ranked, card: Card, lexical: &LexicalResult, hits: &[VectorHit]) -> Hit {
    let reason = |evidence: &lexical::Evidence| {
        let (_, score) = evidence
            .scores
            .iter()
            .find(|(skill, _)| *skill == ranked.skill)?;
        Some((evidence.term.clone(), evidence.kind, *score))
    };
    let matched = lexical
        .matches
        .iter()
        .find(|matched| matched.skill == ranked.skill);
    Hit {
        skill: ranked.skill,
        card,
        score: ranked.score,
        cosine: hits
            .iter()
            .find(|hit| hit.skill == ranked.skill)
            .map(|hit| hit.cosine),
        identity: ranked.identity,
        is_full: matched.is_some_and(|matched| matched.is_full),
        reasons: lexical.evidence.iter().filter_map(reason).collect(),
        boost_milli: lexical.boosts.get(&ranked.skill).copied().unwrap_or(0),
    }
}
