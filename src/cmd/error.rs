//! Why a command ends before its end.

use std::fmt::Display;
use std::io;

use crate::index::PreviousError;
use crate::mcp::McpError;
use crate::preview::PreviewError;
use crate::problem::{Problem, Problems};
use crate::published::ReadError;
use crate::report::ReportError;
use crate::site_source::{SearchError, SourceError};
use crate::sources::FetchError;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub enum CommandError {
    /// The content, or the site that was checked, has errors. They have been printed, or are printed now.
    Content(Problems),
    /// Whoever read the output stopped reading: nothing went wrong, and nobody is there to be told.
    Unread,
    /// The command cannot work as it was called, or the system refused something.
    Failed {
        /// One sentence.
        message: String,
        /// What to do next, where that is known.
        hint: Option<String>,
    },
}

impl CommandError {
    /// An error that says itself what to do next, or leaves nothing to do.
    pub fn failed(message: impl ToString) -> Self {
        Self::Failed {
            message: message.to_string(),
            hint: None,
        }
    }

    /// An error with what to do next.
    pub fn advised(message: impl ToString, hint: impl Into<String>) -> Self {
        Self::Failed {
            message: message.to_string(),
            hint: Some(hint.into()),
        }
    }

    /// What stood in the way of doing `what`, such as "write the site".
    pub fn cannot(what: impl Display, error: impl Display) -> Self {
        Self::failed(format_args!("cannot {what}: {error}"))
    }

    /// A refusal of the system while printing `what`, such as "the results".
    pub fn print(what: &str, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Unread,
            _ => Self::cannot(format_args!("print {what}"), error),
        }
    }
}

impl From<Problem> for CommandError {
    fn from(problem: Problem) -> Self {
        Self::Content([problem].into_iter().collect())
    }
}

impl From<Problems> for CommandError {
    fn from(problems: Problems) -> Self {
        Self::Content(problems)
    }
}

impl From<SourceError> for CommandError {
    fn from(error: SourceError) -> Self {
        Self::advised(&error, error.hint())
    }
}

impl From<SearchError> for CommandError {
    fn from(error: SearchError) -> Self {
        Self::advised(&error, error.hint())
    }
}

impl From<PreviousError> for CommandError {
    fn from(error: PreviousError) -> Self {
        match error {
            PreviousError::Source(error) => error.into(),
            PreviousError::Search(error) => error.into(),
            error => Self::advised(
                error,
                "build without `--previous`: skills are numbered anew",
            ),
        }
    }
}

impl From<FetchError> for CommandError {
    fn from(error: FetchError) -> Self {
        match error.hint() {
            Some(hint) => Self::advised(&error, hint),
            None => Self::failed(&error),
        }
    }
}

impl From<ReadError> for CommandError {
    fn from(error: ReadError) -> Self {
        match error.hint() {
            Some(hint) => Self::advised(&error, hint),
            None => Self::failed(&error),
        }
    }
}

impl From<PreviewError> for CommandError {
    fn from(error: PreviewError) -> Self {
        Self::failed(error)
    }
}

impl From<McpError> for CommandError {
    fn from(error: McpError) -> Self {
        Self::failed(error)
    }
}

impl From<ReportError> for CommandError {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Site(error) => error.into(),
            ReportError::Search(error) => error.into(),
            error => Self::failed(error),
        }
    }
}
