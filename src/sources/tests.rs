//! Sources from a repository to what a build gets of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::cache::Cache;
use super::fetch::FetchedSource;
use super::lock_file::LockFile;
use super::own_versions::OwnVersionsError;
use super::snapshot::Snapshot;
use super::versions::{VERSIONS_MAX_TIME, Versions};
use super::{
    FetchError, FetchOptions, LoadedSources, Outcome, SourceSkill, Update, fetch, load,
    own_versions,
};
use crate::catalog::Version;
use crate::config::{Config, SourceConfig};
use crate::git::tests::origin::{Origin, git};
use crate::git::{Git, GitError, GitLimits, GitRepository, History, ObjectId, Remote};

/// A project whose one source is a repository.
struct Sourced {
    folder: TempDir,
    origin: Origin,
    settings: String,
}

impl Sourced {
    fn new(origin: Origin, more: &str) -> Self {
        let url = origin.path();
        Self {
            folder: tempfile::tempdir().unwrap(),
            settings: format!(
                "[[source]]\ngit = {:?}\nname = 'tools'\nowner = 'ana'\n{more}\n",
                url.to_str().unwrap()
            ),
            origin,
        }
    }

    fn config(&self) -> Config {
        Config::parse(&self.config_path(), &self.settings)
            .unwrap()
            .0
    }

    fn config_path(&self) -> PathBuf {
        self.folder.path().join("skillpress.toml")
    }

    /// What becomes of the source.
    fn fetch(&self) -> Outcome {
        let options = FetchOptions {
            update: Update::All,
            ..FetchOptions::default()
        };
        let mut fetched = self.fetch_with(&options).unwrap();
        fetched.remove(0).1.unwrap().outcome
    }

    fn fetch_with(&self, options: &FetchOptions) -> Result<Vec<FetchedSource>, FetchError> {
        let config = self.config();
        let sources = config.sources.iter().map(|source| source.get_ref());
        let sources: Vec<&SourceConfig> = sources.collect();
        fetch(self.folder.path(), &sources, options, || {}, &|_, _| {})
    }

    fn lock_file(&self) -> String {
        fs::read_to_string(self.folder.path().join("skillpress.lock")).unwrap()
    }

    fn load(&self) -> LoadedSources {
        load(&self.config_path(), &self.config(), Path::new("content"))
    }

    /// The one skill, fetched.
    fn skill(&self) -> SourceSkill {
        self.fetch();
        let mut loaded = self.load();
        assert_eq!(
            loaded.problems.sorted(),
            Vec::<&crate::problem::Problem>::new()
        );
        assert_eq!(loaded.skills.len(), 1);
        loaded.skills.remove(0)
    }
}

fn skill_md(more: &str) -> Vec<u8> {
    format!("---\nname: pdf\ndescription: Reads PDF files.\n{more}---\n# PDF\n").into_bytes()
}

/// Name and files of a version: each path with its text.
fn told(version: &Version) -> String {
    let files = version.files.iter().map(|file| {
        let bytes = file.read().unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let last_line = text.lines().last().unwrap_or_default();
        format!("{} {last_line}", file.path)
    });
    format!(
        "{}: {}",
        version.version,
        files.collect::<Vec<_>>().join(", ")
    )
}

fn all_told(skill: &SourceSkill) -> Vec<String> {
    skill.versions.iter().map(told).collect()
}

