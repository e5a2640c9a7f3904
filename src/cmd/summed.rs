//! What `verify` and `mirror` say and ask of sums: whose signature is asked for, how large a site may be, what is said of a signer.

use std::path::Path;

use clap::Args;

use super::error::CommandError;
use crate::input_file;
use crate::minisign::PublicKey;
use crate::problem::Problem;
use crate::summed_site::{Limits, Signer, SumsError};

/// Whose signature is asked for.
#[derive(Clone, Debug, Args)]
pub struct KeyArg {
    /// The public key of whoever publishes the site: a line that begins with `RW`, or a file. Without it, the key that the
    /// site names itself, which proves only that its files belong together
    #[arg(long = "key", value_name = "KEY")]
    text: Option<String>,
}

impl KeyArg {
    /// The key.
    ///
    /// # Errors
    /// When it is neither a key nor a file with one.
    pub fn key(&self) -> Result<Option<PublicKey>, CommandError> {
        let Some(text) = &self.text else {
            return Ok(None);
        };
        if let Ok(key) = text.parse() {
            return Ok(Some(key));
        }
        let read = input_file::read_text(Path::new(text));
        let key = read.map_err(|error| {
            let message =
                format!("`{text}` is no public key, and no file that can be read: {error}");
            CommandError::advised(
                message,
                "`minisign.pub`, `skillpress.pub` and pages of the site show one",
            )
        })?;
        let key = key.parse();
        key.map(Some).map_err(|error| {
            CommandError::advised(
                format_args!("`{text}`: {error}"),
                "give the public key, such as `skillpress.pub`; the secret one stays where it is",
            )
        })
    }
}

/// How large a site may be.
#[derive(Clone, Debug, Args)]
pub struct LimitArgs {
    /// Most files that the site may have
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_files)]
    max_files: usize,
}

impl LimitArgs {
    /// The limits.
    pub fn limits(&self) -> Limits {
        Limits {
            max_files: self.max_files,
            ..Limits::default()
        }
    }
}

/// Who stands behind the sums, and what that proves.
pub fn signer_line(signer: &Signer) -> String {
    match signer {
        Signer::Known { id, comment } => format!("signed by the key {id}: {comment}"),
        Signer::NamedBySite { id, comment } => format!(
            "signed by the key {id}: {comment}; the site itself names this key, so its files belong together, but anybody may have made it: give the key that you know with `--key`"
        ),
        Signer::Nobody => {
            "not signed: the files are what the sums say, but anybody may have made both".to_owned()
        }
    }
}

/// What it means for a command that the sums of `site` say nothing.
pub fn sums_error(site: &str, error: &SumsError) -> CommandError {
    match error.is_of_site() {
        true => Problem::error(Path::new(site), "not verified", error.to_string())
            .hint(error.hint())
            .into(),
        false => CommandError::advised(format_args!("`{site}`: {error}"), error.hint()),
    }
}
