//! An answer, apart from any server.

use serde::Serialize;

use crate::json::to_json;

/// Status, headers and body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case; each once.
    pub headers: Vec<(&'static str, String)>,
    /// May be empty.
    pub body: Vec<u8>,
}

impl Response {
    pub(super) fn json(value: &impl Serialize) -> Self {
        match to_json(value) {
            Ok(body) => Self::new(200, "application/json; charset=utf-8", body),
            Err(error) => Self::error(
                500,
                format!("the answer cannot be written as JSON: {error}"),
            ),
        }
    }

    /// Errors are plain text, which the client prints as it is.
    pub(super) fn error(status: u16, message: impl Into<String>) -> Self {
        let mut body = message.into();
        body.push('\n');
        Self::new(status, "text/plain; charset=utf-8", body.into_bytes())
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::error(400, message)
    }

    pub(super) fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self {
            status,
            headers: vec![
                ("content-type", content_type.to_owned()),
                ("cache-control", "no-cache".to_owned()),
                ("access-control-allow-origin", "*".to_owned()),
                ("x-content-type-options", "nosniff".to_owned()),
            ],
            body,
        }
    }

    #[must_use]
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
