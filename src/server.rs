//! The preview server: the files of a built site as a good static host serves them, and live reload.
//!
//! It knows nothing of how a site is built. A [`LiveSite`] names the folder that is served now and the problems of the
//! last build; whoever builds calls [`LiveSite::publish`] and [`LiveSite::set_problems`], and open pages follow.
//!
//! ```text
//! request ─ log and tally ─ host guard ─┬─ /-/events, /-/preview.js, /-/preview.css
//!                                       └─ delay ─ compression ─ rules ─┬─ dynamic routes (given by the caller)
//!                                                                       └─ files: ranges, conditions
//! ```

mod files;
mod host;
mod listen;
mod live;
mod rules;
mod tally;
#[cfg(test)]
mod tests;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::get;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

pub use host::AllowedHosts;
pub use listen::Server;
pub use live::LiveSite;
pub use tally::Tally;
pub use watch::{Changes, WatchError, Watched, Watcher, watch};

use files::Files;

/// How the server behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Path of the site's root on the server; starts and ends with `/`.
    pub base_path: String,
    /// Answers range requests with the whole file, as some hosts do.
    pub no_range: bool,
    /// How long every answer waits, as on a slow host. Zero: not at all.
    pub delay: Duration,
    /// Hosts by which the server may be called.
    pub hosts: AllowedHosts,
}

/// Everything that the server answers.
///
/// `dynamic` holds routes below the site's root, such as `/api/v1/search`; they stand before files of the same path. It
/// must not have a fallback of its own.
pub fn router(
    site: &Arc<LiveSite>,
    options: &Options,
    tally: &Arc<Tally>,
    dynamic: Router,
) -> Router {
    let files = Files {
        site: Arc::clone(site),
        base_path: options.base_path.as_str().into(),
    };
    let dynamic = match options.base_path.trim_end_matches('/') {
        "" => dynamic,
        base_path => Router::new().nest(base_path, dynamic),
    };
    let compression = CompressionLayer::new()
        .quality(COMPRESSION_LEVEL)
        .compress_when(is_compressible);
    let mut published = dynamic
        .fallback_service(get(files::respond).with_state(files))
        .layer(from_fn_with_state(Arc::clone(site), add_ruled_headers))
        .layer(compression)
        .layer(map_response(weaken_tag));
    if options.no_range {
        published = published.layer(from_fn(without_ranges));
    }
    if !options.delay.is_zero() {
        published = published.layer(from_fn_with_state(options.delay, wait));
    }
    let guarded = Router::new()
        .route("/-/events", get(live::events))
        .with_state(Arc::clone(site))
        .route(
            "/-/preview.js",
            live::asset("text/javascript; charset=utf-8", SCRIPT),
        )
        .route(
            "/-/preview.css",
            live::asset("text/css; charset=utf-8", STYLE),
        )
        .merge(published);
    options.hosts.guard(guarded).layer(from_fn_with_state(
        (Arc::clone(tally), options.base_path.clone()),
        tally::count,
    ))
}

/// Paths of the preview itself, which no file of a site has.
const PREVIEW_PATH: &str = "/-/";
const SCRIPT: &str = include_str!("../assets/preview.js");
const STYLE: &str = include_str!("../assets/preview.css");

/// Adds what the site's rules say to an answer that does not say it itself. A preview is asked each time where no rule
/// says otherwise.
async fn add_ruled_headers(
    State(site): State<Arc<LiveSite>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let mut ruled = site.snapshot().rules.headers(&path);
    if response.status().is_client_error() {
        // An error must not be kept for a year.
        ruled.remove(header::CACHE_CONTROL);
    }
    let headers = response.headers_mut();
    for (name, value) in &ruled {
        headers.entry(name).or_insert_with(|| value.clone());
    }
    let cache_control = headers.entry(header::CACHE_CONTROL);
    cache_control.or_insert(HeaderValue::from_static("no-cache"));
    response
}

/// Of brotli and gzip: what large hosts use for files that they compress on the fly.
const COMPRESSION_LEVEL: CompressionLevel = CompressionLevel::Precise(5);

fn is_compressible(status: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    status != StatusCode::NOT_MODIFIED && files::is_compressible(headers)
}

/// A strong tag names the bytes of the plain file, so what was made of it on the way has a weak one.
async fn weaken_tag(mut response: Response) -> Response {
    let headers = response.headers_mut();
    if headers.contains_key(header::CONTENT_ENCODING)
        && let Some(etag) = headers.get(header::ETAG)
        && let Ok(weak) = HeaderValue::from_bytes(&[b"W/", etag.as_bytes()].concat())
    {
        headers.insert(header::ETAG, weak);
    }
    response
}

async fn without_ranges(mut request: Request, next: Next) -> Response {
    request.headers_mut().remove(header::RANGE);
    let mut response = next.run(request).await;
    response.headers_mut().remove(header::ACCEPT_RANGES);
    response
}

async fn wait(State(delay): State<Duration>, request: Request, next: Next) -> Response {
    tokio::time::sleep(delay).await;
    next.run(request).await
}
