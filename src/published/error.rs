//! Why something of a published site is not given.

use thiserror::Error;

use crate::http_client::Refusal;
use crate::text::clean_line;

/// Why a record or a file is not given.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadError {
    /// The file has no copy, and the record does not say where it lies in the zip.
    #[error("`{path}` is published in the zip alone: {zip_url}")]
    ZipOnly { path: String, zip_url: String },
    /// The file is longer than what is given.
    #[error(
        "`{path}` has {len_bytes} bytes, and files of more than {max_bytes} are not given here; it is at {url}"
    )]
    TooLong {
        path: String,
        /// Of its copy, or of the zip.
        url: String,
        len_bytes: u64,
        max_bytes: u64,
    },
    /// The file would have to be cut out of a zip that is too long to be read whole.
    #[error(
        "`{path}` is not taken out of the zip: the host answers no ranges, and of {len_bytes} bytes at most {max_bytes} are read; the zip is at {zip_url}"
    )]
    ZipTooLong {
        path: String,
        zip_url: String,
        len_bytes: u64,
        max_bytes: u64,
    },
    /// The file is packed in a way that is not read.
    #[error(
        "`{path}` is packed by method {method} of the zip format, which is not read here; the zip is at {zip_url}"
    )]
    Method {
        path: String,
        zip_url: String,
        method: u16,
    },
    /// The bytes are not those of the file that the record speaks of, or the record speaks of none that there could be.
    #[error(
        "`{path}` is not the file that the site speaks of: it was damaged, or replaced since; the zip is at {zip_url}"
    )]
    Replaced { path: String, zip_url: String },
    /// Reading something was refused.
    #[error("{what} is not read: {}", clean_line(&refusal.to_string(), REASON_MAX_CHARS))]
    Refused { what: String, refusal: Refusal },
    /// Something cannot be read, or is not what it should be.
    #[error("{what} cannot be read")]
    Unread { what: String },
}

/// Longest reason, which may quote an address that a server gave, in characters.
pub const REASON_MAX_CHARS: usize = 400;

impl ReadError {
    /// What to do next, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Replaced { .. } => Some("try again, since the site may be being replaced"),
            Self::Unread { .. } => Some("try again, then check the site and the network"),
            Self::Refused { .. } => Some("name the address where the site stands, if you trust it"),
            Self::ZipOnly { .. }
            | Self::TooLong { .. }
            | Self::ZipTooLong { .. }
            | Self::Method { .. } => None,
        }
    }

    /// Whether the site itself is at fault, and nothing that was asked.
    pub fn is_of_site(&self) -> bool {
        matches!(
            self,
            Self::Replaced { .. } | Self::Refused { .. } | Self::Unread { .. }
        )
    }
}
