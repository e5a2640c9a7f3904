//! Any bytes as what a glossary consists of: what is read is in order, within its limits, and can be written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use skillpress_search::internals::format::glossary::{
    self, GLOSSARY_BLOCK_LEN, GlossaryHead, N_ALPHABETS, ReferenceDirectory, WORD_MAX_CHARS,
    WordDirectory,
};

fuzz_target!(|payload: &[u8]| {
    let head = GlossaryHead {
        references_len: payload.len() as u32,
        ..GlossaryHead::default()
    };
    if let Ok(directory) = ReferenceDirectory::decode(payload, &head) {
        let mut end = u64::from(head.references_len);
        for range in &directory.blocks {
            assert_eq!(range.start, end);
            end = range.end();
        }
        assert_eq!(
            ReferenceDirectory::decode(&directory.encode(), &head),
            Ok(directory)
        );
    }
    for alphabet in 0..N_ALPHABETS {
        if let Ok(directory) = WordDirectory::decode(payload, alphabet) {
            for (block_idx, separator) in (1..).zip(&directory.separators) {
                let start =
                    (u64::from(directory.first_block) + block_idx) * u64::from(GLOSSARY_BLOCK_LEN);
                let range = directory.block_of(separator);
                assert_eq!((range.start, range.len), (start, GLOSSARY_BLOCK_LEN));
            }
        }
    }
    if let Ok(words) = glossary::decode_block(payload) {
        assert!(words.is_sorted_by(|a, b| a.word < b.word));
        assert!(
            words
                .iter()
                .all(|foreign| foreign.word.chars().count() <= WORD_MAX_CHARS)
        );
        let (again, n_words) = glossary::encode_block(&words);
        assert_eq!(
            glossary::decode_block(&again).as_deref(),
            Ok(&words[..n_words])
        );
    }
    if let Ok(words) = glossary::decode_references(payload) {
        let again = glossary::encode_references(&words);
        assert_eq!(glossary::decode_references(&again), Ok(words));
    }
});
