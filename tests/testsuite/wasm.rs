//! The committed modules in `assets`: an interpreter of them agrees with the native reader bit for bit. Whether they are
//! fresh `scripts/build-wasm --check` tells; where they are not, it makes them anew.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use skillpress::internals::FileSource;
use skillpress_search::{
    Answer, ByteRange, Hit, Mode, Options, Request, Results, Searcher, Source, Step,
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

#[test]
fn the_modules_agree_with_the_native_reader_bit_for_bit() {
    let test = SiteTest::demo().build();
    let mut source = FileSource::new(&test.path("public")).expect("a site");
    let mut modules = WasmReader::open(&mut source);
    let mut native = Searcher::open_source(&mut source).expect("an index");
    for mode in [Mode::Hybrid, Mode::Lexical, Mode::Vector] {
        for query in QUERIES {
            compare(query, mode, &mut native, &mut modules, &mut source);
        }
    }
}

#[test]
fn without_the_module_that_reads_vectors_words_are_found() {
    let test = SiteTest::demo().build();
    let mut source = FileSource::new(&test.path("public")).expect("a site");
    let mut modules = WasmReader::open(&mut source);
    let mut search = modules.search("merge pdf files", Mode::Hybrid);
    modules.words.put(b"");
    let mut answers = Vec::new();
    let said = loop {
        modules.words.call("semantic_result", &[search.words]);
        let said = modules.step(&mut search, &answers);
        if said.requests.is_empty() {
            break said.results;
        }
        answers = source.fetch(&said.requests);
    };
    assert_eq!(said[0][0][2], "pdf-tools");
    assert_eq!(said[3], 0, "they are not complete");
}

/// Runs one search in both and compares every step.
fn compare(
    query: &str,
    mode: Mode,
    native: &mut Searcher,
    modules: &mut WasmReader,
    source: &mut FileSource,
) {
    let options = Options {
        mode,
        ..Options::default()
    };
    let mut search = native.search(query, &options);
    let mut their_search = modules.search(query, mode);
    let mut answers = Vec::new();
    loop {
        let said = modules.step(&mut their_search, &answers);
        let mut step = native.step(&mut search, std::mem::take(&mut answers));
        if let Step::Show(results) = step {
            compare_results(query, &said.results, &results);
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
                return compare_results(query, &said.results, &results);
            }
        }
    }
}

fn compare_results(query: &str, said: &Value, results: &Results) {
    let hits: Vec<Value> = results.hits.iter().map(hit_json).collect();
    let corrected = results.corrected.as_deref().unwrap_or_default();
    let complete = u8::from(results.is_complete);
    assert_eq!(
        *said,
        json!([hits, results.n_found, corrected, complete]),
        "{query}"
    );
}

/// A hit as the module says it, but for what matched: that is the module's own.
fn hit_json(hit: &Hit) -> Value {
    let reasons: Vec<Value> = hit
        .reasons
        .iter()
        .map(|(term, kind, score)| json!([term, *kind as u8, score]))
        .collect();
    let card = &hit.card;
    let (identity, is_full) = (hit.identity as u8, u8::from(hit.is_full));
    json!([
        hit.doc.0,
        card.owner,
        card.slug,
        card.name,
        card.summary,
        card.tags,
        card.badges,
        hit.score,
        identity,
        is_full,
        hit.boost_milli,
        reasons
    ])
}

/// The committed modules in an interpreter, driven as `assets/search.js` does.
struct WasmReader {
    words: WasmModule,
    vectors: WasmModule,
}

struct WasmSearch {
    words: u32,
    vectors: u32,
    /// How many of the last requests were of the module that finds words.
    n_requests: usize,
}

/// What is to be fetched, and `[hits,found,corrected,complete]` as far as known.
struct Said {
    requests: Vec<Request>,
    results: Value,
}

impl WasmReader {
    fn open(source: &mut FileSource) -> Self {
        let manifest = source.fetch(&Searcher::open_requests());
        let Some(Answer::Bytes(manifest)) = manifest.first() else {
            panic!("a site has a manifest");
        };
        let manifest: Value = serde_json::from_slice(manifest).expect("JSON");
        let index = manifest["index"].as_str().expect("an index");
        let index: Vec<u8> = index.chars().map(|c| c as u8).collect();
        let (mut words, mut vectors) = (
            WasmModule::new("search.wasm"),
            WasmModule::new("semantic.wasm"),
        );
        words.put(&index);
        let info = words.call("open", &[1]);
        let info = words.read_json(info);
        assert!(info[0].as_u64().is_some_and(|n| n > 20), "{info}");
        assert_eq!(info[1], 1, "it has vectors");
        vectors.put(&index);
        assert_eq!(vectors.call("open", &[1]), 1);
        Self { words, vectors }
    }

    fn search(&mut self, query: &str, mode: Mode) -> WasmSearch {
        self.words.put(query.as_bytes());
        let mode = match mode {
            Mode::Hybrid => 0,
            Mode::Lexical => 1,
            Mode::Vector => 2,
        };
        WasmSearch {
            words: self.words.call("search", &[query.len() as u32, 10, mode]),
            vectors: self.vectors.call("search", &[]),
            n_requests: 0,
        }
    }

    /// The next message; names and summaries joined again.
    fn step(&mut self, search: &mut WasmSearch, answers: &[Answer]) -> Said {
        let (for_words, for_vectors) = answers.split_at(search.n_requests.min(answers.len()));
        self.words.give(for_words);
        self.vectors.give(for_vectors);
        let mut message = self.words.call("step", &[search.words]);
        let mut said = self.words.read_json(message);
        let request = self.words.call("semantic_request", &[search.words]);
        let request = self.words.read(request);
        let mut wanted = Vec::new();
        if !request.is_empty() {
            self.vectors.put(&request);
            let answer = self.vectors.call("step", &[search.vectors]);
            let answer = self.vectors.read(answer);
            if answer[0] == 1 {
                self.words.put(&answer[1..]);
                self.words.call("semantic_result", &[search.words]);
                message = self.words.call("step", &[search.words]);
                said = self.words.read_json(message);
            } else {
                wanted = parse(std::str::from_utf8(&answer[1..]).expect("UTF-8"));
            }
        }
        let mut requests = parse(said[0].as_str().expect("requests"));
        search.n_requests = requests.len();
        requests.extend(wanted);
        let mut results = said.as_array().expect("an array")[1..].to_vec();
        for hit in results
            .first_mut()
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            for text in [3, 4] {
                let parts = hit[text].as_array().expect("parts").iter();
                let joined: String = parts.filter_map(Value::as_str).collect();
                hit[text] = joined.into();
            }
        }
        Said {
            requests,
            results: results.into(),
        }
    }
}

fn parse(lines: &str) -> Vec<Request> {
    let request = |line: &str| {
        let parts: Vec<&str> = line.split(' ').collect();
        let number = |idx: usize| parts[idx].parse::<u64>().expect("a number");
        Request {
            path: parts[0].into(),
            range: (parts.len() == 3).then(|| ByteRange {
                start: number(1),
                len: number(2) as u32,
            }),
        }
    };
    lines.lines().map(request).collect()
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
            let (kind, bytes): (u32, &[u8]) = match answer {
                Answer::Bytes(bytes) => (0, bytes),
                Answer::Gone => (1, &[]),
                Answer::NoRanges => (2, &[]),
                Answer::Failed => (3, &[]),
            };
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
