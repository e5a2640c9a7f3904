//! Whole searches over packed files: what is found, what it costs, and what a source that lies can do.

mod corpus;
mod cost;
mod foreign;
mod languages;
mod lies;
mod names;
mod oracle;
mod ranking_cases;
mod standing;

use std::collections::BTreeMap;

use skillpress_search::internals::format::manifest::MANIFEST_PATH;
use skillpress_search::{
    Answer, Filter, IdentityMatch, Mode, OpenError, Options, Request, Results, Searcher, Source,
};

use super::fixture::{catalog, packed, skill};
use super::memory::MemorySource;
use crate::catalog::{Award, BadgeColor, BadgeKind, Catalog};
use crate::config::Config;

fn registry() -> Catalog {
    let mut skills = vec![
        skill(
            "ana",
            "pdf-tools",
            "PDF Tools",
            "Merges and splits PDF files.",
        ),
        skill(
            "ana",
            "memory",
            "MemoryManager",
            "Keeps what an agent learns.",
        ),
        skill("bo", "doubleword", "Doubleword", "Calls an API in batches."),
        skill(
            "bo",
            "weather",
            "Weather",
            "Forecasts for any city, from a free service.",
        ),
        skill(
            "bo",
            "weather-cli",
            "Weather CLI",
            "The weather in a terminal.",
        ),
        skill("cy", "translate", "AI翻译助手", "Translates documents."),
        skill(
            "cy",
            "database",
            "データベース管理ツール",
            "Looks after databases.",
        ),
        skill("cy", "bus", "버스 도착 알림", "Says when the bus comes."),
        skill("cy", "calls", "Управление звонками", "Makes calls."),
        skill("cy", "cafe", "Café Finder", "Finds a café nearby."),
    ];
    skills[0].tags = vec!["documents".into(), "google-drive".into()];
    skills[4].badges = vec![award("official")];
    let mut catalog = catalog(skills);
    catalog.badge_kinds = vec![badge_kind("official", 0.5)];
    catalog
}

fn award(kind: &str) -> Award {
    Award {
        kind: kind.to_owned(),
        by: None,
        at: None,
        note: None,
    }
}

fn badge_kind(kind: &str, boost: f32) -> BadgeKind {
    BadgeKind {
        kind: kind.to_owned(),
        label: kind.to_owned(),
        description: String::new(),
        icon: None,
        color: BadgeColor::Blue,
        boost,
        is_shown: true,
    }
}

fn find(files: &[(String, Vec<u8>)], query: &str, options: &Options) -> Results {
    let mut source = MemorySource::new(files);
    let mut searcher = Searcher::open_source(&mut source).unwrap();
    searcher.find(query, options, &mut source).unwrap()
}

fn ids(results: &Results) -> Vec<String> {
    results
        .hits
        .iter()
        .map(|hit| format!("{}/{}", hit.card.owner, hit.card.slug))
        .collect()
}

fn found(query: &str) -> Vec<String> {
    ids(&find(&packed(&registry()), query, &Options::default()))
}

#[test]
fn names_are_found_joined_split_begun_and_misspelled() {
    for (query, expected) in [
        ("memory manager", "ana/memory"),
        ("memorymanager", "ana/memory"),
        ("double word api", "bo/doubleword"),
        ("pdftools", "ana/pdf-tools"),
        ("forec", "bo/weather"),
        ("forcasts", "bo/weather"),
        ("wether cli", "bo/weather-cli"),
    ] {
        assert_eq!(
            found(query).first().map(String::as_str),
            Some(expected),
            "{query}"
        );
    }
    let results = find(&packed(&registry()), "wether cli", &Options::default());
    assert_eq!(results.corrected.as_deref(), Some("weather cli"));
    assert_eq!(
        results.hits[0].identity,
        IdentityMatch::Slug,
        "the corrected words are a slug"
    );
}

#[test]
fn operators_narrow_the_results() {
    assert_eq!(
        found("weather -cli"),
        ["bo/weather"],
        "not the skill `weather-cli`"
    );
    assert_eq!(found("\"weather terminal\""), ["bo/weather-cli"]);
    assert_eq!(found("weather badge:official"), ["bo/weather-cli"]);
    assert_eq!(
        found("badge:Official"),
        ["bo/weather-cli"],
        "a filter alone lists"
    );
    assert_eq!(found("files tag:\"Google Drive\""), ["ana/pdf-tools"]);
    assert_eq!(found("files owner:@ANA"), ["ana/pdf-tools"]);
    assert_eq!(
        found("weather badge:nonsense"),
        [""; 0],
        "an unknown value lists nothing"
    );
}

