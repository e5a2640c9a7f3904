//! Groups vectors into cells of neighbours, which give the order of the vector files.

use rayon::prelude::*;
use skillpress_search::internals::EmbeddingId;
use skillpress_search::internals::embedder::{DIM, Embedding};
use skillpress_search::internals::format::vectors::code::Residual;
use skillpress_search::internals::format::vectors::head::{CELLS_MAX, VectorHead};
use skillpress_search::internals::format::vectors::router::{Cell, Router};

/// Vectors by cell.
pub(super) struct Cells {
    /// The mean of all vectors, in units of 2⁻¹⁵.
    pub(super) mean: [i16; DIM],
    /// Centroids; neighbours stand near each other.
    pub(super) cells: Vec<Cell>,
    /// For each cell its vectors, as indexes; no cell is empty.
    pub(super) members: Vec<Vec<u32>>,
}

/// The cells of the index that was published before.
#[derive(Debug)]
pub struct PreviousCells {
    /// Which vectors lay in which cell.
    pub head: VectorHead,
    /// The centroids.
    pub router: Router,
}

/// Groups `vectors` as they were before, so that what did not change keeps its number: `places` says where each stood.
///
/// A vector stays in its cell unless another is clearly nearer; new ones come last in the nearest cell. `None` when the
/// cells fit no longer: too many or too few for so many vectors, or too many vectors would change theirs.
pub(super) fn keep(
    vectors: &[Embedding],
    places: &[Option<EmbeddingId>],
    previous: &PreviousCells,
) -> Option<Cells> {
    let PreviousCells { head, router } = previous;
    let n_ideal = n_cells_for(vectors.len());
    if 4 * head.n_cells() < 3 * n_ideal || 3 * head.n_cells() > 4 * n_ideal {
        return None;
    }
    let centroids = stored(&router.cells, &router.mean);
    let mut n_moved = 0;
    let mut members: Vec<Vec<(Option<EmbeddingId>, u32)>> = vec![Vec::new(); centroids.len()];
    let nearest = assign(vectors, &centroids);
    for ((idx, nearest), &place) in (0..).zip(nearest).zip(places) {
        let vector = &vectors[idx as usize];
        let old_cell = place.map(|place| head.cell_of(place));
        let distance = |cell_idx: usize| centroids[cell_idx].distance(vector);
        match old_cell {
            Some(old) if 10 * distance(old) <= 11 * distance(nearest as usize) => {
                members[old].push((place, idx));
            }
            _ => {
                n_moved += usize::from(old_cell.is_some());
                members[nearest as usize].push((None, idx));
            }
        }
    }
    if 10 * n_moved > vectors.len() {
        return None;
    }
    for members in &mut members {
        members.sort_by_key(|&(place, idx)| (place.is_none(), place, idx));
    }
    let members = members.into_iter().map(|members| {
        let idxs = members.into_iter().map(|(_, idx)| idx);
        idxs.collect()
    });
    Some(Cells::without_empty(
        router.mean,
        router.cells.clone(),
        members.collect(),
    ))
}

/// Groups `vectors` by k-means (Lloyd 1982) in integers.
///
/// A vector belongs to the cell whose centroid, as it will be stored, is nearest.
pub(super) fn group(vectors: &[Embedding]) -> Cells {
    let mean = mean_of(vectors.iter());
    let n_cells = n_cells_for(vectors.len());
    let mut centroids: Vec<Centroid> = (0..n_cells)
        .map(|cell_idx| &vectors[cell_idx * vectors.len() / n_cells])
        .map(|vector| Centroid::new(vector.components().map(i32::from)))
        .collect();
    for _ in 0..N_ROUNDS {
        let nearest = assign(vectors, &centroids);
        let mut sums = vec![([0i64; DIM], 0i64); n_cells];
        for (vector, &cell_idx) in vectors.iter().zip(&nearest) {
            let (sum, n) = &mut sums[cell_idx as usize];
            *n += 1;
            for (sum, &x) in sum.iter_mut().zip(vector.components()) {
                *sum += i64::from(x);
            }
        }
        for (centroid, (sum, n)) in centroids.iter_mut().zip(sums) {
            // An empty cell keeps its place.
            if n > 0 {
                *centroid = Centroid::new(sum.map(|sum| rounded(sum, n)));
            }
        }
    }
    let cells: Vec<Cell> = in_tour_order(centroids)
        .iter()
        .map(|centroid| Cell::nearest(&centroid.components.map(i32::from), &mean))
        .collect();
    let mut members = vec![Vec::new(); cells.len()];
    let nearest = assign(vectors, &stored(&cells, &mean));
    for (idx, cell_idx) in nearest.into_iter().enumerate() {
        members[cell_idx as usize].push(idx as u32);
    }
    let mut cells = Cells::without_empty(mean, cells, members);
    order_members(vectors, &mut cells.members);
    cells
}

