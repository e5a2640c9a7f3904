//! The committed modules in `assets`: an interpreter of them agrees with the native reader bit for bit. Whether they are
//! fresh `scripts/build-wasm --check` tells; where they are not, it makes them anew.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use skillpress::internals::FileSource;
use skillpress_search::internals::format::messages::{
    decode_requests, encode_requests, kind_of_answer,
};
use skillpress_search::{
    Answer, Hit, Mode, Options, Reason, Request, Results, Searcher, Source, Step,
};
use wasmi::{Engine, Instance, Linker, Memory, Module, Store, Val};

use crate::harness::SiteTest;

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
    let mut modules = WasmReader::open(&mut source);
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
    let mut modules = WasmReader::open(&mut source);
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
    let mut modules = WasmReader::open(&mut source);
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
    let mut modules = WasmReader::open(&mut source);
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
    let mut modules = WasmReader::open(&mut source);
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

/// The committed modules in an interpreter, driven as `assets/search.js` does.
struct WasmReader {
    words: WasmModule,
    vectors: WasmModule,
    unknown: WasmModule,
}

struct WasmSearch {
    words: u32,
    vectors: u32,
    unknown: u32,
    /// What words of other languages were searched for as.
    translated: Option<String>,
    /// How many of the last requests were of the module that finds words, and of the one that reads vectors.
    n_requests: [usize; 2],
}

/// What is to be fetched, and the results as far as known.
struct Said {
    requests: Vec<Request>,
    results: Option<Value>,
}

impl Said {
    /// From the message of a step, and the requests of the other modules; the parts of texts joined again.
    fn read(message: &Value, other_requests: Vec<Request>) -> Self {
        let lines = message["requests"].as_str().expect("requests");
        let mut requests = decode_requests(lines).expect("lines of requests");
        requests.extend(other_requests);
        let mut results = message.get("results").cloned();
        let hits = results
            .as_mut()
            .and_then(|results| results["hits"].as_array_mut());
        for hit in hits.into_iter().flatten() {
            for text in ["nameParts", "summaryParts"] {
                let parts = hit[text].as_array().expect("parts").iter();
                let joined: String = parts.filter_map(Value::as_str).collect();
                hit[text] = joined.into();
            }
        }
        Self { requests, results }
    }
}

impl WasmReader {
    fn open(source: &mut impl Source) -> Self {
        let manifest = source.fetch(&Searcher::open_requests());
        let Some(Answer::Bytes(bytes)) = manifest.first() else {
            panic!("a site has a manifest");
        };
        let has_ranges = u32::from(manifest.get(1) != Some(&Answer::NoRanges));
        let manifest: Value = serde_json::from_slice(bytes).expect("JSON");
        let index = manifest["index"].as_str().expect("an index");
        let index: Vec<u8> = index.chars().map(|c| c as u8).collect();
        let mut words = WasmModule::new("search.wasm");
        words.put(&index);
        let info = words.call("open", &[has_ranges]);
        let info = words.read_json(info);
        assert!(info["skills"].as_u64().is_some_and(|n| n > 20), "{info}");
        assert_eq!(info["hasVectors"], true);
        let open_part = |name: &str| {
            let mut part = WasmModule::new(name);
            part.put(&index);
            assert_eq!(part.call("open", &[has_ranges]), 1, "{name}");
            part
        };
        Self {
            words,
            vectors: open_part("semantic.wasm"),
            unknown: open_part("unknown.wasm"),
        }
    }

    fn search(&mut self, query: &str, mode: Mode, is_translated: bool) -> WasmSearch {
        self.words.put(query.as_bytes());
        let mode = mode as u32 + if is_translated { 0 } else { 4 };
        WasmSearch {
            words: self.words.call("search", &[query.len() as u32, 10, mode]),
            vectors: self.vectors.call("search", &[]),
            unknown: self.unknown.call("search", &[]),
            translated: None,
            n_requests: [0; 2],
        }
    }

