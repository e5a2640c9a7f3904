//! Copies whole files of a site as they come, for whoever checks or keeps all of it.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

use brotli::Decompressor;
use skillpress_search::Answer;
use thiserror::Error;
use ureq::http::{HeaderMap, StatusCode};

use super::{FileSource, HttpSource, SiteSource, SourceError};
use crate::http_client::Refusal;
use crate::input_file;
use crate::url;

/// Takes the bytes of one file.
pub trait Target: Write {
    /// Forgets what came: the file is read again from its start.
    ///
    /// # Errors
    /// What the file system says.
    fn restart(&mut self) -> io::Result<()>;
}

impl Target for Vec<u8> {
    fn restart(&mut self) -> io::Result<()> {
        self.clear();
        Ok(())
    }
}

impl SiteSource {
    /// The site at `place`, which need not have a search index.
    ///
    /// # Errors
    /// When the URL is not one, or there is no such folder.
    pub fn open_whole(place: &str) -> Result<Self, SourceError> {
        if place.contains("://") {
            return Self::open(place);
        }
        let folder = Path::new(place).to_owned();
        match folder.is_dir() {
            true => Ok(Self::File(FileSource { folder })),
            false => Err(SourceError::NoFolder(folder)),
        }
    }

    /// The folder of the site, if it lies in one.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::File(source) => Some(&source.folder),
            Self::Http(_) | Self::Bucket(_) => None,
        }
    }

    /// Copies the file at `path`, which is relative to the site's root and not percent-encoded, to `target`; at most
    /// `max_bytes` of it. May be called by several threads.
    ///
    /// # Errors
    /// No such file; a longer one; what stands in the way of reading or writing it.
    pub fn copy(
        &self,
        path: &str,
        max_bytes: u64,
        target: &mut dyn Target,
    ) -> Result<(), CopyError> {
        match self {
            Self::File(source) => {
                target.restart().map_err(CopyError::Target)?;
                let file = source
                    .checked(path)
                    .and_then(|file| input_file::open(&file));
                match file {
                    Ok(file) => pass(file, max_bytes, target),
                    Err(error) if is_missing(&error) => Err(CopyError::Gone),
                    Err(error) => Err(CopyError::Unread(error.to_string())),
                }
            }
            Self::Http(source) => source.copy(path, max_bytes, target),
            Self::Bucket(source) => {
                target.restart().map_err(CopyError::Target)?;
                match source.read(&url::segments(path), max_bytes) {
                    Answer::Bytes(bytes) => pass(&*bytes, max_bytes, target),
                    Answer::Gone => Err(CopyError::Gone),
                    Answer::NoRanges | Answer::Failed => {
                        Err(CopyError::Unread("the bucket does not give it".to_owned()))
                    }
                }
            }
        }
    }
}

/// A folder in the place of a file, or a file in that of a folder, is no file.
fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput
    )
}

/// Why a file is not copied.
#[derive(Debug, Error)]
pub enum CopyError {
    /// There is none.
    #[error("there is no such file")]
    Gone,
    /// It has more bytes than are taken.
    #[error("it has more than {max_bytes} bytes")]
    TooLong {
        /// What would be taken.
        max_bytes: u64,
    },
    /// It leads where nobody who reads a stranger's site must go.
    #[error(transparent)]
    Refused(Refusal),
    /// What the network, the server or the file system says.
    #[error("{0}")]
    Unread(String),
    /// What says the system where the copy goes.
    #[error("cannot write the copy: {0}")]
    Target(#[source] io::Error),
}

/// What one file may take. A host that sends nothing for as long as [`READ_TIMEOUT`] is given up earlier.
const COPY_TIMEOUT: Duration = Duration::from_secs(600);
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Waits before the second try and those after it, unless the host says how long.
const COPY_BACKOFF: [Duration; 4] = [
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(4),
    Duration::from_secs(15),
];
/// Longest time that a host may ask to be left alone for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(120);

impl HttpSource {
    /// As [`SiteSource::copy`]: networks and busy hosts fail for a moment, so up to five times.
    fn copy(&self, path: &str, max_bytes: u64, target: &mut dyn Target) -> Result<(), CopyError> {
        let url = self.url(&url::segments(path));
        for backoff in COPY_BACKOFF {
            match self.try_copy(&url, max_bytes, target) {
                Tried::Again { retry_after, .. } => {
                    self.pause.until(retry_after.unwrap_or(backoff))
                }
                Tried::Done(done) => return done,
            }
        }
        match self.try_copy(&url, max_bytes, target) {
            Tried::Again { why, .. } => Err(CopyError::Unread(why)),
            Tried::Done(done) => done,
        }
    }

