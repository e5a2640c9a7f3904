//! `fetch`: brings the cache, and then the lock file, up to what the settings say.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::OnceLock;

use rayon::prelude::*;
use thiserror::Error;

use super::archive::{ArchiveLimits, ArchiveTree};
use super::cache::{Cache, CacheError, CacheWriter};
use super::error::SourceFetchError;
use super::lock_file::{Asked, LockFile, LockFileError, LockedSource, LockedTag};
use super::snapshot::{Snapshot, SnapshotError, license_files};
use super::source_update::{SkillChanges, SourceUpdate};
use super::tags::{self, MovedTag};
use super::versions::{VERSIONS_MAX_TIME, Versions};
use crate::config::{Origin, SourceConfig, VersionsFrom};
use crate::discovery::{self, discover};
use crate::git::{Git, GitLimits, GitRepository, History, LastCommit, ObjectId, Remote};

/// What is to be done.
#[derive(Clone, Debug, Default)]
pub struct FetchOptions {
    /// Which sources are looked at anew though they are locked.
    pub update: Update,
    /// The only source that is fetched; of the others the lock file goes on to say what it says.
    pub only: Option<String>,
    /// Whether a lock file that would change is an error.
    pub is_locked: bool,
}

/// Which sources are looked at anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Update {
    /// None.
    #[default]
    None,
    /// All.
    All,
    /// Those of these names.
    Named(Vec<String>),
}

impl Update {
    fn has(&self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Named(names) => names.iter().any(|it| it == name),
        }
    }
}

/// What became of a source.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// What was done.
    pub outcome: Outcome,
    /// How many skills were found.
    pub n_skills: usize,
    /// The commit, of a git repository.
    pub commit: Option<String>,
    /// What it was before, when it was locked and is another one now.
    pub update: Option<SourceUpdate>,
    /// Tags that are no more where the lock file has them.
    pub moved_tags: Vec<MovedTag>,
}

/// What was done for a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All of it was there, or it was looked at anew and has not moved on.
    Kept,
    /// It was downloaded, and is what the lock file says.
    Restored,
    /// It is another one than before, or new.
    Changed,
}

