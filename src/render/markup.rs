//! The only HTML that goes into a page unescaped.

use std::fmt;

use askama::filters::HtmlSafe;

/// HTML that is safe to publish: sanitised Markdown, or data that was escaped for its place.
#[derive(Hash)]
pub(super) struct Markup(String);

impl Markup {
    /// `html` comes from the sanitiser.
    pub(super) fn sanitised(html: String) -> Self {
        Self(html)
    }

    /// A text of our own as the value of an attribute, between double quotes; `text` has none and no `&`.
    pub(super) fn attribute(text: &'static str) -> Self {
        debug_assert!(!text.contains(['"', '&']), "{text}");
        Self(text.to_owned())
    }

    /// The content of a `<script type="application/ld+json">`: `<`, `>` and `&` become `\u003c` and so on.
    pub(super) fn json(value: &serde_json::Value) -> Self {
        Self(
            value
                .to_string()
                .replace('<', "\\u003c")
                .replace('>', "\\u003e")
                .replace('&', "\\u0026")
                .replace('\u{2028}', "\\u2028")
                .replace('\u{2029}', "\\u2029"),
        )
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Markup {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_cannot_end_its_script() {
        let value = serde_json::json!({ "name": "</script><!--&" });
        assert_eq!(
            Markup::json(&value).to_string(),
            r#"{"name":"\u003c/script\u003e\u003c!--\u0026"}"#
        );
    }
}
