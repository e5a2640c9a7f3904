//! The page of one skill, its files and its zip.

use std::io;

use askama::Template;

use super::body::{self, Body};
use super::card::{Badge, Card, Icon, badges_of};
use super::install::Install;
use super::markup::Markup;
use super::page::{Page, Section, write_page};
use super::site::{DEPRECATED_KIND, Site};
use crate::catalog::{RELATED_MAX, published_files};
use crate::catalog::{Requirements, Skill, Version};
use crate::fingerprint::fingerprint;
use crate::sink::{Sink, write_unit};
use crate::text::number::{compact, counted, file_size};
use crate::text::shorten;
use crate::url;
use crate::url::web;
use crate::zip::{SkillZip, ZipDigest};

/// Longest description in a page's head, in characters.
const META_DESCRIPTION_MAX_CHARS: usize = 200;

/// Versions shown before the rest is folded.
const VERSIONS_SHOWN: usize = 8;

/// Writes the page, the files and the zip of one skill; returns the digest of the zip.
pub(super) fn write(
    site: &Site<'_>,
    skill_idx: usize,
    related: &[usize],
    sink: &dyn Sink,
) -> io::Result<ZipDigest> {
    let name = format!("skill {}", site.catalog.skills[skill_idx].key);
    let inputs = || inputs(site, skill_idx, related);
    write_unit(sink, &name, inputs, |sink| {
        write_all(site, skill_idx, related, sink)
    })
}

/// What [`write`] may take: once the zip and a file, then the body while it is rendered.
pub(super) fn memory_to_write(skill: &Skill) -> usize {
    let len_bytes = || skill.files.iter().map(|file| file.len_bytes);
    let files = len_bytes().sum::<usize>() + len_bytes().max().unwrap_or(0);
    files.max(body::memory_to_render(skill))
}

/// What the page is made from, beside the settings.
fn inputs(site: &Site<'_>, skill_idx: usize, related: &[usize]) -> u64 {
    let skill = &site.catalog.skills[skill_idx];
    let tag_links = skill.tags.iter().map(|tag| site.tag_link(tag).is_some());
    fingerprint(&(
        site.inputs_of(&[skill_idx]),
        site.inputs_of(related),
        site.owner_link(&skill.key.owner).is_some(),
        tag_links.collect::<Vec<_>>(),
        site.has_unique_slug(&skill.key),
        body::outer_links(site, skill),
    ))
}

fn write_all(
    site: &Site<'_>,
    skill_idx: usize,
    related: &[usize],
    sink: &dyn Sink,
) -> io::Result<ZipDigest> {
    let skill = &site.catalog.skills[skill_idx];
    let published = published_files(skill);
    let digest = write_files(skill, &published, sink)?;
    let path = url::skill(&skill.key);
    let body = body::render(site, skill, &published)?;
    let template = SkillPage::new(site, skill_idx, related, body, &digest, &published);
    write_page(sink, &path, &template)?;
    Ok(digest)
}

/// Writes the zip and, from the same read of each file, its copies; one file is held at a time.
fn write_files(
    skill: &Skill,
    published: &[Option<String>],
    sink: &dyn Sink,
) -> io::Result<ZipDigest> {
    let mut zip = SkillZip::new(skill);
    for (file, path) in skill.files.iter().zip(published) {
        let bytes = file.read()?;
        zip.add(file, &bytes)?;
        if let Some(path) = path {
            sink.write(&url::output_path(path), &bytes)?;
        }
    }
    let zip = zip.finish()?;
    sink.write(&url::output_path(&url::zip(&skill.key)), &zip)?;
    Ok(ZipDigest::of(&zip))
}

#[derive(Template)]
#[template(path = "skill.html")]
struct SkillPage<'a> {
    page: Page<'a>,
    skill: &'a Skill,
    icon: &'a Icon,
    badges: Vec<AwardedBadge<'a>>,
    owner_link: Option<String>,
    tags: Vec<(&'a str, Option<String>)>,
    deprecation: Option<&'a str>,
    install: Install,
    requirements: Vec<Requirement<'a>>,
    counts: Vec<(&'static str, String)>,
    /// Link and what is shown of it.
    homepage: Option<(&'a str, String)>,
    body: Body,
    main_file_link: Option<String>,
    files: Vec<FileRow<'a>>,
    files_total: String,
    versions: Vec<VersionRow<'a>>,
    older_versions: Vec<VersionRow<'a>>,
    related: Vec<&'a Card<'a>>,
}

/// A badge with what is known of its award.
struct AwardedBadge<'a> {
    badge: Badge<'a>,
    by: Option<&'a str>,
    at: Option<String>,
    note: Option<&'a str>,
}

/// One kind of requirement.
struct Requirement<'a> {
    label: &'static str,
    /// Each with a word before it, which may be empty.
    items: Vec<(&'a str, &'a str)>,
}

struct FileRow<'a> {
    path: &'a str,
    link: Option<String>,
    size: String,
    sha256: &'a str,
}

struct VersionRow<'a> {
    version: &'a str,
    date: Option<String>,
    /// Link and short name.
    commit: Option<(&'a str, &'a str)>,
    is_latest: bool,
}

