//! A bare repository in the cache, one for each remote.
//!
//! Killed at any point, it stays usable: git writes packs and refs beside their place and renames them, and a commit counts
//! as fetched when a ref of ours names it, which is the last that happens. What a killed git left beside is removed by the
//! next fetch, under a lock.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use walkdir::WalkDir;

use super::error::GitError;
use super::object_id::ObjectId;
use super::process::Action;
use super::program::{Git, GitCommand, REMOTE};
use super::remote::Remote;
use super::tree::GitTree;

/// A repository as far as it was fetched.
#[derive(Debug)]
pub struct GitRepository {
    git: Git,
    remote: Remote,
    /// Absolute.
    folder: PathBuf,
    history: History,
    limits: GitLimits,
    /// Whether it is no repository of the cache, but the operator's.
    is_own: bool,
}

/// How much of a repository's history is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// All commits and folders, of which dates and versions are read.
    Full,
    /// One commit.
    Shallow,
}

/// What is needed of a commit; `""` is the root.
pub struct WantedFiles<'a> {
    /// Its tree.
    pub tree: &'a mut GitTree,
    /// All that is below them.
    pub folders: &'a [&'a str],
    /// Files by themselves.
    pub files: &'a [&'a str],
}

/// What a repository may take.
#[derive(Clone, Copy, Debug)]
pub struct GitLimits {
    /// For one call of git: of one that reaches the remote, or reads the history.
    pub max_time: Duration,
    /// All of the repository in the cache, packed.
    pub max_repository_bytes: u64,
    /// A file that is longer is not downloaded, where the server can tell.
    pub max_file_bytes: u64,
    /// Files and folders of one commit.
    pub max_entries: usize,
}

impl Default for GitLimits {
    fn default() -> Self {
        Self {
            max_time: Duration::from_secs(600),
            max_repository_bytes: 2 << 30,
            max_file_bytes: 10 << 20,
            max_entries: 200_000,
        }
    }
}

impl GitRepository {
    /// The repository of `remote` in the folder `cache`, made when it is not there. Nothing is fetched.
    ///
    /// # Errors
    /// What the file system says; what git says of making a repository.
    pub fn open(
        git: &Git,
        cache: &Path,
        remote: Remote,
        history: History,
        limits: GitLimits,
    ) -> Result<Self, GitError> {
        let cache_error = |error| GitError::Cache {
            remote: remote.to_string(),
            error,
        };
        fs::create_dir_all(cache).map_err(cache_error)?;
        let cache = std::path::absolute(cache).map_err(cache_error)?;
        let folder = folder_in(&cache, &remote, history);
        keep_objects_alone(&folder).map_err(cache_error)?;
        if !folder.is_dir() {
            create(git, &cache, &folder, &remote)?;
        }
        Ok(Self {
            git: git.clone(),
            remote,
            folder,
            history,
            limits,
            is_own: false,
        })
    }

    /// The operator's own repository, `git_dir`, as it is: it is read, and nothing is fetched or written.
    pub fn own(git: &Git, git_dir: PathBuf, remote: Remote, limits: GitLimits) -> Self {
        Self {
            git: git.clone(),
            remote,
            folder: git_dir,
            history: History::Full,
            limits,
            is_own: true,
        }
    }

    /// Whether [`GitRepository::open`] finds one, whatever state it is in.
    pub fn is_in(cache: &Path, remote: &Remote, history: History) -> bool {
        folder_in(cache, remote, history).is_dir()
    }

    /// Fetches the commit of `reference`: a branch, a tag, a whole commit id, or `None` for the remote's default branch. Of
    /// a branch and a tag of one name it is the branch's, as for `git clone --branch`. Files are not fetched, unless the
    /// server cannot leave them out.
    ///
    /// A commit that is there already costs no request, and a branch that did not move costs one.
    ///
    /// # Errors
    /// `BadReference` and `NoReference`; what git says; a limit.
    pub fn fetch(&self, reference: Option<&str>) -> Result<ObjectId, GitError> {
        reference.map_or(Ok(()), check_reference)?;
        let commit = reference.and_then(ObjectId::parse);
        if let Some(commit) = commit.filter(|commit| self.has(commit)) {
            return Ok(commit);
        }
        let _lock = self.lock()?;
        let transport = self.transport()?;
        match reference {
            Some(reference) => match ObjectId::parse(reference) {
                Some(commit) => self.fetch_commit(commit, &transport),
                None => self.fetch_named(reference, &transport),
            },
            None => self.fetch_named("HEAD", &transport),
        }
    }

