//! What a model may write as arguments of a tool, checked to the last letter.

use rmcp::model::JsonObject;
use serde_json::Value;
use skillpress_search::{Filter, Mode, Options};
use thiserror::Error;

use crate::key::SkillKey;
use crate::terminal::printable;
use crate::text::unicode;

/// Longest query, in characters; the search reads no more.
pub(super) const QUERY_CHARS_MAX: usize = 1000;
/// Most results, and how many without `limit`.
pub(super) const LIMIT_MAX: usize = 50;
pub(super) const LIMIT_DEFAULT: usize = 10;
/// Longest value of a filter, in characters.
pub(super) const FILTER_CHARS_MAX: usize = 100;
/// The filters, each an argument of its own.
pub(super) const FILTERS: [&str; 4] = ["owner", "tag", "badge", "os"];

/// What `search_skills` is asked for.
#[derive(Debug)]
pub(super) struct SearchArguments {
    pub(super) query: String,
    pub(super) options: Options,
}

/// The arguments of `search_skills`.
///
/// # Errors
/// The first argument that is not as the tool's schema says.
pub(super) fn search(arguments: JsonObject) -> Result<SearchArguments, ArgumentError> {
    let mut arguments = Arguments(arguments);
    let query = arguments
        .text("query", QUERY_CHARS_MAX)?
        .unwrap_or_default();
    let limit = arguments.limit()?;
    let mode = arguments.mode()?;
    let is_translated = arguments.flag("translate", true)?;
    let mut filters = Vec::new();
    for kind in FILTERS {
        if let Some(value) = arguments.text(kind, FILTER_CHARS_MAX)? {
            let filter = Filter::new(kind, &unicode::nfc(&value));
            filters.push(filter.ok_or(ArgumentError::Empty { name: kind })?);
        }
    }
    arguments.end()?;
    if query.trim().is_empty() && filters.is_empty() {
        return Err(ArgumentError::NoQuery);
    }
    let options = Options {
        limit,
        mode,
        filters,
        is_translated,
        ..Options::default()
    };
    Ok(SearchArguments {
        query: unicode::nfc(&query).into_owned(),
        options,
    })
}

/// What `explain_search` is asked for.
#[derive(Debug)]
pub(super) struct ExplainArguments {
    pub(super) query: String,
    pub(super) key: SkillKey,
    pub(super) options: Options,
}

/// The arguments of `explain_search`.
///
/// # Errors
/// As [`search`].
pub(super) fn explain(arguments: JsonObject) -> Result<ExplainArguments, ArgumentError> {
    let mut arguments = Arguments(arguments);
    let query = arguments.text("query", QUERY_CHARS_MAX)?;
    let mode = arguments.mode()?;
    let key = arguments.key()?;
    arguments.end()?;
    let query = query.filter(|query| !query.trim().is_empty());
    let query = query.ok_or(ArgumentError::Empty { name: "query" })?;
    let options = Options {
        mode,
        ..Options::default()
    };
    Ok(ExplainArguments {
        query: unicode::nfc(&query).into_owned(),
        key,
        options,
    })
}

/// The skill that `get_skill` is asked for.
///
/// # Errors
/// As [`search`].
pub(super) fn skill(arguments: JsonObject) -> Result<SkillKey, ArgumentError> {
    let mut arguments = Arguments(arguments);
    let key = arguments.key()?;
    arguments.end()?;
    Ok(key)
}

