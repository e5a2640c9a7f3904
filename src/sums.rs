//! The SHA-256 of every file of a site, in lists that `sha256sum -c` reads.
//!
//! The first list stands at the root ([`url::SUMS`](crate::url::SUMS)). A small registry has all sums there; that of a larger
//! one names lists by folder, see [`Layout`]. So the root stands for the whole site, and a signature of it signs all.

mod layout;
mod list;
pub mod signed;
mod sink;

pub use layout::Layout;
#[cfg(test)]
pub use list::parse;
pub use list::{Sum, text};
pub use sink::SumsSink;
