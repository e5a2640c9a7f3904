//! The API as files, for hosts that answer nothing else.
//!
//! ```text
//! .well-known/clawhub.json                       where the API is
//! api/openapi.json                               its description
//! api/v1/skills/index.html                       the newest 25
//! api/v1/lists/newest/<n>.json                   all others, the highest n first
//! api/v1/skills/<slug>/index.html                a skill
//! api/v1/skills/<slug>/versions/index.html       its versions (full)
//! api/v1/skills/<slug>/versions/<v>              a version and its files (full)
//! api/v1/skills/<slug>/install                   where to get it, when nothing answers downloads (full, or a repository)
//! api/v1/catalog/manifest.json                   the catalog in shards
//! api/v1/badges.json, api/v1/stats.json          badges and counts of all skills
//! api/v1/collections.json                        the collections, if there are any
//! api/v1/collections/<name>.json                 one of them
//! <owner>/skills/<slug>/skill.json               a skill by its whole identity
//! <owner>/skills/<slug>/versions/<v>/skill.json  an old version of it whose files are kept
//! <owner>/skills/<slug>/.well-known/agent-skills/index.json
//!                                                this and the first under names of before, too; see `discovery` for
//!                                                those of versions
//! <owner>/skills/<slug>/.well-known/skills/index.json
//!                                                the same for clients that fetch files one by one (file_indexes)
//! collections/<name>/.well-known/agent-skills/index.json, …/skills/index.json
//!                                                what clients install of a collection
//! ```
//!
//! What is marked `full` or `file_indexes` is written with that setting of `[api]`: the `clawhub` client lists and shows
//! skills by one document of each, a record has the files of the current version, and the others would be a quarter of all
//! files of a site.
//! Where a public repository has the files, the client asks for the place in it, so that document is always there.
//!
//! An address that is both a document and a folder is an `index.html` that holds JSON.

use std::collections::{BTreeMap, HashSet};
use std::io;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use super::directory::Directory;
use super::file_index::FileIndex;
use super::shapes::{Counts, FileShape, Shaper, ms, version_items, version_list, versions};
use super::{collections, discovery, feed, install, list};
use crate::catalog::{BadgeKind, Catalog, Release, Skill, Stats};
use crate::config::{Config, HostingMode};
use crate::json::{without_null, write_json};
use crate::key::{SkillKey, is_identity_part};
use crate::memory::MemoryBudget;
use crate::sink::Sink;
use crate::text::is_device_name;
use crate::url;
use crate::zip::{SiteZips, SkillZips, WrittenZip};

/// Writes the API as files. `zips` are the published ones.
///
/// # Errors
/// What the sink says; a main file that is not what it was.
pub fn write_api(
    catalog: &Catalog,
    config: &Config,
    zips: &SiteZips,
    sink: &dyn Sink,
) -> io::Result<()> {
    debug_assert_eq!(zips.skills.len(), catalog.skills.len());
    debug_assert_eq!(zips.collections.len(), catalog.collections.len());
    let shaper = Shaper {
        catalog,
        config,
        // Without a function beside them nothing answers a download, and the client must look elsewhere.
        has_downloads: config.hosting.mode == HostingMode::Edge,
    };
    write_fixed(&shaper, sink)?;
    write_lists(&shaper, sink)?;
    write_slugs(&shaper, sink)?;
    write_records(&shaper, &zips.skills, sink)?;
    write_releases(&shaper, &zips.skills, sink)?;
    collections::write(&shaper, zips, sink)?;
    feed::write(&shaper, &zips.skills, sink)
}

fn write_fixed(shaper: &Shaper, sink: &dyn Sink) -> io::Result<()> {
    let base_url = shaper.config.base_url.to_string();
    let well_known = json!({ "apiBase": base_url.trim_end_matches('/') });
    write_json(sink, url::api::CLAWHUB, &well_known)?;
    let mut description: Value = serde_json::from_str(OPENAPI)?;
    if shaper.catalog.collections.is_empty() {
        collections::leave_out(&mut description);
    }
    write_json(sink, url::api::OPENAPI, &description)?;
    write_json(sink, url::api::BADGES, &badge_list(shaper.catalog))?;
    match stats_list(shaper.catalog) {
        Some(stats) => write_json(sink, url::api::STATS, &stats),
        None => Ok(()),
    }
}

/// The description of the API; its server is relative to its own address.
const OPENAPI: &str = include_str!("../../assets/openapi.json");

