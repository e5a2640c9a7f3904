//! Where one skill stands in a search, and why: what its author asks. Browsers do not.

use alloc::string::String;
use alloc::vec::Vec;

use super::lexical_half::{LexicalHalf, LexicalSearch, N_SEEDS, request_for};
use super::results::{Hit, Ranking, Reason, SemanticState, fit, hit, rank};
use super::{OpenError, Searcher};
use crate::embedder::Cosine;
use crate::fit::Fit;
use crate::format::cards::Card;
use crate::format::messages::{SemanticRequest, SemanticStep, VectorHit, VectorNotes};
use crate::lexical::{self, LexicalResult, Ranked, Supposition};
use crate::options::{Mode, Options};
use crate::query::Query;
use crate::{DocId, Source};

/// A finished search, as one skill sees it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The skill, and what speaks for it.
    pub hit: Hit,
    /// Its place among all that match, from 1, those that fit before those that are near; `None` when it is no match.
    pub place: Option<usize>,
    /// How many skills fit.
    pub n_fitting: usize,
    /// How many skills match at all.
    pub n_matching: usize,
    /// How near its meaning is to the query's, whether or not the search looked at it.
    pub cosine: Option<Cosine>,
    /// Whether filters, quotes or exclusions of the query leave it out.
    pub is_left_out: bool,
    /// The words of the query that rank.
    pub words: Vec<WordStanding>,
    /// The first results that stand above it.
    pub above: Vec<Outranking>,
    /// As [`crate::Results::corrected`].
    pub corrected: Option<String>,
    /// As [`crate::Results::is_complete`].
    pub is_complete: bool,
    search: Found,
}

/// A word of the query, and what a skill has to say to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordStanding {
    /// As typed, folded and in lower case.
    pub surface: String,
    /// What it was corrected to.
    pub corrected: Option<String>,
    /// Whether it was quoted.
    pub is_required: bool,
    /// How many skills hold it, in the most frequent of its forms.
    pub n_skills: u32,
    /// The terms of the skill that speak for it; none where it lacks the word.
    pub reasons: Vec<Reason>,
}

/// A result above the skill.
#[derive(Clone, Debug, PartialEq)]
pub struct Outranking {
    /// Its place, from 1.
    pub place: usize,
    /// What speaks for it.
    pub hit: Hit,
    /// Its terms that speak for each of the words that rank, in their order.
    pub words: Vec<Vec<Reason>>,
}

/// Where a skill would stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supposed {
    /// As [`Standing::place`].
    pub place: usize,
    /// Whether it would fit, and how well.
    pub fit: Fit,
}

impl Searcher {
    /// Where skill `doc` stands in a search, with the first `n_above` results that stand above it.
    ///
    /// The search is the one of [`Searcher::find`]; then it is ranked again over the blocks at hand, and at most as many
    /// cards are read. The limits of `options` do not matter.
    ///
    /// # Errors
    /// As [`Searcher::open`], when the index had to be opened again. Then `doc` may be another skill: the card tells.
    #[cfg(feature = "explain")]
    pub fn find_standing(
        &mut self,
        query: &str,
        doc: DocId,
        n_above: usize,
        options: &Options,
        source: &mut impl Source,
    ) -> Result<Standing, OpenError> {
        let options = Options {
            limit: 0,
            ..options.clone()
        };
        let begin = |searcher: &mut Self| searcher.search(query, &options);
        let (search, results) = self.finish(source, begin)?;
        let mut search = search.lexical;
        let lexical = self.read(&mut search, source, LexicalHalf::words_found);
        let lexical = lexical.ok_or(OpenError::Failed)?;
        let request = SemanticRequest {
            n_hits: 1,
            n_candidates: 1,
            seeds: Some(alloc::vec![doc]),
            allowed: None,
            ..request_for(&search.query, &options, Some(&lexical))
        };
        let cosine = match options.mode {
            Mode::Lexical => None,
            Mode::Hybrid | Mode::Vector => self.cosine_of(doc, &request, source),
        };
        let found = Found {
            n_skills: self.lexical.manifest().n_skills,
            query: search.query.clone(),
            hits: match &search.semantic {
                SemanticState::Found(result) => result.hits.clone(),
                _ => Vec::new(),
            },
            options,
            lexical,
        };
        let ranking = found.rank(&found.lexical.matches, &found.hits);
        let above = ranking.above(doc, n_above);
        let mut docs: Vec<DocId> = above.iter().map(|ranked| ranked.doc).collect();
        docs.push(doc);
        let mut cards = self.read(&mut search, source, |half, search| {
            half.cards(search, &docs)
        });
        let is_complete = results.is_complete
            && results.unread == VectorNotes::default()
            && cards.iter().all(Option::is_some);
        let card = cards.pop().flatten().unwrap_or_default();
        let place = ranking.place(doc);
        let allowed = found.lexical.allowed.as_ref();
        Ok(Standing {
            hit: found.hit(ranking.get(doc), doc, cosine, card),
            n_fitting: ranking.fitting.len(),
            n_matching: ranking.fitting.len() + ranking.near.len(),
            cosine,
            is_left_out: place.is_none() && allowed.is_some_and(|allowed| !allowed.contains(doc)),
            place,
            words: found.words(doc),
            above: found.outranking(&above, cards),
            corrected: results.corrected,
            is_complete,
            search: found,
        })
    }

