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
    /// as new as its one commit. A merge touches what differs from all that it merges. One pass over the history, which
    /// ends when all are known.
    ///
    /// # Errors
    /// What git says; a limit.
    pub fn last_commits(
        &self,
        commit: &ObjectId,
        folders: &[&str],
    ) -> Result<Vec<Option<LastCommit>>, GitError> {
        let mut search = Search::new(folders);
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

    /// The tags that were fetched, newest first and then by name; those of other things than commits are not among them.
    ///
    /// # Errors
    /// What git says; a limit.
    pub fn tags(&self) -> Result<Vec<Tag>, GitError> {
        let args = [
            "for-each-ref",
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

/// Finds the first commit of a log that touched each folder.
struct Search<'a> {
    /// Folders that no commit touched so far, with their places in `found`.
    open: HashMap<&'a str, Vec<usize>>,
    found: Vec<Option<LastCommit>>,
    /// The commit of the names that follow.
    current: Option<LastCommit>,
}

impl<'a> Search<'a> {
    fn new(folders: &[&'a str]) -> Self {
        let mut open: HashMap<&str, Vec<usize>> = HashMap::new();
        for (folder_idx, &folder) in folders.iter().enumerate() {
            open.entry(folder).or_default().push(folder_idx);
        }
        Self {
            open,
            found: vec![None; folders.len()],
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
            for folder_idx in self.open.remove(folder).unwrap_or_default() {
                self.found[folder_idx] = self.current.clone();
            }
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
