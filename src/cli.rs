//! The command line: what can be asked, and which code answers.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::cmd;
use crate::problem::Problems;
use crate::render::url::BaseUrl;
use crate::report::ReportError;
use crate::source::SourceError;
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
    Build(cmd::build::BuildArgs),
    /// Report every problem of the content, or every difference between a built site and its content
    Check(cmd::check::CheckArgs),
    /// Search a built site, in a folder or on the web
    Search(cmd::search::SearchArgs),
    /// Give a badge to a skill, or take it away
    Badge(cmd::badge::BadgeArgs),
    /// Make a new registry that builds at once
    Init(cmd::init::InitArgs),
    /// Add a skill to the content folder
    New(cmd::new::NewArgs),
    /// Count what visits and searches of a built site download
    Report(cmd::report::ReportArgs),
    /// Print the state of a built site's search index, and whether anything in it is damaged
    Inspect(cmd::inspect::InspectArgs),
    /// Show the site while its content is edited: rebuilds and reloads on each change
    Serve(cmd::serve::ServeArgs),
    /// Let agents search and read a built site: an MCP server on stdin and stdout
    Mcp(cmd::mcp::McpArgs),
}

/// Where a site comes from; the same for every command that reads content.
#[derive(Clone, Debug, Args)]
pub struct InputArgs {
    /// Folder that holds `skills/`, `badges/` and the other files of the registry
    #[arg(long, value_name = "DIR", default_value = "content")]
    pub content: PathBuf,
    /// Settings; without it `skillpress.toml` is read when it is there
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the site will stand, in place of the `base_url` of the settings
    #[arg(long, value_name = "URL")]
    pub base_url: Option<BaseUrl>,
    /// Treat warnings as errors
    #[arg(long)]
    pub strict: bool,
}

impl InputArgs {
    /// The file of settings, which may be missing unless it was named.
    pub fn config_path(&self) -> &Path {
        self.config.as_deref().unwrap_or(Path::new(CONFIG_PATH))
    }
}

const CONFIG_PATH: &str = "skillpress.toml";

/// Why a command did not do what was asked.
#[derive(Debug)]
pub enum CommandError {
    /// The content, or the site that was checked, has errors. They have been printed, or are printed now.
    Content(Problems),
    /// Whoever read the output stopped reading: nothing went wrong, and nobody is there to be told.
    Unread,
    /// The command cannot work as it was called, or the system refused something: one sentence.
    System(String),
    /// The same, where it is known what to do next.
    #[allow(missing_docs)]
    Advised { message: String, hint: String },
}

impl From<Problems> for CommandError {
    fn from(problems: Problems) -> Self {
        Self::Content(problems)
    }
}

impl From<SourceError> for CommandError {
    fn from(error: SourceError) -> Self {
        Self::advised(error.to_string(), error.hint())
    }
}

impl From<ReportError> for CommandError {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Site(error) => error.into(),
            ReportError::Index { folder, error } => Self::advised(
                format!("`{}`: {error}", folder.display()),
                "build the site again, or install a newer skillpress",
            ),
            ReportError::File(sentence) => Self::System(sentence),
        }
    }
}

impl CommandError {
    /// A refusal of the system while printing `what`, such as "the results".
    pub fn print(what: &str, error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::Unread,
            _ => Self::io(&format!("print {what}"), error),
        }
    }

    /// An error with what to do next.
    pub fn advised(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Advised {
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// A refusal of the system while doing `what`, such as "write the site".
    pub fn io(what: &str, error: &std::io::Error) -> Self {
        Self::System(format!("cannot {what}: {error}"))
    }
}

impl Cli {
    /// Runs the command and says how it went: 0 done, 1 the content or the checked site has errors, 2 usage or I/O.
    pub fn run(self) -> ExitCode {
        let outcome = match self.command {
            Command::Build(args) => cmd::build::run(&args),
            Command::Check(args) => cmd::check::run(&args),
            Command::Search(args) => cmd::search::run(&args),
            Command::Badge(args) => cmd::badge::run(&args),
            Command::Init(args) => cmd::init::run(&args),
            Command::New(args) => cmd::new::run(&args),
            Command::Report(args) => cmd::report::run(&args),
            Command::Inspect(args) => cmd::inspect::run(&args),
            Command::Serve(args) => cmd::serve::run(&args),
            Command::Mcp(args) => cmd::mcp::run(&args),
        };
        match outcome {
            Ok(()) | Err(CommandError::Unread) => ExitCode::SUCCESS,
            Err(CommandError::Content(problems)) => {
                for problem in problems.sorted() {
                    terminal::error_lines(format_args!("{problem}\n"));
                }
                ExitCode::from(1)
            }
            Err(CommandError::System(message)) => {
                error_line!("error: {message}");
                ExitCode::from(2)
            }
            Err(CommandError::Advised { message, hint }) => {
                error_line!("error: {message}");
                error_line!("hint: {hint}");
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
