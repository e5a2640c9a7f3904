//! Finds the YAML front matter of a Markdown file and reads it as far as it can be read.
//!
//! Front matter opens with `---` on the first line that is neither blank nor an HTML comment, and closes with the next
//! line `---`. Authors write YAML by hand, so an error costs them a warning with its place and not the skill: every
//! top-level field that is valid on its own is kept, and the text of the others is taken as it stands.

use serde_json::{Map, Value};

use crate::problem::{Place, Review, line_and_column};

pub mod fields;
mod hint;
pub mod lost_text;
mod verbatim;
pub mod yaml;

pub use hint::name_hint;
pub use verbatim::{VerbatimError, verbatim};

/// What stands at the head of a Markdown file, and where.
#[derive(Debug, Default)]
pub struct Front<'a> {
    /// Top-level fields; empty when there is no front matter.
    pub fields: Map<String, Value>,
    /// Whether there is front matter at all, broken or not.
    pub is_present: bool,
    /// Whether the YAML has an error, which has been reported.
    pub is_broken: bool,
    /// Whether strict readers find it too; they may still refuse its YAML. Why not has been reported.
    pub is_strict: bool,
    /// The text between the delimiters.
    pub yaml: &'a str,
    /// The line of the file that `yaml` begins on, from 1.
    pub first_line: u32,
    /// The Markdown after the front matter.
    pub body: &'a str,
}

impl Front<'_> {
    /// Its version, as it is written: at the top or below `metadata`, where the specification's own example has it.
    /// `metadata` is the value of that field.
    pub fn version(&self, metadata: &Map<String, Value>) -> Option<String> {
        let version_in = |key: &str, source: &Map<String, Value>| {
            let value = source.get("version")?;
            let mut blocks = yaml::blocks(self.yaml).into_iter();
            let mut block = || blocks.find(|block| block.key.eq_ignore_ascii_case(key));
            let written = value.is_number().then(|| block()?.version()).flatten();
            written.or_else(|| fields::short_text(value))
        };
        version_in("version", &self.fields).or_else(|| version_in("metadata", metadata))
    }

    /// Where the value of a field stands, of the top level or else below `metadata`, as far as its line shows it.
    pub fn place_of_field(&self, key: &str) -> Place {
        let place = self.place_of(key);
        place
            .or_else(|| self.place_below("metadata", key))
            .unwrap_or(Place::File)
    }

    /// Where the name of a top-level field stands.
    pub fn place_of_key(&self, key: &str) -> Place {
        let line = self.line_of(key);
        line.map_or(Place::File, |(line, _)| Place::Column(line, 1))
    }

    /// Where the value of a top-level field stands, as far as its line shows it.
    pub fn place_of(&self, key: &str) -> Option<Place> {
        let (line_number, line) = self.line_of(key)?;
        Some(Place::Column(line_number, value_column(line)?))
    }

    /// The lines of the file that hold the YAML, with their numbers.
    fn lines(&self) -> impl Iterator<Item = (u32, &str)> {
        (self.first_line..).zip(self.yaml.lines())
    }

    /// The line of a top-level field, with its number; a name with other capitals counts when there is no better one.
    fn line_of(&self, key: &str) -> Option<(u32, &str)> {
        let named = |line| yaml::strip_key(line).filter(|name| name.eq_ignore_ascii_case(key));
        let lines = self.lines().filter(|(_, line)| named(line).is_some());
        lines.min_by_key(|(_, line)| named(line) != Some(key))
    }

    /// The place of `key` where it stands on a line of its own below the top-level field `parent`, like
    /// [`Self::place_of`]; else that of `parent`.
    fn place_below(&self, parent: &str, key: &str) -> Option<Place> {
        let place = self.place_of(parent)?;
        let (parent_line, _) = self.line_of(parent)?;
        let mut below = self
            .lines()
            .skip_while(|(line_number, _)| *line_number <= parent_line)
            .take_while(|(_, line)| yaml::strip_key(line).is_none());
        let found = below.find(|(_, line)| yaml::strip_key(line.trim_start()) == Some(key));
        let Some((line_number, line)) = found else {
            return Some(place);
        };
        Some(Place::Column(line_number, value_column(line)?))
    }
}

