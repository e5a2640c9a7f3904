//! `GET /api/v1/skills/{slug}/install`: where a client gets a skill.

use serde::Serialize;

use super::content_hash::folder_hash;
use super::shapes::Shaper;
use crate::catalog::Skill;
use crate::clients::is_installable;
use crate::config::{Config, Hosting};
use crate::url;

/// One of the three answers that the client's schema knows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Install<'a> {
    ok: bool,
    slug: &'a str,
    #[serde(flatten)]
    place: Place,
}

#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Place {
    Archive {
        install_kind: &'static str,
        archive: Archive,
    },
    Github {
        install_kind: &'static str,
        github: Github,
    },
    /// The client prints the message and stops.
    Nowhere {
        reason: &'static str,
        message: String,
        status: u16,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Archive {
    version: String,
    download_url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Github {
    repo: String,
    path: String,
    commit: String,
    content_hash: String,
    source_url: String,
}

/// The answer of a server, which has a zip of the skill.
pub(super) fn archive<'a>(config: &Config, skill: &'a Skill, version: String) -> Install<'a> {
    let id = &skill.key;
    let download = format!("api/v1/download?slug={}&ownerHandle={}", id.slug, id.owner);
    Install {
        ok: true,
        slug: &id.slug,
        place: Place::Archive {
            install_kind: "archive",
            archive: Archive {
                version,
                download_url: config.base_url.absolute(&download),
            },
        },
    }
}

/// The answer as a file: the folder of a public repository, or what to do instead.
pub(super) fn of_skill<'a>(shaper: &Shaper, skill: &'a Skill) -> Install<'a> {
    let slug = &skill.key.slug;
    match github(shaper.config, skill) {
        Some(github) => Install {
            ok: true,
            slug,
            place: Place::Github {
                install_kind: "github",
                github,
            },
        },
        None => refuse(
            slug,
            format!("This registry is plain files. {}", instead(shaper, skill)),
        ),
    }
}

/// The answer for a slug that several owners use, since a file cannot tell which of them is asked for.
pub(super) fn of_choice<'a>(shaper: &Shaper, slug: &'a str, skills: &[&Skill]) -> Install<'a> {
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

fn refuse(slug: &str, message: String) -> Install<'_> {
    Install {
        ok: false,
        slug,
        place: Place::Nowhere {
            reason: "archive_version_missing",
            message,
            status: 404,
        },
    }
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

fn github(config: &Config, skill: &Skill) -> Option<Github> {
    let install = &config.install;
    if install.hosting != Hosting::Github {
        return None;
    }
    let repo = install.github_repository.clone()?;
    let commit = install.github_commit.as_deref().unwrap_or("HEAD");
    let content = install.github_content_path.as_deref().unwrap_or("content");
    let path = format!("{content}/skills/{}/{}", skill.key.owner, skill.key.slug);
    let path = path.trim_start_matches('/');
    Some(Github {
        source_url: format!("https://github.com/{repo}/tree/{commit}/{path}"),
        content_hash: folder_hash(&skill.files),
        commit: commit.to_owned(),
        path: path.to_owned(),
        repo,
    })
}
