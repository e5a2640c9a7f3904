//! Why the server ended, and why something of the site is not given.

use std::io;

use rmcp::ErrorData;
use rmcp::model::SkillValidationError;
use rmcp::service::ServerInitializeError;
use thiserror::Error;
use tokio::task::JoinError;

use super::arguments::{ArgumentError, shown};
use super::uri::UriError;
use crate::conformance::NotConformant;
use crate::key::SkillKey;
use crate::published::{REASON_MAX_CHARS, ReadError};
use crate::site_source::SearchError;
use crate::text::clean_line;

/// Why the server ended before its client did.
#[derive(Debug, Error)]
pub enum McpError {
    /// The system gives no runtime.
    #[error("cannot start: {0}")]
    Runtime(#[source] io::Error),
    /// The client began with something else.
    #[error("the client did not begin with `initialize`")]
    NoInitialize,
    /// The client and the server did not agree.
    #[error(transparent)]
    Initialize(Box<ServerInitializeError>),
    /// The server itself failed.
    #[error("the server failed: {0}")]
    Server(#[source] JoinError),
}

/// Why something of the site is not given: said to the model, with what to do.
#[derive(Debug, Error)]
pub(super) enum SiteError {
    /// An argument of a tool is not as its schema says.
    #[error(transparent)]
    Argument(#[from] ArgumentError),
    /// An address is none of a resource.
    #[error(transparent)]
    Uri(#[from] UriError),
    /// The site has no such skill.
    #[error("there is no skill `{0}`; letter case counts, and `search_skills` finds skills")]
    NoSkill(SkillKey),
    /// The site has the skill, and its index does not.
    #[error("search does not know `{0}`")]
    NotSearched(SkillKey),
    /// The skill has nothing that could be its `SKILL.md`.
    #[error("the skill has no text")]
    NoText,
    /// The skill has no such file.
    #[error("`{0}` has no such file; `get_skill` lists its files")]
    NoFile(SkillKey),
    /// No skill stands at an address that hosts asked for.
    #[error("No skill is served at {}{}", shown(.uri), at(.is_at))]
    NotServed {
        uri: String,
        /// Where the skill is that may be meant.
        is_at: Option<String>,
    },
    /// The skill is none to hosts of MCP Skills.
    #[error(
        "`{key}` is no skill to MCP hosts: {error}; its files are resources, such as skill://{key}"
    )]
    NotConformant { key: SkillKey, error: NotConformant },
    /// The site says of a skill what cannot be.
    #[error("what the site says of `{key}` cannot be: {}", clean_line(&.error.to_string(), REASON_MAX_CHARS))]
    Unsound {
        key: SkillKey,
        error: SkillValidationError,
    },
    /// The skill has no such folder.
    #[error("`{0}` has no such folder")]
    NoFolder(SkillKey),
    /// The site has no badge of a kind by which the server was narrowed.
    #[error("this server offers only skills with the badge `{}`, and the site has no such badge", shown(.0))]
    NoBadge(String),
    /// The site has no collection by which the server was narrowed.
    #[error("this server offers only skills of the collection `{}`, and the site has no such collection", shown(.0))]
    NoCollection(String),
    /// A cursor leads nowhere.
    #[error("the list of skills has no such page; start without `cursor`")]
    NoPage,
    /// The site does not give what is there.
    #[error("{}{}", .0, hint_of(.0))]
    Read(#[from] ReadError),
    /// The site cannot be searched.
    #[error("{}; {}", clean_line(&.0.to_string(), REASON_MAX_CHARS), .0.hint())]
    Search(#[from] SearchError),
}

fn at(is_at: &Option<String>) -> String {
    let is_at = is_at.as_ref();
    is_at.map_or_else(String::new, |uri| format!("; it is at {uri}"))
}

fn hint_of(error: &ReadError) -> String {
    let hint = error.hint();
    hint.map_or_else(String::new, |hint| format!("; {hint}"))
}

impl SiteError {
    /// Whether the site itself is at fault, and nothing that was asked.
    pub(super) fn is_of_site(&self) -> bool {
        match self {
            Self::Search(_) | Self::Unsound { .. } | Self::NoBadge(_) | Self::NoCollection(_) => {
                true
            }
            Self::Read(error) => error.is_of_site(),
            _ => false,
        }
    }

    /// The error of the protocol where an address that is none is a wrong parameter, as MCP Skills has it.
    pub(super) fn into_invalid_params(self) -> ErrorData {
        match self.is_of_site() {
            true => self.into(),
            false => ErrorData::invalid_params(self.to_string(), None),
        }
    }
}

impl From<SiteError> for ErrorData {
    fn from(error: SiteError) -> Self {
        let message = error.to_string();
        match error {
            SiteError::NoSkill(_) | SiteError::NoText | SiteError::NoFile(_) => {
                Self::resource_not_found(message, None)
            }
            error if error.is_of_site() => Self::internal_error(message, None),
            _ => Self::invalid_params(message, None),
        }
    }
}
