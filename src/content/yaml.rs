//! Reads the YAML of a front matter, whole or, when it is broken, field by field.
//!
//! What a hostile author could make large is bounded: nesting, nodes, copies of anchors.

use std::path::Path;

use serde_json::{Map, Value};
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{MessageFormatter, NonFiniteFloatPolicy, UserMessageFormatter};

use super::text;
use crate::problem::Problem;

/// Reads YAML into JSON terms.
///
/// # Errors
/// The first fault of the YAML, or that there is too much of it.
pub(super) fn parse(yaml: &str) -> Result<Value, YamlFault> {
    if yaml.len() > YAML_MAX_BYTES {
        return Err(YamlFault {
            group: "front matter too long",
            message: format!(
                "the front matter has {} bytes; at most {YAML_MAX_BYTES} are read as YAML",
                yaml.len()
            ),
            place: None,
        });
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 32,
            max_events: 20_000,
            max_nodes: 10_000,
            max_anchors: 100,
            max_aliases: 100,
            max_recorded_anchor_events: 20_000,
            max_recorded_anchor_bytes: 1 << 20,
            max_documents: 1,
            max_merge_keys: 100,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 2_000,
            max_replay_stack_depth: 8,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(yaml, options).map_err(|error| {
        let message = UserMessageFormatter.format_message(error.without_snippet());
        let message = text::clean_line(&message, 200);
        let place = error.location().and_then(|location| {
            let line = u32::try_from(location.line()).ok()?;
            Some((line, u32::try_from(location.column()).ok()?))
        });
        if message.starts_with("YAML document too large or too complex") {
            YamlFault {
                group: "front matter too complex",
                message: "the front matter has too many parts, levels or copies to be read as YAML"
                    .to_owned(),
                place,
            }
        } else {
            YamlFault {
                group: "YAML error",
                message: format!("the front matter is not valid YAML: {message}"),
                place,
            }
        }
    })
}

/// The top-level fields of broken YAML: each is read on its own, and one that is broken is taken as text.
pub(super) fn salvage(yaml: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    let yaml = text::head(yaml, YAML_MAX_BYTES);
    for block in blocks(yaml).into_iter().take(SALVAGED_MAX) {
        let Some(key) = strip_key(block) else {
            continue;
        };
        let value = match parse(block) {
            Ok(Value::Object(mut field)) => field.remove(key),
            _ => None,
        };
        let value = value.unwrap_or_else(|| Value::String(plain_value(block)));
        fields.entry(key).or_insert(value);
    }
    fields
}

/// What is wrong with a YAML text: a sentence and, if known, line and column from 1.
pub(super) struct YamlFault {
    group: &'static str,
    message: String,
    place: Option<(u32, u32)>,
}

impl YamlFault {
    /// The fault as a warning about `path`, whose `text` has the YAML at `first_line`.
    pub(super) fn into_problem(self, text: &str, path: &Path, first_line: u32) -> Problem {
        let (line, column) = self.place.unwrap_or((1, 1));
        Problem::warning(path, self.group, self.message)
            .at(text, first_line + line.saturating_sub(1), Some(column))
            .hint(match self.group {
                "YAML error" => "put values that contain `: `, `#` or quotes into quotes",
                _ => "keep the front matter to a few short fields",
            })
    }
}

/// Longest front matter that is read as YAML, in bytes; the longest real ones have about 8 KB.
const YAML_MAX_BYTES: usize = 64 * 1024;

/// Most fields that are read from broken YAML.
const SALVAGED_MAX: usize = 64;

/// The parts of `yaml` that look like one top-level field each; lines that belong to none are dropped.
fn blocks(yaml: &str) -> Vec<&str> {
    let mut blocks = Vec::new();
    let mut block = None;
    let mut at = 0;
    for line in yaml.split_inclusive('\n') {
        let is_key = strip_key(line).is_some();
        let continues =
            line.trim().is_empty() || line.starts_with([' ', '\t', '-', '#', '[', ']', '{', '}']);
        if (is_key || !continues)
            && let Some(start) = block.take()
        {
            blocks.push(&yaml[start..at]);
        }
        if is_key {
            block = Some(at);
        }
        at += line.len();
    }
    blocks.extend(block.map(|start| &yaml[start..]));
    blocks
}

/// The key of a line `key: value` that is not indented.
pub(super) fn strip_key(line: &str) -> Option<&str> {
    let line = line.lines().next()?;
    let (key, rest) = line.split_once(':')?;
    let is_key = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.len() <= 64
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    (is_key && (rest.is_empty() || rest.starts_with([' ', '\t']))).then_some(key)
}

/// The text after the colon of a field, with the indented lines below it, without quotes around it.
fn plain_value(block: &str) -> String {
    let (_, value) = block.split_once(':').unwrap_or(("", block));
    let mut lines = value.lines();
    let first = lines.next().unwrap_or("").trim();
    let is_block_scalar = matches!(first, "|" | ">" | "|-" | ">-" | "|+" | ">+");
    let mut text = if is_block_scalar {
        String::new()
    } else {
        first.to_owned()
    };
    for line in lines.take_while(|line| line.is_empty() || line.starts_with([' ', '\t'])) {
        text.push('\n');
        text.push_str(line.trim());
    }
    let text = text.trim();
    let unquoted = ['"', '\'']
        .iter()
        .find_map(|&quote| text.strip_prefix(quote)?.strip_suffix(quote));
    unquoted.unwrap_or(text).to_owned()
}
