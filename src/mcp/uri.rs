//! `skill://owner/slug` is a skill's main file, `skill://owner/slug/path` any file of it.
//!
//! For hosts of MCP Skills the folder of a skill is called like the skill: `skill://owner/slug`, or `skill://owner/slug/name`
//! where the front matter has another name than the slug. No folder in such a skill is called `name`, see
//! [`check_files`](crate::conformance::check_files), so an address has one meaning.

use std::fmt;

use percent_encoding::percent_decode_str;
use thiserror::Error;

use super::arguments::shown;
use crate::key::SkillKey;
use crate::text::path_fault;
use crate::url::segment;

/// The address of a file of a skill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SkillUri {
    pub(super) key: SkillKey,
    /// As the author named it, not percent-encoded; `None`: the main file.
    pub(super) path: Option<String>,
}

impl SkillUri {
    /// The main file of a skill.
    pub(super) fn of_skill(key: &SkillKey) -> Self {
        Self {
            key: key.clone(),
            path: None,
        }
    }

    /// The folder of the skill `name` to hosts.
    pub(super) fn folder(key: &SkillKey, name: &str) -> Self {
        Self {
            key: key.clone(),
            path: (name != key.slug).then(|| name.to_owned()),
        }
    }

    /// The file or folder at `path` below a folder.
    pub(super) fn join(&self, path: &str) -> Self {
        let folder = self.path.iter().map(String::as_str);
        let path: Vec<&str> = folder.chain([path]).collect();
        Self {
            key: self.key.clone(),
            path: Some(path.join("/")),
        }
    }

    /// # Errors
    /// When it is no such address.
    pub(super) fn parse(uri: &str) -> Result<Self, UriError> {
        if uri.len() > URI_MAX_BYTES {
            return Err(UriError::TooLong);
        }
        Self::parse_short(uri).ok_or_else(|| UriError::Other {
            got: uri.to_owned(),
        })
    }

    fn parse_short(uri: &str) -> Option<Self> {
        let rest = uri.strip_prefix("skill://")?;
        let (owner, rest) = rest.split_once('/')?;
        let (slug, path) = rest.split_once('/').unwrap_or((rest, ""));
        let key = SkillKey::parse(&format!("{owner}/{slug}")).filter(|key| key.owner == owner);
        let path = match path {
            "" => None,
            path => Some(decoded(path)?),
        };
        Some(Self { key: key?, path })
    }
}

impl fmt::Display for SkillUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "skill://{}", self.key)?;
        let segments = self.path.iter().flat_map(|path| path.split('/'));
        for text in segments {
            write!(f, "/{}", segment(text))?;
        }
        Ok(())
    }
}

/// Why a text is no address of a file of a skill.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum UriError {
    #[error("`uri` is longer than {URI_MAX_BYTES} bytes")]
    TooLong,
    #[error("`uri` is `skill://owner/slug` or `skill://owner/slug/path`; `{}` is not", shown(.got))]
    Other { got: String },
}

fn decoded(path: &str) -> Option<String> {
    if path.contains(['?', '#']) {
        return None;
    }
    let path = percent_decode_str(path).decode_utf8().ok()?;
    path_fault(&path).is_none().then(|| path.into_owned())
}

const URI_MAX_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_back() {
        for (uri, path) in [
            ("skill://ana/pdf-tools", None),
            ("skill://ana/pdf-tools/SKILL.md", Some("SKILL.md")),
            ("skill://Ana/x.y_z/docs/a%20%23b.md", Some("docs/a #b.md")),
            ("skill://ana/x/%E6%97%A5.txt", Some("日.txt")),
        ] {
            let parsed = SkillUri::parse(uri).unwrap();
            assert_eq!(parsed.path.as_deref(), path);
            assert_eq!(parsed.to_string(), uri);
        }
        assert_eq!(SkillUri::parse("skill://ana/x/").unwrap().path, None);
    }

    #[test]
    fn the_folder_of_a_skill_is_called_like_it() {
        let key = SkillKey::parse("ana/pdf").unwrap();
        let main = |name: &str| SkillUri::folder(&key, name).join("a b/x.md").to_string();
        assert_eq!(main("pdf"), "skill://ana/pdf/a%20b/x.md");
        assert_eq!(main("pdf-tools"), "skill://ana/pdf/pdf-tools/a%20b/x.md");
    }

    #[test]
    fn nothing_leads_out_of_a_skill() {
        for uri in [
            "",
            "skill://",
            "skill://ana",
            "skill://ana/",
            "skill://@ana/x",
            "skill://ana@host/x",
            "skill://../x",
            "skill://ana/..",
            "skill://ana/x/../../secret",
            "skill://ana/x/%2e%2e/secret",
            "skill://ana/x/a%2F..%2Fb",
            "skill://ana/x//etc/passwd",
            "skill://ana/x/a%00b",
            "skill://ana/x/a%0Ab",
            "skill://ana/x/a\\b",
            "skill://ana/x/%FF",
            "skill://ana/x/a?b",
            "skill://ana/x?y",
            "file:///etc/passwd",
            "http://skills.example/",
            "SKILL://ana/x\u{202e}",
        ] {
            let error = SkillUri::parse(uri).unwrap_err().to_string();
            assert!(error.starts_with("`uri` is"), "{uri}: {error}");
        }
        let long = format!("skill://ana/x/{}", "a".repeat(10_000));
        assert_eq!(SkillUri::parse(&long), Err(UriError::TooLong));
    }
}
