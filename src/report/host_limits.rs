//! Limits of hosts: what the host of the settings takes, held against what was written.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::{fs, io};

use toml::Spanned;

use super::budget::{at_setting, largest};
use super::parts;
use crate::hosting::{Counted, Host, Limit};
use crate::problem::{Problem, Problems};
use crate::sink::SiteFile;
use crate::text::number::grouped;

/// One error for each limit of `host` that the site in `folder`, which consists of `files`, exceeds; at the place of the
/// host in the settings at `config_path`.
///
/// # Errors
/// When `_redirects` or `_headers` cannot be read.
pub fn check(
    folder: &Path,
    files: &[SiteFile],
    host: &Spanned<Host>,
    config_path: &Path,
) -> io::Result<Problems> {
    let redirects = Redirects::read(&folder.join("_redirects"))?;
    let headers = fs::read_to_string(folder.join("_headers"))?;
    let count = |counted: Counted| match counted {
        Counted::Files => Count::of_site(files.len() as u64),
        Counted::Entries => Count::of_site((files.len() + folders(files).len()) as u64),
        Counted::FilesInFolder => fullest_folder(files),
        Counted::FileBytes => largest_file(files),
        Counted::SiteBytes => Count::of_site(files.iter().map(|file| file.len).sum()),
        Counted::StaticRedirects => Count::of_site(redirects.n_static),
        Counted::DynamicRedirects => Count::of_site(redirects.n_dynamic),
        Counted::Redirects => Count::of_site(redirects.n_static + redirects.n_dynamic),
        Counted::RedirectBytes => Count::of_site(redirects.len_bytes),
        Counted::HeaderRules => Count::of_site(n_header_rules(&headers)),
    };
    let exceeded = host.get_ref().limits().into_iter().filter_map(|limit| {
        let count = count(limit.counted);
        let is_exceeded = count.amount > limit.max;
        is_exceeded.then(|| {
            let message = message(*host.get_ref(), &limit, &count);
            let problem = Problem::error(config_path, "host limit", message);
            at_setting(problem.hint(hint(&limit, files)), host.span().start)
        })
    });
    Ok(exceeded.collect())
}

/// How many there are, and where.
struct Count {
    amount: u64,
    /// The file or folder that is meant; else the whole site is.
    path: Option<String>,
}

impl Count {
    fn of_site(amount: u64) -> Self {
        Self { amount, path: None }
    }
}

fn message(host: Host, limit: &Limit, count: &Count) -> String {
    let path = count.path.as_deref();
    format!(
        "`{}` takes at most {} {} ({}, read on {}), but {} has {}",
        host.name(),
        grouped(limit.max as usize),
        limit.counted.unit(),
        limit.source.url,
        limit.source.read_on,
        path.map_or("the new site".to_owned(), |path| format!("`{path}`")),
        grouped(count.amount as usize),
    )
}

/// What weighs most, and what helps.
fn hint(limit: &Limit, files: &[SiteFile]) -> String {
    let parts = parts::group(files);
    match limit.counted {
        Counted::Files | Counted::Entries | Counted::FilesInFolder => {
            let parts = parts.iter().map(|part| (part.name.as_str(), part.files));
            let parts = largest(parts.collect());
            format!("most files are {parts}; {LARGER_HOST}")
        }
        Counted::SiteBytes => {
            let parts = parts.iter().map(|part| (part.name.as_str(), part.bytes));
            let parts = largest(parts.collect());
            format!("the largest parts are {parts}; {LARGER_HOST}")
        }
        Counted::FileBytes => {
            let files = files.iter().filter(|file| file.len > limit.max);
            let files = largest(files.map(|file| (file.path.as_str(), file.len)).collect());
            format!("too large are {files}; {SMALLER_FILES}")
        }
        Counted::StaticRedirects
        | Counted::DynamicRedirects
        | Counted::Redirects
        | Counted::RedirectBytes => format!("{FEWER_NAMES}; {WITHOUT_HOST}"),
        Counted::HeaderRules => WITHOUT_HOST.to_owned(),
    }
}

const SMALLER_FILES: &str = "make them smaller, or hide their skills in `moderation.toml`";
const FEWER_NAMES: &str = "take old names that nobody uses any more out of `aliases.toml`";
const WITHOUT_HOST: &str =
    "take `host` out of the settings, and the host passes over what is beyond its limit";
const LARGER_HOST: &str = "take out of the settings what is optional (`[api] full`, `[feeds] tags`), hide skills, or take a host or plan that holds more";

