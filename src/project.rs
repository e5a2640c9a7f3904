//! What a site is built from, as the user named it.

use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::problem::Problems;
use crate::url::BaseUrl;

/// A registry to build: where its content and its settings are, and where its site will stand.
#[derive(Clone, Debug)]
pub struct Project {
    /// Folder that holds `skills/`, `badges/` and the other files of the registry.
    pub content: PathBuf,
    /// The settings; without it `skillpress.toml` is read when it is there.
    pub config: Option<PathBuf>,
    /// Where the site will stand, in place of the `base_url` of the settings.
    pub base_url: Option<BaseUrl>,
    /// Whether warnings are errors.
    pub is_strict: bool,
}

impl Project {
    /// The registry in the folder `content`, with the settings of the working folder.
    pub fn new(content: impl Into<PathBuf>) -> Self {
        Self {
            content: content.into(),
            config: None,
            base_url: None,
            is_strict: false,
        }
    }

    /// The file of settings, which may be missing unless it was named.
    pub fn config_path(&self) -> &Path {
        self.config.as_deref().unwrap_or(Path::new(CONFIG_PATH))
    }

    /// Reads the settings; the problems are warnings.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub(crate) fn load_config(&self) -> Result<(Config, Problems), Problems> {
        let (mut config, warnings) = Config::load(self.config_path(), self.config.is_some())?;
        if let Some(base_url) = &self.base_url {
            config.base_url = base_url.clone();
            config.is_base_url_set = true;
        }
        Ok((config, warnings))
    }
}

const CONFIG_PATH: &str = "skillpress.toml";
