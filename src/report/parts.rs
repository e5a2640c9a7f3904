//! The files of a site by what they are for.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use walkdir::WalkDir;

use super::references::is_script;
use crate::url::NO_JEKYLL;

/// How much of the site one kind of file takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What the files are, such as `zips`.
    pub name: String,
    /// How many.
    pub files: u64,
    /// Their bytes on disk.
    pub bytes: u64,
}

/// A file of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SiteFile {
    /// Below the site's root, `/`-separated, percent-encoded where a URL needs it.
    pub(super) path: String,
    /// Length in bytes.
    pub(super) len: u64,
}

/// Every file below `folder`, by path. Other dot files at the root than `.nojekyll` are none of the site's: the marker of a
/// build, `.gitignore`.
///
/// # Errors
/// When a folder cannot be read.
pub(super) fn walk(folder: &Path) -> walkdir::Result<Vec<SiteFile>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let path = path.to_string_lossy().replace('\\', "/");
        if path.starts_with('.') && !path.contains('/') && path != NO_JEKYLL {
            continue;
        }
        files.push(SiteFile {
            path: path.replace('%', "%25"),
            len: entry.metadata()?.len(),
        });
    }
    Ok(files)
}

/// All files together.
pub(super) fn total(files: &[SiteFile]) -> Part {
    Part {
        name: "site".to_owned(),
        files: files.len() as u64,
        bytes: files.iter().map(|file| file.len).sum(),
    }
}

/// The parts of a site, the largest first.
pub(super) fn group(files: &[SiteFile]) -> Vec<Part> {
    let mut parts: BTreeMap<String, Part> = BTreeMap::new();
    for file in files {
        let part = parts.entry(file.part()).or_default();
        part.files += 1;
        part.bytes += file.len;
    }
    let mut parts: Vec<Part> = parts
        .into_iter()
        .map(|(name, part)| Part { name, ..part })
        .collect();
    parts.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    parts
}

impl SiteFile {
    /// Whether it is `<owner>/skills/<slug>/index.html`.
    pub(super) fn is_detail_page(&self) -> bool {
        matches!(*self.segments(), [_, "skills", _, "index.html"])
    }

    fn segments(&self) -> Vec<&str> {
        self.path.split('/').collect()
    }

    /// What it is for.
    fn part(&self) -> String {
        let name = match *self.segments() {
            ["search", "index.html"] => "other pages",
            ["search", .., name] if is_script(name) => "assets",
            ["search", ref inside @ ..] => return search_part(inside),
            ["api", ..] => "API",
            ["assets", ..] | ["favicon.svg"] => "assets",
            [_, "skills", _, "index.html"] => "skill pages",
            [_, "skills", _, "files", ..] => "skill files",
            [_, "skills", _, name] if name.ends_with(".zip") => "zips",
            [.., ".well-known", _] | [.., ".well-known", _, _] => "API",
            [.., name] if name.ends_with(".html") => "other pages",
            [.., "feed.xml"] => "feeds",
            _ => "other files",
        };
        name.to_owned()
    }
}

/// Parts of the index: its files by name, their copies in chunks, tantivy's own files, and what is read first.
fn search_part(inside: &[&str]) -> String {
    let name = match inside {
        ["manifest.json" | "probe.bin"] => "manifest",
        ["tantivy", ..] => "tantivy",
        ["files", file] => file.rsplit_once('-').map_or(*file, |(name, _)| name),
        ["files", ..] => "chunks",
        _ => "other",
    };
    format!("search: {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_belongs_to_a_part() {
        for (path, part) in [
            ("index.html", "other pages"),
            ("search/index.html", "other pages"),
            ("tags/pdf/index.html", "other pages"),
            ("ana/skills/pdf/index.html", "skill pages"),
            ("ana/skills/pdf/pdf.zip", "zips"),
            ("ana/skills/pdf/files/a/index.html", "skill files"),
            ("ana/skills/pdf/files/skills/x/index.html", "skill files"),
            ("ana/skills/pdf/.well-known/agent-skills/index.json", "API"),
            (".well-known/clawhub.json", "API"),
            ("api/v1/skills/pdf/index.html", "API"),
            ("tags/pdf/feed.xml", "feeds"),
            ("sitemap.xml", "other files"),
            ("_headers", "other files"),
            ("assets/style-0123456789.css", "assets"),
            ("search/search.js", "assets"),
            ("search/files/search-0123456789.wasm", "assets"),
            ("search/manifest.json", "search: manifest"),
            ("search/probe.bin", "search: manifest"),
            ("search/files/terms-0123456789.bin", "search: terms"),
            ("search/files/terms-0123456789/3.bin", "search: chunks"),
            ("search/tantivy/meta.json", "search: tantivy"),
        ] {
            let file = SiteFile {
                path: path.to_owned(),
                len: 1,
            };
            assert_eq!(file.part(), part, "{path}");
        }
    }
}
