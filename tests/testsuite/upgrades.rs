//! The sites in `tests/data/releases`, each as a release built it, with what they were built of: engines, indexes and
//! commands of two versions work together, or say what to do.
//!
//! A release adds its own: `SKILLPRESS_FREEZE=1 cargo test --test testsuite upgrades`. `tests/browser/upgrades.test.mjs`
//! opens the same sites in a browser.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Once;

use serde_json::{Value, json};
use skillpress::internals::FileSource;
use skillpress_search::internals::analyzer::ANALYZER_VERSION;
use skillpress_search::internals::format::{FORMAT_VERSION, block};
use skillpress_search::{Answer, Mode, Options, Request, Searcher, Source};

use crate::harness::{Ran, SiteTest, files_below};
use crate::mcp::Mcp;
use crate::wasm_reader::{Modules, WasmReader};

/// A meaning, a beginning, a typo and a German word, and what they find first. `tests/browser/upgrades.test.mjs` types them.
const SEARCHES: &[(&str, &str)] = &[
    ("merge pdf files", "ana/pdf-tools"),
    ("releas", "ana/release-notes"),
    ("crontabb", "bo/cron-explainer"),
    ("Besprechung", "bo/meeting-minutes"),
];

/// The settings that the two sites of a release are built with. All word rows would be 1.3 MB, which no packing makes
/// less: `words` has those that the searches read, and `none`, which has no vectors, is whole.
const SETTINGS: [(&str, &str); 2] = [
    (
        "words",
        "title = \"Upgrades\"\nbase_url = \"https://skills.example/\"\n[search]\nlanguages = [\"de\"]\n",
    ),
    (
        "none",
        "title = \"Upgrades\"\nbase_url = \"https://skills.example/\"\n[search]\nlanguages = [\"en\"]\n[embedding]\nmode = \"none\"\n",
    ),
];

#[test]
fn engines_and_indexes_of_two_versions_search_together_or_refuse_each_other_by_their_numbers() {
    for test in releases() {
        build(&test, "words", "today/words");
        let sites = ["frozen/words", "today/words"].map(|site| test.path(site));
        for of_engine in &sites {
            for of_index in &sites {
                let engine = Modules::of_site(of_engine);
                let mut source = FileSource::new(of_index).expect("a site");
                let Some(mut reader) = WasmReader::open(&engine, &mut source) else {
                    let numbers = [of_engine, of_index].map(|site| numbers(site));
                    assert_ne!(numbers[0], numbers[1], "refused without a reason");
                    continue;
                };
                for &(query, expected) in SEARCHES {
                    let results = find(query, &mut reader, &mut source);
                    let hit = &results["hits"][0];
                    let place =
                        format!("{query}: {} on {}", of_engine.display(), of_index.display());
                    assert_eq!(
                        json!([hit["owner"], hit["slug"]]),
                        json!(expected.split('/').collect::<Vec<_>>()),
                        "{place}"
                    );
                    assert_eq!(results["complete"], true, "{place}");
                }
            }
        }
    }
}

#[test]
fn engines_refuse_an_index_of_another_format() {
    for test in releases() {
        build(&test, "words", "today/words");
        let engines =
            ["frozen/words", "today/words"].map(|site| Modules::of_site(&test.path(site)));
        let format = numbers(&test.path("today/words"))[0];
        for other in [format + 1, format - 1] {
            set_format(&test.path("today/words"), other);
            let mut source = FileSource::new(&test.path("today/words")).expect("a site");
            for engine in &engines {
                let is_refused = WasmReader::open(engine, &mut source).is_none();
                // The engine of a release before may know the lower number.
                let is_own = other == numbers(&test.path("frozen/words"))[0];
                assert!(is_refused || is_own, "format {other}");
            }
        }
    }
}

