//! The preview server: the files of a built site as a good static host serves them, and live reload.
//!
//! It knows nothing of how a site is built. A [`LiveSite`] names the folder that is served now and the problems of the
//! last build; whoever builds calls [`LiveSite::publish`] and [`LiveSite::set_problems`], and open pages follow.
//!
//! ```text
//! request ─ log and tally ─ host guard ─ delay ─┬─ /-/events, /-/preview.js, /-/preview.css
//!                                               ├─ dynamic routes (given by the caller)
//!                                               └─ static files: rules, ranges, conditions, encodings
//! ```

mod content_type;
mod encoding;
mod entity;
mod host;
mod listen;
mod live;
mod locate;
mod range;
mod rules;
mod static_files;
mod tally;
#[cfg(test)]
mod tests;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use tower_http::compression::CompressionLayer;

pub use host::AllowedHosts;
pub use listen::Server;
pub use live::LiveSite;
pub use tally::Tally;
pub use watch::{Changes, watch};

use static_files::StaticFiles;

/// How the server behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Path of the site's root on the server; starts and ends with `/`. Default `/`.
    pub base_path: String,
    /// Answers range requests with the whole file, as some hosts do. Default no.
    pub no_range: bool,
    /// How long every answer waits, as on a slow host. Default zero.
    pub delay: Duration,
    /// Adds the script that reloads and shows problems to every page. Default yes.
    pub live_reload: bool,
    /// Hosts by which the server may be called. Default loopback names and addresses.
    pub hosts: AllowedHosts,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            base_path: "/".to_owned(),
            no_range: false,
            delay: Duration::ZERO,
            live_reload: true,
            hosts: AllowedHosts::default(),
        }
    }
}

/// Everything that the server answers.
///
/// `dynamic` holds routes below the site's root, such as `/api/v1/search`; they stand before files of the same path,
/// their answers are compressed, and have the headers that the site's rules give to their address, where they have no
/// such header themselves. It must not have a fallback of its own.
pub fn router(
    site: &Arc<LiveSite>,
    options: &Options,
    tally: &Arc<Tally>,
    dynamic: Router,
) -> Router {
    let dynamic = dynamic
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(
            (Arc::clone(site), options.base_path.clone()),
            add_ruled_headers,
        ));
    let dynamic = match options.base_path.trim_end_matches('/') {
        "" => dynamic,
        base_path => Router::new().nest(base_path, dynamic),
    };
    let files = Arc::new(StaticFiles::new(Arc::clone(site), options));
    Router::new()
        .route("/-/events", get(live::events))
        .with_state(Arc::clone(site))
        .route("/-/preview.js", get(live::script))
        .route("/-/preview.css", get(live::style))
        .merge(dynamic)
        .merge(
            Router::new()
                .fallback(static_files::respond)
                .with_state(files),
        )
        .layer(middleware::from_fn_with_state(options.delay, wait))
        .layer(middleware::from_fn_with_state(
            Arc::new(options.hosts.clone()),
            host::guard,
        ))
        .layer(middleware::from_fn_with_state(
            (Arc::clone(tally), options.base_path.clone()),
            tally::count,
        ))
}

/// Paths of the preview itself, which no file of a site has.
const PREVIEW_PATH: &str = "/-/";

/// The request's path is that below the site's root.
async fn add_ruled_headers(
    State((site, base_path)): State<(Arc<LiveSite>, String)>,
    request: Request,
    next: Next,
) -> Response {
    let relative = request.uri().path().to_owned();
    let path = format!("{}{relative}", base_path.trim_end_matches('/'));
    let mut response = next.run(request).await;
    let mut ruled = HeaderMap::new();
    site.snapshot().rules.apply(&[&path, &relative], &mut ruled);
    for (name, value) in ruled.iter() {
        response
            .headers_mut()
            .entry(name)
            .or_insert_with(|| value.clone());
    }
    response
}

async fn wait(State(delay): State<Duration>, request: Request, next: Next) -> Response {
    if !delay.is_zero() && !request.uri().path().starts_with(PREVIEW_PATH) {
        tokio::time::sleep(delay).await;
    }
    next.run(request).await
}