/// Why arguments are refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum ArgumentError {
    #[error("`{name}` must be a string, not {got}")]
    NotText {
        name: &'static str,
        got: &'static str,
    },
    #[error("`{name}` must be true or false, not {got}")]
    NotFlag {
        name: &'static str,
        got: &'static str,
    },
    #[error("`{name}` is longer than {max_chars} characters")]
    TooLong {
        name: &'static str,
        max_chars: usize,
    },
    #[error("`{name}` has control characters")]
    Control { name: &'static str },
    #[error("`{name}` must not be empty")]
    Empty { name: &'static str },
    #[error("`limit` must be a whole number from 1 to {LIMIT_MAX}")]
    Limit,
    #[error("`mode` is `hybrid`, `lexical` or `vector`, not `{}`", shown(.got))]
    Mode { got: String },
    #[error("`query` must say what to search for, unless there is a filter")]
    NoQuery,
    #[error("`id` is missing; write `owner/slug`, as `search_skills` gives it")]
    NoId,
    #[error("`id` is `owner/slug`, as `search_skills` gives it; `{}` is not", shown(.got))]
    Id { got: String },
    #[error("there is no argument `{}`", shown(.name))]
    Unknown { name: String },
}

/// A stranger's text in a message: without control characters, and cut.
pub(super) fn shown(text: &str) -> String {
    let mut chars = printable(text).chars().collect::<Vec<char>>();
    if chars.len() > SHOWN_CHARS {
        chars.truncate(SHOWN_CHARS);
        chars.push('…');
    }
    chars.into_iter().collect()
}

const SHOWN_CHARS: usize = 60;
/// An owner, a slug, and some room for `@` and mistakes worth a better message.
const ID_CHARS_MAX: usize = 250;

/// What has not been read yet.
struct Arguments(JsonObject);

impl Arguments {
    /// Line breaks and tabs are spaces; other control characters are in no honest argument.
    fn text(
        &mut self,
        name: &'static str,
        max_chars: usize,
    ) -> Result<Option<String>, ArgumentError> {
        let text = match self.0.remove(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text,
            Some(other) => {
                let got = kind(&other);
                return Err(ArgumentError::NotText { name, got });
            }
        };
        if text.chars().nth(max_chars).is_some() {
            return Err(ArgumentError::TooLong { name, max_chars });
        }
        let text = text.replace(['\n', '\r', '\t'], " ");
        if text.chars().any(char::is_control) {
            return Err(ArgumentError::Control { name });
        }
        Ok(Some(text))
    }

    fn limit(&mut self) -> Result<usize, ArgumentError> {
        match self.0.remove("limit") {
            None | Some(Value::Null) => Ok(LIMIT_DEFAULT),
            Some(limit) => whole(&limit)
                .filter(|limit| (1..=LIMIT_MAX).contains(limit))
                .ok_or(ArgumentError::Limit),
        }
    }

    fn mode(&mut self) -> Result<Mode, ArgumentError> {
        let mode = self.text("mode", FILTER_CHARS_MAX)?;
        match mode.as_deref().unwrap_or("hybrid") {
            "hybrid" => Ok(Mode::Hybrid),
            "lexical" => Ok(Mode::Lexical),
            "vector" => Ok(Mode::Vector),
            other => Err(ArgumentError::Mode {
                got: other.to_owned(),
            }),
        }
    }

    fn flag(&mut self, name: &'static str, default: bool) -> Result<bool, ArgumentError> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(default),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(other) => {
                let got = kind(&other);
                Err(ArgumentError::NotFlag { name, got })
            }
        }
    }

    fn key(&mut self) -> Result<SkillKey, ArgumentError> {
        let id = self.text("id", ID_CHARS_MAX)?;
        let id = id.ok_or(ArgumentError::NoId)?;
        SkillKey::parse(&id).ok_or(ArgumentError::Id { got: id })
    }

    /// An argument that nobody reads would be a wish that is silently not granted.
    fn end(self) -> Result<(), ArgumentError> {
        let name = self.0.keys().next().cloned();
        name.map_or(Ok(()), |name| Err(ArgumentError::Unknown { name }))
    }
}

