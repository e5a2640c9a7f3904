//! A page for each owner, and the index of owners.

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

/// Writes a page for each owner, and the index of owners; returns the number of pages.
pub(in crate::render) fn write(registry: &Registry<'_>, sink: &dyn Sink) -> io::Result<usize> {
    let owners: Vec<_> = registry.owners.iter().collect();
    let n_written = owners
        .par_iter()
        .map(|(owner, skills)| write_owner(registry, owner, skills, sink))
        .sum::<io::Result<usize>>()?;
    let site = &registry.site;
    let all: Vec<NameLink> = owners
        .iter()
        .map(|(owner, skills)| NameLink::new(site, owner, &url::owner(owner, 1), skills.len()))
        .collect();
    let n_index = write_list(site, sink, &all, INDEX_PAGE_SIZE, url::owners, |part| {
        OwnerIndexView {
            page: part.page(
                site,
                Section::Owners,
                "Owners",
                format!("Everyone who publishes skills in {}.", site.title),
            ),
            total: counted(all.len(), "owner", "owners"),
            owners: part.items,
            pager: part.pager,
        }
    })?;
    Ok(n_written + n_index)
}

fn write_owner(
    registry: &Registry<'_>,
    owner: &str,
    skills: &[usize],
    sink: &dyn Sink,
) -> io::Result<usize> {
    let site = &registry.site;
    let total = counted(skills.len(), "skill", "skills");
    let dates = skills
        .iter()
        .find_map(|skill_idx| registry.catalog.skills[*skill_idx].updated_at);
    let updated = dates.map(|at| at.date());
    let path_of = |number| url::owner(owner, number);
    write_list(site, sink, skills, PAGE_SIZE, path_of, |part| {
        let mut page = part.page(
            site,
            Section::Owners,
            &format!("@{owner}"),
            format!("{total} by @{owner} in {}.", site.title),
        );
        page.feed = feed::of_owner(registry, owner);
        OwnerView {
            page,
            owner,
            total: total.clone(),
            updated: updated.clone(),
            cards: registry.cards_of(part.items),
            pager: part.pager,
        }
    })
}

#[derive(Template, Hash)]
#[template(path = "owner.html")]
struct OwnerView<'a> {
    page: Page<'a>,
    owner: &'a str,
    total: String,
    updated: Option<String>,
    cards: Vec<&'a Card<'a>>,
    pager: Pager,
}

#[derive(Template, Hash)]
#[template(path = "owners.html")]
struct OwnerIndexView<'a> {
    page: Page<'a>,
    total: String,
    owners: &'a [NameLink<'a>],
    pager: Pager,
}
