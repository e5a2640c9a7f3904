//! The discovery index of a skill or a collection, which `skills add <page URL>` reads: agent skills discovery, version
//! 0.2.0.
//!
//! There is one index for each skill and each collection and none for the registry, since the client downloads every entry
//! of an index before it looks at what was asked for.
//!
//! ```text
//! <skill>/.well-known/agent-skills/index.json                what the skill is now
//! <skill>/.well-known/agent-skills/versions.json             the versions whose files are published
//! <skill>/.well-known/agent-skills/v<version>/index.json     one of them; the same bytes as long as it is published
//! <skill>/versions/<version>/.well-known/agent-skills/index.json
//!                                                            the same, where `skills add <page of the version>` looks
//! <collection>/.well-known/agent-skills/index.json           all skills of a collection
//! ```
//!
//! The second to the fourth are of skills with old versions. The second and third are as proposed for the specification
//! (agentskills/agentskills, pull request 380), as is `version` of an entry.

use serde_json::{Value, json};

use super::shapes::Shaper;
use crate::catalog::{Collection, Release, Skill};
use crate::clients::{self, has_main_file, is_installable, is_semantic, pinned_segment};
use crate::config::Config;
use crate::key::{SkillKey, install_name};
use crate::url;
use crate::zip::{SkillZips, WrittenZip};

/// The schema that an index must name, to the letter.
const SCHEMA: &str = "https://schemas.agentskills.io/discovery/0.2.0/schema.json";

/// The index that stands below the page of `name`, which is the skill's or one that it had before; `None` when the skill
/// has none (see [`is_installable`]).
///
/// `zip_sha256` is the hash of the skill's published zip. Addresses are relative to the index, so that a copy of the
/// site on another host installs from itself.
pub(super) fn index(
    config: &Config,
    skill: &Skill,
    key: &SkillKey,
    zip_sha256: &str,
) -> Option<Value> {
    let name = install_name(&skill.key.slug).filter(|_| is_installable(skill))?;
    let page = url::skill(key);
    let from_page = |address: &str| match address.strip_prefix(&page) {
        Some(below) => below.to_owned(),
        None => format!("../../../{address}"),
    };
    Some(index_of(&[entry(
        config, skill, &name, zip_sha256, &from_page,
    )]))
}

/// The index that stands below the page of a collection, of the skills in it that have one themselves; `None` when there are
/// none. `zips` are those of all skills.
pub(super) fn index_of_collection(
    shaper: &Shaper,
    collection: &Collection,
    zips: &[SkillZips],
) -> Option<Value> {
    let catalog = shaper.catalog;
    let members = collection.members.iter();
    let entries = members.filter_map(|member| {
        let skill_idx = catalog.skill_idx(&member.key)?;
        let skill = Some(&catalog.skills[skill_idx]).filter(|skill| is_installable(skill))?;
        let zip_sha256 = &zips[skill_idx].current.sha256;
        let from_page = |address: &str| format!("../../{address}");
        let name = &member.install_name;
        Some(entry(shaper.config, skill, name, zip_sha256, &from_page))
    });
    let entries: Vec<Value> = entries.collect();
    (!entries.is_empty()).then(|| index_of(&entries))
}

/// The entry of a skill that clients call `name`. `from_page` makes a site path relative to the page that the index belongs
/// to, two folders above the index.
fn entry(
    config: &Config,
    skill: &Skill,
    name: &str,
    zip_sha256: &str,
    from_page: &dyn Fn(&str) -> String,
) -> Value {
    let (kind, address, sha256) = if skill.files.len() == 1 {
        let file = skill.main_file();
        let address = url::file(&skill.key, &file.path);
        ("skill-md", address, file.sha256.as_str())
    } else {
        ("archive", url::zip(&skill.key), zip_sha256)
    };
    let mut entry = json!({
        "name": name,
        "type": kind,
        "description": description(config, skill),
        "url": format!("../../{}", from_page(&address)),
        "digest": format!("sha256:{sha256}"),
    });
    if let Some(version) = &skill.version {
        entry["version"] = json!(version.version);
    }
    entry
}

