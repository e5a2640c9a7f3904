//! One folder becomes one skill.

use std::path::Path;

use serde_json::{Map, Value};

use super::date;
use super::files::{self, ReadFiles};
use super::folder::{FoundFile, FoundFiles, SkillFolder, unreadable};
use super::front_matter::{self, Front, Proposal, fields, lost_text, yaml};
use super::meta::{self, Meta};
use crate::catalog::{
    DESCRIPTION_MAX_CHARS, FrontMatter, NAME_MAX_CHARS, Skill, TAGS_MAX, Timestamp, Version,
};
use crate::content::folder::Content;
use crate::key::is_discovery_name;
use crate::markdown::{self, RelativeLink};
use crate::problem::{Problem, Problems, line_and_column};
use crate::text::{self, EncodingFault};
use crate::url::web;

/// Reads the skill in `folder` from the files that were found there; `None`, with a warning, when it cannot be published.
pub(super) fn read(
    content: &Content,
    folder: &SkillFolder,
    found: FoundFiles,
    problems: &mut Problems,
) -> Option<Skill> {
    let main_path = files::choose_main(&found, folder, problems)?;
    let files = files::read(content, folder, found.files, &main_path, problems)?;
    let meta = match &found.meta {
        Some(file) => read_meta(content, folder, file, problems)?,
        None => Meta::default(),
    };
    let path = folder.path.join(&main_path);
    let source = files::decode(&files.main_bytes, &path, problems);
    let mut front = front_matter::parse(&source.text, &path, problems);
    Some(
        Draft {
            folder,
            path: &path,
            source: &source.text,
            is_utf16: source.fault == Some(EncodingFault::Utf16),
            has_mark: files.main_bytes.starts_with(b"\xef\xbb\xbf"),
            renamed: fields::rename_capitals(&mut front.fields),
            front,
            meta,
        }
        .finish(files, problems),
    )
}

/// Largest `_meta.json` that is read, in bytes: parsed, it takes up to thirty times as much. The largest of 2,291 real
/// ones has 2.6 KB.
const META_MAX_BYTES: u64 = 256 * 1024;

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

fn read_meta(
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
        problems.push(
            Problem::warning(path, "_meta.json too large", message).hint("leave out old versions"),
        );
        return Some(Meta::default());
    }
    match content.files.read(&file.source) {
        Ok(bytes) => {
            let json = files::decode(&bytes, &path, problems);
            Some(meta::parse(&json.text, &path, &folder.key, problems))
        }
        Err(error) => {
            problems.push(unreadable(&path, &error));
            None
        }
    }
}

/// All that is known of a skill before it is put together.
struct Draft<'a> {
    folder: &'a SkillFolder,
    /// The file that the body comes from.
    path: &'a Path,
    /// Its text.
    source: &'a str,
    is_utf16: bool,
    /// Whether a byte order mark stands before the text.
    has_mark: bool,
    front: Front<'a>,
    /// Fields of `front` whose names had capitals, as they were written.
    renamed: Vec<String>,
    meta: Meta,
}