impl Cells {
    fn without_empty(mean: [i16; DIM], cells: Vec<Cell>, members: Vec<Vec<u32>>) -> Self {
        let cells = members.into_iter().zip(cells);
        let (members, cells) = cells.filter(|(members, _)| !members.is_empty()).unzip();
        Self {
            mean,
            cells,
            members,
        }
    }
}

/// What a vector differs by from the centroid of its cell, as stored.
pub(super) fn residual(vector: &Embedding, centroid: &Residual) -> Residual {
    std::array::from_fn(|dim| i32::from(vector.components()[dim]) - centroid[dim])
}

const N_ROUNDS: usize = 8;

/// Small cells make small residuals, but a router that is read whole: 38 bytes a cell, as much as the codes of three
/// vectors. 18 vectors a cell keep both low where all signs are read anyway; larger indexes read some cells of 64, and no
/// router above 40 KB.
fn n_cells_for(n_vectors: usize) -> usize {
    let cell_len = if n_vectors <= 6_000 { 18 } else { 64 };
    n_vectors.div_ceil(cell_len).min(CELLS_MAX / 2)
}

fn mean_of<'a>(vectors: impl ExactSizeIterator<Item = &'a Embedding>) -> [i16; DIM] {
    let n = (vectors.len() as i64).max(1);
    let mut sum = [0i64; DIM];
    for vector in vectors {
        for (sum, &x) in sum.iter_mut().zip(vector.components()) {
            *sum += i64::from(x);
        }
    }
    sum.map(|sum| rounded(sum, n) as i16)
}

fn rounded(sum: i64, n: i64) -> i32 {
    (sum + n / 2).div_euclid(n) as i32
}

struct Centroid {
    components: [i16; DIM],
    square: i32,
}

impl Centroid {
    fn new(components: Residual) -> Self {
        let components = components.map(|x| x.clamp(-32_767, 32_767) as i16);
        let square = dot(&components, &components);
        Self { components, square }
    }

    /// The square of the distance to a vector, in units of 2⁻³⁰ and but for roundings: all vectors are of length 1.
    fn distance(&self, vector: &Embedding) -> i64 {
        const ONE: i64 = 1 << 30;
        let dot = dot(vector.components(), &self.components);
        (ONE + i64::from(self.square) - 2 * i64::from(dot)).max(0)
    }
}

/// Centroids as readers have them.
fn stored(cells: &[Cell], mean: &[i16; DIM]) -> Vec<Centroid> {
    let cells = cells.iter();
    cells
        .map(|cell| Centroid::new(cell.centroid(mean)))
        .collect()
}

/// The nearest centroid of each vector, the first of equally near ones.
fn assign(vectors: &[Embedding], centroids: &[Centroid]) -> Vec<u32> {
    let nearest = |vector: &Embedding| {
        let distances = centroids.iter().map(|centroid| centroid.distance(vector));
        let distances = distances.enumerate();
        distances
            .min_by_key(|&(_, d)| d)
            .map_or(0, |(idx, _)| idx as u32)
    };
    vectors.par_iter().map(nearest).collect()
}

/// Products of vectors no longer than 1, whose sum fits 32 bits whatever the order.
fn dot(a: &[i16; DIM], b: &[i16; DIM]) -> i32 {
    a.iter().zip(b).fold(0, |sum, (&a, &b)| {
        sum.wrapping_add(i32::from(a) * i32::from(b))
    })
}

/// Each centroid followed by the nearest one left: then hits of one query lie in fewer stretches of the files.
///
/// A shorter tour (2-opt) was no clear gain.
fn in_tour_order(mut centroids: Vec<Centroid>) -> Vec<Centroid> {
    for idx in 1..centroids.len() {
        let last = centroids[idx - 1].components;
        let distance = |centroid: &Centroid| centroid.square - 2 * dot(&last, &centroid.components);
        let nearest = (idx..centroids.len()).min_by_key(|&idx| distance(&centroids[idx]));
        centroids.swap(idx, nearest.unwrap_or(idx));
    }
    centroids
}

/// In each cell too, every vector is followed by the nearest one left.
fn order_members(vectors: &[Embedding], members: &mut [Vec<u32>]) {
    let mut last: Option<&Embedding> = None;
    for members in members {
        for idx in 0..members.len() {
            if let Some(last) = last {
                let near = |&at: &usize| last.cosine(&vectors[members[at] as usize]);
                let nearest = (idx..members.len()).rev().max_by_key(near);
                members.swap(idx, nearest.unwrap_or(idx));
            }
            last = Some(&vectors[members[idx] as usize]);
        }
    }
}
