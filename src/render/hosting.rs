//! Files for the host and for programs that visit: headers, redirects, robots, the search description.
//!
//! `_headers` and `_redirects` are in the form that several static hosts read. Hosts join the values of all rules that
//! match, so a header that has one value stands in one rule for each path; policies may be joined, since all of them
//! hold. One host reads 100 rules, of lines up to 2,000 characters, with one `*` in a path. `docs/hosting.md` explains
//! each rule.

use std::fmt::Write;
use std::io;

use super::page::CONTENT_SECURITY_POLICY;
use super::registry::Registry;
use super::text::xml;
use crate::catalog::Skill;
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
    const FOR_EVER: &[&str] = &["Cache-Control: public, max-age=31536000, immutable"];
    const REVALIDATED: &[&str] = &["Cache-Control: no-cache"];
    const SHARED: &[&str] = &[
        "Access-Control-Allow-Origin: *",
        "Access-Control-Expose-Headers: Content-Range, Content-Length, ETag, Accept-Ranges",
    ];
    let page_policy =
        format!("Content-Security-Policy: {CONTENT_SECURITY_POLICY}; frame-ancestors 'none'");
    let rules: [(&str, &[&str]); 12] = [
        (
            "*",
            &[
                "X-Content-Type-Options: nosniff",
                "Referrer-Policy: strict-origin-when-cross-origin",
                &page_policy,
            ],
        ),
        ("assets/*", FOR_EVER),
        // Names in the index carry a hash of their content; the manifest names them.
        ("search/files/*", FOR_EVER),
        ("search/manifest.json", REVALIDATED),
        ("search/search.js", REVALIDATED),
        ("search/*", SHARED),
        ("api/*", SHARED),
        (".well-known/*", SHARED),
        // All below is JSON, under names without an ending too; `index.html` there would pass for a page.
        ("api/v1/skills/*", &["Content-Type: application/json"]),
        // The record of a skill, its discovery index, and the files and the zip that these name by their hashes: an old
        // one beside a new one is refused by whoever checks.
        (":owner/skills/:slug/*", &[SHARED, REVALIDATED].concat()),
        // What strangers wrote runs nowhere, even where a browser would open it.
        (
            ":owner/skills/:slug/files/*",
            &[
                "Content-Security-Policy: default-src 'none'; sandbox",
                "X-Robots-Tag: noindex",
            ],
        ),
        (
            ":owner/skills/:slug/*.zip",
            &["Content-Disposition: attachment"],
        ),
    ];
    let mut text = String::new();
    for (path, lines) in rules {
        let _ = writeln!(text, "{}", registry.link(path));
        for line in lines {
            let _ = writeln!(text, "  {line}");
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
        "User-agent: *\nAllow: /\n\nSitemap: {}\n",
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
