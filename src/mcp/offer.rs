//! What a server offers of a site: all of it, or what owners, badges and collections leave.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde::Deserialize;
use skillpress_search::{Answer, Filter};

use super::error::SiteError;
use crate::key::SkillKey;
use crate::published::{DOCUMENT_MAX_BYTES, PublishedSite};
use crate::url;

/// After so long what was read of the site is read again, since it may have been built again.
pub(super) const MAX_AGE: Duration = Duration::from_secs(300);

/// What narrows a server; nothing does by default.
#[derive(Clone, Debug, Default)]
pub struct Narrowing {
    /// Whose skills are offered, where there are any; letter case does not count.
    pub owners: Vec<String>,
    /// The kinds of badges that a skill must have, all of them.
    pub badges: Vec<String>,
    /// The collections of which a skill must be in one, where there are any.
    pub collections: Vec<String>,
}

/// Which skills are offered. Everything that is said of a skill or found asks here.
#[derive(Debug)]
pub(super) struct Offer {
    narrowing: Narrowing,
    /// What files of the site leave, and when they were read.
    keys: Option<(BTreeSet<SkillKey>, Instant)>,
}

impl Offer {
    pub(super) fn new(narrowing: Narrowing) -> Self {
        Self {
            narrowing,
            keys: None,
        }
    }

    /// Whether a skill is offered.
    pub(super) fn has(&mut self, key: &SkillKey, site: &PublishedSite) -> Result<bool, SiteError> {
        let is_listed = match self.keys(site)? {
            Some(keys) => keys.contains(key),
            None => true,
        };
        Ok(is_listed && self.has_owner(key))
    }

    /// Whether the skills of its owner are offered, as far as owners narrow.
    pub(super) fn has_owner(&self, key: &SkillKey) -> bool {
        let owners = &self.narrowing.owners;
        let mut named = owners.iter();
        owners.is_empty() || named.any(|owner| owner.eq_ignore_ascii_case(&key.owner))
    }

    /// The skills that lists of the site leave; `None` when none of them narrows.
    pub(super) fn keys(
        &mut self,
        site: &PublishedSite,
    ) -> Result<Option<&BTreeSet<SkillKey>>, SiteError> {
        let Narrowing {
            badges,
            collections,
            ..
        } = &self.narrowing;
        if badges.is_empty() && collections.is_empty() {
            return Ok(None);
        }
        let is_fresh = |(_, read_at): &(_, Instant)| read_at.elapsed() < MAX_AGE;
        let keys = match self.keys.take().filter(is_fresh) {
            Some(keys) => keys,
            None => {
                let mut sets = match badges.is_empty() {
                    true => Vec::new(),
                    false => badge_holders(badges, site)?,
                };
                if !collections.is_empty() {
                    sets.push(members(collections, site)?);
                }
                let all = sets.into_iter().reduce(|all, set| &all & &set);
                (all.unwrap_or_default(), Instant::now())
            }
        };
        Ok(Some(&self.keys.insert(keys).0))
    }

    /// Whether a search finds more than is offered, since the index knows no collections: then each result is asked about.
    pub(super) fn is_more_found(&self) -> bool {
        !self.narrowing.collections.is_empty()
    }

    /// The filters of a search, for each owner one list: together the searches find all that is offered.
    pub(super) fn searches(&self) -> Vec<Vec<Filter>> {
        let badges = self.narrowing.badges.iter();
        let badges: Vec<Filter> = badges
            .filter_map(|kind| Filter::new("badge", kind))
            .collect();
        let owners = self.narrowing.owners.iter();
        let owners = owners.filter_map(|owner| Filter::new("owner", owner));
        let of_owners: Vec<Vec<Filter>> = owners
            .map(|owner| badges.iter().cloned().chain([owner]).collect())
            .collect();
        match of_owners.is_empty() {
            true => vec![badges],
            false => of_owners,
        }
    }

