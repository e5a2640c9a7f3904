//! The committed `assets/search.wasm`: it is fresh, and an interpreter of it agrees with the native reader bit for bit.

use std::fs;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};
use skillpress::source::FileSource;
use skillpress_search::{Answer, ByteRange, Hit, Mode, Options, Request, Searcher, Source, Step};
use wasmi::{Engine, Linker, Memory, Module, Store, TypedFunc};

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
fn the_committed_module_is_made_from_these_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<String> = ["skillpress-search", "skillpress-wasm"]
        .iter()
        .flat_map(|name| walkdir::WalkDir::new(root.join("crates").join(name).join("src")))
        .map(|entry| entry.expect("a readable folder").into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let below = path.strip_prefix(root).expect("below the root");
            below.to_string_lossy().replace('\\', "/")
        })
        .collect();
    files.sort();
    let mut digest = Sha256::new();
    for file in files {
        let text = fs::read_to_string(root.join(&file)).expect("a readable file");
        let text = text.replace("\r\n", "\n");
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("");
        digest.update(format!("{file}\n"));
        for line in code.split('\n') {
            if !line.trim_start().starts_with("//") {
                digest.update(format!("{line}\n"));
            }
        }
    }
    let hash: String = digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let recorded = fs::read_to_string(root.join("assets/search.wasm.sources")).expect("a record");
    assert_eq!(
        recorded.lines().next(),
        Some(format!("sources {hash}").as_str()),
        "the code of the engine changed: run `scripts/build-wasm` and commit what it writes"
    );
}

#[test]
fn the_module_agrees_with_the_native_reader_bit_for_bit() {
    let test = SiteTest::demo().build();
    let mut source = FileSource::new(&test.path("public")).expect("a site");
    let mut module = WasmReader::open(&mut source);
    let mut native = Searcher::open_source(&mut source).expect("an index");
    for mode in [Mode::Hybrid, Mode::Lexical, Mode::Vector] {
        for query in QUERIES {
            compare(query, mode, &mut native, &mut module, &mut source);
        }
    }
}

/// Runs one search in both and compares every step.
fn compare(
    query: &str,
    mode: Mode,
    native: &mut Searcher,
    module: &mut WasmReader,
    source: &mut FileSource,
) {
    let options = Options {
        mode,
        ..Options::default()
    };
    let mut search = native.search(query, &options);
    let handle = module.search(query, mode);
    let mut answers = Vec::new();
    loop {
        let said = module.step(handle, &answers);
        let results = match native.step(&mut search, std::mem::take(&mut answers)) {
            Step::Fetch(requests) => {
                let asked: Vec<Value> = requests.iter().map(request_json).collect();
                assert_eq!(said["fetch"], Value::Array(asked), "{query}");
                answers = source.fetch(&requests);
                continue;
            }
            Step::Stale => panic!("{query}: the site did not change"),
            Step::Show(results) => (&said["show"], results, false),
            Step::Done(results) => (&said["done"], results, true),
        };
        let (said, results, is_done) = results;
        let stats = results.stats;
        assert_eq!(said["found"], results.n_found, "{query}");
        assert_eq!(said["corrected"].as_str(), results.corrected.as_deref());
        assert_eq!(said["complete"], results.is_complete);
        assert_eq!(
            said["stats"],
            serde_json::json!([stats.requests, stats.round_trips, stats.bytes])
        );
        let hits: Vec<Value> = results.hits.iter().map(hit_json).collect();
        assert_eq!(said["hits"], Value::Array(hits), "{query}");
        if is_done {
            return;
        }
    }
}

fn request_json(request: &Request) -> Value {
    match request.range {
        None => serde_json::json!([request.path]),
        Some(ByteRange { start, len }) => serde_json::json!([request.path, start, len]),
    }
}