    /// The tree of `commit`, which was fetched.
    ///
    /// # Errors
    /// What git says; `TooManyEntries`.
    pub fn tree(&self, commit: &ObjectId) -> Result<GitTree, GitError> {
        self.tree_of(commit, &[])
    }

    /// The same of what is below `folders` alone, which costs no more for a large tree; no folder means all.
    ///
    /// # Errors
    /// As [`GitRepository::tree`].
    pub fn tree_of(&self, commit: &ObjectId, folders: &[&str]) -> Result<GitTree, GitError> {
        GitTree::list(
            &self.git,
            &self.folder,
            commit,
            folders,
            self.action("list the files of"),
            self.limits.max_entries,
        )
    }

    /// Downloads what is below `folders` of `tree`, and its `files`, in one request; nothing when all of it is there.
    /// `""` is the root.
    ///
    /// Below folders, a file of more than [`GitLimits::max_file_bytes`] is not downloaded, and reading it says so. Where
    /// the server cannot leave it out it is, and the limit of the whole repository holds.
    ///
    /// # Errors
    /// What git says; a limit.
    pub fn fetch_files(
        &self,
        tree: &mut GitTree,
        folders: &[&str],
        files: &[&str],
    ) -> Result<(), GitError> {
        self.fetch_wanted(&mut [WantedFiles {
            tree,
            folders,
            files,
        }])
    }

