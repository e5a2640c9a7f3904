//! Where a skill stands in a search, next to what the search itself finds.

use skillpress_search::DocId;
use skillpress_search::internals::{Standing, Supposition};

use super::*;
use crate::index;

fn standing(files: &[(String, Vec<u8>)], query: &str, doc: DocId, options: &Options) -> Standing {
    let mut source = MemorySource::new(files);
    let mut searcher = Searcher::open_source(&mut source).unwrap();
    searcher
        .find_standing(query, doc, 5, options, &mut source)
        .unwrap()
}

fn of_mode(mode: Mode) -> Options {
    Options {
        mode,
        limit: 200,
        near_limit: 200,
        ..Options::default()
    }
}

/// The files of the registry's index, vectors and all.
fn with_vectors() -> Vec<(String, Vec<u8>)> {
    let index = index::build(&registry(), &Config::default(), None, None).unwrap();
    index.files
}

/// The number of a skill in the index.
fn doc_of(files: &[(String, Vec<u8>)], key: &str) -> DocId {
    let options = Options {
        is_exact: true,
        ..Options::default()
    };
    find(files, key, &options).hits[0].doc
}

#[test]
fn a_skill_stands_where_the_results_have_it() {
    let files = with_vectors();
    for mode in [Mode::Hybrid, Mode::Lexical, Mode::Vector] {
        for query in [
            "weather",
            "weather in a terminal",
            "wether cli",
            "memorymanager",
            "merge pdf unheardof",
            "translate documents",
            "forec",
            "weather -cli",
            "\"weather terminal\" city",
            "owner:bo",
            "bo/weather",
        ] {
            let options = of_mode(mode);
            let results = find(&files, query, &options);
            let docs: Vec<DocId> = results.hits.iter().map(|hit| hit.doc).collect();
            for (idx, hit) in results.hits.iter().enumerate() {
                let standing = standing(&files, query, hit.doc, &options);
                let what = format!("{query}, {mode:?}, {}", hit.card.slug);
                assert_eq!(standing.place, Some(idx + 1), "{what}");
                assert_eq!(standing.hit, *hit, "{what}");
                assert_eq!(standing.n_matching, docs.len(), "{what}");
                assert_eq!(standing.n_fitting, results.n_found, "{what}");
                assert_eq!(standing.corrected, results.corrected, "{what}");
                let above: Vec<DocId> = standing.above.iter().map(|above| above.hit.doc).collect();
                assert_eq!(above, docs[..idx.min(5)], "{what}");
                let same = standing.supposing(&[]).unwrap();
                assert_eq!((same.place, same.fit), (idx + 1, hit.fit), "{what}");
            }
            for skill_idx in 0..registry().skills.len() {
                let doc = DocId(skill_idx as u32);
                if !docs.contains(&doc) {
                    let standing = standing(&files, query, doc, &options);
                    assert_eq!(standing.place, None, "{query}, {mode:?}, {doc:?}");
                    assert!(!standing.hit.card.slug.is_empty());
                }
            }
        }
    }
}

#[test]
fn each_word_is_held_or_lacking_or_nobodys() {
    let files = packed(&registry());
    let doc = doc_of(&files, "bo/weather");
    let standing = standing(
        &files,
        "weather terminal unheardof",
        doc,
        &Options::default(),
    );
    let words: Vec<(&str, u32, bool)> = standing
        .words
        .iter()
        .map(|word| {
            let surface = word.surface.as_str();
            (surface, word.n_skills, word.reasons.is_empty())
        })
        .collect();
    assert_eq!(
        words,
        [
            ("weather", 2, false),
            ("terminal", 1, true),
            ("unheardof", 0, true)
        ]
    );
}

#[test]
fn what_operators_leave_out_is_said_and_no_word_lifts_it() {
    let files = packed(&registry());
    let doc = doc_of(&files, "bo/weather-cli");
    for query in [
        "weather -terminal",
        "weather owner:ana",
        "weather city -cli",
    ] {
        let standing = standing(&files, query, doc, &Options::default());
        assert_eq!(
            (standing.place, standing.is_left_out),
            (None, true),
            "{query}"
        );
        let supposition = Supposition {
            word_idx: 0,
            count: 9,
        };
        assert_eq!(standing.supposing(&[supposition]), None, "{query}");
    }
    // A quoted word that it lacks leaves it out until it has it.
    let standing = standing(&files, "\"city\" weather", doc, &of_mode(Mode::Lexical));
    assert_eq!((standing.place, standing.is_left_out), (None, true));
    let city = Supposition {
        word_idx: 0,
        count: 3,
    };
    assert!(standing.supposing(&[city]).is_some());
}

#[test]
fn a_supposed_word_lifts_as_the_word_itself_does() {
    const DESCRIPTION: u32 = 3;
    let before = registry();
    let files = packed(&before);
    let options = of_mode(Mode::Lexical);
    for (query, key, word) in [
        ("weather terminal forecasts", "bo/weather", "terminal"),
        ("translate batches", "cy/translate", "batches"),
        ("pdf batches api", "ana/pdf-tools", "batches"),
        ("documents unheardof", "ana/pdf-tools", "unheardof"),
    ] {
        let standing_before = standing(&files, query, doc_of(&files, key), &options);
        let word_idx = standing_before
            .words
            .iter()
            .position(|known| known.surface == word)
            .unwrap();
        let supposition = Supposition {
            word_idx,
            count: DESCRIPTION,
        };
        let supposed = standing_before.supposing(&[supposition]).unwrap();

        let mut after = registry();
        let mut skills = after.skills.iter_mut();
        let skill = skills.find(|skill| skill.key.to_string() == key).unwrap();
        skill.description.push(' ');
        skill.description.push_str(word);
        let files = packed(&after);
        let standing_after = standing(&files, query, doc_of(&files, key), &options);
        assert_eq!(Some(supposed.place), standing_after.place, "{query}");
        assert_eq!(supposed.fit.fits, standing_after.hit.fit.fits, "{query}");
        let (then, now) = (
            supposed.fit.log_odds_milli(),
            standing_after.hit.fit.log_odds_milli(),
        );
        assert!(
            (then - now).abs() < 1000,
            "{query}: {then} is not about {now}"
        );
        assert!(then > standing_before.hit.fit.log_odds_milli(), "{query}");
    }
}
