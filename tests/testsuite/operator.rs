//! The operator's own files: what stands in their place, and what is wrong in them.

#[cfg(unix)]
use std::process::{Command, Stdio};
#[cfg(unix)]
use std::time::{Duration, Instant};

use crate::harness::SiteTest;

/// Puts a named pipe that nobody writes to at `path`.
#[cfg(unix)]
fn make_pipe(test: &SiteTest, path: &str) {
    let path = test.path(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let _ = std::fs::remove_file(&path);
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Runs a command that must end by itself; what it printed on stderr, and its exit code.
#[cfg(unix)]
fn ends(test: &SiteTest, args: &[&str]) -> (i32, String) {
    let mut command = test.command();
    let command = command
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(120) {
            child.kill().unwrap();
            panic!("`{args:?}` waits for ever");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap(), stderr)
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_of_the_operator_is_named_and_not_waited_for() {
    for (path, code) in [
        ("content/stats.csv", 1),
        ("content/stats.jsonl", 1),
        ("content/badges/official.toml", 1),
        ("content/moderation.toml", 1),
        ("content/aliases.toml", 1),
        ("content/embeddings.jsonl", 1),
        ("content/static/CNAME", 2),
        ("skillpress.toml", 1),
    ] {
        let test = SiteTest::two_skills().file("skillpress.toml", "embedding.mode = \"own\"\n");
        if path != "content/embeddings.jsonl" {
            test.write("content/embeddings.jsonl", "");
        }
        make_pipe(&test, path);
        let (ended, stderr) = ends(&test, &["build"]);
        assert_eq!(ended, code, "{path}: {stderr}");
        let fault = "this is a named pipe (FIFO), and only regular files are read";
        assert!(
            stderr.contains(path) && stderr.contains(fault),
            "{path}: {stderr}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_among_the_files_of_a_skill_or_of_a_site_or_as_queries_is_not_waited_for() {
    let test = SiteTest::two_skills();
    make_pipe(&test, "content/skills/ana/pdf-tools/_meta.json");
    let (code, stderr) = ends(&test, &["build", "--base-url", "https://skills.example/"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(
        stderr.contains("ana/pdf-tools/_meta.json: this is neither a file nor a folder"),
        "{stderr}"
    );
    make_pipe(&test, "queries.jsonl");
    let (code, stderr) = ends(&test, &["search", "--queries", "queries.jsonl"]);
    assert_eq!(code, 2);
    assert!(
        stderr.contains("`queries.jsonl`: this is a named pipe"),
        "{stderr}"
    );
    make_pipe(&test, "public/skills/index.html");
    let (code, _) = ends(&test, &["check", "--site", "public"]);
    assert_eq!(code, 1);
}

#[test]
fn a_plain_repository_is_no_registry_and_leaves_the_published_site() {
    let test = SiteTest::two_skills().build();
    let before = test.site();
    std::fs::remove_dir_all(test.path("content/skills")).unwrap();
    std::fs::remove_file(test.path("content/badges/official.toml")).unwrap();
    let text = "---\nname: pdf\ndescription: Reads PDF.\n---\n";
    test.write("content/skills/pdf/SKILL.md", text);
    test.write("content/skills/pdf/templates/day.md", "Day.\n");
    for args in [&["check"][..], &["build"], &["build", "--allow-fewer"]] {
        let ran = test.run(args);
        assert_eq!(ran.code, 1, "{args:?}");
        let shown = format!("{}{}", ran.stdout, ran.stderr);
        assert!(
            shown.contains("error: content: no skill is published, although this folder has 1 `SKILL.md`, such as `skills/pdf/SKILL.md`; this looks like a plain repository without owners"),
            "{shown}"
        );
    }
    assert!(before == test.site());
}

/// A registry of `n` skills `ana/s00`, `ana/s01`, ….
fn registry(n: usize) -> SiteTest {
    (0..n).fold(SiteTest::empty(), |test, n| {
        let name = format!("s{n:02}");
        let text = format!("---\nname: {name}\ndescription: Skill {n}.\n---\n");
        test.skill(&format!("ana/{name}"), text)
    })
}

fn remove(test: &SiteTest, skills: std::ops::Range<usize>) {
    for n in skills {
        std::fs::remove_dir_all(test.path(&format!("content/skills/ana/s{n:02}"))).unwrap();
    }
}

#[test]
fn a_build_that_would_lose_most_skills_stops_unless_that_is_allowed() {
    let test = registry(12).build();
    let before = test.site();
    remove(&test, 0..7);
    let ran = test.run(&["build"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains(
            "error: public: the site there has 12 skills, and this build has 5; missing are `ana/s00`, `ana/s01`, `ana/s02`, `ana/s03`, `ana/s04`, `ana/s05`, `ana/s06`\n\
             hint: look whether the content folder is whole; if these skills are meant to go, build with `--allow-fewer`\n"
        ),
        "{}",
        ran.stderr
    );
    assert!(before == test.site());
    assert_eq!(test.run(&["build", "--allow-fewer"]).code, 0);
    assert!(!test.path("public/ana/skills/s00").exists());
    assert!(test.path("public/ana/skills/s11").exists());
    remove(&test, 7..11);
    assert_eq!(test.run(&["build"]).code, 0, "five are not many");
}

#[test]
fn skills_that_the_operator_hides_or_renames_are_not_lost() {
    let hidden = |skills: std::ops::Range<usize>| -> String {
        skills
            .map(|n| format!("[[hidden]]\nskill = \"ana/s{n:02}\"\n"))
            .collect()
    };
    let test = registry(12).build();
    test.write("content/moderation.toml", hidden(0..12));
    assert_eq!(test.run(&["build"]).code, 0);
    std::fs::remove_file(test.path("content/moderation.toml")).unwrap();
    test.rebuild();

    // Of the eleven that are not hidden, six are gone.
    remove(&test, 0..6);
    test.write("content/moderation.toml", hidden(11..12));
    let ran = test.run(&["build"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("has 11 skills, and this build has 5;"),
        "{}",
        ran.stderr
    );
    // Of the nine, six are gone; but nine are not many.
    test.write("content/moderation.toml", hidden(9..12));
    assert_eq!(test.run(&["build"]).code, 0);

    let test = registry(10).build();
    std::fs::rename(
        test.path("content/skills/ana"),
        test.path("content/skills/bo"),
    )
    .unwrap();
    assert_eq!(test.run(&["build"]).code, 0, "a new owner is no loss");
}

#[test]
fn damaged_and_foreign_files_of_a_site_do_not_stop_a_build() {
    let test = SiteTest::two_skills().build();
    for manifest in [
        "",
        "[]",
        "{\"count\": 5000, \"shards\": []}",
        "{\"count\": 5000, \"shards\": [{\"url\": \"../../../../content/x.json\"}, {\"url\": \"none.json\"}]}",
    ] {
        test.write("public/api/v1/catalog/manifest.json", manifest);
        test.rebuild();
    }
}
