//! What a tag is called: the same for whoever writes it and whoever looks for it.

use alloc::string::String;

use super::fold::plain_width;
use super::letters::is_alphanumeric;
use super::words::first_chars;

/// Longest tag, in characters.
pub const TAG_MAX_CHARS: usize = 48;

/// `text` as a tag: lower-case letters and digits of any script, runs of anything else become one `-`, full-width forms
/// become plain ones; `None` when nothing is left.
///
/// Symbols that make another name of a letter are spelled out, so that `C`, `C++` and `C#` stay apart: `+` (plus) and
/// `#` (sharp) after a letter, unless another letter follows, and `.` (dot) before the first letter, as in `.NET`.
/// `text` is in Unicode's Normalization Form C.
pub fn tag(text: &str) -> Option<String> {
    let mut tag = Tag::default();
    let mut is_after_letter = false;
    let mut chars = first_chars(text.trim(), 4 * TAG_MAX_CHARS)
        .chars()
        .map(plain_width);
    while let Some(c) = chars.next() {
        let is_before_letter = chars.clone().next().is_some_and(is_letter);
        let symbol = match c {
            '+' if is_after_letter && !is_before_letter => "plus",
            '#' if is_after_letter && !is_before_letter => "sharp",
            '.' if tag.text.is_empty() && is_before_letter => "dot",
            _ => "",
        };
        if !symbol.is_empty() {
            tag.is_between = true;
            symbol.chars().for_each(|c| tag.push(c));
            tag.is_between = true;
            continue;
        }
        is_after_letter = is_letter(c);
        if is_alphanumeric(c) {
            let mut lower = c.to_lowercase();
            tag.push(lower.next().unwrap_or(c));
            // What follows the small letter of a capital is an accent: that of `İ`.
            tag.is_between = lower.next().is_some();
        } else {
            tag.is_between = true;
        }
    }
    (!tag.text.is_empty()).then_some(tag.text)
}

/// Digits of other scripts count as letters.
fn is_letter(c: char) -> bool {
    is_alphanumeric(c) && !c.is_ascii_digit()
}

/// A tag being written.
#[derive(Default)]
struct Tag {
    text: String,
    n_chars: usize,
    /// Whether what comes next is apart from what stands there.
    is_between: bool,
}

impl Tag {
    /// Adds a character, with a `-` before it when it is apart; what is too long is left out.
    fn push(&mut self, c: char) {
        let separator = usize::from(self.is_between && self.n_chars > 0);
        self.is_between = false;
        self.n_chars += separator + 1;
        if self.n_chars <= TAG_MAX_CHARS {
            if separator == 1 {
                self.text.push('-');
            }
            self.text.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tags_are_lower_case_letters_and_digits() {
        for (text, expected) in [
            ("  Dev Tools!", Some("dev-tools")),
            ("dev_tools", Some("dev-tools")),
            ("Node.js", Some("node-js")),
            ("#pdf", Some("pdf")),
            ("ＡＰＩ", Some("api")),
            ("数据 分析", Some("数据-分析")),
            ("../..", None),
            (" -- ", None),
            ("+1", Some("1")),
            ("", None),
        ] {
            assert_eq!(tag(text).as_deref(), expected, "{text}");
        }
        assert_eq!(tag(&"ab-".repeat(40)).unwrap().len(), 47);
    }

    #[test]
    fn names_that_differ_by_symbols_stay_apart() {
        for (text, expected) in [
            ("C", "c"),
            ("C++", "c-plus-plus"),
            ("Ｃ＋＋", "c-plus-plus"),
            ("C++20", "c-plus-plus-20"),
            ("C++ / Rust", "c-plus-plus-rust"),
            ("C#", "c-sharp"),
            ("F#", "f-sharp"),
            (".NET", "dot-net"),
            ("ASP.NET", "asp-net"),
            ("react+redux", "react-redux"),
            ("ages 8+", "ages-8"),
        ] {
            assert_eq!(tag(text).as_deref(), Some(expected), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_tag_is_a_safe_path_component_and_its_own_tag(text in "\\PC{0,60}|[cC.+# -]{0,60}") {
            if let Some(name) = tag(&text) {
                prop_assert!(name.chars().all(|c| c.is_alphanumeric() || c == '-'));
                prop_assert!(name.chars().count() <= TAG_MAX_CHARS);
                prop_assert!(!name.starts_with('-') && !name.ends_with('-') && !name.contains("--"));
                prop_assert_eq!(tag(&name), Some(name));
            }
        }
    }
}
