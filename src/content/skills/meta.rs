//! `_meta.json`, as the ClawHub archive has it: who published which versions of a skill, and when.

use std::collections::BTreeSet;

use serde_json::Value;

use super::folder::{FoundFile, SkillFolder, unreadable};
use super::{date, files, version};
use crate::catalog::{NAME_MAX_CHARS, Timestamp, VERSION_MAX_CHARS, Version};
use crate::content::folder::Content;
use crate::key::SkillKey;
use crate::problem::{Place, Problem, Problems, Review, Severity, json_fault};
use crate::text;
use crate::url::web;

/// What `_meta.json` says; everything in it is optional.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Meta {
    /// One line, not empty.
    pub(super) display_name: Option<String>,
    /// `latest`, or else the newest of `history`.
    pub(super) latest: Option<Version>,
    /// The other versions, newest first, each once.
    pub(super) history: Vec<Version>,
}

/// Reads the `_meta.json` of the skill in `folder`; `None`, with a warning, when that cannot be done.
pub(super) fn read(
    content: &Content,
    folder: &SkillFolder,
    file: &FoundFile,
    problems: &mut Problems,
) -> Option<Meta> {
    let path = folder.path.join(&file.path);
    if file.len_bytes > META_MAX_BYTES {
        let message = format!(
            "`_meta.json` has {} bytes; it is read up to {META_MAX_BYTES}, so versions and dates are unknown",
            file.len_bytes
        );
        let warning = Problem::warning(path, "_meta.json too large", message);
        problems.push(warning.hint("leave out old versions"));
        return Some(Meta::default());
    }
    match content.files.read(&file.source) {
        Ok(bytes) => {
            let json = files::decode(&bytes, &path, problems);
            Some(parse(
                Review::new(Severity::Warning, &path, &json.text, problems),
                &folder.key,
            ))
        }
        Err(error) => {
            problems.push(unreadable(&path, &error));
            None
        }
    }
}

/// Reads the text of a `_meta.json`; the folder decides who the skill is, whatever the file says.
fn parse(review: Review, key: &SkillKey) -> Meta {
    let mut reader = Reader {
        review,
        told: BTreeSet::new(),
    };
    let Some(value) = reader.value() else {
        return Meta::default();
    };
    reader.check_key(&value, key);
    let display_name = reader.display_name(&value);
    Meta {
        display_name,
        ..reader.versions(&value)
    }
}

/// Largest `_meta.json` that is read, in bytes: parsed, it takes up to thirty times as much. The largest of 2,291 real
/// ones has 2.6 KB.
const META_MAX_BYTES: u64 = 256 * 1024;

/// Most old versions of one skill that are kept.
const VERSIONS_MAX: usize = 1_000;

/// Longest part of a value that a message shows, in characters.
const SHOWN_MAX_CHARS: usize = 80;

/// The text of a file, and what is to be said of it.
struct Reader<'a> {
    review: Review<'a, 'a>,
    /// Kinds of problems that were told: a slip of a program stands in every version, and one warning is enough.
    told: BTreeSet<&'static str>,
}

