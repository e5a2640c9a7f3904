//! Where a site stands on the web.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use thiserror::Error;

/// The absolute URL of the site's root: `http` or `https`, no query, no fragment, ending in `/`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
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
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let wrong = || BaseUrlError(text.to_owned());
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

/// A text is not the URL of a site.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is not the URL of a site; write one such as `https://skills.example/registry/`")]
pub struct BaseUrlError(String);

impl TryFrom<String> for BaseUrl {
    type Error = BaseUrlError;

    fn try_from(text: String) -> Result<Self, BaseUrlError> {
        text.parse()
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
}
