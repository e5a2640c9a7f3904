//! The API of a small registry, as programs get it.

mod collections;
mod refusals;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::answer::answer;
use super::response::Response;
use super::{ApiIndex, ApiState, Found, SearchRequest, write_api};
use crate::catalog::{Catalog, LicenseFile, Provenance, Skill, SkillFile, Timestamp};
use crate::clients::clawhub_command;
use crate::config::{Config, HostingConfig, HostingMode};
use crate::content::{self, Disk, LoadOptions};
use crate::key::SkillKey;
use crate::sink::MemorySink;
use crate::sources::LoadedSources;
use crate::standing::Explanation;
use crate::text::hex;
use crate::url::BaseUrl;
use crate::zip::{Plugin, SiteZips, SkillZips, ZipPlace, skill_zip};

/// Two owners with a skill `notes`; a slug that is no valid name; a skill without front matter; one under suspicion.
const CONTENT: &[(&str, &str)] = &[
    (
        "skills/ana/pdf-tools/SKILL.md",
        "---\nname: pdf-tools\ndescription: Reads <PDF> files & forms.\ntags: [pdf]\nmetadata: {openclaw: {requires: {env: [PDF_KEY]}, os: [linux]}}\n---\n# PDF\n",
    ),
    ("skills/ana/pdf-tools/scripts/read.py", "print('pdf')\n"),
    (
        "skills/ana/pdf-tools/_meta.json",
        r#"{"owner":"ana","slug":"pdf-tools","displayName":"PDF Tools",
            "latest":{"version":"1.1.0","publishedAt":1770000000000},
            "history":[{"version":"1.0.0","publishedAt":1760000000000}]}"#,
    ),
    (
        "skills/ana/notes/SKILL.md",
        "---\nname: notes\ndescription: Ana's notes.\n---\nText.\n",
    ),
    (
        "skills/bo/notes/SKILL.md",
        "---\nname: notes\ndescription: Bo's notes.\n---\nText.\n",
    ),
    (
        "skills/bo/Odd--Name/SKILL.md",
        "---\nname: odd\ndescription: Odd.\n---\nText.\n",
    ),
    ("skills/bo/plain/SKILL.md", "No front matter here.\n"),
    (
        "skills/bo/risky/SKILL.md",
        "---\nname: risky\ndescription: Risky.\n---\nText.\n",
    ),
    (
        "badges/official.toml",
        "label = \"Official\"\ndescription = \"Ours.\"\n[[award]]\nskill = \"ana/pdf-tools\"\nby = \"me\"\nat = 2026-01-01\n",
    ),
    (
        "moderation.toml",
        "[[suspicious]]\nskill = \"bo/risky\"\nnote = \"It deletes files.\"\n",
    ),
    ("aliases.toml", "\"ana/pdf\" = \"ana/pdf-tools\"\n"),
    (
        "stats.jsonl",
        "{\"skill\": \"ana/pdf-tools\", \"downloads\": 12, \"stars\": 3, \"installs\": 4, \"as_of\": \"2026-01-31\"}\n",
    ),
];

fn catalog_of(files: &[(&str, &str)]) -> Catalog {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let (catalog, problems) = content::load(
        folder.path(),
        &LoadedSources::default(),
        &LoadOptions::default(),
        &Disk,
    );
    assert_eq!(problems.n_errors(), 0, "{:?}", problems.sorted());
    catalog.with_files_in_memory()
}

fn catalog() -> Catalog {
    catalog_of(CONTENT)
}

fn config() -> Config {
    Config {
        title: "Registry".to_owned(),
        base_url: "https://skills.example/reg/".parse().unwrap(),
        hosting: HostingConfig {
            mode: HostingMode::Edge,
            ..HostingConfig::default()
        },
        ..Config::default()
    }
}

fn full_config() -> Config {
    let mut config = config();
    config.api.full = true;
    config
}

fn zips_of(skill: &Skill) -> SkillZips {
    let zip = |files: &[SkillFile]| skill_zip(files).unwrap().written;
    let releases = skill.releases();
    SkillZips {
        current: zip(&skill.files),
        releases: releases
            .iter()
            .map(|release| zip(release.files()))
            .collect(),
    }
}

fn files_of(catalog: &Catalog, config: &Config) -> BTreeMap<String, Vec<u8>> {
    let plugins = catalog.collections.iter();
    let plugins = plugins.map(|collection| Plugin::new(catalog, config, collection));
    let zips = SiteZips {
        skills: catalog.skills.iter().map(zips_of).collect(),
        collections: plugins
            .map(|plugin| plugin.zip(&mut |_, _, _| Ok(())).unwrap().written)
            .collect(),
    };
    let sink = MemorySink::new();
    write_api(catalog, config, &zips, &sink).unwrap();
    sink.into_files()
}

