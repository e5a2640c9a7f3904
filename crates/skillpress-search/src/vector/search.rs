//! One vector search over the blocks at hand.

use alloc::string::String;
use alloc::vec::Vec;

use super::candidates::{Candidates, Scorer};
use super::estimate::CodeQuery;
use super::found::SemanticResult;
use super::reader::VectorReader;
use super::run::{Run, Seeds};
use super::{flat, graph};
use crate::EmbeddingId;
use crate::doc_set::DocSet;
use crate::embedder::{DIM, Embedding, WordSum};
use crate::fetcher::{BlockStore, Failures, Fetcher};
use crate::format::manifest::Manifest;
use crate::format::vectors::VectorIndex;
use crate::format::vectors::code::{Code, Factor, RESIDUAL_UNITS, decode_residual};
use crate::format::vectors::head::StoredPlan;
use crate::format::vectors::router::Router;
use crate::sorted::SortedMap;
use crate::{Answer, DocId, FormatError, Plan, Source};

/// What is searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VectorQuery {
    /// The words of a text, as [`crate::analyzer::words`] gives them, spelled as the index spells them.
    Words(Vec<String>),
    /// The skills that are most like this one, which is not among them.
    Like(DocId),
}

/// How to search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorOptions {
    /// Where candidates come from.
    pub plan: Plan,
    /// How many hits are wanted; 10 by default. The flat plan does not score candidates whose estimate is far below that
    /// of so many others.
    pub n_hits: usize,
    /// How many candidates are scored with their whole code at most, and so how many hits there are (but for lexical
    /// ones); [`N_CANDIDATES`] by default. 0 finds nothing.
    pub n_candidates: usize,
}

/// Most candidates of a list.
pub const N_CANDIDATES: usize = 72;

/// Most candidates of a list that the lexical half fills, too: more find nothing better (`docs/search-quality.md`).
pub const N_HYBRID_CANDIDATES: usize = 28;

impl Default for VectorOptions {
    fn default() -> Self {
        Self {
            plan: Plan::Auto,
            n_hits: 10,
            n_candidates: N_CANDIDATES,
        }
    }
}

/// Searches as far as the blocks at hand reach; `None` while some are missing, which the fetcher has noted, or while
/// seeds are waited for.
///
/// `allowed` are the skills that pass the filters. The flat plan asks for the same blocks whether seeds are known or not
/// (but for theirs), so a search can run ahead of the lexical half.
pub(crate) fn search(
    query: &VectorQuery,
    options: &VectorOptions,
    allowed: Option<&DocSet>,
    seeds: Seeds<'_>,
    index: &VectorIndex,
    fetcher: &mut Fetcher<'_>,
) -> Option<SemanticResult> {
    let is_flat = is_flat(options.plan, index, fetcher);
    let mut reader = VectorReader::new(index, fetcher);
    if index.head.n_embeddings() == 0 || options.n_candidates == 0 {
        return Some(SemanticResult::default());
    }
    // All of these are asked for at once.
    let router = reader.router();
    let words = match query {
        VectorQuery::Words(words) => embed(words, router.is_some(), &mut reader),
        VectorQuery::Like(_) => None,
    };
    let whole = is_flat.then(|| flat::Whole::read(&mut reader));
    if reader.is_waiting {
        return None;
    }
    let Some(router) = router else {
        return Some(nothing(&reader));
    };
    let embedding = match (query, &whole) {
        (VectorQuery::Words(_), _) => words,
        (&VectorQuery::Like(doc), Some(whole)) => {
            let code = whole.code_of(doc, &mut reader);
            code.and_then(|(id, code)| decode(&router, index, id, &code))
        }
        (&VectorQuery::Like(doc), None) => {
            let id = reader.embedding_of(doc);
            let code = id.and_then(|id| Some((id, reader.node_code(id)?)));
            code.and_then(|(id, code)| decode(&router, index, id, &code))
        }
    };
    if reader.is_waiting {
        return None;
    }
    let Some(embedding) = embedding else {
        return Some(nothing(&reader));
    };
    let scorer = Scorer::new(CodeQuery::new(embedding), &router, &index.head);
    let mut run = Run {
        reader,
        scorer: &scorer,
        candidates: Candidates::new(&scorer),
        n_hits: options.n_hits,
        n_candidates: options.n_candidates,
        allowed,
        excluded: match query {
            VectorQuery::Like(doc) => Some(*doc),
            VectorQuery::Words(_) => None,
        },
        docs: SortedMap::new(),
        seeds: Vec::new(),
    };
    match whole {
        Some(whole) => flat::search(&mut run, &whole, seeds)?,
        None => graph::search(&mut run, seeds)?,
    }
    Some(run.finish())
}

