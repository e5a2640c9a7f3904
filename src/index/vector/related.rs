//! The skills most like each skill, for its page.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use rayon::prelude::*;

use super::hnsw::{Bytes, Links};

/// For each vector the most similar other ones, at most `n`, the most similar first.
///
/// A near copy does not fill a list: what is the same as the skill itself, or as one that stands before it, is left out.
/// The same is what has the same name (its letters and digits), or a cosine above [`COPY_COSINE`].
pub(super) fn related(vectors: &[Bytes], names: &[&str], links: &Links, n: usize) -> Vec<Vec<u32>> {
    let lengths: Vec<f64> = vectors
        .iter()
        .map(|vector| (dot(vector, vector) as f64).sqrt())
        .collect();
    let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
    let cosine = |a: usize, b: usize| {
        let dot = dot(&vectors[a], &vectors[b]) as f64;
        dot / (lengths[a] * lengths[b]).max(1.0)
    };
    let is_copy = |a: usize, b: usize| names[a] == names[b] || cosine(a, b) > COPY_COSINE;
    (0..vectors.len())
        .into_par_iter()
        .map(|idx| {
            // A heap, since few of them are taken. Cosines above zero have the order of their bits.
            let mut near: BinaryHeap<(u64, Reverse<u32>)> = neighbours(idx, vectors.len(), links)
                .map(|other| (cosine(idx, other as usize), other))
                .filter(|&(cosine, _)| cosine > 0.0)
                .map(|(cosine, other)| (cosine.to_bits(), Reverse(other)))
                .collect();
            let mut chosen: Vec<u32> = Vec::new();
            while chosen.len() < n
                && let Some((_, Reverse(other))) = near.pop()
            {
                let mut others = chosen.iter().map(|&other| other as usize);
                if !is_copy(idx, other as usize)
                    && !others.any(|chosen| is_copy(chosen, other as usize))
                {
                    chosen.push(other);
                }
            }
            chosen
        })
        .collect()
}

/// Above this cosine two skills are copies. On the real corpus such pairs are forks and renamed uploads.
pub(super) const COPY_COSINE: f64 = 0.97;

/// Up to here every pair is compared (0.3 s); then what the graph leads to in two steps.
const ALL_PAIRS_MAX: usize = 4_096;

fn neighbours(idx: usize, n: usize, links: &Links) -> Box<dyn Iterator<Item = u32> + '_> {
    if n <= ALL_PAIRS_MAX {
        return Box::new((0..n as u32).filter(move |&other| other as usize != idx));
    }
    let near = links[idx].iter();
    let mut found: BTreeSet<u32> = near
        .flat_map(|&other| {
            links[other as usize]
                .iter()
                .chain([other].iter())
                .copied()
                .collect::<Vec<_>>()
        })
        .collect();
    found.remove(&(idx as u32));
    Box::new(found.into_iter())
}

fn dot(a: &Bytes, b: &Bytes) -> i32 {
    a.iter()
        .zip(b)
        .map(|(&a, &b)| i32::from(i16::from(a) * i16::from(b)))
        .sum()
}

fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(x: i8, y: i8) -> Bytes {
        vec![x, y]
    }

    #[test]
    fn copies_do_not_fill_a_list() {
        let vectors = [
            vector(100, 0),
            vector(100, 1),
            vector(90, 40),
            vector(90, 41),
            vector(80, 60),
            vector(0, 100),
            vector(-100, 0),
        ];
        let names = [
            "Pdf", "Other", "Merge", "Merge it", "p-d-f", "Far", "Against",
        ];
        let links = vec![vec![]; 7];
        let related = related(&vectors, &names, &links, 10);
        // 1 has its direction, 4 its name; 3 is like 2; 6 points away.
        assert_eq!(related[0], [2]);
        // 3 and 2 are like 4, and 0 is like 1.
        assert_eq!(related[5], [4, 1]);
    }

    #[test]
    fn no_list_is_longer_than_asked_for() {
        let vectors: Vec<Bytes> = (0..30).map(|idx| vector(100 - 3 * idx, 3 * idx)).collect();
        let names: Vec<String> = (0..30).map(|idx| format!("skill {idx}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let links = vec![vec![]; 30];
        assert!(
            related(&vectors, &names, &links, 3)
                .iter()
                .all(|list| list.len() == 3)
        );
    }
}
