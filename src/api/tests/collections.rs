//! Collections as documents.

use ::url::Url;

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

#[test]
fn clients_install_a_collection_by_the_artifacts_of_its_skills() {
    let mut catalog = with_collection();
    let key = |key| SkillKey::parse(key).unwrap();
    let chosen = ["ana/pdf-tools", "bo/plain", "bo/notes"].map(|skill| (key(skill), None));
    let (title, description) = ("More".into(), "More.".into());
    let more = Collection::new("more".into(), title, description, chosen.into());
    catalog.collections.insert(0, more);
    let files = files_of(&catalog, &config());
    let path = "collections/more/.well-known/agent-skills/index.json";
    let index = document(&files, path);
    assert_eq!(
        index["$schema"],
        "https://schemas.agentskills.io/discovery/0.2.0/schema.json"
    );
    let entries = index["skills"].as_array().unwrap();
    let names: Vec<&Value> = entries.iter().map(|entry| &entry["name"]).collect();
    assert_eq!(names, ["pdf-tools", "notes"], "`plain` has no front matter");
    let base = Url::parse(&format!("https://skills.example/reg/{path}")).unwrap();
    for (entry, skill, file) in [
        (&entries[0], "ana/skills/pdf-tools", "pdf-tools.zip"),
        (&entries[1], "bo/skills/notes", "files/SKILL.md"),
    ] {
        let url = base.join(entry["url"].as_str().unwrap()).unwrap();
        assert_eq!(
            url.as_str(),
            format!("https://skills.example/reg/{skill}/{file}")
        );
        let of_skill = document(
            &files,
            &format!("{skill}/.well-known/agent-skills/index.json"),
        );
        assert_eq!(entry["digest"], of_skill["skills"][0]["digest"]);
    }
}

#[test]
fn a_skill_has_an_index_of_its_files_by_choice() {
    let catalog = with_collection();
    let path = "bo/skills/notes/.well-known/skills/index.json";
    assert!(!files_of(&catalog, &config()).contains_key(path));
    let mut config = config();
    config.api.file_indexes = true;
    let files = files_of(&catalog, &config);
    let record = document(&files, "bo/skills/notes/skill.json");
    assert_eq!(
        document(&files, path),
        json!({ "skills": [{
            "name": "notes",
            "description": "Bo's notes.",
            "version": record["zip"]["sha256"],
            "files": ["SKILL.md"],
        }] })
    );
    let of_script = "ana/skills/pdf-tools/.well-known/skills/index.json";
    assert!(!files.contains_key(of_script), "it has a script");
}

#[test]
fn clients_that_fetch_files_are_told_of_skills_of_which_they_get_all() {
    let mut catalog = with_collection();
    let pdf = SkillKey::parse("ana/pdf-tools").unwrap();
    let chosen = vec![(pdf, None)];
    let (title, description) = ("Scripts".into(), "With a script.".into());
    let scripts = Collection::new("scripts".into(), title, description, chosen);
    catalog.collections.insert(0, scripts);
    let files = files_of(&catalog, &config());
    assert!(!files.contains_key("collections/scripts/.well-known/skills/index.json"));
    let index = document(&files, "collections/team/.well-known/skills/index.json");
    let zip = |owner: &str| {
        let record = document(&files, &format!("{owner}/skills/notes/skill.json"));
        record["zip"]["sha256"].clone()
    };
    assert_eq!(
        index,
        json!({ "skills": [
            { "name": "bo-notes", "description": "Bo's notes.", "version": zip("bo"), "files": ["SKILL.md"] },
            { "name": "ana-notes", "description": "Ana's notes.", "version": zip("ana"), "files": ["SKILL.md"] },
        ] })
    );
}
