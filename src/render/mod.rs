//! Pages, feeds and the other files that people and programs read.
//!
//! [`write_site`] writes all of them but the search index and the API. Every page is an askama template below
//! `templates/`, which escapes what strangers wrote; only values of the type `markup::Markup` go out as they are.

mod assets;
mod body;
mod card;
mod detail;
mod feed;
mod home;
mod hosting;
mod install;
mod listing;
mod llms;
mod markup;
mod page;
mod redirect;
mod search_page;
mod site;
mod sitemap;
#[cfg(test)]
mod tests;
mod text;

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::catalog::{Catalog, Related};
use crate::config::Config;
use crate::memory::MemoryBudget;
use crate::sink::Sink;
use crate::zip::ZipDigest;
use site::Site;

pub use feed::no_dates;

/// Writes every page, feed and file of the site except the search index and the API.
///
/// `progress` is called from several threads with the number of skills whose page, files and zip are written.
/// The same catalog and config give the same bytes.
///
/// # Errors
/// What the sink says, such as a full disk or two outputs with one path.
pub fn write_site(
    catalog: &Catalog,
    config: &Config,
    related: &Related,
    sink: &dyn Sink,
    progress: &(dyn Fn(usize) + Sync),
) -> io::Result<WrittenSite> {
    let site = Site::new(catalog, config);
    assets::write(&site, sink)?;
    let zips = write_skills(&site, related, sink, progress)?;
    let counts = PageCounts {
        skills: catalog.skills.len(),
        listings: listing::write_listings(&site, sink)?,
        badges: listing::write_badges(&site, sink)?,
        tags: listing::write_tags(&site, sink)?,
        owners: listing::write_owners(&site, sink)?,
        others: search_page::write(&site, sink)? + home::write(&site, sink)?,
        redirects: redirect::write(&site, sink)?,
        feeds: feed::write(&site, sink)?,
    };
    sitemap::write(&site, sink)?;
    llms::write(&site, sink)?;
    hosting::write(&site, sink)?;
    Ok(WrittenSite { counts, zips })
}

/// Writes what belongs to one skill each, on all cores; returns the digests of the zips in the order of the catalog.
fn write_skills(
    site: &Site<'_>,
    related: &Related,
    sink: &dyn Sink,
    progress: &(dyn Fn(usize) + Sync),
) -> io::Result<Vec<ZipDigest>> {
    let n_done = AtomicUsize::new(0);
    let memory = MemoryBudget::default();
    (0..site.catalog.skills.len())
        .into_par_iter()
        .map(|skill_idx| {
            let skill = &site.catalog.skills[skill_idx];
            let _reserved = memory.reserve(detail::memory_to_write(skill));
            let digest = detail::write(site, skill_idx, related.of(skill_idx), sink)?;
            progress(n_done.fetch_add(1, Ordering::Relaxed) + 1);
            Ok(digest)
        })
        .collect()
}

/// What [`write_site`] wrote, for the summary of a build and for the API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenSite {
    /// How many pages of which sort.
    pub counts: PageCounts,
    /// The zip of each skill, in the order of the catalog.
    pub zips: Vec<ZipDigest>,
}

/// How many pages of which sort were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageCounts {
    /// One for each skill, suspicious ones included.
    pub skills: usize,
    /// Pages of the listing, all sorts together.
    pub listings: usize,
    /// Pages of badges, and their index.
    pub badges: usize,
    /// Pages of tags, and their index.
    pub tags: usize,
    /// Pages of owners, and their index.
    pub owners: usize,
    /// Home, search and 404.
    pub others: usize,
    /// Pages that lead from an alias to the skill.
    pub redirects: usize,
    /// Atom feeds; not pages, so not in [`PageCounts::pages`].
    pub feeds: usize,
}

impl PageCounts {
    /// All HTML pages.
    pub fn pages(&self) -> usize {
        self.skills
            + self.listings
            + self.badges
            + self.tags
            + self.owners
            + self.others
            + self.redirects
    }
}
