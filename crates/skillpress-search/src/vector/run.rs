//! What both plans work on: the candidates of a search whose query is known.

use alloc::vec::Vec;

use super::candidates::{Candidates, Scorer};
use super::found::{SemanticResult, VectorHit};
use super::reader::VectorReader;
use crate::doc_set::DocSet;
use crate::sorted::SortedMap;
use crate::{DocId, EmbeddingId};

/// A search whose query is known.
pub(super) struct Run<'a, 'r, 'f> {
    pub(super) reader: VectorReader<'r, 'f>,
    pub(super) scorer: &'a Scorer<'a>,
    pub(super) candidates: Candidates<'a>,
    pub(super) n_hits: usize,
    pub(super) n_candidates: usize,
    pub(super) allowed: Option<&'a DocSet>,
    /// The skill that others shall be like.
    pub(super) excluded: Option<DocId>,
    /// Whose vectors the hits are, as far as it is known.
    pub(super) docs: SortedMap<EmbeddingId, DocId>,
    /// The vectors of the seeds.
    pub(super) seeds: Vec<EmbeddingId>,
}

impl Run<'_, '_, '_> {
    pub(super) fn passes(&self, doc: DocId) -> bool {
        self.excluded != Some(doc) && self.allowed.is_none_or(|allowed| allowed.contains(doc))
    }

    /// The vectors that become hits, whose skills must be known by then.
    pub(super) fn winners(&self) -> Vec<EmbeddingId> {
        // One more than hits, for the one that others shall be like.
        let mut ids = self.candidates.best_scored(self.n_candidates + 1);
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

/// Skills that shall be among the hits, if they have a vector: the best lexical ones.
///
/// Fusion needs their cosines, and in the graph plan they are good places to go on from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Seeds<'a> {
    /// They are still being searched for.
    Waiting,
    /// These, and no more.
    Known(&'a [DocId]),
}
