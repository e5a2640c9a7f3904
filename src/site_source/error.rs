//! Why a site cannot be read, or cannot be searched.

use std::net::IpAddr;
use std::path::PathBuf;

use skillpress_search::FormatError;
use thiserror::Error;

use super::INDEX_FOLDER;

/// Why a place cannot be read as a site.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SourceError {
    /// The folder has no search index.
    #[error("`{}` is not a built site: it has no folder `{INDEX_FOLDER}`", .0.display())]
    NoSite(PathBuf),
    /// The address has a scheme that is not read.
    #[error("`{0}` is no address that can be read")]
    Scheme(String),
    /// The address is not a URL.
    #[error("`{0}` is not the URL of a site")]
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
            Self::Format { .. } => "build the site again, or install a newer skillpress",
        }
    }
}

/// What is not fetched, although a server says that it is there.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The site is read over `https:`, and a redirect leads to `url`, which is not: whoever stands between could change it.
    #[error("a redirect leads from `https` to `{url}`, which anyone on the way could change")]
    Scheme { url: String },
    /// The site stands on the public internet, and it or a redirect of it leads to this machine or its network: `host`,
    /// a name or an address as it was written, resolves to `address`.
    #[error(
        "`{host}` is at `{address}`, an address of this machine or its network, and a public site must not lead there"
    )]
    Address { host: String, address: IpAddr },
    /// More than `max` redirects of one request.
    #[error("`{url}` redirects more than {max} times")]
    Redirects { url: String, max: u32 },
}
