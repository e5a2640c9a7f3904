//! Orders of skills, and the list as files.

use std::cmp::Reverse;

use serde_json::Value;

use super::shapes::{Counts, Shaper};
use crate::catalog::{Catalog, Skill};

/// How a list is sorted. Ties are in the order of the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Last published first.
    Updated,
    /// First published last comes first.
    Newest,
    /// By slug.
    Slug,
    /// By name, letter case apart.
    Name,
    Downloads,
    Stars,
    Installs,
    /// By downloads, installs and stars together; the terms of ClawHub's formula that need no clock.
    Recommended,
}

impl Order {
    /// The positions of listed skills in this order.
    pub(super) fn of(self, catalog: &Catalog) -> Vec<usize> {
        let skill = |skill_idx: &usize| -> &Skill { &catalog.skills[*skill_idx] };
        let stats = |skill_idx: &usize| skill(skill_idx).stats.unwrap_or_default();
        let mut order = catalog.listed_idxs();
        match self {
            Self::Updated => return catalog.last_updated_first(),
            Self::Newest => order.sort_by_key(|idx| Reverse(skill(idx).created_at)),
            Self::Slug => order.sort_by_cached_key(|idx| skill(idx).key.slug.to_ascii_lowercase()),
            Self::Name => order.sort_by_cached_key(|idx| skill(idx).name.to_lowercase()),
            Self::Downloads => order.sort_by_key(|idx| Reverse(stats(idx).downloads)),
            Self::Stars => order.sort_by_key(|idx| Reverse(stats(idx).stars)),
            Self::Installs => order.sort_by_key(|idx| Reverse(stats(idx).installs)),
            Self::Recommended => order.sort_by_cached_key(|idx| {
                let stats = stats(idx);
                Reverse(
                    55 * stats.downloads.isqrt()
                        + 150 * stats.installs.isqrt()
                        + 115 * stats.stars.isqrt(),
                )
            }),
        }
        order
    }
}

/// Items of the first page, which the `clawhub` client shows as it comes.
pub(super) const FIRST_PAGE_LEN: usize = 25;

/// Items of a further page.
pub(super) const PAGE_LEN: usize = 200;

/// The list of newest skills as pages: first the newest [`FIRST_PAGE_LEN`], then full pages counted from the oldest.
///
/// The further pages are numbered from the oldest, so that a new skill changes two files and not all of them. Returns
/// (number of the page, or `None` for the first; its skills by position; number of the page that follows it).
pub(super) fn newest_pages(catalog: &Catalog) -> Vec<(Option<usize>, Vec<usize>, Option<usize>)> {
    let mut newest = Order::Newest.of(catalog);
    let older = newest.split_off(newest.len().min(FIRST_PAGE_LEN));
    let n_pages = older.len().div_ceil(PAGE_LEN);
    let mut pages = vec![(None, newest, (n_pages > 0).then_some(n_pages))];
    let oldest_first: Vec<usize> = older.into_iter().rev().collect();
    for (page_idx, chunk) in oldest_first.chunks(PAGE_LEN).enumerate().rev() {
        let skills = chunk.iter().rev().copied().collect();
        pages.push((
            Some(page_idx + 1),
            skills,
            (page_idx > 0).then_some(page_idx),
        ));
    }
    pages
}

/// The items of these skills.
pub(super) fn items(shaper: &Shaper, skills: &[usize], counts: Counts) -> Vec<Value> {
    skills
        .iter()
        .map(|skill_idx| shaper.item(&shaper.catalog.skills[*skill_idx], counts))
        .collect()
}
