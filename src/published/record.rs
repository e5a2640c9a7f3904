//! What a site says of a skill. The site may be anybody's, so nothing in it is taken on trust.
//!
//! What a build cuts, cleans or leaves out when it writes is cut, cleaned or left out again here, by the same rules: a site
//! need not have been made by a build.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};
use skillpress_search::internals::analyzer::TAG_MAX_CHARS;
use skillpress_search::internals::format::manifest::BADGE_KINDS_MAX;

use crate::catalog::{
    DESCRIPTION_MAX_CHARS, NAME_MAX_CHARS, SHORT_MAX_CHARS, TAGS_MAX, VERSION_MAX_CHARS,
    is_badge_kind, main_file,
};
use crate::index::Labels;
use crate::key::SkillKey;
use crate::text::{clean_line, hex, path_fault};
use crate::zip::ZipPlace;

/// Largest document of the API that is read, in bytes. Those of a build are smaller, also of a skill with a thousand files
/// and as many versions, each with the longest names.
pub const DOCUMENT_MAX_BYTES: u64 = 8 << 20;

/// `<owner>/skills/<slug>/skill.json`, as far as it is used.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Record {
    owner: String,
    slug: String,
    pub name: String,
    pub description: String,
    pub tags: Vec<String>,
    pub version: String,
    /// Milliseconds; 0 when unknown.
    pub updated_at: i64,
    pub license: Option<String>,
    pub badges: BTreeMap<String, IgnoredAny>,
    pub zip: Option<ZipRef>,
    pub files: Vec<FileRef>,
    pub is_suspicious: bool,
}

/// The zip of a skill.
#[derive(Debug, Deserialize)]
pub struct ZipRef {
    /// Of its bytes.
    pub sha256: String,
    /// Length in bytes.
    pub size: u64,
}

/// A file of a skill.
#[derive(Debug, Deserialize)]
pub struct FileRef {
    /// In the skill's folder; without fault, see `path_fault`.
    pub path: String,
    /// Length in bytes.
    pub size: u64,
    /// Of its bytes.
    pub sha256: String,
    /// Absent for a file without a copy of its own. Only whether it is there counts.
    #[serde(default)]
    pub url: Option<IgnoredAny>,
    /// Where it lies in the zip, if it has no copy.
    #[serde(default)]
    pub zip: Option<ZipPlace>,
}

impl Record {
    /// The record in `bytes`, within the limits of a build. `None` when it is none.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let record: Self = serde_json::from_slice(bytes).ok()?;
        Some(record.within_limits())
    }

    /// What it says of the skill `key` in a few words.
    pub fn labels<'a>(&'a self, key: &'a SkillKey) -> Labels<'a> {
        Labels {
            owner: &key.owner,
            slug: &key.slug,
            name: &self.name,
            tags: &self.tags,
            description: &self.description,
        }
    }

    fn within_limits(self) -> Self {
        let tags = self.tags.iter().map(|tag| clean_line(tag, TAG_MAX_CHARS));
        Self {
            name: clean_line(&self.name, NAME_MAX_CHARS),
            description: clean_line(&self.description, DESCRIPTION_MAX_CHARS),
            tags: tags.filter(|tag| !tag.is_empty()).take(TAGS_MAX).collect(),
            version: clean_line(&self.version, VERSION_MAX_CHARS),
            license: self
                .license
                .map(|license| clean_line(&license, SHORT_MAX_CHARS)),
            badges: valid_badges(self.badges.into_keys())
                .map(|kind| (kind, IgnoredAny))
                .collect(),
            zip: self.zip.filter(|zip| is_sha256(&zip.sha256)),
            files: self
                .files
                .into_iter()
                .filter(|file| path_fault(&file.path).is_none() && is_sha256(&file.sha256))
                .collect(),
            ..self
        }
    }

    /// The present key of the skill, whatever name was asked for; `None` when it is none.
    pub fn key(&self) -> Option<SkillKey> {
        SkillKey::parse(&format!("{}/{}", self.owner, self.slug))
    }

    /// The file at `path`.
    pub fn file(&self, path: &str) -> Option<&FileRef> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The file that the skill's page is made of, by the rule of the build.
    pub fn main_file(&self) -> Option<&FileRef> {
        main_file(&self.files, |file| &file.path)
    }
}

