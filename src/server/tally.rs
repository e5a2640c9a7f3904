//! A line for each request, and what visits and searches cost together.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;

use super::PREVIEW_PATH;
use crate::lock::lock;

/// Counts bytes of bodies as they are sent.
#[derive(Debug)]
pub struct Tally {
    totals: Mutex<Totals>,
    /// Lines for standard error; `None` when nobody wants them.
    lines: Option<SyncSender<String>>,
}

/// Lines that wait for a slow terminal; further ones are dropped rather than hold up the server.
const MAX_WAITING_LINES: usize = 1024;

impl Tally {
    /// Counts, and prints a line per request on standard error unless `is_quiet`.
    pub fn new(is_quiet: bool) -> Self {
        let lines = (!is_quiet).then(|| {
            let (sender, receiver) = sync_channel::<String>(MAX_WAITING_LINES);
            std::thread::spawn(move || receiver.iter().for_each(|line| error_line!("{line}")));
            sender
        });
        Self {
            totals: Mutex::default(),
            lines,
        }
    }

    /// What was sent, by kind, for each page load and for each search.
    pub fn summary(&self) -> String {
        lock(&self.totals).to_string()
    }

    fn record(&self, sent: &Sent) {
        if let Some(lines) = &self.lines {
            let _ = lines.try_send(sent.to_string());
        }
        lock(&self.totals).add(sent, Instant::now());
    }
}

/// Counts what every answer sends.
pub(super) async fn count(
    State((tally, base_path)): State<(Arc<Tally>, String)>,
    request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let uri = request.uri().clone();
    let response = next.run(request).await;

    let text_of = |name| {
        let value = response.headers().get(name);
        let text = value.and_then(|value| value.to_str().ok());
        text.unwrap_or_default().to_owned()
    };
    let len_bytes = text_of(header::CONTENT_LENGTH).parse().ok();
    let sent = Sent {
        kind: Kind::of(uri.path(), &base_path, &text_of(header::CONTENT_TYPE)),
        target: uri.to_string(),
        status: response.status(),
        encoding: text_of(header::CONTENT_ENCODING),
        content_range: text_of(header::CONTENT_RANGE),
        n_bytes: 0,
        promised_bytes: len_bytes
            .or(response.body().size_hint().exact())
            .filter(|_| method != Method::HEAD),
        method,
        duration: Duration::ZERO,
    };
    let mut counted = Counted { sent, start, tally };
    response.map(|body| {
        Body::new(body.inspect_frame(move |frame| {
            counted.add(frame.data_ref().map_or(0, Bytes::len));
        }))
    })
}

/// Reports an answer when its body is gone, whether it was sent to its end or not.
struct Counted {
    sent: Sent,
    start: Instant,
    tally: Arc<Tally>,
}

impl Counted {
    fn add(&mut self, n_bytes: usize) {
        self.sent.n_bytes += n_bytes as u64;
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.sent.duration = self.start.elapsed();
        self.tally.record(&self.sent);
    }
}

/// One answer, when it is over.
#[derive(Debug)]
struct Sent {
    method: Method,
    target: String,
    status: StatusCode,
    kind: Kind,
    encoding: String,
    content_range: String,
    n_bytes: u64,
    /// `None` where nobody knew before.
    promised_bytes: Option<u64>,
    duration: Duration,
}

/// Longest target and longest method that are printed, in characters.
const SHOWN_TARGET_CHARS: usize = 200;
const SHOWN_METHOD_CHARS: usize = 20;

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.SHOWN_METHOD_CHARS$} {:.SHOWN_TARGET_CHARS$} {} {} B",
            self.method.as_str(),
            self.target,
            self.status.as_u16(),
            self.n_bytes
        )?;
        for detail in [&self.encoding, &self.content_range] {
            if !detail.is_empty() {
                write!(f, " {detail}")?;
            }
        }
        write!(f, " {} ms", self.duration.as_millis())?;
        match self.promised_bytes {
            Some(promised) if self.n_bytes < promised => write!(f, " (broken off)"),
            _ => Ok(()),
        }
    }
}

/// What an answer is part of, in the order in which the summary tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Page,
    Asset,
    Search,
    Api,
    File,
    /// The preview's own script and events, which a published site does not have.
    Preview,
}

