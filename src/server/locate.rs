//! From the path of a URL to a file of the site, and never to any other file.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

/// What stands at a path.
#[derive(Debug)]
pub(super) enum Located {
    /// A regular file below the site's folder.
    File(PathBuf),
    /// A folder with a page; its URL ends in `/`.
    Folder,
    /// Nothing that may be served.
    Missing,
}

/// Decodes the path of a URL, relative to the site's root and without its leading `/`.
///
/// The last segment is empty when the path ends in `/` or is empty. `None` when any segment could mean another place
/// than it seems to: `.`, `..`, nothing, a separator, NUL or another control character, or bytes that are not UTF-8.
pub(super) fn decode_segments(path: &str) -> Option<Vec<String>> {
    let raw: Vec<&str> = path.split('/').collect();
    let last_idx = raw.len() - 1;
    raw.iter()
        .enumerate()
        .map(|(idx, segment)| {
            let segment = percent_decode_str(segment).decode_utf8().ok()?.into_owned();
            let is_safe = (!segment.is_empty() || idx == last_idx)
                && segment != "."
                && segment != ".."
                && !segment.contains(['/', '\\'])
                && !segment.contains(char::is_control)
                && !(cfg!(windows) && segment.contains(':'));
            is_safe.then_some(segment)
        })
        .collect()
}

/// Finds the file for decoded `segments` below `root`, which is canonical. Links that lead out of `root` lead nowhere.
pub(super) fn locate(root: &Path, segments: &[String]) -> Located {
    if is_private(segments) {
        return Located::Missing;
    }
    let mut path = root.to_owned();
    path.extend(segments);
    let is_folder_url = segments.last().is_none_or(String::is_empty);
    if is_folder_url {
        path.push("index.html");
    }
    let Some((path, metadata)) = below(root, &path) else {
        return Located::Missing;
    };
    if metadata.is_file() {
        return Located::File(path);
    }
    let has_page = !is_folder_url
        && metadata.is_dir()
        && below(root, &path.join("index.html")).is_some_and(|(_, page)| page.is_file());
    if has_page {
        Located::Folder
    } else {
        Located::Missing
    }
}

/// Files at the root that belong to the operator or tell hosts what to do; no host serves them.
fn is_private(segments: &[String]) -> bool {
    match segments {
        [only] if only == "_headers" || only == "_redirects" => true,
        [first, ..] => first.starts_with('.') && first != ".well-known",
        [] => false,
    }
}

fn below(root: &Path, path: &Path) -> Option<(PathBuf, Metadata)> {
    let path = path.canonicalize().ok()?;
    let metadata = path.metadata().ok()?;
    path.starts_with(root).then_some((path, metadata))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_decoded_by_segment() {
        assert_eq!(decode_segments("").unwrap(), [""]);
        assert_eq!(decode_segments("ana/").unwrap(), ["ana", ""]);
        assert_eq!(
            decode_segments("a%20b/%C3%BC.txt").unwrap(),
            ["a b", "ü.txt"]
        );
        assert_eq!(decode_segments("100%/%zz").unwrap(), ["100%", "%zz"]);
    }

    #[test]
    fn a_path_that_could_mean_another_place_is_refused() {
        for path in [
            "..",
            "../x",
            "a/../b",
            "a/./b",
            "%2e%2e/x",
            ".%2E/x",
            "a//b",
            "/a",
            "a%2fb",
            "a%2F..%2Fb",
            "a\\b",
            "..%5c..%5cx",
            "a%00b",
            "a%0Ab",
            "%ff%fe",
            "a/..",
        ] {
            assert_eq!(decode_segments(path), None, "{path}");
        }
        assert_eq!(
            decode_segments("%252e%252e/x").unwrap(),
            ["%2e%2e", "x"],
            "decoded once only"
        );
    }

    #[test]
    fn files_of_the_operator_are_not_served_and_well_known_is() {
        let private = |path: &str| is_private(&decode_segments(path).unwrap());
        for path in [
            ".skillpress",
            ".gitignore",
            ".git/config",
            "_headers",
            "_redirects",
            "%2eskillpress",
        ] {
            assert!(private(path), "{path}");
        }
        for path in [
            "",
            ".well-known/clawhub.json",
            "ana/skills/x/files/.env.example",
            "ana/_headers",
        ] {
            assert!(!private(path), "{path}");
        }
    }
}