/// A hit as the module says it, but for what matched: that is the module's own.
fn hit_json(hit: &Hit) -> Value {
    let reasons: Vec<Value> = hit
        .reasons
        .iter()
        .map(|(term, kind, score)| serde_json::json!([term, *kind as u8, score]))
        .collect();
    serde_json::json!({
        "skill": hit.skill.0, "owner": hit.card.owner, "slug": hit.card.slug, "name": hit.card.name,
        "summary": hit.card.summary, "tags": hit.card.tags, "badges": hit.card.badges, "score": hit.score,
        "identity": hit.identity as u8, "full": hit.is_full, "boost": hit.boost_milli, "reasons": reasons,
    })
}

/// The committed module in an interpreter, driven as `assets/search.js` does.
struct WasmReader {
    store: Store<()>,
    memory: Memory,
    answer: TypedFunc<(u32, u32), u32>,
    text: TypedFunc<u32, u32>,
    search: TypedFunc<(u32, u32, u32), u32>,
    step: TypedFunc<u32, u32>,
}

impl WasmReader {
    fn open(source: &mut FileSource) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/search.wasm");
        let engine = Engine::default();
        let module = Module::new(&engine, fs::read(file).expect("the module")).expect("valid wasm");
        assert_eq!(module.imports().count(), 0);
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine)
            .instantiate_and_start(&mut store, &module)
            .expect("an instance");
        let mut reader = Self {
            memory: instance.get_memory(&store, "memory").expect("memory"),
            answer: instance.get_typed_func(&store, "answer").expect("answer"),
            text: instance.get_typed_func(&store, "text").expect("text"),
            search: instance.get_typed_func(&store, "search").expect("search"),
            step: instance.get_typed_func(&store, "step").expect("step"),
            store,
        };
        reader.give(&source.fetch(&Searcher::open_requests()));
        let open = instance.get_typed_func::<(), u32>(&reader.store, "open");
        let message = open.expect("open").call(&mut reader.store, ());
        let info = reader.read(message.expect("no trap"));
        assert!(info["skills"].as_u64().is_some_and(|n| n > 20), "{info}");
        reader
    }

    fn search(&mut self, query: &str, mode: Mode) -> u32 {
        let len = query.len() as u32;
        let place = self.text.call(&mut self.store, len).expect("no trap");
        self.write(place, query.as_bytes());
        let mode = match mode {
            Mode::Hybrid => 0,
            Mode::Lexical => 1,
            Mode::Vector => 2,
        };
        let search = self.search.call(&mut self.store, (len, 10, mode));
        search.expect("no trap")
    }

    /// The next message; names and summaries joined again.
    fn step(&mut self, handle: u32, answers: &[Answer]) -> Value {
        self.give(answers);
        let place = self.step.call(&mut self.store, handle).expect("no trap");
        let mut message = self.read(place);
        for results in ["show", "done"] {
            let hits = message
                .get_mut(results)
                .and_then(|it| it["hits"].as_array_mut());
            for hit in hits.into_iter().flatten() {
                for text in ["name", "summary"] {
                    let parts = hit[text].as_array().expect("parts").iter();
                    let joined: String = parts.filter_map(Value::as_str).collect();
                    hit[text] = joined.into();
                }
            }
        }
        message
    }

    fn give(&mut self, answers: &[Answer]) {
        for answer in answers {
            let (kind, bytes): (u32, &[u8]) = match answer {
                Answer::Bytes(bytes) => (0, bytes),
                Answer::Gone => (1, &[]),
                Answer::NoRanges => (2, &[]),
                Answer::Failed => (3, &[]),
            };
            let place = self
                .answer
                .call(&mut self.store, (kind, bytes.len() as u32));
            self.write(place.expect("no trap"), bytes);
        }
    }

    fn write(&mut self, place: u32, bytes: &[u8]) {
        self.memory
            .write(&mut self.store, place as usize, bytes)
            .expect("inside memory");
    }

    fn read(&self, place: u32) -> Value {
        let memory = &self.memory.data(&self.store)[place as usize..];
        let (len, text) = memory.split_at(4);
        let len = u32::from_le_bytes(len.try_into().expect("four bytes")) as usize;
        serde_json::from_slice(&text[..len]).expect("JSON")
    }
}
