//! From the fields of a front matter to the fields of a skill: everything is optional, and what has a strange type is
//! left out rather than guessed.

use serde_json::{Map, Value};

use super::yaml;

use crate::catalog::{FrontMatter, Requirements, SHORT_MAX_CHARS};
use crate::text;
use crate::url::web;

/// Fields by their names: those of the top level, or those of a field that holds some.
type Fields = Map<String, Value>;

/// The fields of the Agent Skills specification (agentskills.io/specification), which allows no others.
const SPECIFIED: [&str; 6] = [
    "name",
    "description",
    "license",
    "compatibility",
    "metadata",
    "allowed-tools",
];

/// Fields that clients read at the top level and nowhere else: below `metadata` they do nothing.
///
/// Codex (`codex-rs/core-skills/src/loader.rs`), opencode (`packages/opencode/src/skill/skill.ts`) and Gemini CLI
/// (`packages/core/src/skills/skillLoader.ts`) read no others than the specification has.
const READ_BY_CLIENTS: [&str; 20] = [
    // Claude Code: code.claude.com/docs/en/skills, "Frontmatter reference". VS Code reads `argument-hint`, `context`,
    // `disable-model-invocation` and `user-invocable` too (code.visualstudio.com/docs/agent-customization/agent-skills),
    // Cursor `disable-model-invocation` and `paths` (cursor.com/docs/skills, "Frontmatter fields").
    "agent",
    "argument-hint",
    "arguments",
    "context",
    "disable-model-invocation",
    "disallowed-tools",
    "effort",
    "hooks",
    "model",
    "paths",
    "shell",
    "user-invocable",
    "when_to_use",
    // OpenClaw: docs/tools/skills.md, "Optional frontmatter keys"; beside these `homepage`, `user-invocable` and
    // `disable-model-invocation`.
    "command-arg-mode",
    "command-dispatch",
    "command-tool",
    // Hermes Agent: website/docs/developer-guide/creating-skills.md; beside these `version` and `author`.
    "platforms",
    "prerequisites",
    "required_credential_files",
    "required_environment_variables",
];

/// Further fields that are read here; `version` is ClawHub's too (docs/skill-format.md).
const READ_HERE: [&str; 17] = [
    "author",
    "authors",
    "categories",
    "category",
    "created",
    "date",
    "emoji",
    "envVars",
    "homepage",
    "install",
    "keywords",
    "os",
    "primaryEnv",
    "requires",
    "tags",
    "updated",
    "version",
];

/// Every field that the specification, a client or this registry reads at the top level.
fn known() -> impl Iterator<Item = &'static str> {
    SPECIFIED
        .into_iter()
        .chain(READ_BY_CLIENTS)
        .chain(READ_HERE)
}

/// Whether somebody reads a top-level field of this name.
pub fn is_known(key: &str) -> bool {
    known().any(|known| known == key)
}

/// The field that `key`, which nobody reads, is most likely a slip of; none that the skill has already.
pub fn meant(key: &str, fields: &Fields) -> Option<&'static str> {
    let letters = |key: &str| -> String {
        let letters = key.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let wanted = letters(key);
    let same = known().find(|known| letters(known) == wanted);
    // Words that look alike are many, so a guess is made only at the few names that matter most.
    same.or_else(|| text::suggest(key, SPECIFIED))
        .filter(|meant| !fields.contains_key(*meant))
}

/// Gives known fields that are written with capitals, such as `Name`, their own names in lower case; returns the names
/// as they were written. A field that is there already keeps its value, and the other one its name.
pub fn rename_capitals(fields: &mut Fields) -> Vec<String> {
    let mut renamed = Vec::new();
    let given = std::mem::take(fields);
    for (key, value) in &given {
        let name = key.to_ascii_lowercase();
        let is_free = !given.contains_key(&name) && !fields.contains_key(&name);
        if is_known(&name) && is_free {
            renamed.push(key.clone());
            fields.insert(name, value.clone());
        } else {
            fields.insert(key.clone(), value.clone());
        }
    }
    renamed
}

/// Longest `compatibility`, in characters, as the specification has it.
pub const COMPATIBILITY_MAX_CHARS: usize = 500;

/// Most items of one list of requirements.
const LIST_MAX: usize = 50;

