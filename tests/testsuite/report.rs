//! `report`, and the budgets of `build`.

use serde_json::Value;

use crate::harness::{SiteTest, files_below};

/// One skill and no vectors, so that every part of the index is one block.
fn one_skill() -> SiteTest {
    SiteTest::empty()
        .file("skillpress.toml", "[embedding]\nmode = \"none\"\n")
        .skill(
            "ana/pdf-tools",
            "---\nname: PDF Tools\ndescription: Merges and splits documents.\n---\n# PDF tools\n",
        )
        .build()
}

fn report(test: &SiteTest, args: &[&str]) -> Value {
    let ran = test.run(&[&["report", "--json"], args].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("one JSON document")
}

fn brotli_len(bytes: &[u8]) -> u64 {
    let mut encoded = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &bytes[..], &mut encoded, &params).expect("in memory");
    encoded.len() as u64
}

/// The bytes of the one file of the site whose path begins and ends so.
fn file(test: &SiteTest, start: &str, end: &str) -> Vec<u8> {
    let mut found: Vec<_> = test
        .site()
        .into_iter()
        .filter(|(path, _)| path.starts_with(start) && path.ends_with(end))
        .filter(|(path, _)| path.matches('/').count() == start.matches('/').count())
        .collect();
    assert_eq!(found.len(), 1, "{start}…{end}");
    found.remove(0).1
}

fn component<'a>(group: &'a Value, name: &str) -> &'a Value {
    let components = group["components"].as_array().expect("components");
    let found = components
        .iter()
        .find(|component| component["name"] == name);
    found.unwrap_or_else(|| panic!("no `{name}` in {group:#}"))
}

#[test]
fn a_listing_visit_is_the_page_and_what_it_names() {
    let test = one_skill();
    let report = report(&test, &[]);
    let visit = &report["listing_visit"];
    let mut sum = [0, 0, 0];
    for (name, start, end) in [
        ("html", "skills/index", ".html"),
        ("style.css", "assets/style-", ".css"),
        ("site.js", "assets/site-", ".js"),
        ("favicon.svg", "favicon", ".svg"),
    ] {
        let bytes = file(&test, start, end);
        let component = component(visit, name);
        assert_eq!(component["bytes"], brotli_len(&bytes), "{name}");
        assert_eq!(component["raw_bytes"], bytes.len(), "{name}");
        assert_eq!(component["requests"], 1, "{name}");
    }
    for component in visit["components"].as_array().expect("components") {
        for (sum, key) in sum.iter_mut().zip(["bytes", "raw_bytes", "requests"]) {
            *sum += component[key].as_u64().expect("a number");
        }
    }
    assert_eq!(visit["page"], "skills/index.html");
    assert_eq!(
        [&visit["bytes"], &visit["raw_bytes"], &visit["requests"]],
        sum
    );
    assert_eq!(
        report["detail_visit"]["page"],
        "ana/skills/pdf-tools/index.html"
    );
}

#[test]
fn a_search_is_the_engine_the_manifest_and_the_ranges_that_it_reads() {
    let test = one_skill();
    test.write("queries.jsonl", "{\"id\": 1, \"query\": \"documents\"}\n");
    let report = report(&test, &["--queries", "queries.jsonl"]);
    let (first, next) = (&report["search"]["first"], &report["search"]["next"]);

    let manifest = brotli_len(&file(&test, "search/manifest", ".json"));
    let terms = file(&test, "search/files/terms-", ".bin").len() as u64;
    let engine = report["engine"]["bytes"].as_u64().expect("a number");
    let engine_requests = report["engine"]["requests"].as_u64().expect("a number");
    let card = 256;
    assert_eq!(component(first, "manifest.json")["bytes"], manifest);
    assert_eq!(component(first, "probe.bin")["bytes"], 1);
    assert_eq!(component(first, "terms")["bytes"], terms);
    assert_eq!(component(first, "cards")["bytes"], card);
    assert_eq!(
        first["bytes"]["median"],
        engine + manifest + 1 + terms + card
    );
    assert_eq!(first["bytes"]["p95"], first["bytes"]["median"]);
    assert_eq!(first["requests"]["median"], engine_requests + 4);
    // The only query is also the next one, and all that it reads is at hand.
    assert_eq!(next["bytes"]["median"], 0);
    assert_eq!(next["round_trips"]["median"], 0);
}

#[test]
fn engine_and_pages_stay_within_their_budgets() {
    let test = SiteTest::demo().build();
    let len = |start, end| brotli_len(&file(&test, start, end));
    let lexical = len("search/search.", "js") + len("search/files/search-", ".wasm");
    assert!(lexical <= 33_000, "search.js and search.wasm: {lexical}");
    let semantic = len("search/files/semantic-", ".wasm");
    assert!(semantic <= 17_500, "semantic.wasm: {semantic}");
    let report = report(&test, &[]);
    for (visit, max_bytes) in [("listing_visit", 12_000), ("skill_visit", 13_000)] {
        let visit = &report[visit];
        assert!(visit["bytes"].as_u64() <= Some(max_bytes), "{visit:#}");
        assert!(visit["requests"].as_u64() <= Some(4), "{visit:#}");
    }
}

