//! Where a skill stands in a search, and why: for its author, who cannot ask whoever searches.
//!
//! What the command, the API and MCP say of it is one [`Explanation`]; nothing here is a part of the site or of what
//! browsers load.

mod lifts;
mod text;

use serde::Serialize;
use skillpress_search::internals::{Outranking, Standing, WordStanding};
use skillpress_search::{DocId, EvidenceKind, Fit, Hit, IdentityMatch, Options, Reason, Searcher};

use crate::catalog::NAME_MAX_CHARS;
use crate::index::{Labels, TextField};
use crate::key::SkillKey;
use crate::site_source::{SearchError, SiteSource};
use crate::text::clean_line;
use crate::url;
use lifts::{Lift, lifts};

/// Most results above a skill that are named.
const ABOVE_MAX: usize = 5;

/// Where a skill stands in a search, and why; the same fields for people and programs.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// As it was typed.
    pub query: String,
    /// The query that was searched for, where a word was misspelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected: Option<String>,
    /// `owner/slug`
    pub id: String,
    name: String,
    url: String,
    /// Among all that match, from 1; `None` when it is not found.
    pub place: Option<usize>,
    /// How many skills match.
    matching: usize,
    /// How many of them fit.
    fitting: usize,
    /// Whether it fits; if not, it is only near, or not found.
    pub fits: bool,
    /// The probability that it helps, from 0 to 1.
    helps: f64,
    /// The cosine of its meaning and the query's, whether or not the search looked at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<f64>,
    /// Whether filters, quotes or exclusions of the query leave it out.
    excluded: bool,
    /// The words of the query that rank, in order.
    words: Vec<Word>,
    /// The first results that stand above it, the best first.
    above: Vec<Above>,
    /// What would lift it, the highest first.
    lifts: Vec<Lift>,
    /// False when part of the index could not be read.
    pub complete: bool,
}

/// A word of the query.
#[derive(Debug, Serialize)]
struct Word {
    /// As it was typed, folded.
    word: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    corrected: Option<String>,
    /// How many skills hold it.
    skills: usize,
    /// Where this one does; nowhere when it lacks it.
    #[serde(rename = "in")]
    places: Vec<&'static str>,
    /// Terms other than the word itself by which it does: a longer word that it begins, two words joined, a word of English
    /// that says the same.
    #[serde(rename = "as", skip_serializing_if = "Vec::is_empty")]
    other_forms: Vec<String>,
}

/// A result above the skill.
#[derive(Debug, Serialize)]
struct Above {
    place: usize,
    id: String,
    name: String,
    fits: bool,
    helps: f64,
    by: Advantage,
}

/// By what a result stands above the skill.
#[derive(Debug, Serialize)]
struct Advantage {
    /// It is called what was typed.
    #[serde(skip_serializing_if = "is_not")]
    called: bool,
    /// Words of the query that it holds, and the skill does not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    words: Vec<String>,
    /// Words that stand in its name, and not in that of the skill.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    name: Vec<String>,
    /// Its cosine, where that is higher.
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<f64>,
    /// Its words score higher: they stand there more often, in better places, or in a shorter text.
    #[serde(skip_serializing_if = "is_not")]
    louder: bool,
    /// Its badges are worth more.
    #[serde(skip_serializing_if = "is_not")]
    badges: bool,
}

fn is_not(value: &bool) -> bool {
    !value
}

/// What is asked of a search.
#[derive(Debug)]
pub struct Asked<'a> {
    /// As it was typed; only in Unicode's composed form are its words those of the index.
    pub query: &'a str,
    /// The skill, whose words are asked for.
    pub key: &'a SkillKey,
    /// What the site says of it; `None`: what its card has, which may be cut.
    pub labels: Option<Labels<'a>>,
    /// How to search; limits do not matter.
    pub options: &'a Options,
}

/// Explains where a skill stands. `None` when the index does not have it; `address` makes an address of a page's path.
///
/// Costs two searches and the cards of what stands above.
///
/// # Errors
/// When the index was replaced and the new one cannot be opened.
pub fn explain(
    asked: &Asked<'_>,
    searcher: &mut Searcher,
    source: &mut SiteSource,
    address: impl Fn(&SiteSource, &str) -> String,
) -> Result<Option<Explanation>, SearchError> {
    let Some(doc) = doc_of(asked.key, searcher, source)? else {
        return Ok(None);
    };
    let standing = searcher
        .find_standing(asked.query, doc, ABOVE_MAX, asked.options, source)
        .map_err(|error| source.search_error(error))?;
    let card = &standing.hit.card;
    if SkillKey::of_card(card) != *asked.key {
        return Ok(None);
    }
    let labels = asked.labels.unwrap_or(Labels {
        owner: &card.owner,
        slug: &card.slug,
        name: &card.name,
        tags: &card.tags,
        description: &card.summary,
    });
    let own = Own {
        places: places(&standing.words, &labels),
        standing: &standing,
    };
    let words = standing.words.iter().zip(&own.places);
    let above = standing.above.iter();
    Ok(Some(Explanation {
        query: asked.query.to_owned(),
        corrected: standing.corrected.clone(),
        id: asked.key.to_string(),
        name: clean_line(labels.name, NAME_MAX_CHARS),
        url: address(source, &url::skill(asked.key)),
        place: standing.place,
        matching: standing.n_matching,
        fitting: standing.n_fitting,
        fits: standing.place.is_some() && standing.hit.fit.fits,
        helps: helps(standing.hit.fit),
        meaning: standing
            .cosine
            .map(|cosine| thousandths(cosine.to_f32().into())),
        excluded: standing.is_left_out,
        words: words
            .map(|(word, places)| Word::new(word, places))
            .collect(),
        above: above.map(|above| Above::new(above, &own)).collect(),
        lifts: lifts(&standing, &own.places),
        complete: standing.is_complete,
    }))
}

