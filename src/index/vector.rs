//! The semantic half of the search index: word rows, 1-bit codes, the graph, the id map, related skills.
//!
//! ```text
//! documents ─► adapt the word table ─► embeddings ─► cells ─┬► graph ─┬► pack: rows, vectors, codes, nodes
//!                                                           │         └► related skills
//!                                                           └► order of the skills
//! ```
//!
//! `docs/format.md` specifies the files.

mod adapt;
mod cells;
mod hnsw;
mod model;
mod npy;
mod own;
mod own_file;
mod pack;
mod related;

#[cfg(test)]
mod tests;

use std::borrow::Borrow;
use std::collections::HashMap;

use skillpress_search::DocId;
use skillpress_search::internals::EmbeddingId;
use skillpress_search::internals::embedder::Embedding;
use skillpress_search::internals::format::vectors::rows::WordRow;

use super::pack::IndexPart;
use crate::catalog::Skill;
use crate::key::SkillKey;
pub use adapt::{Adapted, adapt};
use cells::Cells;
pub use cells::PreviousCells;
use hnsw::Bytes;
pub use model::Model;
pub use own::OwnVectors;
pub use own_file::load_own;
pub use pack::{SessionBytes, session_bytes};

/// What comes out of indexing by meaning; the default is nothing.
#[derive(Debug, Default)]
pub struct VectorParts {
    /// Files and head, for [`super::pack::pack`].
    pub parts: IndexPart,
    /// For each skill the most similar others, the most similar first.
    pub related: Vec<Vec<DocId>>,
    /// How many documents have an embedding; no word of the others says anything.
    pub n_embeddings: usize,
}

/// The documents of a registry as directions, grouped by what they mean.
pub struct Embedded {
    /// The document of each `DocId`: cell by cell, so that similar ones follow each other; those without an embedding
    /// come last, in their own order.
    pub order: Vec<usize>,
    /// The embedding of each `DocId` that has one.
    vectors: Vec<Embedding>,
    cells: Cells,
    rows: Vec<WordRow>,
}

/// Where the skills of the index that was published before stand in it.
#[derive(Debug)]
pub struct PreviousIndex {
    /// The vector of each skill that has one.
    pub places: HashMap<SkillKey, EmbeddingId>,
    /// The cells that the vectors lie in.
    pub cells: PreviousCells,
}

/// From how many skills on a registry gets all general words: they take 4.5 MB.
const SMALL: usize = 250;
/// General words of a small registry, beside its own.
const CORE_WORDS: usize = 18_000;

/// Embeds skills and finds the order in which a search has them.
///
/// A small registry, of fewer than `SMALL` skills, gets `CORE_WORDS` of the general words beside its own: all of
/// `needed`, which are sorted, and the most frequent others. The order is that of `previous` where there is one, as far as
/// it still fits. The same skills and the same `previous` give the same order on every machine.
pub fn embed<S: Borrow<Skill>>(
    model: &Model,
    skills: &[S],
    needed: impl FnOnce() -> Vec<String>,
    previous: Option<&PreviousIndex>,
) -> Embedded {
    let core = (skills.len() < SMALL).then(|| model.core(&needed(), CORE_WORDS));
    let Adapted { rows, embeddings } = adapt(model, skills, core.as_deref());
    let (with, without): (Vec<usize>, Vec<usize>) =
        (0..skills.len()).partition(|&idx| embeddings[idx].is_some());
    let vectors: Vec<Embedding> = embeddings.into_iter().flatten().collect();
    let kept = previous.and_then(|previous| {
        let place = |&idx: &usize| previous.places.get(&skills[idx].borrow().key).copied();
        let places: Vec<Option<EmbeddingId>> = with.iter().map(place).collect();
        cells::keep(&vectors, &places, &previous.cells)
    });
    let cells = kept.unwrap_or_else(|| cells::group(&vectors));
    let in_cells = || cells.members.iter().flatten().map(|&idx| idx as usize);
    Embedded {
        order: in_cells().map(|idx| with[idx]).chain(without).collect(),
        vectors: in_cells().map(|idx| vectors[idx]).collect(),
        cells,
        rows,
    }
}

/// Writes what a search by meaning reads; lists at most `n_related` related skills of each. `names` are in the order of
/// `DocId`s.
///
/// The same documents give the same bytes on every machine.
pub fn build(embedded: Embedded, names: &[&str], n_related: usize) -> VectorParts {
    let Embedded {
        vectors,
        cells,
        rows,
        ..
    } = embedded;
    let bytes = to_bytes(&vectors);
    let links = hnsw::build(&bytes);
    let skills: Vec<DocId> = (0..vectors.len() as u32).map(DocId).collect();
    VectorParts {
        related: related_skills(&skills, &bytes, &links, names, n_related),
        n_embeddings: vectors.len(),
        parts: pack::pack(&rows, cells, &vectors, &links, names.len()),
    }
}

/// For each skill the most similar others by the operator's own vectors; `names` are those of all listed skills.
pub fn related_by_own(own: &OwnVectors, names: &[&str], n_related: usize) -> Vec<Vec<DocId>> {
    let (skills, bytes): (Vec<DocId>, Vec<Bytes>) = own
        .by_skill
        .iter()
        .enumerate()
        .filter_map(|(idx, bytes)| Some((DocId(idx as u32), bytes.clone()?)))
        .unzip();
    let links = hnsw::build(&bytes);
    related_skills(&skills, &bytes, &links, names, n_related)
}

fn related_skills(
    skills: &[DocId],
    bytes: &[Bytes],
    links: &hnsw::Links,
    names: &[&str],
    n_related: usize,
) -> Vec<Vec<DocId>> {
    let own_names: Vec<&str> = skills.iter().map(|skill| names[skill.idx()]).collect();
    let mut by_skill = vec![Vec::new(); names.len()];
    let lists = related::related(bytes, &own_names, links, n_related);
    for (skill, list) in skills.iter().zip(lists) {
        let list = list.into_iter().map(|idx| skills[idx as usize]);
        by_skill[skill.idx()] = list.collect();
    }
    by_skill
}

/// Eight bits a dimension, the largest component of all ±127.
fn to_bytes(vectors: &[Embedding]) -> Vec<Bytes> {
    let components = vectors.iter().flat_map(|vector| vector.components());
    let most = components.map(|x| i32::from(x.unsigned_abs())).max();
    let most = most.unwrap_or(1).max(1);
    let byte = |&x: &i16| {
        let x = i32::from(x);
        ((2 * 127 * x + most * x.signum()) / (2 * most)) as i8
    };
    vectors
        .iter()
        .map(|vector| vector.components().iter().map(byte).collect())
        .collect()
}
