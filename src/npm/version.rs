//! Versions as npm takes them.

use semver::{BuildMetadata, Version};

use crate::catalog::Timestamp;

/// The version that an author wrote, where it is one to npm; without build metadata, in which npm sees no difference.
pub(super) fn of(written: &str) -> Option<String> {
    /// npm computes in doubles.
    const NUMBER_MAX: u64 = (1 << 53) - 1;
    let mut version = Version::parse(written.trim()).ok()?;
    version.build = BuildMetadata::EMPTY;
    let numbers = [version.major, version.minor, version.patch];
    let fits = |number: &str| number.len() < 16 || !number.bytes().all(|b| b.is_ascii_digit());
    let is_npms =
        numbers.iter().all(|number| *number <= NUMBER_MAX) && version.pre.split('.').all(fits);
    is_npms.then(|| version.to_string())
}

/// A version for files that have none: another when they are others, and a later one when they are dated later, by which
/// a range such as npm writes it takes them. Letters come first, since a number must not begin with 0.
pub(super) fn of_bytes(dated: Option<Timestamp>, sha256: &str) -> String {
    let seconds = dated.map_or(0, |dated| dated.ms() / 1000);
    format!("0.0.0-{seconds}.sha{}", &sha256[..12])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_npms_or_made_of_date_and_bytes() {
        for (written, version) in [
            ("1.2.3", Some("1.2.3")),
            ("1.2.3-rc.1+build.5", Some("1.2.3-rc.1")),
            (" 1.0.0 ", Some("1.0.0")),
            ("v1.2.3", None),
            ("1.2", None),
            ("01.2.3", None),
            ("9007199254740992.0.0", None),
            ("1.0.0-9007199254740992", None),
            ("../1.0.0", None),
        ] {
            assert_eq!(of(written).as_deref(), version, "{written}");
        }
        let sha256 = "0123456789abcdef";
        let dated = of_bytes(Timestamp::parse("2026-01-31"), sha256);
        assert_eq!(dated, "0.0.0-1769817600.sha0123456789ab");
        assert_eq!(of_bytes(None, sha256), "0.0.0-0.sha0123456789ab");
        let parse = |version: &str| Version::parse(version).unwrap();
        let later = of_bytes(Timestamp::parse("2026-02-01"), sha256);
        assert!(parse(&later) > parse(&dated));
    }
}
