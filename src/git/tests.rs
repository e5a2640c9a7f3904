pub(crate) mod origin;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use walkdir::WalkDir;

use self::origin::Origin;

use super::*;
use crate::sources::test_server::{Protocol, TestServer};
use crate::tree::unlisted::UnlistedReason;
use crate::tree::{EntryKind, Tree, TreeEntry};

/// A cache to fetch into.
struct TestCache {
    folder: TempDir,
    limits: GitLimits,
    history: History,
}

impl TestCache {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            limits: GitLimits::default(),
            history: History::Full,
        }
    }

    fn open(&self, remote: &str) -> GitRepository {
        let git = Git::find().expect("these tests need the git program");
        self.open_with(&git, remote)
    }

    fn open_with(&self, git: &Git, remote: &str) -> GitRepository {
        let remote = Remote::parse(remote, Path::new("/")).unwrap();
        GitRepository::open(git, self.folder.path(), remote, self.history, self.limits).unwrap()
    }
}

fn path_of(origin: &Origin) -> String {
    origin.path().to_str().unwrap().to_owned()
}

fn read(tree: &GitTree, path: &str, max_bytes: u64) -> io::Result<Vec<u8>> {
    let entries = tree.entries().iter();
    let entry = entries.clone().find(|entry| entry.path == path);
    tree.read(entry.unwrap_or_else(|| panic!("no {path}")), max_bytes)
}

/// A repository of two skills, one with a file of 3,000 bytes.
fn two_skills() -> Origin {
    let mut origin = Origin::new();
    let large = [b'x'; 3000];
    let files: &[(&str, &[u8])] = &[
        ("LICENSE", b"MIT"),
        ("README.md", b"read me"),
        ("skills/a/SKILL.md", b"one"),
        ("skills/a/large.bin", &large),
        ("skills/b/SKILL.md", b"two"),
    ];
    origin.commit("main", files);
    origin
}

#[test]
fn branches_tags_and_commits_are_found_and_fetched_once() {
    let mut origin = Origin::new();
    let first = origin.commit("main", &[("a", b"1")]);
    origin.git(&["tag", "-a", "-m", "first", "v1", &first]);
    origin.git(&["tag", "same", &first]);
    let second = origin.commit("main", &[("a", b"2")]);
    let other = origin.commit("same", &[("b", b"3")]);
    let server = TestServer::start(origin.temporary.path(), Protocol::Smart);
    let cache = TestCache::new();
    let repository = cache.open(&format!("{}origin.git", server.url));
    for (reference, commit) in [
        (None, &second),
        (Some("main"), &second),
        (Some("v1"), &first),
        (Some("same"), &other),
        (Some("refs/tags/same"), &first),
        (Some(first.as_str()), &first),
    ] {
        let fetched = repository.fetch(reference).unwrap();
        assert_eq!(fetched.as_str(), commit, "{reference:?}");
    }
    server.take_requests();
    repository.fetch(None).unwrap();
    let asked = [
        "GET /origin.git/info/refs",
        "POST /origin.git/git-upload-pack",
    ];
    assert_eq!(
        server.take_requests(),
        asked,
        "it is only asked where the branch is"
    );
    repository.fetch(Some(&other)).unwrap();
    assert_eq!(server.take_requests(), [""; 0]);
}