    /// The same for several commits, such as the versions of a skill, together in one request.
    ///
    /// # Errors
    /// As [`GitRepository::fetch_files`].
    pub fn fetch_wanted(&self, wanted: &mut [WantedFiles<'_>]) -> Result<(), GitError> {
        let _lock = match self.is_own {
            true => None,
            false => Some(self.lock()?),
        };
        let action = self.action("measure the files of");
        let mut objects = BTreeSet::new();
        let mut all_missing = Vec::with_capacity(wanted.len());
        for WantedFiles {
            tree,
            folders,
            files,
        } in wanted.iter_mut()
        {
            let missing = tree.measure(&tree.wanted(folders, files), action.clone())?;
            objects.extend(tree.objects_to_fetch(&missing, folders, files));
            all_missing.push(missing);
        }
        if objects.is_empty() {
            return Ok(());
        }
        if !self.is_own {
            self.fetch_objects(&objects)?;
        }
        for (WantedFiles { tree, .. }, missing) in wanted.iter_mut().zip(all_missing) {
            let missing = tree.measure(&missing, action.clone())?;
            tree.set_not_downloaded(missing, self.limits.max_file_bytes);
        }
        Ok(())
    }

    pub(super) fn history(&self) -> History {
        self.history
    }

    /// A command that reads what was fetched.
    pub(super) fn reading(&self) -> GitCommand {
        self.git.reading(&self.folder)
    }

    /// A command that reaches the remote, which is at `transport`.
    fn reaching(&self, transport: &Transport) -> GitCommand {
        let mut command = self
            .git
            .reaching(&self.folder, &self.remote, &transport.remote);
        if transport.needs_ssh_command {
            command.env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes");
        }
        command
    }

    pub(super) fn action(&self, verb: &'static str) -> Action {
        Action::new(verb, &self.remote).within(self.limits.max_time)
    }

    /// Brings all tags, and takes away those that the remote has no more.
    pub(super) fn fetch_all_tags(&self) -> Result<(), GitError> {
        let _lock = self.lock()?;
        let transport = self.transport()?;
        self.fetch_refs(&transport, &["--prune"], &["+refs/tags/*:refs/tags/*"])
    }

    /// Asks the remote where `name` is, and fetches it unless it is there.
    fn fetch_named(&self, name: &str, transport: &Transport) -> Result<ObjectId, GitError> {
        let candidates = match name {
            "HEAD" => vec![name.to_owned()],
            _ if name.starts_with("refs/") => vec![name.to_owned()],
            _ => vec![format!("refs/heads/{name}"), format!("refs/tags/{name}")],
        };
        let listed = self.list_remote(&candidates, transport)?;
        let found = candidates
            .iter()
            .find_map(|name| Some((name, listed.iter().find(|listed| listed.name == *name)?)));
        let Some((full_name, at)) = found else {
            let remote = self.remote.to_string();
            return Err(match name {
                "HEAD" => GitError::Empty(remote),
                _ => GitError::NoReference {
                    remote,
                    reference: name.to_owned(),
                },
            });
        };
        // What an annotated tag is of stands on a further line.
        let peeled = format!("{full_name}^{{}}");
        let commit = listed
            .iter()
            .find(|listed| listed.name == peeled)
            .unwrap_or(at);
        if self.has(&commit.object) {
            return Ok(commit.object.clone());
        }
        // By its name, which every server takes. It may have moved since it was asked for, so what came is looked at.
        self.fetch_refs(transport, &[], &[&format!("+{full_name}:{INCOMING}")])?;
        let commit = self.commit_at(INCOMING)?;
        self.keep(&commit)?;
        Ok(commit)
    }

    /// Fetches a commit by its id; from a server that gives names only, among all that has one.
    fn fetch_commit(&self, commit: ObjectId, transport: &Transport) -> Result<ObjectId, GitError> {
        let by_id = self.fetch_refs(transport, &[], &[&format!("+{commit}:{INCOMING}")]);
        match by_id {
            Ok(()) => {}
            Err(error @ GitError::Failed { .. }) => {
                let all = [
                    "+refs/heads/*:refs/skillpress/heads/*",
                    "+refs/tags/*:refs/tags/*",
                ];
                self.fetch_refs(transport, &["--prune"], &all)?;
                // The first error says what was wrong with the commit that was asked for.
                self.commit_at(commit.as_str()).map_err(|_| error)?;
            }
            Err(error) => return Err(error),
        }
        // A tag or a folder has an id, too.
        let commit = self.commit_at(commit.as_str())?;
        self.keep(&commit)?;
        Ok(commit)
    }

    fn fetch_refs(
        &self,
        transport: &Transport,
        options: &[&str],
        refspecs: &[&str],
    ) -> Result<(), GitError> {
        let fetch = |depth: &[&str]| {
            let args = [depth, options, &["--filter=blob:none", REMOTE], refspecs].concat();
            let action = self.fetching("fetch");
            self.reaching(transport)
                .run(&self.fetch_args(&args), action)
        };
        let fetched = match self.history {
            History::Full => fetch(&[]),
            History::Shallow => match fetch(&["--depth=1"]) {
                // A server of plain files gives what it has.
                Err(GitError::Failed { message, .. }) if message.contains("shallow capab") => {
                    fetch(&[])
                }
                fetched => fetched,
            },
        };
        fetched.map(|_| ())
    }

    /// With progress, although nobody reads it: a git that outlives this program ends when it cannot write it.
    fn fetch_args<'a>(&self, args: &[&'a str]) -> Vec<&'a str> {
        let always = [
            "fetch",
            "--progress",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-auto-maintenance",
        ];
        [&always, args].concat()
    }

    fn fetching(&self, verb: &'static str) -> Action {
        self.action(verb)
            .up_to(&self.folder, self.limits.max_repository_bytes)
    }

    /// Downloads folders and files by their ids.
    fn fetch_objects(&self, objects: &BTreeSet<ObjectId>) -> Result<(), GitError> {
        // To name the folders, and not the files, has the server leave out the large ones. `--refetch`, because the folders
        // themselves are here.
        let end_bytes = self.limits.max_file_bytes.saturating_add(1);
        let filter = format!("--filter=blob:limit={end_bytes}");
        let args = self.fetch_args(&["--refetch", &filter, "--stdin", REMOTE]);
        let lines: Vec<&str> = objects.iter().map(ObjectId::as_str).collect();
        let input = lines.join("\n").into_bytes();
        let command = self.reaching(&self.transport()?);
        let action = self.fetching("fetch the files of");
        command.run_with(input, &args, action).map(|_| ())
    }

    /// The references of the remote that are called so, and what annotated tags of them are of.
    fn list_remote(
        &self,
        names: &[String],
        transport: &Transport,
    ) -> Result<Vec<RemoteRef>, GitError> {
        let peeled: Vec<String> = names.iter().map(|name| format!("{name}^{{}}")).collect();
        let mut args = vec!["ls-remote", "--end-of-options", REMOTE];
        args.extend(names.iter().chain(&peeled).map(String::as_str));
        let action = self.action("ask for the branches of");
        let answer = self.reaching(transport).run(&args, action.clone())?;
        let text = String::from_utf8_lossy(&answer);
        text.lines()
            .map(|line| {
                let (object, name) = line.split_once('\t').ok_or_else(|| action.odd())?;
                let object = ObjectId::parse(object).ok_or_else(|| action.odd())?;
                let name = name.to_owned();
                Ok(RemoteRef { object, name })
            })
            .collect()
    }

    /// Where the remote really is: the user's own configuration may name a mirror.
    fn transport(&self) -> Result<Transport, GitError> {
        let action = self.action("find the mirror of");
        let get_url = [
            "ls-remote",
            "--get-url",
            "--end-of-options",
            self.remote.url(),
        ];
        let url = self.reading().run(&get_url, action)?;
        let url = String::from_utf8_lossy(&url);
        let remote = match url.trim_end_matches(['\n', '\r']) {
            url if url == self.remote.url() => self.remote.clone(),
            url => Remote::parse(url, &self.folder).map_err(|error| GitError::Replaced {
                remote: self.remote.to_string(),
                error,
            })?,
        };
        let is_set = |name| std::env::var_os(name).is_some();
        let needs_ssh_command = remote.is_ssh()
            && !is_set("GIT_SSH_COMMAND")
            && !is_set("GIT_SSH")
            && self.setting("core.sshCommand").is_none();
        Ok(Transport {
            remote,
            needs_ssh_command,
        })
    }

    fn setting(&self, name: &str) -> Option<Vec<u8>> {
        let action = self.action("read the settings for");
        self.reading().run(&["config", "--get", name], action).ok()
    }

    /// Whether `commit` is here, as an old one of what was fetched.
    pub fn has_commit(&self, commit: &ObjectId) -> bool {
        self.commit_at(commit.as_str()).is_ok()
    }

    /// Whether `commit` was fetched whole.
    fn has(&self, commit: &ObjectId) -> bool {
        self.commit_at(&fetched_ref(commit)).is_ok()
    }

    /// Says that `commit` was fetched whole.
    fn keep(&self, commit: &ObjectId) -> Result<(), GitError> {
        let args = ["update-ref", &fetched_ref(commit), commit.as_str()];
        let action = self.action("keep a commit of");
        self.reading().run(&args, action).map(|_| ())
    }

    pub(super) fn commit_at(&self, name: &str) -> Result<ObjectId, GitError> {
        let action = self.action("find a commit of");
        let name = format!("{name}^{{commit}}");
        let args = ["rev-parse", "--verify", "--end-of-options", &name];
        let answer = self.reading().run(&args, action.clone())?;
        let text = String::from_utf8_lossy(&answer);
        // A git of before 2.30 repeats the option.
        let id = text.lines().last().and_then(ObjectId::parse);
        id.ok_or_else(|| action.odd())
    }

    /// One fetch at a time; what a killed one left is removed.
    fn lock(&self) -> Result<File, GitError> {
        let locked = || {
            let lock = File::create(self.folder.join("skillpress.lock"))?;
            lock.lock()?;
            remove_remains(&self.folder)?;
            Ok(lock)
        };
        locked().map_err(|error| GitError::Cache {
            remote: self.remote.to_string(),
            error,
        })
    }
}

