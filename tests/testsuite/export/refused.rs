//! What an export does not write to, or not without a word.

use std::fs;

use super::*;

#[test]
fn a_folder_with_anything_else_in_it_is_refused_and_stays_as_it_is() {
    fn someone_elses(name: &str) -> String {
        format!(
            "error: `{name}` has files or commits that this command did not write\n\
             hint: give a folder that is missing or empty, or a clone of what was exported before\n"
        )
    }
    fn changed(name: &str, path: &str) -> String {
        format!(
            "error: `{name}` has changes that are not committed: {path}\n\
             hint: `git status` there says more; `git stash --include-untracked` puts them aside\n"
        )
    }
    fn elsewhere(name: &str) -> String {
        format!(
            "error: the repository of `{name}` is in another place\n\
             hint: give a clone of its own, not a linked work tree or a submodule\n"
        )
    }
    type Spoil = fn(&SiteTest);
    type Told = fn(&str) -> String;
    const SKILL: &str = "plugins/ana--pdf-tools/skills/pdf-tools/SKILL.md";
    let cases: [(&str, Spoil, Told); 10] = [
        ("a folder", |test| test.write("out/x", "x"), someone_elses),
        (
            "a repository",
            |test| {
                test.write("out/x", "x");
                commit_all(&test.path("out"));
            },
            someone_elses,
        ),
        (
            "commits without files",
            |test| {
                test.write("out/x", "x");
                commit_all(&test.path("out"));
                fs::remove_file(test.path("out/x")).unwrap();
            },
            someone_elses,
        ),
        (
            "a commit on top",
            |test| {
                export(test, "out");
                test.write("out/x", "x");
                commit_all(&test.path("out"));
            },
            someone_elses,
        ),
        (
            "a repository elsewhere",
            |test| test.write("out/.git", "gitdir: ../other"),
            elsewhere,
        ),
        (
            "objects elsewhere",
            |test| {
                export(test, "out");
                test.write("out/.git/commondir", "../../other/.git");
            },
            elsewhere,
        ),
        (
            "another branch",
            |test| {
                export(test, "out");
                git(&test.path("out"), &["switch", "--quiet", "-c", "mine"]);
            },
            |name| {
                format!(
                    "error: `{name}` is not on the branch `main`\n\
                     hint: run `git switch main` there, or give another folder\n"
                )
            },
        ),
        (
            "an edit",
            |test| {
                export(test, "out");
                test.write("out/plugins/ana--pdf-tools/skills/pdf-tools/SKILL.md", "x");
            },
            |name| changed(name, &format!("`{SKILL}`")),
        ),
        (
            "a file more",
            |test| {
                export(test, "out");
                test.write("out/plugins/x", "x");
            },
            |name| changed(name, "`plugins/x`"),
        ),
        (
            "a file less, in the index",
            |test| {
                export(test, "out");
                // A killed first export would leave no file at all.
                test.write(
                    "content/skills/cy/x/SKILL.md",
                    "---\nname: x\ndescription: x\n---\n",
                );
                export(test, "out");
                git(
                    &test.path("out"),
                    &["rm", "--quiet", "--cached", ".gitattributes"],
                );
            },
            |name| changed(name, "`.gitattributes`"),
        ),
    ];
    for (case, spoil, expected) in cases {
        let test = SiteTest::two_skills();
        spoil(&test);
        let files = || {
            let mut files = files_below(&test.path("out"));
            files.retain(|(path, _)| path != ".git/skillpress.lock");
            files
        };
        let before = files();
        let ran = run(&test, "out", &[]);
        let shown = test.path("out");
        assert_eq!(ran.stderr, expected(&shown.display().to_string()), "{case}");
        assert_eq!(ran.code, 2, "{case}");
        assert!(files() == before, "{case}");
    }
    let test = SiteTest::two_skills().file("out", "x");
    let ran = run(&test, "out", &[]);
    assert!(
        ran.stderr.contains("out` is not a folder\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn losing_most_skills_needs_a_word() {
    let skill = |n: usize| {
        (
            format!("content/skills/ana/s{n}/SKILL.md"),
            format!("---\nname: s{n}\ndescription: Does {n}.\n---\n"),
        )
    };
    let test = SiteTest::empty();
    for (path, text) in (0..12).map(skill) {
        test.write(&path, text);
    }
    export(&test, "out");
    for n in 3..12 {
        fs::remove_dir_all(test.path(&format!("content/skills/ana/s{n}"))).unwrap();
    }
    let ran = run(&test, "out", &[]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr,
        "error: the repository has 12 plugins, and this export would have 3\n\
         hint: look whether the content folder is whole; if these are meant to go, export with `--allow-fewer`\n"
    );
    assert_eq!(run(&test, "out", &["--allow-fewer"]).code, 0);
    assert_clean(&test.path("out"));
}
