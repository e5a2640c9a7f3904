//! Every link leads somewhere, at the root of a host and below a path.

use std::collections::BTreeSet;

use scraper::{Html, Selector};

use super::fixture::{Files, many, registry, render_with, skill, text};
use crate::catalog::Catalog;
use crate::catalog::Related;
use crate::config::Config;
use crate::key::SkillKey;
use crate::url;

#[test]
fn every_link_and_fragment_resolves() {
    let mut catalog = registry();
    catalog.skills[0].tags.push("日本".to_owned());
    catalog.aliases.insert(
        SkillKey::parse("ana/pdf").unwrap(),
        SkillKey::parse("ana/pdf-tools").unwrap(),
    );
    for base_url in ["https://skills.example/", "https://skills.example/x/y/"] {
        for catalog in [&catalog, &many(60)] {
            check_links(catalog, base_url);
        }
    }
}

fn check_links(catalog: &Catalog, base_url: &str) {
    let config = Config {
        base_url: base_url.parse().unwrap(),
        ..Config::default()
    };
    let files = render_with(catalog, &config, &Related::new(vec![vec![1, 2]]));
    let linked = Selector::parse("[href], [src], [action]").unwrap();
    for path in files.keys().filter(|path| path.ends_with(".html")) {
        let page = Html::parse_document(text(&files, path));
        for element in page.select(&linked) {
            let target = ["href", "src", "action"]
                .iter()
                .find_map(|name| element.attr(name))
                .unwrap();
            check_link(&files, &config, path, &page, target);
        }
    }
}

fn check_link(files: &Files, config: &Config, path: &str, page: &Html, target: &str) {
    if let Some(fragment) = target.strip_prefix('#') {
        assert!(ids(page).contains(fragment), "{path}: {target}");
        return;
    }
    let Some(absolute) = target
        .strip_prefix(config.base_url.origin())
        .or(target.starts_with('/').then_some(target))
    else {
        assert!(target.starts_with("https://"), "{path}: {target}");
        return;
    };
    let page_path = absolute
        .strip_prefix(config.base_url.path())
        .unwrap_or_else(|| panic!("{path}: {target} leaves the site"));
    let output_path = url::output_path(page_path);
    // Written with the API, not with the pages; `tests/testsuite/links.rs` follows links over a whole site.
    let is_found = files.contains_key(&output_path) || output_path == "api/openapi.json";
    assert!(is_found, "{path}: {target}");
}

fn ids(page: &Html) -> BTreeSet<&str> {
    page.tree
        .values()
        .filter_map(|node| node.as_element()?.id())
        .collect()
}

