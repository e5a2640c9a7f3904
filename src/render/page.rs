//! What all pages have: the site around them, a place, a title, what machines read in their head.

use std::borrow::Cow;
use std::hash::Hash;
use std::io;

use askama::Template;

use super::assets::Assets;
use super::markup::Markup;
use crate::catalog::Catalog;
use crate::config::{Config, EmbeddingMode};
use crate::fingerprint::fingerprint;
use crate::hosting::CONTENT_SECURITY_POLICY;
use crate::sink::Sink;
use crate::url::{self, BaseUrl};

/// What every page shows of the site that it belongs to.
#[derive(Hash)]
pub(super) struct SiteView<'a> {
    pub(super) title: &'a str,
    pub(super) description: &'a str,
    pub(super) language: &'a str,
    base_url: &'a BaseUrl,
    /// Whether there is an index of collections.
    pub(super) has_collections: bool,
    pub(super) assets: Assets,
}

impl<'a> SiteView<'a> {
    pub(super) fn new(catalog: &Catalog, config: &'a Config) -> Self {
        Self {
            has_collections: !catalog.collections.is_empty(),
            title: &config.title,
            description: &config.description,
            language: &config.language,
            base_url: &config.base_url,
            assets: Assets::new(config.embedding.mode == EmbeddingMode::Words),
        }
    }

    /// The link to a site path, from the root of the host.
    pub(super) fn link(&self, page_path: &str) -> String {
        self.base_url.link(page_path)
    }

    /// The absolute URL of a site path.
    pub(super) fn absolute(&self, page_path: &str) -> String {
        self.base_url.absolute(page_path)
    }

    pub(super) fn content_security_policy(&self) -> Markup {
        Markup::attribute(CONTENT_SECURITY_POLICY)
    }
}

/// What the base template needs of a page.
#[derive(Hash)]
pub(super) struct Page<'a> {
    pub(super) site: &'a SiteView<'a>,
    /// Without the name of the site; empty on the home page.
    pub(super) title: Cow<'a, str>,
    pub(super) description: Cow<'a, str>,
    /// Site path, percent-encoded.
    pub(super) path: String,
    /// Whether search engines may list it.
    pub(super) is_indexed: bool,
    /// Which entry of the main navigation it belongs to.
    pub(super) section: Section,
    /// Its own feed, beside that of the site.
    pub(super) feed: Option<FeedLink>,
    /// The page as structured data.
    pub(super) json_ld: Option<Markup>,
}

/// A feed that a page names.
#[derive(Clone, Hash)]
pub(super) struct FeedLink {
    /// Site path, percent-encoded.
    pub(super) path: String,
    pub(super) title: String,
}

/// The entries of the main navigation.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Section {
    Skills,
    Badges,
    Collections,
    Tags,
    Owners,
    Other,
}

impl<'a> Page<'a> {
    pub(super) fn new(
        site: &'a SiteView<'a>,
        path: String,
        title: impl Into<Cow<'a, str>>,
        description: impl Into<Cow<'a, str>>,
    ) -> Self {
        Self {
            site,
            title: title.into(),
            description: description.into(),
            path,
            is_indexed: true,
            section: Section::Other,
            feed: None,
            json_ld: None,
        }
    }

    pub(super) fn section(mut self, section: Section) -> Self {
        self.section = section;
        self
    }

    pub(super) fn canonical(&self) -> String {
        self.site.absolute(&self.path)
    }

    /// The main navigation: label, link, and whether this page belongs to it.
    pub(super) fn navigation(&self) -> Vec<(&'static str, String, bool)> {
        let mut sections = vec![
            ("Skills", url::SKILLS, Section::Skills),
            ("Badges", url::BADGES, Section::Badges),
            ("Collections", url::COLLECTIONS, Section::Collections),
            ("Tags", url::TAGS, Section::Tags),
            ("Owners", url::OWNERS, Section::Owners),
        ];
        sections
            .retain(|(.., section)| self.site.has_collections || *section != Section::Collections);
        let link = |(label, path, section)| (label, self.site.link(path), self.section == section);
        sections.into_iter().map(link).collect()
    }
}

/// Writes the page at `page_path`, unless `sink` has it from the same view.
///
/// `view` is all that the page is made from: what its template shows and what is compared are one value, so that a
/// page cannot fall behind.
pub(super) fn write_page(
    sink: &dyn Sink,
    page_path: &str,
    view: &(impl Template + Hash),
) -> io::Result<()> {
    write_from(sink, page_path, view, || render(view))
}

/// Writes what `render` makes of `view` alone, unless `sink` has it from the same view.
pub(super) fn write_from(
    sink: &dyn Sink,
    page_path: &str,
    view: &impl Hash,
    render: impl FnOnce() -> io::Result<Vec<u8>>,
) -> io::Result<()> {
    let path = url::output_path(page_path);
    if sink.keep(&[&path], fingerprint(view))? {
        return Ok(());
    }
    sink.write(&path, &render()?)
}

pub(super) fn render<T: Template>(template: &T) -> io::Result<Vec<u8>> {
    let mut html = Vec::with_capacity(T::SIZE_HINT);
    Template::write_into(template, &mut html)?;
    Ok(html)
}