/// The place of a skill in the index; `None` when it is not there.
///
/// # Errors
/// As [`explain`].
pub fn doc_of(
    key: &SkillKey,
    searcher: &mut Searcher,
    source: &mut SiteSource,
) -> Result<Option<DocId>, SearchError> {
    let exact = Options {
        is_exact: true,
        ..Options::default()
    };
    let named = searcher
        .find(&key.to_string(), &exact, source)
        .map_err(|error| source.search_error(error))?;
    let mut hits = named.hits.iter();
    let hit = hits.find(|hit| SkillKey::of_card(&hit.card) == *key);
    Ok(hit.map(|hit| hit.doc))
}

/// The probability that a result helps, in thousandths from 0 to 1.
pub fn helps(fit: Fit) -> f64 {
    let odds = (f64::from(fit.log_odds_milli()) / 1000.0).exp();
    thousandths(odds / (1.0 + odds))
}

fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The skill that is asked about.
struct Own<'a> {
    standing: &'a Standing,
    /// Where it holds each word.
    places: Vec<Vec<TextField>>,
}

/// Where a skill holds each of `words`.
fn places(words: &[WordStanding], labels: &Labels<'_>) -> Vec<Vec<TextField>> {
    let words = words.iter();
    let places = words.map(|word| match word.reasons[..] {
        [] => Vec::new(),
        ref reasons => labels.places_of(&terms(reasons)),
    });
    places.collect()
}

fn terms(reasons: &[Reason]) -> Vec<&str> {
    reasons.iter().map(|reason| reason.term.as_str()).collect()
}

impl Word {
    fn new(word: &WordStanding, places: &[TextField]) -> Self {
        let is_itself = |reason: &&Reason| {
            !matches!(
                reason.kind,
                EvidenceKind::Prefix | EvidenceKind::Joined | EvidenceKind::Translation
            )
        };
        let reasons = word.reasons.iter();
        let other_forms = match word.reasons.iter().any(|reason| is_itself(&reason)) {
            true => Vec::new(),
            false => reasons.map(|reason| reason.term.clone()).collect(),
        };
        Self {
            word: word.surface.clone(),
            corrected: word.corrected.clone(),
            skills: word.n_skills as usize,
            places: places.iter().map(|place| place_name(*place)).collect(),
            other_forms,
        }
    }
}

/// What a place is called in answers.
fn place_name(place: TextField) -> &'static str {
    match place {
        TextField::Name => "name",
        TextField::Tag => "tag",
        TextField::Description => "description",
        TextField::Owner => "owner",
        TextField::Text => "text",
    }
}

/// A word as it is spoken of: what it was corrected to, where it was misspelled.
fn spoken(word: &WordStanding) -> &str {
    word.corrected.as_ref().unwrap_or(&word.surface)
}

impl Above {
    fn new(above: &Outranking, own: &Own<'_>) -> Self {
        let hit = &above.hit;
        Self {
            place: above.place,
            id: SkillKey::of_card(&hit.card).to_string(),
            name: clean_line(&hit.card.name, NAME_MAX_CHARS),
            fits: hit.fit.fits,
            helps: helps(hit.fit),
            by: Advantage::new(above, own),
        }
    }
}

impl Advantage {
    fn new(above: &Outranking, own: &Own<'_>) -> Self {
        let (hit, own_hit) = (&above.hit, &own.standing.hit);
        let name = Labels {
            owner: "",
            slug: &hit.card.slug,
            name: &hit.card.name,
            tags: &[],
            description: "",
        };
        let (mut words, mut in_name) = (Vec::new(), Vec::new());
        let own_words = own.standing.words.iter().zip(&own.places);
        for (reasons, (word, own_places)) in above.words.iter().zip(own_words) {
            let is_held = !reasons.is_empty();
            if is_held && own_places.is_empty() {
                words.push(spoken(word).to_owned());
            }
            let places = name.places_of(&terms(reasons));
            if is_held && places[0] == TextField::Name && !own_places.contains(&TextField::Name) {
                in_name.push(spoken(word).to_owned());
            }
        }
        Self {
            called: hit.identity != IdentityMatch::None && hit.identity > own_hit.identity,
            meaning: hit
                .cosine
                .filter(|cosine| own.standing.cosine.is_none_or(|own| *cosine > own))
                .map(|cosine| thousandths(cosine.to_f32().into())),
            louder: words.is_empty() && loudness(hit) > loudness(own_hit),
            badges: hit.boost_milli > own_hit.boost_milli,
            words,
            name: in_name,
        }
    }
}

/// What all words of a result score.
fn loudness(hit: &Hit) -> u64 {
    let scores = hit.reasons.iter().map(|reason| u64::from(reason.score));
    scores.sum()
}