impl<'a> SkillPage<'a> {
    fn new(
        site: &'a Site<'a>,
        skill_idx: usize,
        related: &[usize],
        body: Body,
        zip: &ZipDigest,
        published: &[Option<String>],
    ) -> Self {
        let skill = &site.catalog.skills[skill_idx];
        let card = &site.cards[skill_idx];
        let mut versions = version_rows(skill);
        let older_versions = versions.split_off(versions.len().min(VERSIONS_SHOWN));
        let link = |path: &Option<String>| path.as_ref().map(|path| site.link(path));
        Self {
            page: head(site, skill),
            skill,
            icon: &card.icon,
            badges: awarded_badges(site, skill),
            owner_link: site.owner_link(&skill.key.owner),
            tags: skill
                .tags
                .iter()
                .map(|tag| (tag.as_str(), site.tag_link(tag)))
                .collect(),
            deprecation: skill
                .badge(DEPRECATED_KIND)
                .map(|award| award.note.as_deref().unwrap_or_default()),
            install: Install::new(site, skill, zip),
            requirements: requirements(&skill.requirements),
            counts: counts(skill),
            homepage: skill
                .front_matter
                .homepage
                .as_deref()
                .map(|homepage| (homepage, web::shown(homepage))),
            body,
            main_file_link: link(&published[skill.main_file_idx]),
            files: skill
                .files
                .iter()
                .zip(published)
                .map(|(file, path)| FileRow {
                    path: &file.path,
                    link: link(path),
                    size: file_size(file.len_bytes),
                    sha256: &file.sha256,
                })
                .collect(),
            files_total: format!(
                "{}, {}",
                counted(skill.files.len(), "file", "files"),
                file_size(skill.files.iter().map(|file| file.len_bytes).sum())
            ),
            versions,
            older_versions,
            related: related
                .iter()
                .filter(|other_idx| site.listed.binary_search(other_idx).is_ok())
                .take(RELATED_MAX)
                .map(|other_idx| &site.cards[*other_idx])
                .collect(),
        }
    }
}

fn head<'a>(site: &'a Site<'a>, skill: &'a Skill) -> Page<'a> {
    let path = url::skill(&skill.key);
    let description = if skill.description.is_empty() {
        format!("An agent skill by @{}.", skill.key.owner).into()
    } else {
        shorten(&skill.description, META_DESCRIPTION_MAX_CHARS)
    };
    let title = format!("{} by @{}", skill.name, skill.key.owner);
    let mut page = Page::new(site, path, title, description).section(Section::Skills);
    page.is_indexed = !skill.is_suspicious;
    page.feed = site.owners.contains_key(skill.key.owner.as_str()).then(|| {
        (
            url::owner_feed(&skill.key.owner),
            format!("Skills by @{}", skill.key.owner),
        )
    });
    page.json_ld = Some(json_ld(site, skill));
    page
}

/// The skill as structured data; what is not known is left out.
fn json_ld(site: &Site<'_>, skill: &Skill) -> Markup {
    let mut data = serde_json::json!({
        "@context": "https://schema.org",
        "@type": "SoftwareSourceCode",
        "name": skill.name,
        "identifier": skill.key.to_string(),
        "url": site.absolute(&url::skill(&skill.key)),
        "author": { "@type": "Person", "name": skill.key.owner },
        "archivedAt": site.absolute(&url::zip(&skill.key)),
    });
    let optional = [
        (
            "description",
            Some(&skill.description)
                .filter(|text| !text.is_empty())
                .cloned(),
        ),
        (
            "version",
            skill
                .version
                .as_ref()
                .map(|version| version.version.clone()),
        ),
        (
            "license",
            skill
                .front_matter
                .license
                .as_deref()
                .and_then(license_or_link),
        ),
        ("datePublished", skill.created_at.map(|at| at.rfc3339())),
        ("dateModified", skill.updated_at.map(|at| at.rfc3339())),
        (
            "keywords",
            Some(skill.tags.join(", ")).filter(|tags| !tags.is_empty()),
        ),
    ];
    for (key, value) in optional {
        if let Some(value) = value {
            data[key] = value.into();
        }
    }
    Markup::json(&data)
}

/// A licence for programs, which may follow it as a link: an `https:` URL, or words that are no URL and no path.
fn license_or_link(license: &str) -> Option<String> {
    let is_words = !license.contains([':', '\\']) && !license.contains("//");
    web::link(license, &["https"]).or_else(|| is_words.then(|| license.to_owned()))
}

fn awarded_badges<'a>(site: &Site<'a>, skill: &'a Skill) -> Vec<AwardedBadge<'a>> {
    badges_of(skill, site.catalog, site.config)
        .into_iter()
        .map(|(award, badge)| AwardedBadge {
            badge,
            by: award.by.as_deref(),
            at: award.at.map(|at| at.date()),
            note: award.note.as_deref(),
        })
        .collect()
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

/// The current version and the older ones, newest first.
fn version_rows(skill: &Skill) -> Vec<VersionRow<'_>> {
    let latest = skill.version.iter().map(|version| (version, true));
    let older = skill.history.iter().map(|version| (version, false));
    latest
        .chain(older)
        .map(|(version, is_latest)| VersionRow {
            version: &version.version,
            date: version.published_at.map(|at| at.date()),
            commit: commit(version),
            is_latest,
        })
        .collect()
}

fn commit(version: &Version) -> Option<(&str, &str)> {
    let link = version.commit_url.as_deref()?;
    let last = link.rsplit('/').next().unwrap_or_default();
    let is_hash = last.len() >= 7 && last.bytes().all(|b| b.is_ascii_hexdigit());
    Some((link, if is_hash { &last[..7] } else { "commit" }))
}