#[test]
fn what_is_not_there_or_is_no_name_is_told() {
    let origin = two_skills();
    let cache = TestCache::new();
    let repository = cache.open(&path_of(&origin));
    let place = path_of(&origin);
    let error = |reference: &str| repository.fetch(Some(reference)).unwrap_err().to_string();
    assert_eq!(
        error("v2"),
        format!("`{place}` has no branch, tag or commit `v2`")
    );
    for name in [
        "-x",
        "--upload-pack=touch",
        "a..b",
        "a b",
        "a*",
        "@{-1}",
        "a:b",
        "",
        "x/../y",
        "a\nb",
    ] {
        assert_eq!(
            error(name),
            format!("`{name}` cannot be a branch, a tag or a commit")
        );
    }
    let commit = "1".repeat(40);
    assert!(error(&commit).starts_with(&format!("git cannot fetch `{place}`: ")));
    let blob = origin.blob(b"MIT");
    assert!(error(&blob).contains("git cannot"), "{}", error(&blob));
    let empty = Origin::new();
    let error = cache.open(&path_of(&empty)).fetch(None).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("`{}` has no commit on its default branch", path_of(&empty))
    );
    let error = cache.open("/nowhere/at/all").fetch(None).unwrap_err();
    assert!(matches!(error, GitError::Failed { .. }), "{error}");
    assert!(error.hint().unwrap().starts_with("check the URL"));
}

#[test]
fn only_the_files_that_are_wanted_are_downloaded_in_one_request() {
    let origin = two_skills();
    let server = TestServer::start(origin.temporary.path(), Protocol::Smart);
    let mut cache = TestCache::new();
    cache.limits.max_file_bytes = 2999;
    let repository = cache.open(&format!("{}origin.git", server.url));
    let commit = repository.fetch(None).unwrap();
    let mut tree = repository.tree(&commit).unwrap();
    let paths: Vec<&str> = tree
        .entries()
        .iter()
        .map(|entry| entry.path.as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "LICENSE",
            "README.md",
            "skills/a/SKILL.md",
            "skills/a/large.bin",
            "skills/b/SKILL.md"
        ]
    );
    let error = read(&tree, "LICENSE", 100).unwrap_err();
    assert_eq!(error.to_string(), "it was not fetched");
    server.take_requests();
    repository
        .fetch_files(&mut tree, &["skills/a"], &["LICENSE"])
        .unwrap();
    let requests = server.take_requests();
    let n_packs = requests
        .iter()
        .filter(|request| request.starts_with("POST"))
        .count();
    assert_eq!(n_packs, 1, "{requests:?}");
    assert_eq!(read(&tree, "skills/a/SKILL.md", 3).unwrap(), b"one");
    assert_eq!(read(&tree, "LICENSE", 100).unwrap(), b"MIT");
    let error = read(&tree, "skills/a/large.bin", 1 << 20).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    assert_eq!(error.to_string(), "it has more than 2999 bytes");
    let error = read(&tree, "skills/b/SKILL.md", 100).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    // A file that is longer than was to be read does not spoil the next.
    let error = read(&tree, "LICENSE", 2).unwrap_err();
    assert_eq!(error.to_string(), "it has more than 2 bytes");
    assert_eq!(read(&tree, "skills/a/SKILL.md", 3).unwrap(), b"one");
    let lens: Vec<Option<u64>> = tree.entries().iter().map(len_of).collect();
    assert_eq!(lens, [Some(3), None, Some(3), None, None]);
    repository
        .fetch_files(&mut tree, &["skills/b"], &["LICENSE"])
        .unwrap();
    assert_eq!(read(&tree, "skills/b/SKILL.md", 3).unwrap(), b"two");
    server.take_requests();
    repository
        .fetch_files(&mut tree, &["skills/b"], &["LICENSE", "gone"])
        .unwrap();
    assert_eq!(server.take_requests(), [""; 0], "all of it is there");
}

#[test]
fn the_files_of_several_commits_come_in_one_request() {
    let mut origin = two_skills();
    let first = origin.git(&["rev-parse", "main"]);
    let second = origin.commit("main", &[("skills/a/SKILL.md", b"new")]);
    let server = TestServer::start(origin.temporary.path(), Protocol::Smart);
    let cache = TestCache::new();
    let repository = cache.open(&format!("{}origin.git", server.url));
    repository.fetch(None).unwrap();
    let list = |commit: &str| repository.tree(&ObjectId::parse(commit).unwrap()).unwrap();
    let (mut old, mut new) = (list(&first), list(&second));
    server.take_requests();
    let wanted = [&mut old, &mut new].map(|tree| WantedFiles {
        tree,
        folders: &["skills/a"],
        files: &[],
    });
    repository.fetch_wanted(&mut { wanted }).unwrap();
    let requests = server.take_requests();
    let n_packs = requests
        .iter()
        .filter(|request| request.starts_with("POST"))
        .count();
    assert_eq!(n_packs, 1, "{requests:?}");
    assert_eq!(read(&old, "skills/a/SKILL.md", 3).unwrap(), b"one");
    assert_eq!(read(&new, "skills/a/SKILL.md", 3).unwrap(), b"new");
}