/// The folders of the site, its own among them.
fn folders(files: &[SiteFile]) -> HashSet<&str> {
    let mut folders = HashSet::from([""]);
    for file in files {
        let mut path = file.path.as_str();
        while let Some((folder, _)) = path.rsplit_once('/') {
            if !folders.insert(folder) {
                break;
            }
            path = folder;
        }
    }
    folders
}

/// The folder with the most files.
fn fullest_folder(files: &[SiteFile]) -> Count {
    let mut n_files: BTreeMap<&str, u64> = BTreeMap::new();
    for file in files {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        *n_files.entry(folder).or_default() += 1;
    }
    let fullest = n_files.into_iter().max_by_key(|(_, n_files)| *n_files);
    let (folder, amount) = fullest.unwrap_or_default();
    Count {
        amount,
        path: Some(format!("{folder}/")),
    }
}

fn largest_file(files: &[SiteFile]) -> Count {
    let largest = files.iter().max_by_key(|file| file.len);
    Count {
        amount: largest.map_or(0, |file| file.len),
        path: largest.map(|file| file.path.clone()),
    }
}

/// The lines of `_redirects`, as Cloudflare's program counts them: from the first line with `*` or a placeholder on, every
/// line counts as such a line.
#[derive(Debug, Default, PartialEq, Eq)]
struct Redirects {
    n_static: u64,
    n_dynamic: u64,
    len_bytes: u64,
}

impl Redirects {
    fn read(file: &Path) -> io::Result<Self> {
        Ok(Self::of(&fs::read_to_string(file)?))
    }

    fn of(text: &str) -> Self {
        let mut redirects = Self {
            len_bytes: text.len() as u64,
            ..Self::default()
        };
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let from = line.split_whitespace().next().unwrap_or_default();
            if redirects.n_dynamic > 0 || from.contains('*') || from.contains("/:") {
                redirects.n_dynamic += 1;
            } else {
                redirects.n_static += 1;
            }
        }
        redirects
    }
}

