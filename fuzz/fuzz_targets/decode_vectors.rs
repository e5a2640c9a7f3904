//! Any bytes as the blocks of the vector files, under a head that is good, or any.
#![no_main]

use libfuzzer_sys::fuzz_target;
use skillpress_search::internals::EmbeddingId;
use skillpress_search::internals::format::vectors::cells::decode_cell;
use skillpress_search::internals::format::vectors::codes::decode_refinement;
use skillpress_search::internals::format::vectors::head::VectorHead;
use skillpress_search::internals::format::vectors::nodes::{
    NodesLayout, decode_links, decode_node_code,
};
use skillpress_search::internals::format::vectors::router::Router;
use skillpress_search::internals::format::vectors::rows::find_row;

fuzz_target!(|input: (u16, u8, u8, &str, &[u8], &[u8])| {
    let (n, n_links, inverse_bits, word, head, payload) = input;
    if let Ok(head) = VectorHead::decode(head) {
        let _ = Router::decode(&head, payload).map(|router| {
            (0..head.n_cells()).for_each(|cell_idx| {
                router.centroid(cell_idx);
            });
        });
    }
    let _ = decode_cell(payload, n.into()).map(Iterator::count);
    let _ = decode_refinement(payload);
    let _ = decode_node_code(payload);
    let _ = find_row(payload, word);
    let layout = NodesLayout::new(n.into(), n.into(), n_links, inverse_bits);
    if let Ok(links) = decode_links(&layout, EmbeddingId(0), payload) {
        assert!(links.iter().all(|link| link.to.0 < n.into()));
    }
    if n > 0 {
        let _ = layout.inverse_map().decode(0, payload);
    }
});
