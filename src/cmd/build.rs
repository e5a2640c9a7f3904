//! `skillpress build`: content to site.

use std::path::{Path, PathBuf};

use clap::Args;

use super::error::CommandError;
use super::input::{InputArgs, PreviousArgs};
use super::signing;
use crate::loss;
use crate::problem::{Problem, Problems, Severity, print_each};
use crate::progress::Progress;
use crate::project::Project;
use crate::report::{self, Report, Scope, budget, host_limits};
use crate::sink::{DirSink, SiteFile, Written};
use crate::site::{Site, SiteCounts};
use crate::text::number::{counted, grouped};

/// Options of `build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Folder to write; it must be missing, empty, or written by an earlier build
    #[arg(long, value_name = "DIR", default_value = "public")]
    out: PathBuf,
    /// Print errors only
    #[arg(long)]
    quiet: bool,
    /// Replace the site there even if it has skills and this build none, or at least 10 and this build less than half
    /// as many; skills that are hidden do not count
    #[arg(long)]
    allow_fewer: bool,
    #[command(flatten)]
    previous: PreviousArgs,
}

/// Builds the site and prints a summary.
///
/// # Errors
/// Problems of the content; what the system refuses. The site that was there stays as it was.
pub fn run(args: &BuildArgs) -> Result<(), CommandError> {
    let progress = Progress::new(args.quiet);
    let project = args.input.project();
    let (mut site, mut problems) = Site::load(&project, &progress)?;
    args.previous.apply(&mut site)?;
    check_base_url(&project, &site, &mut problems);
    signing::apply(&project, &mut site, &mut problems)?;
    if project.is_strict && problems.n_warnings() > 0 {
        problems.make_strict();
        return Err(problems.into());
    }
    if !args.quiet {
        print_warnings(&problems);
    }
    let sink = DirSink::create(&args.out).map_err(CommandError::failed)?;
    check_loss(args, &project, &site)?;
    let write = format!("write `{}`", args.out.display());
    let written = site.write(&sink, &progress);
    let mut counts = written.map_err(|error| match error.hint() {
        Some(hint) => CommandError::advised(format_args!("cannot {write}: {error}"), hint),
        None => CommandError::cannot(&write, error),
    })?;
    if project.is_strict && !counts.left_out.is_empty() {
        counts.left_out.make_strict();
        return Err(counts.left_out.into());
    }
    if !args.quiet {
        print_warnings(&counts.left_out);
    }
    progress.stage("report");
    let files = sink.files();
    check_host_limits(&project, &site, sink.fresh(), &files)?;
    let report = report::measure(sink.fresh(), &Scope::of_build(files, &site.config.budgets))?;
    check_budgets(&project, &site, &report)?;
    progress.stage("swap");
    let written = sink.finish();
    let written = written.map_err(|error| CommandError::cannot(&write, error))?;
    let stages = progress.finish();
    if !args.quiet {
        print_summary(args, &problems, (&counts, &written), &report, &stages);
    }
    Ok(())
}

/// Tells when nobody said where the site will stand. `check` says nothing of it: it cannot know what the build is told.
fn check_base_url(project: &Project, site: &Site, problems: &mut Problems) {
    if site.config.is_base_url_set {
        return;
    }
    let base_url = &site.config.base_url;
    problems.push(
        Problem::warning(
            project.config_path(),
            "no base URL",
            format!("`base_url` is not set, so canonical links, feeds, the sitemap and install commands say `{base_url}`, which works for no visitor"),
        )
        .hint("set `base_url` in the settings, or build with `--base-url URL`; with that very address, a build for this machine says nothing"),
    );
}

/// Stops the build before it loses most skills of the site that it would replace.
fn check_loss(args: &BuildArgs, project: &Project, site: &Site) -> Result<(), CommandError> {
    if args.allow_fewer {
        return Ok(());
    }
    let loss = loss::check(&args.out, &project.content, &site.catalog);
    loss.map_or(Ok(()), |problem| Err(problem.into()))
}

/// Stops the build before the new site replaces the old one when its host would not take it.
fn check_host_limits(
    project: &Project,
    site: &Site,
    fresh: &Path,
    files: &[SiteFile],
) -> Result<(), CommandError> {
    let Some(host) = &site.config.hosting.host else {
        return Ok(());
    };
    let exceeded = host_limits::check(fresh, files, host, project.config_path());
    let exceeded = exceeded.map_err(|error| CommandError::cannot("count the new site", error))?;
    Ok(exceeded.none_or_err()?)
}

/// Stops the build before the new site replaces the old one when it exceeds a budget.
fn check_budgets(project: &Project, site: &Site, report: &Report) -> Result<(), CommandError> {
    let exceeded = budget::check(report, &site.config.budgets, project.config_path());
    Ok(exceeded.none_or_err()?)
}

/// A registry of strangers' skills has hundreds of warnings; above this many only their kinds are shown.
const MAX_WARNINGS_SHOWN: usize = 20;

fn print_warnings(problems: &Problems) {
    if problems.n_warnings() <= MAX_WARNINGS_SHOWN {
        return print_each(problems.sorted());
    }
    error_line!(
        "warnings: {}; `skillpress check` shows each with its place",
        problems.n_warnings()
    );
    for (group, count) in problems.groups() {
        error_line!("{count:>7}  {group}");
    }
    let notes = problems.sorted().into_iter();
    print_each(notes.filter(|problem| problem.severity == Severity::Note));
}

fn print_summary(
    args: &BuildArgs,
    problems: &Problems,
    (counts, written): (&SiteCounts, &Written),
    report: &Report,
    stages: &[(&str, std::time::Duration)],
) {
    let times: Vec<String> = stages
        .iter()
        .map(|(name, time)| format!("{name} {:.2} s", time.as_secs_f64()))
        .collect();
    print_line!(
        "{}, {}, {}",
        counted(counts.n_skills, "skill", "skills"),
        counted(counts.n_pages, "page", "pages"),
        counted(
            problems.n_warnings() + counts.left_out.n_warnings(),
            "warning",
            "warnings"
        )
    );
    if counts.n_releases > 0 {
        let its = if counts.n_releases == 1 {
            "its"
        } else {
            "their"
        };
        let n_releases = counted(counts.n_releases, "old version", "old versions");
        print_line!("{n_releases} with {its} files");
    }
    print_line!("index: {}", counts.index);
    print_line!(
        "{}: {}, {:.1} MB; {} changed, {} removed since the last build",
        args.out.display(),
        counted(written.n_files, "file", "files"),
        written.n_bytes as f64 / 1e6,
        grouped(written.n_changed),
        grouped(written.n_removed)
    );
    print_line!("{}", report.summary());
    print_line!("time: {}", times.join(" · "));
}
