//! What all pages have: a place, a title, what machines read in their head.

use std::borrow::Cow;
use std::io;

use askama::Template;

use super::markup::Markup;
use super::site::Site;
use crate::sink::Sink;
use crate::url;

/// What the base template needs of a page.
pub(super) struct Page<'a> {
    pub(super) site: &'a Site<'a>,
    /// Without the name of the site; empty on the home page.
    pub(super) title: Cow<'a, str>,
    pub(super) description: Cow<'a, str>,
    /// Site path, percent-encoded.
    pub(super) path: String,
    /// Whether search engines may list it.
    pub(super) is_indexed: bool,
    /// Which entry of the main navigation it belongs to.
    pub(super) section: Section,
    /// Site path and title of its own feed.
    pub(super) feed: Option<(String, String)>,
    /// The page as structured data.
    pub(super) json_ld: Option<Markup>,
}

/// The entries of the main navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Skills,
    Badges,
    Tags,
    Owners,
    Other,
}

impl<'a> Page<'a> {
    pub(super) fn new(
        site: &'a Site<'a>,
        path: String,
        title: impl Into<Cow<'a, str>>,
        description: impl Into<Cow<'a, str>>,
    ) -> Self {
        Self {
            site,
            title: title.into(),
            description: description.into(),
            path,
            is_indexed: true,
            section: Section::Other,
            feed: None,
            json_ld: None,
        }
    }

    pub(super) fn section(mut self, section: Section) -> Self {
        self.section = section;
        self
    }

    pub(super) fn canonical(&self) -> String {
        self.site.absolute(&self.path)
    }

    fn is_in(&self, section: &Section) -> bool {
        self.section == *section
    }

    /// The main navigation: label, site path, and whether this page belongs to it.
    pub(super) fn navigation(&self) -> [(&'static str, &'static str, bool); 4] {
        [
            ("Skills", "skills/", self.is_in(&Section::Skills)),
            ("Badges", "badges/", self.is_in(&Section::Badges)),
            ("Tags", "tags/", self.is_in(&Section::Tags)),
            ("Owners", "owners/", self.is_in(&Section::Owners)),
        ]
    }
}

/// Renders a template and writes it where `page_path` is served from.
pub(super) fn write_page(
    sink: &dyn Sink,
    page_path: &str,
    template: &impl Template,
) -> io::Result<()> {
    let html = template.render().map_err(io::Error::other)?;
    sink.write(&url::output_path(page_path), html.as_bytes())
}

/// Skills on a page of a list.
pub(super) const PAGE_SIZE: usize = 24;

/// The links between the pages of one list.
pub(super) struct Pager {
    /// Counts from 1.
    pub(super) current: usize,
    /// At least 1: a list without items has one empty page.
    pub(super) n_pages: usize,
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
    /// The first, the last and the pages around the current one.
    pub(super) steps: Vec<PagerStep>,
}

/// One element between "previous" and "next".
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PagerStep {
    /// Number and link.
    Page(usize, String),
    Gap,
}

impl Pager {
    /// `path_of` gives the site path of a page; pages count from 1.
    pub(super) fn new(
        site: &Site<'_>,
        current: usize,
        n_pages: usize,
        path_of: impl Fn(usize) -> String,
    ) -> Self {
        let link = |page: usize| site.link(&path_of(page));
        let mut steps = Vec::new();
        let mut last_shown = 0;
        for page in 1..=n_pages {
            let is_edge = page == 1 || page == n_pages;
            if !is_edge && page.abs_diff(current) > 1 {
                continue;
            }
            match page - last_shown {
                1 => {}
                // A gap of one page is shown as that page.
                2 => steps.push(PagerStep::Page(page - 1, link(page - 1))),
                _ => steps.push(PagerStep::Gap),
            }
            steps.push(PagerStep::Page(page, link(page)));
            last_shown = page;
        }
        Self {
            current,
            n_pages,
            previous: (current > 1).then(|| link(current - 1)),
            next: (current < n_pages).then(|| link(current + 1)),
            steps,
        }
    }
}

/// How many pages hold `n_items`; an empty list has one.
pub(super) fn n_pages(n_items: usize, page_size: usize) -> usize {
    n_items.div_ceil(page_size).max(1)
}

/// The items of a page that counts from 1.
pub(super) fn page_items<T>(items: &[T], page: usize, page_size: usize) -> &[T] {
    let start = ((page - 1) * page_size).min(items.len());
    &items[start..items.len().min(start + page_size)]
}