/// Reads the front matter of a Markdown file, and warns of what is wrong with it.
pub fn parse<'t>(review: &mut Review<'t, '_>) -> Front<'t> {
    let text = review.text;
    let Some(found) = find(text) else {
        review.tell(
            Place::File,
            "no front matter",
            "there is no front matter; the name comes from the folder, the description from the first paragraph",
            no_front_matter_hint(text),
        );
        return Front {
            body: text,
            ..Front::default()
        };
    };
    let mut front = Front {
        is_present: true,
        is_strict: !found.warn_of_fault(review),
        yaml: &text[found.yaml_at..found.yaml_end],
        first_line: line_and_column(text, found.yaml_at).0,
        body: &text[found.body_at..],
        ..Front::default()
    };
    match yaml::parse(front.yaml) {
        Ok(Value::Object(fields)) => front.fields = fields,
        Ok(Value::Null) => {}
        Ok(_) => {
            review.tell(
                Place::Column(front.first_line, 1),
                "front matter without fields",
                "the front matter is not a list of `field: value` lines; it is shown as text",
                "write `name: …` and `description: …`, each on its own line",
            );
            front.body = &text[found.opening_at..];
        }
        Err(fault) => {
            fault.warn(review, front.first_line);
            front.fields = yaml::salvage(front.yaml);
            front.is_broken = true;
        }
    }
    front
}

/// Where the front matter is, in bytes from the start of the text.
#[derive(Clone, Copy, Debug)]
struct Found {
    /// The line `---` that opens it.
    opening_at: usize,
    yaml_at: usize,
    yaml_end: usize,
    body_at: usize,
    /// Whether a line `---` closes it. Without one, it ends before the first blank line or heading.
    is_closed: bool,
}

fn find(text: &str) -> Option<Found> {
    let opening_at = text[..first_visible_at(text)?]
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let opening = text[opening_at..].split_inclusive('\n').next()?;
    if opening.trim_end() != "---" {
        return None;
    }
    let yaml_at = opening_at + opening.len();
    let mut lines = text[yaml_at..]
        .split_inclusive('\n')
        .scan(yaml_at, |end, line| {
            *end += line.len();
            Some((*end - line.len(), line))
        });
    let closing = lines.clone().find(|(_, line)| line.trim_end() == "---");
    let (yaml_end, body_at) = match closing {
        Some((at, line)) => (at, at + line.len()),
        None => {
            let is_end = |line: &str| line.trim().is_empty() || line.starts_with('#');
            let end = lines.find(|(_, line)| is_end(line));
            let end = end.map_or(text.len(), |(at, _)| at);
            // Without a field, the opening line is a thematic break.
            yaml::strip_key(&text[yaml_at..end])?;
            (end, end)
        }
    };
    Some(Found {
        opening_at,
        yaml_at,
        yaml_end,
        body_at,
        is_closed: closing.is_some(),
    })
}

/// Where the first thing stands that is neither white space nor an HTML comment; `None` when a comment has no end.
fn first_visible_at(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        let Some(comment) = text[at..].strip_prefix("<!--") else {
            return Some(at);
        };
        at += "<!--".len() + comment.find("-->")? + "-->".len();
    }
}

/// What keeps strict readers from finding front matter.
#[derive(Clone, Copy, Debug)]
struct FindFault {
    place: Place,
    group: &'static str,
    message: &'static str,
    hint: &'static str,
}

impl Found {
    /// Warns of what keeps strict readers from finding the front matter, and says whether anything does.
    fn warn_of_fault(&self, review: &mut Review) -> bool {
        let fault = self.fault(review.text);
        if let Some(fault) = fault {
            review.tell(fault.place, fault.group, fault.message, fault.hint);
        }
        fault.is_some()
    }

