//! Lists that take as many pages as they need.

pub(super) mod badges;
pub(super) mod collections;
pub(super) mod listing;
pub(super) mod owners;
pub(super) mod tags;

use std::borrow::Cow;
use std::hash::Hash;
use std::io;

use askama::Template;
use rayon::prelude::*;

use super::page::{Page, Section, SiteView, write_page};
use crate::sink::Sink;
use crate::text::number::grouped;

/// Skills on a page of a list.
pub(super) const PAGE_SIZE: usize = 24;

/// Names on a page of an index.
pub(super) const INDEX_PAGE_SIZE: usize = 300;

/// One page of a list.
pub(super) struct ListPart<'i, T> {
    /// Counts from 1.
    number: usize,
    /// Site path.
    path: String,
    items: &'i [T],
    pager: Pager,
}

impl<T> ListPart<'_, T> {
    /// What the base template needs of this page of the list. Pages after the first have their number in the title, so that
    /// titles are unique.
    fn page<'a>(
        &self,
        site: &'a SiteView<'a>,
        section: Section,
        title: &str,
        description: impl Into<Cow<'a, str>>,
    ) -> Page<'a> {
        let title = match self.number {
            1 => title.to_owned(),
            number => format!("{title}, page {number}"),
        };
        Page::new(site, self.path.clone(), title, description).section(section)
    }
}

/// Writes the pages of a list, each as `view` shows it; returns their number. `path_of` gives the site path of a page.
pub(super) fn write_list<'i, T: Sync, V: Template + Hash>(
    site: &SiteView<'_>,
    sink: &dyn Sink,
    items: &'i [T],
    page_size: usize,
    path_of: impl Fn(usize) -> String + Sync,
    view: impl Fn(ListPart<'i, T>) -> V + Sync,
) -> io::Result<usize> {
    let n_pages = n_pages(items.len(), page_size);
    (1..=n_pages).into_par_iter().try_for_each(|number| {
        let start = (number - 1) * page_size;
        let path = path_of(number);
        let view = view(ListPart {
            number,
            path: path.clone(),
            items: &items[start..items.len().min(start + page_size)],
            pager: Pager::new(site, number, n_pages, &path_of),
        });
        write_page(sink, &path, &view)
    })?;
    Ok(n_pages)
}

/// A name in an index, with the number of skills that have it.
#[derive(Hash)]
pub(super) struct NameLink<'a> {
    pub(super) name: &'a str,
    pub(super) link: String,
    pub(super) n_skills: String,
}

impl<'a> NameLink<'a> {
    fn new(site: &SiteView<'_>, name: &'a str, page_path: &str, n_skills: usize) -> Self {
        Self {
            name,
            link: site.link(page_path),
            n_skills: grouped(n_skills),
        }
    }
}

/// How many pages hold `n_items`; an empty list has one.
pub(super) fn n_pages(n_items: usize, page_size: usize) -> usize {
    n_items.div_ceil(page_size).max(1)
}

/// The links between the pages of one list.
#[derive(Hash)]
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
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum PagerStep {
    /// Number and link.
    Page(usize, String),
    Gap,
}

impl Pager {
    /// `path_of` gives the site path of a page; pages count from 1.
    pub(super) fn new(
        site: &SiteView<'_>,
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