#[test]
fn the_engine_is_what_scripts_load_wherever_the_site_stands() {
    let test = SiteTest::two_skills()
        .base_url("https://example.org/registry/")
        .build();
    let page = test.page("skills/index.html").replace(
        "</head>",
        "<script type=\"module\" src=\"/registry/assets/search-box-0123456789.js\"></script></head>",
    );
    let box_script = "const { open } = await import('./search-9876543210.js');";
    let script = "fetch(new URL('../search/files/search-abcdef0123.wasm', import.meta.url));";
    let wasm = [7; 5000];
    test.write("public/skills/index.html", &page);
    // In place of what the build made, whatever that is.
    for (path, _) in test.site() {
        if path.starts_with("assets/search") || path.ends_with(".wasm") {
            std::fs::remove_file(test.path("public").join(path)).expect("a removed file");
        }
    }
    test.write("public/assets/search-box-0123456789.js", box_script);
    test.write("public/assets/search-9876543210.js", script);
    test.write("public/search/files/search-abcdef0123.wasm", wasm);

    let report = report(&test, &[]);
    let engine = &report["engine"];
    let names: Vec<&str> = engine["components"]
        .as_array()
        .expect("components")
        .iter()
        .filter_map(|component| component["name"].as_str())
        .collect();
    assert_eq!(names, ["search-box.js", "search.js", "search.wasm"]);
    assert_eq!(engine["requests"], 3);
    assert_eq!(engine["round_trips"], 3);
    assert_eq!(
        engine["raw_bytes"],
        box_script.len() + script.len() + wasm.len()
    );
    assert_eq!(component(engine, "search.wasm")["bytes"], brotli_len(&wasm));
    assert_eq!(
        component(&report["listing_visit"], "search-box.js")["requests"],
        1
    );
    let first = report["search"]["first"]["bytes"]["median"]
        .as_u64()
        .expect("a number");
    assert!(first > engine["bytes"].as_u64().expect("a number"));

    // Where the page's own script loads all of it when somebody is about to search, a visit has none of it.
    // What it loads for other ends is no part of the engine.
    let loader = "for (const name of ['./search-box-0123456789.js', './search-9876543210.js', \
        '../search/files/search-abcdef0123.wasm']) preload(name); import('./other.js');";
    test.write("public/assets/other.js", "export {};");
    test.write("public/assets/loader.js", loader);
    test.write(
        "public/skills/index.html",
        page.replace("search-box-0123456789", "loader"),
    );
    let lazy = self::report(&test, &[]);
    assert_eq!(lazy["engine"]["bytes"], engine["bytes"]);
    assert_eq!(lazy["engine"]["round_trips"], 1);
    let visit = lazy["listing_visit"]["components"]
        .as_array()
        .expect("components");
    assert!(
        visit
            .iter()
            .any(|component| component["name"] == "loader.js")
    );
    assert!(
        visit
            .iter()
            .all(|component| component["name"] != "search-box.js")
    );
}

#[test]
fn the_parts_are_the_whole_site() {
    let test = one_skill();
    let report = report(&test, &[]);
    let (mut n_files, mut n_bytes) = (0, 0);
    for (path, bytes) in test.site() {
        if path != ".skillpress" {
            n_files += 1;
            n_bytes += bytes.len() as u64;
        }
    }
    assert_eq!(report["site"]["files"], n_files);
    assert_eq!(report["site"]["bytes"], n_bytes);
    let parts = report["parts"].as_array().expect("parts");
    let sum = |key: &str| -> u64 { parts.iter().filter_map(|part| part[key].as_u64()).sum() };
    assert_eq!((sum("files"), sum("bytes")), (n_files, n_bytes));
    let zips = parts.iter().find(|part| part["name"] == "zips");
    let zip = file(&test, "ana/skills/pdf-tools/", ".zip");
    assert_eq!(zips.expect("zips")["bytes"], zip.len());
}

#[test]
fn a_report_is_the_same_every_time_and_keeps_its_keys() {
    let test = SiteTest::demo().build();
    let first = test.run(&["report", "--json"]);
    assert_eq!(first.stdout, test.run(&["report", "--json"]).stdout);
    let report: Value = serde_json::from_str(&first.stdout).expect("one JSON document");
    let keys = |value: &Value| -> Vec<String> {
        value
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect()
    };
    assert_eq!(
        keys(&report),
        [
            "skills",
            "listing_visit",
            "detail_visit",
            "engine",
            "search",
            "lexical_search",
            "site",
            "parts"
        ]
    );
    assert_eq!(
        keys(&report["listing_visit"]),
        [
            "page",
            "bytes",
            "raw_bytes",
            "requests",
            "round_trips",
            "components"
        ]
    );
    assert_eq!(keys(&report["search"]), ["queries", "first", "next"]);
    assert_eq!(
        keys(&report["search"]["first"]),
        ["bytes", "requests", "round_trips", "components"]
    );
    assert_eq!(keys(&report["search"]["first"]["bytes"]), ["median", "p95"]);
    assert_eq!(
        keys(&report["search"]["first"]["components"][0]),
        ["name", "bytes", "raw_bytes", "requests"]
    );
    assert_eq!(report["search"]["queries"], 128);
}