#[test]
fn the_states_at_tags_are_versions_wherever_the_skill_lay() {
    let mut origin = Origin::new();
    let md = skill_md("");
    origin.commit("main", &[("README.md", b"no skill yet")]);
    origin.git(&["tag", "v0.1.0", "main"]);
    origin.commit("main", &[("pdf/SKILL.md", &md), ("pdf/a.txt", b"one")]);
    origin.git(&["tag", "v1.0.0", "main"]);
    origin.commit(
        "main",
        &[
            ("pdf/SKILL.md", &md),
            ("pdf/a.txt", b"one"),
            ("b", b"elsewhere"),
        ],
    );
    origin.git(&["tag", "v1.0.1", "main"]);
    origin.commit(
        "main",
        &[("skills/pdf/SKILL.md", &md), ("skills/pdf/b.txt", b"two")],
    );
    origin.git(&["tag", "beta", "main"]);
    let newest = [
        ("skills/pdf/SKILL.md", md.as_slice()),
        ("skills/pdf/b.txt", b"three"),
    ];
    origin.commit("main", &newest);
    origin.git(&["tag", "v2.0.0", "main"]);
    origin.commit("main", &[newest[0], newest[1], ("c", b"elsewhere")]);
    let sourced = Sourced::new(origin, "versions = 'tags'");
    let skill = sourced.skill();
    assert_eq!(skill.version.as_deref(), Some("2.0.0"));
    assert_eq!(
        all_told(&skill),
        [
            "beta: SKILL.md # PDF, b.txt two",
            "1.0.0: SKILL.md # PDF, a.txt one"
        ]
    );
    let of_tag = sourced.origin.git(&["rev-parse", "v1.0.0"]);
    let oldest = skill.versions.last().unwrap();
    assert_eq!(oldest.commit.as_deref(), Some(of_tag.as_str()));
    assert_eq!(oldest.published_at.unwrap().date(), "2026-01-02");
}

#[test]
fn a_history_has_a_version_for_each_that_the_skill_names() {
    let mut origin = Origin::new();
    let mut commit = |version: &str, text: &[u8]| {
        let md = skill_md(&format!("metadata:\n  version: {version}\n"));
        origin.commit("main", &[("pdf/SKILL.md", &md), ("pdf/a.txt", text)])
    };
    commit("0.9", b"zero");
    let first = commit("1.0", b"one");
    commit("1.0", b"one, mended");
    commit("1.1", b"two");
    commit("1.1", b"two, mended");
    let sourced = Sourced::new(origin, "versions = 'history'");
    let skill = sourced.skill();
    assert_eq!(skill.version, None, "the skill names it itself");
    assert_eq!(
        all_told(&skill),
        [
            "1.0: SKILL.md # PDF, a.txt one",
            "0.9: SKILL.md # PDF, a.txt zero"
        ]
    );
    assert_eq!(skill.versions[0].commit.as_deref(), Some(first.as_str()));
}

#[test]
fn a_history_that_meta_json_tells_has_the_commits_that_it_names() {
    let mut origin = Origin::new();
    let md = skill_md("");
    let one = origin.commit("main", &[("pdf/SKILL.md", &md), ("pdf/a.txt", b"one")]);
    let two = origin.commit("main", &[("pdf/SKILL.md", &md), ("pdf/a.txt", b"two")]);
    let elsewhere = "0".repeat(40);
    let meta = format!(
        r#"{{"latest": {{"version": "3"}}, "history": [{{"version": "2", "commit": "https://git.example/c/{two}"}},
        {{"version": "1", "commit": "https://git.example/c/{one}"}},
        {{"version": "0", "commit": "https://git.example/c/{elsewhere}"}}, {{"version": "00"}}]}}"#
    );
    let files: [(&str, &[u8]); 3] = [
        ("pdf/SKILL.md", &md),
        ("pdf/a.txt", b"three"),
        ("pdf/_meta.json", meta.as_bytes()),
    ];
    origin.commit("main", &files);
    let sourced = Sourced::new(origin, "versions = 'history'");
    assert_eq!(
        all_told(&sourced.skill()),
        [
            "2: SKILL.md # PDF, a.txt two",
            "1: SKILL.md # PDF, a.txt one"
        ]
    );
}

