//! The files of an index in memory, as a source that searches can read.

use std::collections::BTreeMap;

use skillpress_search::{Answer, ByteRange, Request, Source};

/// Packed files, not yet written.
#[derive(Clone, Debug)]
pub struct MemorySource<'a> {
    files: BTreeMap<&'a str, &'a [u8]>,
}

impl<'a> MemorySource<'a> {
    /// Serves `files`: path below the folder of the index, and content.
    pub fn new(files: &'a [(String, Vec<u8>)]) -> Self {
        let files = files
            .iter()
            .map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
        Self {
            files: files.collect(),
        }
    }

    fn answer(&self, request: &Request) -> Answer {
        match (self.files.get(request.path.as_str()), request.range) {
            (None, _) => Answer::Gone,
            (Some(bytes), None) => Answer::Bytes(bytes.to_vec()),
            (Some(bytes), Some(range)) => {
                part(bytes, range).map_or(Answer::Failed, |part| Answer::Bytes(part.to_vec()))
            }
        }
    }
}

impl Source for MemorySource<'_> {
    fn fetch(&mut self, requests: &[Request]) -> Vec<Answer> {
        requests
            .iter()
            .map(|request| self.answer(request))
            .collect()
    }
}

/// The bytes of `range`; `None` where some are missing.
pub fn part(bytes: &[u8], range: ByteRange) -> Option<&[u8]> {
    let start = usize::try_from(range.start).ok()?;
    bytes.get(start..start.checked_add(range.len as usize)?)
}
