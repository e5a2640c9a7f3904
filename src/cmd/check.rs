//! `skillpress check`: every problem of the content; with `--site`, every difference between a site and its content; with
//! `--queries`, every query that does not find what its author expects; with `--mcp`, every skill that is none to MCP hosts.

mod expected;
mod mcp;

use std::path::{Path, PathBuf};

use clap::Args;

use self::mcp::Conformity;
use super::error::CommandError;
use super::input::{InputArgs, PreviousArgs};
use crate::input_file;
use crate::problem::{Problem, Problems};
use crate::progress::Progress;
use crate::sink::CompareSink;
use crate::site::Site;
use crate::sums::signed;
use crate::terminal::{self, Terminal};
use crate::text::number::counted;
use crate::url;

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Compare everything baked into this built site with the content
    #[arg(long, value_name = "DIR")]
    site: Option<PathBuf>,
    #[command(flatten)]
    previous: PreviousArgs,
    /// Search for each line of a file, such as {"query": "merge pdf", "expect": ["ana/pdf-tools"], "within": 3}: on the
    /// site of `--site`, or in the index that the content would give. All skills of `expect` must fit and be among the
    /// first `within` results (10 where it is left out); an empty list expects that nothing fits
    #[arg(long, value_name = "FILE.jsonl")]
    queries: Option<PathBuf>,
    /// Name each skill that hosts of MCP Skills do not take as one, and say why; without it they are counted
    #[arg(long)]
    mcp: bool,
    /// Print one JSON document for programs
    #[arg(long)]
    json: bool,
}

/// Prints all problems, sorted by place. Writes nothing.
///
/// # Errors
/// Exit code 1 when there is an error, a difference, or a query that does not find what is expected; 2 when the site or the
/// file of queries cannot be read.
pub fn run(args: &CheckArgs) -> Result<(), CommandError> {
    let progress = Progress::new(true);
    let (mut problems, mut site) = match Site::load(&args.input.project(), &progress) {
        Ok((site, warnings)) => (warnings, Some(site)),
        Err(problems) => (problems, None),
    };
    if let (Some(folder), Some(site)) = (&args.site, &mut site) {
        args.previous.apply(site)?;
        problems.extend(compare(folder, site, &progress)?);
    }
    if let Some(file) = &args.queries {
        problems.extend(expected::check(
            file,
            args.site.as_deref(),
            site.as_ref(),
            &progress,
        )?);
    }
    let conformity = site.as_ref().map(Conformity::of);
    if let Some(conformity) = conformity.as_ref().filter(|_| args.mcp) {
        problems.extend(conformity.notes());
    }
    if args.json {
        print_json(&problems, conformity.as_ref());
    } else {
        print_text(&problems);
        if let Some(summary) = conformity.and_then(|conformity| conformity.summary(args.mcp)) {
            print_line!("{summary}");
        }
    }
    if problems.n_errors() > 0 {
        Err(CommandError::Content(Problems::new()))
    } else {
        Ok(())
    }
}

fn compare(folder: &Path, site: &Site, progress: &Progress) -> Result<Problems, CommandError> {
    let read = format!("read the site `{}`", folder.display());
    let sink = CompareSink::open(folder).map_err(|error| CommandError::cannot(&read, error))?;
    let written = site.write(&sink, progress);
    let counts = written.map_err(|error| CommandError::cannot(&read, error))?;
    let problems = sink.finish();
    let mut problems = problems.map_err(|error| CommandError::cannot(&read, error))?;
    problems.extend(counts.left_out);
    problems.extend(wrong_signature(folder, site));
    Ok(problems)
}

/// The error of a site in `folder` with a signature that is not by the key of the settings.
fn wrong_signature(folder: &Path, site: &Site) -> Option<Problem> {
    let file = folder.join(url::SUMS_SIGNATURE);
    let read = |path: &Path| input_file::read(path, input_file::FILE_MAX_BYTES).ok();
    let (root, signature) = (read(&folder.join(url::SUMS))?, read(&file)?);
    let message = match &site.config.signing.public_key {
        None => "the site is signed, but the settings name no key".to_owned(),
        Some(key) => {
            let error = signed::verify(&root, &signature, key).err()?;
            let id = key.id();
            format!("this is no signature of the site by the key {id}: {error}")
        }
    };
    let problem = Problem::error(file, "wrong signature", message);
    Some(
        problem.hint(
            "run `skillpress build` with the secret of the key of the settings, or without one",
        ),
    )
}

fn print_text(problems: &Problems) {
    for problem in problems.sorted() {
        terminal::print_lines(format_args!("{problem}\n"));
    }
    let n_errors = counted(problems.n_errors(), "error", "errors");
    let n_warnings = counted(problems.n_warnings(), "warning", "warnings");
    print_line!("{n_errors}, {n_warnings}");
}

fn print_json(problems: &Problems, conformity: Option<&Conformity>) {
    let mut document = serde_json::json!({
        "errors": problems.n_errors(),
        "warnings": problems.n_warnings(),
        "problems": problems.sorted(),
    });
    if let Some(conformity) = conformity {
        document["mcp"] = conformity.counts();
    }
    // Nobody may be reading, and the exit code says how it went.
    let _ = Terminal::stdout().json(&document);
}
