//! A site behind a web server, read by ranges over connections that stay open.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use rayon::ThreadPool;
use rayon::prelude::*;
use skillpress_search::{Answer, ByteRange, Request, Source};
use ureq::http::{Response, StatusCode, Uri};
use ureq::{Agent, Body};

use super::pause::Pause;
use super::threads::{MAX_PARALLEL, threads};
use super::{INDEX_FOLDER, MAX_FILE_BYTES, SourceError};
use crate::http_client::{self, Refusal};
use crate::lock::lock;

/// Fetches the requests of a round trip side by side.
#[derive(Debug)]
pub struct HttpSource {
    pub(super) agent: Agent,
    pub(super) pause: Pause,
    threads: ThreadPool,
    /// As it was named.
    pub(super) place: String,
    /// The same without query and fragment; ends in `/`.
    site_url: String,
    /// The first that nobody has been told of.
    refusal: Mutex<Option<Refusal>>,
}

const TIMEOUT: Duration = Duration::from_secs(20);
/// Waits before the second and third try.
const BACKOFF: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];

impl HttpSource {
    /// Reads the site at `site_url`.
    ///
    /// # Errors
    /// When it is not the URL of a site.
    pub fn new(site_url: &str) -> Result<Self, SourceError> {
        Self::with_agent(site_url, |uri| {
            http_client::agent(uri, TIMEOUT, MAX_PARALLEL)
        })
    }

    fn with_agent(site_url: &str, agent: impl FnOnce(&Uri) -> Agent) -> Result<Self, SourceError> {
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
        let Ok(uri) = root.parse::<Uri>() else {
            return Err(SourceError::NoUrl(site_url.to_owned()));
        };
        Ok(Self {
            threads: threads(),
            agent: agent(&uri),
            pause: Pause::default(),
            place: site_url.to_owned(),
            site_url: root,
            refusal: Mutex::default(),
        })
    }

    /// Reads one whole file of at most `max_bytes`; `path` is relative to the site's root and percent-encoded.
    pub fn read(&self, path: &str, max_bytes: u64) -> Answer {
        self.get(&self.url(path), None, max_bytes)
    }

    /// Reads the bytes of `range` that exist; `path` as above.
    pub fn read_range(&self, path: &str, range: ByteRange) -> Answer {
        self.get(&self.url(path), Some(range), u64::from(range.len))
    }

    /// The URL of `path`, which is relative to the site's root and percent-encoded.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.site_url)
    }

    /// As [`SiteSource::side_by_side`](super::SiteSource::side_by_side).
    pub fn side_by_side<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.threads.install(work)
    }

    /// The first thing that was refused since this was asked, if anything was.
    pub fn take_refusal(&self) -> Option<Refusal> {
        self.refusals().take()
    }

    fn refusals(&self) -> MutexGuard<'_, Option<Refusal>> {
        lock(&self.refusal)
    }

    fn read_request(&self, request: &Request) -> Answer {
        self.get(
            &self.url(&format!("{INDEX_FOLDER}/{}", request.path)),
            request.range,
            MAX_FILE_BYTES,
        )
    }

    /// Tries up to three times: networks and busy hosts fail for a moment.
    fn get(&self, url: &str, range: Option<ByteRange>, max_bytes: u64) -> Answer {
        for wait in BACKOFF {
            match self.try_get(url, range, max_bytes) {
                Ok(Answer::Failed) => std::thread::sleep(wait),
                Ok(answer) => return answer,
                // A host that let the whole time pass would do so again.
                Err(ureq::Error::Timeout(_)) => return Answer::Failed,
                Err(error) => match Refusal::of(error, url) {
                    Ok(refusal) => {
                        self.refusals().get_or_insert(refusal);
                        return Answer::Failed;
                    }
                    Err(_) => std::thread::sleep(wait),
                },
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
            (StatusCode::PARTIAL_CONTENT, Some(range))
                if range_start(&response) == Some(range.start) =>
            {
                read_part(response, range)
            }
            (StatusCode::OK, Some(_)) => Ok(Answer::NoRanges),
            // The file ends before the range begins.
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(_)) => Ok(Answer::Bytes(Vec::new())),
            (StatusCode::NOT_FOUND | StatusCode::GONE, _) => Ok(Answer::Gone),
            _ => Ok(Answer::Failed),
        }
    }
}

impl Source for HttpSource {
    fn fetch(&mut self, requests: &[Request]) -> Vec<Answer> {
        // Each is a piece of work of its own, or a thread would keep several for itself.
        let requests = requests.par_iter().with_max_len(1);
        let answers = requests.map(|request| self.read_request(request));
        self.threads.install(|| answers.collect())
    }
}

/// Where the range begins that a 206 answer holds: the one that was asked for, or the part of it that exists.
fn range_start(response: &Response<Body>) -> Option<u64> {
    let range = response.headers().get("Content-Range")?.to_str().ok()?;
    let (start, _) = range.strip_prefix("bytes ")?.split_once('-')?;
    start.trim().parse().ok()
}

