//! `skillpress report`: what visits and searches of a built site download.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;

use super::error::CommandError;
use super::queries;
use crate::report::{self, Queries, Report, Scope};
use crate::terminal::Terminal;

/// Options of `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Folder of a built site
    #[arg(long, value_name = "DIR", default_value = "public")]
    site: PathBuf,
    /// Count the searches for these queries, one `{"query"}` a line, in place of a sample of the site's own words
    #[arg(long, value_name = "FILE.jsonl")]
    queries: Option<PathBuf>,
    /// Print one JSON document for programs
    #[arg(long)]
    json: bool,
    /// Write a page with bars to this file; tables are then not printed
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Counts, and prints or writes what was counted.
///
/// # Errors
/// A folder that is no site, a file of queries that is not one, what the system refuses.
pub fn run(args: &ReportArgs) -> Result<(), CommandError> {
    let queries = match &args.queries {
        Some(file) => {
            let lines: Vec<QueryLine> = queries::read(file)?;
            Queries::Given(lines.into_iter().map(|line| line.query).collect())
        }
        None => Queries::SAMPLE,
    };
    let report = report::measure(&args.site, &Scope::full(queries))?;
    if let Some(file) = &args.html {
        write_page(&report, file).map_err(|error| {
            CommandError::cannot(format_args!("write `{}`", file.display()), error)
        })?;
    }
    let mut out = Terminal::stdout();
    let printed = match (args.json, &args.html) {
        (true, _) => out.json(&report),
        (false, Some(file)) => out.line(format_args!("wrote `{}`", file.display())),
        (false, None) => report::write_text(&report, &mut out),
    };
    printed
        .and_then(|()| out.flush())
        .map_err(|error| CommandError::print("the report", &error))
}

/// One query of a file; other keys are left unread.
#[derive(Deserialize)]
struct QueryLine {
    query: String,
}

fn write_page(report: &Report, file: &Path) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    report::write_html(report, &mut out)?;
    out.flush()
}
