//! `_meta.json`, as the ClawHub archive has it: who published which versions of a skill, and when.

use std::path::Path;

use serde_json::Value;

use super::text;
use crate::catalog::{NAME_MAX_CHARS, SkillName, Timestamp, VERSION_MAX_CHARS, Version};
use crate::problem::{Problem, Problems};
use crate::web_url;

/// What `_meta.json` says; everything in it is optional.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Meta {
    /// One line, not empty.
    pub(super) display_name: Option<String>,
    pub(super) latest: Option<Version>,
    /// Newest first.
    pub(super) history: Vec<Version>,
}

/// Reads the text of a `_meta.json`; the folder decides who the skill is, whatever the file says.
pub(super) fn parse(json: &str, path: &Path, id: &SkillName, problems: &mut Problems) -> Meta {
    let value: Value = match serde_json::from_str(json) {
        Ok(value) => value,
        Err(error) => {
            let line = u32::try_from(error.line()).unwrap_or(u32::MAX).max(1);
            let column = u32::try_from(error.column()).unwrap_or(u32::MAX).max(1);
            problems.push(
                Problem::warning(
                    path,
                    "broken _meta.json",
                    format!(
                        "`_meta.json` is not valid JSON: {error}; versions and dates are unknown"
                    ),
                )
                .at(json, line, Some(column)),
            );
            return Meta::default();
        }
    };
    warn_of_other_identity(&value, path, id, problems);
    let mut history: Vec<Version> = value
        .get("history")
        .and_then(Value::as_array)
        .map(|versions| {
            versions
                .iter()
                .take(VERSIONS_MAX)
                .filter_map(version)
                .collect()
        })
        .unwrap_or_default();
    history.sort_by_key(|version| std::cmp::Reverse(version.published_at));
    Meta {
        display_name: value
            .get("displayName")
            .and_then(Value::as_str)
            .map(|name| text::clean_line(name, NAME_MAX_CHARS))
            .filter(|name| !name.is_empty()),
        latest: value.get("latest").and_then(version),
        history,
    }
}

/// Most old versions of one skill that are kept.
const VERSIONS_MAX: usize = 1_000;

fn warn_of_other_identity(value: &Value, path: &Path, id: &SkillName, problems: &mut Problems) {
    let part = |key: &str| value.get(key).and_then(Value::as_str);
    let owner = part("owner").unwrap_or(&id.owner);
    let slug = part("slug").unwrap_or(&id.slug);
    if (owner, slug) != (&id.owner, &id.slug) {
        problems.push(
            Problem::warning(
                path,
                "_meta.json names another skill",
                format!(
                    "`_meta.json` says `{}`, but the folder is `{id}`; the folder counts",
                    text::clean_line(&format!("{owner}/{slug}"), 2 * NAME_MAX_CHARS)
                ),
            )
            .hint("move the folder, or mend `owner` and `slug`"),
        );
    }
}

fn version(value: &Value) -> Option<Version> {
    let version = value.get("version").and_then(Value::as_str)?;
    let version = text::clean_line(version, VERSION_MAX_CHARS);
    (!version.is_empty()).then(|| Version {
        version,
        published_at: value.get("publishedAt").and_then(timestamp),
        commit_url: value
            .get("commit")
            .and_then(Value::as_str)
            .and_then(|commit| web_url::link(commit, &["https"])),
    })
}

/// Milliseconds, or a date as text.
fn timestamp(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(ms) => Timestamp::from_ms(ms.as_i64()?),
        Value::String(date) => Timestamp::parse(date),
        _ => None,
    }
}
