//! The modules of the browser in an interpreter, driven as `assets/search.js` does.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use skillpress_search::internals::format::messages::{decode_requests, kind_of_answer};
use skillpress_search::{Answer, Mode, Request, Searcher, Source};
use wasmi::{Engine, Instance, Linker, Memory, Module, Store, Val};

/// The bytes of the three modules of one version.
pub(crate) struct Modules {
    words: Vec<u8>,
    vectors: Vec<u8>,
    unknown: Vec<u8>,
}

impl Modules {
    /// Those of this working copy.
    pub(crate) fn of_today() -> Self {
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
        Self::named(|name| assets.join(format!("{name}.wasm")))
    }

    /// Those of the site in `folder`, whose names have a hash in them.
    pub(crate) fn of_site(folder: &Path) -> Self {
        Self::named(|name| {
            let files = fs::read_dir(folder.join("search/files")).expect("files of an index");
            let is_module = |file: &Path| {
                let file = file.file_name().expect("a name").to_string_lossy();
                file.starts_with(&format!("{name}-")) && file.ends_with(".wasm")
            };
            let mut paths = files.map(|entry| entry.expect("a file").path());
            paths.find(|path| is_module(path)).expect("a module")
        })
    }

    fn named(path: impl Fn(&str) -> PathBuf) -> Self {
        let [words, vectors, unknown] =
            ["search", "semantic", "unknown"].map(|name| fs::read(path(name)).expect("the module"));
        Self {
            words,
            vectors,
            unknown,
        }
    }
}

/// An open index, and the modules that search it.
pub(crate) struct WasmReader {
    pub(crate) words: WasmModule,
    vectors: WasmModule,
    unknown: WasmModule,
}

pub(crate) struct WasmSearch {
    pub(crate) words: u32,
    vectors: u32,
    unknown: u32,
    /// What words of other languages were searched for as.
    pub(crate) translated: Option<String>,
    /// How many of the last requests were of the module that finds words, and of the one that reads vectors.
    n_requests: [usize; 2],
}

/// What is to be fetched, and the results as far as known.
pub(crate) struct Said {
    pub(crate) requests: Vec<Request>,
    pub(crate) results: Option<Value>,
}

impl Said {
    /// From the message of a step, and the requests of the other modules; the parts of texts joined again.
    pub(crate) fn read(message: &Value, other_requests: Vec<Request>) -> Self {
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
    /// Opens the index of a site in all three; `None` when they refuse it, which they do together.
    pub(crate) fn open(modules: &Modules, source: &mut impl Source) -> Option<Self> {
        let manifest = source.fetch(&Searcher::open_requests());
        let Some(Answer::Bytes(bytes)) = manifest.first() else {
            panic!("a site has a manifest");
        };
        let has_ranges = u32::from(manifest.get(1) != Some(&Answer::NoRanges));
        let manifest: Value = serde_json::from_slice(bytes).expect("JSON");
        let index = manifest["index"].as_str().expect("an index");
        let index: Vec<u8> = index.chars().map(|c| c as u8).collect();
        let mut words = WasmModule::new(&modules.words);
        words.put(&index);
        let info = words.call("open", &[has_ranges]);
        let is_open = !words.read(info).is_empty();
        let open_part = |bytes: &[u8]| {
            let mut part = WasmModule::new(bytes);
            part.put(&index);
            let opened = part.call("open", &[has_ranges]);
            assert_eq!(opened, u32::from(is_open), "all parts or none");
            part
        };
        let vectors = open_part(&modules.vectors);
        let unknown = open_part(&modules.unknown);
        if !is_open {
            return None;
        }
        let info = words.read_json(info);
        assert_eq!(info["hasVectors"], true, "{info}");
        Some(Self {
            words,
            vectors,
            unknown,
        })
    }

    pub(crate) fn search(&mut self, query: &str, mode: Mode, is_translated: bool) -> WasmSearch {
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
    pub(crate) fn step(&mut self, search: &mut WasmSearch, answers: &[Answer]) -> Said {
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

pub(crate) struct WasmModule {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
}

impl WasmModule {
    fn new(bytes: &[u8]) -> Self {
        let engine = Engine::default();
        let module = Module::new(&engine, bytes).expect("valid wasm");
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
    pub(crate) fn call(&mut self, name: &str, arguments: &[u32]) -> u32 {
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

    pub(crate) fn put(&mut self, bytes: &[u8]) {
        let place = self.call("text", &[bytes.len() as u32]);
        self.write(place, bytes);
    }

    pub(crate) fn give(&mut self, answers: &[Answer]) {
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

    pub(crate) fn read(&self, place: u32) -> Vec<u8> {
        let memory = &self.memory.data(&self.store)[place as usize..];
        let (len, bytes) = memory.split_at(4);
        let len = u32::from_le_bytes(len.try_into().expect("four bytes")) as usize;
        bytes[..len].to_vec()
    }

    pub(crate) fn read_json(&self, place: u32) -> Value {
        serde_json::from_slice(&self.read(place)).expect("JSON")
    }
}
