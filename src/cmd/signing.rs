//! The secret key that a build signs with: of the environment alone, so that it is in no file of the registry.

use std::path::Path;

use super::error::CommandError;
use crate::input_file;
use crate::minisign::SecretKey;
use crate::problem::{Problem, Problems};
use crate::project::Project;
use crate::site::{SigningError, Site};

/// The environment variable that has the text of a secret key, or the path of its file.
pub const KEY_VARIABLE: &str = "SKILLPRESS_KEY";

/// Largest file that may be a key; one has 262 bytes.
const KEY_MAX_BYTES: u64 = 4096;

/// Lets `site` be signed when it names a key and the secret of it is at hand; without that, `problems` get a warning.
///
/// # Errors
/// A secret key that cannot be used, or is another.
pub fn apply(
    project: &Project,
    site: &mut Site,
    problems: &mut Problems,
) -> Result<(), CommandError> {
    let Some(given) = given_key()? else {
        if site.config.signing.public_key.is_some() {
            let message = format!(
                "`[signing]` names a key, but `{KEY_VARIABLE}` gives no secret key, so the site is not signed"
            );
            let problem = Problem::warning(project.config_path(), "not signed", message);
            problems.push(problem.hint(format!(
                "build with `{KEY_VARIABLE}`: the text of the secret key, or the path of its file"
            )));
        }
        return Ok(());
    };
    site.sign_with(&given).map_err(|error| match &error {
        SigningError::Key(cause) => CommandError::advised(
            format_args!("cannot sign with `{KEY_VARIABLE}`: {error}"),
            cause.hint(),
        ),
        SigningError::NotNamed { .. } | SigningError::Other { .. } => {
            let problem = Problem::error(project.config_path(), "signing", error.to_string());
            problem.hint(error.hint()).into()
        }
    })
}

/// The text of the secret key, if there is one. A workflow of a fork gets an empty secret.
fn given_key() -> Result<Option<String>, CommandError> {
    let Some(value) = std::env::var_os(KEY_VARIABLE).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    if let Some(text) = value.to_str().filter(|text| SecretKey::is_text(text)) {
        return Ok(Some(text.to_owned()));
    }
    // A secret of a workflow often ends in a line break.
    let file = value
        .to_str()
        .map_or(Path::new(&value), |path| Path::new(path.trim_end()));
    // Never what the variable says: a key that was copied badly would be shown in a log.
    let read = input_file::read(file, KEY_MAX_BYTES);
    let bytes = read.map_err(|error| {
        CommandError::advised(
            format_args!(
                "`{KEY_VARIABLE}` is no secret key, and no file that can be read: {error}"
            ),
            "give the whole text of a key's file, or its path; `skillpress keygen` makes one",
        )
    })?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(Some(text.trim_start_matches('\u{feff}').to_owned()))
}
