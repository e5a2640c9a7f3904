//! One vector search over the blocks at hand.

use alloc::string::String;

use super::candidates::{Candidates, Scorer};
use super::estimate::CodeQuery;
use super::flat::Whole;
use super::reader::VectorReader;
use super::run::Run;
use super::{flat, graph};
use crate::embedder::{DIM, Embedding, WordSum};
use crate::fetcher::Fetcher;
use crate::format::messages::{Plan, SemanticRequest, SemanticResult};
use crate::format::vectors::VectorIndex;
use crate::format::vectors::code::{Code, Factor, RESIDUAL_UNITS, decode_residual};
use crate::format::vectors::head::StoredPlan;
use crate::format::vectors::router::Router;
use crate::sorted::SortedMap;
use crate::{DocId, EmbeddingId};

/// Searches as far as the blocks at hand reach; `None` while some are missing, which the fetcher has noted, or while
/// seeds are waited for.
///
/// `like`: search for what is most like this skill, which is not among the hits, and not for the words of the request.
/// The flat plan asks for the same blocks whether seeds are known or not (but for theirs), so a search can run ahead of
/// the lexical half.
pub(crate) fn search(
    request: &SemanticRequest,
    like: Option<DocId>,
    index: &VectorIndex,
    fetcher: &mut Fetcher<'_>,
) -> Option<SemanticResult> {
    if index.head.n_embeddings() == 0 || request.n_candidates == 0 {
        return Some(SemanticResult::default());
    }
    let is_flat = is_flat(request.plan, index, fetcher);
    let mut reader = VectorReader::new(index, fetcher);
    // All of these are asked for at once.
    let router = reader.router();
    let words = embed(&request.words, &mut reader);
    let whole = is_flat.then(|| Whole::read(&mut reader));
    if reader.is_waiting {
        return None;
    }
    let Some(router) = router else {
        return Some(nothing(&reader));
    };
    let embedding = match like {
        Some(doc) => embedding_of(doc, &router, whole.as_ref(), &mut reader),
        None => words,
    };
    if reader.is_waiting {
        return None;
    }
    let Some(embedding) = embedding else {
        return Some(nothing(&reader));
    };
    let scorer = Scorer::new(CodeQuery::new(embedding), &router, &index.head);
    let mut run = Run {
        request,
        like,
        reader,
        candidates: Candidates::new(&scorer),
        scorer: &scorer,
        docs: SortedMap::new(),
        seeds: alloc::vec::Vec::new(),
    };
    match whole {
        Some(whole) => flat::search(&mut run, &whole)?,
        None => graph::search(&mut run)?,
    }
    Some(run.finish())
}

/// Asks for what every search reads first: the first buckets of the words, and what is read once.
pub(crate) fn prefetch(request: &SemanticRequest, index: &VectorIndex, fetcher: &mut Fetcher<'_>) {
    let is_flat = is_flat(request.plan, index, fetcher);
    let mut reader = VectorReader::new(index, fetcher);
    reader.router();
    if is_flat {
        Whole::read(&mut reader);
    }
    embed(&request.words, &mut reader);
}

/// The sum of the words' rows.
fn embed(words: &[(String, u8)], reader: &mut VectorReader<'_, '_>) -> Option<Embedding> {
    let mut sum = WordSum::default();
    for (word, weight) in words {
        if let Some(row) = reader.row(word) {
            sum.add(&row, u32::from(*weight));
        }
    }
    sum.unit()
}

/// The direction of a skill's vector.
fn embedding_of(
    doc: DocId,
    router: &Router,
    whole: Option<&Whole>,
    reader: &mut VectorReader<'_, '_>,
) -> Option<Embedding> {
    let (id, code) = match whole {
        Some(whole) => whole.code_of(doc, reader)?,
        None => {
            let id = reader.embedding_of(doc)?;
            (id, reader.node_code(id)?)
        }
    };
    decode(router, reader.index, id, &code)
}

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
        notes: reader.notes,
        ..SemanticResult::default()
    }
}
