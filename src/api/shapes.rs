//! The JSON of one skill, in the shapes that the `clawhub` client 0.23.3 checks.
//!
//! What it refuses decides some choices: times are milliseconds as integers (0 when unknown), a list item always has
//! `latestVersion`, `tags` and `stats`, and `license` is `"MIT-0"` or null (the real one is in `declaredLicense`).

use std::collections::BTreeMap;

use serde::Serialize;

use super::fingerprint::fingerprint;
use crate::catalog::published_files;
use crate::catalog::{Award, Catalog, Skill, SkillFile, SkillFileError, Stats, Timestamp};
use crate::config::{Config, Hosting};
use crate::markdown::readable_start;
use crate::url;

/// Makes the shapes of one site.
#[derive(Clone, Copy)]
pub(super) struct Shaper<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) config: &'a Config,
    has_downloads: bool,
}

impl<'a> Shaper<'a> {
    /// For files. Without a function beside them nothing answers a download, and the client must look elsewhere.
    pub(super) fn of_files(catalog: &'a Catalog, config: &'a Config) -> Self {
        Self {
            catalog,
            config,
            has_downloads: config.install.hosting == Hosting::Edge,
        }
    }

    /// For a server, which answers downloads itself.
    pub(super) fn of_server(catalog: &'a Catalog, config: &'a Config) -> Self {
        Self {
            catalog,
            config,
            has_downloads: true,
        }
    }

    /// Whether the site answers a download. If not, a detail has no `latestVersion`, which makes the client ask
    /// `/install` for the place of the files; the version is in `tags` all the same.
    pub(super) fn has_downloads(&self) -> bool {
        self.has_downloads
    }

