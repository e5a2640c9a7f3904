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
use std::sync::LazyLock;

use super::tag::Tag;

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

/// Whether an element is left out with what it holds, which is a program, a picture or a form. `name` is in lower case.
pub(super) fn is_left_out(name: &str) -> bool {
    let kind = element(name).map(|(_, kind)| kind);
    matches!(kind, Some(Kind::LeftOut | Kind::LeftOutRawText))
}

/// Whether any tag in `text` may be a link, an image or the start of what is left out.
pub(super) fn may_hold_links_or_left_out(text: &str) -> bool {
    let mut tags = text.match_indices('<');
    tags.any(|(at, _)| match element(name_at(&text[at + 1..])) {
        Some(("a" | "img", _)) => true,
        Some((_, kind)) => matches!(kind, Kind::LeftOut | Kind::LeftOutRawText),
        None => false,
    })
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

/// What stands at a `<`.
enum Markup {
    Tag(WrittenTag),
    Comment {
        len: usize,
    },
    /// No element, or what a browser makes a comment or a declaration of.
    Words,
    /// `a < b`: text for browsers too.
    NoTag,
    /// A tag without its `>`.
    Unclosed,
}

struct WrittenTag {
    /// In lower case.
    name: &'static str,
    kind: Kind,
    is_end: bool,
    /// Whether there is nothing but the name.
    is_bare: bool,
    is_self_closing: bool,
    /// In bytes, from `<` to `>`.
    len: usize,
}

impl Markup {
    /// Reads what `html` starts with; that is a `<`. Comments end only if `may_end_comment`.
    fn read(html: &str, may_end_comment: bool) -> Self {
        let rest = &html[1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            let len = may_end_comment.then(|| comment_len(comment)).flatten();
            return len.map_or(Self::Words, |len| Self::Comment { len: 4 + len });
        }
        let is_end = rest.starts_with('/');
        let name = &rest[usize::from(is_end)..];
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return if is_end || rest.starts_with(['!', '?']) {
                Self::Words
            } else {
                Self::NoTag
            };
        }
        let Some((name, kind)) = element(name_at(name)) else {
            return Self::Words;
        };
        let name_end = 1 + usize::from(is_end) + name.len();
        let Some(len) = attributes_len(&html[name_end..]) else {
            return Self::Unclosed;
        };
        if html[name_end + len..].starts_with('<') {
            return Self::Words;
        }
        let attributes = html[name_end..name_end + len].trim_ascii();
        let is_self_closing = attributes.ends_with('/');
        let attributes = attributes.trim_end_matches('/');
        if !is_end && are_words(attributes) {
            return Self::Words;
        }
        Self::Tag(WrittenTag {
            name,
            kind,
            is_end,
            is_bare: attributes.is_empty(),
            is_self_closing,
            len: name_end + len + 1,
        })
    }
}

impl WrittenTag {
    fn reading(&self, is_paragraph: bool, end_of: &dyn Fn(&str) -> End) -> Reading {
        let (name, kind) = (self.name, self.kind);
        if self.is_end {
            return Reading::Element;
        }
        let is_words = match kind {
            Kind::Break | Kind::EndIsOptional => false,
            Kind::NeedsAttributes => self.is_bare,
            Kind::Phrasing => {
                self.is_bare
                    && match end_of(name) {
                        End::Near => false,
                        End::Later => is_paragraph,
                        // A browser would show the rest of the block in it, and an author who forgot the end sees that.
                        End::Missing => is_paragraph || Tag::from_raw(name).is_none(),
                    }
            }
            Kind::Flow => self.is_bare && is_paragraph && end_of(name) == End::Missing,
            Kind::LeftOut | Kind::LeftOutRawText => {
                let is_whole = self.is_self_closing && !self.is_bare && kind == Kind::LeftOut;
                match end_of(name) {
                    End::Near if kind == Kind::LeftOutRawText => return Reading::RawText(name),
                    End::Near => false,
                    _ if is_whole => false,
                    End::Later if !self.is_bare => return Reading::Nothing,
                    End::Later | End::Missing => true,
                }
            }
        };
        if is_words {
            Reading::Words
        } else {
            Reading::Element
        }
    }
}

/// The name of a tag, as the tokenizer of HTML reads it; empty when it is too long for an element.
fn name_at(text: &str) -> &str {
    let bytes = text.as_bytes().iter().take(NAME_MAX_BYTES + 1);
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
    let end = bytes.copied().position(|byte| is_end(&byte));
    &text[..end.unwrap_or(0)]
}

/// Bytes of attributes before the `>` that ends a tag, or a `<` that no attribute holds; `None` when neither comes.
///
/// Quotes hold a `>` only after a `=`.
fn attributes_len(text: &str) -> Option<usize> {
    let mut is_value_next = false;
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        match byte {
            b'>' | b'<' => return Some(at),
            b'"' | b'\'' if is_value_next => {
                at += 1 + text[at + 1..].find(char::from(byte))?;
                is_value_next = false;
            }
            b'=' => is_value_next = true,
            byte if byte.is_ascii_whitespace() => {}
            _ => is_value_next = false,
        }
        at += 1;
    }
    None
}

