//! `search`: what people and programs type, and sites that are not as they should be.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use crate::harness::{Ran, SiteTest};
use crate::plain_server;

fn search(test: &SiteTest, args: &[&str]) -> Ran {
    test.run(&[&["search"], args].concat())
}

fn json(ran: &Ran) -> Value {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("one JSON document")
}

/// The file of the index that the manifest calls `name`: its first chunk where chunks are its only form.
fn index_file(test: &SiteTest, name: &str) -> std::path::PathBuf {
    let start = format!("search/files/{name}-");
    let paths = test.site().into_iter().map(|(path, _)| path);
    let is_first = |path: &String| path.matches('/').count() == 2 || path.ends_with("/0.bin");
    let mut found = paths.filter(|path| path.starts_with(&start) && is_first(path));
    test.path("public")
        .join(found.next().expect("a file of the index"))
}

#[test]
fn odd_queries_are_answered() {
    let test = SiteTest::two_skills().build();
    let (long, many) = ("a".repeat(100_000), "pdf ".repeat(25_000));
    for (query, expected) in [
        ("", None),
        ("  ", None),
        ("-", None),
        ("-pdf", None),
        ("\"", None),
        ("\u{1}\u{2}\u{1b}[31m", None),
        ("owner:nobody", None),
        ("@ana/pdf-tools", Some("ana/pdf-tools")),
        ("\"\"\"pdf\"\"\" owner:", Some("ana/pdf-tools")),
        (&long, None),
        (&many, Some("ana/pdf-tools")),
    ] {
        let ran = search(&test, &[query, "--json", "--mode", "lexical"]);
        let first = json(&ran)["results"][0]["id"].clone();
        assert_eq!(first.as_str(), expected, "{}", query.escape_debug());
    }
}

#[test]
fn a_limit_of_nothing_counts_and_a_huge_one_is_cut() {
    let test = SiteTest::two_skills().build();
    let ran = search(&test, &["pdf", "--limit", "0", "--mode", "lexical"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "1 found, none shown.\n")
    );
    let ran = search(&test, &["pdf", "--limit", "18446744073709551615", "--json"]);
    assert_eq!(json(&ran)["results"][0]["id"], "ana/pdf-tools");
}

#[test]
fn what_is_like_a_skill_that_is_not_there_is_asked_back() {
    let test = SiteTest::two_skills().build();
    for (name, hint) in [
        ("Ana/PDF_tools", "did you mean `ana/pdf-tools`?"),
        ("bo/pdf-tools", "did you mean `ana/pdf-tools`?"),
        ("bo/nothing", "`skillpress search nothing` finds names"),
    ] {
        let ran = search(&test, &["--like", name]);
        assert_eq!(ran.code, 2);
        assert_eq!(
            ran.stderr,
            format!("error: `public` has no skill `{name}`\nhint: {hint}\n")
        );
    }
}

