//! Raw HTML in Markdown: read by html5ever's tokenizer, as a browser reads it, and taken over tag by tag.
//!
//! What is no tag to a person is escaped before that; see [`super::mention`].

use std::cell::RefCell;

use html5ever::tokenizer::states::{RawKind, ScriptData};
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::{LocalName, tendril::StrTendril};
use pulldown_cmark::Alignment;

use super::builder::TreeBuilder;
use super::findings::Findings;
use super::mention;
use super::tag::Tag;
use super::tree::Detail;

/// Reads pieces of raw HTML and remembers between them what is being left out.
#[derive(Default)]
pub(super) struct RawHtml {
    /// The element whose content is left out, when inside one.
    skipped: Option<LocalName>,
}

impl RawHtml {
    /// Adds to `builder` what `html` holds of allowed elements and text.
    ///
    /// `line_offsets` tells for each line of `html` where it starts in the document.
    pub(super) fn read(
        &mut self,
        html: &str,
        line_offsets: &[usize],
        builder: &mut TreeBuilder<'_, '_>,
        findings: &mut Findings,
    ) {
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(html));
        let tokenizer = Tokenizer::new(Tokens::default(), TokenizerOpts::default());
        while !input.is_empty() {
            // A script's end stops the tokenizer so that the script may run; go on without.
            let _ = tokenizer.feed(&input);
        }
        tokenizer.end();
        for (token, line_idx) in tokenizer.sink.0.into_inner() {
            let offset = line_offsets.get(line_idx).or(line_offsets.last());
            findings.offset = offset.copied().unwrap_or_default();
            self.read_token(token, builder, findings);
        }
    }

    /// Whether what comes next is inside an element whose content is left out.
    pub(super) fn is_skipping(&self) -> bool {
        self.skipped.is_some()
    }

    /// Ends an element whose content is left out and whose end tag is missing.
    pub(super) fn stop_skipping(&mut self) {
        self.skipped = None;
    }

    fn read_token(
        &mut self,
        token: Token,
        builder: &mut TreeBuilder<'_, '_>,
        findings: &mut Findings,
    ) {
        if let Some(skipped) = &self.skipped {
            if matches!(&token, Token::TagToken(tag) if tag.kind == TagKind::EndTag && tag.name == *skipped)
            {
                self.skipped = None;
            }
            return;
        }
        match token {
            Token::TagToken(tag) => match tag.kind {
                TagKind::StartTag => self.start(&tag, builder, findings),
                TagKind::EndTag => {
                    if let Some(tag) = Tag::from_raw(&tag.name) {
                        builder.close_raw(tag);
                    }
                }
            },
            Token::CharacterTokens(text) => {
                builder.text(String::from(text).into());
            }
            _ => {}
        }
    }

    fn start(
        &mut self,
        tag: &html5ever::tokenizer::Tag,
        builder: &mut TreeBuilder<'_, '_>,
        findings: &mut Findings,
    ) {
        match &*tag.name {
            "br" => builder.line_break(),
            "hr" => builder.rule(),
            "img" => {
                let src = attribute(tag, "src").unwrap_or_default();
                findings.link(src, true);
                builder.image(
                    src,
                    attribute(tag, "alt").unwrap_or_default().to_owned(),
                    pixels(attribute(tag, "width")),
                    pixels(attribute(tag, "height")),
                );
            }
            name if mention::is_left_out(name) => {
                findings.left_out(name);
                if !tag.self_closing || raw_kind(name).is_some() {
                    self.skipped = Some(tag.name.clone());
                }
            }
            "a" => {
                let href = attribute(tag, "href").unwrap_or_default();
                findings.link(href, false);
                if let Some(target) = builder.link_target(href) {
                    builder.open_raw(Tag::A, Detail::Link(target));
                }
            }
            name => {
                if let Some(element) = Tag::from_raw(name) {
                    builder.open_raw(element, detail(element, tag));
                }
            }
        }
    }
}

fn detail(element: Tag, tag: &html5ever::tokenizer::Tag) -> Detail {
    match element {
        Tag::Details if attribute(tag, "open").is_some() => Detail::IsOpen,
        Tag::Ol => attribute(tag, "start")
            .and_then(|start| start.trim().parse().ok())
            .map_or(Detail::None, Detail::Start),
        Tag::Div if &*tag.name == "center" => Detail::Align(Alignment::Center),
        Tag::Div | Tag::P | Tag::Heading(_) | Tag::Td | Tag::Th => {
            let align = attribute(tag, "align").map(str::to_ascii_lowercase);
            match align.as_deref() {
                Some("left") => Detail::Align(Alignment::Left),
                Some("center" | "middle") => Detail::Align(Alignment::Center),
                Some("right") => Detail::Align(Alignment::Right),
                _ => Detail::None,
            }
        }
        _ => Detail::None,
    }
}

fn attribute<'t>(tag: &'t html5ever::tokenizer::Tag, name: &str) -> Option<&'t str> {
    tag.attrs
        .iter()
        .find(|attribute| &*attribute.name.local == name)
        .map(|attribute| &*attribute.value)
}

/// A width or height in CSS pixels, when it is a plain number that fits a page.
fn pixels(value: Option<&str>) -> Option<u16> {
    const MAX: u16 = 1600;
    let pixels: u16 = value?.trim().trim_end_matches("px").parse().ok()?;
    (1..=MAX).contains(&pixels).then_some(pixels)
}

/// How a browser reads the content of an element that holds no markup, up to its end tag, whether or not the start tag
/// ends in `/>`.
fn raw_kind(name: &str) -> Option<RawKind> {
    match name {
        "script" => Some(ScriptData),
        "style" | "iframe" => Some(RawKind::Rawtext),
        _ => None,
    }
}

/// Collects tokens, each with the index of the line that it ends on.
#[derive(Default)]
struct Tokens(RefCell<Vec<(Token, usize)>>);

impl TokenSink for Tokens {
    type Handle = ();

    fn process_token(&self, token: Token, line_number: u64) -> TokenSinkResult<()> {
        let raw_kind = match &token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => raw_kind(&tag.name),
            _ => None,
        };
        if matches!(token, Token::TagToken(_) | Token::CharacterTokens(_)) {
            let line_idx = usize::try_from(line_number).map_or(0, |line| line.saturating_sub(1));
            self.0.borrow_mut().push((token, line_idx));
        }
        raw_kind.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
    }
}
