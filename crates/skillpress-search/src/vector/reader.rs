//! Blocks of the vector files, decoded, and what could not be read.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::EmbeddingId;
use crate::embedder::Row;
use crate::fetcher::{Fetched, Fetcher};
use crate::format::messages::VectorNotes;
use crate::format::vectors::VectorIndex;
use crate::format::vectors::cells::{cell_range, decode_cell};
use crate::format::vectors::code::{Code, REFINEMENT_BYTES, SIGN_BYTES};
use crate::format::vectors::codes::{CODES_FILE, code_range, decode_refinement};
use crate::format::vectors::head::VECTORS_FILE;
use crate::format::vectors::nodes::{Link, NODES_FILE, decode_links, decode_node_code};
use crate::format::vectors::router::{Router, router_range};
use crate::format::vectors::rows::{RowPlace, WordHash, find_row};
use crate::{ByteRange, DocId};

/// Reads what is at hand; asks for what is not.
pub(super) struct VectorReader<'a, 'f> {
    pub(super) index: &'a VectorIndex,
    fetcher: &'a mut Fetcher<'f>,
    /// Whether something was asked for. Then what is decoded is not all there is, and the search is run again.
    pub(super) is_waiting: bool,
    pub(super) notes: VectorNotes,
}

impl<'a, 'f> VectorReader<'a, 'f> {
    pub(super) fn new(index: &'a VectorIndex, fetcher: &'a mut Fetcher<'f>) -> Self {
        Self {
            index,
            fetcher,
            is_waiting: false,
            notes: VectorNotes::default(),
        }
    }

    /// The row of `word`; `None` for a word that the index does not know.
    ///
    /// Most words that queries use stand in their bucket; where one does not, the bucket tells whether its group may hold
    /// it, and where that is, so the group is asked for then.
    pub(super) fn row(&mut self, word: &str) -> Option<Row> {
        let word = WordHash::of(word);
        let rows = self.index.rows;
        let bucket = self.rows_block(rows.bucket(word)?)?;
        let mut row = find_row(&bucket, word);
        if row == Ok(None) {
            let group = self.rows_block(rows.group(word, &bucket)?)?;
            row = find_row(&group, word);
        }
        self.notes.n_unread_rows += u32::from(row.is_err());
        row.ok()?
    }

    fn rows_block(&mut self, place: RowPlace) -> Option<Arc<[u8]>> {
        match self.block(place.file, place.range) {
            Block::Ready(payload) => Some(payload),
            Block::Waiting => None,
            Block::Failed => {
                self.notes.n_unread_rows += 1;
                None
            }
        }
    }

    pub(super) fn router(&mut self) -> Option<Router> {
        let payload = self.block(VECTORS_FILE, router_range(&self.index.head));
        let router = payload.decode(|payload| Router::decode(&self.index.head, payload).ok());
        self.notes.is_router_unread = router.is_none() && !payload.is_waiting();
        router
    }

    /// Signs and factors of the vectors of a cell.
    pub(super) fn cell(&mut self, cell_idx: usize) -> Option<CellCodes> {
        let members = self.index.head.members(cell_idx);
        let block = self.block(VECTORS_FILE, cell_range(&self.index.head, cell_idx));
        let is_good = |payload: &Arc<[u8]>| decode_cell(payload, members.len()).is_ok();
        match &block {
            Block::Ready(payload) if is_good(payload) => Some(CellCodes {
                first: members.start,
                n: members.len(),
                payload: payload.clone(),
            }),
            _ => {
                self.notes.n_unread_cells += u32::from(!block.is_waiting());
                None
            }
        }
    }

    /// The refinement of a code; what is unread is counted by whoever misses it.
    pub(super) fn refinement(&mut self, id: EmbeddingId) -> Option<[u8; REFINEMENT_BYTES]> {
        let payload = self.block(CODES_FILE, code_range(id));
        payload.decode(|payload| decode_refinement(payload).ok().copied())
    }

    /// A node's own code.
    pub(super) fn node_code(&mut self, id: EmbeddingId) -> Option<Code> {
        let payload = self.block(NODES_FILE, self.index.nodes.code_range(id));
        let code = payload.decode(|payload| decode_node_code(payload).ok());
        self.notes.n_unread_nodes += u32::from(code.is_none() && !payload.is_waiting());
        code
    }

    /// A node's links.
    pub(super) fn links(&mut self, id: EmbeddingId) -> Vec<Link> {
        let layout = self.index.nodes;
        let payload = self.block(NODES_FILE, layout.links_range(id));
        let links = payload.decode(|payload| decode_links(&layout, id, payload).ok());
        self.notes.n_unread_nodes += u32::from(links.is_none() && !payload.is_waiting());
        links.unwrap_or_default()
    }

    /// The skills of the vectors of a block of the id map.
    pub(super) fn ids(&mut self, block_idx: u32) -> Option<Vec<u32>> {
        let ids = self.index.ids;
        let payload = self.block(VECTORS_FILE, ids.range(block_idx));
        payload.decode(|payload| ids.decode(block_idx, payload).ok())
    }

    /// The skill of a vector.
    pub(super) fn doc(&mut self, id: EmbeddingId) -> Option<DocId> {
        let block_idx = self.index.ids.block_of(id.0);
        let first = self.index.ids.entries(block_idx).start;
        let docs = self.ids(block_idx)?;
        docs.get((id.0 - first) as usize).copied().map(DocId)
    }

    /// The vector of a skill, by the inverse id map.
    pub(super) fn embedding_of(&mut self, doc: DocId) -> Option<EmbeddingId> {
        let inverse = self.index.nodes.inverse_map();
        let block_idx = inverse.block_of(doc.0);
        let payload = self.block(NODES_FILE, inverse.range(block_idx));
        let block = payload.decode(|payload| inverse.decode(block_idx, payload).ok());
        self.notes.n_unknown_ids += u32::from(block.is_none() && !payload.is_waiting());
        let idx = (doc.0 - inverse.entries(block_idx).start) as usize;
        self.index.nodes.embedding(block?.get(idx).copied()?)
    }

    fn block(&mut self, file: &str, range: ByteRange) -> Block {
        match self.fetcher.block(file, range) {
            Fetched::Ready(payload) => Block::Ready(payload),
            Fetched::Failed => Block::Failed,
            Fetched::Waiting => {
                self.is_waiting = true;
                Block::Waiting
            }
        }
    }
}

/// The signs of a cell's vectors.
pub(super) struct CellCodes {
    first: u32,
    n: usize,
    payload: Arc<[u8]>,
}

impl CellCodes {
    /// Vectors with signs and factors, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (EmbeddingId, &[u8; SIGN_BYTES], u8)> {
        let codes = decode_cell(&self.payload, self.n).into_iter().flatten();
        codes
            .zip(self.first..)
            .map(|((signs, factor), id)| (EmbeddingId(id), signs, factor))
    }
}

enum Block {
    Ready(Arc<[u8]>),
    Waiting,
    Failed,
}

impl Block {
    fn is_waiting(&self) -> bool {
        matches!(self, Self::Waiting)
    }

    fn decode<T>(&self, decode: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        match self {
            Self::Ready(payload) => decode(payload),
            Self::Waiting | Self::Failed => None,
        }
    }
}