/// Whether what follows the name of a start tag is a phrase: no attribute has a value or is known to need none.
fn are_words(attributes: &str) -> bool {
    let mut words = attributes.split_ascii_whitespace();
    let is_flag = |word: &str| FLAGS.split(' ').any(|flag| flag.eq_ignore_ascii_case(word));
    !attributes.is_empty() && !attributes.contains('=') && !words.any(is_flag)
}

/// The boolean attributes of HTML.
const FLAGS: &str = "allowfullscreen async autofocus autoplay checked compact controls default defer disabled \
    formnovalidate hidden inert ismap itemscope loop multiple muted nohref nomodule noshade novalidate nowrap open \
    playsinline readonly required reversed selected";

/// Bytes of a comment behind its `<!--`, with its end.
fn comment_len(text: &str) -> Option<usize> {
    if text.starts_with('>') {
        return Some(1);
    }
    if text.starts_with("->") {
        return Some(2);
    }
    let ends = ["-->", "--!>"].map(|end| text.find(end).map(|at| at + end.len()));
    ends.into_iter().flatten().min()
}

/// Where the end tag of `name` starts.
fn end_tag_at(html: &str, name: &str) -> Option<usize> {
    let is_end = |at: usize| name_at(&html[at + 2..]).eq_ignore_ascii_case(name);
    html.match_indices("</")
        .map(|(at, _)| at)
        .find(|at| is_end(*at))
}

/// What kind of element a name in any letter case stands for, with the name in lower case.
fn element(name: &str) -> Option<(&'static str, Kind)> {
    static KINDS: LazyLock<HashMap<&str, Kind>> = LazyLock::new(|| {
        let of_kind = |(kind, names): &(Kind, &'static str)| {
            let names = names.split_ascii_whitespace();
            names.map(|name| (name, *kind)).collect::<Vec<_>>()
        };
        ELEMENTS.iter().flat_map(of_kind).collect()
    });
    let (name, kind) = KINDS.get_key_value(name.to_ascii_lowercase().as_str())?;
    Some((name, *kind))
}

/// Length of the longest name of an element.
const NAME_MAX_BYTES: usize = "fecomponenttransfer".len();

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Says something on its own.
    Break,
    /// Nothing without attributes: void elements, and those of SVG and MathML, which are seen only where a blank line
    /// splits a picture.
    NeedsAttributes,
    /// A part of a paragraph, so its end is there too.
    Phrasing,
    /// Holds paragraphs.
    Flow,
    /// Holds something, and its end tag may be missing.
    EndIsOptional,
    /// A program, a picture or a form: left out with what it holds.
    LeftOut,
    /// The same, and what it holds is no markup.
    LeftOutRawText,
}

/// The elements of HTML, obsolete ones included, but those that stand for text alone (`title`, `textarea`, `xmp`); then
/// those of SVG 2 and MathML Core.
///
/// HTML Standard, sections "Index of elements" and "Obsolete features".
#[rustfmt::skip]
const ELEMENTS: &[(Kind, &str)] = &[
    (Kind::Break, "\
        br hr img wbr"),
    (Kind::Phrasing, "\
        a abbr acronym b bdi bdo big blink button cite code data del dfn em font i ins kbd label map mark meter \
        nobr output progress q ruby s samp slot small span strike strong sub sup time tt u var"),
    (Kind::Flow, "\
        address article aside blockquote body caption center details dialog dir div dl fieldset figcaption \
        figure footer form h1 h2 h3 h4 h5 h6 head header hgroup html legend main marquee menu nav noscript ol \
        picture pre search section summary table ul"),
    (Kind::EndIsOptional, "\
        colgroup dd dt li optgroup option p rb rp rt rtc tbody td tfoot th thead tr"),
    (Kind::LeftOutRawText, "\
        iframe script style"),
    (Kind::LeftOut, "\
        applet audio canvas frameset math object select svg template video"),
    (Kind::NeedsAttributes, "\
        area base basefont bgsound col embed frame input keygen link meta param source track"),
    (Kind::NeedsAttributes, "\
        animate animatemotion animatetransform circle clippath defs desc ellipse feblend fecolormatrix \
        fecomponenttransfer fecomposite feconvolvematrix fediffuselighting fedisplacementmap fedistantlight \
        fedropshadow feflood fefunca fefuncb fefuncg fefuncr fegaussianblur feimage femerge femergenode \
        femorphology feoffset fepointlight fespecularlighting fespotlight fetile feturbulence filter \
        foreignobject g image line lineargradient marker mask metadata mpath path pattern polygon polyline \
        radialgradient rect set stop switch symbol text textpath tspan use view"),
    (Kind::NeedsAttributes, "\
        annotation annotation-xml maction menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom \
        mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover \
        semantics"),
];

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
