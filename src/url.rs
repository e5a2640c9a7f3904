//! Where everything stands on the site. The paths are a contract: other programs build them themselves.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::key::SkillKey;

pub mod api;
mod base;
mod credentials;
mod published;
pub mod repository;
pub mod web;

pub use base::{BaseUrl, BaseUrlError};
pub use credentials::without_credentials;
use published::without_programs;
pub use published::{published_path, version_segment};

/// Names at the top of a site that no owner can have, in lower case.
pub const RESERVED_OWNERS: &[&str] = &[
    "404",
    "404.html",
    "_headers",
    "_redirects",
    "about",
    "api",
    "assets",
    "badges",
    "collections",
    "data",
    "favicon.ico",
    "favicon.svg",
    "feed",
    "feed.xml",
    "index",
    "index.html",
    "llms.txt",
    "marketplace.json",
    "npm",
    "opensearch.xml",
    "owners",
    "robots.txt",
    "search",
    "sha256sums",
    "sha256sums.minisig",
    "sitemap.xml",
    "sitemaps",
    "skills",
    "tags",
];

/// Whether the site needs `owner` for itself, in any letter case.
pub fn is_reserved_owner(owner: &str) -> bool {
    RESERVED_OWNERS
        .iter()
        .any(|reserved| reserved.eq_ignore_ascii_case(owner))
}

/// Folders, in lower case, in which the site has the more pages the more skills there are.
pub const GROWING_FOLDERS: &[&str] = &[
    "api/v1/",
    "data/sums/",
    "npm/",
    "owners/",
    "sitemaps/",
    "skills/",
    "tags/",
];

/// The listing, the indexes of badges, collections, tags and owners, and the search page.
pub const SKILLS: &str = "skills/";
#[allow(missing_docs)]
pub const BADGES: &str = "badges/";
#[allow(missing_docs)]
pub const COLLECTIONS: &str = "collections/";
#[allow(missing_docs)]
pub const TAGS: &str = "tags/";
#[allow(missing_docs)]
pub const OWNERS: &str = "owners/";
#[allow(missing_docs)]
pub const SEARCH: &str = "search/";

/// The page for addresses that lead nowhere.
pub const NOT_FOUND: &str = "404.html";

/// The feed of all skills.
pub const FEED: &str = "feed.xml";

/// The list of pages for search engines.
pub const SITEMAP: &str = "sitemap.xml";

/// The site for language models.
pub const LLMS: &str = "llms.txt";

/// The description of the search for browsers.
pub const OPEN_SEARCH: &str = "opensearch.xml";

/// The icon of the site.
pub const FAVICON: &str = "favicon.svg";

/// An empty file by which hosts that run Jekyll over what they serve leave it as it is. Jekyll would make a page of a
/// `SKILL.md` with front matter, with the script that is in it, and leave out what begins with a dot or `_`.
pub const NO_JEKYLL: &str = ".nojekyll";

/// The list of the sums of all files, or of the lists that have them, see [`crate::sums`].
pub const SUMS: &str = "SHA256SUMS";

/// Where the other lists of sums stand.
pub const SUMS_FOLDER: &str = "data/sums/";

/// The signature of [`SUMS`], by minisign.
pub const SUMS_SIGNATURE: &str = "SHA256SUMS.minisig";

/// The key that [`SUMS_SIGNATURE`] is made with, in the form and under the name that minisign gives such files.
pub const PUBLIC_KEY: &str = ".well-known/minisign.pub";

/// How the items of a listing are sorted; the first is the listing's own address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// Last published first.
    Updated,
    /// First published last comes first.
    Newest,
    /// By name.
    Name,
    /// Most downloaded first; only with statistics.
    Downloads,
    /// Most starred first; only with statistics.
    Stars,
}

impl Sort {
    /// The word in URLs.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Updated => "updated",
            Self::Newest => "newest",
            Self::Name => "name",
            Self::Downloads => "downloads",
            Self::Stars => "stars",
        }
    }
}

/// `skills/`, `skills/page/2/`, `skills/by/name/`, `skills/by/name/page/2/`; pages count from 1.
pub fn listing(sort: Sort, page: usize) -> String {
    let folder = match sort {
        Sort::Updated => SKILLS.to_owned(),
        sort => format!("{SKILLS}by/{}/", sort.slug()),
    };
    paged(folder, page)
}

