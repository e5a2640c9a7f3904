//! Answers a request with a file of the site, as good static hosts do.

use std::io;
use std::path::Path;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Options;
use super::content_type::{content_type, is_compressible};
use super::encoding::{Encoding, EncodingCache};
use super::entity::{Content, Entity, MAX_IN_MEMORY_BYTES, TagCache, tag_with_suffix};
use super::live::{self, LiveSite, Snapshot};
use super::locate::{Located, decode_segments, locate};
use super::range::{RequestedPart, requested_part};

/// Answers any request that no other route takes.
pub(super) async fn respond(State(files): State<Arc<StaticFiles>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    // Files are read, hashed and compressed off the threads that drive connections.
    tokio::task::spawn_blocking(move || files.answer(&parts))
        .await
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// The files of the site that is served now, with what is remembered about them.
#[derive(Debug)]
pub(super) struct StaticFiles {
    site: Arc<LiveSite>,
    base_path: String,
    no_range: bool,
    live_reload: bool,
    tags: TagCache,
    encodings: EncodingCache,
}

/// Longer URLs are refused; no file of a site needs one.
const MAX_URL_BYTES: usize = 8 << 10;

/// Compressed answers that are remembered.
const MAX_CACHED_BYTES: usize = 64 << 20;

/// Shorter files are not compressed: the header would cost more than it saves.
const MIN_COMPRESSED_BYTES: u64 = 64;

impl StaticFiles {
    pub(super) fn new(site: Arc<LiveSite>, options: &Options) -> Self {
        Self {
            site,
            base_path: options.base_path.clone(),
            no_range: options.no_range,
            live_reload: options.live_reload,
            tags: TagCache::default(),
            encodings: EncodingCache::new(MAX_CACHED_BYTES),
        }
    }

    fn answer(&self, request: &Parts) -> Response {
        if request.method != Method::GET && request.method != Method::HEAD {
            let allow = [(header::ALLOW, "GET, HEAD")];
            return (
                StatusCode::METHOD_NOT_ALLOWED,
                allow,
                "only GET and HEAD are answered here\n",
            )
                .into_response();
        }
        if request.uri.path().len() > MAX_URL_BYTES {
            return StatusCode::URI_TOO_LONG.into_response();
        }
        self.find(request).unwrap_or_else(|error| {
            // A file can vanish between being found and being read, when a new build takes the place of the old one.
            let status = match error.kind() {
                io::ErrorKind::NotFound => StatusCode::NOT_FOUND,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            };
            (status, format!("the file cannot be read: {error}\n")).into_response()
        })
    }

    fn find(&self, request: &Parts) -> io::Result<Response> {
        let path = request.uri.path();
        let Some(relative) = path.strip_prefix(&self.base_path) else {
            return Ok(self.outside(path));
        };
        let snapshot = self.site.snapshot();
        let Some(root) = &snapshot.root else {
            return Ok(self.no_site_yet(&snapshot));
        };
        let Some(segments) = decode_segments(relative) else {
            return self.not_found(request, &snapshot, root);
        };
        if let Some((status, to)) = self.moved(&snapshot, path, relative) {
            return Ok(redirect(status, &to, request.uri.query()));
        }
        match locate(root, &segments) {
            Located::File(file) => self.file(request, &snapshot, &file, StatusCode::OK),
            Located::Folder => Ok(redirect(
                StatusCode::MOVED_PERMANENTLY,
                &format!("{path}/"),
                request.uri.query(),
            )),
            Located::Missing => self.not_found(request, &snapshot, root),
        }
    }

    fn moved(
        &self,
        snapshot: &Snapshot,
        path: &str,
        relative: &str,
    ) -> Option<(StatusCode, String)> {
        let (status, to) = snapshot
            .rules
            .redirect(path)
            .or_else(|| snapshot.rules.redirect(&format!("/{relative}")))?;
        // Rules are written for the root of a site; the site may stand below a path.
        let to = match to.strip_prefix('/') {
            Some(rest) if !to.starts_with(&self.base_path) => format!("{}{rest}", self.base_path),
            _ => to,
        };
        Some((status, to))
    }

    fn not_found(&self, request: &Parts, snapshot: &Snapshot, root: &Path) -> io::Result<Response> {
        match locate(root, &["404.html".to_owned()]) {
            Located::File(file) => self.file(request, snapshot, &file, StatusCode::NOT_FOUND),
            _ => Ok((StatusCode::NOT_FOUND, "there is no such page\n").into_response()),
        }
    }

    fn outside(&self, path: &str) -> Response {
        if format!("{path}/") == self.base_path {
            return redirect(StatusCode::MOVED_PERMANENTLY, &self.base_path, None);
        }
        (
            StatusCode::NOT_FOUND,
            format!("the site stands below {}\n", self.base_path),
        )
            .into_response()
    }

    fn no_site_yet(&self, snapshot: &Snapshot) -> Response {
        let page = "<!doctype html><html lang=en><meta charset=utf-8><title>No site yet</title><body>\
            <p>The content has errors, so there is no site to show yet. It appears here when they are mended.</p></body>";
        let body = if self.live_reload {
            live::with_script(page.as_bytes(), snapshot.generation)
        } else {
            page.as_bytes().to_vec()
        };
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (StatusCode::SERVICE_UNAVAILABLE, headers, body).into_response()
    }

    /// Answers with a file, or a part of it, or the news that the client has it already.
    fn file(
        &self,
        request: &Parts,
        snapshot: &Snapshot,
        file: &Path,
        status: StatusCode,
    ) -> io::Result<Response> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let mut headers = HeaderMap::new();
        insert(&mut headers, header::CONTENT_TYPE, &content_type(&name));
        insert(&mut headers, header::CACHE_CONTROL, "no-cache");
        self.apply_rules(snapshot, request.uri.path(), &mut headers);
        if status != StatusCode::OK {
            // A rule speaks of what is at that address, and this is the page that says that nothing is.
            insert(&mut headers, header::CONTENT_TYPE, &content_type(&name));
        }

        // A rule may say another type than the name does.
        let content_type = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let is_compressible = is_compressible(content_type);
        let encoding = if is_compressible {
            Encoding::negotiate(&request.headers)
        } else {
            Encoding::Identity
        };
        let is_page = self.live_reload && content_type.starts_with("text/html");
        let mut entity = Entity::open(file, &self.tags, is_page || encoding != Encoding::Identity)?;
        if is_page {
            entity = add_script(entity, snapshot.generation);
        }

        let part = if status == StatusCode::OK && request.method == Method::GET && !self.no_range {
            requested_part(&request.headers, &entity.etag, entity.len_bytes)
        } else {
            RequestedPart::Whole
        };
        let encoding = match (&part, &entity.content) {
            (RequestedPart::Whole, Content::Memory(_))
                if entity.len_bytes >= MIN_COMPRESSED_BYTES =>
            {
                encoding
            }
            _ => Encoding::Identity,
        };
        if let Some(name) = encoding.name() {
            entity.etag = tag_with_suffix(&entity.etag, name);
        }

        if is_compressible {
            insert(&mut headers, header::VARY, "Accept-Encoding");
        }
        if status == StatusCode::OK {
            insert(&mut headers, header::ETAG, &entity.etag);
            if !self.no_range {
                insert(&mut headers, header::ACCEPT_RANGES, "bytes");
            }
        }
        if status == StatusCode::OK && is_known(&request.headers, &entity.etag) {
            return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        match part {
            RequestedPart::Unsatisfiable => {
                insert(
                    &mut headers,
                    header::CONTENT_RANGE,
                    &format!("bytes */{}", entity.len_bytes),
                );
                insert(&mut headers, header::CONTENT_LENGTH, "0");
                Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response())
            }
            RequestedPart::Part(range) => {
                let (first, last) = (range.start, range.end - 1);
                insert(
                    &mut headers,
                    header::CONTENT_RANGE,
                    &format!("bytes {first}-{last}/{}", entity.len_bytes),
                );
                insert(
                    &mut headers,
                    header::CONTENT_LENGTH,
                    &(range.end - range.start).to_string(),
                );
                Ok((
                    StatusCode::PARTIAL_CONTENT,
                    headers,
                    entity.into_body(range)?,
                )
                    .into_response())
            }
            RequestedPart::Whole => {
                if let (Some(name), Content::Memory(bytes)) = (encoding.name(), &entity.content) {
                    let encoded = self.encodings.encoded(encoding, &entity.etag, bytes);
                    entity.len_bytes = encoded.len() as u64;
                    entity.content = Content::Memory(encoded);
                    insert(&mut headers, header::CONTENT_ENCODING, name);
                }
                insert(
                    &mut headers,
                    header::CONTENT_LENGTH,
                    &entity.len_bytes.to_string(),
                );
                if request.method == Method::HEAD {
                    return Ok((status, headers, Body::empty()).into_response());
                }
                let all = 0..entity.len_bytes;
                Ok((status, headers, entity.into_body(all)?).into_response())
            }
        }
    }

    fn apply_rules(&self, snapshot: &Snapshot, path: &str, headers: &mut HeaderMap) {
        // Rules may be written for the root of a host or for that of the site.
        let relative = path
            .strip_prefix(&self.base_path)
            .map(|relative| format!("/{relative}"));
        let paths = [Some(path), relative.as_deref()];
        snapshot
            .rules
            .apply(&paths.into_iter().flatten().collect::<Vec<_>>(), headers);
        // A browser would go on showing what it has; files whose name changes with their bytes may be kept.
        let is_kept_unasked = headers
            .get(header::CACHE_CONTROL)
            .is_some_and(is_kept_unasked);
        if self.live_reload && is_kept_unasked {
            insert(headers, header::CACHE_CONTROL, "no-cache");
        }
    }
}

