//! Writes the vector files of `search/` from embeddings.

use serde::Serialize;
use skillpress_search::DocId;
use skillpress_search::internals::EmbeddingId;
use skillpress_search::internals::embedder::Embedding;
use skillpress_search::internals::format::vectors::cells::{cells_end, encode_cells};
use skillpress_search::internals::format::vectors::code::{Code, Residual, factor_step};
use skillpress_search::internals::format::vectors::codes::{CODE_BYTES, CODES_FILE, encode_codes};
use skillpress_search::internals::format::vectors::head::{
    StoredPlan, VECTORS_FILE, VECTORS_HEAD, VectorHead,
};
use skillpress_search::internals::format::vectors::id_map::encode_id_map;
use skillpress_search::internals::format::vectors::nodes::{
    NODES_FILE, NodesLayout, encode_nodes, inverse_bits, inverse_entries,
};
use skillpress_search::internals::format::vectors::router::{Router, router_range};
use skillpress_search::internals::format::vectors::rows::{
    BUCKET_BYTES, RARE_ROWS_FILE, ROWS_FILE, WordRow, encode_rows,
};

use super::cells::{self, Cells};
use super::hnsw::{Links, N_LINKS};
use crate::index::pack::{IndexPart, PartFile};

/// Packs the word rows and vectors of a registry of `n_skills` skills. The `vectors`, which `links` connect, stand cell
/// by cell and are those of the first skills.
pub(super) fn pack(
    rows: &[WordRow],
    cells: Cells,
    vectors: &[Embedding],
    links: &Links,
    n_skills: usize,
) -> IndexPart {
    let members: Vec<u32> = cells.members.iter().map(|m| m.len() as u32).collect();
    // The plan is known once the lengths of the files are.
    let mut head = VectorHead::new(StoredPlan::Flat, N_LINKS as u8, &members);
    let mut router = Router {
        factor_step: 1,
        mean: cells.mean,
        cells: cells.cells,
    };
    let residuals: Vec<Residual> = (0..vectors.len())
        .map(|idx| {
            let cell_idx = head.cell_of(EmbeddingId(idx as u32));
            cells::residual(&vectors[idx], &router.centroid(cell_idx))
        })
        .collect();
    router.factor_step = factor_step(&residuals);
    let codes: Vec<Code> = residuals
        .iter()
        .map(|residual| Code::encode(residual, router.factor_step))
        .collect();
    let skills: Vec<DocId> = (0..head.n_embeddings()).map(DocId).collect();
    let (ids, id_bits) = encode_id_map(cells_end(&head), &skills, n_skills as u32);
    let inverse: Vec<Option<EmbeddingId>> = (0..n_skills as u32)
        .map(|id| (id < head.n_embeddings()).then_some(EmbeddingId(id)))
        .collect();
    let inverse = inverse_entries(&inverse, head.n_embeddings());
    (head.id_bits, head.inverse_bits) = (id_bits, inverse_bits(&inverse));
    let layout = NodesLayout::new(
        head.n_embeddings(),
        n_skills as u32,
        head.n_links,
        head.inverse_bits,
    );
    let links = to_ids(links);
    let rows = encode_rows(rows);
    let vectors = [router.encode(), encode_cells(&head, &codes), ids].concat();
    head.plan = cheaper_plan(vectors.len(), &head);
    let files = vec![
        PartFile::in_chunks(ROWS_FILE, rows.common, CHUNK_BUCKETS * BUCKET_BYTES),
        PartFile::in_pages(RARE_ROWS_FILE, &rows.rare_pages, rows.rare_page_len),
        PartFile::whole(VECTORS_FILE, vectors),
        PartFile::in_chunks_and_whole(CODES_FILE, encode_codes(&codes), CODE_BYTES),
        PartFile::whole(NODES_FILE, encode_nodes(&layout, &codes, &links, &inverse)),
    ];
    IndexPart {
        files,
        heads: vec![(VECTORS_HEAD.to_owned(), head.encode())],
    }
}

fn to_ids(links: &Links) -> Vec<Vec<EmbeddingId>> {
    let to_ids = |links: &Vec<u32>| links.iter().copied().map(EmbeddingId).collect();
    links.iter().map(to_ids).collect()
}

fn cheaper_plan(vectors_len: usize, head: &VectorHead) -> StoredPlan {
    let bytes = session_bytes(vectors_len as u64, head);
    if head.n_embeddings() <= FLAT_MAX && bytes.flat <= bytes.graph {
        StoredPlan::Flat
    } else {
        StoredPlan::Graph
    }
}

/// What a session of three searches reads of an index whose file of signs, centroids and id map has this length.
pub fn session_bytes(vectors_len: u64, head: &VectorHead) -> SessionBytes {
    SessionBytes {
        flat: vectors_len + N_SEARCHES * FLAT_SEARCH_BYTES,
        graph: u64::from(router_range(head).len) + N_SEARCHES * GRAPH_SEARCH_BYTES,
    }
}

/// Bytes of a session under each plan, word rows apart: both plans read these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SessionBytes {
    /// All centroids, signs and the id map once, then codes.
    pub flat: u64,
    /// All centroids once, then cells, nodes, codes and blocks of the id map.
    pub graph: u64,
}

/// Buckets of word rows in a chunk: 5.6 KB.
///
/// On 2,291 skills 176 chunks; with 28 buckets 220, and a search on a host without ranges reads 5 KB less.
const CHUNK_BUCKETS: usize = 35;
/// No search reads all signs of more vectors than this, unless it is told to.
const FLAT_MAX: u32 = 6_000;
/// What a session is taken to be.
const N_SEARCHES: u64 = 3;
/// Bytes of a search beyond what is read once (medians: `benchmarks/vectors`).
const FLAT_SEARCH_BYTES: u64 = 5_000;
const GRAPH_SEARCH_BYTES: u64 = 33_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_registries_are_read_flat_and_none_above_six_thousand_skills() {
        let plan = |n_vectors: u32| {
            let head = VectorHead::new(StoredPlan::Flat, 16, &[n_vectors]);
            cheaper_plan(13 * n_vectors as usize, &head)
        };
        assert_eq!(plan(10), StoredPlan::Flat);
        assert_eq!(plan(2_291), StoredPlan::Flat);
        assert_eq!(plan(6_001), StoredPlan::Graph);
        assert_eq!(plan(500_000), StoredPlan::Graph);
    }
}
