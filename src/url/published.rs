//! The names under which files of strangers are published, so that no host makes more of them than text, data or a
//! picture.
//!
//! The site's origin is shared by all skills: one file that a host serves as a page runs script in the name of all. Hosts
//! go by the name alone, each in its own way:
//!
//! - nginx, object stores and most others take the last suffix (`types` of nginx; `mimetypes` of Python, by which
//!   `aws s3 sync` and `gcloud storage cp` upload). `mimetypes` takes encodings off before it looks: `page.html.gz` is
//!   `text/html` to it.
//! - nginx (`gzip_static`), Caddy (`precompressed`) and GitLab Pages answer `page.html` with `page.html.gz` where that is
//!   there, so a stranger's `SKILL.md.gz` would stand in for `SKILL.md`.
//! - Apache (`mod_mime`, "Files with Multiple Extensions") reads every part of the name after the first dot: the last one
//!   whose type it knows decides, so `page.html.jsonl` is a page and so is `page.html.en`; and a handler that any of them
//!   names runs the file, so `page.php.txt` is a program where PHP is set up by `AddHandler`.
//! - A folder is answered with its `index.*`, and which of them is a setting.

use std::collections::HashSet;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use crate::key::is_identity_part;
use crate::text::{hex, is_device_name};

/// The path under which a skill's file is published; `path` is `/`-separated, and so is the answer.
///
/// A name stays as it is if its last suffix is inert on all hosts. Any other name gets `.txt` appended: active and unknown
/// types, encodings, names without a suffix, `index.*`. Before that, the dot before a suffix by which servers run programs
/// becomes `_`, wherever it stands: `form.php` is published as `form_php.txt`.
pub fn published_path(path: &str) -> String {
    let (folder, name) = path
        .rfind('/')
        .map_or(("", path), |slash| path.split_at(slash + 1));
    let name = without_programs(name);
    if is_inert(&name) {
        format!("{folder}{name}")
    } else {
        format!("{folder}{name}.txt")
    }
}

/// A version, which strangers name, as one segment of an address and the name of a folder everywhere: itself where it can be
/// that, else what can be read of it and eight digits of its hash. Two names may give one segment, in another letter case
/// for instance.
pub fn version_segment(version: &str) -> String {
    let is_program = without_programs(version) != version;
    if is_identity_part(version) && !is_device_name(version) && !is_program {
        return version.to_owned();
    }
    let is_readable = |c: &char| c.is_ascii_alphanumeric();
    let readable: String = version
        .chars()
        .map(|c| if is_readable(&c) { c } else { '-' })
        .collect();
    let mut parts: Vec<&str> = readable
        .split('-')
        .filter(|part| !part.is_empty())
        .collect();
    let hash = hex(&Sha256::digest(version));
    parts.truncate(READABLE_MAX_PARTS);
    parts.push(&hash[..8]);
    parts.join("-")
}

/// Most parts of a version that its segment keeps; a version has [`crate::catalog::VERSION_MAX_CHARS`] characters at most.
const READABLE_MAX_PARTS: usize = 8;

/// `name` with `_` for the dot before each suffix by which servers run programs.
pub(super) fn without_programs(name: &str) -> String {
    let mut parts = name.split('.');
    let mut safe = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_program = PROGRAMS.contains(&part.to_ascii_lowercase().as_str());
        safe.push(if is_program { '_' } else { '.' });
        safe.push_str(part);
    }
    safe
}

fn is_inert(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let (stem, suffixes) = name.split_once('.').unwrap_or((&name, ""));
    let (before, last) = suffixes.rsplit_once('.').unwrap_or(("", suffixes));
    let is_alone = !before.split('.').any(|suffix| ACTIVE.contains(suffix));
    let is_inert = INERT.contains(&last) || (INERT_BUT_NEW.contains(&last) && is_alone);
    stem != "index" && is_inert
}

/// Suffixes of text, data and pictures that all hosts know, so that nothing before them counts.
const INERT: &[&str] = &[
    "bmp", "csv", "gif", "jpeg", "jpg", "json", "mp3", "mp4", "ogg", "png", "tar", "tsv", "txt",
    "wav", "webm", "webp", "zip",
];

/// The same, but Apache's own list lacks them or did so for long; there, a suffix before them decides.
const INERT_BUT_NEW: &[&str] = &["avif", "jsonl", "md", "toml", "yaml", "yml"];

/// Suffixes that some host serves as what a browser runs or unpacks.
static ACTIVE: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("active_suffixes.txt").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect()
});

