//! The browser's door to `skillpress-search`: a module without imports that `assets/search.js` drives.
//!
//! The host copies bytes in, calls, and reads one message, which is valid until the next call:
//!
//! ```text
//! answer(kind, len) ─► place    once for each request, in order; the bytes go to `place`
//! open() ─► message             opens the index from the answers
//! text(len) ─► place            then: query and filters go to `place`
//! search(query_len, limit, mode) ─► handle
//! step(handle) ─► message       feeds the answers given since, says what to fetch or what was found
//! close(handle)                 drops a search, finished or not
//! ```
//!
//! A message is its length (`u32`, little-endian) and JSON; [`Door`] says which. One instance of the module holds one
//! open index, and any number of searches. `abi` has the only `unsafe` code beside the allocator in `heap`.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod abi;
mod door;
mod heap;
mod highlight;
mod json;

pub use door::Door;
pub use heap::Heap;
