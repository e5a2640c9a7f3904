//! A list of sums as text: `<64 hexadecimal digits>  <path>`, a file a line, sorted by path byte by byte.

use std::fmt::Write;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::sink::check_path;
use crate::text::hex;

/// A SHA-256.
pub type Digest = [u8; 32];

/// The SHA-256 of `bytes`.
pub fn digest(bytes: impl AsRef<[u8]>) -> Digest {
    Sha256::digest(bytes).into()
}

/// A file and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The SHA-256 of the file.
    pub sha256: Digest,
    /// Relative to the site's root, `/`-separated, not percent-encoded.
    pub path: String,
}

/// The list of `sums`, which are sorted by path and have paths that [`parse`] takes.
pub fn text(sums: &[Sum]) -> String {
    let len_bytes = sums.iter().map(|sum| 64 + 2 + sum.path.len() + 1).sum();
    let mut text = String::with_capacity(len_bytes);
    for Sum { sha256, path } in sums {
        let _ = writeln!(text, "{}  {path}", hex(sha256));
    }
    text
}

/// The sums of a list, which a stranger may have written.
///
/// # Errors
/// The first line that is none of ours.
pub fn parse(list: &[u8]) -> Result<Vec<Sum>, ListError> {
    let mut sums: Vec<Sum> = Vec::new();
    for (line_idx, line) in list.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let fault = |fault| ListError {
            line: line_idx + 1,
            fault,
        };
        let sum = parse_line(line).map_err(fault)?;
        if sums.last().is_some_and(|last| last.path >= sum.path) {
            return Err(fault(LineFault::Unsorted { path: sum.path }));
        }
        sums.push(sum);
    }
    Ok(sums)
}

/// A line that a list of ours does not have.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {fault}")]
pub struct ListError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub fault: LineFault,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LineFault {
    /// It is not a sum, two spaces and a path, and the end of a line.
    #[error("this is not the SHA-256 of a file and its path")]
    NoSum,
    /// Its path leads out of the site, or would not be one path everywhere.
    #[error("`{path}` is no path of a site")]
    Path {
        /// As it is written.
        path: String,
    },
    /// Its path does not follow the one before.
    #[error("`{path}` stands after a path that it comes before, or stands twice")]
    Unsorted {
        /// As it is written.
        path: String,
    },
}

fn parse_line(line: &[u8]) -> Result<Sum, LineFault> {
    let text = line.strip_suffix(b"\n").map(std::str::from_utf8);
    let Some(Ok(text)) = text else {
        return Err(LineFault::NoSum);
    };
    let (digits, path) = text.split_once("  ").ok_or(LineFault::NoSum)?;
    let sha256 = parse_digest(digits).ok_or(LineFault::NoSum)?;
    let path = path.to_owned();
    if is_path_of_a_list(&path) {
        Ok(Sum { sha256, path })
    } else {
        Err(LineFault::Path { path })
    }
}

/// Whether a list can have a line for `path`: below the site's root, and without characters that end a line or that
/// `sha256sum` writes otherwise.
pub(super) fn is_path_of_a_list(path: &str) -> bool {
    check_path(path).is_ok() && !path.contains(char::is_control)
}

/// The SHA-256 that `digits`, 64 lower-case hexadecimal ones, say.
fn parse_digest(digits: &str) -> Option<Digest> {
    let mut sha256 = Digest::default();
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() != 64 || !digits.bytes().all(is_digit) {
        return None;
    }
    for (byte_idx, byte) in sha256.iter_mut().enumerate() {
        let pair = digits.get(2 * byte_idx..2 * byte_idx + 2)?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(sha256)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(byte: u8, path: &str) -> Sum {
        Sum {
            sha256: [byte; 32],
            path: path.to_owned(),
        }
    }

    #[test]
    fn a_list_is_read_as_it_was_written() {
        let sums = [sum(0x0a, ".nojekyll"), sum(0xff, "a b/ü.txt"), sum(1, "b")];
        let list = text(&sums);
        let first = format!("{}  .nojekyll\n", "0a".repeat(32));
        assert!(list.starts_with(&first), "{list}");
        assert_eq!(parse(list.as_bytes()).unwrap(), sums);
        assert_eq!(parse(b"").unwrap(), []);
    }

    #[test]
    fn a_line_of_another_kind_is_told_with_its_number() {
        let digits = "0a".repeat(32);
        let told = |line: &str| {
            let list = format!("{digits}  a\n{line}");
            parse(list.as_bytes()).unwrap_err().to_string()
        };
        for line in [
            "x",
            "\n",
            &format!("{digits}  b"),
            &format!("{digits} b\n"),
            &format!("{digits} *b\n"),
            &format!("{}  b\n", digits.to_uppercase()),
            &format!("{}  b\n", &digits[2..]),
        ] {
            assert_eq!(
                told(line),
                "line 2: this is not the SHA-256 of a file and its path",
                "{line:?}"
            );
        }
        for path in ["../b", "/b", "b/", "b//c", "b\\c", "", "b/./c", "b\rc"] {
            let expected = format!("line 2: `{path}` is no path of a site");
            assert_eq!(told(&format!("{digits}  {path}\n")), expected);
        }
        for path in ["a", "A"] {
            let line = format!("{digits}  {path}\n");
            assert!(told(&line).contains("stands twice"), "{path}");
        }
        assert!(parse(b"\xff\n").is_err());
    }
}
