//! Files for the host and for programs that visit: headers, redirects, robots, the search description.
//!
//! `_headers` and `_redirects` are in the form that several static hosts read. One host reads 100 rules, of lines up to
//! 2,000 characters, with one `*` in a path. `docs/hosting.md` explains each rule.

use std::fmt::Write;
use std::io;

use super::registry::Registry;
use super::text::xml;
use crate::catalog::Skill;
use crate::hosting::{HeaderRule, header_rules};
use crate::sink::Sink;
use crate::text::shorten;
use crate::url;

pub(super) fn write(registry: &Registry<'_>, sink: &dyn Sink) -> io::Result<()> {
    sink.write("_headers", headers(registry).as_bytes())?;
    sink.write("_redirects", redirects(registry).as_bytes())?;
    sink.write(url::NO_JEKYLL, b"")?;
    if let Some(key) = &registry.config.signing.public_key {
        sink.write(url::PUBLIC_KEY, key.file().as_bytes())?;
    }
    sink.write("robots.txt", robots(registry).as_bytes())?;
    sink.write(url::OPEN_SEARCH, open_search(registry).as_bytes())
}

fn headers(registry: &Registry<'_>) -> String {
    let mut text = String::new();
    let has_collections = registry.site.has_collections;
    let has_packages = registry.config.npm.scope.is_some();
    let is_used = |rule: &HeaderRule| {
        (has_collections || !rule.pattern.starts_with(url::COLLECTIONS))
            && (has_packages || !rule.pattern.starts_with(url::NPM))
    };
    for rule in header_rules().into_iter().filter(is_used) {
        let _ = writeln!(text, "{}", registry.link(rule.pattern));
        for (name, value) in rule.headers {
            let _ = writeln!(text, "  {name}: {value}");
        }
    }
    text
}

/// One line for each zip of each old name, those of old versions included, one for its page, one for all that is below.
///
/// The first line that matches counts, so zips, whose names change, come first. Lines with `*` come last, since a host
/// reads 2,000 lines without and 100 with one, and takes all that follow a line with one for such; of more aliases the
/// rest has its page and its zip, and the documents that stand under each old name as files.
fn redirects(registry: &Registry<'_>) -> String {
    let aliases = || registry.catalog.aliases.iter();
    let zips = aliases().map(|(old, new)| (url::zip(old), url::zip(new)));
    let releases_of = |key| registry.catalog.skill(key).map(Skill::releases);
    let release_zips = aliases().flat_map(|(old, new)| {
        let releases = releases_of(new).unwrap_or_default();
        let zips = releases.into_iter().map(|release| {
            let segment = &release.segment;
            (
                url::release_zip(old, segment),
                url::release_zip(new, segment),
            )
        });
        zips.collect::<Vec<_>>()
    });
    let pages = aliases().map(|(old, new)| (url::skill(old), url::skill(new)));
    let below = pages
        .clone()
        .map(|(old, new)| (format!("{old}*"), format!("{new}:splat")));
    zips.chain(release_zips)
        .chain(pages)
        .chain(below)
        .map(|(from, to)| format!("{} {} 301\n", registry.link(&from), registry.link(&to)))
        .collect()
}

fn robots(registry: &Registry<'_>) -> String {
    format!(
        "# For language models: {}\nUser-agent: *\nAllow: /\n\nSitemap: {}\n",
        registry.absolute(url::LLMS),
        registry.absolute(url::SITEMAP)
    )
}

/// OpenSearch 1.1, so that browsers offer the site as a search engine.
fn open_search(registry: &Registry<'_>) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <OpenSearchDescription xmlns=\"http://a9.com/-/spec/opensearch/1.1/\">\n\
         <ShortName>{}</ShortName>\n<Description>{}</Description>\n<InputEncoding>UTF-8</InputEncoding>\n\
         <Image height=\"16\" width=\"16\" type=\"image/svg+xml\">{}</Image>\n\
         <Url type=\"text/html\" template=\"{}?q={{searchTerms}}\"/>\n</OpenSearchDescription>\n",
        xml(&shorten(registry.site.title, 15)),
        xml(&shorten(registry.site.description, 1023)),
        xml(&registry.absolute(url::FAVICON)),
        xml(&registry.absolute(url::SEARCH)),
    )
}
