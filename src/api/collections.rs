//! Collections as files: one that lists them, and of each a document and the indexes by which clients install it.

use std::io;

use serde::Serialize;
use serde_json::{Value, json};

use super::discovery::index_of_collection;
use super::feed::ZipRef;
use super::file_index::FileIndex;
use super::shapes::Shaper;
use crate::catalog::{Collection, Member, Skill};
use crate::json::write_json;
use crate::sink::Sink;
use crate::url;
use crate::zip::{SiteZips, WrittenZip};

/// Writes nothing where there are no collections.
pub(super) fn write(shaper: &Shaper, zips: &SiteZips, sink: &dyn Sink) -> io::Result<()> {
    let collections = &shaper.catalog.collections;
    if collections.is_empty() {
        return Ok(());
    }
    let items: Vec<Value> = collections.iter().map(|it| item(shaper, it)).collect();
    write_json(
        sink,
        url::api::COLLECTIONS,
        &json!({ "collections": items }),
    )?;
    for (collection, zip) in collections.iter().zip(&zips.collections) {
        let document = Document::new(shaper, collection, zip);
        let name = &collection.name;
        write_json(sink, &url::api::collection(name), &document)?;
        if let Some(index) = index_of_collection(shaper, collection, &zips.skills) {
            write_json(sink, &url::api::collection_discovery(name), &index)?;
        }
        if let Some(index) = FileIndex::of_collection(shaper, collection, &zips.skills) {
            write_json(
                sink,
                &url::api::copies_index(&url::collection(name, 1)),
                &index,
            )?;
        }
    }
    Ok(())
}

/// Takes collections out of the API's description, for a site without any.
pub(super) fn leave_out(description: &mut Value) {
    let schemas = &mut description["components"]["schemas"];
    if let Value::Object(schemas) = schemas {
        schemas.retain(|name, _| !name.starts_with("Collection"));
    }
    if let Value::Object(paths) = &mut description["paths"] {
        paths.retain(|path, _| !path.contains("/collections"));
    }
}

fn item(shaper: &Shaper, collection: &Collection) -> Value {
    let keys = collection
        .members
        .iter()
        .map(|member| member.key.to_string());
    json!({
        "name": collection.name,
        "title": collection.title,
        "description": collection.description,
        "url": page_url(shaper, collection),
        "skills": keys.collect::<Vec<_>>(),
    })
}

fn page_url(shaper: &Shaper, collection: &Collection) -> String {
    let page = url::collection(&collection.name, 1);
    shaper.config.base_url.absolute(&page)
}

#[derive(Serialize)]
struct Document<'a> {
    name: &'a str,
    title: &'a str,
    description: &'a str,
    url: String,
    zip: ZipRef<'a>,
    skills: Vec<MemberShape<'a>>,
}

impl<'a> Document<'a> {
    fn new(shaper: &Shaper<'a>, collection: &'a Collection, zip: &'a WrittenZip) -> Self {
        let members = shaper.catalog.members(collection);
        let zip_path = url::collection_zip(&collection.name, &zip.sha256);
        Self {
            name: &collection.name,
            title: &collection.title,
            description: &collection.description,
            url: page_url(shaper, collection),
            zip: ZipRef::new(shaper, &zip_path, zip),
            skills: members
                .map(|(skill, member)| MemberShape::new(shaper, skill, member))
                .collect(),
        }
    }
}

/// A skill of a collection, in the words of its record.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MemberShape<'a> {
    owner: &'a str,
    slug: &'a str,
    name: &'a str,
    description: &'a str,
    /// What clients that install the collection call it.
    install_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    url: String,
}

impl<'a> MemberShape<'a> {
    fn new(shaper: &Shaper, skill: &'a Skill, member: &'a Member) -> Self {
        Self {
            owner: &skill.key.owner,
            slug: &skill.key.slug,
            name: &skill.name,
            description: &skill.description,
            install_name: &member.install_name,
            note: member.note.as_deref(),
            url: shaper.page_url(skill),
        }
    }
}
