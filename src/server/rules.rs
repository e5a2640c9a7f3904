//! The files `_headers` and `_redirects` of a site, as common static hosts read them.
//!
//! ```text
//! /assets/*                                       /old/*        /new/:splat   301
//!   Cache-Control: public, max-age=31536000       /go/:name     /:name/       302
//!   ! X-Frame-Options
//! ```
//! `*` matches anything, `:name` one segment. All rules of `_headers` that match apply, in order: a name that two rules
//! give has both values, joined by a comma; `! Name` takes back what came before. The first line of `_redirects` that
//! matches applies. Lines that cannot be read are skipped, as hosts do.

use std::fs;
use std::path::Path;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What a site asks of its host.
#[derive(Debug, Default)]
pub(super) struct Rules {
    headers: Vec<HeaderRule>,
    redirects: Vec<Redirect>,
}

#[derive(Debug)]
struct HeaderRule {
    pattern: Pattern,
    changes: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    Add(HeaderName, HeaderValue),
    Remove(HeaderName),
}

#[derive(Debug)]
struct Redirect {
    from: Pattern,
    to: String,
    status: StatusCode,
}

impl Rules {
    /// Reads both files of the site in `folder`; a file that is missing or unreadable has no rules.
    pub(super) fn read(folder: &Path) -> Self {
        let text = |name| fs::read(folder.join(name)).unwrap_or_default();
        Self {
            headers: parse_headers(&String::from_utf8_lossy(&text("_headers"))),
            redirects: parse_redirects(&String::from_utf8_lossy(&text("_redirects"))),
        }
    }

    /// Changes the headers of an answer. `paths` are the names of what was asked for: below the server's root and, where
    /// that is another, below the site's; each starts with `/` and may be percent-encoded.
    pub(super) fn apply(&self, paths: &[&str], headers: &mut HeaderMap) {
        let paths: Vec<String> = paths.iter().map(|path| decoded(path)).collect();
        let mut given = Vec::new();
        let concerns = |rule: &&HeaderRule| {
            paths
                .iter()
                .any(|path| rule.pattern.captures(path).is_some())
        };
        for rule in self.headers.iter().filter(concerns) {
            for change in &rule.changes {
                match change {
                    Change::Remove(name) => {
                        headers.remove(name);
                        given.retain(|other| other != name);
                    }
                    Change::Add(name, value) if given.contains(name) => {
                        if let Some(joined) = headers.get(name).and_then(|old| join(old, value)) {
                            headers.insert(name, joined);
                        }
                    }
                    Change::Add(name, value) => {
                        headers.insert(name, value.clone());
                        given.push(name.clone());
                    }
                }
            }
        }
    }

    /// Where `path` has moved: status and value of `Location`.
    pub(super) fn redirect(&self, path: &str) -> Option<(StatusCode, String)> {
        let path = decoded(path);
        self.redirects.iter().find_map(|redirect| {
            let captures = redirect.from.captures(&path)?;
            Some((redirect.status, fill_in(&redirect.to, &captures)))
        })
    }
}

fn join(old: &HeaderValue, new: &HeaderValue) -> Option<HeaderValue> {
    HeaderValue::from_bytes(&[old.as_bytes(), b", ", new.as_bytes()].concat()).ok()
}

/// Headers that say how an answer is framed or packed; a rule cannot know that.
const SERVERS_OWN: &[HeaderName] = &[
    header::CONNECTION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::DATE,
    header::ETAG,
    header::TRANSFER_ENCODING,
    header::VARY,
];

fn parse_headers(text: &str) -> Vec<HeaderRule> {
    let mut rules: Vec<HeaderRule> = Vec::new();
    // Header lines below a pattern that cannot be read belong to no rule.
    let mut is_skipping = true;
    for line in text.lines() {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if !line.starts_with([' ', '\t']) {
            is_skipping = !content.starts_with('/');
            if !is_skipping {
                let pattern = Pattern::parse(content);
                rules.push(HeaderRule {
                    pattern,
                    changes: Vec::new(),
                });
            }
        } else if let (false, Some(rule), Some(change)) =
            (is_skipping, rules.last_mut(), parse_change(content))
        {
            rule.changes.push(change);
        }
    }
    rules
}