    /// The next message.
    fn step(&mut self, search: &mut WasmSearch, answers: &[Answer]) -> Said {
        let [n_of_words, n_of_vectors] = search.n_requests;
        let (for_words, others) = answers.split_at(n_of_words.min(answers.len()));
        let (for_vectors, for_unknown) = others.split_at(n_of_vectors.min(others.len()));
        self.words.give(for_words);
        self.vectors.give(for_vectors);
        self.unknown.give(for_unknown);
        let mut message = self.words.call("step", &[search.words]);
        let mut said = self.words.read_json(message);

        let unknown = self.ask("unknown_request", search.words, |reader| {
            (&mut reader.unknown, search.unknown)
        });
        if let Part::Found(found) = &unknown {
            let (len, found) = found.split_at(2);
            let len = u16::from_le_bytes(len.try_into().expect("two bytes")).into();
            let (text, meanings) = found.split_at(len);
            let text = String::from_utf8(text.to_vec()).expect("UTF-8");
            search.translated = Some(text).filter(|text| !text.is_empty());
            self.words.put(meanings);
            message = self.words.call("meanings", &[search.words]);
            said = self.words.read_json(message);
        }
        let semantic = self.ask("semantic_request", search.words, |reader| {
            (&mut reader.vectors, search.vectors)
        });
        if let Part::Found(result) = &semantic {
            self.words.put(result);
            message = self.words.call("semantic_result", &[search.words]);
            said = self.words.read_json(message);
        }
        let lines = said["requests"].as_str().unwrap_or_default();
        let mut requests = semantic.into_requests();
        search.n_requests = [lines.lines().count(), requests.len()];
        requests.extend(unknown.into_requests());
        Said::read(&said, requests)
    }

    /// Lets a part step with what the module that finds words requests of it.
    fn ask(
        &mut self,
        request: &str,
        handle: u32,
        part: impl FnOnce(&mut Self) -> (&mut WasmModule, u32),
    ) -> Part {
        let request = self.words.call(request, &[handle]);
        let request = self.words.read(request);
        if request.is_empty() {
            return Part::Fetch(Vec::new());
        }
        let (module, handle) = part(self);
        module.put(&request);
        let step = module.call("step", &[handle]);
        let step = module.read(step);
        if step[0] == 1 {
            return Part::Found(step[1..].to_vec());
        }
        let lines = std::str::from_utf8(&step[1..]).expect("UTF-8");
        Part::Fetch(decode_requests(lines).expect("lines of requests"))
    }
}

/// What a part says: what it wants to read, or what it found.
enum Part {
    Fetch(Vec<Request>),
    Found(Vec<u8>),
}

impl Part {
    fn into_requests(self) -> Vec<Request> {
        match self {
            Self::Fetch(requests) => requests,
            Self::Found(_) => Vec::new(),
        }
    }
}

struct WasmModule {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
}

impl WasmModule {
    fn new(name: &str) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("assets")
            .join(name);
        let engine = Engine::default();
        let module = Module::new(&engine, fs::read(file).expect("the module")).expect("valid wasm");
        assert_eq!(module.imports().count(), 0);
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine)
            .instantiate_and_start(&mut store, &module)
            .expect("an instance");
        Self {
            memory: instance.get_memory(&store, "memory").expect("memory"),
            instance,
            store,
        }
    }

    /// Calls an export; 0 if it gives nothing.
    fn call(&mut self, name: &str, arguments: &[u32]) -> u32 {
        let function = self
            .instance
            .get_func(&self.store, name)
            .expect("an export");
        let n_results = function.ty(&self.store).results().len();
        let arguments: Vec<Val> = arguments.iter().map(|&n| Val::I32(n as i32)).collect();
        let mut results = vec![Val::I32(0); n_results];
        function
            .call(&mut self.store, &arguments, &mut results)
            .expect("no trap");
        results.first().and_then(Val::i32).unwrap_or(0) as u32
    }

    fn put(&mut self, bytes: &[u8]) {
        let place = self.call("text", &[bytes.len() as u32]);
        self.write(place, bytes);
    }

    fn give(&mut self, answers: &[Answer]) {
        for answer in answers {
            let bytes: &[u8] = match answer {
                Answer::Bytes(bytes) => bytes,
                _ => &[],
            };
            let kind = kind_of_answer(answer);
            let place = self.call("answer", &[kind, bytes.len() as u32]);
            self.write(place, bytes);
        }
    }

    fn write(&mut self, place: u32, bytes: &[u8]) {
        self.memory
            .write(&mut self.store, place as usize, bytes)
            .expect("inside memory");
    }

    fn read(&self, place: u32) -> Vec<u8> {
        let memory = &self.memory.data(&self.store)[place as usize..];
        let (len, bytes) = memory.split_at(4);
        let len = u32::from_le_bytes(len.try_into().expect("four bytes")) as usize;
        bytes[..len].to_vec()
    }

    fn read_json(&self, place: u32) -> Value {
        serde_json::from_slice(&self.read(place)).expect("JSON")
    }
}