    /// An item of a list. `counts` says whether downloads, stars and installs are in it.
    pub(super) fn item(&self, skill: &'a Skill, counts: Counts) -> Item<'a> {
        let versions = versions(skill);
        Item {
            slug: &skill.key.slug,
            owner_handle: &skill.key.owner,
            display_name: &skill.name,
            summary: &skill.description,
            topics: &skill.tags,
            tags: Tags::new(&versions),
            stats: StatsShape::new(skill, versions.len(), counts),
            created_at: ms(skill.created_at),
            updated_at: ms(skill.updated_at),
            latest_version: LatestVersion::new(skill, &versions),
            metadata: Metadata::new(skill),
            badges: self.badges(skill),
            url: self.page_url(skill),
        }
    }

    /// # Errors
    /// When the main file is not what it was.
    pub(super) fn detail(&self, skill: &'a Skill) -> Result<Detail<'a>, SkillFileError> {
        let versions = versions(skill);
        Ok(Detail {
            skill: Some(DetailSkill {
                slug: &skill.key.slug,
                display_name: &skill.name,
                summary: &skill.description,
                description: description(skill)?,
                topics: &skill.tags,
                tags: Tags::new(&versions),
                stats: StatsShape::new(skill, versions.len(), Counts::Shown),
                created_at: ms(skill.created_at),
                updated_at: ms(skill.updated_at),
                icon: skill.front_matter.emoji.as_deref(),
                badges: self.badges(skill),
                url: self.page_url(skill),
            }),
            latest_version: self
                .has_downloads
                .then(|| LatestVersion::new(skill, &versions)),
            metadata: Metadata::new(skill),
            owner: Some(Owner::new(skill)),
            moderation: Moderation::new(skill),
            ambiguous: Vec::new(),
        })
    }

    /// What stands for a slug that several owners use: no skill, and the choice.
    pub(super) fn ambiguous(&self, skills: &[&'a Skill]) -> Detail<'a> {
        Detail {
            skill: None,
            latest_version: None,
            metadata: None,
            owner: None,
            moderation: None,
            ambiguous: skills
                .iter()
                .map(|skill| Choice {
                    owner_handle: &skill.key.owner,
                    slug: &skill.key.slug,
                    display_name: &skill.name,
                    url: self.page_url(skill),
                })
                .collect(),
        }
    }

    pub(super) fn version_list(skill: &'a Skill, versions: &[VersionEntry<'a>]) -> VersionList<'a> {
        VersionList {
            slug: &skill.key.slug,
            items: versions.iter().map(VersionItem::new).collect(),
            next_cursor: None,
        }
    }

    pub(super) fn version(&self, skill: &'a Skill, entry: &VersionEntry<'a>) -> VersionDetail<'a> {
        VersionDetail {
            skill: VersionSkill {
                slug: &skill.key.slug,
                display_name: &skill.name,
            },
            version: VersionFiles {
                item: VersionItem::new(entry),
                license: license(skill),
                declared_license: skill.front_matter.license.as_deref(),
                files: entry.is_current.then(|| self.files(skill)),
            },
        }
    }

    pub(super) fn files(&self, skill: &'a Skill) -> Vec<FileShape<'a>> {
        skill
            .files
            .iter()
            .zip(published_files(skill))
            .map(|(file, page_path)| FileShape {
                path: &file.path,
                size: file.len_bytes,
                sha256: &file.sha256,
                content_type: content_type(file),
                url: page_path.map(|page_path| self.config.base_url.absolute(&page_path)),
            })
            .collect()
    }

    pub(super) fn page_url(&self, skill: &Skill) -> String {
        self.config.base_url.absolute(&url::skill(&skill.key))
    }

    /// The badges that pages show, by kind.
    pub(super) fn badges(&self, skill: &'a Skill) -> Badges<'a> {
        Badges(
            skill
                .badges
                .iter()
                .filter(|award| {
                    self.catalog
                        .badge_kind(&award.kind)
                        .is_some_and(|kind| kind.is_shown)
                })
                .map(|award| (award.kind.as_str(), AwardShape::new(award)))
                .collect(),
        )
    }
}

/// Whether counts that change every day are in a shape; files that many skills share go without.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    Shown,
    Hidden,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item<'a> {
    slug: &'a str,
    owner_handle: &'a str,
    display_name: &'a str,
    summary: &'a str,
    topics: &'a [String],
    tags: Tags,
    stats: StatsShape,
    created_at: i64,
    updated_at: i64,
    latest_version: LatestVersion,
    metadata: Option<Metadata<'a>>,
    #[serde(skip_serializing_if = "Badges::is_empty")]
    badges: Badges<'a>,
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detail<'a> {
    skill: Option<DetailSkill<'a>>,
    latest_version: Option<LatestVersion>,
    metadata: Option<Metadata<'a>>,
    owner: Option<Owner<'a>>,
    moderation: Option<Moderation<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ambiguous: Vec<Choice<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DetailSkill<'a> {
    slug: &'a str,
    display_name: &'a str,
    summary: &'a str,
    /// The whole `SKILL.md`.
    description: String,
    topics: &'a [String],
    tags: Tags,
    stats: StatsShape,
    created_at: i64,
    updated_at: i64,
    icon: Option<&'a str>,
    #[serde(skip_serializing_if = "Badges::is_empty")]
    badges: Badges<'a>,
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Choice<'a> {
    owner_handle: &'a str,
    slug: &'a str,
    display_name: &'a str,
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VersionList<'a> {
    slug: &'a str,
    items: Vec<VersionItem<'a>>,
    next_cursor: Option<String>,
}

impl VersionList<'_> {
    pub(super) fn with_next(mut self, cursor: Option<String>) -> Self {
        self.next_cursor = cursor;
        self
    }
}

#[derive(Serialize)]
pub(super) struct VersionDetail<'a> {
    skill: VersionSkill<'a>,
    version: VersionFiles<'a>,
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
pub(super) struct FileShape<'a> {
    path: &'a str,
    size: usize,
    sha256: &'a str,
    content_type: String,
    /// Absent for a file that is in the zip alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LatestVersion {
    version: String,
    created_at: i64,
    changelog: &'static str,
    license: Option<&'static str>,
}

impl LatestVersion {
    fn new(skill: &Skill, versions: &[VersionEntry]) -> Self {
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
struct Tags {
    latest: String,
}

impl Tags {
    fn new(versions: &[VersionEntry]) -> Self {
        Self {
            latest: versions[0].version.clone(),
        }
    }
}

#[derive(Serialize)]
struct StatsShape {
    #[serde(skip_serializing_if = "Option::is_none", flatten)]
    counts: Option<CountsShape>,
    versions: usize,
}

impl StatsShape {
    fn new(skill: &Skill, n_versions: usize, counts: Counts) -> Self {
        Self {
            counts: skill
                .stats
                .filter(|_| counts == Counts::Shown)
                .map(CountsShape::from),
            versions: n_versions,
        }
    }
}

#[derive(Serialize)]
pub(super) struct CountsShape {
    downloads: u64,
    stars: u64,
    installs: u64,
}

impl From<Stats> for CountsShape {
    fn from(stats: Stats) -> Self {
        Self {
            downloads: stats.downloads,
            stars: stats.stars,
            installs: stats.installs,
        }
    }
}

#[derive(Serialize)]
struct Metadata<'a> {
    setup: Vec<Setup<'a>>,
    os: Option<&'a [String]>,
    systems: Option<&'a [String]>,
}

#[derive(Serialize)]
struct Setup<'a> {
    key: &'a str,
    required: bool,
}