fn parse_change(line: &str) -> Option<Change> {
    if let Some(name) = line.strip_prefix('!') {
        return Some(Change::Remove(name.trim().parse().ok()?));
    }
    let (name, value) = line.split_once(':')?;
    let name: HeaderName = name.trim().parse().ok()?;
    if SERVERS_OWN.contains(&name) {
        return None;
    }
    Some(Change::Add(name, value.trim().parse().ok()?))
}

fn parse_redirects(text: &str) -> Vec<Redirect> {
    text.lines().filter_map(parse_redirect).collect()
}

fn parse_redirect(line: &str) -> Option<Redirect> {
    let line = line.trim();
    let mut words = line.split_whitespace();
    let (from, to) = (words.next()?, words.next()?);
    let status = words
        .next()
        .unwrap_or("302")
        .trim_end_matches('!')
        .parse()
        .ok()?;
    let is_redirect = matches!(status, 301 | 302 | 303 | 307 | 308);
    if !from.starts_with('/') || !is_redirect {
        return None;
    }
    Some(Redirect {
        from: Pattern::parse(from),
        to: to.to_owned(),
        status: StatusCode::from_u16(status).ok()?,
    })
}

/// A path with `*` and `:name` in it.
#[derive(Debug)]
struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    /// These characters, percent-decoded.
    Text(String),
    /// `*`
    Splat,
    /// `:name`
    Segment(String),
}

/// Names of the parts of a path that a pattern left open, with what stood there.
type Captures<'a> = Vec<(&'a str, &'a str)>;

impl Pattern {
    fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('*') {
                // Two in a row mean the same as one.
                if !matches!(parts.last(), Some(Part::Splat)) {
                    parts.push(Part::Splat);
                }
                rest = after;
                continue;
            }
            if let Some((name, after)) = placeholder(rest) {
                parts.push(Part::Segment(name.to_owned()));
                rest = after;
                continue;
            }
            let end = rest
                .char_indices()
                .skip(1)
                .find(|&(at, c)| c == '*' || placeholder(&rest[at..]).is_some())
                .map_or(rest.len(), |(at, _)| at);
            parts.push(Part::Text(decoded(&rest[..end])));
            rest = &rest[end..];
        }
        Self { parts }
    }

    /// What the open parts stand for when the whole of `path` matches.
    fn captures<'a>(&'a self, path: &'a str) -> Option<Captures<'a>> {
        let mut captures = Vec::new();
        matches(&self.parts, path, &mut captures).then_some(captures)
    }
}

fn matches<'a>(parts: &'a [Part], path: &'a str, captures: &mut Captures<'a>) -> bool {
    let Some((part, others)) = parts.split_first() else {
        return path.is_empty();
    };
    match part {
        Part::Text(text) => path
            .strip_prefix(text.as_str())
            .is_some_and(|rest| matches(others, rest, captures)),
        Part::Segment(name) => {
            let (segment, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
            captures.push((name, segment));
            !segment.is_empty() && matches(others, rest, captures)
        }
        Part::Splat => {
            let n_before = captures.len();
            // Longest first: a splat takes all that it can.
            let ends = path
                .char_indices()
                .map(|(at, _)| at)
                .chain([path.len()])
                .rev();
            for end in ends {
                captures.truncate(n_before);
                captures.push(("splat", &path[..end]));
                if matches(others, &path[end..], captures) {
                    return true;
                }
            }
            false
        }
    }
}

/// `:name` at the start of `text`: the name, and what follows.
fn placeholder(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix(':')?;
    let end = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    rest.starts_with(|c: char| c.is_ascii_alphabetic())
        .then(|| rest.split_at(end))
}

/// Characters that a path in a `Location` needs encoded; `/` separates and stays.
const IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'`');