fn len_of(entry: &TreeEntry) -> Option<u64> {
    match entry.kind {
        EntryKind::File { len_bytes, .. } => len_bytes,
        _ => None,
    }
}

#[test]
fn servers_that_cannot_filter_give_all_of_it() {
    let origin = two_skills();
    origin.git(&["config", "uploadpack.allowFilter", "false"]);
    origin.git(&["config", "uploadpack.allowAnySHA1InWant", "false"]);
    origin.git(&["update-server-info"]);
    for protocol in [Protocol::Smart, Protocol::Dumb] {
        for history in [History::Full, History::Shallow] {
            let server = TestServer::start(origin.temporary.path(), protocol);
            let cache = TestCache {
                history,
                ..TestCache::new()
            };
            let repository = cache.open(&format!("{}origin.git", server.url));
            let commit = repository.fetch(None).unwrap();
            let mut tree = repository.tree(&commit).unwrap();
            server.take_requests();
            repository
                .fetch_files(&mut tree, &["skills"], &["LICENSE"])
                .unwrap();
            assert_eq!(server.take_requests(), [""; 0]);
            assert_eq!(read(&tree, "skills/a/large.bin", 3000).unwrap().len(), 3000);
            assert_eq!(repository.fetch(Some("main")).unwrap(), commit);
        }
    }
}

#[test]
fn a_shallow_repository_has_one_commit_and_no_dates() {
    let mut origin = two_skills();
    let second = origin.commit("main", &[("skills/a/SKILL.md", b"new")]);
    let cache = TestCache {
        history: History::Shallow,
        ..TestCache::new()
    };
    let repository = cache.open(&path_of(&origin));
    let commit = repository.fetch(None).unwrap();
    assert_eq!(commit.as_str(), second);
    let action = repository.action("count");
    let log = repository
        .reading()
        .run(&["rev-list", "--count", &second], action);
    assert_eq!(log.unwrap(), b"1\n");
    assert_eq!(
        repository.last_commits(&commit, &["skills/a"]).unwrap(),
        [None]
    );
    let third = origin.commit("main", &[("skills/a/SKILL.md", b"newer")]);
    assert_eq!(repository.fetch(None).unwrap().as_str(), third);
}

#[test]
fn the_last_commit_of_each_folder_is_found_in_one_pass() {
    let mut origin = Origin::new();
    let first = origin.commit("main", &[("a/x", b"1"), ("b/y/z", b"1"), ("b\nc/x", b"1")]);
    let second = origin.commit("main", &[("a/x", b"2"), ("b/y/z", b"1"), ("b\nc/x", b"1")]);
    let third = origin.commit(
        "main",
        &[("a/x", b"2"), ("b/y/z", b"1"), ("b\nc/x", b"1"), ("d", b"")],
    );
    let cache = TestCache::new();
    let repository = cache.open(&path_of(&origin));
    let commit = repository.fetch(None).unwrap();
    let last = |folders: &[&str]| -> Vec<Option<(String, String)>> {
        let found = repository.last_commits(&commit, folders).unwrap();
        let shown = |last: LastCommit| (last.commit.to_string(), last.date.unwrap().date());
        found.into_iter().map(|last| last.map(shown)).collect()
    };
    let touched = |commit: &String, date: &str| Some((commit.clone(), date.to_owned()));
    assert_eq!(
        last(&["a", "b", "b/y", "missing", "a"]),
        [
            touched(&second, "2026-01-02"),
            touched(&first, "2026-01-01"),
            touched(&first, "2026-01-01"),
            None,
            touched(&second, "2026-01-02"),
        ]
    );
    let with_root = last(&["", "a", "b\nc"]);
    assert_eq!(
        with_root,
        [
            touched(&third, "2026-01-03"),
            touched(&second, "2026-01-02"),
            touched(&first, "2026-01-01"),
        ]
    );
}

