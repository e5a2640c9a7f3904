//! `skillpress fetch`: brings what the sources hold into the cache, and the lock file up to date.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::error::CommandError;
use super::input::registry_of;
use crate::catalog::short_commit;
use crate::config::{Config, SourceConfig};
use crate::problem::{Problem, Problems, print_each};
use crate::progress::Progress;
use crate::project::Project;
use crate::site;
use crate::sources::{
    self, FetchError, FetchOptions, Fetched, MovedTag, Outcome, SourceFetchError, SourceUpdate,
    Update,
};
use crate::text::listed;
use crate::text::number::counted;

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
/// Exit code 1 for settings or a lock file with errors, and for a lock file that would change though `--locked`; 2 when a
/// source cannot be fetched. What could be fetched is there all the same.
pub fn run(args: &FetchArgs) -> Result<(), CommandError> {
    let project = registry_of(args.config.clone());
    let (config, warnings) = project.load_config()?;
    print_each(warnings.sorted());
    let options = FetchOptions {
        update: match &args.update {
            None => Update::None,
            Some(names) if names.is_empty() => Update::All,
            Some(names) => Update::Named(names.clone()),
        },
        is_locked: args.locked,
        only: None,
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
        let Ok(fetched) = fetched else { return };
        bar.suspend(|| {
            if !is_quiet {
                print_line!("{name}: {}", description(fetched));
                for line in fetched.update.iter().flat_map(skill_lines) {
                    print_line!("  {line}");
                }
            }
            print_each(moved_tags(config_path, name, fetched).sorted());
        });
    };
    let on_wait = || error_line!("another `skillpress fetch` is at work here; waiting for its end");
    let folder = sources::settings_folder(config_path);
    let fetched = sources::fetch(folder, &configs, options, on_wait, &tell);
    let fetched = fetched.map_err(|error| match error {
        // As a build says it: the lock file is content, like the settings.
        FetchError::LockFile(error) => Problem::error(config_path, "source", error.to_string())
            .hint(error.hint())
            .into(),
        error => CommandError::from(error),
    })?;
    drop(progress);
    let failed = fetched
        .iter()
        .filter_map(|(name, fetched)| Some((name, fetched.as_ref().err()?)));
    let failed: Vec<(&String, &SourceFetchError)> = failed.collect();
    if failed.is_empty() {
        return Ok(());
    }
    let problems = failures(config_path, &failed);
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

/// The tags of the source `name` that are not where they were.
fn moved_tags(config_path: &Path, name: &str, fetched: &Fetched) -> Problems {
    let warning = |tag: &MovedTag| {
        let message = format!("{tag} in the source `{name}`");
        Problem::warning(config_path, "source", message).hint(tag.hint())
    };
    fetched.moved_tags.iter().map(warning).collect()
}

/// Why sources are not fetched. What holds for several of them, such as that there is no git, is told once.
fn failures(config_path: &Path, failed: &[(&String, &SourceFetchError)]) -> Problems {
    let mut sources_of: BTreeMap<String, (Vec<String>, Option<String>)> = BTreeMap::new();
    for (name, error) in failed {
        let (names, _) = sources_of
            .entry(error.to_string())
            .or_insert_with(|| (Vec::new(), error.hint()));
        names.push(format!("`{name}`"));
    }
    let problem = |(error, (names, hint)): (String, (Vec<String>, Option<String>))| {
        let sources = if names.len() == 1 {
            "source"
        } else {
            "sources"
        };
        let message = format!("the {sources} {}: {error}", names.join(", "));
        let problem = Problem::error(config_path, "source", message);
        match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    };
    sources_of.into_iter().map(problem).collect()
}

/// Warns when the source `name`, which is new in `config`, gives no skill: what was named may not be what was meant.
pub(super) fn warn_of_none(project: &Project, config: &Config, name: &str) {
    let loaded = site::load_sources(project, config);
    let mut summaries = loaded.summaries.iter();
    if summaries.any(|summary| summary.name == name && summary.n_skills == 0) {
        let message = format!("the source `{name}` gives no skill");
        let problem = Problem::warning(project.config_path(), "source", message);
        print_each([
            &problem.hint("`skillpress sources --warnings` says what is not taken, and why")
        ]);
    }
}

fn description(fetched: &Fetched) -> String {
    let n_skills = fetched.n_skills;
    let commit = fetched.commit.as_deref().map(short_commit);
    let at = commit
        .map(|commit| format!(" at {commit}"))
        .unwrap_or_default();
    let before = fetched.update.as_ref();
    let before = before.and_then(|update| update.commit.as_deref());
    let before = before.filter(|before| Some(*before) != fetched.commit.as_deref());
    let from = before
        .map(|before| format!(", {} before", short_commit(before)))
        .unwrap_or_default();
    let done = match fetched.outcome {
        Outcome::Kept => "as before",
        Outcome::Restored => "restored",
        Outcome::Changed => "fetched",
    };
    let skills = counted(n_skills, "skill", "skills");
    format!("{skills}{at}, {done}{from}")
}

/// A line for those skills that came, went and changed, each with its first names.
fn skill_lines(update: &SourceUpdate) -> Vec<String> {
    let Some(skills) = &update.skills else {
        return Vec::new();
    };
    let kinds = [
        ("new", &skills.came),
        ("gone", &skills.went),
        ("changed", &skills.changed),
    ];
    let kinds = kinds.iter().filter(|(_, slugs)| !slugs.is_empty());
    let line = |(kind, slugs): &(&str, &Vec<String>)| {
        let n_slugs = counted(slugs.len(), "skill", "skills");
        format!("{n_slugs} {kind}: {}", listed(slugs.iter(), NAMES_MAX))
    };
    kinds.map(line).collect()
}

/// Most skills that are named in a line.
const NAMES_MAX: usize = 10;
