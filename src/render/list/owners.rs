//! A page for each owner, and the index of owners.

use std::io;

use askama::Template;
use rayon::prelude::*;

use super::{INDEX_PAGE_SIZE, PAGE_SIZE, Pager, PagerStep, write_list};
use crate::render::card::Card;
use crate::render::page::{Page, Section};
use crate::render::registry::Registry;
use crate::sink::Sink;
use crate::text::number::{counted, grouped};
use crate::url;

/// Writes a page for each owner, and the index of owners; returns the number of pages.
pub(in crate::render) fn write(registry: &Registry<'_>, sink: &dyn Sink) -> io::Result<usize> {
    let owners: Vec<(&&str, &Vec<usize>)> = registry.owners.iter().collect();
    let n_written = owners
        .par_iter()
        .map(|(owner, skills)| write_owner(registry, owner, skills, sink))
        .sum::<io::Result<usize>>()?;
    let site = &registry.site;
    let n_index = write_list(site, sink, &owners, INDEX_PAGE_SIZE, url::owners, |part| {
        let link = |(owner, skills): &(&&'_ str, &Vec<usize>)| OwnerLink {
            link: site.link(&url::owner(owner, 1)),
            owner: (**owner).to_owned(),
            n_skills: grouped(skills.len()),
        };
        OwnerIndexView {
            page: part.page(
                site,
                Section::Owners,
                "Owners",
                format!("Everyone who publishes skills in {}.", site.title),
            ),
            total: counted(owners.len(), "owner", "owners"),
            owners: part.items.iter().map(link).collect(),
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
        page.feed = Some((url::owner_feed(owner), format!("Skills by @{owner}")));
        OwnerView {
            page,
            owner,
            total: total.clone(),
            updated: updated.clone(),
            feed_link: site.link(&url::owner_feed(owner)),
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
    feed_link: String,
    cards: Vec<&'a Card<'a>>,
    pager: Pager,
}

#[derive(Template, Hash)]
#[template(path = "owners.html")]
struct OwnerIndexView<'a> {
    page: Page<'a>,
    total: String,
    owners: Vec<OwnerLink>,
    pager: Pager,
}

#[derive(Hash)]
struct OwnerLink {
    owner: String,
    link: String,
    n_skills: String,
}
