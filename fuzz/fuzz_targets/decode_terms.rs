//! Any bytes as the payload of a term block: a term is found exactly when the whole block has it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use skillpress_search::internals::format::terms;

const N_SKILLS: u32 = 2291;

fuzz_target!(|payload: &[u8]| {
    if let Ok(entries) = terms::decode(payload, N_SKILLS) {
        for entry in &entries {
            let found = terms::decode_with_prefix(payload, &entry.term, N_SKILLS);
            assert_eq!(found.as_ref().map(|found| found.first()), Ok(Some(entry)));
        }
    }
    let _ = terms::decode_with_prefix(payload, "wea", N_SKILLS);
});
