//! The listing: all skills, in every sort.

use std::io;

use askama::Template;

use super::badges::{BadgeCount, badge_counts};
use super::tags::top_tags;
use super::{NameLink, PAGE_SIZE, Pager, PagerStep, write_list};
use crate::render::card::Card;
use crate::render::page::{Page, Section};
use crate::render::registry::Registry;
use crate::sink::Sink;
use crate::text::number::counted;
use crate::url::{self, Sort};

/// Most tags beside the listing.
const TAGS_BESIDE: usize = 20;

/// Writes the listing in every sort; returns the number of pages.
pub(in crate::render) fn write(registry: &Registry<'_>, sink: &dyn Sink) -> io::Result<usize> {
    let tags = top_tags(registry, TAGS_BESIDE);
    let badges = badge_counts(registry);
    let sorts = registry.sorts().iter();
    sorts
        .map(|sort| write_sort(registry, *sort, &badges, &tags, sink))
        .sum()
}

fn write_sort(
    registry: &Registry<'_>,
    sort: Sort,
    badges: &[BadgeCount<'_>],
    tags: &[NameLink<'_>],
    sink: &dyn Sink,
) -> io::Result<usize> {
    let site = &registry.site;
    let sorted = registry.sorted(sort);
    let total = counted(sorted.len(), "skill", "skills");
    let stats_as_of = match sort {
        Sort::Downloads | Sort::Stars => registry.catalog.stats_as_of.map(|at| at.date()),
        _ => None,
    };
    let [_, title, order] = words(sort);
    let path_of = |number| url::listing(sort, number);
    write_list(site, sink, &sorted, PAGE_SIZE, path_of, |part| {
        let mut page = part.page(
            site,
            Section::Skills,
            title,
            format!("{total} in {}, {order}.", site.title),
        );
        page.is_indexed = sort == Sort::Updated;
        ListingView {
            page,
            total: total.clone(),
            stats_as_of: stats_as_of.clone().filter(|_| part.number == 1),
            sorts: sort_links(registry, sort),
            badges,
            tags,
            cards: registry.cards_of(part.items),
            pager: part.pager,
        }
    })
}

fn sort_links(registry: &Registry<'_>, current: Sort) -> Vec<SortLink> {
    let link = |sort: &Sort| {
        let [label, ..] = words(*sort);
        SortLink {
            label,
            link: registry.site.link(&url::listing(*sort, 1)),
            is_current: *sort == current,
        }
    };
    registry.sorts().iter().map(link).collect()
}

#[derive(Template, Hash)]
#[template(path = "listing.html")]
struct ListingView<'a> {
    page: Page<'a>,
    total: String,
    stats_as_of: Option<String>,
    sorts: Vec<SortLink>,
    badges: &'a [BadgeCount<'a>],
    tags: &'a [NameLink<'a>],
    cards: Vec<&'a Card<'a>>,
    pager: Pager,
}

#[derive(Hash)]
struct SortLink {
    label: &'static str,
    link: String,
    is_current: bool,
}

/// What people read of a sort: its tab, the title of the page, and a description's end.
fn words(sort: Sort) -> [&'static str; 3] {
    match sort {
        Sort::Updated => ["Updated", "All skills", "the last updated first"],
        Sort::Newest => ["Newest", "Newest skills", "the newest first"],
        Sort::Name => ["Name", "Skills by name", "by name"],
        Sort::Downloads => [
            "Downloads",
            "Most downloaded skills",
            "the most downloaded first",
        ],
        Sort::Stars => ["Stars", "Most starred skills", "the most starred first"],
    }
}
