//! The search page and the page for addresses that lead nowhere.

use std::io;

use askama::Template;

use super::listing::{TagLink, top_tags};
use super::page::{Page, write_page};
use super::site::Site;
use crate::sink::Sink;

/// Most tags on the search page.
const N_TAGS: usize = 24;

/// Writes the search page and 404; returns the number of pages.
pub(super) fn write(site: &Site<'_>, sink: &dyn Sink) -> io::Result<usize> {
    let search = SearchPage {
        page: Page::new(
            site,
            "search/".to_owned(),
            "Search",
            format!("Search all skills in {}.", site.config.title),
        ),
        tags: top_tags(site, N_TAGS),
    };
    write_page(sink, "search/", &search)?;
    let mut page = Page::new(
        site,
        "404.html".to_owned(),
        "Page not found",
        "There is nothing at this address.",
    );
    page.is_indexed = false;
    write_page(sink, "404.html", &NotFoundPage { page })?;
    Ok(2)
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage<'a> {
    page: Page<'a>,
    tags: Vec<TagLink<'a>>,
}

#[derive(Template)]
#[template(path = "404.html")]
struct NotFoundPage<'a> {
    page: Page<'a>,
}
