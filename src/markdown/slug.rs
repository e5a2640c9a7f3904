//! Headings: levels that suit the page, ids, the table of contents, and which fragments lead somewhere.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::tag::Tag;
use super::tree::Node;
use super::{ID_PREFIX, TocEntry};

/// Longest slug, in characters.
const SLUG_MAX_CHARS: usize = 80;

/// Longest text of a table of contents entry, in characters.
const TOC_TEXT_MAX_CHARS: usize = 200;

/// What the headings of a document amount to.
#[derive(Default)]
pub(super) struct Outline {
    /// One per heading node, in document order, without the one left out.
    pub(super) toc: Vec<TocEntry>,
    /// Nodes of the heading that repeats the page's title.
    pub(super) left_out: Option<Range<usize>>,
    slugs: HashSet<String>,
    /// Slug without `-` at its ends → slug, since an emoji before the words leaves one that few authors write.
    trimmed_slugs: HashMap<String, String>,
}

impl Outline {
    /// The id of the heading that the author's `fragment` means.
    pub(super) fn id(&self, fragment: &str) -> Option<String> {
        let slug = slug(fragment);
        let slug = self
            .slugs
            .get(&slug)
            .or_else(|| self.trimmed_slugs.get(slug.trim_matches('-')))?;
        Some(format!("{ID_PREFIX}{slug}"))
    }

    /// Makes a slug unique the way GitHub does, `-1`, `-2` and so on, and takes it.
    fn add_slug(&mut self, base: &str, n_same: &mut HashMap<String, usize>) -> String {
        let n = n_same.entry(base.to_owned()).or_default();
        let mut slug = base.to_owned();
        while self.slugs.contains(&slug) {
            *n += 1;
            slug = format!("{base}-{n}");
        }
        self.slugs.insert(slug.clone());
        self.trimmed_slugs
            .entry(slug.trim_matches('-').to_owned())
            .or_insert_with(|| slug.clone());
        slug
    }
}

/// Reads the headings of a document; `title` is what the page around it already says.
pub(super) fn outline(nodes: &[Node<'_>], title: &str) -> Outline {
    let mut outline = Outline::default();
    let mut n_same: HashMap<String, usize> = HashMap::new();
    let mut author_levels: Vec<u8> = Vec::new();
    for (node_idx, node) in nodes.iter().enumerate() {
        let Node::Open(Tag::Heading(author_level), _) = node else {
            continue;
        };
        let (text, n_nodes) = heading_text(&nodes[node_idx..]);
        let is_first = outline.toc.is_empty() && outline.left_out.is_none();
        if is_first
            && *author_level == 1
            && nodes[..node_idx]
                .iter()
                .all(|node| matches!(node, Node::Open(..)))
            && is_same_title(&text, title)
        {
            outline.left_out = Some(node_idx..node_idx + n_nodes);
            continue;
        }

        // Levels follow the nesting that the author's levels make, so none is skipped and the first is 2.
        while author_levels
            .last()
            .is_some_and(|last| last >= author_level)
        {
            author_levels.pop();
        }
        author_levels.push(*author_level);
        let level = (author_levels.len() as u8 + 1).min(6);

        let slug = match slug(&text) {
            slug if slug.is_empty() => outline.add_slug("section", &mut n_same),
            slug => outline.add_slug(&slug, &mut n_same),
        };
        outline.toc.push(TocEntry {
            level,
            id: format!("{ID_PREFIX}{slug}"),
            text: text.chars().take(TOC_TEXT_MAX_CHARS).collect(),
        });
    }
    outline
}

/// The text of the heading that `nodes` starts with, white space collapsed, and how many nodes it takes.
fn heading_text(nodes: &[Node<'_>]) -> (String, usize) {
    let mut text = String::new();
    let mut depth = 0;
    for (node_idx, node) in nodes.iter().enumerate() {
        match node {
            Node::Open(..) => depth += 1,
            Node::Close => {
                depth -= 1;
                if depth == 0 {
                    return (collapse(&text), node_idx + 1);
                }
            }
            Node::Text(part) => text.push_str(part),
            Node::Image(image) => text.push_str(&image.alt),
            Node::Break => text.push(' '),
            Node::Rule | Node::Task { .. } | Node::FootnoteReference(_) => {}
        }
    }
    (collapse(&text), nodes.len())
}

fn collapse(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace(char::is_control, "")
}

/// The slug of a heading as GitHub makes it: lower case, letters, digits, `-` and `_` stay, white space becomes `-`.
fn slug(text: &str) -> String {
    text.trim()
        .chars()
        .filter_map(|c| match c {
            '-' | '_' => Some(c),
            _ if c.is_whitespace() => Some('-'),
            _ if c.is_alphanumeric() => Some(c),
            _ => None,
        })
        .flat_map(char::to_lowercase)
        .take(SLUG_MAX_CHARS)
        .collect()
}

fn is_same_title(heading: &str, title: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let title = letters(title);
    !title.is_empty() && letters(heading) == title
}
