//! How many files a site has, by kind: what a registry costs its host is files.

use std::collections::BTreeMap;

use crate::harness::{SiteTest, links_to};

#[test]
fn sites_have_these_files_and_no_more() {
    assert_eq!(
        counts(&SiteTest::two_skills().build()),
        TWO_SKILLS.trim_start_matches('\n')
    );
    assert_eq!(
        counts(&SiteTest::demo().build()),
        DEMO.trim_start_matches('\n')
    );
}

#[test]
fn a_skill_adds_six_files_and_what_it_links_to_however_many_it_has() {
    let other = "---\nname: other\ndescription: Another skill of hers.\ntags: [pdf]\n---\n";
    let test = SiteTest::two_skills().skill("ana/other", other).build();
    let before = test.site().len();
    let paths: Vec<String> = (0..999).map(|n| format!("data/{n}.txt")).collect();
    let linked = &paths[..3];
    let text = format!(
        "---\nname: pdf-tools\ndescription: Merges and splits PDF files.\ntags: [pdf]\n---\n{}",
        links_to(linked.iter().map(String::as_str))
    );
    let mut test = test.skill("ana/big", text);
    for path in &paths {
        test = test.file(&format!("content/skills/ana/big/{path}"), path);
    }
    let test = test.build();
    let of_skill: Vec<(String, Vec<u8>)> = test
        .site()
        .into_iter()
        .filter(|(path, _)| {
            path.starts_with("ana/skills/big/") || path.starts_with("api/v1/skills/big/")
        })
        .collect();
    assert_eq!(of_skill.len(), SKILL_FILES + linked.len());
    assert_eq!(test.site().len() - before, SKILL_FILES + linked.len());
    let zip = test.path("public/ana/skills/big/big.zip");
    let zip = zip::ZipArchive::new(std::fs::File::open(zip).unwrap()).unwrap();
    assert_eq!(zip.len(), 1000);
}

#[test]
fn a_small_registry_is_a_small_site() {
    let english = "[search]\nlanguages = [\"en\"]\n";
    for (test, max_bytes) in [
        (SiteTest::two_skills(), 3_000_000),
        (
            SiteTest::two_skills().file("skillpress.toml", english),
            2_000_000,
        ),
        (SiteTest::demo(), 4_700_000),
        (SiteTest::demo().file("skillpress.toml", english), 3_500_000),
    ] {
        let n_bytes: usize = test
            .build()
            .site()
            .iter()
            .map(|(_, bytes)| bytes.len())
            .sum();
        assert!(n_bytes <= max_bytes, "{n_bytes} of {max_bytes}");
    }
}

/// Page, zip, record, discovery index, `SKILL.md`, and the document of the API.
const SKILL_FILES: usize = 6;

const TWO_SKILLS: &str = "
    6 API
    9 assets
    1 feeds
    2 marketplaces
   10 other
   11 pages of lists
  143 search: chunks
   10 search: files
    4 search: first
    7 search: tantivy
    2 skill: API
    3 skill: copies of files
    1 skill: discovery index
    2 skill: page
    2 skill: record
    2 skill: zip
    1 sums
";

const DEMO: &str = "
   10 API
    9 assets
   12 collections
    9 feeds
    4 marketplaces
   10 other
  100 pages of lists
  157 search: chunks
   10 search: files
    4 search: first
    7 search: tantivy
   36 skill: API
   50 skill: copies of files
   35 skill: discovery index
   36 skill: page
   36 skill: record
   34 skill: zip
    1 sums
";

/// Lines of a kind and how many files of it there are.
fn counts(test: &SiteTest) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (path, _) in test.site() {
        *counts.entry(kind(&path)).or_default() += 1;
    }
    let lines = counts.into_iter();
    lines
        .map(|(kind, count)| format!("{count:>5} {kind}\n"))
        .collect()
}

fn kind(path: &str) -> &'static str {
    let segments: Vec<&str> = path.split('/').collect();
    match segments[..] {
        [_, "skills", _, "index.html"] => "skill: page",
        [_, "skills", _, "skill.json"] => "skill: record",
        [_, "skills", _, ".well-known", ..] => "skill: discovery index",
        [_, "skills", _, "files", ..] => "skill: copies of files",
        [_, "skills", _, _] => "skill: zip",
        ["api", "v1", "skills", _, ..] if path != "api/v1/skills/index.html" => "skill: API",
        ["api", ..] | [".well-known", ..] => "API",
        ["collections", ..] => "collections",
        ["SHA256SUMS"] | ["data", "sums", _] => "sums",
        ["assets", ..] => "assets",
        ["search", "files", _, _] => "search: chunks",
        ["search", "files", _] => "search: files",
        ["search", "tantivy", ..] => "search: tantivy",
        ["search", ..] => "search: first",
        [.., "feed.xml"] => "feeds",
        [.., "marketplace.json"] => "marketplaces",
        [.., "index.html"] => "pages of lists",
        _ => "other",
    }
}