#[test]
fn a_merge_touches_only_what_is_in_none_of_its_parents() {
    let mut origin = Origin::new();
    let base = origin.commit("main", &[("a/x", b"1"), ("b/x", b"1"), ("c/x", b"1")]);
    origin.git(&["branch", "side", &base]);
    let side = origin.commit("side", &[("a/x", b"2"), ("b/x", b"1"), ("c/x", b"1")]);
    let main = origin.commit("main", &[("a/x", b"1"), ("b/x", b"2"), ("c/x", b"1")]);
    let merged = origin.commit(
        "merged",
        &[("a/x", b"2"), ("b/x", b"2"), ("c/x", b"merged")],
    );
    let tree = format!("{merged}^{{tree}}");
    let parents = ["-p", main.as_str(), "-p", &side];
    let merge = origin.git(&[&["commit-tree", "-m", "merge", &tree], &parents[..]].concat());
    origin.git(&["update-ref", "refs/heads/main", &merge]);
    let cache = TestCache::new();
    let repository = cache.open(&path_of(&origin));
    let commit = repository.fetch(None).unwrap();
    let last = repository.last_commits(&commit, &["a", "b", "c"]).unwrap();
    let last: Vec<&str> = last
        .iter()
        .flatten()
        .map(|last| last.commit.as_str())
        .collect();
    assert_eq!(last, [side, main, merge]);
}

#[test]
fn tags_come_newest_first_with_their_commits() {
    let mut origin = Origin::new();
    let first = origin.commit("main", &[("a", b"1")]);
    let second = origin.commit("main", &[("a", b"2")]);
    origin.git(&["tag", "v1", &first]);
    origin.git(&["tag", "v2", &second]);
    // Made on the first day, of the second commit.
    origin.git(&["tag", "-a", "-m", "x", "annotated", &second]);
    origin.git(&["tag", "a-file", &origin.blob(b"1")]);
    let cache = TestCache::new();
    let repository = cache.open(&path_of(&origin));
    let commit = repository.fetch(None).unwrap();
    assert_eq!(repository.tags(&commit).unwrap(), []);
    repository.fetch_tags().unwrap();
    let tags = repository.tags(&commit).unwrap();
    let tags: Vec<(&str, &str, String)> = tags
        .iter()
        .map(|tag| {
            (
                tag.name.as_str(),
                tag.commit.as_str(),
                tag.date.unwrap().date(),
            )
        })
        .collect();
    assert_eq!(
        tags,
        [
            ("v2", second.as_str(), "2026-01-02".to_owned()),
            ("annotated", &second, "2026-01-01".to_owned()),
            ("v1", &first, "2026-01-01".to_owned()),
        ]
    );
    origin.git(&["tag", "-d", "v2"]);
    repository.fetch_tags().unwrap();
    assert_eq!(repository.tags(&commit).unwrap().len(), 2);
    let first = ObjectId::parse(&first).unwrap();
    let of_first = repository.tags(&first).unwrap();
    assert_eq!(of_first.len(), 1, "the other is of a later commit");
}

