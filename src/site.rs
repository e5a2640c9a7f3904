//! A site from content to files: the steps that `build`, `check` and `serve` share.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::api;
use crate::catalog::Catalog;
use crate::cli::InputArgs;
use crate::config::{Config, EmbeddingMode};
use crate::content::{self, Disk, LoadOptions, SkillCache};
use crate::index::vector::OwnVectors;
use crate::index::{self, SearchIndex};
use crate::problem::{Problem, Problems};
use crate::progress::Progress;
use crate::render::{self, PageCounts, Related, WrittenSite, ZipDigest};
use crate::sink::Sink;
use crate::static_files;

/// What a site is made from.
#[derive(Debug)]
pub struct Site {
    /// The registry.
    pub catalog: Arc<Catalog>,
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
        let read = content::load(&input.content, &LoadOptions::default(), &Disk);
        Self::from_content(input, read)
    }

    /// The same, but reads only skills whose files look other than the last time, among those that `cache` is told of.
    ///
    /// # Errors
    /// As [`Site::load`].
    pub fn load_again(
        input: &InputArgs,
        cache: &mut SkillCache,
    ) -> Result<(Self, Problems), Problems> {
        let read = content::load_again(&input.content, &LoadOptions::default(), &Disk, cache);
        Self::from_content(input, read)
    }

    fn from_content(
        input: &InputArgs,
        (catalog, mut problems): (Catalog, Problems),
    ) -> Result<(Self, Problems), Problems> {
        problems.extend(api::client_problems(&catalog, &input.content));
        let config = match load_config(input) {
            Ok(config) => config,
            Err(config_problems) => {
                if input.strict {
                    problems.make_strict();
                }
                problems.extend(config_problems);
                return Err(problems);
            }
        };
        let own_vectors = own_vectors(&input.content, &catalog, &config, &mut problems);
        if input.strict {
            problems.make_strict();
        }
        if problems.n_errors() > 0 {
            return Err(problems);
        }
        let static_folder = static_files::folder(&input.content);
        let site = Self {
            catalog: Arc::new(catalog),
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
        let index = self.build_index()?;
        index.write(sink)?;
        progress.stage("pages");
        let written = self.write_pages(&index.related, sink, progress)?;
        progress.stage("API");
        self.write_api(&written.zips, sink)?;
        Ok(SiteCounts {
            pages: written.counts,
            index: index.counts,
        })
    }

    /// Indexes the skills.
    ///
    /// # Errors
    /// As [`index::build`].
    pub fn build_index(&self) -> io::Result<SearchIndex> {
        index::build(&self.catalog, &self.config, self.own_vectors.as_ref())
    }

    /// Changes when the index would.
    pub fn index_inputs(&self) -> u64 {
        index::inputs(&self.catalog, &self.config, self.own_vectors.as_ref())
    }

    /// Writes all that people read, and the operator's own files.
    ///
    /// # Errors
    /// What the sink says.
    pub fn write_pages(
        &self,
        related: &Related,
        sink: &dyn Sink,
        progress: &Progress,
    ) -> io::Result<WrittenSite> {
        progress.expect(self.catalog.skills.len());
        let bar = progress.bar();
        let count = |n_done| bar.set_position(n_done as u64);
        let written = render::write_site(&self.catalog, &self.config, related, sink, &count)?;
        static_files::copy(&self.static_folder, sink)?;
        Ok(written)
    }

    /// Writes the API as files; `zips[skill_idx]` is the published zip of each skill.
    ///
    /// # Errors
    /// What the sink says.
    pub fn write_api(&self, zips: &[ZipDigest], sink: &dyn Sink) -> io::Result<()> {
        api::write_api(&self.catalog, &self.config, zips, sink)?;
        Ok(())
    }
}

/// The vectors of `embeddings.npy` or `embeddings.jsonl`, when the settings ask for them; what is wrong with them is
/// added to `problems`.
fn own_vectors(
    content: &Path,
    catalog: &Catalog,
    config: &Config,
    problems: &mut Problems,
) -> Option<OwnVectors> {
    const GROUP: &str = "embeddings";
    if config.embedding.mode != EmbeddingMode::Own {
        return None;
    }
    let candidates = ["embeddings.npy", "embeddings.jsonl"].map(|name| content.join(name));
    let Some(path) = candidates.iter().find(|path| path.is_file()) else {
        let message =
            "`mode` is `own`, but there is no `embeddings.npy` or `embeddings.jsonl` here";
        let hint = "write one vector for each skill, or set `mode = \"words\"` below `[embedding]`";
        problems.push(Problem::error(content, GROUP, message).hint(hint));
        return None;
    };
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("the vectors cannot be read: {error}");
            problems.push(Problem::error(path, GROUP, message));
            return None;
        }
    };
    let ids: Vec<String> = catalog.listed().map(|skill| skill.id.to_string()).collect();
    match OwnVectors::parse(path, &bytes, &ids) {
        Ok((vectors, outdated)) => {
            for outdated in outdated {
                problems.push(Problem {
                    line: outdated.line(),
                    ..Problem::warning(path, GROUP, outdated.to_string()).hint(outdated.hint())
                });
            }
            Some(vectors)
        }
        Err(error) => {
            problems.push(Problem {
                line: error.line,
                ..Problem::error(path, GROUP, error.message).hint(error.hint)
            });
            None
        }
    }
}

fn load_config(input: &InputArgs) -> Result<Config, Problems> {
    let mut config = Config::load(input.config_path(), input.config.is_some())?;
    if let Some(base_url) = &input.base_url {
        config.base_url = base_url.clone();
    }
    Ok(config)
}
