//! The name of an object of a git repository.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A whole object id: 40 lower-case hexadecimal digits, or 64 in a repository of SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ObjectId(Box<str>);

/// A text that is no object id.
#[derive(Debug, Error)]
#[error("`{0}` is no object of git: 40 lower-case hexadecimal digits, or 64")]
pub struct ObjectIdError(String);

impl TryFrom<String> for ObjectId {
    type Error = ObjectIdError;

    fn try_from(text: String) -> Result<Self, ObjectIdError> {
        Self::parse(&text).ok_or(ObjectIdError(text))
    }
}

impl ObjectId {
    /// `None` for anything else, a shortened id among it.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_id = matches!(text.len(), 40 | 64) && text.bytes().all(is_digit);
        is_id.then(|| Self(text.into()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