#[test]
fn a_report_is_printed_as_tables_and_written_as_one_page() {
    let test = one_skill();
    let ran = test.run(&["report"]);
    assert!(
        ran.stdout.contains("\nlisting visit ") && ran.stdout.contains("\nnext search, median "),
        "{}",
        ran.stdout
    );
    let ran = test.run(&["report", "--html", "report.html"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "wrote `report.html`\n")
    );
    let page = std::fs::read_to_string(test.path("report.html")).expect("a page");
    for text in [
        "A listing visit",
        "The first search",
        "style.css",
        "prefers-color-scheme",
    ] {
        assert!(page.contains(text), "{text}");
    }
    for text in ["http://", "https://", "<script", "<link", " src=", "url("] {
        assert!(!page.contains(text), "{text}");
    }
}

#[test]
fn a_report_of_no_site_says_what_to_do() {
    let ran = SiteTest::empty().run(&["report"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("`public` is not a built site") && ran.stderr.contains("hint: "),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_exceeded_budget_fails_the_build_and_leaves_the_site() {
    let test = SiteTest::two_skills().build();
    let before = test.site();
    test.write(
        "skillpress.toml",
        "title = \"New\"\n\n[budgets]\nlisting_html = 100_000\nlisting_visit = 500\nfirst_search = 1\nsite = 100_000_000\nfiles = 20\n",
    );
    let ran = test.run(&["build", "--base-url", "https://skills.example/"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    for text in [
        "error: skillpress.toml:5:17: `listing_visit` allows 500 bytes, but the new site takes ",
        "5 | listing_visit = 500\n",
        "hint: the largest parts are style.css ",
        "error: skillpress.toml:6:16: `first_search` allows 1 bytes",
        "search.wasm ",
        &format!(
            "error: skillpress.toml:8:9: `files` allows 20 files, but the new site takes {}\n",
            before.len() - 1
        ),
        "hint: the largest parts are search: ",
    ] {
        assert!(ran.stderr.contains(text), "{text}\n{}", ran.stderr);
    }
    assert_eq!(ran.stderr.matches("error: ").count(), 3, "{}", ran.stderr);
    assert_eq!(test.site(), before);
    assert!(
        files_below(&test.path(""))
            .iter()
            .all(|(path, _)| !path.starts_with(".public"))
    );
}

#[test]
fn a_site_that_its_host_would_not_take_does_not_replace_the_published_one() {
    let aliases = |n: usize| -> String {
        (0..n)
            .map(|n| format!("\"old/name-{n}\" = \"ana/pdf-tools\"\n"))
            .collect()
    };
    let test = SiteTest::two_skills()
        .file("skillpress.toml", "[hosting]\nhost = \"cloudflare-free\"\n")
        .file("content/aliases.toml", aliases(100))
        .build();
    let before = test.site();
    test.write("content/aliases.toml", aliases(101));
    let ran = test.run(&["build"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let error = "error: skillpress.toml:2:8: `cloudflare-free` takes at most 100 lines in `_redirects` from the first with `*` on (https://developers.cloudflare.com/pages/platform/limits/, read on 2026-11-26), but the new site has 101\n\
                 2 | host = \"cloudflare-free\"\n  |        ^\n\
                 hint: take old names that nobody uses any more out of `aliases.toml`; ";
    assert!(ran.stderr.contains(error), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("error: ").count(), 1, "{}", ran.stderr);
    assert_eq!(test.site(), before);
}

#[test]
fn a_build_within_its_budgets_says_what_visits_and_searches_cost() {
    let test = SiteTest::two_skills();
    test.write(
        "skillpress.toml",
        "[budgets]\nlisting_html = 100_000\nlisting_visit = 100_000\ndetail_visit = 100_000\nsearch_engine = 100_000\n\
         first_search = 200_000\nnext_search = 100_000\nsite = 100_000_000\nfiles = 1_000\n",
    );
    let ran = test.rebuild();
    let line = ran
        .stdout
        .lines()
        .find(|line| line.starts_with("a listing visit: "));
    let line = line.unwrap_or_else(|| panic!("{}", ran.stdout));
    assert!(line.contains(" requests; a first search: "), "{line}");
    for budget in ["detail_visit", "site", "files"] {
        test.write("skillpress.toml", format!("[budgets]\n{budget} = 0\n"));
        let ran = test.run(&["build"]);
        assert_eq!(ran.code, 1, "{budget}: {}", ran.stderr);
    }
}