/// `badges/<kind>/`, `badges/<kind>/page/2/`.
pub fn badge(kind: &str, page: usize) -> String {
    paged(format!("{BADGES}{}/", segment(kind)), page)
}

/// `collections/<name>/`, `collections/<name>/page/2/`.
pub fn collection(name: &str, page: usize) -> String {
    paged(format!("{COLLECTIONS}{}/", segment(name)), page)
}

/// `collections/<name>/<name>-<12 hex digits>.zip`. The digits are those of the zip's SHA-256, of which `sha256` has all: who
/// read an old catalogue of plugins gets what it names or nothing, and never other bytes.
pub fn collection_zip(name: &str, sha256: &str) -> String {
    let folder = collection(name, 1);
    format!("{folder}{}-{}.zip", segment(name), &sha256[..12])
}

/// `collections/<name>/<name>-<12 hex digits>.tgz`: the package of npm, named as the zip is.
pub fn collection_tarball(name: &str, sha256: &str) -> String {
    let folder = collection(name, 1);
    format!("{folder}{}-{}.tgz", segment(name), &sha256[..12])
}

/// Where the copies of files stand that clients fetch one by one, and their index: `<page>.well-known/skills/`, where `page` is
/// that of a collection or a skill.
pub fn copies(page: &str) -> String {
    format!("{page}.well-known/skills/")
}

/// The folder of the copies of one skill there: `<page>.well-known/skills/<install name>/`.
pub fn copies_of(page: &str, install_name: &str) -> String {
    format!("{}{}/", copies(page), segment(install_name))
}

/// A copy of a skill's file in [`copies_of`], under the path that it has.
pub fn file_copy(page: &str, install_name: &str, path: &str) -> String {
    format!("{}{}", copies_of(page, install_name), segments(path))
}

/// `collections/<name>/feed.xml`.
pub fn collection_feed(name: &str) -> String {
    format!("{}{FEED}", collection(name, 1))
}

/// `tags/<tag>/`, `tags/<tag>/page/2/`.
pub fn tag(tag: &str, page: usize) -> String {
    paged(format!("{TAGS}{}/", segment(tag)), page)
}

/// `<owner>/`, `<owner>/page/2/`.
pub fn owner(owner: &str, page: usize) -> String {
    paged(format!("{}/", segment(owner)), page)
}

/// `tags/`, `tags/page/2/`: the index of all tags.
pub fn tags(page: usize) -> String {
    paged(TAGS.to_owned(), page)
}

/// `owners/`, `owners/page/2/`: the index of all owners.
pub fn owners(page: usize) -> String {
    paged(OWNERS.to_owned(), page)
}

/// `<owner>/feed.xml`.
pub fn owner_feed(owner: &str) -> String {
    format!("{}/{FEED}", segment(owner))
}

/// The marketplace of all skills.
pub const MARKETPLACE: &str = "marketplace.json";

/// `badges/<kind>/marketplace.json`.
pub fn badge_marketplace(kind: &str) -> String {
    format!("{}{MARKETPLACE}", badge(kind, 1))
}

/// `collections/<name>/marketplace.json`.
pub fn collection_marketplace(name: &str) -> String {
    format!("{}{MARKETPLACE}", collection(name, 1))
}

/// `<owner>/marketplace.json`.
pub fn owner_marketplace(owner: &str) -> String {
    format!("{}{MARKETPLACE}", self::owner(owner, 1))
}

/// Where npm asks of packages.
pub const NPM: &str = "npm/";

/// `npm/<name>`, where the name has its scope: what npm asks of a package.
pub fn npm_package(name: &str) -> String {
    format!("{NPM}{name}")
}

/// `<owner>/skills/<slug>/npm/<digest>.tgz`: one version of a package.
pub fn npm_tarball(key: &SkillKey, digest: &str) -> String {
    format!("{}npm/{digest}.tgz", skill(key))
}

/// `tags/<tag>/feed.xml`.
pub fn tag_feed(tag: &str) -> String {
    format!("{TAGS}{}/{FEED}", segment(tag))
}

