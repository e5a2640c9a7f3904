//! Old versions of the registry's own skills, from the git repository that its content folder lies in.
//!
//! A build reads them, since the commit that changes a skill cannot know of itself. What was read for a commit is kept, so
//! only the first build after a commit walks through the history; no build uses the network for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::cache::{Cache, CacheWriter, Digest};
use super::error::SourceFetchError;
use super::git::{Git, GitLimits, GitRepository, ObjectId, Remote, WorkTree};
use super::snapshot::{Snapshot, SnapshotSkill, files_of};
use super::versions::{VERSIONS_MAX_TIME, Versions};
use crate::catalog::Version;
use crate::input_file;
use crate::key::SkillKey;
use crate::output_file;
use crate::tree::Tree;
use crate::url::repository;

/// Old versions, newest first, of each skill that has any.
pub type OwnVersions = BTreeMap<SkillKey, Vec<Version>>;

/// Why there are none.
#[derive(Debug, Error)]
pub enum OwnVersionsError {
    /// Git, the cache, or what is in it.
    #[error(transparent)]
    Source(#[from] SourceFetchError),
    /// Old commits are missing.
    #[error("this clone is shallow: it has no old commits")]
    Shallow,
}

impl OwnVersionsError {
    /// What to do, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Source(error) => error.hint(),
            Self::Shallow => Some(
                "clone all of it: `git fetch --unshallow`, in a workflow `fetch-depth: 0`"
                    .to_owned(),
            ),
        }
    }
}

/// Reads the old versions of the skills in the folder `content`; the cache is in `folder`.
///
/// # Errors
/// When there is no git, no repository, or not all of one.
pub fn own_versions(content: &Path, folder: &Path) -> Result<OwnVersions, OwnVersionsError> {
    let git = Git::find().map_err(SourceFetchError::from)?;
    let work_tree = git.work_tree_of(content).map_err(SourceFetchError::from)?;
    if work_tree.is_shallow {
        return Err(OwnVersionsError::Shallow);
    }
    let cache = Cache::of_project(folder);
    let snapshot = match kept(&cache, &work_tree) {
        Some(snapshot) => snapshot,
        None => read(&git, &cache, &work_tree)?,
    };
    let page = git
        .origin_of(content)
        .and_then(|url| repository::page(&url));
    let of_skill = |skill: &SnapshotSkill| {
        let key = SkillKey::parse(&skill.slug)?;
        let versions = skill.old_versions(&cache, page.as_deref());
        (!versions.is_empty()).then_some((key, versions))
    };
    Ok(snapshot.skills.iter().filter_map(of_skill).collect())
}

/// What was read for a commit. It stands in the operator's repository, not in the cache: whoever could write that, as of a
/// workflow, must not say what the versions are.
#[derive(Serialize, Deserialize)]
struct Kept {
    head: String,
    prefix: String,
    snapshot: Digest,
}

const KEPT_MAX_BYTES: u64 = 10_000;

fn kept_path(work_tree: &WorkTree) -> PathBuf {
    work_tree.git_dir.join("skillpress-versions.json")
}

/// What was read before, if that was for the same commit and all of it is there.
fn kept(cache: &Cache, work_tree: &WorkTree) -> Option<Snapshot> {
    let bytes = input_file::read(&kept_path(work_tree), KEPT_MAX_BYTES).ok()?;
    let kept: Kept = serde_json::from_slice(&bytes).ok()?;
    let is_same = kept.head == work_tree.head && kept.prefix == work_tree.prefix;
    let snapshot = Snapshot::read(cache, &kept.snapshot)
        .ok()
        .filter(|_| is_same)?;
    snapshot.is_whole(cache).then_some(snapshot)
}

/// Walks through the history.
fn read(git: &Git, cache: &Cache, work_tree: &WorkTree) -> Result<Snapshot, SourceFetchError> {
    let writer =
        cache.write(|| error_line!("waiting for another `skillpress` that reads sources"))?;
    let remote = Remote::parse(&work_tree.root.to_string_lossy(), &work_tree.root)?;
    let git_dir = work_tree.git_dir.clone();
    let repository = GitRepository::own(git, git_dir, remote, GitLimits::default());
    let Some(commit) = ObjectId::parse(&work_tree.head) else {
        return Ok(Snapshot::default());
    };
    let snapshot = walk(&repository, &writer, &commit, &work_tree.prefix)?;
    let kept = Kept {
        head: work_tree.head.clone(),
        prefix: work_tree.prefix.clone(),
        snapshot: snapshot.write(&writer)?,
    };
    let json = serde_json::to_string(&kept).map_err(super::snapshot::SnapshotError::from)?;
    output_file::replace(&kept_path(work_tree), &json)?;
    Ok(snapshot)
}

fn walk(
    repository: &GitRepository,
    writer: &CacheWriter,
    commit: &ObjectId,
    prefix: &str,
) -> Result<Snapshot, SourceFetchError> {
    let mut tree = repository.tree(commit)?;
    let skills = prefix.to_owned() + "skills/";
    let keys: BTreeSet<SkillKey> = tree
        .entries()
        .iter()
        .filter_map(|entry| entry.path.strip_prefix(&skills)?.strip_suffix("/SKILL.md"))
        .filter_map(SkillKey::parse)
        .collect();
    let folders: Vec<String> = keys.iter().map(|key| format!("{skills}{key}")).collect();
    let borrowed: Vec<&str> = folders.iter().map(String::as_str).collect();
    repository.fetch_files(&mut tree, &borrowed, &[])?;
    let mut snapshot = Snapshot::default();
    for (key, folder) in keys.iter().zip(&folders) {
        let (files, _told_of_the_folder) = files_of(&tree, folder, writer)?;
        snapshot.skills.push(SnapshotSkill {
            folder: folder.clone(),
            slug: key.to_string(),
            committed_at: None,
            license: None,
            version: None,
            files,
            versions: Vec::new(),
        });
    }
    let versions = Versions {
        repository,
        cache: writer,
        start: "",
        root_name: "",
        max_time: VERSIONS_MAX_TIME,
    };
    versions.add_history(&mut snapshot, commit)?;
    // The current ones stand in the content folder.
    for skill in &mut snapshot.skills {
        skill.files = Vec::new();
    }
    Ok(snapshot)
}
