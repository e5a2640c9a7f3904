//! Text by strangers, made fit for a line of a page or of an XML file.

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
    fn xml_loses_what_it_cannot_hold() {
        assert_eq!(xml("a<b>&\"\u{1}\u{ffff}\n"), "a&lt;b&gt;&amp;&quot;\n");
    }

    #[test]
    fn markdown_is_quoted() {
        assert_eq!(markdown_line("a](x)\n# b"), "a\\](x) \\# b");
    }
}
