//! Pages of collections, and what leads to them.

use super::fixture::{card_slugs, main_of, many, registry, render, text, with_collection};
use crate::catalog::Collection;

#[test]
fn a_collection_has_a_page_with_its_skills_and_notes() {
    let files = render(&with_collection());
    insta::assert_snapshot!(main_of(&files, "collections/team/index.html"));
}

#[test]
fn an_index_names_all_collections() {
    let files = render(&with_collection());
    insta::assert_snapshot!(main_of(&files, "collections/index.html"));
}

#[test]
fn what_is_in_a_collection_leads_to_it() {
    let files = render(&with_collection());
    let link = "<a href=\"/collections/team/\"><bdi>First &#38; week</bdi></a>";
    assert!(text(&files, "ana/skills/pdf-tools/index.html").contains(link));
    assert!(text(&files, "cyd/skills/solo/index.html").contains(link));
    assert!(!text(&files, "ben/skills/notes/index.html").contains(link));
    let navigation = "<li><a href=\"/collections/\">Collections</a></li>";
    assert!(text(&files, "index.html").contains(navigation));
    let sitemap = text(&files, "sitemap.xml");
    for path in ["", "team/"] {
        let line = format!("<loc>http://localhost:4000/collections/{path}</loc>");
        assert!(sitemap.contains(&line), "{line}");
    }
    let line = "- [First & week](http://localhost:4000/collections/team/): What everybody has.\n";
    let llms = text(&files, "llms.txt");
    assert!(llms.contains(line), "{llms}");
}

#[test]
fn a_collection_has_a_feed_of_its_skills_the_last_updated_first() {
    let files = render(&with_collection());
    let feed = text(&files, "collections/team/feed.xml");
    assert!(
        feed.contains("<title>First &amp; week in Skills</title>"),
        "{feed}"
    );
    let at = |text| {
        feed.find(text)
            .unwrap_or_else(|| panic!("no {text} in {feed}"))
    };
    assert!(at("ana/skills/pdf-tools/") < at("cyd/skills/solo/"));
    assert!(!feed.contains("ben/"));
    let page = text(&files, "collections/team/index.html");
    assert!(page.contains("<link rel=\"alternate\" href=\"/collections/team/feed.xml\""));
}

#[test]
fn a_site_without_collections_says_nothing_of_them() {
    for (path, bytes) in render(&registry()) {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        assert!(!path.contains("collection"), "{path}");
        assert!(!text.contains("collection"), "{path}");
    }
}

#[test]
fn a_large_collection_takes_more_pages() {
    let mut catalog = many(25);
    let keys = catalog
        .skills
        .iter()
        .rev()
        .map(|skill| (skill.key.clone(), None));
    let (title, description) = ("All", "All of them.");
    let all = Collection::new(
        "all".into(),
        title.into(),
        description.into(),
        keys.collect(),
    );
    catalog.collections.push(all);
    let files = render(&catalog);
    assert_eq!(
        card_slugs(&files, "collections/all/index.html")[..2],
        ["s024", "s023"]
    );
    assert_eq!(
        card_slugs(&files, "collections/all/page/2/index.html"),
        ["s000"]
    );
    assert!(text(&files, "sitemap.xml").contains("/collections/all/page/2/</loc>"));
}
