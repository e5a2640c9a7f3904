//! The last gate: ammonia, with an allow-list of exactly what [`super::write`] writes.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use super::{ID_PREFIX, link};

/// Drops everything from `html` that is not on the allow-list.
///
/// `html` must not nest deeply: parsing costs time by depth.
pub(super) fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

/// Built once; building costs more than cleaning a short document.
static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::empty();
    cleaner
        .tags(HashSet::from(TAGS))
        .tag_attributes(HashMap::from(
            ATTRIBUTES.map(|(tag, names)| (tag, names.iter().copied().collect())),
        ))
        .generic_attributes(HashSet::from(["id", "class"]))
        .clean_content_tags(HashSet::from(["script", "style"]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .strip_comments(true)
        .attribute_filter(filter_attribute);
    for (tag, attribute, values) in ATTRIBUTE_VALUES {
        cleaner.add_tag_attribute_values(tag, attribute, values);
    }
    cleaner
});

#[rustfmt::skip]
const TAGS: [&str; 43] = [
    "a", "b", "blockquote", "br", "caption", "code", "del", "details", "div", "em", "h2", "h3", "h4", "h5", "h6",
    "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
];

const ATTRIBUTES: [(&str, &[&str]); 7] = [
    ("a", &["href", "aria-label"]),
    ("details", &["open"]),
    ("div", &["aria-label"]),
    ("img", &["src", "alt", "width", "height"]),
    ("ol", &["start"]),
    ("section", &["aria-label"]),
    ("span", &["aria-label"]),
];

const ATTRIBUTE_VALUES: [(&str, &str, &[&str]); 7] = [
    ("a", "rel", &["nofollow ugc noopener"]),
    ("div", "role", &["group"]),
    ("div", "tabindex", &["0"]),
    ("img", "loading", &["lazy"]),
    ("pre", "tabindex", &["0"]),
    ("span", "role", &["img"]),
    ("th", "scope", &["col", "row"]),
];

#[rustfmt::skip]
const CLASSES: [&str; 12] = [
    "alert alert-caution", "alert alert-important", "alert alert-note", "alert alert-tip", "alert alert-warning",
    "alert-title", "align-center", "align-left", "align-right", "footnote-ref", "footnotes", "task",
];

fn filter_attribute<'v>(tag: &str, attribute: &str, value: &'v str) -> Option<Cow<'v, str>> {
    let is_allowed = match (tag, attribute) {
        (_, "id") => value.starts_with(ID_PREFIX) && !value.contains(char::is_whitespace),
        ("code", "class") => value.strip_prefix("language-").is_some_and(|name| {
            name.bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'#' | b'-'))
        }),
        ("div", "class") => value == "table-scroll" || CLASSES.contains(&value),
        (_, "class") => CLASSES.contains(&value),
        ("a", "href") => link::is_own(value) || link::is_external(value),
        ("img", "src") => link::is_own_image(value),
        (_, "href" | "src") => false,
        _ => true,
    };
    is_allowed.then_some(Cow::Borrowed(value))
}
