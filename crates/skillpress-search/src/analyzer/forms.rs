//! Terms of texts and of names, and the key by which a name is looked up as a whole.

use alloc::string::String;
use alloc::vec::Vec;

use super::words::words_up_to;
use super::{WORD_MAX_BYTES, fold, is_unspaced, stem, words};
use crate::bytes::{crc32, push_hex};

/// The terms of a description, a body or a part of a query: folded words, stemmed, in order, with repeats.
pub fn text_terms(text: &str) -> Vec<String> {
    words(&fold(text)).iter().map(|word| stem(word)).collect()
}

/// What a name, a slug or a tag is found by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameTerms {
    /// The terms of its words, as [`text_terms`] gives them.
    pub words: Vec<String>,
    /// Other ways to write it, none of them in `words`, no repeats: words as they stand where stemming changed them
    /// (`calendars`), the parts of joined words (`MemoryManager`: `memori`, `manag`), and neighbouring words joined
    /// (`double-word`: `doubleword`).
    pub forms: Vec<String>,
}

/// The terms of a name.
pub fn name_terms(name: &str) -> NameTerms {
    let folded = fold(name);
    let surfaces = words(&folded);
    let words: Vec<String> = surfaces.iter().map(|word| stem(word)).collect();
    let mut forms = Vec::new();
    let mut add = |form: String| {
        if !words.contains(&form) && !forms.contains(&form) {
            forms.push(form);
        }
    };
    surfaces.iter().for_each(|surface| add(surface.clone()));
    name_parts(name).iter().for_each(|part| add(stem(part)));
    joined_terms(&surfaces)
        .into_iter()
        .for_each(|(_, joined)| add(joined));
    NameTerms { words, forms }
}

/// The folded parts of the words of `text` that are written in camel case, in order.
///
/// A part begins at a capital after a small letter (`MemoryManager`) and at the last capital of a row that small
/// letters follow (`PDFMerge`). Words with a part of one letter are left whole: `AMap` is not a kind of map.
pub fn name_parts(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .map(parts_of_word)
        .filter(|parts| parts.len() > 1 && parts.iter().all(|part| part.chars().count() > 1))
        .flatten()
        .flat_map(|part| words(&fold(part)))
        .collect()
}

fn parts_of_word(word: &str) -> Vec<&str> {
    let letters: Vec<(usize, char)> = word.char_indices().collect();
    let mut parts = Vec::new();
    let mut start = 0;
    for idx in 1..letters.len() {
        let (at, letter) = letters[idx];
        let after_small = letters[idx - 1].1.is_lowercase();
        let before_small = letters
            .get(idx + 1)
            .is_some_and(|&(_, next)| next.is_lowercase());
        let after_capital = letters[idx - 1].1.is_uppercase();
        if letter.is_uppercase() && (after_small || (after_capital && before_small)) {
            parts.push(&word[start..at]);
            start = at;
        }
    }
    parts.push(&word[start..]);
    parts
}

/// Neighbouring words joined and stemmed, each with the index of its first word.
///
/// Only words of scripts with spaces are joined, and only where the result is not too long for a word.
pub fn joined_terms(surfaces: &[String]) -> Vec<(usize, String)> {
    let mut joined = Vec::new();
    for (first_idx, pair) in surfaces.windows(2).enumerate() {
        let mut word = pair[0].clone();
        word.push_str(&pair[1]);
        if word.len() <= WORD_MAX_BYTES && !word.chars().any(is_unspaced) {
            joined.push((first_idx, stem(&word)));
        }
    }
    joined
}

/// The key of a name or slug as a whole: folded lower-case words with `-` between them; `None` without any letter or
/// digit.
///
/// A run that is too long for a word of the text counts here, or names would have no key. Keys above 48 bytes are cut and end in a checksum of the whole, so that no key is endless.
pub fn name_key(text: &str) -> Option<String> {
    let mut key = String::new();
    for word in words_up_to(usize::MAX, &fold(text)) {
        if !key.is_empty() {
            key.push('-');
        }
        key.push_str(&word);
    }
    if key.is_empty() {
        return None;
    }
    if key.len() <= NAME_KEY_MAX_BYTES {
        return Some(key);
    }
    let mut end = NAME_KEY_MAX_BYTES - 9;
    while !key.is_char_boundary(end) {
        end -= 1;
    }
    let crc = crc32(key.as_bytes());
    key.truncate(end);
    key.push('-');
    push_hex(&mut key, crc, 8);
    Some(key)
}

const NAME_KEY_MAX_BYTES: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_joined_and_split() {
        let terms = name_terms("MemoryManager");
        assert_eq!(terms.words, ["memorymanag"]);
        assert_eq!(terms.forms, ["memorymanager", "memori", "manag"]);
        let terms = name_terms("double-word API");
        assert_eq!(terms.words, ["doubl", "word", "api"]);
        assert_eq!(terms.forms, ["double", "doubleword", "wordapi"]);
        assert_eq!(name_terms("weather").forms, [""; 0]);
        assert!(
            joined_terms(&words("memory manager")).contains(&(0, "memorymanag".into())),
            "a query in two words meets the name in one"
        );
    }

    #[test]
    fn camel_case_has_parts_unless_one_is_a_single_letter() {
        assert_eq!(name_parts("GoHome"), ["go", "home"]);
        assert_eq!(
            name_parts("PDFMerge and JSONtoCSV"),
            ["pdf", "merge", "jso", "nto", "csv"]
        );
        assert_eq!(name_parts("AMap iPhone weather API"), [""; 0]);
    }

    #[test]
    fn scripts_without_spaces_are_not_joined() {
        assert_eq!(name_terms("AI翻译助手").forms, [""; 0]);
        assert_eq!(
            name_terms("React 组件开发").words,
            ["react", "组件", "件开", "开发"]
        );
    }

    #[test]
    fn accents_do_not_matter() {
        assert_eq!(text_terms("Cafés"), text_terms("cafes"));
        assert_eq!(name_key("Café  Finder!"), Some("cafe-finder".into()));
    }

    #[test]
    fn a_name_key_is_never_long() {
        assert_eq!(name_key("-- !"), None);
        assert_eq!(name_key("Weather_CLI"), name_key("weather-cli"));
        let long = "word ".repeat(40);
        let longer = "word ".repeat(41);
        let key = name_key(&long).unwrap();
        assert!(key.len() <= NAME_KEY_MAX_BYTES);
        assert_ne!(Some(key), name_key(&longer));
        assert!(name_key(&"漢字".repeat(50)).unwrap().len() <= NAME_KEY_MAX_BYTES);
    }

    #[test]
    fn a_run_that_is_too_long_for_a_word_has_a_key_of_its_own() {
        let run = "x".repeat(WORD_MAX_BYTES + 1);
        let key = name_key(&run).unwrap();
        assert!(key.starts_with("xxx") && key.len() <= NAME_KEY_MAX_BYTES);
        assert_ne!(name_key(&alloc::format!("a-{run}")), name_key("a"));
    }
}
