//! Text by strangers stays text, in every field that a page shows.

use scraper::{Html, Selector};

use super::fixture::{award, file, registry, render_with, skill, text, version};
use crate::catalog::Related;
use crate::catalog::{Catalog, FrontMatter, Requirements, Version};
use crate::config::Config;

const ATTACK: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>]]>&\u{202e}😀\u{0}";

/// A registry with the attack in every field that may hold it.
fn attacked() -> Catalog {
    let attack = || ATTACK.to_owned();
    let mut catalog = registry();
    let skill = &mut catalog.skills[0];
    skill.name = attack();
    skill.description = attack();
    // A tag and a file name are parts of paths, which hold no `/` and no NUL.
    skill.tags = vec!["\"'><script>&\u{202e}😀".to_owned()];
    skill.body = attack();
    skill.front_matter = FrontMatter {
        name: Some(attack()),
        description: Some(attack()),
        license: Some(attack()),
        compatibility: Some(attack()),
        allowed_tools: vec![attack()],
        author: Some(attack()),
        homepage: Some(format!("https://x.example/{ATTACK}")),
        emoji: Some("<b>".to_owned()),
        is_internal: false,
        is_broken: false,
    };
    skill.requirements = Requirements {
        os: vec![attack()],
        bins: vec![attack()],
        any_bins: vec![attack()],
        env: vec![attack()],
        config: vec![attack()],
        primary_env: Some(attack()),
        install: vec![(attack(), attack())],
    };
    skill.version = Some(Version {
        commit_url: Some(format!("https://x.example/{ATTACK}")),
        ..version(ATTACK, "2026-01-01")
    });
    skill.history = vec![version(ATTACK, "2025-01-01")];
    let name = "\"><script>alert(1)<\u{202e}.md";
    skill.files.insert(0, file(name, "x"));
    skill.main_file_idx = 1;
    skill.badges = vec![award("highlighted", "2026-01-01", Some(ATTACK))];
    skill.badges[0].by = Some(attack());
    skill.moderation_note = Some(attack());
    catalog.badge_kinds[0].label = attack();
    catalog.badge_kinds[0].description = attack();
    catalog.badge_kinds[0].icon = Some(attack());
    catalog
}

#[test]
fn an_attack_in_any_field_stays_text() {
    let config = Config {
        title: ATTACK.to_owned(),
        description: ATTACK.to_owned(),
        language: "en\"><script>".to_owned(),
        ..Config::default()
    };
    let mut suspicious = attacked();
    suspicious.skills[0].is_suspicious = true;
    for catalog in [attacked(), suspicious] {
        let files = render_with(&catalog, &config, &Related::new(vec![vec![1], vec![0]]));
        for path in files.keys().filter(|path| path.ends_with(".html")) {
            let page = Html::parse_document(text(&files, path));
            let count = |selector: &str| page.select(&Selector::parse(selector).unwrap()).count();
            let n_known = count("head > script[src^='/assets/']")
                + count("head > script[type='application/ld+json']");
            assert_eq!(count("script"), n_known, "{path}");
            assert_eq!(count("img, iframe, [onerror], b"), 0, "{path}");
        }
    }
}

#[test]
fn structured_data_is_json_with_the_text_as_it_is() {
    let files = render_with(&attacked(), &Config::default(), &Related::default());
    let page = Html::parse_document(text(&files, "ana/skills/pdf-tools/index.html"));
    let data = Selector::parse("script[type='application/ld+json']").unwrap();
    let json: String = page.select(&data).next().unwrap().text().collect();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["name"], ATTACK);
    assert!(!json.contains('<'));
}

#[test]
fn feeds_stay_well_formed() {
    // An owner and a tag of two skills have a feed.
    let mut catalog = attacked();
    let mut second = skill("ana/scans", "Scans", "2026-01-01", &[("SKILL.md", "")]);
    second.tags = catalog.skills[0].tags.clone();
    catalog.skills.insert(1, second);
    let mut config = Config::default();
    config.feeds.tags = true;
    let files = render_with(&catalog, &config, &Related::default());
    let paths = files.keys().filter(|path| path.ends_with(".xml"));
    let paths: Vec<&str> = paths.map(String::as_str).collect();
    assert_eq!(paths.len(), 5, "{paths:?}");
    for path in paths {
        let xml = text(&files, path);
        assert!(!xml.contains("<script") && !xml.contains("<img"), "{path}");
        assert!(!xml.contains('\0'), "{path}");
    }
}

#[test]
fn names_in_other_scripts_are_kept_apart_from_the_text_around() {
    let mut catalog = registry();
    catalog.skills[1].name = "ملاحظات".to_owned();
    let files = render_with(&catalog, &Config::default(), &Related::default());
    for path in ["skills/index.html", "ben/skills/notes/index.html"] {
        assert!(text(&files, path).contains("<bdi>ملاحظات</bdi>"), "{path}");
    }
}
