//! The dates of a repository: of the last commit to each folder, and of its tags.

use std::collections::HashMap;
use std::ops::ControlFlow;

use super::error::GitError;
use super::object_id::ObjectId;
use super::repository::{GitRepository, History};
use crate::catalog::Timestamp;

/// The last commit that touched something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastCommit {
    /// Its id.
    pub commit: ObjectId,
    /// When it was committed; `None` for a time outside the years 1970 to 9999.
    pub date: Option<Timestamp>,
}

/// A commit, and what it touched of the folders that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touching {
    /// Its id and date.
    pub commit: LastCommit,
    /// Places in the list of folders, in no order.
    pub folder_idxs: Vec<usize>,
}

/// A tag of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Without `refs/tags/`. Hostile, but a name that git allows.
    pub name: String,
    /// What it is of, also when the tag is an object of its own.
    pub commit: ObjectId,
    /// When it was made: as its own object says, or its commit.
    pub date: Option<Timestamp>,
}

/// Most tags that are given; there are the newest.
const TAGS_MAX: usize = 10_000;

impl GitRepository {
    /// The last commit up to `commit` that touched each of `folders` (`""` is the root): for each a value, in their order.
    ///
    /// `None` for a folder that no commit touched, and for all where the history is shallow, which would make every folder
    /// as new as its one commit.
    ///
    /// # Errors
    /// As [`GitRepository::touching`].
    pub fn last_commits(
        &self,
        commit: &ObjectId,
        folders: &[&str],
    ) -> Result<Vec<Option<LastCommit>>, GitError> {
        let mut found = vec![None; folders.len()];
        for touching in self.touching(commit, folders, 1)? {
            for folder_idx in touching.folder_idxs {
                found[folder_idx] = Some(touching.commit.clone());
            }
        }
        Ok(found)
    }

    /// The commits up to `commit` that touched any of `folders` (`""` is the root), newest first; of each folder the newest
    /// `n_each`. None where the history is shallow.
    ///
    /// A merge touches what differs from all that it merges. One pass over the history, which ends when all are known.
    ///
    /// # Errors
    /// What git says; a limit.
    pub fn touching(
        &self,
        commit: &ObjectId,
        folders: &[&str],
        n_each: usize,
    ) -> Result<Vec<Touching>, GitError> {
        let mut search = Search::new(folders, n_each);
        if self.history() == History::Shallow || folders.is_empty() {
            return Ok(search.found);
        }
        let action = self.action("read the history of");
        let paths = paths_to_follow(folders);
        // Paths come on standard input, of which there may be more than a command line takes.
        let lines: Vec<&str> = ["--"].into_iter().chain(paths).collect();
        let args = [
            "log",
            "-z",
            "--format=%x01%H %ct",
            "--name-only",
            "--no-renames",
            "--diff-merges=combined",
            "--no-show-signature",
            "--no-notes",
            commit.as_str(),
            "--stdin",
        ];
        let mut process = self.reading().start(&args, action)?;
        process.give((lines.join("\n") + "\n").into_bytes());
        process.each_record(|record| {
            search.read(record);
            Ok(match search.is_done() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            })
        })?;
        Ok(search.found)
    }

    /// Fetches the tags of the remote, without files; afterwards [`GitRepository::tags`] has them.
    ///
    /// # Errors
    /// What git says; a limit.
    pub fn fetch_tags(&self) -> Result<(), GitError> {
        self.fetch_all_tags()
    }

    /// The commit that the tag `name` is of, as it was fetched; `None` when there is no such tag, or it is of no commit.
    pub fn commit_of_tag(&self, name: &str) -> Option<ObjectId> {
        self.commit_at(&format!("refs/tags/{name}")).ok()
    }

    /// The tags that were fetched of `commit` and what it stands on, newest first and then by name; those of other things
    /// than commits are not among them.
    ///
    /// # Errors
    /// What git says; a limit.
    pub fn tags(&self, commit: &ObjectId) -> Result<Vec<Tag>, GitError> {
        let args = [
            "for-each-ref",
            &format!("--merged={commit}"),
            &format!("--count={TAGS_MAX}"),
            "--sort=refname",
            "--sort=-creatordate",
            "--format=%(refname:strip=2)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)%00\
             %(creatordate:unix)",
            "refs/tags/",
        ];
        let answer = self.reading().run(&args, self.action("list the tags of"))?;
        let lines = answer.split(|&byte| byte == b'\n');
        Ok(lines.filter_map(parse_tag).collect())
    }
}

