//! `skillpress fetch`: brings what the sources hold into the cache, and the lock file up to date.

use std::path::{Path, PathBuf};

use clap::Args;

use super::error::CommandError;
use crate::catalog::short_commit;
use crate::config::{Config, SourceConfig};
use crate::problem::{Problem, Problems, print_each};
use crate::progress::Progress;
use crate::project::Project;
use crate::sources::{self, FetchOptions, Fetched, Outcome, SourceFetchError, Update};

/// Options of `fetch`.
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Look whether sources have moved on, all of them or those of these names; without it, only what is missing is
    /// fetched
    #[arg(long, value_name = "NAME", num_args = 0..)]
    update: Option<Vec<String>>,
    /// Fail when `skillpress.lock` would change, as in CI
    #[arg(long)]
    locked: bool,
    /// Settings; without it `skillpress.toml` is read
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print errors only
    #[arg(long)]
    quiet: bool,
}

/// Fetches, and says what became of each source.
///
/// # Errors
/// Exit code 1 for settings with errors, and for a lock file that would change though `--locked`; 2 when a source cannot
/// be fetched. What could be fetched is there all the same.
pub fn run(args: &FetchArgs) -> Result<(), CommandError> {
    let project = Project {
        config: args.config.clone(),
        ..Project::new("content")
    };
    let (config, warnings) = project.load_config()?;
    print_each(warnings.sorted());
    let options = FetchOptions {
        update: match &args.update {
            None => Update::None,
            Some(names) if names.is_empty() => Update::All,
            Some(names) => Update::Named(names.clone()),
        },
        is_locked: args.locked,
    };
    if config.sources.is_empty() && !args.quiet {
        print_line!("`{}` names no sources", project.config_path().display());
    }
    fetch(project.config_path(), &config, &options, args.quiet)
}

/// Fetches the sources of `config`, the settings at `config_path`, and says what became of each.
///
/// # Errors
/// As [`run`].
pub(super) fn fetch(
    config_path: &Path,
    config: &Config,
    options: &FetchOptions,
    is_quiet: bool,
) -> Result<(), CommandError> {
    let progress = Progress::new(is_quiet);
    progress.stage("sources");
    let configs: Vec<&SourceConfig> = config
        .sources
        .iter()
        .map(|source| source.get_ref())
        .collect();
    progress.expect(configs.len());
    let bar = progress.bar();
    let tell = |name: &str, fetched: Result<&Fetched, &SourceFetchError>| {
        bar.inc(1);
        if let Ok(fetched) = fetched
            && !is_quiet
        {
            bar.suspend(|| print_line!("{name}: {}", description(fetched)));
        }
    };
    let on_wait = || error_line!("another `skillpress fetch` is at work here; waiting for its end");
    let folder = sources::settings_folder(config_path);
    let fetched = sources::fetch(folder, &configs, options, on_wait, &tell)?;
    drop(progress);
    let failed = fetched
        .iter()
        .filter_map(|(name, fetched)| Some((name, fetched.as_ref().err()?)));
    let failed: Vec<(&String, &SourceFetchError)> = failed.collect();
    if failed.is_empty() {
        return Ok(());
    }
    let problem = |(name, error): &(&String, &SourceFetchError)| {
        let problem = Problem::error(
            config_path,
            "source",
            format!("the source `{name}`: {error}"),
        );
        match error.hint() {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    };
    let problems: Problems = failed.iter().map(problem).collect();
    if failed
        .iter()
        .all(|(_, error)| matches!(error, SourceFetchError::Locked))
    {
        return Err(problems.into());
    }
    print_each(problems.sorted());
    let (n_failed, n_sources) = (failed.len(), fetched.len());
    Err(CommandError::failed(format_args!(
        "{n_failed} of {n_sources} sources are not fetched"
    )))
}

fn description(fetched: &Fetched) -> String {
    let n_skills = fetched.n_skills;
    let commit = fetched.commit.as_deref().map(short_commit);
    let at = commit
        .map(|commit| format!(" at {commit}"))
        .unwrap_or_default();
    let done = match fetched.outcome {
        Outcome::Kept => "as before",
        Outcome::Restored => "restored",
        Outcome::Changed => "fetched",
    };
    let skills = if n_skills == 1 { "skill" } else { "skills" };
    format!("{n_skills} {skills}{at}, {done}")
}
