//! The graph plan: from the cells nearest to the query along links to nearer and nearer vectors.
//!
//! Cells stand in for the upper layers of HNSW (Malkov and Yashunin 2016): they cost one round trip where layers cost
//! several. Every round reads the nodes that look best so far, all at once; the last one reads codes alone.
//!
//! A filter cannot walk: the neighbours of what passes mostly do not. A few skills are looked up in the inverse id map
//! and scored one by one; for many, cells are read in the order of their nearness until enough vectors pass.

use alloc::vec::Vec;

use super::candidates::best_of;
use super::run::Run;
use crate::DocId;
use crate::EmbeddingId;

/// Cells that a walk starts from.
const N_CELLS: usize = 8;
/// Vectors of these cells that it may go on from.
const FRONTIER: usize = 256;
/// Rounds of nodes, and nodes of a round.
const N_ROUNDS: usize = 2;
const WIDTH: usize = 28;
/// Seeds among the nodes of the last round.
const N_SEEDS: usize = 8;
/// A filter that at most so many skills pass is looked up skill by skill.
const FEW: usize = 256;
/// Cells of a round under a wider filter, and rounds.
const FILTER_CELLS: usize = 16;
const FILTER_ROUNDS: usize = 3;

/// Scores vectors near the query; `None` while something is missing.
pub(super) fn search(run: &mut Run<'_, '_, '_>) -> Option<()> {
    let few = run.request.allowed.as_ref().map(|allowed| {
        let few: Vec<DocId> = allowed.iter().take(FEW + 1).collect();
        (few.len() <= FEW).then_some(few)
    });
    match few {
        None => walk(run)?,
        Some(Some(few)) => score_docs(run, &few)?,
        Some(None) => {
            search_cells(run)?;
            if let Some(seeds) = &run.request.seeds {
                score_docs(run, seeds)?;
            }
        }
    }
    let best = run.candidates.best_estimated(run.request.n_candidates);
    run.candidates.read_codes(&best, &mut run.reader);
    // Whose vectors they are is asked for in the same round trip, so also for some that the codes will drop.
    for id in run.winners() {
        if !run.docs.contains(&id)
            && let Some(doc) = run.reader.doc(id)
        {
            run.docs.insert(id, doc);
        }
    }
    (!run.reader.is_waiting).then_some(())
}

fn walk(run: &mut Run<'_, '_, '_>) -> Option<()> {
    let mut scores = Vec::new();
    let mut cells = Vec::new();
    for cell_idx in run.scorer.nearest_cells().into_iter().take(N_CELLS) {
        cells.extend(run.reader.cell(cell_idx));
    }
    let seeds = run.request.seeds.as_ref();
    let embeddings = seeds.map(|seeds| embeddings_of(run, seeds));
    if run.reader.is_waiting {
        return None;
    }
    for (id, signs, factor) in cells.iter().flat_map(|cell| cell.iter()) {
        scores.push((run.scorer.estimate(id, signs, factor), id));
    }
    let mut frontier = best_of(scores, FRONTIER);
    frontier.sort_unstable();
    for (id, signs, factor) in cells.iter().flat_map(|cell| cell.iter()) {
        if frontier.binary_search(&id).is_ok() {
            run.candidates.add(id, signs, factor);
        }
    }
    let mut visited: Vec<EmbeddingId> = Vec::new();
    for round in 0..N_ROUNDS {
        let is_last = round + 1 == N_ROUNDS;
        let mut nodes = Vec::new();
        if is_last {
            // What starts from seeds waits for them: a walk that does not know them would read other nodes.
            let embeddings = embeddings.as_ref()?;
            nodes.extend(
                embeddings
                    .iter()
                    .filter(|id| !visited.contains(*id))
                    .take(N_SEEDS),
            );
        }
        for id in run.candidates.best_estimated(WIDTH) {
            if nodes.len() < WIDTH && !nodes.contains(&id) {
                nodes.push(id);
            }
        }
        visit(run, &nodes)?;
        visited.extend(nodes);
    }
    run.seeds = embeddings?;
    let seeds = run.seeds.clone();
    read_node_codes(run, &seeds)
}

/// Reads nodes: their codes, and their neighbours' signs.
fn visit(run: &mut Run<'_, '_, '_>, nodes: &[EmbeddingId]) -> Option<()> {
    let mut links = Vec::new();
    for &id in nodes {
        let code = run.reader.node_code(id);
        links.extend(run.reader.links(id));
        // Where it is damaged, the code may yet be read from the other file.
        if let Some(code) = code {
            run.candidates.add_scored(id, &code);
        }
    }
    for link in links {
        run.candidates.add(link.to, &link.signs, link.factor);
    }
    (!run.reader.is_waiting).then_some(())
}

/// Scores vectors that are no candidates yet by the codes of their nodes.
fn read_node_codes(run: &mut Run<'_, '_, '_>, ids: &[EmbeddingId]) -> Option<()> {
    for &id in ids {
        if !run.candidates.contains(id)
            && let Some(code) = run.reader.node_code(id)
        {
            run.candidates.add_scored(id, &code);
        }
    }
    (!run.reader.is_waiting).then_some(())
}

/// Scores the vectors of these skills.
fn score_docs(run: &mut Run<'_, '_, '_>, docs: &[DocId]) -> Option<()> {
    let embeddings = embeddings_of(run, docs);
    if run.reader.is_waiting {
        return None;
    }
    read_node_codes(run, &embeddings)?;
    run.candidates.read_codes(&embeddings, &mut run.reader);
    run.seeds.extend(embeddings);
    Some(())
}

/// The vectors of those of `skills` that pass and have one; their skills are known from now on.
fn embeddings_of(run: &mut Run<'_, '_, '_>, docs: &[DocId]) -> Vec<EmbeddingId> {
    let mut embeddings = Vec::new();
    for &doc in docs {
        if run.passes(doc)
            && let Some(id) = run.reader.embedding_of(doc)
        {
            run.docs.insert(id, doc);
            embeddings.push(id);
        }
    }
    embeddings
}

/// Estimates cell after cell, until there are enough vectors that pass the filter.
fn search_cells(run: &mut Run<'_, '_, '_>) -> Option<()> {
    let nearest = run.scorer.nearest_cells();
    for cells in nearest.chunks(FILTER_CELLS).take(FILTER_ROUNDS) {
        let mut read = Vec::new();
        for &cell_idx in cells {
            read.extend(run.reader.cell(cell_idx));
            for id in run.reader.index.head.members(cell_idx).map(EmbeddingId) {
                match run.reader.doc(id) {
                    Some(doc) => {
                        run.docs.insert(id, doc);
                    }
                    // Whether it passes is not known, so it is left out.
                    None => run.reader.notes.n_unknown_ids += 1,
                }
            }
        }
        if run.reader.is_waiting {
            return None;
        }
        for (id, signs, factor) in read.iter().flat_map(|cell| cell.iter()) {
            let doc = run.docs.get(&id).copied();
            if doc.is_some_and(|doc| run.passes(doc)) {
                run.candidates.add(id, signs, factor);
            }
        }
        if run
            .candidates
            .best_estimated(4 * run.request.n_candidates)
            .len()
            == 4 * run.request.n_candidates
        {
            break;
        }
    }
    Some(())
}
