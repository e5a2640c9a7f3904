//! Text of the front matter that YAML, or this registry, would drop without a word.
//!
//! A comment that was meant as text (`Closes ticket #42`), a tag (`!important`), a value of a type that cannot be shown,
//! a value that is too long: each is valid YAML, so only a look at the text can tell. It is done for fields that people
//! see.

use serde_json::Value;

use super::Front;
use super::fields;
use super::yaml::{self, Block};
use crate::catalog::SHORT_MAX_CHARS;
use crate::problem::{Place, Review, line_and_column};
use crate::text;

/// Tells what is lost from the fields of `front`, which is the head of the file.
pub fn check(front: &Front<'_>, review: &mut Review) {
    for (key, value) in &front.fields {
        let place = front.place_of(key).unwrap_or(Place::File);
        if is_given(value) && !fields::is_readable(key, value) {
            let message = format!("`{key}` is {}, which cannot be shown", kind(value));
            let hint = match key.as_str() {
                "requires" => "say what is required, such as `bins: [jq]` below `requires`",
                _ => "write it as text",
            };
            review.tell(place, "field not shown", message, hint);
        }
        if let (Some(max_chars), Value::String(text)) = (max_chars(key), value) {
            let n_chars = text.trim().chars().count();
            if n_chars > max_chars {
                let message = format!("`{key}` has {n_chars} characters; {max_chars} are kept");
                review.tell(
                    place,
                    "field too long",
                    message,
                    "move details into the body",
                );
            }
        }
    }
    for block in yaml::blocks(front.yaml) {
        let Some(loss) = Role::of(block.key).and_then(|role| loss(&block, role)) else {
            continue;
        };
        let value = front.fields.get(block.key);
        if value.is_some_and(|value| holds(value, loss.text)) {
            continue; // the block is no YAML and was taken as text
        }
        let (line, column) = line_and_column(front.yaml, block.at + loss.at);
        let place = Place::Column(front.first_line + line - 1, column);
        let lost = text::clean_line(loss.text, SHOWN_MAX_CHARS);
        let (group, why) = match loss.text.starts_with('#') {
            true => (
                "text lost as a comment",
                format!("` #` begins a comment, so `{lost}`"),
            ),
            false => (
                "text lost as a tag",
                format!("YAML takes `{lost}` for a mark of its own, so it"),
            ),
        };
        let message = format!("{why} is not part of `{}`", block.key);
        review.tell(place, group, message, "put the value into quotes");
    }
}

/// Longest part of a lost text that a message shows.
const SHOWN_MAX_CHARS: usize = 60;

/// How a value is called that is not text.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a list of fields",
    }
}

/// What a field that people see holds, which decides what a `#` in it is likely to be.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    /// Sentences: people do not comment on them at the end of the line.
    Prose,
    /// A name or a few words: `MIT # see LICENSE` is a comment, `#42` is not.
    Label,
}

impl Role {
    fn of(key: &str) -> Option<Self> {
        match key.to_ascii_lowercase().as_str() {
            "description" | "compatibility" => Some(Self::Prose),
            "name" | "license" | "author" | "authors" | "tags" | "keywords" | "category"
            | "categories" => Some(Self::Label),
            _ => None,
        }
    }
}

/// Text that YAML drops from a value.
struct Loss<'a> {
    /// In bytes from the start of the block.
    at: usize,
    text: &'a str,
}

/// The first text that is lost from the value in `block`, if it was meant to be read.
///
/// Only plain values are looked at: in quotes and in block scalars, `#` and `!` are text, and in brackets a comment
/// is one.
fn loss<'a>(block: &Block<'a>, role: Role) -> Option<Loss<'a>> {
    let mut at = block.text.find(':')? + 1;
    let mut is_first = true;
    for line in block.text[at..].split_inclusive('\n') {
        let line_at = at;
        at += line.len();
        let text = line.trim();
        let is_between_fields = line.starts_with('#');
        if text.is_empty() || is_between_fields {
            continue;
        }
        let item = text.strip_prefix("- ").map(str::trim_start);
        let text = item.unwrap_or(text);
        let text_at = line_at + line.find(text)?;
        if is_first || item.is_some() {
            let is_quoted = text.starts_with(['"', '\'', '|', '>', '[', '{', '*']);
            if is_quoted && item.is_none() {
                return None;
            } else if is_quoted {
                continue;
            }
            if text.starts_with(['!', '&']) {
                return Some(Loss {
                    at: text_at,
                    text: text.split_whitespace().next()?,
                });
            }
        }
        is_first = false;
        if let Some(comment_at) = comment_at(text).filter(|&at| is_meant(&text[at..], at, role)) {
            return Some(Loss {
                at: text_at + comment_at,
                text: &text[comment_at..],
            });
        }
    }
    None
}

/// Where a comment begins in a plain value: at a `#` after white space, or at the start.
fn comment_at(text: &str) -> Option<usize> {
    text.match_indices('#')
        .map(|(at, _)| at)
        .find(|&at| at == 0 || text[..at].ends_with([' ', '\t']))
}

/// Whether `comment`, which begins at `at` in its line, was meant as text: `#42` is, and all that ends a sentence.
fn is_meant(comment: &str, at: usize, role: Role) -> bool {
    let is_word = comment[1..].starts_with(|c: char| !c.is_whitespace() && c != '#');
    is_word || (role == Role::Prose && at > 0)
}

/// Longest value that is kept whole, in characters.
fn max_chars(key: &str) -> Option<usize> {
    match key {
        "license" | "author" => Some(SHORT_MAX_CHARS),
        "compatibility" => Some(fields::COMPATIBILITY_MAX_CHARS),
        _ => None,
    }
}

/// Whether somebody wrote something that could be shown.
fn is_given(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Whether a text in `value` contains `text`.
fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(value) => value.contains(text),
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        _ => false,
    }
}
