//! What both plans work on: the candidates of a search whose query is known.

use alloc::vec::Vec;

use super::candidates::{Candidates, Scorer};
use super::reader::VectorReader;
use crate::format::messages::{SemanticRequest, SemanticResult, VectorHit};
use crate::sorted::SortedMap;
use crate::{DocId, EmbeddingId};

/// A search whose query is known.
pub(super) struct Run<'a, 'r, 'f> {
    pub(super) request: &'a SemanticRequest,
    /// The skill that others shall be like.
    pub(super) like: Option<DocId>,
    pub(super) reader: VectorReader<'r, 'f>,
    pub(super) scorer: &'a Scorer<'a>,
    pub(super) candidates: Candidates<'a>,
    /// Whose vectors the hits are, as far as it is known.
    pub(super) docs: SortedMap<EmbeddingId, DocId>,
    /// The vectors of the seeds.
    pub(super) seeds: Vec<EmbeddingId>,
}

impl Run<'_, '_, '_> {
    pub(super) fn passes(&self, doc: DocId) -> bool {
        let allowed = self.request.allowed.as_ref();
        self.like != Some(doc) && allowed.is_none_or(|allowed| allowed.contains(doc))
    }

    /// The vectors that become hits, whose skills must be known by then.
    pub(super) fn winners(&self) -> Vec<EmbeddingId> {
        // One more than hits, for the one that others shall be like.
        let mut ids = self.candidates.best_scored(self.request.n_candidates + 1);
        ids.extend(&self.seeds);
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    pub(super) fn finish(self) -> SemanticResult {
        let mut notes = self.reader.notes;
        notes.n_unread_codes = self.candidates.n_unread();
        let mut hits = Vec::new();
        for id in self.winners() {
            let Some(cosine) = self.candidates.cosine(id) else {
                continue;
            };
            match self.docs.get(&id) {
                Some(&doc) if self.passes(doc) => {
                    hits.push(VectorHit { doc, cosine });
                }
                Some(_) => {}
                None => notes.n_unknown_ids += 1,
            }
        }
        hits.sort_unstable_by(|a, b| b.cosine.cmp(&a.cosine).then(a.doc.cmp(&b.doc)));
        SemanticResult { hits, notes }
    }
}
