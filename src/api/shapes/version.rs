//! Versions of a skill, and the files of the current one.

use serde::Serialize;

use super::parts::ms;
use crate::api::content_hash::content_hash;
use crate::catalog::{Skill, SkillFile, Timestamp};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct VersionList<'a> {
    slug: &'a str,
    items: Vec<VersionItem<'a>>,
    next_cursor: Option<String>,
}

impl<'a> VersionList<'a> {
    pub(in crate::api) fn new(
        skill: &'a Skill,
        versions: &[VersionEntry<'a>],
        next_cursor: Option<String>,
    ) -> Self {
        Self {
            slug: &skill.key.slug,
            items: versions.iter().map(VersionItem::new).collect(),
            next_cursor,
        }
    }
}

#[derive(Serialize)]
pub(in crate::api) struct VersionDetail<'a> {
    skill: VersionSkill<'a>,
    version: VersionFiles<'a>,
}

impl<'a> VersionDetail<'a> {
    pub(super) fn new(
        skill: &'a Skill,
        entry: &VersionEntry<'a>,
        files: Option<Vec<FileShape<'a>>>,
    ) -> Self {
        Self {
            skill: VersionSkill {
                slug: &skill.key.slug,
                display_name: &skill.name,
            },
            version: VersionFiles {
                item: VersionItem::new(entry),
                license: license(skill),
                declared_license: skill.front_matter.license.as_deref(),
                files,
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VersionSkill<'a> {
    slug: &'a str,
    display_name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VersionFiles<'a> {
    #[serde(flatten)]
    item: VersionItem<'a>,
    license: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    declared_license: Option<&'a str>,
    /// Absent for versions whose files are not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<FileShape<'a>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VersionItem<'a> {
    version: String,
    created_at: i64,
    changelog: &'static str,
    changelog_source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit_url: Option<&'a str>,
}

impl<'a> VersionItem<'a> {
    fn new(entry: &VersionEntry<'a>) -> Self {
        Self {
            version: entry.version.clone(),
            created_at: ms(entry.published_at),
            changelog: "",
            changelog_source: None,
            commit_url: entry.commit_url,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct LatestVersion {
    version: String,
    created_at: i64,
    changelog: &'static str,
    license: Option<&'static str>,
}

impl LatestVersion {
    pub(super) fn new(skill: &Skill, versions: &[VersionEntry]) -> Self {
        Self {
            version: versions[0].version.clone(),
            created_at: ms(versions[0].published_at),
            changelog: "",
            license: license(skill),
        }
    }
}

/// Names of versions; the latest is the only one that a registry of files gives.
#[derive(Serialize)]
pub(in crate::api) struct Tags {
    latest: String,
}

impl Tags {
    pub(super) fn new(versions: &[VersionEntry]) -> Self {
        Self {
            latest: versions[0].version.clone(),
        }
    }
}

/// One version of a skill as the API names it.
pub(in crate::api) struct VersionEntry<'a> {
    pub(in crate::api) version: String,
    pub(in crate::api) published_at: Option<Timestamp>,
    pub(in crate::api) commit_url: Option<&'a str>,
    /// Whether this is the version whose files are here.
    pub(in crate::api) is_current: bool,
}

/// The versions of a skill, the current one first; each name once. Never empty.
///
/// A skill without a version gets one that names its content, `sha256-` and 12 hex digits: the client needs one to
/// install and to see that something changed. It must not look like a semantic version, since the client would then
/// compare two of them as numbers and take half of the changes for older.
pub(in crate::api) fn versions(skill: &Skill) -> Vec<VersionEntry<'_>> {
    let mut versions = vec![VersionEntry {
        version: current_version(skill),
        published_at: match &skill.version {
            Some(version) => version.published_at.or(skill.updated_at),
            None => skill.updated_at,
        },
        commit_url: skill
            .version
            .as_ref()
            .and_then(|version| version.commit_url.as_deref()),
        is_current: true,
    }];
    for version in &skill.history {
        if !versions
            .iter()
            .any(|known| known.version == version.version)
        {
            versions.push(VersionEntry {
                version: version.version.clone(),
                published_at: version.published_at,
                commit_url: version.commit_url.as_deref(),
                is_current: false,
            });
        }
    }
    versions
}

/// The name of the version whose files are here.
pub(in crate::api) fn current_version(skill: &Skill) -> String {
    match &skill.version {
        Some(version) => version.version.clone(),
        None => format!("sha256-{}", &content_hash(&skill.files)[..12]),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct FileShape<'a> {
    path: &'a str,
    size: usize,
    sha256: &'a str,
    content_type: String,
    /// Absent for a file that is in the zip alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl<'a> FileShape<'a> {
    /// The type goes by the file's name; the client only shows it.
    pub(super) fn new(file: &'a SkillFile, url: Option<String>) -> Self {
        let content_type = mime_guess::from_path(&file.path).first_or_octet_stream();
        Self {
            path: &file.path,
            size: file.len_bytes,
            sha256: &file.sha256,
            content_type: content_type.essence_str().to_owned(),
            url,
        }
    }
}

/// The one licence that the client's schema knows, or null.
fn license(skill: &Skill) -> Option<&'static str> {
    (skill.front_matter.license.as_deref() == Some("MIT-0")).then_some("MIT-0")
}
