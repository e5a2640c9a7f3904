//! A site from content to files: the steps that `build`, `check` and `serve` share.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use crate::api;
use crate::catalog::{Catalog, Related, SkillFileError};
use crate::clients;
use crate::config::{Config, OwnVersionsFrom};
use crate::content::static_files;
use crate::content::{self, Disk, LoadOptions, SkillCache};
use crate::index::findability::NotFound;
use crate::index::vector::{self, OwnVectors};
use crate::index::{self, IndexError, PreviousError, PreviousIndex, SearchIndex};
use crate::marketplace;
use crate::minisign::{SecretKey, SecretKeyError};
use crate::npm;
use crate::problem::{Problem, Problems};
use crate::progress::Progress;
use crate::project::Project;
use crate::render::{self, WrittenSite};
use crate::sink::{self, Sink};
use crate::sources::{self, LoadedSources};
use crate::sums::{self, Layout, SumsSink};
use crate::url;
use crate::zip::{KnownZips, SiteZips};

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
    /// What this one follows, so that little of it changes.
    previous: Option<Arc<PreviousIndex>>,
    /// What it is signed with.
    secret_key: Option<Arc<SecretKey>>,
}

/// What was written, for a summary.
#[derive(Debug)]
pub struct SiteCounts {
    /// Skills that have a page, suspicious ones among them.
    pub n_skills: usize,
    /// HTML pages, those of skills among them.
    pub n_pages: usize,
    /// Old versions of skills whose files are published.
    pub n_releases: usize,
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
    pub fn load(project: &Project, progress: &Progress) -> Result<(Self, Problems), Problems> {
        progress.stage("content");
        Self::load_with(project, |sources| {
            content::load(&project.content, sources, &LoadOptions::default(), &Disk)
        })
    }

    /// The same, but reads only skills whose files look other than the last time, among those that `cache` is told of.
    ///
    /// # Errors
    /// As [`Site::load`].
    pub fn load_again(
        project: &Project,
        cache: &mut SkillCache,
    ) -> Result<(Self, Problems), Problems> {
        Self::load_with(project, |sources| {
            let options = LoadOptions::default();
            content::load_again(&project.content, sources, &options, &Disk, cache)
        })
    }

    /// `read` reads the content, and what sources give.
    fn load_with(
        project: &Project,
        read: impl FnOnce(&LoadedSources) -> (Catalog, Problems),
    ) -> Result<(Self, Problems), Problems> {
        let settings = match project.load_config() {
            // All skills may come from sources, which are not known.
            Err(problems) if !has_own_skills(project) => return Err(problems),
            settings => settings,
        };
        let mut sources = match &settings {
            Ok((config, _)) => {
                let mut sources = load_sources(project, config);
                if config.versions.from == OwnVersionsFrom::Git && project.content.is_dir() {
                    add_own_versions(project, &mut sources);
                }
                sources
            }
            Err(_) => LoadedSources::default(),
        };
        sources.problems.extend(no_skill_given(project, &sources));
        if sources.problems.n_errors() > 0 {
            // Without their skills, much of the content would look wrong: a badge of one that is not there.
            let mut problems = sources.problems;
            if project.is_strict {
                problems.make_strict();
            }
            return Err(problems);
        }
        let (catalog, mut problems) = read(&sources);
        problems.extend(sources.problems);
        problems.extend(clients::client_problems(&catalog));
        let own_skills = project.content.join("skills");
        let place = match own_skills.is_dir() {
            true => own_skills.as_path(),
            // All of them are of sources.
            false => project.config_path(),
        };
        problems.extend(render::no_dates(&catalog, place));
        let config = match settings {
            Ok((config, warnings)) => {
                problems.extend(warnings);
                config
            }
            Err(config_problems) => {
                if project.is_strict {
                    problems.make_strict();
                }
                problems.extend(config_problems);
                return Err(problems);
            }
        };
        problems.extend(marketplace::problems(
            &catalog,
            &config,
            project.config_path(),
        ));
        let own_vectors = vector::load_own(&project.content, &catalog, &config, &mut problems);
        if project.is_strict {
            problems.make_strict();
        }
        if problems.n_errors() > 0 {
            return Err(problems);
        }
        let site = Self {
            catalog: Arc::new(catalog),
            config,
            content: project.content.clone(),
            own_vectors,
            previous: None,
            secret_key: None,
        };
        Ok((site, problems))
    }