#[test]
fn without_a_version_each_commit_that_touched_the_skill_is_one_up_to_ten() {
    let mut origin = Origin::new();
    let md = skill_md("");
    let mut commits = Vec::new();
    for text in 0..13 {
        let text = text.to_string();
        commits.push(origin.commit(
            "main",
            &[("pdf/SKILL.md", &md), ("pdf/a.txt", text.as_bytes())],
        ));
        origin.commit(
            "main",
            &[
                ("pdf/SKILL.md", &md),
                ("pdf/a.txt", text.as_bytes()),
                ("b", text.as_bytes()),
            ],
        );
    }
    let sourced = Sourced::new(origin, "versions = 'history'");
    let skill = sourced.skill();
    let names: Vec<&str> = skill
        .versions
        .iter()
        .map(|version| version.version.as_str())
        .collect();
    let expected: Vec<&str> = commits
        .iter()
        .rev()
        .skip(1)
        .take(10)
        .map(|commit| &commit[..7])
        .collect();
    assert_eq!(names, expected);
    assert_eq!(
        told(&skill.versions[0]),
        format!("{}: SKILL.md # PDF, a.txt 11", &commits[11][..7])
    );
}

#[test]
fn a_history_that_takes_too_long_is_stopped_with_the_way_out() {
    let mut origin = Origin::new();
    let md = skill_md("");
    origin.commit("main", &[("SKILL.md", &md), ("a", b"one")]);
    let commit = origin.commit("main", &[("SKILL.md", &md), ("a", b"two")]);
    let sourced = Sourced::new(origin, "");
    sourced.fetch();
    let config = sourced.config();
    let lock = LockFile::read(&LockFile::path_in(sourced.folder.path())).unwrap();
    let locked = lock.find(config.sources[0].get_ref()).unwrap();
    let cache = Cache::of_project(sourced.folder.path());
    let writer = cache.write(|| {}).unwrap();
    let mut snapshot = Snapshot::read(&cache, &locked.snapshot).unwrap();
    let remote = Remote::parse(sourced.origin.path().to_str().unwrap(), Path::new("/")).unwrap();
    let repository = GitRepository::open(
        &Git::find().unwrap(),
        &writer.repositories(),
        remote,
        History::Full,
        GitLimits::default(),
    );
    let mut versions = Versions {
        repository: &repository.unwrap(),
        cache: &writer,
        start: "",
        root_name: "tools",
        max_time: Duration::ZERO,
    };
    let commit = ObjectId::parse(&commit).unwrap();
    let error = versions.add_history(&mut snapshot, &commit).unwrap_err();
    assert_eq!(
        error.to_string(),
        "it takes more than 0 minutes to read its old versions"
    );
    assert!(error.hint().unwrap().contains("`versions = \"tags\"`"));
    versions.max_time = VERSIONS_MAX_TIME;
    versions.add_history(&mut snapshot, &commit).unwrap();
    assert_eq!(snapshot.skills[0].versions.len(), 1);
}

#[test]
fn what_a_version_holds_does_not_change_when_the_repository_goes_on() {
    let mut origin = Origin::new();
    let md = skill_md("");
    origin.commit("main", &[("pdf/SKILL.md", &md), ("pdf/a.txt", b"one")]);
    origin.git(&["tag", "v1", "main"]);
    origin.commit("main", &[("pdf/SKILL.md", &md), ("pdf/a.txt", b"two")]);
    let mut sourced = Sourced::new(origin, "versions = 'tags'");
    let before = all_told(&sourced.skill());
    assert_eq!(before, ["1: SKILL.md # PDF, a.txt one"]);
    sourced.origin.git(&["tag", "v2", "main"]);
    sourced
        .origin
        .commit("main", &[("pdf/SKILL.md", &md), ("pdf/a.txt", b"three")]);
    let after = sourced.skill();
    assert_eq!(
        all_told(&after),
        ["2: SKILL.md # PDF, a.txt two", before[0].as_str()]
    );
}

