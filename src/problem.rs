//! Problems found in a content folder: one sentence each, with a place and a hint, shown all together.
//!
//! What the operator of a registry writes (config, badges, statistics, aliases) gives errors; what strangers
//! write gives warnings. The collection decides nothing: it sorts, counts and prints.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

use crate::terminal::{self, printable};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is published until it is mended.
    Error,
    /// The site is built all the same.
    Warning,
    /// Nothing is wrong: it explains what people may wonder at.
    Note,
}

/// One problem, as `path:line:column: message`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file, as the user named its folder.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    /// Line, from 1. `None` when the whole file or folder is meant.
    pub line: Option<u32>,
    /// Column in characters, from 1. `None` when the whole line is meant.
    pub column: Option<u32>,
    /// Whether it stops the build.
    pub severity: Severity,
    /// A short, constant name of the kind of problem; a summary groups by it, such as `no front matter`.
    pub group: &'static str,
    /// One sentence without a full stop: what was found, and what was expected.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// The text of the line, for the caret.
    #[serde(skip)]
    pub source_line: Option<String>,
}

impl Problem {
    /// An error about the whole of `path`.
    pub fn error(
        path: impl Into<PathBuf>,
        group: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Error, path.into(), group, message.into())
    }

    /// A warning about the whole of `path`.
    pub fn warning(
        path: impl Into<PathBuf>,
        group: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Warning, path.into(), group, message.into())
    }

    /// A note about the whole of `path`.
    pub fn note(path: impl Into<PathBuf>, group: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, path.into(), group, message.into())
    }

    fn new(severity: Severity, path: PathBuf, group: &'static str, message: String) -> Self {
        Self {
            path,
            line: None,
            column: None,
            severity,
            group,
            message,
            hint: None,
            source_line: None,
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Places the problem in `text`.
    #[must_use]
    pub fn at(mut self, text: &str, place: Place) -> Self {
        (self.line, self.column) = match place {
            Place::File => (None, None),
            Place::Line(line) => (Some(line), None),
            Place::Column(line, column) => (Some(line), Some(column)),
            Place::Offset(offset) => {
                let (line, column) = line_and_column(text, offset);
                (Some(line), Some(column))
            }
        };
        // Without a column there is no caret; a file with a fault in each line must not be searched once for each.
        if let (Some(line), Some(_)) = (self.line, self.column) {
            let line = lines(text).nth(line.saturating_sub(1) as usize);
            self.source_line = line.map(|line| line.chars().take(SHOWN_LINE_CHARS).collect());
        }
        self
    }
}

/// What is wrong with a file or folder of a stranger, and what to do.
#[derive(Clone, Debug)]
pub struct Fault {
    /// As [`Problem::group`].
    pub group: &'static str,
    /// As [`Problem::message`].
    pub message: String,
    /// As [`Problem::hint`].
    pub hint: &'static str,
}

impl Fault {
    /// A fault of these words.
    pub fn new(group: &'static str, message: impl Into<String>, hint: &'static str) -> Self {
        Self {
            group,
            message: message.into(),
            hint,
        }
    }

    /// The warning about it where it is.
    pub fn warning(self, path: &Path) -> Problem {
        Problem::warning(path, self.group, self.message).hint(self.hint)
    }
}

/// Where in a text file a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The whole file.
    File,
    /// A line, from 1.
    Line(u32),
    /// Line and column, both from 1, the column in characters.
    Column(u32, u32),
    /// An offset in bytes; one past the end means the end.
    Offset(usize),
}

/// A text file that is being read, and where problems in it go.
#[derive(Debug)]
pub struct Review<'t, 'p> {
    severity: Severity,
    path: &'p Path,
    /// What is in the file.
    pub text: &'t str,
    problems: &'p mut Problems,
}

impl<'t, 'p> Review<'t, 'p> {
    /// For the file at `path`, which holds `text` and whose problems are this bad.
    pub fn new(
        severity: Severity,
        path: &'p Path,
        text: &'t str,
        problems: &'p mut Problems,
    ) -> Self {
        Self {
            severity,
            path,
            text,
            problems,
        }
    }