fn json_of(files: &BTreeMap<String, Vec<u8>>, path: &str) -> Value {
    let bytes = files
        .get(path)
        .unwrap_or_else(|| panic!("no {path} in {:?}", files.keys()));
    serde_json::from_slice(bytes).unwrap()
}

/// Stands for an index: everything whose slug holds the query, even what must not be shown.
struct Slugs(Vec<SkillKey>);

impl ApiIndex for Slugs {
    fn search(&self, request: &SearchRequest) -> Vec<Found<SkillKey>> {
        let hits = self
            .0
            .iter()
            .filter(|name| name.slug.contains(&request.query));
        let found = |name: &SkillKey| Found {
            skill: name.clone(),
            score: 0.5,
            fits: name.owner != "bo",
        };
        hits.map(found).collect()
    }

    fn explain(&self, _: &str, _: &Skill, _: &BaseUrl) -> Option<Explanation> {
        None
    }
}

fn state_of(catalog: Catalog) -> ApiState {
    let names = catalog.skills.iter().map(|skill| skill.key.clone());
    let index = Slugs(names.collect());
    ApiState::new(Arc::new(catalog), config(), Box::new(index))
}

/// Asks for `/api/v1` + `route`.
fn ask(state: &ApiState, route: &str) -> Response {
    let (path, query) = route.split_once('?').unwrap_or((route, ""));
    answer(state, "GET", &format!("/api/v1{path}"), query)
}

fn ask_json(state: &ApiState, route: &str) -> Value {
    let response = ask(state, route);
    assert_eq!(response.status, 200, "{route}: {}", text(&response));
    serde_json::from_slice(&response.body).unwrap()
}

fn text(response: &Response) -> String {
    String::from_utf8_lossy(&response.body).into_owned()
}

