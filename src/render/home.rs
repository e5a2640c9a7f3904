//! The first page: what the registry is, a search box, and three ways in.

use std::io;

use askama::Template;

use super::badge::FEATURED_KIND;
use super::card::Card;
use super::list::NameLink;
use super::list::badges::{BadgeCount, badge_counts};
use super::list::tags::top_tags;
use super::markup::Markup;
use super::page::{Page, write_page};
use super::registry::Registry;
use crate::sink::Sink;
use crate::text::number::counted;
use crate::url::{self, Sort};

/// Cards in each of the two selections; divides by 2 and 3, the columns of the grid.
const N_CARDS: usize = 6;

/// Most tags on the page.
const N_TAGS: usize = 32;

/// Writes the home page; returns the number of pages.
pub(super) fn write(registry: &Registry<'_>, sink: &dyn Sink) -> io::Result<usize> {
    let featured_kind = registry.shown_kind(FEATURED_KIND);
    let featured = featured_kind.map_or_else(Vec::new, |kind| registry.awarded(&kind.kind));
    let updated = registry.sorted(Sort::Updated);
    let mut page = Page::new(&registry.site, String::new(), "", registry.site.description);
    page.json_ld = Some(json_ld(registry));
    let view = HomeView {
        page,
        n_skills: counted(registry.listed.len(), "skill", "skills"),
        n_owners: counted(registry.owners.len(), "owner", "owners"),
        n_tags: counted(registry.tags.len(), "tag", "tags"),
        featured_label: featured_kind.map_or("", |kind| &kind.label),
        featured_link: registry.link(&url::badge(FEATURED_KIND, 1)),
        featured: registry.cards_of(&featured[..featured.len().min(N_CARDS)]),
        updated: registry.cards_of(&updated[..updated.len().min(N_CARDS)]),
        badges: badge_counts(registry),
        tags: top_tags(registry, N_TAGS),
    };
    write_page(sink, "", &view)?;
    Ok(1)
}

#[derive(Template, Hash)]
#[template(path = "home.html")]
struct HomeView<'a> {
    page: Page<'a>,
    n_skills: String,
    n_owners: String,
    n_tags: String,
    featured_label: &'a str,
    featured_link: String,
    featured: Vec<&'a Card<'a>>,
    updated: Vec<&'a Card<'a>>,
    badges: Vec<BadgeCount<'a>>,
    tags: Vec<NameLink<'a>>,
}

fn json_ld(registry: &Registry<'_>) -> Markup {
    Markup::json(&serde_json::json!({
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": registry.site.title,
        "description": registry.site.description,
        "url": registry.absolute(""),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": format!("{}?q={{search_term_string}}", registry.absolute(url::SEARCH)),
            },
            "query-input": "required name=search_term_string",
        },
    }))
}