fn write_lists(shaper: &Shaper, sink: &dyn Sink) -> io::Result<()> {
    let pages = list::newest_pages(shaper.catalog);
    pages.par_iter().try_for_each(|(number, skills, next)| {
        let next = next.map(|next| url::api::newest(Some(next)));
        // A file would answer every cursor with itself. What follows is at `next`.
        let page = json!({
            "items": list::items(shaper, skills, Counts::Hidden),
            "nextCursor": null,
            "next": next.map(|next| shaper.config.base_url.absolute(&next)),
        });
        write_json(sink, &url::api::newest(*number), &page)
    })
}

/// Writes what is addressed by slug: one skill, or the choice between the owners of it.
fn write_slugs(shaper: &Shaper, sink: &dyn Sink) -> io::Result<()> {
    let directory = Directory::new(shaper.catalog);
    let memory = MemoryBudget::default();
    let slugs = directory.slugs();
    slugs
        .par_iter()
        .try_for_each(|slug| match directory.find(slug, None)[..] {
            [] => Ok(()),
            [skill_idx] => {
                let skill = &shaper.catalog.skills[skill_idx];
                // The client keeps the letter case of a slug; a former name is in lower case.
                let slug = match skill.key.slug.eq_ignore_ascii_case(slug) {
                    true => &skill.key.slug,
                    false => *slug,
                };
                // The text of the main file is in the record, and may grow when it is escaped.
                let _reserved = memory.reserve(4 * skill.main_file().len_bytes);
                write_slug(shaper, slug, skill, sink)
            }
            ref skills => {
                let skills: Vec<&Skill> = skills
                    .iter()
                    .map(|skill_idx| &shaper.catalog.skills[*skill_idx])
                    .collect();
                write_choice(shaper, slug, &skills, sink)
            }
        })
}

fn write_slug(shaper: &Shaper, slug: &str, skill: &Skill, sink: &dyn Sink) -> io::Result<()> {
    write_json(sink, &url::api::skill(slug), &shaper.detail(skill)?)?;
    if shaper.config.api.full {
        write_versions(shaper, slug, skill, sink)?;
    }
    if has_install(shaper) {
        let install = install::of_skill(shaper, skill);
        write_json(sink, &url::api::install(slug), &install)?;
    }
    Ok(())
}

fn write_versions(shaper: &Shaper, slug: &str, skill: &Skill, sink: &dyn Sink) -> io::Result<()> {
    let versions = versions(shaper.config, skill);
    let list = version_list(skill, &versions, None);
    write_json(sink, &url::api::versions(slug), &list)?;
    let mut written = HashSet::new();
    for entry in &versions {
        if is_segment(&entry.version) && written.insert(entry.version.to_ascii_lowercase()) {
            let path = url::api::version(slug, &entry.version);
            write_json(sink, &path, &shaper.version(skill, entry))?;
        }
    }
    Ok(())
}

fn write_choice(shaper: &Shaper, slug: &str, skills: &[&Skill], sink: &dyn Sink) -> io::Result<()> {
    write_json(sink, &url::api::skill(slug), &shaper.ambiguous(skills))?;
    if !has_install(shaper) {
        return Ok(());
    }
    let install = install::of_choice(shaper, slug, skills);
    write_json(sink, &url::api::install(slug), &install)
}

/// Whether documents say where to get a skill. They are of no use where something answers a download, and without a
/// repository they only say what a skill's page says.
fn has_install(shaper: &Shaper) -> bool {
    let config = shaper.config;
    let is_github = config.hosting.mode == HostingMode::Github;
    !shaper.has_downloads && (is_github || config.api.full)
}

/// Whether a version, which strangers name, can be the name of a file everywhere, beside the list of all versions.
fn is_segment(version: &str) -> bool {
    is_identity_part(&version.replace('+', "-")) && !is_device_name(version)
}

/// Writes what is addressed by owner and slug; the same under the names that skills had before, for hosts that redirect
/// nothing: what somebody wrote down installs the skill all the same.
fn write_records(shaper: &Shaper, zips: &[SkillZips], sink: &dyn Sink) -> io::Result<()> {
    let catalog = shaper.catalog;
    let current = catalog.skills.iter().map(|skill| &skill.key).zip(0..);
    let aliases = catalog.aliases.iter();
    let former = aliases.filter_map(|(old, new)| Some((old, catalog.skill_idx(new)?)));
    let records: Vec<(&SkillKey, usize)> = current.chain(former).collect();
    records.par_iter().try_for_each(|(key, skill_idx)| {
        let skill = &catalog.skills[*skill_idx];
        write_record(shaper, skill, key, &zips[*skill_idx].current, sink)
    })
}

