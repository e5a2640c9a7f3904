//! The skills that are found in a repository are those that the real `skills` client lists, with the files that it
//! installs.
//!
//! Tests that run the client want it in `tests/clients/node_modules`, so they are left to `tests/clients/run`. What it
//! lists of the small repositories stands here, and is held on every machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use skillpress::internals::{
    Discovered, FolderTree, FoundSkill, Reason, Tree, discover, skill_files,
};
use tempfile::TempDir;

#[test]
fn small_repositories_have_the_skills_that_the_client_lists() {
    for repository in SMALL {
        let folder = repository.write();
        let (_, discovered) = found(folder.path());
        let is_listed = |skill: &&FoundSkill| skill.is_strict;
        let (listed, others): (Vec<_>, Vec<_>) = discovered.skills.iter().partition(is_listed);
        let folders = |skills: Vec<&FoundSkill>| -> Vec<String> {
            skills.iter().map(|skill| skill.folder.clone()).collect()
        };
        assert_eq!(folders(listed), repository.listed, "{}", repository.what);
        assert_eq!(folders(others), repository.only_here, "{}", repository.what);
    }
}

#[test]
#[ignore = "runs the real client: tests/clients/run"]
fn the_client_lists_and_installs_the_same_of_small_repositories() {
    for repository in SMALL {
        let folder = repository.write();
        let (tree, discovered) = found(folder.path());
        let differences = compare(folder.path(), &tree, &discovered);
        assert_eq!(differences, [""; 0], "{}", repository.what);
    }
}

#[test]
#[ignore = "runs the real client: tests/clients/run"]
fn the_client_lists_and_installs_the_same_of_real_repositories() {
    let Some(archive) = std::env::var_os("SKILLPRESS_REPOSITORIES_ARCHIVE") else {
        println!("no archive of repositories is named: nothing to compare");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut unpack = Command::new("tar");
    unpack.arg("--zstd").arg("-xf").arg(archive);
    let unpacked = unpack.arg("-C").arg(folder.path()).status().unwrap();
    assert!(unpacked.success(), "the archive is there and whole");
    let mut figures = Vec::new();
    let mut differences = Vec::new();
    for (name, ..) in REAL {
        let folder = folder.path().join("repositories").join(name);
        let (tree, discovered) = found(&folder);
        let skill_mds = tree.entries().iter().filter(|it| is_skill_md(&it.path));
        figures.push((name, skill_mds.count(), discovered.skills.len()));
        let others = compare(&folder, &tree, &discovered).into_iter();
        differences.extend(others.map(|difference| format!("{name}: {difference}")));
    }
    assert_eq!(figures, REAL);
    assert_eq!(differences, REAL_DIFFERENCES);
}

/// Public repositories of November 2026: how many `SKILL.md` each has, and how many skills the client lists.
///
/// Of the 19 others, 12 have the names of skills that are listed, and 7 lie six folders down or more, as samples for the
/// tests of a skill.
const REAL: [(&str, usize, usize); 18] = [
    ("JimLiu+baoyu-skills", 16, 16),
    ("K-Dense-AI+claude-scientific-skills", 134, 134),
    ("anthropics+skills", 17, 17),
    ("cloudflare+skills", 2, 2),
    ("coreyhaines31+marketingskills", 48, 48),
    ("expo+skills", 26, 26),
    ("google-gemini+gemini-cli", 13, 13),
    ("munlucky+moon-bot", 19, 19),
    (
        "muratcankoylan+Agent-Skills-for-Context-Engineering",
        13,
        13,
    ),
    ("obra+superpowers", 14, 14),
    ("openai+skills", 10, 10),
    ("remotion-dev+skills", 12, 12),
    ("sampx+agent-tools", 31, 24),
    ("supabase+agent-skills", 1, 1),
    ("tanweai+pua", 23, 11),
    ("trailofbits+skills", 80, 80),
    ("vercel-labs+agent-skills", 7, 7),
    ("wshobson+agents", 181, 181),
];

/// What is otherwise than the client has it: it copies what a link leads to.
const REAL_DIFFERENCES: [&str; 1] =
    ["supabase+agent-skills: `skills/supabase-postgres-best-practices/CLAUDE.md`, a link"];

/// A repository of a few files, and what the client lists of it.
struct Small {
    what: &'static str,
    /// Path and text; `*` stands for a front matter with the name of the folder.
    files: &'static [(&'static str, &'static str)],
    /// The folders of the skills that the client lists, sorted.
    listed: &'static [&'static str],
    /// Those of skills whose front matter it cannot read, sorted.
    only_here: &'static [&'static str],
}