#[test]
fn filters_apply_before_the_limit_and_to_identities() {
    let files = packed(&registry());
    let mut options = Options {
        limit: 1,
        filters: vec![Filter::new("badge", "official").unwrap()],
        ..Options::default()
    };
    let results = find(&files, "weather", &options);
    assert_eq!(
        (ids(&results), results.n_found),
        (vec!["bo/weather-cli".to_owned()], 1)
    );
    options.filters = vec![
        Filter::new("owner", "bo").unwrap(),
        Filter::new("tag", "documents").unwrap(),
    ];
    assert!(find(&files, "ana/pdf-tools", &options).hits.is_empty());
}

/// Which of the hits fit.
fn fitting(results: &Results) -> Vec<String> {
    let n_fitting = results.hits.iter().filter(|hit| hit.fit.fits).count();
    ids(results)[..n_fitting].to_vec()
}

#[test]
fn what_fits_stands_before_what_is_near_and_does_not_depend_on_the_limit() {
    let files = packed(&registry());
    for mode in [Mode::Hybrid, Mode::Lexical, Mode::Vector] {
        for query in [
            "weather",
            "weather forecasts",
            "manage calls",
            "free bus service city",
        ] {
            let all = Options {
                mode,
                limit: 200,
                ..Options::default()
            };
            let results = find(&files, query, &all);
            let fits: Vec<bool> = results.hits.iter().map(|hit| hit.fit.fits).collect();
            assert!(fits.is_sorted_by(|a, b| a >= b), "{query}: {fits:?}");
            assert_eq!(fitting(&results).len(), results.n_found, "{query}");
            assert!(fits.len() - results.n_found <= all.near_limit, "{query}");
            for limit in 0..4 {
                let few = find(
                    &files,
                    query,
                    &Options {
                        limit,
                        ..all.clone()
                    },
                );
                assert_eq!(few.n_found, results.n_found, "{query}");
                assert_eq!(ids(&few), ids(&results)[..limit.min(fits.len())], "{query}");
            }
        }
    }
}

#[test]
fn a_word_that_no_skill_holds_is_not_held() {
    let files = packed(&registry());
    let by_words = Options {
        mode: Mode::Lexical,
        ..Options::default()
    };
    assert_eq!(
        fitting(&find(&files, "weather", &by_words)),
        ["bo/weather", "bo/weather-cli"]
    );
    for query in ["weather sundial", "weather xyzzy plugh"] {
        let results = find(&files, query, &by_words);
        assert!(fitting(&results).is_empty(), "{query}: {:?}", ids(&results));
        assert!(!results.hits.is_empty(), "{query}");
    }
    assert_eq!(
        find(&files, "weather sundial", &by_words).words_to_drop,
        ["sundial"]
    );
    assert_eq!(
        find(&files, "weather xyzzy plugh", &by_words).words_to_drop,
        [""; 0]
    );
}

#[test]
fn what_holds_all_words_fits_and_stands_above_what_holds_none() {
    let files = packed(&registry());
    for (query, first) in [
        ("café finder", "cy/cafe"),
        ("finder cafe", "cy/cafe"),
        ("terminal weather", "bo/weather-cli"),
        ("learns agent", "ana/memory"),
    ] {
        let results = find(&files, query, &Options::default());
        assert_eq!(fitting(&results)[0], first, "{query}");
        assert!(results.hits[0].is_literal, "{query}");
    }
}

#[test]
fn without_words_everything_fits() {
    let files = packed(&registry());
    let results = find(
        &files,
        "owner:cy",
        &Options {
            near_limit: 0,
            ..Options::default()
        },
    );
    assert_eq!((results.n_found, fitting(&results).len()), (5, 5));
}

#[test]
fn an_exact_search_finds_slugs_only() {
    let options = Options {
        is_exact: true,
        ..Options::default()
    };
    assert_eq!(
        ids(&find(&packed(&registry()), "weather", &options)),
        ["bo/weather"]
    );
    assert!(
        find(&packed(&registry()), "MemoryManager", &options)
            .hits
            .is_empty()
    );
}

