//! `skillpress export git`: one repository for clients that clone.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Ran, SiteTest, files_below};

mod hostile;
#[cfg(unix)]
mod kill;
mod refused;

#[test]
fn a_registry_becomes_one_repository() {
    let test = SiteTest::two_skills();
    let told = export(&test, "out").stdout;
    let commit = git(&test.path("out"), &["rev-parse", "HEAD"]);
    assert_eq!(
        told,
        format!(
            "out: 2 skills, 0 collections, 8 files, 0.0 MB\ncommit {commit}: 2 added, 0 changed, 0 removed\n"
        )
    );
    let out = test.path("out");
    assert_eq!(
        listed(&out),
        [
            ".agents/plugins/marketplace.json",
            ".claude-plugin/marketplace.json",
            ".gitattributes",
            "LICENSES.txt",
            "README.md",
            "plugins/ana--pdf-tools/skills/pdf-tools/SKILL.md",
            "plugins/ana--pdf-tools/skills/pdf-tools/notes.md",
            "plugins/bo--cron-explainer/skills/cron-explainer/SKILL.md",
        ]
    );
    let skill = "plugins/ana--pdf-tools/skills/pdf-tools/SKILL.md";
    assert_eq!(
        fs::read(out.join(skill)).unwrap(),
        fs::read(test.path("content/skills/ana/pdf-tools/SKILL.md")).unwrap()
    );
    assert_eq!(
        git(&out, &["log", "--format=%an <%ae> %cn %at %ct%n%B"]),
        "Skills <noreply@skills.example> Skills 1769817600 1769817600\n\
         Add 2 plugins\n\nAdded:\n  ana--pdf-tools\n  bo--cron-explainer\n\nWritten-by: skillpress export git"
    );
    assert_clean(&out);

    let claude = json_of(&out.join(".claude-plugin/marketplace.json"));
    assert_eq!(claude["name"], "skills-example");
    // Clients refuse the other: it has no front matter.
    assert_eq!(claude["plugins"].as_array().unwrap().len(), 1);
    let mut plugin = claude["plugins"][0].clone();
    let version = plugin["version"].take();
    assert_eq!(version.as_str().unwrap().len(), 12);
    assert_eq!(
        plugin,
        json!({
            "name": "ana--pdf-tools",
            "displayName": "PDF Tools",
            "description": "Merges and splits PDF files.",
            "version": null,
            "author": { "name": "ana" },
            "homepage": "https://skills.example/ana/skills/pdf-tools/",
            "keywords": ["pdf"],
            "source": "./plugins/ana--pdf-tools",
        })
    );
    let codex = json_of(&out.join(".agents/plugins/marketplace.json"));
    assert_eq!(
        codex["plugins"][0]["source"],
        json!({ "source": "local", "path": "./plugins/ana--pdf-tools" })
    );
    let licenses = fs::read_to_string(out.join("LICENSES.txt")).unwrap();
    assert!(
        licenses
            .ends_with("plugins/bo--cron-explainer: no licence is named; look into its files\n"),
        "{licenses}"
    );
}

#[test]
fn a_marketplace_that_nothing_names_is_told() {
    let test = SiteTest::two_skills();
    let told = |args: &[&str]| test.run(&[&["export", "git", "out"], args].concat()).stderr;
    let note = "note: the marketplace is called `localhost-4000`, since the settings have neither `base_url` nor `name` below `[marketplace]`\n";
    assert!(told(&[]).contains(note));
    assert!(!told(&["--base-url", "https://skills.example/"]).contains("note: the"));
    test.write("skillpress.toml", "[marketplace]\nname = \"acme\"\n");
    assert!(!told(&[]).contains("note: the"));
    test.write("skillpress.toml", "");
    let ran = test.run(&[
        "export",
        "git",
        "out",
        "--base-url",
        "https://official.claude.example/",
    ]);
    assert_eq!(ran.code, 2);
    let error = "error: Claude Code keeps the marketplace name that `https://official.claude.example/` gives for others\n\
                 hint: set `name` below `[marketplace]`\n";
    assert!(ran.stderr.ends_with(error), "{}", ran.stderr);
}

