//! How many bytes of HTML an element becomes, told before it is written: by these a document is cut.

use super::tag::Tag;
use super::tree::Detail;

/// Most bytes that an element is written as, beside its content; a link is counted by where it leads, see
/// [`external_link_len`] and [`own_link_len`].
pub(super) fn element_len(tag: Tag, detail: &Detail) -> usize {
    if tag == Tag::A {
        return 0;
    }
    // Start tag, end tag, a line break.
    let tags = 2 * tag.name().len() + "<></>\n".len();
    let of_tag = match tag {
        Tag::Table => 110,
        Tag::Heading(_) => " id=\"md-section-1234567\"".len(),
        Tag::Pre | Tag::Th => 16,
        _ => 0,
    };
    let of_detail = match detail {
        Detail::Alert(_) => 100,
        Detail::Language(name) => " class=\"language-\"".len() + name.len(),
        Detail::Align(_) => " class=\"align-center\"".len(),
        Detail::Start(_) => " start=\"1234567890\"".len(),
        Detail::IsOpen => " open=\"\"".len(),
        Detail::None | Detail::Link(_) => 0,
    };
    tags + of_tag + of_detail
}

/// Most bytes that a link to this URL is written as, beside its content.
pub(super) fn external_link_len(url: &str) -> usize {
    "<a href=\"\" rel=\"nofollow ugc noopener\"></a>".len() + text_len(url)
}

/// About the bytes of a link or an image of the skill's own, whose destination the author wrote as `dest`: a page's path
/// with long names of owner and slug before it, and what is not ASCII percent-encoded.
pub(super) fn own_link_len(dest: &str) -> usize {
    300 + 3 * dest.len()
}

/// Most bytes of `<br>`, `<hr>`, a check mark, and a reference to a footnote together with the ends of the footnote.
pub(super) const BREAK_BYTES: usize = TEXT_MIN_BYTES;
pub(super) const RULE_BYTES: usize = TEXT_MIN_BYTES;
pub(super) const TASK_BYTES: usize = 70;
pub(super) const FOOTNOTE_BYTES: usize = 300;

/// A piece of text counts as so many bytes at least, for the memory that it takes.
pub(super) const TEXT_MIN_BYTES: usize = 8;

/// How many times as long as its text the id of a heading may be: some letters are longer in lower case.
pub(super) const ID_TIMES: usize = 2;

/// How many bytes `text` has when it is escaped.
pub(super) fn text_len(text: &str) -> usize {
    // By bytes, many at once: characters that are escaped are ASCII, but for one.
    let mut n_more = 0;
    for byte in text.bytes() {
        n_more += match byte {
            b'"' => "&quot;".len() - 1,
            b'&' => "&amp;".len() - 1,
            b'<' | b'>' => "&lt;".len() - 1,
            _ => 0,
        };
    }
    let n_spaces = text.matches('\u{a0}').count();
    text.len() + n_more + n_spaces * ("&nbsp;".len() - '\u{a0}'.len_utf8())
}

/// How many bytes a character has when it is escaped.
pub(super) fn char_len(c: char) -> usize {
    match c {
        '"' => "&quot;".len(),
        '&' => "&amp;".len(),
        '<' | '>' => "&lt;".len(),
        // The sanitiser writes it so.
        '\u{a0}' => "&nbsp;".len(),
        _ => c.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_is_as_long_as_its_characters(text in "[a-z<>&\"'é\u{a0}日🦀 ]{0,60}") {
            prop_assert_eq!(text_len(&text), text.chars().map(char_len).sum::<usize>());
        }
    }
}
