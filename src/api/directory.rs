//! Finds skills by slug, with or without their owner.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::key::SkillKey;

/// Positions by slug, for current and former names. Letter case does not count, since clients lower it.
#[derive(Debug, Default)]
pub(super) struct Directory {
    current: BTreeMap<String, Vec<Named>>,
    former: BTreeMap<String, Vec<Named>>,
}

#[derive(Debug)]
struct Named {
    /// Lower case.
    owner: String,
    skill_idx: usize,
}

impl Directory {
    pub(super) fn new(catalog: &Catalog) -> Self {
        let mut directory = Self::default();
        for (skill_idx, skill) in catalog.skills.iter().enumerate() {
            insert(&mut directory.current, &skill.key, skill_idx);
        }
        for (old, new) in &catalog.aliases {
            if let Some(skill_idx) = catalog.skill_idx(new) {
                insert(&mut directory.former, old, skill_idx);
            }
        }
        directory
    }

    /// The skills that a slug names, in the order of the catalog.
    ///
    /// A current name counts before a former one; without an owner, all owners' skills of that slug are meant.
    pub(super) fn find(&self, slug: &str, owner: Option<&str>) -> Vec<usize> {
        let slug = slug.to_ascii_lowercase();
        let owner = owner.map(|owner| owner.trim_start_matches('@').to_ascii_lowercase());
        let find_in = |names: &BTreeMap<String, Vec<Named>>| -> BTreeSet<usize> {
            let named = names.get(&slug).into_iter().flatten();
            named
                .filter(|entry| owner.as_ref().is_none_or(|owner| *owner == entry.owner))
                .map(|entry| entry.skill_idx)
                .collect()
        };
        let mut found = find_in(&self.current);
        if found.is_empty() {
            found = find_in(&self.former);
        }
        found.into_iter().collect()
    }

    /// Every slug, current and former, in lower case.
    pub(super) fn slugs(&self) -> BTreeSet<&str> {
        let slugs = self.current.keys().chain(self.former.keys());
        slugs.map(String::as_str).collect()
    }
}

fn insert(names: &mut BTreeMap<String, Vec<Named>>, key: &SkillKey, skill_idx: usize) {
    let owner = key.owner.to_ascii_lowercase();
    let named = names.entry(key.slug.to_ascii_lowercase()).or_default();
    named.push(Named { owner, skill_idx });
}