impl Draft<'_> {
    fn finish(self, files: ReadFiles, problems: &mut Problems) -> Skill {
        if self.source.trim().is_empty() {
            problems.push(
                self.warning(
                    "empty SKILL.md",
                    "the file is empty; the page shows nothing but files",
                )
                .hint("write what the skill does"),
            );
        }
        let metadata = self.metadata(problems);
        let front_matter = FrontMatter {
            is_broken: self.is_broken(),
            ..fields::front_matter(&self.front.fields, &metadata)
        };
        self.check_mark(problems);
        self.check_capitals(problems);
        self.check_name(problems);
        self.check_unknown_fields(problems);
        self.check_characters(problems);
        self.check_homepage(front_matter.homepage.as_deref(), &metadata, problems);
        lost_text::check(&self.front, self.source, self.path, problems);
        let links = self.links(problems);
        let description = self.description(front_matter.description.as_deref(), problems);
        let tags = self.tags(&metadata, problems);
        let requirements = fields::requirements(&self.front.fields, &metadata);
        let (created_at, updated_at) = self.dates(&metadata, problems);
        let version = self
            .meta
            .latest
            .clone()
            .or_else(|| self.version(&metadata, updated_at));
        let name = self
            .meta
            .display_name
            .clone()
            .or_else(|| {
                front_matter
                    .name
                    .as_deref()
                    .map(|name| text::clean_line(name, NAME_MAX_CHARS))
            })
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| self.folder.key.slug.clone());
        let (body, long_body_at) = files::held_body(self.source, self.front.body);
        Skill {
            key: self.folder.key.clone(),
            name,
            description,
            tags,
            body,
            long_body_at,
            links,
            main_file_idx: files.main_file_idx,
            front_matter,
            requirements,
            files: files.files,
            version,
            history: self.meta.history,
            created_at,
            updated_at,
            badges: Vec::new(),
            stats: None,
            is_suspicious: false,
            moderation_note: None,
        }
    }

    fn warning(&self, group: &'static str, message: impl Into<String>) -> Problem {
        Problem::warning(self.path, group, message)
    }

    /// A warning about the value of a field, of the top level or else below `metadata`.
    fn warning_at(&self, key: &str, group: &'static str, message: impl Into<String>) -> Problem {
        let warning = self.warning(group, message);
        let place = self.front.place_of(key);
        match place.or_else(|| self.front.place_below("metadata", key)) {
            Some((line, column)) => warning.at(self.source, line, Some(column)),
            None => warning,
        }
    }

    /// Whether strict readers miss what is read here.
    fn is_broken(&self) -> bool {
        let is_renamed = |key: &str| {
            self.renamed
                .iter()
                .any(|name| name.eq_ignore_ascii_case(key))
        };
        let is_broken = self.front.is_broken || !self.front.is_strict || self.is_utf16;
        self.front.is_present && (is_broken || is_renamed("name") || is_renamed("description"))
    }

    fn metadata(&self, problems: &mut Problems) -> Map<String, Value> {
        fields::metadata(&self.front.fields).unwrap_or_else(|error| {
            if !self.front.is_broken {
                problems.push(
                    self.warning_at(
                        "metadata",
                        "metadata is not JSON",
                        format!("`metadata` is a text that is not JSON: {error}"),
                    )
                    .hint("write `metadata` as YAML"),
                );
            }
            Map::new()
        })
    }

    fn check_mark(&self, problems: &mut Problems) {
        if self.has_mark && self.front.is_present {
            problems.push(
                self.warning(
                    "front matter not found by clients",
                    "a byte order mark stands above the front matter; some clients do not find it",
                )
                .hint("save the file as UTF-8 without a byte order mark"),
            );
        }
    }

    fn check_capitals(&self, problems: &mut Problems) {
        let Some(first) = self.renamed.first() else {
            return;
        };
        let message = format!(
            "fields have capitals in their names, where clients do not find them: {}",
            quoted(&self.renamed)
        );
        let warning = self.warning("field names with capitals", message);
        problems.push(
            match self.front.place_of_key(first) {
                Some((line, column)) => warning.at(self.source, line, Some(column)),
                None => warning,
            }
            .hint("write field names in lower case, such as `name`"),
        );
    }

    fn check_name(&self, problems: &mut Problems) {
        if !self.front.is_present {
            return;
        }
        let slug = &self.folder.key.slug;
        let shows = |name: &&str| !text::clean_line(name, NAME_MAX_CHARS).is_empty();
        let name = self.front.fields.get("name").and_then(Value::as_str);
        let Some(name) = name.filter(shows) else {
            problems.push(
                self.warning_at(
                    "name",
                    "no name",
                    "the front matter has no text in `name`; clients do not install such a skill",
                )
                .hint(Proposal::name(slug, None)),
            );
            return;
        };
        let shown = text::clean_line(name, NAME_MAX_CHARS);
        let proposal = Proposal::name(slug, Some(name));
        if !is_discovery_name(name) {
            problems.push(
                self.warning_at(
                    "name",
                    "name not conformant",
                    format!("`name` is `{shown}`; clients install only names of lower-case letters, digits and `-`"),
                )
                .hint(proposal),
            );
        } else if name != slug {
            problems.push(
                self.warning_at(
                    "name",
                    "name differs from folder",
                    format!(
                        "`name` is `{shown}`, but the folder is `{slug}`; they should be the same"
                    ),
                )
                .hint(proposal),
            );
        }
        if name.chars().count() > NAME_MAX_CHARS {
            problems.push(self.warning_at(
                "name",
                "name too long",
                format!("`name` is cut to {NAME_MAX_CHARS} characters"),
            ));
        }
    }

    fn check_unknown_fields(&self, problems: &mut Problems) {
        let fields = &self.front.fields;
        let unknown: Vec<&String> = fields.keys().filter(|key| !fields::is_known(key)).collect();
        let slip = unknown
            .iter()
            .find_map(|&key| Some((key, fields::meant(key, fields)?)));
        let Some(&shown) = slip.as_ref().map(|(key, _)| key).or(unknown.first()) else {
            return;
        };
        let message = format!(
            "the front matter has fields that no known client reads: {}",
            quoted(&unknown)
        );
        let hint = match slip {
            Some((_, key)) => Proposal::Spell { key }.to_string(),
            None => "notes of your own belong below `metadata`; leave a field where it is if a client of yours reads it there".to_owned(),
        };
        problems.push(self.warning_at(shown, "unknown fields", message).hint(hint));
    }

    fn check_characters(&self, problems: &mut Problems) {
        let Some((at, c)) = text::unpublishable(self.source) else {
            return;
        };
        // The Latin-1 reading of UTF-8 is full of these.
        let was_misread = matches!(c, '\u{80}'..='\u{9f}');
        let message = format!(
            "the file holds U+{:04X}; pages leave out such characters",
            u32::from(c)
        );
        problems.push(
            self.warning("control characters", message)
                .at_offset(self.source, at)
                .hint(if was_misread {
                    "the text was probably saved in a wrong encoding; write it again as UTF-8"
                } else {
                    "remove them"
                }),
        );
    }

    fn check_homepage(
        &self,
        homepage: Option<&str>,
        metadata: &Map<String, Value>,
        problems: &mut Problems,
    ) {
        let shown = homepage.map(web::shown);
        if let Some(shown) = shown.filter(|shown| web::is_in_punycode(shown)) {
            let message = format!(
                "the host of `homepage` could pass for another, so pages show it as `{shown}`"
            );
            problems.push(
                self.warning_at("homepage", "look-alike host", message)
                    .hint("write the host with the letters of one script"),
            );
        }
        let Some(homepage) = fields::refused_homepage(&self.front.fields, metadata) else {
            return;
        };
        let with_scheme = format!("https://{homepage}");
        let is_host_alone = homepage.contains('.') && !homepage.contains(':');
        let meant = is_host_alone && fields::homepage_link(&with_scheme).is_some();
        problems.push(
            self.warning_at(
                "homepage",
                "address not linked",
                format!("`homepage` is `{homepage}`, which is no address that a page can link to"),
            )
            .hint(if meant {
                format!("write `homepage: {with_scheme}`")
            } else {
                "write an address that begins with `https://`".to_owned()
            }),
        );
    }

    /// The relative links of the body. Tells where the page ends, if that is before the file does, and what raw HTML in it
    /// holds that no page shows.
    fn links(&self, problems: &mut Problems) -> Vec<RelativeLink> {
        let body = self.front.body;
        let body_at = self.source.len() - body.len();
        let n_lines_before = line_and_column(self.source, body_at).0 - 1;
        let markdown::Survey {
            mut links,
            left_out,
            cut_at,
        } = markdown::survey(body);
        if let Some(cut_at) = cut_at {
            let (line, _) = line_and_column(self.source, body_at + cut_at);
            problems.push(
                self.warning(
                    "text too long",
                    "the text is too long for a page and is cut in what begins on this line; the page links to the file",
                )
                .at(self.source, line, None)
                .hint("move parts of the text into files of their own, and link to them"),
            );
        }
        for markdown::LeftOut { element, line } in left_out {
            problems.push(
                self.warning(
                    "HTML left out",
                    format!("`<{element}>` and what it holds are not shown on the page"),
                )
                .at(self.source, n_lines_before + line, None)
                .hint(
                    "put code between lines of three backticks, pictures into files of the skill",
                ),
            );
        }
        for link in &mut links {
            link.line += n_lines_before;
        }
        links
    }

    fn description(&self, given: Option<&str>, problems: &mut Problems) -> String {
        let Some(given) = given else {
            if self.front.is_present {
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
                problems.push(
                    self.warning_at("description", "no description", message)
                        .hint(hint),
                );
            }
            return first_paragraph(self.front.body);
        };
        let n_chars = given.chars().count();
        if n_chars > DESCRIPTION_MAX_CHARS {
            problems.push(
                self.warning_at(
                    "description",
                    "description too long",
                    format!(
                        "`description` has {n_chars} characters; {DESCRIPTION_MAX_CHARS} are kept"
                    ),
                )
                .hint("move details into the body"),
            );
        }
        text::clean_line(given, DESCRIPTION_MAX_CHARS)
    }

    fn tags(&self, metadata: &Map<String, Value>, problems: &mut Problems) -> Vec<String> {
        let mut tags: Vec<String> = Vec::new();
        let mut misleading = Vec::new();
        for tag in fields::raw_tags(&self.front.fields, metadata)
            .iter()
            .filter_map(|raw| text::tag(raw))
        {
            if MISLEADING_TAGS.contains(&tag.as_str()) || text::is_device_name(&tag) {
                misleading.push(format!("`{tag}`"));
            } else if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        if !misleading.is_empty() {
            let message = format!(
                "tags that only the registry may give are dropped: {}",
                misleading.join(", ")
            );
            problems.push(
                self.warning_at("tags", "tags not allowed", message)
                    .hint("choose tags that say what the skill is about"),
            );
        }
        if tags.len() > TAGS_MAX {
            let message = format!(
                "the skill has {} tags; the first {TAGS_MAX} are kept",
                tags.len()
            );
            problems.push(
                self.warning_at("tags", "too many tags", message)
                    .hint("keep the tags that people look for"),
            );
            tags.truncate(TAGS_MAX);
        }
        tags.sort();
        tags
    }

    /// The oldest and the newest date that the content gives.
    fn dates(
        &self,
        metadata: &Map<String, Value>,
        problems: &mut Problems,
    ) -> (Option<Timestamp>, Option<Timestamp>) {
        let published = || {
            self.meta
                .latest
                .iter()
                .chain(&self.meta.history)
                .filter_map(|version| version.published_at)
        };
        if let (Some(oldest), Some(newest)) = (published().min(), published().max()) {
            return (Some(oldest), Some(newest));
        }
        const KEYS: [&str; 3] = ["date", "created", "updated"];
        let mut written = Vec::new();
        for source in [&self.front.fields, metadata] {
            for key in KEYS {
                let Some(value) = source.get(key).filter(|value| !is_nothing(value)) else {
                    continue;
                };
                let timestamp = date::timestamp(value);
                if timestamp.is_none() {
                    let message = date::not_read(key, value);
                    problems.push(
                        self.warning_at(key, date::NOT_READ, message)
                            .hint(date::HINT),
                    );
                }
                written.extend(timestamp);
            }
        }
        (written.iter().min().copied(), written.iter().max().copied())
    }

    /// The version that the front matter gives at its top or below `metadata`, where the specification's own example has
    /// it.
    fn version(
        &self,
        metadata: &Map<String, Value>,
        published_at: Option<Timestamp>,
    ) -> Option<Version> {
        let version_in = |key: &str, source: &Map<String, Value>| {
            let value = source.get("version")?;
            let block = || {
                yaml::blocks(self.front.yaml)
                    .into_iter()
                    .find(|block| block.key.eq_ignore_ascii_case(key))
            };
            let written = value.is_number().then(|| block()?.version()).flatten();
            written.or_else(|| fields::short_text(value))
        };
        let version = version_in("version", &self.front.fields)
            .or_else(|| version_in("metadata", metadata))?;
        Some(Version {
            version: text::clean_line(&version, 64),
            published_at,
            commit_url: None,
        })
    }
}

/// Whether a field is there without a value.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// The first few of `names` in backticks, and how many more there are.
fn quoted(names: &[impl AsRef<str>]) -> String {
    const SHOWN_MAX: usize = 5;
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN_MAX)
        .map(|name| format!("`{}`", text::clean_line(name.as_ref(), 40)))
        .collect();
    match names.len().saturating_sub(SHOWN_MAX) {
        0 => shown.join(", "),
        n_more => format!("{} and {n_more} more", shown.join(", ")),
    }
}

/// The first paragraph of `body` that has text, as plain text.
fn first_paragraph(body: &str) -> String {
    const LOOKED_AT_BYTES: usize = 16 * 1024;
    let head = text::head(body, LOOKED_AT_BYTES);
    let paragraph = markdown::first_paragraph(head, 4 * SUMMARY_MAX_CHARS);
    let line = text::clean_line(&paragraph, 4 * SUMMARY_MAX_CHARS);
    text::shorten(&line, SUMMARY_MAX_CHARS - 1).into_owned()
}
