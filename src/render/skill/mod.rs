//! The page of one skill, its files and its zip.

mod body;
mod head;
mod install;
mod view;

use std::io;

use askama::Template;

use super::page::{Page, render, write_from};
use super::registry::Registry;
use crate::catalog::{Skill, published_files};
use crate::fingerprint::fingerprint;
use crate::sink::Sink;
use crate::url;
use crate::zip::{KnownZips, WrittenZip, ZipBuilder, skill_zip};
use body::Body;
use view::SkillView;

/// Writes the page, the files and the zip of one skill; returns what there is to say of the zip.
pub(super) fn write(
    registry: &Registry<'_>,
    skill_idx: usize,
    related: &[usize],
    known_zips: &KnownZips,
    sink: &dyn Sink,
) -> io::Result<WrittenZip> {
    let skill = &registry.catalog.skills[skill_idx];
    let published = published_files(skill);
    let zip = write_files(skill, &published, known_zips, sink)?;
    let view = SkillView::new(registry, skill_idx, related, &zip, &published);
    write_from(sink, &view.page.path, &view, || {
        render(&SkillPage {
            page: &view.page,
            body: Body::render(skill, &view.body_links)?,
            view: &view,
        })
    })?;
    Ok(zip)
}

/// What [`write`] may take: once the zip and a file, then the body while it is rendered.
pub(super) fn memory_to_write(skill: &Skill) -> usize {
    let len_bytes = || skill.files.iter().map(|file| file.len_bytes);
    let files = len_bytes().sum::<usize>() + len_bytes().max().unwrap_or(0);
    files.max(body::memory_to_render(skill))
}

/// Writes the zip and, from the same read of each file, its copies; one file is held at a time.
fn write_files(
    skill: &Skill,
    published: &[Option<String>],
    known_zips: &KnownZips,
    sink: &dyn Sink,
) -> io::Result<WrittenZip> {
    let zip_path = url::output_path(&url::zip(&skill.key));
    let output_path = |path: &Option<String>| path.as_deref().map(url::output_path);
    let copies: Vec<Option<String>> = published.iter().map(output_path).collect();
    let written = copies.iter().flatten().chain([&zip_path]);
    let written: Vec<&str> = written.map(String::as_str).collect();
    let files = fingerprint(&skill.files);
    if sink.keep(&written, files)? {
        return match known_zips.get(&files) {
            Some(zip) => Ok(zip.clone()),
            None => Ok(skill_zip(skill)?.written),
        };
    }
    let mut zip = ZipBuilder::new(skill);
    for (file, copy) in skill.files.iter().zip(&copies) {
        let bytes = file.read()?;
        zip.add(file, &bytes)?;
        if let Some(copy) = copy {
            sink.write(copy, &bytes)?;
        }
    }
    let zip = zip.finish()?;
    sink.write(&zip_path, &zip.bytes)?;
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
