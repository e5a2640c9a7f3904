//! Finds the YAML front matter of a Markdown file and reads it as far as it can be read.
//!
//! Front matter opens with `---` on the first line that is not blank and closes with the next line `---`. Authors
//! write YAML by hand, so an error costs them a warning with its place and not the skill: every top-level field that
//! is valid on its own is kept, and the text of the others is taken as it stands.

use std::path::Path;

use serde_json::{Map, Value};

use super::yaml;
use crate::problem::{Problem, Problems};

/// What stands at the head of a Markdown file, and where.
#[derive(Debug, Default)]
pub(super) struct Front<'a> {
    /// Top-level fields; empty when there is no front matter.
    pub(super) fields: Map<String, Value>,
    /// Whether there is front matter at all, broken or not.
    pub(super) is_present: bool,
    /// Whether the YAML has an error, which has been reported.
    pub(super) is_broken: bool,
    /// Whether strict readers find it too; they may still refuse its YAML.
    pub(super) is_strict: bool,
    /// The text between the delimiters.
    pub(super) yaml: &'a str,
    /// The line of the file that `yaml` begins on, from 1.
    pub(super) first_line: u32,
    /// The Markdown after the front matter.
    pub(super) body: &'a str,
}

impl Front<'_> {
    /// Line and column, both from 1, of the value of a top-level field, as far as its line shows it.
    pub(super) fn place_of(&self, key: &str) -> Option<(u32, u32)> {
        let is_key = |line: &&str| yaml::strip_key(line) == Some(key);
        let line_idx = self.yaml.lines().position(|line| is_key(&line))?;
        let line = self.yaml.lines().nth(line_idx)?;
        Some((
            self.first_line + u32::try_from(line_idx).ok()?,
            value_column(line)?,
        ))
    }

    /// The place of `key` where it stands on a line of its own below the top-level field `parent`, like
    /// [`Self::place_of`]; else that of `parent`.
    pub(super) fn place_below(&self, parent: &str, key: &str) -> Option<(u32, u32)> {
        let (parent_line, column) = self.place_of(parent)?;
        let first_idx = (parent_line - self.first_line) as usize + 1;
        let lines = self.yaml.lines().skip(first_idx);
        let below =
            (parent_line + 1..).zip(lines.take_while(|line| yaml::strip_key(line).is_none()));
        for (line_number, line) in below {
            if yaml::strip_key(line.trim_start()) == Some(key) {
                return Some((line_number, value_column(line)?));
            }
        }
        Some((parent_line, column))
    }
}

/// Reads the front matter of `text`; what is wrong with it goes to `problems` as warnings about `path`.
pub(super) fn parse<'a>(text: &'a str, path: &Path, problems: &mut Problems) -> Front<'a> {
    let split = split(text);
    let (yaml, is_closed) = match split {
        Split::None => {
            problems.push(no_front_matter(text, path));
            return Front {
                body: text,
                ..Front::default()
            };
        }
        Split::Unclosed { yaml, .. } => (yaml, false),
        Split::Closed { yaml, .. } => (yaml, true),
    };
    let (Split::Closed { body, yaml_at, .. } | Split::Unclosed { body, yaml_at, .. }) = split
    else {
        unreachable!("`Split::None` has returned")
    };
    let first_line = crate::problem::line_and_column(text, yaml_at).0;
    if !is_closed {
        problems.push(
            Problem::warning(
                path,
                "front matter not closed",
                "the front matter that opens here has no closing `---`",
            )
            .at(text, first_line.saturating_sub(1).max(1), Some(1))
            .hint("add a line `---` after its last field"),
        );
    }
    let mut front = Front {
        is_present: true,
        is_strict: is_closed && is_found_by_strict_readers(text, yaml),
        yaml,
        first_line,
        body,
        ..Front::default()
    };
    match yaml::parse(yaml) {
        Ok(Value::Object(fields)) => front.fields = fields,
        Ok(Value::Null) => {}
        Ok(_) => problems.push(
            Problem::warning(
                path,
                "front matter without fields",
                "the front matter is not a list of `field: value` lines",
            )
            .at(text, first_line, Some(1))
            .hint("write `name: …` and `description: …`, each on its own line"),
        ),
        Err(fault) => {
            problems.push(fault.into_problem(text, path, first_line));
            front.fields = yaml::salvage(yaml);
            front.is_broken = true;
        }
    }
    front
}

#[derive(Clone, Copy)]
enum Split<'a> {
    None,
    Closed {
        yaml: &'a str,
        yaml_at: usize,
        body: &'a str,
    },
    Unclosed {
        yaml: &'a str,
        yaml_at: usize,
        body: &'a str,
    },
}

