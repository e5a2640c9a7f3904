//! The state of the semantic half: word rows, cells, id map, graph.

use serde::Serialize;
use skillpress_search::DocId;
use skillpress_search::internals::EmbeddingId;
use skillpress_search::internals::format::manifest::Manifest;
use skillpress_search::internals::format::vectors::VectorIndex;
use skillpress_search::internals::format::vectors::cells::{cell_range, decode_cell};
use skillpress_search::internals::format::vectors::code::Code;
use skillpress_search::internals::format::vectors::codes::{
    CODES_FILE, code_range, decode_refinement,
};
use skillpress_search::internals::format::vectors::head::{StoredPlan, VECTORS_FILE, VectorHead};
use skillpress_search::internals::format::vectors::nodes::NODES_FILE;
use skillpress_search::internals::format::vectors::router::{Router, router_range};
use skillpress_search::internals::format::vectors::rows::{
    self, RARE_ROWS_FILE, ROWS_FILE, RowsLayout,
};

use super::files::IndexFiles;
use super::graph::{self, Graph};
use crate::index::vector::{SessionBytes, session_bytes};

/// Everything that search by meaning reads.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Vectors {
    /// How searches find their candidates: `flat` or `graph`.
    pub plan: &'static str,
    /// What a session of three searches reads of vectors under each plan, as the build estimates it.
    pub session_bytes: SessionBytes,
    /// Skills with a vector.
    pub vectors: u32,
    /// Skills without.
    pub without: u32,
    /// Where vectors lie.
    pub cells: Cells,
    /// Whose vectors they are.
    pub ids: Ids,
    /// `None` for a site that does without one.
    pub graph: Option<Graph>,
    /// What words mean.
    pub rows: Rows,
}

/// Cells by their numbers of vectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cells {
    /// How many.
    pub cells: usize,
    /// Those without a vector.
    pub empty: usize,
    /// Fewest vectors of one.
    pub min: usize,
    /// The middle one.
    pub median: usize,
    /// Most vectors of one.
    pub max: usize,
    /// What one unit of a code's factor is worth, in units of 2⁻²⁰; 0 when the router cannot be read.
    pub factor_step: u16,
}

/// The id map.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Ids {
    /// Blocks that can be read alone.
    pub blocks: u32,
    /// Bits of an entry.
    pub bits: u32,
    /// Its bytes by skills with a vector.
    pub bytes_per_skill: f64,
    /// The first entries.
    pub first: Vec<IdEntry>,
}

/// One entry of the id map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IdEntry {
    /// The vector's place in the vector files.
    pub embedding: u32,
    /// The skill that it belongs to.
    pub skill: u32,
    /// `owner/slug` on that skill's card.
    pub id: Option<String>,
}

/// Word rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rows {
    /// Buckets of two, of both files.
    pub buckets: usize,
    /// Words that have a row.
    pub words: usize,
    /// Those of them that stand in the file that most searches find all their words in.
    pub common_words: usize,
}

/// How many entries of the id map are shown.
const IDS_SHOWN: usize = 5;

/// Reads every block of the vector files; `identities` are those of the cards.
pub(super) fn vectors(
    files: &mut IndexFiles<'_>,
    index: &VectorIndex,
    manifest: &Manifest,
    identities: &[Option<String>],
) -> Vectors {
    let n_vectors = index.head.n_embeddings();
    let len = |name| manifest.file(name).map_or(0, |file| file.len);
    let codes = codes(files, &index.head);
    let owners = match files.read(VECTORS_FILE) {
        Some(file) => files.numbers(&file, index.ids),
        None => Vec::new(),
    };
    check_owners(files, &owners, manifest.n_skills);
    let has_graph = manifest.file(NODES_FILE).is_some();
    Vectors {
        plan: match index.head.plan {
            StoredPlan::Flat => "flat",
            StoredPlan::Graph => "graph",
        },
        session_bytes: session_bytes(len(VECTORS_FILE), &index.head),
        vectors: n_vectors,
        without: manifest.n_skills - n_vectors,
        cells: cells(files, &index.head),
        ids: Ids {
            blocks: index.ids.n_blocks(),
            bits: index.ids.n_bits(),
            bytes_per_skill: index.ids.len_bytes() as f64 / f64::from(n_vectors.max(1)),
            first: first_ids(&owners, identities),
        },
        graph: has_graph.then(|| graph::graph(files, index, &codes, &owners)),
        rows: rows(files, index.rows),
    }
}

