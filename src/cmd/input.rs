//! The options of every command that reads content.

use std::path::{Path, PathBuf};

use clap::Args;

use super::error::CommandError;
use crate::project::Project;
use crate::site::Site;
use crate::sources;
use crate::url::BaseUrl;

/// Where a site comes from; the same for every command that reads content.
#[derive(Clone, Debug, Args)]
pub struct InputArgs {
    /// Folder that holds `skills/`, `badges/` and the other files of the registry
    #[arg(long, value_name = "DIR", default_value = "content")]
    content: PathBuf,
    /// Settings; without it `skillpress.toml` is read when it is there
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the site will stand, in place of the `base_url` of the settings
    #[arg(long, value_name = "URL")]
    base_url: Option<BaseUrl>,
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

/// The site that a new one follows.
#[derive(Clone, Debug, Args)]
pub struct PreviousArgs {
    /// Number skills as the site that is published now does, where that still fits, so that an edit changes little of
    /// the search index
    #[arg(long, value_name = "DIR|URL")]
    previous: Option<String>,
}

impl PreviousArgs {
    /// Lets `site` follow the one that is named. Where there is none yet, a line says so.
    ///
    /// # Errors
    /// When its search index cannot be read.
    pub fn apply(&self, site: &mut Site) -> Result<(), CommandError> {
        let Some(place) = &self.previous else {
            return Ok(());
        };
        if !site.follow(place)? {
            error_line!(
                "note: `{place}` has no search index that this version goes on from; skills are numbered anew"
            );
        }
        Ok(())
    }
}

/// The registry of the settings `config`, by default those of the working folder: its content is the folder `content` beside
/// them.
pub fn registry_of(config: Option<PathBuf>) -> Project {
    let mut project = Project::new("content");
    project.config = config;
    let folder = sources::settings_folder(project.config_path());
    if folder != Path::new(".") {
        project.content = folder.join("content");
    }
    project
}

impl InputArgs {
    /// What the options name.
    pub fn project(&self) -> Project {
        Project {
            content: self.content.clone(),
            config: self.config.clone(),
            base_url: self.base_url.clone(),
            is_strict: self.strict,
        }
    }
}
