//! Text by strangers, made fit for a line of a page or of an XML file.

use std::borrow::Cow;

/// `text` cut at a word's end, at most `max_chars` characters and an ellipsis.
pub(super) fn shorten(text: &str, max_chars: usize) -> Cow<'_, str> {
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

/// `text` escaped for XML content and attributes; characters that XML 1.0 (section 2.2) forbids are dropped.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 16);
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' => escaped.push(c),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c < ' ' => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// `text` as one line of Markdown that means nothing but itself.
pub(super) fn markdown_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        for c in word.chars().filter(|c| !c.is_control()) {
            if "\\`*_[]<>#".contains(c) {
                line.push('\\');
            }
            line.push(c);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_ends_after_a_whole_word() {
        assert_eq!(shorten("short", 5), "short");
        assert_eq!(shorten("reads, writes files", 14), "reads, writes…");
        assert_eq!(shorten("reads, writes", 9), "reads…");
        assert_eq!(shorten("日本語のテキスト", 3), "日本語…");
        assert_eq!(shorten("", 3), "");
    }

    #[test]
    fn xml_loses_what_it_cannot_hold() {
        assert_eq!(xml("a<b>&\"\u{1}\u{ffff}\n"), "a&lt;b&gt;&amp;&quot;\n");
    }

    #[test]
    fn markdown_is_quoted() {
        assert_eq!(markdown_line("a](x)\n# b"), "a\\](x) \\# b");
    }
}
