//! Any bytes as the payload of a spelling block: what can be read is written as it was, or shorter.
#![no_main]

use libfuzzer_sys::fuzz_target;
use skillpress_search::internals::format::spelling;

fuzz_target!(|payload: &[u8]| {
    if let Ok(words) = spelling::decode(payload) {
        assert_eq!(spelling::decode(&spelling::encode(&words)), Ok(words));
    }
});