/// Where the remote is reached.
struct Transport {
    remote: Remote,
    /// Whether ssh has to be told not to ask for anything.
    needs_ssh_command: bool,
}

/// A line of `ls-remote`.
struct RemoteRef {
    object: ObjectId,
    name: String,
}

/// What came last.
const INCOMING: &str = "refs/skillpress/incoming";

fn fetched_ref(commit: &ObjectId) -> String {
    format!("refs/skillpress/commits/{commit}")
}

/// Where the repository of `remote` is in the folder `cache`.
fn folder_in(cache: &Path, remote: &Remote, history: History) -> PathBuf {
    // A shallow fetch would cut the history that another source needs.
    let suffix = match history {
        History::Full => "git",
        History::Shallow => "shallow.git",
    };
    cache.join(format!("{}.{suffix}", remote.folder_name()))
}

/// Makes the bare repository `folder` beside its place, without hooks or anything else of the user's template.
fn create(git: &Git, cache: &Path, folder: &Path, remote: &Remote) -> Result<(), GitError> {
    let cache_error = |error| GitError::Cache {
        remote: remote.to_string(),
        error,
    };
    let fresh = tempfile::Builder::new().prefix("new-").tempdir_in(cache);
    let fresh = fresh.map_err(cache_error)?;
    let action = Action::new("make a place for", remote).within(Duration::from_secs(60));
    let args = ["init", "--quiet", "--bare", "--template="];
    git.reading(fresh.path()).run(&args, action)?;
    match fs::rename(fresh.path(), folder) {
        // Another fetch was faster.
        Err(_) if folder.is_dir() => Ok(()),
        renamed => renamed.map_err(cache_error),
    }
}