    /// Tells what is wrong at `place`, and what to do.
    pub fn tell(
        &mut self,
        place: Place,
        group: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let problem = Problem::new(self.severity, self.path.into(), group, message.into());
        self.problems.push(problem.at(self.text, place).hint(hint));
    }
}

/// A path as text for programs: strangers name files with bytes that are none, which show as `�`.
fn as_text<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&path.display())
}

/// The lines of `text` as editors number them: each ends with a line feed, a carriage return, or both.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('\r'))
}

/// Line and column (both from 1, the column in characters) of the byte `offset` of `text`; lines are those of [`lines`].
pub fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let bytes = text.as_bytes();
    let is_line_end = |at: usize| {
        bytes[at] == b'\n'
            || bytes[at] == b'\r' && bytes.get(at + 1).is_none_or(|&next| next != b'\n')
    };
    let line = (0..end).filter(|&at| is_line_end(at)).count() + 1;
    let line_start = (0..end).rfind(|&at| is_line_end(at)).map_or(0, |at| at + 1);
    let column = text[line_start..end].chars().count() + 1;
    (
        u32::try_from(line).unwrap_or(u32::MAX),
        u32::try_from(column).unwrap_or(u32::MAX),
    )
}

/// What `error`, of parsing all of `json`, says, and the byte offset where.
///
/// The parser counts lines by line feeds alone and columns in bytes, and ends its sentence with both.
pub fn json_fault(json: &str, error: &serde_json::Error) -> (String, usize) {
    let message = error.to_string();
    let message = message
        .split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned();
    let line_starts = std::iter::once(0).chain(json.match_indices('\n').map(|(at, _)| at + 1));
    let line_start = line_starts.take(error.line().max(1)).last().unwrap_or(0);
    (message, line_start + error.column().saturating_sub(1))
}

/// Longest part of a line of source that is shown above a caret, in characters.
const SHOWN_LINE_CHARS: usize = 120;

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let path = self.path.display().to_string();
        write!(f, "{severity}: {}", printable(&path))?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        writeln!(f, ": {}", printable(&self.message))?;
        let column = self.column.unwrap_or_default() as usize;
        if let (Some(line), Some(source_line)) = (self.line, &self.source_line)
            && column <= SHOWN_LINE_CHARS
        {
            let gutter = line.to_string();
            writeln!(f, "{gutter} | {}", printable(source_line))?;
            writeln!(f, "{:width$} | {:>column$}", "", "^", width = gutter.len())?;
        }
        if let Some(hint) = &self.hint {
            writeln!(f, "hint: {}", printable(hint))?;
        }
        Ok(())
    }
}

/// All problems of one run.
#[derive(Clone, Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// An empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one problem.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Adds all of `problems`.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.0.extend(problems);
    }

    /// Keeps the first `max` problems; a warning about `path` says that there were more.
    pub fn keep_first(&mut self, max: usize, path: &Path) {
        let n_more = self.0.len().saturating_sub(max);
        if n_more > 0 {
            self.0.truncate(max);
            let message = format!("{n_more} more warnings about this folder are not shown");
            self.push(Problem::warning(path, "further warnings", message));
        }
    }

    /// Turns every warning into an error (`--strict`).
    pub fn make_strict(&mut self) {
        for problem in &mut self.0 {
            if problem.severity == Severity::Warning {
                problem.severity = Severity::Error;
            }
        }
    }

    /// All problems by path, line, column and message.
    pub fn sorted(&self) -> Vec<&Problem> {
        let mut sorted: Vec<&Problem> = self.0.iter().collect();
        sorted.sort_by_key(|&it| (&it.path, it.line, it.column, &it.message));
        sorted
    }

    /// How many errors there are.
    pub fn n_errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many warnings there are.
    pub fn n_warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    fn count(&self, severity: Severity) -> usize {
        let problems = self.0.iter();
        problems
            .filter(|problem| problem.severity == severity)
            .count()
    }

    /// Whether there is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An error when there are any.
    pub fn none_or_err(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Kinds of errors and warnings with how often each occurs, most frequent first, then by name.
    pub fn groups(&self) -> Vec<(&'static str, usize)> {
        let mut counts = std::collections::BTreeMap::new();
        for problem in &self.0 {
            if problem.severity != Severity::Note {
                *counts.entry(problem.group).or_insert(0) += 1;
            }
        }
        let mut groups: Vec<_> = counts.into_iter().collect();
        groups.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        groups
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Prints problems on standard error, with a line between.
pub fn print_each<'a>(problems: impl IntoIterator<Item = &'a Problem>) {
    for problem in problems {
        terminal::error_lines(format_args!("{problem}\n"));
    }
}

/// All of them, sorted by place.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sorted()
            .iter()
            .try_for_each(|problem| write!(f, "{problem}"))
    }
}