impl Kind {
    fn of(path: &str, base_path: &str, content_type: &str) -> Self {
        if path.starts_with(PREVIEW_PATH) {
            return Self::Preview;
        }
        let relative = path.strip_prefix(base_path).unwrap_or(path);
        let top = relative.split('/').next().unwrap_or_default();
        match top {
            _ if content_type.starts_with("text/html") => Self::Page,
            "search" => Self::Search,
            "api" if relative.starts_with("api/v1/search") => Self::Search,
            "api" => Self::Api,
            "assets" | "favicon.ico" | "favicon.svg" => Self::Asset,
            _ => Self::File,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Page => "pages",
            Self::Asset => "assets",
            Self::Search => "search",
            Self::Api => "api",
            Self::File => "files",
            Self::Preview => "preview",
        }
    }
}

#[derive(Debug, Default)]
struct Totals {
    by_kind: BTreeMap<Kind, Total>,
    n_page_loads: u64,
    n_searches: u64,
    last_search: Option<Instant>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Total {
    n_requests: u64,
    n_bytes: u64,
}

/// A server cannot see a query. Requests for search files that follow each other this closely count as one search.
const SEARCH_PAUSE: Duration = Duration::from_millis(500);

impl Totals {
    fn add(&mut self, sent: &Sent, now: Instant) {
        let total = self.by_kind.entry(sent.kind).or_default();
        total.n_requests += 1;
        total.n_bytes += sent.n_bytes;
        let is_load = sent.method == Method::GET
            && matches!(sent.status, StatusCode::OK | StatusCode::NOT_MODIFIED);
        self.n_page_loads += u64::from(sent.kind == Kind::Page && is_load);
        if sent.kind == Kind::Search {
            let last = self.last_search.replace(now);
            let follows = last.is_some_and(|last| now.duration_since(last) < SEARCH_PAUSE);
            self.n_searches += u64::from(!follows);
        }
    }

    /// Kilobytes of these kinds together, for each of `n`.
    fn kb_each(&self, kinds: &[Kind], n: u64) -> f64 {
        let totals = kinds.iter().filter_map(|kind| self.by_kind.get(kind));
        totals.map(|total| total.n_bytes).sum::<u64>() as f64 / n as f64 / 1e3
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, total) in &self.by_kind {
            let (name, n, kb) = (kind.name(), total.n_requests, total.n_bytes as f64 / 1e3);
            writeln!(f, "{name:<8} {n:>6} requests {kb:>10.1} kB")?;
        }
        if self.n_page_loads > 0 {
            let n = self.n_page_loads;
            let each = self.kb_each(&[Kind::Page, Kind::Asset], n);
            writeln!(f, "{n} page loads, {each:.1} kB each with their assets")?;
        }
        if self.n_searches > 0 {
            let n = self.n_searches;
            let each = self.kb_each(&[Kind::Search], n);
            writeln!(f, "{n} searches, {each:.1} kB each")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(path: &str, content_type: &str, n_bytes: u64) -> Sent {
        Sent {
            method: Method::GET,
            target: path.to_owned(),
            status: StatusCode::OK,
            kind: Kind::of(path, "/x/", content_type),
            encoding: String::new(),
            content_range: String::new(),
            n_bytes,
            promised_bytes: Some(n_bytes),
            duration: Duration::ZERO,
        }
    }

    #[test]
    fn bytes_are_summed_by_page_load_and_by_search() {
        let mut totals = Totals::default();
        let start = Instant::now();
        for (at_ms, path, content_type, n_bytes) in [
            (0, "/x/", "text/html", 1000),
            (1, "/x/assets/style.css", "text/css", 500),
            (2, "/x/skills/", "text/html", 2500),
            (3, "/-/preview.js", "text/javascript", 9000),
            (1000, "/x/search/manifest.json", "application/json", 300),
            (1100, "/x/search/terms.bin", "application/octet-stream", 700),
            (
                2000,
                "/x/search/terms.bin",
                "application/octet-stream",
                1000,
            ),
        ] {
            totals.add(
                &sent(path, content_type, n_bytes),
                start + Duration::from_millis(at_ms),
            );
        }
        assert_eq!(
            totals.to_string(),
            "pages         2 requests        3.5 kB\n\
             assets        1 requests        0.5 kB\n\
             search        3 requests        2.0 kB\n\
             preview       1 requests        9.0 kB\n\
             2 page loads, 2.0 kB each with their assets\n\
             2 searches, 1.0 kB each\n"
        );
    }

    #[test]
    fn a_line_says_what_was_sent() {
        let mut part = sent("/x/search/terms.bin", "", 16);
        part.status = StatusCode::PARTIAL_CONTENT;
        part.content_range = "bytes 0-15/99".to_owned();
        part.promised_bytes = Some(99);
        assert_eq!(
            part.to_string(),
            "GET /x/search/terms.bin 206 16 B bytes 0-15/99 0 ms (broken off)"
        );
    }
}
