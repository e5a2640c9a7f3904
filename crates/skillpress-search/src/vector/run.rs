//! What both plans work on: the candidates of a search whose query is known.

use alloc::vec::Vec;

use super::candidates::{Candidates, Scorer};
use super::found::{VectorHit, VectorResult};
use super::reader::VectorReader;
use crate::lexical::SkillSet;
use crate::sorted::SortedMap;
use crate::{EmbeddingId, SkillId};

/// A search whose query is known.
pub(super) struct Run<'a, 'r, 'f> {
    pub(super) reader: VectorReader<'r, 'f>,
    pub(super) scorer: &'a Scorer<'a>,
    pub(super) candidates: Candidates<'a>,
    pub(super) n_hits: usize,
    pub(super) n_candidates: usize,
    pub(super) allowed: Option<&'a SkillSet>,
    /// The skill that others shall be like.
    pub(super) excluded: Option<SkillId>,
    /// Whose vectors the hits are, as far as it is known.
    pub(super) skills: SortedMap<EmbeddingId, SkillId>,
    /// The vectors of the seeds.
    pub(super) seeds: Vec<EmbeddingId>,
}

impl Run<'_, '_, '_> {
    pub(super) fn passes(&self, skill: SkillId) -> bool {
        self.excluded != Some(skill) && self.allowed.is_none_or(|allowed| allowed.contains(skill))
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

    pub(super) fn finish(self) -> VectorResult {
        let mut notes = self.reader.notes;
        notes.n_unread_codes = self.candidates.n_unread();
        let mut hits = Vec::new();
        for id in self.winners() {
            let Some(cosine) = self.candidates.cosine(id) else {
                continue;
            };
            match self.skills.get(&id) {
                Some(&skill) if self.passes(skill) => {
                    hits.push(VectorHit { skill, cosine });
                }
                Some(_) => {}
                None => notes.n_unknown_ids += 1,
            }
        }
        hits.sort_unstable_by(|a, b| b.cosine.cmp(&a.cosine).then(a.skill.cmp(&b.skill)));
        VectorResult { hits, notes }
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
    Known(&'a [SkillId]),
}
