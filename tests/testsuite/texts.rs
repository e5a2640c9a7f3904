//! Names, tags, dates and addresses as authors write them, on the pages that come of them.

use serde_json::Value;

use crate::harness::SiteTest;

/// A skill of `ana` with these lines in its front matter.
fn skill(test: SiteTest, slug: &str, fields: &str) -> SiteTest {
    let text = format!("---\nname: {slug}\ndescription: Does {slug}.\n{fields}\n---\n# Text\n");
    test.skill(&format!("ana/{slug}"), text)
}

#[test]
fn tags_that_differ_by_symbols_stay_apart_everywhere() {
    let mut test = SiteTest::empty();
    let tags = [
        ("templates", "C++", "c-plus-plus"),
        ("linq", "C#", "c-sharp"),
        ("pointers", "C", "c"),
        ("nuget", ".NET", "dot-net"),
        ("express", "Node.js", "node-js"),
    ];
    for (slug, tag, _) in tags {
        test = skill(test, slug, &format!("tags: ['{tag}']"));
    }
    let test = test.build();
    for (slug, typed, tag) in tags {
        let page = test.page(&format!("tags/{tag}/index.html"));
        for (other, ..) in tags {
            let link = format!("ana/skills/{other}/");
            assert_eq!(page.contains(&link), other == slug, "{tag} and {other}");
        }
        let ran = test.run(&["search", &format!("tag:{}", typed.to_lowercase()), "--json"]);
        let found: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        let ids: Vec<&str> = found["results"]
            .as_array()
            .expect("results")
            .iter()
            .filter_map(|result| result["id"].as_str())
            .collect();
        assert_eq!(ids, [format!("ana/{slug}")], "{typed}");
    }
}
