//! One module a command: its options, and a page of verbs.

pub mod badge;
pub mod build;
pub mod check;
pub mod init;
pub mod inspect;
pub mod mcp;
pub mod new;
mod queries;
pub mod report;
pub mod search;
pub mod serve;

use crate::catalog::Timestamp;

/// The day, in UTC, for a command that writes content: a day of writing is content, so here the clock is asked. A build
/// never does.
fn today() -> Timestamp {
    let now = jiff::Timestamp::now().as_millisecond();
    Timestamp::from_ms(now - now.rem_euclid(24 * 60 * 60 * 1000))
        .expect("a clock between 1970 and 9999")
}
