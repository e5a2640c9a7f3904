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
pub(crate) mod number;
mod page;
mod published;
mod redirect;
mod search_page;
mod site;
mod sitemap;
#[cfg(test)]
mod tests;
mod text;
pub mod url;
pub mod zip;

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::catalog::{Catalog, Skill};
use crate::config::Config;
use crate::memory::MemoryBudget;
use crate::sink::Sink;
use site::Site;

pub use detail::published_files;
pub use feed::no_dates;
pub use hosting::NO_JEKYLL;
pub use install::{clawhub_command, is_discoverable};
pub use zip::ZipDigest;

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

/// For each skill, the skills most like it, the most similar first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Related {
    by_skill: Vec<Vec<usize>>,
}

/// Most related skills that a page shows.
pub const RELATED_MAX: usize = 5;

impl Related {
    /// `by_skill[skill_idx]` holds positions of others; it may be shorter than the catalog, and lists may be empty.
    pub fn new(by_skill: Vec<Vec<usize>>) -> Self {
        Self { by_skill }
    }

    /// The same lists by the positions in a later state of the catalog: skills that are gone are in none, new ones have
    /// none.
    pub fn followed(&self, from: &Catalog, to: &Catalog) -> Self {
        let list = |skill: &Skill| {
            let others = from
                .skill_idx(&skill.key)
                .map_or(&[][..], |idx| self.of(idx));
            let others = others.iter().filter_map(|idx| from.skills.get(*idx));
            others
                .filter_map(|other| to.skill_idx(&other.key))
                .collect()
        };
        Self {
            by_skill: to.skills.iter().map(list).collect(),
        }
    }

    /// The skills like this one.
    pub fn of(&self, skill_idx: usize) -> &[usize] {
        self.by_skill.get(skill_idx).map_or(&[], Vec::as_slice)
    }
}