#[test]
fn a_hostile_repository_is_listed_and_runs_nothing() {
    let mut origin = Origin::new();
    let marker = origin.temporary.path().join("marker");
    let text = origin.blob(b"text");
    let attributes = origin.blob(b"* filter=evil\n");
    let modules = origin.blob(
        format!(
            "[submodule \"s\"]\npath = s\nurl = ext::touch {}\n",
            marker.display()
        )
        .as_bytes(),
    );
    let link = origin.blob(b"/etc");
    let inner = origin.raw_tree(&[(b"100644 passwd", &text)]);
    let commit = "1".repeat(40);
    let tree = origin.raw_tree(&[
        (b"100644 -x", &text),
        (b"40000 ..", &inner),
        (b"100644 .gitattributes", &attributes),
        (b"100644 .gitmodules", &modules),
        (b"100755 SKILL.md", &text),
        (b"100644 Skill.md", &text),
        (b"100644 a\nb", &text),
        (b"100644 a\\b", &text),
        (b"100644 bad\xff", &text),
        (b"120000 etc", &link),
        (b"160000 s", &commit),
        (b"100644 twice", &text),
        (b"100644 twice", &modules),
    ]);
    origin.commit_tree("main", &tree);
    let touch = format!("#!/bin/sh\ntouch {}\n", marker.display());
    for hook in [
        "post-checkout",
        "reference-transaction",
        "post-update",
        "pre-auto-gc",
    ] {
        let hook = origin.path().join("hooks").join(hook);
        std::fs::write(&hook, &touch).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
    }
    let cache = TestCache::new();
    let surroundings = origin.temporary.path().to_owned();
    let before = listing(&surroundings);
    let repository = cache.open(&path_of(&origin));
    let commit = repository.fetch(None).unwrap();
    let mut tree = repository.tree(&commit).unwrap();
    repository.fetch_files(&mut tree, &[""], &[]).unwrap();
    let entries: Vec<(&str, char)> = tree
        .entries()
        .iter()
        .map(|entry| {
            let kind = match entry.kind {
                EntryKind::File { is_executable, .. } => {
                    if is_executable {
                        'x'
                    } else {
                        'f'
                    }
                }
                EntryKind::Link => 'l',
                EntryKind::Other => 'o',
            };
            (entry.path.as_str(), kind)
        })
        .collect();
    assert_eq!(
        entries,
        [
            ("-x", 'f'),
            ("../passwd", 'f'),
            (".gitattributes", 'f'),
            (".gitmodules", 'f'),
            ("SKILL.md", 'x'),
            ("Skill.md", 'f'),
            ("a\nb", 'f'),
            ("a\\b", 'f'),
            ("etc", 'l'),
            ("s", 'o'),
            ("twice", 'f'),
        ]
    );
    let unlisted: Vec<(&str, UnlistedReason)> = tree
        .unlisted()
        .iter()
        .map(|unlisted| (unlisted.path.as_str(), unlisted.reason))
        .collect();
    assert_eq!(
        unlisted,
        [
            ("bad\u{fffd}", UnlistedReason::NotUtf8),
            ("twice", UnlistedReason::Duplicate)
        ]
    );
    assert_eq!(read(&tree, "SKILL.md", 10).unwrap(), b"text");
    assert_eq!(read(&tree, "../passwd", 10).unwrap(), b"text");
    assert_eq!(
        read(&tree, "etc", 10).unwrap_err().to_string(),
        "it is no file"
    );
    repository.last_commits(&commit, &["", "..", "a"]).unwrap();
    assert_eq!(listing(&surroundings), before);
    assert!(!marker.exists());
    let names = std::fs::read_dir(cache.folder.path()).unwrap();
    assert_eq!(
        names.count(),
        1,
        "the cache has the repository and nothing else"
    );
}

#[test]
fn a_file_without_a_name_is_an_error_of_git() {
    let mut origin = Origin::new();
    let blob = origin.blob(b"text");
    let tree = origin.raw_tree(&[(b"100644 ", &blob)]);
    origin.commit_tree("main", &tree);
    let error = TestCache::new().open(&path_of(&origin)).fetch(None);
    assert!(matches!(error, Err(GitError::Failed { .. })), "{error:?}");
}

/// The files below `folder`, with their lengths.
fn listing(folder: &Path) -> BTreeMap<String, u64> {
    let files = WalkDir::new(folder).into_iter().map(Result::unwrap);
    files
        .map(|file| {
            (
                file.path().display().to_string(),
                file.metadata().unwrap().len(),
            )
        })
        .collect()
}

