//! Answers a request with a file of the site, as static hosts do.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use tower_http::services::ServeFile;

use super::live::{self, LiveSite, Snapshot};
use crate::hosting;

/// The files of the site that is served now.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) site: Arc<LiveSite>,
    /// Starts and ends with `/`.
    pub(super) base_path: Arc<str>,
}

/// Answers any `GET` or `HEAD` that no other route takes.
pub(super) async fn respond(State(files): State<Files>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let query = request.uri().query().map(str::to_owned);
    let Some(relative) = path.strip_prefix(&*files.base_path) else {
        return outside(&path, &files.base_path);
    };
    let snapshot = files.site.snapshot();
    let Some(root) = &snapshot.root else {
        return no_site_yet(&snapshot);
    };
    if let Some((status, to)) = snapshot.rules.redirect(&path) {
        return redirect(status, &to, query.as_deref());
    }
    let sent = match locate(root, relative).await {
        Some(Located::File(file)) => send(&file, &snapshot, request).await,
        Some(Located::Folder) => {
            let to = format!("{path}/");
            return redirect(StatusCode::MOVED_PERMANENTLY, &to, query.as_deref());
        }
        None => not_found(root, &snapshot).await,
    };
    sent.unwrap_or_else(|error| {
        let status = match error.kind() {
            // A file can vanish after it was found, when a new build takes the place of the old one.
            io::ErrorKind::NotFound => StatusCode::NOT_FOUND,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, format!("the file cannot be read: {error}\n")).into_response()
    })
}

/// What stands at a path.
#[derive(Debug)]
enum Located {
    /// A regular file below the site's folder.
    File(PathBuf),
    /// A folder whose URL lacks its last `/`.
    Folder,
}

/// Finds what stands at `relative`, a percent-encoded path below `root`, which is canonical. `None` for what is not
/// there or not served; links that lead out of `root` lead nowhere.
async fn locate(root: &Path, relative: &str) -> Option<Located> {
    let relative = percent_decode_str(relative).decode_utf8().ok()?;
    if !is_plain(&relative) || is_private(&relative) {
        return None;
    }
    let mut path = root.join(&*relative);
    let is_folder = relative.is_empty() || relative.ends_with('/');
    if is_folder {
        path.push("index.html");
    }
    let path = tokio::fs::canonicalize(path).await.ok()?;
    let metadata = tokio::fs::metadata(&path).await.ok()?;
    if !path.starts_with(root) {
        None
    } else if metadata.is_file() {
        Some(Located::File(path))
    } else {
        (metadata.is_dir() && !is_folder).then_some(Located::Folder)
    }
}

/// Whether every segment of a decoded path is a name, so that files, rules and browsers agree on what is meant.
fn is_plain(relative: &str) -> bool {
    let folders = relative.strip_suffix('/').unwrap_or(relative);
    let are_names = relative.is_empty()
        || folders
            .split('/')
            .all(|segment| !matches!(segment, "" | "." | ".."));
    are_names && !relative.contains(|c: char| c == '\\' || c.is_control())
}

/// Files at the root that belong to the operator or tell hosts what to do; no host serves them.
fn is_private(relative: &str) -> bool {
    let top = relative.split('/').next().unwrap_or_default();
    matches!(relative, "_headers" | "_redirects") || (top.starts_with('.') && top != ".well-known")
}

