//! A registry of real skills for tests, and queries for it.
//!
//! The registry is the content folder that `SKILLPRESS_CORPUS` names, else this project's demo registry; judged queries
//! come from the folder that `SKILLPRESS_EVAL` names, else from `../shared/eval` where that exists, and only go with the
//! former. `scripts/check-corpus` sets the one and runs these tests.

use std::path::PathBuf;
use std::sync::OnceLock;

use skillpress_search::internals::analyzer;

use crate::catalog::{Catalog, Skill};
use crate::content::{self, Disk, LoadOptions};
use crate::index::lexical::{self, LexicalIndex};
use crate::index::pack;
use crate::index::simplified::Simplified;
use crate::sources::LoadedSources;

/// A registry with its index.
pub(super) struct Corpus {
    pub(super) catalog: Catalog,
    pub(super) index: LexicalIndex,
    pub(super) files: Vec<(String, Vec<u8>)>,
    /// The texts of the judged queries; empty for the demo registry.
    pub(super) judged_queries: Vec<String>,
}

/// The demo registry.
pub(super) fn demo() -> &'static Corpus {
    static DEMO: OnceLock<Corpus> = OnceLock::new();
    DEMO.get_or_init(|| load(project_folder().join("content"), Vec::new()))
}

/// The registry that the environment names, else the demo registry; built once for all tests.
pub(super) fn corpus() -> &'static Corpus {
    static NAMED: OnceLock<Corpus> = OnceLock::new();
    match std::env::var_os("SKILLPRESS_CORPUS") {
        Some(folder) => NAMED.get_or_init(|| load(folder.into(), judged_queries())),
        None => demo(),
    }
}

/// The folder of judged queries and ranking cases, where there is one.
pub(super) fn eval_folder() -> Option<PathBuf> {
    let folder = match std::env::var_os("SKILLPRESS_EVAL") {
        Some(folder) => folder.into(),
        None => project_folder().join("../shared/eval"),
    };
    folder.is_dir().then_some(folder)
}

pub(super) fn project_folder() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

fn load(folder: PathBuf, judged_queries: Vec<String>) -> Corpus {
    let (catalog, _) = content::load(
        &folder,
        &LoadedSources::default(),
        &LoadOptions::default(),
        &Disk,
    );
    assert!(
        catalog.skills.len() > 10,
        "`{}` holds a registry",
        folder.display()
    );
    let skills: Vec<&Skill> = catalog.listed().collect();
    let index = lexical::build(&catalog, &skills, &Simplified::default()).unwrap();
    let files = pack::pack(&catalog, &skills, &index, []).unwrap();
    Corpus {
        catalog,
        index,
        files,
        judged_queries,
    }
}

fn judged_queries() -> Vec<String> {
    let Some(folder) = eval_folder() else {
        return Vec::new();
    };
    let text = std::fs::read_to_string(folder.join("dev.jsonl")).unwrap();
    let query = |line: &str| {
        let judged: serde_json::Value = serde_json::from_str(line).unwrap();
        judged["query"].as_str().unwrap().to_owned()
    };
    text.lines().map(query).collect()
}

/// Queries of one to four words from the skills' own texts: words that follow each other in a description or a name,
/// and words from anywhere, common and rare ones. The same seed gives the same queries.
pub(super) fn sampled_queries(catalog: &Catalog, count: usize, seed: u64) -> Vec<String> {
    let mut random = Random(seed);
    let texts: Vec<Vec<String>> = catalog
        .listed()
        .flat_map(|skill| [&skill.description, &skill.name])
        .map(|text| analyzer::words(&analyzer::fold(text)))
        .filter(|words| !words.is_empty())
        .collect();
    let mut query = || {
        let n_words = 1 + random.below(4);
        if random.below(4) == 0 {
            let mut word = || {
                let words = &texts[random.below(texts.len())];
                words[random.below(words.len())].clone()
            };
            return (0..n_words).map(|_| word()).collect::<Vec<_>>().join(" ");
        }
        let words = &texts[random.below(texts.len())];
        let start = random.below(words.len());
        words[start..(start + n_words).min(words.len())].join(" ")
    };
    (0..count).map(|_| query()).collect()
}

/// Numbers that look random (xorshift, G. Marsaglia 2003) and follow from a seed, which is not 0.
pub(super) struct Random(pub(super) u64);

impl Random {
    /// A number below `end`, which is not 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}
