//! `nodes`: the graph; each vector with its neighbours, for searches that read a small part of a large index.
//!
//! A node is two blocks in a slot of fixed length: the vector's own code, then its links with the signs of the vectors
//! they lead to. So one read gives a good score for the node and an estimate for every neighbour, and the next
//! round goes only where it pays. After the slots stands the inverse of the id map: where the vector of a skill is, to
//! start from a lexical hit or to keep to a filter.

use alloc::vec::Vec;

use super::code::{Code, REFINEMENT_BYTES, SIGN_BYTES};
use super::head::LINKS_MAX;
use super::id_map::{PackedIds, bits_of};
use crate::bytes::{exactly, has_length};
use crate::format::block;
use crate::{ByteRange, EmbeddingId, FormatError};

/// Name of the file in the manifest.
pub const NODES_FILE: &str = "nodes";

/// Where the parts of a `nodes` file stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodesLayout {
    n_embeddings: u32,
    n_skills: u32,
    n_links: u8,
    inverse_bits: u8,
}

impl NodesLayout {
    /// For a graph of `n_embeddings` nodes with room for `n_links` links each (at most [`LINKS_MAX`] count), and an inverse
    /// id map with `inverse_bits` bits an entry.
    pub fn new(n_embeddings: u32, n_skills: u32, n_links: u8, inverse_bits: u8) -> Self {
        Self {
            n_embeddings,
            n_skills,
            n_links: n_links.min(LINKS_MAX as u8),
            inverse_bits,
        }
    }

    /// Where a node's own code stands; its links follow.
    pub fn code_range(&self, id: EmbeddingId) -> ByteRange {
        ByteRange {
            start: u64::from(id.0) * self.slot_bytes(),
            len: NODE_CODE_BYTES as u32,
        }
    }

    /// Where a node's links stand.
    pub fn links_range(&self, id: EmbeddingId) -> ByteRange {
        ByteRange {
            start: self.code_range(id).end(),
            len: self.slot_bytes() as u32 - NODE_CODE_BYTES as u32,
        }
    }

    /// The inverse id map: entries of skills, which [`NodesLayout::embedding`] makes vectors of.
    pub fn inverse_map(&self) -> PackedIds {
        PackedIds {
            file: NODES_FILE,
            start: u64::from(self.n_embeddings) * self.slot_bytes(),
            n: self.n_skills,
            bound: self.n_skills,
            block_len: INVERSE_BLOCK,
            n_bits: self.inverse_bits,
        }
    }

    /// The vector that an entry of the inverse id map says; `None` for a skill without.
    pub fn embedding(&self, entry: u32) -> Option<EmbeddingId> {
        (entry < self.n_embeddings).then_some(EmbeddingId(entry))
    }

    /// Length of the file in bytes.
    pub fn len_bytes(&self) -> u64 {
        self.inverse_map().end()
    }

    fn slot_bytes(&self) -> u64 {
        (NODE_CODE_BYTES + usize::from(self.n_links) * LINK_BYTES + block::CHECKSUM_LEN) as u64
    }
}

/// A neighbour of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub to: EmbeddingId,
    /// As in [`Code`].
    pub signs: [u8; SIGN_BYTES],
    /// As in [`Code`].
    pub factor: u8,
}

/// Decodes the payload of a node's own code.
///
/// # Errors
/// `Length` for another length.
pub fn decode_node_code(payload: &[u8]) -> Result<Code, FormatError> {
    let payload: &[u8; NODE_CODE_BYTES - block::CHECKSUM_LEN] = exactly(WHAT, payload)?;
    let mut code = Code {
        signs: [0; SIGN_BYTES],
        factor: payload[SIGN_BYTES],
        refinement: [0; REFINEMENT_BYTES],
    };
    code.signs.copy_from_slice(&payload[..SIGN_BYTES]);
    code.refinement.copy_from_slice(&payload[SIGN_BYTES + 1..]);
    Ok(code)
}

/// Decodes the payload of the links of node `id`, nearest first.
///
/// # Errors
/// `Length` for another length, `Limit` for a link that leads out of the index.
pub fn decode_links(
    layout: &NodesLayout,
    id: EmbeddingId,
    payload: &[u8],
) -> Result<Vec<Link>, FormatError> {
    has_length(WHAT, payload, usize::from(layout.n_links) * LINK_BYTES)?;
    let links = payload.as_chunks::<LINK_BYTES>().0.iter().map(|link| {
        let mut signs = [0; SIGN_BYTES];
        signs.copy_from_slice(&link[3..3 + SIGN_BYTES]);
        Link {
            to: EmbeddingId(u32::from_le_bytes([link[0], link[1], link[2], 0])),
            signs,
            factor: link[LINK_BYTES - 1],
        }
    });
    // A node with fewer links fills its slot with links to itself.
    let links: Vec<Link> = links.take_while(|link| link.to != id).collect();
    for (link_idx, link) in links.iter().enumerate() {
        if link.to.0 >= layout.n_embeddings {
            return Err(FormatError::Limit {
                what: WHAT,
                offset: (link_idx * LINK_BYTES + 3) as u32,
                got: link.to.0,
                limit: layout.n_embeddings.saturating_sub(1),
            });
        }
    }
    Ok(links)
}

