//! The bytes of files, read from the object store.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout};

use thiserror::Error;

use super::object_id::ObjectId;
use super::process::{Action, Process};
use super::program::{Git, GitCommand};

/// One `cat-file --batch` for all files that are read.
pub(super) struct BlobReader {
    git: Git,
    folder: PathBuf,
    running: Option<RunningReader>,
}

impl BlobReader {
    /// Of the repository in `folder`; git is started when the first file is read.
    pub(super) fn new(git: &Git, folder: &Path) -> Self {
        Self {
            git: git.clone(),
            folder: folder.to_owned(),
            running: None,
        }
    }

    /// A command that reads the same repository.
    pub(super) fn command(&self) -> GitCommand {
        self.git.reading(&self.folder)
    }

    /// The bytes of `object`, a file.
    ///
    /// # Errors
    /// [`GitReadError`], or what reading from git says.
    pub(super) fn read(&mut self, object: &ObjectId, max_bytes: u64) -> io::Result<Vec<u8>> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        let read = running.read(object, max_bytes)?;
        // After any other answer the rest of it would stand before the next: then git is started anew.
        if matches!(read, Ok(_) | Err(GitReadError::NotFetched)) {
            self.running = Some(running);
        }
        Ok(read?)
    }

    fn start(&self) -> io::Result<RunningReader> {
        let action = Action::new("read files of", self.folder.display());
        let process = self.command().start(&["cat-file", "--batch"], action);
        let mut process = process.map_err(|_| GitReadError::Odd)?;
        let (stdin, stdout) = (process.stdin.take(), process.stdout.take());
        Ok(RunningReader {
            stdin: stdin.ok_or(GitReadError::Odd)?,
            stdout: BufReader::new(stdout.ok_or(GitReadError::Odd)?),
            _process: process,
        })
    }
}

/// Why a file of a commit is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GitReadError {
    /// It is longer than was to be read, or downloaded.
    #[error("it has more than {max_bytes} bytes")]
    TooLarge { max_bytes: u64 },
    /// Nobody asked for it.
    #[error("it was not fetched")]
    NotFetched,
    /// A link, a submodule, or no entry of this tree.
    #[error("it is no file")]
    NoFile,
    /// The object is of another kind than the listing says, or git ended.
    #[error("git did not give it")]
    Odd,
}

impl From<GitReadError> for io::Error {
    fn from(error: GitReadError) -> Self {
        let kind = match error {
            GitReadError::TooLarge { .. } => io::ErrorKind::FileTooLarge,
            GitReadError::NotFetched => io::ErrorKind::NotFound,
            GitReadError::NoFile => io::ErrorKind::InvalidInput,
            GitReadError::Odd => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}

struct RunningReader {
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    _process: Process,
}

impl RunningReader {
    fn read(
        &mut self,
        object: &ObjectId,
        max_bytes: u64,
    ) -> io::Result<Result<Vec<u8>, GitReadError>> {
        self.stdin.write_all(format!("{object}\n").as_bytes())?;
        let mut line = String::new();
        (&mut self.stdout).take(200).read_line(&mut line)?;
        let len_bytes = match BlobHead::parse(&line) {
            Some(BlobHead::Blob { len_bytes }) => len_bytes,
            Some(BlobHead::Missing) => return Ok(Err(GitReadError::NotFetched)),
            None => return Ok(Err(GitReadError::Odd)),
        };
        if len_bytes > max_bytes {
            return Ok(Err(GitReadError::TooLarge { max_bytes }));
        }
        // And the line break behind it.
        let mut bytes = Vec::new();
        (&mut self.stdout)
            .take(len_bytes + 1)
            .read_to_end(&mut bytes)?;
        let is_whole = bytes.len() as u64 == len_bytes + 1 && bytes.pop() == Some(b'\n');
        Ok(if is_whole {
            Ok(bytes)
        } else {
            Err(GitReadError::Odd)
        })
    }
}

/// What `cat-file --batch` says of an object before its bytes.
pub(super) enum BlobHead {
    Missing,
    Blob { len_bytes: u64 },
}

impl BlobHead {
    /// From `id missing` or `id blob length`; `None` for an object of another type.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.trim_end().split(' ').collect();
        match words[..] {
            [_, "missing"] => Some(Self::Missing),
            [_, "blob", len] => Some(Self::Blob {
                len_bytes: len.parse().ok()?,
            }),
            _ => None,
        }
    }
}
