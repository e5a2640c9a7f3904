//! Reads the attack snippets beside this file and judges HTML made from them.
//!
//! Included by path where it is needed, so that unit tests and whole-site tests share it.

use std::fs;
use std::path::Path;

use scraper::node::Element;
use scraper::{Html, Node};

/// A piece of hostile content.
#[derive(Debug)]
pub(crate) struct Attack {
    /// Unique: file stem and title, such as `script: script element`.
    pub(crate) name: String,
    /// Without the line break at its end; `␀` in the file stands for a NUL.
    pub(crate) text: String,
}

/// All snippets, by file name and place in the file.
pub(crate) fn attacks() -> Vec<Attack> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/attacks");
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    paths.sort();
    let mut attacks = Vec::new();
    for path in paths {
        let stem = path.file_stem().unwrap().to_string_lossy();
        let text = fs::read_to_string(&path).unwrap();
        let text = text
            .strip_prefix("=== ")
            .expect("a file starts with `=== name`");
        for snippet in text.split("\n=== ") {
            let (title, body) = snippet.split_once('\n').expect("a snippet has a body");
            attacks.push(Attack {
                name: format!("{stem}: {title}"),
                text: body.trim_end_matches('\n').replace('␀', "\0"),
            });
        }
    }
    attacks
}

/// What a stranger's content must not bring into a page; empty when `html`, a fragment, is harmless.
///
/// `id_prefix` is what ids of that content start with.
pub(crate) fn harm_in_fragment(html: &str, id_prefix: &str) -> Vec<String> {
    let mut harm = Vec::new();
    let mut ids = Vec::new();
    for node in Html::parse_fragment(html).root_element().descendants() {
        match node.value() {
            Node::Element(element) => {
                harm_in_element(element, id_prefix, &mut harm);
                ids.extend(element.attr("id").map(str::to_owned));
            }
            Node::Comment(_) | Node::Doctype(_) | Node::ProcessingInstruction(_) => {
                harm.push(format!("{:?}", node.value()));
            }
            _ => {}
        }
    }
    let n_ids = ids.len();
    ids.sort();
    ids.dedup();
    if ids.len() < n_ids {
        harm.push("an id twice".to_owned());
    }
    harm
}

const ELEMENTS: &str = "html a b blockquote br caption code del details div em h2 h3 h4 h5 h6 hr i img ins kbd li mark \
    ol p pre q s samp section small span strong sub summary sup table tbody td th thead tr u ul var";

const ATTRIBUTES: &str =
    "alt aria-label class height href id loading open rel role scope src start tabindex width";

fn harm_in_element(element: &Element, id_prefix: &str, harm: &mut Vec<String>) {
    let name = element.name();
    if !ELEMENTS.split(' ').any(|allowed| allowed == name) {
        harm.push(format!("element `{name}`"));
    }
    for (attribute, value) in element.attrs() {
        let is_harmless = match attribute {
            "id" => value.starts_with(id_prefix),
            "href" => is_harmless_href(element, value),
            "src" => name == "img" && is_relative(value),
            "class" => [
                "align-",
                "alert",
                "footnote",
                "language-",
                "table-scroll",
                "task",
            ]
            .iter()
            .any(|start| value.starts_with(start)),
            "role" => matches!((name, value), ("div", "group") | ("span", "img")),
            "tabindex" => value == "0" && matches!(name, "pre" | "div"),
            _ => ATTRIBUTES.split(' ').any(|allowed| allowed == attribute),
        };
        if !is_harmless {
            harm.push(format!("attribute `{attribute}` = `{value}` on `{name}`"));
        }
    }
}

fn is_harmless_href(element: &Element, value: &str) -> bool {
    let is_absolute = ["https://", "http://", "mailto:"]
        .iter()
        .any(|start| value.starts_with(start));
    let is_marked = element.attr("rel") == Some("nofollow ugc noopener");
    element.name() == "a" && (is_absolute && is_marked || is_relative(value))
}

fn is_relative(value: &str) -> bool {
    let before_path = value.split(['/', '?', '#']).next().unwrap_or_default();
    !before_path.contains(':')
        && !value.starts_with("//")
        && !value.contains(|c: char| c == '\\' || c.is_control() || c.is_whitespace())
}
