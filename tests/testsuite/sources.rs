//! Sources as an operator meets them: from repositories, archives and folders to a site, with what goes wrong on the way.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Ran, SiteTest, files_below};
use origin::Origin;
use test_server::{Protocol, TestServer};

mod damage;
mod hostile;
mod kill;

#[path = "../../src/git/tests/origin.rs"]
#[allow(dead_code, reason = "unit tests call all of it")]
mod origin;

#[path = "../../src/sources/test_server.rs"]
#[allow(dead_code, reason = "unit tests call all of it")]
mod test_server;

const MIT: &[u8] = include_bytes!("../../LICENSE-MIT");

const PDF: &[u8] = b"---\nname: pdf-tools\ndescription: Merges PDF files.\n---\n# PDF\n";

const CRON: &[u8] = b"---\nname: cron\ndescription: Explains cron lines.\n---\n# Cron\n";

/// A repository of the skills `pdf-tools` (two files) and `cron`, under the MIT license.
fn two_skills() -> Origin {
    let mut origin = Origin::new();
    let files: &[(&str, &[u8])] = &[
        ("LICENSE", MIT),
        (".claude/skills/cron/SKILL.md", CRON),
        ("skills/pdf-tools/SKILL.md", PDF),
        ("skills/pdf-tools/notes.md", b"Notes.\n"),
    ];
    origin.commit("main", files);
    origin
}

/// Its path as a TOML string.
fn toml_path(origin: &Origin) -> String {
    format!("{:?}", origin.path().to_str().expect("UTF-8"))
}

/// A registry of these sources, as settings have them, without a search by meaning, which takes its time.
fn registry(sources: &str) -> SiteTest {
    SiteTest::bare().file("skillpress.toml", settings(sources))
}

fn settings(sources: &str) -> String {
    format!("base_url = \"https://skills.example/\"\n[embedding]\nmode = \"none\"\n\n{sources}")
}

/// A registry of a repository, owned by `ana`.
fn registry_of(origin: &Origin) -> SiteTest {
    registry(&format!(
        "[[source]]\ngit = {}\nowner = \"ana\"\n",
        toml_path(origin)
    ))
}

/// Runs a command, which must end with this exit code.
#[track_caller]
fn run(test: &SiteTest, args: &[&str], code: i32) -> Ran {
    let ran = test.run(args);
    assert_eq!(ran.code, code, "{args:?}\n{}{}", ran.stdout, ran.stderr);
    ran
}