    /// Runs `read` until no block is missing.
    fn read<T>(
        &mut self,
        search: &mut LexicalSearch,
        source: &mut impl Source,
        read: impl Fn(&mut LexicalHalf, &mut LexicalSearch) -> T,
    ) -> T {
        loop {
            let found = read(&mut self.lexical, search);
            let requests = self.lexical.requests(search);
            if requests.is_empty() {
                return found;
            }
            let answers = source.fetch(&requests);
            self.lexical.take(search, &mut answers.into_iter());
        }
    }

    /// How near the meaning of `doc`, the only seed of `request`, is to its words.
    fn cosine_of(
        &mut self,
        doc: DocId,
        request: &SemanticRequest,
        source: &mut impl Source,
    ) -> Option<Cosine> {
        let max_bytes = self.max_store_bytes;
        let half = self.semantic.as_mut().ok()?.as_mut()?;
        let mut search = half.search(max_bytes);
        loop {
            match half.poll(&mut search, request) {
                SemanticStep::Found(result) => {
                    let mut hits = result.hits.iter();
                    return hits.find(|hit| hit.doc == doc).map(|hit| hit.cosine);
                }
                SemanticStep::Fetch(requests) if requests.is_empty() => return None,
                SemanticStep::Fetch(requests) => {
                    let answers = source.fetch(&requests);
                    half.take(&mut search, &mut answers.into_iter());
                }
            }
        }
    }
}

impl Standing {
    /// Where it would stand if these words counted more often in it, its meaning left as it is; `None` when it would be no
    /// match all the same.
    ///
    /// Reckoned for a text of average length; a word that stands in its name may do more than this says, since its other
    /// forms count there too.
    pub fn supposing(&self, suppositions: &[Supposition]) -> Option<Supposed> {
        let (search, doc) = (&self.search, self.hit.doc);
        let has_operators = !search.query.excluded.is_empty()
            || !search.query.filters.is_empty()
            || !search.options.filters.is_empty();
        if self.is_left_out && has_operators {
            return None;
        }
        let lexical = &search.lexical;
        let matches = lexical.supposing(suppositions, doc, &search.query, search.n_skills);
        let mut hits = search.hits.clone();
        let is_seed = lexical::top_k(&matches, N_SEEDS)
            .iter()
            .any(|ranked| ranked.doc == doc);
        if let Some(cosine) = self.cosine
            && is_seed
            && hits.iter().all(|hit| hit.doc != doc)
        {
            hits.push(VectorHit { doc, cosine });
        }
        let ranking = search.rank(&matches, &hits);
        let ranked = ranking.get(doc)?;
        Some(Supposed {
            place: ranking.place(doc)?,
            fit: fit(ranked, &search.query, &hits, &search.options),
        })
    }
}

