//! Pages of collections, and what leads to them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::fixture::{
    Files, card_slugs, file, main_of, many, registry, render, render_with, skill, text,
    with_collection,
};
use crate::catalog::{Collection, Related, has_plain_paths};
use crate::config::Config;
use crate::text::hex;

#[test]
fn a_collection_has_a_page_with_its_skills_and_notes() {
    let files = render(&with_collection());
    insta::assert_snapshot!(main_of(&files, "collections/team/index.html"));
}

#[test]
fn an_index_names_all_collections() {
    let files = render(&with_collection());
    insta::assert_snapshot!(main_of(&files, "collections/index.html"));
}

#[test]
fn what_is_in_a_collection_leads_to_it() {
    let files = render(&with_collection());
    let link = "<a href=\"/collections/team/\"><bdi>First &#38; week</bdi></a>";
    assert!(text(&files, "ana/skills/pdf-tools/index.html").contains(link));
    assert!(text(&files, "cyd/skills/solo/index.html").contains(link));
    assert!(!text(&files, "ben/skills/notes/index.html").contains(link));
    let navigation = "<li><a href=\"/collections/\">Collections</a></li>";
    assert!(text(&files, "index.html").contains(navigation));
    let sitemap = text(&files, "sitemap.xml");
    for path in ["", "team/"] {
        let line = format!("<loc>http://localhost:4000/collections/{path}</loc>");
        assert!(sitemap.contains(&line), "{line}");
    }
    let line = "- [First & week](http://localhost:4000/collections/team/): What everybody has.\n";
    let llms = text(&files, "llms.txt");
    assert!(llms.contains(line), "{llms}");
}

#[test]
fn a_collection_has_a_feed_of_its_skills_the_last_updated_first() {
    let files = render(&with_collection());
    let feed = text(&files, "collections/team/feed.xml");
    assert!(
        feed.contains("<title>First &amp; week in Skills</title>"),
        "{feed}"
    );
    let at = |text| {
        feed.find(text)
            .unwrap_or_else(|| panic!("no {text} in {feed}"))
    };
    assert!(at("ana/skills/pdf-tools/") < at("cyd/skills/solo/"));
    assert!(!feed.contains("ben/"));
    let page = text(&files, "collections/team/index.html");
    assert!(page.contains("<link rel=\"alternate\" href=\"/collections/team/feed.xml\""));
}

/// Path in the zip → bytes.
fn unpacked(files: &Files) -> BTreeMap<String, Vec<u8>> {
    let path = zip_path(files);
    let mut zip = zip::ZipArchive::new(Cursor::new(&files[&path])).unwrap();
    let mut unpacked = BTreeMap::new();
    for file_idx in 0..zip.len() {
        let mut file = zip.by_index(file_idx).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        unpacked.insert(file.name().unwrap().into_owned(), bytes);
    }
    unpacked
}

fn zip_path(files: &Files) -> String {
    let mut zips = files
        .keys()
        .filter(|path| path.starts_with("collections/team/") && path.ends_with(".zip"));
    let path = zips.next().unwrap().clone();
    assert_eq!(zips.next(), None);
    path
}

