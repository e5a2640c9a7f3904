//! Which tags of raw HTML are used, and which are words: `<api-key>`, `List<String>`, "put it in the `<title>`".
//!
//! A browser drops a tag that it does not know, and one that it knows may swallow the text after it. Authors of skills
//! write both and mean the words, so a tag is a word when
//! - HTML has no element of that name, or one that holds nothing but text, such as `title`;
//! - what follows its name is no list of attributes: `<a short summary>`;
//! - it is bare, `<time>`, and shows nothing without attributes or without its end tag, which is not there;
//! - its content would be left out up to an end tag that is not there.
//!
//! Comments are no words, unless they never end; `<?…>`, `<!DOCTYPE …>` and `<![CDATA[…]]>` are.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

mod element;
mod markup;

use element::{element, name_at};
pub(super) use element::{is_left_out, may_hold_links_or_left_out};
use markup::Markup;

/// Where the end tag of an element is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// In the same paragraph or block of HTML.
    Near,
    /// Later in the document.
    Later,
    /// Nowhere.
    Missing,
}

/// `html` with tags that are words escaped, and with tags left out that stand for no element here.
///
/// `is_paragraph` tells that it is a piece of a paragraph; `end_of` gets the name of an element and the offset behind
/// its start tag.
pub(super) fn escape_words<'h>(
    html: &'h str,
    is_paragraph: bool,
    end_of: &dyn Fn(&str, usize) -> End,
) -> Cow<'h, str> {
    let mut escaped = String::new();
    let mut n_copied = 0;
    let mut at = 0;
    // Asked once, since thousands of comments may be open.
    let last_comment_end = html.rfind("-->").max(html.rfind("--!>"));
    while let Some(found) = html[at..].find('<') {
        let start = at + found;
        let markup = Markup::read(&html[start..], Some(start) < last_comment_end);
        let (reading, end) = match markup {
            Markup::Tag(tag) => {
                let end = start + tag.len;
                let after = |name: &str| end_of(name, end);
                (tag.reading(is_paragraph, &after), end)
            }
            Markup::Comment { len } => (Reading::Element, start + len),
            Markup::Words => (Reading::Words, start + 1),
            Markup::NoTag => (Reading::Element, start + 1),
            // The tag would swallow all that follows.
            Markup::Unclosed => {
                escaped.push_str(&html[n_copied..start]);
                escaped.push_str(&html[start..].replace('<', "&lt;"));
                return Cow::Owned(escaped);
            }
        };
        at = match reading {
            Reading::Element => end,
            Reading::RawText(name) => end + end_tag_at(&html[end..], name).unwrap_or(0),
            Reading::Words => {
                escaped.push_str(&html[n_copied..start]);
                escaped.push_str("&lt;");
                n_copied = start + 1;
                start + 1
            }
            Reading::Nothing => {
                escaped.push_str(&html[n_copied..start]);
                n_copied = end;
                end
            }
        };
    }
    if n_copied == 0 {
        return Cow::Borrowed(html);
    }
    escaped.push_str(&html[n_copied..]);
    Cow::Owned(escaped)
}

/// Stands for the `<` of a tag that is words. As long as it, so that offsets stay; pages drop control characters.
pub(super) const MARK: char = '\u{1}';

/// `body` with [`MARK`] for the `<` of each tag that stands alone on a line and is no element.
///
/// Markdown would take such a line for the start of a block of HTML and leave the lines after it as they are, with code
/// and lists in them. The mark is nothing to it, whether the line turns out to be code, HTML or a paragraph.
pub(super) fn mark_lines(body: &str) -> Cow<'_, str> {
    if body.contains(MARK) {
        return Cow::Borrowed(body);
    }
    let mut marked = String::new();
    let mut n_copied = 0;
    let mut line_start = 0;
    for line in body.split_inclusive('\n') {
        if let Some(at) = line.find('<')
            && line[..at]
                .bytes()
                .all(|byte| b" \t>-*+.)0123456789".contains(&byte))
            && is_words_alone(line[at..].trim_ascii_end())
        {
            marked.push_str(&body[n_copied..line_start + at]);
            marked.push(MARK);
            n_copied = line_start + at + 1;
        }
        line_start += line.len();
    }
    if n_copied == 0 {
        return Cow::Borrowed(body);
    }
    marked.push_str(&body[n_copied..]);
    Cow::Owned(marked)
}

