//! Collections as documents.

use super::*;
use crate::catalog::Collection;

/// The registry with a collection of both skills `notes`.
fn with_collection() -> Catalog {
    let key = |key| SkillKey::parse(key).unwrap();
    let chosen = vec![
        (key("bo/notes"), Some("His & <hers>.".to_owned())),
        (key("ana/notes"), None),
    ];
    let mut catalog = catalog();
    let collection = Collection::new("team".into(), "Team".into(), "Ours.".into(), chosen);
    catalog.collections.push(collection);
    catalog
}

fn document(files: &BTreeMap<String, Vec<u8>>, path: &str) -> Value {
    serde_json::from_slice(&files[path]).unwrap()
}

#[test]
fn a_list_names_the_collections_and_a_document_has_each() {
    let files = files_of(&with_collection(), &config());
    assert_eq!(
        document(&files, "api/v1/collections.json"),
        json!({ "collections": [{
            "name": "team",
            "title": "Team",
            "description": "Ours.",
            "url": "https://skills.example/reg/collections/team/",
            "skills": ["bo/notes", "ana/notes"],
        }] })
    );
    let document = document(&files, "api/v1/collections/team.json");
    assert_eq!(document["title"], "Team");
    let zip = &document["zip"];
    let sha256 = zip["sha256"].as_str().unwrap();
    let url = format!(
        "https://skills.example/reg/collections/team/team-{}.zip",
        &sha256[..12]
    );
    assert_eq!(zip["url"], url);
    assert_eq!(
        document["skills"],
        json!([
            {
                "owner": "bo",
                "slug": "notes",
                "name": "notes",
                "description": "Bo's notes.",
                "installName": "bo-notes",
                "note": "His & <hers>.",
                "url": "https://skills.example/reg/bo/skills/notes/",
            },
            {
                "owner": "ana",
                "slug": "notes",
                "name": "notes",
                "description": "Ana's notes.",
                "installName": "ana-notes",
                "url": "https://skills.example/reg/ana/skills/notes/",
            },
        ])
    );
}

#[test]
fn the_description_speaks_of_collections_where_there_are_any() {
    for (catalog, is_there) in [(with_collection(), true), (catalog(), false)] {
        let files = files_of(&catalog, &config());
        let description = document(&files, "api/openapi.json");
        for part in [&description["paths"], &description["components"]["schemas"]] {
            let text = part.to_string();
            assert_eq!(text.to_lowercase().contains("collection"), is_there);
        }
        let with_rest = &description["paths"]["/api/v1/badges.json"];
        assert!(with_rest.is_object());
    }
}
