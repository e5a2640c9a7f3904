//! The order of versions, where dates do not decide.

use semver::{BuildMetadata, Prerelease};

use crate::catalog::Version;

/// Sorts `versions` newest first: by date, and by version number where dates are equal.
///
/// A version without a date comes before the first one with a lower number. Numbers are compared as Semantic Versioning
/// 2.0 (section 11) has it, also `v1.2` and `2026.01.05`; what is no such number is lower, in natural order.
pub(super) fn sort_newest_first(versions: &mut Vec<Version>) {
    let mut keyed: Vec<(Key, Version)> = std::mem::take(versions)
        .into_iter()
        .map(|version| (Key::of(&version.version), version))
        .collect();
    keyed.sort_by(|(a_key, a), (b_key, b)| {
        (b.published_at, b_key, &b.version).cmp(&(a.published_at, a_key, &a.version))
    });
    let n_dated = keyed.partition_point(|(_, version)| version.published_at.is_some());
    let undated = keyed.split_off(n_dated);
    for (key, version) in undated {
        let lower_idx = keyed.iter().position(|(other, _)| *other < key);
        keyed.insert(lower_idx.unwrap_or(keyed.len()), (key, version));
    }
    versions.extend(keyed.into_iter().map(|(_, version)| version));
}

/// What a version is compared by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// Compared piece by piece, numbers by their value.
    Natural(Vec<Piece>),
    Number(semver::Version),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    Text(String),
    /// Its length without leading zeros, then its digits: numbers of any length by value.
    Digits(usize, String),
}

impl Key {
    fn of(text: &str) -> Self {
        number(text).map_or_else(|| Self::Natural(pieces(text)), Self::Number)
    }
}

/// A version of one to three numbers, read as Semantic Versioning would if all three stood there, without `v` and leading
/// zeros.
fn number(text: &str) -> Option<semver::Version> {
    let text = text.trim_start_matches(['v', 'V']);
    let (text, build) = text.split_once('+').unwrap_or((text, ""));
    let (core, pre) = text.split_once('-').unwrap_or((text, ""));
    let mut numbers = [0_u64; 3];
    for (number_idx, part) in core.split('.').enumerate() {
        if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        *numbers.get_mut(number_idx)? = part.parse().unwrap_or(u64::MAX);
    }
    let [major, minor, patch] = numbers;
    Some(semver::Version {
        major,
        minor,
        patch,
        pre: Prerelease::new(pre).ok()?,
        build: BuildMetadata::new(build).ok()?,
    })
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for c in text.chars() {
        match (c.is_ascii_digit(), pieces.last_mut()) {
            (true, Some(Piece::Digits(len, digits))) => {
                if *len == 1 && digits == "0" {
                    digits.clear();
                }
                digits.push(c);
                *len = digits.len();
            }
            (false, Some(Piece::Text(text))) => text.push(c),
            (true, _) => pieces.push(Piece::Digits(1, c.to_string())),
            (false, _) => pieces.push(Piece::Text(c.to_string())),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalog::Timestamp;

    /// `versions` are `number` or `number@day`.
    fn sorted(versions: &[&str]) -> Vec<String> {
        let mut list = versions
            .iter()
            .map(|text| {
                let (version, date) = text.split_once('@').unwrap_or((text, ""));
                Version {
                    version: version.to_owned(),
                    published_at: Timestamp::parse(date),
                    commit_url: None,
                }
            })
            .collect();
        sort_newest_first(&mut list);
        list.into_iter().map(|version| version.version).collect()
    }

    #[test]
    fn without_dates_the_higher_number_is_newer() {
        assert_eq!(
            sorted(&[
                "1.9",
                "v1.10.0",
                "1.10.0-rc.2",
                "1.10.0-rc.10",
                "1.10.0-alpha",
                "2"
            ]),
            [
                "2",
                "v1.10.0",
                "1.10.0-rc.10",
                "1.10.0-rc.2",
                "1.10.0-alpha",
                "1.9"
            ]
        );
        assert_eq!(
            sorted(&["2026.01.05", "2026.10.15", "2026.9.1"]),
            ["2026.10.15", "2026.9.1", "2026.01.05"]
        );
        assert_eq!(
            sorted(&["build 9", "build 10", "first", "build 0010b", "0.1"]),
            ["0.1", "first", "build 0010b", "build 10", "build 9"]
        );
        let long = "9".repeat(40);
        assert_eq!(sorted(&["10", &long]), [&long, "10"]);
    }

    #[test]
    fn the_date_decides_first() {
        assert_eq!(
            sorted(&[
                "1.0.1@2026-02-01",
                "2.0.0@2026-01-01",
                "1.9.0@2026-01-01",
                "1.10.0@2026-01-01"
            ]),
            ["1.0.1", "2.0.0", "1.10.0", "1.9.0"]
        );
        assert_eq!(
            sorted(&[
                "1.0.0@2026-01-01",
                "1.5.0",
                "2.0.0@2026-02-01",
                "0.1.0",
                "3.0.0"
            ]),
            ["3.0.0", "2.0.0", "1.5.0", "1.0.0", "0.1.0"]
        );
    }

    proptest! {
        #[test]
        fn the_order_does_not_depend_on_the_order_of_the_file(
            mut versions in proptest::collection::vec("[v0-2.a+-]{1,6}(@2026-01-0[12])?", 0..8)
        ) {
            let once = sorted(&versions.iter().map(String::as_str).collect::<Vec<_>>());
            versions.reverse();
            prop_assert_eq!(once, sorted(&versions.iter().map(String::as_str).collect::<Vec<_>>()));
        }
    }
}
