//! What searches cost: requests, round trips and bytes, counted where they are asked for.

use skillpress_search::internals::format::manifest::{MANIFEST_PATH, PROBE_PATH};
use skillpress_search::{Mode, Options, Searcher, Stats};

use super::corpus::{Corpus, corpus, demo};
use super::registry;
use crate::index::fixture::packed;
use crate::index::memory::MemorySource;

/// A first search for each, and the most that it may cost: requests, round trips, bytes, cards included.
const DEMO_COSTS: [(&str, u32, u32, u64); 8] = [
    ("pdf", 4, 2, 4_500),
    ("merge pdf files", 11, 3, 9_500),
    ("git", 6, 2, 6_000),
    ("explain a slow postgres query", 10, 3, 9_500),
    ("ana/pdf-tools", 7, 2, 7_000),
    ("review badge:official", 4, 2, 5_000),
    ("regulr expresion", 9, 4, 7_500),
    ("zzzzzz", 4, 2, 4_500),
];

#[test]
fn searches_of_the_demo_registry_stay_within_their_bounds() {
    let mut over = Vec::new();
    for (query, max_requests, max_round_trips, max_bytes) in DEMO_COSTS {
        let (stats, n_hits) = first_search(demo(), query, true);
        let is_within = stats.requests <= max_requests
            && stats.round_trips <= max_round_trips
            && stats.bytes <= max_bytes;
        if !is_within {
            over.push(format!("{query}: {stats:?}, {n_hits} hits"));
        }
    }
    assert_eq!(over, [""; 0]);
}

#[test]
fn opening_reads_a_small_manifest_and_one_byte() {
    let corpus = corpus();
    let requests = Searcher::open_requests();
    let paths: Vec<&str> = requests
        .iter()
        .map(|request| request.path.as_str())
        .collect();
    assert_eq!(paths, [MANIFEST_PATH, PROBE_PATH]);
    assert_eq!(requests[1].range.unwrap().len, 1);
    let (_, manifest) = corpus.files.last().unwrap();
    let n_bytes = brotli_len(manifest);
    // 3,251 seen: a directory of short term blocks, which save more in each search than it costs here.
    assert!(n_bytes < 3_500, "{n_bytes} bytes");
}

#[test]
fn half_of_all_searches_are_small() {
    let corpus = corpus();
    let queries = if corpus.judged_queries.is_empty() {
        super::corpus::sampled_queries(&corpus.catalog, 130, 0xc057)
    } else {
        corpus.judged_queries.clone()
    };
    let costs = |has_cards: bool| -> Vec<Stats> {
        queries
            .iter()
            .map(|query| first_search(corpus, query, has_cards).0)
            .collect()
    };
    let (ids, cards) = (costs(false), costs(true));
    let bytes = Spread::of(&ids, |stats| stats.bytes);
    let round_trips = Spread::of(&ids, |stats| stats.round_trips.into());
    let requests = Spread::of(&ids, |stats| stats.requests.into());
    println!(
        "{} queries: bytes {bytes:?}, round trips {round_trips:?}, requests {requests:?}",
        queries.len()
    );
    assert!(bytes.median <= 6_500 && bytes.p95 <= 16_000, "{bytes:?}");
    assert!(
        round_trips.median <= 2 && round_trips.p95 <= 5,
        "{round_trips:?}"
    );
    assert!(requests.median <= 10, "{requests:?}");
    for (query, (ids, cards)) in queries.iter().zip(ids.iter().zip(&cards)) {
        assert!(cards.round_trips <= ids.round_trips + 1, "{query}");
        assert!(
            cards.bytes <= ids.bytes + 10 * (256 + 256),
            "{query}: ten cards and the gaps between"
        );
    }
}

#[test]
fn what_one_search_has_read_the_next_has_at_hand() {
    let files = packed(&registry());
    let mut source = MemorySource::new(&files);
    let mut searcher = Searcher::open_source(&mut source).unwrap();
    let mut find = |query: &str| {
        searcher
            .find(query, &Options::default(), &mut source)
            .unwrap()
    };
    let first = find("weather terminal");
    assert!(first.stats.round_trips <= 3 && first.stats.requests > 0);
    let again = find("weather terminal");
    assert_eq!(again.stats, Stats::default());
    assert_eq!(again.hits, first.hits);
}

/// A search by a searcher that has read nothing yet: its cost without opening, and how many skills it shows.
fn first_search(corpus: &Corpus, query: &str, has_cards: bool) -> (Stats, usize) {
    let mut source = MemorySource::new(&corpus.files);
    let mut searcher = Searcher::open_source(&mut source).unwrap();
    let options = Options {
        mode: Mode::Lexical,
        has_cards,
        ..Options::default()
    };
    let results = searcher.find(query, &options, &mut source).unwrap();
    (results.stats, results.hits.len())
}

#[derive(Debug)]
struct Spread {
    median: u64,
    p95: u64,
}

impl Spread {
    fn of(costs: &[Stats], value: impl Fn(&Stats) -> u64) -> Self {
        let mut values: Vec<u64> = costs.iter().map(value).collect();
        values.sort_unstable();
        Self {
            median: values[values.len() / 2],
            p95: values[values.len() * 95 / 100],
        }
    }
}

fn brotli_len(bytes: &[u8]) -> usize {
    let mut packed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams::default();
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &params).unwrap();
    packed.len()
}
