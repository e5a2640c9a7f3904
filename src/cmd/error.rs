//! Why a command ends before its end.

use crate::preview::PreviewError;
use crate::problem::Problems;
use crate::report::ReportError;
use crate::source::SourceError;

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

impl From<PreviewError> for CommandError {
    fn from(error: PreviewError) -> Self {
        Self::System(error.to_string())
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
