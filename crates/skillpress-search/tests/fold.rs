//! What folding does to texts of all scripts, and that its table is what Unicode's data says.

use std::fmt::Write;

use proptest::prelude::*;
use skillpress_search::internals::analyzer::{fold, name_key, text_terms, words};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// What is written, ` = `, and what people type who look for it; below headings that say which script it is.
const TYPED: &str = include_str!("data/typed.txt");

#[test]
fn what_is_typed_in_any_script_finds_what_is_written() {
    let mut n_pairs = 0;
    for line in TYPED.lines().filter(|line| !line.starts_with('#')) {
        let Some((written, typed)) = line.split_once(" = ") else {
            continue;
        };
        for written in [
            written.to_owned(),
            written.nfd().collect(),
            written.nfc().collect(),
        ] {
            assert_eq!(text_terms(&written), text_terms(typed), "{line}");
            assert_eq!(name_key(&written), name_key(typed), "{line}");
        }
        n_pairs += 1;
    }
    assert!(n_pairs >= 150, "{n_pairs}");
}

#[test]
fn letters_of_their_own_stay_apart() {
    for (one, other) in [
        ("мой", "мои"),
        ("їжа", "іжа"),
        ("ўзор", "узор"),
        ("ќе", "ке"),
        ("қала", "кала"),
        ("が", "か"),
        ("パン", "バン"),
        ("し", "シ"),
        ("שלום", "שלומ"),
        ("की", "का"),
        ("١", "٢"),
    ] {
        assert_ne!(fold(one), fold(other));
        assert_eq!(fold(&one.nfd().collect::<String>()), fold(one));
    }
    assert_eq!(fold("× ÷ 日本 ½ ™"), "× ÷ 日本 ½ ™");
}

#[test]
fn marks_keep_a_word_together() {
    for word in ["نَصّ", "नमस्ते", "שָׁלוֹם", "co\u{ad}operate", "کتاب\u{64e}"]
    {
        assert_eq!(words(&fold(word)).len(), 1, "{word}");
    }
}

/// Letters of all scripts that folding knows, and marks that it drops or composes.
fn text() -> impl Strategy<Value = String> {
    let letters = "[\u{41}-\u{5a}\u{c0}-\u{6ff}\u{900}-\u{94d}\u{1e00}-\u{1fff}\u{1100}-\u{11ff}\u{ac00}-\u{ac40}\
        \u{3041}-\u{30ff}\u{fb00}-\u{fb4f}\u{ff00}-\u{ffdc}\u{300}-\u{30f}игукіАカハ\u{1d400}-\u{1d7ff}a-c -]{0,12}";
    prop_oneof![Just("\\PC{0,12}"), Just(letters)].prop_flat_map(|pattern| pattern)
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() && !is_dropped(c) && !VOICING.contains(&c)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_folded_stays_as_it_is(text in text()) {
        let folded = fold(&text);
        prop_assert_eq!(fold(&folded), folded);
    }

    #[test]
    fn letters_never_become_nothing_or_symbols(text in text()) {
        for c in text.chars().filter(|&c| is_letter(c)) {
            prop_assert!(fold(&String::from(c)).chars().all(char::is_alphanumeric), "{}", c);
            prop_assert!(fold(&text).contains(char::is_alphanumeric), "{}", c);
        }
    }

    #[test]
    fn composed_and_decomposed_texts_fold_alike(text in text()) {
        let composed: String = text.nfc().collect();
        let decomposed: String = composed.nfd().collect();
        if !decomposed.contains(is_composed_before) {
            let [composed, decomposed] = [composed, decomposed].map(|text| words(&fold(&text)));
            prop_assert_eq!(composed, decomposed);
        }
    }
}

#[test]
fn every_letter_folds_as_its_parts() {
    for c in '\0'..=char::MAX {
        let parts: String = c.nfd().collect();
        let is_composed = c.is_alphabetic() && c.nfc().eq([c]);
        if is_composed && !parts.contains(is_composed_before) {
            assert_eq!(words(&fold(&parts)), words(&fold(&String::from(c))), "{c}");
        }
    }
}

