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
//! `docs/format.md` specifies the files, [`mod@format`] reads and writes them.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod analyzer;
mod bytes;
pub mod doc_set;
pub mod embedder;
mod error;
mod fetcher;
pub mod format;
mod fusion;
mod ids;
mod lexical;
mod options;
mod query;
mod searcher;
mod sorted;
mod source;
mod vector;

pub use bytes::{
    BitReader, BitWriter, Damaged, Read, Reader, Writer, crc32, push_decimal, push_hex,
};
pub use error::FormatError;
pub use format::messages::Plan;
pub use ids::{DocId, EmbeddingId};
pub use lexical::{EvidenceKind, IdentityMatch, Ranked};
pub use options::{Mode, Options};
pub use query::{Filter, FilterKind, OwnerSlug, Query, QueryWord};
pub use searcher::{
    Hit, LexicalHalf, LexicalSearch, OpenError, Results, STORE_MAX_BYTES, Search, Searcher,
    SemanticHalf, SemanticSearch, SemanticState, Stats, Step,
};
pub use source::{Answer, ByteRange, Request, Source};
