//! The state of the graph: degrees, and what can be reached.

use serde::Serialize;
use skillpress_search::internals::EmbeddingId;
use skillpress_search::internals::format::vectors::VectorIndex;
use skillpress_search::internals::format::vectors::code::Code;
use skillpress_search::internals::format::vectors::head::VECTORS_FILE;
use skillpress_search::internals::format::vectors::nodes::{
    NODES_FILE, decode_links, decode_node_code,
};

use super::files::{IndexFile, IndexFiles};

/// Nodes and their links.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Graph {
    /// Layers: one, because cells take the place of those above it.
    pub levels: u32,
    /// Room for links in a node.
    pub links_max: u8,
    /// Links of a node.
    pub degrees: Degrees,
    /// How many nodes have 0, 1, 2 … links.
    pub histogram: Vec<usize>,
    /// Nodes that can be reached from that of the first skill with a vector, itself included.
    pub reachable: usize,
}

/// Links of a node: those that could be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Degrees {
    /// Fewest.
    pub min: usize,
    /// On average.
    pub mean: f64,
    /// Most.
    pub max: usize,
}

/// Reads every node; `codes` and `owners` are what the other files say of the vectors.
pub(super) fn graph(
    files: &mut IndexFiles<'_>,
    index: &VectorIndex,
    codes: &[Option<Code>],
    owners: &[Option<u32>],
) -> Graph {
    let mut graph = Graph {
        levels: 1,
        links_max: index.head.n_links,
        ..Graph::default()
    };
    if let Some(file) = files.read(NODES_FILE) {
        let links = links(files, &file, index, codes);
        check_inverse_map(files, &file, index, owners);
        graph.count_degrees(&links);
        graph.reachable = reachable(files, &links, owners);
    }
    graph
}

/// Links of a node; `None` where they cannot be read.
type Links = Option<Vec<EmbeddingId>>;

/// The links of every node; notes nodes whose own code is not the vector's.
fn links(
    files: &mut IndexFiles<'_>,
    file: &IndexFile,
    index: &VectorIndex,
    codes: &[Option<Code>],
) -> Vec<Links> {
    let layout = index.nodes;
    let mut links = Vec::new();
    for id in (0..index.head.n_embeddings()).map(EmbeddingId) {
        let own = files.decoded(file, layout.code_range(id), decode_node_code);
        if let (Some(own), Some(code)) = (own, &codes[id.idx()])
            && own != *code
        {
            files.note(
                NODES_FILE,
                format!("vector {} is another one than in `cells` and `codes`", id.0),
            );
        }
        let range = layout.links_range(id);
        let read = files.decoded(file, range, |payload| decode_links(&layout, id, payload));
        links.push(read.map(|links| links.into_iter().map(|link| link.to).collect()));
    }
    links
}

/// Notes vectors that the inverse id map does not lead to from their skills.
fn check_inverse_map(
    files: &mut IndexFiles<'_>,
    file: &IndexFile,
    index: &VectorIndex,
    owners: &[Option<u32>],
) {
    let inverse = files.numbers(file, index.nodes.inverse_map());
    for (id, skill) in owners.iter().enumerate() {
        let embedding = skill.and_then(|skill| inverse.get(skill as usize).copied().flatten());
        if embedding.is_some_and(|embedding| embedding as usize != id) {
            files.note(
                NODES_FILE,
                format!("the inverse id map does not lead to vector {id}"),
            );
        }
    }
}

impl Graph {
    fn count_degrees(&mut self, links: &[Links]) {
        let degrees: Vec<usize> = links.iter().flatten().map(Vec::len).collect();
        self.degrees = Degrees {
            min: degrees.iter().min().copied().unwrap_or(0),
            mean: degrees.iter().sum::<usize>() as f64 / degrees.len().max(1) as f64,
            max: degrees.iter().max().copied().unwrap_or(0),
        };
        self.histogram = vec![0; self.degrees.max + 1];
        for degree in degrees {
            self.histogram[degree] += 1;
        }
    }
}

/// How many nodes can be reached; notes when some cannot, unless damage explains it.
fn reachable(files: &mut IndexFiles<'_>, links: &[Links], owners: &[Option<u32>]) -> usize {
    // A build makes all nodes reachable from the vector of the lowest DocId.
    let with_skill = owners
        .iter()
        .enumerate()
        .filter(|(_, skill)| skill.is_some());
    let start = with_skill.min_by_key(|(_, skill)| **skill);
    let start = start.map_or(EmbeddingId(0), |(id, _)| EmbeddingId(id as u32));
    let n_reached = n_reachable(start, links);
    let is_damaged = [VECTORS_FILE, NODES_FILE]
        .into_iter()
        .any(|name| files.is_damaged(name));
    if n_reached < links.len() && !is_damaged {
        let n = links.len() - n_reached;
        files.note(
            NODES_FILE,
            format!("{n} nodes cannot be reached from vector {}", start.0),
        );
    }
    n_reached
}

/// How many nodes links lead to from `start`, itself included; damaged nodes lead nowhere.
fn n_reachable(start: EmbeddingId, links: &[Links]) -> usize {
    let mut is_reached = vec![false; links.len()];
    let mut next: Vec<EmbeddingId> = Vec::new();
    if let Some(is_reached) = is_reached.get_mut(start.idx()) {
        *is_reached = true;
        next.push(start);
    }
    let mut n_reached = next.len();
    while let Some(id) = next.pop() {
        for to in links[id.idx()].iter().flatten() {
            if !std::mem::replace(&mut is_reached[to.idx()], true) {
                n_reached += 1;
                next.push(*to);
            }
        }
    }
    n_reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_link_leads_to_is_not_reached() {
        let links = |lists: &[&[u32]]| -> Vec<Links> {
            let ids = |list: &&[u32]| Some(list.iter().copied().map(EmbeddingId).collect());
            lists.iter().map(ids).collect()
        };
        assert_eq!(n_reachable(EmbeddingId(0), &[]), 0);
        assert_eq!(
            n_reachable(EmbeddingId(0), &links(&[&[1], &[2], &[0], &[0]])),
            3
        );
        let mut damaged = links(&[&[1], &[2], &[0]]);
        damaged[1] = None;
        assert_eq!(n_reachable(EmbeddingId(0), &damaged), 2);
    }
}
