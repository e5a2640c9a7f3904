//! What a page and a script load: found in their text.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// When a reference is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// With the page or the script that names it.
    AtOnce,
    /// When a script asks for it.
    Later,
}

/// What a page names: style sheets, icons, scripts and images, and the scripts and wasm that attributes `data-…` name
/// for scripts to load. Images that are loaded when they come into view are left out.
pub(super) fn of_page(html: &str) -> Vec<(String, When)> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Found::default(), TokenizerOpts::default());
    while !input.is_empty() {
        // A script's end stops the tokenizer so that the script may run; go on without.
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

#[derive(Default)]
struct Found(RefCell<Vec<(String, When)>>);

impl TokenSink for Found {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else {
            return TokenSinkResult::Continue;
        };
        if tag.kind != TagKind::StartTag {
            return TokenSinkResult::Continue;
        }
        let mut found = self.0.borrow_mut();
        if let Some(reference) = loaded_by(&tag) {
            found.push((reference.to_owned(), When::AtOnce));
        }
        let for_scripts = tag.attrs.iter().filter(|attribute| {
            attribute.name.local.starts_with("data-") && is_script(&attribute.value)
        });
        found.extend(for_scripts.map(|attribute| (attribute.value.to_string(), When::Later)));
        match &*tag.name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" => TokenSinkResult::RawData(RawKind::Rawtext),
            _ => TokenSinkResult::Continue,
        }
    }
}

fn loaded_by(tag: &Tag) -> Option<&str> {
    let attribute = |name: &str| {
        let found = tag.attrs.iter().find(|found| &*found.name.local == name);
        found.map(|attribute| &*attribute.value)
    };
    match &*tag.name {
        "script" => attribute("src"),
        "img" if attribute("loading") != Some("lazy") => attribute("src"),
        "link" => {
            const LOADED: [&str; 4] = ["stylesheet", "icon", "modulepreload", "preload"];
            let is_loaded = attribute("rel")?
                .split_ascii_whitespace()
                .any(|rel| LOADED.contains(&rel));
            attribute("href").filter(|_| is_loaded)
        }
        _ => None,
    }
}

/// What a script names in string literals that end in `.js`, `.mjs` or `.wasm`: static imports are loaded at once.
pub(super) fn of_script(text: &str) -> Vec<(String, When)> {
    let mut found = Vec::new();
    for (end, quote) in text.char_indices() {
        if !matches!(quote, '"' | '\'' | '`') || !is_script(&text[..end]) {
            continue;
        }
        let before_end = &text[..end];
        let Some(start) = before_end.rfind(quote) else {
            continue;
        };
        let literal = &before_end[start + 1..];
        if literal.contains(|c: char| c.is_whitespace() || c == '$') {
            continue;
        }
        let before = before_end[..start].trim_end();
        let is_import = before.ends_with("from") || before.ends_with("import");
        let when = if is_import { When::AtOnce } else { When::Later };
        found.push((literal.to_owned(), when));
    }
    found
}

/// Whether a path is that of code.
pub(super) fn is_script(path: &str) -> bool {
    [".js", ".mjs", ".wasm"]
        .iter()
        .any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(references: &[(String, When)]) -> Vec<String> {
        references
            .iter()
            .map(|(reference, when)| format!("{reference} {when:?}"))
            .collect()
    }

    #[test]
    fn a_page_loads_what_its_elements_name() {
        let page = r#"<link rel="stylesheet" href="a.css"><link rel="shortcut icon" href=i.svg>
            <link rel="canonical" href="/x/"><link rel="alternate" href="feed.xml">
            <script src="a.js" data-engine="b.js" data-title="x" defer></script>
            <script type="application/ld+json">{"a":"<img src='no.png'>"}</script>
            <!-- <img src="no.png"> --><img src="a&amp;b.png"><img src="far.png" loading="lazy">"#;
        assert_eq!(
            shown(&of_page(page)),
            [
                "a.css AtOnce",
                "i.svg AtOnce",
                "a.js AtOnce",
                "b.js Later",
                "a&b.png AtOnce"
            ]
        );
    }

    #[test]
    fn a_script_loads_its_imports_at_once_and_the_rest_later() {
        let script = "// don't stop\nimport { a } from \"./a.js\";import'./b.mjs'\n\
            const c = await import(`./c.js`);\nfetch(new URL('d.wasm', import.meta.url));\n\
            const no = 'such as search.js, a.js'; const computed = `${x}.js`;";
        assert_eq!(
            shown(&of_script(script)),
            [
                "./a.js AtOnce",
                "./b.mjs AtOnce",
                "./c.js Later",
                "d.wasm Later"
            ]
        );
    }
}
