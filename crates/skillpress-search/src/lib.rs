//! Reads a skillpress search index: lexical, semantic and hybrid search over static files.
//!
//! The crate does no I/O, reads no clock and no randomness: a search says which byte ranges it needs next and is fed
//! the answers, so one engine serves an async browser, a blocking command and a test, with the same bits everywhere.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod analyzer;
mod bytes;
mod error;
mod source;

pub use bytes::{BitReader, BitWriter, Reader, Writer, crc32};
pub use error::FormatError;
pub use source::{Answer, ByteRange, Request};
