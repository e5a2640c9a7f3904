//! The operator's own files: what stands in their place, and what is wrong in them.

use std::process::{Command, Stdio};
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
