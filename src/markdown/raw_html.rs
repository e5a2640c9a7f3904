//! Raw HTML in Markdown: read by html5ever's tokenizer, as a browser reads it, and taken over tag by tag.

use std::cell::RefCell;

use html5ever::tokenizer::states::{RawKind, ScriptData};
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::{LocalName, tendril::StrTendril};
use pulldown_cmark::Alignment;

use super::tag::Tag;
use super::tree::{Detail, TreeBuilder};

/// Reads pieces of raw HTML and remembers between them what is being left out.
#[derive(Default)]
pub(super) struct RawHtml {
    /// The element whose content is left out, when inside one.
    skipped: Option<LocalName>,
}

impl RawHtml {
    /// Adds to `builder` what `html` holds of allowed elements and text.
    pub(super) fn read(&mut self, html: &str, builder: &mut TreeBuilder<'_, '_>) {
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(html));
        let tokenizer = Tokenizer::new(Tokens::default(), TokenizerOpts::default());
        while !input.is_empty() {
            // A script's end stops the tokenizer so that the script may run; go on without.
            let _ = tokenizer.feed(&input);
        }
        tokenizer.end();
        for token in tokenizer.sink.0.into_inner() {
            self.read_token(token, builder);
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

    fn read_token(&mut self, token: Token, builder: &mut TreeBuilder<'_, '_>) {
        if let Some(skipped) = &self.skipped {
            if matches!(&token, Token::TagToken(tag) if tag.kind == TagKind::EndTag && tag.name == *skipped)
            {
                self.skipped = None;
            }
            return;
        }
        match token {
            Token::TagToken(tag) => match tag.kind {
                TagKind::StartTag => self.start(&tag, builder),
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

    fn start(&mut self, tag: &html5ever::tokenizer::Tag, builder: &mut TreeBuilder<'_, '_>) {
        match &*tag.name {
            "br" => builder.line_break(),
            "hr" => builder.rule(),
            "img" => builder.image(
                attribute(tag, "src").unwrap_or_default(),
                attribute(tag, "alt").unwrap_or_default().to_owned(),
                pixels(attribute(tag, "width")),
                pixels(attribute(tag, "height")),
            ),
            // What these hold is a program, a picture or a form, not text of the document.
            "script" | "style" | "iframe" | "object" | "template" | "svg" | "math" | "noscript"
            | "textarea" | "select" | "title" | "video" | "audio" | "canvas" | "xmp"
            | "noembed" | "noframes" | "applet" | "frameset"
                if !tag.self_closing || is_raw_text(&tag.name) =>
            {
                self.skipped = Some(tag.name.clone());
            }
            "a" => {
                let target = attribute(tag, "href").and_then(|href| builder.link_target(href));
                if let Some(target) = target {
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

/// Elements whose content a browser reads as text up to the end tag, whether or not the start tag ends in `/>`.
fn is_raw_text(name: &str) -> bool {
    raw_kind(name).is_some()
}

fn raw_kind(name: &str) -> Option<RawKind> {
    match name {
        "script" => Some(ScriptData),
        "style" | "iframe" | "xmp" | "noembed" | "noframes" | "noscript" => Some(RawKind::Rawtext),
        "textarea" | "title" => Some(RawKind::Rcdata),
        _ => None,
    }
}

/// Collects tokens.
#[derive(Default)]
struct Tokens(RefCell<Vec<Token>>);

impl TokenSink for Tokens {
    type Handle = ();

    fn process_token(&self, token: Token, _line_number: u64) -> TokenSinkResult<()> {
        let raw_kind = match &token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => raw_kind(&tag.name),
            _ => None,
        };
        if matches!(token, Token::TagToken(_) | Token::CharacterTokens(_)) {
            self.0.borrow_mut().push(token);
        }
        raw_kind.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
    }
}
