//! Lexical search: from a query to ranked skills, over the term dictionary and its posting lists.
//!
//! ```text
//! query ─► term blocks ─► posting lists ─► evidence per word ─► scores ─► ranked skills
//!             └─ unknown word ─► what it means, from another part ─► its term block …
//! ```

mod dictionary;
mod evidence;
mod idf;
mod ranking;
#[cfg(feature = "explain")]
mod supposed;

use alloc::string::String;
use alloc::vec::Vec;

pub(crate) use evidence::Evidence;
pub use evidence::EvidenceKind;
pub use ranking::IdentityMatch;
pub(crate) use ranking::{Ranked, apply_boosts, top_k};
#[cfg(feature = "explain")]
pub use supposed::Supposition;

use crate::DocId;
use crate::analyzer::lower_case;
use crate::doc_set::DocSet;
use crate::fetcher::Fetcher;
use crate::format::head::LexicalHead;
use crate::format::manifest::Manifest;
use crate::format::terms::{NAME_LEVEL, Namespace, SLUG_WORDS};
use crate::options::Options;
use crate::query::{Filter, Query};
use dictionary::Dictionary;

/// What a lexical search found.
#[derive(Clone, Debug, Default)]
pub(crate) struct LexicalResult {
    /// All skills that match, in no order, their boosts not yet applied.
    pub(crate) matches: Vec<Ranked>,
    /// The skills that the semantic half may find: what filters, quotes and exclusions leave; `None` for all.
    pub(crate) allowed: Option<DocSet>,
    /// What spoke for the matches.
    pub(crate) evidence: Vec<Evidence>,
    /// The query with misspelled words corrected, when it was.
    pub(crate) corrected: Option<Query>,
    /// Words of the query without each of which some match holds all others.
    pub(crate) words_to_drop: Vec<String>,
    /// Whether the registry has skills in the language of words that were translated.
    pub(crate) has_foreign: bool,
    /// Whether every list was read, and to its end.
    pub(crate) is_complete: bool,
    /// Boosts of all skills by their badges, in thousandths; of none where no badge has one.
    pub(crate) boosts: Vec<i32>,
}

/// Words of a query that the index may not know, see [`crate::format::messages::UnknownRequest`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unknown {
    pub(crate) other_scripts: u32,
    pub(crate) known: u32,
    pub(crate) unknown: u32,
    pub(crate) is_settled: bool,
}

impl Unknown {
    /// Whether there is any such word.
    pub(crate) fn is_any(&self) -> bool {
        self.other_scripts | self.unknown != 0
    }
}

/// Searches as far as the blocks at hand reach; `None` while some are missing, which the fetcher has noted.
///
/// `unknown` receives the words that the index may not know.
pub(crate) fn search(
    query: &Query,
    options: &Options,
    unknown: &mut Unknown,
    head: &LexicalHead,
    manifest: &Manifest,
    fetcher: &mut Fetcher<'_>,
) -> Option<LexicalResult> {
    let mut dictionary = Dictionary::new(head, manifest.n_skills, fetcher);
    let boosts = read_boosts(manifest, options, &mut dictionary);
    let mut allowed_by_options = None;
    narrow_by_filters(&mut allowed_by_options, &options.filters, &mut dictionary);
    let mut allowed = allowed_by_options.clone();
    narrow_by_filters(&mut allowed, &query.filters, &mut dictionary);
    let excluded = read_excluded(query, &mut dictionary);
    let mut identities = read_identities(query, options, &mut dictionary);
    let mut found = evidence::read(query, options, &mut dictionary);
    *unknown = Unknown {
        other_scripts: of_other_scripts(query),
        known: found.known,
        unknown: found.unknown,
        is_settled: !dictionary.has_unread_terms || !dictionary.is_waiting(),
    };
    let corrected = match query.corrections[..] {
        [] => None,
        _ => Some(correct(
            query,
            options,
            &mut found,
            &mut identities,
            &mut dictionary,
        )),
    };

    let is_complete = dictionary.is_complete;
    if fetcher.is_waiting() {
        return None;
    }
    let mut matches = Vec::new();
    let mut words_to_drop = Vec::new();
    let mut has_foreign = false;
    if !options.is_exact {
        let mut scores = ranking::Scores::new(manifest.n_skills, query);
        scores.add(&found.evidence);
        words_to_drop = scores.words_to_drop(query);
        has_foreign = scores.has_foreign(query);
        matches = scores.into_matches(query, &found, !options.is_plain());
        if query.words.is_empty()
            && let Some(allowed) = &allowed
        {
            matches.extend(allowed.iter().map(Ranked::unscored));
        }
    }
    if !query.excluded.is_empty() {
        narrow(&mut allowed, excluded.complement());
    }
    if let Some(allowed) = &allowed {
        matches.retain(|ranked| allowed.contains(ranked.doc));
    }
    // A skill called exactly what was typed is a result whatever operators its name seems to contain.
    ranking::apply_identities(&mut matches, &identities, allowed_by_options.as_ref());
    if options.is_exact {
        matches.retain(|ranked| ranked.identity >= IdentityMatch::Slug);
    }
    if query.words.iter().any(|word| word.is_required) {
        let matching = matches.iter().map(|ranked| ranked.doc);
        allowed = Some(DocSet::new(manifest.n_skills, matching));
    }
    Some(LexicalResult {
        matches,
        allowed,
        evidence: found.evidence,
        corrected,
        words_to_drop,
        has_foreign,
        is_complete,
        boosts,
    })
}

