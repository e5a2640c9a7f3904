//! The browser's bindings to `skillpress-search`: three modules without imports that `assets/search.js` drives.
//!
//! `search.wasm` has the lexical half and merges what both found, so words are found as soon as it is there.
//! `semantic.wasm` (feature `semantic`) reads vectors; it is loaded for a site that has some. `unknown.wasm` (feature
//! `unknown`) says what words mean that the index may not know; it is loaded for a query with such words.
//!
//! The host copies bytes in, calls, and reads one message, which is valid until the next call:
//!
//! ```text
//! text(len) ─► place               bytes that the next call takes go to `place`
//! open(has_ranges) ─► message      takes the index of the manifest
//! search(query_len, limit, mode) ─► handle      takes query and filters; search() in `semantic.wasm`
//!
//! answer(kind, len) ─► place       once for each request, in order; the bytes go to `place`
//! step(handle) ─► message          takes the answers; says what to fetch and what was found
//! semantic_request(handle) ─► message   the text of the next step in `semantic.wasm`
//! semantic_result(handle) ─► message    takes what `semantic.wasm` found, and steps on
//! unknown_request(handle) ─► message    the text of the next step in `unknown.wasm`
//! meanings(handle) ─► message           takes what `unknown.wasm` says, and steps on
//! close(handle)                    drops a search, finished or not
//! ```
//!
//! A message is its length (`u32`, little-endian) and bytes, see `docs/format.md`. One instance of a module holds one open
//! index, and any number of searches. `abi` has the only `unsafe` code beside the allocator in `heap`.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod abi;
mod heap;
mod highlight;
mod host;
mod json;
mod lexical_bindings;
mod part_bindings;

pub use heap::Heap;
pub use lexical_bindings::LexicalBindings;
pub use part_bindings::{PartBindings, SemanticBindings, UnknownBindings};
