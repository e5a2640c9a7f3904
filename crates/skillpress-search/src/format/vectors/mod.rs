//! The vector files: where each block stands is known once the head is read.
//!
//! ```text
//! manifest.json ── head ─► router ─► cells ─► id map      one file, `vectors`: centroids, signs, whose vector it is
//!                     ├──► codes                          refinement bits, for the best candidates
//!                     ├──► nodes                          the graph, for large indexes, and the inverse id map
//!                     └──► rows, rarerows                 what words mean, by hash
//! ```
//!
//! [`code`] is the layout of one vector's bits, which `cells`, `codes` and `nodes` hold parts of.

pub mod cells;
pub mod code;
pub mod codes;
pub mod head;
pub mod id_map;
pub mod nodes;
pub mod router;
pub mod rows;

use super::manifest::Manifest;
use crate::FormatError;
use cells::cells_end;
use codes::{CODES_FILE, codes_len};
use head::{VECTORS_FILE, VECTORS_HEAD, VectorHead};
use id_map::{PackedIds, id_map};
use nodes::{NODES_FILE, NodesLayout};
use rows::{RARE_ROWS_FILE, ROWS_FILE, RowsLayout};

/// The vector files of an index that are agreed on by its manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorIndex {
    /// Cells and plan.
    pub head: VectorHead,
    /// Word rows.
    pub rows: RowsLayout,
    /// The id map.
    pub ids: PackedIds,
    /// The graph, and the inverse id map.
    pub nodes: NodesLayout,
}

impl VectorIndex {
    /// The vector files that `manifest` names; `None` when the site has none.
    ///
    /// # Errors
    /// What is wrong with the head; `Length` when a file has another than follows from it: they do not belong together.
    pub fn open(manifest: &Manifest) -> Result<Option<Self>, FormatError> {
        let Some(head) = manifest.head(VECTORS_HEAD) else {
            return Ok(None);
        };
        let head_len = head.len();
        let head = VectorHead::decode(head)?;
        let n_skills = manifest.n_skills;
        let ids = id_map(
            cells_end(&head),
            head.n_embeddings(),
            n_skills,
            head.id_bits,
        );
        let nodes = NodesLayout::new(
            head.n_embeddings(),
            n_skills,
            head.n_links,
            head.inverse_bits,
        );
        if head.n_embeddings() > n_skills || !ids.is_valid() || !nodes.inverse_map().is_valid() {
            let what = head::WHAT;
            let offset = head_len as u32;
            return Err(FormatError::Invalid { what, offset });
        }
        let file = |what| manifest.file(what).ok_or(FormatError::Missing { what });
        let len = |what| file(what).map(|file| file.len);
        for (what, expected) in [
            (VECTORS_FILE, ids.end()),
            (CODES_FILE, codes_len(&head)),
            (NODES_FILE, nodes.len_bytes()),
        ] {
            match len(what) {
                Ok(got) if got != expected => {
                    return Err(FormatError::Length {
                        what,
                        got,
                        expected,
                    });
                }
                // A site may do without the graph.
                Err(error) if what != NODES_FILE => return Err(error),
                _ => {}
            }
        }
        let rare = file(RARE_ROWS_FILE)?;
        Ok(Some(Self {
            rows: RowsLayout::from_lens(len(ROWS_FILE)?, rare.len, rare.chunk_len)?,
            head,
            ids,
            nodes,
        }))
    }
}
