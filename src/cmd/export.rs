//! `skillpress export`: the registry in other forms than a site.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::error::CommandError;
use super::input::InputArgs;
use crate::config::Config;
use crate::export::{ExportError, Exported, export_git, left_out};
use crate::problem::print_each;
use crate::progress::Progress;
use crate::site::Site;
use crate::text::number::{counted, grouped};

/// Options of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(subcommand)]
    form: Form,
}

#[derive(Debug, Subcommand)]
enum Form {
    /// One git repository of all listed skills and collections, for clients that install from repositories
    ///
    /// Each export makes one commit on the branch `main`, or none when nothing changed. Publish it with `git push`.
    Git(GitArgs),
}

#[derive(Debug, Args)]
struct GitArgs {
    /// Folder of the repository; it must be missing, empty, or a repository that this command wrote, such as a clone of
    /// what was pushed
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    input: InputArgs,
    /// Go on even if the repository has plugins and this export none, or at least 10 and this export less than half as
    /// many
    #[arg(long)]
    allow_fewer: bool,
    /// Print errors only
    #[arg(long)]
    quiet: bool,
}

/// Writes what was asked for, and says what changed.
///
/// # Errors
/// Problems of the content; what the system or git refuses.
pub fn run(args: &ExportArgs) -> Result<(), CommandError> {
    match &args.form {
        Form::Git(args) => run_git(args),
    }
}

fn run_git(args: &GitArgs) -> Result<(), CommandError> {
    let progress = Progress::new(args.quiet);
    let project = args.input.project();
    let (site, problems) = Site::load(&project, &progress)?;
    let mut left_out = left_out(&site);
    if project.is_strict && !left_out.is_empty() {
        left_out.make_strict();
        return Err(left_out.into());
    }
    note_default_name(&site.config);
    let exported = export_git(&site, &args.folder, args.allow_fewer, &progress)?;
    progress.finish();
    if !args.quiet {
        print_each(left_out.sorted());
        print(args, &exported, problems.n_warnings());
    }
    Ok(())
}

/// Users write the name of the marketplace, and one that is made of no real address is worth a word.
fn note_default_name(config: &Config) {
    let name = config.marketplace.name(&config.base_url);
    if let Some(name) = name.filter(|_| !config.is_base_url_set && !config.marketplace.is_named()) {
        error_line!(
            "note: the marketplace is called `{name}`, since the settings have neither `base_url` nor `name` below `[marketplace]`"
        );
    }
}

fn print(args: &GitArgs, exported: &Exported, n_warnings: usize) {
    if n_warnings > 0 {
        let n_warnings = counted(n_warnings, "warning", "warnings");
        error_line!("{n_warnings} about the content; `skillpress check` shows each");
    }
    print_line!(
        "{}: {}, {}, {}, {:.1} MB",
        args.folder.display(),
        counted(exported.n_skills, "skill", "skills"),
        counted(exported.n_collections, "collection", "collections"),
        counted(exported.n_files, "file", "files"),
        exported.n_bytes as f64 / 1e6
    );
    let changes = &exported.changes;
    match &exported.commit {
        Some(commit) => print_line!(
            "commit {commit}: {} added, {} changed, {} removed",
            grouped(changes.added.len()),
            grouped(changes.changed.len()),
            grouped(changes.removed.len())
        ),
        None => print_line!("no commit: nothing has changed"),
    }
}

impl From<ExportError> for CommandError {
    fn from(error: ExportError) -> Self {
        match error.hint() {
            Some(hint) => Self::advised(&error, hint),
            None => Self::failed(&error),
        }
    }
}
