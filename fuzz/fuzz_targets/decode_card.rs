//! Any bytes as the payload of a card's block.
#![no_main]

use libfuzzer_sys::fuzz_target;
use skillpress_search::internals::format::cards;

fuzz_target!(|payload: &[u8]| {
    let _ = cards::decode(payload);
});
