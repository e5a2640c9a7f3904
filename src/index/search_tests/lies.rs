//! A source that lies: damaged bytes, short reads, files that are gone. A search ends, says when it is not whole, and
//! shows no skill's card under another skill's name.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use skillpress_search::internals::format::block;
use skillpress_search::internals::format::cards::{self, CARDS_FILE};
use skillpress_search::internals::format::manifest::{FileEntry, MANIFEST_PATH, Manifest};
use skillpress_search::{
    Answer, DocId, Mode, OpenError, Options, Request, Results, Searcher, Source, Step,
};

use super::corpus::{Random, demo};
use super::{find, registry};
use crate::config::Config;
use crate::index;
use crate::index::fixture::{catalog, packed, skill};
use crate::index::memory::MemorySource;

/// Reads term blocks, posting lists, spelling blocks, filters and cards of the demo registry.
const QUERIES: [&str; 4] = [
    "skill use review files",
    "gti comit mesages",
    "write notes badge:official",
    "commit -python tag:git",
];

/// Reads the glossary too: words that are typed whole, cut into parts, of scripts without spaces, misspelled beside them.
const FOREIGN_QUERIES: [&str; 4] = [
    "Dateien zusammenfassen gti",
    "traducir documentos",
    "会议记录 总结",
    "버그 수정",
];

fn options(mode: Mode) -> Options {
    Options {
        limit: 50,
        mode,
        ..Options::default()
    }
}

#[test]
fn a_changed_bit_anywhere_is_noticed() {
    for subject in [Subject::lexical(), Subject::foreign()] {
        let mut n_damaged = 0;
        for &query in &subject.queries {
            for part in subject.read_by(query) {
                let len = part.bytes.len();
                for at in (0..len).step_by(1 + len / 60) {
                    let mut bytes = part.bytes.clone();
                    bytes[at] ^= 1 << (at % 8);
                    n_damaged += subject.check(query, &part.request, &Answer::Bytes(bytes));
                }
            }
        }
        assert!(n_damaged > 1000, "{n_damaged} searches met damage");
    }
}

#[test]
fn bytes_that_are_cut_moved_or_too_many_are_noticed() {
    for subject in [Subject::lexical(), Subject::foreign()] {
        for &query in &subject.queries {
            for part in subject.read_by(query) {
                for lie in lies_about(&part.bytes) {
                    subject.check(query, &part.request, &Answer::Bytes(lie));
                }
            }
        }
    }
}

fn lies_about(whole: &[u8]) -> Vec<Vec<u8>> {
    let mut lies: Vec<Vec<u8>> = Vec::new();
    for at in (0..whole.len()).step_by(1 + whole.len() / 12) {
        lies.push(whole[..at].to_vec());
        let mut turned = whole.to_vec();
        turned.rotate_left(at);
        lies.push(turned);
    }
    lies.push([whole, &[0]].concat());
    lies.push(vec![0; whole.len()]);
    lies.push(vec![0xff; whole.len()]);
    lies
}

#[test]
fn bytes_from_elsewhere_are_noticed() {
    for subject in [Subject::lexical(), Subject::foreign()] {
        for &query in &subject.queries {
            let parts = subject.read_by(query);
            for part in &parts {
                for other in &parts {
                    let mut bytes = other.bytes.clone();
                    bytes.resize(part.bytes.len(), 0);
                    subject.check(query, &part.request, &Answer::Bytes(bytes));
                }
            }
        }
    }
}

#[test]
fn a_file_that_is_gone_or_unreadable_leaves_the_others() {
    for subject in [Subject::lexical(), Subject::foreign()] {
        for &query in &subject.queries {
            for part in subject.read_by(query) {
                assert_eq!(subject.check(query, &part.request, &Answer::Failed), 1);
                assert_eq!(subject.check(query, &part.request, &Answer::Gone), 1);
                // A host that has no ranges for once has chunks, so nothing is lost.
                assert_eq!(subject.check(query, &part.request, &Answer::NoRanges), 0);
            }
        }
    }
}

#[test]
fn a_changed_manifest_is_refused() {
    let files = &demo().files;
    let (_, manifest) = files.last().unwrap();
    for at in (0..manifest.len()).step_by(3) {
        for bit in [0, 3, 6] {
            let mut changed = manifest.clone();
            changed[at] ^= 1 << bit;
            let opened = Searcher::open(&[Answer::Bytes(changed)]);
            assert!(
                matches!(opened, Err(OpenError::Format(_))),
                "bit {bit} of byte {at}"
            );
        }
    }
    for cut in (0..manifest.len() - 1).step_by(7) {
        let opened = Searcher::open(&[Answer::Bytes(manifest[..cut].to_vec())]);
        assert!(matches!(opened, Err(OpenError::Format(_))), "cut at {cut}");
    }
}

