//! Finds skills by slug, with or without their owner.

use std::collections::BTreeMap;

use crate::catalog::Catalog;

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

/// What a slug names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    One(usize),
    /// At least two, in the order of the catalog.
    Several(Vec<usize>),
    Nothing,
}

impl Directory {
    pub(super) fn new(catalog: &Catalog) -> Self {
        let mut directory = Self::default();
        for (skill_idx, skill) in catalog.skills.iter().enumerate() {
            insert(
                &mut directory.current,
                &skill.key.slug,
                &skill.key.owner,
                skill_idx,
            );
        }
        for (old, new) in &catalog.aliases {
            if let Some(skill_idx) = catalog.skill_idx(new) {
                insert(&mut directory.former, &old.slug, &old.owner, skill_idx);
            }
        }
        directory
    }

    /// A current name counts before a former one; without an owner, all owners' skills of that slug are meant.
    pub(super) fn find(&self, slug: &str, owner: Option<&str>) -> Found {
        let slug = slug.to_ascii_lowercase();
        let owner = owner.map(|owner| owner.trim_start_matches('@').to_ascii_lowercase());
        for names in [&self.current, &self.former] {
            let mut found: Vec<usize> = names
                .get(&slug)
                .into_iter()
                .flatten()
                .filter(|entry| owner.as_ref().is_none_or(|owner| *owner == entry.owner))
                .map(|entry| entry.skill_idx)
                .collect();
            found.sort_unstable();
            found.dedup();
            match found[..] {
                [] => {}
                [skill_idx] => return Found::One(skill_idx),
                _ => return Found::Several(found),
            }
        }
        Found::Nothing
    }

    /// Every slug, current and former, in lower case; ascending, each once.
    pub(super) fn slugs(&self) -> Vec<&str> {
        let mut slugs: Vec<&str> = self
            .current
            .keys()
            .chain(self.former.keys())
            .map(String::as_str)
            .collect();
        slugs.sort_unstable();
        slugs.dedup();
        slugs
    }
}

fn insert(names: &mut BTreeMap<String, Vec<Named>>, slug: &str, owner: &str, skill_idx: usize) {
    names
        .entry(slug.to_ascii_lowercase())
        .or_default()
        .push(Named {
            owner: owner.to_ascii_lowercase(),
            skill_idx,
        });
}