#[test]
fn a_host_without_ranges_gives_the_same_results() {
    let files = packed(&registry());
    for probe_says_so in [true, false] {
        let mut inner = MemorySource::new(&files);
        let mut source = |requests: &[Request]| -> Vec<Answer> {
            let answers = inner.fetch(requests);
            let no_ranges = |(request, answer): (&Request, Answer)| match request.range {
                Some(_) if probe_says_so || request.path != "probe.bin" => Answer::NoRanges,
                _ => answer,
            };
            requests.iter().zip(answers).map(no_ranges).collect()
        };
        let mut searcher = Searcher::open_source(&mut source).unwrap();
        let results = searcher
            .find("wether terminal", &Options::default(), &mut source)
            .unwrap();
        let expected = find(&files, "wether terminal", &Options::default());
        assert_eq!(results.hits, expected.hits);
        assert!(results.is_complete);
    }
}

#[test]
fn an_index_that_cannot_be_read_says_why() {
    let files = packed(&registry());
    let open = |text: &[u8]| {
        Searcher::open(&[Answer::Bytes(text.to_vec())])
            .map(|_| ())
            .unwrap_err()
    };
    assert_eq!(
        Searcher::open(&[Answer::Gone]).map(|_| ()),
        Err(OpenError::Gone)
    );
    assert_eq!(Searcher::open(&[]).map(|_| ()), Err(OpenError::Failed));
    let manifest = String::from_utf8(files.last().unwrap().1.clone()).unwrap();
    assert_eq!(
        open(manifest.replace("\"format\":4", "\"format\":7").as_bytes()).to_string(),
        "`manifest.json` cannot be used: the index is format 7; this reader knows 4"
    );
    for cut in 0..manifest.len() - 1 {
        open(&manifest.as_bytes()[..cut]);
    }
}

#[test]
fn two_packs_give_the_same_bytes_and_the_manifest_comes_last() {
    let (first, second) = (packed(&registry()), packed(&registry()));
    assert!(first == second, "the files differ");
    assert_eq!(first.last().unwrap().0, MANIFEST_PATH);
}

#[test]
fn a_misspelled_word_means_what_it_is_corrected_to() {
    let files = crate::index::build(&corpus::demo().catalog, &Config::default(), None, None)
        .unwrap()
        .files;
    let options = Options {
        limit: 5,
        ..Options::default()
    };
    let find = |query| find(&files, query, &options);
    let (typed, meant) = (find("comit mesages"), find("commit messages"));
    assert_eq!(typed.corrected.as_deref(), Some("commit messages"));
    let cosines = |results: &Results| -> BTreeMap<_, _> {
        let hits = results.hits.iter();
        hits.map(|hit| (hit.doc, hit.cosine)).collect()
    };
    assert_eq!(cosines(&typed), cosines(&meant));
    assert!(typed.hits.iter().any(|hit| hit.cosine.is_some()));
}

#[test]
fn skills_are_numbered_by_meaning_and_related_ones_stay_those_of_the_catalog() {
    let mut hidden = skill("aa", "hidden", "Weather", "Weather forecast.");
    hidden.is_suspicious = true;
    let catalog = catalog(vec![
        hidden,
        skill(
            "ana",
            "rain",
            "Rain",
            "Weather forecast with rain and wind.",
        ),
        skill("bo", "mute", "??", "…"),
        skill("cy", "invoices", "Invoices", "Sends an invoice by email."),
        skill("di", "wind", "Wind", "Forecast of wind, rain and weather."),
        skill("ed", "billing", "Billing", "Writes the invoice, emails it."),
    ]);
    let index = crate::index::build(&catalog, &Config::default(), None, None).unwrap();
    let names = |places: &[usize]| -> Vec<&str> {
        let slugs = places.iter().map(|&idx| &*catalog.skills[idx].key.slug);
        slugs.collect()
    };
    assert_eq!(names(&index.related.of(1)[..1]), ["wind"]);
    assert_eq!(names(&index.related.of(3)[..1]), ["billing"]);
    assert_eq!(names(&index.related.of(4)[..1]), ["rain"]);
    for nobody in [0, 2] {
        assert_eq!(names(index.related.of(nobody)), [""; 0]);
    }

    let number = |slug: &str| {
        let options = Options {
            mode: Mode::Lexical,
            ..Options::default()
        };
        let results = find(&index.files, slug, &options);
        assert_eq!(results.hits[0].card.slug, slug);
        results.hits[0].doc.0
    };
    assert_eq!(number("rain").abs_diff(number("wind")), 1);
    assert_eq!(number("invoices").abs_diff(number("billing")), 1);
    assert_eq!(number("mute"), 4, "without a vector: the last");
}