impl Reader<'_> {
    fn value(&mut self) -> Option<Value> {
        const GROUP: &str = "broken _meta.json";
        let (place, message, hint) = match serde_json::from_str(self.review.text) {
            Ok(value @ Value::Object(_)) => return Some(value),
            Ok(_) => (
                Place::File,
                "`_meta.json` is not an object; versions and dates are unknown".to_owned(),
                "write `{\"latest\": {\"version\": \"1.0.0\", \"publishedAt\": \"2026-01-31\"}}`",
            ),
            Err(error) => {
                let (fault, offset) = json_fault(self.review.text, &error);
                (
                    Place::Offset(offset),
                    format!(
                        "`_meta.json` is not valid JSON: {fault}; versions and dates are unknown"
                    ),
                    "look for a missing comma, quote or bracket",
                )
            }
        };
        self.review.tell(place, GROUP, message, hint);
        None
    }

    fn check_key(&mut self, value: &Value, key: &SkillKey) {
        let part = |key: &str| value.get(key).and_then(Value::as_str);
        let owner = part("owner").unwrap_or(&key.owner);
        let slug = part("slug").unwrap_or(&key.slug);
        if (owner, slug) != (&key.owner, &key.slug) {
            let name = text::clean_line(&format!("{owner}/{slug}"), 2 * NAME_MAX_CHARS);
            self.tell(
                "_meta.json names another skill",
                None,
                format!("`_meta.json` says `{name}`, but the folder is `{key}`; the folder counts"),
                "move the folder, or mend `owner` and `slug`",
            );
        }
    }

    fn display_name(&mut self, value: &Value) -> Option<String> {
        let given = value.get("displayName").filter(|given| !given.is_null())?;
        let name = text::clean_line(given.as_str().unwrap_or(""), NAME_MAX_CHARS);
        if name.is_empty() {
            self.tell(
                "no display name",
                Some(("displayName", given)),
                "`displayName` is no text that shows; it is left out",
                "write the name that people read, or leave `displayName` out",
            );
        }
        (!name.is_empty()).then_some(name)
    }

    fn versions(&mut self, value: &Value) -> Meta {
        let mut latest = value.get("latest").and_then(|latest| self.version(latest));
        let mut history = self.history(value.get("history").unwrap_or(&Value::Null));
        version::sort_newest_first(&mut history);
        if latest.is_none() && !history.is_empty() {
            latest = Some(history.remove(0));
        }
        let mut seen = BTreeSet::new();
        history.retain(|version| {
            if let Some(latest) = &mut latest
                && latest.version == version.version
            {
                latest.published_at = latest.published_at.or(version.published_at);
                let commit_url = latest.commit_url.take();
                latest.commit_url = commit_url.or_else(|| version.commit_url.clone());
                return false;
            }
            let is_new = seen.insert(version.version.clone());
            if !is_new {
                let message = format!(
                    "the version `{}` is in `history` more than once; the newest counts",
                    version.version
                );
                self.tell("repeated version", None, message, "remove the others");
            }
            is_new
        });
        Meta {
            display_name: None,
            latest,
            history,
        }
    }

    fn history(&mut self, value: &Value) -> Vec<Version> {
        const GROUP: &str = "history not read";
        if !value.is_array() && !value.is_null() {
            self.tell(
                GROUP,
                Some(("history", value)),
                "`history` is not a list; it is left out",
                "write a list of objects with `version` and `publishedAt`",
            );
        }
        let list = value.as_array().map_or(&[][..], Vec::as_slice);
        let n_versions = list.len();
        if n_versions > VERSIONS_MAX {
            let message =
                format!("`history` has {n_versions} versions; the first {VERSIONS_MAX} are kept");
            self.tell(GROUP, None, message, "keep the newest versions");
        }
        let kept = list.iter().take(VERSIONS_MAX);
        kept.filter_map(|item| self.version(item)).collect()
    }

    /// A version as an object or as its number alone.
    fn version(&mut self, value: &Value) -> Option<Version> {
        if value.is_null() {
            return None;
        }
        let number = match value {
            Value::Object(_) => value.get("version").unwrap_or(&Value::Null),
            alone => alone,
        };
        let written = match number {
            Value::String(text) => text.clone(),
            Value::Number(_) => {
                let at = Some(("version", number));
                let message = format!(
                    "the version `{number}` is a number, in which `1.10` and `1.1` are the same"
                );
                self.tell(
                    "version is a number",
                    at,
                    message,
                    "put versions into quotes",
                );
                number.to_string()
            }
            _ => String::new(),
        };
        let version = text::clean_line(&written, VERSION_MAX_CHARS);
        if version.is_empty() {
            self.tell(
                "version without a number",
                None,
                "a version has no text in `version`; it is left out",
                "write `\"version\": \"1.0.0\"`",
            );
            return None;
        }
        Some(Version {
            version,
            published_at: self.published_at(value.get("publishedAt")),
            commit_url: self.commit_url(value.get("commit")),
            ..Version::default()
        })
    }

    fn published_at(&mut self, value: Option<&Value>) -> Option<Timestamp> {
        let value = value.filter(|value| !value.is_null())?;
        let published_at = date::timestamp(value);
        if published_at.is_none() {
            let message = date::not_read("publishedAt", value);
            let at = Some(("publishedAt", value));
            self.tell(date::NOT_READ, at, message, date::HINT);
        }
        published_at
    }

    fn commit_url(&mut self, value: Option<&Value>) -> Option<String> {
        let value = value.filter(|value| !value.is_null() && value.as_str() != Some(""))?;
        let commit_url = value.as_str().and_then(|text| web::link(text, &["https"]));
        if commit_url.is_none() {
            let shown = text::clean_line(value.as_str().unwrap_or(""), SHOWN_MAX_CHARS);
            self.tell(
                "address not linked",
                Some(("commit", value)),
                format!("`commit` is `{shown}`, which is no address that a page can link to"),
                "write the address of the commit, with `https://`",
            );
        }
        commit_url
    }

    /// Where `"key": value` stands, of a list or object where the first of `key` with such a one stands.
    fn place_of(&self, key: &str, value: &Value) -> Place {
        let json = self.review.text;
        let key = format!("\"{key}\"");
        let mut literal = value.to_string();
        if value.is_array() || value.is_object() {
            literal.truncate(1);
        }
        let offset = json.match_indices(&key).find_map(|(at, _)| {
            let after = json[at + key.len()..].trim_start();
            let found = after.strip_prefix(':')?.trim_start();
            found
                .starts_with(&literal)
                .then(|| json.len() - found.len())
        });
        offset.map_or(Place::File, Place::Offset)
    }

    /// Warns, where the key of `at` has the value of `at`, once for each group.
    fn tell(
        &mut self,
        group: &'static str,
        at: Option<(&str, &Value)>,
        message: impl Into<String>,
        hint: &str,
    ) {
        if self.told.insert(group) {
            let place = at.map_or(Place::File, |(key, value)| self.place_of(key, value));
            self.review.tell(place, group, message, hint);
        }
    }
}