/// JSON knows one kind of number: `10.0` is `10`.
fn whole(value: &Value) -> Option<usize> {
    let float = value.as_f64()?;
    let is_whole = float.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&float);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    is_whole.then_some(float as usize)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use rmcp::model::object;
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_become_a_query_and_options() {
        let SearchArguments { query, options } = search(object(json!({
            "query": "merge\npdf", "limit": 5.0, "mode": "lexical", "owner": "@Ana", "tag": null,
            "translate": false,
        })))
        .unwrap();
        assert_eq!(query, "merge pdf");
        assert_eq!((options.limit, options.mode), (5, Mode::Lexical));
        assert!(!options.is_translated);
        assert_eq!(options.filters, [Filter::new("owner", "ana").unwrap()]);
    }

    #[test]
    fn a_filter_alone_is_a_search() {
        assert!(search(object(json!({ "badge": "official" }))).is_ok());
    }

    #[test]
    fn wrong_arguments_are_named() {
        for (arguments, message) in [
            (json!({}), "`query` must say"),
            (json!({ "query": " " }), "`query` must say"),
            (
                json!({ "query": 1 }),
                "`query` must be a string, not a number",
            ),
            (json!({ "query": ["a"] }), "not an array"),
            (
                json!({ "query": "a\u{0}b" }),
                "`query` has control characters",
            ),
            (
                json!({ "query": "a".repeat(1001) }),
                "longer than 1000 characters",
            ),
            (json!({ "query": "a", "limit": 0 }), "from 1 to 50"),
            (json!({ "query": "a", "limit": -1 }), "from 1 to 50"),
            (json!({ "query": "a", "limit": 51 }), "from 1 to 50"),
            (json!({ "query": "a", "limit": 1.5 }), "from 1 to 50"),
            (json!({ "query": "a", "limit": 1e300 }), "from 1 to 50"),
            (json!({ "query": "a", "limit": "5" }), "from 1 to 50"),
            (json!({ "query": "a", "mode": "magic" }), "not `magic`"),
            (
                json!({ "query": "a", "translate": "no" }),
                "`translate` must be true or false, not a string",
            ),
            (
                json!({ "query": "a", "tag": " " }),
                "`tag` must not be empty",
            ),
            (json!({ "query": "a", "os": {} }), "not an object"),
            (json!({ "query": "a", "x": 1 }), "no argument `x`"),
        ] {
            let error = search(object(arguments.clone())).unwrap_err().to_string();
            assert!(error.contains(message), "{arguments}: {error}");
        }
    }

    #[test]
    fn what_is_explained_is_a_query_and_a_skill() {
        let asked = explain(object(
            json!({ "query": "merge pdf", "id": "ana/pdf-tools" }),
        ));
        let asked = asked.unwrap();
        assert_eq!(
            (asked.query.as_str(), asked.key.to_string().as_str()),
            ("merge pdf", "ana/pdf-tools")
        );
        for (arguments, message) in [
            (json!({ "id": "a/b" }), "`query` must not be empty"),
            (json!({ "query": " ", "id": "a/b" }), "`query` must not"),
            (json!({ "query": "a" }), "`id` is missing"),
            (
                json!({ "query": "a", "id": "../x" }),
                "`id` is `owner/slug`",
            ),
            (
                json!({ "query": "a", "id": "a/b", "limit": 1 }),
                "no argument `limit`",
            ),
        ] {
            let error = explain(object(arguments.clone())).unwrap_err().to_string();
            assert!(error.contains(message), "{arguments}: {error}");
        }
    }

    #[test]
    fn an_id_is_two_safe_names() {
        let name = skill(object(json!({ "id": "@ana/pdf-tools" }))).unwrap();
        assert_eq!(name.to_string(), "ana/pdf-tools");
        for id in [
            json!(null),
            json!(1),
            json!("ana"),
            json!("../etc/passwd"),
            json!("a/b/c"),
            json!("a\u{1b}[2J/b"),
            json!("a/b\n"),
            json!("x".repeat(100_000)),
        ] {
            let error = skill(object(json!({ "id": id }))).unwrap_err().to_string();
            assert!(
                error.contains("`id`") && error.len() < 300 && !error.contains('\u{1b}'),
                "{error}"
            );
        }
    }
}