/// `<owner>/skills/<slug>/`.
pub fn skill(key: &SkillKey) -> String {
    format!("{}/skills/{}/", segment(&key.owner), segment(&key.slug))
}

/// `<owner>/skills/<slug>/<slug>.zip`; a slug such as `form.php` gives `form_php.zip`, since servers may run the other.
pub fn zip(key: &SkillKey) -> String {
    let slug = without_programs(&key.slug);
    format!("{}{}.zip", skill(key), segment(&slug))
}

/// `<owner>/skills/<slug>/files/<path>`, the path as [`published_path`] has it.
pub fn file(key: &SkillKey, path: &str) -> String {
    format!("{}files/{}", skill(key), segments(&published_path(path)))
}

/// The folder of an old version below a skill's page: `<owner>/skills/<slug>/versions/<segment>/`. As in the skill's own
/// folder there are a page, a record `skill.json` and the zip. `segment` is what [`version_segment`] gives.
pub fn release(key: &SkillKey, segment: &str) -> String {
    format!("{}versions/{segment}/", skill(key))
}

/// The zip of an old version, called as that of the skill.
pub fn release_zip(key: &SkillKey, segment: &str) -> String {
    let slug = without_programs(&key.slug);
    format!("{}{}.zip", release(key, segment), self::segment(&slug))
}

/// What changed in a version: `<owner>/skills/<slug>/versions/<segment>/diff/`. The current one has this page too.
pub fn diff(key: &SkillKey, segment: &str) -> String {
    format!("{}diff/", release(key, segment))
}

fn paged(folder: String, page: usize) -> String {
    if page <= 1 {
        folder
    } else {
        format!("{folder}page/{page}/")
    }
}

/// Everything but the unreserved characters of RFC 3986 (section 2.3) is encoded.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// `text` as one segment of a URL path.
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// The `/`-separated `path` of a file, each part of it as [`segment`].
pub fn segments(path: &str) -> String {
    let segments: Vec<String> = path.split('/').map(segment).collect();
    segments.join("/")
}

/// The file that a host serves for `page_path`: folders end in `index.html`; percent-encoding is undone.
pub fn output_path(page_path: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(page_path).decode_utf8_lossy();
    if decoded.is_empty() || decoded.ends_with('/') {
        format!("{decoded}index.html")
    } else {
        decoded.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_of_search_spells_the_same_address() {
        let key = SkillKey::parse("OWNER/SLUG").unwrap();
        let spelled = skill(&key)
            .replace("OWNER", "${encodeURIComponent(hit.owner)}")
            .replace("SLUG", "${encodeURIComponent(hit.slug)}");
        let script = include_str!("../assets/search.js");
        assert!(script.contains(&format!("new URL(`{spelled}`, site)")));
        let links = include_str!("../assets/search-page.js");
        for folder in [SKILLS, TAGS] {
            assert!(
                links.contains(&format!("this.link(\"{folder}\")")),
                "{folder}"
            );
        }
    }

    #[test]
    fn paths_are_the_contract() {
        let name = SkillKey::parse("ana/pdf-tools").unwrap();
        assert_eq!(skill(&name), "ana/skills/pdf-tools/");
        assert_eq!(zip(&name), "ana/skills/pdf-tools/pdf-tools.zip");
        let program = SkillKey::parse("ana/form.php").unwrap();
        assert_eq!(zip(&program), "ana/skills/form.php/form_php.zip");
        assert_eq!(
            file(&name, "docs/a b.md"),
            "ana/skills/pdf-tools/files/docs/a%20b.md"
        );
        assert_eq!(listing(Sort::Updated, 1), "skills/");
        assert_eq!(listing(Sort::Updated, 2), "skills/page/2/");
        assert_eq!(listing(Sort::Newest, 3), "skills/by/newest/page/3/");
        assert_eq!(tag("日本", 1), "tags/%E6%97%A5%E6%9C%AC/");
        assert_eq!(output_path(&tag("日本", 1)), "tags/日本/index.html");
        assert_eq!(owner_feed("ana"), "ana/feed.xml");
        assert_eq!(tag_feed("日本"), "tags/%E6%97%A5%E6%9C%AC/feed.xml");
        assert_eq!(output_path("404.html"), "404.html");
    }
}
