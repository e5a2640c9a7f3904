//! A site behind a web server, read by ranges over connections that stay open.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use skillpress_search::{Answer, ByteRange, Request, Source};
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body};

use super::{INDEX_FOLDER, MAX_FILE_BYTES, SourceError};

/// Fetches the requests of a round trip side by side.
#[derive(Debug)]
pub struct HttpSource {
    agent: Agent,
    /// Ends in `/`.
    site_url: String,
}

/// Requests of one round trip that are under way at once; browsers allow six a host.
const MAX_PARALLEL: usize = 6;
const TIMEOUT: Duration = Duration::from_secs(20);
/// Waits before the second and third try.
const BACKOFF: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];

impl HttpSource {
    /// Reads the site at `site_url`.
    ///
    /// # Errors
    /// When it is not the URL of a site.
    pub fn new(site_url: &str) -> Result<Self, SourceError> {
        let is_read = ["http://", "https://"].iter().any(|scheme| {
            let start = site_url.get(..scheme.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        });
        if !is_read {
            return Err(SourceError::Scheme(site_url.to_owned()));
        }
        let root = site_url
            .split(['?', '#'])
            .next()
            .unwrap_or_default()
            .trim_end_matches('/')
            .to_owned()
            + "/";
        if root.parse::<ureq::http::Uri>().is_err() {
            return Err(SourceError::NoUrl(site_url.to_owned()));
        }
        let config = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .max_idle_connections_per_host(MAX_PARALLEL)
            .user_agent(concat!("skillpress/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self {
            agent: config.into(),
            site_url: root,
        })
    }

    /// Reads one whole file of at most `max_bytes`; `path` is relative to the site's root and percent-encoded.
    pub fn read(&self, path: &str, max_bytes: u64) -> Answer {
        self.get(&format!("{}{path}", self.site_url), None, max_bytes)
    }

    fn read_request(&self, request: &Request) -> Answer {
        self.get(
            &format!("{}{INDEX_FOLDER}/{}", self.site_url, request.path),
            request.range,
            MAX_FILE_BYTES,
        )
    }

    /// Tries up to three times: networks and busy hosts fail for a moment.
    fn get(&self, url: &str, range: Option<ByteRange>, max_bytes: u64) -> Answer {
        for wait in BACKOFF {
            match self.try_get(url, range, max_bytes) {
                // A host that let the whole time pass would do so again.
                Err(ureq::Error::Timeout(_)) => return Answer::Failed,
                Err(_) | Ok(Answer::Failed) => std::thread::sleep(wait),
                Ok(answer) => return answer,
            }
        }
        self.try_get(url, range, max_bytes)
            .unwrap_or(Answer::Failed)
    }

    fn try_get(
        &self,
        url: &str,
        range: Option<ByteRange>,
        max_bytes: u64,
    ) -> Result<Answer, ureq::Error> {
        let mut request = self.agent.get(url);
        if let Some(range) = range {
            // A range of a compressed answer would be a range of other bytes.
            request = request
                .header(
                    "Range",
                    format!("bytes={}-{}", range.start, range.end() - 1),
                )
                .header("Accept-Encoding", "identity");
        }
        let response = request.call()?;
        match (response.status(), range) {
            (StatusCode::OK, None) => read_body(response, max_bytes),
            (StatusCode::PARTIAL_CONTENT, Some(range)) if is_answer_to(&response, range) => {
                read_body(response, u64::from(range.len))
            }
            (StatusCode::OK, Some(_)) => Ok(Answer::NoRanges),
            (StatusCode::NOT_FOUND | StatusCode::GONE, _) => Ok(Answer::Gone),
            _ => Ok(Answer::Failed),
        }
    }
}

impl Source for HttpSource {
    fn fetch(&mut self, requests: &[Request]) -> Vec<Answer> {
        let next = AtomicUsize::new(0);
        let answers = Mutex::new(vec![Answer::Failed; requests.len()]);
        let source = &*self;
        std::thread::scope(|scope| {
            for _ in 0..requests.len().min(MAX_PARALLEL) {
                scope.spawn(|| {
                    while let Some((request_idx, request)) = {
                        let request_idx = next.fetch_add(1, Ordering::Relaxed);
                        requests
                            .get(request_idx)
                            .map(|request| (request_idx, request))
                    } {
                        let answer = source.read_request(request);
                        answers.lock().unwrap_or_else(PoisonError::into_inner)[request_idx] =
                            answer;
                    }
                });
            }
        });
        answers.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a 206 answer holds the range that was asked for, or the part of it that exists.
fn is_answer_to(response: &Response<Body>, range: ByteRange) -> bool {
    let header = response
        .headers()
        .get("Content-Range")
        .and_then(|value| value.to_str().ok());
    let start = header.and_then(|value| {
        value
            .strip_prefix("bytes ")?
            .split_once('-')?
            .0
            .trim()
            .parse::<u64>()
            .ok()
    });
    start == Some(range.start)
}

fn read_body(mut response: Response<Body>, max_bytes: u64) -> Result<Answer, ureq::Error> {
    let body = response.body_mut().with_config().limit(max_bytes + 1);
    let bytes = body.read_to_vec()?;
    Ok(if bytes.len() as u64 <= max_bytes {
        Answer::Bytes(bytes)
    } else {
        Answer::Failed
    })
}
