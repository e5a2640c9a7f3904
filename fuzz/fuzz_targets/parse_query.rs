//! Any text as a query.
#![no_main]

use libfuzzer_sys::fuzz_target;
use skillpress_search::internals::Query;

fuzz_target!(|text: &str| {
    let query = Query::parse(text);
    assert!(query.words.len() <= 24);
    assert!(
        query
            .joined
            .iter()
            .all(|&(_, mask)| mask >> query.words.len() == 0)
    );
    assert!(query.words.iter().all(|word| !word.term.is_empty()));
});
