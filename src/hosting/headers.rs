//! Which headers the files of a site want, as data, which a build writes as `_headers`.
//!
//! Hosts join the values of all rules that match, so a header that has one value stands in one rule for each path;
//! policies may be joined, since all of them hold.

use std::path::Path;

/// What the files at some paths want.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderRule {
    /// A path below the site: `*` matches anything, `:name` one segment.
    pub pattern: &'static str,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
}

/// The content security policy of every page. `frame-ancestors` is valid in a header only.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'";

/// All rules, in the order of `_headers`. `docs/hosting.md` explains each.
pub fn header_rules() -> Vec<HeaderRule> {
    const FOR_EVER: &[(&str, &str)] = &[("Cache-Control", "public, max-age=31536000, immutable")];
    const REVALIDATED: &[(&str, &str)] = &[("Cache-Control", "no-cache")];
    const SHARED: &[(&str, &str)] = &[
        ("Access-Control-Allow-Origin", "*"),
        (
            "Access-Control-Expose-Headers",
            "Content-Range, Content-Length, ETag, Accept-Ranges",
        ),
    ];
    let page_policy = format!("{CONTENT_SECURITY_POLICY}; frame-ancestors 'none'");
    vec![
        rule(
            "*",
            &[
                ("X-Content-Type-Options", "nosniff"),
                ("Referrer-Policy", "strict-origin-when-cross-origin"),
                ("Content-Security-Policy", &page_policy),
            ],
        ),
        rule("assets/*", FOR_EVER),
        // Names in the index carry a hash of their content; the manifest names them.
        rule("search/files/*", FOR_EVER),
        rule("search/manifest.json", REVALIDATED),
        rule("search/search.js", REVALIDATED),
        rule("search/*", SHARED),
        rule("api/*", SHARED),
        rule(".well-known/*", SHARED),
        // All below is JSON, under names without an ending too; `index.html` there would pass for a page.
        rule("api/v1/skills/*", &[("Content-Type", "application/json")]),
        // The record of a skill, its discovery index, and the files and the zip that these name by their hashes: an old
        // one beside a new one is refused by whoever checks.
        rule(":owner/skills/:slug/*", &[SHARED, REVALIDATED].concat()),
        // What strangers wrote runs nowhere, even where a browser would open it.
        rule(
            ":owner/skills/:slug/files/*",
            &[
                ("Content-Security-Policy", "default-src 'none'; sandbox"),
                ("X-Robots-Tag", "noindex"),
            ],
        ),
        rule(
            ":owner/skills/:slug/*.zip",
            &[("Content-Disposition", "attachment")],
        ),
    ]
}

fn rule(pattern: &'static str, headers: &[(&'static str, &str)]) -> HeaderRule {
    let headers = headers
        .iter()
        .map(|&(name, value)| (name, value.to_owned()));
    HeaderRule {
        pattern,
        headers: headers.collect(),
    }
}

/// Value of `Content-Type` for a file of this name; text is always UTF-8.
pub fn content_type(file: &Path) -> std::borrow::Cow<'static, str> {
    let essence = match file.extension() {
        // Lists of types lack it.
        Some(extension) if extension == "jsonl" => "text/plain",
        _ => mime_guess::from_path(file)
            .first_raw()
            .unwrap_or("application/octet-stream"),
    };
    if essence.starts_with("text/") {
        format!("{essence}; charset=utf-8").into()
    } else {
        essence.into()
    }
}

/// Whether `pattern` matches the whole of `path`.
pub fn matches(pattern: &str, path: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => path.is_empty(),
        Some('*') => {
            let starts = path.char_indices().map(|(at, _)| at).chain([path.len()]);
            starts.rev().any(|at| matches(rest.as_str(), &path[at..]))
        }
        Some(':') => {
            let (segment, path) = path.split_at(path.find('/').unwrap_or(path.len()));
            let after_name = rest
                .as_str()
                .trim_start_matches(|c: char| c.is_ascii_alphanumeric());
            !segment.is_empty() && matches(after_name, path)
        }
        Some(c) => path
            .strip_prefix(c)
            .is_some_and(|path| matches(rest.as_str(), path)),
    }
}
