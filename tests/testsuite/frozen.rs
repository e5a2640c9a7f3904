//! The indexes in `tests/data/indexes`, each as some version wrote it: a reader finds in them what was found on that day,
//! or refuses them by the name of their format or analyzer.
//!
//! A new version of format or analyzer adds its own: `SKILLPRESS_FREEZE=1 cargo test --test testsuite frozen`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use skillpress_search::internals::analyzer::ANALYZER_VERSION;
use skillpress_search::internals::format::FORMAT_VERSION;
use skillpress_search::{Answer, FormatError, Mode, OpenError, Options, Plan, Request, Searcher};

use crate::harness::SiteTest;

/// Each reads something else: a word, a beginning, a typo, joined words, an identity, another script, filters, and
/// vectors in both ways.
const SEARCHES: &[(&str, Mode, Plan)] = &[
    ("merges files", Mode::Lexical, Plan::Auto),
    ("expl", Mode::Lexical, Plan::Auto),
    ("mergse", Mode::Lexical, Plan::Auto),
    ("pdftools", Mode::Lexical, Plan::Auto),
    ("ana/pdf-tools", Mode::Lexical, Plan::Auto),
    ("議事録", Mode::Lexical, Plan::Auto),
    (
        "badge:official tag:pdf owner:ana",
        Mode::Lexical,
        Plan::Auto,
    ),
    ("crontab", Mode::Vector, Plan::Flat),
    ("crontab", Mode::Vector, Plan::Graph),
    ("documents", Mode::Hybrid, Plan::Auto),
];

#[test]
fn every_frozen_index_gives_its_results_or_is_refused_by_name() {
    let versions = format!("format-{FORMAT_VERSION}-analyzer-{ANALYZER_VERSION}");
    let of_today =
        ["words", "none"].map(|vectors| frozen().join(format!("{versions}-vectors-{vectors}")));
    if std::env::var_os("SKILLPRESS_FREEZE").is_some() {
        freeze("", &of_today[0]);
        freeze("[embedding]\nmode = \"none\"\n", &of_today[1]);
    }
    for folder in &of_today {
        assert!(
            folder.is_dir(),
            "{} is missing: freeze it",
            folder.display()
        );
    }
    for folder in fs::read_dir(frozen()).expect("a folder").flatten() {
        let folder = folder.path();
        let Ok(expected) = fs::read_to_string(folder.join("results.txt")) else {
            continue;
        };
        match results(&folder, &mut BTreeSet::new()) {
            Ok(results) => assert_eq!(results, expected, "{}", folder.display()),
            Err(OpenError::Format(FormatError::Version { .. } | FormatError::Analyzer { .. }))
                if !of_today.contains(&folder) => {}
            Err(error) => panic!("{}: {error}", folder.display()),
        }
    }
}

fn frozen() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/indexes")
}

/// Builds an index and keeps of it the files that the searches read, and what they find.
fn freeze(settings: &str, frozen: &Path) {
    let minutes = "---\nname: 議事録\ndescription: 会議の議事録をまとめる。\n---\n";
    let test = SiteTest::two_skills().skill("kenji/gijiroku", minutes);
    let test = test.file("skillpress.toml", settings).build();
    let folder = test.path("public/search");
    let mut files = BTreeSet::new();
    let results = results(&folder, &mut files).expect("an index");
    for file in files {
        let to = frozen.join(&file);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(folder.join(&file), to).expect("a copy");
    }
    fs::write(frozen.join("results.txt"), results).expect("a file");
}

/// What the searches find in the index in `folder`, as from a host without ranges, which is asked for whole files. Each
/// is added to `files`.
fn results(folder: &Path, files: &mut BTreeSet<String>) -> Result<String, OpenError> {
    let mut answer = |request: &Request| match request.range {
        Some(_) => Answer::NoRanges,
        None => match fs::read(folder.join(&request.path)) {
            Ok(bytes) => {
                files.insert(request.path.clone());
                Answer::Bytes(bytes)
            }
            Err(_) => Answer::Gone,
        },
    };
    let mut source = |requests: &[Request]| requests.iter().map(&mut answer).collect();
    let mut searcher = Searcher::open_source(&mut source)?;
    let mut text = String::new();
    for &(query, mode, plan) in SEARCHES {
        let options = Options {
            mode,
            plan,
            ..Options::default()
        };
        let results = searcher.find(query, &options, &mut source)?;
        let complete = if results.is_complete { "" } else { ", in part" };
        writeln!(text, "{query} ({mode:?}, {plan:?}){complete}").expect("a string");
        for hit in results.hits {
            let card = hit.card;
            writeln!(
                text,
                "  {}/{}: {} {:?}",
                card.owner, card.slug, card.name, card.tags
            )
            .expect("a string");
        }
    }
    Ok(text)
}
