//! A repository that this program writes: one branch, a commit for each state, and beside it the files of the last one.
//!
//! Whoever made the folder may have put settings and hooks into it. So git is asked only for what runs no program of
//! theirs: objects and the commit go in by `fast-import`, which moves the branch last and at once, and files are compared
//! and written here, past git's filters.
//!
//! Killed at any point, the repository holds a whole commit. Its files and its index may still be, in part, those of the
//! commit before, and nothing else: that is how they are told from what people changed, and the next call ends the work.

mod error;
mod files;
mod import;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::error::GitError;
use super::object_id::ObjectId;
use super::process::Action;
use super::program::{Git, GitCommand};
pub use error::WrittenError;
pub use files::{FileState, Files};
pub use import::{Import, NewCommit};

/// The branch that is written.
pub const BRANCH: &str = "main";

/// A folder with a repository in it, which nobody else writes in the meantime.
#[derive(Debug)]
pub struct WrittenRepository {
    git: Git,
    /// Absolute.
    folder: PathBuf,
    /// A line of each commit's message, by which the repository is known as one of ours.
    mark: &'static str,
    tip: Option<Tip>,
    _lock: File,
}

/// The last commit of the branch.
#[derive(Debug)]
pub struct Tip {
    /// Its id.
    pub commit: ObjectId,
    /// When it was made, in seconds since 1970.
    pub committed_at_s: i64,
    /// What it holds.
    pub files: Files,
    /// What the commit before it holds, if that is here.
    before: Files,
}

impl WrittenRepository {
    /// Opens the repository in `folder`: one whose last commit has the line `mark`. A folder that is missing or empty
    /// becomes one, also one that holds nothing but a repository without commits. What a killed call left is put in order.
    ///
    /// # Errors
    /// When the folder is another's, or its files were changed; what git and the file system say.
    pub fn open(git: &Git, folder: &Path, mark: &'static str) -> Result<Self, WrittenError> {
        let folder = std::path::absolute(folder).map_err(WrittenError::file(folder))?;
        let has_files = prepare(&folder)?;
        let lock = lock_in(&folder)?;
        let mut repository = Self {
            git: git.clone(),
            folder,
            mark,
            tip: None,
            _lock: lock,
        };
        if !has_files {
            // Where there is a repository, this changes nothing in it.
            git.init(&repository.folder)?;
        }
        repository.tip = repository.read_tip(has_files)?;
        repository.settle()?;
        Ok(repository)
    }

    /// The last commit, if there is any.
    pub fn tip(&self) -> Option<&Tip> {
        self.tip.as_ref()
    }

    /// Takes the bytes of files for the next commit.
    ///
    /// # Errors
    /// What git says.
    pub fn import(&self) -> Result<Import, WrittenError> {
        Ok(Import::start(self.command(), self.action("write to"))?)
    }

    /// Makes a commit of `files`, whose bytes `import` took, on top of the last one, and puts them in their places.
    ///
    /// # Errors
    /// What git and the file system say. After a failure, the branch is as it was, or all of the commit is there.
    pub fn commit(
        &self,
        import: Import,
        commit: &NewCommit,
        files: &Files,
    ) -> Result<ObjectId, WrittenError> {
        let none = Files::new();
        let (parent, before) = match &self.tip {
            Some(tip) => (Some(&tip.commit), &tip.files),
            None => (None, &none),
        };
        let message = format!("{}\n\n{}\n", commit.message.trim_end(), self.mark);
        let id = import.commit(commit, &message, parent, before, files)?;
        self.place(before, files)?;
        self.write_index(&id)?;
        Ok(id)
    }

    /// Finds the last commit, which is one of ours.
    fn read_tip(&self, has_files: bool) -> Result<Option<Tip>, WrittenError> {
        let branch = format!("refs/heads/{BRANCH}");
        let args = ["for-each-ref", "--format=%(objectname)", &branch];
        let commit = self.run(&args, "find the branch of")?;
        let head = self.run(&["symbolic-ref", "--quiet", "HEAD"], "find the branch of");
        let is_on_branch = head.is_ok_and(|head| head.trim_ascii() == branch.as_bytes());
        let Some(commit) = object_id(&commit) else {
            if has_files || self.commit_at("HEAD").is_some() {
                return Err(self.someone_elses());
            }
            // A new clone may have another first branch.
            self.run(&["symbolic-ref", "HEAD", &branch], "set the branch of")?;
            return Ok(None);
        };
        if !is_on_branch {
            return Err(WrittenError::OtherBranch(self.folder.clone()));
        }
        let text = self.run(&["cat-file", "commit", commit.as_str()], "read")?;
        let text = String::from_utf8_lossy(&text);
        let (head, message) = text.split_once("\n\n").unwrap_or((&text, ""));
        if !message.lines().any(|line| line == self.mark) {
            return Err(self.someone_elses());
        }
        let committed_at_s = committed_at_s(head).ok_or_else(|| self.someone_elses())?;
        let before = match self.commit_at(&format!("{commit}^")) {
            Some(parent) => self.files_of(&parent)?,
            None => Files::new(),
        };
        Ok(Some(Tip {
            files: self.files_of(&commit)?,
            commit,
            committed_at_s,
            before,
        }))
    }

