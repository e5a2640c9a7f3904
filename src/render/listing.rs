//! Lists of skills: the listing with its sorts, and the pages of badges, tags and owners.

use std::io;

use askama::Template;
use rayon::prelude::*;

use super::card::{Badge, Card};
use super::page::{PAGE_SIZE, Page, Pager, PagerStep, Section, n_pages, page_items, write_page};
use super::site::Site;
use crate::catalog::BadgeKind;
use crate::fingerprint::fingerprint;
use crate::sink::{Sink, write_unit};
use crate::text::number::{counted, grouped};
use crate::url::{self, Sort};

/// Most badge kinds and tags beside the listing.
const TAGS_BESIDE: usize = 20;

/// Writes the listing in every sort; returns the number of pages.
pub(super) fn write_listings(site: &Site<'_>, sink: &dyn Sink) -> io::Result<usize> {
    let tags: Vec<TagLink<'_>> = top_tags(site, TAGS_BESIDE);
    let frame = frame_inputs(site, &tags);
    site.sorts().iter().try_fold(0, |n_written, sort| {
        let sorted = site.sorted(*sort);
        let n_pages = n_pages(sorted.len(), PAGE_SIZE);
        (1..=n_pages).into_par_iter().try_for_each(|number| {
            let items = page_items(&sorted, number, PAGE_SIZE);
            let inputs = || fingerprint(&(frame, site.inputs_of(items)));
            write_unit(sink, &url::listing(*sort, number), inputs, |sink| {
                write_listing(site, *sort, (number, n_pages), items, &tags, sink)
            })
        })?;
        Ok(n_written + n_pages)
    })
}

/// What all pages of the listing are made from, beside the settings and their own skills.
fn frame_inputs(site: &Site<'_>, tags: &[TagLink<'_>]) -> u64 {
    let badges = badge_counts(site);
    let badges = badges
        .iter()
        .map(|count| (count.badge.kind, count.n_skills));
    let tags = tags.iter().map(|tag| (tag.tag, &tag.n_skills));
    fingerprint(&(
        site.listed.len(),
        site.has_stats,
        site.catalog.stats_as_of,
        badges.collect::<Vec<_>>(),
        tags.collect::<Vec<_>>(),
    ))
}