/// Why nothing was fetched at all.
#[derive(Debug, Error)]
pub enum FetchError {
    /// The lock file cannot be read.
    #[error(transparent)]
    LockFile(#[from] LockFileError),
    /// No source is called so.
    #[error("no source is called `{0}`")]
    Unknown(String),
    /// What the system says of the cache or the lock file.
    #[error("the lock file cannot be written: {0}")]
    Io(#[from] io::Error),
    /// What the cache says.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The system gives no threads.
    #[error(transparent)]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

impl FetchError {
    /// What to do, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::LockFile(error) => Some(error.hint()),
            Self::Unknown(_) => Some("`skillpress sources` lists their names"),
            Self::Cache(error) => error.hint(),
            Self::Io(_) | Self::Threads(_) => None,
        }
    }
}

/// A source, and what became of it.
pub type FetchedSource = (String, Result<Fetched, SourceFetchError>);

/// Most sources that are fetched at the same time: they wait for servers more than for this machine.
const AT_ONCE: usize = 8;

/// Fetches what is missing or to be updated of `sources`, whose settings are in `folder`, and writes the lock file there.
///
/// For each source that is fetched at all, in their order, what became of it; `told` is called as each is done, `on_wait`
/// when another fetch must end first. What the lock file said of a source that fails stays.
///
/// # Errors
/// When nothing could be done.
pub fn fetch(
    folder: &Path,
    sources: &[&SourceConfig],
    options: &FetchOptions,
    on_wait: impl FnOnce(),
    told: &(dyn Fn(&str, Result<&Fetched, &SourceFetchError>) + Sync),
) -> Result<Vec<FetchedSource>, FetchError> {
    if let Update::Named(names) = &options.update {
        let is_known = |name: &&String| sources.iter().any(|source| source.name == **name);
        if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
            return Err(FetchError::Unknown(unknown.clone()));
        }
    }
    let is_wanted = |name: &String| options.only.as_ref().is_none_or(|only| only == name);
    let asked: Vec<(&SourceConfig, Asked)> = sources
        .iter()
        .filter(|source| is_wanted(&source.name))
        .filter_map(|source| Some((*source, Asked::of(source)?)))
        .collect();
    let lock_path = LockFile::path_in(folder);
    if asked.is_empty() && !lock_path.exists() {
        return Ok(Vec::new());
    }
    let cache = Cache::of_project(folder).write(on_wait)?;
    let before = LockFile::read(&lock_path)?;
    let fetcher = Fetcher {
        folder,
        cache: &cache,
        before: &before,
        options,
        git: OnceLock::new(),
    };
    let threads = rayon::ThreadPoolBuilder::new()
        .num_threads(AT_ONCE)
        .build()?;
    let fetched: Vec<Result<(LockedSource, Fetched), SourceFetchError>> = threads.install(|| {
        let fetched = asked.par_iter().map(|(source, asked)| {
            let fetched = fetcher.fetch(source, asked);
            told(&source.name, fetched.as_ref().map(|(_, fetched)| fetched));
            fetched
        });
        fetched.collect()
    });
    let others = before
        .sources
        .iter()
        .filter(|locked| !is_wanted(&locked.name));
    let mut locked: Vec<LockedSource> = others.cloned().collect();
    let mut outcomes = Vec::new();
    for ((source, _), fetched) in asked.iter().zip(fetched) {
        let outcome = match fetched {
            Ok((entry, fetched)) => {
                if fetched.outcome == Outcome::Restored {
                    cache.renew_snapshot(&entry.snapshot)?;
                }
                locked.push(entry);
                Ok(fetched)
            }
            Err(error) => {
                locked.extend(before.named(&source.name).cloned());
                Err(error)
            }
        };
        outcomes.push((source.name.clone(), outcome));
    }
    if options.is_locked {
        // What is locked and no source any more would go.
        let is_asked = |name: &String| asked.iter().any(|(source, _)| source.name == *name);
        let names = before.sources.iter().map(|locked| &locked.name);
        let gone = names.filter(|name| !is_asked(name));
        outcomes.extend(gone.map(|name| (name.clone(), Err(SourceFetchError::Locked))));
    }
    let after = LockFile::of(locked);
    if !options.is_locked && after.sources != before.sources {
        after.write(&lock_path)?;
    }
    Ok(outcomes)
}

struct Fetcher<'a> {
    folder: &'a Path,
    cache: &'a CacheWriter,
    before: &'a LockFile,
    options: &'a FetchOptions,
    /// Looked for when the first source needs it.
    git: OnceLock<Git>,
}

