//! A site from content to files: the steps that `build`, `check` and `serve` share.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::api;
use crate::catalog::Catalog;
use crate::cli::InputArgs;
use crate::config::{Config, EmbeddingMode};
use crate::content::{self, Disk, LoadOptions, SkillCache};
use crate::index::findability::NotFound;
use crate::index::vector::OwnVectors;
use crate::index::{self, SearchIndex};
use crate::input_file;
use crate::problem::{Problem, Problems};
use crate::progress::Progress;
use crate::render::{self, PageCounts, Related, WrittenSite, ZipDigest};
use crate::sink::Sink;
use crate::static_files;

/// What a site is made from.
#[derive(Clone, Debug)]
pub struct Site {
    /// The registry.
    pub catalog: Arc<Catalog>,
    /// The settings.
    pub config: Config,
    /// The content folder, as the user named it.
    content: PathBuf,
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
    /// A warning for each skill that was left out since search does not find it.
    pub left_out: Problems,
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
        let no_dates = render::no_dates(&catalog, &input.content);
        problems.extend(no_dates.into_iter().collect());
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
        let site = Self {
            catalog: Arc::new(catalog),
            config,
            content: input.content.clone(),
            own_vectors,
        };
        Ok((site, problems))
    }

    /// Writes every file of the site to `sink`. A skill that search does not find is no part of it.
    ///
    /// # Errors
    /// What the sink says.
    pub fn write(&self, sink: &dyn Sink, progress: &Progress) -> io::Result<SiteCounts> {
        progress.stage("search index");
        let index = self.build_index()?;
        index.write(sink)?;
        let (site, related) = self.found_by(&index);
        progress.stage("pages");
        let written = site.write_pages(&related, sink, progress)?;
        progress.stage("API");
        site.write_api(&written.zips, sink)?;
        Ok(SiteCounts {
            pages: written.counts,
            left_out: self.left_out_of(&index),
            index: index.counts,
        })
    }

    /// The site of the skills that `index` finds, and the related skills of each.
    fn found_by<'a>(&'a self, index: &'a SearchIndex) -> (Cow<'a, Self>, Cow<'a, Related>) {
        if index.not_found.is_empty() {
            return (Cow::Borrowed(self), Cow::Borrowed(&index.related));
        }
        let not_found = index.not_found.iter().map(|not_found| &not_found.key);
        let catalog = self.catalog.without(&not_found.collect());
        let related = index.related.followed(&self.catalog, &catalog);
        let site = Self {
            catalog: Arc::new(catalog),
            config: self.config.clone(),
            content: self.content.clone(),
            own_vectors: None,
        };
        (Cow::Owned(site), Cow::Owned(related))
    }

    /// A warning for each skill that is not in `index`, since search does not find it.
    pub fn left_out_of(&self, index: &SearchIndex) -> Problems {
        let skills = self.content.join("skills");
        let warning = |NotFound { key, query }: &NotFound| {
            let message = format!("search does not find this skill by `{query}`; it is left out");
            Problem::warning(
                skills.join(&key.owner).join(&key.slug),
                "not found by search",
                message,
            )
            .hint("rename it, and report this: every name should be found")
        };
        index.not_found.iter().map(warning).collect()
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
        static_files::copy(&static_files::folder(&self.content), sink)?;
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

/// Largest file of vectors that is read, in bytes: those of a million skills with 1,024 dimensions.
const VECTORS_MAX_BYTES: u64 = 4 << 30;

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
    let is_there = |path: &&PathBuf| path.symlink_metadata().is_ok();
    let Some(path) = candidates.iter().find(is_there) else {
        let message =
            "`mode` is `own`, but there is no `embeddings.npy` or `embeddings.jsonl` here";
        let hint = "write one vector for each skill, or set `mode = \"words\"` below `[embedding]`";
        problems.push(Problem::error(content, GROUP, message).hint(hint));
        return None;
    };
    let bytes = match input_file::read(path, VECTORS_MAX_BYTES) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("the vectors cannot be read: {error}");
            problems.push(Problem::error(path, GROUP, message).hint(input_file::hint(&error)));
            return None;
        }
    };
    let ids: Vec<String> = catalog
        .listed()
        .map(|skill| skill.key.to_string())
        .collect();
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
        config.is_base_url_set = true;
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::SkillKey;
    use crate::index::fixture::{catalog, skill};

    #[test]
    fn a_skill_that_search_does_not_find_is_no_part_of_the_site_and_told() {
        let mut catalog = catalog(vec![
            skill("ana", "pdf", "PDF", ""),
            skill("bo", "odd", "Odd", ""),
        ]);
        let odd = SkillKey::parse("bo/odd").unwrap();
        let old = SkillKey::parse("old/odd").unwrap();
        catalog.aliases.insert(old, odd.clone());
        let mut config = Config::default();
        config.embedding.mode = EmbeddingMode::None;
        let site = Site {
            catalog: Arc::new(catalog),
            config,
            content: "content".into(),
            own_vectors: None,
        };
        let mut index = site.build_index().unwrap();
        assert!(site.left_out_of(&index).is_empty());
        index.not_found.push(NotFound {
            key: odd,
            query: "odd".into(),
        });
        let (without, _) = site.found_by(&index);
        assert_eq!(without.catalog.skills.len(), 1);
        assert!(without.catalog.aliases.is_empty());
        let told = site.left_out_of(&index);
        assert_eq!(
            told.sorted()[0].to_string(),
            "warning: content/skills/bo/odd: search does not find this skill by `odd`; it is left out\nhint: rename it, and report this: every name should be found\n"
        );
    }
}
