//! What the Unicode character database says of a stranger's text: which characters show nothing, which are no text, and
//! the one spelling of what can be spelled in several ways.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{
    BidiControl, CanonicalCombiningClass, DefaultIgnorableCodePoint, NoncharacterCodePoint,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// `text` in Normalization Form C, in which names are compared: `é` is one character, however it was typed.
pub fn nfc(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// The same, character by character.
pub fn nfc_chars(chars: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    ComposingNormalizerBorrowed::new_nfc().normalize_iter(chars)
}

/// `chars` without those that show nothing: zero-width and directional characters, fillers, tag characters, and
/// noncharacters.
///
/// What emoji and scripts need stays where it does something: variation selectors after a character that shows, joiners
/// between two such, or after a virama, where they choose a half form.
pub fn shown(chars: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let mut before = None;
    let mut joiner: Option<char> = None;
    chars.flat_map(move |c| {
        let mut kept = [None, None];
        match Class::of(c) {
            Class::Shown => {
                kept = [joiner.take(), Some(c)];
                before = Some(c);
            }
            Class::Blank => {
                kept = [None, Some(c)];
                (before, joiner) = (None, None);
            }
            Class::Selector if before.is_some() && joiner.is_none() => kept = [None, Some(c)],
            Class::Joiner if before.is_some_and(is_virama) => {
                kept = [None, Some(c)];
                before = Some(c);
            }
            Class::Joiner if before.is_some() => joiner = Some(c),
            Class::Selector | Class::Joiner | Class::Invisible => {}
        }
        kept.into_iter().flatten()
    })
}

/// Whether `c` is white space or shows as such: control characters, the empty Braille pattern.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\u{2800}'
}

/// Whether `c` may only stand between two characters that show.
pub fn is_joiner(c: char) -> bool {
    matches!(c, '\u{34f}' | '\u{180e}' | '\u{200c}' | '\u{200d}')
}

/// Whether a terminal would do something with `c`, or show text around it in another order, or nothing for it.
///
/// Control characters (C0, DEL, C1), line and paragraph separators, the bidirectional controls and marks of Unicode's
/// annex 9, and tag characters.
pub fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{e0000}'..='\u{e007f}')
        || CodePointSetData::new::<BidiControl>().contains(c)
}

/// `text` with the number of each character in the place of one that would hide something or turn text around, such as
/// `[U+202E]`. Line feeds and tabs stay, and what emoji and scripts need: joiners and the common variation selectors.
pub fn revealed(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut revealed = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            revealed.push_str(&format!("[U+{:04X}]", u32::from(c)));
        } else {
            revealed.push(c);
        }
    }
    Cow::Owned(revealed)
}

fn is_hidden(c: char) -> bool {
    let is_needed = matches!(
        c,
        '\t' | '\n' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}'
    );
    let is_ignorable = || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c);
    !c.is_ascii_graphic() && !is_needed && (is_steering(c) || is_noncharacter(c) || is_ignorable())
}

/// Whether HTML may hold `c`: it is no noncharacter, and no control character but tab, line feed, form feed and carriage
/// return ("control-character-in-input-stream" and "noncharacter-in-input-stream" of the HTML standard).
pub fn is_html_text(c: char) -> bool {
    u8::try_from(c).is_ok_and(is_ascii_html_text) || !(c.is_control() || is_noncharacter(c))
}

/// The same of an ASCII character; no other byte is one.
pub fn is_ascii_html_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' '..=b'~')
}

/// What a character does in a line of text.
enum Class {
    Shown,
    Blank,
    /// Chooses how the character before it looks.
    Selector,
    Joiner,
    Invisible,
}

impl Class {
    fn of(c: char) -> Self {
        match c {
            '!'..='~' => Self::Shown,
            _ if is_blank(c) => Self::Blank,
            _ if is_joiner(c) => Self::Joiner,
            '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' => Self::Selector,
            '\u{e0100}'..='\u{e01ef}' => Self::Selector,
            // Marks of annotated text, which nothing outside of its own program shows.
            '\u{fff9}'..='\u{fffb}' => Self::Invisible,
            _ if CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c) => {
                Self::Invisible
            }
            _ if is_noncharacter(c) => Self::Invisible,
            _ => Self::Shown,
        }
    }
}

fn is_noncharacter(c: char) -> bool {
    CodePointSetData::new::<NoncharacterCodePoint>().contains(c)
}

fn is_virama(c: char) -> bool {
    let classes = CodePointMapData::<CanonicalCombiningClass>::new();
    classes.get(c) == CanonicalCombiningClass::Virama
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_of(text: &str) -> String {
        shown(text.chars()).collect()
    }

    #[test]
    fn what_shows_nothing_is_dropped() {
        for nothing in [
            "\u{3164}",
            "\u{115f}\u{1160}",
            "\u{ffa0}",
            "\u{200e}\u{200f}",
            "\u{61c}",
            "\u{202e}",
            "\u{2066}\u{2069}",
            "\u{200b}\u{2060}\u{feff}\u{ad}",
            "\u{fe0f}",
            "\u{e0100}",
            "\u{200d}",
            "\u{e0041}\u{e007f}",
            "\u{fdd0}\u{ffff}\u{1fffe}",
            "\u{fff9}",
            "\u{17b4}",
        ] {
            assert_eq!(shown_of(nothing), "", "{nothing:?}");
            assert_eq!(shown_of(&format!("a {nothing} b")), "a  b", "{nothing:?}");
        }
    }

    #[test]
    fn what_hides_or_turns_text_around_is_revealed_by_its_number() {
        assert_eq!(
            revealed("a\u{202e}b\u{200b}\u{1b}[1m\r"),
            "a[U+202E]b[U+200B][U+001B][1m[U+000D]"
        );
        assert_eq!(
            revealed("\u{e0041}\u{feff}\u{2028}"),
            "[U+E0041][U+FEFF][U+2028]"
        );
        for plain in [
            "\ta\n",
            "👩\u{200d}💻 ❤\u{fe0f}",
            "می\u{200c}خواهم",
            "é 日本",
        ] {
            assert_eq!(revealed(plain), plain);
        }
    }

    #[test]
    fn what_emoji_and_scripts_need_stays() {
        for text in [
            "👩\u{200d}💻",      // a family of characters
            "❤\u{fe0f}",         // the coloured heart
            "1\u{fe0f}\u{20e3}", // a key
            "می\u{200c}خواهم",   // Persian
            "ന\u{d4d}\u{200d}",  // Malayalam, at the end of a word
            "ක\u{dca}\u{200d}ර", // Sinhala
            "葛\u{e0100}",       // a variant of a character
        ] {
            assert_eq!(shown_of(text), text, "{text:?}");
        }
        assert_eq!(shown_of("a\u{200d} b\u{200c}"), "a b");
    }

    #[test]
    fn a_page_holds_no_control_character_and_no_noncharacter() {
        assert!("aé\t\r\n\u{200d}\u{e000}�".chars().all(is_html_text));
        assert!(
            ![
                '\0',
                '\u{1b}',
                '\u{7f}',
                '\u{85}',
                '\u{fdd0}',
                '\u{fdef}',
                '\u{fffe}',
                '\u{10ffff}'
            ]
            .into_iter()
            .any(is_html_text)
        );
    }
}
