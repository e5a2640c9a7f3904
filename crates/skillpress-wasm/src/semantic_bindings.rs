//! What the exports of `semantic.wasm` do, without their pointers.

use alloc::vec::Vec;

use skillpress_search::STORE_MAX_BYTES;
use skillpress_search::internals::format::manifest::Manifest;
use skillpress_search::internals::format::messages::SemanticRequest;
use skillpress_search::internals::{SemanticHalf, SemanticSearch};

use crate::host::{Handles, Host};

/// The semantic half of one open index, and its searches.
#[derive(Debug)]
pub struct SemanticBindings {
    host: Host,
    half: Option<SemanticHalf>,
    searches: Handles<SemanticSearch>,
}

impl SemanticBindings {
    /// A bindings without an index.
    pub const fn new() -> Self {
        Self {
            host: Host::new(),
            half: None,
            searches: Handles::new(),
        }
    }

    /// As [`crate::LexicalBindings::answer`].
    pub fn answer(&mut self, kind: u32, len: usize) -> &mut [u8] {
        self.host.answer(kind, len)
    }

    /// As [`crate::LexicalBindings::text`].
    pub fn text(&mut self, len: usize) -> &mut [u8] {
        self.host.text(len)
    }

    /// Opens the vectors of the index whose manifest says `text`, as [`crate::LexicalBindings::open`]; 1 if they can be read.
    pub fn open(&mut self, has_ranges: u32) -> u32 {
        let text = core::mem::take(&mut self.host.text);
        let half = Manifest::decode_index(&text)
            .and_then(|manifest| SemanticHalf::open(manifest, has_ranges != 0));
        self.half = half.unwrap_or_default();
        self.half.is_some().into()
    }

    /// Begins a search; gives its handle.
    pub fn search(&mut self) -> u32 {
        match &mut self.half {
            Some(half) => self.searches.add(half.search(STORE_MAX_BYTES)),
            None => u32::MAX,
        }
    }

    /// Feeds a search the answers given since the last step; the text is what the lexical half requests now.
    ///
    /// Gives a [`SemanticStep`](skillpress_search::internals::format::messages::SemanticStep), or nothing for a handle that leads
    /// nowhere and a text that is no request.
    pub fn step(&mut self, handle: u32) -> &[u8] {
        let answers = core::mem::take(&mut self.host.answers);
        let text = core::mem::take(&mut self.host.text);
        let mut message = Vec::new();
        if let (Some(half), Some(search), Ok(request)) = (
            &mut self.half,
            self.searches.get(handle),
            SemanticRequest::decode(&text),
        ) {
            half.take(search, &mut answers.into_iter());
            message = half.poll(search, &request).encode();
        }
        self.host.say(&message)
    }

    /// Drops a search.
    pub fn close(&mut self, handle: u32) {
        self.searches.remove(handle);
    }
}

impl Default for SemanticBindings {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bindings_without_vectors_do_no_harm() {
        let mut bindings = SemanticBindings::new();
        bindings.text(2).copy_from_slice(b"{}");
        assert_eq!(bindings.open(1), 0);
        let handle = bindings.search();
        bindings.answer(0, 3).copy_from_slice(b"abc");
        assert_eq!(bindings.step(handle), [0; 4]);
        bindings.close(handle);
    }
}
