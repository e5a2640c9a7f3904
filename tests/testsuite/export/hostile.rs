//! What strangers put into skills, and what somebody put into the folder of the repository.

use std::fs;

use super::*;

/// With names and bytes that git or a clone could take for more than files.
fn hostile_skill() -> SiteTest {
    SiteTest::empty()
        .skill(
            "ana/odd",
            "---\nname: odd\ndescription: \"</table> | `x` \\n\\u202e $(touch x)\"\nlicense: \"MIT\\n\\nplugins/x: GPL\"\n---\n",
        )
        .file("content/skills/ana/odd/crlf.txt", "a\r\nb\n")
        .file("content/skills/ana/odd/bytes.bin", [0, 255, 13, 10, 0])
        .file("content/skills/ana/odd/ident.txt", "$Id$ $Format:%H$\n")
        .file("content/skills/ana/odd/.gitattributes", "* text eol=crlf\n")
        .file("content/skills/ana/odd/.gitmodules", "[submodule \"a\"]\npath = a\nurl = -u./x\n")
        .file("content/skills/ana/odd/hooks/post-checkout", "#!/bin/sh\nexit 1\n")
        .file("content/skills/ana/odd/名 前/a'b $(x).md", "x")
        .skill("bo/short", "---\nname: short\ndescription: Does.\n---\n")
        .file("content/skills/bo/short/GIT~1/config", "[core]\n")
}

