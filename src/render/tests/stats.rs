//! New statistics change only what shows them.

use super::fixture::{Files, registry, render};
use crate::catalog::Catalog;

#[test]
fn a_count_that_rounds_the_same_changes_nothing() {
    let (before, mut catalog) = (render(&registry()), registry());
    stats_of_pdf_tools(&mut catalog).downloads = 1_299;
    assert_eq!(changed(&before, &render(&catalog)), [""; 0]);
}

#[test]
fn a_count_that_shows_changes_the_pages_that_show_it() {
    let (before, mut catalog) = (render(&registry()), registry());
    stats_of_pdf_tools(&mut catalog).downloads = 1_300;
    assert_eq!(
        changed(&before, &render(&catalog)),
        [
            "ana/index.html",
            "ana/skills/pdf-tools/index.html",
            "badges/highlighted/index.html",
            "index.html",
            "skills/by/downloads/index.html",
            "skills/by/name/index.html",
            "skills/by/newest/index.html",
            "skills/by/stars/index.html",
            "skills/index.html",
            "tags/ocr/index.html",
            "tags/pdf/index.html",
        ]
    );
}

#[test]
fn a_new_order_changes_only_the_pages_of_that_sort() {
    let mut catalog = registry();
    catalog.skills[1].stats = catalog.skills[0].stats;
    let before = render(&catalog);
    // Both still read 1.2k.
    catalog.skills[1].stats.as_mut().unwrap().downloads = 1_299;
    assert_eq!(
        changed(&before, &render(&catalog)),
        ["skills/by/downloads/index.html"]
    );
}

fn stats_of_pdf_tools(catalog: &mut Catalog) -> &mut crate::catalog::Stats {
    catalog.skills[0].stats.as_mut().unwrap()
}

/// Paths of the files that differ.
fn changed<'a>(before: &'a Files, after: &Files) -> Vec<&'a str> {
    assert_eq!(before.len(), after.len());
    before
        .iter()
        .filter(|(path, bytes)| after.get(*path) != Some(*bytes))
        .map(|(path, _)| path.as_str())
        .collect()
}
