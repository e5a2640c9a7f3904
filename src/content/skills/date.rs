//! Dates as authors and programs write them, where each can mean one moment only.

use serde_json::Value;

use crate::catalog::Timestamp;
use crate::text;

/// The moment that `value` means: a date as text (see [`Timestamp::parse`]), or the seconds or milliseconds since 1970,
/// as a number or as text; `None` when it may mean several or none.
pub(super) fn timestamp(value: &Value) -> Option<Timestamp> {
    match value {
        // A day without separators, such as 20260131, is a number too.
        Value::Number(number) => {
            Timestamp::parse(&number.to_string()).or_else(|| since_1970(number.as_f64()?))
        }
        Value::String(text) => {
            Timestamp::parse(text).or_else(|| since_1970(text.trim().parse().ok()?))
        }
        _ => None,
    }
}

/// The group of warnings about dates.
pub(super) const NOT_READ: &str = "date not read";

/// What to do about a date that is not read.
pub(super) const HINT: &str = "write a day such as `2026-01-31`";

/// Says that `value`, the value of `key`, is not read.
pub(super) fn not_read(key: &str, value: &Value) -> String {
    let written = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let shown = text::clean_line(&written, 40);
    format!("`{key}` is `{shown}`, which is no date, or could be several")
}

/// Seconds or milliseconds, whichever lies in the years 2001 to 2100: no skill is older, and each number lies there in
/// one of the two units only.
fn since_1970(number: f64) -> Option<Timestamp> {
    const MS_2001: f64 = 978_307_200_000.0;
    const MS_2101: f64 = 4_133_980_800_000.0;
    [number, number * 1000.0]
        .into_iter()
        .find(|ms| (MS_2001..MS_2101).contains(ms))
        // In that range every whole number is exact.
        .and_then(|ms| Timestamp::from_ms(ms as i64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_seconds_or_milliseconds() {
        let expected = Timestamp::parse("2026-01-31");
        for value in [
            json!(1_769_817_600_000_u64),
            json!(1_769_817_600_000.0),
            json!(1_769_817_600),
            json!("1769817600000"),
            json!("1769817600"),
            json!(20_260_131),
            json!("2026-01-31"),
        ] {
            assert_eq!(timestamp(&value), expected, "{value}");
        }
        for value in [
            json!(0),
            json!(-1),
            json!(2026),
            json!(1_769_817_600_000_000_u64),
            json!(true),
            json!("soon"),
            json!("NaN"),
            json!(["2026-01-31"]),
        ] {
            assert_eq!(timestamp(&value), None, "{value}");
        }
    }
}
