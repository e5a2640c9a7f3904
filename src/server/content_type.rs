//! The media type of a file, by its name.

/// Value of `Content-Type` for a file called `name`; text is always UTF-8.
pub(super) fn content_type(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let extension = lower
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension);
    let essence = match (lower.as_str(), extension) {
        ("feed.xml", _) | (_, "atom") => "application/atom+xml",
        ("opensearch.xml", _) => "application/opensearchdescription+xml",
        (_, "xml") => "application/xml",
        (_, "md" | "markdown") => "text/markdown",
        (_, "wasm") => "application/wasm",
        (_, "js" | "mjs") => "text/javascript",
        (_, "jsonl" | "ndjson") => "application/x-ndjson",
        // The index; a drawing program uses the same extension.
        (_, "skp") => "application/octet-stream",
        (_, "webmanifest") => "application/manifest+json",
        (_, extension) => {
            return with_charset(
                mime_guess::from_ext(extension)
                    .first_raw()
                    .unwrap_or("application/octet-stream"),
            );
        }
    };
    with_charset(essence)
}

/// Whether common hosts compress files of this `Content-Type`.
pub(super) fn is_compressible(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.starts_with("text/")
        || essence.ends_with("+xml")
        || essence.ends_with("+json")
        || matches!(
            essence,
            "application/json"
                | "application/x-ndjson"
                | "application/xml"
                | "application/wasm"
                | "application/javascript"
        )
}

fn with_charset(essence: &str) -> String {
    let has_charset = essence.starts_with("text/")
        || essence.ends_with("+xml")
        || essence == "application/xml"
        || essence == "application/x-ndjson";
    if has_charset {
        format!("{essence}; charset=utf-8")
    } else {
        essence.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_those_that_browsers_and_feed_readers_need() {
        for (name, expected) in [
            ("index.html", "text/html; charset=utf-8"),
            ("search.wasm", "application/wasm"),
            ("SKILL.md", "text/markdown; charset=utf-8"),
            ("run.sh.txt", "text/plain; charset=utf-8"),
            ("search.js", "text/javascript; charset=utf-8"),
            ("style.css", "text/css; charset=utf-8"),
            ("manifest.json", "application/json"),
            ("feed.xml", "application/atom+xml; charset=utf-8"),
            ("sitemap.xml", "application/xml; charset=utf-8"),
            ("pdf-tools.zip", "application/zip"),
            ("favicon.svg", "image/svg+xml; charset=utf-8"),
            ("logo.PNG", "image/png"),
            ("terms.bin", "application/octet-stream"),
            ("LICENSE", "application/octet-stream"),
        ] {
            assert_eq!(content_type(name), expected, "{name}");
        }
    }

    #[test]
    fn text_and_code_are_compressed_and_packed_files_are_not() {
        for name in [
            "a.html", "a.js", "a.wasm", "a.json", "a.svg", "feed.xml", "a.md",
        ] {
            assert!(is_compressible(&content_type(name)), "{name}");
        }
        for name in ["a.zip", "a.png", "a.bin", "a.woff2"] {
            assert!(!is_compressible(&content_type(name)), "{name}");
        }
    }
}