const SMALL: [Small; 6] = [
    Small {
        what: "a repository that is one skill",
        files: &[
            (
                "SKILL.md",
                "---\nname: whole\ndescription: All of it.\n---\n",
            ),
            ("README.md", "# Whole\n"),
            ("metadata.json", "{}"),
            ("scripts/__pycache__/run.pyc", ""),
            ("scripts/run.py", "print()\n"),
        ],
        listed: &[""],
        only_here: &[],
    },
    Small {
        what: "many layouts",
        files: &[
            (".agents/skills/a/SKILL.md", "*"),
            (".claude/skills/group/b/SKILL.md", "*"),
            (".hidden/c/SKILL.md", "*"),
            (
                "SKILL.md",
                "---\nname: root\ndescription: At the root.\n---\n",
            ),
            ("anywhere/d/SKILL.md", "*"),
            ("dist/SKILL.md", "*"),
            ("dist/e/SKILL.md", "*"),
            ("plugins/p/skills/f/SKILL.md", "*"),
            ("skills/.curated/g/SKILL.md", "*"),
            ("skills/build/SKILL.md", "*"),
            ("skills/h/SKILL.md", "*"),
            ("skills/h/inner/i/SKILL.md", "*"),
            ("skills/j/skill.md", "*"),
            ("x/1/2/3/k/SKILL.md", "*"),
            ("x/1/2/3/4/l/SKILL.md", "*"),
        ],
        listed: &[
            "",
            ".agents/skills/a",
            ".claude/skills/group/b",
            ".hidden/c",
            "anywhere/d",
            "dist",
            "plugins/p/skills/f",
            "skills/.curated/g",
            "skills/build",
            "skills/h",
            "skills/h/inner/i",
            "x/1/2/3/k",
        ],
        only_here: &[],
    },
    Small {
        what: "a marketplace of plugins",
        files: &[
            (
                ".claude-plugin/marketplace.json",
                r#"{
                    "metadata": {"pluginRoot": "./plugins"},
                    "plugins": [
                        {"name": "b", "source": "./b"},
                        {"name": "a", "source": "./a", "skills": ["./1/2/3/4/named/", "./../../../out"]},
                        {"name": "c", "source": {"source": "github", "repo": "o/c"}},
                        {"name": "d", "source": "plugins/d", "skills": ["./1/2/3/4/not-met"]}
                    ]
                }"#,
            ),
            ("plugins/a/1/2/3/4/beside/SKILL.md", "*"),
            ("plugins/a/1/2/3/4/named/SKILL.md", "*"),
            ("plugins/a/skills/same/SKILL.md", "*"),
            ("plugins/b/skills/same/SKILL.md", "*"),
            ("plugins/d/1/2/3/4/not-met/SKILL.md", "*"),
        ],
        listed: &[
            "plugins/a/1/2/3/4/beside",
            "plugins/a/1/2/3/4/named",
            "plugins/b/skills/same",
        ],
        only_here: &[],
    },
    Small {
        what: "skills of one name",
        files: &[
            (".agents/skills/b/SKILL.md", "*"),
            ("a-b/e/SKILL.md", "*"),
            ("a/c/SKILL.md", "*"),
            ("a/e/SKILL.md", "*"),
            ("b/c/SKILL.md", "*"),
            ("d/SKILL.md", "*"),
            ("skills/.curated/a/SKILL.md", "*"),
            ("skills/a/SKILL.md", "*"),
            ("skills/b/SKILL.md", "*"),
            ("skills/d/SKILL.md", "*"),
            ("skills/x/a/SKILL.md", "*"),
        ],
        // A folder below `skills` comes before `x`, as a walk meets it: `.curated` is looked into on the way.
        listed: &["a/c", "a/e", "d", "skills/.curated/a", "skills/b"],
        only_here: &[],
    },
    Small {
        what: "front matter of all kinds",
        files: &[
            (
                "skills/broken/SKILL.md",
                "---\nname: broken\ndescription: one: two\n---\n",
            ),
            (
                "skills/capitals/SKILL.md",
                "---\nName: capitals\nDescription: a\n---\n",
            ),
            (
                "skills/late/SKILL.md",
                "\n---\nname: late\ndescription: a\n---\n",
            ),
            (
                "skills/mark/SKILL.md",
                "\u{feff}---\nname: mark\ndescription: a\n---\n",
            ),
            (
                "skills/no-description/SKILL.md",
                "---\nname: no-description\n---\n",
            ),
            ("skills/none/SKILL.md", "# None\n"),
            (
                "skills/number/SKILL.md",
                "---\nname: 12\ndescription: a\n---\n",
            ),
            ("skills/open/SKILL.md", "---\nname: open\ndescription: a\n"),
            (
                "skills/quoted/SKILL.md",
                "---\r\nname: \"quoted\"\r\ndescription: >\r\n  a\r\n---\r\n",
            ),
            (
                "skills/title/SKILL.md",
                "---\nname: A Title\ndescription: a\n---\n",
            ),
        ],
        listed: &["skills/mark", "skills/quoted", "skills/title"],
        only_here: &[
            "skills/broken",
            "skills/capitals",
            "skills/late",
            "skills/open",
        ],
    },
    Small {
        what: "internal skills and installed copies",
        files: &[
            (".claude/skills/copy/SKILL.md", "*"),
            (".claude/skills/own/SKILL.md", "*"),
            (
                "skills-lock.json",
                r#"{"version": 1, "skills": {"Copy": {}, "kept": {}}}"#,
            ),
            (
                "skills/inner/SKILL.md",
                "---\nname: inner\ndescription: a\nmetadata:\n  internal: true\n---\n",
            ),
            ("skills/kept/SKILL.md", "*"),
        ],
        listed: &[".claude/skills/own", "skills/kept"],
        only_here: &[],
    },
];

