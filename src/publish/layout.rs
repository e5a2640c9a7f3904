//! In which order the files of a site are written, so that whatever a visitor finds fits together.

use super::index_key::file_at;
use super::record::Record;
use crate::key::SkillKey;

/// When a file is written. The order of the variants is the order of the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Step {
    /// Files whose name changes with their content. Nothing names new ones yet.
    Hashed,
    /// Skills that did not exist: what is named, then what names it, then the page. Nothing links to them yet.
    NewSkill,
    /// Keys that did not exist and name no files of skills by their digests.
    NewFile,
    /// Pages that did not exist. Nothing links to them yet.
    NewPage,
    /// Skills that did exist, each by itself, in the order of new ones.
    Skill,
    /// What names files of skills by their digests; other files that are replaced.
    File,
    /// Replaced pages.
    Page,
    /// What leads into the site, replaced: feeds, site maps, files for hosts.
    Pointer,
    /// The index of the search, which names hashed files and leads to pages.
    Manifest,
    /// The home page, which leads everywhere.
    Home,
    /// Sums of folders, which name every file.
    FolderSums,
    /// The sums of the site.
    Sums,
    /// Its signature.
    Signature,
    /// The home page of a site that had none: from now on it is there.
    FirstHome,
}

/// Whether the name of the file changes with its content.
pub(super) fn is_hashed(path: &str) -> bool {
    let is_in_folder = |folder| path.starts_with(folder);
    is_in_folder("assets/")
        || is_in_folder("search/files/")
        || is_in_folder("search/tantivy/") && path != "search/tantivy/meta.json"
        || is_in_folder("api/v1/catalog/") && path != "api/v1/catalog/manifest.json"
        || collection_of_archive(path).is_some()
        || is_tarball(path)
}

/// The name of the collection whose zip or package stands at `path`: `collections/<name>/<name>-<12 hex digits>.zip`, or
/// `.tgz`.
pub(super) fn collection_of_archive(path: &str) -> Option<&str> {
    let (name, file) = path.strip_prefix("collections/")?.split_once('/')?;
    let stem = file.strip_suffix(".zip").or(file.strip_suffix(".tgz"))?;
    let digits = stem.strip_prefix(name)?.strip_prefix('-')?;
    is_hex(digits, 12).then_some(name)
}

/// Whether a version of a skill's package stands at `path`: `<owner>/skills/<slug>/npm/<16 hex digits>.tgz`. Lock files name
/// it, and clients that have an older document.
fn is_tarball(path: &str) -> bool {
    let below = skill_folder(path).and_then(|folder| path.strip_prefix(folder));
    let digits = below.and_then(|below| below.strip_prefix("npm/")?.strip_suffix(".tgz"));
    digits.is_some_and(|digits| is_hex(digits, 16))
}