/// A page with the preview's script, or any other file as it is.
async fn send(file: &Path, snapshot: &Snapshot, mut request: Request) -> io::Result<Response> {
    let ruled = snapshot.rules.headers(request.uri().path());
    // A rule may say another type than the name does.
    let content_type = match ruled.get(header::CONTENT_TYPE) {
        Some(ruled) => ruled.clone(),
        None => content_type(file),
    };
    if is_html(&content_type) {
        return page(file, snapshot, StatusCode::OK, content_type).await;
    }
    // Two saves may fall into one second, so a date tells nothing.
    request.headers_mut().remove(header::IF_MODIFIED_SINCE);
    request.headers_mut().remove(header::IF_UNMODIFIED_SINCE);
    let len_bytes = tokio::fs::metadata(file).await?.len();
    if !has_plain_range(&request, len_bytes) {
        request.headers_mut().remove(header::RANGE);
    }
    let mut files = ServeFile::new(file).ignore_multi_range_requests(true);
    let mut response = files.try_call(request).await?.map(Body::new);
    let headers = response.headers_mut();
    headers.remove(header::LAST_MODIFIED);
    headers.insert(header::CONTENT_TYPE, content_type);
    if is_compressible(headers) {
        // Said here for answers without a body too.
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    Ok(response)
}

/// Whether the range of a request is of the kind that [`ServeFile`] knows: not one for another method, on a condition, in
/// another unit or of nothing. HTTP lets a server answer all of these with the whole file.
fn has_plain_range(request: &Request, len_bytes: u64) -> bool {
    let headers = request.headers();
    request.method() == Method::GET
        && len_bytes > 0
        && !headers.contains_key(header::IF_RANGE)
        && headers
            .get(header::RANGE)
            .is_some_and(|range| range.as_bytes().starts_with(b"bytes="))
}

/// A page names the build that it shows and is read anew each time, so it has no entity tag and no parts.
async fn page(
    file: &Path,
    snapshot: &Snapshot,
    status: StatusCode,
    content_type: HeaderValue,
) -> io::Result<Response> {
    let html = tokio::fs::read(file).await?;
    let html = live::with_script(&html, snapshot.generation);
    Ok((status, [(header::CONTENT_TYPE, content_type)], html).into_response())
}

async fn not_found(root: &Path, snapshot: &Snapshot) -> io::Result<Response> {
    let Some(Located::File(file)) = locate(root, "404.html").await else {
        return Ok((StatusCode::NOT_FOUND, "there is no such page\n").into_response());
    };
    // Rules speak of what is at the address, and this is the page that says that nothing is.
    page(&file, snapshot, StatusCode::NOT_FOUND, content_type(&file)).await
}

fn outside(path: &str, base_path: &str) -> Response {
    if format!("{path}/") == base_path {
        return redirect(StatusCode::MOVED_PERMANENTLY, base_path, None);
    }
    let text = format!("the site stands below {base_path}\n");
    (StatusCode::NOT_FOUND, text).into_response()
}

fn no_site_yet(snapshot: &Snapshot) -> Response {
    let page = "<!doctype html><html lang=en><meta charset=utf-8><title>No site yet</title><body>\
        <p>The content has errors, so there is no site to show yet. It appears here when they are mended.</p></body>";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let body = live::with_script(page.as_bytes(), snapshot.generation);
    (StatusCode::SERVICE_UNAVAILABLE, headers, body).into_response()
}

fn redirect(status: StatusCode, to: &str, query: Option<&str>) -> Response {
    let to = query.map_or_else(|| to.to_owned(), |query| format!("{to}?{query}"));
    match HeaderValue::try_from(to) {
        Ok(to) => (status, [(header::LOCATION, to)]).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Value of `Content-Type` for a file of this name.
fn content_type(file: &Path) -> HeaderValue {
    HeaderValue::try_from(&*hosting::content_type(file))
        .unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

fn is_html(content_type: &HeaderValue) -> bool {
    content_type.as_bytes().starts_with(b"text/html")
}

/// Whether common hosts compress an answer with these headers. Above all they do not compress the index, which is packed
/// already and is read in ranges.
pub(super) fn is_compressible(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| {
        essence.starts_with("text/")
            || essence.ends_with("+xml")
            || essence.ends_with("json")
            || matches!(
                essence,
                "application/wasm" | "application/javascript" | "application/xml"
            )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_those_that_browsers_and_feed_readers_need() {
        for (name, expected) in [
            ("index.html", "text/html; charset=utf-8"),
            ("search.wasm", "application/wasm"),
            ("SKILL.md", "text/markdown; charset=utf-8"),
            ("run.sh.txt", "text/plain; charset=utf-8"),
            ("rows.jsonl", "text/plain; charset=utf-8"),
            ("pyproject.toml", "text/x-toml; charset=utf-8"),
            ("search.js", "text/javascript; charset=utf-8"),
            ("style.css", "text/css; charset=utf-8"),
            ("manifest.json", "application/json"),
            ("feed.xml", "text/xml; charset=utf-8"),
            ("pdf-tools.zip", "application/zip"),
            ("favicon.svg", "image/svg+xml"),
            ("logo.PNG", "image/png"),
            ("terms.bin", "application/octet-stream"),
            ("LICENSE", "application/octet-stream"),
        ] {
            assert_eq!(content_type(Path::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn text_and_code_are_compressed_and_packed_files_are_not() {
        let is_compressible = |name: &str| {
            let content_type = content_type(Path::new(name));
            is_compressible(&HeaderMap::from_iter([(
                header::CONTENT_TYPE,
                content_type,
            )]))
        };
        for name in [
            "a.html", "a.js", "a.wasm", "a.json", "a.svg", "feed.xml", "a.md",
        ] {
            assert!(is_compressible(name), "{name}");
        }
        for name in ["a.zip", "a.png", "a.bin", "a.woff2"] {
            assert!(!is_compressible(name), "{name}");
        }
    }

    #[test]
    fn a_path_that_could_mean_another_place_is_refused() {
        for path in [
            "..", "../x", "a/../b", "a/./b", "a//b", "/a", "//", "a\\b", "a\0b", "a\nb", "a/..",
        ] {
            assert!(!is_plain(path), "{path}");
        }
        for path in [
            "",
            "a",
            "a/",
            "a b/ü+%.txt",
            "%2e%2e/x",
            "...",
            ".well-known/x",
        ] {
            assert!(is_plain(path), "{path}");
        }
    }
}
