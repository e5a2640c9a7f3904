//! Lexical search: from a query to ranked skills, over the term dictionary and its posting lists.
//!
//! ```text
//! query ─► term blocks ─► posting lists ─► evidence per word ─► scores ─► ranked skills
//!             └─ unknown word ─► spelling block ─► its term block …
//! ```

mod correction;
mod dictionary;
mod evidence;
mod idf;
mod ranking;
mod skill_set;

use alloc::string::String;
use alloc::vec::Vec;

pub(crate) use evidence::Evidence;
pub use evidence::EvidenceKind;
pub use ranking::{IdentityMatch, Ranked};
pub(crate) use ranking::{apply_boosts, top_k};
pub(crate) use skill_set::SkillSet;

use crate::SkillId;
use crate::analyzer::lower_case;
use crate::fetcher::Fetcher;
use crate::format::head::LexicalHead;
use crate::format::manifest::Manifest;
use crate::format::terms::{Namespace, SLUG_LEVEL};
use crate::options::Options;
use crate::query::{Filter, Query};
use crate::sorted::SortedMap;
use correction::Correction;
use dictionary::Dictionary;

/// What a lexical search found.
#[derive(Clone, Debug, Default)]
pub(crate) struct LexicalResult {
    /// All skills that match, in no order, their boosts not yet applied.
    pub(crate) matches: Vec<Ranked>,
    /// The skills that the semantic half may find: what filters, quotes and exclusions leave; `None` for all.
    pub(crate) allowed: Option<SkillSet>,
    /// What spoke for the matches.
    pub(crate) evidence: Vec<Evidence>,
    /// The query with misspelled words corrected, when it was.
    pub(crate) corrected: Option<Query>,
    /// Whether every list was read, and to its end.
    pub(crate) is_complete: bool,
    /// Boost of each skill with a boosted badge, in thousandths.
    pub(crate) boosts: SortedMap<SkillId, i32>,
}

/// Searches as far as the blocks at hand reach; `None` while some are missing, which the fetcher has noted.
pub(crate) fn search(
    query: &Query,
    options: &Options,
    head: &LexicalHead,
    manifest: &Manifest,
    fetcher: &mut Fetcher<'_>,
) -> Option<LexicalResult> {
    let mut dictionary = Dictionary::new(head, manifest.n_skills, fetcher);
    let boosts = read_boosts(manifest, options, &mut dictionary);
    let allowed_by_options = read_filters(&options.filters, &mut dictionary);
    let allowed_by_query = read_filters(&query.filters, &mut dictionary);
    let mut identities = read_identities(query, options, &mut dictionary);
    let excluded = read_excluded(query, &mut dictionary);

    let mut found = evidence::read(query, options, &mut dictionary);
    let corrections = correction::read(query, options, &found, &mut dictionary);
    let corrected = apply_corrections(
        query,
        corrections,
        options,
        &mut found,
        &mut identities,
        &mut dictionary,
    );

    let is_complete = dictionary.is_complete;
    if fetcher.is_waiting() {
        return None;
    }
    let mut scores = ranking::Scores::new(manifest.n_skills, query);
    scores.add(&found.evidence);
    let mut matches = scores.into_matches(query, &found, options.has_full_first);
    let allowed = intersection(allowed_by_options.as_ref(), allowed_by_query.as_ref());
    if query.words.is_empty()
        && let Some(allowed) = &allowed
    {
        matches.extend(allowed.iter().map(Ranked::unscored));
    }
    if options.is_exact {
        matches.clear();
    }
    matches.retain(|ranked| {
        !excluded.contains(ranked.skill)
            && allowed
                .as_ref()
                .is_none_or(|allowed| allowed.contains(ranked.skill))
    });
    // A skill called exactly what was typed is a result whatever operators its name seems to contain.
    ranking::apply_identities(&mut matches, &identities, |skill| {
        allowed_by_options
            .as_ref()
            .is_none_or(|allowed| allowed.contains(skill))
    });
    if options.is_exact {
        matches.retain(|ranked| ranked.identity >= IdentityMatch::Slug);
    }
    Some(LexicalResult {
        allowed: allowed_by_meaning(query, &matches, allowed, &excluded, manifest.n_skills),
        matches,
        evidence: found.evidence,
        corrected,
        is_complete,
        boosts,
    })
}

/// The skills whose `owner/slug`, slug or name is the query, each with its best match.
type Identities = SortedMap<SkillId, IdentityMatch>;

