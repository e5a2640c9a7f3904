//! Terms of texts and of names, and the key by which a name is looked up as a whole.

use alloc::string::String;
use alloc::vec::Vec;

use super::letters::is_alphanumeric;
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
    /// (`calendars`), the parts of joined words (`MemoryManager`: `memori`, `manag`), neighbouring words joined
    /// (`double-word`: `doubleword`), and words with symbols (`C++`: `cpp`).
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
    let joined = joined_terms(&surfaces).into_iter();
    let symbols = symbol_terms(&folded).into_iter();
    joined.chain(symbols).for_each(|(_, form)| add(form));
    NameTerms { words, forms }
}

/// The folded parts of the words of `text` that are written in camel case, in order.
///
/// A part begins at a capital after a small letter (`MemoryManager`) and at the last capital of a row that small
/// letters follow (`PDFMerge`). Words with a part of one letter are left whole: `AMap` is not a kind of map.
pub fn name_parts(text: &str) -> Vec<String> {
    text.split(|c: char| !is_alphanumeric(c))
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

/// The words of `folded` whose symbols make another word of them, as they are typed in letters and stemmed, each with the
/// index of the word: `c++` is `cpp`, `c#` is `csharp`, `a+` is `aplus`, `.net` is `dotnet`.
///
/// As in [`super::tag`], `+` and `#` count after ASCII letters unless a letter follows, and `.` before the first one.
pub fn symbol_terms(folded: &str) -> Vec<(usize, String)> {
    symbol_terms_among(WORD_MAX_BYTES, folded)
}

/// The same, where runs of up to `max_bytes` are words. By bytes: characters take 0.3 kB more of the browser's module.
fn symbol_terms_among(max_bytes: usize, folded: &str) -> Vec<(usize, String)> {
    let bytes = folded.as_bytes();
    let n_letters = |at: usize| {
        let letters = bytes[at..].iter();
        letters
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count()
    };
    let mut terms = Vec::new();
    // Where the word begins that the bytes before `at` belong to.
    let mut start = 0;
    let mut at = 0;
    while at < bytes.len() {
        let (before, symbol, after) = match &bytes[at..] {
            [b'.', ..] if start == at => ("dot", 1, ""),
            [b'+', b'+', ..] => ("", 2, "pp"),
            [b'+', ..] => ("", 1, "plus"),
            [b'#', ..] => ("", 1, "sharp"),
            _ => ("", 0, ""),
        };
        // Few bytes are symbols, and texts are long.
        if symbol > 0 {
            let is_dot = !before.is_empty();
            let letters = if is_dot { at + 1 } else { start };
            let len = n_letters(letters);
            let goes_on = bytes.get(at + symbol).is_some_and(|byte| {
                byte.is_ascii_alphabetic() || *byte >= 0x80 || matches!(byte, b'+' | b'#')
            });
            let is_whole = is_dot || (letters + len == at && !goes_on);
            if is_whole && (1..=WORD_MAX_BYTES - 8).contains(&len) {
                let word = [before, &folded[letters..letters + len], after].concat();
                let n_before = words_up_to(max_bytes, &folded[..start]).len();
                terms.push((n_before, stem(&word)));
            }
        }
        let is_of_word = bytes[at].is_ascii_alphanumeric()
            || bytes[at] >= 0x80
            || matches!(bytes[at], b'.' | b'+' | b'#');
        at += symbol.max(1);
        if !is_of_word {
            start = at;
        }
    }
    terms
}

/// The key of a name or slug as a whole: its words joined, those with symbols in letters, so that `WebSearchTool`,
/// `web_search_tool` and `web search tool` are one; of a text without any letter or digit all that is seen. `None` of
/// nothing.
///
/// A run that is too long for a word of the text counts here, or names would have no key. Keys above 48 bytes are cut and
/// end in a checksum of the whole, so that no key is endless.
pub fn name_key(text: &str) -> Option<String> {
    let mut key = String::new();
    for word in spelled_words(text) {
        key.push_str(&word);
    }
    if key.is_empty() {
        for c in text.chars() {
            // Whether an emoji is asked for in colour depends on who types it.
            if !c.is_whitespace() && !matches!(c, '\u{fe00}'..='\u{fe0f}') {
                key.push(c);
            }
        }
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

/// The words of `text`, of any length, those with symbols in letters.
pub(crate) fn spelled_words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut words = words_up_to(usize::MAX, &folded);
    for (word_idx, term) in symbol_terms_among(usize::MAX, &folded) {
        words[word_idx] = term;
    }
    words
}

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
    fn symbols_make_words_of_their_own() {
        for (text, expected) in [
            ("C++", "cpp"),
            ("Ｃ＋＋20,", "cpp"),
            ("G++.", "gpp"),
            ("(C#)", "csharp"),
            ("A+", "aplus"),
            (".NET8", "dotnet"),
            ("~/.config/", "dotconfig"),
            ("Notepad++", "notepadpp"),
        ] {
            assert_eq!(symbol_terms(&fold(text)), [(0, expected.into())], "{text}");
        }
        for text in [
            "C",
            "Node.js",
            "#pdf",
            "react+redux",
            "8+",
            "end.",
            "...",
            "C#x",
            "C+++",
            "..net",
            ".",
            "+",
        ] {
            assert_eq!(symbol_terms(&fold(text)), [], "{text}");
        }
        assert_eq!(
            symbol_terms("from c to c++/c# on .net"),
            [
                (3, "cpp".into()),
                (4, "csharp".into()),
                (6, "dotnet".into())
            ]
        );
        assert_eq!(name_terms("C++ linter").forms, ["clinter", "cpp"]);
        assert_eq!(name_key("C++ linter"), Some("cpplinter".into()));
        assert_ne!(name_key("C#"), name_key("C"));
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
        assert_eq!(name_key("Café  Finder!"), Some("cafefinder".into()));
    }

    #[test]
    fn a_name_key_is_never_long() {
        assert_eq!(name_key(" \u{fe0f} "), None);
        assert_eq!(name_key("-- !"), Some("--!".into()));
        assert_eq!(name_key("❤\u{fe0f} 🔥"), name_key("❤🔥"));
        assert!(name_key(&"🔥".repeat(50)).unwrap().len() <= NAME_KEY_MAX_BYTES);
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
