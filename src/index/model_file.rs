//! What the tables that come with skillpress have in common: a magic, a version, front-coded words, a checksum.

use skillpress_search::FormatError;
use skillpress_search::internals::{Read, Reader, crc32};

/// How a table file begins.
pub(super) struct ModelFile {
    /// What messages call it.
    pub(super) what: &'static str,
    pub(super) magic: [u8; 4],
    pub(super) version: u32,
}

impl ModelFile {
    /// Decodes all of a file: `body` reads what stands between version and checksum.
    ///
    /// # Errors
    /// `Magic`, `Version` and `Checksum` for another file or a damaged one; what `body` says.
    pub(super) fn decode<T>(
        &self,
        bytes: &[u8],
        body: impl FnOnce(&mut Reader<'_>) -> Read<T>,
    ) -> Result<T, FormatError> {
        Reader::read(bytes, self.what, |reader| {
            self.check(reader)?;
            let value = body(reader)?;
            reader.u32()?;
            reader.finish()?;
            Ok(value)
        })
    }

    fn check(&self, reader: &mut Reader<'_>) -> Read<()> {
        let bytes = reader.rest();
        let what = self.what;
        if reader.take(4)? != self.magic {
            return Err(reader.fail(FormatError::Magic { what }));
        }
        let (got, expected) = (reader.u32()?, self.version);
        if got != expected {
            return Err(reader.fail(FormatError::Version { got, expected }));
        }
        let (body, checksum) = bytes.split_at(bytes.len() - 4);
        let (got, expected) = (crc32(body), Reader::read(checksum, what, Reader::u32));
        let expected = reader.noted(expected)?;
        if got != expected {
            return Err(reader.fail(FormatError::Checksum {
                what,
                got,
                expected,
            }));
        }
        Ok(())
    }
}

/// Words that ascend: per word bytes shared with the one before, further bytes, and these.
pub(super) fn read_words(reader: &mut Reader<'_>, n_words: usize) -> Read<Vec<Box<str>>> {
    let mut words: Vec<Box<str>> = Vec::with_capacity(n_words.min(reader.remaining() / 2));
    let mut word = Vec::new();
    for _ in 0..n_words {
        let (n_shared, n_more) = (usize::from(reader.u8()?), usize::from(reader.u8()?));
        if n_shared > word.len() {
            return Err(reader.invalid());
        }
        word.truncate(n_shared);
        word.extend_from_slice(reader.take(n_more)?);
        let text = std::str::from_utf8(&word).map_err(|_| reader.invalid())?;
        if words.last().is_some_and(|last| **last >= *text) {
            return Err(reader.invalid());
        }
        words.push(text.into());
    }
    Ok(words)
}
