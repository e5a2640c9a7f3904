//! Every internal link and fragment of a site leads somewhere, at the root of a host and below a path.

use std::collections::{BTreeMap, BTreeSet};

use scraper::{Html, Selector};

use skillpress::BaseUrl;

use crate::harness::{SiteTest, files_below};

#[test]
fn every_link_of_the_demo_registry_resolves_at_the_root() {
    let site = SiteTest::demo().build().site();
    assert!(site.len() > 200);
    assert_links_resolve(&site, "https://skills.example/");
}

#[test]
fn every_link_of_the_demo_registry_resolves_below_a_path() {
    let site = SiteTest::demo()
        .base_url("https://skills.example/x")
        .build()
        .site();
    assert_links_resolve(&site, "https://skills.example/x/");
}

/// The site in `SKILLPRESS_TEST_SITE`, built for `SKILLPRESS_TEST_BASE_URL`; a small one of our own when they are not set.
#[test]
fn every_link_of_a_given_site_resolves() {
    let (Ok(folder), Ok(base_url)) = (
        std::env::var("SKILLPRESS_TEST_SITE"),
        std::env::var("SKILLPRESS_TEST_BASE_URL"),
    ) else {
        return assert_links_resolve(
            &SiteTest::two_skills().build().site(),
            "https://skills.example/",
        );
    };
    assert_links_resolve(&files_below(folder.as_ref()), &base_url);
}

#[test]
fn a_broken_link_is_noticed() {
    let pages = BTreeMap::from([(
        "index.html".to_owned(),
        page("<a href=\"/x/no/\">a</a><a href=\"#no\">b</a><a href=\"/out\">c</a>"),
    )]);
    let files = BTreeSet::from(["index.html".to_owned()]);
    let broken = broken_links(&pages, &files, "https://skills.example", "/x/");
    assert_eq!(broken.len(), 3, "{broken:?}");
}

/// What a link checker needs to know of a page.
struct Page {
    ids: BTreeSet<String>,
    links: Vec<String>,
}

fn page(text: &str) -> Page {
    let document = Html::parse_document(text);
    let all = |selector: &str, attribute: &str| -> Vec<String> {
        let selector = Selector::parse(selector).expect("a selector");
        document
            .select(&selector)
            .filter_map(|element| element.attr(attribute).map(str::to_owned))
            .collect()
    };
    let mut links = all("a[href], link[href]", "href");
    links.extend(all("img[src], script[src]", "src"));
    links.extend(all("form[action]", "action"));
    for refresh in all("meta[http-equiv=refresh]", "content") {
        links.extend(refresh.split_once("url=").map(|(_, url)| url.to_owned()));
    }
    Page {
        ids: all("[id]", "id").into_iter().collect(),
        links,
    }
}

fn assert_links_resolve(site: &[(String, Vec<u8>)], base_url: &str) {
    let base_url: BaseUrl = base_url.parse().expect("a base URL");
    let files: BTreeSet<String> = site.iter().map(|(path, _)| path.clone()).collect();
    let pages: BTreeMap<String, Page> = site
        .iter()
        .filter(|(path, _)| path.ends_with(".html"))
        .map(|(path, bytes)| (path.clone(), page(&String::from_utf8_lossy(bytes))))
        .collect();
    let n_links: usize = pages.values().map(|page| page.links.len()).sum();
    assert!(
        pages.len() >= 10 && n_links > 10 * pages.len(),
        "{} pages, {n_links} links",
        pages.len()
    );
    let broken = broken_links(&pages, &files, base_url.origin(), base_url.path());
    assert!(
        broken.is_empty(),
        "{} broken links, such as {:#?}",
        broken.len(),
        &broken[..broken.len().min(10)]
    );
}

fn broken_links(
    pages: &BTreeMap<String, Page>,
    files: &BTreeSet<String>,
    origin: &str,
    prefix: &str,
) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, page) in pages {
        for link in &page.links {
            if !is_resolved(path, link, pages, files, origin, prefix) {
                broken.push(format!("{path}: {link}"));
            }
        }
    }
    broken
}

fn is_resolved(
    from: &str,
    link: &str,
    pages: &BTreeMap<String, Page>,
    files: &BTreeSet<String>,
    origin: &str,
    prefix: &str,
) -> bool {
    let (address, fragment) = link
        .split_once('#')
        .map_or((link, None), |(address, fragment)| {
            (address, Some(fragment))
        });
    let address = address.split('?').next().unwrap_or_default();
    let address = match address.strip_prefix(origin) {
        Some(path) if path.is_empty() || path.starts_with('/') => path,
        _ if address.contains("://") || address.starts_with("mailto:") => return true,
        _ => address,
    };
    let target = if address.is_empty() {
        from.to_owned()
    } else {
        let Some(path) = address.strip_prefix(prefix) else {
            return false;
        };
        let path = percent_encoding::percent_decode_str(path)
            .decode_utf8_lossy()
            .into_owned();
        if path.is_empty() || path.ends_with('/') {
            format!("{path}index.html")
        } else {
            path
        }
    };
    let has_fragment = |fragment: &str| {
        let fragment = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
        pages
            .get(&target)
            .is_some_and(|page| page.ids.contains(fragment.as_ref()))
    };
    files.contains(&target) && fragment.is_none_or(has_fragment)
}
