//! What the front matter of a `SKILL.md` says to those who look for skills.

use std::path::Path;

use serde_json::{Map, Value};

use super::Reason;
use crate::front_matter::{self, fields};
use crate::problem::{Problems, Review, Severity};
use crate::text::{self, EncodingFault};

/// A skill's name, and whether clients read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heading {
    /// On one line.
    pub(super) name: String,
    /// Whether clients find and read the front matter too.
    pub(super) is_strict: bool,
}

impl Heading {
    /// Reads the file `bytes`.
    ///
    /// # Errors
    /// Why clients list no such skill, even with a front matter that they can read.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Reason> {
        let decoded = text::decode(bytes);
        // Whoever reads the skill to publish it tells what is wrong with its text.
        let mut problems = Problems::new();
        let path = Path::new("SKILL.md");
        let mut review = Review::new(Severity::Warning, path, &decoded.text, &mut problems);
        let front = front_matter::parse(&mut review);
        let is_readable = front.is_strict && !front.is_broken;
        let is_utf16 = decoded.fault == Some(EncodingFault::Utf16);
        let mut fields = front.fields;
        let has_both = missing(&fields).is_empty();
        if !has_both {
            fields::rename_capitals(&mut fields);
        }
        let missing = missing(&fields);
        if !missing.is_empty() {
            return Err(Reason::NoField { missing });
        }
        if is_internal(&fields) {
            return Err(Reason::Internal);
        }
        Ok(Self {
            name: text_of(&fields, "name").unwrap_or_default(),
            is_strict: is_readable && !is_utf16 && has_both,
        })
    }
}

/// Longest name that is told from others, in characters.
const NAME_MAX_CHARS: usize = 1_000;

/// Which of the two fields that clients ask for hold no text.
fn missing(fields: &Map<String, Value>) -> Vec<String> {
    let required = ["name", "description"].into_iter();
    let missing = required.filter(|field| text_of(fields, field).is_none());
    missing.map(str::to_owned).collect()
}

fn text_of(fields: &Map<String, Value>, field: &str) -> Option<String> {
    let text = text::clean_line(fields.get(field)?.as_str()?, NAME_MAX_CHARS);
    (!text.is_empty()).then_some(text)
}

/// Whether a skill is one that clients install only when it is asked for by its name.
fn is_internal(fields: &Map<String, Value>) -> bool {
    let metadata = fields.get("metadata").and_then(Value::as_object);
    metadata.and_then(|it| it.get("internal")) == Some(&Value::Bool(true))
}
