//! The `skillpress` command.

use clap::Parser;

fn main() -> std::process::ExitCode {
    skillpress::cli::Cli::parse().run()
}
