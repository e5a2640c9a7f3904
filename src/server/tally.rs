//! A line for each request, and what visits and searches cost together.

use std::fmt;
use std::pin::Pin;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::PREVIEW_PATH;

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
            std::thread::spawn(move || {
                for line in receiver {
                    error_line!("{line}");
                }
            });
            sender
        });
        Self {
            totals: Mutex::default(),
            lines,
        }
    }

    /// What was sent, by kind, for each page load and for each search.
    pub fn summary(&self) -> String {
        self.lock().to_string()
    }

    fn record(&self, sent: &Sent) {
        if let Some(lines) = &self.lines {
            let _ = lines.try_send(sent.to_string());
        }
        self.lock().add(sent, Instant::now());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Totals> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an answer is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Page,
    Asset,
    Search,
    Api,
    File,
    /// The preview's own script and events, which a published site does not have.
    Preview,
}

const KINDS: [(Kind, &str); 6] = [
    (Kind::Page, "pages"),
    (Kind::Asset, "assets"),
    (Kind::Search, "search"),
    (Kind::Api, "api"),
    (Kind::File, "files"),
    (Kind::Preview, "preview"),
];

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
    is_whole: bool,
    duration: Duration,
}

/// Longest target and longest method that are printed, in characters.
const SHOWN_TARGET_CHARS: usize = 200;
const SHOWN_METHOD_CHARS: usize = 20;

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &str, max_chars| text.chars().take(max_chars).collect::<String>();
        write!(
            f,
            "{} {} {} {} B",
            shown(self.method.as_str(), SHOWN_METHOD_CHARS),
            shown(&self.target, SHOWN_TARGET_CHARS),
            self.status.as_u16(),
            self.n_bytes
        )?;
        for detail in [&self.encoding, &self.content_range] {
            if !detail.is_empty() {
                write!(f, " {detail}")?;
            }
        }
        write!(f, " {} ms", self.duration.as_millis())?;
        if self.is_whole {
            Ok(())
        } else {
            write!(f, " (broken off)")
        }
    }
}

#[derive(Debug, Default)]
struct Totals {
    /// Requests and bytes, in the order of [`KINDS`].
    by_kind: [(u64, u64); KINDS.len()],
    n_page_loads: u64,
    n_searches: u64,
    last_search: Option<Instant>,
}

/// A server cannot see a query. Requests for search files that follow each other this closely count as one search.
const SEARCH_PAUSE: Duration = Duration::from_millis(500);

impl Totals {
    fn add(&mut self, sent: &Sent, now: Instant) {
        let kind_idx = KINDS
            .iter()
            .position(|(kind, _)| *kind == sent.kind)
            .unwrap_or_default();
        let (n_requests, n_bytes) = &mut self.by_kind[kind_idx];
        *n_requests += 1;
        *n_bytes += sent.n_bytes;
        let is_load = sent.method == Method::GET
            && matches!(sent.status, StatusCode::OK | StatusCode::NOT_MODIFIED);
        self.n_page_loads += u64::from(sent.kind == Kind::Page && is_load);
        if sent.kind == Kind::Search {
            let follows = self
                .last_search
                .is_some_and(|last| now.duration_since(last) < SEARCH_PAUSE);
            self.n_searches += u64::from(!follows);
            self.last_search = Some(now);
        }
    }

    fn bytes_of(&self, kind: Kind) -> u64 {
        KINDS
            .iter()
            .zip(self.by_kind)
            .find(|((known, _), _)| *known == kind)
            .map_or(0, |(_, (_, n_bytes))| n_bytes)
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((_, name), (n_requests, n_bytes)) in KINDS.iter().zip(self.by_kind) {
            if n_requests > 0 {
                writeln!(
                    f,
                    "{name:<8} {n_requests:>6} requests {:>10.1} kB",
                    n_bytes as f64 / 1e3
                )?;
            }
        }
        if self.n_page_loads > 0 {
            let n_bytes = self.bytes_of(Kind::Page) + self.bytes_of(Kind::Asset);
            let each = n_bytes as f64 / self.n_page_loads as f64 / 1e3;
            writeln!(
                f,
                "{} page loads, {each:.1} kB each with their assets",
                self.n_page_loads
            )?;
        }
        if self.n_searches > 0 {
            let each = self.bytes_of(Kind::Search) as f64 / self.n_searches as f64 / 1e3;
            writeln!(f, "{} searches, {each:.1} kB each", self.n_searches)?;
        }
        Ok(())
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
    let path = request.uri().path().to_owned();
    let target = request
        .uri()
        .path_and_query()
        .map_or(path.clone(), ToString::to_string);
    let response = next.run(request).await;

    let text_of = |name| {
        let value = response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let sent = Sent {
        kind: Kind::of(&path, &base_path, &text_of(header::CONTENT_TYPE)),
        method,
        target,
        status: response.status(),
        encoding: text_of(header::CONTENT_ENCODING),
        content_range: text_of(header::CONTENT_RANGE),
        n_bytes: 0,
        is_whole: response.body().is_end_stream(),
        duration: start.elapsed(),
    };
    response.map(|body| {
        Body::new(CountedBody {
            body,
            sent,
            start,
            tally,
        })
    })
}

/// A body that reports when it is over, whether it was sent to its end or not.
struct CountedBody {
    body: Body,
    sent: Sent,
    start: Instant,
    tally: Arc<Tally>,
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.sent.n_bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
                self.sent.is_whole = self.body.is_end_stream();
            }
            Poll::Ready(None) => self.sent.is_whole = true,
            _ => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for CountedBody {
    fn drop(&mut self) {
        self.sent.duration = self.start.elapsed();
        self.tally.record(&self.sent);
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
            is_whole: true,
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
        part.is_whole = false;
        assert_eq!(
            part.to_string(),
            "GET /x/search/terms.bin 206 16 B bytes 0-15/99 0 ms (broken off)"
        );
    }
}
