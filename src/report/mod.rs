//! What a visitor downloads: the bytes and requests of visits and searches, and the size of each part of a site.
//!
//! Everything is counted over the files of a built site, without a network, so that a build can refuse to publish a site
//! that became too heavy ([`budget`]). Searches run in the reader that browsers run, over the site's own files.
//!
//! Bytes are those of bodies, as they cross the network: brotli'd at quality 11 where hosts compress (HTML, CSS, scripts,
//! wasm, JSON, SVG), as they are for ranges of the index. Headers are not counted.

pub mod budget;
mod engine;
mod error;
mod files;
pub mod host_limits;
mod html;
mod parts;
mod queries;
mod references;
mod searches;
mod text;
mod visit;

use std::borrow::Cow;
use std::ops::AddAssign;
use std::path::Path;

use serde::Serialize;
use skillpress_search::Mode;
use skillpress_search::internals::format::vectors::head::VECTORS_HEAD;

use crate::config::Budgets;
use crate::sink::SiteFile;
use crate::text::number::file_size;
pub use error::ReportError;
use files::Files;
pub use html::write_html;
pub use parts::Part;
pub use queries::Queries;
pub use searches::{Quantiles, SearchCosts, Searches};
pub use text::write_text;
pub use visit::Visit;

/// What a site costs its visitors. Its JSON form is stable: keys are added, never renamed.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Listed skills.
    pub skills: u32,
    /// A visit of the first listing page.
    pub listing_visit: Visit,
    /// A visit of the skill page of middle size; `None` when there is none.
    pub detail_visit: Option<Visit>,
    /// What runs searches in a browser: scripts and wasm.
    pub engine: Load,
    /// Searches as visitors make them.
    pub search: Searches,
    /// Searches by words alone, where the site has vectors too.
    pub lexical_search: Option<Searches>,
    /// The whole site on disk.
    pub site: Part,
    /// Its parts, the largest first.
    pub parts: Vec<Part>,
}

/// What something costs to load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// Bytes that cross the network.
    pub bytes: u64,
    /// The same before compression.
    pub raw_bytes: u64,
    /// How many requests.
    pub requests: u64,
}

impl Report {
    /// One line: a listing visit and a first search.
    pub fn summary(&self) -> String {
        let size = |bytes: u64| file_size(bytes as usize);
        let listing = &self.listing_visit.load.total;
        let engine = match self.engine.total.bytes {
            0 => String::new(),
            bytes => format!(" (of which engine {})", size(bytes)),
        };
        format!(
            "a listing visit: {} in {} requests; a first search: {}{engine}",
            size(listing.bytes),
            listing.requests,
            size(self.search.first.bytes.median),
        )
    }
}

impl Cost {
    /// A request whose answer has so many bytes, which hosts send as they are.
    fn of_request(len_bytes: usize) -> Self {
        Self {
            bytes: len_bytes as u64,
            raw_bytes: len_bytes as u64,
            requests: 1,
        }
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.raw_bytes += other.raw_bytes;
        self.requests += other.requests;
    }
}

/// One part of a cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Component {
    /// A file's name without the hash of its content, `html`, or what the index calls its file.
    pub name: String,
    /// What it adds.
    #[serde(flatten)]
    pub cost: Cost,
}

/// Files that are loaded for one purpose.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Load {
    /// All together.
    #[serde(flatten)]
    pub total: Cost,
    /// How many round trips, one after the other, until all are there.
    pub round_trips: u32,
    /// In the order of loading.
    pub components: Vec<Component>,
}

impl Load {
    fn add(&mut self, component: Component) {
        self.total += component.cost;
        self.components.push(component);
    }
}

/// How much is counted.
#[derive(Clone, Debug)]
pub struct Scope {
    /// What is searched for.
    pub queries: Queries,
    /// Every file of the site, if somebody knows them; else they are looked for.
    pub files: Option<Vec<SiteFile>>,
    /// Whether a visit of a skill page is counted.
    pub has_detail_visit: bool,
    /// Whether searches by words alone are counted too, which no budget limits.
    pub has_lexical: bool,
}

impl Scope {
    /// Everything.
    pub fn full(queries: Queries) -> Self {
        Self {
            queries,
            files: None,
            has_detail_visit: true,
            has_lexical: true,
        }
    }

    /// What a build, which wrote `files`, needs for its summary and its budgets: a quarter of the searches, and a skill
    /// page only for its budget.
    pub fn of_build(files: Vec<SiteFile>, budgets: &Budgets) -> Self {
        Self {
            queries: Queries::Sample(32),
            files: Some(files),
            has_detail_visit: budgets.detail_visit.is_some(),
            has_lexical: false,
        }
    }
}

/// Counts what the site in `folder` costs. The same files and queries give the same report.
///
/// # Errors
/// When the folder is no site, or its index or another file that counts cannot be read.
pub fn measure(folder: &Path, scope: &Scope) -> Result<Report, ReportError> {
    let mut files = Files::open(folder)?;
    let site_files = match &scope.files {
        Some(files) => Cow::Borrowed(files),
        None => Cow::Owned(parts::walk(folder)?),
    };
    let listing_visit = visit::measure(visit::LISTING_PAGE, &mut files)?;
    let detail_page = scope
        .has_detail_visit
        .then(|| visit::middle_detail_page(&site_files));
    let detail_visit = detail_page
        .flatten()
        .map(|page| visit::measure(&page, &mut files))
        .transpose()?;
    let engine = engine::measure(&mut files)?;

    let searcher = files.source.open_index()?;
    let manifest = searcher.manifest();
    let is_lexical_apart = scope.has_lexical && manifest.head(VECTORS_HEAD).is_some();
    let queries = scope.queries.of(manifest, &mut files.source);
    let mut search = |mode| searches::measure(&searcher, mode, &queries, &engine, &mut files);
    Ok(Report {
        skills: manifest.n_skills,
        search: search(Mode::Hybrid)?,
        lexical_search: is_lexical_apart
            .then(|| search(Mode::Lexical))
            .transpose()?,
        listing_visit,
        detail_visit,
        engine,
        site: parts::total(&site_files),
        parts: parts::group(&site_files),
    })
}