/// Whether a line that begins with `<` is a tag, for Markdown, of a name that is no element.
fn is_words_alone(line: &str) -> bool {
    let name = line[1..].strip_prefix('/').unwrap_or(&line[1..]);
    let is_in_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let len = name.bytes().take_while(is_in_name).count();
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name[len..].starts_with([' ', '\t', '/', '>'])
        && line.ends_with('>')
        && element(&name[..len]).is_none()
}

/// Where the end tags of a document stand.
#[derive(Debug)]
pub(super) struct EndTags {
    /// Offsets by lower-case name, ascending. Only of elements of HTML.
    by_name: HashMap<&'static str, Vec<usize>>,
}

impl EndTags {
    pub(super) fn of(text: &str) -> Self {
        let mut by_name: HashMap<&'static str, Vec<usize>> = HashMap::new();
        for (at, _) in text.match_indices("</") {
            if let Some((name, _)) = element(name_at(&text[at + 2..])) {
                by_name.entry(name).or_default().push(at);
            }
        }
        Self { by_name }
    }

    /// Whether one of `name` starts in `range`.
    pub(super) fn has(&self, name: &str, range: Range<usize>) -> bool {
        self.by_name.get(name).is_some_and(|offsets| {
            let next = offsets.partition_point(|offset| *offset < range.start);
            offsets.get(next).is_some_and(|offset| *offset < range.end)
        })
    }
}

/// What a tag comes to.
enum Reading {
    Element,
    /// An element whose content is no markup up to the end tag of this name.
    RawText(&'static str),
    Words,
    /// Neither shown nor an element.
    Nothing,
}

/// Where the end tag of `name` starts.
fn end_tag_at(html: &str, name: &str) -> Option<usize> {
    let is_end = |at: usize| name_at(&html[at + 2..]).eq_ignore_ascii_case(name);
    html.match_indices("</")
        .map(|(at, _)| at)
        .find(|at| is_end(*at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(html: &str) -> Cow<'_, str> {
        let ends = EndTags::of(html);
        escape_words(html, false, &|name, at| {
            if ends.has(name, at..html.len()) {
                End::Near
            } else {
                End::Missing
            }
        })
    }

    #[test]
    fn names_that_are_no_elements_are_words() {
        for words in [
            "<api-key>",
            "</answer>",
            "<Rule>",
            "<T/>",
            "<title>",
            "<host:port>",
            "<https://a.example>",
            "<a@b.example>",
            "<a short summary>",
            "<?php x ?>",
            "<!DOCTYPE html>",
            "<![CDATA[x]]>",
            "</>",
            "</ x>",
        ] {
            assert_eq!(escaped(words), words.replace('<', "&lt;"), "{words}");
        }
        for html in [
            "<div>x",
            "<b>x</b>",
            "<br>",
            "<img src=x>",
            "<!-- <rule> -->",
            "a < b",
            "<!-->",
            "<p>",
            "<details open>x",
        ] {
            assert_eq!(escaped(html), html);
        }
    }

    #[test]
    fn an_element_that_shows_nothing_on_its_own_is_words() {
        assert_eq!(escaped("<time>"), "&lt;time>");
        assert_eq!(escaped("<source>"), "&lt;source>");
        assert_eq!(escaped("<path>"), "&lt;path>");
        assert_eq!(escaped("<source src=x>"), "<source src=x>");
        assert_eq!(escaped("<time>1</time>"), "<time>1</time>");
    }

    #[test]
    fn what_would_swallow_the_rest_is_words() {
        assert_eq!(escaped("<script>x"), "&lt;script>x");
        assert_eq!(escaped("<STYLE>x"), "&lt;STYLE>x");
        assert_eq!(escaped("<!-- <b>x</b>"), "&lt;!-- <b>x</b>");
        assert_eq!(
            escaped("<div title=\"x> <b>y"),
            "&lt;div title=\"x> &lt;b>y"
        );
        assert_eq!(
            escaped("<script>if (a<b) x=\"</script><rule>"),
            "<script>if (a<b) x=\"</script>&lt;rule>"
        );
    }

    #[test]
    fn quotes_hold_what_ends_a_tag() {
        assert_eq!(
            escaped("<p title='a>b' x><rule>"),
            "<p title='a>b' x>&lt;rule>"
        );
        assert_eq!(escaped("<p it's=1>x<rule>"), "<p it's=1>x&lt;rule>");
        assert_eq!(escaped("<p a=1 <b>x</b>"), "&lt;p a=1 <b>x</b>");
    }
}
