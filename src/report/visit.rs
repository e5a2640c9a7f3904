//! A visit: a page, and all that it loads before anybody touches it.

use std::collections::HashSet;

use serde::Serialize;

use super::Load;
use super::error::ReportError;
use super::files::Files;
use super::parts::is_detail_page;
use super::references::{self, When, is_script};
use crate::sink::SiteFile;

/// The first listing page.
pub(super) const LISTING_PAGE: &str = "skills/index.html";

/// What a visit with an empty cache loads.
#[derive(Clone, Debug, Serialize)]
pub struct Visit {
    /// Path of the page below the site's root.
    pub page: String,
    /// The page first, then what it loads, in that order.
    #[serde(flatten)]
    pub load: Load,
}

/// Counts a visit of `page`: the page; what it names; what the scripts among that import, and so on.
///
/// # Errors
/// When the page cannot be read.
pub(super) fn measure(page: &str, files: &mut Files) -> Result<Visit, ReportError> {
    let mut load = Load::default();
    let mut seen = HashSet::from([page.to_owned()]);
    let mut round = vec![page.to_owned()];
    while !round.is_empty() {
        load.round_trips += 1;
        let mut next = Vec::new();
        for path in &round {
            load.add(files.component(path)?);
            let named = named_by(path, files).into_iter();
            next.extend(named.filter_map(|(path, when)| (when == When::AtOnce).then_some(path)));
        }
        next.retain(|path| seen.insert(path.clone()));
        round = next;
    }
    let page = page.to_owned();
    Ok(Visit { page, load })
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
pub(super) fn middle_detail_page(files: &[SiteFile]) -> Option<String> {
    let pages = files.iter().filter(|file| is_detail_page(&file.path));
    let mut pages: Vec<&SiteFile> = pages.collect();
    pages.sort_by_key(|page| (page.len, &page.path));
    let middle_idx = pages.len().checked_sub(1)? / 2;
    // As a URL has it.
    Some(pages[middle_idx].path.replace('%', "%25"))
}