/// The entries of an inverse id map that gives each skill its vector. Those without have a number that no vector has:
/// their own, where that is one, so that skills in the order of their vectors all have their own number.
pub fn inverse_entries(embeddings: &[Option<EmbeddingId>], n_embeddings: u32) -> Vec<u32> {
    let entry = |(embedding, doc): (&Option<EmbeddingId>, u32)| {
        embedding.map_or(doc.max(n_embeddings), |id| id.0)
    };
    embeddings.iter().zip(0..).map(entry).collect()
}

/// The bits of an entry of that inverse id map, which the head names.
pub fn inverse_bits(entries: &[u32]) -> u8 {
    bits_of(entries, entries.len() as u32)
}

/// Encodes the graph: `links[id]` are the neighbours of vector `id`, at most as many as the layout has room for;
/// `inverse_entries` are those of the inverse id map.
pub fn encode_nodes(
    layout: &NodesLayout,
    codes: &[Code],
    links: &[Vec<EmbeddingId>],
    inverse_entries: &[u32],
) -> Vec<u8> {
    let mut file = Vec::with_capacity(layout.len_bytes() as usize);
    for (idx, (code, links)) in codes.iter().zip(links).enumerate() {
        let mut payload = Vec::with_capacity(NODE_CODE_BYTES);
        payload.extend_from_slice(&code.signs);
        payload.push(code.factor);
        payload.extend_from_slice(&code.refinement);
        file.extend(block::seal(NODES_FILE, file.len() as u64, &payload));
        let filler = core::iter::repeat(EmbeddingId(idx as u32));
        let mut payload = Vec::new();
        for to in links
            .iter()
            .copied()
            .chain(filler)
            .take(layout.n_links.into())
        {
            payload.extend_from_slice(&to.0.to_le_bytes()[..3]);
            payload.extend_from_slice(&codes[to.idx()].signs);
            payload.push(codes[to.idx()].factor);
        }
        file.extend(block::seal(NODES_FILE, file.len() as u64, &payload));
    }
    file.extend(layout.inverse_map().encode(inverse_entries));
    file
}

const WHAT: &str = "a graph node";
const NODE_CODE_BYTES: usize = SIGN_BYTES + 1 + REFINEMENT_BYTES + block::CHECKSUM_LEN;
const LINK_BYTES: usize = 3 + SIGN_BYTES + 1;

/// Skills of a block of the inverse id map: small, because a search asks for scattered ones.
const INVERSE_BLOCK: u32 = 16;

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn payload(file: &[u8], range: ByteRange) -> &[u8] {
        let block = &file[range.start as usize..range.end() as usize];
        block::open(NODES_FILE, range.start, block).unwrap()
    }

    #[test]
    fn nodes_and_the_inverse_map_come_back_from_their_ranges() {
        let embeddings = [
            None,
            Some(EmbeddingId(2)),
            Some(EmbeddingId(0)),
            None,
            Some(EmbeddingId(1)),
        ];
        let entries = inverse_entries(&embeddings, 3);
        let layout = NodesLayout::new(3, 5, 2, inverse_bits(&entries));
        let codes: Vec<Code> = (0..3)
            .map(|n| Code {
                signs: [n; SIGN_BYTES],
                factor: n,
                refinement: [n * 3; REFINEMENT_BYTES],
            })
            .collect();
        let id = EmbeddingId;
        let links = vec![vec![id(2), id(1)], vec![id(0)], vec![]];
        let file = encode_nodes(&layout, &codes, &links, &entries);
        assert_eq!(file.len() as u64, layout.len_bytes());
        for (idx, expected) in links.iter().enumerate() {
            let id = EmbeddingId(idx as u32);
            let code = payload(&file, layout.code_range(id));
            assert_eq!(decode_node_code(code).as_ref(), Ok(&codes[idx]));
            assert!(decode_node_code(&code[1..]).is_err());
            let links = payload(&file, layout.links_range(id));
            assert!(decode_links(&layout, id, &links[1..]).is_err());
            let links = decode_links(&layout, id, links).unwrap();
            assert!(
                links
                    .iter()
                    .map(|link| link.to)
                    .eq(expected.iter().copied())
            );
            for link in links {
                let code = &codes[link.to.idx()];
                assert_eq!((link.signs, link.factor), (code.signs, code.factor));
            }
        }
        let block = layout.inverse_map().range(0);
        let decoded = layout
            .inverse_map()
            .decode(0, payload(&file, block))
            .unwrap();
        assert_eq!(decoded, entries);
        assert!(
            decoded
                .into_iter()
                .map(|entry| layout.embedding(entry))
                .eq(embeddings)
        );
    }

    #[test]
    fn an_inverse_map_in_the_order_of_skills_takes_no_bits() {
        let embeddings: Vec<Option<EmbeddingId>> = (0..40)
            .map(|doc| (doc < 33).then_some(EmbeddingId(doc)))
            .collect();
        let entries = inverse_entries(&embeddings, 33);
        assert_eq!(inverse_bits(&entries), 0);
        let layout = NodesLayout::new(33, 40, 2, 0);
        assert_eq!(
            layout.inverse_map().encode(&entries).len(),
            3 * block::CHECKSUM_LEN
        );
    }

    #[test]
    fn a_link_out_of_the_index_is_refused() {
        let layout = NodesLayout::new(3, 3, 1, 0);
        let mut link = [0; LINK_BYTES];
        link[0] = 3;
        let decoded = decode_links(&layout, EmbeddingId(0), &link);
        assert_eq!(
            decoded,
            Err(FormatError::Limit {
                what: WHAT,
                offset: 3,
                got: 3,
                limit: 2,
            })
        );
    }
}
