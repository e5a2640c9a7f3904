//! TOML files of the operator: every value with its place, every fault an error.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::catalog::Timestamp;
use crate::content::folder::Content;
use crate::key::SkillKey;
use crate::problem::{Problem, Problems};
use crate::text;

/// A TOML file that the operator wrote.
#[derive(Default)]
pub(super) struct TomlFile {
    /// As the user named its folder.
    pub(super) path: PathBuf,
    pub(super) text: String,
    /// The group of all its problems.
    group: &'static str,
}

impl TomlFile {
    /// Reads the file; `None` when it is not there, and, with an error, when it cannot be read.
    pub(super) fn read(
        content: &Content,
        path: &Path,
        group: &'static str,
        problems: &mut Problems,
    ) -> Option<Self> {
        let text = super::read_text(content, path, group, problems)?;
        Some(Self {
            path: path.to_owned(),
            text,
            group,
        })
    }

    /// The top of the file; `None`, with all errors, when it is not TOML.
    pub(super) fn parse(&self, problems: &mut Problems) -> Option<Spanned<DeTable<'_>>> {
        let (table, faults) = DeTable::parse_recoverable(&self.text);
        for fault in &faults {
            let message = fault.message().lines().next().unwrap_or("syntax error");
            let place = fault.span().map_or(0, |span| span.start);
            problems.push(self.error(place..place, format!("this is not valid TOML: {message}")));
        }
        faults.is_empty().then_some(table)
    }

    /// An error at the start of `span`.
    pub(super) fn error(&self, span: Range<usize>, message: impl Into<String>) -> Problem {
        Problem::error(&self.path, self.group, message).at_offset(&self.text, span.start)
    }

    /// A warning at the start of `span`.
    pub(super) fn warning(&self, span: Range<usize>, message: impl Into<String>) -> Problem {
        Problem::warning(&self.path, self.group, message).at_offset(&self.text, span.start)
    }
}

/// A table of a [`TomlFile`]. A value of the wrong type counts as missing, with an error.
pub(super) struct Fields<'t> {
    pub(super) file: &'t TomlFile,
    table: &'t DeTable<'t>,
    /// Where the table begins.
    pub(super) span: Range<usize>,
}

impl<'t> Fields<'t> {
    pub(super) fn new(file: &'t TomlFile, table: &'t Spanned<DeTable<'t>>) -> Self {
        Self {
            file,
            table: table.get_ref(),
            span: table.span(),
        }
    }

    /// Keys with their places and values, in the order of the file.
    pub(super) fn entries(&self) -> Vec<(&'t str, Range<usize>, &'t Spanned<DeValue<'t>>)> {
        let mut entries: Vec<_> = self
            .table
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), key.span(), value))
            .collect();
        entries.sort_by_key(|(_, span, _)| span.start);
        entries
    }

    /// Reports every key that is none of `known`.
    pub(super) fn allow_only(&self, known: &[&str], problems: &mut Problems) {
        for (key, span, _) in self.entries() {
            if !known.contains(&key) {
                let error = self
                    .file
                    .error(span, format!("there is no setting `{key}` here"));
                problems.push(error.hint(text::known_names_hint(key, known)));
            }
        }
    }

    /// A text on one line; an empty one is an error.
    pub(super) fn text(
        &self,
        key: &str,
        max_chars: usize,
        problems: &mut Problems,
    ) -> Option<Spanned<String>> {
        let value = self.table.get(key)?;
        let Some(text) = value.get_ref().as_str() else {
            problems.push(self.wrong_type(key, value, "a text in quotes"));
            return None;
        };
        let line = text::clean_line(text, max_chars);
        if line.is_empty() {
            problems.push(self.file.error(value.span(), format!("`{key}` is empty")));
            return None;
        }
        if text.chars().count() > max_chars {
            let message = format!("`{key}` is longer than {max_chars} characters");
            problems.push(self.file.error(value.span(), message));
        }
        Some(Spanned::new(value.span(), line))
    }

    /// Like [`Self::text`]; a missing one is an error.
    pub(super) fn required_text(
        &self,
        key: &str,
        max_chars: usize,
        problems: &mut Problems,
    ) -> Option<Spanned<String>> {
        if self.table.get(key).is_none() {
            let error = self
                .file
                .error(self.span.clone(), format!("`{key}` is missing"));
            problems.push(error.hint(format!("add `{key} = \"…\"`")));
        }
        self.text(key, max_chars, problems)
    }

    /// A text that is the key of a skill; a missing or wrong one is an error.
    pub(super) fn skill(&self, problems: &mut Problems) -> Option<Spanned<SkillKey>> {
        let text = self.required_text("skill", 200, problems)?;
        let span = text.span();
        let key = SkillKey::parse(text.get_ref());
        if key.is_none() {
            let message = format!("`{}` is not the identity of a skill", text.get_ref());
            let error = self.file.error(span.clone(), message);
            problems.push(error.hint("write `skill = \"owner/slug\"`"));
        }
        Some(Spanned::new(span, key?))
    }

    pub(super) fn flag(&self, key: &str, problems: &mut Problems) -> Option<bool> {
        let value = self.table.get(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            problems.push(self.wrong_type(key, value, "`true` or `false`"));
        }
        flag
    }

    /// A number between −1 and 1.
    pub(super) fn fraction(&self, key: &str, problems: &mut Problems) -> Option<f32> {
        let value = self.table.get(key)?;
        let number: Option<f32> = match value.get_ref() {
            DeValue::Float(number) => number.as_str().parse().ok(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
            _ => {
                problems.push(self.wrong_type(key, value, "a number from -1 to 1"));
                return None;
            }
        };
        let number = number.filter(|number| (-1.0..=1.0).contains(number));
        if number.is_none() {
            let message = format!("`{key}` is not between -1 and 1");
            problems.push(self.file.error(value.span(), message));
        }
        number
    }

    /// A TOML date or one in quotes.
    pub(super) fn date(&self, key: &str, problems: &mut Problems) -> Option<Timestamp> {
        let value = self.table.get(key)?;
        let text = match value.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => {
                problems.push(self.wrong_type(key, value, "a date"));
                return None;
            }
        };
        let timestamp = Timestamp::parse(&text);
        if timestamp.is_none() {
            let message = format!("`{key}` is `{text}`, which is no date that a badge can have");
            let hint = "write a day such as `2026-01-31`, or a time with its zone such as `2026-01-31T10:00:00Z`";
            problems.push(self.file.error(value.span(), message).hint(hint));
        }
        timestamp
    }

    /// The tables of an array of tables (`[[key]]`).
    pub(super) fn tables(&self, key: &str, problems: &mut Problems) -> Vec<Fields<'t>> {
        let Some(value) = self.table.get(key) else {
            return Vec::new();
        };
        let Some(items) = value.get_ref().as_array() else {
            problems.push(
                self.wrong_type(key, value, "a list of tables")
                    .hint(format!("write `[[{key}]]` above each")),
            );
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_table() {
                Some(table) => tables.push(Fields {
                    file: self.file,
                    table,
                    span: item.span(),
                }),
                None => problems.push(self.wrong_type(key, item, "a list of tables")),
            }
        }
        tables
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) -> Problem {
        let got = value.get_ref().type_str();
        self.file.error(
            value.span(),
            format!("`{key}` has a value of type {got}; {expected} is expected"),
        )
    }
}
