//! The files `_headers` and `_redirects` of a site, as far as a build writes what common static hosts read.
//!
//! ```text
//! /:owner/skills/:slug/files/*                    /old/skills/pdf/* /ana/skills/pdf-tools/:splat 301
//!   X-Robots-Tag: noindex
//! ```
//! `*` matches anything, `:name` one segment. All rules of `_headers` that match apply, and a name that two of them give
//! has both values, joined by a comma. The first line of `_redirects` that matches applies; `*` at its end is `:splat`.
//! Lines that cannot be read are skipped, as hosts do.

use std::fs;
use std::path::Path;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use percent_encoding::percent_decode_str;

use crate::hosting::matches;

/// What a site asks of its host.
#[derive(Debug, Default)]
pub(super) struct Rules {
    headers: Vec<HeaderRule>,
    redirects: Vec<Redirect>,
}

#[derive(Debug)]
struct HeaderRule {
    /// Percent-decoded.
    pattern: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

#[derive(Debug)]
struct Redirect {
    from: String,
    to: String,
    status: StatusCode,
}

impl Rules {
    /// Reads both files of the site in `folder`; a file that is missing or unreadable has no rules.
    pub(super) fn read(folder: &Path) -> Self {
        let text = |name| fs::read_to_string(folder.join(name)).unwrap_or_default();
        Self {
            headers: parse_headers(&text("_headers")),
            redirects: text("_redirects")
                .lines()
                .filter_map(parse_redirect)
                .collect(),
        }
    }

    /// The headers of an answer at `path`, which may be percent-encoded.
    pub(super) fn headers(&self, path: &str) -> HeaderMap {
        let path = percent_decode_str(path).decode_utf8_lossy();
        let mut headers = HeaderMap::new();
        let rules = self.headers.iter();
        let rules = rules.filter(|rule| matches(&rule.pattern, &path));
        for (name, value) in rules.flat_map(|rule| &rule.headers) {
            let joined = headers.get(name).and_then(|old| join(old, value));
            headers.insert(name, joined.unwrap_or_else(|| value.clone()));
        }
        headers
    }

    /// Where `path` has moved: status and value of `Location`. Both are as they were sent, percent-encoded.
    pub(super) fn redirect(&self, path: &str) -> Option<(StatusCode, String)> {
        self.redirects.iter().find_map(|redirect| {
            let splat = match redirect.from.strip_suffix('*') {
                Some(folder) => path.strip_prefix(folder)?,
                None => (path == redirect.from).then_some("")?,
            };
            Some((redirect.status, redirect.to.replace(":splat", splat)))
        })
    }
}

fn join(old: &HeaderValue, new: &HeaderValue) -> Option<HeaderValue> {
    HeaderValue::from_bytes(&[old.as_bytes(), b", ", new.as_bytes()].concat()).ok()
}

fn parse_headers(text: &str) -> Vec<HeaderRule> {
    let mut rules: Vec<HeaderRule> = Vec::new();
    for line in text.lines() {
        if line.starts_with('/') {
            let pattern = percent_decode_str(line.trim()).decode_utf8_lossy();
            rules.push(HeaderRule {
                pattern: pattern.into_owned(),
                headers: Vec::new(),
            });
        } else if let (Some(rule), Some(header)) = (rules.last_mut(), parse_header(line)) {
            rule.headers.push(header);
        }
    }
    rules
}

fn parse_header(line: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = line.split_once(':')?;
    Some((name.trim().parse().ok()?, value.trim().parse().ok()?))
}

fn parse_redirect(line: &str) -> Option<Redirect> {
    let mut words = line.split_whitespace();
    let (from, to, status) = (words.next()?, words.next()?, words.next()?);
    Some(Redirect {
        from: from.to_owned(),
        to: to.to_owned(),
        status: status.parse().ok().filter(StatusCode::is_redirection)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers_for(text: &str, path: &str) -> Vec<(String, String)> {
        let rules = Rules {
            headers: parse_headers(text),
            redirects: Vec::new(),
        };
        let headers = rules.headers(path);
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        headers
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect()
    }

    fn redirect_of(text: &str, path: &str) -> Option<(u16, String)> {
        let rules = Rules {
            headers: Vec::new(),
            redirects: text.lines().filter_map(parse_redirect).collect(),
        };
        let (status, to) = rules.redirect(path)?;
        Some((status.as_u16(), to))
    }

    #[test]
    fn the_values_of_every_rule_that_matches_are_joined() {
        let text = "/*\n  X-A: 1\n\n/assets/*\n\tX-A: 3\n  X-B: 2\n";
        assert_eq!(headers_for(text, "/"), [("x-a".into(), "1".into())]);
        assert_eq!(
            headers_for(text, "/assets/style.css"),
            [("x-a".into(), "1, 3".into()), ("x-b".into(), "2".into())]
        );
    }

    #[test]
    fn a_placeholder_matches_one_segment() {
        let text = "/x%20y/:owner/skills/:slug/*.zip\n  X-Zip: yes\n";
        assert_eq!(headers_for(text, "/x%20y/ana/skills/pdf/a.zip").len(), 1);
        assert_eq!(
            headers_for(text, "/x%20%79/ana/skills/pdf/b/a.zip").len(),
            1
        );
        for path in [
            "/x%20y/ana/skills/a.zip",
            "/x%20y/ana/skills//a.zip",
            "/x%20y/a/b/skills/c/a.zip",
            "/x%20y/ana/skills/pdf/a.zip/",
        ] {
            assert!(headers_for(text, path).is_empty(), "{path}");
        }
    }

    #[test]
    fn lines_that_cannot_be_read_are_skipped() {
        let text = "  X-Early: 1\n/*\n  no colon\n  b@d: 1\n  X-Ok: 1\n";
        assert_eq!(headers_for(text, "/a"), [("x-ok".into(), "1".into())]);
        for line in ["/x /y 200", "/z /404.html 404", "/only", "/a /b", "/a /b x"] {
            assert!(parse_redirect(line).is_none(), "{line}");
        }
    }

    #[test]
    fn a_moved_path_leads_to_its_new_place() {
        let text =
            "/ana/skills/old/ /ana/skills/new/ 301\n/ana/skills/old/* /ana/skills/new/:splat 301\n";
        for (rest, expected) in [
            ("", ""),
            ("a/b%20c", "a/b%20c"),
            ("%0d%0aX:%20y", "%0d%0aX:%20y"),
        ] {
            assert_eq!(
                redirect_of(text, &format!("/ana/skills/old/{rest}")),
                Some((301, format!("/ana/skills/new/{expected}")))
            );
        }
        assert_eq!(redirect_of(text, "/ana/skills/older/"), None);
        assert_eq!(redirect_of(text, "/ana/skills/old"), None);
    }
}
