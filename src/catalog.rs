//! The registry in memory: what the content folder says, parsed and checked, in the order everything is written in.
//!
//! [`crate::content::load`] makes a [`Catalog`]; pages, feeds, the API and the search index are written from it.
//! Lists hold only what may be published: hidden skills never enter a catalog.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::key::SkillKey;

mod badge;
mod collection;
mod file;
mod link;
mod provenance;
mod published;
mod related;
mod release;
mod skill;
mod timestamp;

pub use badge::{Award, BadgeColor, BadgeKind, is_badge_kind};
pub use collection::{
    COLLECTION_MAX_BYTES, COLLECTION_MAX_FILES, COLLECTION_MAX_SKILLS, Collection, Member,
    is_collection_name, n_that_fit,
};
pub use file::{SkillFile, SkillFileError, main_file};
pub use link::Linked;
pub use provenance::{LicenseFile, Provenance, short_commit};
pub use published::{files_without_name, has_plain_paths, published_files};
pub use related::{RELATED_MAX, Related};
pub use release::Release;
pub use skill::{
    BODY_HELD_MAX_BYTES, DESCRIPTION_MAX_CHARS, FrontMatter, NAME_MAX_CHARS, Requirements,
    SHORT_MAX_CHARS, Skill, Stats, TAGS_MAX, VERSION_MAX_CHARS, Version,
};
pub use timestamp::Timestamp;

/// Everything a site is built from.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Sorted by [`SkillKey`]. A `skill_idx` is a position here; the search index has numbers of its own, `DocId`s.
    pub skills: Vec<Skill>,
    /// Sorted by kind. Every kind that a skill carries is here.
    pub badge_kinds: Vec<BadgeKind>,
    /// Sorted by name.
    pub collections: Vec<Collection>,
    /// Old key → key of a published skill; the old ones are no skill's key now.
    pub aliases: BTreeMap<SkillKey, SkillKey>,
    /// Skills that were published and are gone, by decision: programs turn off what they have of them.
    pub removed: BTreeSet<SkillKey>,
    /// The latest day that the statistics speak of, when there are statistics.
    pub stats_as_of: Option<Timestamp>,
}

impl Catalog {
    /// The skill with this key, if it is published.
    pub fn skill(&self, key: &SkillKey) -> Option<&Skill> {
        self.skill_idx(key).map(|idx| &self.skills[idx])
    }

    /// The position of the skill with this key, if it is published.
    pub fn skill_idx(&self, key: &SkillKey) -> Option<usize> {
        self.skills
            .binary_search_by(|skill| skill.key.cmp(key))
            .ok()
    }

    /// The same registry without these skills, the old keys that lead to them, and the collections of them alone.
    pub fn without(&self, keys: &BTreeSet<&SkillKey>) -> Self {
        let mut without = self.clone();
        without.skills.retain(|skill| !keys.contains(&skill.key));
        for collection in &mut without.collections {
            let members = &mut collection.members;
            members.retain(|member| !keys.contains(&member.key));
        }
        let collections = &mut without.collections;
        collections.retain(|collection| !collection.members.is_empty());
        without.aliases.retain(|_, key| !keys.contains(key));
        without
    }

    /// The definition of a badge kind.
    pub fn badge_kind(&self, kind: &str) -> Option<&BadgeKind> {
        self.badge_kinds
            .iter()
            .find(|badge_kind| badge_kind.kind == kind)
    }

    /// The kinds of badges that pages show, in the order in which they show them: those that search prefers first.
    pub fn shown_badge_kinds(&self) -> Vec<&BadgeKind> {
        let kinds = self.badge_kinds.iter().filter(|kind| kind.is_shown);
        let mut kinds: Vec<&BadgeKind> = kinds.collect();
        kinds.sort_by(|a, b| b.boost.total_cmp(&a.boost));
        kinds
    }

    /// The badges of a skill that pages show, in the same order.
    pub fn shown_badges<'c>(&'c self, skill: &'c Skill) -> Vec<(&'c BadgeKind, &'c Award)> {
        let kinds = self.shown_badge_kinds().into_iter();
        kinds
            .filter_map(|kind| Some((kind, skill.badge(&kind.kind)?)))
            .collect()
    }

    /// The skills that listings, search and feeds show: all but the suspicious ones, in the same order.
    pub fn listed(&self) -> impl Iterator<Item = &Skill> {
        self.skills.iter().filter(|skill| !skill.is_suspicious)
    }

    /// The skills of a collection, in its order, each with what makes it one.
    pub fn members<'c>(
        &'c self,
        collection: &'c Collection,
    ) -> impl Iterator<Item = (&'c Skill, &'c Member)> {
        let members = collection.members.iter();
        members.filter_map(|member| Some((self.skill(&member.key)?, member)))
    }

    /// The positions of the listed skills, the last updated first; those without a date last, in the order of the catalog.
    pub fn last_updated_first(&self) -> Vec<usize> {
        let mut idxs = self.listed_idxs();
        // `None` is less than `Some`, so that reversing puts it last.
        idxs.sort_by_key(|skill_idx| Reverse(self.skills[*skill_idx].updated_at));
        idxs
    }

    /// The positions of the listed skills, in order.
    pub fn listed_idxs(&self) -> Vec<usize> {
        (0..self.skills.len())
            .filter(|&skill_idx| !self.skills[skill_idx].is_suspicious)
            .collect()
    }

    /// The same with the bytes of all files, for tests whose content folder does not live as long.
    #[cfg(test)]
    pub(crate) fn with_files_in_memory(mut self) -> Self {
        for file in self.skills.iter_mut().flat_map(|skill| &mut skill.files) {
            let is_executable = file.is_executable;
            *file = SkillFile::in_memory(file.path.clone(), &file.read().unwrap());
            file.is_executable = is_executable;
        }
        self
    }
}
