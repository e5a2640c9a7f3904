//! What stands at a `<`: a tag, a comment, or words.

use super::element::{Kind, element, name_at};
use super::{End, Reading};
use crate::markdown::tag::Tag;

/// What stands at a `<`.
pub(super) enum Markup {
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

pub(super) struct WrittenTag {
    /// In lower case.
    name: &'static str,
    kind: Kind,
    is_end: bool,
    /// Whether there is nothing but the name.
    is_bare: bool,
    is_self_closing: bool,
    /// In bytes, from `<` to `>`.
    pub(super) len: usize,
}

impl Markup {
    /// Reads what `html` starts with; that is a `<`. Comments end only if `may_end_comment`.
    pub(super) fn read(html: &str, may_end_comment: bool) -> Self {
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
    pub(super) fn reading(&self, is_paragraph: bool, end_of: &dyn Fn(&str) -> End) -> Reading {
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