impl<'a> Metadata<'a> {
    fn new(skill: &'a Skill) -> Option<Self> {
        let requirements = &skill.requirements;
        let keys = requirements.env.iter().chain(&requirements.config);
        let setup: Vec<Setup> = keys
            .map(|key| Setup {
                key,
                required: true,
            })
            .collect();
        let os = (!requirements.os.is_empty()).then_some(&requirements.os[..]);
        (!setup.is_empty() || os.is_some()).then_some(Self {
            setup,
            os,
            systems: None,
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Owner<'a> {
    handle: &'a str,
    display_name: &'a str,
    image: Option<&'static str>,
}

impl<'a> Owner<'a> {
    pub(super) fn new(skill: &'a Skill) -> Self {
        Self {
            handle: &skill.key.owner,
            display_name: &skill.key.owner,
            image: None,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Moderation<'a> {
    is_suspicious: bool,
    is_malware_blocked: bool,
    verdict: &'static str,
    reason_codes: [&'static str; 0],
    updated_at: Option<i64>,
    engine_version: Option<&'static str>,
    summary: Option<&'a str>,
}

impl<'a> Moderation<'a> {
    fn new(skill: &'a Skill) -> Option<Self> {
        skill.is_suspicious.then_some(Self {
            is_suspicious: true,
            is_malware_blocked: false,
            verdict: "suspicious",
            reason_codes: [],
            updated_at: None,
            engine_version: None,
            summary: skill.moderation_note.as_deref(),
        })
    }
}

/// Awards by kind. A skill without badges has no such field at all.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Badges<'a>(BTreeMap<&'a str, AwardShape<'a>>);

impl Badges<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[derive(Serialize)]
struct AwardShape<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
}

impl<'a> AwardShape<'a> {
    fn new(award: &'a Award) -> Self {
        Self {
            by: award.by.as_deref(),
            at: award.at.map(Timestamp::ms),
        }
    }
}

/// One version of a skill as the API names it.
pub(super) struct VersionEntry<'a> {
    pub(super) version: String,
    pub(super) published_at: Option<Timestamp>,
    pub(super) commit_url: Option<&'a str>,
    /// Whether this is the version whose files are here.
    pub(super) is_current: bool,
}

/// The versions of a skill, the current one first; each name once. Never empty.
///
/// A skill without a version gets one that names its content, `sha256-` and 12 hex digits: the client needs one to
/// install and to see that something changed. It must not look like a semantic version, since the client would then
/// compare two of them as numbers and take half of the changes for older.
pub(super) fn versions(skill: &Skill) -> Vec<VersionEntry<'_>> {
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
pub(super) fn current_version(skill: &Skill) -> String {
    match &skill.version {
        Some(version) => version.version.clone(),
        None => format!("sha256-{}", &fingerprint(&skill.files)[..12]),
    }
}

/// The text of the main file, as much of it as is read for a page.
fn description(skill: &Skill) -> Result<String, SkillFileError> {
    let bytes = skill.main_file().read()?;
    Ok(readable_start(&String::from_utf8_lossy(&bytes)).to_owned())
}

/// The type of a file by its name; the client only shows it.
fn content_type(file: &SkillFile) -> String {
    mime_guess::from_path(&file.path)
        .first_or_octet_stream()
        .essence_str()
        .to_owned()
}

/// Milliseconds, 0 when unknown.
pub(super) fn ms(timestamp: Option<Timestamp>) -> i64 {
    timestamp.map_or(0, Timestamp::ms)
}

/// The one licence that the client's schema knows, or null.
fn license(skill: &Skill) -> Option<&'static str> {
    (skill.front_matter.license.as_deref() == Some("MIT-0")).then_some("MIT-0")
}
