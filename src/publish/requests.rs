//! Requests, counted by what stores bill.

use serde::Serialize;

/// How many requests were made, by what they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// Puts, copies and listings, those that were made again among them.
    pub writes: u64,
    /// Gets and heads.
    pub reads: u64,
    /// Deletes, which cost nothing in most stores.
    pub deletes: u64,
}
