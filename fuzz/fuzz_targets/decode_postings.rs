//! Any bytes as the payload of a block of postings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use skillpress_search::internals::format::postings;

fuzz_target!(|input: (u32, &[u8])| {
    let (n_skills, payload) = input;
    if let Ok(list) = postings::decode_block(payload, n_skills) {
        assert!(
            list.iter()
                .all(|posting| posting.doc.0 < n_skills && posting.level > 0)
        );
        assert!(list.is_sorted_by_key(|posting| (u8::MAX - posting.level, posting.doc)));
    }
});