impl Small {
    fn write(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in self.files {
            let file = folder.path().join(path);
            let above = file.parent().unwrap();
            fs::create_dir_all(above).unwrap();
            let name = above.file_name().unwrap().to_string_lossy();
            let front = format!("---\nname: {name}\ndescription: In {path}.\n---\n");
            fs::write(&file, if *text == "*" { &front } else { *text }).unwrap();
        }
        folder
    }
}

/// The skills of the repository in `folder`. Each `SKILL.md` is one of them, or told.
fn found(folder: &Path) -> (FolderTree, Discovered) {
    let tree = FolderTree::open(folder, |_| false).unwrap();
    let discovered = discover(&tree, "", "repository").unwrap();
    let skills = discovered.skills.iter().map(|skill| &skill.main_path);
    let left_out = discovered.left_out.iter().map(|left_out| &left_out.path);
    let told: BTreeSet<&String> = skills.chain(left_out).collect();
    for entry in tree.entries().iter().filter(|it| is_skill_md(&it.path)) {
        assert!(told.contains(&entry.path), "{} is told", entry.path);
    }
    (tree, discovered)
}

fn is_skill_md(path: &str) -> bool {
    path == "SKILL.md" || path.ends_with("/SKILL.md")
}

/// What is otherwise in the repository in `folder` than the client lists and installs, but for hidden files.
fn compare(folder: &Path, tree: &FolderTree, discovered: &Discovered) -> Vec<String> {
    let client = Client::new();
    let listed = client.list(folder);
    let skills = || discovered.skills.iter().filter(|skill| skill.is_strict);
    let names: BTreeSet<String> = skills().map(|skill| skill.name.clone()).collect();
    let mut differences: Vec<String> = names
        .symmetric_difference(&listed)
        .map(|name| format!("the skill `{name}`"))
        .collect();
    client.install(folder);
    for skill in skills() {
        let found = skill_files(tree, &skill.folder);
        let ours: BTreeMap<String, Vec<u8>> = found
            .files
            .iter()
            .map(|file| {
                (
                    file.path.to_owned(),
                    tree.read(file.entry, u64::MAX).unwrap(),
                )
            })
            .collect();
        let theirs = client.installed(&skill.name);
        let paths: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
        for path in paths.into_iter().filter(|path| !is_hidden(path)) {
            if ours.get(path) != theirs.get(path) {
                let place = Path::new(&skill.folder).join(path);
                let place = place.to_string_lossy();
                let left_out = found.left_out.iter().find(|it| it.path == place);
                let reason = left_out.map(|it| match it.reason {
                    Reason::Link => "a link",
                    _ => "left out",
                });
                differences.push(format!("`{place}`, {}", reason.unwrap_or("for no reason")));
            }
        }
    }
    differences
}