/// What `fields` says beyond tags and requirements; `name` and `description` are cleaned but not cut to length.
pub fn front_matter(fields: &Fields, metadata: &Fields) -> FrontMatter {
    let sources = sources(fields, metadata);
    let line = |key: &str| clean(fields.get(key)?.as_str()?, LINE_MAX_CHARS);
    FrontMatter {
        name: line("name"),
        description: line("description"),
        license: fields.get("license").and_then(license),
        compatibility: fields.get("compatibility").and_then(compatibility),
        allowed_tools: fields
            .get("allowed-tools")
            .map(allowed_tools)
            .unwrap_or_default(),
        author: first(&[fields, metadata], |source| {
            let of = |key: &str| people(source.get(key)?);
            of("author").or_else(|| of("authors"))
        }),
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

/// The homepage as it is written, when there is one that is text and no page can link to it.
pub fn refused_homepage(fields: &Fields, metadata: &Fields) -> Option<String> {
    let sources = sources(fields, metadata);
    let given = || sources.iter().filter_map(|source| source.get("homepage"));
    if given().any(|homepage| homepage.as_str().and_then(homepage_link).is_some()) {
        return None;
    }
    given()
        .filter(|homepage| homepage.is_string())
        .find_map(short_text)
}

/// `text` as the address of a homepage.
pub fn homepage_link(text: &str) -> Option<String> {
    web::link(text, &["https", "http"])
}

/// What must be there before the skill works.
pub fn requirements(fields: &Fields, metadata: &Fields) -> Requirements {
    let sources = sources(fields, metadata);
    let list = |value: &Value| strings(value, SHORT_MAX_CHARS, |c| c == ',');
    let required = |key: &str| {
        first_list(&sources, |source| {
            Some(list(source.get("requires")?.get(key)?))
        })
    };
    let mut env = required("env");
    if env.is_empty() {
        env = first_list(&sources, |source| Some(env_vars(source.get("envVars")?)));
    }
    Requirements {
        os: first_list(&sources, |source| Some(list(source.get("os")?))),
        bins: required("bins"),
        any_bins: required("anyBins"),
        env,
        config: required("config"),
        primary_env: first(&sources, |source| short_text(source.get("primaryEnv")?)),
        install: first_list(&sources, |source| Some(installs(source.get("install")?))),
    }
}

/// Whether `value` can be shown as the field `key` that people see; anything can as a field that is not shown.
pub fn is_readable(key: &str, value: &Value) -> bool {
    match key {
        "license" => license(value).is_some(),
        "author" | "authors" => people(value).is_some(),
        "compatibility" => compatibility(value).is_some(),
        "version" | "emoji" => short_text(value).is_some(),
        "homepage" => value.is_string(),
        "allowed-tools" => !allowed_tools(value).is_empty(),
        "requires" => value.is_object(),
        _ => true,
    }
}

/// Words for tags as the author wrote them, the most deliberate first.
pub fn raw_tags(fields: &Fields, metadata: &Fields) -> Vec<String> {
    const KEYS: [&str; 4] = ["tags", "keywords", "categories", "category"];
    let spaces = metadata.values().filter_map(Value::as_object);
    [fields, metadata]
        .into_iter()
        .chain(spaces)
        .flat_map(|source| KEYS.iter().filter_map(|&key| source.get(key)))
        .flat_map(|value| strings(value, SHORT_MAX_CHARS, |c| matches!(c, ',' | ';' | '\n')))
        .collect()
}

/// `metadata` of the front matter: a mapping, or a text that holds JSON.
///
/// The clients that read such a text take JSON5, of which YAML has what is common: a comma before a closing bracket, keys
/// without quotes.
///
/// # Errors
/// When it is a text, but no object of JSON.
pub fn metadata(fields: &Fields) -> Result<Fields, serde_json::Error> {
    match fields.get("metadata") {
        Some(Value::Object(map)) => Ok(map.clone()),
        Some(Value::String(json)) => serde_json::from_str(json).or_else(|error| {
            let is_object = json.trim_start().starts_with('{');
            match yaml::parse(json) {
                Ok(Value::Object(map)) if is_object => Ok(map),
                _ => Err(error),
            }
        }),
        _ => Ok(Map::new()),
    }
}

/// Places that may describe a skill, the most specific first: blocks of agents, `metadata` itself, the top level.
fn sources<'a>(fields: &'a Fields, metadata: &'a Fields) -> Vec<&'a Fields> {
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

fn first<T>(sources: &[&Fields], find: impl Fn(&Fields) -> Option<T>) -> Option<T> {
    sources.iter().find_map(|source| find(source))
}

/// The first list that is not empty.
fn first_list<T>(sources: &[&Fields], find: impl Fn(&Fields) -> Option<Vec<T>>) -> Vec<T> {
    let list = first(sources, |source| {
        find(source).filter(|list| !list.is_empty())
    });
    list.unwrap_or_default()
}

/// Longer than every limit that callers apply, so that they see that a text is too long.
const LINE_MAX_CHARS: usize = 8 * 1024;

/// `text` as [`text::clean_line`] has it, if anything is left.
fn clean(text: &str, max_chars: usize) -> Option<String> {
    Some(text::clean_line(text, max_chars)).filter(|text| !text.is_empty())
}

/// A text or number as one short line; a list is joined.
pub fn short_text(value: &Value) -> Option<String> {
    clean(
        &strings(value, SHORT_MAX_CHARS, |_| false).join(", "),
        SHORT_MAX_CHARS,
    )
}

/// A licence: its name, or ClawHub's mapping with the identifier in `spdx`.
fn license(value: &Value) -> Option<String> {
    short_text(value.get("spdx").unwrap_or(value))
}

/// Which environment a skill needs.
fn compatibility(value: &Value) -> Option<String> {
    let text = strings(value, COMPATIBILITY_MAX_CHARS, |_| false).join(", ");
    (!text.is_empty()).then_some(text)
}

/// Names of people, one or a list; each may be a mapping with a `name`.
fn people(value: &Value) -> Option<String> {
    let name = |person: &Value| short_text(person.get("name").unwrap_or(person));
    let people = match value {
        Value::Array(people) => people.iter().filter_map(name).take(LIST_MAX).collect(),
        person => vec![name(person)?],
    };
    short_text(&Value::String(people.join(", ")))
}

/// The texts in `value`: a list, or one text that is split where `is_separator` says.
fn strings(value: &Value, max_chars: usize, is_separator: impl Fn(char) -> bool) -> Vec<String> {
    let clean = |text: &str| clean(text, max_chars);
    let item = |item: &Value| match item {
        Value::String(text) => clean(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        Value::String(text) => {
            let parts = text.split(is_separator).filter_map(clean);
            parts.take(LIST_MAX).collect()
        }
        Value::Array(items) => items.iter().filter_map(item).take(LIST_MAX).collect(),
        other => item(other).into_iter().collect(),
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
        let text = |&key: &&str| short_text(item.get(key)?);
        let kind = ["kind", "type", "id"].iter().find_map(text)?;
        let subject = SUBJECTS.iter().find_map(text)?;
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
