//! `skillpress sources`: what each source gives.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::error::CommandError;
use super::input::registry_of;
use crate::catalog::{Timestamp, short_commit};
use crate::problem::{Problems, Severity, print_each};
use crate::site;
use crate::sources::SourceSummary;
use crate::terminal::Terminal;
use crate::text::number::counted;

/// Options of `sources`.
#[derive(Debug, Args)]
pub struct SourcesArgs {
    /// Folder of the registry's own content, which is no part of a source around it; without it, `content` beside the
    /// settings
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
    /// Settings; without it `skillpress.toml` is read
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Also print what is not taken, and why
    #[arg(long)]
    warnings: bool,
    /// Print one JSON document for programs
    #[arg(long)]
    json: bool,
}

/// Prints a line for each source: its skills, commit, how old that is, and how many warnings there are.
///
/// # Errors
/// Exit code 1 when a source gives nothing, since it was not fetched or cannot be read.
pub fn run(args: &SourcesArgs) -> Result<(), CommandError> {
    let mut project = registry_of(args.config.clone());
    if let Some(content) = &args.content {
        project.content.clone_from(content);
    }
    let (config, warnings) = project.load_config()?;
    print_each(warnings.sorted());
    let loaded = site::load_sources(&project, &config);
    if args.json {
        let sources: Vec<Value> = loaded.summaries.iter().map(document).collect();
        let document = json!({ "sources": sources, "problems": loaded.problems.sorted() });
        Terminal::stdout()
            .json(&document)
            .map_err(|error| CommandError::print("the sources", &error))?;
    } else {
        let now = super::today();
        for summary in &loaded.summaries {
            print_line!("{}", line(summary, now));
        }
        if loaded.summaries.is_empty() {
            print_line!("`{}` names no sources", project.config_path().display());
        }
    }
    let n_errors = loaded.problems.n_errors();
    if args.warnings || n_errors > 0 {
        let shown = loaded.problems.sorted().into_iter();
        print_each(shown.filter(|problem| args.warnings || problem.severity == Severity::Error));
    }
    match n_errors {
        0 => Ok(()),
        _ => Err(CommandError::Content(Problems::new())),
    }
}

fn document(summary: &SourceSummary) -> Value {
    json!({
        "name": summary.name,
        "owner": summary.owner,
        "origin": summary.origin,
        "skills": summary.n_skills,
        "commit": summary.commit,
        "committedAt": summary.committed_at.map(Timestamp::rfc3339),
        "warnings": summary.n_warnings,
        "errors": summary.n_errors,
    })
}

fn line(summary: &SourceSummary, now: Timestamp) -> String {
    let mut parts = vec![counted(summary.n_skills, "skill", "skills")];
    if let Some(commit) = &summary.commit {
        parts.push(format!("commit {}", short_commit(commit)));
    }
    if let Some(committed_at) = summary.committed_at {
        parts.push(age(committed_at, now));
    }
    if summary.n_warnings > 0 {
        parts.push(counted(summary.n_warnings, "warning", "warnings"));
    }
    if summary.n_errors > 0 {
        parts.push("cannot be used".to_owned());
    }
    let SourceSummary {
        name,
        origin,
        owner,
        ..
    } = summary;
    format!("{name}: {}; owner {owner}, from {origin}", parts.join(", "))
}

/// How long ago `then` was, in days.
fn age(then: Timestamp, now: Timestamp) -> String {
    const DAY_MS: i64 = 86_400_000;
    match now.ms().div_euclid(DAY_MS) - then.ms().div_euclid(DAY_MS) {
        ..=0 => "of today".to_owned(),
        1 => "of yesterday".to_owned(),
        n_days => format!("{n_days} days old"),
    }
}
