//! The files of `search/`: encoding and decoding side by side, one noun a file. `docs/format.md` specifies the bytes.
//!
//! ```text
//! manifest.json ── resident ──► heads (term block directory, spelling directory, cell directory)
//!   ├─ terms      blocks of sorted terms, about 1 KB
//!   ├─ postings   posting lists, highest impact first
//!   ├─ cards      what a result shows, 256 bytes a skill
//!   ├─ spelling   words by first letter, for corrections
//!   └─ rows, rarerows, vectors, codes, nodes      see [`vectors`]
//! ```

pub mod block;
pub mod cards;
pub mod glossary;
pub mod head;
pub mod manifest;
pub mod messages;
pub mod postings;
pub mod spelling;
pub mod terms;
pub mod vectors;

/// Version of everything below `search/`; readers refuse any other.
pub const FORMAT_VERSION: u32 = 4;
