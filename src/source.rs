//! Where the command reads a site from: a folder, or a web server.

mod file;
mod http;

use std::path::Path;

use skillpress_search::{Answer, Request, Source};

pub use file::FileSource;
pub use http::HttpSource;

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
    /// One sentence when the URL is not one, or the folder is no site.
    pub fn open(place: &str) -> Result<Self, String> {
        if is_url(place) {
            return Ok(Self::Http(HttpSource::new(place)?));
        }
        Ok(Self::File(FileSource::new(Path::new(place))?))
    }

    /// Reads one whole file of the site (not only of the index), such as a skill's page data.
    ///
    /// `path` is relative to the site's root and percent-encoded.
    pub fn read(&mut self, path: &str) -> Answer {
        match self {
            Self::File(source) => source.read(path),
            Self::Http(source) => source.read(path),
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

/// Whether `place` is a URL and no folder.
pub fn is_url(place: &str) -> bool {
    place.contains("://")
}

/// The folder of the index below the site's root.
const INDEX_FOLDER: &str = "search";
