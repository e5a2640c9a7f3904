//! Bytes of a text file to text, whatever program saved it.

use encoding_rs::{Encoding, UTF_8};

/// The text of a file, without a byte order mark.
pub struct Decoded {
    pub text: String,
    /// What is not as it should be.
    pub fault: Option<EncodingFault>,
}

/// Why a text file is not read by everyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodingFault {
    /// It is UTF-16 with a byte order mark, as some programs on Windows save it.
    Utf16,
    /// It is not UTF-8; what could not be read is `�` in the text.
    NotUtf8 {
        /// The byte offset in the text of the first `�`.
        at: usize,
    },
}

impl EncodingFault {
    /// What to do about either.
    pub const HINT: &str = "save the file as UTF-8";
}

/// Reads UTF-8, and UTF-16 with a byte order mark; every other encoding is read as UTF-8 with faults.
pub fn decode(bytes: &[u8]) -> Decoded {
    // UTF-32 begins like UTF-16, with a NUL after it.
    let mark = Encoding::for_bom(bytes).filter(|_| !bytes.starts_with(b"\xff\xfe\0\0"));
    let (encoding, mark_len) = mark.unwrap_or((UTF_8, 0));
    let bytes = &bytes[mark_len..];
    if encoding != UTF_8 {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        return Decoded {
            text: text.into_owned(),
            fault: Some(EncodingFault::Utf16),
        };
    }
    let error = std::str::from_utf8(bytes).err();
    let at = error.map(|error| error.valid_up_to());
    Decoded {
        text: String::from_utf8_lossy(bytes).into_owned(),
        fault: at.map(|at| EncodingFault::NotUtf8 { at }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (String, Option<EncodingFault>) {
        let Decoded { text, fault } = decode(bytes);
        (text, fault)
    }

    #[test]
    fn the_mark_decides() {
        let utf16 = Some(EncodingFault::Utf16);
        assert_eq!(read("é".as_bytes()), ("é".to_owned(), None));
        assert_eq!(read(b"\xef\xbb\xbfa"), ("a".to_owned(), None));
        assert_eq!(read(b"\xff\xfea\0\xe9\0"), ("aé".to_owned(), utf16));
        assert_eq!(read(b"\xfe\xff\0a\0\xe9"), ("aé".to_owned(), utf16));
        assert_eq!(read(b"\xff\xfe\x3d\xd8"), ("�".to_owned(), utf16));
        assert_eq!(
            read(b"a\xe9"),
            ("a�".to_owned(), Some(EncodingFault::NotUtf8 { at: 1 }))
        );
        assert!(read(b"\xff\xfe\0\0a\0\0\0").1 != utf16);
    }
}
