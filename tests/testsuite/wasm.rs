//! The committed modules in `assets`: an interpreter of them agrees with the native reader bit for bit. Whether they are
//! fresh `scripts/build-wasm --check` tells; where they are not, it makes them anew.

use serde_json::{Value, json};
use skillpress::internals::FileSource;
use skillpress_search::internals::format::messages::{encode_requests, kind_of_answer};
use skillpress_search::{
    Answer, Hit, Mode, Options, Reason, Request, Results, Searcher, Source, Step,
};

use crate::harness::SiteTest;
use crate::wasm_reader::{Modules, Said, WasmReader};

/// Words, prefixes, typos, names, filters, other scripts, and what nobody should type.
const QUERIES: &[&str] = &[
    "pdf",
    "merge pdf files",
    "commit messages",
    "comit mesages",
    "calend",
    "ana/pdf-tools",
    "@brook/commit-messages",
    "UnitTestWriter",
    "unit test writer",
    "\"pull request\" review -sql",
    "review badge:official",
    "tag:writing",
    "owner:kenji tag:localisation",
    "badge:nothing pdf",
    "議事録",
    "周报",
    "деловые письма",
    "café résumé",
    "how do I explain a slow query",
    "the",
    "",
    " \u{0} \u{7f} \" -",
    "tag:\"unclosed",
    "🦀🦀🦀 ����",
];

/// Words of other languages, whole, as compounds and of scripts without spaces; misspelled ones; and words of none.
const UNKNOWN_WORDS: &[&str] = &[
    "Fehlersuche in Datenbanken",
    "Wettervorhersage",
    "Geschäftsbericht schreiben",
    "traducir documentos",
    "traduire des fichiers",
    "resumo da reunião",
    "отчёт о встрече",
    "翻译 データベース 버스",
    "会议记录总结",
    "會議記錄",
    "議事録を要約する",
    "회의록 요약",
    "die hard",
    "comit Nachrichten schreiben",
    "tarduzioni trnaslate",
    "xqzvwk",
];

#[test]
fn the_modules_agree_with_the_native_reader_bit_for_bit() {
    let test = SiteTest::demo().build();
    let mut source = FileSource::new(&test.path("public")).expect("a site");
    let mut modules = open(&mut source);
    let mut native = Searcher::open_source(&mut source).expect("an index");
    for mode in [Mode::Hybrid, Mode::Lexical, Mode::Vector] {
        for query in QUERIES {
            compare(query, mode, true, &mut native, &mut modules, &mut source);
        }
    }
}

#[test]
fn the_modules_agree_with_the_native_reader_on_unknown_words() {
    let test = SiteTest::demo().build();
    let mut source = FileSource::new(&test.path("public")).expect("a site");
    let mut modules = open(&mut source);
    let mut native = Searcher::open_source(&mut source).expect("an index");
    for (queries, mode, is_translated) in [
        (UNKNOWN_WORDS, Mode::Hybrid, true),
        (&UNKNOWN_WORDS[..3], Mode::Lexical, true),
        (&UNKNOWN_WORDS[..3], Mode::Hybrid, false),
    ] {
        for query in queries {
            compare(
                query,
                mode,
                is_translated,
                &mut native,
                &mut modules,
                &mut source,
            );
        }
    }
}

#[test]
fn the_modules_agree_with_the_native_reader_where_a_host_has_no_ranges() {
    let test = SiteTest::demo().build();
    let mut files = FileSource::new(&test.path("public")).expect("a site");
    let mut source = |requests: &[Request]| -> Vec<Answer> {
        let mut answers = files.fetch(requests);
        for (request, answer) in requests.iter().zip(&mut answers) {
            if request.range.is_some() {
                *answer = Answer::NoRanges;
            }
        }
        answers
    };
    let mut modules = open(&mut source);
    let mut native = Searcher::open_source(&mut source).expect("an index");
    for query in ["pdf", "comit mesages", "Wettervorhersage", "会议记录总结"] {
        compare(
            query,
            Mode::Hybrid,
            true,
            &mut native,
            &mut modules,
            &mut source,
        );
    }
}

#[test]
fn the_script_knows_the_numbers_of_the_modules() {
    let script = include_str!("../../assets/search.js");
    let opening = encode_requests(&Searcher::open_requests());
    let opening: Vec<&str> = opening.lines().collect();
    let kinds = [
        Answer::Bytes(vec![]),
        Answer::Gone,
        Answer::NoRanges,
        Answer::Failed,
    ];
    let [bytes, gone, no_ranges, failed] = kinds.each_ref().map(kind_of_answer);
    let [hybrid, lexical, vector] =
        [Mode::Hybrid, Mode::Lexical, Mode::Vector].map(|mode| mode as u32);
    for line in [
        format!("const OPENING = [\"{}\"];", opening.join("\", \"")),
        format!(
            "const BYTES = {bytes}, GONE = {gone}, NO_RANGES = {no_ranges}, FAILED = {failed};"
        ),
        format!("const MODES = {{ hybrid: {hybrid}, lexical: {lexical}, vector: {vector} }};"),
    ] {
        assert!(script.contains(&line), "{line}");
    }
}

