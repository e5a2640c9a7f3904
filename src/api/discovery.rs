//! The discovery index of one skill, which `skills add <page URL>` reads: agent skills discovery, version 0.2.0.
//!
//! There is one index for each skill and none for the registry, since the client downloads every entry of an index
//! before it looks at what was asked for.

use serde_json::{Value, json};

use crate::catalog::Skill;
use crate::clients::is_installable;
use crate::config::Config;
use crate::key::{SkillKey, install_name};
use crate::url;

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
    let install_name = install_name(&skill.key.slug).filter(|_| is_installable(skill))?;
    let (kind, address, sha256) = if skill.files.len() == 1 {
        let file = skill.main_file();
        (
            "skill-md",
            url::file(&skill.key, &file.path),
            file.sha256.as_str(),
        )
    } else {
        ("archive", url::zip(&skill.key), zip_sha256)
    };
    let url = match address.strip_prefix(&url::skill(key)) {
        Some(from_page) => format!("../../{from_page}"),
        None => format!("../../{PAGE_TO_ROOT}{address}"),
    };
    let skill = json!({
        "name": install_name,
        "type": kind,
        "description": description(config, skill),
        "url": url,
        "digest": format!("sha256:{sha256}"),
    });
    Some(json!({ "$schema": SCHEMA, "skills": [skill] }))
}

/// From the folder `<owner>/skills/<slug>/` to the site's root.
const PAGE_TO_ROOT: &str = "../../../";

/// Longest description of an entry; JavaScript counts UTF-16 units.
const DESCRIPTION_MAX_UNITS: usize = 1024;

/// The skill's own description, else one from the registry, cut to what the contract allows.
fn description(config: &Config, skill: &Skill) -> String {
    let text = match skill.description.as_str() {
        "" => format!("{} from {}.", skill.name, config.title),
        own => own.to_owned(),
    };
    let mut n_units = 0;
    text.chars()
        .take_while(|c| {
            n_units += c.len_utf16();
            n_units <= DESCRIPTION_MAX_UNITS
        })
        .collect()
}