    /// Lets skills keep the numbers that they have on the site at `place`, a URL or a folder, where they still fit: then
    /// little changes between the two. Whether there was a site to follow.
    ///
    /// # Errors
    /// When there is one whose search index cannot be read.
    pub fn follow(&mut self, place: &str) -> Result<bool, PreviousError> {
        match PreviousIndex::open(place) {
            Ok(previous) => {
                self.previous = previous.map(Arc::new);
                Ok(true)
            }
            Err(error) if error.is_beginning() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Lets the site be signed by minisign with the secret key `text`, which is the one that the settings name.
    ///
    /// # Errors
    /// When it is another, or no key.
    pub fn sign_with(&mut self, text: &str) -> Result<(), SigningError> {
        let key = SecretKey::parse(text)?;
        let Some(named) = self.config.signing.public_key else {
            let given = key.public().to_string();
            return Err(SigningError::NotNamed { given });
        };
        if key.public() != named {
            return Err(SigningError::Other {
                named: named.id(),
                given: key.public().id(),
            });
        }
        self.secret_key = Some(Arc::new(key));
        Ok(())
    }

    /// Writes every file of the site to `sink`, the sums of all others last, and their signature. A skill that search does not find is no part of it.
    ///
    /// # Errors
    /// What the sink says, or why there is no index.
    pub fn write(&self, sink: &dyn Sink, progress: &Progress) -> Result<SiteCounts, WriteError> {
        progress.stage("search index");
        let index = self.build_index()?;
        let sums = SumsSink::new(sink);
        index.write(&sums)?;
        let (site, related) = self.found_by(&index);
        progress.stage("pages");
        let written = site.write_pages(&related, &KnownZips::new(), &sums, progress)?;
        progress.stage("API");
        site.write_api(&written.zips, &sums)?;
        let root = sums.finish(Layout::of(site.catalog.skills.len()))?;
        if let Some(key) = &self.secret_key {
            let signature = sums::signed::sign(&root, &self.config.base_url, key);
            sink.write(url::SUMS_SIGNATURE, signature.as_bytes())?;
        }
        Ok(SiteCounts {
            n_skills: site.catalog.skills.len(),
            n_pages: written.n_pages,
            n_releases: written
                .zips
                .skills
                .iter()
                .map(|zips| zips.releases.len())
                .sum(),
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
            previous: None,
            secret_key: None,
        };
        (Cow::Owned(site), Cow::Owned(related))
    }

    /// A warning for each skill that is not in `index`, since search does not find it.
    pub fn left_out_of(&self, index: &SearchIndex) -> Problems {
        let warning = |NotFound { key, query }: &NotFound| {
            let skill = self.catalog.skill(key);
            let folder = skill.map_or_else(|| key.to_string().into(), |skill| skill.folder.clone());
            let message = format!("search does not find this skill by `{query}`; it is left out");
            Problem::warning(folder, "not found by search", message)
                .hint("rename it, and report this: every name should be found")
        };
        index.not_found.iter().map(warning).collect()
    }

    /// Indexes the skills.
    ///
    /// # Errors
    /// As `index::build`.
    pub fn build_index(&self) -> Result<SearchIndex, IndexError> {
        let (own, previous) = (self.own_vectors.as_ref(), self.previous.as_deref());
        index::build(&self.catalog, &self.config, own, previous)
    }

    /// Changes when the index would.
    pub fn index_inputs(&self) -> u64 {
        index::inputs(&self.catalog, &self.config, self.own_vectors.as_ref())
    }

    /// Writes all that people read, and the operator's own files. `known_zips` are those of a site that `sink` has from
    /// before.
    ///
    /// # Errors
    /// What the sink says.
    pub fn write_pages(
        &self,
        related: &Related,
        known_zips: &KnownZips,
        sink: &dyn Sink,
        progress: &Progress,
    ) -> io::Result<WrittenSite> {
        progress.expect(self.catalog.skills.len());
        let bar = progress.bar();
        let count = || bar.inc(1);
        let (catalog, config) = (&self.catalog, &self.config);
        let written = render::write_site(catalog, config, related, known_zips, sink, &count)?;
        static_files::copy(&static_files::folder(&self.content), sink)?;
        Ok(written)
    }

    /// Writes the API as files, and what else clients read; `zips` are the published ones.
    ///
    /// # Errors
    /// What the sink says.
    pub fn write_api(&self, zips: &SiteZips, sink: &dyn Sink) -> io::Result<()> {
        api::write_api(&self.catalog, &self.config, zips, sink)?;
        marketplace::write(&self.catalog, &self.config, &zips.collections, sink)?;
        npm::write(&self.catalog, &self.config, zips, sink)
    }
}

/// The skills of the sources that `config` names.
pub fn load_sources(project: &Project, config: &Config) -> LoadedSources {
    sources::load(project.config_path(), config, &project.content)
}

fn add_own_versions(project: &Project, loaded: &mut LoadedSources) {
    let folder = sources::settings_folder(project.config_path());
    match sources::own_versions(&project.content, folder) {
        Ok(versions) => loaded.own_versions = versions,
        Err(error) => {
            let message = format!("old versions cannot be read from git: {error}");
            let problem = Problem::error(project.config_path(), "versions", message);
            loaded.problems.push(match error.hint() {
                Some(hint) => problem.hint(hint),
                None => problem,
            });
        }
    }
}

/// The folders beside the settings that skillpress writes itself: cache and sites.
pub fn written_folders(project: &Project) -> Vec<PathBuf> {
    let folder = sources::settings_folder(project.config_path());
    let mut written = vec![folder.join(".skillpress")];
    if let Ok(entries) = folder.read_dir() {
        let folders = entries.flatten().map(|entry| entry.path());
        written.extend(folders.filter(|folder| sink::is_written(folder)));
    }
    written
}

fn has_own_skills(project: &Project) -> bool {
    project.content.join("skills").exists()
}

/// The error of a registry that lives from sources alone when these give nothing.
fn no_skill_given(project: &Project, sources: &LoadedSources) -> Option<Problem> {
    let has_skills = !sources.skills.is_empty() || has_own_skills(project);
    if sources.summaries.is_empty() || sources.problems.n_errors() > 0 || has_skills {
        return None;
    }
    let message = "no source gives a skill, and there is no folder of skills besides";
    let problem = Problem::error(project.config_path(), "no skills", message);
    Some(problem.hint("`skillpress sources --warnings` says what is not taken, and why"))
}

/// Why a site is not signed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SigningError {
    /// The secret key cannot be used.
    #[error(transparent)]
    Key(#[from] SecretKeyError),
    /// The settings name no key, so no page would say by whom the site is signed.
    #[error("there is a secret key, but the settings do not name its public key")]
    NotNamed {
        /// The public key, as a line.
        given: String,
    },
    /// The settings name another.
    #[error("`[signing]` names the key {named}, but the secret key is of {given}")]
    Other {
        /// The number of the key of the settings.
        named: String,
        /// That of the secret key.
        given: String,
    },
}

impl SigningError {
    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::Key(error) => error.hint().to_owned(),
            Self::NotNamed { given } => {
                format!(
                    "write `public_key = \"{given}\"` below `[signing]`, or build without the secret key"
                )
            }
            Self::Other { .. } => {
                "give the secret of the key of the settings, or name the other key there".to_owned()
            }
        }
    }
}

/// Why a site is not written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The search index cannot be built.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] io::Error),
}

impl WriteError {
    /// What to do next, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Index(_) => None,
            Self::File(error) => error.get_ref()?.downcast_ref::<SkillFileError>()?.hint(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::EmbeddingMode;
    use crate::index::fixture::{catalog, skill};
    use crate::key::SkillKey;

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
            previous: None,
            secret_key: None,
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