impl Fetcher<'_> {
    fn fetch(
        &self,
        source: &SourceConfig,
        asked: &Asked,
    ) -> Result<(LockedSource, Fetched), SourceFetchError> {
        let before = self.before.find(source);
        let locked = before.filter(|_| !self.options.update.has(&source.name));
        let fetched = |outcome, snapshot: &Snapshot, moved_tags| Fetched {
            outcome,
            n_skills: snapshot.skills.len(),
            commit: snapshot.commit.clone(),
            update: None,
            moved_tags,
        };
        let whole = before.and_then(|before| self.whole(before));
        // A lock file of before tags were noted is completed.
        let lacks_tags =
            |locked: &&LockedSource| source.versions == VersionsFrom::Tags && locked.tags.is_none();
        let locked = locked.filter(|locked| self.options.is_locked || !lacks_tags(locked));
        if let (Some(locked), Some(snapshot)) = (locked, &whole) {
            let fetched = fetched(Outcome::Kept, snapshot, Vec::new());
            return Ok((locked.clone(), fetched));
        }
        if before.is_none() && self.options.is_locked {
            return Err(SourceFetchError::Locked);
        }
        let taken = self.take(source, before)?;
        let entry = LockedSource {
            name: source.name.clone(),
            asked: asked.clone(),
            commit: taken.snapshot.commit.clone(),
            snapshot: taken.snapshot.write(self.cache)?,
            tags: taken.tags,
        };
        let outcome = match before {
            Some(before) if *before == entry && whole.is_some() => Outcome::Kept,
            Some(before) if *before == entry => Outcome::Restored,
            _ if self.options.is_locked => return Err(SourceFetchError::Locked),
            _ => Outcome::Changed,
        };
        let mut fetched = fetched(outcome, &taken.snapshot, taken.moved_tags);
        if outcome == Outcome::Changed {
            fetched.update = self.update_to(&taken.snapshot, &source.name);
        }
        Ok((entry, fetched))
    }

    /// What is another than before in the source `name`, which is `snapshot` now.
    fn update_to(&self, snapshot: &Snapshot, name: &str) -> Option<SourceUpdate> {
        let before = self.before.named(name)?;
        let there = Snapshot::read(self.cache.cache(), &before.snapshot).ok();
        Some(SourceUpdate {
            commit: before.commit.clone(),
            skills: there.map(|there| SkillChanges::between(&there, snapshot)),
        })
    }

    /// What is locked of a source, if all of it is in the cache.
    fn whole(&self, locked: &LockedSource) -> Option<Snapshot> {
        let cache = self.cache.cache();
        let snapshot = Snapshot::read(cache, &locked.snapshot).ok()?;
        (snapshot.commit == locked.commit && snapshot.is_whole(cache)).then_some(snapshot)
    }

    /// Downloads a source: what is locked of it, or else what the settings say.
    fn take(
        &self,
        source: &SourceConfig,
        before: Option<&LockedSource>,
    ) -> Result<Taken, SourceFetchError> {
        let wanted = Wanted {
            source,
            before,
            is_update: self.options.update.has(&source.name),
        };
        match &source.origin {
            Origin::Git {
                url,
                reference,
                path,
            } => {
                let commit = before.and_then(|before| before.commit.as_deref());
                let commit = commit.filter(|_| !wanted.is_update);
                self.of_git(url, commit.or(reference.as_deref()), path, &wanted)
            }
            Origin::Archive { place, path } => Ok(self
                .of_archive(place, path, root_name(&source.name))?
                .into()),
            Origin::Folder { .. } => Ok(Snapshot::default().into()),
        }
    }

    /// By way of a repository in the cache. One that git cannot use is made anew: files of it may be lost, as when the
    /// cache was restored from a copy without empty folders.
    fn of_git(
        &self,
        url: &str,
        reference: Option<&str>,
        start: &str,
        wanted: &Wanted<'_>,
    ) -> Result<Taken, SourceFetchError> {
        let folder = std::path::absolute(self.folder).unwrap_or_else(|_| self.folder.to_owned());
        let remote = Remote::parse(url, &folder)?;
        let repositories = self.cache.repositories();
        let is_kept = GitRepository::is_in(&repositories, &remote, History::Full);
        let take = |repositories: &Path| {
            self.of_git_in(repositories, remote.clone(), reference, start, wanted)
        };
        let error = match take(&repositories) {
            Err(SourceFetchError::Git(error)) if is_kept && error.is_perhaps_of_cache() => error,
            taken => return taken,
        };
        let Ok(fresh) = self.cache.temporary_folder() else {
            return Err(error.into());
        };
        // When that fails too it is not the cache, and the first error says more.
        let taken = take(fresh.path()).map_err(|_| error)?;
        // Without it the next fetch does the same again.
        let _ = replace_entries(&repositories, fresh.path());
        Ok(taken)
    }

    fn of_git_in(
        &self,
        repositories: &Path,
        remote: Remote,
        reference: Option<&str>,
        start: &str,
        wanted: &Wanted<'_>,
    ) -> Result<Taken, SourceFetchError> {
        let root_name = root_name(&wanted.source.name);
        let git = match self.git.get() {
            Some(git) => git,
            None => {
                let found = Git::find()?;
                self.git.get_or_init(|| found)
            }
        };
        let limits = GitLimits::default();
        let repository = GitRepository::open(git, repositories, remote, History::Full, limits)?;
        let commit = repository.fetch(reference)?;
        let mut tree = repository.tree(&commit)?;
        // What skills are looked for with, and then what they are made of.
        let read = discovery::read_files(&tree, start);
        repository.fetch_files(&mut tree, &[], &borrowed(&read))?;
        let found = discover(&tree, start, root_name).map_err(SnapshotError::from)?;
        let folders: Vec<String> = found
            .skills
            .iter()
            .map(|skill| skill.folder.clone())
            .collect();
        let licenses = license_files(&tree)
            .into_iter()
            .map(|entry| entry.path.clone());
        let licenses: Vec<String> = licenses.collect();
        repository.fetch_files(&mut tree, &borrowed(&folders), &borrowed(&licenses))?;
        let mut snapshot = Snapshot::take(&tree, found, self.cache)?;
        snapshot.unlisted = tree.unlisted().to_vec();
        self.add_dates(&repository, &commit, &mut snapshot)?;
        let versions = Versions {
            repository: &repository,
            cache: self.cache,
            start,
            root_name,
            max_time: VERSIONS_MAX_TIME,
        };
        let (mut tags, mut moved_tags) = (None, Vec::new());
        match wanted.source.versions {
            VersionsFrom::None => {}
            VersionsFrom::Tags => {
                let read;
                (read, moved_tags) = wanted.tags(&repository, &commit)?;
                versions.add_tags(&mut snapshot, &read)?;
                tags = Some(read);
            }
            VersionsFrom::History => versions.add_history(&mut snapshot, &commit)?,
        }
        Ok(Taken {
            snapshot,
            tags,
            moved_tags,
        })
    }

    fn add_dates(
        &self,
        repository: &GitRepository,
        commit: &ObjectId,
        snapshot: &mut Snapshot,
    ) -> Result<(), SourceFetchError> {
        snapshot.commit = Some(commit.as_str().to_owned());
        let folders = snapshot.skills.iter().map(|skill| skill.folder.as_str());
        let folders: Vec<&str> = folders.chain([""]).collect();
        let mut last_commits = repository.last_commits(commit, &folders)?;
        let date = |last: &Option<LastCommit>| Some(last.as_ref()?.date?.rfc3339());
        snapshot.committed_at = last_commits.pop().as_ref().and_then(date);
        for (skill, last) in snapshot.skills.iter_mut().zip(&last_commits) {
            skill.committed_at = date(last);
        }
        Ok(())
    }

    fn of_archive(
        &self,
        place: &str,
        start: &str,
        name: &str,
    ) -> Result<Snapshot, SourceFetchError> {
        let tree = ArchiveTree::open(place, self.folder, ArchiveLimits::default())?;
        let found = discover(&tree, start, name).map_err(SnapshotError::from)?;
        let mut snapshot = Snapshot::take(&tree, found, self.cache)?;
        snapshot.unlisted = tree.unlisted().to_vec();
        Ok(snapshot)
    }
}

