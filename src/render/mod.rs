//! Pages, feeds and the other files that people and programs read.
//!
//! [`write_site`] writes all of them but the search index and the API. Every page is an askama template below
//! `templates/`, which escapes what strangers wrote; only values of the type `markup::Markup` go out as they are.

mod assets;
mod badge;
mod card;
mod collection;
mod feed;
mod home;
mod hosting;
mod install;
mod list;
mod llms;
mod markup;
mod page;
mod redirect;
mod registry;
mod search_page;
mod sitemap;
mod skill;
#[cfg(test)]
mod tests;
mod text;

use std::io;

use rayon::prelude::*;

use crate::catalog::{Catalog, Related};
use crate::config::Config;
use crate::memory::MemoryBudget;
use crate::sink::Sink;
use crate::zip::{KnownZips, SiteZips, SkillZips};
use list::{badges, collections, listing, owners, tags};
use registry::Registry;

pub use feed::no_dates;

/// Writes every page, feed and file of the site except the search index and the API.
///
/// `known_zips` may have the zips of skills whose files `sink` has already. `progress` is called from several threads,
/// once for each skill whose page, files and zip are written.
/// The same catalog and config give the same bytes.
///
/// # Errors
/// What the sink says, such as a full disk or two outputs with one path.
pub fn write_site(
    catalog: &Catalog,
    config: &Config,
    related: &Related,
    known_zips: &KnownZips,
    sink: &dyn Sink,
    progress: &(dyn Fn() + Sync),
) -> io::Result<WrittenSite> {
    let registry = Registry::new(catalog, config);
    registry.site.assets.write(sink)?;
    let zips = SiteZips {
        skills: write_skills(&registry, related, known_zips, sink, progress)?,
        collections: collection::write(&registry, known_zips, sink)?,
    };
    let n_pages = catalog.skills.iter().map(skill::n_pages).sum::<usize>()
        + listing::write(&registry, sink)?
        + badges::write(&registry, sink)?
        + collections::write(&registry, &zips.collections, sink)?
        + tags::write(&registry, sink)?
        + owners::write(&registry, sink)?
        + search_page::write(&registry, sink)?
        + home::write(&registry, sink)?
        + redirect::write(&registry, sink)?;
    feed::write(&registry, sink)?;
    sitemap::write(&registry, sink)?;
    llms::write(&registry, sink)?;
    hosting::write(&registry, sink)?;
    Ok(WrittenSite { n_pages, zips })
}

/// Writes what belongs to one skill each, on all cores; returns what there is to say of the zips in the order of the catalog.
fn write_skills(
    registry: &Registry<'_>,
    related: &Related,
    known_zips: &KnownZips,
    sink: &dyn Sink,
    progress: &(dyn Fn() + Sync),
) -> io::Result<Vec<SkillZips>> {
    let memory = MemoryBudget::default();
    (0..registry.catalog.skills.len())
        .into_par_iter()
        .map(|skill_idx| {
            let skill = &registry.catalog.skills[skill_idx];
            let _reserved = memory.reserve(skill::memory_to_write(skill));
            let zips = skill::write(registry, skill_idx, related.of(skill_idx), known_zips, sink)?;
            progress();
            Ok(zips)
        })
        .collect()
}

/// What [`write_site`] wrote, for the summary of a build and for the API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenSite {
    /// HTML pages, those that lead from an alias to a skill among them.
    pub n_pages: usize,
    /// The zips.
    pub zips: SiteZips,
}