/// A source with the versions `v1` and `v2` of a skill, fetched.
fn two_tags() -> Sourced {
    let mut origin = Origin::new();
    for (tag, text) in [("v1", "one"), ("v2", "two")] {
        let files: &[(&str, &[u8])] = &[("SKILL.md", &skill_md("")), ("a.txt", text.as_bytes())];
        origin.commit("main", files);
        origin.git(&["tag", tag, "main"]);
    }
    origin.commit("main", &[("SKILL.md", &skill_md("")), ("a.txt", b"three")]);
    let sourced = Sourced::new(origin, "versions = 'tags'");
    assert_eq!(sourced.fetch(), Outcome::Changed);
    sourced
}

const LOCKED: FetchOptions = FetchOptions {
    update: Update::None,
    is_locked: true,
    only: None,
};

#[test]
fn a_tag_that_was_moved_or_deleted_stays_what_it_was_and_is_told() {
    let mut sourced = two_tags();
    let before = all_told(&sourced.skill());
    let lock = sourced.lock_file();
    let cache = sourced.folder.path().join(".skillpress");
    let kept = sourced.origin.git(&["rev-parse", "v1"]);
    let moved = sourced
        .origin
        .commit("aside", &[("SKILL.md", &skill_md("")), ("a.txt", b"other")]);
    sourced.origin.git(&["tag", "--force", "v1", &moved]);
    sourced.origin.git(&["tag", "--delete", "v2"]);
    // With and without what was fetched before.
    for _ in 0..2 {
        let mut fetched = sourced.fetch_with(&LOCKED).unwrap();
        fetched.remove(0).1.unwrap();
        assert_eq!(all_told(&sourced.load().skills[0]), before);
        fs::remove_dir_all(&cache).unwrap();
    }
    let update = FetchOptions {
        update: Update::All,
        is_locked: false,
        only: None,
    };
    let fetched = sourced.fetch_with(&update).unwrap().remove(0).1.unwrap();
    let told: Vec<String> = fetched.moved_tags.iter().map(ToString::to_string).collect();
    let v2 = sourced.load().skills[0].versions[0].commit.clone().unwrap();
    assert_eq!(
        told,
        [
            format!("the tag `v2` of commit {} was deleted", &v2[..7]),
            format!(
                "the tag `v1` was moved from commit {} to {}",
                &kept[..7],
                &moved[..7]
            ),
        ]
    );
    assert_eq!(sourced.lock_file(), lock);
    assert_eq!(all_told(&sourced.load().skills[0]), before);
    // The way out that the warning names.
    let (head, _tags) = lock.split_once("\n[[source.tags]]").unwrap();
    fs::write(
        sourced.folder.path().join("skillpress.lock"),
        format!("{head}tags = []\n"),
    )
    .unwrap();
    let skill = sourced.skill();
    assert_eq!(
        all_told(&skill),
        [""; 0],
        "`v1` is on no commit that is used"
    );
}

#[test]
fn a_commit_of_a_tag_that_its_server_has_no_more_is_named() {
    let mut sourced = two_tags();
    let first = sourced.origin.git(&["rev-parse", "v1"]);
    // The repository begins anew.
    let temporary = &sourced.origin.temporary;
    fs::remove_dir_all(sourced.origin.path()).unwrap();
    git(
        temporary.path(),
        &["init", "--quiet", "--bare", "-b", "main", "origin.git"],
        b"",
    );
    sourced
        .origin
        .commit("main", &[("SKILL.md", &skill_md("")), ("a.txt", b"new")]);
    // What is in the cache serves still.
    let fetched = sourced.fetch_with(&LOCKED).unwrap().remove(0).1;
    assert_eq!(fetched.unwrap().outcome, Outcome::Kept);
    fs::remove_dir_all(sourced.folder.path().join(".skillpress")).unwrap();
    let update = FetchOptions {
        update: Update::All,
        is_locked: false,
        only: None,
    };
    let error = sourced
        .fetch_with(&update)
        .unwrap()
        .remove(0)
        .1
        .unwrap_err();
    let told = error.to_string();
    assert!(
        told.contains(" at which the lock file has the tag `v")
            && told.contains("cannot be fetched"),
        "{told}"
    );
    let v2 = sourced.lock_file();
    assert!(v2.contains(&first), "{v2}");
    assert_eq!(
        error.hint().unwrap(),
        "if its server has it no more, remove the tag from `skillpress.lock` and run `skillpress fetch --update`"
    );
}

