//! Files of queries: one JSON object a line.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::cli::CommandError;

/// The lines of `file`, in order; empty ones are left out.
///
/// # Errors
/// A file that cannot be read; the first line that is not what is expected, with its place.
pub(super) fn read<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>, CommandError> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| CommandError::io(&format!("read `{}`", file.display()), &error))?;
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(line_idx, line)| {
            serde_json::from_str(line).map_err(|error| {
                let (place, column) = (file.display(), error.column());
                let message = error.to_string();
                // serde_json ends its sentence with the place in the one line that it was given.
                let message = message.split(" at line ").next().unwrap_or(&message);
                CommandError::System(format!("{place}:{}:{column}: {message}", line_idx + 1))
            })
        })
        .collect()
}