#[test]
fn a_hundred_thousand_files_are_listed_in_seconds_and_more_than_the_limit_are_not() {
    let mut origin = Origin::new();
    let blob = origin.blob(b"text");
    let lines: Vec<String> = (0..1000)
        .map(|n| format!("100644 blob {blob}\tfile-{n}\n"))
        .collect();
    let inner = origin::git(&origin.path(), &["mktree"], lines.concat().as_bytes());
    let lines: Vec<String> = (0..100)
        .map(|n| format!("040000 tree {inner}\tfolder-{n}\n"))
        .collect();
    let tree = origin::git(&origin.path(), &["mktree"], lines.concat().as_bytes());
    origin.commit_tree("main", &tree);
    let mut cache = TestCache::new();
    let start = Instant::now();
    let repository = cache.open(&path_of(&origin));
    let commit = repository.fetch(None).unwrap();
    let mut tree = repository.tree(&commit).unwrap();
    repository.fetch_files(&mut tree, &[""], &[]).unwrap();
    assert_eq!(tree.entries().len(), 100_000);
    assert_eq!(read(&tree, "folder-99/file-999", 10).unwrap(), b"text");
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    cache.limits.max_entries = 50_000;
    let error = cache.open(&path_of(&origin)).tree(&commit).err().unwrap();
    assert_eq!(
        error.to_string(),
        format!(
            "commit `{commit}` of `{}` has more than 50,000 files and folders",
            path_of(&origin)
        )
    );
}

/// Trees of trees, ten of the same in each: ten thousand million files in a few hundred bytes.
#[test]
fn a_tree_that_repeats_itself_without_end_is_told() {
    let mut origin = Origin::new();
    for has_files in [true, false] {
        let blob = origin.blob(b"text");
        let mut tree = match has_files {
            true => origin.raw_tree(&[(b"100644 f", &blob)]),
            false => origin.raw_tree(&[]),
        };
        for _ in 0..10 {
            let lines: Vec<String> = (0..10)
                .map(|n| format!("040000 tree {tree}\t{n}\n"))
                .collect();
            tree = origin::git(&origin.path(), &["mktree"], lines.concat().as_bytes());
        }
        origin.commit_tree("main", &tree);
        let repository = TestCache::new();
        let repository = repository.open(&path_of(&origin));
        let commit = repository.fetch(None).unwrap();
        let error = repository.tree(&commit).err().unwrap();
        assert!(matches!(error, GitError::TooManyEntries { .. }), "{error}");
    }
}

#[test]
fn a_fetch_that_is_killed_leaves_a_cache_that_the_next_one_completes() {
    let mut origin = Origin::new();
    let noise = |seed: u64| -> Vec<u8> {
        let mut state = seed + 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        };
        (0..250_000).flat_map(|_| next()).collect()
    };
    let mut cache = TestCache::new();
    let mut n_killed = 0;
    for kill in 0..20 {
        let large = noise(kill);
        let path = format!("skills/a/{kill}.bin");
        origin.commit("main", &[("skills/a/SKILL.md", b"text"), (&path, &large)]);
        let fetch_all = |cache: &TestCache| -> Result<GitTree, GitError> {
            let repository = cache.open(&path_of(&origin));
            let commit = repository.fetch(None)?;
            let mut tree = repository.tree(&commit)?;
            repository.fetch_files(&mut tree, &["skills"], &[])?;
            Ok(tree)
        };
        cache.limits.max_time = Duration::from_micros(500 + 1500 * kill);
        match fetch_all(&cache) {
            Err(GitError::TooSlow { .. }) => n_killed += 1,
            other => drop(other.unwrap()),
        }
        cache.limits.max_time = Duration::from_secs(60);
        let tree = fetch_all(&cache).unwrap();
        assert_eq!(
            read(&tree, &path, 1 << 22).unwrap(),
            large,
            "after kill {kill}"
        );
    }
    assert!(n_killed > 10, "{n_killed} of 20 were killed");
    let remains = listing(cache.folder.path());
    let is_remainder = |path: &&String| path.contains("tmp_") || path.ends_with("index.lock");
    assert_eq!(remains.keys().filter(is_remainder).count(), 0);
}

