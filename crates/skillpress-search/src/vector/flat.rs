//! The flat plan: the signs of every vector are compared with the query.

use alloc::vec::Vec;

use super::candidates::sort_best;
use super::reader::{CellCodes, VectorReader};
use super::run::Run;
use crate::DocId;
use crate::EmbeddingId;
use crate::embedder::Cosine;
use crate::format::vectors::code::Code;

/// What is read once: all signs and the whole id map.
pub(super) struct Whole {
    cells: Vec<Option<CellCodes>>,
    /// The skill of each vector; none where it could not be read.
    docs: Vec<Option<DocId>>,
}

impl Whole {
    pub(super) fn read(reader: &mut VectorReader<'_, '_>) -> Self {
        let n_cells = reader.index.head.n_cells();
        let cells = (0..n_cells).map(|cell_idx| reader.cell(cell_idx)).collect();
        let mut docs = Vec::new();
        for block_idx in 0..reader.index.ids.n_blocks() {
            let block = reader.ids(block_idx);
            let n = reader.index.ids.entries(block_idx).len();
            match block {
                Some(block) => docs.extend(block.into_iter().map(|id| Some(DocId(id)))),
                None => docs.extend(core::iter::repeat_n(None, n)),
            }
        }
        Self { cells, docs }
    }

    /// The code of a skill's vector.
    pub(super) fn code_of(
        &self,
        doc: DocId,
        reader: &mut VectorReader<'_, '_>,
    ) -> Option<(EmbeddingId, Code)> {
        let Some(id) = self.embedding_of(doc) else {
            // It has no vector, or stands where the id map could not be read.
            reader.notes.n_unknown_ids += self.n_unknown();
            return None;
        };
        let cell = self.cells[reader.index.head.cell_of(id)].as_ref()?;
        let (_, &signs, factor) = cell.iter().find(|&(other, ..)| other == id)?;
        let Some(refinement) = reader.refinement(id) else {
            reader.notes.n_unread_codes += 1;
            return None;
        };
        let code = Code {
            signs,
            factor,
            refinement,
        };
        Some((id, code))
    }

    /// How many vectors are nobody's, as far as could be read.
    fn n_unknown(&self) -> u32 {
        self.docs.iter().filter(|doc| doc.is_none()).count() as u32
    }

    fn embedding_of(&self, doc: DocId) -> Option<EmbeddingId> {
        let idx = self.docs.iter().position(|&s| s == Some(doc))?;
        Some(EmbeddingId(idx as u32))
    }
}

/// The vectors that may be among the hits for all that their estimates tell, the best first.
fn promising(mut estimates: Vec<(Cosine, EmbeddingId)>, run: &Run<'_, '_, '_>) -> Vec<EmbeddingId> {
    sort_best(&mut estimates, run.request.n_candidates);
    let last_hit = estimates.get(run.request.n_hits.saturating_sub(1));
    let least = last_hit.map_or(i32::MIN, |(cosine, _)| cosine.to_fixed() - MARGIN);
    let near = estimates
        .into_iter()
        .filter(|(cosine, _)| cosine.to_fixed() >= least);
    near.map(|(_, id)| id).collect()
}

/// 1/12, in units of 2⁻³⁰: two standard errors of an estimate. Of 2,291 skills such candidates hold as many of the ten
/// nearest as 52 would always, and a search reads a sixth less.
const MARGIN: i32 = (1 << 30) / 12;

/// Scores the vectors with the best estimates, the filter first; `None` while codes are missing.
pub(super) fn search(run: &mut Run<'_, '_, '_>, whole: &Whole) -> Option<()> {
    if run.request.allowed.is_some() {
        // Whether they pass is not known, so they are left out.
        run.reader.notes.n_unknown_ids += whole.n_unknown();
    }
    let passes = |id: EmbeddingId| match whole.docs[id.idx()] {
        Some(doc) => run.passes(doc),
        // It cannot be shown, but that it would have been is said.
        None => run.request.allowed.is_none(),
    };
    let mut scores = Vec::new();
    for (id, signs, factor) in whole.cells.iter().flatten().flat_map(CellCodes::iter) {
        if passes(id) {
            scores.push((run.scorer.estimate(id, signs, factor), id));
        }
    }
    let mut wanted = promising(scores, run);
    if let Some(seeds) = &run.request.seeds {
        let passing = seeds.iter().filter(|&&doc| run.passes(doc));
        run.seeds = passing.filter_map(|&doc| whole.embedding_of(doc)).collect();
        wanted.extend(&run.seeds);
    }
    wanted.sort_unstable();
    wanted.dedup();
    for (id, signs, factor) in whole.cells.iter().flatten().flat_map(CellCodes::iter) {
        if wanted.binary_search(&id).is_ok() {
            run.candidates.add(id, signs, factor);
        }
    }
    run.candidates.read_codes(&wanted, &mut run.reader);
    for id in wanted {
        if let Some(doc) = whole.docs[id.idx()] {
            run.docs.insert(id, doc);
        }
    }
    (!run.reader.is_waiting).then_some(())
}
