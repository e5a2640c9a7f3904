//! Which headers the files of a site want, as data: a build writes them as `_headers`, and whoever publishes to a store
//! gives them to its objects.
//!
//! Hosts join the values of all rules that match, so a header that has one value stands in one rule for each path;
//! policies may be joined, since all of them hold.

use std::path::Path;

use serde::{Deserialize, Serialize};

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
    // What strangers wrote runs nowhere, even where a browser would open it.
    const STRANGERS: &[(&str, &str)] = &[
        ("Content-Security-Policy", "default-src 'none'; sandbox"),
        ("X-Robots-Tag", "noindex"),
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
        // What npm asks of a package has no ending.
        rule("npm/*", &[("Content-Type", "application/json")]),
        // The record of a skill, its discovery index, and the files and the zip that these name by their hashes: an old
        // one beside a new one is refused by whoever checks.
        rule(":owner/skills/:slug/*", &[SHARED, REVALIDATED].concat()),
        rule(":owner/skills/:slug/files/*", STRANGERS),
        rule(":owner/skills/:slug/.well-known/skills/:skill/*", STRANGERS),
        rule(
            ":owner/skills/:slug/*.zip",
            &[("Content-Disposition", "attachment")],
        ),
        // As those of a skill.
        rule("collections/:name/*", &[SHARED, REVALIDATED].concat()),
        rule("collections/:name/.well-known/skills/:skill/*", STRANGERS),
        rule(
            "collections/:name/*.zip",
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

/// The headers that an object of a store can carry; policies and the headers of shared access it cannot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ObjectHeaders {
    pub content_type: String,
    pub cache_control: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
}

/// Says what the objects of a site carry.
#[derive(Debug)]
pub struct ObjectRules(Vec<HeaderRule>);

impl Default for ObjectRules {
    fn default() -> Self {
        Self(header_rules())
    }
}

impl ObjectRules {
    /// The headers of the file at `path`, which is below the site and not percent-encoded. What no rule names is asked for
    /// anew each time: a browser that is told nothing guesses.
    pub fn of(&self, path: &str) -> ObjectHeaders {
        let value = |name: &str| {
            let rules = self.0.iter().filter(|rule| matches(rule.pattern, path));
            let mut headers = rules.flat_map(|rule| &rule.headers);
            let (_, value) = headers.find(|(given, _)| *given == name)?;
            Some(value.clone())
        };
        ObjectHeaders {
            content_type: value("Content-Type")
                .unwrap_or_else(|| content_type(Path::new(path)).into_owned()),
            cache_control: value("Cache-Control").unwrap_or_else(|| "no-cache".to_owned()),
            content_disposition: value("Content-Disposition"),
            content_encoding: None,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_carry_type_cache_and_disposition_of_their_path() {
        let rules = ObjectRules::default();
        let of = |path| {
            let headers = rules.of(path);
            let disposition = headers.content_disposition.unwrap_or_default();
            [headers.content_type, headers.cache_control, disposition].join(" | ")
        };
        assert_eq!(of("index.html"), "text/html; charset=utf-8 | no-cache | ");
        let for_ever = "public, max-age=31536000, immutable";
        assert_eq!(
            of("assets/style.0a.css"),
            format!("text/css; charset=utf-8 | {for_ever} | ")
        );
        assert_eq!(
            of("search/files/a.bin"),
            format!("application/octet-stream | {for_ever} | ")
        );
        assert_eq!(
            of("api/v1/skills/pdf/index.html"),
            "application/json | no-cache | "
        );
        assert_eq!(of("npm/@acme/ana--pdf"), "application/json | no-cache | ");
        assert_eq!(
            of("ana/skills/pdf/versions/1.0/pdf.zip"),
            "application/zip | no-cache | attachment"
        );
        assert_eq!(
            of("ana/skills/pdf/files/run.sh.txt"),
            "text/plain; charset=utf-8 | no-cache | "
        );
    }
}
