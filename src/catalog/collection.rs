//! Collections: sets of skills that the operator chose, to be read, downloaded and installed as one.

use std::collections::{BTreeMap, BTreeSet};

use super::skill::Skill;
use crate::key::{SkillKey, install_name, is_discovery_name};
use crate::text::is_device_name;

/// Most skills of a collection.
pub const COLLECTION_MAX_SKILLS: usize = 500;

/// Most files that the skills of a collection have together: half of what the strictest client unpacks.
pub const COLLECTION_MAX_FILES: usize = 10_000;

/// Most bytes of these files. All of them are in one zip, which is held in memory while it is made.
pub const COLLECTION_MAX_BYTES: usize = 100_000_000;

/// A set of skills, from `content/collections/<name>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Collection {
    /// File stem; [`is_collection_name`] holds.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// In the order in which they are shown; never empty, each a listed skill of the catalog, none twice.
    pub members: Vec<Member>,
}

/// A skill of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// Of the skill.
    pub key: SkillKey,
    /// What clients that install the collection call it: a name that they accept, and no other member's.
    pub install_name: String,
    /// Why it is here, in the operator's words.
    pub note: Option<String>,
}

/// Whether `name` can name a collection: as a skill that clients install, since its zip is a plugin of that name.
///
/// `skills` is none, since what follows it in an address is a slug.
pub fn is_collection_name(name: &str) -> bool {
    is_discovery_name(name) && !is_device_name(name) && name != "skills"
}

impl Collection {
    /// A collection of the skills that are `chosen`, each with its note.
    pub fn new(
        name: String,
        title: String,
        description: String,
        chosen: Vec<(SkillKey, Option<String>)>,
    ) -> Self {
        let install_names = install_names(chosen.iter().map(|(key, _)| key));
        let members = chosen.into_iter().map(|(key, note)| Member {
            install_name: install_names[&key].clone(),
            key,
            note,
        });
        Self {
            name,
            title,
            description,
            members: members.collect(),
        }
    }

    /// The member that is the skill with this key.
    pub fn member(&self, key: &SkillKey) -> Option<&Member> {
        self.members.iter().find(|member| member.key == *key)
    }
}

/// How many of `skills`, from the first on, fit into a collection.
pub fn n_that_fit<'a>(skills: impl Iterator<Item = &'a Skill>) -> usize {
    let (mut n_files, mut n_bytes) = (0, 0);
    let fitting = skills.take(COLLECTION_MAX_SKILLS).take_while(|skill| {
        n_files += skill.files.len();
        n_bytes += skill.files.iter().map(|file| file.len_bytes).sum::<usize>();
        n_files <= COLLECTION_MAX_FILES && n_bytes <= COLLECTION_MAX_BYTES
    });
    fitting.count()
}

/// What each of `keys` is installed as, whatever their order: the slug, as clients take it; the owner and the slug where
/// several slugs give one name, so that none of them passes for the others; a number before them where that is taken too.
fn install_names<'k>(keys: impl Iterator<Item = &'k SkillKey>) -> BTreeMap<SkillKey, String> {
    let mut by_slug: BTreeMap<String, Vec<&SkillKey>> = BTreeMap::new();
    for key in keys {
        // An identity begins with a letter or digit, so it always gives a name.
        let name = install_name(&key.slug).unwrap_or_default();
        by_slug.entry(name).or_default().push(key);
    }
    let is_alone = |(name, keys): &(String, Vec<_>)| keys.len() == 1 && !is_device_name(name);
    let (alone, shared): (Vec<_>, Vec<_>) = by_slug.into_iter().partition(is_alone);
    let mut taken: BTreeSet<String> = alone.iter().map(|(name, _)| name.clone()).collect();
    let alone = alone
        .into_iter()
        .map(|(name, keys)| (keys[0].clone(), name));
    let mut names: BTreeMap<SkillKey, String> = alone.collect();
    let shared: BTreeSet<&SkillKey> = shared.into_iter().flat_map(|(_, keys)| keys).collect();
    for key in shared {
        let name = free_name(key, &taken);
        taken.insert(name.clone());
        names.insert(key.clone(), name);
    }
    names
}

fn free_name(key: &SkillKey, taken: &BTreeSet<String>) -> String {
    let SkillKey { owner, slug } = key;
    // Long names are cut at their end.
    let numbered = (2..).map(|number| format!("{number}-{owner}-{slug}"));
    let names = std::iter::once(format!("{owner}-{slug}")).chain(numbered);
    let mut names = names.filter_map(|name| install_name(&name));
    let free = names.find(|name| !taken.contains(name));
    free.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_of(keys: &[&str]) -> Vec<String> {
        let keys = keys.iter().map(|key| SkillKey::parse(key).unwrap());
        let chosen = keys.map(|key| (key, None)).collect();
        let collection = Collection::new("team".into(), "Team".into(), "Ours.".into(), chosen);
        let members = collection.members.into_iter();
        members.map(|member| member.install_name).collect()
    }

    #[test]
    fn members_are_installed_by_their_slugs_and_by_their_owners_too_where_these_are_one() {
        assert_eq!(names_of(&["bo/Odd--Name", "ana/pdf"]), ["odd-name", "pdf"]);
        assert_eq!(names_of(&["bo/pdf", "ana/pdf"]), ["bo-pdf", "ana-pdf"]);
        assert_eq!(names_of(&["ana/p_d", "ana/P-D"]), ["2-ana-p-d", "ana-p-d"]);
        let names = ["cyd-pdf", "bo-pdf", "2-ana-pdf", "ana-pdf"];
        assert_eq!(
            names_of(&["cyd/pdf", "bo/pdf", "ana/pdf", "x/ana-pdf"]),
            names
        );
        assert_eq!(names_of(&["ana/nul-"]), ["ana-nul"]);
    }

    #[test]
    fn long_names_stay_names_of_their_own() {
        let long = "a".repeat(95);
        let names = names_of(&[&format!("{long}/pdf"), &format!("{long}b/pdf"), "c/pdf"]);
        let unique: BTreeSet<&String> = names.iter().collect();
        assert_eq!(unique.len(), 3);
        assert!(
            names.iter().all(|name| is_discovery_name(name)),
            "{names:?}"
        );
    }

    #[test]
    fn a_name_of_a_collection_is_one_of_a_plugin() {
        for (name, is_name) in [
            ("team", true),
            ("team-2", true),
            ("Team", false),
            ("my_team", false),
            ("skills", false),
            ("nul", false),
            ("", false),
        ] {
            assert_eq!(is_collection_name(name), is_name, "{name}");
        }
    }
}
