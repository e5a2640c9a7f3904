//! What an update of a source brought.

use std::collections::BTreeMap;

use super::snapshot::{Snapshot, SnapshotSkill};

/// What a source was before, and how its skills differ from those then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceUpdate {
    /// The commit of before, of a git repository.
    pub commit: Option<String>,
    /// `None` when the cache has not what there was before.
    pub skills: Option<SkillChanges>,
}

/// Slugs, each list sorted. Those of strangers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkillChanges {
    /// New ones.
    pub came: Vec<String>,
    /// Those that are no more.
    pub went: Vec<String>,
    /// Those with other files than before, or another version.
    pub changed: Vec<String>,
}

impl SkillChanges {
    /// How `after` differs from `before`.
    pub fn between(before: &Snapshot, after: &Snapshot) -> Self {
        let (before, after) = (by_slug(before), by_slug(after));
        let only_in = |these: &BTreeMap<&str, &SnapshotSkill>, those: &BTreeMap<&str, _>| {
            let slugs = these.keys().filter(|slug| !those.contains_key(*slug));
            slugs.map(|slug| (*slug).to_owned()).collect()
        };
        let is_other = |old: &SnapshotSkill, new: &SnapshotSkill| {
            (&old.files, &old.version) != (&new.files, &new.version)
        };
        let changed = after.iter().filter(|(slug, new)| {
            let old = before.get(*slug);
            old.is_some_and(|old| is_other(old, new))
        });
        Self {
            changed: changed.map(|(slug, _)| (*slug).to_owned()).collect(),
            came: only_in(&after, &before),
            went: only_in(&before, &after),
        }
    }
}

fn by_slug(snapshot: &Snapshot) -> BTreeMap<&str, &SnapshotSkill> {
    let skills = snapshot.skills.iter();
    skills.map(|skill| (skill.slug.as_str(), skill)).collect()
}
