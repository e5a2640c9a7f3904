//! The command line: one module a command, its options and a page of verbs. Only here is there anything of clap.

mod add;
mod badge;
mod build;
mod check;
mod cli;
mod error;
mod export;
mod fetch;
mod init;
mod input;
mod inspect;
mod keygen;
mod mcp;
mod mirror;
mod new;
mod publish;
mod queries;
mod report;
mod search;
mod serve;
mod signing;
mod source_entry;
mod sources;
mod summed;
mod verify;

pub use cli::run;

use crate::catalog::Timestamp;

/// The day, in UTC, for a command that writes content: a day of writing is content, so here the clock is asked. A build
/// never does.
fn today() -> Timestamp {
    let now = jiff::Timestamp::now().as_millisecond();
    Timestamp::from_ms(now - now.rem_euclid(24 * 60 * 60 * 1000))
        .expect("a clock between 1970 and 9999")
}
