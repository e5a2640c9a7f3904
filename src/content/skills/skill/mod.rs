//! One folder becomes one skill.

use serde_json::{Map, Value};

use super::date;
use super::files::{self, ReadFiles};
use super::folder::{FoundFiles, SkillFolder};
use super::meta::{self, Meta};
use crate::catalog::{
    DESCRIPTION_MAX_CHARS, FrontMatter, NAME_MAX_CHARS, Skill, TAGS_MAX, Timestamp,
    VERSION_MAX_CHARS, Version,
};
use crate::content::folder::Content;
use crate::front_matter::{self, Front, fields, lost_text};
use crate::markdown;
use crate::problem::{Problems, Review, Severity};
use crate::text::{self, EncodingFault};

mod checks;

/// Reads the skill in `folder` from the files that were found there; `None`, with a warning, when it cannot be published.
pub(super) fn read(
    content: &Content,
    folder: &SkillFolder,
    found: &FoundFiles,
    problems: &mut Problems,
) -> Option<Skill> {
    let main_path = files::choose_main(found, folder, problems)?;
    let files = files::read(content, folder, &found.files, &main_path, problems)?;
    let meta = match &found.meta {
        Some(file) => meta::read(content, folder, file, problems)?,
        None => Meta::default(),
    };
    let path = folder.path.join(&main_path);
    let source = files::decode(&files.main_bytes, &path, problems);
    let mut review = Review::new(Severity::Warning, &path, &source.text, problems);
    let mut front = front_matter::parse(&mut review);
    let renamed = fields::rename_capitals(&mut front.fields);
    let draft = Draft {
        folder,
        metadata: metadata(&front, &mut review),
        review,
        is_utf16: source.fault == Some(EncodingFault::Utf16),
        has_mark: files.main_bytes.starts_with(b"\xef\xbb\xbf"),
        renamed,
        front,
        meta,
    };
    Some(draft.finish(files))
}

/// Tags that would look like a judgement of the registry.
const MISLEADING_TAGS: [&str; 7] = [
    "official",
    "verified",
    "featured",
    "highlighted",
    "trusted",
    "curated",
    "recommended",
];

/// Longest description that is taken from the body, in characters.
const SUMMARY_MAX_CHARS: usize = 160;

/// All that is known of a skill before it is put together.
struct Draft<'t> {
    folder: &'t SkillFolder<'t>,
    /// The file that the body comes from.
    review: Review<'t, 't>,
    is_utf16: bool,
    /// Whether a byte order mark stands before the text.
    has_mark: bool,
    front: Front<'t>,
    /// `metadata` of the front matter.
    metadata: Map<String, Value>,
    /// Fields of `front` whose names had capitals, as they were written.
    renamed: Vec<String>,
    meta: Meta,
}

/// The oldest and the newest date that the content gives.
struct Dates {
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
}

impl Dates {
    fn of(dates: impl Iterator<Item = Timestamp> + Clone) -> Self {
        Self {
            created_at: dates.clone().min(),
            updated_at: dates.max(),
        }
    }
}

