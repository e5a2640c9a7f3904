//! Reads a skillpress search index: lexical, semantic and hybrid search over static files.
//!
//! The crate does no I/O, reads no clock and no randomness: a search says which byte ranges it needs next and is fed
//! the answers, so one engine serves an async browser, a blocking command and a test, with the same bits everywhere.
//!
//! # The loop of a host
//!
//! ```
//! use skillpress_search::{Answer, OpenError, Options, Request, Results, Searcher, Step};
//!
//! /// One round trip: fetch everything at once, answer in the same order.
//! fn fetch(requests: &[Request]) -> Vec<Answer> {
//!     # requests.iter().map(|_| Answer::Failed).collect()
//!     # /*
//!     …
//!     # */
//! }
//!
//! fn search(query: &str) -> Result<Results, OpenError> {
//!     let mut searcher = Searcher::open(&fetch(&Searcher::open_requests()))?;
//!     let mut search = searcher.search(query, &Options::default());
//!     let mut answers = Vec::new();
//!     loop {
//!         match searcher.step(&mut search, std::mem::take(&mut answers)) {
//!             Step::Fetch(requests) => answers = fetch(&requests),
//!             Step::Show(_provisional) => {}             // Show them, and go on.
//!             Step::Done(results) => return Ok(results),
//!             Step::Stale => return Err(OpenError::Gone), // Better: open again, once, and start over.
//!         }
//!     }
//! }
//! # assert_eq!(search("pdf"), Err(OpenError::Failed));
//! ```
//!
//! Keep the searcher: what one search has read the next one has at hand.
//!
//! # Hosts that block
//!
//! implement [`Source`], which any function from requests to answers does, and call [`Searcher::find`], which is the loop
//! above. Filters stand in the query (`owner:ana`) or in the options:
//!
//! ```
//! use skillpress_search::{Answer, Filter, OpenError, Options, Request, Searcher};
//!
//! let mut source = |requests: &[Request]| -> Vec<Answer> {
//!     requests.iter().map(|_| Answer::Gone).collect() // Read the files here.
//! };
//! let options = Options {
//!     limit: 5,
//!     filters: Filter::parse("badge:official").into_iter().collect(),
//!     ..Options::default()
//! };
//! match Searcher::open_source(&mut source) {
//!     Ok(mut searcher) => println!("{:?}", searcher.find("merge pdf", &options, &mut source)?.hits),
//!     Err(error) => assert_eq!(error, OpenError::Gone),
//! }
//! # Ok::<(), OpenError>(())
//! ```
//!
//! # Hosts that await
//!
//! fetch in the same place of the loop, and drop a search that nobody waits for any more:
//!
//! ```
//! use skillpress_search::{Answer, Request, Results, Search, Searcher, Step};
//!
//! async fn fetch(requests: &[Request]) -> Vec<Answer> {
//!     requests.iter().map(|_| Answer::Failed).collect() // Await all of them together.
//! }
//!
//! async fn results(searcher: &mut Searcher, search: &mut Search) -> Option<Results> {
//!     let mut answers = Vec::new();
//!     loop {
//!         match searcher.step(search, std::mem::take(&mut answers)) {
//!             Step::Fetch(requests) => answers = fetch(&requests).await,
//!             Step::Show(_) => {}
//!             Step::Done(results) => return Some(results),
//!             Step::Stale => return None,
//!         }
//!     }
//! }
//! ```
//!
//! # Inside
//!
//! A search is a function that is run again after every round trip over the blocks at hand. Where a block is missing it
//! goes on as far as it can, so everything that can be asked for together is.
//! `docs/format.md` specifies the files. What writes and inspects them, and the halves that the browser's modules are made
//! of, stand in the module `internals` behind the feature of that name, which no promise of versions covers.
#![no_std]
// Encoders and what only tools ask for are not used without the feature that shows them.
#![cfg_attr(
    not(feature = "internals"),
    allow(dead_code, unreachable_pub, unused_imports)
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod analyzer;
mod bytes;
mod doc_set;
mod embedder;
mod error;
mod fetcher;
mod fit;
mod format;
mod fusion;
mod ids;
mod lexical;
mod options;
mod query;
mod searcher;
mod sorted;
mod source;
mod unknown;
mod vector;

pub use embedder::Cosine;
pub use error::FormatError;
pub use fit::Fit;
pub use format::cards::Card;
pub use format::messages::{Plan, VectorNotes};
pub use ids::DocId;
pub use lexical::{EvidenceKind, IdentityMatch};
pub use options::{Mode, Options};
pub use query::{Filter, FilterKind};
pub use searcher::{
    Hit, OpenError, Reason, Results, STORE_MAX_BYTES, Search, Searcher, Stats, Step,
};
pub use source::{Answer, ByteRange, Request, Source};

use bytes::{BitReader, BitWriter, Reader, Writer};
use ids::EmbeddingId;

/// What writes and inspects an index, and what the browser's modules are made of. It changes with any version.
#[cfg(feature = "internals")]
pub mod internals {
    pub use crate::bytes::{
        BitReader, BitWriter, Damaged, Read, Reader, Writer, crc32, push_decimal, push_hex,
    };
    pub use crate::doc_set::DocSet;
    pub use crate::ids::EmbeddingId;
    #[cfg(feature = "explain")]
    pub use crate::lexical::Supposition;
    pub use crate::query::{OwnerSlug, Query, QueryWord};
    pub use crate::searcher::{
        LexicalHalf, LexicalSearch, SemanticHalf, SemanticSearch, SemanticState, UnknownHalf,
        UnknownSearch, UnknownStep,
    };
    #[cfg(feature = "explain")]
    pub use crate::searcher::{Outranking, Standing, Supposed, WordStanding};

    /// Text to words to terms.
    pub mod analyzer {
        pub use crate::analyzer::*;
    }

    /// Text as a direction.
    pub mod embedder {
        pub use crate::embedder::*;
    }

    /// The files of `search/`, and what crosses between the modules.
    pub mod format {
        pub use crate::format::*;
    }
}