#[test]
fn the_files_of_the_api_are_these() {
    let files = files_of(&catalog(), &config());
    let shards = files
        .keys()
        .filter(|path| path.starts_with("api/v1/catalog/"));
    assert_eq!(shards.count(), 2, "one shard and the manifest");
    let others: Vec<&str> = files
        .keys()
        .map(String::as_str)
        .filter(|path| !path.starts_with("api/v1/catalog/"))
        .collect();
    insta::assert_snapshot!(others.join("\n"), @r"
    .well-known/clawhub.json
    ana/skills/notes/.well-known/agent-skills/index.json
    ana/skills/notes/skill.json
    ana/skills/pdf-tools/.well-known/agent-skills/index.json
    ana/skills/pdf-tools/skill.json
    ana/skills/pdf/.well-known/agent-skills/index.json
    ana/skills/pdf/skill.json
    api/openapi.json
    api/v1/badges.json
    api/v1/skills/Odd--Name/index.html
    api/v1/skills/index.html
    api/v1/skills/notes/index.html
    api/v1/skills/pdf-tools/index.html
    api/v1/skills/pdf/index.html
    api/v1/skills/plain/index.html
    api/v1/skills/risky/index.html
    api/v1/stats.json
    bo/skills/Odd--Name/.well-known/agent-skills/index.json
    bo/skills/Odd--Name/skill.json
    bo/skills/notes/.well-known/agent-skills/index.json
    bo/skills/notes/skill.json
    bo/skills/plain/skill.json
    bo/skills/risky/skill.json
    ");
}

#[test]
fn the_full_api_has_versions_and_where_to_get_a_skill_too() {
    let mut config = config();
    config.hosting.mode = HostingMode::Static;
    let some = files_of(&catalog(), &config);
    config.api.full = true;
    let mut full = files_of(&catalog(), &config);
    for (path, bytes) in &some {
        assert_eq!(full.remove(path).as_ref(), Some(bytes), "{path}");
    }
    let more: Vec<&str> = full
        .keys()
        .map(String::as_str)
        .filter(|path| !path.contains("/versions/sha256-"))
        .collect();
    insta::assert_snapshot!(more.join("\n"), @r"
    api/v1/skills/Odd--Name/install
    api/v1/skills/Odd--Name/versions/index.html
    api/v1/skills/notes/install
    api/v1/skills/pdf-tools/install
    api/v1/skills/pdf-tools/versions/1.0.0
    api/v1/skills/pdf-tools/versions/1.1.0
    api/v1/skills/pdf-tools/versions/index.html
    api/v1/skills/pdf/install
    api/v1/skills/pdf/versions/1.0.0
    api/v1/skills/pdf/versions/1.1.0
    api/v1/skills/pdf/versions/index.html
    api/v1/skills/plain/install
    api/v1/skills/plain/versions/index.html
    api/v1/skills/risky/install
    api/v1/skills/risky/versions/index.html
    ");
}

#[test]
fn nothing_in_a_file_reads_as_html() {
    for (path, bytes) in files_of(&catalog(), &full_config()) {
        assert!(!bytes.iter().any(|byte| b"<>".contains(byte)), "{path}");
    }
}

#[test]
fn a_discovery_index_has_the_digest_of_the_published_bytes() {
    let catalog = catalog();
    let files = files_of(&catalog, &config());
    let entry = |page: &str| {
        let index = json_of(
            &files,
            &format!("{page}.well-known/agent-skills/index.json"),
        );
        assert_eq!(
            index["$schema"],
            "https://schemas.agentskills.io/discovery/0.2.0/schema.json"
        );
        index["skills"][0].clone()
    };
    let skill = catalog.skill(&SkillKey::parse("ana/pdf-tools").unwrap());
    let zip = skill_zip(&skill.unwrap().files).unwrap().bytes;
    assert_eq!(
        entry("ana/skills/pdf-tools/"),
        json!({
            "name": "pdf-tools",
            "type": "archive",
            "description": "Reads <PDF> files & forms.",
            "url": "../../pdf-tools.zip",
            "digest": format!("sha256:{}", hex(&Sha256::digest(&zip))),
            "version": "1.1.0",
        })
    );
    let skill_md = "---\nname: odd\ndescription: Odd.\n---\nText.\n";
    assert_eq!(
        entry("bo/skills/Odd--Name/"),
        json!({
            "name": "odd-name",
            "type": "skill-md",
            "description": "Odd.",
            "url": "../../files/SKILL.md",
            "digest": format!("sha256:{}", hex(&Sha256::digest(skill_md))),
        })
    );
    assert!(
        !files.contains_key("bo/skills/risky/.well-known/agent-skills/index.json"),
        "the client would not warn"
    );
}

#[test]
fn a_slug_of_two_owners_is_a_choice() {
    let file = json_of(
        &files_of(&catalog(), &config()),
        "api/v1/skills/notes/index.html",
    );
    assert_eq!(file["skill"], Value::Null);
    assert_eq!(file["ambiguous"][0]["ownerHandle"], "ana");
    assert_eq!(
        file["ambiguous"][1]["url"],
        "https://skills.example/reg/bo/skills/notes/"
    );
    let state = state_of(catalog());
    let response = ask(&state, "/skills/notes");
    assert_eq!(response.status, 409);
    assert!(text(&response).contains("ana, bo"), "{}", text(&response));
    assert_eq!(
        ask_json(&state, "/skills/notes?ownerHandle=@BO")["skill"]["summary"],
        "Bo's notes."
    );
}

#[test]
fn a_skill_has_the_same_record_as_a_file_and_as_an_answer() {
    let files = files_of(&catalog(), &full_config());
    let state = state_of(catalog());
    for (path, route) in [
        ("api/v1/skills/pdf-tools/index.html", "/skills/pdf-tools"),
        ("api/v1/skills/pdf/index.html", "/skills/pdf"),
        ("api/v1/skills/risky/index.html", "/skills/risky/"),
        (
            "api/v1/skills/pdf-tools/versions/index.html",
            "/skills/pdf-tools/versions",
        ),
        (
            "api/v1/skills/pdf-tools/versions/1.1.0",
            "/skills/pdf-tools/versions/1.1.0",
        ),
    ] {
        assert_eq!(
            text(&ask(&state, route)),
            String::from_utf8_lossy(&files[path]),
            "{path}"
        );
    }
    let detail = json_of(&files, "api/v1/skills/pdf-tools/index.html");
    assert_eq!(
        detail["skill"]["badges"],
        json!({"official": {"by": "me", "at": 1_767_225_600_000_i64}})
    );
    assert_eq!(
        detail["skill"]["stats"],
        json!({"downloads": 12, "stars": 3, "installs": 4, "versions": 2})
    );
    assert_eq!(
        detail["latestVersion"],
        json!({"version": "1.1.0", "createdAt": 1_770_000_000_000_i64, "changelog": "", "license": null})
    );
    assert_eq!(
        detail["metadata"],
        json!({"setup": [{"key": "PDF_KEY", "required": true}], "os": ["linux"], "systems": null})
    );
    assert_eq!(detail["moderation"], Value::Null);
    let risky = json_of(&files, "api/v1/skills/risky/index.html");
    assert_eq!(risky["moderation"]["isSuspicious"], true);
    assert_eq!(risky["skill"].get("badges"), None, "no badges, no field");
}

#[test]
fn a_record_has_the_versions_that_the_api_lists() {
    let record = json_of(
        &files_of(&catalog(), &config()),
        "ana/skills/pdf-tools/skill.json",
    );
    let list = ask_json(&state_of(catalog()), "/skills/pdf-tools/versions");
    assert_eq!(record["versions"], list["items"]);
    assert_eq!(record["versions"][0]["version"], record["version"]);
    assert!(record["versions"][1].is_object());
}

#[test]
fn record_document_and_catalog_say_where_a_skill_came_from() {
    let mut catalog = catalog();
    let key = SkillKey::parse("ana/pdf-tools").unwrap();
    let skill_idx = catalog.skill_idx(&key).unwrap();
    let commit = "0123456789abcdef0123456789abcdef01234567";
    catalog.skills[skill_idx].set_provenance(Provenance {
        repository: Some("https://gitlab.com/ana/tools".to_owned()),
        commit: commit.to_owned(),
        path: "skills/pdf".to_owned(),
        committed_at: Timestamp::from_ms(1_770_000_000_000),
    });
    catalog.skills[skill_idx].license_file = Some(LicenseFile {
        path: "LICENSE".to_owned(),
        spdx: Some("MIT".to_owned()),
    });
    let files = files_of(&catalog, &config());
    let source = json!({
        "repository": "https://gitlab.com/ana/tools",
        "commit": commit,
        "path": "skills/pdf",
        "url": format!("https://gitlab.com/ana/tools/-/tree/{commit}/skills/pdf"),
        "committedAt": 1_770_000_000_000_i64,
    });
    let record = json_of(&files, "ana/skills/pdf-tools/skill.json");
    assert_eq!(record["source"], source);
    assert_eq!(record["license"], "MIT");
    let document = json_of(&files, "api/v1/skills/pdf-tools/index.html");
    assert_eq!(document["skill"]["source"], source);
    let manifest = json_of(&files, "api/v1/catalog/manifest.json");
    let shard = manifest["shards"][0]["url"].as_str().unwrap();
    let shard = json_of(&files, &format!("api/v1/catalog/{shard}"));
    let skills = shard["skills"].as_array().unwrap();
    let sources: Vec<&Value> = skills
        .iter()
        .filter_map(|skill| skill.get("source"))
        .collect();
    assert_eq!(sources, [&source], "others have no such field");
}

/// `ana/pdf-tools` with the files of its version 1.0.0.
fn with_kept_version() -> Catalog {
    let mut catalog = catalog();
    let key = SkillKey::parse("ana/pdf-tools").unwrap();
    let skill_idx = catalog.skill_idx(&key).unwrap();
    let version = &mut catalog.skills[skill_idx].history[0];
    version.commit = Some("0123456789abcdef0123456789abcdef01234567".to_owned());
    version.files = vec![
        SkillFile::in_memory("SKILL.md", b"# PDF, once\n"),
        SkillFile::in_memory("old.sh", b"#!/bin/sh\n"),
    ];
    catalog
}

#[test]
fn a_kept_version_has_a_record_in_the_words_of_a_skill() {
    let catalog = with_kept_version();
    let files = files_of(&catalog, &config());
    let record = json_of(&files, "ana/skills/pdf-tools/versions/1.0.0/skill.json");
    let skill = json_of(&files, "ana/skills/pdf-tools/skill.json");
    assert_eq!(
        record["url"],
        format!("{}versions/1.0.0/", skill["url"].as_str().unwrap())
    );
    assert_eq!(record["url"], skill["versions"][1]["url"]);
    assert_eq!(skill["versions"][0].get("url"), None);
    let zip = skill_zip(&catalog.skills[1].history[0].files).unwrap();
    assert_eq!(
        record["zip"],
        json!({
            "url": format!("{}pdf-tools.zip", record["url"].as_str().unwrap()),
            "sha256": zip.written.sha256,
            "size": zip.bytes.len(),
        })
    );
    let script = &record["files"][1];
    assert_eq!(
        (&script["path"], &script["mode"], script.get("url")),
        (&json!("old.sh"), &json!("755"), None)
    );
    let place: ZipPlace = serde_json::from_value(script["zip"].clone()).unwrap();
    let (start, size) = (place.offset as usize, place.size as usize);
    let packed = &zip.bytes[start..start + size];
    assert_eq!(place.unpack(packed, 10).unwrap(), b"#!/bin/sh\n");
    assert_eq!(record["version"], "1.0.0");
    assert_eq!(record["commit"], "0123456789abcdef0123456789abcdef01234567");
}

#[test]
fn a_kept_version_adds_its_record_and_indexes_to_the_api() {
    for config in [config(), full_config()] {
        let before = files_of(&catalog(), &config);
        let mut after = files_of(&with_kept_version(), &config);
        after.retain(|path, _| !before.contains_key(path));
        let new: Vec<String> = after.into_keys().collect();
        let added = [
            ".well-known/agent-skills/v1.0.0/index.json",
            ".well-known/agent-skills/v1.1.0/index.json",
            ".well-known/agent-skills/versions.json",
            "versions/1.0.0/.well-known/agent-skills/index.json",
            "versions/1.0.0/skill.json",
        ];
        assert_eq!(
            new,
            added.map(|path| format!("ana/skills/pdf-tools/{path}"))
        );
    }
}

#[test]
fn the_index_of_a_version_leads_to_its_zip_and_says_nothing_that_changes() {
    let catalog = with_kept_version();
    let files = files_of(&catalog, &config());
    let page = "ana/skills/pdf-tools/";
    let well_known = format!("{page}.well-known/agent-skills/");
    let versions = json_of(&files, &format!("{well_known}versions.json"));
    assert_eq!(
        versions,
        json!({ "latest": "1.1.0", "versions": ["1.0.0", "1.1.0"] })
    );
    let old = skill_zip(&catalog.skills[1].history[0].files).unwrap();
    let now = skill_zip(&catalog.skills[1].files).unwrap();
    let below_page = format!("{page}versions/1.0.0/.well-known/agent-skills/index.json");
    for (path, version, zip_path, zip) in [
        (&*below_page, "1.0.0", "versions/1.0.0/pdf-tools.zip", &old),
        (
            &format!("{well_known}v1.0.0/index.json"),
            "1.0.0",
            "versions/1.0.0/pdf-tools.zip",
            &old,
        ),
        (
            &format!("{well_known}v1.1.0/index.json"),
            "1.1.0",
            "versions/1.1.0/pdf-tools.zip",
            &now,
        ),
    ] {
        let entry = json_of(&files, path)["skills"][0].clone();
        let at = ::url::Url::parse("https://skills.example/").unwrap();
        let zip_url = at.join(path).unwrap();
        let zip_url = zip_url.join(entry["url"].as_str().unwrap()).unwrap();
        assert_eq!(zip_url.path(), format!("/{page}{zip_path}"), "{path}");
        assert_eq!(
            entry["digest"],
            format!("sha256:{}", zip.written.sha256),
            "{path}"
        );
        assert_eq!(entry["version"], version);
        assert_eq!(entry["name"], "pdf-tools");
        assert_eq!(
            entry["description"],
            format!("Version {version} of ana/pdf-tools.")
        );
    }
}

#[test]
fn a_kept_version_is_downloaded_shown_and_read() {
    let catalog = with_kept_version();
    let zip = skill_zip(&catalog.skills[1].history[0].files).unwrap();
    let full = files_of(&catalog, &full_config());
    let state = state_of(catalog);
    let download = ask(&state, "/download?slug=pdf-tools&version=1.0.0");
    assert_eq!(download.status, 200);
    assert_eq!(download.body, zip.bytes);
    let route = "/skills/pdf-tools/versions/1.0.0";
    let shown = ask_json(&state, route);
    let paths = |shown: &Value| -> Vec<String> {
        let files = shown["version"]["files"].as_array().unwrap().iter();
        files
            .map(|file| file["path"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(paths(&shown), ["SKILL.md", "old.sh"]);
    assert_eq!(
        shown["version"]["files"],
        json_of(&full, &format!("api/v1{route}"))["version"]["files"]
    );
    let file = ask(&state, "/skills/pdf-tools/file?path=old.sh&version=1.0.0");
    assert_eq!((file.status, text(&file)), (200, "#!/bin/sh\n".to_owned()));
    let gone = ask(
        &state,
        "/skills/pdf-tools/file?path=scripts/read.py&version=1.0.0",
    );
    assert_eq!(gone.status, 404);
}

#[test]
fn new_counts_change_only_the_files_of_their_skills() {
    let before = files_of(&catalog(), &config());
    let mut content = CONTENT.to_vec();
    let stats = "{\"skill\": \"ana/pdf-tools\", \"downloads\": 13, \"as_of\": \"2026-02-01\"}\n";
    content.last_mut().unwrap().1 = stats;
    let after = files_of(&catalog_of(&content), &config());
    let changed: Vec<&str> = after
        .iter()
        .filter(|(path, bytes)| before.get(*path) != Some(bytes))
        .map(|(path, _)| path.as_str())
        .collect();
    assert_eq!(
        changed,
        [
            "ana/skills/pdf-tools/skill.json",
            "ana/skills/pdf/skill.json",
            "api/v1/skills/pdf-tools/index.html",
            "api/v1/skills/pdf/index.html",
            "api/v1/stats.json"
        ]
    );
}

#[test]
fn with_a_repository_behind_the_site_the_client_is_sent_there() {
    let mut config = config();
    config.hosting.mode = HostingMode::Github;
    config.hosting.github_repository = Some("acme/skills".to_owned());
    config.hosting.github_commit = Some("0123abc".to_owned());
    let files = files_of(&catalog(), &config);
    let detail = json_of(&files, "api/v1/skills/pdf-tools/index.html");
    assert_eq!(detail["latestVersion"], Value::Null);
    let install = json_of(&files, "api/v1/skills/pdf-tools/install");
    assert_eq!(install["github"]["path"], "content/skills/ana/pdf-tools");
    assert_eq!(install["github"]["commit"], "0123abc");
    assert!(!files.contains_key("api/v1/skills/pdf-tools/versions/index.html"));
}

#[test]
fn a_skill_of_a_source_is_installed_from_the_repository_that_it_came_from() {
    let mut config = config();
    config.hosting.mode = HostingMode::Github;
    config.hosting.github_repository = Some("acme/skills".to_owned());
    let install_from = |repository: Option<&str>| {
        let mut catalog = catalog();
        let key = SkillKey::parse("ana/pdf-tools").unwrap();
        let skill_idx = catalog.skill_idx(&key).unwrap();
        let skill = &mut catalog.skills[skill_idx];
        skill.is_of_source = true;
        skill.provenance = repository.map(|repository| Provenance {
            repository: Some(repository.to_owned()),
            commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
            path: "plugins/office/skills/pdf".to_owned(),
            committed_at: None,
        });
        let command = clawhub_command(&config, &catalog.skills[skill_idx], true);
        let files = files_of(&catalog, &config);
        let install = json_of(&files, "api/v1/skills/pdf-tools/install");
        assert_eq!(install["ok"] == true, command.is_some());
        install
    };
    let github = &install_from(Some("https://github.com/bo/office"))["github"];
    assert_eq!(github["repo"], "bo/office");
    assert_eq!(github["commit"], "0123456789abcdef0123456789abcdef01234567");
    assert_eq!(github["path"], "plugins/office/skills/pdf");
    for elsewhere in [None, Some("https://gitlab.com/bo/office")] {
        let install = install_from(elsewhere);
        let message = install["message"].as_str().unwrap();
        assert!(message.contains("npx skills add"), "{message}");
    }
}

#[test]
fn without_downloads_the_client_is_told_what_to_do() {
    let mut config = full_config();
    config.hosting.mode = HostingMode::Static;
    let files = files_of(&catalog(), &config);
    let detail = json_of(&files, "api/v1/skills/pdf-tools/index.html");
    assert_eq!(detail["latestVersion"], Value::Null);
    assert_eq!(detail["skill"]["tags"], json!({"latest": "1.1.0"}));
    let messages: Vec<String> = ["pdf-tools", "plain", "notes"]
        .iter()
        .map(|slug| {
            let install = json_of(&files, &format!("api/v1/skills/{slug}/install"));
            assert_eq!(install["ok"], false);
            install["message"].as_str().unwrap().to_owned()
        })
        .collect();
    insta::assert_snapshot!(messages.join("\n"), @r"
    This registry is plain files. Use `npx skills add https://skills.example/reg/ana/skills/pdf-tools/`.
    This registry is plain files. Download https://skills.example/reg/bo/skills/plain/plain.zip.
    Several owners have a skill of this name. @ana/notes: Use `npx skills add https://skills.example/reg/ana/skills/notes/`. @bo/notes: Use `npx skills add https://skills.example/reg/bo/skills/notes/`.
    ");
}

#[test]
fn the_list_of_newest_skills_is_complete_and_in_order() {
    let content: Vec<(String, String)> = (0..431)
        .flat_map(|n| {
            let skill = format!("skills/ana/s{n:03}");
            let meta = format!(
                "{{\"latest\":{{\"version\":\"1.0.0\",\"publishedAt\":{}}}}}",
                1_700_000_000_000_u64 + n
            );
            [
                (
                    format!("{skill}/SKILL.md"),
                    "---\nname: x\ndescription: y\n---\n".to_owned(),
                ),
                (format!("{skill}/_meta.json"), meta),
            ]
        })
        .collect();
    let content: Vec<(&str, &str)> = content
        .iter()
        .map(|(path, text)| (&path[..], &text[..]))
        .collect();
    let files = files_of(&catalog_of(&content), &config());
    let mut slugs = Vec::new();
    let mut lens = Vec::new();
    let mut path = Some("api/v1/skills/index.html".to_owned());
    while let Some(page) = path.map(|path| json_of(&files, &path)) {
        let items = page["items"].as_array().unwrap();
        lens.push(items.len());
        slugs.extend(
            items
                .iter()
                .map(|item| item["slug"].as_str().unwrap().to_owned()),
        );
        assert_eq!(page["nextCursor"], Value::Null);
        path = page["next"].as_str().map(|next| {
            next.strip_prefix("https://skills.example/reg/")
                .unwrap()
                .to_owned()
        });
    }
    let expected: Vec<String> = (0..431).rev().map(|n| format!("s{n:03}")).collect();
    assert_eq!(slugs, expected);
    assert_eq!(lens, [25, 6, 200, 200]);
}

#[test]
fn the_catalog_is_in_shards_that_their_manifest_proves() {
    let files = files_of(&catalog(), &config());
    let manifest = json_of(&files, "api/v1/catalog/manifest.json");
    assert_eq!(manifest["count"], 5, "all but the suspicious one");
    let mut n_skills = 0;
    for shard in manifest["shards"].as_array().unwrap() {
        let bytes = &files[&format!("api/v1/catalog/{}", shard["url"].as_str().unwrap())];
        assert_eq!(shard["sha256"], hex(&Sha256::digest(bytes)));
        assert_eq!(shard["size"], bytes.len());
        let json: Value = serde_json::from_slice(bytes).unwrap();
        n_skills += json["skills"].as_array().unwrap().len();
        assert_eq!(shard["count"], json["skills"].as_array().unwrap().len());
    }
    assert_eq!(n_skills, 5);
}

#[test]
fn a_list_goes_on_from_its_cursor() {
    let state = state_of(catalog());
    for sort in [
        "",
        "&sort=name",
        "&sort=downloads",
        "&sort=createdAt",
        "&sort=recommended",
    ] {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = ask_json(&state, &format!("/skills?limit=2{sort}{cursor}"));
            for item in page["items"].as_array().unwrap() {
                seen.push(format!("{}/{}", item["ownerHandle"], item["slug"]));
            }
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let n_seen = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((n_seen, seen.len()), (5, 5), "{sort}");
        assert!(!seen.iter().any(|name| name.contains("risky")), "{sort}");
    }
}

#[test]
fn a_prefix_gives_slugs_in_ascending_order() {
    let state = state_of(catalog());
    let page = ask_json(&state, "/skills?prefix=P");
    let slugs: Vec<&str> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["slug"].as_str().unwrap())
        .collect();
    assert_eq!(slugs, ["pdf-tools", "plain"]);
    let page = ask_json(&state, "/skills?prefix=p&sort=stars&limit=1");
    assert_eq!(page["items"][0]["slug"], "pdf-tools");
}

#[test]
fn a_search_shows_no_suspicious_and_no_unknown_skills() {
    let state = state_of(catalog());
    let slugs = |route: &str| -> Vec<String> {
        ask_json(&state, route)["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hit| {
                format!(
                    "{}/{}",
                    hit["ownerHandle"].as_str().unwrap(),
                    hit["slug"].as_str().unwrap()
                )
            })
            .collect()
    };
    assert_eq!(slugs("/search?q=risky"), [""; 0]);
    assert_eq!(slugs("/search?q=notes"), ["ana/notes", "bo/notes"]);
    let results = &ask_json(&state, "/search?q=notes")["results"];
    assert_eq!(
        (&results[0]["fits"], &results[1]["fits"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(slugs("/search?q=notes&limit=1"), ["ana/notes"]);
    assert_eq!(slugs("/search?q=&limit=5"), [""; 0]);
    assert_eq!(slugs("/search?q=pdf&highlightedOnly=true"), [""; 0]);
    assert_eq!(
        slugs("/search?mode=exact&q=NOTES"),
        ["ana/notes", "bo/notes"]
    );
    assert_eq!(slugs("/search?mode=exact&q=%40bo%2Fnotes"), ["bo/notes"]);
    assert_eq!(slugs("/search?mode=exact&q=note"), [""; 0]);
    assert_eq!(ask(&state, "/search?q=x&mode=fuzzy").status, 400);
    let hit = &ask_json(&state, "/search?q=pdf")["results"][0];
    assert_eq!(hit["source"], "clawhub");
    assert_eq!(hit["official"], true);
    assert_eq!(hit["score"], 0.5);
}

#[test]
fn a_download_is_the_published_zip() {
    let catalog = catalog();
    let skill = catalog.skill(&SkillKey::parse("ana/pdf-tools").unwrap());
    let zip = skill_zip(&skill.unwrap().files).unwrap().bytes;
    let state = state_of(catalog);
    for route in [
        "/download?slug=pdf-tools",
        "/download?slug=pdf-tools&ownerHandle=ana&version=1.1.0",
        "/download?slug=pdf&tag=latest",
    ] {
        let response = ask(&state, route);
        assert_eq!(
            (response.status, response.body == zip),
            (200, true),
            "{route}"
        );
    }
    assert_eq!(
        ask(&state, "/download?slug=pdf-tools&version=1.0.0").status,
        410
    );
    assert_eq!(
        ask(&state, "/download?slug=pdf-tools&version=9").status,
        404
    );
    assert_eq!(ask(&state, "/download?slug=notes").status, 409);
    assert_eq!(ask(&state, "/download").status, 400);
}

#[test]
fn what_is_installed_is_recognised_by_its_hash() {
    let state = state_of(catalog());
    let sha256 = |text: &str| hex(&Sha256::digest(text));
    let lines = format!(
        "scripts/read.py:{}\nSKILL.md:{}",
        sha256("print('pdf')\n"),
        sha256(CONTENT[0].1)
    );
    let resolved = ask_json(
        &state,
        &format!("/resolve?slug=pdf-tools&hash={}", sha256(&lines)),
    );
    assert_eq!(
        resolved,
        json!({"slug": "pdf-tools", "match": {"version": "1.1.0"}, "latestVersion": {"version": "1.1.0"}})
    );
    let changed = ask_json(
        &state,
        &format!("/resolve?slug=pdf-tools&hash={}", sha256("other")),
    );
    assert_eq!(changed["match"], Value::Null);
    assert_eq!(ask(&state, "/resolve?slug=pdf-tools&hash=12").status, 400);
}

#[test]
fn a_file_is_answered_as_text_that_no_browser_runs() {
    let state = state_of(catalog());
    let response = ask(
        &state,
        "/skills/pdf-tools/file?path=scripts%2Fread.py&version=1.1.0",
    );
    assert_eq!(
        (response.status, text(&response).as_str()),
        (200, "print('pdf')\n")
    );
    let header = |name: &str| {
        let found = response.headers.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(header("x-content-type-options"), Some("nosniff"));
    for (route, status) in [
        ("/skills/pdf-tools/file?path=..%2F..%2Fx", 404),
        ("/skills/pdf-tools/file", 400),
        ("/skills/pdf-tools/file?path=SKILL.md&version=1.0.0", 410),
        ("/skills/pdf-tools/file?path=SKILL.md&tag=beta", 404),
        ("/skills/nobody/file?path=SKILL.md", 404),
    ] {
        assert_eq!(ask(&state, route).status, status, "{route}");
    }
}

#[test]
fn wrong_requests_get_a_sentence_and_never_a_crash() {
    let state = state_of(catalog());
    for (route, status) in [
        ("/nothing", 404),
        ("/skills/%ff%fe", 404),
        ("/skills/pdf-tools/versions/2.0", 404),
        ("/skills?limit=0", 400),
        ("/skills?limit=many", 400),
        ("/skills?cursor=ana/gone", 404),
        ("/skills?sort=trending", 400),
        ("/skills?sort=%00", 400),
        ("/skills?nonSuspiciousOnly=perhaps", 400),
        ("/skills/pdf-tools?ownerHandle=", 400),
    ] {
        let response = ask(&state, route);
        assert_eq!(response.status, status, "{route}");
        assert!(
            text(&response).ends_with('\n') && text(&response).len() > 5,
            "{route}"
        );
    }
    let post = answer(&state, "POST", "/api/v1/skills", "");
    assert_eq!(post.status, 405);
    assert!(
        post.headers
            .contains(&("allow", "GET, HEAD, OPTIONS".to_owned()))
    );
    assert_eq!(answer(&state, "OPTIONS", "/api/v1/skills", "").status, 204);
}

#[test]
fn a_search_is_explained_for_a_skill_that_search_knows() {
    let state = state_of(catalog());
    for (route, status, message) in [
        ("/skills/pdf-tools/why", 400, "`q` is missing"),
        ("/skills/nothing/why?q=pdf", 404, "Skill not found"),
        ("/skills/notes/why?q=pdf", 409, "AMBIGUOUS"),
        ("/skills/pdf-tools/why?q=pdf", 404, "search does not know"),
    ] {
        let response = ask(&state, route);
        assert_eq!(response.status, status, "{route}");
        assert!(
            text(&response).contains(message),
            "{route}: {}",
            text(&response)
        );
    }
}

#[test]
fn a_text_in_utf16_is_told_in_letters() {
    let text = "---\nname: wide\ndescription: Wide.\n---\nTéxt.\n";
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let mut catalog = catalog();
    let mut skills = catalog.skills.iter_mut();
    let skill = skills.find(|skill| skill.key.slug == "plain").unwrap();
    skill.files[skill.main_file_idx] = SkillFile::in_memory("SKILL.md", &bytes);
    let files = files_of(&catalog, &config());
    let detail = json_of(&files, "api/v1/skills/plain/index.html");
    assert_eq!(detail["skill"]["description"], text);
}
