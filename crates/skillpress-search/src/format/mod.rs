//! The files of `search/`: encoding and decoding side by side, one noun a file. `docs/format.md` specifies the bytes.
//!
//! ```text
//! manifest.json ── resident ──► head (term block directory, spelling directory)
//!   ├─ terms-….bin      blocks of sorted terms, about 1 KB
//!   ├─ postings-….bin   posting lists, highest impact first
//!   ├─ cards-….bin      what a result shows, 256 bytes a skill
//!   └─ spelling-….bin   words by first letter, for corrections
//! ```

pub(crate) mod base64;
pub mod block;
pub mod cards;
pub mod head;
pub(crate) mod json;
pub mod manifest;
pub mod postings;
pub mod spelling;
pub mod terms;

/// Version of everything below `search/`; readers refuse any other.
pub const FORMAT_VERSION: u32 = 1;
