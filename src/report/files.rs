//! The files of a site, and what each costs to load.

use std::collections::HashMap;
use std::path::Path;

use brotli::enc::BrotliEncoderParams;
use skillpress_search::Answer;
use url::Url;

use super::error::ReportError;
use super::{Component, Cost};
use crate::site_source::{MAX_FILE_BYTES, SiteSource, SourceError};

/// A built site. Files are weighed once: compressing is most of the work of a report.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) source: SiteSource,
    costs: HashMap<String, Cost>,
}

/// What hosts compress.
const COMPRESSED: [&str; 9] = [
    ".html", ".css", ".js", ".mjs", ".wasm", ".json", ".svg", ".xml", ".txt",
];

impl Files {
    /// # Errors
    /// When `folder` is no site.
    pub(super) fn open(folder: &Path) -> Result<Self, SourceError> {
        Ok(Self {
            source: SiteSource::open_folder(folder)?,
            costs: HashMap::new(),
        })
    }

    /// The content of a file, `None` when it cannot be read. `path` is percent-encoded, from the site's root.
    pub(super) fn read(&self, path: &str) -> Option<Vec<u8>> {
        match self.source.read(path, MAX_FILE_BYTES) {
            Answer::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// What loading a whole file costs.
    ///
    /// # Errors
    /// When it cannot be read.
    fn cost(&mut self, path: &str) -> Result<Cost, ReportError> {
        if let Some(cost) = self.costs.get(path) {
            return Ok(*cost);
        }
        let bytes = self.read(path).ok_or_else(|| ReportError::Unread {
            path: path.to_owned(),
        })?;
        let is_compressed = COMPRESSED.iter().any(|end| path.ends_with(end));
        let mut cost = Cost::of_request(bytes.len());
        if is_compressed {
            cost.bytes = cost.bytes.min(brotli_len(&bytes));
        }
        self.costs.insert(path.to_owned(), cost);
        Ok(cost)
    }

    /// The same as a component with the file's name.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn component(&mut self, path: &str) -> Result<Component, ReportError> {
        Ok(Component {
            name: plain_name(path),
            cost: self.cost(path)?,
        })
    }

    /// The file of the site that `reference` in the file `from` means, `None` for other sites' files and missing ones.
    ///
    /// A site may stand below a path, which its files do not show: a reference from the root means the file that is left
    /// when as few leading folders as needed are taken away.
    pub(super) fn resolve(&self, from: &str, reference: &str) -> Option<String> {
        let reference = reference.split(['?', '#']).next().unwrap_or_default();
        if reference.is_empty() || reference.starts_with("//") || reference.contains(':') {
            return None;
        }
        let page = Url::parse("http://site/").and_then(|root| root.join(from));
        let url = page.and_then(|page| page.join(reference)).ok()?;
        let mut path = url.path().strip_prefix('/')?;
        while path.ends_with('/') || self.read(path).is_none() {
            let (_, below) = path.split_once('/')?;
            path = Some(below).filter(|_| reference.starts_with('/'))?;
        }
        Some(path.to_owned())
    }
}

/// The last segment of a path without the hash that names its content: `style.css` of `assets/style-89341d3686.css`.
fn plain_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.ends_with(".html") {
        return "html".to_owned();
    }
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return name.to_owned();
    };
    let is_hash = |text: &str| text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match stem.rsplit_once(['-', '.']) {
        Some((stem, hash)) if is_hash(hash) => format!("{stem}.{extension}"),
        _ => name.to_owned(),
    }
}

/// Length after brotli at quality 11, which hosts use for files that they compress once.
fn brotli_len(bytes: &[u8]) -> u64 {
    let params = BrotliEncoderParams {
        quality: 11,
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut encoded = Vec::new();
    match brotli::BrotliCompress(&mut &bytes[..], &mut encoded, &params) {
        Ok(_) => encoded.len() as u64,
        // Writing to memory does not fail; if it did, the file would be served as it is.
        Err(_) => bytes.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_files_of_the_site_wherever_it_stands() {
        let site = tempfile::tempdir().unwrap();
        for path in [
            "search/index.html",
            "assets/a.js",
            "ana/skills/x/files/b.png",
        ] {
            let path = site.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let files = Files::open(site.path()).unwrap();
        for (from, reference, expected) in [
            ("index.html", "/assets/a.js", Some("assets/a.js")),
            (
                "index.html",
                "/registry/of/assets/a.js?v=1",
                Some("assets/a.js"),
            ),
            ("assets/b.js", "./a.js", Some("assets/a.js")),
            (
                "ana/skills/x/index.html",
                "files/b.png",
                Some("ana/skills/x/files/b.png"),
            ),
            (
                "ana/skills/x/index.html",
                "../../../assets/a.js",
                Some("assets/a.js"),
            ),
            ("index.html", "../../assets/a.js", Some("assets/a.js")),
            ("index.html", "/search/", None),
            ("index.html", "assets/missing.js", None),
            ("index.html", "https://other.example/assets/a.js", None),
            ("index.html", "//other.example/assets/a.js", None),
            ("index.html", "", None),
        ] {
            assert_eq!(
                files.resolve(from, reference).as_deref(),
                expected,
                "{reference}"
            );
        }
    }

    #[test]
    fn a_name_is_shown_without_the_hash_of_its_content() {
        for (path, name) in [
            ("assets/style-89341d3686.css", "style.css"),
            ("assets/search-box-0123456789.js", "search-box.js"),
            ("assets/search-box.js", "search-box.js"),
            ("favicon.svg", "favicon.svg"),
            ("skills/index.html", "html"),
        ] {
            assert_eq!(plain_name(path), name);
        }
    }
}
