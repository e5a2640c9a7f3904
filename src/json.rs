//! JSON that stays inert when a host serves it as HTML: `<`, `>` and `&` are always escaped.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{CompactFormatter, Formatter};

use crate::sink::Sink;

/// Writes `value` to the file at `path`, as [`to_json`] has it.
///
/// # Errors
/// What the sink says.
pub fn write_json(sink: &dyn Sink, path: &str, value: &impl Serialize) -> io::Result<()> {
    sink.write(path, &to_json(value)?)
}

/// `object` without those of its `optional` fields that are null.
pub fn without_null(mut object: Value, optional: &[&str]) -> Value {
    if let Value::Object(fields) = &mut object {
        fields.retain(|name, value| !value.is_null() || !optional.contains(&name.as_str()));
    }
    object
}

/// One line of JSON, with a line break at its end.
///
/// # Errors
/// A value that JSON cannot hold, such as a map with keys that are no text.
pub fn to_json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(1024);
    value.serialize(&mut serde_json::Serializer::with_formatter(
        &mut bytes, HtmlSafe,
    ))?;
    bytes.push(b'\n');
    Ok(bytes)
}

struct HtmlSafe;

impl Formatter for HtmlSafe {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(['<', '>', '&']) {
            CompactFormatter.write_string_fragment(writer, &rest[..at])?;
            writer.write_all(match rest.as_bytes()[at] {
                b'<' => b"\\u003c",
                b'>' => b"\\u003e",
                _ => b"\\u0026",
            })?;
            rest = &rest[at + 1..];
        }
        CompactFormatter.write_string_fragment(writer, rest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_in_it_reads_as_html() {
        let json = to_json(&["</script><b>&amp;"]).unwrap();
        assert_eq!(
            String::from_utf8(json).unwrap(),
            "[\"\\u003c/script\\u003e\\u003cb\\u003e\\u0026amp;\"]\n"
        );
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in ".*") {
            let json = to_json(&text).unwrap();
            prop_assert!(!json.iter().any(|byte| b"<>&".contains(byte)));
            prop_assert_eq!(serde_json::from_slice::<String>(&json).unwrap(), text);
        }
    }
}
