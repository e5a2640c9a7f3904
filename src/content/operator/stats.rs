//! `stats.jsonl` or `stats.csv`: how often skills were downloaded, starred and installed, and as of which day.
//!
//! ```text
//! {"skill":"ana/pdf-tools","downloads":1204,"stars":31,"installs":87,"as_of":"2026-01-31"}
//!
//! skill,downloads,stars,installs,as_of
//! ana/pdf-tools,1204,31,87,2026-01-31
//! ```
//! Only `skill` is required; a missing count is 0. A JSON line may also hold `as_of` alone.
//! Counts come from elsewhere and may lag behind the content, so a skill that is not there is a warning.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::names::{Absence, Names};
use crate::catalog::{Skill, Stats, Timestamp};
use crate::content::folder::Content;
use crate::key::SkillKey;
use crate::problem::{self, Problem, Problems};
use crate::text;

/// Reads the statistics into `skills`; the latest day that they speak of comes back.
pub fn read(
    content: &Content,
    names: &Names,
    skills: &mut [Skill],
    problems: &mut Problems,
) -> Option<Timestamp> {
    let jsonl_path = content.path.join("stats.jsonl");
    let csv_path = content.path.join("stats.csv");
    let jsonl = super::read_text(content, &jsonl_path, GROUP, problems);
    let csv = super::read_text(content, &csv_path, GROUP, problems);
    if jsonl.is_some() && csv.is_some() {
        problems.push(
            Problem::error(
                &csv_path,
                GROUP,
                "there is a `stats.jsonl` and a `stats.csv`; only one can count",
            )
            .hint("remove one of the two"),
        );
    }
    let (path, text, rows) = match (jsonl, csv) {
        (Some(text), _) => {
            let rows = jsonl_rows(&jsonl_path, &text, problems);
            (jsonl_path, text, rows)
        }
        (None, Some(text)) => {
            let rows = csv_rows(&csv_path, &text, problems);
            (csv_path, text, rows)
        }
        (None, None) => return None,
    };
    let as_of = rows.iter().filter_map(|row| row.as_of).max();
    let mut seen = BTreeMap::new();
    for row in rows {
        let Some(name) = row.skill else { continue };
        let at = |problem: Problem| problem.at(&text, row.line, None);
        if let Some(first_line) = seen.insert(name.clone(), row.line) {
            let message = format!("`{name}` has counts already, in line {first_line}");
            problems.push(at(Problem::error(&path, GROUP, message)).hint("remove one of the two"));
            continue;
        }
        match names.published(skills, &name) {
            Ok(idx) => skills[idx].stats = Some(row.stats),
            Err(Absence::Hidden | Absence::LeftOut) => {}
            Err(Absence::Unknown) => {
                let message = format!("counts of `{name}`, but there is no such skill");
                let problem = at(Problem::warning(&path, "statistics of no skill", message));
                problems.push(names.hint(problem, &name));
            }
        }
    }
    as_of
}

const GROUP: &str = "statistics";

const KEYS: [&str; 5] = ["skill", "downloads", "stars", "installs", "as_of"];

struct Row {
    /// From 1.
    line: u32,
    /// `None` for a line that only gives the day.
    skill: Option<SkillKey>,
    stats: Stats,
    as_of: Option<Timestamp>,
}

fn jsonl_rows(path: &Path, text: &str, problems: &mut Problems) -> Vec<Row> {
    let mut rows = Vec::new();
    for (line, json) in (1..).zip(problem::lines(text)) {
        if json.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Map<String, Value>>(json) {
            Ok(object) => {
                let fields = object
                    .iter()
                    .map(|(key, value)| (key.as_str(), plain(value)));
                let parsed = row(line, fields.collect(), true);
                collect(path, text, line, parsed, &mut rows, problems);
            }
            Err(error) => {
                let (fault, offset) = problem::json_fault(json, &error);
                let (_, column) = problem::line_and_column(json, offset);
                problems.push(
                    Problem::error(path, GROUP, format!("the line is not a JSON object: {fault}"))
                        .at(text, line, Some(column))
                        .hint("write one object a line, such as `{\"skill\":\"owner/slug\",\"downloads\":1}`"),
                );
            }
        }
    }
    rows
}

