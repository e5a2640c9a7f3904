//! What both bindings have in common: bytes come in by places, one message goes out.

use alloc::vec::Vec;

use skillpress_search::Answer;
use skillpress_search::internals::format::messages::answer_of_kind;

/// What the host gave since it was last asked for, and the last message.
#[derive(Debug)]
pub(crate) struct Host {
    /// The answers to requests.
    pub(crate) answers: Vec<Answer>,
    /// Any other bytes.
    pub(crate) text: Vec<u8>,
    message: Vec<u8>,
}

impl Host {
    pub(crate) const fn new() -> Self {
        Self {
            answers: Vec::new(),
            text: Vec::new(),
            message: Vec::new(),
        }
    }

    /// Takes the next answer; gives the place for its bytes.
    ///
    /// See [`answer_of_kind`]; only an answer with bytes has a length.
    pub(crate) fn answer(&mut self, kind: u32, len: usize) -> &mut [u8] {
        self.answers.push(answer_of_kind(kind, len));
        match self.answers.last_mut() {
            Some(Answer::Bytes(bytes)) => bytes,
            _ => &mut [],
        }
    }

    /// The place for `len` bytes.
    pub(crate) fn text(&mut self, len: usize) -> &mut [u8] {
        self.text = alloc::vec![0; len];
        &mut self.text
    }

    /// Keeps a message, with its length (`u32`, little-endian) in front.
    pub(crate) fn say(&mut self, bytes: &[u8]) -> &[u8] {
        self.message.clear();
        self.message
            .extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        self.message.extend_from_slice(bytes);
        &self.message
    }
}

/// Values by handle; handles are used again.
#[derive(Debug)]
pub(crate) struct Handles<T> {
    values: Vec<Option<T>>,
}

impl<T> Handles<T> {
    pub(crate) const fn new() -> Self {
        Self { values: Vec::new() }
    }

    pub(crate) fn add(&mut self, value: T) -> u32 {
        let mut handle = 0;
        while handle < self.values.len() && self.values[handle].is_some() {
            handle += 1;
        }
        if handle == self.values.len() {
            self.values.push(None);
        }
        self.values[handle] = Some(value);
        handle as u32
    }

    /// `None` for a handle that leads nowhere.
    pub(crate) fn get(&mut self, handle: u32) -> Option<&mut T> {
        self.values.get_mut(handle as usize)?.as_mut()
    }

    pub(crate) fn remove(&mut self, handle: u32) {
        if let Some(value) = self.values.get_mut(handle as usize) {
            *value = None;
        }
    }
}
