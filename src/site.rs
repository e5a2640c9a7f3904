//! A site from content to files: the steps that `build`, `check` and `serve` share.

use std::io;
use std::path::PathBuf;

use crate::api;
use crate::catalog::Catalog;
use crate::cli::InputArgs;
use crate::config::Config;
use crate::content::{self, Disk, LoadOptions};
use crate::index;
use crate::problem::Problems;
use crate::progress::Progress;
use crate::render::{self, PageCounts};
use crate::sink::Sink;
use crate::static_files;

/// What a site is made from.
#[derive(Debug)]
pub struct Site {
    /// The registry.
    pub catalog: Catalog,
    /// The settings.
    pub config: Config,
    /// The operator's own files.
    static_folder: PathBuf,
}

/// What was written, for a summary.
#[derive(Debug)]
pub struct SiteCounts {
    /// Pages by kind.
    pub pages: PageCounts,
    /// The index.
    pub index: index::IndexCounts,
}

impl Site {
    /// Reads settings and content. The problems hold warnings even when there are no errors.
    ///
    /// # Errors
    /// All problems, when the settings are wrong or any problem is an error.
    pub fn load(input: &InputArgs, progress: &Progress) -> Result<(Self, Problems), Problems> {
        progress.stage("content");
        let config = load_config(input);
        let options = LoadOptions::default();
        let (catalog, mut problems) = content::load(&input.content, &options, &Disk);
        if input.strict {
            problems.make_strict();
        }
        match config {
            Ok(config) if problems.n_errors() == 0 => {
                let static_folder = static_files::folder(&input.content);
                Ok((
                    Self {
                        catalog,
                        config,
                        static_folder,
                    },
                    problems,
                ))
            }
            Ok(_) => Err(problems),
            Err(config_problems) => {
                problems.extend(config_problems);
                Err(problems)
            }
        }
    }

    /// Writes every file of the site to `sink`.
    ///
    /// # Errors
    /// What the sink says.
    pub fn write(&self, sink: &dyn Sink, progress: &Progress) -> io::Result<SiteCounts> {
        progress.stage("search index");
        let index = index::build(&self.catalog, &self.config)?;
        index.write(sink)?;
        progress.stage("pages");
        progress.expect(self.catalog.skills.len());
        let bar = progress.bar();
        let written = render::write_site(
            &self.catalog,
            &self.config,
            &index.related,
            sink,
            &|n_done| {
                bar.set_position(n_done as u64);
            },
        )?;
        progress.stage("API");
        api::write_api(&self.catalog, &self.config, &written.zips, sink)?;
        static_files::copy(&self.static_folder, sink)?;
        Ok(SiteCounts {
            pages: written.counts,
            index: index.counts,
        })
    }
}

fn load_config(input: &InputArgs) -> Result<Config, Problems> {
    let default = std::path::Path::new("skillpress.toml");
    let path = input.config.as_deref().unwrap_or(default);
    let mut config = Config::load(path, input.config.is_some())?;
    if let Some(base_url) = &input.base_url {
        config.base_url = base_url.clone();
    }
    Ok(config)
}
