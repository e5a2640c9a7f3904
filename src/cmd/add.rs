//! `skillpress add`: one more source.

use std::io::ErrorKind;
use std::path::PathBuf;

use clap::Args;

use super::error::CommandError;
use super::fetch;
use super::input::registry_of;
use super::source_entry::{EntryArgs, SourceEntry};
use crate::input_file;
use crate::output_file;
use crate::sources::{self, FetchOptions};

/// Options of `add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// Where the skills are: `OWNER/REPO` on GitHub, the URL of a repository or an archive, a folder, a file
    #[arg(value_name = "OWNER/REPO|URL|DIR")]
    target: String,
    #[command(flatten)]
    entry: EntryArgs,
    /// Settings to write it into; without it `skillpress.toml`, which is made when it is missing
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Fetches the source, and writes it into the settings.
///
/// # Errors
/// What is no source, settings with errors, a source that cannot be fetched: then the settings stay as they were.
pub fn run(args: &AddArgs) -> Result<(), CommandError> {
    let project = registry_of(args.config.clone());
    let path = project.config_path();
    let entry = SourceEntry::new(&args.target, &args.entry, sources::settings_folder(path))?;
    let text = match input_file::read_text(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => {
            let what = format_args!("read `{}`", path.display());
            return Err(CommandError::cannot(what, error));
        }
    };
    let (edited, config) = entry.add_to(path, &text)?;
    let options = FetchOptions {
        only: Some(entry.source.name.clone()),
        ..FetchOptions::default()
    };
    fetch::fetch(path, &config, &options, false)?;
    output_file::replace(path, &edited)
        .map_err(|error| CommandError::cannot(format_args!("write `{}`", path.display()), error))?;
    print_line!(
        "`{}` is a source in `{}` now; publish with `skillpress build`",
        entry.source.name,
        path.display()
    );
    fetch::warn_of_none(&project, &config, &entry.source.name);
    Ok(())
}
