//! What stands on which page of a list, and in which order.

use super::fixture::{award, badge_kind, card_slugs, many, registry, render, render_with, text};
use crate::catalog::Related;
use crate::catalog::{BadgeColor, Stats};
use crate::config::Config;

#[test]
fn a_page_of_a_list_has_24_skills() {
    for (n_skills, n_pages, n_on_last) in
        [(0, 1, 0), (1, 1, 1), (24, 1, 24), (25, 2, 1), (49, 3, 1)]
    {
        let files = render(&many(n_skills));
        let page = |number: usize| match number {
            1 => "skills/index.html".to_owned(),
            number => format!("skills/page/{number}/index.html"),
        };
        assert_eq!(
            card_slugs(&files, &page(n_pages)).len(),
            n_on_last,
            "{n_skills}"
        );
        assert!(!files.contains_key(&page(n_pages + 1)), "{n_skills}");
        let first = text(&files, &page(1));
        assert_eq!(first.contains("class=\"pager\""), n_pages > 1, "{n_skills}");
        assert_eq!(first.contains("rel=\"next\""), n_pages > 1, "{n_skills}");
        assert!(
            !text(&files, &page(n_pages)).contains("rel=\"next\""),
            "{n_skills}"
        );
    }
}

#[test]
fn tags_and_owners_have_pages_like_the_listing() {
    let files = render(&many(25));
    for folder in ["tags/all", "ana"] {
        assert_eq!(
            card_slugs(&files, &format!("{folder}/index.html")).len(),
            24
        );
        assert_eq!(
            card_slugs(&files, &format!("{folder}/page/2/index.html")),
            ["s024"]
        );
        assert!(text(&files, &format!("{folder}/index.html")).contains("25 skills"));
    }
}

#[test]
fn an_owner_has_a_feed_from_two_skills_on_and_a_tag_where_the_settings_say_so() {
    let feeds_of = |n_skills, has_tag_feeds| {
        let mut config = Config::default();
        config.feeds.tags = has_tag_feeds;
        let files = render_with(&many(n_skills), &config, &Related::default());
        for (page, feed) in [
            ("ana/index.html", "ana/feed.xml"),
            ("tags/all/index.html", "tags/all/feed.xml"),
        ] {
            let is_written = files.contains_key(feed);
            for link in [
                format!("<a href=\"/{feed}\">Feed</a>"),
                format!("<link rel=\"alternate\" href=\"/{feed}\""),
            ] {
                assert_eq!(
                    text(&files, page).contains(&link),
                    is_written,
                    "{page}: {link}"
                );
            }
        }
        let feeds = files.keys().filter(|path| path.ends_with("/feed.xml"));
        feeds.cloned().collect::<Vec<_>>()
    };
    assert_eq!(feeds_of(1, true), [""; 0]);
    assert_eq!(feeds_of(2, false), ["ana/feed.xml"]);
    assert_eq!(feeds_of(2, true), ["ana/feed.xml", "tags/all/feed.xml"]);
}

#[test]
fn a_tag_s_feed_is_about_the_tag_s_page() {
    let mut config = Config::default();
    config.feeds.tags = true;
    let mut catalog = registry();
    for skill in &mut catalog.skills[..2] {
        skill.tags = vec!["c++ & <b>".to_owned()];
    }
    let files = render_with(&catalog, &config, &Related::default());
    let feed = text(&files, "tags/c++ & <b>/feed.xml");
    for line in [
        "<title>#c++ &amp; &lt;b&gt; in Skills</title>",
        "<id>http://localhost:4000/tags/c%2B%2B%20%26%20%3Cb%3E/</id>",
        "<link rel=\"self\" type=\"application/atom+xml\" href=\"http://localhost:4000/tags/c%2B%2B%20%26%20%3Cb%3E/feed.xml\"/>",
    ] {
        assert!(feed.contains(line), "{line}\n{feed}");
    }
    assert_eq!(feed.matches("<entry>").count(), 2);
}

#[test]
fn each_sort_has_its_order_and_missing_values_come_last() {
    let mut catalog = registry();
    catalog.skills[1].created_at = None;
    catalog.skills[2].stats = Some(Stats {
        downloads: 9,
        stars: 99,
        installs: 0,
    });
    let files = render(&catalog);
    for (path, slugs) in [
        ("skills", ["pdf-tools", "notes", "solo"]),
        ("skills/by/newest", ["solo", "pdf-tools", "notes"]),
        ("skills/by/name", ["notes", "pdf-tools", "solo"]),
        ("skills/by/downloads", ["pdf-tools", "solo", "notes"]),
        ("skills/by/stars", ["solo", "pdf-tools", "notes"]),
    ] {
        assert_eq!(
            card_slugs(&files, &format!("{path}/index.html")),
            slugs,
            "{path}"
        );
    }
}

#[test]
fn featured_skills_have_the_newest_award_first() {
    let mut catalog = registry();
    catalog.skills[1]
        .badges
        .insert(0, award("highlighted", "2026-03-03", None));
    let mut undated = award("highlighted", "2026-01-01", None);
    undated.at = None;
    catalog.skills[2].badges.push(undated);
    let files = render(&catalog);
    let slugs = ["notes", "pdf-tools", "solo"];
    assert_eq!(card_slugs(&files, "badges/highlighted/index.html"), slugs);
    assert_eq!(card_slugs(&files, "index.html")[..3], slugs);
    assert!(text(&files, "badges/highlighted/index.html").contains("Awarded"));
}

#[test]
fn badges_that_search_prefers_come_first() {
    let mut catalog = registry();
    catalog.badge_kinds.insert(
        0,
        badge_kind("deprecated", "Deprecated", BadgeColor::Red, true),
    );
    catalog.badge_kinds[0].boost = -0.5;
    catalog.badge_kinds[2].boost = 0.1;
    let files = render(&catalog);
    let page = text(&files, "badges/index.html");
    let place = |label: &str| page.find(&format!("</span> {label}</a>")).unwrap();
    assert!(place("Official") < place("Featured") && place("Featured") < place("Deprecated"));
}

#[test]
fn titles_are_unique() {
    let mut titles = std::collections::BTreeMap::new();
    for (path, bytes) in render(&many(60)) {
        let page = String::from_utf8_lossy(&bytes);
        let is_other = path.contains("/skills/s") || !path.ends_with(".html");
        if let Some((_, rest)) = page.split_once("<title>").filter(|_| !is_other) {
            let title = rest.split("</title>").next().unwrap().to_owned();
            if let Some(other) = titles.insert(title.clone(), path.clone()) {
                panic!("{path} and {other} are both `{title}`");
            }
        }
    }
}

#[test]
fn a_full_listing_page_is_small() {
    let mut catalog = many(48);
    for (skill_idx, skill) in catalog.skills.iter_mut().enumerate() {
        // Text that does not repeat itself, as long as a card shows.
        skill.description = (0..40)
            .map(|word| format!("{:x} ", skill_idx * 7919 + word * 104_729))
            .collect();
        skill.badges = vec![award("highlighted", "2026-01-01", None)];
        skill.stats = Some(Stats {
            downloads: 1_234,
            stars: 5,
            installs: 1,
        });
    }
    catalog.badge_kinds = registry().badge_kinds;
    let files = render_with(&catalog, &Config::default(), &Related::default());
    let page = text(&files, "skills/index.html");
    let mut compressed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: 5,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut page.as_bytes(), &mut compressed, &params).unwrap();
    assert!(page.len() <= 60_000, "{}", page.len());
    assert!(compressed.len() <= 12_000, "{}", compressed.len());
    assert!(!page.contains("SKILL.md") && !page.contains("sha256"));
}