/// What is wanted of a source.
struct Wanted<'a> {
    source: &'a SourceConfig,
    /// What is locked of it.
    before: Option<&'a LockedSource>,
    /// Whether it is looked at anew all the same.
    is_update: bool,
}

impl Wanted<'_> {
    /// The tags, whose commits are then here: those of the lock file, and those of the remote where these are to be had.
    fn tags(
        &self,
        repository: &GitRepository,
        commit: &ObjectId,
    ) -> Result<(Vec<LockedTag>, Vec<MovedTag>), SourceFetchError> {
        match self.before.and_then(|before| before.tags.as_deref()) {
            Some(locked) if !self.is_update => {
                tags::have(repository, locked)?;
                Ok((locked.to_vec(), Vec::new()))
            }
            locked => Ok(tags::read(repository, commit, locked.unwrap_or_default())?),
        }
    }
}

/// What a source gave.
struct Taken {
    snapshot: Snapshot,
    tags: Option<Vec<LockedTag>>,
    moved_tags: Vec<MovedTag>,
}

impl From<Snapshot> for Taken {
    /// Of one that has no tags.
    fn from(snapshot: Snapshot) -> Self {
        Self {
            snapshot,
            tags: None,
            moved_tags: Vec::new(),
        }
    }
}

/// What a skill at the root of a tree is called that has no name of its own: as its repository, the last part of the
/// source's name.
pub(super) fn root_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Moves the folders in `from` into `to`, in the place of those of the same names.
fn replace_entries(to: &Path, from: &Path) -> io::Result<()> {
    for entry in from.read_dir()? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match fs::remove_dir_all(&target) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::rename(entry.path(), target)?,
        }
    }
    Ok(())
}

fn borrowed(paths: &[String]) -> Vec<&str> {
    paths.iter().map(String::as_str).collect()
}
