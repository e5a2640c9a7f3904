//! `skillpress inspect`: the state of a search index as text.

use std::io;

use clap::Args;
use skillpress_search::OpenError;
use skillpress_search::internals::format::manifest::MANIFEST_PATH;

use super::error::CommandError;
use crate::inspect::{self, Inspection};
use crate::problem::Problem;
use crate::published::open_source;
use crate::site_source::format_hint;
use crate::terminal::Terminal;

/// Options of `inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// A built site: a folder, the URL where it stands, or a bucket such as `s3://BUCKET/PREFIX`
    #[arg(long, value_name = "DIR|URL", default_value = "public")]
    site: String,
    /// Print one JSON document for programs
    #[arg(long)]
    json: bool,
}

/// Reads every block of the index, prints what it found, and fails when something is damaged.
///
/// # Errors
/// A site without an index; what is damaged.
pub fn run(args: &InspectArgs) -> Result<(), CommandError> {
    let mut source = open_source(&args.site)?;
    let inspection = inspect::inspect(&mut source).map_err(|error| match error {
        OpenError::Format(error) => {
            let hint = format_hint(&error);
            damaged(args, MANIFEST_PATH, error.to_string(), hint)
        }
        error => source.search_error(error).into(),
    })?;
    print(args, &inspection).map_err(|error| CommandError::print("the index", &error))?;
    let parts: Vec<&str> = inspection
        .damages
        .iter()
        .map(|damage| damage.part.as_str())
        .collect();
    if parts.is_empty() {
        return Ok(());
    }
    let message = format!("damaged: {}", parts.join(", "));
    Err(damaged(args, "", message, "build the site again"))
}

fn print(args: &InspectArgs, inspection: &Inspection) -> io::Result<()> {
    let mut out = Terminal::stdout();
    if args.json {
        out.json(inspection)?;
    } else {
        inspect::write_text(inspection, &mut out)?;
    }
    out.flush()
}

/// The error for a file of the index, or all of it.
fn damaged(args: &InspectArgs, path: &str, message: String, hint: &str) -> CommandError {
    let place = format!("{}/search/{path}", args.site.trim_end_matches('/'));
    Problem::error(place, "damaged index", message)
        .hint(hint)
        .into()
}
