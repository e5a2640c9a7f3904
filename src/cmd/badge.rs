//! `skillpress badge`: edits a badge file in place.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::CommandError;
use crate::content::{self, Disk, LoadOptions, badge};
use crate::problem::{Problem, Problems};
use crate::render::url;

/// Options of `badge`.
#[derive(Debug, Args)]
pub struct BadgeArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Give a badge to a skill
    Add {
        #[command(flatten)]
        award: AwardArgs,
        /// Who gives it
        #[arg(long, value_name = "WHO")]
        by: Option<String>,
        /// Why
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// Day of the award, such as 2026-01-31; the order of a badge page follows it
        #[arg(long, value_name = "DATE")]
        at: Option<String>,
    },
    /// Take a badge away; every trace of it goes with the next build
    Remove {
        #[command(flatten)]
        award: AwardArgs,
    },
}
