//! Reads the YAML of a front matter, whole or, when it is broken, field by field.
//!
//! What a hostile author could make large is bounded: nesting, nodes, copies of anchors.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{MessageFormatter, NonFiniteFloatPolicy, Options, UserMessageFormatter};
use thiserror::Error;

use crate::problem::{Place, Review, lines};
use crate::text;

/// Reads YAML into JSON terms.
///
/// # Errors
/// The first fault of the YAML, or that there is too much of it.
pub fn parse(yaml: &str) -> Result<Value, YamlFault> {
    const TOO_MUCH_HINT: &str = "keep the front matter to a few short fields";
    let n_bytes = yaml.len();
    if n_bytes > YAML_MAX_BYTES {
        return Err(YamlFault {
            group: "front matter too long",
            message: format!(
                "the front matter has {n_bytes} bytes; at most {YAML_MAX_BYTES} are read as YAML"
            ),
            hint: Some(TOO_MUCH_HINT),
            place: None,
        });
    }
    read(yaml).map_err(|error| {
        let message = UserMessageFormatter.format_message(error.without_snippet());
        let message = text::clean_line(&message, 200);
        let place = error.location().and_then(|location| {
            let line = u32::try_from(location.line()).ok()?;
            Some((line, u32::try_from(location.column()).ok()?))
        });
        let mut fault = YamlFault {
            group: "YAML error",
            message: format!("the front matter is not valid YAML: {message}"),
            hint: None,
            place,
        };
        if message.starts_with("YAML document too large or too complex") {
            fault.group = "front matter too complex";
            fault.message =
                "the front matter has too many parts, levels or copies to be read as YAML".into();
            fault.hint = Some(TOO_MUCH_HINT);
        } else if let serde_saphyr::Error::DuplicateMappingKey { .. } = error.without_snippet() {
            fault.hint = Some("keep one of the two; the first one is shown");
        }
        fault
    })
}

/// The top-level fields of broken YAML: each is read on its own, and one that is broken is taken as text.
pub fn salvage(yaml: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    for block in blocks(yaml).into_iter().take(SALVAGED_MAX) {
        let value = block.value();
        fields.entry(block.key).or_insert(value);
    }
    fields
}

/// The part of a YAML text that one top-level field stands in.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// The name of the field.
    pub key: &'a str,
    /// Where the block begins, in bytes from the start of the YAML.
    pub at: usize,
    /// The line of the key and all that follows, up to the next field.
    pub text: &'a str,
    /// Length of the first part of `text`, which is laid out as YAML has it. No field claims the lines after it: they
    /// were meant to continue the value, but are not indented.
    indented_len: usize,
}

impl Block<'_> {
    /// What stands after the colon.
    pub fn value_text(&self) -> &str {
        self.text.split_once(':').map_or("", |(_, value)| value)
    }

    /// The version that the block gives, or gives below `metadata`, as it is written: `1.10` is not the number 1.1.
    pub fn version(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Versioned {
            version: Option<String>,
        }
        let direct = || {
            read::<BTreeMap<String, String>>(self.text)
                .ok()?
                .into_values()
                .next()
        };
        let below = || {
            let fields = read::<BTreeMap<String, Versioned>>(self.text).ok()?;
            fields.into_values().next()?.version
        };
        direct().or_else(below)
    }

    /// The value by itself, as YAML where it can be read so, else its text.
    fn value(&self) -> Value {
        let read = |yaml: &str| match parse(yaml) {
            Ok(Value::Object(mut field)) => field.remove(self.key),
            _ => None,
        };
        if let Some(value) = read(self.text) {
            return value;
        }
        let (indented, rest) = self.text.split_at(self.indented_len);
        match read(indented) {
            Some(Value::String(text)) if !rest.is_empty() => Value::String(text + "\n" + rest),
            Some(Value::Null) | None => Value::String(self.plain_text()),
            Some(value) => value,
        }
    }

    /// The text of the value without comments between fields and without quotes around it.
    fn plain_text(&self) -> String {
        let mut lines = self.value_text().lines();
        let first = lines.next().unwrap_or("").trim();
        let is_block_scalar = matches!(first, "|" | ">" | "|-" | ">-" | "|+" | ">+");
        let mut text = if is_block_scalar {
            String::new()
        } else {
            first.to_owned()
        };
        for line in lines.filter(|line| !line.starts_with('#')) {
            text.push('\n');
            text.push_str(line.trim());
        }
        let text = text.trim();
        unquoted(text).to_owned()
    }
}

/// The parts of `yaml` that look like one top-level field each.
///
/// Lines that no field claims belong to the field before them. Those above all fields, and what a merge left behind,
/// belong to none.
pub fn blocks(yaml: &str) -> Vec<Block<'_>> {
    let yaml = text::head(yaml, YAML_MAX_BYTES);
    let mut blocks = Vec::new();
    let mut open: Option<Block<'_>> = None;
    let mut at = 0;
    for line in yaml.split_inclusive('\n') {
        let end = at + line.len();
        if let Some(key) = strip_key(line) {
            blocks.extend(open.replace(Block {
                key,
                at,
                text: line,
                indented_len: line.len(),
            }));
        } else if is_conflict_marker(line) {
            blocks.extend(open.take());
        } else if let Some(block) = &mut open {
            let is_whole = block.indented_len == block.text.len();
            let is_indented = line.trim().is_empty()
                || line.starts_with([' ', '\t', '-', '#', '[', ']', '{', '}']);
            block.text = &yaml[block.at..end];
            if is_whole && is_indented {
                block.indented_len = block.text.len();
            }
        }
        at = end;
    }
    blocks.extend(open);
    blocks
}