#[test]
fn without_the_module_that_reads_vectors_words_are_found() {
    let test = SiteTest::demo().build();
    let mut source = FileSource::new(&test.path("public")).expect("a site");
    let mut modules = open(&mut source);
    let search = modules.search("merge pdf files", Mode::Hybrid, true);
    let mut answers = Vec::new();
    let results = loop {
        modules.words.give(&answers);
        modules.words.call("step", &[search.words]);
        modules.words.put(b"");
        let step = modules.words.call("semantic_result", &[search.words]);
        let said = Said::read(&modules.words.read_json(step), Vec::new());
        if said.requests.is_empty() {
            break said.results.expect("the final results");
        }
        answers = source.fetch(&said.requests);
    };
    assert_eq!(results["hits"][0]["slug"], "pdf-tools");
    assert_eq!(results["complete"], false);
}

#[test]
fn without_the_module_for_unknown_words_known_ones_are_found() {
    let test = SiteTest::demo().build();
    let mut source = FileSource::new(&test.path("public")).expect("a site");
    let mut modules = open(&mut source);
    let search = modules.search("pdf zusammenführen mrege", Mode::Lexical, true);
    let mut answers = Vec::new();
    let results = loop {
        modules.words.give(&answers);
        let step = modules.words.call("step", &[search.words]);
        let mut said = modules.words.read_json(step);
        let request = modules.words.call("unknown_request", &[search.words]);
        if !modules.words.read(request).is_empty() {
            modules.words.put(b"");
            let step = modules.words.call("meanings", &[search.words]);
            said = modules.words.read_json(step);
            let request = modules.words.call("unknown_request", &[search.words]);
            assert!(
                modules.words.read(request).is_empty(),
                "nothing more is asked"
            );
        }
        let said = Said::read(&said, Vec::new());
        if said.requests.is_empty() {
            break said.results.expect("the final results");
        }
        answers = source.fetch(&said.requests);
    };
    assert_eq!(results["hits"][0]["slug"], "pdf-tools");
    assert_eq!(results["corrected"], Value::Null);
}

/// The committed modules with the index of a site.
fn open(source: &mut impl Source) -> WasmReader {
    WasmReader::open(&Modules::of_today(), source).expect("an index of today")
}

/// Runs one search in both and compares every step.
fn compare(
    query: &str,
    mode: Mode,
    is_translated: bool,
    native: &mut Searcher,
    modules: &mut WasmReader,
    source: &mut impl Source,
) {
    let options = Options {
        mode,
        is_translated,
        ..Options::default()
    };
    let mut search = native.search(query, &options);
    let mut their_search = modules.search(query, mode, is_translated);
    let mut answers = Vec::new();
    loop {
        let said = modules.step(&mut their_search, &answers);
        let mut step = native.step(&mut search, std::mem::take(&mut answers));
        if let Step::Show(results) = step {
            compare_results(query, said.results.as_ref(), &results);
            step = native.step(&mut search, Vec::new());
        }
        match step {
            Step::Fetch(requests) => {
                assert_eq!(said.requests, requests, "{query}");
                answers = source.fetch(&requests);
            }
            Step::Show(_) => panic!("{query}: shown twice"),
            Step::Stale => panic!("{query}: the site did not change"),
            Step::Done(results) => {
                assert_eq!(said.requests, [], "{query}");
                assert_eq!(their_search.translated, results.translated, "{query}");
                return compare_results(query, said.results.as_ref(), &results);
            }
        }
    }
}

fn compare_results(query: &str, said: Option<&Value>, results: &Results) {
    let hits: Vec<Value> = results.hits.iter().map(hit_json).collect();
    let expected = json!({
        "hits": hits,
        "found": results.n_found,
        "wordsToDrop": results.words_to_drop,
        "corrected": results.corrected,
        "complete": results.is_complete,
    });
    assert_eq!(said, Some(&expected), "{query}");
}

/// A hit as the module says it, but for which parts of the texts match: they are joined.
fn hit_json(hit: &Hit) -> Value {
    let reason = |reason: &Reason| json!([reason.term, reason.kind as u8, reason.score]);
    let reasons: Vec<Value> = hit.reasons.iter().map(reason).collect();
    json!({
        "owner": hit.card.owner,
        "slug": hit.card.slug,
        "nameParts": hit.card.name,
        "summaryParts": hit.card.summary,
        "tags": hit.card.tags,
        "badges": hit.card.badges,
        "score": hit.score,
        "skill": hit.doc.0,
        "identity": hit.identity as u8,
        "boost": hit.boost_milli,
        "logOdds": hit.fit.log_odds_milli(),
        "fits": hit.fit.fits,
        "full": hit.is_full,
        "reasons": reasons,
    })
}
