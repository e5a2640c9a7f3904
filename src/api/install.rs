//! `GET /api/v1/skills/{slug}/install`: where a client gets a skill.

use serde_json::{Value, json};

use super::content_hash::folder_hash;
use super::shapes::Shaper;
use crate::catalog::Skill;
use crate::clients::{GithubFolder, is_installable};
use crate::config::Config;
use crate::url;

/// The answer of a server, which has a zip of the skill.
///
/// This and those of [`of_skill`] are the three answers that the client's schema knows.
pub(super) fn archive(config: &Config, skill: &Skill, version: &str) -> Value {
    let id = &skill.key;
    let download = format!("api/v1/download?slug={}&ownerHandle={}", id.slug, id.owner);
    json!({
        "ok": true,
        "slug": id.slug,
        "installKind": "archive",
        "archive": { "version": version, "downloadUrl": config.base_url.absolute(&download) },
    })
}

/// The answer as a file: the folder of a public repository, or what to do instead.
pub(super) fn of_skill(shaper: &Shaper, skill: &Skill) -> Value {
    let slug = &skill.key.slug;
    match github(shaper.config, skill) {
        Some(github) => {
            json!({ "ok": true, "slug": slug, "installKind": "github", "github": github })
        }
        None => refuse(
            slug,
            format!("This registry is plain files. {}", instead(shaper, skill)),
        ),
    }
}

/// The answer for a slug that several owners use, since a file cannot tell which of them is asked for.
pub(super) fn of_choice(shaper: &Shaper, slug: &str, skills: &[&Skill]) -> Value {
    let ways: Vec<String> = skills
        .iter()
        .map(|skill| format!("@{}: {}", skill.key, instead(shaper, skill)))
        .collect();
    refuse(
        slug,
        format!(
            "Several owners have a skill of this name. {}",
            ways.join(" ")
        ),
    )
}

/// The client prints the message and stops.
fn refuse(slug: &str, message: String) -> Value {
    json!({
        "ok": false,
        "slug": slug,
        "reason": "archive_version_missing",
        "message": message,
        "status": 404,
    })
}

/// A sentence with a way to install that needs files alone.
fn instead(shaper: &Shaper, skill: &Skill) -> String {
    let base_url = &shaper.config.base_url;
    if is_installable(skill) {
        format!("Use `npx skills add {}`.", shaper.page_url(skill))
    } else {
        format!("Download {}.", base_url.absolute(&url::zip(&skill.key)))
    }
}

fn github(config: &Config, skill: &Skill) -> Option<Value> {
    let GithubFolder {
        repository,
        commit,
        path,
    } = GithubFolder::of(config, skill)?;
    Some(json!({
        "repo": repository,
        "path": path,
        "commit": commit,
        "contentHash": folder_hash(&skill.files),
        "sourceUrl": format!("https://github.com/{repository}/tree/{commit}/{path}"),
    }))
}
