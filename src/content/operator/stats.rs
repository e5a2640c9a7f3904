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

use serde_json::{Map, Value};

use super::names::{Absence, Names};
use crate::catalog::{Skill, Stats, Timestamp};
use crate::content::folder::Content;
use crate::key::SkillKey;
use crate::problem::{self, Place, Problem, Problems, Review, Severity};
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
        let message = "there is a `stats.jsonl` and a `stats.csv`; only one can count";
        problems.push(Problem::error(&csv_path, GROUP, message).hint("remove one of the two"));
    }
    let (path, text, read_rows): (_, _, fn(&mut Review) -> Vec<Row>) = match (jsonl, csv) {
        (Some(text), _) => (jsonl_path, text, jsonl_rows),
        (None, Some(text)) => (csv_path, text, csv_rows),
        (None, None) => return None,
    };
    let rows = read_rows(&mut Review::new(Severity::Error, &path, &text, problems));
    let as_of = rows.iter().filter_map(|row| row.as_of).max();
    let mut seen = BTreeMap::new();
    for row in rows {
        let Some(skill) = row.skill else { continue };
        let place = Place::Line(row.line);
        if let Some(first_line) = seen.insert(skill.clone(), row.line) {
            let message = format!("`{skill}` has counts already, in line {first_line}");
            let error = Problem::error(&path, GROUP, message).hint("remove one of the two");
            problems.push(error.at(&text, place));
            continue;
        }
        match names.published(skills, &skill) {
            Ok(skill_idx) => skills[skill_idx].stats = Some(row.stats),
            Err(Absence::Hidden | Absence::LeftOut) => {}
            Err(Absence::Unknown) => {
                let message = format!("counts of `{skill}`, but there is no such skill");
                let warning = Problem::warning(&path, "statistics of no skill", message);
                problems.push(names.hint(warning.at(&text, place), &skill));
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

fn jsonl_rows(review: &mut Review) -> Vec<Row> {
    let mut rows = Vec::new();
    for (line, json) in (1..).zip(problem::lines(review.text)) {
        if json.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Map<String, Value>>(json) {
            Ok(object) => {
                let fields = object
                    .iter()
                    .map(|(key, value)| (key.as_str(), plain(value)));
                rows.extend(row(review, line, fields.collect(), true));
            }
            Err(error) => {
                let (fault, offset) = problem::json_fault(json, &error);
                let (_, column) = problem::line_and_column(json, offset);
                review.tell(
                    Place::Column(line, column),
                    GROUP,
                    format!("the line is not a JSON object: {fault}"),
                    "write one object a line, such as `{\"skill\":\"owner/slug\",\"downloads\":1}`",
                );
            }
        }
    }
    rows
}

fn csv_rows(review: &mut Review) -> Vec<Row> {
    let not_csv = |review: &mut Review, place, error: &csv::Error| {
        let hint = "write values with commas or quotes in them as `\"…\"`";
        review.tell(place, GROUP, format!("this is not CSV: {error}"), hint);
    };
    let mut rows = Vec::new();
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(review.text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            not_csv(review, Place::File, &error);
            return rows;
        }
    };
    // The parser's own count leaves out empty lines, and counts a record into the line where the one before ended.
    let (text, mut counted_to, mut line) = (review.text, 0, 1);
    let mut line_of = |position: Option<&csv::Position>| {
        let at = position.map_or(0, csv::Position::byte) as usize;
        let after = text.get(at..).unwrap_or_default();
        let start = text.len() - after.trim_start_matches(['\r', '\n']).len();
        if let Some(between) = text.get(counted_to..start) {
            line += problem::line_and_column(between, between.len()).0 - 1;
            counted_to = start;
        }
        line
    };
    if !header.iter().any(|key| key == "skill") {
        review.tell(
            Place::Line(line_of(header.position())),
            GROUP,
            "the first line has no column `skill`",
            "begin the file with `skill,downloads,stars,installs,as_of`",
        );
        return rows;
    }
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                not_csv(review, Place::Line(line_of(error.position())), &error);
                continue;
            }
        };
        let line = line_of(record.position());
        let (n_values, n_columns) = (record.len(), header.len());
        if n_values != n_columns {
            review.tell(
                Place::Line(line),
                GROUP,
                format!("the line has {n_values} values; the first line has {n_columns}"),
                "give each line as many values as the first one; a value may be empty",
            );
            continue;
        }
        let fields = header.iter().zip(record.iter().map(str::to_owned));
        let given = fields.filter(|(_, value)| !value.is_empty()).collect();
        rows.extend(row(review, line, given, false));
    }
    rows
}

/// A JSON value as a CSV file would have it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// The row of the record in `line`; `None` when something in it is wrong, all of which is told.
fn row(
    review: &mut Review,
    line: u32,
    fields: Vec<(&str, String)>,
    may_be_day: bool,
) -> Option<Row> {
    let mut row = Row {
        line,
        skill: None,
        stats: Stats::default(),
        as_of: None,
    };
    let mut has_fault = false;
    let mut tell = |message: String, hint: &str| {
        has_fault = true;
        review.tell(Place::Line(line), GROUP, message, hint);
    };
    let is_day = may_be_day && matches!(fields[..], [("as_of", _)]);
    if !is_day && !fields.iter().any(|(key, _)| *key == "skill") {
        tell("`skill` is missing".to_owned(), "write `owner/slug`");
    }
    for (key, value) in fields {
        let shown = text::clean_line(&value, 80);
        let mut count = || {
            let count = value.parse().ok();
            if count.is_none() {
                tell(
                    format!("`{key}` is `{shown}`; a whole number, 0 or more, is expected"),
                    "counts are plain digits, without separators",
                );
            }
            count.unwrap_or_default()
        };
        match key {
            "downloads" => row.stats.downloads = count(),
            "stars" => row.stats.stars = count(),
            "installs" => row.stats.installs = count(),
            "skill" => {
                row.skill = SkillKey::parse(&value);
                if row.skill.is_none() {
                    tell(
                        format!("`{shown}` is not the identity of a skill"),
                        "write `owner/slug`",
                    );
                }
            }
            "as_of" => {
                row.as_of = Timestamp::parse(&value);
                if row.as_of.is_none() {
                    let hint = "write a day such as `2026-01-31`";
                    tell(format!("`as_of` is `{shown}`; a day is expected"), hint);
                }
            }
            unknown => {
                let message = format!("there is no count `{}`", text::clean_line(unknown, 40));
                tell(message, &text::known_names_hint(unknown, &KEYS));
            }
        }
    }
    (!has_fault).then_some(row)
}
