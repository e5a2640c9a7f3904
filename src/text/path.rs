//! Paths and file names that strangers write: which of them are safe to write to disk.

use super::unicode;

/// Why a file of a skill cannot be published under `path`, a `/`-separated path; `None` when it can.
///
/// A path that passes is relative, stays below the folder it is joined to, and can be written on every common file
/// system, also with a further `.txt` at its end.
pub fn path_fault(path: &str) -> Option<&'static str> {
    if path.len() > PATH_MAX_BYTES {
        return Some("is longer than 400 bytes");
    }
    path.split('/').find_map(component_fault)
}

/// Longest path of a file inside a skill; leaves room for the folders above it.
const PATH_MAX_BYTES: usize = 400;

/// Longest name of a file or folder: file systems end at 255, and `.txt` may be appended.
const COMPONENT_MAX_BYTES: usize = 200;

fn component_fault(name: &str) -> Option<&'static str> {
    if name.is_empty() || name == "." || name == ".." {
        Some("is not a plain relative path")
    } else if name.len() > COMPONENT_MAX_BYTES {
        Some("has a name longer than 200 bytes")
    } else if !is_shown_whole(name) {
        Some("has a control or invisible character in its name")
    } else if name.contains(['\\', ':', '*', '?', '"', '<', '>', '|']) {
        Some("has one of `\\ : * ? \" < > |` in its name")
    } else if name.ends_with(['.', ' ']) || name.starts_with(' ') {
        Some("has a name with a dot or space at its edge")
    } else if is_device_name(name) {
        Some("has a name that Windows keeps for a device")
    } else {
        None
    }
}

/// Whether all of `name` shows: two names that look the same are the same.
fn is_shown_whole(name: &str) -> bool {
    !name.chars().any(unicode::is_steering)
        && !name.chars().all(unicode::is_blank)
        && unicode::shown(name.chars()).eq(name.chars())
}

/// Whether Windows takes `name`, with or without an extension, for a device such as `con` or `LPT1.md`.
pub fn is_device_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let stem = stem.to_ascii_lowercase();
    let port = stem.strip_prefix("com").or(stem.strip_prefix("lpt"));
    let mut number = port.unwrap_or_default().chars();
    let is_port =
        matches!(number.next(), Some('0'..='9' | '¹' | '²' | '³')) && number.next().is_none();
    const OTHERS: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
    is_port || OTHERS.contains(&stem.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_that_some_file_system_refuses_is_refused() {
        for good in [
            "SKILL.md",
            "a/b c/d (1).md",
            "文档/模板.md",
            "👩\u{200d}💻.md",
            "at 1.00\u{202f}PM.png",
            "console.md",
            "com10.txt",
        ] {
            assert_eq!(path_fault(good), None, "{good}");
        }
        for bad in [
            "",
            "/",
            "/etc/passwd",
            "a//b",
            "../a",
            "a/../b",
            "./a",
            "a\\b",
            "c:x",
            "a.",
            "a ",
            " a",
            "a\nb",
            "a\u{202e}b",
            "a\u{200e}b",
            "\u{3164}.md",
            "x/\u{3000}/y",
            "a\u{2028}b",
            "\u{fdd0}",
            "con",
            "Aux.md",
            "x/lpt1.txt",
            "com¹",
            "what?.md",
        ] {
            assert!(path_fault(bad).is_some(), "{bad}");
        }
        assert!(path_fault(&"x".repeat(201)).is_some());
        assert!(path_fault(&"x/".repeat(300)).is_some());
    }

    proptest! {
        #[test]
        fn a_path_without_fault_stays_below_its_folder(path in "(\\PC|[./\\\\:\u{0}-\u{20}])*") {
            if path_fault(&path).is_none() {
                let path = std::path::Path::new(&path);
                prop_assert!(path.is_relative());
                prop_assert!(path.components().all(|c| matches!(c, std::path::Component::Normal(_))));
                prop_assert!(path.components().count() == path.to_str().unwrap().split('/').count());
            }
        }
    }
}