/// Asks for what every search of `query` reads first: the first buckets of its words, and what is read once.
pub(crate) fn prefetch(
    query: &VectorQuery,
    options: &VectorOptions,
    index: &VectorIndex,
    fetcher: &mut Fetcher<'_>,
) {
    let is_flat = is_flat(options.plan, index, fetcher);
    let mut reader = VectorReader::new(index, fetcher);
    reader.router();
    if is_flat {
        flat::Whole::read(&mut reader);
    }
    if let VectorQuery::Words(words) = query {
        words.iter().for_each(|word| {
            reader.row(word, false);
        });
    }
}

/// Runs one vector search by itself, over an index that nothing was read of.
///
/// For measuring and inspecting; [`crate::Searcher`] searches in both halves.
///
/// # Errors
/// As [`VectorIndex::open`]; a manifest without vectors finds nothing.
pub fn find_vectors(
    manifest: &Manifest,
    query: &VectorQuery,
    options: &VectorOptions,
    filter: Option<&[DocId]>,
    source: &mut impl Source,
) -> Result<SemanticResult, FormatError> {
    let Some(index) = VectorIndex::open(manifest)? else {
        return Ok(SemanticResult::default());
    };
    let n_skills = manifest.n_skills;
    let allowed = filter.map(|docs| DocSet::new(n_skills, docs.iter().copied()));
    let (mut store, mut failures) = (BlockStore::new(true), Failures::default());
    loop {
        let mut fetcher = Fetcher::new(manifest, &mut store, &mut failures);
        let seeds = Seeds::Known(&[]);
        if let Some(result) = search(
            query,
            options,
            allowed.as_ref(),
            seeds,
            &index,
            &mut fetcher,
        ) {
            return Ok(result);
        }
        let pending = fetcher.into_requests();
        let requests: Vec<_> = pending.iter().map(|p| p.request.clone()).collect();
        let mut answers = source.fetch(&requests).into_iter();
        for pending in &pending {
            let answer = answers.next().unwrap_or(Answer::Failed);
            store.take_answer(manifest, pending, answer, &mut failures);
        }
    }
}

/// The sum of the words' rows. `has_begun`: something was read before; what words are missing now came with the lexical
/// half, which joined or corrected some.
fn embed(
    words: &[String],
    has_begun: bool,
    reader: &mut VectorReader<'_, '_>,
) -> Option<Embedding> {
    let mut sum = WordSum::default();
    for word in words {
        if let Some(row) = reader.row(word, has_begun) {
            sum.add(&row, 1);
        }
    }
    sum.unit()
}

/// The direction of a stored vector.
fn decode(router: &Router, index: &VectorIndex, id: EmbeddingId, code: &Code) -> Option<Embedding> {
    let centroid = router.centroid(index.head.cell_of(id));
    let factor = Factor::new(code.factor, router.factor_step);
    let residual = decode_residual(&code.signs, factor, &code.refinement);
    let sum: [i64; DIM] =
        core::array::from_fn(|dim| i64::from(centroid[dim]) * RESIDUAL_UNITS + residual[dim]);
    Embedding::in_direction_of(&sum)
}

/// Hosts without ranges have no graph: its file would be read whole.
fn is_flat(plan: Plan, index: &VectorIndex, fetcher: &Fetcher<'_>) -> bool {
    let has_graph = index.head.n_links > 0 && fetcher.has_ranges();
    !has_graph
        || match plan {
            Plan::Auto => index.head.plan == StoredPlan::Flat,
            Plan::Flat => true,
            Plan::Graph => false,
        }
}

fn nothing(reader: &VectorReader<'_, '_>) -> SemanticResult {
    SemanticResult {
        hits: Vec::new(),
        notes: reader.notes,
    }
}
