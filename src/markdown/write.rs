//! Writes a tree as HTML.

use std::collections::HashMap;
use std::fmt::Write as _;

use pulldown_cmark::{Alignment, BlockQuoteKind, CowStr};

use super::link::Target;
use super::slug::Outline;
use super::tag::{Holds, Tag};
use super::tree::{Detail, Image, Node, Tree};
use crate::text::unicode::is_html_text;

/// The document as HTML, footnotes last.
pub(super) fn html(tree: &Tree<'_>, outline: &Outline) -> String {
    let mut writer = Writer {
        html: String::with_capacity(tree.nodes.len() * 16),
        outline,
        open: Vec::new(),
        heading_idx: 0,
        rows: Vec::new(),
        tree,
        footnote_numbers: HashMap::new(),
        footnotes: Vec::new(),
    };
    let left_out = outline.left_out.clone().unwrap_or(0..0);
    writer.nodes(&tree.nodes[..left_out.start]);
    writer.nodes(&tree.nodes[left_out.end..]);
    writer.footnotes();
    writer.html
}

struct Writer<'t, 'a> {
    html: String,
    outline: &'t Outline,
    /// Open elements; `None` for one that is not shown but for its content.
    open: Vec<Option<Tag>>,
    heading_idx: usize,
    /// Rows begun in each open table.
    rows: Vec<usize>,
    tree: &'t Tree<'a>,
    /// Number of each footnote that was referred to, from 1.
    footnote_numbers: HashMap<&'t CowStr<'a>, usize>,
    /// Footnotes by number.
    footnotes: Vec<&'t [Node<'a>]>,
}

