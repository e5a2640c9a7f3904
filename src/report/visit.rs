//! A visit: a page, and all that it loads before anybody touches it.

use serde::Serialize;

use super::files::Files;
use super::parts::SiteFile;
use super::references::{self, When, is_script};
use super::{Component, Cost};

/// The first listing page.
pub(super) const LISTING_PAGE: &str = "skills/index.html";

/// What a visit with an empty cache loads.
#[derive(Clone, Debug, Serialize)]
pub struct Visit {
    /// Path of the page below the site's root.
    pub page: String,
    /// All together.
    #[serde(flatten)]
    pub total: Cost,
    /// How many round trips, one after the other.
    pub round_trips: u32,
    /// The page first, then what it loads, in that order.
    pub components: Vec<Component>,
}

/// Counts a visit of `page`: the page; what it names; what the scripts among that import, and so on.
///
/// # Errors
/// One sentence when the page cannot be read.
pub(super) fn measure(page: &str, files: &mut Files) -> Result<Visit, String> {
    let mut visit = Visit {
        page: page.to_owned(),
        total: Cost::default(),
        round_trips: 0,
        components: Vec::new(),
    };
    let mut seen: Vec<String> = Vec::new();
    let mut round = vec![page.to_owned()];
    while !round.is_empty() {
        visit.round_trips += 1;
        let mut next = Vec::new();
        for path in &round {
            let component = files.component(path)?;
            visit.total += component.cost;
            visit.components.push(component);
            next.extend(loaded_at_once(path, files));
        }
        seen.append(&mut round);
        for path in next {
            if !seen.contains(&path) && !round.contains(&path) {
                round.push(path);
            }
        }
    }
    Ok(visit)
}

fn loaded_at_once(path: &str, files: &Files) -> Vec<String> {
    named_by(path, files)
        .into_iter()
        .filter(|(_, when)| *when == When::AtOnce)
        .map(|(path, _)| path)
        .collect()
}

/// The files of the site that a page or a script names.
pub(super) fn named_by(path: &str, files: &Files) -> Vec<(String, When)> {
    let is_page = path.ends_with(".html");
    if !is_page && (!is_script(path) || path.ends_with(".wasm")) {
        return Vec::new();
    }
    let bytes = files.read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let references = if is_page {
        references::of_page(&text)
    } else {
        references::of_script(&text)
    };
    references
        .into_iter()
        .filter_map(|(reference, when)| Some((files.resolve(path, &reference)?, when)))
        .collect()
}

/// The skill page of middle size: half of the others are as large at least.
pub(super) fn middle_detail_page(paths: &[SiteFile]) -> Option<&str> {
    let mut pages: Vec<&SiteFile> = paths.iter().filter(|file| file.is_detail_page()).collect();
    pages.sort_by_key(|page| (page.len, &page.path));
    let middle_idx = pages.len().checked_sub(1)? / 2;
    Some(&pages[middle_idx].path)
}
