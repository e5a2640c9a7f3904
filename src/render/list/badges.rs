//! A page for each badge, and the index of badges.

use std::io;

use askama::Template;

use super::{PAGE_SIZE, Pager, PagerStep, write_list};
use crate::catalog::BadgeKind;
use crate::render::badge::Badge;
use crate::render::card::Card;
use crate::render::page::{Page, Section, write_page};
use crate::render::registry::Registry;
use crate::sink::Sink;
use crate::text::number::counted;
use crate::url;

/// A badge with the number of skills that have it.
#[derive(Hash)]
pub(in crate::render) struct BadgeCount<'a> {
    pub(in crate::render) badge: Badge<'a>,
    pub(in crate::render) total: String,
}

pub(in crate::render) fn badge_counts<'a>(registry: &Registry<'a>) -> Vec<BadgeCount<'a>> {
    let count = |kind: &'a BadgeKind| BadgeCount {
        badge: Badge::new(&registry.site, kind),
        total: counted(registry.awarded(&kind.kind).len(), "skill", "skills"),
    };
    let kinds = registry.catalog.shown_badge_kinds().into_iter();
    kinds.map(count).collect()
}

/// Writes a page for each badge that is shown, and the index of badges; returns the number of pages.
pub(in crate::render) fn write(registry: &Registry<'_>, sink: &dyn Sink) -> io::Result<usize> {
    let mut n_written = 1;
    for kind in registry.catalog.shown_badge_kinds() {
        n_written += write_kind(registry, kind, sink)?;
    }
    let view = BadgeIndexView {
        page: Page::new(
            &registry.site,
            url::BADGES.to_owned(),
            "Badges",
            format!("What the badges in {} mean.", registry.site.title),
        )
        .section(Section::Badges),
        badges: badge_counts(registry),
    };
    write_page(sink, url::BADGES, &view)?;
    Ok(n_written)
}

fn write_kind(registry: &Registry<'_>, kind: &BadgeKind, sink: &dyn Sink) -> io::Result<usize> {
    let site = &registry.site;
    let awarded = registry.awarded(&kind.kind);
    let path_of = |number| url::badge(&kind.kind, number);
    write_list(site, sink, &awarded, PAGE_SIZE, path_of, |part| {
        let cards = part.items.iter();
        BadgeView {
            page: part.page(
                site,
                Section::Badges,
                &kind.label,
                kind.description.as_str(),
            ),
            badge: Badge::new(site, kind),
            total: counted(awarded.len(), "skill", "skills"),
            cards: cards
                .map(|skill_idx| awarded_card(registry, *skill_idx, kind))
                .collect(),
            pager: part.pager,
        }
    })
}

/// The card of a skill on a badge's page: it tells when the badge was given.
fn awarded_card<'a>(registry: &Registry<'a>, skill_idx: usize, kind: &BadgeKind) -> Card<'a> {
    let award = registry.catalog.skills[skill_idx].badge(&kind.kind);
    Card {
        date: award
            .and_then(|award| award.at)
            .map(|at| ("Awarded", at.date())),
        ..registry.cards[skill_idx].clone()
    }
}

#[derive(Template, Hash)]
#[template(path = "badge.html")]
struct BadgeView<'a> {
    page: Page<'a>,
    badge: Badge<'a>,
    total: String,
    cards: Vec<Card<'a>>,
    pager: Pager,
}

#[derive(Template, Hash)]
#[template(path = "badges.html")]
struct BadgeIndexView<'a> {
    page: Page<'a>,
    badges: Vec<BadgeCount<'a>>,
}
