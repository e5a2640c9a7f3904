//! What the page of a skill shows, but for its body, which is rendered from here when the page is.

use super::body::BodyLinks;
use super::diff::Diff;
use super::head::head;
use crate::catalog::{
    Award, Provenance, RELATED_MAX, Requirements, Skill, SkillFile, Version, short_commit,
};
use crate::render::badge::{Badge, DEPRECATED_KIND};
use crate::render::card::{Card, Icon};
use crate::render::install::Install;
use crate::render::page::Page;
use crate::render::registry::Registry;
use crate::text::number::{compact, counted, file_size};
use crate::url::{self, web};
use crate::zip::WrittenZip;

/// Versions shown before the rest is folded.
const VERSIONS_SHOWN: usize = 8;

/// All that a skill's page is made from.
#[derive(Hash)]
pub(super) struct SkillView<'a> {
    pub(super) page: Page<'a>,
    pub(super) skill: &'a Skill,
    pub(super) icon: &'a Icon,
    pub(super) badges: Vec<(Badge<'a>, &'a Award)>,
    pub(super) owner_link: Option<String>,
    /// Titles and links of those that it is in.
    pub(super) collections: Vec<(&'a str, String)>,
    pub(super) tags: Vec<(&'a str, Option<String>)>,
    pub(super) deprecation: Option<&'a str>,
    pub(super) install: Install,
    pub(super) requirements: Vec<Requirement<'a>>,
    pub(super) counts: Vec<(&'static str, String)>,
    /// Link and what is shown of it.
    pub(super) homepage: Option<(&'a str, String)>,
    pub(super) license: Option<License<'a>>,
    pub(super) source: Option<Source<'a>>,
    pub(super) body_links: BodyLinks,
    pub(super) main_file_link: Option<String>,
    pub(super) files: Vec<FileRow<'a>>,
    pub(super) files_total: String,
    pub(super) versions: Vec<VersionRow<'a>>,
    pub(super) older_versions: Vec<VersionRow<'a>>,
    pub(super) related: Vec<&'a Card<'a>>,
}

/// One kind of requirement.
#[derive(Hash)]
pub(super) struct Requirement<'a> {
    pub(super) label: &'static str,
    /// Each with a word before it, which may be empty.
    pub(super) items: Vec<(&'a str, &'a str)>,
}

/// Under which terms a skill is given.
#[derive(Hash)]
pub(super) struct License<'a> {
    /// What its author wrote, an SPDX name, or the path of a file with a text of its own.
    pub(super) shown: &'a str,
    /// To the licence file in the repository, when that is what is shown.
    pub(super) link: Option<String>,
}

/// The repository that a skill came from.
#[derive(Hash)]
pub(super) struct Source<'a> {
    /// Link and what is shown of it.
    pub(super) repository: Option<(&'a str, String)>,
    pub(super) short_commit: &'a str,
    /// To the skill's folder at the commit.
    pub(super) link: Option<String>,
    /// When it was changed last.
    pub(super) date: Option<String>,
}

#[derive(Hash)]
pub(super) struct FileRow<'a> {
    pub(super) path: &'a str,
    /// To the file's copy, or to the zip.
    pub(super) link: String,
    /// Whether the file has no copy. The script of pages takes it out of the zip.
    pub(super) is_in_zip: bool,
    pub(super) size: String,
    pub(super) sha256: &'a str,
}

#[derive(Hash)]
pub(super) struct VersionRow<'a> {
    pub(super) version: &'a str,
    pub(super) date: Option<String>,
    /// Link, where the commit has one, and short name.
    pub(super) commit: Option<(Option<&'a str>, &'a str)>,
    pub(super) is_latest: bool,
    /// To its own page, where its files are kept.
    pub(super) link: Option<String>,
    /// To what it changed.
    pub(super) diff: Option<String>,
}

impl<'a> SkillView<'a> {
    pub(super) fn new(
        registry: &'a Registry<'a>,
        skill_idx: usize,
        related: &[usize],
        zip: &WrittenZip,
        published: &[Option<String>],
        diffs: &[Diff<'_>],
    ) -> Self {
        let skill = &registry.catalog.skills[skill_idx];
        let card = &registry.cards[skill_idx];
        let badges = registry.catalog.shown_badges(skill).into_iter();
        let mut versions = version_rows(registry, skill, diffs);
        let older_versions = versions.split_off(versions.len().min(VERSIONS_SHOWN));
        let link = |path: &Option<String>| path.as_ref().map(|path| registry.link(path));
        let install = Install::new(registry, skill, zip);
        let files = skill
            .files
            .iter()
            .zip(published)
            .map(|(file, path)| FileRow {
                path: &file.path,
                link: link(path).unwrap_or_else(|| install.zip_link.clone()),
                is_in_zip: path.is_none(),
                size: file_size(file.len_bytes),
                sha256: &file.sha256,
            });
        Self {
            page: head(registry, skill),
            skill,
            icon: &card.icon,
            badges: badges
                .map(|(kind, award)| (Badge::new(&registry.site, kind), award))
                .collect(),
            owner_link: registry.owner_link(&skill.key.owner),
            collections: registry
                .collections_of(&skill.key)
                .iter()
                .map(|collection| {
                    let page = url::collection(&collection.name, 1);
                    (collection.title.as_str(), registry.link(&page))
                })
                .collect(),
            tags: skill
                .tags
                .iter()
                .map(|tag| (tag.as_str(), registry.tag_link(tag)))
                .collect(),
            deprecation: skill
                .badge(DEPRECATED_KIND)
                .map(|award| award.note.as_deref().unwrap_or_default()),
            requirements: requirements(&skill.requirements),
            counts: counts(skill),
            homepage: skill
                .front_matter
                .homepage
                .as_deref()
                .map(|homepage| (homepage, web::shown(homepage))),
            license: license(skill),
            source: skill.provenance.as_ref().map(source),
            body_links: BodyLinks::new(registry, skill, published),
            main_file_link: link(&published[skill.main_file_idx]),
            files: files.collect(),
            install,
            files_total: files_total(&skill.files),
            versions,
            older_versions,
            related: related
                .iter()
                .filter(|other_idx| registry.listed.binary_search(other_idx).is_ok())
                .take(RELATED_MAX)
                .map(|other_idx| &registry.cards[*other_idx])
                .collect(),
        }
    }
}

/// What the front matter says; a licence file speaks where that is silent.
fn license(skill: &Skill) -> Option<License<'_>> {
    if let Some(written) = &skill.front_matter.license {
        let (shown, link) = (written.as_str(), None);
        return Some(License { shown, link });
    }
    let file = skill.license_file.as_ref()?;
    let provenance = skill.provenance.as_ref();
    Some(License {
        shown: file.spdx.as_deref().unwrap_or(&file.path),
        link: provenance.and_then(|provenance| provenance.file_url(&file.path)),
    })
}