#[test]
fn a_repository_that_takes_too_much_is_stopped() {
    let origin = two_skills();
    let mut cache = TestCache::new();
    cache.limits.max_repository_bytes = 10;
    let error = cache.open(&path_of(&origin)).fetch(None).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("`{}` takes more than 10 B in the cache", path_of(&origin))
    );
}

/// A program that is called in the place of git.
#[cfg(unix)]
fn script(folder: &Path, text: &str) -> Git {
    use std::os::unix::fs::PermissionsExt;
    let program = folder.join("git-script");
    std::fs::write(&program, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    Git::at(&program).unwrap()
}

#[cfg(unix)]
#[test]
fn mirrors_of_the_users_configuration_are_used_and_programs_are_not() {
    let origin = two_skills();
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().join("marker");
    let with_mirror = |url: &str| {
        let config = format!(
            "[url \"{url}\"]\n\tinsteadOf = https://git.example/\n[core]\n\tfsmonitor = touch {0}\n\
             [protocol]\n\tallow = always\n",
            marker.display()
        );
        let file = folder.path().join("config");
        std::fs::write(&file, config).unwrap();
        let text = format!("GIT_CONFIG_GLOBAL={} exec git \"$@\"", file.display());
        script(folder.path(), &text)
    };
    let cache = TestCache::new();
    let mirror = format!("{}/", origin.temporary.path().display());
    let repository = cache.open_with(&with_mirror(&mirror), "https://git.example/origin.git");
    let commit = repository.fetch(None).unwrap();
    assert_eq!(commit.as_str(), origin.git(&["rev-parse", "main"]));
    let program = format!("ext::touch {} ", marker.display());
    let git = with_mirror(&program);
    let repository = cache.open_with(&git, "https://git.example/other.git");
    let error = repository.fetch(None).unwrap_err();
    assert!(matches!(error, GitError::Replaced { .. }), "{error}");
    assert!(!marker.exists());
}

#[cfg(unix)]
#[test]
fn ssh_is_told_not_to_ask_and_git_which_transport_it_may_use() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let text = format!(
        "case \"$*\" in\n*--version) echo git version 2.40;;\n*--get-url*) echo git@git.example:a/b;;\n\
         *core.sshCommand) exit 1;;\n*ls-remote*) env > {}; echo fatal: no >&2; exit 1;;\nesac",
        told.display()
    );
    let git = script(folder.path(), &text);
    let repository = TestCache::new();
    let repository = repository.open_with(&git, "git@git.example:a/b");
    let error = repository.fetch(None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "git cannot ask for the branches of `git@git.example:a/b`: fatal: no"
    );
    let told = std::fs::read_to_string(told).unwrap();
    let has = |line: &str| told.lines().any(|told| told == line);
    assert!(has("GIT_ALLOW_PROTOCOL=ssh"), "{told}");
    assert!(has("GIT_TERMINAL_PROMPT=0") && has("LC_ALL=C"), "{told}");
    if std::env::var_os("GIT_SSH_COMMAND").is_none() {
        assert!(has("GIT_SSH_COMMAND=ssh -o BatchMode=yes"), "{told}");
    }
}

#[test]
fn a_listing_that_takes_too_long_is_said_to() {
    let origin = two_skills();
    let mut cache = TestCache::new();
    let commit = cache.open(&path_of(&origin)).fetch(None).unwrap();
    cache.limits.max_time = Duration::ZERO;
    let repository = cache.open(&path_of(&origin));
    for _ in 0..20 {
        match repository.tree(&commit) {
            // Git may be done before anybody looks.
            Ok(_) | Err(GitError::TooSlow { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}
