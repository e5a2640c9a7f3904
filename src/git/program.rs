//! The git program, and what it is always told so that no repository makes it do more than it was asked.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::error::GitError;
use super::process::{Action, Process};
use super::remote::Remote;

/// The git program of this machine.
#[derive(Clone, Debug)]
pub struct Git {
    program: PathBuf,
}

/// A clone on this machine, and a folder in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkTree {
    /// Its folder.
    pub root: PathBuf,
    /// From there to the folder that was asked about, with a `/` at its end; empty for the root itself.
    pub prefix: String,
    /// Whether old commits were left out when it was cloned.
    pub is_shallow: bool,
    /// The commit that is checked out.
    pub head: String,
    /// Where git keeps what it knows of it.
    pub git_dir: PathBuf,
}

/// The oldest git that works: the first with `fetch --refetch`, of April 2022.
const OLDEST: Version = Version {
    major: 2,
    minor: 36,
};

/// Time in which git says its version.
const VERSION_TIME: Duration = Duration::from_secs(10);

impl Git {
    /// Looks for git on the `PATH`, and asks for its version.
    ///
    /// # Errors
    /// `Missing` and `TooOld`.
    pub fn find() -> Result<Self, GitError> {
        Self::at(Path::new("git"))
    }

    /// The git `program`: a path, or a name to be looked for on the `PATH`.
    ///
    /// # Errors
    /// As [`Git::find`].
    pub fn at(program: &Path) -> Result<Self, GitError> {
        let git = Self {
            program: program.to_owned(),
        };
        let action = Action::new("find the version of", program.display());
        let answer = git
            .command()
            .run(&["--version"], action.within(VERSION_TIME))?;
        match Version::parse(&answer) {
            Some(version) if version >= OLDEST => Ok(git),
            version => Err(GitError::TooOld {
                found: version.map_or_else(|| "unknown".to_owned(), |version| version.to_string()),
                oldest: OLDEST.to_string(),
            }),
        }
    }

    /// A command that reads the repository in `folder`, and can reach no other.
    pub(super) fn reading(&self, folder: &Path) -> GitCommand {
        let mut command = self.command();
        // What is missing is missing: an object of another repository is not asked for. The variable tells a git that
        // knows it, the setting one that does not.
        command.env("GIT_ALLOW_PROTOCOL", "none");
        command.in_repository(folder)
    }

    /// Makes a repository in `folder`, without hooks or anything else of the user's template; one that is there stays as it
    /// is. Formats and names that the user's settings may give to new ones play no part.
    pub(super) fn init(&self, folder: &Path) -> Result<(), GitError> {
        let args = [
            "init",
            "--quiet",
            "--template=",
            "--object-format=sha1",
            "--initial-branch=main",
        ];
        let mut command = self.command();
        command.command.current_dir(folder);
        let action = Action::new("make a repository in", folder.display());
        command.run(&args, action).map(|_| ())
    }

    /// A command for the repository in `folder`, whose files lie beside it, and which can reach no other.
    pub(super) fn writing(&self, folder: &Path) -> GitCommand {
        let mut command = self.command();
        command.env("GIT_ALLOW_PROTOCOL", "none");
        // Whatever its own settings say of another place.
        let mut work_tree = OsString::from("--work-tree=");
        work_tree.push(folder);
        let mut command = command.in_repository(&folder.join(".git"));
        command.settings.push(work_tree);
        command.command.current_dir(folder);
        command
    }

    /// The address from which the repository around `folder` was cloned; `None` when it is none, or was not cloned.
    pub fn origin_of(&self, folder: &Path) -> Option<String> {
        let url = self
            .ask(folder, &["config", "--get", "remote.origin.url"])
            .ok()?;
        Some(url).filter(|url| !url.is_empty())
    }

