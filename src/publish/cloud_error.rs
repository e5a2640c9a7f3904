//! What the errors of `object_store` say.

use std::error::Error;

use object_store::client::{HttpError, HttpErrorKind};

use crate::text::shorten;

/// Whether no answer came to any of the tries.
pub(super) fn is_unanswered(error: &object_store::Error) -> bool {
    let http: Option<&HttpError> = cause(error);
    http.is_some_and(|http| http.kind() != HttpErrorKind::Decode)
}

/// The first error below `error` that is an `E`.
pub(super) fn cause<E: Error + 'static>(error: &object_store::Error) -> Option<&E> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(cause) = error.downcast_ref() {
            return Some(cause);
        }
        source = error.source();
    }
    None
}

/// The messages of `error` and of what is below it, each once.
pub(super) fn chain(error: &object_store::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let message = error.to_string();
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        source = error.source();
    }
    text
}

/// What is at the bottom of `error`.
pub(super) fn deepest(error: &object_store::Error) -> String {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

/// What a store itself says in an error: the message of its XML, or the end of the chain.
pub(super) fn said(text: &str) -> String {
    let message = text
        .split_once("<Message>")
        .and_then(|(_, rest)| rest.split_once("</Message>"));
    let said = match message {
        Some((message, _)) => message,
        None => text.rsplit(" - ").next().unwrap_or(text),
    };
    shorten(said.trim(), 300).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_store_says_is_shown_without_its_xml() {
        let text = "Error performing GET http://x in 1ms - Server returned non-2xx status code: 403 Forbidden: \
                    <Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>";
        assert_eq!(said(text), "Access Denied.");
        assert_eq!(
            said("Error performing PUT http://x in 1ms - HTTP error: io: reset"),
            "HTTP error: io: reset"
        );
    }
}