/// Writes the files of one skill below the page of `key`, which is the skill's or one that it had before.
fn write_record(
    shaper: &Shaper,
    skill: &Skill,
    key: &SkillKey,
    zip: &WrittenZip,
    sink: &dyn Sink,
) -> io::Result<()> {
    let record = Record {
        entry: feed::CatalogEntry::new(shaper, skill, zip, shaper.placed_files(skill, zip)),
        versions: version_items(&versions(shaper.config, skill)),
        is_suspicious: skill.is_suspicious,
        stats: skill.stats,
    };
    write_json(sink, &url::api::record(key), &record)?;
    if key == &skill.key
        && let Some(index) = FileIndex::of_skill(shaper, skill, &zip.sha256)
    {
        write_json(sink, &url::api::copies_index(&url::skill(key)), &index)?;
    }
    match discovery::index(shaper.config, skill, key, &zip.sha256) {
        None => Ok(()),
        Some(index) => write_json(sink, &url::api::discovery(key), &index),
    }
}

/// Writes the records of old versions, each beside its zip as that of the skill is.
fn write_releases(shaper: &Shaper, zips: &[SkillZips], sink: &dyn Sink) -> io::Result<()> {
    let skills = shaper.catalog.skills.par_iter().zip(zips);
    skills.try_for_each(|(skill, zips)| {
        let releases = skill.releases().into_iter().zip(&zips.releases);
        for (release, zip) in releases {
            let record = ReleaseRecord::new(shaper, skill, &release, zip);
            let path = url::api::release_record(&skill.key, &release.segment);
            write_json(sink, &path, &record)?;
        }
        write_pinned(skill, zips, sink)
    })
}

/// Writes the indexes by which a version is installed.
fn write_pinned(skill: &Skill, zips: &SkillZips, sink: &dyn Sink) -> io::Result<()> {
    let pinned = discovery::pinned(skill, zips);
    for version in &pinned {
        for path in version.paths() {
            write_json(sink, &path, &version.index(&path))?;
        }
    }
    match discovery::versions(&pinned) {
        None => Ok(()),
        Some(versions) => write_json(sink, &url::api::discovery_versions(&skill.key), &versions),
    }
}

/// What readers of files need of an old version, in the words of a skill's record.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReleaseRecord<'a> {
    owner: &'a str,
    slug: &'a str,
    name: &'a str,
    version: &'a str,
    created_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    url: String,
    zip: feed::ZipRef<'a>,
    files: Vec<FileShape<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_suspicious: bool,
}

impl<'a> ReleaseRecord<'a> {
    fn new(shaper: &Shaper, skill: &'a Skill, release: &Release<'a>, zip: &'a WrittenZip) -> Self {
        let (key, version) = (&skill.key, release.version);
        let page = url::release(key, &release.segment);
        let zip_path = url::release_zip(key, &release.segment);
        Self {
            owner: &key.owner,
            slug: &key.slug,
            name: &skill.name,
            version: &version.version,
            created_at: ms(version.published_at),
            commit_url: version.commit_url.as_deref(),
            commit: version.commit.as_deref(),
            url: shaper.config.base_url.absolute(&page),
            zip: feed::ZipRef::new(shaper, &zip_path, zip),
            files: shaper.kept_files(release.files(), zip),
            is_suspicious: skill.is_suspicious,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(flatten)]
    entry: feed::CatalogEntry<'a>,
    /// The current one first. What answers in place of files makes its lists from them.
    versions: Vec<Value>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_suspicious: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stats: Option<Stats>,
}

/// The kinds of badges that pages show, each with the skills that have it.
fn badge_list(catalog: &Catalog) -> Value {
    let shape = |kind: &BadgeKind| {
        let awarded = catalog
            .listed()
            .filter(|skill| skill.badge(&kind.kind).is_some());
        let shape = json!({
            "kind": kind.kind,
            "label": kind.label,
            "description": kind.description,
            "icon": kind.icon,
            "color": kind.color.name(),
            "skills": awarded.map(|skill| skill.key.to_string()).collect::<Vec<_>>(),
        });
        without_null(shape, &["icon"])
    };
    let shown = catalog.badge_kinds.iter().filter(|kind| kind.is_shown);
    json!({ "kinds": shown.map(shape).collect::<Vec<_>>() })
}

/// All counts in one file, so that lists need not change when counts do; `None` when there are none.
fn stats_list(catalog: &Catalog) -> Option<Value> {
    let counted = |skill: &Skill| Some((skill.key.to_string(), skill.stats?));
    let skills: BTreeMap<String, Stats> = catalog.listed().filter_map(counted).collect();
    (!skills.is_empty()).then(|| json!({ "asOf": ms(catalog.stats_as_of), "skills": skills }))
}