    /// The clone that `folder` lies in.
    ///
    /// # Errors
    /// What git says, such as that there is none, or no commit in it.
    pub fn work_tree_of(&self, folder: &Path) -> Result<WorkTree, GitError> {
        let args = [
            "rev-parse",
            "--show-toplevel",
            "--show-prefix",
            "--absolute-git-dir",
            "--is-shallow-repository",
            "HEAD^{commit}",
        ];
        let said = self.ask(folder, &args)?;
        let lines: Vec<&str> = said.split('\n').collect();
        let [root, prefix, git_dir, is_shallow, head] = lines[..] else {
            // A line break in a path, or a git that says more than it was asked.
            return Err(Action::new("read the repository around", folder.display()).odd());
        };
        Ok(WorkTree {
            root: root.into(),
            prefix: prefix.to_owned(),
            git_dir: git_dir.into(),
            is_shallow: is_shallow == "true",
            head: head.to_owned(),
        })
    }

    /// What git says of the clone around `folder`, without the line break at its end.
    fn ask(&self, folder: &Path, args: &[&str]) -> Result<String, GitError> {
        let mut command = self.command();
        command.env("GIT_ALLOW_PROTOCOL", "none");
        command.command.current_dir(folder);
        let action = Action::new("read the repository around", folder.display());
        let said = command.run(args, action.within(VERSION_TIME))?;
        Ok(String::from_utf8_lossy(&said)
            .trim_end_matches('\n')
            .to_owned())
    }

    /// A command that reaches `remote` from the repository in `folder`; `transport` is where `remote` really is, by the
    /// user's own configuration.
    pub(super) fn reaching(
        &self,
        folder: &Path,
        remote: &Remote,
        transport: &Remote,
    ) -> GitCommand {
        let mut command = self.command();
        command.env("GIT_ALLOW_PROTOCOL", transport.protocols());
        command.set(&format!("remote.{REMOTE}.url={}", remote.url()));
        // This repository lacks objects, which is no damage. Only said here: commands that read do not know of a remote
        // from which they could fetch what they lack.
        command.set(&format!("remote.{REMOTE}.promisor=true"));
        command.set(&format!("remote.{REMOTE}.partialclonefilter=blob:none"));
        if transport.protocols() == "file" {
            // A repository of this machine does as it is asked here, and needs no settings for it.
            command.set(&format!("remote.{REMOTE}.uploadpack={LOCAL_UPLOAD_PACK}"));
        }
        command.in_repository(folder)
    }

    /// What holds for every command.
    fn command(&self) -> GitCommand {
        let mut command = GitCommand {
            command: Command::new(&self.program),
            settings: Vec::new(),
        };
        for (name, _) in std::env::vars_os() {
            if !is_kept(&name) {
                command.command.env_remove(name);
            }
        }
        // Answers are in English, and nobody is asked for a password.
        command.env("LC_ALL", "C");
        command.env("GIT_TERMINAL_PROMPT", "0");
        command.env("GCM_INTERACTIVE", "never");
        if std::env::var_os("GIT_ASKPASS").is_none() {
            command.env("GIT_ASKPASS", "");
        }
        // Objects are what their ids say, and none is fetched because a command misses it.
        command.env("GIT_NO_REPLACE_OBJECTS", "1");
        command.env("GIT_NO_LAZY_FETCH", "1");
        for setting in SETTINGS {
            command.set(setting);
        }
        command
    }
}

/// What the remote is called in a repository of the cache.
pub(super) const REMOTE: &str = "skillpress";

/// Serves what is asked for by id, without the files that are not asked for.
const LOCAL_UPLOAD_PACK: &str =
    "git -c uploadpack.allowFilter=true -c uploadpack.allowAnySHA1InWant=true upload-pack";

/// Nothing runs in the background or by itself, and one request is one pack.
const SETTINGS: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "fetch.recurseSubmodules=false",
    "fetch.unpackLimit=1",
    "fetch.writeCommitGraph=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.version=2",
    "submodule.recurse=false",
    "transfer.bundleURI=false",
];

