//! Old versions of a source's skills, with their files: the states at tags, or at commits of a skill's own history.
//!
//! The commits that may hold one are walked from the newest to the oldest. A state that differs from the later one is a
//! version. At tags it is called after the first tag that has it; in a history after the version that the skill itself
//! names, or else after its commit. Of a skill whose `_meta.json` names the commits of its history, those are taken.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::cache::CacheWriter;
use super::error::SourceFetchError;
use super::lock_file::LockedTag;
use super::snapshot::{Snapshot, SnapshotError, SnapshotFile, SnapshotVersion, files_of};
use crate::catalog::{Timestamp, VERSION_MAX_CHARS, short_commit};
use crate::discovery::{self, discover};
use crate::front_matter::{self, fields};
use crate::git::{GitRepository, GitTree, ObjectId, Touching, WantedFiles};
use crate::problem::{Problems, Review, Severity};
use crate::text;
use crate::tree::Tree;

/// Most old versions of a skill.
pub const VERSIONS_MAX: usize = 10;

/// Time in which the old versions of all skills of a source are read.
pub const VERSIONS_MAX_TIME: Duration = Duration::from_secs(1200);

/// Commits of a skill's history that are looked at, the newest: several may belong to one version.
const COMMITS_MAX: usize = 50;

/// Entries of trees that are held at a time, about.
const ENTRIES_AT_ONCE: usize = 500_000;

/// Where old versions are read from.
pub(super) struct Versions<'a> {
    pub(super) repository: &'a GitRepository,
    pub(super) cache: &'a CacheWriter,
    /// Where skills are looked for, and what one at the root is called.
    pub(super) start: &'a str,
    pub(super) root_name: &'a str,
    /// What all of it may take; see [`VERSIONS_MAX_TIME`].
    pub(super) max_time: Duration,
}

/// A commit that may hold old versions.
struct Candidate {
    commit: ObjectId,
    date: Option<Timestamp>,
    name: Name,
    /// The skills, by their place in the snapshot; of a tag the tree must tell.
    skill_idxs: Vec<usize>,
}

/// What a version is called.
enum Name {
    /// As the tag.
    Tag(String),
    /// As `_meta.json` says.
    Meta(String),
    /// As the skill says itself, or the commit.
    Own,
}

/// What `_meta.json` says of old versions; slips in it are told when the skill is read.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Meta {
    history: Vec<MetaVersion>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct MetaVersion {
    version: String,
    /// The address of a commit, which ends in its id.
    commit: String,
}

/// What is known of a skill while its commits are walked.
struct Walk {
    /// The files of the later state, the first of which is the current one.
    later: Vec<SnapshotFile>,
    /// What the skill itself calls the later state.
    own_version: Option<String>,
    versions: Vec<SnapshotVersion>,
}