#[test]
fn a_lock_file_of_before_tags_were_noted_holds_and_is_completed() {
    let sourced = two_tags();
    let lock = sourced.lock_file();
    let (old, _tags) = lock.split_once("\n[[source.tags]]").unwrap();
    let path = sourced.folder.path().join("skillpress.lock");
    fs::write(&path, old).unwrap();
    assert_eq!(sourced.load().skills[0].versions.len(), 2);
    let fetched = sourced.fetch_with(&LOCKED).unwrap().remove(0).1;
    assert_eq!(fetched.unwrap().outcome, Outcome::Kept);
    assert_eq!(sourced.lock_file(), old);
    sourced.fetch_with(&FetchOptions::default()).unwrap();
    assert_eq!(sourced.lock_file(), lock);
}

#[test]
fn a_lock_file_with_a_source_too_many_would_change() {
    let mut origin = Origin::new();
    origin.commit("main", &[("pdf/SKILL.md", &skill_md(""))]);
    let sourced = Sourced::new(origin, "");
    sourced.fetch();
    let options = FetchOptions {
        is_locked: true,
        ..FetchOptions::default()
    };
    let folder = sourced.folder.path();
    let fetched = fetch(folder, &[], &options, || {}, &|_, _| {}).unwrap();
    let [(name, Err(error))] = &fetched[..] else {
        panic!("{fetched:?}");
    };
    assert_eq!(
        (name.as_str(), error.to_string().as_str()),
        ("tools", "the lock file would change")
    );
    assert!(folder.join("skillpress.lock").exists());
}

#[test]
fn a_tag_of_a_later_commit_is_no_version_of_an_earlier_one() {
    let mut origin = Origin::new();
    let md = skill_md("");
    for (tag, text) in [("v1", "one"), ("v2", "two"), ("v3", "three")] {
        origin.commit(
            "main",
            &[("pdf/SKILL.md", &md), ("pdf/a.txt", text.as_bytes())],
        );
        origin.git(&["tag", tag, "main"]);
    }
    let sourced = Sourced::new(origin, "ref = 'v2'\nversions = 'tags'");
    let skill = sourced.skill();
    assert_eq!(skill.version.as_deref(), Some("2"));
    assert_eq!(all_told(&skill), ["1: SKILL.md # PDF, a.txt one"]);
}

#[test]
fn what_the_cache_says_of_git_is_not_believed() {
    let mut origin = Origin::new();
    origin.commit("main", &[("pdf/SKILL.md", &skill_md(""))]);
    let mut sourced = Sourced::new(origin, "");
    sourced.fetch();
    let folder = sourced.folder.path().to_owned();
    let marker = folder.join("marker");
    let repositories = folder.join(".skillpress/sources/git");
    let mut repositories = fs::read_dir(repositories).unwrap();
    let repository = repositories.next().unwrap().unwrap().path();
    let command = format!(
        "[core]\n\talternateRefsCommand = \"touch {};:\"\n",
        marker.display()
    );
    fs::write(repository.join("config"), command).unwrap();
    fs::create_dir_all(repository.join("objects/info")).unwrap();
    let elsewhere = sourced.origin.path().join("objects");
    let alternates = repository.join("objects/info/alternates");
    fs::write(&alternates, elsewhere.to_str().unwrap()).unwrap();
    let md = skill_md("version: 2\n");
    sourced.origin.commit("main", &[("pdf/SKILL.md", &md)]);
    assert_eq!(sourced.fetch(), Outcome::Changed);
    assert!(!marker.exists(), "git ran a command of the cache");
    assert!(!alternates.exists());
}

