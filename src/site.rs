//! A site from content to files: the steps that `build`, `check` and `serve` share.

use std::io;
use std::path::{Path, PathBuf};

use crate::api;
use crate::catalog::Catalog;
use crate::cli::InputArgs;
use crate::config::{Config, EmbeddingMode};
use crate::content::{self, Disk, LoadOptions};
use crate::index;
use crate::index::vector::OwnVectors;
use crate::problem::{Problem, Problems};
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
    /// The operator's own vectors, when the settings say so.
    own_vectors: Option<OwnVectors>,
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
        let config = match config {
            Ok(config) => config,
            Err(config_problems) => {
                problems.extend(config_problems);
                return Err(problems);
            }
        };
        let own_vectors = match own_vectors(&input.content, &catalog, &config) {
            Ok(own_vectors) => own_vectors,
            Err(problem) => {
                problems.push(*problem);
                None
            }
        };
        if problems.n_errors() > 0 {
            return Err(problems);
        }
        let static_folder = static_files::folder(&input.content);
        let site = Self {
            catalog,
            config,
            static_folder,
            own_vectors,
        };
        Ok((site, problems))
    }

    /// Writes every file of the site to `sink`.
    ///
    /// # Errors
    /// What the sink says.
    pub fn write(&self, sink: &dyn Sink, progress: &Progress) -> io::Result<SiteCounts> {
        progress.stage("search index");
        let index = index::build(&self.catalog, &self.config, self.own_vectors.as_ref())?;
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

/// The vectors of `embeddings.npy` or `embeddings.jsonl`, when the settings ask for them.
fn own_vectors(
    content: &Path,
    catalog: &Catalog,
    config: &Config,
) -> Result<Option<OwnVectors>, Box<Problem>> {
    if config.embedding.mode != EmbeddingMode::Own {
        return Ok(None);
    }
    let candidates = ["embeddings.npy", "embeddings.jsonl"].map(|name| content.join(name));
    let path = candidates
        .iter()
        .find(|path| path.is_file())
        .ok_or_else(|| {
            Box::new(
            Problem::error(
                content,
                "embeddings",
                "`mode` is `own`, but there is no `embeddings.npy` or `embeddings.jsonl` here",
            )
            .hint("write one vector for each skill, or set `mode = \"words\"` below `[embedding]`"),
        )
        })?;
    let problem = |message: String| Problem::error(path, "embeddings", message);
    let bytes = std::fs::read(path)
        .map_err(|error| Box::new(problem(format!("the vectors cannot be read: {error}"))))?;
    let ids: Vec<String> = catalog.listed().map(|skill| skill.id.to_string()).collect();
    let vectors = OwnVectors::parse(path, &bytes, &ids).map_err(|error| {
        let mut problem = problem(error.message).hint(error.hint);
        problem.line = error.line;
        Box::new(problem)
    })?;
    Ok(Some(vectors))
}

fn load_config(input: &InputArgs) -> Result<Config, Problems> {
    let mut config = Config::load(input.config_path(), input.config.is_some())?;
    if let Some(base_url) = &input.base_url {
        config.base_url = base_url.clone();
    }
    Ok(config)
}
