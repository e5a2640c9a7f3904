//! Where everything stands on the site. The paths are a contract: other programs build them themselves.

use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Deserializer};

pub use super::published::published_path;
use super::published::without_programs;
use crate::catalog::SkillKey;

/// Names at the top of a site that no owner can have, in lower case.
pub const RESERVED_OWNERS: &[&str] = &[
    "404",
    "404.html",
    "_headers",
    "_redirects",
    "about",
    "api",
    "assets",
    "badges",
    "favicon.ico",
    "favicon.svg",
    "feed",
    "feed.xml",
    "index",
    "index.html",
    "llms.txt",
    "opensearch.xml",
    "owners",
    "robots.txt",
    "search",
    "sitemap.xml",
    "sitemaps",
    "skills",
    "tags",
];

/// Folders, in lower case, in which the site has the more pages the more skills there are.
pub const GROWING_FOLDERS: &[&str] = &["api/v1/", "owners/", "sitemaps/", "skills/", "tags/"];

/// The absolute URL of the site's root: `http` or `https`, no query, no fragment, ending in `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    origin: String,
    path: String,
}

impl Default for BaseUrl {
    fn default() -> Self {
        Self {
            origin: "http://localhost:4000".to_owned(),
            path: "/".to_owned(),
        }
    }
}

impl BaseUrl {
    /// Scheme, host and port, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path, such as `/` or `/registry/`; starts and ends with a slash.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The link to `page_path` (a site path without a leading slash, percent-encoded), from the root of the host.
    pub fn link(&self, page_path: &str) -> String {
        format!("{}{page_path}", self.path)
    }

    /// The absolute URL of `page_path` (a site path without a leading slash, percent-encoded).
    pub fn absolute(&self, page_path: &str) -> String {
        format!("{}{}{page_path}", self.origin, self.path)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

impl FromStr for BaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is not the URL of a site; write one such as `https://skills.example/registry/`"
            )
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(wrong)?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let is_host = !host.is_empty()
            && host.bytes().all(|b| {
                b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b':' | b'[' | b']' | b'_')
            });
        let is_path = path.bytes().all(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'/' | b'%')
        }) && path
            .split('/')
            .all(|segment| segment != "." && segment != "..");
        if !matches!(scheme, "http" | "https") || !is_host || !is_path || path.contains("//") {
            return Err(wrong());
        }
        let path = if path.is_empty() {
            "/".to_owned()
        } else {
            format!("/{}/", path.trim_end_matches('/'))
        };
        Ok(Self {
            origin: format!("{scheme}://{host}"),
            path,
        })
    }
}

impl<'de> Deserialize<'de> for BaseUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// How the items of a listing are sorted; the first is the listing's own address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// Last published first.
    Updated,
    /// First published last comes first.
    Newest,
    /// By name.
    Name,
    /// Most downloaded first; only with statistics.
    Downloads,
    /// Most starred first; only with statistics.
    Stars,
}

impl Sort {
    /// The word in URLs.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Updated => "updated",
            Self::Newest => "newest",
            Self::Name => "name",
            Self::Downloads => "downloads",
            Self::Stars => "stars",
        }
    }
}

/// `skills/`, `skills/page/2/`, `skills/by/name/`, `skills/by/name/page/2/`; pages count from 1.
pub fn listing(sort: Sort, page: usize) -> String {
    let folder = match sort {
        Sort::Updated => "skills/".to_owned(),
        sort => format!("skills/by/{}/", sort.slug()),
    };
    paged(folder, page)
}

/// `badges/<kind>/`, `badges/<kind>/page/2/`.
pub fn badge(kind: &str, page: usize) -> String {
    paged(format!("badges/{}/", segment(kind)), page)
}

/// `tags/<tag>/`, `tags/<tag>/page/2/`.
pub fn tag(tag: &str, page: usize) -> String {
    paged(format!("tags/{}/", segment(tag)), page)
}

/// `<owner>/`, `<owner>/page/2/`.
pub fn owner(owner: &str, page: usize) -> String {
    paged(format!("{}/", segment(owner)), page)
}

/// `tags/`, `tags/page/2/`: the index of all tags.
pub fn tags(page: usize) -> String {
    paged("tags/".to_owned(), page)
}

/// `owners/`, `owners/page/2/`: the index of all owners.
pub fn owners(page: usize) -> String {
    paged("owners/".to_owned(), page)
}

/// `<owner>/feed.xml`.
pub fn owner_feed(owner: &str) -> String {
    format!("{}/feed.xml", segment(owner))
}

/// `<owner>/skills/<slug>/`.
pub fn skill(key: &SkillKey) -> String {
    format!("{}/skills/{}/", segment(&key.owner), segment(&key.slug))
}

/// `<owner>/skills/<slug>/<slug>.zip`; a slug such as `form.php` gives `form_php.zip`, since servers may run the other.
pub fn zip(key: &SkillKey) -> String {
    let slug = without_programs(&key.slug);
    format!("{}{}.zip", skill(key), segment(&slug))
}

/// `<owner>/skills/<slug>/files/<path>`, the path as [`published_path`] has it.
pub fn file(key: &SkillKey, path: &str) -> String {
    let segments: Vec<String> = published_path(path).split('/').map(segment).collect();
    format!("{}files/{}", skill(key), segments.join("/"))
}

fn paged(folder: String, page: usize) -> String {
    if page <= 1 {
        folder
    } else {
        format!("{folder}page/{page}/")
    }
}

/// Everything but the unreserved characters of RFC 3986 (section 2.3) is encoded.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// `text` as one segment of a URL path.
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// The file that a host serves for `page_path`: folders end in `index.html`; percent-encoding is undone.
pub fn output_path(page_path: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(page_path).decode_utf8_lossy();
    if decoded.is_empty() || decoded.ends_with('/') {
        format!("{decoded}index.html")
    } else {
        decoded.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_ends_in_one_slash_and_may_have_a_path() {
        for (text, origin, path) in [
            ("https://skills.example", "https://skills.example", "/"),
            ("https://skills.example/x", "https://skills.example", "/x/"),
            (
                "http://127.0.0.1:8080/a/b/",
                "http://127.0.0.1:8080",
                "/a/b/",
            ),
        ] {
            let base: BaseUrl = text.parse().unwrap();
            assert_eq!((base.origin(), base.path()), (origin, path));
        }
        for bad in [
            "skills.example",
            "ftp://x/",
            "https://",
            "https://a/?q",
            "https://a/..",
            "https://a b/",
            "https://a/\"x",
        ] {
            assert!(bad.parse::<BaseUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_are_the_contract() {
        let name = SkillKey::parse("ana/pdf-tools").unwrap();
        assert_eq!(skill(&name), "ana/skills/pdf-tools/");
        assert_eq!(zip(&name), "ana/skills/pdf-tools/pdf-tools.zip");
        let program = SkillKey::parse("ana/form.php").unwrap();
        assert_eq!(zip(&program), "ana/skills/form.php/form_php.zip");
        assert_eq!(
            file(&name, "docs/a b.md"),
            "ana/skills/pdf-tools/files/docs/a%20b.md"
        );
        assert_eq!(listing(Sort::Updated, 1), "skills/");
        assert_eq!(listing(Sort::Updated, 2), "skills/page/2/");
        assert_eq!(listing(Sort::Newest, 3), "skills/by/newest/page/3/");
        assert_eq!(tag("日本", 1), "tags/%E6%97%A5%E6%9C%AC/");
        assert_eq!(output_path(&tag("日本", 1)), "tags/日本/index.html");
        assert_eq!(output_path("404.html"), "404.html");
    }
}
