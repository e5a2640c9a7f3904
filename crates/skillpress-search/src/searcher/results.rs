//! What a search found: both halves as one list, with the cards to show.

use alloc::string::String;
use alloc::vec::Vec;

use super::Stats;
use crate::DocId;
use crate::embedder::Cosine;
use crate::fetcher::{Fetched, Fetcher};
use crate::fit::Fit;
use crate::format::cards::{self, CARDS_FILE, Card};
use crate::format::messages::{SemanticResult, VectorHit, VectorNotes};
use crate::fusion;
use crate::lexical::{self, EvidenceKind, IdentityMatch, LexicalResult, Ranked};
use crate::options::{Mode, Options};
use crate::query::Query;

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// At most as many as asked for: those that fit, best first, and then some that are only near.
    pub hits: Vec<Hit>,
    /// How many skills fit, whatever the limit.
    pub n_found: usize,
    /// How many different words of the query rank.
    pub n_words: usize,
    /// Where nothing fits: words without which something would hold all of the query.
    pub words_to_drop: Vec<String>,
    /// The query that was searched for, when misspelled words were corrected.
    pub corrected: Option<String>,
    /// The English words that were searched for in place of words of another language, with spaces between; `None` where
    /// there was none.
    pub translated: Option<String>,
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
    pub doc: DocId,
    /// What to show of it. Empty when cards were not asked for.
    pub card: Card,
    /// Score in units that only compare within one search.
    pub score: u32,
    /// How near its meaning is to the query's, where that was looked at.
    pub cosine: Option<Cosine>,
    /// How it is called what was typed.
    pub identity: IdentityMatch,
    /// Whether it fits, and how well.
    pub fit: Fit,
    /// Thousandths of the query's weight that it holds, words that no skill holds included.
    pub share_milli: u32,
    /// How strongly its words speak for it: thousandths of a BM25 score a unit of the query's weight.
    pub strength_milli: u32,
    /// Whether it holds every word of the query as it was typed, or in another form of it.
    pub is_literal: bool,
    /// Whether all words of the query speak for it.
    pub is_full: bool,
    /// What spoke for it.
    pub reasons: Vec<Reason>,
    /// Boost of its badges in thousandths.
    pub boost_milli: i32,
}

/// A term that spoke for a hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The term.
    pub term: String,
    /// Why it was asked.
    pub kind: EvidenceKind,
    /// Its part of the score before the boost.
    pub score: u32,
}

/// What the lexical half knows of the semantic one.
#[derive(Clone, Debug, PartialEq)]
pub enum SemanticState {
    /// It takes no part.
    Absent,
    /// It is being searched.
    Pending,
    /// It cannot be searched: lexical results stand, and are not complete.
    Failed,
    /// What was found.
    Found(SemanticResult),
}

/// The best matches with their cards, those that fit before others; hits whose card is on its way or damaged are left out.
pub(super) fn results(
    query: &Query,
    lexical: &LexicalResult,
    semantic: &SemanticState,
    options: &Options,
    fetcher: &mut Fetcher<'_>,
) -> Results {
    let nothing = SemanticResult::default();
    let SemanticResult { hits, notes } = match semantic {
        SemanticState::Found(found) => found,
        SemanticState::Absent | SemanticState::Pending | SemanticState::Failed => &nothing,
    };
    let Ranking { fitting, near } = rank(query, &lexical.matches, hits, &lexical.boosts, options);
    let mut shown = lexical::top_k(&fitting, options.limit);
    shown.extend(lexical::top_k(
        &near,
        options.near_limit.min(options.limit - shown.len()),
    ));
    let mut results = Results {
        n_found: fitting.len(),
        n_words: query.words.len(),
        words_to_drop: match fitting[..] {
            [] => lexical.words_to_drop.clone(),
            _ => Vec::new(),
        },
        corrected: lexical.corrected.as_ref().map(Query::text),
        is_complete: lexical.is_complete
            && *notes == VectorNotes::default()
            && !matches!(semantic, SemanticState::Failed),
        unread: *notes,
        ..Results::default()
    };
    for ranked in shown {
        let card = if options.has_cards {
            read_card(ranked.doc, fetcher)
        } else {
            Some(Card::default())
        };
        match card {
            Some(card) => {
                let fit = fit(&ranked, query, hits, options);
                results.hits.push(hit(ranked, card, fit, lexical));
            }
            None => results.is_complete = false,
        }
    }
    results
}

/// All that matches, with final scores, each group in no order.
pub(super) struct Ranking {
    pub(super) fitting: Vec<Ranked>,
    pub(super) near: Vec<Ranked>,
}

/// Merges `matches` and the `hits` of the semantic half, and tells what fits.
pub(super) fn rank(
    query: &Query,
    matches: &[Ranked],
    hits: &[VectorHit],
    boosts: &[i32],
    options: &Options,
) -> Ranking {
    let mut ranked = match options.mode {
        Mode::Vector => fusion::by_cosine(matches, hits),
        Mode::Hybrid if !hits.is_empty() => fusion::fuse(matches, hits),
        Mode::Hybrid | Mode::Lexical => matches.to_vec(),
    };
    lexical::apply_boosts(&mut ranked, boosts);
    if options.mode == Mode::Hybrid {
        fusion::lift_literal(&mut ranked);
    }
    let fits = |ranked: &Ranked| fit(ranked, query, hits, options).fits;
    let (fitting, near) = ranked.into_iter().partition(fits);
    Ranking { fitting, near }
}

/// How well a match fits; `hits`: those of the semantic half, of which none means that meaning was not searched.
pub(super) fn fit(ranked: &Ranked, query: &Query, hits: &[VectorHit], options: &Options) -> Fit {
    let has_fit = !query.words.is_empty() && !options.is_plain();
    match has_fit {
        true => Fit::new(ranked, query.words.len(), !hits.is_empty()),
        false => Fit::default(),
    }
}

pub(super) fn read_card(doc: DocId, fetcher: &mut Fetcher<'_>) -> Option<Card> {
    match fetcher.block(CARDS_FILE, cards::range(doc)) {
        Fetched::Ready(payload) => cards::decode(&payload).ok(),
        Fetched::Waiting | Fetched::Failed => None,
    }
}

pub(super) fn hit(ranked: Ranked, card: Card, fit: Fit, lexical: &LexicalResult) -> Hit {
    let mut reasons = Vec::new();
    for evidence in &lexical.evidence {
        let score = evidence.scores.iter().find(|(doc, _)| *doc == ranked.doc);
        if let Some(&(_, score)) = score {
            reasons.push(Reason {
                term: evidence.term.clone(),
                kind: evidence.kind,
                score,
            });
        }
    }
    let matched = lexical
        .matches
        .iter()
        .find(|matched| matched.doc == ranked.doc);
    Hit {
        doc: ranked.doc,
        card,
        score: ranked.score,
        cosine: ranked.cosine,
        fit,
        share_milli: ranked.share_milli,
        strength_milli: ranked.strength_milli,
        is_literal: ranked.is_literal,
        identity: ranked.identity,
        is_full: matched.is_some_and(|matched| matched.is_full),
        reasons,
        boost_milli: lexical.boosts.get(ranked.doc.idx()).copied().unwrap_or(0),
    }
}
