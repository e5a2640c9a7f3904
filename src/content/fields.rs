//! From the fields of a front matter to the fields of a skill: everything is optional, and what has a strange type is
//! left out rather than guessed.

use serde_json::{Map, Value};

use super::text;
use crate::catalog::{FrontMatter, Requirements, SHORT_MAX_CHARS};
use crate::web_url;

/// Top-level fields of the Agent Skills specification, and further ones that a skill may have here.
pub(super) const KNOWN_FIELDS: [&str; 20] = [
    "name",
    "description",
    "license",
    "compatibility",
    "metadata",
    "allowed-tools",
    "author",
    "authors",
    "categories",
    "category",
    "created",
    "date",
    "emoji",
    "homepage",
    "keywords",
    "os",
    "requires",
    "tags",
    "updated",
    "version",
];

/// Longest `compatibility`, in characters, as the specification has it.
const COMPATIBILITY_MAX_CHARS: usize = 500;

/// Most items of one list of requirements.
const LIST_MAX: usize = 50;

/// What `fields` says beyond tags and requirements; `name` and `description` are cleaned but not cut to length.
pub(super) fn front_matter(
    fields: &Map<String, Value>,
    metadata: &Map<String, Value>,
) -> FrontMatter {
    let sources = sources(fields, metadata);
    let short = |key: &str| short_text(fields.get(key)?);
    FrontMatter {
        name: fields.get("name").and_then(Value::as_str).and_then(line),
        description: fields
            .get("description")
            .and_then(Value::as_str)
            .and_then(line),
        license: short("license"),
        compatibility: fields
            .get("compatibility")
            .map(|value| strings(value, COMPATIBILITY_MAX_CHARS, |_| false).join(", "))
            .filter(|text| !text.is_empty()),
        allowed_tools: fields
            .get("allowed-tools")
            .map(allowed_tools)
            .unwrap_or_default(),
        author: short("author")
            .or_else(|| short("authors"))
            .or_else(|| short_text(metadata.get("author")?)),
        homepage: first(&sources, |source| {
            homepage_link(source.get("homepage")?.as_str()?)
        }),
        emoji: first(&sources, |source| emoji(source.get("emoji")?.as_str()?)),
        is_internal: match metadata.get("internal") {
            Some(Value::Bool(is_internal)) => *is_internal,
            Some(Value::String(text)) => text == "true",
            _ => false,
        },
        is_broken: false,
    }
}

/// The homepage as it is written, when there is one and no page can link to it.
pub(super) fn refused_homepage(
    fields: &Map<String, Value>,
    metadata: &Map<String, Value>,
) -> Option<String> {
    let sources = sources(fields, metadata);
    let given = || sources.iter().filter_map(|source| source.get("homepage"));
    if given().any(|homepage| homepage.as_str().and_then(homepage_link).is_some()) {
        return None;
    }
    given().find_map(short_text)
}

/// `text` as the address of a homepage.
pub(super) fn homepage_link(text: &str) -> Option<String> {
    web_url::link(text, &["https", "http"])
}

/// What must be there before the skill works.
pub(super) fn requirements(
    fields: &Map<String, Value>,
    metadata: &Map<String, Value>,
) -> Requirements {
    let sources = sources(fields, metadata);
    let list = |value: &Value| strings(value, SHORT_MAX_CHARS, |c| c == ',');
    let required = |key: &str| {
        first(&sources, |source| {
            non_empty(list(source.get("requires")?.get(key)?))
        })
        .unwrap_or_default()
    };
    let mut env = required("env");
    if env.is_empty() {
        env = first(&sources, |source| {
            non_empty(env_vars(source.get("envVars")?))
        })
        .unwrap_or_default();
    }
    Requirements {
        os: first(&sources, |source| non_empty(list(source.get("os")?))).unwrap_or_default(),
        bins: required("bins"),
        any_bins: required("anyBins"),
        env,
        config: required("config"),
        primary_env: first(&sources, |source| short_text(source.get("primaryEnv")?)),
        install: first(&sources, |source| {
            non_empty(installs(source.get("install")?))
        })
        .unwrap_or_default(),
    }
}

/// Words for tags as the author wrote them, the most deliberate first.
pub(super) fn raw_tags(fields: &Map<String, Value>, metadata: &Map<String, Value>) -> Vec<String> {
    const KEYS: [&str; 4] = ["tags", "keywords", "categories", "category"];
    let spaces = metadata.values().filter_map(Value::as_object);
    [fields, metadata]
        .into_iter()
        .chain(spaces)
        .flat_map(|source| KEYS.iter().filter_map(|&key| source.get(key)))
        .flat_map(|value| strings(value, SHORT_MAX_CHARS, |c| matches!(c, ',' | ';' | '\n')))
        .collect()
}

/// `metadata` of the front matter: a mapping, or a text that holds JSON, maybe with trailing commas.
///
/// # Errors
/// The parser's message when it is a text that is not JSON.
pub(super) fn metadata(fields: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    match fields.get("metadata") {
        Some(Value::Object(map)) => Ok(map.clone()),
        Some(Value::String(json)) => match serde_json::from_str(json)
            .or_else(|_| serde_json::from_str(&without_trailing_commas(json)))
        {
            Ok(Value::Object(map)) => Ok(map),
            Ok(_) => Err("it is not an object".to_owned()),
            Err(error) => Err(error.to_string()),
        },
        _ => Ok(Map::new()),
    }
}

