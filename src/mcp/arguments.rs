//! What a model may write as arguments of a tool, checked to the last letter.

use rmcp::model::JsonObject;
use serde_json::Value;
use skillpress_search::{Filter, Mode, Options};

use crate::key::SkillKey;
use crate::terminal::printable;
use crate::text::unicode;

/// Longest query, in characters; the search reads no more.
pub(super) const QUERY_CHARS_MAX: usize = 1000;
/// Most results, and how many without `limit`.
pub(super) const LIMIT_MAX: u64 = 50;
pub(super) const LIMIT_DEFAULT: u64 = 10;
/// Longest value of a filter, in characters.
pub(super) const FILTER_CHARS_MAX: usize = 100;
/// The filters, each an argument of its own.
pub(super) const FILTERS: [&str; 4] = ["owner", "tag", "badge", "os"];

/// The query and the options of `search_skills`.
///
/// # Errors
/// One sentence about the first argument that is not as the tool's schema says.
pub(super) fn search(arguments: JsonObject) -> Result<(String, Options), String> {
    let mut arguments = Arguments(arguments);
    let query = arguments
        .text("query", QUERY_CHARS_MAX)?
        .unwrap_or_default();
    let limit = arguments.limit()?;
    let mode = arguments.mode()?;
    let mut filters = Vec::new();
    for kind in FILTERS {
        if let Some(value) = arguments.text(kind, FILTER_CHARS_MAX)? {
            let filter = Filter::new(kind, &unicode::nfc(&value));
            filters.push(filter.ok_or_else(|| format!("`{kind}` must not be empty"))?);
        }
    }
    arguments.end()?;
    if query.trim().is_empty() && filters.is_empty() {
        return Err("`query` must say what to search for, unless there is a filter".to_owned());
    }
    let options = Options {
        limit,
        mode,
        filters,
        ..Options::default()
    };
    Ok((unicode::nfc(&query).into_owned(), options))
}

/// The skill that `get_skill` is asked for.
///
/// # Errors
/// As [`search`].
pub(super) fn skill(arguments: JsonObject) -> Result<SkillKey, String> {
    let mut arguments = Arguments(arguments);
    let id = arguments.text("id", ID_CHARS_MAX)?;
    arguments.end()?;
    let id = id.ok_or("`id` is missing; write `owner/slug`, as `search_skills` gives it")?;
    SkillKey::parse(&id).ok_or_else(|| {
        format!(
            "`id` is `owner/slug`, as `search_skills` gives it; `{}` is not",
            shown(&id)
        )
    })
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
    fn text(&mut self, name: &str, max_chars: usize) -> Result<Option<String>, String> {
        let text = match self.0.remove(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text,
            Some(other) => {
                return Err(format!("`{name}` must be a string, not {}", kind(&other)));
            }
        };
        if text.chars().nth(max_chars).is_some() {
            return Err(format!("`{name}` is longer than {max_chars} characters"));
        }
        let text = text.replace(['\n', '\r', '\t'], " ");
        if text.chars().any(char::is_control) {
            return Err(format!("`{name}` has control characters"));
        }
        Ok(Some(text))
    }

    fn limit(&mut self) -> Result<usize, String> {
        let wrong = || format!("`limit` must be a whole number from 1 to {LIMIT_MAX}");
        let limit = match self.0.remove("limit") {
            None | Some(Value::Null) => LIMIT_DEFAULT,
            Some(limit) => whole(&limit)
                .filter(|limit| (1..=LIMIT_MAX).contains(limit))
                .ok_or_else(wrong)?,
        };
        usize::try_from(limit).map_err(|_| wrong())
    }

    fn mode(&mut self) -> Result<Mode, String> {
        match self.text("mode", FILTER_CHARS_MAX)?.as_deref() {
            None | Some("hybrid") => Ok(Mode::Hybrid),
            Some("lexical") => Ok(Mode::Lexical),
            Some("vector") => Ok(Mode::Vector),
            Some(other) => Err(format!(
                "`mode` is `hybrid`, `lexical` or `vector`, not `{}`",
                shown(other)
            )),
        }
    }

    /// An argument that nobody reads would be a wish that is silently not granted.
    fn end(self) -> Result<(), String> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => Err(format!("there is no argument `{}`", shown(name))),
        }
    }
}

/// JSON knows one kind of number: `10.0` is `10`.
fn whole(value: &Value) -> Option<u64> {
    let float = value.as_f64()?;
    let is_whole = float.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&float);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    is_whole.then_some(float as u64)
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
        let (query, options) = search(object(json!({
            "query": "merge\npdf", "limit": 5.0, "mode": "lexical", "owner": "@Ana", "tag": null,
        })))
        .unwrap();
        assert_eq!(query, "merge pdf");
        assert_eq!((options.limit, options.mode), (5, Mode::Lexical));
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
                json!({ "query": "a", "tag": " " }),
                "`tag` must not be empty",
            ),
            (json!({ "query": "a", "os": {} }), "not an object"),
            (json!({ "query": "a", "x": 1 }), "no argument `x`"),
        ] {
            let error = search(object(arguments.clone())).unwrap_err();
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
            let error = skill(object(json!({ "id": id }))).unwrap_err();
            assert!(
                error.contains("`id`") && error.len() < 300 && !error.contains('\u{1b}'),
                "{error}"
            );
        }
    }
}