#[test]
fn a_site_without_vectors_is_not_searched_by_meaning_alone() {
    let test = SiteTest::two_skills()
        .file("skillpress.toml", "[embedding]\nmode = \"none\"\n")
        .build();
    for args in [
        &["--like", "ana/pdf-tools"][..],
        &["pdf", "--mode", "vector"],
    ] {
        let ran = search(&test, args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        assert!(
            ran.stderr.starts_with("error: `public` has no vectors"),
            "{}",
            ran.stderr
        );
    }
    let ran = search(&test, &["pdf", "--plan", "graph", "--json"]);
    assert_eq!(json(&ran)["results"][0]["id"], "ana/pdf-tools");
}

#[test]
fn a_broken_line_of_a_file_of_queries_is_named_and_nothing_is_answered() {
    let test = SiteTest::two_skills().build();
    for (text, error) in [
        (
            "{\"id\":1,\"query\":\"pdf\"}\n\n{\"id\":2}\n",
            "queries.jsonl:3:8: missing field `query`",
        ),
        (
            "{\"id\":1,\"query\":\"pdf\"}\nnot json\n",
            "queries.jsonl:2:2: expected ident",
        ),
        (
            "{\"id\":1,\"query\":5}\n",
            "queries.jsonl:1:17: invalid type: integer `5`, expected a string",
        ),
    ] {
        test.write("queries.jsonl", text);
        let ran = search(&test, &["--queries", "queries.jsonl"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        assert_eq!(ran.stderr, format!("error: {error}\n"));
    }
    test.write(
        "queries.jsonl",
        "\u{feff}{\"id\":{\"a\":1},\"query\":\"pdf\",\"more\":2}\r\n\r\n",
    );
    let ran = search(&test, &["--queries", "queries.jsonl", "--limit", "1"]);
    assert_eq!(
        ran.stdout, "{\"id\":{\"a\":1},\"results\":[\"ana/pdf-tools\"],\"found\":1}\n",
        "{}",
        ran.stderr
    );
}

#[test]
fn what_does_not_fit_is_said_to_be_near() {
    let test = SiteTest::two_skills().build();
    let ran = search(&test, &["pdf sundial", "--mode", "lexical"]);
    let (above, near) = ran.stdout.split_once("Near, but").expect("near results");
    assert!(above.starts_with("Nothing fits.\n"), "{above}");
    assert!(above.contains("without `sundial`"), "{above}");
    assert!(near.contains("ana/pdf-tools"), "{near}");

    let answer = json(&search(
        &test,
        &["pdf sundial", "--json", "--mode", "lexical"],
    ));
    assert_eq!(answer["found"], 0);
    assert_eq!(answer["words_to_drop"], serde_json::json!(["sundial"]));
    assert_eq!(answer["results"][0]["fits"], false);
    // A word that has a row in a registry as small as this one.
    let answer = json(&search(&test, &["pdf kitchen", "--json", "--near", "0"]));
    assert_eq!(answer["results"], serde_json::json!([]));

    let answer = json(&search(&test, &["merge pdf files", "--json"]));
    assert_eq!(
        (&answer["found"], &answer["results"][0]["fits"]),
        (&1.into(), &true.into())
    );
}

#[test]
fn an_address_that_is_none_is_told_from_a_folder() {
    let test = SiteTest::empty();
    for (site, error) in [
        (
            "ftp://skills.example/",
            "`ftp://skills.example/` is no address that can be read\nhint: ",
        ),
        ("http://", "`http://` is not the URL of a site\nhint: "),
        (
            "nowhere",
            "`nowhere` is not a built site: it has no folder `search`\nhint: ",
        ),
    ] {
        let ran = search(&test, &["pdf", "--site", site]);
        assert_eq!(ran.code, 2);
        assert!(
            ran.stderr.starts_with(&format!("error: {error}")),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn an_index_of_another_version_is_refused() {
    let test = SiteTest::two_skills().build();
    let manifest = test.page("search/manifest.json");
    test.write(
        "public/search/manifest.json",
        manifest.replacen("\"format\":4", "\"format\":9", 1),
    );
    let ran = search(&test, &["pdf"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .contains("cannot be used: the index is format 9; this reader knows 4\nhint: "),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_cannot_be_read_is_said_and_no_other_words_are_asked_for() {
    let test = SiteTest::two_skills().build();
    for name in ["cards", "terms"] {
        let file = index_file(&test, name);
        let bytes = fs::read(&file).expect("a file of the index");
        fs::remove_file(&file).expect("a removed file");
        let ran = search(&test, &["pdf", "--mode", "lexical"]);
        assert_eq!(ran.code, 0);
        assert_eq!(
            ran.stdout,
            "Part of the index could not be read, so results may be missing.\n"
        );
        fs::write(&file, bytes).expect("the file as it was");
    }
    fs::remove_file(index_file(&test, "vectors")).expect("a removed file");
    let ran = search(&test, &["pdf", "--stats"]);
    assert!(
        ran.stdout
            .contains("\nSearch by meaning was cut short: 1 router unread, 1 cells unread\n"),
        "{}",
        ran.stdout
    );
    let ran = search(&test, &["pdf", "--json"]);
    assert_eq!(json(&ran)["stats"]["unread"]["router"], 1);
}

#[test]
fn a_site_is_searched_over_http_as_in_its_folder_with_and_without_ranges() {
    let test = SiteTest::demo().build();
    let queries = [
        "merge pdf",
        "mergr pdf",
        "keep a secret out of git",
        "owner:ana",
        "日本語",
    ];
    let lines = queries.map(|query| format!("{{\"id\":\"{query}\",\"query\":\"{query}\"}}\n"));
    test.write("queries.jsonl", lines.concat());
    let near = search(&test, &["--queries", "queries.jsonl"]);
    assert_eq!(
        near.stdout.lines().count(),
        queries.len(),
        "{}",
        near.stderr
    );
    for has_ranges in [true, false] {
        let url = plain_server::serve(test.path("public"), has_ranges);
        let far = search(&test, &["--queries", "queries.jsonl", "--site", &url]);
        assert_eq!(far.stdout, near.stdout, "{}", far.stderr);
        let url = format!("{}?from=elsewhere#x", url.replace("http:", "HTTP:"));
        let ran = search(&test, &["merge pdf", "--json", "--site", &url]);
        let page = json(&ran)["results"][0]["url"].clone();
        let root = url.split('?').next().expect("a root");
        assert_eq!(page, format!("{root}ana/skills/pdf-tools/"));
    }
}

#[test]
fn a_reader_who_stops_reading_is_no_error() {
    let test = SiteTest::two_skills().build();
    for args in [
        &["search", "pdf"][..],
        &["search", "pdf", "--json"],
        &["inspect"],
        &["inspect", "--json"],
        &["report"],
        &["report", "--json"],
        &["check"],
        &["build"],
    ] {
        let mut child = test
            .command()
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the command ends");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {stderr}");
        assert!(
            !stderr.contains("panicked") && !stderr.contains("error"),
            "{args:?}: {stderr}"
        );
    }
}
