//! What the exports of `semantic.wasm` and `unknown.wasm` do, without their pointers.

use alloc::vec::Vec;

use skillpress_search::internals::format::manifest::Manifest;
use skillpress_search::internals::format::messages::{SemanticRequest, UnknownRequest};
use skillpress_search::internals::{SemanticHalf, SemanticSearch, UnknownHalf, UnknownSearch};
use skillpress_search::{Answer, FormatError, STORE_MAX_BYTES};

use crate::host::{Handles, Host};

/// The vectors of one open index, and the searches that read them.
pub type SemanticBindings = PartBindings<SemanticHalf>;

/// What one open index knows of other words, and the queries that ask for it.
pub type UnknownBindings = PartBindings<UnknownHalf>;

/// A part of one open index that `search.wasm` has requests for, and its searches.
#[derive(Debug)]
pub struct PartBindings<P: Part> {
    host: Host,
    part: Option<P>,
    searches: Handles<P::Search>,
}

/// A part of a search that is a module of its own.
pub trait Part: Sized {
    /// One search in it.
    type Search;
    /// What `search.wasm` asks of it.
    type Request;

    /// Opens it; `None` if the index has nothing for it.
    ///
    /// # Errors
    /// What is wrong with the index.
    fn open(manifest: Manifest, has_ranges: bool) -> Result<Option<Self>, FormatError>;

    /// Begins a search.
    fn search(&mut self) -> Self::Search;

    /// Reads a request.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    fn decode(request: &[u8]) -> Result<Self::Request, FormatError>;

    /// Takes the answers to what the last step asked for, and says what comes next, as bytes.
    fn step(
        &mut self,
        search: &mut Self::Search,
        request: &Self::Request,
        answers: Vec<Answer>,
    ) -> Vec<u8>;
}

impl<P: Part> PartBindings<P> {
    /// A bindings without an index.
    pub const fn new() -> Self {
        Self {
            host: Host::new(),
            part: None,
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
        let part =
            Manifest::decode_index(&text).and_then(|manifest| P::open(manifest, has_ranges != 0));
        self.part = part.unwrap_or_default();
        self.part.is_some().into()
    }

    /// Begins a search; gives its handle, which leads nowhere without an open index.
    pub fn search(&mut self) -> u32 {
        match &mut self.part {
            Some(part) => self.searches.add(part.search()),
            None => u32::MAX,
        }
    }

    /// Feeds a search the answers given since the last step; the text is what `search.wasm` requests now.
    ///
    /// Gives a [`SemanticStep`](skillpress_search::internals::format::messages::SemanticStep) or an
    /// [`UnknownStep`](skillpress_search::internals::UnknownStep), or nothing for a handle that leads nowhere and a text
    /// that is no request.
    pub fn step(&mut self, handle: u32) -> &[u8] {
        let answers = core::mem::take(&mut self.host.answers);
        let text = core::mem::take(&mut self.host.text);
        let mut message = Vec::new();
        if let (Some(part), Some(search), Ok(request)) =
            (&mut self.part, self.searches.get(handle), P::decode(&text))
        {
            message = part.step(search, &request, answers);
        }
        self.host.say(&message)
    }

    /// Drops a search.
    pub fn close(&mut self, handle: u32) {
        self.searches.remove(handle);
    }
}

impl<P: Part> Default for PartBindings<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl Part for SemanticHalf {
    type Search = SemanticSearch;
    type Request = SemanticRequest;

    fn open(manifest: Manifest, has_ranges: bool) -> Result<Option<Self>, FormatError> {
        Self::open(manifest, has_ranges)
    }

    fn search(&mut self) -> SemanticSearch {
        self.search(STORE_MAX_BYTES)
    }

    fn decode(request: &[u8]) -> Result<SemanticRequest, FormatError> {
        SemanticRequest::decode(request)
    }

    fn step(
        &mut self,
        search: &mut SemanticSearch,
        request: &SemanticRequest,
        answers: Vec<Answer>,
    ) -> Vec<u8> {
        self.take(search, &mut answers.into_iter());
        self.poll(search, request).encode()
    }
}

impl Part for UnknownHalf {
    type Search = UnknownSearch;
    type Request = UnknownRequest;

    fn open(manifest: Manifest, has_ranges: bool) -> Result<Option<Self>, FormatError> {
        Self::open(manifest, has_ranges).map(Some)
    }

    fn search(&mut self) -> UnknownSearch {
        self.search(STORE_MAX_BYTES)
    }

    fn decode(request: &[u8]) -> Result<UnknownRequest, FormatError> {
        UnknownRequest::decode(request)
    }

    fn step(
        &mut self,
        search: &mut UnknownSearch,
        request: &UnknownRequest,
        answers: Vec<Answer>,
    ) -> Vec<u8> {
        self.take(search, &mut answers.into_iter());
        self.poll(search, request).encode()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without_an_index<P: Part>() {
        let mut bindings = PartBindings::<P>::new();
        bindings.text(2).copy_from_slice(b"{}");
        assert_eq!(bindings.open(1), 0);
        let handle = bindings.search();
        bindings.answer(0, 3).copy_from_slice(b"abc");
        bindings.text(3).copy_from_slice(&[1, 1, 1]);
        assert_eq!(bindings.step(handle), [0; 4]);
        bindings.close(handle);
    }

    #[test]
    fn bindings_without_an_index_do_no_harm() {
        without_an_index::<SemanticHalf>();
        without_an_index::<UnknownHalf>();
    }
}