    /// Ends what a killed call began.
    fn settle(&self) -> Result<(), WrittenError> {
        let Some(tip) = &self.tip else {
            return Ok(());
        };
        let known = |path: &str| tip.files.get(path).or_else(|| tip.before.get(path));
        let placed = self.placed(known)?;
        let index = self.indexed()?;
        if placed == tip.files && index == tip.files {
            return Ok(());
        }
        let all = [&tip.files, &tip.before, &placed, &index];
        let paths: BTreeSet<&String> = all.iter().flat_map(|files| files.keys()).collect();
        let is_ours = |files: &Files, path: &String| {
            let state = files.get(path);
            state == tip.files.get(path) || state == tip.before.get(path)
        };
        let changed = paths
            .into_iter()
            .filter(|path| !(is_ours(&placed, path) && is_ours(&index, path)));
        let changed: Vec<String> = changed.cloned().collect();
        if !changed.is_empty() {
            return Err(self.changed(changed));
        }
        self.place(&placed, &tip.files)?;
        self.write_index(&tip.commit)
    }

    /// Writes the index anew: beside its place, since a lock that git leaves would be in the way of the next call.
    fn write_index(&self, commit: &ObjectId) -> Result<(), WrittenError> {
        let fresh = self.git_dir().join("skillpress-index");
        for remainder in [fresh.clone(), fresh.with_extension("lock")] {
            match fs::remove_file(&remainder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(WrittenError::file(&remainder)(error));
                }
                _ => {}
            }
        }
        let mut command = self.command();
        command.env("GIT_INDEX_FILE", &fresh);
        command.run(
            &["read-tree", commit.as_str()],
            self.action("write the index of"),
        )?;
        let index = self.git_dir().join("index");
        fs::rename(&fresh, &index).map_err(WrittenError::file(&index))
    }

    fn commit_at(&self, name: &str) -> Option<ObjectId> {
        let name = format!("{name}^{{commit}}");
        let args = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &name,
        ];
        object_id(&self.run(&args, "find a commit of").ok()?)
    }

    fn run(&self, args: &[&str], verb: &'static str) -> Result<Vec<u8>, GitError> {
        self.command().run(args, self.action(verb))
    }

    fn command(&self) -> GitCommand {
        self.git.writing(&self.folder)
    }

    fn action(&self, verb: &'static str) -> Action {
        Action::new(verb, self.folder.display())
    }

    fn git_dir(&self) -> PathBuf {
        self.folder.join(".git")
    }

    fn someone_elses(&self) -> WrittenError {
        WrittenError::SomeoneElses(self.folder.clone())
    }

    fn changed(&self, paths: Vec<String>) -> WrittenError {
        WrittenError::Changed {
            folder: self.folder.clone(),
            paths,
        }
    }
}

/// Makes the folder where it is missing, and a place for the repository where it is empty. Whether it holds anything
/// besides.
fn prepare(folder: &Path) -> Result<bool, WrittenError> {
    let at = WrittenError::file;
    if folder.exists() && !folder.is_dir() {
        return Err(WrittenError::NotAFolder(folder.to_owned()));
    }
    fs::create_dir_all(folder).map_err(at(folder))?;
    let mut has_files = false;
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        has_files |= entry.map_err(at(folder))?.file_name() != ".git";
    }
    let git_dir = folder.join(".git");
    match git_dir.symlink_metadata() {
        Ok(_) if leads_elsewhere(&git_dir) => Err(WrittenError::Elsewhere(folder.to_owned())),
        Ok(_) => Ok(has_files),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(&git_dir)(error)),
        Err(_) if has_files => Err(WrittenError::SomeoneElses(folder.to_owned())),
        Err(_) => fs::create_dir(&git_dir)
            .map(|()| false)
            .map_err(at(&git_dir)),
    }
}

/// Whether what is written to the repository `git_dir` would be written to another place: it is a file or a link, has one in
/// it, or names another repository as the one that has its objects.
fn leads_elsewhere(git_dir: &Path) -> bool {
    let is_link = |entry: DirEntry| entry.path_is_symlink();
    let mut entries = WalkDir::new(git_dir).into_iter().filter_map(Result::ok);
    !git_dir.is_dir() || git_dir.join("commondir").exists() || entries.any(is_link)
}

fn lock_in(folder: &Path) -> Result<File, WrittenError> {
    let path = folder.join(".git/skillpress.lock");
    let lock = File::create(&path).map_err(WrittenError::file(&path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(_) => Err(WrittenError::Busy(folder.to_owned())),
    }
}

/// The object that git printed a line of.
fn object_id(answer: &[u8]) -> Option<ObjectId> {
    ObjectId::parse(std::str::from_utf8(answer).ok()?.trim_end())
}

/// From the line `committer NAME <EMAIL> SECONDS OFFSET`.
fn committed_at_s(head: &str) -> Option<i64> {
    let line = head
        .lines()
        .find_map(|line| line.strip_prefix("committer "))?;
    let (_, time) = line.rsplit_once("> ")?;
    time.split(' ').next()?.parse().ok()
}
