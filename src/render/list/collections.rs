//! A page for each collection, and the index of collections.

use std::io;

use askama::Template;

use super::{PAGE_SIZE, Pager, PagerStep, write_list};
use crate::catalog::{Collection, Member};
use crate::render::card::Card;
use crate::render::feed;
use crate::render::install::Install;
use crate::render::page::{Page, Section, write_page};
use crate::render::registry::Registry;
use crate::sink::Sink;
use crate::text::number::counted;
use crate::url;
use crate::zip::WrittenZip;

/// Writes a page for each collection, and the index of collections if there is any; returns the number of pages.
///
/// `zips` are those of the collections, in the order of the catalog.
pub(in crate::render) fn write(
    registry: &Registry<'_>,
    zips: &[WrittenZip],
    sink: &dyn Sink,
) -> io::Result<usize> {
    let site = &registry.site;
    let collections = &registry.catalog.collections;
    if collections.is_empty() {
        return Ok(0);
    }
    let mut n_written = 1;
    for (collection, zip) in collections.iter().zip(zips) {
        n_written += write_collection(registry, collection, zip, sink)?;
    }
    let row = |collection: &Collection| CollectionRow {
        link: site.link(&url::collection(&collection.name, 1)),
        title: collection.title.clone(),
        description: collection.description.clone(),
        total: counted(collection.members.len(), "skill", "skills"),
    };
    let view = CollectionIndexView {
        page: Page::new(
            site,
            url::COLLECTIONS.to_owned(),
            "Collections",
            format!(
                "Sets of skills in {} that are installed as one.",
                site.title
            ),
        )
        .section(Section::Collections),
        collections: collections.iter().map(row).collect(),
    };
    write_page(sink, url::COLLECTIONS, &view)?;
    Ok(n_written)
}

fn write_collection(
    registry: &Registry<'_>,
    collection: &Collection,
    zip: &WrittenZip,
    sink: &dyn Sink,
) -> io::Result<usize> {
    let site = &registry.site;
    let total = counted(collection.members.len(), "skill", "skills");
    let path_of = |number| url::collection(&collection.name, number);
    let members = &collection.members;
    write_list(site, sink, members, PAGE_SIZE, path_of, |part| {
        let title = &collection.title;
        let description = collection.description.as_str();
        let mut page = part.page(site, Section::Collections, title, description);
        page.feed = Some(feed::of_collection(collection));
        let cards = part.items.iter();
        CollectionView {
            page,
            collection,
            total: total.clone(),
            install: Install::of_collection(registry, collection, zip),
            cards: cards.filter_map(|member| card(registry, member)).collect(),
            pager: part.pager,
        }
    })
}

/// The card of a skill on the page of a collection: it has the operator's note.
fn card<'a>(registry: &Registry<'a>, member: &'a Member) -> Option<Card<'a>> {
    let skill_idx = registry.catalog.skill_idx(&member.key)?;
    Some(Card {
        note: member.note.as_deref(),
        ..registry.cards[skill_idx].clone()
    })
}

#[derive(Template, Hash)]
#[template(path = "collection.html")]
struct CollectionView<'a> {
    page: Page<'a>,
    collection: &'a Collection,
    total: String,
    install: Install,
    cards: Vec<Card<'a>>,
    pager: Pager,
}

#[derive(Template, Hash)]
#[template(path = "collections.html")]
struct CollectionIndexView<'a> {
    page: Page<'a>,
    collections: Vec<CollectionRow>,
}

#[derive(Hash)]
struct CollectionRow {
    link: String,
    title: String,
    description: String,
    total: String,
}
