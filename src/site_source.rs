//! Where the command reads a site from: a folder, a web server, or a bucket.

mod bucket;
mod copy;
mod error;
mod file;
mod http;
mod pause;
mod threads;

use std::path::Path;

use skillpress_search::{Answer, ByteRange, OpenError, Request, Searcher, Source};

use crate::http_client::Refusal;

pub use bucket::{BucketSource, Objects, ObjectsError};
pub use copy::{CopyError, Target};
pub use error::{SearchError, SourceError, format_hint};
pub use file::FileSource;
pub use http::HttpSource;

/// A site, near or far; searches read the files of its index.
#[derive(Debug)]
pub enum SiteSource {
    /// In a folder.
    File(FileSource),
    /// Behind a web server.
    Http(HttpSource),
    /// In a bucket.
    Bucket(BucketSource),
}

impl SiteSource {
    /// The site at `place`: a URL of a web server, or a folder.
    ///
    /// # Errors
    /// When the URL is not one, or the folder is no site.
    pub fn open(place: &str) -> Result<Self, SourceError> {
        if place.contains("://") {
            return Ok(Self::Http(HttpSource::new(place)?));
        }
        Self::open_folder(Path::new(place))
    }

    /// The site in `folder`.
    ///
    /// # Errors
    /// When the folder is no site.
    pub fn open_folder(folder: &Path) -> Result<Self, SourceError> {
        Ok(Self::File(FileSource::new(folder)?))
    }

    /// Opens the search index of the site.
    ///
    /// # Errors
    /// When there is none, or none that can be read.
    pub fn open_index(&mut self) -> Result<Searcher, SearchError> {
        Searcher::open_source(self).map_err(|error| self.search_error(error))
    }

    /// What `error` of a search means for whoever named the site.
    pub fn search_error(&self, error: OpenError) -> SearchError {
        let site = match self {
            Self::File(source) => source.folder.display().to_string(),
            Self::Http(source) => source.place.clone(),
            Self::Bucket(source) => source.place.clone(),
        };
        match (error, self.take_refusal()) {
            (OpenError::Gone, _) => SearchError::Gone { site },
            (OpenError::Failed, Some(refusal)) => SearchError::Refused { site, refusal },
            (OpenError::Failed, None) => SearchError::Unread { site },
            (OpenError::Format(error), _) => SearchError::Format { site, error },
        }
    }

    /// Reads one whole file of the site (not only of the index), such as a skill's page data; `Failed` when it is longer
    /// than `max_bytes`.
    ///
    /// `path` is relative to the site's root and percent-encoded.
    pub fn read(&self, path: &str, max_bytes: u64) -> Answer {
        match self {
            Self::File(source) => source.read(path, max_bytes),
            Self::Http(source) => source.read(path, max_bytes),
            Self::Bucket(source) => source.read(path, max_bytes),
        }
    }

    /// Reads a range of a file of the site: fewer bytes than were asked for where the file ends early, `NoRanges` from a
    /// host that answers none, or counts in the bytes that it sends compressed.
    ///
    /// `path` is relative to the site's root and percent-encoded; a range is never empty.
    pub fn read_range(&self, path: &str, range: ByteRange) -> Answer {
        match self {
            Self::File(source) => source.read_range(path, range),
            Self::Http(source) => source.read_range(path, range),
            Self::Bucket(source) => source.read_range(path, range),
        }
    }

    /// Does `work`, whose parts may each wait for the site, on as many threads as may ask it at once.
    pub fn side_by_side<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        match self {
            Self::File(_) => work(),
            Self::Http(source) => source.side_by_side(work),
            Self::Bucket(source) => source.side_by_side(work),
        }
    }

    /// Where `page_path` (percent-encoded, without a leading slash) stands: on the web, or below the site's root for a
    /// folder or a bucket.
    pub fn address(&self, page_path: &str) -> String {
        match self {
            Self::File(_) | Self::Bucket(_) => format!("/{page_path}"),
            Self::Http(source) => source.url(page_path),
        }
    }

    /// The first thing that was refused since this was asked, if anything was: it explains answers that failed.
    pub fn take_refusal(&self) -> Option<Refusal> {
        match self {
            Self::File(_) | Self::Bucket(_) => None,
            Self::Http(source) => source.take_refusal(),
        }
    }
}

impl Source for SiteSource {
    fn fetch(&mut self, requests: &[Request]) -> Vec<Answer> {
        match self {
            Self::File(source) => source.fetch(requests),
            Self::Http(source) => source.fetch(requests),
            Self::Bucket(source) => source.fetch(requests),
        }
    }
}

/// Largest whole file that is read; the largest file read whole is the codes of a large registry.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// The folder of the index below the site's root.
const INDEX_FOLDER: &str = "search";
