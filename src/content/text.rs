//! Rules for text and file names that strangers write: what is kept, what is dropped, what is safe to write to disk.

use std::borrow::Cow;

use skillpress_search::analyzer;

use crate::text::unicode;

/// `text` on one line, in Unicode's Normalization Form C: control characters count as spaces, characters that show nothing
/// are dropped, runs of white space become one space, and at most `max_chars` characters are kept.
///
/// Empty when nothing shows. Names of all kinds pass through here, so that what looks the same is the same.
pub(crate) fn clean_line(text: &str, max_chars: usize) -> String {
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
pub(super) fn clean_body(text: &str) -> Cow<'_, str> {
    if unpublishable(text).is_none() {
        return Cow::Borrowed(text);
    }
    text.chars().filter(|&c| unicode::is_html_text(c)).collect()
}

/// The byte offset of the first character of `text` that [`clean_body`] drops, and the character.
pub(super) fn unpublishable(text: &str) -> Option<(usize, char)> {
    // Most texts are ASCII, whose bytes are looked at three times as fast as characters.
    if text.bytes().all(unicode::is_ascii_html_text) {
        return None;
    }
    text.char_indices()
        .find(|&(_, c)| !unicode::is_html_text(c))
}

/// `text` as a tag, see [`analyzer::tag`]; `None` when nothing is left of it.
pub(super) fn tag(text: &str) -> Option<String> {
    analyzer::tag(&clean_line(text, 4 * analyzer::TAG_MAX_CHARS))
}

/// `text` cut to `max_chars` characters, at the end of a word where there is one, with `…` for what is missing.
pub(super) fn shorten(text: &str, max_chars: usize) -> String {
    let Some((cut, _)) = text.char_indices().nth(max_chars) else {
        return text.to_owned();
    };
    let last_char = text[..cut].char_indices().next_back();
    let head = &text[..last_char.map_or(0, |(at, _)| at)];
    let at_word = head
        .rfind(' ')
        .filter(|&at| at > head.len() / 2)
        .unwrap_or(head.len());
    format!("{}…", head[..at_word].trim_end())
}

/// The start of `text`, at most `max_bytes` long.
pub(super) fn head(text: &str, max_bytes: usize) -> &str {
    let mut end = text.len().min(max_bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Why a file of a skill cannot be published under `path`, a `/`-separated path; `None` when it can.
///
/// A path that passes is relative, stays below the folder it is joined to, and can be written on every common file
/// system, also with a further `.txt` at its end.
pub(crate) fn path_fault(path: &str) -> Option<&'static str> {
    if path.len() > PATH_MAX_BYTES {
        return Some("is longer than 400 bytes");
    }
    path.split('/').find_map(component_fault)
}

/// Longest path of a file inside a skill; leaves room for the folders above it.
const PATH_MAX_BYTES: usize = 400;

/// Longest name of a file or folder: file systems end at 255, and `.txt` may be appended.
const COMPONENT_MAX_BYTES: usize = 200;

fn component_fault(name: &str) -> Option<&'static str> {
    if name.is_empty() || name == "." || name == ".." {
        Some("is not a plain relative path")
    } else if name.len() > COMPONENT_MAX_BYTES {
        Some("has a name longer than 200 bytes")
    } else if !is_shown_whole(name) {
        Some("has a control or invisible character in its name")
    } else if name.contains(['\\', ':', '*', '?', '"', '<', '>', '|']) {
        Some("has one of `\\ : * ? \" < > |` in its name")
    } else if name.ends_with(['.', ' ']) || name.starts_with(' ') {
        Some("has a name with a dot or space at its edge")
    } else if is_device_name(name) {
        Some("has a name that Windows keeps for a device")
    } else {
        None
    }
}

/// Whether all of `name` shows: two names that look the same are the same.
fn is_shown_whole(name: &str) -> bool {
    let is_in_line = |c: char| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}');
    name.chars().all(is_in_line)
        && !name.chars().all(unicode::is_blank)
        && unicode::shown(name.chars()).eq(name.chars())
}