#[test]
fn the_zip_of_a_collection_is_a_plugin_of_all_its_files() {
    let files = render(&with_collection());
    let unpacked = unpacked(&files);
    let names: Vec<&str> = unpacked.keys().map(String::as_str).collect();
    insta::assert_snapshot!(names.join("\n"), @r"
    .claude-plugin/plugin.json
    plugin.json
    skills/pdf-tools/SKILL.md
    skills/pdf-tools/docs/forms.md
    skills/pdf-tools/run.js
    skills/solo/SKILL.md
    ");
    assert_eq!(unpacked["skills/pdf-tools/run.js"], b"run()");
    let manifest = |name: &str| serde_json::from_slice::<Value>(&unpacked[name]).unwrap();
    let claude = json!({ "name": "team", "description": "What everybody has.", "author": { "name": "Skills" } });
    assert_eq!(manifest(".claude-plugin/plugin.json"), claude);
    let mut agent_plugin = manifest("plugin.json");
    assert_eq!(
        agent_plugin["$schema"].take(),
        "https://agent-plugins.org/schemas/1.0.0/plugin.schema.json"
    );
    assert_eq!(agent_plugin["name"], "team");
}

#[test]
fn a_zip_is_called_by_its_digest_which_the_page_shows() {
    let files = render(&with_collection());
    let path = zip_path(&files);
    let sha256 = hex(&Sha256::digest(&files[&path]));
    assert_eq!(path, format!("collections/team/team-{}.zip", &sha256[..12]));
    let page = text(&files, "collections/team/index.html");
    assert!(
        page.contains(&format!("href=\"/{path}\" download")),
        "{page}"
    );
    assert!(page.contains(&sha256));
}

#[test]
fn the_order_and_the_notes_of_a_page_are_no_matter_to_the_zip() {
    let before = render(&with_collection());
    let mut catalog = with_collection();
    catalog.collections[0].members.reverse();
    catalog.collections[0].members[0].note = None;
    let after = render(&catalog);
    assert_eq!(zip_path(&before), zip_path(&after));
    let run = catalog.skills[0]
        .files
        .iter_mut()
        .find(|file| file.path == "run.js")
        .unwrap();
    *run = file("run.js", "run(2)");
    assert_ne!(zip_path(&before), zip_path(&render(&catalog)));
}

#[test]
fn files_are_copied_of_skills_whose_files_all_keep_their_names() {
    let mut catalog = with_collection();
    catalog.skills[2].files.push(file("docs/a b.md", "Notes."));
    let files = render(&catalog);
    let copies: Vec<&str> = files
        .keys()
        .filter_map(|path| path.strip_prefix("collections/team/.well-known/skills/"))
        .collect();
    assert_eq!(
        copies,
        ["solo/SKILL.md", "solo/docs/a b.md"],
        "pdf-tools has a script"
    );
    let page = text(&files, "collections/team/index.html");
    assert!(page.contains("one list; 1 of the 2 skills"), "{page}");
}

#[test]
fn clients_that_look_for_one_name_are_offered_what_they_find() {
    let mut catalog = with_collection();
    catalog.skills[2].files = vec![file("skill.md", "# Solo\n")];
    let (config, _) = Config::parse(
        Path::new("skillpress.toml"),
        "base_url = \"https://skills.example/\"\n[npm]\nscope = \"@acme\"\n",
    )
    .unwrap();
    let files = render_with(&catalog, &config, &Related::default());
    let skill = text(&files, "cyd/skills/solo/index.html");
    assert!(skill.contains("npx skills add"), "{skill}");
    for client in ["gemini", "claude", "npm install"] {
        assert!(!skill.contains(client), "{client}\n{skill}");
    }
    let team = text(&files, "collections/team/index.html");
    for client in ["gemini skills", "claude plugin install", "npm install"] {
        let line = team.lines().find(|line| line.contains(client));
        let before = team[..team.find(client).unwrap()].rfind("<p class=\"label\">");
        let label = &team[before.unwrap()..];
        assert!(
            label.starts_with("<p class=\"label\">1 of the 2 skills</p>"),
            "{line:?}"
        );
    }
    catalog.skills[0].files[0] = file("skill.md", "# PDF Tools\n");
    let files = render_with(&catalog, &config, &Related::default());
    let team = text(&files, "collections/team/index.html");
    for client in ["gemini", "claude", "npm install"] {
        assert!(!team.contains(client), "{client}\n{team}");
    }
}

#[test]
fn a_skill_has_plain_paths_when_no_client_and_no_host_makes_others_of_them() {
    let has_plain_paths = |paths: &[&str]| {
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (*path, "x")).collect();
        has_plain_paths(&skill("ana/pdf", "PDF", "2026-01-01", &files))
    };
    assert!(has_plain_paths(&["SKILL.md", "docs/größe.md", "a/b/x.png"]));
    for path in [
        "run.sh",
        "index.md",
        "form.php.md",
        "LICENSE",
        "page.html",
        "a..b.md",
        "a%20b.md",
        "a?b.md",
        "a#b.md",
        "c:x.md",
        ".x.md",
        ".docs/x.md",
        "skill.md",
    ] {
        assert!(!has_plain_paths(&["SKILL.md", path]), "{path}");
    }
}

#[test]
fn hosts_are_told_what_files_of_collections_want() {
    let headers = |catalog| text(&render(&catalog), "_headers").to_owned();
    let without = headers(registry());
    let with = headers(with_collection());
    let rules = with.strip_prefix(&without).unwrap();
    insta::assert_snapshot!(rules, @r"
    /collections/:name/*
      Access-Control-Allow-Origin: *
      Access-Control-Expose-Headers: Content-Range, Content-Length, ETag, Accept-Ranges
      Cache-Control: no-cache
    /collections/:name/.well-known/skills/:skill/*
      Content-Security-Policy: default-src 'none'; sandbox
      X-Robots-Tag: noindex
    /collections/:name/*.zip
      Content-Disposition: attachment
    ");
}

#[test]
fn a_site_without_collections_says_nothing_of_them() {
    for (path, bytes) in render(&registry()) {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        assert!(!path.contains("collection"), "{path}");
        assert!(!text.contains("collection"), "{path}");
    }
}

#[test]
fn a_large_collection_takes_more_pages() {
    let mut catalog = many(25);
    let keys = catalog
        .skills
        .iter()
        .rev()
        .map(|skill| (skill.key.clone(), None));
    let (title, description) = ("All", "All of them.");
    let all = Collection::new(
        "all".into(),
        title.into(),
        description.into(),
        keys.collect(),
    );
    catalog.collections.push(all);
    let files = render(&catalog);
    assert_eq!(
        card_slugs(&files, "collections/all/index.html")[..2],
        ["s024", "s023"]
    );
    assert_eq!(
        card_slugs(&files, "collections/all/page/2/index.html"),
        ["s000"]
    );
    assert!(text(&files, "sitemap.xml").contains("/collections/all/page/2/</loc>"));
}