fn fill_in(target: &str, captures: &Captures<'_>) -> String {
    let mut filled = String::new();
    let mut rest = target;
    while let Some(at) = rest.find(':') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let captured = placeholder(rest).and_then(|(name, after)| {
            let (_, value) = captures.iter().find(|(known, _)| *known == name)?;
            Some((value, after))
        });
        match captured {
            Some((value, after)) => {
                filled.extend(utf8_percent_encode(value, IN_PATH));
                rest = after;
            }
            None => {
                filled.push(':');
                rest = &rest[1..];
            }
        }
    }
    filled + rest
}

fn decoded(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers_for(text: &str, path: &str) -> Vec<(String, String)> {
        let rules = Rules {
            headers: parse_headers(text),
            redirects: Vec::new(),
        };
        let mut headers = HeaderMap::new();
        rules.apply(&[path], &mut headers);
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        headers
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect()
    }

    fn redirect_of(text: &str, path: &str) -> Option<(u16, String)> {
        let rules = Rules {
            headers: Vec::new(),
            redirects: parse_redirects(text),
        };
        rules
            .redirect(path)
            .map(|(status, to)| (status.as_u16(), to))
    }

    #[test]
    fn every_rule_that_matches_applies_in_order() {
        let text = "# all\n/*\n  X-A: 1\n  X-B: 2\n\n/assets/*\n\tX-A: 3\n  ! X-B\n";
        assert_eq!(
            headers_for(text, "/"),
            [("x-a".into(), "1".into()), ("x-b".into(), "2".into())]
        );
        assert_eq!(
            headers_for(text, "/assets/style.css"),
            [("x-a".into(), "1, 3".into())]
        );
    }

    #[test]
    fn a_placeholder_matches_one_segment() {
        let text = "/:owner/skills/:slug/\n  X-Page: skill\n";
        assert_eq!(headers_for(text, "/ana/skills/pdf-tools/").len(), 1);
        for path in [
            "/ana/skills/",
            "/ana/skills//",
            "/a/b/skills/c/",
            "/ana/skills/pdf-tools/files/",
        ] {
            assert!(headers_for(text, path).is_empty(), "{path}");
        }
    }

    #[test]
    fn lines_that_cannot_be_read_are_skipped() {
        let text = "  X-Early: 1\nhttps://other.example/*\n  X-Other: 1\n/*\n  no colon\n  b@d: 1\n  X-Ok: 1\n";
        assert_eq!(headers_for(text, "/a"), [("x-ok".into(), "1".into())]);
    }

    #[test]
    fn a_rule_cannot_change_how_an_answer_is_framed() {
        let text = "/*\n  Content-Length: 1\n  Content-Encoding: br\n  ETag: \"x\"\n";
        assert!(headers_for(text, "/").is_empty());
    }

    #[test]
    fn a_moved_path_leads_to_its_new_place() {
        let text =
            "/ana/skills/old/ /ana/skills/new/ 301\n/blog/* /news/:splat\n/u/:name /:name/ 308\n";
        assert_eq!(
            redirect_of(text, "/ana/skills/old/"),
            Some((301, "/ana/skills/new/".into()))
        );
        assert_eq!(
            redirect_of(text, "/blog/a/b%20c"),
            Some((302, "/news/a/b%20c".into()))
        );
        assert_eq!(redirect_of(text, "/u/ana"), Some((308, "/ana/".into())));
        assert_eq!(redirect_of(text, "/ana/skills/older/"), None);
    }

    #[test]
    fn rewrites_and_comments_are_no_redirects() {
        let text = "# a b 301\n/x /y 200\n/z /404.html 404\nhttps://a /b 301\n/only\n";
        assert!(parse_redirects(text).is_empty());
    }

    #[test]
    fn a_path_cannot_add_lines_or_characters_to_a_location() {
        assert_eq!(
            redirect_of(
                "/a/* https://x.example/:splat 301\n",
                "/a/b%0d%0aSet-Cookie:%20c"
            ),
            Some((301, "https://x.example/b%0D%0ASet-Cookie:%20c".into()))
        );
    }
}
