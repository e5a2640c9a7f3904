//! The files of `search/`: encoding and decoding side by side, one noun a file. `docs/format.md` specifies the bytes.
//!
//! ```text
//! manifest.json ── resident ──► heads (term block directory, spelling directory, cell directory)
//!   ├─ terms-….bin      blocks of sorted terms, about 1 KB
//!   ├─ postings-….bin   posting lists, highest impact first
//!   ├─ cards-….bin      what a result shows, 256 bytes a skill
//!   ├─ spelling-….bin   words by first letter, for corrections
//!   ├─ rows-….bin       what words mean, by hash
//!   ├─ router-….bin     centroids of the cells of vectors
//!   ├─ cells-….bin      signs of all vectors, cell by cell
//!   ├─ ids-….bin        whose vector it is
//!   ├─ codes-….bin      more bits of each vector, for the best candidates
//!   └─ nodes-….bin      the graph, for large indexes
//! ```

pub mod block;
pub mod cards;
pub mod cells;
pub mod codes;
pub mod head;
pub mod id_map;
pub mod manifest;
pub mod nodes;
pub mod postings;
pub mod router;
pub mod rows;
pub mod spelling;
pub mod terms;
pub mod vectors;

/// Version of everything below `search/`; readers refuse any other.
pub const FORMAT_VERSION: u32 = 1;
