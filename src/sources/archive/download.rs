//! An archive from the web.

use std::fs::File;
use std::io::{self, Read, Seek};

use ureq::http::{StatusCode, Uri};

use super::ArchiveLimits;
use super::error::{ArchiveError, Exceeded};
use crate::http_client::{self, Refusal};
use crate::url::without_credentials;

/// Downloads `url` into a temporary file without a name, which is then at its start.
pub(super) fn download(url: &str, limits: ArchiveLimits) -> Result<File, ArchiveError> {
    let no_url = || ArchiveError::NoUrl(without_credentials(url));
    let uri: Uri = url.parse().map_err(|_| no_url())?;
    if !matches!(uri.scheme_str(), Some("https" | "http")) {
        return Err(no_url());
    }
    let agent = http_client::agent(&uri, limits.max_time, 1);
    let refused = |error| match Refusal::of(error, &without_credentials(url)) {
        Ok(refusal) => ArchiveError::Refused(refusal),
        Err(error) => ArchiveError::Network(Box::new(error)),
    };
    let response = agent.get(uri).call().map_err(refused)?;
    if response.status() != StatusCode::OK {
        let status = response.status().as_u16();
        return Err(ArchiveError::Status { status });
    }
    let max_bytes = limits.max_packed_bytes;
    let body = response.into_body().into_with_config();
    // The reader's own limit would be an error of its own.
    let mut body = body
        .limit(u64::MAX)
        .reader()
        .take(max_bytes.saturating_add(1));
    let mut file = tempfile::tempfile()?;
    let n_bytes = io::copy(&mut body, &mut file).map_err(|error| match error.downcast() {
        Ok(error) => refused(error),
        Err(error) => ArchiveError::Network(Box::new(ureq::Error::Io(error))),
    })?;
    if n_bytes > max_bytes {
        return Err(Exceeded::Packed { max_bytes }.into());
    }
    file.rewind()?;
    Ok(file)
}