#[test]
fn the_same_content_makes_the_same_commit_and_an_edit_one_commit_on_top() {
    let test = SiteTest::two_skills();
    export(&test, "a");
    export(&test, "b");
    let (a, b) = (test.path("a"), test.path("b"));
    assert_eq!(head(&a), head(&b));
    let told = export(&test, "a").stdout;
    assert!(told.ends_with("no commit: nothing has changed\n"), "{told}");
    assert_eq!(git(&a, &["rev-list", "--count", "HEAD"]), "1");
    let list = ".claude-plugin/marketplace.json";
    let version = |list: &Path| json_of(list)["plugins"][0]["version"].to_string();
    let version_before = version(&a.join(list));

    // A file becomes a folder.
    fs::remove_file(test.path("content/skills/ana/pdf-tools/notes.md")).unwrap();
    test.write("content/skills/ana/pdf-tools/notes.md/more.md", "More.\n");
    fs::remove_dir_all(test.path("content/skills/bo")).unwrap();
    test.write(
        "content/skills/cy/new/SKILL.md",
        "---\nname: New one\ndescription: New.\nlicense: MIT\n---\n",
    );
    let told = export(&test, "a").stdout;
    assert!(
        told.ends_with(": 1 added, 1 changed, 1 removed\n"),
        "{told}"
    );
    assert_eq!(
        git(
            &a,
            &["diff", "--name-status", "--no-renames", "HEAD^", "HEAD"]
        ),
        "M\t.agents/plugins/marketplace.json\n\
         M\t.claude-plugin/marketplace.json\n\
         M\tLICENSES.txt\n\
         D\tplugins/ana--pdf-tools/skills/pdf-tools/notes.md\n\
         A\tplugins/ana--pdf-tools/skills/pdf-tools/notes.md/more.md\n\
         D\tplugins/bo--cron-explainer/skills/cron-explainer/SKILL.md\n\
         A\tplugins/cy--new/skills/new/SKILL.md"
    );
    assert_eq!(
        git(&a, &["log", "-1", "--format=%s"]),
        "Add 1 plugin, change 1, remove 1"
    );
    assert_ne!(version(&a.join(list)), version_before);
    assert!(!a.join("plugins/bo--cron-explainer").exists());
    assert_clean(&a);

    // On another machine the same, and from nothing the same files.
    export(&test, "b");
    assert_eq!(head(&a), head(&b));
    export(&test, "c");
    let tree = |folder: &Path| git(folder, &["rev-parse", "HEAD^{tree}"]);
    assert_eq!(tree(&a), tree(&test.path("c")));
    assert_ne!(head(&a), head(&test.path("c")));
}

#[test]
fn a_clone_of_what_was_pushed_goes_on_from_it() {
    let test = SiteTest::two_skills();
    let pushed = test.path("pushed.git");
    git(
        &test.path("."),
        &["init", "--quiet", "--bare", "-b", "trunk", "pushed.git"],
    );
    // A clone of nothing, with another first branch.
    git(
        &test.path("."),
        &["clone", "--quiet", "pushed.git", "first"],
    );
    export(&test, "first");
    git(&test.path("first"), &["push", "--quiet", "origin", "main"]);
    git(&pushed, &["symbolic-ref", "HEAD", "refs/heads/main"]);

    test.write(
        "content/skills/bo/cron-explainer/SKILL.md",
        "# Cron\n\nBetter.\n",
    );
    let url = format!("file://{}", pushed.display());
    for (name, depth) in [("whole", "100"), ("shallow", "1")] {
        git(
            &test.path("."),
            &["clone", "--quiet", "--depth", depth, &url, name],
        );
        export(&test, name);
        git(&test.path(name), &["push", "--quiet", "origin", "main"]);
    }
    export(&test, "first");
    assert_eq!(head(&test.path("first")), head(&test.path("whole")));
    assert_eq!(head(&test.path("first")), head(&test.path("shallow")));
    assert_eq!(
        head(&test.path("first")),
        git(&pushed, &["rev-parse", "main"])
    );
}

#[test]
fn what_a_killed_export_left_is_put_in_order() {
    let test = SiteTest::two_skills();
    export(&test, "out");
    let out = test.path("out");
    let first = head(&out);
    test.write(
        "content/skills/bo/cron-explainer/SKILL.md",
        "# Cron\n\nBetter.\n",
    );
    test.write(
        "content/skills/cy/new/SKILL.md",
        "---\nname: new\ndescription: New.\n---\n",
    );
    export(&test, "out");
    // The branch was moved, and nothing else yet but one file.
    git(&out, &["read-tree", &first]);
    git(
        &out,
        &[
            "checkout",
            "--quiet",
            &first,
            "--",
            "plugins",
            "LICENSES.txt",
        ],
    );
    fs::remove_dir_all(out.join("plugins/cy--new")).unwrap();
    let told = export(&test, "out").stdout;
    assert!(told.ends_with("no commit: nothing has changed\n"), "{told}");
    assert_clean(&out);
    assert!(out.join("plugins/cy--new/skills/new/SKILL.md").is_file());
}