fn csv_rows(path: &Path, text: &str, problems: &mut Problems) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect(),
        Err(error) => {
            problems.push(Problem::error(
                path,
                GROUP,
                format!("this is not CSV: {error}"),
            ));
            return rows;
        }
    };
    let mut line = RecordLine::new(text);
    if !header.iter().any(|key| key == "skill") {
        problems.push(
            Problem::error(path, GROUP, "the first line has no column `skill`")
                .at(
                    text,
                    line.of(reader.headers().ok().and_then(csv::StringRecord::position)),
                    None,
                )
                .hint("begin the file with `skill,downloads,stars,installs,as_of`"),
        );
        return rows;
    }
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = line.of(error.position());
                let message = format!("this is not CSV: {error}");
                problems.push(Problem::error(path, GROUP, message).at(text, line, None));
                continue;
            }
        };
        let line = line.of(record.position());
        if record.len() != header.len() {
            let message = format!(
                "the line has {} values; the first line has {}",
                record.len(),
                header.len()
            );
            problems.push(Problem::error(path, GROUP, message).at(text, line, None));
            continue;
        }
        let fields = header
            .iter()
            .map(String::as_str)
            .zip(record.iter().map(str::to_owned));
        let parsed = row(
            line,
            fields.filter(|(_, value)| !value.is_empty()).collect(),
            false,
        );
        collect(path, text, line, parsed, &mut rows, problems);
    }
    rows
}

/// The lines of the records of a CSV file, asked for in their order.
///
/// The parser's own count leaves out empty lines, and counts a record into the line where the one before ended.
struct RecordLine<'t> {
    text: &'t str,
    /// The start of a line, and its number.
    start: usize,
    line: u32,
}

impl<'t> RecordLine<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            start: 0,
            line: 1,
        }
    }

    /// The line in which the record at `position` begins.
    fn of(&mut self, position: Option<&csv::Position>) -> u32 {
        let position = position.map_or(0, csv::Position::byte);
        let position = usize::try_from(position).unwrap_or(usize::MAX);
        let after = self.text.get(position..).unwrap_or_default();
        let start = self.text.len() - after.trim_start_matches(['\r', '\n']).len();
        if let Some(between) = self.text.get(self.start..start) {
            self.line += problem::line_and_column(between, between.len()).0 - 1;
            self.start = start;
        }
        self.line
    }
}

fn collect(
    path: &Path,
    text: &str,
    line: u32,
    parsed: Result<Row, Vec<Fault>>,
    rows: &mut Vec<Row>,
    problems: &mut Problems,
) {
    match parsed {
        Ok(row) => rows.push(row),
        Err(faults) => {
            for (message, hint) in faults {
                problems.push(
                    Problem::error(path, GROUP, message)
                        .at(text, line, None)
                        .hint(hint),
                );
            }
        }
    }
}

/// A JSON value as a CSV file would have it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// What is wrong, and what to do.
type Fault = (String, String);

fn row(line: u32, fields: Vec<(&str, String)>, may_be_day: bool) -> Result<Row, Vec<Fault>> {
    let mut row = Row {
        line,
        skill: None,
        stats: Stats::default(),
        as_of: None,
    };
    let mut faults = Vec::new();
    let mut has_skill = false;
    let is_day = may_be_day && matches!(fields[..], [("as_of", _)]);
    for (key, value) in fields {
        let shown = text::clean_line(&value, 80);
        let mut count = || {
            value.parse().unwrap_or_else(|_| {
                faults.push((
                    format!("`{key}` is `{shown}`; a whole number, 0 or more, is expected"),
                    "counts are plain digits, without separators".to_owned(),
                ));
                0
            })
        };
        match key {
            "skill" => {
                has_skill = true;
                row.skill = SkillKey::parse(&value);
                if row.skill.is_none() {
                    faults.push((
                        format!("`{shown}` is not the identity of a skill"),
                        "write `owner/slug`".to_owned(),
                    ));
                }
            }
            "downloads" => row.stats.downloads = count(),
            "stars" => row.stats.stars = count(),
            "installs" => row.stats.installs = count(),
            "as_of" => {
                row.as_of = Timestamp::parse(&value);
                if row.as_of.is_none() {
                    faults.push((
                        format!("`as_of` is `{shown}`; a day is expected"),
                        "write a day such as `2026-01-31`".to_owned(),
                    ));
                }
            }
            unknown => faults.push((
                format!("there is no count `{}`", text::clean_line(unknown, 40)),
                text::known_names_hint(unknown, &KEYS),
            )),
        }
    }
    if !has_skill && !is_day {
        faults.push((
            "`skill` is missing".to_owned(),
            "write `owner/slug`".to_owned(),
        ));
    }
    if faults.is_empty() {
        Ok(row)
    } else {
        Err(faults)
    }
}
