//! Whether the paths of a site can stand beside each other in a folder, on every file system.

use std::collections::HashMap;

use thiserror::Error;

use crate::sums::Sum;
use crate::text::unicode;
use crate::url;

/// Paths of a site that are not what they seem.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PathsError {
    /// The two would be one file on some file systems, or one would be a folder where the other is a file.
    #[error("`{a}` and `{b}` would be in each other's place on some file systems")]
    Together { a: String, b: String },
    /// The path belongs to the lists themselves, or to whoever copies the site.
    #[error("`{path}` cannot be a file that sums are of")]
    Taken { path: String },
    /// The path is in a folder that git obeys, on this system or another: what stands there runs at whoever uses git.
    #[error("`{path}` is a file that git obeys, and no site has one")]
    Git { path: String },
    /// The path is longer than systems take.
    #[error("a path of the site has {len_bytes} bytes")]
    Long { len_bytes: usize },
}

/// Longest path: an owner, a slug and the longest path of a file inside a skill have less.
const PATH_MAX_BYTES: usize = 1_000;

/// Checks the paths of `files`, which are sorted by them.
///
/// # Errors
/// The first path that is wrong.
pub(super) fn check(files: &[Sum]) -> Result<(), PathsError> {
    let mut by_folded: HashMap<String, &str> = HashMap::with_capacity(files.len());
    for Sum { path, .. } in files {
        if path.len() > PATH_MAX_BYTES {
            let len_bytes = path.len();
            return Err(PathsError::Long { len_bytes });
        }
        let folded = folded(path);
        if is_taken(&folded) {
            let path = path.clone();
            return Err(PathsError::Taken { path });
        }
        if folded.split('/').any(is_git) {
            let path = path.clone();
            return Err(PathsError::Git { path });
        }
        if let Some(other) = by_folded.insert(folded, path) {
            return Err(together(other, path));
        }
    }
    for (folded, path) in &by_folded {
        let folders = folded.match_indices('/').map(|(slash, _)| &folded[..slash]);
        if let Some(file) = folders.filter_map(|folder| by_folded.get(folder)).next() {
            return Err(together(file, path));
        }
    }
    Ok(())
}

/// `path` as file systems compare names that do not tell letter cases apart, or ways to write one letter.
pub fn folded(path: &str) -> String {
    match path.is_ascii() {
        true => path.to_ascii_lowercase(),
        false => unicode::nfc(&path.to_lowercase()).into_owned(),
    }
}

/// `.git`, also as some file systems call it for short, or with characters that others pass over.
fn is_git(segment: &str) -> bool {
    let seen: String = segment.chars().filter(char::is_ascii).collect();
    let seen = seen.trim_end_matches(['.', ' ']);
    seen == ".git" || seen.starts_with("git~")
}

fn is_taken(folded: &str) -> bool {
    let top = folded.split('/').next().unwrap_or_default();
    let is_sums = [url::SUMS, url::SUMS_SIGNATURE]
        .iter()
        .any(|taken| taken.eq_ignore_ascii_case(top));
    is_sums || top.starts_with(".skillpress") || folded.starts_with(url::SUMS_FOLDER)
}

fn together(a: &str, b: &str) -> PathsError {
    let (a, b) = (a.to_owned(), b.to_owned());
    PathsError::Together { a, b }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(paths: &[&str]) -> Result<(), String> {
        let sum = |path: &&str| Sum {
            sha256: [0; 32],
            path: (*path).to_owned(),
        };
        let files: Vec<Sum> = paths.iter().map(sum).collect();
        check(&files).map_err(|error| error.to_string())
    }

    #[test]
    fn paths_that_fall_together_are_told() {
        assert_eq!(checked(&["a", "a.html", "b/a", "b/a.x", "ü"]), Ok(()));
        for (a, b) in [
            ("A/x", "a/x"),
            ("Ü", "u\u{308}"),
            ("a", "a/b"),
            ("B", "b/c/d"),
        ] {
            let told = checked(&[a, b]).unwrap_err();
            assert!(told.contains(a) && told.contains(b), "{told}");
        }
    }

    #[test]
    fn paths_of_the_lists_and_of_this_program_are_refused() {
        for path in [
            "SHA256SUMS",
            "sha256sums.minisig",
            "SHA256SUMS/x",
            "data/Sums/x",
            ".skillpress",
            ".skillpress-mirror/x",
        ] {
            assert!(
                checked(&[path]).unwrap_err().contains("cannot be"),
                "{path}"
            );
        }
        for path in [
            ".git/config",
            "a/.GIT/hooks/x",
            "GIT~1/config",
            ".g\u{200c}it/x",
            ".git./x",
        ] {
            assert!(
                checked(&[path]).unwrap_err().contains("git obeys"),
                "{path}"
            );
        }
        assert_eq!(checked(&[".gitignore", "a/git/x"]), Ok(()));
        assert!(checked(&[&"x/".repeat(501)]).is_err());
    }
}
