//! `inspect`: the state of an index as text.

use std::fs;

use serde_json::Value;

use crate::harness::{Ran, SiteTest};
use crate::plain_server;

fn inspect(test: &SiteTest, args: &[&str]) -> Ran {
    test.run(&[&["inspect"], args].concat())
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr))
}

/// The value of a line of a section of the text.
fn value<'a>(text: &'a str, section: &str, name: &str) -> &'a str {
    let section = text
        .split("\n\n")
        .find(|part| part.lines().next() == Some(section))
        .unwrap_or_else(|| panic!("no `{section}` in\n{text}"));
    let name = format!("  {name} ");
    let line = section.lines().find_map(|line| line.strip_prefix(&name));
    line.unwrap_or_else(|| panic!("no `{name}` in\n{section}"))
        .trim_start()
}

/// Every file that the manifest names: what it is called, its path below `public/search/` (of its first chunk where it is
/// published in chunks only), and its length.
fn index_files(inspection: &Value) -> Vec<(String, String, u64)> {
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    let files = inspection["files"].as_array().expect("files");
    files
        .iter()
        .map(|file| {
            let len = file["bytes"].as_u64().expect("a number");
            (text(&file["name"]), text(&file["path"]), len)
        })
        .collect()
}

#[test]
fn every_part_of_an_index_is_told() {
    let test = SiteTest::demo().build();
    let ran = inspect(&test, &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let text = &ran.stdout;
    let n_skills = value(text, "manifest", "skills").to_owned();
    for (section, name, expected) in [
        ("manifest", "format, analyzer", "4, 3"),
        ("manifest", "host", "answers ranges"),
        ("cards", "readable", &format!("{n_skills} of {n_skills}")),
        (
            "vectors",
            "vectors",
            &format!("{n_skills} of {n_skills} skills"),
        ),
        ("vectors", "plan", "flat"),
        ("graph", "reachable", &format!("{n_skills} of {n_skills}")),
        ("id map", "bits an entry", "0"),
    ] {
        assert_eq!(value(text, section, name), expected, "{section}: {name}");
    }
    assert!(
        text.contains("\n  rows ") && text.contains("  files/rows-"),
        "{text}"
    );

    let inspection = json(&inspect(&test, &["--json"]));
    let number = |pointer: &str| {
        let number = inspection.pointer(pointer).and_then(Value::as_u64);
        number.unwrap_or_else(|| panic!("no {pointer} in {inspection:#}"))
    };
    let n_skills = number("/skills");
    let histogram = inspection["vectors"]["graph"]["histogram"]
        .as_array()
        .expect("numbers");
    let n_nodes: u64 = histogram.iter().filter_map(Value::as_u64).sum();
    assert_eq!(n_nodes, n_skills);
    assert_eq!(number("/vectors/graph/reachable"), n_skills);
    let lists = number("/lexical/lists") + number("/lexical/inline_lists");
    let terms = inspection["lexical"]["terms"].as_object().expect("counts");
    assert_eq!(terms.values().filter_map(Value::as_u64).sum::<u64>(), lists);
    let (n_words, n_common) = (
        number("/vectors/rows/words"),
        number("/vectors/rows/common_words"),
    );
    // The general words that a small registry gets, and its own.
    assert!((18_000..20_000).contains(&n_words), "{n_words}");
    assert!((n_words / 7..n_words / 5).contains(&n_common), "{n_common}");
    let files = inspection["files"].as_array().expect("files");
    let shards = |name: &str| {
        let file = files.iter().find(|file| file["name"] == name);
        file.and_then(|file| file["shards"].as_u64())
    };
    assert_eq!(shards("terms"), Some(0));
    assert!((30..=48).contains(&shards("rows").unwrap_or(0)));
    assert!((20..=48).contains(&shards("rarerows").unwrap_or(0)));
    assert_eq!(
        shards("glossary"),
        Some(1),
        "no edit of a registry changes it"
    );
    assert_eq!(inspection["damages"], Value::Array(Vec::new()));
}

#[test]
fn the_excerpt_of_the_id_map_names_the_skill_of_each_vector() {
    let test = SiteTest::two_skills().build();
    let inspection = json(&inspect(&test, &["--json"]));
    let entries = inspection["vectors"]["ids"]["first"]
        .as_array()
        .expect("entries");
    assert_eq!(entries.len(), 2);
    for (embedding, entry) in entries.iter().enumerate() {
        let skill = entry["skill"].as_u64().expect("a number") as usize;
        assert_eq!(entry["embedding"], embedding);
        assert_eq!(entry["id"], ["ana/pdf-tools", "bo/cron-explainer"][skill]);
    }
}

#[test]
fn a_site_without_vectors_is_told() {
    let test = SiteTest::two_skills()
        .file("skillpress.toml", "[embedding]\nmode = \"none\"\n")
        .build();
    let ran = inspect(&test, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout
            .contains("\nno vectors: search is by words alone\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(value(&ran.stdout, "terms", "owners"), "2");
    assert_eq!(value(&ran.stdout, "terms", "badges"), "1");
    assert_eq!(value(&ran.stdout, "manifest", "badge kinds"), "official");
}

#[test]
fn the_glossary_is_told_where_queries_may_be_in_other_languages() {
    let test = SiteTest::two_skills().build();
    let all = json(&inspect(&test, &["--json"]));
    let number = |inspection: &Value, pointer: &str| {
        let number = inspection.pointer(pointer).and_then(Value::as_u64);
        number.unwrap_or_else(|| panic!("no {pointer} in {inspection:#}"))
    };
    let n_words = number(&all, "/glossary/words");
    assert!(n_words > 100_000, "{n_words}");
    let n_references = number(&all, "/glossary/references");
    assert!((10_000..=1 << 14).contains(&n_references), "{n_references}");
    let files = index_files(&all);
    let len = |name: &str| {
        files
            .iter()
            .find(|(found, ..)| found == name)
            .map(|file| file.2)
    };
    assert_eq!(
        len("glossary"),
        Some(number(&all, "/glossary/blocks") * 512)
    );

    let german = test.file(
        "skillpress.toml",
        "[search]\nlanguages = [\"en\", \"de\"]\n",
    );
    german.rebuild();
    let of_one = json(&inspect(&german, &["--json"]));
    let n_german = number(&of_one, "/glossary/words");
    assert!((15_000..n_words / 4).contains(&n_german), "{n_german}");
    assert_eq!(of_one["damages"], Value::Array(Vec::new()));

    let english = german.file("skillpress.toml", "[search]\nlanguages = [\"en\"]\n");
    english.rebuild();
    let ran = inspect(&english, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout
            .contains("\nno glossary: queries are in English\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn an_index_is_told_the_same_over_http_with_and_without_ranges() {
    let test = SiteTest::two_skills().build();
    let near = json(&inspect(&test, &["--json"]));
    for has_ranges in [true, false] {
        let url = plain_server::serve(test.path("public"), has_ranges);
        let ran = inspect(&test, &["--json", "--site", &url]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let mut far = json(&ran);
        assert_eq!(far["has_ranges"], has_ranges);
        far["has_ranges"] = true.into();
        assert_eq!(far, near);
    }
}

#[test]
fn damage_of_a_file_is_told_and_the_rest_is_still_printed() {
    let test = SiteTest::two_skills().build();
    let sound = json(&inspect(&test, &["--json"]));
    for (name, path, len) in index_files(&sound) {
        let file = test.path("public/search").join(&path);
        let bytes = fs::read(&file).expect("a file of the index");
        if bytes.is_empty() {
            continue;
        }
        let mut flipped = bytes.clone();
        flipped[bytes.len() / 2] ^= 1;
        let half = &bytes[..bytes.len() / 2];
        let cut = format!("ends after {} of {len} bytes", half.len());
        // A chunk that is the only form may be published without the zeros at its end.
        let is_chunk = path.matches('/').count() == 2;
        for (damaged, expected) in [
            (Some(flipped.as_slice()), "does not match its checksum"),
            (
                Some(half),
                match is_chunk {
                    true => "does not match its checksum",
                    false => &*cut,
                },
            ),
            (None, "does not exist"),
        ] {
            match damaged {
                Some(damaged) => fs::write(&file, damaged).expect("a damaged file"),
                None => fs::remove_file(&file).expect("a removed file"),
            }
            let ran = inspect(&test, &[]);
            assert_eq!(ran.code, 1, "{name}: {}", ran.stderr);
            let told = value(&ran.stdout, "damaged", &name);
            assert!(told.contains(expected), "{name}: {told}");
            let error =
                format!("error: public/search/: damaged: {name}\nhint: build the site again");
            assert!(ran.stderr.starts_with(&error), "{}", ran.stderr);
            for section in [
                "manifest",
                "terms",
                "postings",
                "spelling",
                "glossary",
                "cards",
                "vectors",
                "id map",
                "graph",
                "word rows",
            ] {
                assert!(
                    ran.stdout.contains(&format!("{section}\n")),
                    "{name}: {section}"
                );
            }
        }
        fs::write(&file, &bytes).expect("the file as it was");
    }
    assert_eq!(json(&inspect(&test, &["--json"])), sound);
}

#[test]
fn an_index_that_cannot_be_opened_says_why() {
    let test = SiteTest::two_skills().build();
    let manifest = test.page("search/manifest.json");
    let is_ascii = |at: &usize| manifest.as_bytes()[*at].is_ascii();
    let middle = (manifest.len() / 2..manifest.len()).find(is_ascii);
    let (start, end) = manifest.split_at(middle.expect("a character of one byte"));
    let other = if end.starts_with('A') { 'B' } else { 'A' };
    let damaged = format!("{start}{other}{}", &end[1..]);
    for (text, code, expected) in [
        (
            manifest.replacen("\"format\":4", "\"format\":9", 1),
            1,
            "error: public/search/manifest.json: the index is format 9; this reader knows 4\nhint: install a newer skillpress, or build the site with this one",
        ),
        (
            damaged,
            1,
            "error: public/search/manifest.json: a block does not match its checksum\n",
        ),
        (String::new(), 1, "error: public/search/manifest.json: "),
    ] {
        test.write("public/search/manifest.json", text);
        let ran = inspect(&test, &[]);
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""));
        assert!(ran.stderr.starts_with(expected), "{}", ran.stderr);
    }
    fs::remove_file(test.path("public/search/manifest.json")).expect("a removed file");
    let ran = inspect(&test, &[]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("`public` has no search index\nhint: "),
        "{}",
        ran.stderr
    );
    let ran = inspect(&test, &["--site", "elsewhere"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("`elsewhere` is not a built site"),
        "{}",
        ran.stderr
    );
}