/// Whether `c` is of a script whose vowel signs have parts, a unified ideograph, or beyond the basic plane, where no
/// window lies: such texts come in Normalization Form C, from readers and builders alike.
fn is_composed_before(c: char) -> bool {
    matches!(c, '\u{980}'..='\u{10ff}' | '\u{1b00}'..='\u{1bff}' | '\u{3400}'..='\u{9fff}' | '\u{10000}'..)
}

#[test]
fn mathematical_and_full_width_letters_are_those_that_unicode_says() {
    for c in ('\u{1d400}'..='\u{1d7ff}').chain('\u{ff01}'..='\u{ff9d}') {
        let compatible: String = c.nfkc().flat_map(char::to_lowercase).collect();
        if c.is_alphanumeric() && compatible.is_ascii() && c != '\u{1d6a4}' {
            assert_eq!(fold(&String::from(c)), compatible);
        }
    }
}

/// Where the table reaches, and from where on the letters lie that are no ASCII: Latin up to Extended B and IPA, Greek,
/// Cyrillic, Arabic, Hebrew, India and its neighbours; Khmer; Latin and Greek with several marks, superscripts;
/// ligatures; half-width Katakana. What lies between costs more in the browser than anybody types: phonetic and
/// mediaeval letters, scripts without marks.
const WINDOWS: [[u32; 3]; 8] = [
    [0x80, 0x400, 0x380],
    [0x400, 0x580, 0x400],
    [0x580, 0x900, 0x600],
    [0x900, 0x10a0, 0x900],
    [0x1780, 0x1800, 0],
    [0x1dc0, 0x2100, 0x380],
    [0xfb00, 0xfb20, 0],
    [0xff60, 0xffa0, 0x3080],
];

/// Whether `c` is left out by people who type: a mark that Unicode orders, unless it is a vowel of a script that writes
/// all vowels, as those of Thai and Tibetan.
fn is_dropped(c: char) -> bool {
    let is_mark = canonical_combining_class(c) != 0;
    DROPPED.contains(&c) || is_mark && (!c.is_alphabetic() || c < '\u{900}')
}

/// The entry of a character that stays, and of one that is dropped.
const STAYS: u8 = b'.';
const DROPS: u8 = b'-';

/// Characters that are no marks to Unicode but are not typed: soft hyphen, tatweel, zero-width joiner.
const DROPPED: [char; 3] = ['\u{ad}', '\u{640}', '\u{200d}'];

/// Half-width marks of Katakana, which become part of the letter before.
const VOICING: [char; 2] = ['\u{ff9e}', '\u{ff9f}'];

/// Letters with keys of their own, which Unicode takes apart.
const KEPT: &str = "йїўѓќӛӫۓ";

/// What Unicode's data does not say: how letters that are neither composed nor named after another one are typed.
const TYPED_AS: [(&str, &str); 16] = [
    ("ß", "ss"),
    ("æ", "ae"),
    ("œ", "oe"),
    ("þ", "th"),
    ("ð", "d"),
    ("ŋ", "n"),
    ("ə", "e"),
    ("ʒ", "z"),
    ("ς", "σ"),
    ("ґ", "г"),
    // As Arabic and Persian keyboards have them in turn, and as they are left plain.
    ("ٱ", "ا"),
    ("ىی", "ي"),
    ("ک", "ك"),
    ("ة", "ه"),
    ("ہۃ", "ه"),
    ("ە", "ه"),
];

/// The table made anew: `SKILLPRESS_FOLD=1 cargo test -p skillpress-search fold` writes it.
#[test]
fn the_table_is_what_unicode_says() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/analyzer/fold/table.rs");
    let made = made_table();
    if std::env::var_os("SKILLPRESS_FOLD").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap() == made,
        "the table is not what the test makes"
    );
}