fn cells(files: &mut IndexFiles<'_>, head: &VectorHead) -> Cells {
    let mut sizes: Vec<usize> = (0..head.n_cells())
        .map(|cell_idx| head.members(cell_idx).len())
        .collect();
    sizes.sort_unstable();
    let router = files.read(VECTORS_FILE).and_then(|file| {
        files.decoded(&file, router_range(head), |payload| {
            Router::decode(head, payload)
        })
    });
    Cells {
        cells: sizes.len(),
        empty: sizes.iter().filter(|&&size| size == 0).count(),
        min: sizes.first().copied().unwrap_or(0),
        median: sizes.get(sizes.len() / 2).copied().unwrap_or(0),
        max: sizes.last().copied().unwrap_or(0),
        factor_step: router.map_or(0, |router| router.factor_step),
    }
}

/// The code of each vector, from its signs and its refinement; `None` where one of them cannot be read.
fn codes(files: &mut IndexFiles<'_>, head: &VectorHead) -> Vec<Option<Code>> {
    let mut codes = vec![None; head.n_embeddings() as usize];
    let (cells, refinement) = (files.read(VECTORS_FILE), files.read(CODES_FILE));
    for cell_idx in 0..head.n_cells() {
        let members = head.members(cell_idx);
        let signs = cells.as_ref().and_then(|cells| {
            let range = cell_range(head, cell_idx);
            files.decoded(cells, range, |payload| decode_cell(payload, members.len()))
        });
        let mut signs = signs.into_iter().flatten();
        for id in members {
            let refinement = refinement.as_ref().and_then(|refinement| {
                files.decoded(refinement, code_range(EmbeddingId(id)), decode_refinement)
            });
            if let (Some((&signs, factor)), Some(&refinement)) = (signs.next(), refinement) {
                codes[id as usize] = Some(Code {
                    signs,
                    factor,
                    refinement,
                });
            }
        }
    }
    codes
}

/// Notes skills that have more than one vector.
fn check_owners(files: &mut IndexFiles<'_>, owners: &[Option<u32>], n_skills: u32) {
    let mut has_vector = vec![false; n_skills as usize];
    for skill in owners.iter().flatten() {
        let has_vector = &mut has_vector[DocId(*skill).idx()];
        if std::mem::replace(has_vector, true) {
            files.note(
                VECTORS_FILE,
                format!("skill {skill} has more than one vector"),
            );
        }
    }
}

fn first_ids(owners: &[Option<u32>], identities: &[Option<String>]) -> Vec<IdEntry> {
    let first = owners.iter().take(IDS_SHOWN).enumerate();
    first
        .filter_map(|(embedding, skill)| {
            let skill = (*skill)?;
            Some(IdEntry {
                embedding: embedding as u32,
                skill,
                id: identities.get(skill as usize).cloned().flatten(),
            })
        })
        .collect()
}

fn rows(files: &mut IndexFiles<'_>, layout: RowsLayout) -> Rows {
    let mut rows = Rows::default();
    let (common, rare) = (files.read(ROWS_FILE), files.read(RARE_ROWS_FILE));
    let Some(common) = common else { return rows };
    for (place, bucket_idx) in layout.buckets().zip(0..) {
        rows.buckets += 1;
        let decode =
            |bucket: &[u8]| Ok((rows::n_rows(bucket)?, layout.group_of(bucket_idx, bucket)));
        let Some((n_rows, group)) = files.decoded(&common, place.range, decode) else {
            continue;
        };
        rows.words += n_rows;
        rows.common_words += n_rows;
        if let (Some(group), Some(rare)) = (group, &rare) {
            rows.words += files.decoded(rare, group.range, rows::n_rows).unwrap_or(0);
        }
    }
    rows
}
