//! Folds letters that people type in different ways: accents, ligatures, full-width forms.

use alloc::string::String;

/// `text` with accented Latin letters as plain ones, ligatures as letters, full-width ASCII as ASCII, and combining
/// accents dropped. Other scripts stay as they are, but for the Cyrillic `ё`, which is commonly written `е`, and the accents
/// of Greek, which capitals do not have.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.into();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        fold_char(c, &mut folded);
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

fn fold_char(c: char, folded: &mut String) {
    let code = c as usize;
    match c {
        '\0'..='\u{bf}' => folded.push(c),
        'Æ' => folded.push_str("AE"),
        'æ' => folded.push_str("ae"),
        'Œ' => folded.push_str("OE"),
        'œ' => folded.push_str("oe"),
        'ß' => folded.push_str("ss"),
        'Þ' => folded.push_str("Th"),
        'þ' => folded.push_str("th"),
        '\u{c0}'..='\u{17f}' => match LATIN.as_bytes()[code - 0xc0] {
            b'-' => folded.push(c),
            plain => folded.push(plain as char),
        },
        '\u{300}'..='\u{36f}' => {}
        '\u{1ea0}'..='\u{1ef9}' => folded.push(vietnamese(code)),
        '\u{ff01}'..='\u{ff5e}' => folded.push(plain_width(c)),
        '\u{386}'..='\u{451}' => folded.push(greek_or_cyrillic(c)),
        _ => folded.push(c),
    }
}

fn greek_or_cyrillic(c: char) -> char {
    let mut pairs = "ΆαάαΈεέεΉηήηΊιίιΌοόοΎυύυΏωώωςσЁЕёе".chars();
    while let (Some(from), Some(to)) = (pairs.next(), pairs.next()) {
        if from == c {
            return to;
        }
    }
    c
}

/// The letters of U+1EA0 to U+1EF9: capitals are even, and vowels follow each other.
fn vietnamese(code: usize) -> char {
    let lower = match code {
        0x1ea0..=0x1eb7 => 'a',
        0x1eb8..=0x1ec7 => 'e',
        0x1ec8..=0x1ecb => 'i',
        0x1ecc..=0x1ee3 => 'o',
        0x1ee4..=0x1ef1 => 'u',
        _ => 'y',
    };
    if code.is_multiple_of(2) {
        lower.to_ascii_uppercase()
    } else {
        lower
    }
}

/// Plain letters of U+00C0 to U+017F; `-` for those that have none or more than one.
const LATIN: &str = "AAAAAA-CEEEEIIIIDNOOOOO-OUUUUY--aaaaaa-ceeeeiiiidnooooo-ouuuuy-y\
AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi--JjKkkLlLlLlLlLlNnNnNnnNnOoOoOo--\
RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

#[cfg(test)]
mod tests {
    use super::{LATIN, fold};

    #[test]
    fn accents_and_widths_do_not_matter() {
        assert_eq!(
            fold("Café Ångström naïve Łódź Şahin ĳ"),
            "Cafe Angstrom naive Lodz Sahin ĳ"
        );
        assert_eq!(fold("cafe\u{301} straße Œuvre"), "cafe strasse OEuvre");
        assert_eq!(fold("Tiếng Việt, ẤN ĐỘ"), "Tieng Viet, AN DO");
        assert_eq!(fold("ＡＩツール１２"), "AIツール12");
        assert_eq!(fold("ещё × ÷ 日本"), "еще × ÷ 日本");
        assert_eq!(fold("Πλοία ΠΛΟΙΑ πλους"), "Πλοια ΠΛΟΙΑ πλουσ");
    }

    #[test]
    fn the_table_covers_its_range() {
        assert_eq!(LATIN.len(), 0x180 - 0xc0);
        for (offset, plain) in LATIN.bytes().enumerate() {
            let letter = char::from_u32(0xc0 + offset as u32).unwrap();
            if plain != b'-' {
                assert_eq!(
                    letter.is_lowercase(),
                    plain.is_ascii_lowercase(),
                    "{letter}"
                );
            }
        }
    }
}