#[test]
fn files_of_strangers_are_files_and_nothing_else() {
    let test = hostile_skill();
    let ran = test.run(&["export", "git", "out"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let left_out = "warning: content/skills/bo/short/GIT~1/config: git does not take this name, so the skill is not exported\n\
                    hint: rename the file\n";
    assert!(ran.stderr.contains(left_out), "{}", ran.stderr);
    let out = test.path("out");
    let mut paths = listed(&out);
    paths.retain(|path| path.starts_with('"') || path.starts_with("plugins/"));
    assert_eq!(
        paths,
        [
            "plugins/ana--odd/skills/odd/SKILL.md",
            "plugins/ana--odd/skills/odd/bytes.bin",
            "plugins/ana--odd/skills/odd/crlf.txt",
            "plugins/ana--odd/skills/odd/hooks/post-checkout",
            "plugins/ana--odd/skills/odd/ident.txt",
            "\"plugins/ana--odd/skills/odd/\\345\\220\\215 \\345\\211\\215/a'b $(x).md\"",
        ]
    );
    let modes = git(&out, &["ls-tree", "-r", "HEAD", "plugins"]);
    let modes = modes.lines().map(|line| &line[..6]).collect::<Vec<_>>();
    assert_eq!(modes.iter().filter(|mode| **mode == "100755").count(), 1);
    assert_eq!(modes.iter().filter(|mode| **mode == "100644").count(), 5);
    assert_clean(&out);
    let licenses = fs::read_to_string(out.join("LICENSES.txt")).unwrap();
    assert_eq!(licenses.lines().count(), 3, "{licenses}");

    // What a clone on Windows has by default.
    git(
        &test.path("."),
        &[
            "-c",
            "core.autocrlf=true",
            "clone",
            "--quiet",
            "out",
            "clone",
        ],
    );
    let below = "plugins/ana--odd/skills/odd";
    assert_eq!(
        files_below(&test.path("clone").join(below)),
        files_below(&out.join(below))
    );
}

#[test]
fn a_strict_export_leaves_no_skill_out() {
    let meta =
        r#"{"owner":"bo","slug":"short","latest":{"version":"1.0.0","publishedAt":1769817600000}}"#;
    let test = SiteTest::empty()
        .skill(
            "bo/short",
            "---\nname: short\ndescription: Does.\n---\nDoes.\n",
        )
        .file("content/skills/bo/short/_meta.json", meta);
    assert_eq!(test.run(&["export", "git", "a", "--strict"]).code, 0);
    test.write("content/skills/bo/short/git~1", "x");
    let ran = test.run(&["export", "git", "b", "--strict"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("error: content/skills/bo/short/git~1: git does not take"),
        "{}",
        ran.stderr
    );
    assert!(!test.path("b").exists());
}

#[test]
fn a_date_of_a_far_future_does_not_count() {
    let test =
        SiteTest::two_skills().skill("cy/late", "---\nname: late\ndescription: Late.\n---\n");
    test.write(
        "content/skills/cy/late/_meta.json",
        r#"{"owner":"cy","slug":"late","latest":{"version":"1.0.0","publishedAt":4102444800000}}"#,
    );
    export(&test, "out");
    assert_eq!(
        git(&test.path("out"), &["log", "--format=%ct"]),
        "1769817600"
    );
}

#[cfg(unix)]
#[test]
fn settings_and_hooks_of_the_folder_run_nothing() {
    use std::os::unix::fs::PermissionsExt;

    let test = SiteTest::two_skills();
    export(&test, "out");
    let (out, ran) = (test.path("out"), test.path("ran"));
    let script = test.path("script");
    fs::write(
        &script,
        format!("#!/bin/sh\ntouch '{}'\ncat\n", ran.display()),
    )
    .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir_all(out.join(".git/hooks")).unwrap();
    for hook in [
        "post-checkout",
        "post-commit",
        "post-index-change",
        "pre-commit",
        "reference-transaction",
    ] {
        fs::copy(&script, out.join(".git/hooks").join(hook)).unwrap();
    }
    let script = script.display();
    let settings = [
        ("core.fsmonitor", script.to_string()),
        (
            "core.hooksPath",
            out.join(".git/hooks").display().to_string(),
        ),
        (
            "core.worktree",
            test.path("elsewhere").display().to_string(),
        ),
        ("core.pager", script.to_string()),
        ("filter.x.clean", script.to_string()),
        ("filter.x.smudge", script.to_string()),
        ("gpg.program", script.to_string()),
        ("commit.gpgSign", "true".to_owned()),
    ];
    fs::create_dir_all(test.path("elsewhere")).unwrap();
    for (name, value) in &settings {
        git(&out, &["--git-dir=.git", "config", name, value]);
    }
    test.write("out/.git/info/attributes", "* filter=x\n");
    let _ = fs::remove_file(&ran);

    // One export that puts in order what was killed, and makes a commit.
    fs::remove_file(out.join(".git/index")).unwrap();
    for path in listed_by(&out) {
        fs::remove_file(out.join(path)).unwrap();
    }
    test.write(
        "content/skills/bo/cron-explainer/SKILL.md",
        "# Cron\n\nBetter.\n",
    );
    let told = export(&test, "out").stdout;
    assert!(told.ends_with("0 added, 1 changed, 0 removed\n"), "{told}");
    assert!(!ran.exists(), "a program of the folder ran");
    assert_eq!(files_below(&test.path("elsewhere")), []);
    assert_eq!(
        fs::read(out.join("plugins/bo--cron-explainer/skills/cron-explainer/SKILL.md")).unwrap(),
        b"# Cron\n\nBetter.\n"
    );
}

#[cfg(unix)]
#[test]
fn a_link_in_the_repository_is_refused_and_followed_nowhere() {
    for name in [
        "skillpress.lock",
        "objects/pack",
        "index",
        "refs/heads/main",
    ] {
        let test = SiteTest::two_skills().file("mine", "mine");
        export(&test, "out");
        let link = test.path("out/.git").join(name);
        let _ = fs::remove_file(&link);
        let _ = fs::remove_dir_all(&link);
        std::os::unix::fs::symlink(test.path("mine"), &link).unwrap();
        let ran = run(&test, "out", &[]);
        assert!(
            ran.stderr.contains("` is in another place\n"),
            "{}",
            ran.stderr
        );
        assert_eq!(fs::read(test.path("mine")).unwrap(), b"mine");
    }
}

/// The files of the last commit, whatever the settings of the repository are.
fn listed_by(folder: &Path) -> Vec<String> {
    let paths = git(
        folder,
        &[
            "--git-dir=.git",
            "-c",
            "core.worktree=.",
            "ls-tree",
            "-r",
            "--full-tree",
            "--name-only",
            "HEAD",
        ],
    );
    paths.lines().map(str::to_owned).collect()
}