/// The key of a line `key: value` that is not indented.
pub fn strip_key(line: &str) -> Option<&str> {
    let line = line.lines().next()?;
    let (key, rest) = line.split_once(':')?;
    let key = unquoted(key.trim_end());
    let is_key = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.len() <= 64
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    (is_key && (rest.is_empty() || rest.starts_with([' ', '\t']))).then_some(key)
}

/// `text` without quotes around it.
fn unquoted(text: &str) -> &str {
    let mut quotes = ['"', '\''].into_iter();
    let unquoted = quotes.find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    unquoted.unwrap_or(text)
}

/// `text` as a YAML scalar on one line, which every reader takes for this text.
///
/// Words that some version of YAML takes for a truth value or for nothing, and all that does not begin with a letter
/// (`2026-01-31` is a date to many readers), stand in quotes.
pub fn scalar(text: &str) -> String {
    const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    if is_plain {
        text.to_owned()
    } else {
        Value::from(text).to_string() // a JSON string is a YAML scalar
    }
}

/// What is wrong with a YAML text.
#[derive(Debug)]
pub struct YamlFault {
    group: &'static str,
    message: String,
    /// What to do, unless that depends on the line.
    hint: Option<&'static str>,
    /// Line and column, both from 1.
    place: Option<(u32, u32)>,
}

impl YamlFault {
    /// Warns of the fault in a file that has the YAML at `first_line`.
    pub fn warn(self, review: &mut Review, first_line: u32) {
        let (line, column) = self.place.unwrap_or((1, 1));
        let line = first_line + line.saturating_sub(1);
        let hint = self.hint.unwrap_or_else(|| {
            let line = lines(review.text).nth(line as usize - 1);
            syntax_hint(line.unwrap_or_default(), column)
        });
        review.tell(Place::Column(line, column), self.group, self.message, hint);
    }
}

/// What mends a fault at `column` of `line`.
fn syntax_hint(line: &str, column: u32) -> &'static str {
    let is_text = line.starts_with(char::is_alphanumeric) && strip_key(line).is_none();
    if is_conflict_marker(line) {
        "decide the merge: remove the lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`, and one of the versions"
    } else if line.trim_start_matches(' ').starts_with('\t') {
        "indent lines with spaces, not with tabs"
    } else if column == 1 && is_text {
        "indent lines that continue a value by two spaces"
    } else {
        "put values that contain `: `, `#`, brackets or quotes into quotes"
    }
}

/// Whether version control left the line when it could not merge.
fn is_conflict_marker(line: &str) -> bool {
    ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
        .iter()
        .any(|marker| line.starts_with(marker))
}

/// Reads YAML within the bounds, words and numbers as they are written.
fn read<T: DeserializeOwned>(yaml: &str) -> Result<T, serde_saphyr::Error> {
    let mut options = bounds();
    options.leading_zero_numbers_as_strings = true;
    options.non_finite_float_policy = NonFiniteFloatPolicy::AsString;
    serde_saphyr::from_str_with_options(yaml, options)
}

/// Reads YAML within the bounds as other programs do: by the core schema of YAML 1.2, and nothing that JSON does not have
/// or that readers of YAML disagree about, such as merges.
///
/// # Errors
/// What the YAML has of these, or what is wrong with it, in a few words; that there is too much of it.
pub fn parse_strict(yaml: &str) -> Result<Value, StrictError> {
    if yaml.len() > YAML_MAX_BYTES {
        return Err(StrictError::TooLong);
    }
    let mut options = bounds();
    options.non_finite_float_policy = NonFiniteFloatPolicy::Reject;
    options.merge_keys = MergeKeyPolicy::Error;
    options.reject_unsupported_tags = true;
    let read = serde_saphyr::from_str_with_options(yaml, options);
    read.map_err(|error| {
        let message = UserMessageFormatter.format_message(error.without_snippet());
        StrictError::Refused(text::clean_line(&message, 200))
    })
}

/// Why YAML has no strict reading.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum StrictError {
    #[error("it has more than {YAML_MAX_BYTES} bytes")]
    TooLong,
    /// In the words of the parser.
    #[error("{0}")]
    Refused(String),
}

/// What hostile YAML may cost; `yes`, `on` and `1_000` are words, as in YAML 1.2.
fn bounds() -> Options {
    serde_saphyr::options! {
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
        underscored_numbers_as_strings: true,
        with_snippet: false,
    }
}

/// Longest front matter that is read as YAML, in bytes; the longest real ones have about 8 KB.
pub const YAML_MAX_BYTES: usize = 64 * 1024;

/// Most fields that are read from broken YAML.
const SALVAGED_MAX: usize = 64;
