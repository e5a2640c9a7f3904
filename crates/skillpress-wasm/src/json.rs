//! Writes JSON without `core::fmt`, which would be a third of the module.

use alloc::vec::Vec;

/// JSON being written. Commas come by themselves; that brackets and keys match is the caller's business.
#[derive(Debug, Default)]
pub(crate) struct Json {
    text: Vec<u8>,
    /// Whether a value stands before the next one in the same bracket.
    has_value: bool,
}

impl Json {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.text
    }

    /// `{` or `[`.
    pub(crate) fn open(&mut self, bracket: char) -> &mut Self {
        self.separate();
        self.text.push(bracket as u8);
        self.has_value = false;
        self
    }

    /// `}` or `]`.
    pub(crate) fn close(&mut self, bracket: char) -> &mut Self {
        self.text.push(bracket as u8);
        self.has_value = true;
        self
    }

    pub(crate) fn key(&mut self, key: &str) -> &mut Self {
        self.string(key);
        self.text.push(b':');
        self.has_value = false;
        self
    }

    pub(crate) fn string(&mut self, text: &str) -> &mut Self {
        self.separate();
        self.text.push(b'"');
        for byte in text.bytes() {
            match byte {
                b'"' | b'\\' => self.text.extend_from_slice(&[b'\\', byte]),
                0..=0x1f => {
                    self.text.extend_from_slice(b"\\u00");
                    for digit in [byte >> 4, byte & 15] {
                        self.text.push(b"0123456789abcdef"[digit as usize]);
                    }
                }
                byte => self.text.push(byte),
            }
        }
        self.text.push(b'"');
        self
    }

    pub(crate) fn number(&mut self, number: i64) -> &mut Self {
        self.separate();
        if number < 0 {
            self.text.push(b'-');
        }
        let mut rest = number.unsigned_abs();
        let start = self.text.len();
        loop {
            self.text.push(b'0' + (rest % 10) as u8);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.text[start..].reverse();
        self
    }

    pub(crate) fn bool(&mut self, value: bool) -> &mut Self {
        self.word(if value { b"true" } else { b"false" })
    }

    pub(crate) fn null(&mut self) -> &mut Self {
        self.word(b"null")
    }

    fn word(&mut self, word: &[u8]) -> &mut Self {
        self.separate();
        self.text.extend_from_slice(word);
        self
    }

    fn separate(&mut self) {
        if self.has_value {
            self.text.push(b',');
        }
        self.has_value = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_json() {
        let mut json = Json::new();
        json.open('{').key("a").open('[').number(0).number(-120);
        json.number(i64::MIN).null().close(']');
        json.key("b\"\\\n\u{1f}é日").bool(true);
        json.key("c").open('{').close('}').close('}');
        assert_eq!(
            String::from_utf8(json.into_bytes()).unwrap(),
            "{\"a\":[0,-120,-9223372036854775808,null],\"b\\\"\\\\\\u000a\\u001fé日\":true,\"c\":{}}"
        );
    }
}