#[test]
fn after_a_deploy_the_manifest_is_read_again_once() {
    let old = packed(&catalog(vec![skill("ana", "pdf", "PDF", "")]));
    let new = packed(&registry());
    let mut searcher = Searcher::open_source(&mut MemorySource::new(&old)).unwrap();
    let mut source = MemorySource::new(&new);
    let results = searcher
        .find("weather", &Options::default(), &mut source)
        .unwrap();
    assert_eq!(results.hits[0].card.slug, "weather");

    let mut searcher = Searcher::open_source(&mut MemorySource::new(&old)).unwrap();
    let manifest_only: Vec<_> = old
        .iter()
        .filter(|(path, _)| path == MANIFEST_PATH)
        .cloned()
        .collect();
    let results = searcher
        .find(
            "pdf",
            &Options::default(),
            &mut MemorySource::new(&manifest_only),
        )
        .unwrap();
    assert!(
        results.hits.is_empty() && !results.is_complete,
        "still gone: an answer that says it is not whole"
    );
}

#[test]
fn deploys_without_end_do_not_keep_a_search_from_ending() {
    let sites = [
        packed(&catalog(vec![skill("ana", "pdf", "PDF", "")])),
        packed(&registry()),
    ];
    // Every manifest names the files of the site before.
    let mut n_manifests = 0;
    let mut source = |requests: &[Request]| -> Vec<Answer> {
        n_manifests += usize::from(requests[0].path == MANIFEST_PATH);
        let site = |offset: usize| MemorySource::new(&sites[(n_manifests + offset) % 2]);
        if requests[0].path == MANIFEST_PATH {
            site(0).fetch(requests)
        } else {
            site(1).fetch(requests)
        }
    };
    let mut searcher = Searcher::open_source(&mut source).unwrap();
    let results = searcher
        .find("pdf", &options(Mode::Lexical), &mut source)
        .unwrap();
    assert!(results.hits.is_empty() && !results.is_complete);
    assert_eq!(n_manifests, 2);
}

#[test]
fn whatever_a_host_answers_a_search_ends_soon_and_tells_the_truth() {
    meet_liars(&Subject::lexical(), 400);
}

#[test]
fn whatever_a_host_answers_a_search_by_meaning_ends_soon_too() {
    meet_liars(&Subject::hybrid(), 150);
}

fn meet_liars(subject: &Subject, n_liars: u64) {
    let mut n_whole = 0;
    for seed in 1..=n_liars {
        let mut random = Random(seed * 0x9e37_79b9);
        let query = subject.queries[random.below(subject.queries.len())];
        let mut honest = MemorySource::new(subject.files);
        let mut source = |requests: &[Request]| -> Vec<Answer> {
            let mut answers = honest.fetch(requests);
            answers
                .iter_mut()
                .for_each(|answer| lie(answer, &mut random));
            if random.below(20) == 0 {
                answers.truncate(random.below(3));
            }
            answers
        };
        let results = subject.search(query, &mut source);
        subject.check_results(query, &results);
        n_whole += u64::from(results.is_complete);
    }
    let some = n_liars / 40..n_liars - n_liars / 40;
    assert!(
        some.contains(&n_whole),
        "{n_whole} of {n_liars} searches were whole"
    );
}

fn lie(answer: &mut Answer, random: &mut Random) {
    let Answer::Bytes(bytes) = answer else {
        return;
    };
    let at = random.below(bytes.len().max(1));
    match random.below(40) {
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes.truncate(at),
        2 => bytes.push(0),
        3 => bytes.rotate_left(at),
        4 => bytes.fill(at as u8),
        5 => *answer = Answer::Failed,
        6 => *answer = Answer::NoRanges,
        7 => *answer = Answer::Gone,
        _ => {}
    }
}

/// A registry, what it says when nothing lies, and what its cards say.
struct Subject {
    files: &'static [(String, Vec<u8>)],
    mode: Mode,
    queries: Vec<&'static str>,
    searcher: Searcher,
    truth: BTreeMap<&'static str, Results>,
    identities: Vec<String>,
}

/// A request of an honest search and its answer.
struct Part {
    request: Request,
    bytes: Vec<u8>,
}

impl Subject {
    fn lexical() -> Self {
        Self::new(&demo().files, Mode::Lexical, QUERIES.to_vec())
    }

    /// Queries in other languages, over words alone.
    fn foreign() -> Self {
        let subject = Self::new(whole_index(), Mode::Lexical, FOREIGN_QUERIES.to_vec());
        for (query, results) in &subject.truth {
            assert!(results.translated.is_some(), "{query}");
        }
        subject
    }

    fn hybrid() -> Self {
        let queries = [QUERIES, FOREIGN_QUERIES].concat();
        Self::new(whole_index(), Mode::Hybrid, queries)
    }

    fn new(files: &'static [(String, Vec<u8>)], mode: Mode, queries: Vec<&'static str>) -> Self {
        let truth = |query: &&'static str| (*query, find(files, query, &options(mode)));
        let truth: BTreeMap<_, _> = queries.iter().map(truth).collect();
        for (query, results) in &truth {
            assert!(results.is_complete && !results.hits.is_empty(), "{query}");
        }
        Self {
            files,
            mode,
            searcher: Searcher::open_source(&mut MemorySource::new(files)).unwrap(),
            truth,
            queries,
            identities: identities(files),
        }
    }

