//! The page of one skill, its files and its zip; those of its old versions, and what each of them changed.

mod body;
mod crumbs;
mod diff;
mod head;
mod release;
mod view;

use std::io;

use askama::Template;

use super::page::{Page, render, write_from};
use super::registry::Registry;
use crate::catalog::{Skill, SkillFile, published_files};
use crate::clients::{copied_as, pinned_segment};
use crate::fingerprint::fingerprint;
use crate::sink::Sink;
use crate::url;
use crate::zip::{KnownZips, SkillZips, WrittenZip, ZipBuilder, skill_zip};
use body::Body;
use view::SkillView;

/// Writes all pages, the files and the zips of one skill; returns what there is to say of the zips.
pub(super) fn write(
    registry: &Registry<'_>,
    skill_idx: usize,
    related: &[usize],
    known_zips: &KnownZips,
    sink: &dyn Sink,
) -> io::Result<SkillZips> {
    let skill = &registry.catalog.skills[skill_idx];
    let published = published_files(skill);
    let zip_path = url::zip(&skill.key);
    // Where it stays when it is an old version, for whoever holds to this one.
    let pinned = pinned_segment(skill).map(|segment| url::release_zip(&skill.key, &segment));
    let zip_paths: Vec<&str> = [&zip_path]
        .into_iter()
        .chain(&pinned)
        .map(|path| &**path)
        .collect();
    let copies = copies(registry, skill, &published);
    let current = write_zip(&skill.files, &zip_paths, &copies, known_zips, sink)?;
    let diffs = diff::diffs(skill);
    let view = SkillView::new(registry, skill_idx, related, &current, &published, &diffs);
    write_from(sink, &view.page.path, &view, || {
        render(&SkillPage {
            page: &view.page,
            body: Body::render(skill, &view.body_links)?,
            view: &view,
        })
    })?;
    let releases = skill.releases();
    let releases = releases.iter().map(|release| {
        let diff = diffs.iter().find(|diff| diff.is_of(&release.segment));
        release::write(registry, skill, release, diff, known_zips, sink)
    });
    let releases = releases.collect::<io::Result<_>>()?;
    for diff in &diffs {
        diff::write(registry, skill, diff, sink)?;
    }
    Ok(SkillZips { current, releases })
}

/// How many pages [`write`] writes.
pub(super) fn n_pages(skill: &Skill) -> usize {
    1 + skill.releases().len() + diff::diffs(skill).len()
}

/// What [`write`] may take: once the zip and a file, then the body while it is rendered; the same of each old version, and
/// then what it changed.
pub(super) fn memory_to_write(skill: &Skill) -> usize {
    let to_zip = |files: &[SkillFile]| {
        let len_bytes = files.iter().map(|file| file.len_bytes);
        len_bytes.clone().sum::<usize>() + len_bytes.max().unwrap_or(0)
    };
    let releases = skill.releases();
    let releases = releases.iter().map(|release| to_zip(release.files()));
    let releases = releases.map(|to_zip| to_zip.max(diff::MEMORY_TO_WRITE));
    let of_releases = releases.max().unwrap_or(0);
    to_zip(&skill.files)
        .max(body::memory_to_render(skill))
        .max(of_releases)
}

/// Where each file of `skill` is published: what its page links to, and what clients fetch one by one.
fn copies(
    registry: &Registry<'_>,
    skill: &Skill,
    published: &[Option<String>],
) -> Vec<Vec<String>> {
    let name = copied_as(registry.config, skill);
    let page = url::skill(&skill.key);
    let files = skill.files.iter().zip(published);
    let copies = files.map(|(file, published)| {
        let copy = name
            .as_deref()
            .map(|name| url::file_copy(&page, name, &file.path));
        published.iter().cloned().chain(copy).collect()
    });
    copies.collect()
}

/// Writes the zip of `files` to `zip_paths` and, from the same read of each file, its copies, where there are any; one file
/// is held at a time.
fn write_zip(
    files: &[SkillFile],
    zip_paths: &[&str],
    copies: &[Vec<String>],
    known_zips: &KnownZips,
    sink: &dyn Sink,
) -> io::Result<WrittenZip> {
    let zip_paths: Vec<String> = zip_paths
        .iter()
        .map(|path| url::output_path(path))
        .collect();
    let output_paths =
        |paths: &Vec<String>| paths.iter().map(|path| url::output_path(path)).collect();
    let copies: Vec<Vec<String>> = copies.iter().map(output_paths).collect();
    let written = copies.iter().flatten().chain(&zip_paths);
    let written: Vec<&str> = written.map(String::as_str).collect();
    let inputs = fingerprint(&files);
    if sink.keep(&written, inputs)? {
        return match known_zips.get(&inputs) {
            Some(zip) => Ok(zip.clone()),
            None => Ok(skill_zip(files)?.written),
        };
    }
    let mut zip = ZipBuilder::new(files.iter());
    for (i, file) in files.iter().enumerate() {
        let bytes = file.read()?;
        zip.add(&file.path, file.is_executable, &bytes)?;
        for copy in copies.get(i).into_iter().flatten() {
            sink.write(copy, &bytes)?;
        }
    }
    let zip = zip.finish()?;
    for zip_path in &zip_paths {
        sink.write(zip_path, &zip.bytes)?;
    }
    Ok(zip.written)
}

/// The view, and what is made from it alone.
#[derive(Template)]
#[template(path = "skill.html")]
struct SkillPage<'a> {
    page: &'a Page<'a>,
    view: &'a SkillView<'a>,
    body: Body,
}
