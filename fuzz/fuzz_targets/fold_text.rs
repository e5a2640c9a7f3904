//! Any text, folded: once is enough, and no letter is lost.
#![no_main]

use libfuzzer_sys::fuzz_target;
use skillpress_search::internals::analyzer::{fold, is_mark, name_terms, words};

fuzz_target!(|text: &str| {
    let folded = fold(text);
    assert_eq!(fold(&folded), folded);
    let has_letter = text.chars().any(|c| c.is_alphanumeric() && !is_mark(c));
    assert!(
        !has_letter
            || folded.contains(char::is_alphanumeric)
            || text.contains(['\u{ff9e}', '\u{ff9f}'])
    );
    let terms = name_terms(text);
    assert_eq!(terms.words.len(), words(&folded).len());
});