    /// Searches step by step; `Stale` is not followed, as by a host that has no newer manifest.
    fn search(&self, query: &str, source: &mut impl Source) -> Results {
        let mut searcher = self.searcher.clone();
        let mut search = searcher.search(query, &options(self.mode));
        let mut answers = Vec::new();
        for _ in 0..40 {
            match searcher.step(&mut search, std::mem::take(&mut answers)) {
                Step::Fetch(requests) => answers = source.fetch(&requests),
                Step::Show(_) | Step::Stale => {}
                Step::Done(results) => return results,
            }
        }
        panic!("`{query}` does not end");
    }

    /// What `query` reads.
    fn read_by(&self, query: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut source = |requests: &[Request]| -> Vec<Answer> {
            let answers = MemorySource::new(self.files).fetch(requests);
            for (request, answer) in requests.iter().zip(&answers) {
                let Answer::Bytes(bytes) = answer else {
                    panic!("an honest source has all");
                };
                parts.push(Part {
                    request: request.clone(),
                    bytes: bytes.clone(),
                });
            }
            answers
        };
        self.search(query, &mut source);
        parts
    }

    /// Searches with `answer` to `request` and honest ones to all others; 1 when the results are not whole.
    fn check(&self, query: &str, request: &Request, answer: &Answer) -> usize {
        let mut honest = MemorySource::new(self.files);
        let mut source = |requests: &[Request]| -> Vec<Answer> {
            let mut answers = honest.fetch(requests);
            for (asked, given) in requests.iter().zip(&mut answers) {
                if asked == request {
                    given.clone_from(answer);
                }
            }
            answers
        };
        let results = self.search(query, &mut source);
        self.check_results(query, &results);
        usize::from(!results.is_complete)
    }

    /// Results that call themselves whole are the true ones; every card is that of its skill.
    fn check_results(&self, query: &str, results: &Results) {
        for hit in &results.hits {
            let DocId(skill_idx) = hit.doc;
            let shown = format!("{}/{}", hit.card.owner, hit.card.slug);
            assert_eq!(shown, self.identities[skill_idx as usize], "{query}");
            let true_hits = &self.truth[query].hits;
            if let Some(true_hit) = true_hits.iter().find(|true_hit| true_hit.doc == hit.doc) {
                assert_eq!(hit.card, true_hit.card, "{query}");
            }
        }
        if results.is_complete {
            assert_eq!(results.hits, self.truth[query].hits, "{query}");
            assert_eq!(results.n_found, self.truth[query].n_found, "{query}");
        }
    }
}

/// The demo registry with vectors and glossary.
fn whole_index() -> &'static [(String, Vec<u8>)] {
    static FILES: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    let build = || index::build(&demo().catalog, &Config::default(), None, None).unwrap();
    FILES.get_or_init(|| build().files)
}

/// `owner/slug` on each card of honest files.
fn identities(files: &[(String, Vec<u8>)]) -> Vec<String> {
    let manifest = Manifest::decode(&files.last().unwrap().1).unwrap();
    let cards = whole(files, manifest.file(CARDS_FILE).unwrap());
    (0..manifest.n_skills)
        .map(|skill| {
            let range = cards::range(DocId(skill));
            let block = &cards[range.start as usize..range.end() as usize];
            let payload = block::open(CARDS_FILE, range.start, block).unwrap();
            let card = cards::decode(payload).unwrap();
            format!("{}/{}", card.owner, card.slug)
        })
        .collect()
}

/// The content of a file of the manifest.
fn whole(files: &[(String, Vec<u8>)], entry: &FileEntry) -> Vec<u8> {
    let chunks = (0..entry.n_chunks()).map(|chunk_idx| {
        let (path, range) = (entry.chunk_path(chunk_idx), entry.chunk_range(chunk_idx));
        let (_, bytes) = files.iter().find(|(found, _)| *found == path).unwrap();
        assert_eq!(bytes.len(), range.len as usize, "{path}");
        bytes.as_slice()
    });
    chunks.collect::<Vec<_>>().concat()
}

#[test]
fn the_manifest_is_the_last_file_and_names_every_other_one() {
    let files = &demo().files;
    let (path, text) = files.last().unwrap();
    assert_eq!(path, MANIFEST_PATH);
    let manifest = Manifest::decode(text).unwrap();
    let mut n_named = 0;
    for entry in &manifest.files {
        let bytes = whole(files, entry);
        assert_eq!(bytes.len() as u64, entry.len);
        if let Some(whole_path) = entry.whole_path() {
            let file = files.iter().find(|(path, _)| *path == whole_path);
            assert!(file.unwrap().1 == bytes, "{}", entry.name);
            n_named += 1;
        }
        n_named += match entry.chunk_len {
            0 => 0,
            _ => entry.n_chunks() as usize,
        };
    }
    let of_index = files.iter().filter(|(path, _)| path.starts_with("files/"));
    assert_eq!(of_index.count(), n_named);
}