/// Where the front matter is. Without a closing line, it ends before the first blank line or heading.
fn split(text: &str) -> Split<'_> {
    let blank_len = text.len() - text.trim_start().len();
    let opening_at = text[..blank_len].rfind('\n').map_or(0, |at| at + 1);
    let Some(opening) = text[opening_at..].split_inclusive('\n').next() else {
        return Split::None;
    };
    if opening.trim_end() != "---" {
        return Split::None;
    }
    let yaml_at = opening_at + opening.len();
    let mut at = yaml_at;
    let mut unclosed_end = None;
    for line in text[yaml_at..].split_inclusive('\n') {
        if line.trim_end() == "---" {
            return Split::Closed {
                yaml: &text[yaml_at..at],
                yaml_at,
                body: &text[at + line.len()..],
            };
        }
        if unclosed_end.is_none() && (line.trim().is_empty() || line.starts_with('#')) {
            unclosed_end = Some(at);
        }
        at += line.len();
    }
    let end = unclosed_end.unwrap_or(at);
    if yaml::strip_key(&text[yaml_at..end]).is_none() {
        return Split::None; // a thematic break above plain text
    }
    Split::Unclosed {
        yaml: &text[yaml_at..end],
        yaml_at,
        body: &text[end..],
    }
}

/// Whether `yaml`, which has its own closing line, is also what stands between the first line, which is `---` and nothing
/// else, and the next line that begins with `---`.
fn is_found_by_strict_readers(text: &str, yaml: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let after_opening = text
        .strip_prefix("---\n")
        .or_else(|| text.strip_prefix("---\r\n"));
    after_opening.is_some_and(|after| after.starts_with(yaml))
        && yaml.lines().all(|line| !line.starts_with("---"))
}

fn no_front_matter(text: &str, path: &Path) -> Problem {
    let problem = Problem::warning(
        path,
        "no front matter",
        "there is no front matter; the name comes from the folder, the description from the first paragraph",
    );
    let is_fenced = text.trim_start().starts_with("```")
        && text.lines().take(4).any(|line| line.trim() == "---");
    problem.hint(if is_fenced {
        "take the front matter out of the code fence: `---` has to be the first line"
    } else {
        "begin the file with `---`, `name: …`, `description: …`, `---`"
    })
}

/// The column, from 1, of the value on a line `key: value`.
fn value_column(line: &str) -> Option<u32> {
    let value_at = line.find(':')? + 1;
    let n_spaces = line[value_at..].len() - line[value_at..].trim_start().len();
    let column = line[..value_at + n_spaces].chars().count() + 1;
    u32::try_from(column).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> (Front<'_>, Problems) {
        let mut problems = Problems::new();
        let front = parse(text, Path::new("SKILL.md"), &mut problems);
        (front, problems)
    }

    #[test]
    fn broken_yaml_is_read_field_by_field() {
        let (front, _) = read(
            "---\nname: \"a\"\ndescription: |\n  one: two\n\n  [three\nx: [\nlist:\n  - 1\n  - 2\n<<<<<<< HEAD\nlicense: 'MIT'\nname: b\n---\n",
        );
        let fields = serde_json::to_string(&front.fields).unwrap();
        assert_eq!(
            fields,
            r#"{"name":"a","description":"one: two\n\n[three\n","x":"[","list":[1,2],"license":"MIT"}"#
        );
    }

    #[test]
    fn a_field_is_found_where_it_stands() {
        let (front, _) = read("\n---\nname: a\nname-x: b\ndescription:\n  c\n---\n");
        assert_eq!(front.place_of("name"), Some((3, 7)));
        assert_eq!(front.place_of("name-x"), Some((4, 9)));
        assert_eq!(front.place_of("description"), Some((5, 13)));
        assert_eq!(front.place_of("c"), None);
        let (front, _) = read("---\nmetadata:\n  a: 1\n  x:\n    date: soon\ndate: now\n---\n");
        assert_eq!(front.place_below("metadata", "date"), Some((5, 11)));
        assert_eq!(front.place_below("metadata", "b"), Some((2, 10)));
    }

    #[test]
    fn words_and_numbers_stay_as_they_are_written() {
        let (front, problems) =
            read("---\na: yes\nb: 007\nc: .nan\nd: 1_000\ne: 2026-01-31\nf: ~\n---\n");
        let fields = serde_json::to_string(&front.fields).unwrap();
        assert_eq!(
            fields,
            r#"{"a":"yes","b":"007","c":".nan","d":"1_000","e":"2026-01-31","f":null}"#
        );
        assert!(problems.is_empty());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>()) {
            let (front, _) = read(&text);
            prop_assert!(text.ends_with(front.body));
        }

        #[test]
        fn no_yaml_makes_the_parser_panic(yaml in "([a-z]{1,3}: |[\\[\\]{},:#&*!|>'\"%@`~-]|\n|  |é|\t|\r|<<|[a-z0-9]){0,60}", is_closed in any::<bool>()) {
            let end = if is_closed { "\n---\nbody" } else { "" };
            let text = format!("---\n{yaml}{end}");
            let (front, problems) = read(&text);
            prop_assert!(text.ends_with(front.body));
            for problem in problems.sorted() {
                prop_assert!(!problem.to_string().is_empty());
            }
            for key in front.fields.keys() {
                let lines = u32::try_from(text.lines().count()).unwrap();
                prop_assert!(front.place_of(key).is_none_or(|(line, column)| line <= lines && column >= 1));
            }
        }
    }
}