/// `json` without commas that stand before a closing bracket, outside of strings.
fn without_trailing_commas(json: &str) -> String {
    let mut cleaned = String::with_capacity(json.len());
    let mut comma_at = None;
    let mut is_in_string = false;
    let mut is_escaped = false;
    for c in json.chars() {
        if is_in_string {
            is_in_string = is_escaped || c != '"';
            is_escaped = !is_escaped && c == '\\';
        } else if matches!(c, '}' | ']') {
            if let Some(at) = comma_at {
                cleaned.remove(at);
            }
            comma_at = None;
        } else if c == ',' {
            comma_at = Some(cleaned.len());
        } else if !c.is_whitespace() {
            is_in_string = c == '"';
            comma_at = None;
        }
        cleaned.push(c);
    }
    cleaned
}

/// Places that may describe a skill, the most specific first: blocks of agents, `metadata` itself, the top level.
fn sources<'a>(
    fields: &'a Map<String, Value>,
    metadata: &'a Map<String, Value>,
) -> Vec<&'a Map<String, Value>> {
    const NAMES: [&str; 5] = ["openclaw", "clawdbot", "clawdis", "moltbot", "clawdhub"];
    let named = NAMES
        .iter()
        .filter_map(|&name| metadata.get(name)?.as_object());
    let others = metadata
        .iter()
        .filter(|(name, _)| !NAMES.contains(&name.as_str()))
        .filter_map(|(_, value)| value.as_object());
    named.chain([metadata, fields]).chain(others).collect()
}

fn first<T>(
    sources: &[&Map<String, Value>],
    find: impl Fn(&Map<String, Value>) -> Option<T>,
) -> Option<T> {
    sources.iter().find_map(|source| find(source))
}

fn non_empty<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// Longer than every limit that callers apply, so that they see that a text is too long.
const LINE_MAX_CHARS: usize = 8 * 1024;

fn line(text: &str) -> Option<String> {
    let text = text::clean_line(text, LINE_MAX_CHARS);
    (!text.is_empty()).then_some(text)
}

/// A text or number as one short line; a list is joined.
pub(super) fn short_text(value: &Value) -> Option<String> {
    let text = text::clean_line(
        &strings(value, SHORT_MAX_CHARS, |_| false).join(", "),
        SHORT_MAX_CHARS,
    );
    (!text.is_empty()).then_some(text)
}

/// The texts in `value`: a list, or one text that is split where `is_separator` says.
fn strings(value: &Value, max_chars: usize, is_separator: impl Fn(char) -> bool) -> Vec<String> {
    let clean = |text: &str| {
        let text = text::clean_line(text, max_chars);
        (!text.is_empty()).then_some(text)
    };
    match value {
        Value::String(text) => text
            .split(is_separator)
            .filter_map(clean)
            .take(LIST_MAX)
            .collect(),
        Value::Number(number) => vec![number.to_string()],
        Value::Array(items) => items
            .iter()
            .filter_map(|item| match item {
                Value::String(text) => clean(text),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
            .take(LIST_MAX)
            .collect(),
        _ => Vec::new(),
    }
}

/// Tools by name, separated by spaces or commas outside of parentheses: `Bash(git add:*) Read`.
fn allowed_tools(value: &Value) -> Vec<String> {
    let Value::String(text) = value else {
        return strings(value, SHORT_MAX_CHARS, |_| false);
    };
    let mut depth = 0_usize;
    let mut separated = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_separator = depth == 0 && (c.is_whitespace() || c == ',');
        separated.push(if is_separator { '\n' } else { c });
    }
    strings(&Value::String(separated), SHORT_MAX_CHARS, |c| c == '\n')
}

/// Names in `envVars: [{name, required}]` that are not optional.
fn env_vars(value: &Value) -> Vec<String> {
    let Value::Array(items) = value else {
        return strings(value, SHORT_MAX_CHARS, |c| c == ',');
    };
    items
        .iter()
        .filter(|item| item.get("required") != Some(&Value::Bool(false)))
        .filter_map(|item| short_text(item.get("name").unwrap_or(item)))
        .take(LIST_MAX)
        .collect()
}

/// Kind and subject of each way to install the programs.
fn installs(value: &Value) -> Vec<(String, String)> {
    const SUBJECTS: [&str; 11] = [
        "formula", "package", "module", "packages", "image", "url", "git", "source", "command",
        "run", "label",
    ];
    let Value::Array(items) = value else {
        return Vec::new();
    };
    let install = |item: &Value| {
        let kind = ["kind", "type", "id"]
            .iter()
            .find_map(|&key| short_text(item.get(key)?))?;
        let subject = SUBJECTS
            .iter()
            .find_map(|&key| short_text(item.get(key)?))?;
        let tap = item.get("tap").and_then(short_text);
        let subject = match tap {
            Some(tap) if !subject.contains('/') => format!("{tap}/{subject}"),
            _ => subject,
        };
        Some((kind, subject))
    };
    items.iter().filter_map(install).take(LIST_MAX).collect()
}

/// `text` if it can be an emoji: a few characters, none of them a letter or markup.
fn emoji(text: &str) -> Option<String> {
    const MAX_CHARS: usize = 8;
    let text = text::clean_line(text, MAX_CHARS + 1);
    let is_emoji = !text.is_empty()
        && text.chars().count() <= MAX_CHARS
        && !text
            .chars()
            .any(|c| c.is_ascii_alphabetic() || c.is_ascii_punctuation());
    is_emoji.then_some(text)
}
