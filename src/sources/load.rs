//! The skills of all sources, for a build: from folders as they are, and from what was fetched of the others.

use std::path::{Path, PathBuf};

use super::cache::Cache;
use super::fetch::root_name;
use super::lock_file::LockFile;
use super::own_versions::OwnVersions;
use super::snapshot::{Snapshot, SnapshotLicense, SnapshotSkill, license, license_files};
use super::{SourceFile, SourceSkill};
use crate::catalog::{Provenance, Timestamp};
use crate::config::{Config, Origin, SourceConfig};
use crate::discovery::{LeftOut, discover, skill_files};
use crate::key::SkillKey;
use crate::problem::{Problem, Problems};
use crate::sink;
use crate::tree::FolderTree;
use crate::url::{repository, without_credentials};

/// What the sources of a registry give.
#[derive(Clone, Debug, Default)]
pub struct LoadedSources {
    /// Source by source, in the order of the settings.
    pub skills: Vec<SourceSkill>,
    /// What is not taken, and why sources give nothing.
    pub problems: Problems,
    /// One for each source, in the order of the settings.
    pub summaries: Vec<SourceSummary>,
    /// Old versions of the registry's own skills.
    pub own_versions: OwnVersions,
}

/// What one source gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSummary {
    /// What it is called.
    pub name: String,
    /// Whose skills they are.
    pub owner: String,
    /// Its address, as it may be shown.
    pub origin: String,
    /// How many of its skills are taken.
    pub n_skills: usize,
    /// The commit, of a git repository that was fetched.
    pub commit: Option<String>,
    /// When that was made.
    pub committed_at: Option<Timestamp>,
    /// What people may wonder not to find.
    pub n_warnings: usize,
    /// Why it gives nothing.
    pub n_errors: usize,
}

/// Reads the skills of all sources in `config`, the settings at `config_path`; the network is not used.
///
/// `content` is the registry's own content folder: its skills are not those of a source around it.
pub fn load(config_path: &Path, config: &Config, content: &Path) -> LoadedSources {
    let mut loader = Loader {
        config_path,
        base: settings_folder(config_path),
        content,
        lock_file: None,
        loaded: LoadedSources::default(),
    };
    let mut origins = config.sources.iter().map(|source| &source.get_ref().origin);
    if origins.any(|origin| !matches!(origin, Origin::Folder { .. })) {
        loader.read_lock_file();
    }
    for source in &config.sources {
        loader.add(source.get_ref());
    }
    loader.loaded
}

/// The folder of the settings at `config_path`, from which paths of sources start.
pub fn settings_folder(config_path: &Path) -> &Path {
    match config_path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The folders that are sources of `config`, the settings at `config_path`, and are read as they are.
pub fn folders(config_path: &Path, config: &Config) -> Vec<PathBuf> {
    let base = settings_folder(config_path);
    let origins = config.sources.iter().map(|source| &source.get_ref().origin);
    let folders = origins.filter_map(|origin| match origin {
        Origin::Folder { path } => Some(folder_in(base, path)),
        Origin::Git { .. } | Origin::Archive { .. } => None,
    });
    folders.collect()
}

/// Where the lock file beside the settings at `config_path` is.
pub fn lock_path(config_path: &Path) -> PathBuf {
    LockFile::path_in(settings_folder(config_path))
}

/// The folder of the cache beside the settings at `config_path` into which the last file of each fetched source comes.
pub fn snapshots_folder(config_path: &Path) -> PathBuf {
    Cache::of_project(settings_folder(config_path)).snapshots()
}

/// The folder `path` of the settings in `base`.
fn folder_in(base: &Path, path: &Path) -> PathBuf {
    match base == Path::new(".") {
        true => path.to_owned(),
        false => base.join(path),
    }
}

struct Loader<'a> {
    config_path: &'a Path,
    base: &'a Path,
    content: &'a Path,
    /// `None` when no source needs it, or it cannot be read, which is told.
    lock_file: Option<LockFile>,
    loaded: LoadedSources,
}

