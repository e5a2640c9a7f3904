//! What authors ask: where a skill stands for a query and why, and whether their own queries find what they expect.

use serde_json::{Value, json};

use crate::harness::{Ran, SiteTest};
use crate::plain_server;

/// Three skills about files and one about weather.
fn registry() -> SiteTest {
    let skill = |name: &str, description: &str, text: &str| {
        format!("---\nname: {name}\ndescription: {description}\n---\n{text}\n")
    };
    SiteTest::empty()
        .skill(
            "ana/pdf-tools",
            skill("pdf-tools", "Merges and splits PDF files.", "Needs Python."),
        )
        .skill(
            "bo/merge-pdf",
            skill("merge-pdf", "Joins many documents into one.", "Fast."),
        )
        .skill(
            "cy/scanner",
            skill(
                "scanner",
                "Scans paper letters.",
                "Writes a pdf file for each.",
            ),
        )
        .skill(
            "di/weather",
            skill("weather", "Forecasts for any city.", "Asks a free service."),
        )
}

fn why(test: &SiteTest, query: &str, key: &str, more: &[&str]) -> Ran {
    test.run(&[&["search", query, "--why", key], more].concat())
}

fn why_json(test: &SiteTest, query: &str, key: &str, more: &[&str]) -> Value {
    let ran = why(test, query, key, &[more, &["--json"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("one JSON document")
}

#[test]
fn an_author_is_told_the_place_the_words_what_is_above_and_what_would_lift_the_skill() {
    let test = registry().build();
    let ran = why(
        &test,
        "merge pdf sundial",
        "cy/scanner",
        &["--mode", "lexical"],
    );
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for line in [
        "scanner  cy/scanner\n",
        "    Place 3 of 3 that match, ",
        "\nWords of the query:\n",
        "    `merge`: lacking; 2 skills hold it\n",
        "    `pdf`: in its text; 3 skills hold it\n",
        "    `sundial`: no skill holds it\n",
        "\nAbove it:\n 1. merge-pdf  bo/merge-pdf\n    holds `merge`; has `merge`, `pdf` in its name; ",
        "\nWhat would lift it, its meaning left as it is:\n",
        "    `merge`, `sundial` in its description: place 1, it would fit\n",
    ] {
        assert!(ran.stdout.contains(line), "{line:?}: {}", ran.stdout);
    }

    let answer = why_json(
        &test,
        "merge pdf sundial",
        "cy/scanner",
        &["--mode", "lexical"],
    );
    assert_eq!(
        (&answer["place"], &answer["matching"], &answer["fits"]),
        (&json!(3), &json!(3), &json!(false))
    );
    assert_eq!(answer["url"], "/cy/skills/scanner/");
    assert_eq!(
        answer["words"],
        json!([
            { "word": "merge", "skills": 2, "in": [] },
            { "word": "pdf", "skills": 3, "in": ["text"] },
            { "word": "sundial", "skills": 0, "in": [] },
        ])
    );
    assert_eq!(answer["above"][0]["by"]["name"], json!(["merge", "pdf"]));
}

#[test]
fn each_word_is_told_where_the_skill_has_it() {
    let test = SiteTest::two_skills().build();
    let answer = why_json(
        &test,
        "merging pdf ana notes splitter",
        "ana/pdf-tools",
        &[],
    );
    let places = |idx: usize| answer["words"][idx]["in"].clone();
    assert_eq!(places(0), json!(["description"]));
    assert_eq!(places(1), json!(["name", "tag", "description"]));
    assert_eq!(places(2), json!(["owner"]));
    assert_eq!(places(3), json!(["text"]));
    assert_eq!(answer["place"], 1);
    assert_eq!(answer["above"], json!([]));
    assert!(answer["meaning"].as_f64().expect("a cosine") > 0.1);
}

#[test]
fn a_misspelled_word_is_told_with_what_it_was_taken_for() {
    let test = registry().build();
    let ran = why(&test, "wether city", "di/weather", &[]);
    assert!(
        ran.stdout
            .starts_with("Searched for: weather city\n\nweather  di/weather\n"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout
            .contains("`wether`, taken for `weather`: in its name; 1 skill holds it"),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_is_not_found_is_told_why() {
    let test = registry().build();
    for (query, line) in [
        (
            "merge",
            "Not found: it holds no word of the query, and its meaning is not among the nearest.",
        ),
        (
            "city -weather",
            "Not found: a filter, a quoted word or a `-word` of the query leaves it out.",
        ),
        (
            "weather owner:ana",
            "Not found: a filter, a quoted word or a `-word` of the query leaves it out.",
        ),
    ] {
        let ran = why(&test, query, "di/weather", &["--mode", "lexical"]);
        assert!(ran.stdout.contains(line), "{query}: {}", ran.stdout);
        let answer = why_json(&test, query, "di/weather", &["--mode", "lexical"]);
        assert_eq!(
            (&answer["place"], &answer["fits"]),
            (&json!(null), &json!(false))
        );
    }
}

#[test]
fn a_word_of_another_language_is_held_as_the_english_one() {
    let test = registry().build();
    let ran = why(&test, "Vorhersagen Stadt", "di/weather", &[]);
    let line = "    `stadt`: as `citi` in its description; 1 skill holds it\n";
    assert!(ran.stdout.contains(line), "{}", ran.stdout);
    let alone = test.run(&["search", "Stadt", "--no-translate", "--mode", "lexical"]);
    assert!(!alone.stdout.contains("di/weather"), "{}", alone.stdout);
}

#[test]
fn a_skill_that_is_not_there_is_asked_back_and_the_query_is_needed() {
    let test = registry().build();
    let ran = why(&test, "pdf", "ana/pdf-tool", &[]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr,
        "error: `public` has no skill `ana/pdf-tool`\nhint: did you mean `ana/pdf-tools`?\n"
    );
    for args in [
        &["search", "--why", "ana/pdf-tools"][..],
        &["search", "pdf", "--why", "pdf-tools"],
        &["search", "pdf", "--why", "ana/pdf-tools", "--limit", "3"],
    ] {
        assert_eq!(test.run(args).code, 2, "{args:?}");
    }
}

#[test]
fn a_site_on_the_web_explains_as_its_folder_does() {
    let test = registry().build();
    let near = why_json(&test, "merge pdf", "ana/pdf-tools", &[]);
    for has_ranges in [true, false] {
        let url = plain_server::serve(test.path("public"), has_ranges);
        let mut far = why_json(&test, "merge pdf", "ana/pdf-tools", &["--site", &url]);
        assert_eq!(far["url"], json!(format!("{url}ana/skills/pdf-tools/")));
        far["url"] = near["url"].clone();
        assert_eq!(far, near);
    }
}

#[test]
fn names_and_queries_of_strangers_steer_no_terminal() {
    let test = SiteTest::empty()
        .skill(
            "ana/evil",
            "---\nname: \"evil\\e[2J\\u202e pdf\"\ndescription: \"Reads pdf.\\e]0;x\\a\"\n---\nText.\n",
        )
        .skill("bo/pdf", "---\nname: pdf\ndescription: Reads pdf.\n---\nText.\n")
        .build();
    for key in ["ana/evil", "bo/pdf"] {
        let ran = why(&test, "pdf \u{1b}[2J\u{202e}evil", key, &[]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let json = why(&test, "pdf \u{1b}[2J\u{202e}evil", key, &["--json"]);
        for text in [&ran.stdout, &json.stdout] {
            assert!(
                !text.contains(['\u{1b}', '\u{202e}', '\u{7}']),
                "{}",
                text.escape_debug()
            );
        }
    }
}

/// Lines of an author's list, checked against the content or with more arguments.
fn check(test: &SiteTest, lines: &str, more: &[&str]) -> Ran {
    test.write("queries.jsonl", lines);
    test.run(&[&["check", "--queries", "queries.jsonl"], more].concat())
}

#[test]
fn queries_that_find_what_is_expected_pass() {
    let test = registry();
    let lines = concat!(
        "{\"query\": \"merge pdf\", \"expect\": [\"bo/merge-pdf\", \"ana/pdf-tools\"], \"within\": 2}\n",
        "\n",
        "{\"id\": 7, \"query\": \"weather\", \"expect\": [\"@di/weather\"]}\r\n",
        "{\"query\": \"bobbin lace\", \"expect\": []}\n",
    );
    let ran = check(&test, lines, &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.ends_with("0 errors, 0 warnings\n"),
        "{}",
        ran.stdout
    );
    assert!(!test.path("public").exists(), "nothing is written");
}

#[test]
fn a_query_that_finds_something_else_is_named_with_what_came_first() {
    let test = registry();
    let lines = concat!(
        "{\"query\": \"merge pdf\", \"expect\": [\"ana/pdf-tools\"], \"within\": 1}\n",
        "{\"query\": \"weather\", \"expect\": []}\n",
        "{\"query\": \"pdf `x`\", \"expect\": [\"di/weather\"], \"within\": 1}\n",
    );
    let ran = check(&test, lines, &[]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    for text in [
        "error: queries.jsonl:1: `merge pdf` does not find `ana/pdf-tools` within the first 1; first comes `bo/merge-pdf`\n\
         hint: `skillpress search \"merge pdf\" --why ana/pdf-tools` says why, once the content is built\n",
        "error: queries.jsonl:2: `weather` is expected to find nothing that fits, and 1 skill fits; first comes `di/weather`",
        "error: queries.jsonl:3: `pdf `x`` does not find `di/weather` within the first 1; first comes ",
        "hint: `skillpress search QUERY --why di/weather` says why, once the content is built\n",
        "3 errors, 0 warnings\n",
    ] {
        assert!(ran.stdout.contains(text), "{text}: {}", ran.stdout);
    }

    let ran = check(&test, lines, &["--json"]);
    let answer: Value = serde_json::from_str(&ran.stdout).expect("one JSON document");
    assert_eq!((ran.code, &answer["errors"]), (1, &json!(3)));
    let problems = answer["problems"].as_array().expect("a list");
    let is_of_file = |problem: &&Value| problem["path"] == "queries.jsonl";
    let lines: Vec<&Value> = problems
        .iter()
        .filter(is_of_file)
        .map(|problem| &problem["line"])
        .collect();
    assert_eq!(lines, [&json!(1), &json!(2), &json!(3)]);
}

#[test]
fn queries_are_searched_for_on_the_site_that_is_named() {
    let test = registry().build();
    let line = "{\"query\": \"sundial\", \"expect\": [\"di/weather\"], \"within\": 1}\n";
    let site = ["--site", "public", "--base-url", "https://skills.example/"];
    test.write(
        "content/skills/di/weather/SKILL.md",
        "---\nname: weather\ndescription: A sundial.\n---\nText.\n",
    );
    let ran = check(&test, line, &[]);
    assert_eq!(ran.code, 0, "the content has the word: {}", ran.stdout);
    let ran = check(&test, line, &site);
    assert!(
        ran.stdout
            .contains("queries.jsonl:1: `sundial` does not find"),
        "the site has not: {}",
        ran.stdout
    );
    let hint =
        "hint: `skillpress search \"sundial\" --why di/weather --site \"public\"` says why\n";
    assert!(ran.stdout.contains(hint), "{}", ran.stdout);
    test.rebuild();
    assert_eq!(check(&test, line, &site).code, 0);
}

#[test]
fn all_bad_lines_are_named_together_with_their_numbers() {
    let test = registry();
    let lines = concat!(
        "{\"query\": \"pdf\", \"expect\": [\"ana/pdf-tool\"]}\n",
        "not json\n",
        "{\"query\": \" \", \"expect\": []}\n",
        "{\"query\": \"pdf\"}\n",
        "{\"query\": \"pdf\", \"expect\": [], \"witin\": 3}\n",
        "{\"query\": \"pdf\", \"expect\": [], \"within\": 201}\n",
        "{\"query\": \"pdf\", \"expect\": [\"ana/pdf-tools\", \"bo/merge-pdf\"], \"within\": 1}\n",
        "{\"query\": \"sundial\", \"expect\": [\"ana/pdf-tools\"]}\n",
    );
    let ran = check(&test, lines, &[]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    for text in [
        "queries.jsonl:1: `ana/pdf-tool` is expected, but there is no such skill\nhint: did you mean `ana/pdf-tools`?\n",
        "queries.jsonl:2:2: expected ident\n",
        "queries.jsonl:3: `query` is empty\n",
        "queries.jsonl:4:16: missing field `expect`\n",
        "unknown field `witin`, expected one of `query`, `expect`, `within`, `id`\n",
        "queries.jsonl:6: `within` is 201\nhint: write a number from 1 to 200\n",
        "queries.jsonl:7: 2 skills cannot be within the first 1\n",
        "7 errors, ",
    ] {
        assert!(ran.stdout.contains(text), "{text}: {}", ran.stdout);
    }
    assert!(
        !ran.stdout.contains("queries.jsonl:8"),
        "nothing is searched for while a line is wrong: {}",
        ran.stdout
    );
}

#[test]
fn a_content_with_errors_is_told_and_its_queries_are_not_run() {
    let test = registry().file("skillpress.toml", "titel = \"x\"\n");
    let ran = check(&test, "{\"query\": \"pdf\", \"expect\": []}\n", &[]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.contains(
            "note: queries.jsonl: the queries were not searched for, since the content has errors"
        ),
        "{}",
        ran.stdout
    );
    let ran = test.run(&["check", "--queries", "nowhere.jsonl"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("cannot read `nowhere.jsonl`"),
        "{}",
        ran.stderr
    );
}
