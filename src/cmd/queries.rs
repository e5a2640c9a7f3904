//! Files of queries: one JSON object a line.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::error::CommandError;
use crate::input_file;
use crate::problem;

/// The lines of `file`, in order; empty ones are left out.
///
/// # Errors
/// A file that cannot be read; the first line that is not what is expected, with its place.
pub(super) fn read<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>, CommandError> {
    let text = input_file::read_text(file)
        .map_err(|error| CommandError::cannot(format_args!("read `{}`", file.display()), error))?;
    let lines = problem::lines(input_file::without_mark(&text)).zip(1u32..);
    lines
        .filter(|(line, _)| !line.trim().is_empty())
        .map(|(line, line_number)| {
            serde_json::from_str(line).map_err(|error| {
                let (fault, offset) = problem::json_fault(line, &error);
                let (_, column) = problem::line_and_column(line, offset);
                let place = file.display();
                CommandError::failed(format_args!("{place}:{line_number}:{column}: {fault}"))
            })
        })
        .collect()
}