/// Reads a 206 answer. A range of bytes that the host compressed on the way, although that was not asked for, is one of
/// other bytes.
fn read_part(response: Response<Body>, range: ByteRange) -> Result<Answer, ureq::Error> {
    let encoding = response.headers().get("Content-Encoding");
    if encoding.is_some_and(|encoding| encoding != "identity") {
        return Ok(Answer::NoRanges);
    }
    match read_body(response, u64::from(range.len)) {
        // Of gzip the header is not shown; a part of it cannot be decoded.
        Err(ureq::Error::Decompress(..)) => Ok(Answer::NoRanges),
        read => read,
    }
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

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::{IpAddr, TcpListener};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use ureq::unversioned::resolver::DefaultResolver;

    use super::*;
    use crate::http_client::{PublicResolver, agent_resolved_by};

    /// A server on `host` that answers each path with one of `answers`, until the test ends; its port, and how often it
    /// was asked.
    fn serve(host: &str, answers: Vec<(String, String)>) -> (u16, Arc<AtomicUsize>) {
        let listener = TcpListener::bind((host, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let n_requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&n_requests);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
                let head = lines.next().unwrap_or_default();
                lines.take_while(|line| !line.is_empty()).for_each(drop);
                counter.fetch_add(1, Ordering::Relaxed);
                let path = head.split(' ').nth(1).unwrap_or_default();
                let found = answers.iter().find(|(known, _)| known == path);
                let answer = found.map_or("HTTP/1.1 404 Not Found\r\n", |(_, answer)| answer);
                let _ = write!(
                    stream,
                    "{answer}content-length: 0\r\nconnection: close\r\n\r\n"
                );
            }
        });
        (port, n_requests)
    }

    fn redirect(path: &str, location: &str) -> (String, String) {
        let answer = format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\n");
        (path.to_owned(), answer)
    }

    fn empty(path: &str) -> (String, String) {
        (path.to_owned(), "HTTP/1.1 200 OK\r\n".to_owned())
    }

    #[test]
    fn redirects_to_other_hosts_are_followed_until_they_do_not_end() {
        let (other, _) = serve("127.0.0.1", vec![empty("/a")]);
        let (port, n_requests) = serve(
            "127.0.0.1",
            vec![
                redirect("/a", &format!("http://localhost:{other}/a")),
                redirect("/b", "/b"),
            ],
        );
        let url = format!("http://127.0.0.1:{port}/");
        let source = HttpSource::new(&url).unwrap();
        assert_eq!(source.read("a", 100), Answer::Bytes(Vec::new()));
        assert_eq!(
            (source.take_refusal(), n_requests.load(Ordering::Relaxed)),
            (None, 1)
        );
        assert_eq!(source.read("b", 100), Answer::Failed);
        assert_eq!(
            source.take_refusal().unwrap().to_string(),
            format!("`{url}b` redirects more than 5 times")
        );
        assert_eq!(
            n_requests.load(Ordering::Relaxed),
            7,
            "it is not tried again"
        );
    }

    /// Linux answers on every address of 127/8, so one of them can stand for the internet.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_redirect_from_the_internet_to_this_machine_is_refused() {
        let (secret, n_secret) = serve("127.0.0.1", vec![empty("/")]);
        let (port, _) = serve(
            "127.0.0.2",
            vec![redirect("/a", &format!("http://127.0.0.1:{secret}/"))],
        );
        let is_public = |ip: IpAddr| ip.to_string() == "127.0.0.2";
        let resolver = PublicResolver::new(DefaultResolver::default(), is_public);
        let source = HttpSource::with_agent(&format!("http://127.0.0.2:{port}"), |uri| {
            agent_resolved_by(resolver, uri, TIMEOUT, 1)
        });
        let source = source.unwrap();
        assert_eq!(source.read("a", 100), Answer::Failed);
        assert_eq!(n_secret.load(Ordering::Relaxed), 0);
        let address = "127.0.0.1".parse().unwrap();
        let host = "127.0.0.1".to_owned();
        assert_eq!(
            source.take_refusal(),
            Some(Refusal::Address { host, address })
        );
    }

    #[test]
    fn a_range_of_compressed_bytes_is_none_and_one_behind_the_end_is_empty() {
        let answer = |path: &str, head: &str| (path.to_owned(), format!("HTTP/1.1 {head}\r\n"));
        let part = "206 Partial Content\r\ncontent-range: bytes 0-0/5\r\ncontent-encoding";
        let (port, n_requests) = serve(
            "127.0.0.1",
            vec![
                answer("/gzip", &format!("{part}: gzip")),
                answer("/brotli", &format!("{part}: br")),
                answer("/whole", "200 OK"),
                answer("/short", "416 Range Not Satisfiable"),
            ],
        );
        let source = HttpSource::new(&format!("http://127.0.0.1:{port}/")).unwrap();
        let range = ByteRange { start: 0, len: 1 };
        for path in ["gzip", "brotli", "whole"] {
            assert_eq!(source.read_range(path, range), Answer::NoRanges, "{path}");
        }
        let nothing = Answer::Bytes(Vec::new());
        assert_eq!(source.read_range("short", range), nothing);
        assert_eq!(source.read_range("missing", range), Answer::Gone);
        assert_eq!(
            n_requests.load(Ordering::Relaxed),
            5,
            "none is asked for twice"
        );
    }

    #[test]
    fn a_site_read_over_https_is_read_over_nothing_else() {
        let is_https_only = |url| HttpSource::new(url).unwrap().agent.config().https_only();
        assert!(
            is_https_only("https://skills.example/") && is_https_only("HTTPS://skills.example")
        );
        assert!(!is_https_only("http://skills.example/"));
        let error = ureq::Error::RequireHttpsOnly("http://skills.example/".to_owned());
        let refusal = Refusal::of(error, "https://skills.example/").unwrap();
        assert_eq!(
            refusal.to_string(),
            "a redirect leads from `https` to `http://skills.example/`, which anyone on the way could change"
        );
    }
}
