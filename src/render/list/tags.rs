//! A page for each tag, and the index of tags.

use std::io;

use askama::Template;
use rayon::prelude::*;

use super::{INDEX_PAGE_SIZE, NameLink, PAGE_SIZE, Pager, PagerStep, write_list};
use crate::render::card::Card;
use crate::render::feed;
use crate::render::page::{Page, Section};
use crate::render::registry::Registry;
use crate::sink::Sink;
use crate::text::number::counted;
use crate::url;

/// The most used tags.
pub(in crate::render) fn top_tags<'a>(registry: &Registry<'a>, max: usize) -> Vec<NameLink<'a>> {
    let tags = registry.tags_by_use().into_iter().take(max);
    tags.map(|(tag, n_skills)| NameLink::new(&registry.site, tag, &url::tag(tag, 1), n_skills))
        .collect()
}

/// Writes a page for each tag, and the index of tags; returns the number of pages.
pub(in crate::render) fn write(registry: &Registry<'_>, sink: &dyn Sink) -> io::Result<usize> {
    let tags: Vec<_> = registry.tags.iter().collect();
    let n_written = tags
        .par_iter()
        .map(|(tag, skills)| write_tag(registry, tag, skills, sink))
        .sum::<io::Result<usize>>()?;
    let site = &registry.site;
    let all = top_tags(registry, usize::MAX);
    let n_index = write_list(site, sink, &all, INDEX_PAGE_SIZE, url::tags, |part| {
        TagIndexView {
            page: part.page(
                site,
                Section::Tags,
                "Tags",
                format!("All tags in {}, the most used first.", site.title),
            ),
            total: counted(all.len(), "tag", "tags"),
            tags: part.items,
            pager: part.pager,
        }
    })?;
    Ok(n_written + n_index)
}

fn write_tag(
    registry: &Registry<'_>,
    tag: &str,
    skills: &[usize],
    sink: &dyn Sink,
) -> io::Result<usize> {
    let site = &registry.site;
    let total = counted(skills.len(), "skill", "skills");
    let path_of = |number| url::tag(tag, number);
    write_list(site, sink, skills, PAGE_SIZE, path_of, |part| {
        let mut page = part.page(
            site,
            Section::Tags,
            &format!("#{tag}"),
            format!("{total} tagged “{tag}” in {}.", site.title),
        );
        page.feed = feed::of_tag(registry, tag);
        TagView {
            page,
            tag,
            total: total.clone(),
            cards: registry.cards_of(part.items),
            pager: part.pager,
        }
    })
}

#[derive(Template, Hash)]
#[template(path = "tag.html")]
struct TagView<'a> {
    page: Page<'a>,
    tag: &'a str,
    total: String,
    cards: Vec<&'a Card<'a>>,
    pager: Pager,
}

#[derive(Template, Hash)]
#[template(path = "tags.html")]
struct TagIndexView<'a> {
    page: Page<'a>,
    total: String,
    tags: &'a [NameLink<'a>],
    pager: Pager,
}