/// Whether skills that are published leave this file out, wherever they come from.
fn is_hidden(path: &str) -> bool {
    path.split('/').any(|name| name.starts_with('.'))
}

/// The client, with a home and a project of its own.
struct Client {
    home: TempDir,
}

impl Client {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("project")).unwrap();
        Self { home }
    }

    /// The names of the skills that it lists.
    fn list(&self, folder: &Path) -> BTreeSet<String> {
        let output = self.run(folder, &["--list"]);
        let (_, list) = output.split_once("Available Skills").expect("a list");
        // Names are cyan, and nothing else is.
        let names = list.split("\u{1b}[36m").skip(1);
        let names = names.map(|rest| rest.split('\u{1b}').next().unwrap().to_owned());
        names.collect()
    }

    /// Installs all skills into the project.
    fn install(&self, folder: &Path) {
        self.run(
            folder,
            &["--skill", "*", "--yes", "--copy", "--agent", "claude-code"],
        );
    }

    /// The files of an installed skill, by their paths in its folder.
    fn installed(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let name = name.to_lowercase().replace(' ', "-");
        let folder = self.project().join(".claude/skills").join(name);
        let tree = FolderTree::open(&folder, |_| false).unwrap();
        let files = tree.entries().iter();
        files
            .map(|entry| (entry.path.clone(), tree.read(entry, u64::MAX).unwrap()))
            .collect()
    }

    fn project(&self) -> PathBuf {
        self.home.path().join("project")
    }

    fn run(&self, folder: &Path, arguments: &[&str]) -> String {
        let program = Path::new("tests/clients/node_modules/skills/bin/cli.mjs");
        let program = program
            .canonicalize()
            .expect("the client: see tests/clients/run");
        let closed = "http://127.0.0.1:9";
        // Not a pipe: the client ends before all is written to one that is read slowly.
        let said = tempfile::tempfile().unwrap();
        let output = Command::new(std::env::var_os("NODE").unwrap_or("node".into()))
            .arg(program)
            .arg("add")
            .arg(folder)
            .arg("--full-depth")
            .args(arguments)
            .current_dir(self.project())
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", self.home.path())
            .envs([
                ("DISABLE_TELEMETRY", "1"),
                ("DO_NOT_TRACK", "1"),
                ("FORCE_COLOR", "1"),
            ])
            // Whatever is not on loopback goes to a proxy that is not there.
            .envs([
                ("NODE_USE_ENV_PROXY", "1"),
                ("HTTP_PROXY", closed),
                ("HTTPS_PROXY", closed),
            ])
            .stdin(Stdio::null())
            .stdout(said.try_clone().unwrap())
            .stderr(Stdio::piped())
            .output()
            .expect("the client runs");
        let text = text_of(said);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}{errors}");
        text
    }
}

fn text_of(mut file: File) -> String {
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}
