//! Folds letters that people type in different ways: case, accents, strokes, ligatures, widths, vowel marks.
//!
//! What a letter becomes is said by tables that are made from Unicode's data (`fold/table.rs`; a test makes them anew),
//! and by the arithmetic with which Unicode composes Hangul and numbers full-width and mathematical letters.

#[rustfmt::skip]
mod table;

use alloc::string::String;

/// `text` in lower case, and as people type it who leave out what they can:
///
/// - Latin letters without marks, strokes and horns; ligatures as letters (`ß`: `ss`, `æ`: `ae`, `þ`: `th`)
/// - Greek without accents and with one sigma; `ё` as `е`, `ґ` as `г`, other marks of Cyrillic vowels dropped; `й`, `ї`,
///   `ў`, `ѓ` and `ќ` are letters with keys of their own and stay
/// - Arabic and Hebrew without vowel marks and tatweel; forms of alef, yeh, kaf and heh as one letter each
/// - marks of other scripts dropped, as tones, nukta and virama; signs of vowels stay
/// - conjoining jamo as syllables, half-width Katakana and full-width Latin in their usual width, voicing marks joined
/// - digits of other scripts, superscripts, subscripts and mathematical letters as ASCII
///
/// Canonically equivalent texts of these scripts fold alike, what is folded stays as it is when it is folded again, and
/// a letter that is no mark never becomes nothing.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
        } else {
            c.to_lowercase().for_each(|c| fold_char(c, &mut folded));
        }
    }
    folded
}

/// `c`, or the ASCII character of which it is the full-width form.
pub(super) fn plain_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => (c as usize - 0xff01 + 0x21) as u8 as char,
        _ => c,
    }
}

/// Whether `c` is a mark that belongs to the letter before it, and mostly becomes nothing.
pub fn is_mark(c: char) -> bool {
    matches!(c, '\u{3099}' | '\u{309a}') || entry(c as u32).0 == table::DROPPED
}

/// Adds what the lower-case `c` becomes.
fn fold_char(c: char, folded: &mut String) {
    let code = c as u32;
    match code {
        0x1100..=0x11ff => add_jamo(c, folded),
        0x3099 | 0xff9e => add_voicing(1, folded),
        0x309a | 0xff9f => add_voicing(2, folded),
        0xff01..=0xff5e => folded.push(plain_width(c)),
        // Alphabets of 52 letters after each other, then digits.
        0x1d400..=0x1d6a3 => folded.push((b'a' + ((code - 0x1d400) % 26) as u8) as char),
        0x1d7ce..=0x1d7ff => folded.push((b'0' + ((code - 0x1d7ce) % 10) as u8) as char),
        _ => add_by_table(c, folded),
    }
}

fn add_by_table(c: char, folded: &mut String) {
    let (entry, page) = entry(c as u32);
    match entry {
        table::STAYS => folded.push(c),
        table::DROPPED => add_mark(c, folded),
        b'A'..=b'Z' => {
            for letter in table::LIGATURES[usize::from(entry - b'A')].trim_ascii_end() {
                folded.push(*letter as char);
            }
        }
        0x80.. => folded.extend(char::from_u32(page + u32::from(entry & 0x7f))),
        _ => folded.push(entry as char),
    }
}

/// The entry of a character in the table, and the page that it may speak of.
fn entry(code: u32) -> (u8, u32) {
    let mut first_row = 0;
    for [start, end, page] in table::WINDOWS {
        if (start..end).contains(&code) {
            let row = &table::ROWS[first_row + ((code - start) / 32) as usize];
            return (row[(code % 32) as usize], page);
        }
        first_row += ((end - start) / 32) as usize;
    }
    (table::STAYS, 0)
}

/// Drops a mark, unless it makes another letter of the one before it.
fn add_mark(mark: char, folded: &mut String) {
    let before = folded.chars().next_back();
    for [letter, its_mark, whole] in COMPOSED {
        if before == Some(letter) && mark == its_mark {
            replace_last(whole as u32, folded);
        }
    }
}

/// Letters of their own with marks: the letter, the mark, and both.
const COMPOSED: [[char; 3]; 8] = [
    ['и', '\u{306}', 'й'],
    ['у', '\u{306}', 'ў'],
    ['і', '\u{308}', 'ї'],
    ['г', '\u{301}', 'ѓ'],
    ['к', '\u{301}', 'ќ'],
    ['ә', '\u{308}', 'ӛ'],
    ['ө', '\u{308}', 'ӫ'],
    ['ے', '\u{654}', 'ۓ'],
];

/// Adds a mark that voices (1) or half-voices (2) the Kana before it; others cannot have it.
fn add_voicing(voicing: u32, folded: &mut String) {
    let before = folded.chars().next_back().unwrap_or_default() as u32;
    // Hiragana stand 96 before Katakana.
    let is_hiragana = (0x3041..0x30a0).contains(&before);
    let is_voiced = match before + if is_hiragana { 0x60 } else { 0 } {
        0x30a6 if voicing == 1 => return replace_last(before + 0x4e, folded),
        code @ 0x30ab..=0x30c1 => voicing == 1 && code % 2 == 1,
        0x30c4 | 0x30c6 | 0x30c8 | 0x30fd => voicing == 1,
        code @ 0x30cf..=0x30dd => code % 3 == 0,
        0x30ef..=0x30f2 if voicing == 1 => return replace_last(before + 8, folded),
        _ => false,
    };
    if is_voiced {
        replace_last(before + voicing, folded);
    }
}

/// Adds a conjoining jamo, composed with what stands before it ("Hangul Syllable Composition", The Unicode Standard,
/// section 3.12).
fn add_jamo(jamo: char, folded: &mut String) {
    let before = folded.chars().next_back().unwrap_or_default() as u32;
    let code = jamo as u32;
    match (before, code) {
        (0x1100..=0x1112, 0x1161..=0x1175) => {
            replace_last(
                0xac00 + ((before - 0x1100) * 21 + code - 0x1161) * 28,
                folded,
            );
        }
        (0xac00..=0xd7a3, 0x11a8..=0x11c2) if (before - 0xac00).is_multiple_of(28) => {
            replace_last(before + code - 0x11a7, folded);
        }
        _ => folded.push(jamo),
    }
}

fn replace_last(code: u32, folded: &mut String) {
    folded.pop();
    folded.extend(char::from_u32(code));
}