fn write_listing(
    site: &Site<'_>,
    sort: Sort,
    (number, n_pages): (usize, usize),
    skill_idxs: &[usize],
    tags: &[TagLink<'_>],
    sink: &dyn Sink,
) -> io::Result<()> {
    let path = url::listing(sort, number);
    let total = counted(site.listed.len(), "skill", "skills");
    let mut page = Page::new(
        site,
        path.clone(),
        numbered(sort_title(sort), number),
        format!("{total} in {}, {}.", site.config.title, sort_words(sort)),
    )
    .section(Section::Skills);
    page.is_indexed = sort == Sort::Updated;
    let template = ListingPage {
        page,
        total,
        stats_as_of: match sort {
            Sort::Downloads | Sort::Stars if number == 1 => {
                site.catalog.stats_as_of.map(|at| at.date())
            }
            _ => None,
        },
        sorts: site
            .sorts()
            .iter()
            .map(|choice| SortLink {
                label: sort_label(*choice),
                link: site.link(&url::listing(*choice, 1)),
                is_current: *choice == sort,
            })
            .collect(),
        badges: badge_counts(site),
        tags,
        cards: site.cards_of(skill_idxs),
        pager: Pager::new(site, number, n_pages, |number| url::listing(sort, number)),
    };
    write_page(sink, &path, &template)
}

/// Writes a page for each badge that is shown, and the index of badges; returns the number of pages.
pub(super) fn write_badges(site: &Site<'_>, sink: &dyn Sink) -> io::Result<usize> {
    let mut n_written = 1;
    for kind in site.shown_badge_kinds() {
        let awarded = site.awarded(&kind.kind);
        let n_pages = n_pages(awarded.len(), PAGE_SIZE);
        for number in 1..=n_pages {
            let path = url::badge(&kind.kind, number);
            let cards: Vec<Card<'_>> = page_items(&awarded, number, PAGE_SIZE)
                .iter()
                .map(|skill_idx| awarded_card(site, *skill_idx, kind))
                .collect();
            let template = BadgePage {
                page: Page::new(
                    site,
                    path.clone(),
                    numbered(&kind.label, number),
                    kind.description.as_str(),
                )
                .section(Section::Badges),
                badge: Badge::new(kind, site.config),
                total: counted(awarded.len(), "skill", "skills"),
                cards: cards.iter().collect(),
                pager: Pager::new(site, number, n_pages, |number| {
                    url::badge(&kind.kind, number)
                }),
            };
            write_page(sink, &path, &template)?;
        }
        n_written += n_pages;
    }
    let template = BadgeIndexPage {
        page: Page::new(
            site,
            "badges/".to_owned(),
            "Badges",
            format!("What the badges in {} mean.", site.config.title),
        )
        .section(Section::Badges),
        badges: badge_counts(site),
    };
    write_page(sink, "badges/", &template)?;
    Ok(n_written)
}

/// Writes a page for each tag, and the index of tags; returns the number of pages.
pub(super) fn write_tags(site: &Site<'_>, sink: &dyn Sink) -> io::Result<usize> {
    let tags: Vec<(&str, &[usize])> = site
        .tags
        .iter()
        .map(|(tag, skills)| (*tag, skills.as_slice()))
        .collect();
    let n_written = tags
        .par_iter()
        .map(|(tag, skills)| {
            let inputs = || site.list_inputs(skills);
            write_unit(sink, &url::tag(tag, 1), inputs, |sink| {
                write_tag(site, tag, skills, sink)
            })
        })
        .sum::<io::Result<usize>>()?;
    let all = top_tags(site, usize::MAX);
    let n_index = n_pages(all.len(), INDEX_PAGE_SIZE);
    for number in 1..=n_index {
        let path = url::tags(number);
        let template = TagIndexPage {
            page: Page::new(
                site,
                path.clone(),
                numbered("Tags", number),
                format!("All tags in {}, the most used first.", site.config.title),
            )
            .section(Section::Tags),
            total: counted(all.len(), "tag", "tags"),
            tags: page_items(&all, number, INDEX_PAGE_SIZE),
            pager: Pager::new(site, number, n_index, url::tags),
        };
        write_page(sink, &path, &template)?;
    }
    Ok(n_written + n_index)
}

fn write_tag(site: &Site<'_>, tag: &str, skills: &[usize], sink: &dyn Sink) -> io::Result<usize> {
    let n_pages = n_pages(skills.len(), PAGE_SIZE);
    for number in 1..=n_pages {
        let path = url::tag(tag, number);
        let total = counted(skills.len(), "skill", "skills");
        let template = TagPage {
            page: Page::new(
                site,
                path.clone(),
                numbered(&format!("#{tag}"), number),
                format!("{total} tagged “{tag}” in {}.", site.config.title),
            )
            .section(Section::Tags),
            tag,
            total,
            cards: site.cards_of(page_items(skills, number, PAGE_SIZE)),
            pager: Pager::new(site, number, n_pages, |number| url::tag(tag, number)),
        };
        write_page(sink, &path, &template)?;
    }
    Ok(n_pages)
}

/// Writes a page for each owner, and the index of owners; returns the number of pages.
pub(super) fn write_owners(site: &Site<'_>, sink: &dyn Sink) -> io::Result<usize> {
    let owners: Vec<(&str, &[usize])> = site
        .owners
        .iter()
        .map(|(owner, skills)| (*owner, skills.as_slice()))
        .collect();
    let n_written = owners
        .par_iter()
        .map(|(owner, skills)| {
            let inputs = || site.list_inputs(skills);
            write_unit(sink, &url::owner(owner, 1), inputs, |sink| {
                write_owner(site, owner, skills, sink)
            })
        })
        .sum::<io::Result<usize>>()?;
    let n_index = n_pages(owners.len(), INDEX_PAGE_SIZE);
    for number in 1..=n_index {
        let path = url::owners(number);
        let template = OwnerIndexPage {
            page: Page::new(
                site,
                path.clone(),
                numbered("Owners", number),
                format!("Everyone who publishes skills in {}.", site.config.title),
            )
            .section(Section::Owners),
            total: counted(owners.len(), "owner", "owners"),
            owners: page_items(&owners, number, INDEX_PAGE_SIZE)
                .iter()
                .map(|(owner, skills)| OwnerLink {
                    owner,
                    link: site.link(&url::owner(owner, 1)),
                    n_skills: grouped(skills.len()),
                })
                .collect(),
            pager: Pager::new(site, number, n_index, url::owners),
        };
        write_page(sink, &path, &template)?;
    }
    Ok(n_written + n_index)
}

fn write_owner(
    site: &Site<'_>,
    owner: &str,
    skills: &[usize],
    sink: &dyn Sink,
) -> io::Result<usize> {
    let n_pages = n_pages(skills.len(), PAGE_SIZE);
    for number in 1..=n_pages {
        let path = url::owner(owner, number);
        let total = counted(skills.len(), "skill", "skills");
        let mut page = Page::new(
            site,
            path.clone(),
            numbered(&format!("@{owner}"), number),
            format!("{total} by @{owner} in {}.", site.config.title),
        )
        .section(Section::Owners);
        page.feed = Some((url::owner_feed(owner), format!("Skills by @{owner}")));
        let template = OwnerPage {
            page,
            owner,
            total,
            updated: skills
                .iter()
                .find_map(|skill_idx| site.catalog.skills[*skill_idx].updated_at)
                .map(|at| at.date()),
            feed_link: site.link(&url::owner_feed(owner)),
            cards: site.cards_of(page_items(skills, number, PAGE_SIZE)),
            pager: Pager::new(site, number, n_pages, |number| url::owner(owner, number)),
        };
        write_page(sink, &path, &template)?;
    }
    Ok(n_pages)
}

/// Names on a page of an index.
const INDEX_PAGE_SIZE: usize = 300;

#[derive(Template)]
#[template(path = "listing.html")]
struct ListingPage<'a> {
    page: Page<'a>,
    total: String,
    stats_as_of: Option<String>,
    sorts: Vec<SortLink>,
    badges: Vec<BadgeCount<'a>>,
    tags: &'a [TagLink<'a>],
    cards: Vec<&'a Card<'a>>,
    pager: Pager,
}

