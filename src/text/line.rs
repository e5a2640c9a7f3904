//! What is kept of a text that a stranger writes: what no page may hold and what shows nothing is dropped, what is too long
//! is cut.

use std::borrow::Cow;
use std::fmt::Display;

use skillpress_search::internals::analyzer;

use super::unicode;

/// `text` on one line, in Unicode's Normalization Form C: control characters count as spaces, characters that show nothing
/// are dropped, runs of white space become one space, and at most `max_chars` characters are kept.
///
/// Empty when nothing shows. Names of all kinds pass through here, so that what looks the same is the same.
pub fn clean_line(text: &str, max_chars: usize) -> String {
    let mut line = String::with_capacity(text.len().min(4 * max_chars));
    let mut n_chars = 0;
    let mut is_space_due = false;
    for c in unicode::nfc_chars(unicode::shown(text.chars())) {
        if unicode::is_blank(c) {
            is_space_due = n_chars > 0;
            continue;
        }
        if n_chars + usize::from(is_space_due) >= max_chars {
            line.truncate(line.trim_end_matches(unicode::is_joiner).len());
            break;
        }
        if std::mem::take(&mut is_space_due) {
            line.push(' ');
            n_chars += 1;
        }
        line.push(c);
        n_chars += 1;
    }
    line
}

/// `text` without the characters that no page may hold; lines stay lines.
pub fn clean_body(text: &str) -> Cow<'_, str> {
    if unpublishable(text).is_none() {
        return Cow::Borrowed(text);
    }
    text.chars().filter(|&c| unicode::is_html_text(c)).collect()
}

/// The byte offset of the first character of `text` that [`clean_body`] drops, and the character.
pub fn unpublishable(text: &str) -> Option<(usize, char)> {
    // Most texts are ASCII, whose bytes are looked at three times as fast as characters; and faster in pieces that are
    // looked at to their ends, many bytes at once.
    let mut pieces = text.as_bytes().chunks(256);
    let is_plain = |piece: &[u8]| {
        let is_text = |all: bool, byte: &u8| all & unicode::is_ascii_html_text(*byte);
        piece.iter().fold(true, is_text)
    };
    if pieces.all(is_plain) {
        return None;
    }
    text.char_indices()
        .find(|&(_, c)| !unicode::is_html_text(c))
}

/// `text` as a tag, see [`analyzer::tag`]; `None` when nothing is left of it.
pub fn tag(text: &str) -> Option<String> {
    analyzer::tag(&clean_line(text, 4 * analyzer::TAG_MAX_CHARS))
}

/// `text` cut at a word's end, at most `max_chars` characters and an ellipsis.
pub fn shorten(text: &str, max_chars: usize) -> Cow<'_, str> {
    let Some((cut, _)) = text.char_indices().nth(max_chars) else {
        return Cow::Borrowed(text);
    };
    let head = &text[..cut];
    // Scripts without spaces have no word's end nearby; a cut between characters reads well there.
    let end = head
        .rfind(char::is_whitespace)
        .filter(|end| *end > cut / 2)
        .unwrap_or(cut);
    let head = head[..end].trim_end_matches(|c: char| c.is_whitespace() || ",;:.-–—".contains(c));
    Cow::Owned(format!("{head}…"))
}

/// The first `shown_max` of `names` in backticks, and how many more there are.
pub fn listed(
    names: impl IntoIterator<Item: Display, IntoIter: ExactSizeIterator>,
    shown_max: usize,
) -> String {
    let names = names.into_iter();
    let n_more = names.len().saturating_sub(shown_max);
    let shown: Vec<String> = names
        .take(shown_max)
        .map(|name| format!("`{name}`"))
        .collect();
    match n_more {
        0 => shown.join(", "),
        n_more => format!("{} and {n_more} more", shown.join(", ")),
    }
}

/// The start of `text`, at most `max_bytes` long.
pub fn head(text: &str, max_bytes: usize) -> &str {
    let mut end = text.len().min(max_bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_becomes_one_line_without_tricks() {
        assert_eq!(
            clean_line("  PDF\r\n\tTools\u{202e} \u{0}x ", 120),
            "PDF Tools x"
        );
        assert_eq!(clean_line("a\u{200b}b\u{e0041}", 120), "ab");
        assert_eq!(clean_line("\"שלום\" 👩‍💻 & <b>", 120), "\"שלום\" 👩‍💻 & <b>");
        assert_eq!(clean_line("abc def", 4), "abc");
        assert_eq!(clean_line("abc def", 5), "abc d");
        assert_eq!(
            clean_line("é".repeat(200).as_str(), 120).chars().count(),
            120
        );
    }

    #[test]
    fn a_name_that_shows_nothing_is_empty() {
        for nothing in [
            "\u{3164}",
            " \u{200e}\u{2028}",
            "\u{fe0f}",
            "\u{e0041}",
            "\u{2800}",
            "\u{fffe}",
        ] {
            assert_eq!(clean_line(nothing, 120), "", "{nothing:?}");
        }
    }

    #[test]
    fn one_name_has_one_spelling() {
        assert_eq!(clean_line("Cafe\u{301}", 120), "Caf\u{e9}");
        assert_eq!(clean_line("e\u{200b}\u{301}", 1), "\u{e9}");
        assert_eq!(tag("Cafe\u{301}"), tag("caf\u{e9}"));
        assert_eq!(tag("p\u{200b}df\u{3164}").as_deref(), Some("pdf"));
        assert_eq!(tag("\u{3164}"), None);
    }

    #[test]
    fn a_body_holds_no_character_that_html_forbids() {
        assert_eq!(clean_body("a\u{1b}[1m\r\n\tb\u{ffff}"), "a[1m\r\n\tb");
        assert!(matches!(clean_body("\u{200d}é\n"), Cow::Borrowed(_)));
        assert_eq!(unpublishable("é\u{85}"), Some((2, '\u{85}')));
    }

    #[test]
    fn a_long_line_ends_after_a_whole_word() {
        assert_eq!(shorten("short", 5), "short");
        assert_eq!(shorten("reads, writes files", 14), "reads, writes…");
        assert_eq!(shorten("reads, writes", 9), "reads…");
        assert_eq!(shorten("日本語のテキスト", 3), "日本語…");
        assert_eq!(shorten("", 3), "");
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing_more(text in any::<String>(), max_chars in 0usize..40) {
            let once = clean_line(&text, max_chars);
            prop_assert!(once.chars().count() <= max_chars);
            prop_assert_eq!(&clean_line(&once, max_chars), &once);
            prop_assert!(shorten(&text, max_chars).chars().count() <= max_chars + 1);
        }
    }
}
