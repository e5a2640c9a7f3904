//! Any bytes as the lexical head.
#![no_main]

use libfuzzer_sys::fuzz_target;
use skillpress_search::internals::format::head::LexicalHead;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(head) = LexicalHead::decode(bytes) {
        let n_blocks = head.term_blocks_of_prefix("").count();
        assert!(n_blocks <= head.n_term_blocks());
        head.term_block("weather");
        head.spelling_block('w');
    }
});
