//! The query of a request, checked value by value.

use std::borrow::Cow;

use url::form_urlencoded;

use super::response::Response;

/// Parameters of a request. A name that comes twice counts as it came first; unknown names do not matter.
pub(super) struct Query<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Query<'a> {
    /// Reads `application/x-www-form-urlencoded` as browsers do: bytes that are not UTF-8 become U+FFFD.
    pub(super) fn parse(query: &'a str) -> Self {
        Self {
            pairs: form_urlencoded::parse(query.as_bytes()).collect(),
        }
    }

    /// The value as it is; it may be empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_ref())
    }

    /// The value, where it must not be missing or empty.
    pub(super) fn required(&self, name: &str) -> Result<&str, Response> {
        self.get(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Response::bad_request(format!("`{name}` is missing; add `{name}=…`")))
    }

    /// The value, where an empty one would mean nothing.
    pub(super) fn not_empty(&self, name: &str) -> Result<Option<&str>, Response> {
        match self.get(name) {
            Some("") => Err(Response::bad_request(format!(
                "`{name}` is empty; give it a value or leave it out"
            ))),
            value => Ok(value),
        }
    }

    /// A number of at least 1; more than `max` means `max`.
    pub(super) fn limit(&self, default: usize, max: usize) -> Result<usize, Response> {
        let Some(text) = self.get("limit") else {
            return Ok(default);
        };
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // Digits that do not fit a number are more than the most.
        match text.parse().unwrap_or(usize::MAX) {
            limit @ 1.. if is_number => Ok(limit.min(max)),
            _ => Err(Response::bad_request(format!(
                "`limit` is a whole number from 1 to {max}"
            ))),
        }
    }

    /// `true`, `1`, `false` or `0`; false when missing.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Response> {
        match self.get(name) {
            Some("true" | "1") => Ok(true),
            None | Some("false" | "0") => Ok(false),
            Some(_) => Err(Response::bad_request(format!(
                "`{name}` is `true` or `false`"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded() {
        let query = Query::parse("q=read+a%20pdf&q=b&empty=&flag&odd=%ff");
        assert_eq!(query.get("q"), Some("read a pdf"));
        assert_eq!(query.get("empty"), Some(""));
        assert_eq!(query.get("flag"), Some(""));
        assert_eq!(query.get("other"), None);
        assert_eq!(query.get("odd"), Some("\u{fffd}"));
    }

    #[test]
    fn a_limit_is_bounded_and_a_wrong_one_is_refused() {
        let limit = |query: &str| {
            Query::parse(query)
                .limit(25, 200)
                .map_err(|response| response.status)
        };
        assert_eq!(limit(""), Ok(25));
        assert_eq!(limit("limit=1"), Ok(1));
        assert_eq!(limit("limit=99999999999999999999999"), Ok(200));
        for wrong in ["limit=0", "limit=", "limit=-1", "limit=1.5", "limit=%2B3"] {
            assert_eq!(limit(wrong), Err(400), "{wrong}");
        }
    }
}
