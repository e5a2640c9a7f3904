//! Files of queries: one JSON object a line.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::error::CommandError;
use crate::input_file;
use crate::problem::{self, Place, Problem, Problems};

/// The lines of `file`, in order; empty ones are left out.
///
/// # Errors
/// A file that cannot be read; the first line that is not what is expected, with its place.
pub(super) fn read<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>, CommandError> {
    let text = read_text(file)?;
    let lines = parse(&text);
    let lines = lines.map(|(line_number, parsed)| {
        parsed.map_err(|Fault { column, message }| {
            let place = file.display();
            CommandError::failed(format_args!("{place}:{line_number}:{column}: {message}"))
        })
    });
    lines.collect()
}

/// The lines of `file` with their numbers, in order, and a problem for each that is not what is expected.
///
/// # Errors
/// A file that cannot be read.
pub(super) fn read_all<T: DeserializeOwned>(
    file: &Path,
) -> Result<(Vec<(u32, T)>, Problems), CommandError> {
    let text = read_text(file)?;
    let (mut lines, mut problems) = (Vec::new(), Problems::new());
    for (line_number, parsed) in parse(&text) {
        match parsed {
            Ok(line) => lines.push((line_number, line)),
            Err(Fault { column, message }) => {
                let problem = Problem::error(file, "line of a file of queries", message);
                problems.push(problem.at(&text, Place::Column(line_number, column)));
            }
        }
    }
    Ok((lines, problems))
}

/// What is wrong with a line.
struct Fault {
    column: u32,
    message: String,
}

fn read_text(file: &Path) -> Result<String, CommandError> {
    let text = input_file::read_text(file)
        .map_err(|error| CommandError::cannot(format_args!("read `{}`", file.display()), error))?;
    Ok(input_file::without_mark(&text).to_owned())
}

/// What each line says, with its number.
fn parse<T: DeserializeOwned>(text: &str) -> impl Iterator<Item = (u32, Result<T, Fault>)> {
    let lines = (1u32..).zip(problem::lines(text));
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(line_number, line)| {
        let parsed = serde_json::from_str(line).map_err(|error| {
            let (message, offset) = problem::json_fault(line, &error);
            let (_, column) = problem::line_and_column(line, offset);
            Fault { column, message }
        });
        (line_number, parsed)
    })
}
