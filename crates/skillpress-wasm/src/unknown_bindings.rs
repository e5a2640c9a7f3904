//! What the exports of `unknown.wasm` do, without their pointers.

use alloc::vec::Vec;

use skillpress_search::internals::format::manifest::Manifest;
use skillpress_search::internals::format::messages::UnknownRequest;
use skillpress_search::internals::{UnknownHalf, UnknownSearch};

use crate::host::{Handles, Host};

/// What one open index knows of other words, and the queries that ask for it.
#[derive(Debug)]
pub struct UnknownBindings {
    host: Host,
    half: Option<UnknownHalf>,
    searches: Handles<UnknownSearch>,
}

impl UnknownBindings {
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

    /// Opens the index whose manifest says `text`, as [`crate::LexicalBindings::open`]; 1 if it can be read.
    pub fn open(&mut self, has_ranges: u32) -> u32 {
        let text = core::mem::take(&mut self.host.text);
        let half = Manifest::decode_index(&text)
            .and_then(|manifest| UnknownHalf::open(manifest, has_ranges != 0));
        self.half = half.ok();
        self.half.is_some().into()
    }

    /// Begins with a query; gives its handle.
    pub fn search(&mut self) -> u32 {
        self.searches.add(UnknownSearch::default())
    }

    /// Takes the answers given since the last step; the text is what `search.wasm` requests now.
    ///
    /// Gives a [`UnknownStep`](skillpress_search::internals::UnknownStep), or nothing for a handle that leads nowhere
    /// and a text that is no request.
    pub fn step(&mut self, handle: u32) -> &[u8] {
        let answers = core::mem::take(&mut self.host.answers);
        let text = core::mem::take(&mut self.host.text);
        let mut message = Vec::new();
        if let (Some(half), Some(search), Ok(request)) = (
            &mut self.half,
            self.searches.get(handle),
            UnknownRequest::decode(&text),
        ) {
            half.take(search, &mut answers.into_iter());
            message = half.poll(search, &request).encode();
        }
        self.host.say(&message)
    }

    /// Drops a query.
    pub fn close(&mut self, handle: u32) {
        self.searches.remove(handle);
    }
}

impl Default for UnknownBindings {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bindings_without_an_index_do_no_harm() {
        let mut bindings = UnknownBindings::new();
        bindings.text(2).copy_from_slice(b"{}");
        assert_eq!(bindings.open(1), 0);
        let handle = bindings.search();
        bindings.text(3).copy_from_slice(&[1, 1, 1]);
        assert_eq!(bindings.step(handle), [0; 4]);
        bindings.close(handle);
    }
}