#[test]
fn links_to_other_skills_lead_to_their_pages_and_files() {
    let planner = skill(
        "ana/crane-plan",
        "Plan",
        "2026-01-02",
        &[
            ("SKILL.md", "Plan. [a](docs/load%20chart.md)"),
            ("docs/load chart.md", "x"),
            ("run.js", "x"),
        ],
    );
    let body = "[a](../crane-plan/SKILL.md#use) [b](../crane-plan/) [c](..\\crane-plan) [d](../crane-plan/docs/load%20chart.md) \
        [e](../crane-plan/run.js) [f](../../ben/crane-log/SKILL.md) [g](../../../skills/ben/crane-log/) \
        [h](../crane-plan/docs/) [i](../old-plan/) [j](docs/) [k](SKILL.md) \
        [l](../../../tools/skills/crane-plan/SKILL.md)\n\n\
        [m](../gone/) [n](../../crane-plan.md) [o](../../README.md) [p](../crane-plan/gone.md) [q](../../../x) [r](/ana/crane-plan/) \
        [s](../../../../../x) [t](../)\n";
    let catalog = Catalog {
        skills: vec![
            skill(
                "ana/crane-book",
                "Book",
                "2026-01-02",
                &[("SKILL.md", body), ("docs/x.md", "x")],
            ),
            planner,
            skill(
                "ben/crane-log",
                "Log",
                "2026-01-02",
                &[("SKILL.md", "Log.")],
            ),
        ],
        aliases: [(
            SkillKey::parse("ana/old-plan").unwrap(),
            SkillKey::parse("ana/crane-plan").unwrap(),
        )]
        .into(),
        ..Catalog::default()
    };
    for (base_url, root) in [
        ("https://skills.example/", "/"),
        ("https://skills.example/x/y/", "/x/y/"),
    ] {
        let config = Config {
            base_url: base_url.parse().unwrap(),
            ..Config::default()
        };
        let files = render_with(&catalog, &config, &Related::default());
        let page = Html::parse_document(text(&files, "ana/skills/crane-book/index.html"));
        let links = Selector::parse(".prose a").unwrap();
        let led: Vec<(String, String)> = page
            .select(&links)
            .map(|link| (link.text().collect(), link.attr("href").unwrap().to_owned()))
            .collect();
        let expected = [
            ("a", "ana/skills/crane-plan/"),
            ("b", "ana/skills/crane-plan/"),
            ("c", "ana/skills/crane-plan/"),
            ("d", "ana/skills/crane-plan/files/docs/load%20chart.md"),
            ("e", "ana/skills/crane-plan/#files"),
            ("f", "ben/skills/crane-log/"),
            ("g", "ben/skills/crane-log/"),
            ("h", "ana/skills/crane-plan/#files"),
            ("i", "ana/skills/crane-plan/"),
            ("j", "ana/skills/crane-book/#files"),
            ("k", "ana/skills/crane-book/files/SKILL.md"),
            ("l", "ana/skills/crane-plan/"),
        ]
        .map(|(text, link)| (text.to_owned(), format!("{root}{link}")));
        assert_eq!(led, expected);
    }
}

#[test]
fn a_page_made_from_a_file_in_a_folder_links_from_there() {
    let solo = skill(
        "ana/solo",
        "Solo",
        "2026-01-02",
        &[
            (
                "docs/guide.md",
                "[a](more.md) [b](../top.md) [c](../../crane-plan/)",
            ),
            ("docs/more.md", "x"),
            ("top.md", "x"),
        ],
    );
    let catalog = Catalog {
        skills: vec![
            skill("ana/crane-plan", "Plan", "2026-01-02", &[("SKILL.md", "x")]),
            solo,
        ],
        ..Catalog::default()
    };
    let files = render_with(&catalog, &Config::default(), &Related::default());
    let page = text(&files, "ana/skills/solo/index.html");
    for link in [
        "/ana/skills/solo/files/docs/more.md",
        "/ana/skills/solo/files/top.md",
        "/ana/skills/crane-plan/",
    ] {
        assert!(page.contains(&format!("<a href=\"{link}\">")), "{link}");
    }
}

#[test]
fn no_page_has_a_script_or_a_style_of_its_own() {
    let files = render_with(&registry(), &Config::default(), &Related::default());
    let inline =
        Selector::parse("script:not([src]):not([type='application/ld+json']), style, [style]")
            .unwrap();
    for path in files.keys().filter(|path| path.ends_with(".html")) {
        let page = text(&files, path);
        assert_eq!(
            Html::parse_document(page).select(&inline).count(),
            0,
            "{path}"
        );
        assert!(
            page.contains("http-equiv=\"Content-Security-Policy\""),
            "{path}"
        );
    }
}

#[test]
fn every_page_has_one_search_form_and_one_first_heading() {
    let files = render_with(&registry(), &Config::default(), &Related::default());
    let forms = Selector::parse("form.site-search[action='/search/'] input[name=q]").unwrap();
    let headings = Selector::parse("h1").unwrap();
    for path in files.keys().filter(|path| path.ends_with(".html")) {
        let page = Html::parse_document(text(&files, path));
        assert_eq!(page.select(&forms).count(), 1, "{path}");
        assert_eq!(page.select(&headings).count(), 1, "{path}");
    }
}