/// Whether Windows takes `name`, with or without an extension, for a device such as `con` or `LPT1.md`.
pub(crate) fn is_device_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let stem = stem.to_ascii_lowercase();
    match stem.as_str() {
        "con" | "prn" | "aux" | "nul" | "conin$" | "conout$" => true,
        _ => {
            let port = stem.strip_prefix("com").or(stem.strip_prefix("lpt"));
            port.is_some_and(|n| {
                let mut chars = n.chars();
                matches!(chars.next(), Some('0'..='9' | '¹' | '²' | '³')) && chars.next().is_none()
            })
        }
    }
}

/// The name among `candidates` that `wanted` is most likely a slip of; `None` when none is close.
///
/// A name is close when at most a third of its letters differ (two at least are allowed).
pub(super) fn suggest<'a>(
    wanted: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let n_letters = wanted.chars().count();
    let max_distance = (n_letters / 3).clamp(2, 6);
    let is_near = |candidate: &&str| candidate.chars().count().abs_diff(n_letters) <= max_distance;
    let distance = |candidate: &str| strsim::levenshtein(&wanted, &candidate.to_lowercase());
    let near = candidates.into_iter().filter(is_near);
    near.map(|candidate| (distance(candidate), candidate))
        .filter(|&(distance, _)| distance <= max_distance)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
    fn a_long_text_ends_at_a_word() {
        assert_eq!(shorten("one two three", 20), "one two three");
        assert_eq!(shorten("one two three", 10), "one two…");
        assert_eq!(shorten("一二三四五六", 4), "一二三…");
        assert_eq!(shorten("abc", 0), "…");
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
    fn a_path_that_some_file_system_refuses_is_refused() {
        for good in [
            "SKILL.md",
            "a/b c/d (1).md",
            "文档/模板.md",
            "👩\u{200d}💻.md",
            "at 1.00\u{202f}PM.png",
            "console.md",
            "com10.txt",
        ] {
            assert_eq!(path_fault(good), None, "{good}");
        }
        for bad in [
            "",
            "/",
            "/etc/passwd",
            "a//b",
            "../a",
            "a/../b",
            "./a",
            "a\\b",
            "c:x",
            "a.",
            "a ",
            " a",
            "a\nb",
            "a\u{202e}b",
            "a\u{200e}b",
            "\u{3164}.md",
            "x/\u{3000}/y",
            "a\u{2028}b",
            "\u{fdd0}",
            "con",
            "Aux.md",
            "x/lpt1.txt",
            "com¹",
            "what?.md",
        ] {
            assert!(path_fault(bad).is_some(), "{bad}");
        }
        assert!(path_fault(&"x".repeat(201)).is_some());
        assert!(path_fault(&"x/".repeat(300)).is_some());
    }

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        let names = ["ana/pdf-tools", "bob/git-helper"];
        assert_eq!(suggest("ana/pdf-tool", names), Some("ana/pdf-tools"));
        assert_eq!(suggest("Ana/PDF-Tools", names), Some("ana/pdf-tools"));
        assert_eq!(suggest("zed/weather", names), None);
    }

    proptest! {
        #[test]
        fn a_path_without_fault_stays_below_its_folder(path in "(\\PC|[./\\\\:\u{0}-\u{20}])*") {
            if path_fault(&path).is_none() {
                let path = std::path::Path::new(&path);
                prop_assert!(path.is_relative());
                prop_assert!(path.components().all(|c| matches!(c, std::path::Component::Normal(_))));
                prop_assert!(path.components().count() == path.to_str().unwrap().split('/').count());
            }
        }

        #[test]
        fn cleaning_twice_changes_nothing_more(text in any::<String>(), max_chars in 0usize..40) {
            let once = clean_line(&text, max_chars);
            prop_assert!(once.chars().count() <= max_chars);
            prop_assert_eq!(&clean_line(&once, max_chars), &once);
            prop_assert!(shorten(&text, max_chars).chars().count() <= max_chars.max(1));
        }
    }
}