impl<'t, 'a> Writer<'t, 'a> {
    fn nodes(&mut self, nodes: &'t [Node<'a>]) {
        for node in nodes {
            match node {
                Node::Open(tag, detail) => self.open(*tag, detail),
                Node::Close => self.close(),
                Node::Text(text) => escape(&mut self.html, text),
                Node::Break => self.html.push_str("<br>"),
                Node::Rule => self.html.push_str("<hr>\n"),
                Node::Image(image) => self.image(image),
                Node::Task { is_done } => self.html.push_str(if *is_done {
                    r#"<span class="task" role="img" aria-label="Done">☑</span> "#
                } else {
                    r#"<span class="task" role="img" aria-label="To do">☐</span> "#
                }),
                Node::FootnoteReference(label) => self.footnote_reference(label),
            }
        }
    }

    fn open(&mut self, tag: Tag, detail: &Detail) {
        let shown = match tag {
            Tag::A => self.open_link(detail),
            Tag::Heading(_) => self.open_heading(detail),
            Tag::Table => {
                self.rows.push(0);
                // A group has a name and takes the focus, so that a wide table scrolls with the keyboard too.
                self.html.push_str(
                    "<div class=\"table-scroll\" role=\"group\" aria-label=\"Table\" tabindex=\"0\"><table>\n",
                );
                Some(tag)
            }
            Tag::Pre => {
                self.html.push_str(r#"<pre tabindex="0">"#);
                Some(tag)
            }
            _ => {
                self.html.push('<');
                self.html.push_str(tag.name());
                self.attributes(tag, detail);
                self.html.push('>');
                Some(tag)
            }
        };
        self.open.push(shown);
        if let Detail::Alert(kind) = detail {
            let title = alert_name(*kind).1;
            let _ = writeln!(self.html, r#"<p class="alert-title">{title}</p>"#);
        }
    }

    /// Writes the end tag, with a line break after blocks.
    fn close(&mut self) {
        let Some(tag) = self.open.pop().flatten() else {
            return;
        };
        let _ = write!(self.html, "</{}>", tag.name());
        if tag == Tag::Table {
            self.rows.pop();
            self.html.push_str("</div>");
        }
        if tag.holds() != Holds::PhrasingInPhrasing {
            self.html.push('\n');
        }
    }

    fn open_link(&mut self, detail: &Detail) -> Option<Tag> {
        let Detail::Link(target) = detail else {
            return None;
        };
        let (href, rel) = match target {
            Target::Fragment(fragment) => (format!("#{}", self.outline.id(fragment)?), ""),
            Target::Own(url) => (url.clone(), ""),
            Target::External(url) => (url.clone(), r#" rel="nofollow ugc noopener""#),
        };
        self.html.push_str("<a");
        self.attribute("href", &href);
        self.html.push_str(rel);
        self.html.push('>');
        Some(Tag::A)
    }

    fn open_heading(&mut self, detail: &Detail) -> Option<Tag> {
        let entry = self.outline.toc.get(self.heading_idx)?;
        self.heading_idx += 1;
        let tag = Tag::Heading(entry.level);
        let _ = write!(self.html, "<{}", tag.name());
        self.attribute("id", &entry.id);
        self.attributes(tag, detail);
        self.html.push('>');
        Some(tag)
    }

    fn attribute(&mut self, name: &str, value: &str) {
        let _ = write!(self.html, " {name}=\"");
        escape(&mut self.html, value);
        self.html.push('"');
    }

    fn attributes(&mut self, tag: Tag, detail: &Detail) {
        match tag {
            Tag::Tr => {
                if let Some(n_rows) = self.rows.last_mut() {
                    *n_rows += 1;
                }
            }
            Tag::Th => {
                let is_first_row = self.rows.last().is_none_or(|n_rows| *n_rows == 1);
                let scope = if is_first_row { "col" } else { "row" };
                let _ = write!(self.html, r#" scope="{scope}""#);
            }
            _ => {}
        }
        match detail {
            Detail::Align(Alignment::Left) => self.html.push_str(r#" class="align-left""#),
            Detail::Align(Alignment::Center) => self.html.push_str(r#" class="align-center""#),
            Detail::Align(Alignment::Right) => self.html.push_str(r#" class="align-right""#),
            Detail::Language(name) => {
                let _ = write!(self.html, r#" class="language-{name}""#);
            }
            Detail::Start(start) if *start != 1 => {
                // Browsers read 32 bits.
                let start = (*start).min(i32::MAX as u64);
                let _ = write!(self.html, r#" start="{start}""#);
            }
            Detail::Alert(kind) => {
                let class = alert_name(*kind).0;
                let _ = write!(self.html, r#" class="alert {class}""#);
            }
            Detail::IsOpen => self.html.push_str(" open"),
            Detail::None | Detail::Align(Alignment::None) | Detail::Start(_) | Detail::Link(_) => {}
        }
    }

    fn image(&mut self, image: &Image) {
        self.html.push_str("<img");
        self.attribute("src", &image.src);
        self.attribute("alt", &image.alt);
        for (name, pixels) in [("width", image.width_px), ("height", image.height_px)] {
            if let Some(pixels) = pixels {
                let _ = write!(self.html, r#" {name}="{pixels}""#);
            }
        }
        self.html.push_str(r#" loading="lazy">"#);
    }

    fn footnote_reference(&mut self, label: &'t CowStr<'a>) {
        let Some(footnote) = self.tree.footnotes.get(label) else {
            return;
        };
        let n_known = self.footnotes.len();
        let number = *self.footnote_numbers.entry(label).or_insert(n_known + 1);
        let is_first = number > n_known;
        if is_first {
            self.footnotes.push(footnote);
        }
        // The way back leads to the first reference, so only that one has an id.
        let id = if is_first {
            format!(r#" id="md-.ref-{number}""#)
        } else {
            String::new()
        };
        let _ = write!(
            self.html,
            r##"<sup class="footnote-ref"><a href="#md-.note-{number}"{id} aria-label="Footnote {number}">{number}</a></sup>"##
        );
    }

    /// Footnotes in the order in which they were first referred to; one may refer to the next.
    fn footnotes(&mut self) {
        if self.footnotes.is_empty() {
            return;
        }
        self.html
            .push_str("<section class=\"footnotes\" aria-label=\"Footnotes\">\n<ol>\n");
        let mut idx = 0;
        while let Some(footnote) = self.footnotes.get(idx).copied() {
            idx += 1;
            let _ = write!(self.html, r#"<li id="md-.note-{idx}">"#);
            self.nodes(footnote);
            let _ = writeln!(
                self.html,
                r##"<a href="#md-.ref-{idx}" aria-label="Back to reference {idx}">↩</a></li>"##
            );
        }
        self.html.push_str("</ol>\n</section>\n");
    }
}

/// Class and title of an alert.
fn alert_name(kind: BlockQuoteKind) -> (&'static str, &'static str) {
    match kind {
        BlockQuoteKind::Note => ("alert-note", "Note"),
        BlockQuoteKind::Tip => ("alert-tip", "Tip"),
        BlockQuoteKind::Important => ("alert-important", "Important"),
        BlockQuoteKind::Warning => ("alert-warning", "Warning"),
        BlockQuoteKind::Caution => ("alert-caution", "Caution"),
    }
}

/// Escapes for text and quoted attributes, and drops characters that HTML does not allow.
fn escape(html: &mut String, text: &str) {
    // What needs no escaping is copied in whole runs.
    let mut run_start = 0;
    for (at, c) in text.char_indices() {
        let escaped = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            _ if is_html_text(c) => continue,
            _ => "",
        };
        html.push_str(&text[run_start..at]);
        html.push_str(escaped);
        run_start = at + c.len_utf8();
    }
    html.push_str(&text[run_start..]);
}
