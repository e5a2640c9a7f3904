//! Vectors that may be hits, with what is known of their cosines.

use alloc::vec::Vec;

use super::estimate::CodeQuery;
use super::reader::VectorReader;
use crate::EmbeddingId;
use crate::embedder::Cosine;
use crate::format::vectors::code::{Code, Factor, REFINEMENT_BYTES, SIGN_BYTES};
use crate::format::vectors::head::VectorHead;
use crate::format::vectors::router::Router;
use crate::sorted::SortedMap;

/// Compares codes with a query.
pub(super) struct Scorer<'a> {
    query: CodeQuery,
    router: &'a Router,
    head: &'a VectorHead,
    /// What each centroid contributes to the cosines of its cell.
    dots: Vec<i64>,
}

impl<'a> Scorer<'a> {
    pub(super) fn new(query: CodeQuery, router: &'a Router, head: &'a VectorHead) -> Self {
        let dots = (0..head.n_cells())
            .map(|cell_idx| query.dot(&router.centroid(cell_idx)))
            .collect();
        Self {
            query,
            router,
            head,
            dots,
        }
    }

    /// All cells, the one whose centroid is nearest first.
    pub(super) fn nearest_cells(&self) -> Vec<usize> {
        let mut cells: Vec<usize> = (0..self.dots.len()).collect();
        cells.sort_unstable_by(|a, b| self.dots[*b].cmp(&self.dots[*a]).then(a.cmp(b)));
        cells
    }

    pub(super) fn estimate(&self, id: EmbeddingId, signs: &[u8; SIGN_BYTES], factor: u8) -> Cosine {
        let dot = self.dots[self.head.cell_of(id)];
        self.query.estimate(dot, signs, self.factor(factor))
    }

    fn refine(
        &self,
        id: EmbeddingId,
        signs: &[u8; SIGN_BYTES],
        factor: u8,
        refinement: &[u8; REFINEMENT_BYTES],
    ) -> Cosine {
        let dot = self.dots[self.head.cell_of(id)];
        self.query
            .refine(dot, signs, self.factor(factor), refinement)
    }

    fn factor(&self, factor: u8) -> Factor {
        Factor::new(factor, self.router.factor_step)
    }
}

/// Candidates by id.
pub(super) struct Candidates<'a> {
    scorer: &'a Scorer<'a>,
    by_id: SortedMap<EmbeddingId, Candidate>,
}

struct Candidate {
    signs: [u8; SIGN_BYTES],
    factor: u8,
    cosine: Cosine,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Its cosine is an estimate.
    Estimated,
    /// The refinement of its code was asked for; its cosine is an estimate as long as that is not there.
    Asked,
    /// Its cosine is as good as its code.
    Scored,
}

impl<'a> Candidates<'a> {
    pub(super) fn new(scorer: &'a Scorer<'a>) -> Self {
        Self {
            scorer,
            by_id: SortedMap::new(),
        }
    }

    pub(super) fn contains(&self, id: EmbeddingId) -> bool {
        self.by_id.contains(&id)
    }

    /// Adds a vector of which the signs are known.
    pub(super) fn add(&mut self, id: EmbeddingId, signs: &[u8; SIGN_BYTES], factor: u8) {
        if !self.by_id.contains(&id) {
            let candidate = Candidate {
                signs: *signs,
                factor,
                cosine: self.scorer.estimate(id, signs, factor),
                state: State::Estimated,
            };
            self.by_id.insert(id, candidate);
        }
    }

    /// Adds a vector of which the whole code is known.
    pub(super) fn add_scored(&mut self, id: EmbeddingId, code: &Code) {
        self.add(id, &code.signs, code.factor);
        self.score(id, &code.refinement);
    }

    /// The `n` vectors with the best estimates that are not scored yet.
    pub(super) fn best_estimated(&self, n: usize) -> Vec<EmbeddingId> {
        self.best(n, |candidate| candidate.state == State::Estimated)
    }

    /// Scores these vectors with their whole codes, as far as they can be read.
    pub(super) fn read_codes(&mut self, ids: &[EmbeddingId], reader: &mut VectorReader<'_, '_>) {
        for &id in ids {
            let Some(candidate) = self.by_id.get_mut(&id) else {
                continue;
            };
            if candidate.state != State::Estimated {
                continue;
            }
            candidate.state = State::Asked;
            if let Some(refinement) = reader.refinement(id) {
                self.score(id, &refinement);
            }
        }
    }

    /// The `n` best whose codes were asked for. The others do not compete: an estimate may be high for being wrong.
    pub(super) fn best_scored(&self, n: usize) -> Vec<EmbeddingId> {
        self.best(n, |candidate| candidate.state != State::Estimated)
    }

    /// The cosine of a candidate, as far as it is known.
    pub(super) fn cosine(&self, id: EmbeddingId) -> Option<Cosine> {
        self.by_id.get(&id).map(|candidate| candidate.cosine)
    }

    /// How many were asked for and could not be scored.
    pub(super) fn n_unread(&self) -> u32 {
        let candidates = self.by_id.values();
        candidates.filter(|c| c.state == State::Asked).count() as u32
    }

    fn score(&mut self, id: EmbeddingId, refinement: &[u8; REFINEMENT_BYTES]) {
        if let Some(candidate) = self.by_id.get_mut(&id) {
            let (signs, factor) = (&candidate.signs, candidate.factor);
            candidate.cosine = self.scorer.refine(id, signs, factor, refinement);
            candidate.state = State::Scored;
        }
    }

    fn best(&self, n: usize, keep: impl Fn(&Candidate) -> bool) -> Vec<EmbeddingId> {
        let kept = self.by_id.iter().filter(|(_, candidate)| keep(candidate));
        best_of(kept.map(|(&id, kept)| (kept.cosine, id)).collect(), n)
    }
}

/// The `n` best, equal ones by id.
pub(super) fn best_of(mut scores: Vec<(Cosine, EmbeddingId)>, n: usize) -> Vec<EmbeddingId> {
    sort_best(&mut scores, n);
    scores.into_iter().map(|(_, id)| id).collect()
}

/// Keeps the `n` best, the best first.
pub(super) fn sort_best(scores: &mut Vec<(Cosine, EmbeddingId)>, n: usize) {
    scores.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    scores.truncate(n);
}