    /// What keeps strict readers of `text` from finding the front matter: for them it stands between a first line that is
    /// `---` and nothing else, and the next line that begins with `---`.
    fn fault(&self, text: &str) -> Option<FindFault> {
        let opening_line = line_and_column(text, self.opening_at).0;
        if !self.is_closed {
            return Some(FindFault {
                place: Place::Column(opening_line, 1),
                group: "front matter not closed",
                message: "the front matter that opens here has no closing `---`",
                hint: "add a line `---` after its last field",
            });
        }
        let opening = &text[self.opening_at..self.yaml_at];
        let mut lines = (opening_line + 1..).zip(text[self.yaml_at..self.yaml_end].lines());
        let (place, message, hint) = if text[..self.opening_at].contains("<!--") {
            (
                Place::Column(1, 1),
                "a comment stands above the front matter; clients find it only where `---` is the very first line",
                "move the comment below the front matter",
            )
        } else if self.opening_at > 0 {
            (
                Place::Column(1, 1),
                "blank lines stand above the front matter; clients find it only where `---` is the very first line",
                "remove the blank lines",
            )
        } else if !matches!(opening, "---\n" | "---\r\n") {
            (
                Place::Column(opening_line, 4),
                "spaces follow the first `---`; clients do not find front matter that opens so",
                "remove the spaces",
            )
        } else if let Some((line, _)) = lines.find(|(_, line)| line.starts_with("---")) {
            (
                Place::Column(line, 1),
                "the line begins with `---`; clients take it for the end of the front matter",
                "indent the line, or remove it",
            )
        } else {
            return None;
        };
        Some(FindFault {
            place,
            group: "front matter not found by clients",
            message,
            hint,
        })
    }
}

/// What to write where `text` has no front matter, by what seems to have been tried.
fn no_front_matter_hint(text: &str) -> &'static str {
    const LOOKED_AT_LINES: usize = 10;
    let lines: Vec<&str> = text.lines().take(LOOKED_AT_LINES).collect();
    let is_fence = |line: &str| line.trim_start().starts_with("```");
    let is_field = |line: &str| matches!(yaml::strip_key(line), Some("name" | "description"));
    let first = lines.iter().find(|line| !line.trim().is_empty());
    let is_lower_down = || {
        lines
            .windows(2)
            .take_while(|pair| !is_fence(pair[0]))
            .any(|pair| pair[0].trim_end() == "---" && is_field(pair[1]))
    };
    match first {
        Some(first) if is_fence(first) && lines.iter().any(|line| line.trim() == "---") => {
            "take the front matter out of the code fence: `---` has to be the first line"
        }
        Some(first) if is_field(first) => {
            "put a line `---` above the fields and another one below them"
        }
        _ if is_lower_down() => {
            "move the front matter to the top of the file: `---` has to be the first line"
        }
        _ => "begin the file with `---`, `name: …`, `description: …`, `---`",
    }
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
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::problem::{Problems, Severity};

    fn read(text: &str) -> (Front<'_>, Problems) {
        let mut problems = Problems::new();
        let front = parse(&mut Review::new(
            Severity::Warning,
            Path::new("SKILL.md"),
            text,
            &mut problems,
        ));
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
        assert_eq!(front.place_of("name"), Some(Place::Column(3, 7)));
        assert_eq!(front.place_of("name-x"), Some(Place::Column(4, 9)));
        assert_eq!(front.place_of("description"), Some(Place::Column(5, 13)));
        assert_eq!(front.place_of("c"), None);
        let (front, _) = read("---\nmetadata:\n  a: 1\n  x:\n    date: soon\ndate: now\n---\n");
        assert_eq!(
            front.place_below("metadata", "date"),
            Some(Place::Column(5, 11))
        );
        assert_eq!(
            front.place_below("metadata", "b"),
            Some(Place::Column(2, 10))
        );
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
                let is_in_text = match front.place_of(key) {
                    Some(Place::Column(line, column)) => line <= lines && column >= 1,
                    other => other.is_none(),
                };
                prop_assert!(is_in_text);
            }
        }
    }
}
