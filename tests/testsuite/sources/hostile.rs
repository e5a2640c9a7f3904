//! A repository that means harm, from `fetch` to the site.

use super::*;

#[test]
fn a_hostile_repository_runs_nothing_and_touches_nothing_outside_the_project() {
    let mut origin = Origin::new();
    let outside = tempfile::tempdir().unwrap();
    let marker = outside.path().join("marker");
    let touch = format!("touch {}", marker.display());
    let blob = |text: &str| origin.blob(text.as_bytes());
    let text = blob("text");
    let skill = |name: &str| {
        blob(&format!(
            "---\nname: {name}\ndescription: Does.\n---\n# It\n"
        ))
    };
    let attributes = blob(
        "* filter=evil diff=evil merge=evil\n*.md export-subst working-tree-encoding=UTF-16\n",
    );
    let modules = blob(&format!(
        "[submodule \"s\"]\n\tpath = s\n\turl = \"ext::sh -c {touch}\"\n\tupdate = !{touch}\n"
    ));
    let config = blob(&format!(
        "[core]\n\tfsmonitor = {touch}\n\tsshCommand = {touch}\n[filter \"evil\"]\n\tsmudge = {touch}\n"
    ));
    let link = blob("/etc/passwd");
    let folder_link = blob("/etc");
    let large = origin.blob(&vec![b'x'; 11_000_000]);
    let inner = origin.raw_tree(&[(b"100644 SKILL.md", &skill("inner"))]);
    let good = origin.raw_tree(&[
        (b"100644 -x", &text),
        (b"40000 ..", &inner),
        (b"100644 A.md", &text),
        (b"100644 SKILL.md", &skill("good")),
        (b"100644 a\nb.md", &text),
        (b"100644 a.md", &blob("other text")),
        (b"100644 a\\..\\..\\b.md", &text),
        (b"100644 bad\xff.md", &text),
        (b"100644 large.bin", &large),
        (b"120000 link.md", &link),
        (b"120000 scripts", &folder_link),
    ]);
    let linked = origin.raw_tree(&[(b"120000 SKILL.md", &link)]);
    let skills = origin.raw_tree(&[
        (b"40000 --upload-pack=x", &inner),
        (b"40000 ..", &inner),
        (b"40000 good", &good),
        (b"120000 leads-out", &folder_link),
        (b"40000 linked", &linked),
        (b"160000 s", &"1".repeat(40)),
    ]);
    let git_folder = origin.raw_tree(&[(b"100644 config", &config)]);
    let tree = origin.raw_tree(&[
        (b"40000 ..", &skills),
        (b"40000 .git", &git_folder),
        (b"100644 .gitattributes", &attributes),
        (b"100644 .gitmodules", &modules),
        (b"100644 .lfsconfig", &config),
        (b"100644 LICENSE", &origin.blob(MIT)),
        (b"40000 skills", &skills),
    ]);
    origin.commit_tree("main", &tree);
    for hook in [
        "post-checkout",
        "reference-transaction",
        "post-merge",
        "pre-auto-gc",
        "update",
    ] {
        let hook = origin.path().join("hooks").join(hook);
        fs::write(&hook, format!("#!/bin/sh\n{touch}\n")).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let server = TestServer::start(origin.temporary.path(), Protocol::Smart);
    let test = SiteTest::bare();
    let source = format!(
        "[[source]]\ngit = \"{}origin.git\"\nowner = \"eve\"\n",
        server.url
    );
    test.write("around/registry/skillpress.toml", settings(&source));
    test.write("around/registry/.git/HEAD", "ref: refs/heads/main\n");
    test.write("around/home/.gitconfig", "");
    let run = |args: &[&str]| {
        let mut command = test.command();
        command.current_dir(test.path("around/registry"));
        command.env("HOME", test.path("around/home"));
        command.env("TMPDIR", outside.path());
        let ran = Ran::of(command.args(args).output().unwrap());
        assert_eq!(ran.code, 0, "{args:?}\n{}", ran.stderr);
        ran
    };
    let surroundings = || {
        let inside = test.path("around/registry");
        let files = everything_in(&test.path("around")).into_iter();
        let files = files.filter(|(path, _)| {
            let path = path.strip_prefix(&inside);
            path.is_err() || path.is_ok_and(|path| path.starts_with(".git"))
        });
        (files.collect::<Vec<_>>(), everything_in(outside.path()))
    };
    let before = surroundings();
    run(&["fetch"]);
    let ran = run(&["sources", "--warnings"]);
    let build = run(&["build"]);
    assert_eq!(surroundings(), before);
    assert!(!marker.exists());
    let names = |folder: &str| {
        let entries = fs::read_dir(test.path("around/registry").join(folder)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    };
    assert_eq!(
        names(""),
        [
            ".git",
            ".skillpress",
            "public",
            "skillpress.lock",
            "skillpress.toml"
        ]
    );
    let warnings = |ran: &Ran| -> Vec<String> {
        let lines = ran.stderr.lines();
        let warnings = lines.filter_map(|line| line.strip_prefix("warning: origin/"));
        warnings.map(str::to_owned).collect()
    };
    assert_eq!(warnings(&ran), TOLD);
    let of_build = warnings(&build).into_iter();
    let of_build: Vec<String> = of_build.filter(|it| !TOLD.contains(&it.as_str())).collect();
    assert_eq!(of_build, TOLD_BY_BUILD);
    assert_eq!(names("public/eve/skills"), ["good", "inner"]);
    let zip = fs::read(test.path("around/registry/public/eve/skills/good/good.zip")).unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let mut zipped: Vec<String> = zip
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    zipped.sort();
    assert_eq!(zipped, ["-x", "A.md", "SKILL.md", "a.md"]);
    let mut main = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("SKILL.md").unwrap(), &mut main).unwrap();
    assert!(main.contains("name: good"));
    for (path, bytes) in files_below(&test.path("around/registry/public")) {
        let has = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
        assert!(!has(b"root:x:0:0"), "{path} has a file of this machine");
    }
}

#[test]
fn addresses_that_are_commands_or_options_are_refused_before_git_runs() {
    let test = registry("");
    let marker = test.path("marker");
    for url in [
        format!("ext::sh -c touch% {}", marker.display()),
        format!("--upload-pack=touch {}", marker.display()),
        format!("ssh://-oProxyCommand=touch%20{}/x", marker.display()),
        format!("fd::17/{}", marker.display()),
        "a\nb".to_owned(),
    ] {
        let source = format!("[[source]]\ngit = {url:?}\nowner = \"eve\"\nname = \"x\"\n");
        test.write("skillpress.toml", settings(&source));
        let ran = run(&test, &["fetch"], 2);
        assert!(
            ran.stderr
                .contains("is no repository that can be fetched: "),
            "{url}: {}",
            ran.stderr
        );
        assert!(
            ran.stderr.contains("hint: write a URL such as"),
            "{}",
            ran.stderr
        );
    }
    assert!(!marker.exists());
    assert!(!test.path("skillpress.lock").exists());
}

/// What `sources --warnings` says of the repository.
const TOLD: [&str; 15] = [
    "../../SKILL.md: this path leads elsewhere; the skill is left out",
    "../--upload-pack=x/SKILL.md: this path leads elsewhere; the skill is left out",
    "../good/../SKILL.md: this path leads elsewhere; the skill is left out",
    "../good/SKILL.md: this path leads elsewhere; the skill is left out",
    "../good/bad�.md: this has a name that is not UTF-8; it is left out",
    "../linked/SKILL.md: this path leads elsewhere; the skill is left out",
    "skills/../SKILL.md: this path leads elsewhere; the skill is left out",
    "skills/good/../SKILL.md: hidden files of a skill are left out",
    "skills/good/../SKILL.md: this path leads elsewhere; the skill is left out",
    "skills/good/bad�.md: this has a name that is not UTF-8; it is left out",
    "skills/good/large.bin: the file has more than 10000000 bytes and is not read",
    "skills/good/link.md: this is a link; links of a source are not followed, so it is left out",
    "skills/good/scripts: this is a link; links of a source are not followed, so it is left out",
    "skills/leads-out: this is a link where folders of skills lie; links of a source are not followed, so a skill behind it is left out",
    "skills/linked/SKILL.md: this is a link; links of a source are not followed, so it is left out",
];

/// What a build says besides, of names that no other machine takes.
const TOLD_BY_BUILD: [&str; 2] = [
    "skills/good/a�b.md: the path `a�b.md` has a control or invisible character in its name; the file is left out",
    "skills/good/a\\..\\..\\b.md: the path `a\\..\\..\\b.md` has one of `\\ : * ? \" < > |` in its name; the file is left out",
];
