//! Whole identities, for the skills that need one to be told from others.

use std::collections::{BTreeMap, HashMap, HashSet};

use skillpress_search::DocId;
use skillpress_search::internals::analyzer::{lower_case, name_key};
use skillpress_search::internals::format::postings::{self, FULL_LIST_MAX_LEN, Posting};
use skillpress_search::internals::format::terms::{Namespace, SLUG_LEVEL};

use super::impacts::WeighedTerm;
use crate::catalog::{Catalog, Skill};
use crate::key::SkillKey;

/// Adds the term `/owner/slug` of each skill whose owner has another one with the same identity key, or whose list by
/// owner or key is too long to be read whole.
///
/// Few registries have such skills, so this adds nothing to most. Adds one for each key that a skill had before, too.
pub(super) fn add(
    catalog: &Catalog,
    skills: &[&Skill],
    weighed: &mut BTreeMap<String, WeighedTerm>,
) {
    let cut_lists = cut_lists(weighed, skills.len() as u32);
    let lists: Vec<[String; 2]> = skills.iter().map(|skill| lists_of(skill)).collect();
    let mut n_alike: BTreeMap<&[String; 2], usize> = BTreeMap::new();
    for lists in &lists {
        *n_alike.entry(lists).or_default() += 1;
    }
    for (skill_idx, (skill, lists)) in skills.iter().zip(&lists).enumerate() {
        if n_alike[lists] > 1 || lists.iter().any(|list| cut_lists.contains(list)) {
            add_key(&skill.key, skill_idx, weighed);
        }
    }
    let places = skills.iter().enumerate();
    let places: HashMap<&SkillKey, usize> = places.map(|(idx, skill)| (&skill.key, idx)).collect();
    for (old, new) in &catalog.aliases {
        if let Some(&skill_idx) = places.get(new) {
            add_key(old, skill_idx, weighed);
        }
    }
}

fn add_key(key: &SkillKey, skill_idx: usize, weighed: &mut BTreeMap<String, WeighedTerm>) {
    let term = Namespace::Exact.term(&lower_case(&key.to_string()));
    let exact = weighed.entry(term).or_default();
    exact.max_impact = 1;
    exact.postings.push(Posting {
        doc: DocId(skill_idx as u32),
        level: SLUG_LEVEL,
    });
}

/// The terms of the lists that tell a skill from others.
fn lists_of(skill: &Skill) -> [String; 2] {
    let slug_key = name_key(&skill.key.slug).unwrap_or_default();
    [
        Namespace::Owner.term(&lower_case(&skill.key.owner)),
        Namespace::Name.term(&slug_key),
    ]
}

/// The terms whose lists are not read to their end.
fn cut_lists(weighed: &BTreeMap<String, WeighedTerm>, n_skills: u32) -> HashSet<String> {
    // A posting takes less than four bytes, so most lists need not be encoded.
    let is_cut = |postings: &[Posting]| {
        postings.len() * 4 > FULL_LIST_MAX_LEN as usize
            && postings::encode_list(postings, n_skills, 0).len() > FULL_LIST_MAX_LEN as usize
    };
    weighed
        .iter()
        .filter(|(term, weighed)| term.starts_with(['@', '=']) && is_cut(&weighed.postings))
        .map(|(term, _)| term.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lists_of_owners_and_names_that_are_not_read_to_their_end_are_cut() {
        let list = |n: u32| WeighedTerm {
            max_impact: 1,
            postings: (0..n)
                .map(|idx| Posting {
                    doc: DocId(idx * 200),
                    level: SLUG_LEVEL,
                })
                .collect(),
        };
        let weighed = BTreeMap::from([
            ("#tag".to_owned(), list(20_000)),
            ("=weather".to_owned(), list(20_000)),
            ("@ana".to_owned(), list(5_000)),
            ("@bo".to_owned(), list(20_000)),
        ]);
        let mut cut: Vec<String> = cut_lists(&weighed, 4_000_000).into_iter().collect();
        cut.sort();
        assert_eq!(cut, ["=weather", "@bo"]);
    }
}