    fn try_copy(&self, url: &str, max_bytes: u64, target: &mut dyn Target) -> Tried {
        self.pause.wait();
        if let Err(error) = target.restart() {
            return Tried::Done(Err(CopyError::Target(error)));
        }
        let request = self.agent.get(url).config();
        let request = request
            .timeout_global(Some(COPY_TIMEOUT))
            .timeout_recv_response(Some(READ_TIMEOUT))
            .timeout_per_read(Some(READ_TIMEOUT));
        let response = match request.build().call() {
            Ok(response) => response,
            Err(error) => return Tried::failed(error, url),
        };
        match response.status() {
            StatusCode::OK => {}
            status if GONE.contains(&status) => return Tried::Done(Err(CopyError::Gone)),
            status if status.is_server_error() || BUSY.contains(&status) => {
                return Tried::Again {
                    why: format!("the server answers {status}"),
                    retry_after: retry_after(response.headers()),
                };
            }
            status => {
                let why = format!("the server answers {status}");
                return Tried::Done(Err(CopyError::Unread(why)));
            }
        }
        // A store gives pages that were published as brotli to everybody, asked for or not.
        let is_brotli = (response.headers().get("content-encoding"))
            .is_some_and(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"br"));
        let body = response.into_body().into_reader();
        let passed = match is_brotli {
            true => pass(Decompressor::new(body, BUFFER_BYTES), max_bytes, target),
            false => pass(body, max_bytes, target),
        };
        match passed {
            Err(CopyError::Unread(why)) => Tried::again(why),
            done => Tried::Done(done),
        }
    }
}

/// Stores whose files nobody may list answer 403 where there is none, and web servers where one begins with a dot.
const GONE: [StatusCode; 3] = [
    StatusCode::NOT_FOUND,
    StatusCode::GONE,
    StatusCode::FORBIDDEN,
];
const BUSY: [StatusCode; 2] = [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT];

/// How a try went.
enum Tried {
    Done(Result<(), CopyError>),
    Again {
        why: String,
        retry_after: Option<Duration>,
    },
}

impl Tried {
    fn again(why: impl fmt::Display) -> Self {
        Self::Again {
            why: why.to_string(),
            retry_after: None,
        }
    }

    fn failed(error: ureq::Error, url: &str) -> Self {
        // A host that let the whole time pass would do so again.
        if matches!(error, ureq::Error::Timeout(_)) {
            return Self::Done(Err(CopyError::Unread(error.to_string())));
        }
        match Refusal::of(error, url) {
            Ok(refusal) => Self::Done(Err(CopyError::Refused(refusal))),
            Err(error) => Self::again(error),
        }
    }
}

/// How long the host asks to be left alone, where it says so in seconds.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get("Retry-After")?.to_str().ok()?.trim();
    let wait = Duration::from_secs(seconds.parse().ok()?);
    Some(wait.min(RETRY_AFTER_MAX))
}

const BUFFER_BYTES: usize = 64 * 1024;

/// Passes on what `from` gives, up to `max_bytes`.
fn pass(mut from: impl Read, max_bytes: u64, target: &mut dyn Target) -> Result<(), CopyError> {
    let mut buffer = [0; BUFFER_BYTES];
    let mut left = max_bytes;
    loop {
        let n_bytes = match from.read(&mut buffer) {
            Ok(0) => return target.flush().map_err(CopyError::Target),
            Ok(n_bytes) => n_bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(CopyError::Unread(error.to_string())),
        };
        left = match left.checked_sub(n_bytes as u64) {
            Some(left) => left,
            None => return Err(CopyError::TooLong { max_bytes }),
        };
        target
            .write_all(&buffer[..n_bytes])
            .map_err(CopyError::Target)?;
    }
}
