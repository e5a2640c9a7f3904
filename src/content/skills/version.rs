//! The order of versions, where dates do not decide.

use semver::{BuildMetadata, Prerelease};

use crate::catalog::{Skill, SkillFile, Version};
use crate::content::folder::LoadOptions;
use crate::problem::Problem;
use crate::text::{self, unicode};

/// Sorts `versions` newest first: by date, and by version number where dates are equal.
///
/// A version without a date comes before the first one with a lower number. Numbers are compared as Semantic Versioning
/// 2.0 (section 11) has it, also `v1.2` and `2026.01.05`; what is no such number is lower, in natural order.
pub(super) fn sort_newest_first(versions: &mut Vec<Version>) {
    let mut keyed: Vec<(Key, Version)> = std::mem::take(versions)
        .into_iter()
        .map(|version| (key(&version.version), version))
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

/// Two versions of a skill whose files would have one place where the case of letters does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CaseClash {
    pub(super) left_out: String,
    pub(super) kept: String,
}

impl CaseClash {
    /// The warning about it, of `skill`.
    pub(super) fn warning(&self, skill: &Skill) -> Problem {
        let Self { left_out, kept } = self;
        let message = format!(
            "the versions `{left_out}` and `{kept}` differ only in the case of letters, which many hosts do not tell \
             apart; `{left_out}` is left out"
        );
        Problem::warning(skill.folder.clone(), "versions of one name", message)
            .hint("name versions and tags so that they differ in more than capitals")
    }
}

/// Gives `skill` the old versions that are kept of it, and the name of the `current` one unless it has one; what `_meta.json`
/// says of one of them stays. Of two whose names differ in the case of letters alone the newer one stays.
pub(super) fn add_kept(
    skill: &mut Skill,
    current: Option<&str>,
    kept: &[Version],
) -> Vec<CaseClash> {
    let updated_at = skill.updated_at;
    let current = current.map(|version| Version {
        version: version.to_owned(),
        published_at: updated_at,
        ..Version::default()
    });
    skill.version = skill.version.take().or(current);
    // Of two that are kept under one name the newest counts, all of it.
    let n_told = skill.history.len();
    let mut clashes = Vec::new();
    for kept in kept {
        let known = skill.version.iter().chain(&skill.history);
        let mut names = known.map(|known| &known.version);
        let is_other_case = |name: &&String| {
            **name != kept.version && name.to_lowercase() == kept.version.to_lowercase()
        };
        if let Some(name) = names.find(is_other_case) {
            clashes.push(CaseClash {
                left_out: kept.version.clone(),
                kept: name.clone(),
            });
            continue;
        }
        let is_current = |current: &Version| current.version == kept.version;
        if skill.version.as_ref().is_some_and(is_current) {
            continue;
        }
        let mut kept = kept.clone();
        kept.files = publishable(kept.files);
        let mut history = skill.history.iter_mut().enumerate();
        match history.find(|(_, known)| known.version == kept.version) {
            Some((known_idx, known)) => {
                if known_idx >= n_told || !known.files.is_empty() {
                    continue;
                }
                kept.published_at = known.published_at.or(kept.published_at);
                kept.commit_url = known.commit_url.take().or(kept.commit_url);
                *known = kept;
            }
            None => skill.history.push(kept),
        }
    }
    sort_newest_first(&mut skill.history);
    clashes
}

/// The files of an old version that can be published, as those of a current one are chosen. Nobody can mend an old version, so
/// what is left out is not told.
fn publishable(mut files: Vec<SkillFile>) -> Vec<SkillFile> {
    for file in &mut files {
        file.path = unicode::nfc(&file.path).into_owned();
    }
    files.retain(|file| text::path_fault(&file.path).is_none() && file.path != "_meta.json");
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|twin, first| twin.path == first.path);
    files.truncate(LoadOptions::default().max_files);
    files
}

/// What a version is compared by: its number, else piece by piece.
type Key = (Option<semver::Version>, Vec<Piece>);

/// Letters, or digits by their value: the length without leading zeros counts first, and is 0 for letters.
type Piece = (usize, String);

fn key(text: &str) -> Key {
    match number(text) {
        Some(number) => (Some(number), Vec::new()),
        None => (None, pieces(text)),
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
    let chars: Vec<char> = text.chars().collect();
    let runs = chars.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
    runs.map(|run| match run[0].is_ascii_digit() {
        true => {
            let digits = String::from_iter(run);
            let digits = digits.trim_start_matches('0');
            (1 + digits.len(), digits.to_owned())
        }
        false => (0, String::from_iter(run)),
    })
    .collect()
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
                    ..Version::default()
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
