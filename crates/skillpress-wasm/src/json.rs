//! Writes JSON without `core::fmt`, which would be a third of the module.

use alloc::vec::Vec;

/// JSON being written: arrays of numbers and strings, since names would cost code. Commas come by themselves; that
/// brackets match is the caller's business.
#[derive(Debug, Default)]
pub(crate) struct Json {
    text: Vec<u8>,
    /// Whether a value stands before the next one in the same array.
    has_value: bool,
}

impl Json {
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.text
    }

    pub(crate) fn open(&mut self) {
        self.separate();
        self.text.push(b'[');
        self.has_value = false;
    }

    pub(crate) fn close(&mut self) {
        self.text.push(b']');
        self.has_value = true;
    }

    pub(crate) fn strings<'a>(&mut self, texts: impl Iterator<Item = &'a str>) {
        self.open();
        for text in texts {
            self.string(text);
        }
        self.close();
    }

    pub(crate) fn string(&mut self, text: &str) {
        self.separate();
        self.text.push(b'"');
        for byte in text.bytes() {
            if byte < 0x20 || matches!(byte, b'"' | b'\\') {
                self.text.extend_from_slice(b"\\u00");
                for digit in [byte >> 4, byte & 15] {
                    self.text.push(b"0123456789abcdef"[digit as usize]);
                }
            } else {
                self.text.push(byte);
            }
        }
        self.text.push(b'"');
    }

    pub(crate) fn number(&mut self, number: i32) {
        self.separate();
        if number < 0 {
            self.text.push(b'-');
        }
        push_decimal(&mut self.text, number.unsigned_abs().into());
    }

    /// A value that is JSON already.
    pub(crate) fn json(&mut self, json: &str) {
        self.separate();
        self.text.extend_from_slice(json.as_bytes());
    }

    fn separate(&mut self) {
        if self.has_value {
            self.text.push(b',');
        }
        self.has_value = true;
    }
}

/// `number` in decimal digits.
pub(crate) fn push_decimal(text: &mut Vec<u8>, number: u64) {
    if number >= 10 {
        push_decimal(text, number / 10);
    }
    text.push(b'0' + (number % 10) as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_json() {
        let mut json = Json::default();
        json.open();
        json.number(0);
        json.open();
        json.number(-120);
        json.number(i32::MIN);
        json.close();
        json.strings(["b\"\\\n\u{1f}é日", ""].into_iter());
        json.strings([].into_iter());
        json.number(7);
        json.close();
        assert_eq!(
            String::from_utf8(json.into_bytes()).unwrap(),
            "[0,[-120,-2147483648],[\"b\\u0022\\u005c\\u000a\\u001fé日\",\"\"],[],7]"
        );
    }
}