impl Loader<'_> {
    fn read_lock_file(&mut self) {
        match LockFile::read(&LockFile::path_in(self.base)) {
            Ok(lock_file) => self.lock_file = Some(lock_file),
            Err(error) => {
                let problem = Problem::error(self.config_path, "source", error.to_string());
                self.loaded.problems.push(problem.hint(error.hint()));
            }
        }
    }

    fn add(&mut self, source: &SourceConfig) {
        let loaded = &self.loaded;
        let n_skills = loaded.skills.len();
        let (n_warnings, n_errors) = (loaded.problems.n_warnings(), loaded.problems.n_errors());
        self.loaded.summaries.push(SourceSummary {
            name: source.name.clone(),
            owner: source.owner.clone(),
            origin: without_credentials(&source.origin.to_string()),
            n_skills: 0,
            commit: None,
            committed_at: None,
            n_warnings: 0,
            n_errors: 0,
        });
        match &source.origin {
            Origin::Folder { path } => self.add_folder(source, path),
            Origin::Git { .. } | Origin::Archive { .. } => self.add_fetched(source),
        }
        let loaded = &mut self.loaded;
        if let Some(summary) = loaded.summaries.last_mut() {
            summary.n_skills = loaded.skills.len() - n_skills;
            summary.n_warnings = loaded.problems.n_warnings() - n_warnings;
            summary.n_errors += loaded.problems.n_errors() - n_errors;
        }
    }

    /// Tells why `source` gives nothing.
    fn fail(&mut self, source: &SourceConfig, why: impl std::fmt::Display, hint: &str) {
        let message = format!("the source `{}` cannot be used: {why}", source.name);
        let problem = Problem::error(self.config_path, "source", message).hint(hint);
        self.loaded.problems.push(problem);
    }

    fn add_folder(&mut self, source: &SourceConfig, path: &Path) {
        let root = folder_in(self.base, path);
        let content = within(&root, self.content);
        // What this program wrote itself, a site or a cache: a site has copies of its skills.
        let is_left_out =
            |folder: &Path| sink::is_written(folder) || Some(folder) == content.as_deref();
        let tree = match FolderTree::open(&root, is_left_out) {
            Ok(tree) => tree,
            Err(error) => return self.fail(source, &error, error.hint()),
        };
        let found = match discover(&tree, "", root_name(&source.name)) {
            Ok(found) => found,
            Err(error) => return self.fail(source, &error, error.hint()),
        };
        for unlisted in &tree.unlisted {
            let problem = Problem::warning(unlisted.path(), "unreadable", unlisted.to_string());
            self.loaded.problems.push(problem.hint(unlisted.hint()));
        }
        self.tell(&root, &found.left_out);
        self.tell_idle_patterns(source, found.skills.iter().map(|skill| &*skill.slug));
        let license_files = license_files(&tree);
        for skill in &found.skills {
            if !source.selection.takes(&skill.slug) {
                continue;
            }
            let files = skill_files(&tree, &skill.folder);
            self.tell(&root, &files.left_out);
            let files = files.files.iter().map(|file| SourceFile {
                path: file.path.to_owned(),
                place: root.join(&file.entry.path),
                is_executable: file.entry.is_executable(),
                sha256: None,
            });
            self.loaded.skills.push(SourceSkill {
                key: key(source, &skill.slug),
                path: root.join(&skill.folder),
                files: files.collect(),
                provenance: None,
                // One that cannot be read says nothing.
                license_file: license(&tree, &license_files, &skill.folder)
                    .ok()
                    .flatten()
                    .map(|license| license.file()),
                version: None,
                versions: Vec::new(),
            });
        }
    }

    fn add_fetched(&mut self, source: &SourceConfig) {
        let Some(lock_file) = &self.lock_file else {
            if let Some(summary) = self.loaded.summaries.last_mut() {
                summary.n_errors = 1;
            }
            return;
        };
        let cache = Cache::of_project(self.base);
        let Some(locked) = lock_file.find(source) else {
            let why = "it was not fetched since it stands so in the settings";
            return self.fail(source, why, FETCH_HINT);
        };
        let snapshot = match Snapshot::read(&cache, &locked.snapshot) {
            Ok(snapshot) => snapshot,
            Err(error) => {
                let hint = error.hint().unwrap_or(FETCH_HINT);
                return self.fail(source, &error, hint);
            }
        };
        if snapshot.commit != locked.commit {
            let why = "the lock file names another commit than that of its snapshot";
            return self.fail(source, why, FETCH_HINT);
        }
        if !snapshot.files().all(|file| cache.has_file(&file.sha256)) {
            return self.fail(source, "files of it are not in the cache", FETCH_HINT);
        }
        if let Some(summary) = self.loaded.summaries.last_mut() {
            summary.commit.clone_from(&snapshot.commit);
            let committed_at = snapshot.committed_at.as_deref();
            summary.committed_at = committed_at.and_then(Timestamp::parse);
        }
        let shown = PathBuf::from(&source.name);
        self.tell(&shown, &snapshot.left_out);
        for unlisted in &snapshot.unlisted {
            let path = shown.join(unlisted.path.trim_start_matches('/'));
            let message = format!("this {}; it is left out", unlisted.reason);
            self.loaded
                .problems
                .push(Problem::warning(path, "not listed", message));
        }
        let page = match &source.origin {
            Origin::Git { url, .. } => repository::page(url),
            _ => None,
        };
        self.tell_idle_patterns(source, snapshot.skills.iter().map(|skill| &*skill.slug));
        for skill in &snapshot.skills {
            if !source.selection.takes(&skill.slug) {
                continue;
            }
            let files = skill.files.iter().map(|file| SourceFile {
                path: file.path.clone(),
                place: cache.blob_path(&file.sha256),
                is_executable: file.is_executable,
                sha256: Some(file.sha256.as_str().to_owned()),
            });
            let files: Vec<SourceFile> = files.collect();
            self.loaded.skills.push(SourceSkill {
                key: key(source, &skill.slug),
                path: shown.join(&skill.folder),
                files,
                provenance: provenance(page.clone(), &snapshot, skill),
                license_file: skill.license.as_ref().map(SnapshotLicense::file),
                version: skill.version.clone(),
                versions: skill.old_versions(&cache, page.as_deref()),
            });
        }
    }

    /// Warns of patterns that match none of `slugs`, all skills of `source`: a slip, or a skill that is gone.
    fn tell_idle_patterns<'s>(
        &mut self,
        source: &SourceConfig,
        slugs: impl Iterator<Item = &'s str>,
    ) {
        let slugs: Vec<&str> = slugs.collect();
        for (setting, glob) in source.selection.idle(&slugs) {
            let name = &source.name;
            let message =
                format!("`{glob}` in `{setting}` matches no skill of the source `{name}`");
            let problem = Problem::warning(self.config_path, "source", message);
            self.loaded
                .problems
                .push(problem.hint("correct or remove it; patterns are compared with slugs"));
        }
    }

    fn tell(&mut self, tree: &Path, left_out: &[LeftOut]) {
        let warnings = left_out.iter().map(|left_out| left_out.warning(tree));
        self.loaded.problems.extend(warnings);
    }
}

/// The path of `folder` that begins with `root`, when it lies there.
fn within(root: &Path, folder: &Path) -> Option<PathBuf> {
    let (real_root, real) = (root.canonicalize().ok()?, folder.canonicalize().ok()?);
    Some(root.join(real.strip_prefix(real_root).ok()?))
}

const FETCH_HINT: &str = "run `skillpress fetch`";

fn key(source: &SourceConfig, slug: &str) -> SkillKey {
    SkillKey {
        owner: source.owner.clone(),
        slug: slug.to_owned(),
    }
}

/// Where `skill` came from, of the repository with this page; `None` for an archive, which has no commit.
fn provenance(
    page: Option<String>,
    snapshot: &Snapshot,
    skill: &SnapshotSkill,
) -> Option<Provenance> {
    let committed_at = skill.committed_at.as_deref();
    Some(Provenance {
        repository: page,
        commit: snapshot.commit.clone()?,
        path: skill.folder.clone(),
        committed_at: committed_at.and_then(Timestamp::parse),
    })
}
