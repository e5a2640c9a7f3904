//! The tags whose states are a source's old versions. One that was read stays where it was then, as the lock file says:
//! what a published version holds never changes, whoever moves or deletes its tag.

use std::collections::BTreeMap;
use std::fmt;

use super::lock_file::LockedTag;
use crate::catalog::{Timestamp, short_commit};
use crate::git::{GitError, GitRepository, ObjectId};

/// Most tags that are looked at, the newest.
const TAGS_MAX: usize = 100;

/// A tag that is not where it was read first, and whose version stays as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedTag {
    /// What it is called. Hostile.
    pub name: String,
    /// The commit that is kept.
    pub kept: ObjectId,
    /// The commit that it names now; `None` when it was deleted.
    pub now: Option<ObjectId>,
}

impl MovedTag {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        "its version stays as it was published; to take the tag as it is now, remove it from `skillpress.lock` and run \
         `skillpress fetch --update`"
    }
}

impl fmt::Display for MovedTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, kept, now } = self;
        let kept = short_commit(kept.as_str());
        match now.as_ref().map(|now| short_commit(now.as_str())) {
            Some(now) => write!(f, "the tag `{name}` was moved from commit {kept} to {now}"),
            None => write!(f, "the tag `{name}` of commit {kept} was deleted"),
        }
    }
}

/// The tags of `repository`, newest first, and which of them are no more where they were.
///
/// Those of `commit` and what it stands on count. Of `before`, which were read when the source was fetched last, each stays
/// where it was.
///
/// # Errors
/// `GitError::NoTagCommit`; what git says; a limit.
pub(super) fn read(
    repository: &GitRepository,
    commit: &ObjectId,
    before: &[LockedTag],
) -> Result<(Vec<LockedTag>, Vec<MovedTag>), GitError> {
    repository.fetch_tags()?;
    let listed = repository.tags(commit)?.into_iter().map(|tag| LockedTag {
        name: tag.name,
        commit: tag.commit,
        date: tag.date.map(Timestamp::rfc3339),
    });
    let mut tags: BTreeMap<String, LockedTag> = listed.map(|tag| (tag.name.clone(), tag)).collect();
    let mut moved = Vec::new();
    for kept in before {
        let now = repository.commit_of_tag(&kept.name);
        if now.as_ref() != Some(&kept.commit) {
            moved.push(MovedTag {
                name: kept.name.clone(),
                kept: kept.commit.clone(),
                now,
            });
        }
        tags.insert(kept.name.clone(), kept.clone());
    }
    let mut tags: Vec<LockedTag> = tags.into_values().collect();
    // Stable: those of one time stay sorted by name. The dates are of one form, so texts sort as times do.
    tags.sort_by(|a, b| b.date.cmp(&a.date));
    tags.truncate(TAGS_MAX);
    have(repository, &tags)?;
    Ok((tags, moved))
}

/// Fetches the commits of `tags` that are not there.
///
/// # Errors
/// `GitError::NoTagCommit`, such as when the server has it no more.
pub(super) fn have(repository: &GitRepository, tags: &[LockedTag]) -> Result<(), GitError> {
    for tag in tags {
        if repository.has_commit(&tag.commit) {
            continue;
        }
        let fetched = repository.fetch(Some(tag.commit.as_str()));
        fetched.map_err(|error| GitError::NoTagCommit {
            tag: tag.name.clone(),
            commit: tag.commit.clone(),
            error: Box::new(error),
        })?;
    }
    Ok(())
}
