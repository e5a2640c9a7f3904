//! Old versions of the registry's own skills, from the git repository that its content folder lies in.
//!
//! A build reads them, since the commit that changes a skill cannot know of itself. What was read for a commit is kept, so
//! only the first build after a commit walks through the history; no build uses the network for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use walkdir::WalkDir;

use super::cache::{Cache, CacheWriter, Digest};
use super::error::SourceFetchError;
use super::snapshot::{Snapshot, SnapshotSkill, files_of};
use super::versions::{VERSIONS_MAX_TIME, Versions};
use crate::catalog::{Version, short_commit};
use crate::git::{Git, GitError, GitLimits, GitRepository, ObjectId, Remote, WorkTree};
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
    /// The content folder is under no version control.
    #[error("`{}` is not a git repository, and lies in none", .0.display())]
    NoRepository(PathBuf),
    /// Nothing was committed.
    #[error("the repository around `{}` has no commit yet", .0.display())]
    NoCommit(PathBuf),
    /// Git reads only what its user owns, or says to trust.
    #[error("git does not read the repository around `{}`, since another user owns it", .0.display())]
    NotOwned(PathBuf),
    /// There are skills, and the commit has none.
    #[error("the skills in `{}` are not in commit {}", .content.display(), short_commit(.head))]
    Untracked {
        /// The content folder.
        content: PathBuf,
        /// The commit that is checked out.
        head: String,
    },
}

impl OwnVersionsError {
    /// What to do, where that is known.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            // There is no URL, and no network.
            Self::Source(SourceFetchError::Git(GitError::Failed { .. })) => {
                "run `git status` in the content folder, which says more"
            }
            Self::Source(error) => return error.hint(),
            Self::Shallow => {
                "clone all of it: `git fetch --unshallow`, in a workflow `fetch-depth: 0`"
            }
            Self::NoRepository(_) => {
                "run `git init` and commit the content, or remove `from` below `[versions]`"
            }
            Self::NoCommit(_) => "commit the content",
            Self::NotOwned(content) => {
                return Some(format!(
                    "if you trust it, run `git config --global --add safe.directory FOLDER` with the folder of the \
                     repository, which `{}` is or lies in",
                    content.display()
                ));
            }
            Self::Untracked { .. } => {
                "commit them; `git check-ignore -v FILE` says whether git ignores one"
            }
        };
        Some(hint.to_owned())
    }

    /// What it means that git does not say in which repository `content` lies.
    pub(super) fn of_work_tree(content: &Path, error: GitError) -> Self {
        let GitError::Failed { message, .. } = &error else {
            return Self::Source(error.into());
        };
        let is_said = |part: &str| message.contains(part);
        let content = content.to_owned();
        if is_said("not a git repository") {
            Self::NoRepository(content)
        } else if is_said("dubious ownership") {
            Self::NotOwned(content)
        } else if is_said("HEAD^{commit}") {
            Self::NoCommit(content)
        } else {
            Self::Source(error.into())
        }
    }
}

/// Reads the old versions of the skills in the folder `content`; the cache is in `folder`.
///
/// # Errors
/// When there is no git, no repository, or not all of one.
pub fn own_versions(content: &Path, folder: &Path) -> Result<OwnVersions, OwnVersionsError> {
    let git = Git::find().map_err(SourceFetchError::from)?;
    let work_tree = git.work_tree_of(content);
    let work_tree = work_tree.map_err(|error| OwnVersionsError::of_work_tree(content, error))?;
    if work_tree.is_shallow {
        return Err(OwnVersionsError::Shallow);
    }
    let cache = Cache::of_project(folder);
    let snapshot = match kept(&cache, &work_tree) {
        Some(snapshot) => snapshot,
        None => read(&git, &cache, &work_tree)?,
    };
    if snapshot.skills.is_empty() && has_skills(content) {
        return Err(OwnVersionsError::Untracked {
            content: content.to_owned(),
            head: work_tree.head,
        });
    }
    let has_versions = |skill: &SnapshotSkill| !skill.versions.is_empty();
    if !snapshot.skills.iter().any(has_versions) {
        return Ok(OwnVersions::new());
    }
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

/// Whether a skill lies in the folder `content`: `skills/OWNER/SLUG/SKILL.md`.
fn has_skills(content: &Path) -> bool {
    let walk = WalkDir::new(content.join("skills")).max_depth(3);
    let mut names = walk.into_iter().filter_map(Result::ok);
    names.any(|entry| entry.depth() == 3 && entry.file_name() == "SKILL.md")
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
