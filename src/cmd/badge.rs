//! `skillpress badge`: edits a badge file in place.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::error::CommandError;
use crate::catalog::{Award, Timestamp};
use crate::content::{self, Disk, LoadOptions};
use crate::key::SkillKey;
use crate::problem::{Problem, Problems, Severity};
use crate::project::Project;
use crate::site;
use crate::sources::LoadedSources;

/// Options of `badge`.
#[derive(Debug, Args)]
pub struct BadgeArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Give a badge to a skill
    Add {
        #[command(flatten)]
        target: Target,
        /// Who gives it
        #[arg(long, value_name = "WHO")]
        by: Option<String>,
        /// Why
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// Day of the award; badge pages show the newest first [default: today]
        #[arg(long, value_name = "YYYY-MM-DD")]
        at: Option<Timestamp>,
    },
    /// Take a badge away; every trace of it goes with the next build
    Remove {
        #[command(flatten)]
        target: Target,
    },
}

#[derive(Debug, Args)]
struct Target {
    /// Kind of badge: the name of a file in `badges/`
    kind: String,
    /// The skill
    #[arg(value_name = "OWNER/SLUG")]
    skill: SkillKey,
    /// Folder that holds `skills/` and `badges/`
    #[arg(long, value_name = "DIR", default_value = "content")]
    content: PathBuf,
}

/// Adds or removes one award and says which file changed.
///
/// # Errors
/// Unknown and faulty kinds, unknown skills, an award that is there already or is not there, a file that cannot be written.
pub fn run(args: &BadgeArgs) -> Result<(), CommandError> {
    let target = args.action.target();
    let (kind, skill, content) = (&target.kind, &target.skill, &target.content);
    let sources = sources_of(content);
    let (catalog, problems) = content::load(content, &sources, &LoadOptions::default(), &Disk);
    if catalog.badge_kind(kind).is_none() {
        refuse_faulty_kind(target, &problems)?;
    }
    // Problems elsewhere in the content must not stand in the way of mending a badge file.
    let (edited, done) = match &args.action {
        Action::Add { by, note, at, .. } => {
            let award = Award {
                kind: kind.clone(),
                by: by.clone(),
                at: Some(at.unwrap_or_else(super::today)),
                note: note.clone(),
            };
            (content::add_award(content, &catalog, skill, &award), "has")
        }
        Action::Remove { .. } => {
            let edited = content::remove_award(content, &catalog, skill, kind);
            (edited, "no longer has")
        }
    };
    let file = edited.map_err(Problem::from)?;
    print_line!(
        "`{skill}` {done} the badge `{kind}`: `{}` is changed",
        file.display()
    );
    Ok(())
}

/// What sources give; nothing when the settings or the cache have errors, of which a build tells.
fn sources_of(content: &Path) -> LoadedSources {
    let project = Project::new(content);
    match project.load_config() {
        Ok((config, _)) => site::load_sources(&project, &config),
        Err(_) => LoadedSources::default(),
    }
}

/// Says why a kind that has a file is not known: what is wrong in the file, or that there is no content to read.
fn refuse_faulty_kind(target: &Target, problems: &Problems) -> Result<(), CommandError> {
    let file = content::badge_path(&target.content, &target.kind);
    let faults: Problems = problems
        .sorted()
        .into_iter()
        .filter(|problem| problem.severity == Severity::Error)
        .filter(|problem| problem.path == file || problem.path == target.content)
        .cloned()
        .collect();
    Ok(faults.none_or_err()?)
}

impl Action {
    fn target(&self) -> &Target {
        match self {
            Self::Add { target, .. } | Self::Remove { target } => target,
        }
    }
}
