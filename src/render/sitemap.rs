//! The list of pages for search engines (the sitemaps protocol): one file, or an index of files when it grows long.

use std::io;

use super::list::{PAGE_SIZE, n_pages};
use super::registry::Registry;
use super::text::xml;
use crate::catalog::Timestamp;
use crate::sink::Sink;
use crate::url::{self, Sort};

/// Most addresses in one file, as the protocol has it.
const URLS_MAX: usize = 50_000;

pub(super) fn write(registry: &Registry<'_>, sink: &dyn Sink) -> io::Result<()> {
    let urls = urls(registry);
    if urls.len() <= URLS_MAX {
        return sink.write(url::SITEMAP, urlset(&urls).as_bytes());
    }
    let mut index = HEADER.to_owned() + "<sitemapindex xmlns=\"" + NAMESPACE + "\">\n";
    for (part_idx, part) in urls.chunks(URLS_MAX).enumerate() {
        let path = format!("sitemaps/{}.xml", part_idx + 1);
        sink.write(&path, urlset(part).as_bytes())?;
        index += &format!(
            "<sitemap><loc>{}</loc></sitemap>\n",
            xml(&registry.absolute(&path))
        );
    }
    index += "</sitemapindex>\n";
    sink.write(url::SITEMAP, index.as_bytes())
}

const HEADER: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

type PageUrl = (String, Option<Timestamp>);

/// Every page that search engines may list, with the date of its content where it has one.
fn urls(registry: &Registry<'_>) -> Vec<PageUrl> {
    let mut urls: Vec<PageUrl> = ["", url::BADGES]
        .into_iter()
        .map(|path| (registry.absolute(path), None))
        .collect();
    let mut push_pages = |n_items: usize, path_of: &dyn Fn(usize) -> String| {
        for page in 1..=n_pages(n_items, PAGE_SIZE) {
            urls.push((registry.absolute(&path_of(page)), None));
        }
    };
    push_pages(registry.listed.len(), &|page| {
        url::listing(Sort::Updated, page)
    });
    for kind in registry.catalog.shown_badge_kinds() {
        push_pages(registry.awarded(&kind.kind).len(), &|page| {
            url::badge(&kind.kind, page)
        });
    }
    if registry.site.has_collections {
        push_pages(0, &|_| url::COLLECTIONS.to_owned());
    }
    for collection in &registry.catalog.collections {
        push_pages(collection.members.len(), &|page| {
            url::collection(&collection.name, page)
        });
    }
    push_pages(0, &url::tags);
    for (tag, skills) in &registry.tags {
        push_pages(skills.len(), &|page| url::tag(tag, page));
    }
    push_pages(0, &url::owners);
    for (owner, skills) in &registry.owners {
        push_pages(skills.len(), &|page| url::owner(owner, page));
    }
    for skill_idx in &registry.listed {
        let skill = &registry.catalog.skills[*skill_idx];
        urls.push((registry.absolute(&url::skill(&skill.key)), skill.updated_at));
    }
    urls
}

fn urlset(urls: &[PageUrl]) -> String {
    let mut text = format!("{HEADER}<urlset xmlns=\"{NAMESPACE}\">\n");
    for (location, updated_at) in urls {
        text += "<url><loc>";
        text += &xml(location);
        text += "</loc>";
        if let Some(updated_at) = updated_at {
            text += &format!("<lastmod>{}</lastmod>", updated_at.date());
        }
        text += "</url>\n";
    }
    text + "</urlset>\n"
}