#[test]
fn commands_read_a_site_of_a_release_or_say_what_to_do() {
    for test in releases() {
        let is_same = numbers(&test.path("frozen/none")) == [FORMAT_VERSION, ANALYZER_VERSION];
        for site in ["frozen/words", "frozen/none"] {
            let ran = test.run(&["search", "merge pdf files", "--site", site]);
            if is_same {
                assert!(
                    ran.stdout.starts_with(" 1. PDF Tools"),
                    "{}{}",
                    ran.stdout,
                    ran.stderr
                );
            } else {
                assert_refused(&ran, "build the site with this skillpress");
            }
            let mut mcp = Mcp::at(&test, site);
            mcp.initialize();
            let skill = mcp.answer("get_skill", json!({ "id": "ana/pdf-tools" }));
            assert_eq!(skill["id"], "ana/pdf-tools", "{skill}");
        }
        let ran = test.run(&[
            "search",
            "--read",
            "ana/pdf-tools/notes.md",
            "--site",
            "frozen/none",
        ]);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (0, "Notes.\n"),
            "{}",
            ran.stderr
        );
        let ran = test.run(&["verify", "frozen/words", "--json"]);
        let verified: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        assert_eq!(
            [&verified["changed"], &verified["added"]],
            [&json!([]), &json!([])]
        );
        for path in verified["missing"].as_array().expect("paths") {
            let path = path.as_str().expect("a path");
            assert!(is_heavy(path.trim_start_matches("search/")), "{path}");
        }
        let ran = test.run(&["verify", "frozen/none"]);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        let ran = test.run(&["inspect", "--site", "frozen/none"]);
        if is_same {
            assert_eq!(ran.code, 0, "{}", ran.stderr);
        } else {
            assert_refused(&ran, "build the site with this skillpress");
        }
        // Pages may look otherwise today; then this says by which command they follow.
        let ran = test.run(&["check", "--config", "none.toml", "--site", "frozen/none"]);
        assert!(
            ran.code == 0 || ran.stdout.contains("hint: run `skillpress build`"),
            "{}{}",
            ran.stdout,
            ran.stderr
        );
        let ran = test.run(&[
            "build",
            "--config",
            "words.toml",
            "--out",
            "next",
            "--previous",
            "frozen/words",
        ]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(
            ran.stderr.contains("skills are numbered anew"),
            !is_same,
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn commands_say_what_to_do_with_an_index_of_another_format() {
    let test = registry();
    build(&test, "none", "public");
    let format = numbers(&test.path("public"))[0];
    for (other, hint) in [
        (
            format + 1,
            "install a newer skillpress, or build the site with this one",
        ),
        (
            format - 1,
            "build the site with this skillpress, or read it with the one that built it",
        ),
    ] {
        set_format(&test.path("public"), other);
        let message = format!("the index is format {other}; this reader knows {format}");
        for command in [
            "search pdf",
            "search pdf --why ana/pdf-tools",
            "inspect",
            "report",
        ] {
            let args: Vec<&str> = command.split(' ').chain(["--site", "public"]).collect();
            let ran = test.run(&args);
            assert!(ran.stderr.contains(&message), "{command}: {}", ran.stderr);
            assert_refused(&ran, hint);
        }
        let mut mcp = Mcp::at(&test, "public");
        mcp.initialize();
        let refusal = mcp.refusal("search_skills", json!({ "query": "pdf" }));
        assert!(
            refusal.contains(&message) && refusal.ends_with(hint),
            "{refusal}"
        );
        let skill = mcp.answer("get_skill", json!({ "id": "ana/pdf-tools" }));
        assert_eq!(skill["id"], "ana/pdf-tools", "{skill}");
        let ran = test.run(&[
            "build",
            "--config",
            "none.toml",
            "--out",
            "next",
            "--previous",
            "public",
        ]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let note = "note: `public` has no search index that this version goes on from; skills are numbered anew\n";
        assert!(ran.stderr.contains(note), "{}", ran.stderr);
    }
}

fn assert_refused(ran: &Ran, hint: &str) {
    assert_ne!(ran.code, 0);
    assert!(
        ran.stderr.contains(&format!("hint: {hint}")),
        "{}",
        ran.stderr
    );
}

/// Each release in a folder of its own: what it was built of, and below `frozen/` its sites.
fn releases() -> Vec<SiteTest> {
    static FREEZE: Once = Once::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/releases");
    let of_today = folder.join(concat!(env!("CARGO_PKG_VERSION"), ".tar.br"));
    if std::env::var_os("SKILLPRESS_FREEZE").is_some() {
        FREEZE.call_once(|| freeze(&of_today));
    }
    assert!(
        of_today.is_file(),
        "{} is missing: freeze it",
        of_today.display()
    );
    let entries = fs::read_dir(folder).expect("a folder");
    let mut archives: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    archives.retain(|path| path.extension().is_some_and(|extension| extension == "br"));
    archives.sort();
    archives
        .iter()
        .map(|archive| {
            let test = SiteTest::bare();
            let tar = brotli::Decompressor::new(File::open(archive).expect("an archive"), 1 << 16);
            tar::Archive::new(tar)
                .unpack(test.path(""))
                .expect("a release");
            test
        })
        .collect()
}

/// Builds both sites and packs them with what they are built of, in the same bytes each time.
fn freeze(archive: &Path) {
    let test = registry();
    build(&test, "words", "frozen/words");
    build(&test, "none", "frozen/none");
    remove_unread(&test.path("frozen/words"));
    let mut tar = tar::Builder::new(Vec::new());
    for (path, bytes) in files_below(&test.path("")) {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, &bytes[..])
            .expect("a tar");
    }
    let tar = tar.into_inner().expect("a tar");
    fs::create_dir_all(archive.parent().expect("a folder")).expect("a folder");
    let file = File::create(archive).expect("a file");
    let mut packed = brotli::CompressorWriter::new(file, 1 << 16, 11, 24);
    packed.write_all(&tar).expect("a file");
}

/// Four skills of two owners: one with two files, a version, a badge and an old name.
fn registry() -> SiteTest {
    let skill = |name: &str, description: &str| {
        format!("---\nname: {name}\ndescription: {description}\n---\n# {name}\n\n{description}\n")
    };
    let test = SiteTest::two_skills()
        .skill(
            "ana/release-notes",
            skill(
                "release-notes",
                "Writes release notes from the commits since the last tag.",
            ),
        )
        .skill(
            "bo/cron-explainer",
            skill("cron-explainer", "Says in words when a crontab line runs."),
        )
        .skill(
            "bo/meeting-minutes",
            skill(
                "meeting-minutes",
                "Sums up a meeting in minutes with decisions.",
            ),
        )
        .file("content/aliases.toml", "\"ana/pdf\" = \"ana/pdf-tools\"\n");
    SETTINGS.iter().fold(test, |test, (name, settings)| {
        test.file(&format!("{name}.toml"), settings)
    })
}

fn build(test: &SiteTest, settings: &str, out: &str) {
    let ran = test.run(&[
        "build",
        "--config",
        &format!("{settings}.toml"),
        "--out",
        out,
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

/// Removes what weighs most and no search reads: chunks of word rows and of the glossary.
fn remove_unread(site: &Path) {
    let mut files = FileSource::new(site).expect("a site");
    let mut read = BTreeSet::new();
    let mut source = |requests: &[Request]| -> Vec<Answer> {
        read.extend(requests.iter().map(|request| request.path.clone()));
        files.fetch(requests)
    };
    let mut searcher = Searcher::open_source(&mut source).expect("an index");
    for (query, _) in SEARCHES {
        searcher
            .find(query, &Options::default(), &mut source)
            .expect("results");
    }
    let index = site.join("search");
    for (path, _) in files_below(&index) {
        if is_heavy(&path) && !read.contains(&path) {
            fs::remove_file(index.join(path)).expect("a file less");
        }
    }
}

/// Whether the file of an index at `path`, below the folder of the index, weighs much and no packing makes it less.
fn is_heavy(path: &str) -> bool {
    ["rows", "rarerows", "glossary"]
        .iter()
        .any(|name| path.starts_with(&format!("files/{name}-")))
}

/// The final results of a search in the modules; every file that they ask for is there.
fn find(query: &str, reader: &mut WasmReader, source: &mut impl Source) -> Value {
    let mut search = reader.search(query, Mode::Hybrid, true);
    let mut answers = Vec::new();
    loop {
        let said = reader.step(&mut search, &answers);
        if said.requests.is_empty() {
            return said.results.expect("results");
        }
        answers = source.fetch(&said.requests);
        assert!(
            !answers.contains(&Answer::Gone),
            "{query}: {:?}",
            said.requests
        );
    }
}

/// The format and the analyzer of a site's index.
fn numbers(site: &Path) -> [u32; 2] {
    let payload = payload(site);
    [payload[0].into(), payload[1].into()]
}

/// Gives the index of a site another format, and the checksum that belongs to it.
fn set_format(site: &Path, format: u32) {
    let mut payload = payload(site);
    payload[0] = format.try_into().expect("a number of one byte");
    let index = block::seal("index", 0, &payload);
    let character = |&byte: &u8| char::from_u32(256 + u32::from(byte));
    let text: String = index.iter().filter_map(character).collect();
    let manifest = json!({ "format": format, "index": text });
    fs::write(site.join("search/manifest.json"), manifest.to_string()).expect("a file");
}

/// What the index of a site says, without its checksum.
fn payload(site: &Path) -> Vec<u8> {
    let text = fs::read(site.join("search/manifest.json")).expect("a manifest");
    let manifest: Value = serde_json::from_slice(&text).expect("JSON");
    let index = manifest["index"].as_str().expect("an index");
    let index: Vec<u8> = index.chars().map(|c| c as u8).collect();
    block::open("index", 0, &index).expect("a block").to_vec()
}