fn made_table() -> String {
    let mut ligatures: Vec<String> = Vec::new();
    let mut rows = String::new();
    let mut n_rows = 0;
    let starts = WINDOWS
        .iter()
        .flat_map(|&[start, end, page]| (start..end).step_by(32).map(move |row| (row, page)));
    for (start, page) in starts {
        rows.push_str("    *b\"");
        for code in start..start + 32 {
            for byte in std::ascii::escape_default(entry(code, page, &mut ligatures)) {
                rows.push(byte as char);
            }
        }
        writeln!(rows, "\", // U+{start:04X}").unwrap();
        n_rows += 1;
    }
    let mut windows = String::new();
    for [start, end, page] in WINDOWS {
        writeln!(windows, "    [{start:#x}, {end:#x}, {page:#x}],").unwrap();
    }
    let (major, minor, _) = unicode_normalization::UNICODE_VERSION;
    let mut made = format!(
        "//! What characters become, by data of Unicode {major}.{minor}. Made by a test of `fold.rs`: do not edit.\n\n\
        /// The character stays.\npub(super) const STAYS: u8 = b'.';\n\
        /// The character becomes nothing.\npub(super) const DROPPED: u8 = b'-';\n\n\
        /// Ranges of characters whose rows follow each other, with the page of each.\n\
        pub(super) const WINDOWS: [[u32; 3]; {}] = [\n{windows}];\n\n\
        /// What entries from `A` on become, filled up with spaces.\n\
        pub(super) const LIGATURES: [[u8; 3]; {}] = [\n",
        WINDOWS.len(),
        ligatures.len()
    );
    for ligature in &ligatures {
        writeln!(made, "    *b\"{ligature:3}\",").unwrap();
    }
    writeln!(
        made,
        "];\n\n/// An entry for each character: one of the above, an ASCII letter or digit, a capital for a ligature, or from\n\
        /// 0x80 on a letter of the character's page.\n\
        pub(super) const ROWS: [[u8; 32]; {n_rows}] = [\n{rows}];"
    )
    .unwrap();
    made
}

fn entry(code: u32, page: u32, ligatures: &mut Vec<String>) -> u8 {
    let Some(c) = char::from_u32(code) else {
        return STAYS;
    };
    if is_dropped(c) {
        return DROPS;
    }
    if !c.is_alphanumeric() || !c.to_lowercase().eq([c]) || KEPT.contains(c) || VOICING.contains(&c)
    {
        return STAYS;
    }
    let letters: String = typed_as(c).nfkd().filter(|&c| !is_dropped(c)).collect();
    let letters: String = letters
        .chars()
        .flat_map(char::to_lowercase)
        .map(typed_as)
        .collect();
    let only = letters
        .chars()
        .next()
        .filter(|c| c.len_utf8() == letters.len());
    match only.map(u32::from) {
        Some(letter) if letter == code => STAYS,
        Some(letter @ 0..0x80) if (letter as u8).is_ascii_alphanumeric() => letter as u8,
        Some(letter) if (page..page + 0x80).contains(&letter) => 0x80 | (letter - page) as u8,
        None if letters.len() <= 3 && letters.bytes().all(|letter| letter.is_ascii_lowercase()) => {
            let place = ligatures.iter().position(|ligature| *ligature == letters);
            b'A' + place.unwrap_or_else(|| {
                ligatures.push(letters);
                ligatures.len() - 1
            }) as u8
        }
        _ => STAYS,
    }
}

/// What a letter is typed as: by the list above, or by its name in Unicode.
fn typed_as(c: char) -> String {
    if let Some((_, typed)) = TYPED_AS.iter().find(|(letters, _)| letters.contains(c)) {
        return (*typed).into();
    }
    let name = unicode_names2::name(c)
        .map(|name| name.to_string())
        .unwrap_or_default();
    let digits = [
        "ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE",
    ];
    if let Some((_, digit)) = name.rsplit_once(" DIGIT ")
        && let Some(digit) = digits.iter().position(|name| *name == digit)
    {
        return digit.to_string();
    }
    let rest = name.strip_prefix("LATIN SMALL LETTER ").unwrap_or_default();
    let rest = rest.strip_prefix("DOTLESS ").unwrap_or(rest);
    let (letter, rest) = rest.split_once(' ').unwrap_or((rest, "WITH"));
    match letter.len() {
        1 if rest.starts_with("WITH") || rest.starts_with("PRECEDED") => letter.to_lowercase(),
        _ => c.into(),
    }
}
