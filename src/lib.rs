//! Builds a static site with an embedded search index from a folder of agent skills.
//!
//! The `skillpress` command is the usual way; a program of its own builds a site so:
//!
//! ```no_run
//! use skillpress::{DirSink, Progress, Project, Site};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let project = Project {
//!     base_url: Some("https://skills.example/".parse()?),
//!     ..Project::new("content")
//! };
//! let progress = Progress::new(true);
//! let (site, warnings) = Site::load(&project, &progress)?;
//! for warning in warnings.sorted() {
//!     eprintln!("{warning}");
//! }
//! let sink = DirSink::create("public".as_ref())?;
//! site.write(&sink, &progress)?;
//! sink.finish()?;
//! # Ok(())
//! # }
//! ```
//!
//! A built site is searched by the crate `skillpress-search`.

// A room's own items are `pub(super)`; `pub` is what it offers to other rooms. What the library offers is listed below.
#![allow(unreachable_pub)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

#[macro_use]
mod terminal;

mod api;
mod catalog;
mod changes;
mod clients;
mod cmd;
mod config;
mod conformance;
mod content;
mod discovery;
mod export;
mod file_name;
mod fingerprint;
mod front_matter;
mod git;
mod hosting;
mod http_client;
mod index;
mod input_file;
mod inspect;
mod json;
mod key;
mod licence;
mod lock;
mod loss;
mod markdown;
mod marketplace;
mod mcp;
mod memory;
mod minisign;
mod mirror;
mod npm;
mod output_file;
mod preview;
mod problem;
mod progress;
mod project;
mod publish;
mod published;
mod render;
mod report;
mod server;
mod sink;
mod site;
mod site_source;
mod sources;
mod standing;
mod summed_site;
mod sums;
mod text;
mod tree;
mod url;
mod verify;
mod zip;

pub use index::PreviousError;
pub use problem::{Problem, Problems, Severity};
pub use progress::Progress;
pub use project::Project;
pub use sink::{DirSink, MemorySink, OutputError, PathError, Sink, Written};
pub use site::{SigningError, Site, SiteCounts, WriteError};
pub use url::{BaseUrl, BaseUrlError};

#[doc(hidden)]
pub use cmd::run;

/// Parts for the tests and benchmarks of this package. Anything here may change at any time.
#[doc(hidden)]
pub mod internals {
    pub use crate::api::{SearchRequest, SiteSearch};
    pub use crate::catalog::Skill;
    pub use crate::content::{Disk, LoadOptions, load as load_content};
    pub use crate::discovery::{
        DiscoverError, Discovered, FoundSkill, LeftOut, Reason, SkillEntry, SkillFiles, discover,
        skill_files,
    };
    pub use crate::index::pack::PartFile;
    pub use crate::index::vector::{Adapted, Model, adapt, build as build_vectors, embed};
    pub use crate::site_source::{FileSource, SiteSource};
    pub use crate::sources::LoadedSources;
    pub use crate::tree::{FolderTree, FolderTreeError, Tree, Unlisted};
    pub use crate::url::published_path;
}
