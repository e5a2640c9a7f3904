//! Markdown as plain text, for summaries, search and embeddings.

use super::parse::{self, Source};
use super::tag::{Holds, Tag};
use super::tree::Node;

/// The text of a document without marks, code blocks and footnotes, at most `max_chars` characters of it.
///
/// Every block is a line; white space within is collapsed. Links and images leave their text. Control characters and
/// those that turn the direction of text around are left out.
pub fn plain_text(body: &str, max_chars: usize) -> String {
    let source = Source::new(body);
    let tree = parse::parse(&source, &|_| None);
    let mut text = LineWriter::new(max_chars);
    write_text(&tree.nodes, &mut text, |_| true);
    text.finish()
}

/// The text of the first paragraph with words in it, on one line, at most `max_chars` characters of it; empty when
/// there is none.
pub fn first_paragraph(body: &str, max_chars: usize) -> String {
    let source = Source::new(body);
    let tree = parse::parse(&source, &|_| None);
    for (node_idx, node) in tree.nodes.iter().enumerate() {
        if matches!(node, Node::Open(Tag::P, _)) {
            let mut text = LineWriter::new(max_chars);
            let mut depth = 0_usize;
            write_text(&tree.nodes[node_idx..], &mut text, |node| {
                match node {
                    Node::Open(..) => depth += 1,
                    Node::Close => depth -= 1,
                    _ => {}
                }
                depth > 0
            });
            let text = text.finish();
            if text.contains(char::is_alphanumeric) {
                return text;
            }
        }
    }
    String::new()
}

/// Writes text until `goes_on` says no or `text` is full.
fn write_text(
    nodes: &[Node<'_>],
    text: &mut LineWriter,
    mut goes_on: impl FnMut(&Node<'_>) -> bool,
) {
    let mut open: Vec<Tag> = Vec::new();
    let mut n_pre = 0;
    for node in nodes {
        if text.is_full() || !goes_on(node) {
            return;
        }
        match node {
            Node::Open(tag, _) => {
                open.push(*tag);
                n_pre += usize::from(*tag == Tag::Pre);
                if tag.holds() != Holds::PhrasingInPhrasing {
                    text.end_line();
                }
            }
            Node::Close => {
                let tag = open.pop();
                n_pre -= usize::from(tag == Some(Tag::Pre));
                if tag.map(Tag::holds) != Some(Holds::PhrasingInPhrasing) {
                    text.end_line();
                }
            }
            Node::Text(part) if n_pre == 0 => text.push_str(part),
            Node::Image(image) => text.push_str(&image.alt),
            Node::Break => text.push_str(" "),
            Node::Rule => text.end_line(),
            _ => {}
        }
    }
}

/// Collects lines of words with single spaces.
struct LineWriter {
    text: String,
    n_chars_left: usize,
    /// What stands before the next character: nothing, a space or a line break.
    gap: Option<char>,
}

impl LineWriter {
    fn new(max_chars: usize) -> Self {
        Self {
            text: String::new(),
            n_chars_left: max_chars,
            gap: None,
        }
    }

    fn is_full(&self) -> bool {
        self.n_chars_left == 0
    }

    fn push_str(&mut self, part: &str) {
        for c in part.chars() {
            if c.is_whitespace() {
                self.gap = self.gap.or(Some(' '));
            } else if !c.is_control() && !is_direction_control(c) {
                if let Some(gap) = self.gap.take()
                    && !self.text.is_empty()
                {
                    self.push(gap);
                }
                self.push(c);
            }
        }
    }

    fn push(&mut self, c: char) {
        if self.n_chars_left > 0 {
            self.text.push(c);
            self.n_chars_left -= 1;
        }
    }

    fn end_line(&mut self) {
        self.gap = Some('\n');
    }

    fn finish(mut self) -> String {
        self.text.truncate(self.text.trim_end().len());
        self.text
    }
}

/// Embeddings, overrides and isolates of text direction: they would reach beyond the text they came with.
fn is_direction_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
