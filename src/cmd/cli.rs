//! The command line: what can be asked, and which code answers.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::error::CommandError;
use super::{
    add, badge, build, check, export, fetch, init, inspect, keygen, mcp, mirror, new, publish,
    report, search, serve, sources, verify,
};
use crate::problem::print_each;
use crate::terminal::{self, printable};

/// Does what the arguments of the process ask for.
pub fn run() -> ExitCode {
    terminal::print_panics();
    match Cli::try_parse() {
        Ok(cli) => cli.run(),
        Err(message) => {
            // It repeats arguments, so it is made again with printable ones.
            let args = std::env::args_os().map(|arg| printable(&arg.to_string_lossy()));
            print_usage(&Cli::try_parse_from(args).err().unwrap_or(message))
        }
    }
}

/// Builds a static site with an embedded search index from a folder of agent skills.
#[derive(Debug, Parser)]
#[command(name = "skillpress", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the site: pages, feeds, downloads and the search index
    Build(build::BuildArgs),
    /// Report every problem of the content, or every difference between a built site and its content
    Check(check::CheckArgs),
    /// Search a built site, in a folder or on the web
    Search(search::SearchArgs),
    /// Give a badge to a skill, or take it away
    Badge(badge::BadgeArgs),
    /// Make a new registry that builds at once
    Init(init::InitArgs),
    /// Add a skill to the content folder
    New(new::NewArgs),
    /// Publish the skills of one more repository, archive or folder: writes it into the settings, and fetches
    Add(add::AddArgs),
    /// Download what the sources of the settings hold, and write `skillpress.lock`
    Fetch(fetch::FetchArgs),
    /// List what each source gives
    Sources(sources::SourcesArgs),
    /// Count what visits and searches of a built site download
    Report(report::ReportArgs),
    /// Print the state of a built site's search index, and whether anything in it is damaged
    Inspect(inspect::InspectArgs),
    /// Show the site while its content is edited: rebuilds and reloads on each change
    Serve(serve::ServeArgs),
    /// Check that a site, or a copy of one, is what its sums and its signature say
    Verify(verify::VerifyArgs),
    /// Keep a whole copy of a published site that is proved to be one
    Mirror(mirror::MirrorArgs),
    /// Make a key to sign sites with
    Keygen(keygen::KeygenArgs),
    /// Publish a built site to an object store or a folder: in an order that visitors do not notice, and undoable
    Publish(publish::PublishArgs),
    /// Write the registry in another form than a site, for clients that read no sites
    Export(export::ExportArgs),
    /// Let agents search and read a built site: an MCP server on stdin and stdout
    Mcp(mcp::McpArgs),
}

impl Cli {
    /// Runs the command and says how it went: 0 done, 1 the content or the checked site has errors, 2 usage or I/O.
    pub fn run(self) -> ExitCode {
        let outcome = match self.command {
            Command::Build(args) => build::run(&args),
            Command::Check(args) => check::run(&args),
            Command::Search(args) => search::run(&args),
            Command::Badge(args) => badge::run(&args),
            Command::Init(args) => init::run(&args),
            Command::New(args) => new::run(&args),
            Command::Add(args) => add::run(&args),
            Command::Fetch(args) => fetch::run(&args),
            Command::Sources(args) => sources::run(&args),
            Command::Report(args) => report::run(&args),
            Command::Inspect(args) => inspect::run(&args),
            Command::Serve(args) => serve::run(&args),
            Command::Verify(args) => verify::run(&args),
            Command::Mirror(args) => mirror::run(&args),
            Command::Keygen(args) => keygen::run(&args),
            Command::Publish(args) => publish::run(&args),
            Command::Export(args) => export::run(&args),
            Command::Mcp(args) => mcp::run(&args),
        };
        match outcome {
            Ok(()) | Err(CommandError::Unread) => ExitCode::SUCCESS,
            Err(CommandError::Content(problems)) => {
                print_each(problems.sorted());
                ExitCode::from(1)
            }
            Err(CommandError::Failed { message, hint }) => {
                error_line!("error: {message}");
                if let Some(hint) = hint {
                    error_line!("hint: {hint}");
                }
                ExitCode::from(2)
            }
        }
    }
}

/// Help that was asked for, or what is wrong with the arguments.
fn print_usage(message: &clap::Error) -> ExitCode {
    let text = message.render();
    if message.use_stderr() {
        terminal::error_lines(text);
    } else {
        terminal::print_lines(text);
    }
    ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(2))
}