fn is_hex(digits: &str, len: usize) -> bool {
    digits.len() == len && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The step of `path`, a file of `target`, where `present` is in place.
pub(super) fn step(path: &str, present: &Record, target: &Record) -> Step {
    let is_new = !present.contains_key(path);
    let path = &*file_at(path);
    match path {
        "index.html" if is_new => Step::FirstHome,
        "index.html" => Step::Home,
        "SHA256SUMS" => Step::Sums,
        "SHA256SUMS.minisig" => Step::Signature,
        "search/manifest.json" | "search/tantivy/meta.json" => Step::Manifest,
        _ if path.starts_with("data/sums/") => Step::FolderSums,
        _ => match skill_folder(path) {
            Some(folder) if has_zip(folder, present) => Step::Skill,
            Some(folder) if has_zip(folder, target) => Step::NewSkill,
            _ if is_new && is_hashed(path) => Step::Hashed,
            _ if is_new && is_page(path) => Step::NewPage,
            _ if is_new && !is_document(path) => Step::NewFile,
            _ if is_pointer(path) => Step::Pointer,
            _ if is_page(path) => Step::Page,
            _ => Step::File,
        },
    }
}

/// The folder of the skill that `path` belongs to: `<owner>/skills/<slug>/`.
pub(super) fn skill_folder(path: &str) -> Option<&str> {
    let mut ends = path.match_indices('/').map(|(at, _)| at);
    let (owner_end, skills_end, slug_end) = (ends.next()?, ends.next()?, ends.next()?);
    (&path[owner_end + 1..skills_end] == "skills" && !path.starts_with("api/"))
        .then(|| &path[..=slug_end])
}

/// The folder of `skill`, as [`skill_folder`].
pub(super) fn folder_of(skill: &SkillKey) -> String {
    format!("{}/skills/{}/", skill.owner, skill.slug)
}

/// An old name has a folder, too, whose files name the zip of another: those are not of a skill.
pub(super) fn has_zip(folder: &str, record: &Record) -> bool {
    let below = record.range(folder.to_owned()..);
    let mut below = below.take_while(|(path, _)| path.starts_with(folder));
    below.any(|(path, _)| path.ends_with(".zip"))
}

/// Within a skill: what others name, then what names it, then the page.
pub(super) fn rank_in_skill(path: &str) -> u8 {
    let is_own = !is_skill_file(path);
    if is_own && is_page(&file_at(path)) {
        2
    } else if is_own && path.ends_with(".json") {
        1
    } else {
        0
    }
}

fn is_page(path: &str) -> bool {
    path.ends_with(".html") && !path.starts_with("api/")
}

/// Whether it may name files by their digests.
fn is_document(path: &str) -> bool {
    path.ends_with(".json") || path.starts_with("api/") || path.starts_with("npm/")
}

fn is_pointer(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "feed.xml"
        || name == "marketplace.json"
        || name == "sitemap.xml"
        || path.starts_with("sitemaps/")
        || is_file_index(path)
        || matches!(
            path,
            "_headers"
                | "_redirects"
                | "robots.txt"
                | "llms.txt"
                | "opensearch.xml"
                | "search/search.js"
        )
}

/// `collections/<name>/.well-known/skills/index.json`. It names the copies beside it by one version for each skill, and no
/// digest tells a client that a copy is older.
fn is_file_index(path: &str) -> bool {
    path.starts_with("collections/") && path.ends_with("/.well-known/skills/index.json")
}

/// Whether `path` is that of a file which a skill has, so of one that a stranger wrote.
pub(super) fn is_skill_file(path: &str) -> bool {
    let below = path.split_once("/.well-known/skills/");
    path.contains("/files/") || below.is_some_and(|(_, below)| below.contains('/'))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::record::RecordFile;
    use super::*;

    #[test]
    fn steps_go_from_what_is_named_to_what_names_it() {
        let file = RecordFile {
            sha256: String::new(),
            len: 0,
            headers: Arc::default(),
        };
        let record = |paths: &[&str]| -> Record {
            let files = paths.iter().map(|path| ((*path).to_owned(), file.clone()));
            files.collect()
        };
        let present = record(&[
            "index.html",
            "skills/index.html",
            "ana/feed.xml",
            "ana/skills/pdf/pdf.zip",
            "api/v1/skills/pdf/index.html",
        ]);
        let target = record(&["ana/skills/csv/csv.zip"]);
        let step = |path| step(path, &present, &target);
        assert_eq!(step("assets/a.css"), Step::Hashed);
        for archive in ["team-0123456789ab.zip", "team-0123456789ab.tgz"] {
            let path = format!("collections/team/{archive}");
            assert_eq!(super::step(&path, &present, &target), Step::Hashed);
        }
        assert_eq!(step("collections/team/team-x.zip"), Step::NewFile);
        for (file, is_hashed) in [
            ("npm/0123456789abcdef.tgz", true),
            ("npm/0123456789abcde.tgz", false),
            ("files/npm/0123456789abcdef.tgz", false),
            ("pdf.zip", false),
        ] {
            let path = format!("ana/skills/pdf/{file}");
            assert_eq!(super::is_hashed(&path), is_hashed, "{path}");
            assert_eq!(super::step(&path, &present, &target), Step::Skill);
        }
        let index = "collections/team/.well-known/skills/index.json";
        assert_eq!(step(index), Step::Pointer);
        let copy = "collections/team/.well-known/skills/pdf/assets/forms.zip";
        assert_eq!(step(copy), Step::NewFile);
        assert_eq!(step("ana/skills/csv/csv.zip"), Step::NewSkill);
        assert_eq!(step("ana/skills/csv/index.html"), Step::NewSkill);
        assert_eq!(step("bo/feed.xml"), Step::NewFile);
        assert_eq!(step("bo/index.html"), Step::NewPage);
        assert_eq!(step("old/skills/pdf/index.html"), Step::NewPage);
        assert_eq!(step("ana/skills/pdf/versions/2/skill.json"), Step::Skill);
        assert_eq!(step("old/skills/pdf/skill.json"), Step::File);
        assert_eq!(step("api/v1/skills/pdf/index.html"), Step::File);
        assert_eq!(step("api/v1/skills/csv/index.html"), Step::File);
        assert_eq!(step("npm/@acme/ana--csv"), Step::File);
        assert_eq!(step("skills/index.html"), Step::Page);
        assert_eq!(step("ana/feed.xml"), Step::Pointer);
        assert_eq!(step("marketplace.json"), Step::Pointer);
        assert_eq!(step("index.html"), Step::Home);
        assert_eq!(step("SHA256SUMS.minisig"), Step::Signature);
        let step = |path| super::step(path, &Record::new(), &target);
        assert_eq!(step("index.html"), Step::FirstHome);
        let ranks = [
            "files/SKILL.md",
            ".well-known/skills/pdf/a.json",
            "pdf.zip",
            "skill.json",
            ".well-known/skills/index.json",
            "index.html",
        ];
        let ranks = ranks.map(|name| rank_in_skill(&format!("ana/skills/pdf/{name}")));
        assert_eq!(ranks, [0, 0, 0, 1, 1, 2]);
    }
}
