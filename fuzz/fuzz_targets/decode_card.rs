//! Any bytes as the payload of a card's block.
#![no_main]

use libfuzzer_sys::fuzz_target;
use skillpress_search::format::cards::Card;

fuzz_target!(|payload: &[u8]| {
    let _ = Card::decode(payload);
});
