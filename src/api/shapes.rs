//! The JSON of one skill, in the shapes that the `clawhub` client 0.23.3 checks.
//!
//! What it refuses decides some choices: times are milliseconds as integers (0 when unknown), a list item always has
//! `latestVersion`, `tags` and `stats`, and `license` is `"MIT-0"` or null (the real one is in `declaredLicense`).

mod parts;
mod version;

use serde::Serialize;

pub(super) use parts::{Badges, Counts, Owner, ms};
use parts::{Metadata, Moderation, StatsShape};
pub(super) use version::{FileShape, VersionEntry, VersionList, current_version, versions};
use version::{LatestVersion, Tags, VersionDetail};

use crate::catalog::{Catalog, Skill, SkillFileError, published_files};
use crate::config::{Config, Hosting};
use crate::markdown::readable_start;
use crate::text::decode;
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

    pub(super) fn version(&self, skill: &'a Skill, entry: &VersionEntry<'a>) -> VersionDetail<'a> {
        let files = entry.is_current.then(|| self.files(skill));
        VersionDetail::new(skill, entry, files)
    }

    pub(super) fn files(&self, skill: &'a Skill) -> Vec<FileShape<'a>> {
        let files = skill.files.iter().zip(published_files(skill));
        files
            .map(|(file, page_path)| {
                let url = page_path.map(|page_path| self.config.base_url.absolute(&page_path));
                FileShape::new(file, url)
            })
            .collect()
    }

    pub(super) fn page_url(&self, skill: &Skill) -> String {
        self.config.base_url.absolute(&url::skill(&skill.key))
    }

    /// The badges that pages show, by kind.
    pub(super) fn badges(&self, skill: &'a Skill) -> Badges<'a> {
        Badges::new(self.catalog, skill)
    }
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

/// The text of the main file, as much of it as is read for a page.
fn description(skill: &Skill) -> Result<String, SkillFileError> {
    let bytes = skill.main_file().read()?;
    Ok(readable_start(&decode(&bytes).text).to_owned())
}