/// The lines that name a path; the lines below each, which give its headers, are indented.
fn n_header_rules(headers: &str) -> u64 {
    let is_path = |line: &&str| !line.is_empty() && !line.starts_with([' ', '\t', '#']);
    headers.lines().filter(is_path).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The problems of a site of these files, with these redirects, for this host.
    fn problems(host: Host, files: &[(&str, u64)], redirects: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let config_path = folder.path().join("skillpress.toml");
        fs::write(folder.path().join("_redirects"), redirects).unwrap();
        fs::write(folder.path().join("_headers"), "/*\n  A: b\n").unwrap();
        let files: Vec<SiteFile> = files
            .iter()
            .map(|(path, len)| SiteFile {
                path: (*path).to_owned(),
                len: *len,
            })
            .collect();
        let host = Spanned::new(0..0, host);
        let problems = check(folder.path(), &files, &host, &config_path).unwrap();
        let shown = problems.sorted().into_iter().map(ToString::to_string);
        let place = format!("error: {}: ", config_path.display());
        shown.map(|shown| shown.replace(&place, "")).collect()
    }

    #[test]
    fn too_many_files_are_told_by_what_they_are_for() {
        let pages = (0..18_001).map(|n| format!("ana/skills/s{n}/index.html"));
        let zips = (0..2_000).map(|n| format!("ana/skills/s{n}/s{n}.zip"));
        let paths: Vec<String> = pages.chain(zips).collect();
        let files: Vec<(&str, u64)> = paths.iter().map(|path| (&path[..], 1)).collect();
        assert_eq!(problems(Host::CloudflareFree, &files[1..], ""), [""; 0]);
        assert_eq!(
            problems(Host::CloudflareFree, &files, ""),
            [
                "`cloudflare-free` takes at most 20,000 files (https://developers.cloudflare.com/pages/platform/limits/, read on 2026-11-26), but the new site has 20,001\n\
              hint: most files are skill pages 18,001 · zips 2,000; take out of the settings what is optional (`[api] full`, `[feeds] tags`), hide skills, or take a host or plan that holds more\n"
            ]
        );
    }

    #[test]
    fn a_file_that_is_too_large_is_named_with_the_others() {
        const MIB: u64 = 1 << 20;
        let files = [
            ("a.zip", 25 * MIB),
            ("b.zip", 25 * MIB + 1),
            ("c.zip", 27 * MIB),
        ];
        assert_eq!(
            problems(Host::CloudflarePaid, &files, ""),
            [
                "`cloudflare-paid` takes at most 26,214,400 bytes in one file (https://developers.cloudflare.com/pages/platform/limits/, read on 2026-11-26), but `c.zip` has 28,311,552\n\
              hint: too large are c.zip 28,311,552 · b.zip 26,214,401; make them smaller, or hide their skills in `moderation.toml`\n"
            ]
        );
        assert_eq!(problems(Host::S3, &files, ""), [""; 0]);
    }

    #[test]
    fn too_many_bytes_are_told_by_what_they_are_for() {
        let files = [("ana/skills/x/x.zip", 1 << 30), ("index.html", 1)];
        assert_eq!(
            problems(Host::GithubPages, &files, ""),
            [
                "`github-pages` takes at most 1,073,741,824 bytes (https://docs.github.com/en/pages/getting-started-with-github-pages/github-pages-limits, read on 2026-11-26), but the new site has 1,073,741,825\n\
              hint: the largest parts are zips 1,073,741,824 · other pages 1; take out of the settings what is optional (`[api] full`, `[feeds] tags`), hide skills, or take a host or plan that holds more\n"
            ]
        );
    }

    #[test]
    fn folders_count_where_a_host_counts_them() {
        let paths = |n: usize, folder: &str| -> Vec<String> {
            (0..n).map(|n| format!("{folder}/{n}/index.html")).collect()
        };
        for (n_files, n_problems) in [(99_999, 0), (100_000, 1)] {
            // One file and one folder each, and the folders `a` and the site's own.
            let paths = paths(n_files - 1, "a");
            let mut files: Vec<(&str, u64)> = paths.iter().map(|path| (&path[..], 1)).collect();
            files.push(("index.html", 1));
            assert_eq!(problems(Host::GitlabPages, &files, "").len(), n_problems);
        }
    }

    #[test]
    fn the_fullest_folder_is_named() {
        let paths: Vec<String> = (0..54_001).map(|n| format!("x/y/{n}")).collect();
        let files: Vec<(&str, u64)> = paths.iter().map(|path| (&path[..], 1)).collect();
        assert_eq!(problems(Host::Netlify, &files[1..], ""), [""; 0]);
        let told = problems(Host::Netlify, &files, "");
        assert!(
            told[0].starts_with("`netlify` takes at most 54,000 files in one folder (https://docs.netlify.com/site-deploys/overview, read on 2026-11-26), but `x/y/` has 54,001\nhint: most files are other files 54,001; "),
            "{told:?}"
        );
    }

    #[test]
    fn redirects_count_as_the_host_counts_them() {
        let redirects = |n_static: usize, n_dynamic: usize| {
            "/a/ /b/ 301\n".repeat(n_static) + &"/a/* /b/:splat 301\n".repeat(n_dynamic)
        };
        for (host, n_static, n_dynamic, told) in [
            (Host::CloudflareFree, 2_000, 100, None),
            (
                Host::CloudflareFree,
                2_001,
                100,
                Some("2,000 lines in `_redirects` before"),
            ),
            (
                Host::CloudflareFree,
                2_000,
                101,
                Some("100 lines in `_redirects` from"),
            ),
            (Host::GitlabPages, 900, 100, None),
            (
                Host::GitlabPages,
                900,
                101,
                Some("1,000 lines in `_redirects` ("),
            ),
        ] {
            let shown = problems(host, &[], &redirects(n_static, n_dynamic));
            assert_eq!(shown.len(), usize::from(told.is_some()), "{shown:?}");
            assert!(told.is_none_or(|told| shown[0].contains(told)), "{shown:?}");
        }
        let long = format!("/{}/ /b/ 301\n", "a".repeat(700)).repeat(100);
        let shown = problems(Host::GitlabPages, &[], &long);
        assert!(
            shown[0].contains("65,536 bytes in `_redirects`"),
            "{shown:?}"
        );
    }

    #[test]
    fn a_line_after_one_with_a_star_counts_as_such_a_line() {
        let text = "# names of before\n\n/a/ /b/ 301\n/c/* /d/:splat 301\n/e/ /f/ 301\n";
        assert_eq!(
            Redirects::of(text),
            Redirects {
                n_static: 1,
                n_dynamic: 2,
                len_bytes: text.len() as u64,
            }
        );
        assert_eq!(Redirects::of("/a/:b /c 301\n").n_dynamic, 1);
    }

    #[test]
    fn a_header_rule_is_a_path_with_its_lines() {
        assert_eq!(
            n_header_rules("# a\n/*\n  A: b\n  C: d\n\n/x/*\n\tA: b\n"),
            2
        );
    }
}