/// Leaves of a repository in the cache what holds objects and names them, and nothing that says how git works: whoever
/// could write the cache, as of a workflow, must not make git run a program or read another repository. One with a link or
/// a device in it goes as a whole.
fn keep_objects_alone(folder: &Path) -> io::Result<()> {
    let is_plain = |entry: &walkdir::DirEntry| {
        let kind = entry.file_type();
        kind.is_dir() || kind.is_file()
    };
    match folder.symlink_metadata() {
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(metadata) if !metadata.is_dir() => return fs::remove_file(folder),
        Ok(_) => {}
    }
    for entry in WalkDir::new(folder).min_depth(1) {
        let entry = entry?;
        if !is_plain(&entry) {
            return fs::remove_dir_all(folder);
        }
        let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let is_kept = KEPT.iter().any(|kept| path.starts_with(kept));
        if is_kept && !path.starts_with("objects/info") {
            continue;
        }
        if entry.file_type().is_file() {
            match fs::remove_file(entry.path()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    fs::write(folder.join("config"), CONFIG)
}

/// What a bare repository of the cache consists of, besides its settings.
const KEPT: [&str; 6] = [
    "HEAD",
    "objects",
    "packed-refs",
    "refs",
    "shallow",
    "skillpress.lock",
];

/// Its settings: none but the form of the repository.
const CONFIG: &str = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n";

/// Removes what a killed git left: its locks, and packs that it did not finish.
fn remove_remains(folder: &Path) -> io::Result<()> {
    for entry in WalkDir::new(folder).min_depth(1) {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy();
        let is_lock = name.ends_with(".lock") && name != "skillpress.lock";
        let is_remainder = is_lock || name.starts_with("tmp_") || name.starts_with(".tmp-");
        if entry.file_type().is_file() && is_remainder {
            match fs::remove_file(entry.path()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

/// What may be the name of a branch, a tag or a commit, by the rules of `git check-ref-format`: nothing that git could take
/// for an option, a pattern or an expression.
fn check_reference(reference: &str) -> Result<(), GitError> {
    let is_bad_char = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    let is_bad_part = |part: &str| {
        part.is_empty() || part.starts_with('.') || part.ends_with('.') || part.ends_with(".lock")
    };
    let is_bad = reference.starts_with('-')
        || reference.contains("..")
        || reference.contains("@{")
        || reference == "@"
        || reference.len() > 1000
        || reference.contains(is_bad_char)
        || reference.split('/').any(is_bad_part);
    match is_bad {
        true => Err(GitError::BadReference(reference.to_owned())),
        false => Ok(()),
    }
}
