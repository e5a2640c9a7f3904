//! Where the files of the API stand.

use super::{collection as collection_page, copies, release, skill as skill_page};
use crate::key::SkillKey;

/// Tells clients where the API is, and on which site it stands.
pub const CLAWHUB: &str = ".well-known/clawhub.json";

/// The description of the API.
pub const OPENAPI: &str = "api/openapi.json";

/// The kinds of badges, and who has them.
pub const BADGES: &str = "api/v1/badges.json";

/// The collections, and which skills are in each.
pub const COLLECTIONS: &str = "api/v1/collections.json";

/// One collection.
pub fn collection(name: &str) -> String {
    format!("api/v1/collections/{name}.json")
}

/// The counts of all skills.
pub const STATS: &str = "api/v1/stats.json";

/// Names the shards of the catalog.
pub const MANIFEST: &str = "api/v1/catalog/manifest.json";

/// A shard of the catalog, beside the manifest.
pub fn shard(name: &str) -> String {
    format!("api/v1/catalog/{name}")
}

/// `api/v1/skills/index.html`, the newest skills; all others are on `api/v1/lists/newest/<number>.json`, the highest
/// number first.
pub fn newest(number: Option<usize>) -> String {
    match number {
        None => "api/v1/skills/index.html".to_owned(),
        Some(number) => format!("api/v1/lists/newest/{number}.json"),
    }
}

/// A skill by its slug.
pub fn skill(slug: &str) -> String {
    format!("api/v1/skills/{slug}/index.html")
}

/// The versions of a skill.
pub fn versions(slug: &str) -> String {
    format!("api/v1/skills/{slug}/versions/index.html")
}

/// One version of a skill.
pub fn version(slug: &str, version: &str) -> String {
    format!("api/v1/skills/{slug}/versions/{version}")
}

/// Where a client gets a skill.
pub fn install(slug: &str) -> String {
    format!("api/v1/skills/{slug}/install")
}

/// `<owner>/skills/<slug>/skill.json`: what the API says of a skill, by its whole identity.
pub fn record(key: &SkillKey) -> String {
    format!("{}skill.json", skill_page(key))
}

/// `<owner>/skills/<slug>/versions/<segment>/skill.json`: the same of an old version.
pub fn release_record(key: &SkillKey, segment: &str) -> String {
    format!("{}skill.json", release(key, segment))
}

/// `<owner>/skills/<slug>/.well-known/agent-skills/index.json`: by it the `skills` client installs from a skill's page.
pub fn discovery(key: &SkillKey) -> String {
    discovery_below(&skill_page(key))
}

/// The same below the page of an old version, from which the client then installs that.
pub fn release_discovery(key: &SkillKey, segment: &str) -> String {
    discovery_below(&release(key, segment))
}

/// `<owner>/skills/<slug>/.well-known/agent-skills/v<segment>/index.json`: one version, for clients that pin it.
pub fn pinned_discovery(key: &SkillKey, segment: &str) -> String {
    format!(
        "{}{DISCOVERY_FOLDER}/v{segment}/index.json",
        skill_page(key)
    )
}

/// `<owner>/skills/<slug>/.well-known/agent-skills/versions.json`: the versions that there are such files of.
pub fn discovery_versions(key: &SkillKey) -> String {
    format!("{}{DISCOVERY_FOLDER}/versions.json", skill_page(key))
}

fn discovery_below(page: &str) -> String {
    format!("{page}{DISCOVERY_FOLDER}/index.json")
}

/// `collections/<name>/.well-known/agent-skills/index.json`: by it the `skills` client installs all of a collection.
pub fn collection_discovery(name: &str) -> String {
    discovery_below(&collection_page(name, 1))
}

/// `<page>.well-known/skills/index.json`, below the page of a collection or a skill: the same for clients that fetch files one
/// by one.
pub fn copies_index(page: &str) -> String {
    format!("{}index.json", copies(page))
}

const DISCOVERY_FOLDER: &str = ".well-known/agent-skills";
