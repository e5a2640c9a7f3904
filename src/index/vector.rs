//! The semantic half of the search index: word rows, 1-bit codes, the graph, the id map, related skills.
//!
//! ```text
//! documents ─► adapt the word table ─► embeddings ─► graph ─► pack: rows, router, cells, ids, codes, nodes
//!                                                      └────► related skills
//! ```
//!
//! `docs/format.md` specifies the files.

mod adapt;
mod cells;
mod hnsw;
mod model;
mod own;
mod pack;
mod related;

#[cfg(test)]
mod tests;

use skillpress_search::SkillId;
use skillpress_search::embedder::Embedding;

use super::pack::Parts;
pub use adapt::{Adapted, BODY_MAX_CHARS, Document, adapt};
use hnsw::Bytes;
pub use model::Model;
pub use own::{OwnVectors, OwnVectorsError};
pub use pack::{SessionBytes, session_bytes};

/// What comes out of indexing by meaning; the default is nothing.
#[derive(Debug, Default)]
pub struct VectorParts {
    /// Files and head, for [`super::pack::pack`].
    pub parts: Parts,
    /// For each document the most similar others, the most similar first.
    pub related: Vec<Vec<SkillId>>,
    /// For a summary.
    pub counts: VectorCounts,
}

/// How large it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VectorCounts {
    /// Documents with an embedding.
    pub n_embeddings: usize,
    /// Documents without: no word of theirs says anything.
    pub n_without: usize,
    /// Words that a query may use.
    pub n_words: usize,
}

/// Embeds the documents of a registry, in `SkillId` order, and writes what a search by meaning reads; lists at most
/// `n_related` related skills of each.
///
/// The same documents give the same bytes on every machine.
pub fn build(model: &Model, documents: &[Document], n_related: usize) -> VectorParts {
    let adapted = adapt(model, documents);
    let (skills, vectors): (Vec<SkillId>, Vec<Embedding>) = adapted
        .embeddings
        .iter()
        .enumerate()
        .filter_map(|(idx, embedding)| Some((SkillId(idx as u32), (*embedding)?)))
        .unzip();
    let bytes = to_bytes(&vectors);
    let links = hnsw::build(&bytes, pack::N_LINKS);
    let names: Vec<&str> = documents.iter().map(|document| document.name).collect();
    let n_skills = documents.len() as u32;
    VectorParts {
        parts: pack::pack(&adapted.rows, &skills, &vectors, &links, n_skills),
        related: related_skills(&skills, &bytes, &links, &names, n_related),
        counts: VectorCounts {
            n_embeddings: vectors.len(),
            n_without: documents.len() - vectors.len(),
            n_words: adapted.rows.len(),
        },
    }
}

/// For each skill the most similar others by the operator's own vectors; `names` are those of all listed skills.
pub fn related_by_own(own: &OwnVectors, names: &[&str], n_related: usize) -> Vec<Vec<SkillId>> {
    let (skills, bytes): (Vec<SkillId>, Vec<Bytes>) = own
        .by_skill
        .iter()
        .enumerate()
        .filter_map(|(idx, bytes)| Some((SkillId(idx as u32), bytes.clone()?)))
        .unzip();
    let links = hnsw::build(&bytes, pack::N_LINKS);
    related_skills(&skills, &bytes, &links, names, n_related)
}

fn related_skills(
    skills: &[SkillId],
    bytes: &[Bytes],
    links: &hnsw::Links,
    names: &[&str],
    n_related: usize,
) -> Vec<Vec<SkillId>> {
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
