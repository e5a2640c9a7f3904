//! What the API of a site says about a skill. The site may be anybody's, so nothing in it is taken on trust.

use crate::hex::hex;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};

use super::uri::is_path;

/// `<owner>/skills/<slug>/skill.json`, as far as it is used.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Record {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) tags: Vec<String>,
    pub(super) version: String,
    /// Milliseconds; 0 when unknown.
    pub(super) updated_at: i64,
    pub(super) license: Option<String>,
    pub(super) badges: BTreeMap<String, IgnoredAny>,
    pub(super) zip: Option<ZipRef>,
    pub(super) files: Vec<FileRef>,
    pub(super) is_suspicious: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct ZipRef {
    pub(super) sha256: String,
    pub(super) size: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct FileRef {
    pub(super) path: String,
    pub(super) size: u64,
    pub(super) sha256: String,
    /// Absent for a file that is in the zip alone. Only whether it is there counts.
    #[serde(default)]
    pub(super) url: Option<IgnoredAny>,
}

impl Record {
    /// The record in `bytes`, without files whose paths lead elsewhere. `None` when it is none.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut record: Self = serde_json::from_slice(bytes).ok()?;
        record.files.retain(|file| is_path(&file.path));
        Some(record)
    }

    pub(super) fn file(&self, path: &str) -> Option<&FileRef> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The file that the skill's page is made of, by the rule of the build: `SKILL.md`, else what stands for it.
    pub(super) fn main_file(&self) -> Option<&FileRef> {
        let named = |name: &str| {
            self.file(name).or_else(|| {
                let mut files = self.files.iter();
                files.find(|file| file.path.eq_ignore_ascii_case(name))
            })
        };
        let markdown = |file: &&FileRef| file.path.to_ascii_lowercase().ends_with(".md");
        named("SKILL.md")
            .or_else(|| named("skills.md"))
            .or_else(|| named("README.md"))
            .or_else(|| {
                let mut found = self.files.iter().filter(markdown);
                found
                    .clone()
                    .find(|file| !file.path.contains('/'))
                    .or_else(|| found.next())
            })
    }
}

impl FileRef {
    /// Whether `bytes` are the file's.
    pub(super) fn is(&self, bytes: &[u8]) -> bool {
        hex(&Sha256::digest(bytes)).eq_ignore_ascii_case(&self.sha256)
    }
}

/// A page of the list of skills, as far as it is used.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ListPage {
    pub(super) items: Vec<Item>,
    /// The next page of files.
    pub(super) next: Option<String>,
    /// What follows in the list of a server.
    pub(super) next_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    pub(super) owner_handle: String,
    pub(super) slug: String,
    #[serde(default)]
    pub(super) display_name: String,
    #[serde(default)]
    pub(super) summary: String,
}

/// `.well-known/clawhub.json`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WellKnown {
    pub(super) api_base: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn main_file(paths: &[&str]) -> Option<String> {
        let files: Vec<_> = paths
            .iter()
            .map(|path| serde_json::json!({ "path": path, "size": 1, "sha256": "" }))
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
