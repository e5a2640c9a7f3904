//! The graph: built by `hnsw_rs`, then pruned and repaired so that every node can be reached.

use hnsw_rs::hnsw::Hnsw;
use hnsw_rs::prelude::Distance;
use rayon::prelude::*;

/// Links of each node, nearest first, as indexes into the vectors that the graph was built from.
pub(super) type Links = Vec<Vec<u32>>;

/// A vector with 8 bits a dimension; all of one graph have the same length.
pub(super) type Bytes = Vec<i8>;

/// Builds a graph of at most [`N_LINKS`] links a node, in which every node can be reached from every place that the
/// first node can be reached from.
///
/// Vectors are inserted one after the other and compared by an integer distance, so equal vectors give an equal graph
/// on every machine. Of the layers only the lowest is kept: cells replace the others. `hnsw_rs` drops the farthest
/// links where there are too many, which leaves nodes that nothing leads to; here links are made mutual, pruned to
/// directions that no nearer link covers (α = 1.2: Subramanya et al. 2019), and completed until all can be reached.
pub(super) fn build(vectors: &[Bytes]) -> Links {
    let candidates = mutual(candidates(vectors));
    let pruned: Vec<(Vec<u32>, Vec<u32>)> = (0..vectors.len())
        .into_par_iter()
        .map(|idx| prune(vectors, idx, &candidates[idx]))
        .collect();
    let (mut links, spare): (Links, Links) = pruned.into_iter().unzip();
    reach_all(vectors, &mut links, &candidates);
    for (idx, (links, spare)) in links.iter_mut().zip(spare).enumerate() {
        let missing = spare.into_iter().filter(|to| !links.contains(to));
        let missing: Vec<u32> = missing.take(N_LINKS - links.len()).collect();
        links.extend(missing);
        links.sort_by_key(|&to| (distance(&vectors[idx], &vectors[to as usize]), to));
    }
    links
}

/// Links of a node: 16 make a slot of 329 bytes.
pub(super) const N_LINKS: usize = 16;
/// Links of a node that are kept free for repairs.
const N_REPAIRS: usize = 2;

const M: usize = 16;
const EF_CONSTRUCTION: usize = 100;
const LAYERS_MAX: usize = 16;

/// The square of the Euclidean distance: below 2²⁴ for 128 dimensions, so an `f32` holds it exactly.
struct Squared;

impl Distance<i8> for Squared {
    fn eval(&self, a: &[i8], b: &[i8]) -> f32 {
        distance(a, b) as f32
    }
}

pub(super) fn distance(a: &[i8], b: &[i8]) -> i32 {
    a.iter()
        .zip(b)
        .map(|(&a, &b)| i32::from(i16::from(a) - i16::from(b)).pow(2))
        .sum()
}

fn candidates(vectors: &[Bytes]) -> Links {
    let hnsw = Hnsw::new(M, vectors.len(), LAYERS_MAX, EF_CONSTRUCTION, Squared);
    for (idx, vector) in vectors.iter().enumerate() {
        hnsw.insert((vector, idx));
    }
    let mut links = vec![Vec::new(); vectors.len()];
    let points = hnsw.get_point_indexation();
    for layer in 0..=usize::from(points.get_max_level_observed()) {
        for point in points.get_layer_iterator(layer) {
            let neighbours = point.get_neighborhood_id();
            links[point.get_origin_id()] = neighbours
                .first()
                .into_iter()
                .flatten()
                .map(|neighbour| neighbour.d_id as u32)
                .collect();
        }
    }
    links
}

fn mutual(mut links: Links) -> Links {
    let back: Vec<(u32, u32)> = links
        .iter()
        .enumerate()
        .flat_map(|(from, links)| links.iter().map(move |&to| (to, from as u32)))
        .collect();
    for (from, to) in back {
        links[from as usize].push(to);
    }
    for (idx, links) in links.iter_mut().enumerate() {
        links.retain(|&to| to as usize != idx);
        links.sort_unstable();
        links.dedup();
    }
    links
}

/// The nearest links that lead in different directions, as many as are not kept free; and the others, nearest first.
fn prune(vectors: &[Bytes], idx: usize, candidates: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let vector = &vectors[idx];
    let mut candidates: Vec<(i32, u32)> = candidates
        .iter()
        .map(|&to| (distance(vector, &vectors[to as usize]), to))
        .collect();
    candidates.sort_unstable();
    let (mut kept, mut spare): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
    for (far, to) in candidates {
        let is_covered = kept.iter().any(|&other| {
            let between = distance(&vectors[to as usize], &vectors[other as usize]);
            // 1.2² of a squared distance.
            i64::from(between) * 36 < i64::from(far) * 25
        });
        if kept.len() < N_LINKS - N_REPAIRS && !is_covered {
            kept.push(to);
        } else {
            spare.push(to);
        }
    }
    (kept, spare)
}

/// Adds links until every node can be reached from node 0: from the nearest node that can be reached and has room.
fn reach_all(vectors: &[Bytes], links: &mut Links, candidates: &Links) {
    let mut is_reached = vec![false; links.len()];
    if links.is_empty() {
        return;
    }
    reach_from(0, links, &mut is_reached);
    for idx in 0..links.len() {
        if is_reached[idx] {
            continue;
        }
        let has_room =
            |&from: &u32| is_reached[from as usize] && links[from as usize].len() < N_LINKS;
        let far = |&from: &u32| (distance(&vectors[idx], &vectors[from as usize]), from);
        let near = candidates[idx]
            .iter()
            .copied()
            .filter(has_room)
            .min_by_key(far);
        let from = near.or_else(|| (0..links.len() as u32).filter(has_room).min_by_key(far));
        if let Some(from) = from {
            links[from as usize].push(idx as u32);
        }
        reach_from(idx, links, &mut is_reached);
    }
}

fn reach_from(start: usize, links: &Links, is_reached: &mut [bool]) {
    let mut open = vec![start];
    is_reached[start] = true;
    while let Some(idx) = open.pop() {
        for &to in &links[idx] {
            if !std::mem::replace(&mut is_reached[to as usize], true) {
                open.push(to as usize);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points in groups far from each other, many of them equal.
    fn vectors(n: usize) -> Vec<Bytes> {
        let byte = |hash: usize| (hash.wrapping_mul(2_654_435_761) >> 13) as u8 as i8;
        (0..n)
            .map(|idx| {
                let group = idx % 7;
                (0..32)
                    .map(|dim| byte(group * 100 + dim) / 2 + byte(idx / 3 * 1_000 + dim) / 16)
                    .collect()
            })
            .collect()
    }

    #[test]
    fn every_node_can_be_reached_and_no_node_has_too_many_links() {
        for n in [0, 1, 2, 50, 600] {
            let vectors = vectors(n);
            let links = build(&vectors);
            let mut is_reached = vec![false; n];
            if n > 0 {
                reach_from(0, &links, &mut is_reached);
            }
            assert!(is_reached.iter().all(|&is_reached| is_reached));
            for (idx, links) in links.iter().enumerate() {
                assert!(links.len() <= 16);
                assert!(!links.contains(&(idx as u32)));
                let far = |to: &u32| distance(&vectors[idx], &vectors[*to as usize]);
                assert!(links.is_sorted_by_key(far));
            }
        }
    }

    #[test]
    fn equal_vectors_give_an_equal_graph() {
        let vectors = vectors(300);
        assert_eq!(build(&vectors), build(&vectors));
    }
}