/// The kinds among `kinds` that a build would have accepted, as many as an index can have.
pub fn valid_badges<K: AsRef<str>>(kinds: impl Iterator<Item = K>) -> impl Iterator<Item = K> {
    kinds
        .filter(|kind| is_badge_kind(kind.as_ref()))
        .take(BADGE_KINDS_MAX)
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

impl FileRef {
    /// Whether `bytes` are the file's.
    pub fn is(&self, bytes: &[u8]) -> bool {
        hex(&Sha256::digest(bytes)).eq_ignore_ascii_case(&self.sha256)
    }
}

/// `.well-known/clawhub.json`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WellKnown {
    pub api_base: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn main_file(paths: &[&str]) -> Option<String> {
        let files: Vec<_> = paths
            .iter()
            .map(|path| serde_json::json!({ "path": path, "size": 1, "sha256": "0".repeat(64) }))
            .collect();
        let json = serde_json::json!({ "files": files }).to_string();
        let record = Record::decode(json.as_bytes()).unwrap();
        record.main_file().map(|file| file.path.clone())
    }

    #[test]
    fn the_main_file_is_found_as_the_build_finds_it() {
        for (paths, main) in [
            (&["README.md", "SKILL.md", "skill.md"][..], Some("SKILL.md")),
            (&["README.md", "Skill.MD"], Some("Skill.MD")),
            (&["a/SKILL.md", "README.md"], Some("README.md")),
            (&["a/x.md", "z.md"], Some("z.md")),
            (&["a/x.md"], Some("a/x.md")),
            (&["a.txt"], None),
        ] {
            assert_eq!(main_file(paths).as_deref(), main, "{paths:?}");
        }
    }

    #[test]
    fn files_that_lead_elsewhere_are_not_there() {
        assert_eq!(main_file(&["../SKILL.md", "/SKILL.md", "a//b.md"]), None);
    }

    #[test]
    fn what_a_build_would_not_have_written_is_cut_or_left_out() {
        let long = "x".repeat(2_000_000);
        let kinds: BTreeMap<_, _> = (0..99).map(|n| (format!("kind{n}"), 1)).collect();
        let mut badges = serde_json::json!(kinds);
        badges["\u{1b}[2J"] = serde_json::json!({});
        badges[&long] = serde_json::json!({});
        let document = serde_json::json!({
            "name": format!("PDF\u{1b}[2J\u{202e}\nTools {long}"),
            "description": long,
            "tags": vec![long.clone(); 50],
            "version": long,
            "license": long,
            "badges": badges,
            "zip": { "sha256": long, "size": 1 },
            "files": [
                { "path": "SKILL.md", "size": 1, "sha256": "0".repeat(64) },
                { "path": "a.md", "size": 1, "sha256": long },
                { "path": long, "size": 1, "sha256": "0".repeat(64) },
                { "path": "../a.md", "size": 1, "sha256": "0".repeat(64) },
                { "path": "a\u{202e}.md", "size": 1, "sha256": "0".repeat(64) },
            ],
        });
        let record = Record::decode(document.to_string().as_bytes()).unwrap();
        let n_chars = |text: &str| text.chars().count();
        assert!(
            record.name.starts_with("PDF [2J Tools xxx"),
            "{}",
            record.name
        );
        assert_eq!(n_chars(&record.name), 120);
        assert_eq!(n_chars(&record.description), 1024);
        assert_eq!(record.tags, vec!["x".repeat(48); 12]);
        assert_eq!(n_chars(&record.version), 64);
        assert_eq!(n_chars(&record.license.unwrap()), 200);
        assert_eq!(record.badges.len(), 32);
        assert!(record.badges.keys().all(|kind| kind.starts_with("kind")));
        assert!(record.zip.is_none());
        let paths: Vec<_> = record.files.iter().map(|file| &file.path).collect();
        assert_eq!(paths, ["SKILL.md"]);
    }

    #[test]
    fn what_is_no_record_is_none() {
        for bytes in [
            &b"<!doctype html>"[..],
            b"[]x",
            b"{\"files\":1}",
            b"\xff",
            b"",
        ] {
            assert!(Record::decode(bytes).is_none());
        }
    }
}