impl Versions<'_> {
    /// Adds the states at `tags`, newest first, whose commits are here.
    pub(super) fn add_tags(
        &self,
        snapshot: &mut Snapshot,
        tags: &[LockedTag],
    ) -> Result<(), SourceFetchError> {
        let candidates = tags.iter().map(|tag| Candidate {
            name: Name::Tag(version_of_tag(&tag.name)),
            commit: tag.commit.clone(),
            date: tag.date.as_deref().and_then(Timestamp::parse),
            skill_idxs: Vec::new(),
        });
        self.add(snapshot, candidates.collect())
    }

    /// Adds the states at the commits that changed a skill's version, or the skill when it names none.
    pub(super) fn add_history(
        &self,
        snapshot: &mut Snapshot,
        commit: &ObjectId,
    ) -> Result<(), SourceFetchError> {
        let folders: Vec<&str> = snapshot
            .skills
            .iter()
            .map(|skill| skill.folder.as_str())
            .collect();
        let touching = self.repository.touching(commit, &folders, COMMITS_MAX)?;
        let mut candidates = Vec::new();
        let mut has_names = BTreeSet::new();
        for (skill_idx, skill) in snapshot.skills.iter().enumerate() {
            for (name, commit) in self.named_commits(&skill.files) {
                has_names.insert(skill_idx);
                candidates.push(Candidate {
                    commit,
                    date: None,
                    name: Name::Meta(name),
                    skill_idxs: vec![skill_idx],
                });
            }
        }
        for Touching {
            commit,
            mut folder_idxs,
        } in touching
        {
            folder_idxs.retain(|skill_idx| !has_names.contains(skill_idx));
            if !folder_idxs.is_empty() {
                candidates.push(Candidate {
                    commit: commit.commit,
                    date: commit.date,
                    name: Name::Own,
                    skill_idxs: folder_idxs,
                });
            }
        }
        self.add(snapshot, candidates)
    }

    /// The old versions that the `_meta.json` among `files` names with a commit that is here.
    fn named_commits(&self, files: &[SnapshotFile]) -> Vec<(String, ObjectId)> {
        let meta: Meta = files
            .iter()
            .find(|file| file.path == "_meta.json")
            .and_then(|file| self.cache.cache().read_blob(&file.sha256).ok())
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let commit = |version: MetaVersion| {
            let commit = ObjectId::parse(version.commit.rsplit('/').next()?)?;
            let name = text::clean_line(&version.version, VERSION_MAX_CHARS);
            (!name.is_empty() && self.repository.has_commit(&commit)).then_some((name, commit))
        };
        let versions = meta.history.into_iter().take(COMMITS_MAX);
        versions.filter_map(commit).collect()
    }

    fn add(
        &self,
        snapshot: &mut Snapshot,
        candidates: Vec<Candidate>,
    ) -> Result<(), SourceFetchError> {
        let mut walks: Vec<Walk> = snapshot
            .skills
            .iter()
            .map(|skill| Walk {
                later: skill.files.clone(),
                own_version: self.own_version(&skill.files),
                versions: Vec::new(),
            })
            .collect();
        let start = Instant::now();
        let mut candidates = candidates.into_iter().peekable();
        while candidates.peek().is_some() {
            let mut batch = Vec::new();
            let mut n_entries = 0;
            while n_entries < ENTRIES_AT_ONCE
                && let Some(candidate) = candidates.next()
            {
                self.within_time(start)?;
                let skills = candidate.skill_idxs.iter();
                let folders = skills.map(|&skill_idx| snapshot.skills[skill_idx].folder.as_str());
                let folders: Vec<&str> = folders.collect();
                let tree = self.repository.tree_of(&candidate.commit, &folders)?;
                n_entries += tree.entries().len();
                batch.push((candidate, tree));
            }
            self.walk(snapshot, &mut walks, batch, start)?;
        }
        for (skill, walk) in snapshot.skills.iter_mut().zip(walks) {
            skill.versions = walk.versions;
            skill.versions.truncate(VERSIONS_MAX);
        }
        Ok(())
    }

    /// Whether what began at `start` may go on.
    fn within_time(&self, start: Instant) -> Result<(), SourceFetchError> {
        match start.elapsed() > self.max_time {
            true => Err(SourceFetchError::VersionsTooSlow {
                max_time: self.max_time,
            }),
            false => Ok(()),
        }
    }

    /// Takes the states at the commits of `batch`, which are older than all before; reading versions began at `start`.
    fn walk(
        &self,
        snapshot: &mut Snapshot,
        walks: &mut [Walk],
        mut batch: Vec<(Candidate, GitTree)>,
        start: Instant,
    ) -> Result<(), SourceFetchError> {
        let places = self.places(snapshot, &mut batch)?;
        let folders = places.iter().map(|places| {
            let folders = places.iter().map(|(_, folder)| folder.as_str());
            (folders.collect(), Vec::new())
        });
        self.fetch(&mut batch, folders.collect())?;
        // Each tree goes when it was read, and with it a git that runs.
        for ((candidate, tree), places) in batch.into_iter().zip(&places) {
            self.within_time(start)?;
            for (skill_idx, folder) in places {
                let walk = &mut walks[*skill_idx];
                // One more may still tell by what name the last of them goes.
                if walk.versions.len() > VERSIONS_MAX {
                    continue;
                }
                let (files, _too_long) = files_of(&tree, folder, self.cache)?;
                let current = &mut snapshot.skills[*skill_idx].version;
                self.step(walk, current, &candidate, files);
            }
        }
        Ok(())
    }

    /// Of each commit the skills that it has, by their place in the snapshot, and their folders there.
    fn places(
        &self,
        snapshot: &Snapshot,
        batch: &mut [(Candidate, GitTree)],
    ) -> Result<Vec<Vec<(usize, String)>>, SourceFetchError> {
        let reads = batch.iter().map(|(candidate, tree)| match candidate.name {
            Name::Tag(_) => discovery::read_files(tree, self.start),
            Name::Meta(_) | Name::Own => Vec::new(),
        });
        let reads: Vec<Vec<String>> = reads.collect();
        let files = reads.iter().map(|paths| {
            let files = paths.iter().map(String::as_str);
            (Vec::new(), files.collect())
        });
        self.fetch(batch, files.collect())?;
        let places = batch.iter().map(|(candidate, tree)| {
            if !matches!(candidate.name, Name::Tag(_)) {
                let skill_idxs = candidate.skill_idxs.iter();
                let folder = |&idx: &usize| (idx, snapshot.skills[idx].folder.clone());
                return Ok(skill_idxs.map(folder).collect());
            }
            // A tag may be older than the folder in which skills are looked for now.
            let found = match discover(tree, self.start, self.root_name) {
                Ok(found) => found.skills,
                Err(discovery::DiscoverError::NothingInStart(_)) => Vec::new(),
                Err(error) => return Err(SnapshotError::from(error).into()),
            };
            let place = |found: discovery::FoundSkill| {
                let mut skills = snapshot.skills.iter();
                Some((
                    skills.position(|skill| skill.slug == found.slug)?,
                    found.folder,
                ))
            };
            Ok(found.into_iter().filter_map(place).collect())
        });
        places.collect()
    }

    /// Downloads of each tree of `batch` some folders and files, all in one request.
    fn fetch(
        &self,
        batch: &mut [(Candidate, GitTree)],
        wanted: Vec<(Vec<&str>, Vec<&str>)>,
    ) -> Result<(), SourceFetchError> {
        let of_trees = batch.iter_mut().zip(&wanted);
        let wanted = of_trees.map(|((_, tree), (folders, files))| WantedFiles {
            tree,
            folders,
            files,
        });
        let mut wanted: Vec<WantedFiles<'_>> = wanted.collect();
        Ok(self.repository.fetch_wanted(&mut wanted)?)
    }

    /// Compares the state of a skill at a commit with the later one.
    fn step(
        &self,
        walk: &mut Walk,
        current: &mut Option<String>,
        candidate: &Candidate,
        files: Vec<SnapshotFile>,
    ) {
        if files.is_empty() {
            return;
        }
        let own_version = match candidate.name {
            Name::Own => self.own_version(&files),
            Name::Tag(_) | Name::Meta(_) => None,
        };
        let is_same = match candidate.name {
            Name::Own if own_version.is_some() => own_version == walk.own_version,
            Name::Own | Name::Tag(_) => files == walk.later,
            Name::Meta(_) => false,
        };
        let version = SnapshotVersion {
            version: match &candidate.name {
                Name::Tag(name) | Name::Meta(name) => name.clone(),
                Name::Own => {
                    let commit = || short_commit(candidate.commit.as_str()).to_owned();
                    own_version.clone().unwrap_or_else(commit)
                }
            },
            commit: candidate.commit.as_str().to_owned(),
            published_at: candidate.date.map(Timestamp::rfc3339),
            files: files.clone(),
        };
        match walk.versions.last_mut() {
            Some(last) if is_same => *last = version,
            None if is_same => {
                if matches!(candidate.name, Name::Tag(_)) {
                    *current = Some(version.version);
                }
            }
            _ => walk.versions.push(version),
        }
        walk.later = files;
        walk.own_version = own_version;
    }

    /// The version that the `SKILL.md` among `files` names.
    fn own_version(&self, files: &[SnapshotFile]) -> Option<String> {
        let file = files.iter().find(|file| file.path == "SKILL.md")?;
        let bytes = self.cache.cache().read_blob(&file.sha256).ok()?;
        let decoded = text::decode(&bytes);
        let mut problems = Problems::new();
        let path = Path::new("SKILL.md");
        let mut review = Review::new(Severity::Warning, path, &decoded.text, &mut problems);
        let front = front_matter::parse(&mut review);
        let metadata = fields::metadata(&front.fields).unwrap_or_default();
        let version = front.version(&metadata)?;
        Some(text::clean_line(&version, VERSION_MAX_CHARS))
    }
}

/// The version that a tag names: `v1.2.0` is 1.2.0.
fn version_of_tag(tag: &str) -> String {
    let number = tag.strip_prefix(['v', 'V']);
    let number = number.filter(|number| number.starts_with(|c: char| c.is_ascii_digit()));
    text::clean_line(number.unwrap_or(tag), VERSION_MAX_CHARS)
}
