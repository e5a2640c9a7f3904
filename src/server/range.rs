//! Byte ranges of a request (RFC 9110, section 14).

use std::ops::Range;

use axum::http::{HeaderMap, header};

/// What part of a file a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RequestedPart {
    /// All of it: no range, a malformed one, several, or one for another version of the file.
    Whole,
    /// These bytes, all of them in the file.
    Part(Range<u64>),
    /// Bytes past its end.
    Unsatisfiable,
}

/// Reads `Range` and `If-Range` for a file of `len_bytes` with the strong entity tag `etag`.
pub(super) fn requested_part(headers: &HeaderMap, etag: &str, len_bytes: u64) -> RequestedPart {
    let mut ranges = headers.get_all(header::RANGE).iter();
    let (Some(range), None) = (ranges.next(), ranges.next()) else {
        return RequestedPart::Whole;
    };
    // No dates are sent, so a date never matches; neither does a weak tag.
    if let Some(condition) = headers.get(header::IF_RANGE)
        && condition.as_bytes() != etag.as_bytes()
    {
        return RequestedPart::Whole;
    }
    range
        .to_str()
        .ok()
        .and_then(|range| parse(range, len_bytes))
        .unwrap_or(RequestedPart::Whole)
}

/// `None` when malformed, in another unit, or a list.
fn parse(range: &str, len_bytes: u64) -> Option<RequestedPart> {
    let (unit, spec) = range.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = spec.trim().split_once('-')?;
    let part = match (first, last) {
        ("", suffix) => {
            let n_bytes = parse_position(suffix)?.min(len_bytes);
            len_bytes - n_bytes..len_bytes
        }
        (first, "") => parse_position(first)?..len_bytes,
        (first, last) => {
            let (first, last) = (parse_position(first)?, parse_position(last)?);
            if first > last {
                return None;
            }
            first..last.saturating_add(1).min(len_bytes)
        }
    };
    Some(if part.is_empty() {
        RequestedPart::Unsatisfiable
    } else {
        RequestedPart::Part(part)
    })
}

/// Digits only; a number too large for 64 bits lies past the end of any file.
fn parse_position(digits: &str) -> Option<u64> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::RequestedPart::{Part, Unsatisfiable};
    use super::*;

    #[test]
    fn one_range_gives_its_bytes() {
        for (range, expected) in [
            ("bytes=0-0", 0..1),
            ("bytes=2-5", 2..6),
            ("bytes=7-", 7..10),
            ("bytes=-3", 7..10),
            ("bytes=-99", 0..10),
            ("bytes=4-99", 4..10),
            ("bytes=0-18446744073709551615", 0..10),
            ("bytes=0-99999999999999999999999", 0..10),
            ("Bytes= 1-2 ", 1..3),
        ] {
            assert_eq!(parse(range, 10), Some(Part(expected)), "{range}");
        }
    }

    #[test]
    fn a_range_past_the_end_is_unsatisfiable() {
        for range in [
            "bytes=10-",
            "bytes=10-12",
            "bytes=-0",
            "bytes=99999999999999999999999-",
        ] {
            assert_eq!(parse(range, 10), Some(Unsatisfiable), "{range}");
        }
        for range in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
            assert_eq!(parse(range, 0), Some(Unsatisfiable), "{range} of nothing");
        }
    }

    #[test]
    fn a_malformed_range_or_a_list_is_no_range() {
        for range in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=5-2",
            "bytes=+1-2",
            "bytes=1--2",
            "bytes=0-1,3-4",
            "bytes=0-1,",
            "items=0-1",
            "bytes=0x1-2",
            "bytes=1 - 2",
            "bytes=-1-2",
        ] {
            assert_eq!(parse(range, 10), None, "{range}");
        }
    }
}