impl std::error::Error for Problems {}

impl FromIterator<Problem> for Problems {
    fn from_iter<I: IntoIterator<Item = Problem>>(problems: I) -> Self {
        Self(problems.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caret_stands_under_the_column() {
        let text = "name: ok\nname: \"Ümläut\n";
        let problem = Problem::error("content/a.md", "broken", "`name` has no closing quote")
            .at(text, Place::Offset(text.find('"').unwrap()))
            .hint("add `\"`");
        assert_eq!(
            problem.to_string(),
            "error: content/a.md:2:7: `name` has no closing quote\n2 | name: \"Ümläut\n  |       ^\nhint: add `\"`\n"
        );
    }

    #[test]
    fn a_line_without_end_is_held_as_far_as_it_is_shown() {
        let problem = Problem::warning("a", "x", "m").at(&"x".repeat(1_000_000), Place::Offset(7));
        assert_eq!(problem.source_line.unwrap().len(), SHOWN_LINE_CHARS);
    }

    #[test]
    fn of_too_many_problems_the_number_is_told() {
        let problem = |idx: usize| Problem::warning("a", "x", format!("{idx}"));
        let mut problems: Problems = (0..5).map(problem).collect();
        problems.keep_first(5, Path::new("a"));
        assert_eq!(problems.n_warnings(), 5);
        problems.keep_first(3, Path::new("a"));
        let last = problems.sorted()[3].to_string();
        assert_eq!(
            last,
            "warning: a: 2 more warnings about this folder are not shown\n"
        );
    }

    #[test]
    fn problems_are_sorted_by_path_then_line() {
        let problems: Problems = [("b", 1), ("a", 9), ("a", 2)]
            .into_iter()
            .map(|(path, line)| Problem::warning(path, "x", "m").at("", Place::Line(line)))
            .collect();
        let places: Vec<_> = problems
            .sorted()
            .iter()
            .map(|p| (p.path.to_str().unwrap().to_owned(), p.line))
            .collect();
        assert_eq!(
            places,
            [
                ("a".into(), Some(2)),
                ("a".into(), Some(9)),
                ("b".into(), Some(1))
            ]
        );
    }

    #[test]
    fn a_strangers_text_cannot_steer_the_terminal() {
        let shown = Problem::warning("a\u{1b}[2J", "x", "evil \u{202e}txt\r\n").to_string();
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}') && !shown.contains('\r'));
    }

    #[test]
    fn a_line_is_what_an_editor_numbers_whatever_ends_it() {
        let text = "a\nb\r\n\rd é\r\r\nf\n";
        let expected = ["a", "b", "", "d é", "", "f"];
        assert_eq!(lines(text).collect::<Vec<_>>(), expected);
        for (found, place) in [("a", (1, 1)), ("b", (2, 1)), ("é", (4, 3)), ("f", (6, 1))] {
            assert_eq!(line_and_column(text, text.find(found).unwrap()), place);
        }
    }

    #[test]
    fn a_fault_of_json_stands_where_an_editor_shows_it() {
        let json = "{\r\"ü\":\r\n x}";
        let error = serde_json::from_str::<serde_json::Value>(json).unwrap_err();
        let (message, offset) = json_fault(json, &error);
        assert_eq!(message, "expected value");
        assert_eq!(line_and_column(json, offset), (3, 2));
    }

    #[test]
    fn an_offset_past_the_end_or_inside_a_character_is_harmless() {
        assert_eq!(line_and_column("é", 1), (1, 1));
        assert_eq!(line_and_column("a\nb", 99), (2, 2));
    }
}