#[test]
fn two_owners_of_a_slug_have_plugins_of_their_own_and_old_names_lead_to_new_ones() {
    let text = |name: &str| format!("---\nname: {name}\ndescription: Does {name}.\n---\n");
    let test = SiteTest::empty()
        .skill("ana/notes", text("notes"))
        .skill("bo/notes", text("notes"))
        .skill("bo/Odd.Name", text("not a name"))
        .skill("bo/device", text("nul"))
        .skill("bo/risky", text("risky"))
        .skill("bo/gone", text("gone"))
        .file("content/aliases.toml", "\"bo/jottings\" = \"bo/notes\"\n")
        .file(
            "content/moderation.toml",
            "[[suspicious]]\nskill = \"bo/risky\"\n[[hidden]]\nskill = \"bo/gone\"\n",
        );
    export(&test, "out");
    let mut skills = listed(&test.path("out"));
    skills.retain(|path| path.starts_with("plugins/"));
    let odd = skills
        .iter()
        .find(|path| path.contains("odd-name--"))
        .unwrap();
    let odd = odd.clone();
    assert!(odd.ends_with("/skills/odd-name/SKILL.md"), "{odd}");
    skills.retain(|path| *path != odd);
    assert_eq!(
        skills,
        [
            "plugins/ana--notes/skills/notes/SKILL.md",
            "plugins/bo--device/skills/device/SKILL.md",
            "plugins/bo--notes/skills/notes/SKILL.md",
        ]
    );
    let list = json_of(&test.path("out/.claude-plugin/marketplace.json"));
    assert_eq!(
        list["renames"],
        json!({ "bo--jottings": "bo--notes", "bo--risky": null })
    );
}

#[test]
fn a_collection_is_a_plugin_too() {
    let test = SiteTest::two_skills()
        .skill("bo/pdf-tools", "---\nname: pdf-tools\ndescription: Bo's.\n---\n")
        .file(
            "content/collections/team.toml",
            "title = \"Team\"\ndescription = \"Ours.\"\n[[skill]]\nkey = \"bo/pdf-tools\"\n[[skill]]\nkey = \"ana/pdf-tools\"\n",
        );
    let told = export(&test, "out").stdout;
    assert!(told.starts_with("out: 3 skills, 1 collection, "), "{told}");
    let out = test.path("out");
    let mut paths = listed(&out);
    paths.retain(|path| path.starts_with("plugins/team/"));
    assert_eq!(
        paths,
        [
            "plugins/team/skills/ana-pdf-tools/SKILL.md",
            "plugins/team/skills/ana-pdf-tools/notes.md",
            "plugins/team/skills/bo-pdf-tools/SKILL.md",
        ]
    );
    let list = json_of(&out.join(".claude-plugin/marketplace.json"));
    let mut plugin = list["plugins"].as_array().unwrap().last().unwrap().clone();
    plugin["version"].take();
    assert_eq!(
        plugin,
        json!({
            "name": "team",
            "displayName": "Team",
            "description": "Ours.",
            "version": null,
            "author": { "name": "Skills" },
            "homepage": "https://skills.example/collections/team/",
            "source": "./plugins/team",
        })
    );
    let readme = fs::read_to_string(out.join("README.md")).unwrap();
    let told = "3 skills for agents, and 1 collection of them. ";
    assert!(readme.contains(told), "{readme}");
    assert_clean(&out);
}

/// Exports, which must succeed.
fn export(test: &SiteTest, folder: &str) -> Ran {
    let ran = run(test, folder, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran
}

fn run(test: &SiteTest, folder: &str, args: &[&str]) -> Ran {
    let base_url = ["--base-url", "https://skills.example/"];
    let all = [&["export", "git", folder], &base_url[..], args].concat();
    let mut ran = test.run(&all);
    // The stages, whose times differ, and how many warnings there are.
    let told = ran.stderr.lines();
    let told = told.filter(|line| line.starts_with("error") || line.starts_with("hint"));
    ran.stderr = told.map(|line| format!("{line}\n")).collect();
    ran
}

/// What git says, without the line break at its end; it must succeed.
fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example",
            "-c",
            "core.fileMode=true",
        ])
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?}: {said}{errors}");
    said.trim_end().to_owned()
}

fn commit_all(folder: &Path) {
    git(folder, &["init", "--quiet", "-b", "main"]);
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "-m", "mine"]);
}

fn head(folder: &Path) -> String {
    git(folder, &["rev-parse", "HEAD"])
}

fn listed(folder: &Path) -> Vec<String> {
    let paths = git(folder, &["ls-tree", "-r", "--name-only", "HEAD"]);
    paths.lines().map(str::to_owned).collect()
}

/// Nothing is damaged, and files and index are those of the commit.
fn assert_clean(folder: &Path) {
    git(folder, &["fsck", "--strict"]);
    assert_eq!(git(folder, &["status", "--porcelain"]), "");
}

fn json_of(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON")
}
