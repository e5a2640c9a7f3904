//! The first page: what the registry is, a search box, and three ways in.

use std::io;

use askama::Template;

use super::card::Card;
use super::listing::{BadgeCount, TagLink, badge_counts, top_tags};
use super::markup::Markup;
use super::page::{Page, write_page};
use super::site::{FEATURED_KIND, Site};
use crate::sink::Sink;
use crate::text::number::counted;
use crate::url::{self, Sort};

/// Cards in each of the two selections; divides by 2 and 3, the columns of the grid.
const N_CARDS: usize = 6;

/// Most tags on the page.
const N_TAGS: usize = 32;

/// Writes the home page; returns the number of pages.
pub(super) fn write(site: &Site<'_>, sink: &dyn Sink) -> io::Result<usize> {
    let featured_kind = site
        .shown_badge_kinds()
        .into_iter()
        .find(|kind| kind.kind == FEATURED_KIND);
    let featured = featured_kind.map_or_else(Vec::new, |kind| site.awarded(&kind.kind));
    let updated = site.sorted(Sort::Updated);
    let mut page = Page::new(site, String::new(), "", site.config.description.as_str());
    page.json_ld = Some(json_ld(site));
    let template = HomePage {
        page,
        n_skills: counted(site.listed.len(), "skill", "skills"),
        n_owners: counted(site.owners.len(), "owner", "owners"),
        n_tags: counted(site.tags.len(), "tag", "tags"),
        featured_label: featured_kind.map_or("", |kind| &kind.label),
        featured_link: site.link(&url::badge(FEATURED_KIND, 1)),
        featured: site.cards_of(&featured[..featured.len().min(N_CARDS)]),
        updated: site.cards_of(&updated[..updated.len().min(N_CARDS)]),
        badges: badge_counts(site),
        tags: top_tags(site, N_TAGS),
    };
    write_page(sink, "", &template)?;
    Ok(1)
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    page: Page<'a>,
    n_skills: String,
    n_owners: String,
    n_tags: String,
    featured_label: &'a str,
    featured_link: String,
    featured: Vec<&'a Card<'a>>,
    updated: Vec<&'a Card<'a>>,
    badges: Vec<BadgeCount<'a>>,
    tags: Vec<TagLink<'a>>,
}

fn json_ld(site: &Site<'_>) -> Markup {
    Markup::json(&serde_json::json!({
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": site.config.title,
        "description": site.config.description,
        "url": site.absolute(""),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": format!("{}?q={{search_term_string}}", site.absolute("search/")),
            },
            "query-input": "required name=search_term_string",
        },
    }))
}