#[cfg(unix)]
#[test]
fn a_link_in_the_cache_is_refused_and_followed_nowhere() {
    let mut origin = Origin::new();
    origin.commit("main", &[("pdf/SKILL.md", &skill_md(""))]);
    let sourced = Sourced::new(origin, "");
    let elsewhere = sourced.folder.path().join("elsewhere");
    let cache = sourced.folder.path().join(".skillpress/sources");
    for name in ["lock", "tmp", "blobs", ""] {
        let _ = fs::remove_dir_all(sourced.folder.path().join(".skillpress"));
        fs::create_dir_all(elsewhere.join("tmp")).unwrap();
        fs::write(elsewhere.join("tmp/file"), "precious").unwrap();
        let link = match name {
            "" => cache.clone(),
            name => cache.join(name),
        };
        let target = match name {
            "lock" => elsewhere.join("tmp/file"),
            _ => elsewhere.clone(),
        };
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, &link).unwrap();
        let error = sourced.fetch_with(&FetchOptions::default());
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("is a link, or no folder or file of the cache"),
            "{name}: {error}"
        );
        assert_eq!(
            fs::read_to_string(elsewhere.join("tmp/file")).unwrap(),
            "precious"
        );
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 1, "{name}");
    }
}

#[test]
fn a_source_that_fails_stays_what_it_was_in_the_lock_file() {
    let mut origin = Origin::new();
    origin.commit("main", &[("pdf/SKILL.md", &skill_md(""))]);
    let mut sourced = Sourced::new(origin, "");
    sourced.fetch();
    let lock_file = sourced.folder.path().join("skillpress.lock");
    let before = fs::read_to_string(&lock_file).unwrap();
    sourced.settings.push_str("ref = 'typo'\n");
    let fetched = sourced.fetch_with(&FetchOptions::default());
    assert!(fetched.unwrap()[0].1.is_err());
    assert_eq!(fs::read_to_string(&lock_file).unwrap(), before);
}

#[test]
fn a_cache_without_a_file_of_an_old_version_is_filled_again() {
    let mut origin = Origin::new();
    let md = skill_md("");
    origin.commit("main", &[("pdf/SKILL.md", &md), ("pdf/a.txt", b"one")]);
    origin.git(&["tag", "v1", "main"]);
    origin.commit("main", &[("pdf/SKILL.md", &md)]);
    let sourced = Sourced::new(origin, "versions = 'tags'");
    let skill = sourced.skill();
    let blobs = sourced.folder.path().join(".skillpress/sources/blobs");
    let digest = &skill.versions[0].files[1].sha256;
    fs::remove_file(blobs.join(&digest[..2]).join(&digest[2..])).unwrap();
    let told = sourced.load().problems.sorted()[0].to_string();
    assert!(
        told.contains("the source `tools` cannot be used: files of it are not in the cache\n")
            && told.contains("hint: run `skillpress fetch`"),
        "{told}"
    );
    assert_eq!(sourced.fetch(), Outcome::Restored);
    assert_eq!(sourced.load().problems.n_errors(), 0);
}