fn source(provenance: &Provenance) -> Source<'_> {
    let repository = provenance.repository.as_deref();
    Source {
        repository: repository.map(|repository| (repository, web::shown(repository))),
        short_commit: provenance.short_commit(),
        link: provenance.url(),
        date: provenance.committed_at.map(|at| at.date()),
    }
}

fn requirements(requirements: &Requirements) -> Vec<Requirement<'_>> {
    fn plain<'a>(label: &'static str, items: &'a [String]) -> Requirement<'a> {
        Requirement {
            label,
            items: items.iter().map(|item| ("", item.as_str())).collect(),
        }
    }
    let Requirements {
        os,
        bins,
        any_bins,
        env,
        config,
        primary_env,
        install,
    } = requirements;
    let mut variables = plain("Environment", env);
    if let Some(primary_env) = primary_env
        && !env.contains(primary_env)
    {
        variables.items.insert(0, ("", primary_env));
    }
    let mut all = vec![
        Requirement {
            label: "Systems",
            items: os.iter().map(|os| ("", os_name(os))).collect(),
        },
        plain("Programs", bins),
        plain("One of", any_bins),
        variables,
        plain("Settings", config),
        Requirement {
            label: "Install with",
            items: install
                .iter()
                .map(|(kind, what)| (kind.as_str(), what.as_str()))
                .collect(),
        },
    ];
    all.retain(|requirement| !requirement.items.is_empty());
    all
}

/// The name people use for an operating system.
fn os_name(os: &str) -> &str {
    match os {
        "darwin" | "macos" => "macOS",
        "linux" => "Linux",
        "win32" | "windows" => "Windows",
        other => other,
    }
}

fn counts(skill: &Skill) -> Vec<(&'static str, String)> {
    let Some(stats) = skill.stats else {
        return Vec::new();
    };
    [
        ("Downloads", stats.downloads),
        ("Stars", stats.stars),
        ("Installs", stats.installs),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(label, count)| (label, compact(count)))
    .collect()
}

/// How many files there are, and how much they hold.
pub(super) fn files_total(files: &[SkillFile]) -> String {
    let n_files = counted(files.len(), "file", "files");
    let len_bytes = files.iter().map(|file| file.len_bytes).sum();
    format!("{n_files}, {}", file_size(len_bytes))
}

/// The current version and the older ones, newest first.
fn version_rows<'a>(
    registry: &Registry<'_>,
    skill: &'a Skill,
    diffs: &[Diff<'_>],
) -> Vec<VersionRow<'a>> {
    let releases = skill.releases();
    let link = |diff: &Diff<'_>| registry.link(&diff.path(skill));
    let latest = skill.version.iter().map(|version| VersionRow {
        is_latest: true,
        diff: diffs.iter().find(|diff| diff.is_of_current()).map(link),
        ..row(version)
    });
    let older = skill.history.iter().map(|version| {
        let release = releases
            .iter()
            .find(|release| std::ptr::eq(release.version, version));
        let Some(release) = release else {
            return row(version);
        };
        let diff = diffs.iter().find(|diff| diff.is_of(&release.segment));
        VersionRow {
            link: Some(registry.link(&url::release(&skill.key, &release.segment))),
            diff: diff.map(link),
            ..row(version)
        }
    });
    latest.chain(older).collect()
}

fn row(version: &Version) -> VersionRow<'_> {
    VersionRow {
        version: &version.version,
        date: version.published_at.map(|at| at.date()),
        commit: commit(version),
        is_latest: false,
        link: None,
        diff: None,
    }
}

/// Link, where the commit of a version has one, and short name.
pub(super) fn commit(version: &Version) -> Option<(Option<&str>, &str)> {
    let Some(link) = version.commit_url.as_deref() else {
        let commit = version.commit.as_deref()?;
        return Some((None, short_commit(commit)));
    };
    let last = link.rsplit('/').next().unwrap_or_default();
    let is_hash = last.len() >= 7 && last.bytes().all(|b| b.is_ascii_hexdigit());
    let name = if is_hash { &last[..7] } else { "commit" };
    Some((Some(link), name))
}