/// A version of a skill with its files.
pub(super) struct Pinned<'a> {
    skill: &'a Skill,
    version: &'a str,
    /// Its name in addresses.
    segment: String,
    is_current: bool,
    zip_sha256: &'a str,
}

/// The versions of `skill` that can be installed, the oldest first and the current one last; none for a skill without old
/// versions, or one that has no index.
pub(super) fn pinned<'a>(skill: &'a Skill, zips: &'a SkillZips) -> Vec<Pinned<'a>> {
    let releases = skill.releases();
    if releases.is_empty() || !is_installable(skill) {
        return Vec::new();
    }
    let of_release = |(release, zip): (&Release<'a>, &'a WrittenZip)| Pinned {
        skill,
        version: &release.version.version,
        segment: release.segment.clone(),
        is_current: false,
        zip_sha256: &zip.sha256,
    };
    let releases = releases.iter().zip(&zips.releases);
    let releases = releases.filter(|(release, _)| has_main_file(release));
    let current = skill.version.iter().zip(pinned_segment(skill));
    let current = current.map(|(version, segment)| Pinned {
        skill,
        version: &version.version,
        segment,
        is_current: true,
        zip_sha256: &zips.current.sha256,
    });
    let mut pinned: Vec<Pinned<'a>> = releases.map(of_release).collect();
    pinned.reverse();
    pinned.extend(current);
    pinned
}

impl Pinned<'_> {
    /// Where the index of this version stands: in the skill's own folder when its version is one of Semantic Versioning, as
    /// proposed; below the page of an old version, where clients look that are given its address.
    pub(super) fn paths(&self) -> Vec<String> {
        let key = &self.skill.key;
        let pinned =
            is_semantic(self.version).then(|| url::api::pinned_discovery(key, &self.segment));
        let below_page =
            (!self.is_current).then(|| url::api::release_discovery(key, &self.segment));
        pinned.into_iter().chain(below_page).collect()
    }

    /// The index that stands at `path`. It says nothing that changes while the version does not, and names the zip where
    /// it also is when there are newer versions.
    pub(super) fn index(&self, path: &str) -> Value {
        let Self { skill, version, .. } = self;
        let depth = path.matches('/').count();
        let zip_path = url::release_zip(&skill.key, &self.segment);
        index_of(&[json!({
            "name": install_name(&skill.key.slug),
            "type": "archive",
            "description": format!("Version {version} of {}.", skill.key),
            "url": format!("{}{}", "../".repeat(depth), zip_path),
            "digest": format!("sha256:{}", self.zip_sha256),
            "version": version,
        })])
    }
}

/// `versions.json`: which of the versions have an index in the skill's own folder; `None` when none has.
pub(super) fn versions(pinned: &[Pinned<'_>]) -> Option<Value> {
    let semantic = pinned.iter().filter(|pinned| is_semantic(pinned.version));
    let versions: Vec<&str> = semantic.map(|pinned| pinned.version).collect();
    let latest = versions.last()?;
    Some(json!({ "latest": latest, "versions": versions }))
}

fn index_of(entries: &[Value]) -> Value {
    json!({ "$schema": SCHEMA, "skills": entries })
}

/// Longest description of an entry; JavaScript counts UTF-16 units.
const DESCRIPTION_MAX_UNITS: usize = 1024;

/// What the skill does, cut to what the contract allows.
pub(super) fn description(config: &Config, skill: &Skill) -> String {
    let mut n_units = 0;
    clients::description(skill, &config.title)
        .chars()
        .take_while(|c| {
            n_units += c.len_utf16();
            n_units <= DESCRIPTION_MAX_UNITS
        })
        .collect()
}