/// A line of `for-each-ref`; `None` when the tag is of no commit, or its name is not UTF-8.
fn parse_tag(line: &[u8]) -> Option<Tag> {
    let line = std::str::from_utf8(line).ok()?;
    let [name, kind, object, peeled_kind, peeled, date] =
        line.split('\0').collect::<Vec<_>>().try_into().ok()?;
    let commit = match (kind, peeled_kind) {
        ("commit", _) => object,
        (_, "commit") => peeled,
        _ => return None,
    };
    Some(Tag {
        name: name.to_owned(),
        commit: ObjectId::parse(commit)?,
        date: timestamp(date),
    })
}

fn timestamp(seconds: &str) -> Option<Timestamp> {
    let seconds: i64 = seconds.parse().ok()?;
    Timestamp::from_ms(seconds.checked_mul(1000)?)
}

/// The paths by which the history is followed. One with a line break cannot be said, and is followed by what is above it;
/// no path is all of them.
fn paths_to_follow<'a>(folders: &[&'a str]) -> Vec<&'a str> {
    let mut paths = Vec::new();
    for &folder in folders {
        let line = folder.find('\n').unwrap_or(folder.len());
        let path = match line == folder.len() {
            true => folder,
            false => folder[..line]
                .rsplit_once('/')
                .map_or("", |(above, _)| above),
        };
        if path.is_empty() {
            return Vec::new();
        }
        paths.push(path);
    }
    paths
}

/// Finds the first commits of a log that touched each folder.
struct Search<'a> {
    /// Folders that too few commits touched so far.
    open: HashMap<&'a str, Open>,
    found: Vec<Touching>,
    /// The commit of the names that follow.
    current: Option<LastCommit>,
}

/// A folder for which commits are looked for.
#[derive(Default)]
struct Open {
    /// Its places in the list.
    folder_idxs: Vec<usize>,
    n_wanted: usize,
}

impl<'a> Search<'a> {
    fn new(folders: &[&'a str], n_each: usize) -> Self {
        let mut open: HashMap<&str, Open> = HashMap::new();
        for (folder_idx, &folder) in folders.iter().enumerate() {
            let folder = open.entry(folder).or_default();
            folder.folder_idxs.push(folder_idx);
            folder.n_wanted = n_each;
        }
        Self {
            open,
            found: Vec::new(),
            current: None,
        }
    }

    fn is_done(&self) -> bool {
        self.open.is_empty()
    }

    /// Takes a commit, or the path of a file that it touched.
    fn read(&mut self, record: &[u8]) {
        if let Some(commit) = parse_commit(record) {
            self.current = Some(commit);
            return;
        }
        // Before the first name of a commit stands a line break.
        let record = record.strip_prefix(b"\n").unwrap_or(record);
        let path = String::from_utf8_lossy(record);
        let above = path.match_indices('/').map(|(at, _)| &path[..at]);
        for folder in above.chain([""]) {
            self.touch(folder);
        }
    }

    /// The current commit touched `folder`.
    fn touch(&mut self, folder: &str) {
        let (Some(open), Some(commit)) = (self.open.get_mut(folder), &self.current) else {
            return;
        };
        let is_first = self.found.last().is_none_or(|last| last.commit != *commit);
        if is_first {
            self.found.push(Touching {
                commit: commit.clone(),
                folder_idxs: Vec::new(),
            });
        }
        let Some(touching) = self.found.last_mut() else {
            return;
        };
        if open
            .folder_idxs
            .iter()
            .any(|idx| touching.folder_idxs.contains(idx))
        {
            return;
        }
        touching.folder_idxs.extend(&open.folder_idxs);
        open.n_wanted -= 1;
        if open.n_wanted == 0 {
            self.open.remove(folder);
        }
    }
}

fn parse_commit(record: &[u8]) -> Option<LastCommit> {
    let text = std::str::from_utf8(record).ok()?;
    let (commit, date) = text.strip_prefix('\u{1}')?.split_once(' ')?;
    Some(LastCommit {
        commit: ObjectId::parse(commit)?,
        date: timestamp(date),
    })
}
