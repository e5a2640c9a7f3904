//! What a vector search found, and what it could not read.

use alloc::vec::Vec;

use crate::DocId;
use crate::embedder::Cosine;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SemanticResult {
    /// Best first, equal cosines by `DocId`; each skill once.
    pub hits: Vec<VectorHit>,
    /// What could not be read.
    pub notes: VectorNotes,
}

/// A skill that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VectorHit {
    /// The skill.
    pub doc: DocId,
    /// How near it is to the query.
    pub cosine: Cosine,
}

/// What could not be read; all 0 in a search over intact files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VectorNotes {
    /// Words of the query whose rows could not be read; the others speak for it.
    pub n_unread_rows: u32,
    /// Whether the centroids could not be read: then nothing is found.
    pub is_router_unread: bool,
    /// Cells whose vectors take no part.
    pub n_unread_cells: u32,
    /// Candidates that are ranked by an estimate, for want of their code.
    pub n_unread_codes: u32,
    /// Blocks of nodes that the search went around.
    pub n_unread_nodes: u32,
    /// Hits that are left out because it is not known whose vectors they are, and skills whose vector is not known.
    pub n_unknown_ids: u32,
}

impl VectorNotes {
    /// How many counts there are.
    pub(crate) const N: usize = 6;

    /// The counts in order; whether the centroids are unread counts as 1.
    pub(crate) fn counts(&self) -> [u32; Self::N] {
        [
            self.n_unread_rows,
            self.is_router_unread.into(),
            self.n_unread_cells,
            self.n_unread_codes,
            self.n_unread_nodes,
            self.n_unknown_ids,
        ]
    }

    /// The notes with these counts.
    pub(crate) fn from_counts(counts: [u32; Self::N]) -> Self {
        let [rows, router, cells, codes, nodes, ids] = counts;
        Self {
            n_unread_rows: rows,
            is_router_unread: router != 0,
            n_unread_cells: cells,
            n_unread_codes: codes,
            n_unread_nodes: nodes,
            n_unknown_ids: ids,
        }
    }
}
