//! Why a site cannot be read, or cannot be searched.

use std::path::PathBuf;

use skillpress_search::FormatError;
use thiserror::Error;

use super::INDEX_FOLDER;
use crate::http_client::Refusal;

/// Why a place cannot be read as a site.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SourceError {
    /// The folder has no search index.
    #[error("`{}` is not a built site: it has no folder `{INDEX_FOLDER}`", .0.display())]
    NoSite(PathBuf),
    /// There is no folder.
    #[error("there is no folder `{}`", .0.display())]
    NoFolder(PathBuf),
    /// The address has a scheme that is not read.
    #[error("`{0}` is no address that can be read")]
    Scheme(String),
    /// The address is of a bucket, and none that can be opened.
    #[error("`{place}` cannot be read: {reason}")]
    Bucket { place: String, reason: String },
    /// The address is not a URL.
    #[error("`{0}` is not the URL of a site")]
    NoUrl(String),
}

impl SourceError {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoSite(_) => "run `skillpress build`, or name the site with `--site`",
            Self::NoFolder(_) => "name the folder of a site, or the URL where it stands",
            Self::Scheme(_) => "it begins with `https://` or `http://`, or is a folder",
            Self::Bucket { .. } => {
                "write one such as `s3://bucket/prefix`, and set the variables of the cloud"
            }
            Self::NoUrl(_) => "write one such as `https://skills.example/`",
        }
    }
}

/// Why a site cannot be searched; `site` is as the user named it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SearchError {
    /// It has no manifest of an index.
    #[error("`{site}` has no search index")]
    Gone { site: String },
    /// Reading the manifest was refused.
    #[error("the search index of `{site}` is not read: {refusal}")]
    Refused {
        site: String,
        #[source]
        refusal: Refusal,
    },
    /// The manifest cannot be read.
    #[error("the search index of `{site}` cannot be read")]
    Unread { site: String },
    /// The index is not what this version can read.
    #[error("the search index of `{site}` cannot be used: {error}")]
    Format {
        site: String,
        #[source]
        error: FormatError,
    },
}

impl SearchError {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Gone { .. } => "build the site with `skillpress build`",
            Self::Refused { .. } => "name the address where the site stands, if you trust it",
            Self::Unread { .. } => "check the address and the network",
            Self::Format { error, .. } => format_hint(error),
        }
    }
}

/// What to do with an index that cannot be read for `error`.
pub fn format_hint(error: &FormatError) -> &'static str {
    match error {
        FormatError::Version { got, expected } | FormatError::Analyzer { got, expected } => {
            if got > expected {
                "install a newer skillpress, or build the site with this one"
            } else {
                "build the site with this skillpress, or read it with the one that built it"
            }
        }
        _ => "build the site again",
    }
}