/// What a search found, before it was ranked.
#[derive(Clone, Debug)]
struct Found {
    n_skills: u32,
    query: Query,
    options: Options,
    lexical: LexicalResult,
    hits: Vec<VectorHit>,
}

impl Found {
    fn rank(&self, matches: &[Ranked], hits: &[VectorHit]) -> Ranking {
        rank(
            &self.query,
            matches,
            hits,
            &self.lexical.boosts,
            &self.options,
        )
    }

    /// What is known of `doc`, whether or not it is `ranked`.
    fn hit(&self, ranked: Option<&Ranked>, doc: DocId, cosine: Option<Cosine>, card: Card) -> Hit {
        let unranked = Ranked {
            cosine,
            is_full: false,
            ..Ranked::unscored(doc)
        };
        let ranked = *ranked.unwrap_or(&unranked);
        let fit = fit(&ranked, &self.query, &self.hits, &self.options);
        hit(ranked, card, fit, &self.lexical)
    }

    fn words(&self, doc: DocId) -> Vec<WordStanding> {
        let n_words = self.query.words.len();
        let doc_freqs = self.lexical.doc_freqs(n_words, self.n_skills);
        let reasons = self.reasons(doc);
        let words = self.query.words.iter().zip(reasons).enumerate();
        words
            .map(|(word_idx, (word, reasons))| {
                let corrected = self.lexical.corrected.as_ref();
                let meant = corrected.and_then(|query| query.words.get(word_idx));
                WordStanding {
                    surface: word.surface.clone(),
                    corrected: meant
                        .filter(|meant| meant.surface != word.surface)
                        .map(|meant| meant.surface.clone()),
                    is_required: word.is_required,
                    n_skills: doc_freqs[word_idx],
                    reasons,
                }
            })
            .collect()
    }

    /// The terms of a skill that speak for each word.
    fn reasons(&self, doc: DocId) -> Vec<Vec<Reason>> {
        let mut reasons = alloc::vec![Vec::new(); self.query.words.len()];
        for evidence in &self.lexical.evidence {
            let Some(score) = evidence.score_of(doc) else {
                continue;
            };
            for (word_idx, reasons) in reasons.iter_mut().enumerate() {
                if evidence.is_of(word_idx) {
                    reasons.push(Reason {
                        term: evidence.term.clone(),
                        kind: evidence.kind,
                        score,
                    });
                }
            }
        }
        reasons
    }

    /// `above` with their cards; one that cannot be read leaves its result out.
    fn outranking(&self, above: &[Ranked], cards: Vec<Option<Card>>) -> Vec<Outranking> {
        let mut outranking = Vec::new();
        for (idx, (ranked, card)) in above.iter().zip(cards).enumerate() {
            if let Some(card) = card {
                outranking.push(Outranking {
                    place: idx + 1,
                    hit: self.hit(Some(ranked), ranked.doc, None, card),
                    words: self.reasons(ranked.doc),
                });
            }
        }
        outranking
    }
}

impl Ranking {
    fn get(&self, doc: DocId) -> Option<&Ranked> {
        let mut all = self.fitting.iter().chain(&self.near);
        all.find(|ranked| ranked.doc == doc)
    }

    /// The place of a skill among all, from 1.
    fn place(&self, doc: DocId) -> Option<usize> {
        let place_in = |group: &[Ranked]| {
            let own = group.iter().find(|ranked| ranked.doc == doc)?;
            let before = |other: &&Ranked| other.order(own).is_lt();
            Some(group.iter().filter(before).count() + 1)
        };
        let near = || Some(self.fitting.len() + place_in(&self.near)?);
        place_in(&self.fitting).or_else(near)
    }

    /// The first `k` of those that stand above `doc`, or of all where that is none of them.
    fn above(&self, doc: DocId, k: usize) -> Vec<Ranked> {
        let mut first = lexical::top_k(&self.fitting, k);
        first.extend(lexical::top_k(&self.near, k - first.len()));
        let place = first.iter().position(|ranked| ranked.doc == doc);
        first.truncate(place.unwrap_or(first.len()));
        first
    }
}
