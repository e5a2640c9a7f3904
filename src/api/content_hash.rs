//! Hashes of a whole skill, as the `clawhub` client computes them over what it installed.

use std::cmp::Ordering;

use sha2::{Digest, Sha256};

use crate::catalog::SkillFile;
use crate::text::hex;

/// The hash that the client sends to ask which version it has: SHA-256 over the lines `path:sha256`, in the order of
/// JavaScript's `localeCompare`, without files that have a segment starting with a dot.
///
/// The order is exact for paths of printable ASCII. For others it may differ, and then the client finds no match and
/// goes by the hash that it kept when it installed.
pub(super) fn content_hash(files: &[SkillFile]) -> String {
    digest_lines(sorted(files).iter().map(|file| {
        let path = &file.path;
        format!("{path}:{}", file.sha256)
    }))
}

/// The hash that a GitHub install carries: SHA-256 over the lines `path\0size\0sha256`, in the same order.
pub(super) fn folder_hash(files: &[SkillFile]) -> String {
    digest_lines(sorted(files).iter().map(|file| {
        let path = &file.path;
        format!("{path}\0{}\0{}", file.len_bytes, file.sha256)
    }))
}

fn sorted(files: &[SkillFile]) -> Vec<&SkillFile> {
    let mut sorted: Vec<&SkillFile> = files
        .iter()
        .filter(|file| !file.path.split('/').any(|segment| segment.starts_with('.')))
        .collect();
    sorted.sort_by(|a, b| locale_compare(&a.path, &b.path));
    sorted
}

fn digest_lines(lines: impl Iterator<Item = String>) -> String {
    let mut hasher = Sha256::new();
    for (line_idx, line) in lines.enumerate() {
        if line_idx > 0 {
            hasher.update(b"\n");
        }
        hasher.update(line.as_bytes());
    }
    hex(&hasher.finalize())
}

/// The root collation of CLDR for printable ASCII: letters by the alphabet, their case only when all else is equal,
/// and then lower case first. Other characters follow by code point.
fn locale_compare(a: &str, b: &str) -> Ordering {
    let letters = |text: &str| -> Vec<u32> {
        text.chars()
            .map(|c| weight(c.to_ascii_lowercase()))
            .collect()
    };
    let cases =
        |text: &str| -> Vec<bool> { text.chars().map(|c| c.is_ascii_uppercase()).collect() };
    letters(a)
        .cmp(&letters(b))
        .then_with(|| cases(a).cmp(&cases(b)))
        .then_with(|| a.cmp(b))
}

fn weight(c: char) -> u32 {
    const ORDER: &str = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz";
    match ORDER.find(c) {
        Some(at) => u32::try_from(at).unwrap_or(u32::MAX),
        None => 0x100 + u32::from(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_in_the_order_of_locale_compare() {
        let mut paths = [
            "a-b", "ab", "a_b", "a.b", "a b", "A", "a", "a/b", "aB", "Ab", "AB", "a1", "a10", "a2",
        ];
        paths.sort_by(|a, b| locale_compare(a, b));
        // What Node prints for the same list.
        assert_eq!(
            paths,
            [
                "a", "A", "a b", "a_b", "a-b", "a.b", "a/b", "a1", "a10", "a2", "ab", "aB", "Ab",
                "AB"
            ]
        );
    }

    #[test]
    fn dot_files_do_not_count() {
        let file = |path: &str| {
            let mut file = SkillFile::in_memory(path, b"x");
            file.sha256 = "00".to_owned();
            file
        };
        let with = content_hash(&[file(".clawhub/origin.json"), file("SKILL.md")]);
        assert_eq!(with, content_hash(&[file("SKILL.md")]));
        assert_eq!(with, hex(&Sha256::digest(b"SKILL.md:00")));
    }
}