fn add_script(entity: Entity, generation: u64) -> Entity {
    match entity.content {
        Content::Memory(bytes) if (bytes.len() as u64) < MAX_IN_MEMORY_BYTES => {
            let bytes = Bytes::from(live::with_script(&bytes, generation));
            Entity {
                // The script names the generation, so the same page is another entity after each build.
                etag: tag_with_suffix(&entity.etag, &generation.to_string()),
                len_bytes: bytes.len() as u64,
                content: Content::Memory(bytes),
            }
        }
        _ => entity,
    }
}

/// Whether `If-None-Match` names the entity, by weak comparison.
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

fn is_kept_unasked(cache_control: &HeaderValue) -> bool {
    let Ok(text) = cache_control.to_str() else {
        return false;
    };
    let directives = || {
        text.split(',')
            .map(|directive| directive.trim().to_ascii_lowercase())
    };
    let has_age = directives()
        .filter_map(|directive| {
            directive
                .strip_prefix("max-age=")
                .and_then(|age| age.parse::<u64>().ok())
        })
        .any(|age| age > 0);
    has_age && directives().all(|directive| directive != "immutable" && directive != "no-cache")
}

fn redirect(status: StatusCode, to: &str, query: Option<&str>) -> Response {
    let to = match query {
        Some(query) if !to.contains('?') => format!("{to}?{query}"),
        _ => to.to_owned(),
    };
    match HeaderValue::try_from(to) {
        Ok(to) => (status, [(header::LOCATION, to)]).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A value that cannot stand in a header is left out; all values here are made of visible ASCII.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