    /// The filters of the search that finds what is offered of `owner`.
    pub(super) fn search_of(&self, owner: &str) -> Vec<Filter> {
        let narrowing = Narrowing {
            owners: match self.narrowing.owners.is_empty() && !self.is_more_found() {
                true => Vec::new(),
                false => vec![owner.to_owned()],
            },
            badges: self.narrowing.badges.clone(),
            collections: Vec::new(),
        };
        Self::new(narrowing).searches().concat()
    }
}

/// The skills that have each of the badges `kinds`, by the site's list of badges.
fn badge_holders(
    kinds: &[String],
    site: &PublishedSite,
) -> Result<Vec<BTreeSet<SkillKey>>, SiteError> {
    let list = match site.source.read(url::api::BADGES, DOCUMENT_MAX_BYTES) {
        Answer::Bytes(bytes) => serde_json::from_slice::<BadgeList>(&bytes).ok(),
        _ => None,
    };
    let list = list.ok_or_else(|| site.unread("the list of badges".to_owned()))?;
    let holders = kinds.iter().map(|kind| {
        let badge = list.kinds.iter().find(|badge| badge.kind == *kind);
        let badge = badge.ok_or_else(|| SiteError::NoBadge(kind.clone()))?;
        let keys = badge.skills.iter();
        Ok(keys.filter_map(|key| SkillKey::parse(key)).collect())
    });
    holders.collect()
}

/// The skills that are in any of `collections`, by the site's list of them.
fn members(collections: &[String], site: &PublishedSite) -> Result<BTreeSet<SkillKey>, SiteError> {
    let list = match site.source.read(url::api::COLLECTIONS, DOCUMENT_MAX_BYTES) {
        Answer::Bytes(bytes) => serde_json::from_slice::<CollectionList>(&bytes).ok(),
        // A site without collections has no list of them.
        Answer::Gone => Some(CollectionList::default()),
        _ => None,
    };
    let list = list.ok_or_else(|| site.unread("the list of collections".to_owned()))?;
    let mut members = BTreeSet::new();
    for name in collections {
        let mut all = list.collections.iter();
        let collection = all.find(|collection| collection.name == *name);
        let collection = collection.ok_or_else(|| SiteError::NoCollection(name.clone()))?;
        let keys = collection.skills.iter();
        members.extend(keys.filter_map(|key| SkillKey::parse(key)));
    }
    Ok(members)
}

/// `api/v1/collections.json`, as far as it is used.
#[derive(Debug, Default, Deserialize)]
struct CollectionList {
    collections: Vec<Collection>,
}

#[derive(Debug, Deserialize)]
struct Collection {
    name: String,
    skills: Vec<String>,
}

/// `api/v1/badges.json`, as far as it is used.
#[derive(Debug, Deserialize)]
struct BadgeList {
    kinds: Vec<Badge>,
}

#[derive(Debug, Deserialize)]
struct Badge {
    kind: String,
    skills: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(owners: &[&str], badges: &[&str]) -> Offer {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Offer::new(Narrowing {
            owners: texts(owners),
            badges: texts(badges),
            collections: Vec::new(),
        })
    }

    #[test]
    fn each_owner_is_a_search_and_badges_hold_in_all() {
        let filter = |text: &str| Filter::parse(text).unwrap();
        let none: Vec<Vec<Filter>> = vec![vec![]];
        assert_eq!(offer(&[], &[]).searches(), none);
        let both = offer(&["Ana", "bo"], &["official", "new"]);
        let (official, new) = (filter("badge:official"), filter("badge:new"));
        assert_eq!(
            both.searches(),
            [
                vec![official.clone(), new.clone(), filter("owner:ana")],
                vec![official.clone(), new.clone(), filter("owner:bo")],
            ]
        );
        let of_bo = vec![official.clone(), new, filter("owner:bo")];
        assert_eq!(both.search_of("bo"), of_bo);
        assert_eq!(offer(&[], &["official"]).search_of("bo"), [official]);
    }

    #[test]
    fn an_owner_is_one_whatever_the_case_of_its_letters() {
        let key = SkillKey::parse("Ana/x").unwrap();
        assert!(offer(&[], &[]).has_owner(&key) && offer(&["ana"], &[]).has_owner(&key));
        assert!(!offer(&["bo"], &[]).has_owner(&key));
    }
}
