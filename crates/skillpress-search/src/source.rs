//! The bytes that a search asks for, and what a host answers.

use alloc::string::String;
use alloc::vec::Vec;

/// Fetches all requests of one round trip; answers come in the same order.
pub trait Source {
    /// One round trip.
    fn fetch(&mut self, requests: &[Request]) -> Vec<Answer>;
}

impl<F: FnMut(&[Request]) -> Vec<Answer>> Source for F {
    fn fetch(&mut self, requests: &[Request]) -> Vec<Answer> {
        self(requests)
    }
}

/// Bytes `start..start + len` of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteRange {
    /// Offset in bytes from the start of the file.
    pub start: u64,
    /// Length in bytes; never 0 in a request.
    pub len: u32,
}

impl ByteRange {
    /// One past the last byte.
    pub fn end(self) -> u64 {
        self.start + u64::from(self.len)
    }
}

/// One file or a part of it, to be fetched by the host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Request {
    /// Path below the folder of the index, such as `files/terms-4f1c9a02d7.bin`.
    pub path: String,
    /// `None` asks for the whole file.
    pub range: Option<ByteRange>,
}

/// What became of a [`Request`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The bytes. They may be wrong or short: whoever decodes them checks.
    Bytes(Vec<u8>),
    /// The host says that there is no such file: the site was probably replaced since the manifest was read.
    Gone,
    /// The host answered with a whole file where a range was asked for; the bytes were not kept.
    NoRanges,
    /// It could not be read.
    Failed,
}