/// Whether an environment variable of the user is passed on: of git's own, those that say how a server is reached and by
/// which configuration, and none that names another repository, or makes git write or run something.
fn is_kept(name: &OsStr) -> bool {
    const KEPT: [&str; 7] = [
        "GIT_ASKPASS",
        "GIT_CONFIG",
        "GIT_EXEC_PATH",
        "GIT_HTTP_",
        "GIT_PROXY_",
        "GIT_SSH",
        "GIT_SSL_",
    ];
    let name = name.to_string_lossy();
    !name.starts_with("GIT_") || KEPT.iter().any(|kept| name.starts_with(kept))
}

/// A call of git that is not made yet.
pub(super) struct GitCommand {
    command: Command,
    /// `-c name=value`, before everything else.
    settings: Vec<OsString>,
}

impl GitCommand {
    /// Makes the call, and gives what git prints, at most 64 MB.
    ///
    /// # Errors
    /// What git says when it fails; a limit of `action`.
    pub(super) fn run(self, args: &[&str], action: Action) -> Result<Vec<u8>, GitError> {
        self.start(args, action)?.output(Vec::new())
    }

    /// The same with `input` for git to read.
    pub(super) fn run_with(
        self,
        input: Vec<u8>,
        args: &[&str],
        action: Action,
    ) -> Result<Vec<u8>, GitError> {
        self.start(args, action)?.output(input)
    }

    /// Starts git, whose output is read while it works.
    pub(super) fn start(mut self, args: &[&str], action: Action) -> Result<Process, GitError> {
        self.command.args(self.settings).args(args);
        Process::start(self.command, action)
    }

    pub(super) fn env(&mut self, name: &str, value: impl AsRef<OsStr>) {
        self.command.env(name, value);
    }

    fn set(&mut self, setting: &str) {
        self.settings.extend(["-c".into(), setting.into()]);
    }

    fn in_repository(mut self, folder: &Path) -> Self {
        let mut git_dir = OsString::from("--git-dir=");
        git_dir.push(folder);
        self.settings.push(git_dir);
        self.settings.push("--literal-pathspecs".into());
        self.command.current_dir(folder);
        self
    }
}

/// The first two numbers of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u32,
    minor: u32,
}

impl Version {
    /// From `git version 2.47.3`, with more behind it on some systems.
    fn parse(answer: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(answer).ok()?;
        let version = text.strip_prefix("git version ")?;
        let mut numbers = version.split(['.', ' ', '\n']);
        Some(Self {
            major: numbers.next()?.parse().ok()?,
            minor: numbers.next()?.parse().ok()?,
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_git_is_told_what_to_install() {
        let error = Git::at(Path::new("/nowhere/git")).unwrap_err();
        assert!(matches!(error, GitError::Missing));
        assert_eq!(error.to_string(), "the program `git` was not found");
        assert!(
            error
                .hint()
                .unwrap()
                .starts_with("install git, such as by `apt install git`")
        );
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        let parse = |text: &str| Version::parse(text.as_bytes()).unwrap();
        assert!(parse("git version 2.9.5\n") < OLDEST);
        assert!(parse("git version 2.36.0.windows.1\n") >= OLDEST);
        assert!(parse("git version 2.50.1 (Apple Git-155)\n") > OLDEST);
        assert!(parse("git version 3.0.rc1\n") > OLDEST);
        assert_eq!(Version::parse(b"hub version 2"), None);
    }

    #[test]
    fn variables_that_lead_git_elsewhere_are_not_passed_on() {
        for name in [
            "GIT_DIR",
            "GIT_WORK_TREE",
            "GIT_INDEX_FILE",
            "GIT_TRACE",
            "GIT_TEMPLATE_DIR",
        ] {
            assert!(!is_kept(OsStr::new(name)), "{name}");
        }
        for name in [
            "PATH",
            "GIT_SSH_COMMAND",
            "GIT_CONFIG_COUNT",
            "GIT_SSL_CAINFO",
            "https_proxy",
        ] {
            assert!(is_kept(OsStr::new(name)), "{name}");
        }
    }
}
