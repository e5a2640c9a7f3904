//! The search page and the page for addresses that lead nowhere.

use std::io;

use askama::Template;

use super::list::NameLink;
use super::list::tags::top_tags;
use super::page::{Page, write_page};
use super::registry::Registry;
use crate::sink::Sink;
use crate::url;

/// Most tags on the search page.
const N_TAGS: usize = 24;

/// Writes the search page and 404; returns the number of pages.
pub(super) fn write(registry: &Registry<'_>, sink: &dyn Sink) -> io::Result<usize> {
    let search = SearchView {
        page: Page::new(
            &registry.site,
            url::SEARCH.to_owned(),
            "Search",
            format!("Search all skills in {}.", registry.site.title),
        ),
        tags: top_tags(registry, N_TAGS),
    };
    write_page(sink, url::SEARCH, &search)?;
    let mut page = Page::new(
        &registry.site,
        url::NOT_FOUND.to_owned(),
        "Page not found",
        "There is nothing at this address.",
    );
    page.is_indexed = false;
    write_page(sink, url::NOT_FOUND, &NotFoundView { page })?;
    Ok(2)
}

#[derive(Template, Hash)]
#[template(path = "search.html")]
struct SearchView<'a> {
    page: Page<'a>,
    tags: Vec<NameLink<'a>>,
}

#[derive(Template, Hash)]
#[template(path = "404.html")]
struct NotFoundView<'a> {
    page: Page<'a>,
}
