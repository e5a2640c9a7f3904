//! TOML files of the operator: every value with its place, every fault an error.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::catalog::Timestamp;
use crate::content::folder::Content;
use crate::key::SkillKey;
use crate::problem::{Place, Problem, Problems};
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
        Problem::error(&self.path, self.group, message).at(&self.text, Place::Offset(span.start))
    }

    /// A warning at the start of `span`.
    pub(super) fn warning(&self, span: Range<usize>, message: impl Into<String>) -> Problem {
        Problem::warning(&self.path, self.group, message).at(&self.text, Place::Offset(span.start))
    }
}

/// The files `<stem>.toml` of a folder of the content, with their stems, sorted; `group` is what such a file is called, and
/// `stem` what its name means, such as `<kind>`.
pub(super) fn toml_files(
    content: &Content,
    folder: &str,
    group: &'static str,
    stem: &str,
    problems: &mut Problems,
) -> Vec<(String, PathBuf)> {
    let folder = content.path.join(folder);
    let mut paths: Vec<PathBuf> = match std::fs::read_dir(&folder) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            let message = format!("the folder cannot be read: {error}");
            problems.push(Problem::error(folder, group, message));
            Vec::new()
        }
    };
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if let Some(stem) = name.strip_suffix(".toml") {
            files.push((stem.to_owned(), path));
        } else if !name.starts_with('.') && name != "README.md" {
            let message = format!("this is no {group} and is left out");
            let warning = Problem::warning(&path, "stray file", message);
            problems.push(warning.hint(format!("a {group} is called `{stem}.toml`")));
        }
    }
    files
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
                let message = format!("there is no setting `{key}` here");
                let error = self.file.error(span, message);
                problems.push(error.hint(text::known_names_hint(key, known)));
            }
        }
    }

    /// The value of `key` as `read` has it, which gives `None` for a type that is not `expected`.
    fn get<T>(
        &self,
        key: &str,
        expected: &str,
        problems: &mut Problems,
        read: impl FnOnce(&'t DeValue<'t>) -> Option<T>,
    ) -> Option<Spanned<T>> {
        let value = self.table.get(key)?;
        let read = read(value.get_ref());
        if read.is_none() {
            problems.push(self.wrong_type(key, value, expected));
        }
        Some(Spanned::new(value.span(), read?))
    }

    /// A text on one line; an empty one is an error.
    pub(super) fn text(
        &self,
        key: &str,
        max_chars: usize,
        problems: &mut Problems,
    ) -> Option<Spanned<String>> {
        let value = self.get(key, "a text in quotes", problems, DeValue::as_str)?;
        let (span, text) = (value.span(), value.into_inner());
        let line = text::clean_line(text, max_chars);
        if line.is_empty() {
            problems.push(self.file.error(span, format!("`{key}` is empty")));
            return None;
        }
        if text.chars().count() > max_chars {
            let message = format!("`{key}` is longer than {max_chars} characters");
            problems.push(self.file.error(span.clone(), message));
        }
        Some(Spanned::new(span, line))
    }

    /// Like [`Self::text`]; a missing one is an error.
    pub(super) fn required_text(
        &self,
        key: &str,
        max_chars: usize,
        problems: &mut Problems,
    ) -> Option<Spanned<String>> {
        if self.table.get(key).is_none() {
            let message = format!("`{key}` is missing");
            let error = self.file.error(self.span.clone(), message);
            problems.push(error.hint(format!("add `{key} = \"…\"`")));
        }
        self.text(key, max_chars, problems)
    }

    /// A text that is the key of a skill; a missing or wrong one is an error. `name` is what the field is called.
    pub(super) fn skill(&self, name: &str, problems: &mut Problems) -> Option<Spanned<SkillKey>> {
        let text = self.required_text(name, 200, problems)?;
        let span = text.span();
        let key = SkillKey::parse(text.get_ref());
        if key.is_none() {
            let message = format!("`{}` is not the identity of a skill", text.get_ref());
            let error = self.file.error(span.clone(), message);
            problems.push(error.hint(format!("write `{name} = \"owner/slug\"`")));
        }
        Some(Spanned::new(span, key?))
    }

    pub(super) fn flag(&self, key: &str, problems: &mut Problems) -> Option<bool> {
        let flag = self.get(key, "`true` or `false`", problems, DeValue::as_bool)?;
        Some(flag.into_inner())
    }

    /// A number between −1 and 1.
    pub(super) fn fraction(&self, key: &str, problems: &mut Problems) -> Option<f32> {
        let written = |value: &'t DeValue<'t>| match value {
            DeValue::Float(number) => Some(number.as_str()),
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str()),
            _ => None,
        };
        let value = self.get(key, "a number from -1 to 1", problems, written)?;
        let number = value.get_ref().parse().ok();
        let number = number.filter(|number| (-1.0..=1.0).contains(number));
        if number.is_none() {
            let message = format!("`{key}` is not between -1 and 1");
            problems.push(self.file.error(value.span(), message));
        }
        number
    }

    /// A TOML date or one in quotes.
    pub(super) fn date(&self, key: &str, problems: &mut Problems) -> Option<Timestamp> {
        let text = self.get(key, "a date", problems, |value| match value {
            DeValue::Datetime(date) => Some(date.to_string()),
            DeValue::String(text) => Some(text.to_string()),
            _ => None,
        })?;
        let timestamp = Timestamp::parse(text.get_ref());
        if timestamp.is_none() {
            let written = text.get_ref();
            let message = format!("`{key}` is `{written}`, which is no date that a badge can have");
            let hint = "write a day such as `2026-01-31`, or a time with its zone such as `2026-01-31T10:00:00Z`";
            problems.push(self.file.error(text.span(), message).hint(hint));
        }
        timestamp
    }

    /// The table that stands below `[key]`.
    pub(super) fn table(&self, key: &str, problems: &mut Problems) -> Option<Fields<'t>> {
        let value = self.table.get(key)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            let error = self.wrong_type(key, value, "a table");
            problems.push(error.hint(format!("write `[{key}]` above its settings")));
        }
        Some(Fields {
            file: self.file,
            table: table?,
            span: value.span(),
        })
    }

    /// The tables of an array of tables (`[[key]]`).
    pub(super) fn tables(&self, key: &str, problems: &mut Problems) -> Vec<Fields<'t>> {
        let Some(value) = self.table.get(key) else {
            return Vec::new();
        };
        let wrong_type = |value| self.wrong_type(key, value, "a list of tables");
        let Some(items) = value.get_ref().as_array() else {
            problems.push(wrong_type(value).hint(format!("write `[[{key}]]` above each")));
            return Vec::new();
        };
        let mut table = |item: &'t Spanned<DeValue<'t>>| {
            let table = item.get_ref().as_table();
            if table.is_none() {
                problems.push(wrong_type(item));
            }
            Some(Fields {
                file: self.file,
                table: table?,
                span: item.span(),
            })
        };
        items.iter().filter_map(&mut table).collect()
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) -> Problem {
        let got = value.get_ref().type_str();
        self.file.error(
            value.span(),
            format!("`{key}` has a value of type {got}; {expected} is expected"),
        )
    }
}
