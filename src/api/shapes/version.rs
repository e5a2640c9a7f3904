//! Versions of a skill, and their files.

use serde::Serialize;
use serde_json::{Value, json};

use super::parts::ms;
use crate::api::content_hash::content_hash;
use crate::catalog::{Release, Skill, SkillFile, Timestamp};
use crate::config::Config;
use crate::json::without_null;
use crate::url;
use crate::zip::ZipPlace;

pub(in crate::api) fn version_list(
    skill: &Skill,
    versions: &[VersionEntry],
    next_cursor: Option<String>,
) -> Value {
    json!({ "slug": skill.key.slug, "items": version_items(versions), "nextCursor": next_cursor })
}

pub(in crate::api) fn version_items(versions: &[VersionEntry]) -> Vec<Value> {
    versions.iter().map(item).collect()
}

/// One version; without `files` where they are not kept.
pub(super) fn version_detail(
    skill: &Skill,
    entry: &VersionEntry,
    files: Option<Vec<FileShape>>,
) -> Value {
    let mut version = item(entry);
    version["license"] = json!(license(skill));
    version["declaredLicense"] = json!(skill.license());
    version["files"] = json!(files);
    json!({
        "skill": { "slug": skill.key.slug, "displayName": skill.name },
        "version": without_null(version, &["declaredLicense", "files"]),
    })
}

fn item(entry: &VersionEntry) -> Value {
    let item = json!({
        "version": entry.version,
        "createdAt": ms(entry.published_at),
        "changelog": "",
        "changelogSource": null,
        "commitUrl": entry.commit_url,
        "url": entry.page_url,
    });
    without_null(item, &["commitUrl", "url"])
}

pub(super) fn latest_version(skill: &Skill, versions: &[VersionEntry]) -> Value {
    json!({
        "version": versions[0].version,
        "createdAt": ms(versions[0].published_at),
        "changelog": "",
        "license": license(skill),
    })
}

/// Names of versions; the latest is the only one that a registry of files gives.
pub(super) fn tags(versions: &[VersionEntry]) -> Value {
    json!({ "latest": versions[0].version })
}

/// One version of a skill as the API names it.
pub(in crate::api) struct VersionEntry<'a> {
    pub(in crate::api) version: String,
    pub(in crate::api) published_at: Option<Timestamp>,
    pub(in crate::api) commit_url: Option<&'a str>,
    /// The address of the page of an old version whose files are kept.
    pub(in crate::api) page_url: Option<String>,
    pub(in crate::api) files: VersionFiles<'a>,
}

/// Where the files of a version are.
#[derive(Clone, Copy)]
pub(in crate::api) enum VersionFiles<'a> {
    /// They are those of the skill.
    Current,
    /// They are kept beside those of the skill.
    Kept(&'a [SkillFile]),
    Lost,
}

/// The versions of a skill, the current one first; each name once. Never empty.
///
/// A skill without a version gets one that names its content, `sha256-` and 12 hex digits: the client needs one to
/// install and to see that something changed. It must not look like a semantic version, since the client would then
/// compare two of them as numbers and take half of the changes for older.
pub(in crate::api) fn versions<'s>(config: &Config, skill: &'s Skill) -> Vec<VersionEntry<'s>> {
    let releases = skill.releases();
    let release = |version| {
        releases
            .iter()
            .find(|release| std::ptr::eq(release.version, version))
    };
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
        page_url: None,
        files: VersionFiles::Current,
    }];
    for version in &skill.history {
        if !versions
            .iter()
            .any(|known| known.version == version.version)
        {
            let release: Option<&Release> = release(version);
            versions.push(VersionEntry {
                version: version.version.clone(),
                published_at: version.published_at,
                commit_url: version.commit_url.as_deref(),
                page_url: release.map(|release| {
                    let page = url::release(&skill.key, &release.segment);
                    config.base_url.absolute(&page)
                }),
                files: match release {
                    Some(release) => VersionFiles::Kept(release.files()),
                    None => VersionFiles::Lost,
                },
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
    /// In the record of a skill, for a file that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'static str>,
    /// Absent for a file that has no copy of its own and is in the zip alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// In the record of a skill, for a file without `url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    zip: Option<ZipPlace>,
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
            mode: None,
            url,
            zip: None,
        }
    }

    /// With all that it takes to unpack the file as the zip would.
    pub(super) fn placed(self, file: &SkillFile, place: ZipPlace) -> Self {
        Self {
            mode: file.is_executable.then_some("755"),
            zip: self.url.is_none().then_some(place),
            ..self
        }
    }
}

/// The one licence that the client's schema knows, or null.
fn license(skill: &Skill) -> Option<&'static str> {
    (skill.license() == Some("MIT-0")).then_some("MIT-0")
}
