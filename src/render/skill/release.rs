//! The page of an old version of a skill, and its zip.

use std::io;

use askama::Template;

use super::crumbs::SkillCrumbs;
use super::diff::Diff;
use super::view::{FileRow, commit, files_total};
use super::write_zip;
use crate::catalog::{Release, Skill};
use crate::render::install::Install;
use crate::render::page::{Page, Section, write_page};
use crate::render::registry::Registry;
use crate::sink::Sink;
use crate::text::number::file_size;
use crate::url;
use crate::zip::{KnownZips, WrittenZip};

/// Writes the page and the zip of a release; `diff` says what it changed, if there is one before.
pub(super) fn write(
    registry: &Registry<'_>,
    skill: &Skill,
    release: &Release<'_>,
    diff: Option<&Diff<'_>>,
    known_zips: &KnownZips,
    sink: &dyn Sink,
) -> io::Result<WrittenZip> {
    let zip_path = url::release_zip(&skill.key, &release.segment);
    let zip = write_zip(release.files(), &[&zip_path], &[], known_zips, sink)?;
    let page = ReleasePage::new(registry, skill, release, diff, &zip);
    write_page(sink, &page.page.path, &page)?;
    Ok(zip)
}

#[derive(Template, Hash)]
#[template(path = "release.html")]
struct ReleasePage<'a> {
    page: Page<'a>,
    skill_name: &'a str,
    crumbs: SkillCrumbs<'a>,
    version: &'a str,
    date: Option<String>,
    commit: Option<(Option<&'a str>, &'a str)>,
    /// Link to what changed, and the version before.
    diff: Option<(String, &'a str)>,
    is_suspicious: bool,
    install: Install,
    files: Vec<FileRow<'a>>,
    files_total: String,
}

impl<'a> ReleasePage<'a> {
    fn new(
        registry: &'a Registry<'a>,
        skill: &'a Skill,
        release: &Release<'a>,
        diff: Option<&Diff<'a>>,
        zip: &WrittenZip,
    ) -> Self {
        let install = Install::of_release(registry, skill, release, zip);
        let files = release.files().iter().map(|file| FileRow {
            path: &file.path,
            link: install.zip_link.clone(),
            is_in_zip: true,
            size: file_size(file.len_bytes),
            sha256: &file.sha256,
        });
        Self {
            page: page(registry, skill, release),
            skill_name: &skill.name,
            crumbs: SkillCrumbs::new(registry, skill),
            version: &release.version.version,
            date: release.version.published_at.map(|at| at.date()),
            commit: commit(release.version),
            diff: diff.map(|diff| (registry.link(&diff.path(skill)), diff.from())),
            is_suspicious: skill.is_suspicious,
            files: files.collect(),
            install,
            files_total: files_total(release.files()),
        }
    }
}

/// Search engines list the page of a skill, not those of all its versions.
fn page<'a>(registry: &'a Registry<'a>, skill: &Skill, release: &Release<'_>) -> Page<'a> {
    let path = url::release(&skill.key, &release.segment);
    let version = &release.version.version;
    let title = format!("{} {version} by @{}", skill.name, skill.key.owner);
    let description = format!("Version {version} of the agent skill {}.", skill.key);
    let mut page = Page::new(&registry.site, path, title, description).section(Section::Skills);
    page.is_indexed = false;
    page
}
