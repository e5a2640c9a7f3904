//! A `git fast-import`: takes files one by one, then makes one commit of them. All of it is one pack, and files that are
//! there already cost nothing.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::process::{ChildStdin, ChildStdout};

use super::{BRANCH, Files};
use crate::git::error::GitError;
use crate::git::object_id::ObjectId;
use crate::git::process::{Action, Process};
use crate::git::program::GitCommand;

/// What there is to say of a commit besides its files.
#[derive(Clone, Debug)]
pub struct NewCommit {
    /// Who makes it: any text.
    pub name: String,
    /// The address of who makes it.
    pub email: String,
    /// When, in seconds since 1970.
    pub made_at_s: i64,
    /// What changes and why.
    pub message: String,
}

/// A git that waits for files. Nothing of them is in the repository unless they are committed.
#[derive(Debug)]
pub struct Import {
    process: Process,
    stdin: BufWriter<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Import {
    pub(super) fn start(command: GitCommand, action: Action) -> Result<Self, GitError> {
        // Without a last word, as from a program that was killed, git does nothing.
        let args = ["fast-import", "--quiet", "--done", "--date-format=raw"];
        let mut process = command.start(&args, action.clone())?;
        let (stdin, stdout) = (process.stdin.take(), process.stdout.take());
        Ok(Self {
            process,
            stdin: BufWriter::new(stdin.ok_or_else(|| action.odd())?),
            stdout: BufReader::new(stdout.ok_or_else(|| action.odd())?),
        })
    }

    /// Takes a file, and says what git calls it.
    ///
    /// # Errors
    /// What git says.
    pub fn add(&mut self, bytes: &[u8]) -> Result<ObjectId, GitError> {
        let given = self.give(|stdin| {
            write!(stdin, "blob\nmark :1\ndata {}\n", bytes.len())?;
            stdin.write_all(bytes)?;
            stdin.write_all(b"\nget-mark :1\n")
        });
        let object = given.ok().and_then(|()| self.answer());
        object.ok_or_else(|| self.process.fault())
    }

    /// Ends without a commit.
    ///
    /// # Errors
    /// What git says.
    pub fn cancel(mut self) -> Result<(), GitError> {
        let _ = self.give(|stdin| stdin.write_all(b"done\n"));
        drop((self.stdin, self.stdout));
        self.process.finish()
    }

    /// Commits what makes `before`, which is what `parent` has, to `after`.
    pub(super) fn commit(
        mut self,
        commit: &NewCommit,
        message: &str,
        parent: Option<&ObjectId>,
        before: &Files,
        after: &Files,
    ) -> Result<ObjectId, GitError> {
        let (name, email) = (identity_part(&commit.name), identity_part(&commit.email));
        let made_at_s = commit.made_at_s;
        let given = self.give(|stdin| {
            writeln!(stdin, "commit refs/heads/{BRANCH}\nmark :2")?;
            for role in ["author", "committer"] {
                writeln!(stdin, "{role} {name} <{email}> {made_at_s} +0000")?;
            }
            writeln!(stdin, "data {}\n{message}", message.len())?;
            if let Some(parent) = parent {
                writeln!(stdin, "from {parent}")?;
            }
            for path in before.keys().filter(|path| !after.contains_key(*path)) {
                writeln!(stdin, "D {path}")?;
            }
            for (path, state) in after {
                if before.get(path) != Some(state) {
                    let mode = if state.is_executable { "755" } else { "644" };
                    writeln!(stdin, "M {mode} {} {path}", state.object)?;
                }
            }
            stdin.write_all(b"\nget-mark :2\n")
        });
        let id = given.ok().and_then(|()| self.answer());
        let id = id.ok_or_else(|| self.process.fault())?;
        self.cancel()?;
        Ok(id)
    }

    fn give(
        &mut self,
        write: impl FnOnce(&mut BufWriter<ChildStdin>) -> io::Result<()>,
    ) -> io::Result<()> {
        write(&mut self.stdin)?;
        self.stdin.flush()
    }

    fn answer(&mut self) -> Option<ObjectId> {
        let mut line = String::new();
        (&mut self.stdout).take(200).read_line(&mut line).ok()?;
        ObjectId::parse(line.trim_end())
    }
}

/// A name or an address as it can stand in a commit: on one line, without what parts the two.
fn identity_part(text: &str) -> String {
    let is_plain = |c: &char| !c.is_control() && !matches!(c, '<' | '>');
    let part: String = text.chars().filter(is_plain).collect();
    // Git would take these away from its edges.
    part.trim_matches(|c: char| c.is_whitespace() || ".,:;\"\\'".contains(c))
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_the_line_or_begin_the_address() {
        assert_eq!(
            identity_part(" Acme <x>\nparent 1, Inc. "),
            "Acme xparent 1, Inc"
        );
        assert_eq!(identity_part("<>"), "");
    }
}
