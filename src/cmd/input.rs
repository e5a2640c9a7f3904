//! The options of every command that reads content.

use std::path::PathBuf;

use clap::Args;

use crate::project::Project;
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