/// The words with letters of scripts that English does not use, a bit each.
fn of_other_scripts(query: &Query) -> u32 {
    let mut mask = 0;
    for (word_idx, word) in query.words.iter().enumerate() {
        // Those of U+0340 and beyond: folding leaves no Latin letter there.
        let is_other = word.surface.bytes().any(|byte| byte >= 0xcd);
        mask |= u32::from(is_other) << word_idx;
    }
    mask
}

/// Skills whose name, slug or `owner/slug` is the query. Where one stands twice the later one is the better match.
type Identities = Vec<(DocId, IdentityMatch)>;

fn read_identities(
    query: &Query,
    options: &Options,
    dictionary: &mut Dictionary<'_, '_>,
) -> Identities {
    let mut identities = Identities::new();
    if options.is_plain() {
        return identities;
    }
    if let Some(key) = &query.name_key {
        for posting in dictionary.list(&Namespace::Name.term(key)) {
            let is_slug = usize::from(posting.level) + query.n_name_words == SLUG_WORDS;
            let identity = match is_slug {
                true => IdentityMatch::Slug,
                false => IdentityMatch::Name,
            };
            identities.push((posting.doc, identity));
        }
    }
    if let Some(typed) = &query.owner_slug {
        let of_owner = dictionary.list(&Namespace::Owner.term(typed.owner()));
        let mut of_slug = dictionary.list(&Namespace::Name.term(&typed.slug_key));
        of_slug.retain(|posting| {
            let is_owned = of_owner.iter().any(|owned| owned.doc == posting.doc);
            posting.level > NAME_LEVEL && is_owned
        });
        let mut exact = Vec::new();
        // Lists that are not read to their end may lack the skill that is meant; one that none of them has may have been
        // called so.
        let is_known = of_slug.len() == 1 || dictionary.is_waiting();
        if !is_known || !dictionary.is_complete {
            exact = dictionary.list(&Namespace::Exact.term(&typed.exact));
        }
        let of_others = match exact.is_empty() {
            true => IdentityMatch::OwnerAndSlug,
            false => IdentityMatch::Slug,
        };
        for (postings, identity) in [(of_slug, of_others), (exact, IdentityMatch::OwnerAndSlug)] {
            for posting in postings {
                identities.push((posting.doc, identity));
            }
        }
    }
    identities
}

/// Narrows `allowed`, which is `None` for all skills, to those that all `filters` list. A value that is not there lists
/// nothing.
fn narrow_by_filters(
    allowed: &mut Option<DocSet>,
    filters: &[Filter],
    dictionary: &mut Dictionary<'_, '_>,
) {
    for filter in filters {
        let mut listed = DocSet::none(dictionary.n_skills());
        let postings = dictionary.list(&filter.term());
        listed.extend(postings.iter().map(|posting| posting.doc));
        narrow(allowed, listed);
    }
}

fn narrow(allowed: &mut Option<DocSet>, others: DocSet) {
    match allowed {
        Some(allowed) => allowed.retain(&others),
        None => *allowed = Some(others),
    }
}

fn read_excluded(query: &Query, dictionary: &mut Dictionary<'_, '_>) -> DocSet {
    let mut excluded = DocSet::none(dictionary.n_skills());
    for term in &query.excluded {
        let postings = dictionary.list(term);
        excluded.extend(postings.iter().map(|posting| posting.doc));
    }
    excluded
}

fn read_boosts(
    manifest: &Manifest,
    options: &Options,
    dictionary: &mut Dictionary<'_, '_>,
) -> Vec<i32> {
    let mut boosts = Vec::new();
    for badge in &manifest.badges {
        if !options.is_plain() && badge.boost_milli != 0 {
            boosts.resize(manifest.n_skills as usize, 0);
            for posting in dictionary.list(&Namespace::Badge.term(&lower_case(&badge.kind))) {
                boosts[posting.doc.idx()] += badge.boost_milli;
            }
        }
    }
    boosts
}

/// Adds what corrected words find; the corrected query.
fn correct(
    query: &Query,
    options: &Options,
    found: &mut evidence::Found,
    identities: &mut Identities,
    dictionary: &mut Dictionary<'_, '_>,
) -> Query {
    let corrected = query.corrected();
    for correction in &query.corrections {
        let word_idx = correction.word_idx as usize;
        if let Some(word) = corrected.words.get(word_idx) {
            evidence::read_correction(word_idx, &word.term, found, dictionary);
        }
    }
    // What was typed counts before what may have been meant.
    let mut meant = read_identities(&corrected, options, dictionary);
    meant.append(identities);
    *identities = meant;
    corrected
}