struct SortLink {
    label: &'static str,
    link: String,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "badge.html")]
struct BadgePage<'a> {
    page: Page<'a>,
    badge: Badge<'a>,
    total: String,
    cards: Vec<&'a Card<'a>>,
    pager: Pager,
}

#[derive(Template)]
#[template(path = "badges.html")]
struct BadgeIndexPage<'a> {
    page: Page<'a>,
    badges: Vec<BadgeCount<'a>>,
}

#[derive(Template)]
#[template(path = "tag.html")]
struct TagPage<'a> {
    page: Page<'a>,
    tag: &'a str,
    total: String,
    cards: Vec<&'a Card<'a>>,
    pager: Pager,
}

#[derive(Template)]
#[template(path = "tags.html")]
struct TagIndexPage<'a> {
    page: Page<'a>,
    total: String,
    tags: &'a [TagLink<'a>],
    pager: Pager,
}

#[derive(Template)]
#[template(path = "owner.html")]
struct OwnerPage<'a> {
    page: Page<'a>,
    owner: &'a str,
    total: String,
    updated: Option<String>,
    feed_link: String,
    cards: Vec<&'a Card<'a>>,
    pager: Pager,
}

#[derive(Template)]
#[template(path = "owners.html")]
struct OwnerIndexPage<'a> {
    page: Page<'a>,
    total: String,
    owners: Vec<OwnerLink<'a>>,
    pager: Pager,
}

struct OwnerLink<'a> {
    owner: &'a str,
    link: String,
    n_skills: String,
}

/// A badge with the number of skills that have it.
pub(super) struct BadgeCount<'a> {
    pub(super) badge: Badge<'a>,
    pub(super) n_skills: usize,
}

impl BadgeCount<'_> {
    pub(super) fn total(&self) -> String {
        counted(self.n_skills, "skill", "skills")
    }
}

pub(super) fn badge_counts<'a>(site: &Site<'a>) -> Vec<BadgeCount<'a>> {
    site.shown_badge_kinds()
        .into_iter()
        .map(|kind| BadgeCount {
            badge: Badge::new(kind, site.config),
            n_skills: site.awarded(&kind.kind).len(),
        })
        .collect()
}

/// A tag with the number of skills that have it.
pub(super) struct TagLink<'a> {
    pub(super) tag: &'a str,
    pub(super) link: String,
    pub(super) n_skills: String,
}

/// The most used tags.
pub(super) fn top_tags<'a>(site: &Site<'a>, max: usize) -> Vec<TagLink<'a>> {
    site.tags_by_use()
        .into_iter()
        .take(max)
        .map(|(tag, n_skills)| TagLink {
            tag,
            link: site.link(&url::tag(tag, 1)),
            n_skills: grouped(n_skills),
        })
        .collect()
}

/// The card of a skill on a badge's page: it tells when the badge was given.
fn awarded_card<'a>(site: &Site<'a>, skill_idx: usize, kind: &BadgeKind) -> Card<'a> {
    let award = site.catalog.skills[skill_idx].badge(&kind.kind);
    Card {
        date: award
            .and_then(|award| award.at)
            .map(|at| ("Awarded", at.date())),
        ..site.cards[skill_idx].clone()
    }
}

fn sort_label(sort: Sort) -> &'static str {
    match sort {
        Sort::Updated => "Updated",
        Sort::Newest => "Newest",
        Sort::Name => "Name",
        Sort::Downloads => "Downloads",
        Sort::Stars => "Stars",
    }
}

fn sort_title(sort: Sort) -> &'static str {
    match sort {
        Sort::Updated => "All skills",
        Sort::Newest => "Newest skills",
        Sort::Name => "Skills by name",
        Sort::Downloads => "Most downloaded skills",
        Sort::Stars => "Most starred skills",
    }
}

fn sort_words(sort: Sort) -> &'static str {
    match sort {
        Sort::Updated => "the last updated first",
        Sort::Newest => "the newest first",
        Sort::Name => "by name",
        Sort::Downloads => "the most downloaded first",
        Sort::Stars => "the most starred first",
    }
}

/// Pages after the first have their number in the title, so that titles are unique.
fn numbered(title: &str, number: usize) -> String {
    if number == 1 {
        title.to_owned()
    } else {
        format!("{title}, page {number}")
    }
}
