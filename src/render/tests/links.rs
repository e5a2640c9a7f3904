//! Every link leads somewhere, at the root of a host and below a path.

use std::collections::BTreeSet;

use scraper::{Html, Selector};

use super::fixture::{Files, many, registry, render_with, text};
use crate::catalog::{Catalog, SkillName};
use crate::config::Config;
use crate::render::{Related, url};

#[test]
fn every_link_and_fragment_resolves() {
    let mut catalog = registry();
    catalog.skills[0].tags.push("日本".to_owned());
    catalog.aliases.insert(
        SkillName::parse("ana/pdf").unwrap(),
        SkillName::parse("ana/pdf-tools").unwrap(),
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
