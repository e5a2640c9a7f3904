//! Repositories of others, made in a temporary folder by the git program.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A bare repository to fetch from, in a temporary folder of its own.
pub(crate) struct Origin {
    pub(crate) temporary: TempDir,
    n_commits: u32,
}

impl Origin {
    /// An empty one, with `main` as its default branch, which answers every request of a client.
    pub(crate) fn new() -> Self {
        let origin = Self {
            temporary: tempfile::tempdir().expect("a folder"),
            n_commits: 0,
        };
        git(
            origin.temporary.path(),
            &["init", "--quiet", "--bare", "-b", "main", "origin.git"],
            b"",
        );
        origin.git(&["config", "uploadpack.allowFilter", "true"]);
        origin.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
        origin
    }

    /// Where the repository stands.
    pub(crate) fn path(&self) -> PathBuf {
        self.temporary.path().join("origin.git")
    }

    /// Commits the files on `branch`, whose tree then holds nothing else; the commit's id. Commits are a day apart.
    pub(crate) fn commit(&mut self, branch: &str, files: &[(&str, &[u8])]) -> String {
        let entries: Vec<Vec<u8>> = files
            .iter()
            .map(|(path, bytes)| {
                let blob = self.blob(bytes);
                [b"100644 ", blob.as_bytes(), b"\t", path.as_bytes(), b"\0"].concat()
            })
            .collect();
        let index = self.temporary.path().join("index");
        let _ = std::fs::remove_file(&index);
        let index = index.to_str().expect("UTF-8").to_owned();
        let with_index = |args: &[&str], input: &[u8]| {
            let variables = [("GIT_INDEX_FILE", index.as_str())];
            git_with(&self.path(), args, input, &variables)
        };
        with_index(&["update-index", "-z", "--index-info"], &entries.concat());
        let tree = with_index(&["write-tree"], b"");
        self.commit_tree(branch, &tree)
    }

    /// Commits a tree on `branch`.
    pub(crate) fn commit_tree(&mut self, branch: &str, tree: &str) -> String {
        self.n_commits += 1;
        let name = format!("refs/heads/{branch}");
        let parent = self.git(&["for-each-ref", "--format=%(objectname)", &name]);
        let mut args = vec!["commit-tree", "-m", "a change", tree];
        if !parent.is_empty() {
            args.extend(["-p", &parent]);
        }
        let date = format!("2026-01-{:02}T00:00:00Z", self.n_commits);
        let dates = [
            ("GIT_AUTHOR_DATE", date.as_str()),
            ("GIT_COMMITTER_DATE", &date),
        ];
        let commit = git_with(&self.path(), &args, b"", &dates);
        self.git(&["update-ref", &name, &commit]);
        commit
    }

    /// Stores a blob; its id.
    pub(crate) fn blob(&self, bytes: &[u8]) -> String {
        git(&self.path(), &["hash-object", "-w", "--stdin"], bytes)
    }

    /// Stores a tree of entries as they are, whatever they hold: `mode name` and an object; its id.
    pub(crate) fn raw_tree(&self, entries: &[(&[u8], &str)]) -> String {
        let mut bytes = Vec::new();
        for (head, object) in entries {
            bytes.extend_from_slice(head);
            bytes.push(0);
            let digits = |at: usize| u8::from_str_radix(&object[at..at + 2], 16).expect("hex");
            bytes.extend((0..object.len()).step_by(2).map(digits));
        }
        let args = ["hash-object", "-t", "tree", "--literally", "-w", "--stdin"];
        git(&self.path(), &args, &bytes)
    }

    /// Runs git in it.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        git(&self.path(), args, b"")
    }
}

/// Runs git in `folder`; what it prints, without the line break at its end.
pub(crate) fn git(folder: &Path, args: &[&str], input: &[u8]) -> String {
    git_with(folder, args, input, &[])
}

fn git_with(folder: &Path, args: &[&str], input: &[u8], variables: &[(&str, &str)]) -> String {
    let mut command = Command::new("git");
    command
        .args(args)
        .current_dir(folder)
        .envs([
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_AUTHOR_NAME", "a"),
            ("GIT_AUTHOR_EMAIL", "a@example"),
            ("GIT_COMMITTER_NAME", "a"),
            ("GIT_COMMITTER_EMAIL", "a@example"),
            ("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z"),
            ("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z"),
        ])
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().expect("these tests need the git program");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input).expect("git reads its input");
    drop(stdin);
    let output = child.wait_with_output().expect("git ends");
    assert!(output.status.success(), "git {args:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.trim_end_matches('\n').to_owned()
}
