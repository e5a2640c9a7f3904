//! Which skills are like which.

use super::{Catalog, Skill};

/// For each skill, the skills most like it, the most similar first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Related {
    by_skill: Vec<Vec<usize>>,
}

impl Related {
    /// `by_skill[skill_idx]` holds positions of others; it may be shorter than the catalog, and lists may be empty.
    pub fn new(by_skill: Vec<Vec<usize>>) -> Self {
        Self { by_skill }
    }

    /// The same lists by the positions in a later state of the catalog: skills that are gone are in none, new ones have
    /// none.
    pub fn followed(&self, from: &Catalog, to: &Catalog) -> Self {
        let list = |skill: &Skill| {
            let others = from
                .skill_idx(&skill.key)
                .map_or(&[][..], |idx| self.of(idx));
            let others = others.iter().filter_map(|idx| from.skills.get(*idx));
            others
                .filter_map(|other| to.skill_idx(&other.key))
                .collect()
        };
        Self {
            by_skill: to.skills.iter().map(list).collect(),
        }
    }

    /// The skills like this one.
    pub fn of(&self, skill_idx: usize) -> &[usize] {
        self.by_skill.get(skill_idx).map_or(&[], Vec::as_slice)
    }
}

/// Most related skills that a page shows.
pub const RELATED_MAX: usize = 5;