/// Suffixes that servers take for programs, wherever in a name they stand, when `AddHandler`, `AddOutputFilter` or an
/// older way of setting up PHP names them: `httpd.conf` of Apache and the documentation of its modules `asis`, `cgi`,
/// `imagemap`, `include`, `lua` and `negotiation`, `php.conf` of distributions, the script mappings of IIS.
///
/// Not here are `.py`, `.sh` and `.rb`, which many skills hold: they run as CGI alone, which takes a file's mode that no
/// file of a site has, where a system has modes.
const PROGRAMS: &[&str] = &[
    "asa", "ashx", "asis", "asmx", "asp", "aspx", "cer", "cfm", "cfml", "cgi", "fcgi", "jsp",
    "jspx", "lua", "map", "phar", "php", "php3", "php4", "php5", "php7", "php8", "phps", "pht",
    "phtml", "pl", "shtm", "shtml", "stm", "var", "wsgi",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_a_browser_would_run_get_another_ending() {
        for active in [
            "a.html",
            "a.HTM",
            "x/a.svg",
            "a.js",
            "a.mjs",
            "a.css",
            "a.wasm",
            "a.xml",
            "a.xhtml",
            "run",
            "a.pdf",
            "x.md/run",
            "a.unknown",
        ] {
            assert_eq!(published_path(active), format!("{active}.txt"));
        }
        for inert in [
            "SKILL.md",
            "a.json",
            "x/y.png",
            "a.csv",
            "a.JPG",
            "x.php/a.md",
        ] {
            assert_eq!(published_path(inert), inert);
        }
    }

    #[test]
    fn a_version_is_a_segment_whatever_it_is_called() {
        for plain in ["1.4.0", "v2", "2026-01", "1.0.0-RC.1"] {
            assert_eq!(version_segment(plain), plain);
        }
        for (hostile, segment) in [
            ("1.0.0+build.7", "1-0-0-build-7-"),
            ("../../index.html", "index-html-"),
            ("index.html", "index-html-"),
            ("1.0/skill.json", "1-0-skill-json-"),
            ("1.php", "1-php-"),
            ("nul", "nul-"),
            ("1.0.", "1-0-"),
            ("第2版", "2-"),
            ("<b>", "b-"),
            ("..", ""),
            ("", ""),
        ] {
            let given = version_segment(hostile);
            let hash = given.strip_prefix(segment).unwrap();
            assert_eq!(hash.len(), 8, "{given}");
            assert!(
                is_identity_part(&given) && !is_device_name(&given),
                "{given}"
            );
        }
        assert_ne!(version_segment("a/b"), version_segment("a b"));
    }

    #[test]
    fn an_encoding_is_no_type() {
        for packed in [
            "page.html.gz",
            "SKILL.md.gz",
            "a.csv.br",
            "a.zst",
            "a.txt.Z",
            "a.tar.xz",
            "a.tgz",
        ] {
            assert_eq!(published_path(packed), format!("{packed}.txt"));
        }
    }

    #[test]
    fn a_suffix_that_a_server_does_not_know_leaves_the_one_before_it_to_decide() {
        for active in [
            "page.html.jsonl",
            "page.HTML.md",
            "a.svg.en.yaml",
            "a.gz.md",
            "page.html.en",
            "page.html.utf8",
        ] {
            assert_eq!(published_path(active), format!("{active}.txt"));
        }
        for inert in [
            "page.html.json",
            "data.xml.csv",
            "README.ko.md",
            "v1.2.md",
            "a.test.yaml",
        ] {
            assert_eq!(published_path(inert), inert);
        }
    }

    #[test]
    fn what_a_folder_is_answered_with_gets_another_ending() {
        for index in ["index.md", "docs/INDEX.json", "index.txt", "index"] {
            assert_eq!(published_path(index), format!("{index}.txt"));
        }
        assert_eq!(published_path("index-of.md"), "index-of.md");
    }

    #[test]
    fn no_suffix_by_which_servers_run_programs_is_left() {
        for (path, published) in [
            ("form.php", "form_php.txt"),
            ("a/form.PHP.txt", "a/form_PHP.txt"),
            ("form.php.md", "form_php.md"),
            ("a.b.shtml.cgi", "a.b_shtml_cgi.txt"),
            ("bundle.js.map", "bundle.js_map.txt"),
            ("php", "php.txt"),
        ] {
            assert_eq!(published_path(path), published);
        }
    }
}
