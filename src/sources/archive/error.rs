//! Why an archive is not read.

use std::io;

use thiserror::Error;

use crate::http_client::Refusal;
use crate::text::number::{file_size, grouped};

/// Why an archive cannot be had, or is not read. Whoever shows it says which archive it is.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// It is no URL that can be fetched.
    #[error("`{0}` is no `https:` or `http:` URL")]
    NoUrl(String),
    /// The server has nothing to give; `status` such as 404.
    #[error("the server answers {status}")]
    Status { status: u16 },
    /// The server leads elsewhere.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What the network says.
    #[error("it cannot be downloaded: {0}")]
    Network(#[source] Box<ureq::Error>),
    /// It is another kind of file.
    #[error("it is no zip, tar or gzip-compressed tar")]
    Format,
    /// Two files of one name, of which programs take different ones.
    #[error("it has several files of one name")]
    DuplicateNames,
    /// Its structure is broken.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// A limit is passed.
    #[error(transparent)]
    TooLarge(#[from] Exceeded),
    /// What the file system says.
    #[error("it cannot be read: {0}")]
    Io(io::Error),
}

/// Which limit is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Exceeded {
    /// The archive itself.
    #[error("it has more than {}", bytes(*.max_bytes))]
    Packed { max_bytes: u64 },
    /// What is in it.
    #[error("it holds more than {}", bytes(*.max_bytes))]
    Unpacked { max_bytes: u64 },
    /// What is in it, compared with the archive.
    #[error("what it holds is more than {max_ratio} times as long as the archive")]
    Ratio { max_ratio: u64 },
    /// How many there are.
    #[error("it has more than {} files and folders", grouped(*.max_entries))]
    Entries { max_entries: usize },
    /// What stands before a file of a tar, or all names together.
    #[error("it has names or other attributes of more than {}", bytes(*.max_bytes))]
    Header { max_bytes: u64 },
}

impl ArchiveError {
    /// What to do next, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoUrl(_) => {
                "write a URL such as `https://host.example/skills.zip`, or the path of a file"
            }
            Self::Status { .. } | Self::Network(_) => "check the URL and the network",
            Self::Refused(_) => "name the address where the archive stands, if you trust it",
            Self::Format => "name a `.zip`, `.tar.gz`, `.tgz` or `.tar`",
            Self::DuplicateNames | Self::Damaged(_) => "make the archive again",
            Self::TooLarge(_) => "make an archive of the skills alone",
            Self::Io(_) => return None,
        })
    }
}

impl ArchiveError {
    /// What stopped the unpacking: what is wrong with the archive, or with this machine.
    pub(super) fn while_unpacking(error: io::Error) -> Self {
        match error.into() {
            Self::Io(error) if is_damage(&error) => Self::Damaged(error.to_string()),
            error => error,
        }
    }
}

/// Whether it is the bytes of an archive that a reader does not like.
fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof, Unsupported};
    matches!(
        error.kind(),
        InvalidData | InvalidInput | Other | UnexpectedEof | Unsupported
    )
}

impl From<io::Error> for ArchiveError {
    /// A limit that was passed while reading comes through readers of others as an `io::Error`.
    fn from(error: io::Error) -> Self {
        match error.downcast::<Exceeded>() {
            Ok(exceeded) => Self::TooLarge(exceeded),
            Err(error) => Self::Io(error),
        }
    }
}

impl From<Exceeded> for io::Error {
    fn from(exceeded: Exceeded) -> Self {
        Self::new(io::ErrorKind::FileTooLarge, exceeded)
    }
}

fn bytes(n_bytes: u64) -> String {
    file_size(usize::try_from(n_bytes).unwrap_or(usize::MAX))
}