impl Draft<'_> {
    fn finish(mut self, files: ReadFiles) -> Skill {
        let front_matter = FrontMatter {
            is_broken: self.is_broken(),
            ..fields::front_matter(&self.front.fields, &self.metadata)
        };
        self.check(front_matter.homepage.as_deref());
        let links = self.survey();
        let description = self.description(front_matter.description.as_deref());
        let tags = self.tags();
        let dates = self.dates();
        let version = self.version(dates.updated_at);
        let (body, long_body_at) = files::held_body(self.review.text, self.front.body);
        Skill {
            key: self.folder.key.clone(),
            folder: self.folder.path.clone(),
            name: self.name(front_matter.name.as_deref()),
            description,
            tags,
            body,
            long_body_at,
            links,
            main_file_idx: files.main_file_idx,
            requirements: fields::requirements(&self.front.fields, &self.metadata),
            front_matter,
            files: files.files,
            version,
            history: self.meta.history,
            created_at: dates.created_at,
            updated_at: dates.updated_at,
            is_of_source: false,
            provenance: None,
            license_file: None,
            badges: Vec::new(),
            stats: None,
            is_suspicious: false,
            moderation_note: None,
        }
    }

    /// Warns where the value of a field stands, of the top level or else below `metadata`.
    fn warn_at(
        &mut self,
        key: &str,
        group: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let place = self.front.place_of_field(key);
        self.review.tell(place, group, message, hint);
    }

    fn name(&self, given: Option<&str>) -> String {
        let given = given.map(|name| text::clean_line(name, NAME_MAX_CHARS));
        let display_name = self.meta.display_name.clone();
        let name = display_name.or(given).filter(|name| !name.is_empty());
        name.unwrap_or_else(|| self.folder.key.slug.clone())
    }

    fn description(&mut self, given: Option<&str>) -> String {
        let Some(given) = given else {
            if self.front.is_present {
                self.tell_of_no_description();
            }
            return first_paragraph(self.front.body);
        };
        let n_chars = given.chars().count();
        if n_chars > DESCRIPTION_MAX_CHARS {
            self.warn_at(
                "description",
                "description too long",
                format!("`description` has {n_chars} characters; {DESCRIPTION_MAX_CHARS} are kept"),
                "move details into the body",
            );
        }
        text::clean_line(given, DESCRIPTION_MAX_CHARS)
    }

    fn tell_of_no_description(&mut self) {
        let (message, hint) = match self.front.fields.get("description") {
            None | Some(Value::Null | Value::String(_)) => (
                "the front matter has no text in `description`; the first paragraph stands in for it".to_owned(),
                "write `description: …`, what the skill does and when to use it",
            ),
            Some(value) => (
                format!(
                    "`description` is {}, not text; the first paragraph stands in for it",
                    lost_text::kind(value)
                ),
                "put the value into quotes",
            ),
        };
        self.warn_at("description", "no description", message, hint);
    }

    fn tags(&mut self) -> Vec<String> {
        let mut tags: Vec<String> = Vec::new();
        let mut misleading = Vec::new();
        let raw_tags = fields::raw_tags(&self.front.fields, &self.metadata);
        for tag in raw_tags.iter().filter_map(|raw| text::tag(raw)) {
            if MISLEADING_TAGS.contains(&tag.as_str()) || text::is_device_name(&tag) {
                misleading.push(format!("`{tag}`"));
            } else if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        if !misleading.is_empty() {
            let misleading = misleading.join(", ");
            self.warn_at(
                "tags",
                "tags not allowed",
                format!("tags that only the registry may give are dropped: {misleading}"),
                "choose tags that say what the skill is about",
            );
        }
        if tags.len() > TAGS_MAX {
            let n_tags = tags.len();
            self.warn_at(
                "tags",
                "too many tags",
                format!("the skill has {n_tags} tags; the first {TAGS_MAX} are kept"),
                "keep the tags that people look for",
            );
            tags.truncate(TAGS_MAX);
        }
        tags.sort();
        tags
    }

    fn dates(&mut self) -> Dates {
        let published = self.meta.latest.iter().chain(&self.meta.history);
        let published = Dates::of(published.filter_map(|version| version.published_at));
        if published.created_at.is_some() {
            return published;
        }
        const KEYS: [&str; 3] = ["date", "created", "updated"];
        let mut written = Vec::new();
        for source in [&self.front.fields, &self.metadata] {
            for key in KEYS {
                let Some(value) = source.get(key).filter(|value| !is_nothing(value)) else {
                    continue;
                };
                let timestamp = date::timestamp(value);
                if timestamp.is_none() {
                    let place = self.front.place_of_field(key);
                    let message = date::not_read(key, value);
                    self.review.tell(place, date::NOT_READ, message, date::HINT);
                }
                written.extend(timestamp);
            }
        }
        Dates::of(written.into_iter())
    }

    /// The newest version that `_meta.json` names, or else the one that the front matter gives at its top or below
    /// `metadata`, where the specification's own example has it.
    fn version(&self, published_at: Option<Timestamp>) -> Option<Version> {
        if self.meta.latest.is_some() {
            return self.meta.latest.clone();
        }
        let version = self.front.version(&self.metadata)?;
        Some(Version {
            version: text::clean_line(&version, VERSION_MAX_CHARS),
            published_at,
            ..Version::default()
        })
    }
}

fn metadata(front: &Front<'_>, review: &mut Review) -> Map<String, Value> {
    fields::metadata(&front.fields).unwrap_or_else(|error| {
        if !front.is_broken {
            review.tell(
                front.place_of_field("metadata"),
                "metadata is not JSON",
                format!("`metadata` is a text that is not JSON: {error}"),
                "write `metadata` as YAML",
            );
        }
        Map::new()
    })
}

/// Whether a field is there without a value.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// The first paragraph of `body` that has text, as plain text.
fn first_paragraph(body: &str) -> String {
    const LOOKED_AT_BYTES: usize = 16 * 1024;
    let head = text::head(body, LOOKED_AT_BYTES);
    let paragraph = markdown::first_paragraph(head, 4 * SUMMARY_MAX_CHARS);
    let line = text::clean_line(&paragraph, 4 * SUMMARY_MAX_CHARS);
    text::shorten(&line, SUMMARY_MAX_CHARS - 1).into_owned()
}
