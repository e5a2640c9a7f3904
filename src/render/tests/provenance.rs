//! A skill that came from a repository.

use super::fixture::{Files, main_of, registry, render, text};
use crate::catalog::{Catalog, LicenseFile, Provenance, Timestamp};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const PAGE: &str = "cyd/skills/solo/index.html";

/// The registry with `cyd/solo` from the folder `skills/so lo` of `repository`; its content gives no date.
fn from(repository: Option<&str>, license_file: Option<LicenseFile>) -> Catalog {
    let mut catalog = registry();
    let solo = &mut catalog.skills[2];
    (solo.created_at, solo.updated_at) = (None, None);
    solo.set_provenance(Provenance {
        repository: repository.map(str::to_owned),
        commit: COMMIT.to_owned(),
        path: "skills/so lo".to_owned(),
        committed_at: Timestamp::parse("2026-02-28"),
    });
    solo.license_file = license_file;
    catalog
}

fn license(path: &str, spdx: Option<&str>) -> Option<LicenseFile> {
    Some(LicenseFile {
        path: path.to_owned(),
        spdx: spdx.map(str::to_owned),
    })
}

#[test]
fn a_page_leads_to_the_source_at_its_commit_and_to_the_licence() {
    let catalog = from(
        Some("https://github.com/cyd/solo"),
        license("LICENSE", Some("MIT")),
    );
    let files = render(&catalog);
    let page = main_of(&files, PAGE);
    for part in [
        format!(
            r#"<dd><a href="https://github.com/cyd/solo" rel="nofollow ugc noopener">github.com/cyd/solo</a> at <a href="https://github.com/cyd/solo/tree/{COMMIT}/skills/so%20lo" rel="nofollow ugc noopener"><code>0123456</code></a> <span class="muted">Changed on <time datetime="2026-02-28">2026-02-28</time>.</span></dd>"#
        ),
        format!(
            r#"<dt>License</dt><dd dir="auto"><a href="https://github.com/cyd/solo/blob/{COMMIT}/LICENSE" rel="nofollow ugc noopener">MIT</a></dd>"#
        ),
    ] {
        assert!(page.contains(&part), "{part}\n{page}");
    }
    let head = text(&files, PAGE);
    assert!(head.contains(r#""codeRepository":"https://github.com/cyd/solo""#));
    assert!(head.contains(r#""license":"MIT""#));
}

#[test]
fn a_repository_without_a_page_is_named_by_its_commit_alone() {
    let page = main_of(&render(&from(None, license("docs/LICENSE", None))), PAGE);
    assert!(page.contains("<dt>Source</dt><dd><code>0123456</code> <span"));
    assert!(page.contains(r#"<dt>License</dt><dd dir="auto">docs/LICENSE</dd>"#));
}

#[test]
fn what_the_author_wrote_of_the_licence_counts_before_a_file() {
    let mut catalog = from(None, license("LICENSE", Some("MIT")));
    let solo = &mut catalog.skills[2];
    solo.front_matter.license = Some("Apache-2.0".to_owned());
    assert_eq!(solo.license(), Some("Apache-2.0"));
    let page = main_of(&render(&catalog), PAGE);
    assert!(page.contains(r#"<dt>License</dt><dd dir="auto">Apache-2.0</dd>"#));
}

#[test]
fn the_last_commit_stands_in_for_a_date() {
    let catalog = from(Some("https://codeberg.org/cyd/solo"), None);
    let feed = render(&catalog);
    let feed = text(&feed, "feed.xml");
    let (_, entry) = feed.split_once("<title>solo</title>").unwrap();
    let (entry, _) = entry.split_once("</entry>").unwrap();
    assert!(entry.contains("<updated>2026-02-28T00:00:00Z</updated>"));
    assert!(entry.contains(&format!(
        r#"<link rel="via" href="https://codeberg.org/cyd/solo/src/commit/{COMMIT}/skills/so%20lo"/>"#
    )));

    let mut dated = registry();
    let provenance = catalog.skills[2].provenance.clone();
    dated.skills[2].set_provenance(provenance.unwrap());
    assert_eq!(
        dated.skills[2].updated_at,
        Timestamp::parse("2026-01-15"),
        "the date of the content counts"
    );
}

#[test]
fn where_a_skill_came_from_changes_no_zip_and_no_other_page() {
    let with = render(&from(Some("https://github.com/cyd/solo"), None));
    let mut without = from(None, None);
    without.skills[2].provenance = None;
    let without = render(&without);
    let changed = |files: &Files| -> Vec<String> {
        let differs = |(path, bytes): &(&String, &Vec<u8>)| without.get(*path) != Some(*bytes);
        let changed = files.iter().filter(differs);
        changed.map(|(path, _)| path.clone()).collect()
    };
    assert_eq!(with.len(), without.len());
    assert_eq!(changed(&with), [PAGE, "feed.xml"]);
}
