//! The files of a site by what they are for.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use walkdir::WalkDir;

use super::references::is_script;
use crate::sink::SiteFile;
use crate::url::{NO_JEKYLL, RESERVED_OWNERS};

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
            path,
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
        let part = parts.entry(part_of(&file.path)).or_default();
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

/// Whether a file is `<owner>/skills/<slug>/index.html`.
pub(super) fn is_detail_page(path: &str) -> bool {
    matches!(*segments(path), [_, "skills", _, "index.html"])
}

/// What a file is for.
pub(super) fn part_of(path: &str) -> String {
    let name = match *segments(path) {
        ["SHA256SUMS" | "SHA256SUMS.minisig"] | ["data", "sums", _] => "sums",
        ["search", "index.html"] => "other pages",
        ["search", .., name] if is_script(name) => "assets",
        ["search", ref inside @ ..] => return search_part(inside),
        ["collections", ..] => "collections",
        ["api", "v1", "skills", _, _, ..] => "API documents",
        ["api", ..] | [".well-known", ..] => "API lists",
        ["npm", ..] | [_, "skills", _, "npm", ..] => "npm packages",
        ["assets", ..] | ["favicon.svg"] => "assets",
        [_, "skills", _, "index.html"] => "skill pages",
        [_, "skills", _, "skill.json"] => "skill records",
        [_, "skills", _, "files", ..] => "skill files",
        [_, "skills", _, "versions", _, "diff", _] => "changes of versions",
        [_, "skills", _, "versions", ..] => "old versions",
        [_, "skills", _, ".well-known", "skills", _, _, ..] => "skill files",
        [_, "skills", _, ".well-known", ..] => "discovery indexes",
        [_, "skills", _, name] if name.ends_with(".zip") => "zips",
        ["tags", .., "index.html"] => "tag pages",
        [first, "index.html"] | [first, "page", _, "index.html"] if !is_reserved(first) => {
            "owner pages"
        }
        [.., name] if name.ends_with(".html") => "other pages",
        [.., "feed.xml"] => "feeds",
        [.., "marketplace.json"] => "marketplaces",
        _ => "other files",
    };
    name.to_owned()
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').collect()
}

fn is_reserved(owner: &str) -> bool {
    RESERVED_OWNERS.contains(&owner)
}

/// Parts of the index: its files by name, with their chunks, tantivy's own files, and what is read first.
fn search_part(inside: &[&str]) -> String {
    let name = match inside {
        ["manifest.json" | "probe.bin"] => "manifest",
        ["tantivy", ..] => "tantivy",
        ["files", file, ..] => file.rsplit_once('-').map_or(*file, |(name, _)| name),
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
            ("404.html", "other pages"),
            ("skills/page/2/index.html", "other pages"),
            ("tags/pdf/index.html", "tag pages"),
            ("tags/pdf/page/2/index.html", "tag pages"),
            ("ana/index.html", "owner pages"),
            ("ana/page/2/index.html", "owner pages"),
            ("ana/skills/pdf/index.html", "skill pages"),
            ("ana/skills/pdf/pdf.zip", "zips"),
            ("ana/skills/pdf/versions/1.0.0/index.html", "old versions"),
            ("ana/skills/pdf/versions/1.0.0/skill.json", "old versions"),
            ("ana/skills/pdf/versions/1.0.0/pdf.zip", "old versions"),
            (
                "ana/skills/pdf/versions/1.0.0/diff/index.html",
                "changes of versions",
            ),
            ("ana/skills/pdf/files/a/index.html", "skill files"),
            ("ana/skills/pdf/files/skills/x/index.html", "skill files"),
            ("ana/skills/pdf/skill.json", "skill records"),
            (
                "ana/skills/pdf/.well-known/agent-skills/index.json",
                "discovery indexes",
            ),
            (".well-known/clawhub.json", "API lists"),
            ("api/v1/skills/index.html", "API lists"),
            ("api/v1/skills/pdf/index.html", "API documents"),
            ("api/v1/skills/pdf/versions/1.0.0", "API documents"),
            ("collections/index.html", "collections"),
            ("collections/team/feed.xml", "collections"),
            ("ana/feed.xml", "feeds"),
            ("tags/pdf/feed.xml", "feeds"),
            ("sitemap.xml", "other files"),
            ("_headers", "other files"),
            ("SHA256SUMS", "sums"),
            ("data/sums/0a.txt", "sums"),
            ("assets/style-0123456789.css", "assets"),
            ("search/search.js", "assets"),
            ("search/files/search-0123456789.wasm", "assets"),
            ("search/manifest.json", "search: manifest"),
            ("search/probe.bin", "search: manifest"),
            ("search/files/terms-0123456789.bin", "search: terms"),
            ("search/files/terms-0123456789/3.bin", "search: terms"),
            ("search/files/rows-0123456789/3.bin", "search: rows"),
            ("search/tantivy/meta.json", "search: tantivy"),
        ] {
            assert_eq!(part_of(path), part, "{path}");
        }
    }
}
