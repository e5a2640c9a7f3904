//! A small strict JSON reader and the writing of JSON strings, for the manifest.

use alloc::string::String;
use alloc::vec::Vec;

use crate::FormatError;
use crate::bytes::push_hex;

/// A JSON value; numbers are whole ones, others are refused.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(i64),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Parses one value and nothing after it.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, FormatError> {
        let mut parser = Parser { text, at: 0 };
        let value = parser.value(0)?;
        parser.skip_space();
        if parser.at == text.len() {
            Ok(value)
        } else {
            Err(FormatError::TrailingBytes { what: WHAT })
        }
    }

    /// The member `key` of an object.
    pub(crate) fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&[Json]> {
        match self {
            Self::Array(values) => Some(values),
            _ => None,
        }
    }

    pub(crate) fn as_object(&self) -> Option<&[(String, Json)]> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }
}

/// `text` as a JSON string, with `<`, `>` and `&` escaped, since a JSON file may be served as HTML.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                quoted.push_str("\\u");
                push_hex(&mut quoted, c as u32, 4);
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

const WHAT: &str = "JSON";
const INVALID: FormatError = FormatError::Invalid { what: WHAT };
const MAX_DEPTH: u32 = 16;

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn value(&mut self, depth: u32) -> Result<Json, FormatError> {
        if depth > MAX_DEPTH {
            return Err(INVALID);
        }
        self.skip_space();
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => Ok(Json::String(self.string()?)),
            b'-' | b'0'..=b'9' => self.number(),
            b'n' => self.word("null", Json::Null),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            _ => Err(INVALID),
        }
    }

    fn object(&mut self, depth: u32) -> Result<Json, FormatError> {
        let mut members = Vec::new();
        self.at += 1;
        if !self.closes(b'}')? {
            loop {
                self.skip_space();
                let key = self.string()?;
                self.skip_space();
                self.expect(b':')?;
                members.push((key, self.value(depth + 1)?));
                if self.closes(b'}')? {
                    break;
                }
                self.expect(b',')?;
            }
        }
        Ok(Json::Object(members))
    }

    fn array(&mut self, depth: u32) -> Result<Json, FormatError> {
        let mut values = Vec::new();
        self.at += 1;
        if !self.closes(b']')? {
            loop {
                values.push(self.value(depth + 1)?);
                if self.closes(b']')? {
                    break;
                }
                self.expect(b',')?;
            }
        }
        Ok(Json::Array(values))
    }

    fn string(&mut self) -> Result<String, FormatError> {
        self.expect(b'"')?;
        let mut bytes = Vec::new();
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'"' => break,
                b'\\' => {
                    let c = self.escape()?;
                    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                0..=0x1f => return Err(INVALID),
                byte => bytes.push(byte),
            }
        }
        String::from_utf8(bytes).map_err(|_| INVALID)
    }

    fn escape(&mut self) -> Result<char, FormatError> {
        let letter = self.peek()?;
        self.at += 1;
        Ok(match letter {
            b'"' | b'\\' | b'/' => letter as char,
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hex4()?;
                if (0xd800..0xdc00).contains(&unit) {
                    self.expect(b'\\')?;
                    self.expect(b'u')?;
                    let low = self.hex4()?;
                    if !(0xdc00..0xe000).contains(&low) {
                        return Err(INVALID);
                    }
                    char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))
                        .ok_or(INVALID)?
                } else {
                    char::from_u32(unit).ok_or(INVALID)?
                }
            }
            _ => return Err(INVALID),
        })
    }

    fn hex4(&mut self) -> Result<u32, FormatError> {
        let mut value = 0;
        for _ in 0..4 {
            value = value << 4 | (self.peek()? as char).to_digit(16).ok_or(INVALID)?;
            self.at += 1;
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<Json, FormatError> {
        let start = self.at;
        self.at += 1;
        while matches!(self.text.get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if matches!(self.text.get(self.at), Some(b'.' | b'e' | b'E')) {
            return Err(INVALID);
        }
        let digits = core::str::from_utf8(&self.text[start..self.at]).map_err(|_| INVALID)?;
        digits.parse().map(Json::Number).map_err(|_| INVALID)
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, FormatError> {
        if self.text[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(INVALID)
        }
    }

    /// Takes `close` if it comes next.
    fn closes(&mut self, close: u8) -> Result<bool, FormatError> {
        self.skip_space();
        let is_next = self.peek()? == close;
        self.at += usize::from(is_next);
        Ok(is_next)
    }

    fn expect(&mut self, byte: u8) -> Result<(), FormatError> {
        if self.peek()? == byte {
            self.at += 1;
            Ok(())
        } else {
            Err(INVALID)
        }
    }

    fn peek(&self) -> Result<u8, FormatError> {
        self.text
            .get(self.at)
            .copied()
            .ok_or(FormatError::Truncated { what: WHAT })
    }

    fn skip_space(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_read() {
        let json = Json::parse(
            br#" {"a": [1, -2, null, true], "b": {"c": "x\u00e9\ud83d\ude00\n"}, "d": []} "#,
        )
        .unwrap();
        assert_eq!(
            json.get("a").unwrap().as_array().unwrap()[1],
            Json::Number(-2)
        );
        assert_eq!(
            json.get("b").unwrap().get("c").unwrap().as_str(),
            Some("xé😀\n")
        );
        assert_eq!(json.get("nothing"), None);
    }

    #[test]
    fn anything_else_is_an_error() {
        let deep = "[".repeat(100_000);
        for wrong in [
            "",
            "{",
            "[1,]",
            "{\"a\" 1}",
            "1.5",
            "1e3",
            "-",
            "tru",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\n\"",
            "1 2",
            "[1",
            "99999999999999999999",
            "\"abc",
            &deep,
        ] {
            assert!(
                Json::parse(wrong.as_bytes()).is_err(),
                "{}",
                &wrong[..wrong.len().min(20)]
            );
        }
        assert!(Json::parse(b"\"\xff\"").is_err());
    }

    proptest! {
        #[test]
        fn strings_come_back(text in any::<String>()) {
            prop_assert_eq!(Json::parse(quoted(&text).as_bytes()).unwrap(), Json::String(text));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = Json::parse(&bytes);
        }
    }
}
