//! Writes JSON without `core::fmt`, which would be a third of the module.

use alloc::string::String;

use skillpress_search::internals::{push_decimal, push_hex};

/// JSON being written. Commas come by themselves; that brackets match is the caller's business.
#[derive(Debug, Default)]
pub(crate) struct Json {
    text: String,
    /// Whether a value stands before the next one in the same array or object.
    has_value: bool,
}

impl Json {
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// Opens an array or object.
    pub(crate) fn open(&mut self, bracket: char) {
        self.separate();
        self.text.push(bracket);
        self.has_value = false;
    }

    pub(crate) fn close(&mut self, bracket: char) {
        self.text.push(bracket);
        self.has_value = true;
    }

    /// Names the value that comes next; `name` needs no escapes.
    pub(crate) fn name(&mut self, name: &str) {
        self.string(name);
        self.text.push(':');
        self.has_value = false;
    }

    pub(crate) fn strings<'a>(&mut self, texts: impl Iterator<Item = &'a str>) {
        self.open('[');
        for text in texts {
            self.string(text);
        }
        self.close(']');
    }

    pub(crate) fn string(&mut self, text: &str) {
        self.separate();
        self.text.push('"');
        for c in text.chars() {
            if c < ' ' || matches!(c, '"' | '\\') {
                self.text.push_str("\\u");
                push_hex(&mut self.text, c.into(), 4);
            } else {
                self.text.push(c);
            }
        }
        self.text.push('"');
    }

    pub(crate) fn number(&mut self, number: i32) {
        self.separate();
        if number < 0 {
            self.text.push('-');
        }
        push_decimal(&mut self.text, number.unsigned_abs().into());
    }

    pub(crate) fn bool(&mut self, value: bool) {
        self.json(if value { "true" } else { "false" });
    }

    /// A value that is JSON already.
    pub(crate) fn json(&mut self, json: &str) {
        self.separate();
        self.text.push_str(json);
    }

    fn separate(&mut self) {
        if self.has_value {
            self.text.push(',');
        }
        self.has_value = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_json() {
        let mut json = Json::default();
        json.open('{');
        json.name("numbers");
        json.open('[');
        json.number(-120);
        json.number(i32::MIN);
        json.close(']');
        json.name("texts");
        json.strings(["b\"\\\n\u{1f}é日", ""].into_iter());
        json.name("none");
        json.strings([].into_iter());
        json.name("all");
        json.bool(true);
        json.close('}');
        assert_eq!(
            json.into_text(),
            r#"{"numbers":[-120,-2147483648],"texts":["b\u0022\u005c\u000a\u001fé日",""],"none":[],"all":true}"#
        );
    }
}
