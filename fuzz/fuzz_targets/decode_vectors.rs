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
use skillpress_search::internals::format::vectors::rows::{RowsLayout, WordHash, find_row};

fuzz_target!(|input: (u16, u8, u8, [u32; 3], &str, &[u8], &[u8])| {
    let (n, n_links, inverse_bits, row_lens, word, head, payload) = input;
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
    let _ = find_row(payload, WordHash::of(word));
    let [rows_len, rare_len, page_len] = row_lens;
    if let Ok(layout) = RowsLayout::from_lens(rows_len.into(), rare_len.into(), page_len) {
        let word = WordHash::of(word);
        let bucket = layout.bucket(word);
        assert!(bucket.is_none_or(|place| place.range.end() <= rows_len.into()));
        let group = bucket.and_then(|_| layout.group(word, payload));
        assert!(group.is_none_or(|place| place.range.end() <= rare_len.into()));
    }
    let layout = NodesLayout::new(n.into(), n.into(), n_links, inverse_bits);
    if let Ok(links) = decode_links(&layout, EmbeddingId(0), payload) {
        assert!(links.iter().all(|link| link.to.0 < n.into()));
    }
    if n > 0 {
        let _ = layout.inverse_map().decode(0, payload);
    }
});
