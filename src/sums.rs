//! The SHA-256 of every file of a site, in lists that `sha256sum -c` reads.
//!
//! The first list stands at the root ([`url::SUMS`](crate::url::SUMS)). A small registry has all sums there; that of a larger
//! one names lists by folder, see [`Layout`]. So the root stands for the whole site, and a signature of it signs all.

mod hasher;
mod layout;
mod list;
pub mod signed;
mod sink;

pub use hasher::Hasher;
pub use layout::Layout;
use list::text;
pub use list::{Digest, ListError, Sum, digest, parse};
pub use sink::SumsSink;