#[test]
fn the_registrys_own_skills_have_the_versions_of_its_own_repository() {
    let folder = tempfile::tempdir().unwrap();
    let content = folder.path().join("registry/content");
    let skill = content.join("skills/ana/pdf");
    fs::create_dir_all(&skill).unwrap();
    let git = |args: &[&str]| git(folder.path(), args, b"");
    git(&["init", "--quiet", "-b", "main", "."]);
    for version in ["1.0", "1.1"] {
        fs::write(
            skill.join("SKILL.md"),
            skill_md(&format!("version: {version}\n")),
        )
        .unwrap();
        fs::write(skill.join("a.txt"), version).unwrap();
        git(&["add", "--all"]);
        git(&["commit", "--quiet", "-m", version]);
    }
    let read = || own_versions(&content, &folder.path().join("registry")).unwrap();
    let versions = read();
    let key = crate::key::SkillKey::parse("ana/pdf").unwrap();
    assert_eq!(versions.keys().collect::<Vec<_>>(), [&key]);
    let told: Vec<String> = versions[&key].iter().map(told).collect();
    assert_eq!(told, ["1.0: SKILL.md # PDF, a.txt 1.0"]);

    // It is read where it is, and what was read stands beside it: nothing of the cache says what the versions are.
    let cache = folder.path().join("registry/.skillpress/sources");
    assert!(!cache.join("git").exists());
    let kept = folder.path().join(".git/skillpress-versions.json");
    assert!(kept.exists());
    fs::remove_dir_all(&cache).unwrap();
    assert_eq!(read()[&key].len(), 1);

    fs::remove_dir_all(&skill).unwrap();
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "-m", "gone"]);
    assert!(read().is_empty());

    git(&[
        "clone",
        "--quiet",
        "--depth",
        "1",
        &format!("file://{}", folder.path().display()),
        "shallow",
    ]);
    let shallow = folder.path().join("shallow/registry");
    fs::create_dir_all(shallow.join("content")).unwrap();
    let error = own_versions(&shallow.join("content"), &shallow).unwrap_err();
    assert_eq!(
        error.to_string(),
        "this clone is shallow: it has no old commits"
    );
    assert!(error.hint().unwrap().contains("fetch-depth: 0"));
}

#[test]
fn why_the_registrys_own_repository_has_no_versions_is_told_with_what_to_do_there() {
    let folder = tempfile::tempdir().unwrap();
    let content = folder.path().join("content");
    let skill = content.join("skills/ana/pdf");
    fs::create_dir_all(&skill).unwrap();
    fs::write(skill.join("SKILL.md"), skill_md("")).unwrap();
    let shown = content.display();
    let told = || {
        let error = own_versions(&content, folder.path()).unwrap_err();
        (error.to_string(), error.hint().unwrap())
    };
    let git = |args: &[&str]| git(folder.path(), args, b"");
    let (error, hint) = told();
    assert_eq!(
        error,
        format!("`{shown}` is not a git repository, and lies in none")
    );
    assert!(
        hint.starts_with("run `git init` and commit the content"),
        "{hint}"
    );

    git(&["init", "--quiet", "-b", "main", "."]);
    let (error, hint) = told();
    assert_eq!(
        error,
        format!("the repository around `{shown}` has no commit yet")
    );
    assert_eq!(hint, "commit the content");

    fs::write(folder.path().join(".gitignore"), "/content\n.skillpress\n").unwrap();
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "-m", "settings"]);
    let head = git(&["rev-parse", "HEAD"]);
    let expected = format!("the skills in `{shown}` are not in commit {}", &head[..7]);
    // Read the first time, and known the second.
    for _ in 0..2 {
        let (error, hint) = told();
        assert_eq!(error, expected);
        assert!(hint.starts_with("commit them; `git check-ignore"), "{hint}");
    }
    git(&["add", "--force", "content"]);
    git(&["commit", "--quiet", "-m", "skills"]);
    assert!(own_versions(&content, folder.path()).unwrap().is_empty());
}

#[test]
fn a_repository_of_another_user_is_told_with_the_setting_of_git() {
    let message = "fatal: detected dubious ownership in repository at '/srv/registry'";
    let error = OwnVersionsError::of_work_tree(
        Path::new("/srv/registry/content"),
        GitError::Failed {
            action: "read the repository around",
            remote: "/srv/registry/content".into(),
            message: message.into(),
        },
    );
    assert_eq!(
        error.to_string(),
        "git does not read the repository around `/srv/registry/content`, since another user owns it"
    );
    assert!(
        error
            .hint()
            .unwrap()
            .contains("--add safe.directory FOLDER")
    );
}
