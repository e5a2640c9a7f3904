//! Where the command reads a site from: a folder, or a web server.

mod file;
mod http;
mod public;

use std::fmt;
use std::path::{Path, PathBuf};

use skillpress_search::{Answer, Request, Source};

pub use file::FileSource;
pub use http::{HttpSource, Refusal};

/// A site's search index, near or far.
#[derive(Debug)]
pub enum SiteSource {
    /// In a folder.
    File(FileSource),
    /// Behind a web server.
    Http(HttpSource),
}

impl SiteSource {
    /// The site at `place`: a URL, or a folder.
    ///
    /// # Errors
    /// When the URL is not one, or the folder is no site.
    pub fn open(place: &str) -> Result<Self, SourceError> {
        if is_url(place) {
            return Ok(Self::Http(HttpSource::new(place)?));
        }
        Ok(Self::File(FileSource::new(Path::new(place))?))
    }

    /// Reads one whole file of the site (not only of the index), such as a skill's page data; `Failed` when it is longer
    /// than `max_bytes`.
    ///
    /// `path` is relative to the site's root and percent-encoded.
    pub fn read(&mut self, path: &str, max_bytes: u64) -> Answer {
        match self {
            Self::File(source) => source.read(path, max_bytes),
            Self::Http(source) => source.read(path, max_bytes),
        }
    }

    /// The first thing that was refused since this was asked, if anything was: it explains answers that failed.
    pub fn take_refusal(&self) -> Option<Refusal> {
        match self {
            Self::File(_) => None,
            Self::Http(source) => source.take_refusal(),
        }
    }
}

impl Source for SiteSource {
    fn fetch(&mut self, requests: &[Request]) -> Vec<Answer> {
        match self {
            Self::File(source) => source.fetch(requests),
            Self::Http(source) => source.fetch(requests),
        }
    }
}

/// Why a place cannot be read as a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceError {
    /// The folder has no search index.
    NoSite(PathBuf),
    /// The address has a scheme that is not read.
    Scheme(String),
    /// The address is not a URL.
    NoUrl(String),
}

impl SourceError {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoSite(_) => "run `skillpress build`, or name the site with `--site`",
            Self::Scheme(_) => "it begins with `https://` or `http://`, or is a folder",
            Self::NoUrl(_) => "write one such as `https://skills.example/`",
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSite(folder) => write!(
                f,
                "`{}` is not a built site: it has no folder `{INDEX_FOLDER}`",
                folder.display()
            ),
            Self::Scheme(place) => write!(f, "`{place}` is no address that can be read"),
            Self::NoUrl(place) => write!(f, "`{place}` is not the URL of a site"),
        }
    }
}

impl std::error::Error for SourceError {}

/// Whether `place` is a URL and no folder.
pub fn is_url(place: &str) -> bool {
    place.contains("://")
}

/// Largest whole file that is read; the largest file read whole is the codes of a large registry.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// The folder of the index below the site's root.
const INDEX_FOLDER: &str = "search";