fn read_identities(
    query: &Query,
    options: &Options,
    dictionary: &mut Dictionary<'_, '_>,
) -> Identities {
    let mut identities = Identities::new();
    if !options.has_identity && !options.is_exact {
        return identities;
    }
    if let Some(key) = &query.identity {
        for posting in dictionary.list(&Namespace::Identity.term(key)) {
            let is_slug = posting.level == SLUG_LEVEL;
            identities.insert(
                posting.skill,
                if is_slug {
                    IdentityMatch::Slug
                } else {
                    IdentityMatch::Name
                },
            );
        }
    }
    if let Some((owner, slug)) = &query.owner_slug {
        let of_owner = dictionary.list(&Namespace::Owner.term(owner));
        for posting in dictionary.list(&Namespace::Identity.term(slug)) {
            if posting.level == SLUG_LEVEL
                && of_owner.iter().any(|owned| owned.skill == posting.skill)
            {
                identities.insert(posting.skill, IdentityMatch::OwnerAndSlug);
            }
        }
    }
    identities
}

/// The skills that all `filters` list; `None` without filters. A value that is not there lists nothing.
fn read_filters(filters: &[Filter], dictionary: &mut Dictionary<'_, '_>) -> Option<SkillSet> {
    let mut allowed: Option<SkillSet> = None;
    for filter in filters {
        let listed = SkillSet::new(
            dictionary.n_skills(),
            dictionary
                .list(&filter.term())
                .iter()
                .map(|posting| posting.skill),
        );
        allowed = intersection(allowed.as_ref(), Some(&listed));
    }
    allowed
}

fn intersection(a: Option<&SkillSet>, b: Option<&SkillSet>) -> Option<SkillSet> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.intersection(b)),
        (Some(only), None) | (None, Some(only)) => Some(only.clone()),
        (None, None) => None,
    }
}

fn read_excluded(query: &Query, dictionary: &mut Dictionary<'_, '_>) -> SkillSet {
    let n_skills = dictionary.n_skills();
    let lists = query.excluded.iter().map(|term| dictionary.list(term));
    SkillSet::new(n_skills, lists.flatten().map(|posting| posting.skill))
}

/// The skills that may be found without any of the words.
fn allowed_by_meaning(
    query: &Query,
    matches: &[Ranked],
    allowed: Option<SkillSet>,
    excluded: &SkillSet,
    n_skills: u32,
) -> Option<SkillSet> {
    if query.words.iter().any(|word| word.is_required) {
        return Some(SkillSet::new(
            n_skills,
            matches.iter().map(|ranked| ranked.skill),
        ));
    }
    if query.excluded.is_empty() {
        return allowed;
    }
    let others = (0..n_skills)
        .map(SkillId)
        .filter(|skill| !excluded.contains(*skill));
    intersection(allowed.as_ref(), Some(&SkillSet::new(n_skills, others)))
}

fn read_boosts(
    manifest: &Manifest,
    options: &Options,
    dictionary: &mut Dictionary<'_, '_>,
) -> SortedMap<SkillId, i32> {
    let mut boosts = SortedMap::new();
    let boosted = manifest
        .badges
        .iter()
        .filter(|badge| options.has_boosts && badge.boost_milli != 0);
    for badge in boosted {
        for posting in dictionary.list(&Namespace::Badge.term(&lower_case(&badge.kind))) {
            *boosts.get_or_insert(posting.skill, 0) += badge.boost_milli;
        }
    }
    boosts
}

/// Adds what the corrected words find; the corrected query when there is one.
fn apply_corrections(
    query: &Query,
    corrections: Vec<Correction>,
    options: &Options,
    found: &mut evidence::Found,
    identities: &mut Identities,
    dictionary: &mut Dictionary<'_, '_>,
) -> Option<Query> {
    if corrections.is_empty() {
        return None;
    }
    let words: Vec<(usize, String)> = corrections
        .into_iter()
        .map(|correction| (correction.word_idx, correction.word))
        .collect();
    let corrected = query.with_corrections(&words);
    for (word_idx, _) in &words {
        evidence::read_correction(
            *word_idx,
            &corrected.words[*word_idx].term,
            found,
            dictionary,
        );
    }
    for (skill, identity) in read_identities(&corrected, options, dictionary) {
        identities.get_or_insert(skill, identity);
    }
    Some(corrected)
}