fn read(test: &SiteTest, path: &str) -> String {
    fs::read_to_string(test.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The skills that `sources` finds, as `name: number`.
fn counts(test: &SiteTest) -> Vec<String> {
    let ran = test.run(&["sources", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let sources = document["sources"].as_array().expect("a list");
    let count = |source: &serde_json::Value| {
        format!(
            "{}: {}",
            source["name"].as_str().unwrap_or_default(),
            source["skills"]
        )
    };
    sources.iter().map(count).collect()
}

/// What lies in a folder, by path: files with their bytes, and links with where they lead.
fn everything_in(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name();
    let entries = entries
        .into_iter()
        .map(|entry| entry.expect("a readable folder"));
    let bytes = |path: &Path| {
        fs::read(path)
            .or_else(|_| fs::read_link(path).map(|to| to.to_string_lossy().into_owned().into()))
            .unwrap_or_default()
    };
    entries
        .map(|entry| (entry.path().to_owned(), bytes(entry.path())))
        .collect()
}

#[test]
fn a_repository_is_a_site_after_two_commands() {
    let origin = two_skills();
    let server = TestServer::start(origin.temporary.path(), Protocol::Smart);
    let url = format!("{}origin.git", server.url);
    for from in [url.as_str(), origin.path().to_str().unwrap()] {
        let test = SiteTest::bare();
        run(
            &test,
            &["init", "--from", from, "registry", "--owner", "ana"],
            0,
        );
        let build = test
            .command()
            .current_dir(test.path("registry"))
            .args(["build", "--strict"])
            .output()
            .unwrap();
        let ran = Ran::of(build);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stdout.starts_with("2 skills, "), "{}", ran.stdout);
        let record = read(&test, "registry/public/ana/skills/pdf-tools/skill.json");
        let record: serde_json::Value = serde_json::from_str(&record).unwrap();
        let commit = origin.git(&["rev-parse", "main"]);
        assert_eq!(record["source"]["commit"], commit.as_str(), "{record}");
        assert_eq!(record["source"]["path"], "skills/pdf-tools", "{record}");
        let page = read(&test, "registry/public/ana/skills/pdf-tools/index.html");
        assert!(page.contains("MIT"), "{page}");
        assert!(page.contains(&commit[..7]), "{page}");
        let names: Vec<String> = fs::read_dir(test.path("registry"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert!(
            !names.contains(&"content".to_owned()),
            "no skill is copied: {names:?}"
        );
    }
}

#[test]
fn owner_and_repository_are_those_of_github_whose_page_a_skill_links_to() {
    let origin = two_skills();
    let test = SiteTest::bare();
    test.write(
        "gitconfig",
        format!(
            "[url {}]\n\tinsteadOf = https://github.com/ana/skills\n",
            toml_path(&origin)
        ),
    );
    test.write("registry/skillpress.toml", settings("# The end.\n"));
    let run = |args: &[&str]| {
        let mut command = test.command();
        command.current_dir(test.path("registry"));
        command.env("GIT_CONFIG_GLOBAL", test.path("gitconfig"));
        let ran = Ran::of(command.args(args).output().unwrap());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran
    };
    let ran = run(&["add", "ana/skills"]);
    assert!(
        ran.stdout
            .contains("`ana/skills` is a source in `skillpress.toml` now"),
        "{}",
        ran.stdout
    );
    let expected = "# The end.\n\n[[source]]\ngit = \"https://github.com/ana/skills\"\n";
    assert_eq!(read(&test, "registry/skillpress.toml"), settings(expected));
    run(&["build"]);
    let page = read(&test, "registry/public/ana/skills/cron/index.html");
    let commit = origin.git(&["rev-parse", "main"]);
    for link in [
        "https://github.com/ana/skills".to_owned(),
        format!("https://github.com/ana/skills/tree/{commit}/.claude/skills/cron"),
        format!("https://github.com/ana/skills/blob/{commit}/LICENSE"),
    ] {
        assert!(page.contains(&format!("href=\"{link}\"")), "{link}: {page}");
    }
}

#[test]
fn a_plain_repository_is_a_registry_without_moving_a_file_however_often_it_is_built() {
    let test = SiteTest::bare()
        .file("skills/pdf-tools/SKILL.md", PDF)
        .file("README.md", "Skills.\n");
    let ran = run(&test, &["init"], 2);
    assert!(
        ran.stderr
            .contains("hint: say whose skills they are with `--owner NAME`"),
        "{}",
        ran.stderr
    );
    let before = files_below(&test.path(""));
    let ran = run(&test, &["init", "--owner", "ana"], 0);
    assert!(
        ran.stdout
            .starts_with("`skillpress.toml` publishes 1 skill of this folder"),
        "{}",
        ran.stdout
    );
    let mut after = files_below(&test.path(""));
    after.retain(|file| !before.contains(file));
    let written: Vec<_> = after.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(written, [".gitignore", "skillpress.toml"]);
    assert!(!ran.stdout.contains("gitignore"), "{}", ran.stdout);
    let test = test.file(
        "content/badges/official.toml",
        "label = \"official\"\ndescription = \"Ours.\"\n",
    );
    run(&test, &["badge", "add", "official", "ana/pdf-tools"], 0);
    test.rebuild();
    let first = test.site();
    let ran = test.rebuild();
    assert!(
        ran.stdout.starts_with("1 skill, ") && ran.stdout.contains(" 0 changed"),
        "{}",
        ran.stdout
    );
    assert_eq!(first, test.site());
    assert_eq!(counts(&test), [".: 1"]);
    // Nor is a site read back that lies deeper, or that another registry wrote.
    run(&test, &["build", "--out", "docs/site/public"], 0);
    let others = SiteTest::bare().file("skills/pdf-tools/SKILL.md", PDF);
    run(&others, &["init", "--owner", "bo"], 0);
    let theirs = test.path("theirs/public").display().to_string();
    run(&others, &["build", "--out", &theirs], 0);
    assert_eq!(counts(&test), [".: 1"]);
    let ran = test.rebuild();
    assert!(ran.stdout.contains(" 0 changed"), "{}", ran.stdout);
    std::fs::remove_file(test.path("skillpress.toml")).unwrap();
    test.write(".gitignore", "*.log\n*.key\n");
    let ran = run(&test, &["init", "--owner", "ana"], 0);
    assert!(
        ran.stdout
            .starts_with("`skillpress.toml` publishes 1 skill of this folder"),
        "{}",
        ran.stdout
    );
    let told = "Add to `.gitignore` what git need not or must not keep: `/public/`\n";
    assert!(ran.stdout.ends_with(told), "{}", ran.stdout);
}

#[test]
fn skills_in_the_content_folder_are_not_left_out_in_silence() {
    let told = |n: &str| {
        format!(
            "warning: content: {n} left out, since `content` is the folder of a registry's own content\n\
             hint: rename `content`, such as to `skills`, or build with `--content DIR`, another folder for badges and the like\n\n"
        )
    };
    let test = SiteTest::bare().file("content/cron/SKILL.md", CRON);
    let ran = run(&test, &["init", "--owner", "ana"], 2);
    let none = "error: there is no skill in this folder\n";
    assert!(
        ran.stderr.starts_with(&(told("1 skill is") + none)),
        "{}",
        ran.stderr
    );
    let test = test
        .file("content/skills/pdf-tools/SKILL.md", PDF)
        .file(
            "content/skills/bo/own/SKILL.md",
            "---\nname: own\ndescription: Stays here.\n---\n",
        )
        .file("skills/pdf-tools/SKILL.md", PDF);
    let ran = run(&test, &["init", "--owner", "ana"], 0);
    assert_eq!(ran.stderr, told("2 skills are"));
    run(&test, &["build", "--content", "registry"], 0);
    assert!(test.path("public/ana/skills/cron/index.html").is_file());
}

#[test]
fn init_of_a_full_folder_says_what_to_do() {
    let origin = two_skills();
    let test = SiteTest::bare().file("full/notes.txt", "Mine.\n");
    for args in [
        vec!["init", "full"],
        vec![
            "init",
            "--from",
            origin.path().to_str().unwrap(),
            "full",
            "--owner",
            "ana",
        ],
    ] {
        let ran = run(&test, &args, 2);
        assert_eq!(
            ran.stderr,
            "error: `full` holds files already, and `init` overwrites none\n\
             hint: name a folder that is missing or empty; for a registry of the skills in a folder, run `skillpress init` there\n"
        );
    }
    assert_eq!(files_below(&test.path("")).len(), 1);
}

#[test]
fn add_leaves_the_settings_as_their_author_wrote_them() {
    let origin = two_skills();
    let path = origin.path();
    let path = path.to_str().unwrap();
    let proposed = "[hosting]\n# What a comment proposes belongs above.\n# host = \"netlify\"\n";
    let head = settings(proposed).replace('\n', "\r\n");
    let test = SiteTest::bare().file("skillpress.toml", format!("\u{feff}{head}"));
    run(&test, &["add", path, "--owner", "ana"], 0);
    // Both lie in the folder of temporary files.
    let origin_path = origin.path();
    let folder = origin_path.parent().unwrap().file_name().unwrap();
    let folder = folder.to_str().unwrap();
    let first =
        format!("\r\n[[source]]\r\ngit = \"../{folder}/origin.git\"\r\nowner = \"ana\"\r\n");
    assert_eq!(
        read(&test, "skillpress.toml"),
        format!("\u{feff}{head}{first}")
    );
    run(&test, &["add", path, "--owner", "bo", "--name", "again"], 0);
    let second = first
        .replace("\r\ngit", "\r\nname = \"again\"\r\ngit")
        .replace("ana", "bo");
    assert_eq!(
        read(&test, "skillpress.toml"),
        format!("\u{feff}{head}{first}{second}")
    );
    assert_eq!(counts(&test), ["origin: 2", "again: 2"]);
}

#[test]
fn a_mistyped_name_of_an_archive_is_not_asked_of_github() {
    let test = registry("");
    for name in ["downloads/tols.zip", "downloads/tols.tar.gz"] {
        let ran = run(&test, &["add", name, "--owner", "ana"], 2);
        assert_eq!(
            ran.stderr,
            format!(
                "error: `{name}` is no repository, archive or folder\n\
                 hint: name one as `OWNER/REPO` on GitHub, a URL, or a path that is there\n"
            )
        );
    }
}

#[test]
fn a_source_that_cannot_be_added_leaves_settings_and_lock_as_they_were() {
    let origin = two_skills();
    let test = registry_of(&origin);
    run(&test, &["fetch"], 0);
    let files = || {
        (
            read(&test, "skillpress.toml"),
            read(&test, "skillpress.lock"),
        )
    };
    let before = files();
    let nowhere = test.path("nowhere.git");
    let nowhere = format!("file://{}", nowhere.display());
    let repeated = origin.path();
    for (args, code, expected) in [
        (
            vec!["add", &nowhere, "--owner", "bo"],
            2,
            "the source `nowhere`: git cannot ask for the branches of `file://",
        ),
        (
            vec!["add", "https://git.example/ana/skills/tree/main/a/b"],
            2,
            "is a page about a folder, and no repository\nhint: name the repository: `https://git.example/ana/skills --ref main --path a/b`",
        ),
        (
            vec!["add", "nowhere"],
            2,
            "`nowhere` is no repository, archive or folder\nhint: name one as `OWNER/REPO` on GitHub, a URL, or a path that is there",
        ),
        (
            vec!["add", repeated.to_str().unwrap(), "--owner", "bo"],
            2,
            "`skillpress.toml` has a source that is called `origin` already\nhint: `skillpress fetch --update origin` looks whether it moved on; another one is called by `--name NAME`",
        ),
        (
            vec!["add", repeated.to_str().unwrap(), "--name", "x"],
            2,
            "hint: say whose skills they are with `--owner NAME`",
        ),
    ] {
        let ran = run(&test, &args, code);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
        assert_eq!(files(), before, "{args:?}");
    }
}

#[test]
fn a_source_is_added_whatever_became_of_the_others() {
    let (mut gone, origin) = (Origin::new(), two_skills());
    gone.commit("main", &[("skills/other/SKILL.md", PDF)]);
    let test = registry_of(&gone);
    run(&test, &["fetch"], 0);
    let before = read(&test, "skillpress.lock");
    fs::remove_dir_all(test.path(".skillpress")).unwrap();
    drop(gone);
    let path = origin.path();
    let path = path.to_str().unwrap();
    let ran = run(&test, &["add", path, "--owner", "bo", "--name", "new"], 0);
    assert!(
        ran.stdout.starts_with("new: 2 skills at "),
        "{}",
        ran.stdout
    );
    assert!(!ran.stderr.contains("origin"), "{}", ran.stderr);
    let lock = read(&test, "skillpress.lock");
    let new = lock.strip_prefix(&before).expect("what was locked stays");
    assert_eq!(new.matches("name = \"new\"").count(), 1, "{lock}");
    assert!(read(&test, "skillpress.toml").contains("name = \"new\""));
    run(&test, &["fetch"], 2);
    assert_eq!(read(&test, "skillpress.lock"), lock);
}

#[test]
fn a_registry_moves_together_with_its_sources() {
    let origin = two_skills();
    let test = SiteTest::bare().file("here/all/one/SKILL.md", PDF);
    let clone = Command::new("git")
        .args(["clone", "--quiet", "--bare"])
        .arg(origin.path())
        .arg(test.path("here/store.git"))
        .status();
    assert!(clone.unwrap().success());
    let in_folder = |folder: &str, args: &[&str]| {
        let mut command = test.command();
        let command = command.current_dir(test.path(folder)).args(args);
        let ran = Ran::of(command.output().unwrap());
        assert_eq!(ran.code, 0, "{args:?}\n{}{}", ran.stdout, ran.stderr);
    };
    let from = [
        "init",
        "registry",
        "--owner",
        "ana",
        "--from",
        "../here//store.git/",
    ];
    in_folder("here", &from);
    let config = "registry/skillpress.toml";
    let add = ["add", "./all", "--owner", "bo", "--config", config];
    in_folder("here", &add);
    let settings = read(&test, "here/registry/skillpress.toml");
    assert!(settings.contains("git = \"../store.git\"\n"), "{settings}");
    assert!(settings.contains("path = \"../all\"\n"), "{settings}");
    fs::rename(test.path("here"), test.path("there")).unwrap();
    fs::remove_dir_all(test.path("there/registry/.skillpress")).unwrap();
    in_folder("there/registry", &["fetch", "--locked"]);
    in_folder("there/registry", &["build"]);
    for skill in [
        "ana/skills/cron",
        "ana/skills/pdf-tools",
        "bo/skills/pdf-tools",
    ] {
        let page = format!("there/registry/public/{skill}/index.html");
        assert!(test.path(&page).is_file(), "{page}");
    }
}

#[test]
fn a_source_above_its_registry_is_called_as_its_folder() {
    // It has no name that is one, so it is called as its source.
    let text = "---\nname: A kit\ndescription: Has tools.\n---\n";
    let test = SiteTest::bare().file("kit/SKILL.md", text);
    let mut command = test.command();
    let args = ["init", "--from", ".", "registry", "--owner", "ana"];
    let command = command.current_dir(test.path("kit")).args(args);
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let settings = read(&test, "kit/registry/skillpress.toml");
    let written = "name = \"kit\"\npath = \"..\"\nowner = \"ana\"\n";
    assert!(settings.ends_with(written), "{settings}");
    let mut command = test.command();
    let command = command.current_dir(test.path("kit/registry")).arg("build");
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        test.path("kit/registry/public/ana/skills/kit/index.html")
            .is_file()
    );
}

#[test]
fn own_skills_are_no_skills_of_a_source_around_them_from_wherever_it_is_looked_at() {
    let test = SiteTest::bare()
        .file(
            "here/skillpress.toml",
            settings("[[source]]\npath = \".\"\nowner = \"ana\"\n"),
        )
        .file("here/skills/pdf-tools/SKILL.md", PDF)
        .file("here/content/skills/bo/cron/SKILL.md", CRON);
    let given = |args: &[&str]| {
        let ran = run(
            &test,
            &[&["sources", "--config", "here/skillpress.toml"], args].concat(),
            0,
        );
        ran.stdout.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(given(&[]), ".: 1 skill; owner ana, from .");
    let other = given(&["--content", "other"]);
    assert_eq!(other, ".: 2 skills; owner ana, from .");
}

#[test]
fn a_source_without_a_skill_is_told_when_it_is_added_and_built() {
    let test = registry("").file("empty/README.md", "Nothing yet.\n");
    let ran = run(&test, &["add", "empty", "--owner", "ana"], 0);
    assert_eq!(
        ran.stderr,
        "warning: skillpress.toml: the source `empty` gives no skill\n\
         hint: `skillpress sources --warnings` says what is not taken, and why\n\n"
    );
    let ran = run(&test, &["build"], 1);
    assert_eq!(
        ran.stderr,
        "error: skillpress.toml: no source gives a skill, and there is no folder of skills besides\n\
         hint: `skillpress sources --warnings` says what is not taken, and why\n\n"
    );
}

#[test]
fn fetch_asks_nobody_for_what_is_there_and_follows_a_branch_when_told_to() {
    let mut origin = two_skills();
    let server = TestServer::start(origin.temporary.path(), Protocol::Smart);
    let source = |name: &str| {
        let url = &server.url;
        format!("[[source]]\nname = \"{name}\"\ngit = \"{url}origin.git\"\nowner = \"{name}\"\n")
    };
    let test = registry(&(source("ana") + &source("bo")));
    run(&test, &["fetch"], 0);
    let first = read(&test, "skillpress.lock");
    server.take_requests();
    origin.commit("main", &[("SKILL.md", CRON)]);
    let before = everything_in(&test.path(""));
    let ran = run(&test, &["fetch"], 0);
    assert_eq!(ran.stdout.matches("as before").count(), 2, "{}", ran.stdout);
    assert_eq!(server.take_requests(), [""; 0]);
    assert_eq!(everything_in(&test.path("")), before);

    let ran = run(&test, &["fetch", "--update", "--locked"], 1);
    let expected = "error: skillpress.toml: the sources `ana`, `bo`: the lock file would change\n\
                    hint: run `skillpress fetch` without `--locked`, and commit `skillpress.lock`\n";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    assert_eq!(read(&test, "skillpress.lock"), first);

    let ran = run(&test, &["fetch", "--update", "bo"], 0);
    assert!(ran.stdout.contains("ana: 2 skills at "), "{}", ran.stdout);
    assert!(ran.stdout.contains("bo: 1 skill at "), "{}", ran.stdout);
    let commit = origin.git(&["rev-parse", "main"]);
    assert_eq!(read(&test, "skillpress.lock").matches(&commit).count(), 1);
    run(&test, &["fetch", "--update"], 0);
    let second = read(&test, "skillpress.lock");
    assert_eq!(second.matches(&commit).count(), 2);
    let ran = run(&test, &["fetch", "--update"], 0);
    assert_eq!(ran.stdout.matches("as before").count(), 2, "{}", ran.stdout);
    let ran = run(&test, &["fetch", "--update", "cy"], 2);
    assert_eq!(
        ran.stderr,
        "error: no source is called `cy`\nhint: `skillpress sources` lists their names\n"
    );

    // An older commit is fetched again, though the branch has moved on.
    test.write("skillpress.lock", &first);
    fs::remove_dir_all(test.path(".skillpress")).unwrap();
    let ran = run(&test, &["fetch", "--locked"], 0);
    assert_eq!(ran.stdout.matches("restored").count(), 2, "{}", ran.stdout);
    assert_eq!(read(&test, "skillpress.lock"), first);
    assert_eq!(counts(&test), ["ana: 2", "bo: 2"]);
}

#[test]
fn an_update_says_from_where_to_where_and_which_skills_came_went_and_changed() {
    let skill = |name: &str, text: &str| {
        let text = format!("---\nname: {name}\ndescription: {text}\n---\n");
        (format!("skills/{name}/SKILL.md"), text.into_bytes())
    };
    let commit = |origin: &mut Origin, skills: &[(String, Vec<u8>)]| {
        let files = skills
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_slice()));
        origin.commit("main", &files.collect::<Vec<_>>());
        origin.git(&["rev-parse", "main"])[..7].to_owned()
    };
    let mut origin = Origin::new();
    let first = [skill("same", "S"), skill("gone", "G"), skill("other", "O")];
    let old = commit(&mut origin, &first);
    let test = registry_of(&origin);
    let ran = run(&test, &["fetch"], 0);
    assert_eq!(ran.stdout, format!("origin: 3 skills at {old}, fetched\n"));

    let mut second = vec![skill("same", "S"), skill("other", "O, and more")];
    second.extend((10..22).map(|n| skill(&format!("n{n}"), "N")));
    // Its folder names it, since this is no name.
    second.push(("skills/e\u{1b}[2Jvil/SKILL.md".into(), skill("A B", "E").1));
    let new = commit(&mut origin, &second);
    let ran = run(&test, &["fetch", "--update"], 0);
    let (head, lines) = ran.stdout.split_once('\n').expect("lines");
    assert_eq!(
        head,
        format!("origin: 15 skills at {new}, fetched, {old} before")
    );
    assert!(!lines.contains('\u{1b}'), "{lines:?}");
    let lines: Vec<&str> = lines.lines().collect();
    assert!(lines[0].starts_with("  13 skills new: `e"), "{lines:?}");
    assert!(lines[0].ends_with("`n18` and 3 more"), "{lines:?}");
    assert_eq!(
        lines[1..],
        ["  1 skill gone: `gone`", "  1 skill changed: `other`"]
    );
}

#[test]
fn a_build_asks_for_a_fetch_when_settings_and_lock_differ() {
    let mut origin = two_skills();
    origin.commit("next", &[("SKILL.md", CRON)]);
    let test = registry_of(&origin);
    let unfetched = "error: skillpress.toml: the source `origin` cannot be used: it was not fetched since it stands so in the settings\n\
                     hint: run `skillpress fetch`\n\n";
    assert_eq!(run(&test, &["build"], 1).stderr, unfetched);
    let ran = run(&test, &["fetch", "--locked"], 1);
    assert!(ran.stderr.contains("the lock file would change"));
    assert!(!test.path("skillpress.lock").exists());
    run(&test, &["fetch"], 0);
    run(&test, &["check"], 0);
    let before = read(&test, "skillpress.toml");
    for change in [
        "ref = \"next\"\n",
        "path = \"skills\"\n",
        "path = \"skills\"\nref = \"main\"\n",
    ] {
        test.write("skillpress.toml", format!("{before}{change}"));
        assert_eq!(run(&test, &["build"], 1).stderr, unfetched, "{change}");
        run(&test, &["fetch", "--locked"], 1);
        run(&test, &["fetch"], 0);
        run(&test, &["check"], 0);
    }
    // What is only chosen from is there already.
    let now = read(&test, "skillpress.toml").replace("\"ana\"", "\"bo\"");
    test.write("skillpress.toml", now + "exclude = [\"cron\"]\n");
    run(&test, &["check"], 0);
    assert_eq!(counts(&test), ["origin: 1"]);
    test.write("skillpress.toml", settings(""));
    run(&test, &["fetch"], 0);
    assert!(
        !read(&test, "skillpress.lock").contains("[[source]]"),
        "a source that is gone is unlocked"
    );
}

#[test]
fn folders_and_archives_are_sources_too() {
    let origin = two_skills();
    let archive = |name: &str, args: &[&str]| {
        let path = origin.temporary.path().join(name);
        let output = format!("--output={}", path.display());
        origin.git(&[&["archive", &output], args, &["main"]].concat());
    };
    archive("a.zip", &["--format=zip"]);
    archive("c.zip", &["--format=zip"]);
    archive("b.tar.gz", &["--format=tar.gz", "--prefix=skills-1.0/"]);
    let server = TestServer::start(origin.temporary.path(), Protocol::Dumb);
    let (here, url) = (origin.temporary.path().display(), &server.url);
    let test = registry(&format!(
        "[[source]]\narchive = '{here}/a.zip'\nowner = 'ana'\n\
         [[source]]\narchive = '{here}/b.tar.gz'\nowner = 'bo'\n\
         [[source]]\nname = 'c'\narchive = '{url}c.zip'\nowner = 'cy'\npath = 'skills'\n\
         [[source]]\nname = 'd'\narchive = '{url}b.tar.gz'\nowner = 'dy'\n\
         [[source]]\npath = 'folder'\nowner = 'ey'\n"
    ))
    .file("folder/pdf-tools/SKILL.md", PDF);
    run(&test, &["fetch"], 0);
    let expected = ["a: 2", "b: 2", "c: 1", "d: 2", "folder: 1"];
    assert_eq!(counts(&test), expected);
    let lock = read(&test, "skillpress.lock");
    server.take_requests();
    run(&test, &["fetch", "--locked"], 0);
    assert_eq!(server.take_requests(), [""; 0]);

    // A folder is read as it is; an archive is what it was when it was fetched.
    test.write("folder/cron/SKILL.md", CRON);
    fs::copy(
        origin.temporary.path().join("b.tar.gz"),
        origin.temporary.path().join("a.zip"),
    )
    .unwrap();
    let expected = ["a: 2", "b: 2", "c: 1", "d: 2", "folder: 2"];
    assert_eq!(counts(&test), expected);
    fs::write(test.path("folder/LICENSE"), MIT).unwrap();
    test.rebuild();
    assert!(
        test.page("ey/skills/cron/index.html")
            .contains("Explains cron lines.")
    );
    for owner in ["ana", "ey"] {
        let page = test.page(&format!("{owner}/skills/pdf-tools/index.html"));
        let license = "<dt>License</dt><dd dir=\"auto\">MIT</dd>";
        assert!(page.contains(license), "{owner}: {page}");
    }
    fs::remove_dir_all(test.path(".skillpress")).unwrap();
    let ran = run(&test, &["fetch", "--locked"], 1);
    let expected = "error: skillpress.toml: the source `a`: the lock file would change\n";
    assert!(ran.stderr.starts_with(expected), "{}", ran.stderr);
    assert_eq!(read(&test, "skillpress.lock"), lock);
}

#[test]
fn of_versions_that_differ_in_capitals_alone_the_newer_one_stays_and_is_told() {
    let mut origin = Origin::new();
    for (tag, text) in [("beta", "one"), ("Beta", "two"), ("v1", "three")] {
        let files: &[(&str, &[u8])] = &[("SKILL.md", PDF), ("a.txt", text.as_bytes())];
        origin.commit("main", files);
        origin.git(&["tag", tag, "main"]);
    }
    let test = registry(&format!(
        "[[source]]\ngit = {}\nowner = 'ana'\nversions = 'tags'\n",
        toml_path(&origin)
    ));
    run(&test, &["fetch"], 0);
    let ran = run(&test, &["build"], 0);
    assert!(
        ran.stderr.contains(
            "warning: origin/: the versions `beta` and `Beta` differ only in the case of letters, which many hosts do not \
             tell apart; `beta` is left out\nhint: name versions and tags"
        ),
        "{}",
        ran.stderr
    );
    assert!(
        test.path("public/ana/skills/pdf-tools/versions/Beta")
            .is_dir()
    );
    assert!(
        !test
            .path("public/ana/skills/pdf-tools/versions/beta")
            .exists()
    );
}

#[test]
fn what_a_lock_or_an_index_names_of_a_version_stays_when_there_is_a_newer_one() {
    let mut origin = Origin::new();
    let mut release = |version: &str, description: &str, license: &str| {
        let text = format!(
            "---\nname: pdf-tools\ndescription: {description}\nversion: {version}\nlicense: {license}\n---\n"
        );
        let files: &[(&str, &[u8])] = &[("SKILL.md", text.as_bytes()), ("a.txt", b"a")];
        origin.commit("main", files);
        origin.git(&["tag", &format!("v{version}"), "main"]);
        toml_path(&origin)
    };
    release("0.9.0", "Merges.", "MIT");
    let origin_path = release("1.0.0", "Merges PDF files.", "MIT");
    let test = registry(&format!(
        "[npm]\nscope = '@acme'\n[[source]]\ngit = {origin_path}\nowner = 'ana'\nversions = 'tags'\n",
    ));
    run(&test, &["fetch"], 0);
    run(&test, &["build"], 0);
    let page = "public/ana/skills/pdf-tools/";
    let pinned_at = |version: &str| format!("{page}.well-known/agent-skills/v{version}/index.json");
    let packages = || -> serde_json::Value {
        serde_json::from_str(&read(&test, "public/npm/@acme/ana--pdf-tools")).expect("JSON")
    };
    let pinned = ["0.9.0", "1.0.0"].map(|version| read(&test, &pinned_at(version)));
    let zip = fs::read(test.path(&format!("{page}versions/1.0.0/pdf-tools.zip"))).expect("a zip");
    let before = packages();
    assert_eq!(before["versions"]["1.0.0"]["license"], "MIT");

    release("1.1.0", "Merges and splits PDF files.", "Apache-2.0");
    run(&test, &["fetch", "--update"], 0);
    run(&test, &["build"], 0);
    assert_eq!(
        ["0.9.0", "1.0.0"].map(|version| read(&test, &pinned_at(version))),
        pinned
    );
    assert_eq!(
        fs::read(test.path(&format!("{page}versions/1.0.0/pdf-tools.zip"))).expect("a zip"),
        zip
    );
    let after = packages();
    assert_eq!(after["dist-tags"]["latest"], "1.1.0");
    for version in ["0.9.0", "1.0.0"] {
        let [before, after] = [&before, &after].map(|document| &document["versions"][version]);
        assert_eq!(before["dist"], after["dist"], "{version}");
        let tarball = after["dist"]["tarball"].as_str().expect("a URL");
        let path = tarball
            .strip_prefix("https://skills.example/")
            .expect("of the site");
        assert!(test.path("public").join(path).is_file(), "{path}");
        assert_eq!(after.get("license"), None);
        assert_eq!(
            after["homepage"],
            format!("https://skills.example/ana/skills/pdf-tools/versions/{version}/")
        );
    }
}

#[test]
fn a_pattern_that_matches_no_skill_is_told_as_it_is_written() {
    let origin = two_skills();
    let test = registry(&format!(
        "[[source]]\ngit = {}\nowner = 'ana'\ninclude = ['pdf-*', 'crom']\nexclude = ['PDF-old*']\n",
        toml_path(&origin)
    ));
    run(&test, &["fetch"], 0);
    let ran = run(&test, &["sources", "--warnings"], 0);
    assert_eq!(counts(&test), ["origin: 1"]);
    for told in ["`crom` in `include`", "`PDF-old*` in `exclude`"] {
        let warning = format!(
            "warning: skillpress.toml: {told} matches no skill of the source `origin`\n\
             hint: correct or remove it; patterns are compared with slugs\n"
        );
        assert!(ran.stderr.contains(&warning), "{}", ran.stderr);
    }
}

#[test]
fn after_a_fetch_a_build_needs_neither_network_nor_git() {
    let origin = two_skills();
    let test = registry_of(&origin);
    run(&test, &["fetch"], 0);
    drop(origin);
    let build = without_git(&test, &["build"]);
    assert_eq!(build.code, 0, "{}", build.stderr);
    let first = test.site();
    fs::remove_dir_all(test.path("public")).unwrap();
    test.rebuild();
    assert_eq!(test.site(), first);
}

#[test]
fn a_machine_without_git_is_told_once_and_still_has_folders_and_archives() {
    let origin = two_skills();
    let git = toml_path(&origin);
    let zip = origin.temporary.path().join("skills.zip");
    let output = format!("--output={}", zip.display());
    origin.git(&["archive", "--format=zip", &output, "main"]);
    let test = registry(&format!(
        "[[source]]\ngit = {git}\nowner = 'ana'\n\
         [[source]]\nname = 'again'\ngit = {git}\nowner = 'bo'\n\
         [[source]]\narchive = '{}'\nowner = 'cy'\n\
         [[source]]\npath = 'folder'\nowner = 'dy'\n",
        zip.display()
    ))
    .file("folder/pdf-tools/SKILL.md", PDF);
    let ran = without_git(&test, &["fetch"]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.stdout, "skills: 2 skills, fetched\n");
    assert_eq!(
        ran.stderr,
        "error: skillpress.toml: the sources `origin`, `again`: the program `git` was not found\n\
         hint: install git, such as by `apt install git`, `brew install git` or `winget install Git.Git`; sources with `path` or `archive` need none\n\n\
         error: 2 of 3 sources are not fetched\n"
    );
    assert_eq!(
        counts(&test),
        ["origin: 0", "again: 0", "skills: 2", "folder: 1"]
    );
    let others = read(&test, "skillpress.toml");
    let others = &others[others.find("[[source]]\narchive").unwrap()..];
    test.write("skillpress.toml", settings(others));
    let ran = without_git(&test, &["check"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

/// Runs the command where there is no other program.
fn without_git(test: &SiteTest, args: &[&str]) -> Ran {
    let empty = tempfile::tempdir().unwrap();
    let mut command: Command = test.command();
    command.env("PATH", empty.path());
    Ran::of(command.args(args).output().unwrap())
}

#[test]
fn the_password_of_a_url_stays_in_settings_and_lock() {
    let origin = two_skills();
    let server = TestServer::start(origin.temporary.path(), Protocol::Smart);
    let host = server.url.strip_prefix("http://").unwrap();
    let test = registry("");
    let url = format!("http://me:hunter2@{host}origin.git");
    let mut told = vec![
        run(&test, &["add", &url, "--owner", "ana"], 0),
        run(&test, &["sources", "--warnings"], 0),
        run(&test, &["sources", "--json"], 0),
        test.rebuild(),
    ];
    fs::remove_dir_all(origin.path()).unwrap();
    told.push(run(&test, &["fetch", "--update"], 2));
    for ran in told {
        assert!(!(ran.stdout + &ran.stderr).contains("hunter2"));
    }
    let files = files_below(&test.path("")).into_iter();
    let has_it = |bytes: &[u8]| bytes.windows(7).any(|window| window == b"hunter2");
    let with_it: Vec<String> = files
        .filter_map(|(path, bytes)| has_it(&bytes).then_some(path))
        .collect();
    assert_eq!(with_it, ["skillpress.lock", "skillpress.toml"]);
}

#[test]
fn two_skills_of_one_name_are_told_with_both_places_and_the_way_out() {
    let (one, two) = (two_skills(), two_skills());
    let source = |name: &str, origin: &Origin, more: &str| {
        let git = toml_path(origin);
        format!("[[source]]\nname = \"{name}\"\ngit = {git}\nowner = \"ana\"\n{more}")
    };
    let test = registry(&(source("one", &one, "") + &source("two", &two, "")));
    run(&test, &["fetch"], 0);
    let ran = run(&test, &["check"], 0);
    for (path, slug) in [
        (".claude/skills/cron", "cron"),
        ("skills/pdf-tools", "pdf-tools"),
    ] {
        let expected = format!(
            "warning: two/{path}: the skill `{slug}` of `ana` is there already, in `one/{path}`; this one is left out\n\
             hint: leave one of the two out with `exclude = [\"{slug}\"]`, or give the sources other owners\n"
        );
        assert!(
            (ran.stdout.clone() + &ran.stderr).contains(&expected),
            "{}{}",
            ran.stdout,
            ran.stderr
        );
    }
    let first = source("one", &one, "exclude = [\"pdf-*\"]\n");
    let second = source("two", &two, "include = [\"pdf-*\"]\n");
    test.write("skillpress.toml", settings(&(first + &second)));
    run(&test, &["check", "--strict"], 0);
    assert_eq!(counts(&test), ["one: 1", "two: 1"]);
    test.rebuild();
    let built = test.site();
    fs::remove_dir_all(test.path("public")).unwrap();
    fs::remove_dir_all(test.path(".skillpress")).unwrap();
    run(&test, &["fetch", "--locked"], 0);
    test.rebuild();
    assert_eq!(test.site(), built);
    let cron = test.page("ana/skills/cron/skill.json");
    assert!(cron.contains(&one.git(&["rev-parse", "main"])), "{cron}");
}

#[test]
fn sources_lists_what_each_gives_and_fails_when_one_is_not_fetched() {
    let origin = two_skills();
    let test = registry_of(&origin).file("folder/pdf-tools/SKILL.md", PDF);
    let git = origin.path();
    let git = git.display();
    let ran = run(&test, &["sources"], 1);
    assert_eq!(
        ran.stdout,
        format!("origin: 0 skills, cannot be used; owner ana, from {git}\n")
    );
    assert!(
        ran.stderr.ends_with("hint: run `skillpress fetch`\n\n"),
        "{}",
        ran.stderr
    );
    run(&test, &["fetch"], 0);
    run(&test, &["add", "folder", "--owner", "bo"], 0);
    let ran = run(&test, &["sources"], 0);
    let commit = origin.git(&["rev-parse", "main"]);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let start = format!("origin: 2 skills, commit {}, ", &commit[..7]);
    assert!(lines[0].starts_with(&start), "{}", ran.stdout);
    assert!(
        lines[0].ends_with(&format!("; owner ana, from {git}")),
        "{}",
        ran.stdout
    );
    assert_eq!(lines[1], "folder: 1 skill; owner bo, from folder");
    let ran = run(&test, &["sources", "--json"], 0);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let expected = serde_json::json!({
        "name": "origin",
        "owner": "ana",
        "origin": git.to_string(),
        "skills": 2,
        "commit": commit,
        "committedAt": "2026-01-01T00:00:00Z",
        "warnings": 0,
        "errors": 0,
    });
    assert_eq!(document["sources"][0], expected);
    assert_eq!(document["problems"], serde_json::json!([]));
    assert_eq!(
        run(&registry(""), &["sources"], 0).stdout,
        "`skillpress.toml` names no sources\n"
    );
}
