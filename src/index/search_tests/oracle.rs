//! tantivy as the oracle: over the same terms the packed index finds what tantivy's own BM25 finds.

use std::collections::HashMap;

use skillpress_search::internals::Query;
use skillpress_search::{Mode, Options, Searcher};
use tantivy::Term;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, TermQuery};
use tantivy::schema::IndexRecordOption;

use super::corpus::{corpus, sampled_queries};
use super::registry;
use crate::index::fixture::packed;
use crate::index::lexical::{self, LexicalIndex};
use crate::index::memory::MemorySource;
use crate::index::simplified::Simplified;

const TOP: usize = 10;
/// Impacts have 255 levels, so neighbours may change places; what is lost of the scores by that is less than this.
const SCORE_RATIO_MIN: f64 = 0.999;

#[test]
fn the_best_ten_are_those_of_tantivy() {
    let corpus = corpus();
    let sampled = sampled_queries(&corpus.catalog, 500, 0x5eed);
    let oracle = Oracle::new(&corpus.index);
    let mut source = MemorySource::new(&corpus.files);
    let mut searcher = Searcher::open_source(&mut source).unwrap();
    let mut n_compared = 0;
    for query in corpus.judged_queries.iter().chain(&sampled) {
        let found = searcher.find(query, &plain(), &mut source).unwrap();
        assert!(found.is_complete, "{query}");
        let ids: Vec<u32> = found.hits.iter().map(|hit| hit.doc.0).collect();
        if let Some(ratio) = oracle.score_ratio(query, &ids) {
            assert!(ratio >= SCORE_RATIO_MIN, "{query}: {ratio}");
            n_compared += 1;
        } else {
            assert_eq!(ids, [0u32; 0], "{query}: tantivy finds nothing");
        }
    }
    assert!(n_compared >= 490, "{n_compared} queries have results");
}

#[test]
fn a_small_registry_agrees_with_tantivy_too() {
    let catalog = registry();
    let skills: Vec<_> = catalog.listed().collect();
    let index = lexical::build(&catalog, &skills, &Simplified::default()).unwrap();
    let oracle = Oracle::new(&index);
    let files = packed(&catalog);
    let mut source = MemorySource::new(&files);
    let mut searcher = Searcher::open_source(&mut source).unwrap();
    for query in [
        "weather in a terminal",
        "api files weather",
        "翻译",
        "café документ",
    ] {
        let found = searcher.find(query, &plain(), &mut source).unwrap();
        let ids: Vec<u32> = found.hits.iter().map(|hit| hit.doc.0).collect();
        let ratio = oracle.score_ratio(query, &ids).unwrap();
        assert!(ratio >= SCORE_RATIO_MIN, "{query}: {ratio}");
    }
}

fn plain() -> Options {
    Options {
        mode: Mode::Lexical,
        is_plain: true,
        ..Options::default()
    }
}

/// tantivy's own search over the index that the files were packed from.
struct Oracle<'a> {
    index: &'a LexicalIndex,
    searcher: tantivy::Searcher,
}

impl<'a> Oracle<'a> {
    fn new(index: &'a LexicalIndex) -> Self {
        let searcher = index.index.reader().unwrap().searcher();
        Self { index, searcher }
    }

    /// What the skills `ids` score in tantivy, as part of what its own best ten score; `None` when it finds nothing.
    /// Our `DocId` is tantivy's.
    fn score_ratio(&self, query: &str, ids: &[u32]) -> Option<f64> {
        let scores = self.scores(query);
        let mut best: Vec<f64> = scores.values().copied().collect();
        best.sort_by(|a, b| b.total_cmp(a));
        best.truncate(TOP);
        assert_eq!(ids.len(), best.len(), "{query}: as many results");
        let got: f64 = ids
            .iter()
            .map(|id| {
                scores
                    .get(id)
                    .unwrap_or_else(|| panic!("{query}: {id} has no word of it"))
            })
            .sum();
        (!best.is_empty()).then(|| got / best.iter().sum::<f64>())
    }

    /// The BM25 score of every skill that holds a term of `query`.
    fn scores(&self, query: &str) -> HashMap<u32, f64> {
        let text = self.index.fields.text;
        let terms = Query::parse(query).words.into_iter().map(|word| {
            let term = Term::from_field_text(text, &word.term);
            let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
            (
                Occur::Should,
                Box::new(query) as Box<dyn tantivy::query::Query>,
            )
        });
        let all = TopDocs::with_limit(self.searcher.num_docs() as usize).order_by_score();
        let found = self
            .searcher
            .search(&BooleanQuery::new(terms.collect()), &all)
            .unwrap();
        found
            .into_iter()
            .map(|(score, address)| (address.doc_id, f64::from(score)))
            .collect()
    }
}
