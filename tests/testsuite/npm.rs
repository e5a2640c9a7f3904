//! The registry of packages for npm.

use std::collections::BTreeMap;
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

use crate::harness::SiteTest;

const SETTINGS: &str = "[npm]\nscope = \"@acme\"\n";

#[test]
fn a_package_is_a_skill_in_a_folder_of_its_own() {
    let test = SiteTest::two_skills()
        .file("skillpress.toml", SETTINGS)
        .file(
            "content/skills/ana/pdf-tools/package.json",
            "{\"scripts\":{\"install\":\"false\"}}",
        )
        .file("content/skills/ana/pdf-tools/binding.gyp", "{}")
        .file("content/aliases.toml", "\"ana/pdf\" = \"ana/pdf-tools\"\n")
        .build();
    // The other skill has no front matter, by which clients would find it in a package.
    assert_eq!(
        packages(&test),
        ["npm/@acme/ana--pdf", "npm/@acme/ana--pdf-tools"]
    );
    let document = document(&test, "ana--pdf-tools");
    assert_eq!(document["name"], "@acme/ana--pdf-tools");
    assert_eq!(document["dist-tags"], json!({ "latest": "1.1.0" }));
    let version = &document["versions"]["1.1.0"];
    let files = unpacked(&test, version);
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "package/package.json",
            "package/skills/pdf-tools/SKILL.md",
            "package/skills/pdf-tools/binding.gyp",
            "package/skills/pdf-tools/notes.md",
            "package/skills/pdf-tools/package.json",
        ]
    );
    let manifest: Value = serde_json::from_slice(&files["package/package.json"]).expect("JSON");
    assert_eq!(
        manifest,
        json!({ "name": "@acme/ana--pdf-tools", "version": "1.1.0" })
    );
    let mut said = version.clone();
    said.as_object_mut().expect("an object").remove("dist");
    assert_eq!(
        said,
        json!({
            "name": "@acme/ana--pdf-tools",
            "version": "1.1.0",
            "description": "Merges and splits PDF files.",
            "homepage": "https://skills.example/ana/skills/pdf-tools/",
            "keywords": ["pdf"],
        })
    );
    for path in ["SKILL.md", "notes.md", "package.json"] {
        let source = std::fs::read(test.path(&format!("content/skills/ana/pdf-tools/{path}")));
        let packed = &files[&format!("package/skills/pdf-tools/{path}")];
        assert_eq!(packed, &source.expect("a file"), "{path}");
    }

    let old = self::document(&test, "ana--pdf");
    let old = &old["versions"]["1.1.0"];
    assert_eq!(old["name"], "@acme/ana--pdf");
    assert_eq!(old["deprecated"], "it is called @acme/ana--pdf-tools now");
    assert_eq!(old["dist"], version["dist"]);
}

#[test]
fn files_without_a_version_have_another_whenever_they_are_others() {
    let text = |text: &str| format!("---\nname: a\ndescription: Does it.\n---\n{text}\n");
    let test = SiteTest::empty()
        .file("skillpress.toml", SETTINGS)
        .skill("ana/a", text("One."))
        .build();
    let latest = |test: &SiteTest| {
        let document = document(test, "ana--a");
        let latest = document["dist-tags"]["latest"]
            .as_str()
            .expect("a version")
            .to_owned();
        unpacked(test, &document["versions"][&latest]);
        latest
    };
    let first = latest(&test);
    assert!(first.starts_with("0.0.0-0.sha"), "{first}");
    test.rebuild();
    assert_eq!(latest(&test), first);
    test.write("content/skills/ana/a/SKILL.md", text("Two."));
    test.rebuild();
    assert_ne!(latest(&test), first);
}

#[test]
fn there_are_no_packages_unless_they_are_asked_for_and_none_of_suspicious_skills() {
    let test = SiteTest::two_skills().build();
    let paths = |test: &SiteTest| {
        let paths = test.site().into_iter().map(|(path, _)| path);
        let is_npms = |path: &String| path.starts_with("npm/") || path.ends_with(".tgz");
        paths.filter(is_npms).count()
    };
    assert_eq!(paths(&test), 0);
    test.write("skillpress.toml", SETTINGS);
    test.rebuild();
    assert_eq!(paths(&test), 2);
    test.write(
        "content/moderation.toml",
        "[[suspicious]]\nskill = \"ana/pdf-tools\"\nnote = \"It deletes.\"\n",
    );
    test.rebuild();
    assert_eq!(paths(&test), 0);
}

/// The paths of what npm asks of packages.
fn packages(test: &SiteTest) -> Vec<String> {
    let paths = test.site().into_iter().map(|(path, _)| path);
    paths.filter(|path| path.starts_with("npm/")).collect()
}

fn document(test: &SiteTest, package: &str) -> Value {
    serde_json::from_str(&test.page(&format!("npm/@acme/{package}"))).expect("JSON")
}

/// The files of a version, which has the sum that the document says.
fn unpacked(test: &SiteTest, version: &Value) -> BTreeMap<String, Vec<u8>> {
    let tarball = version["dist"]["tarball"].as_str().expect("a URL");
    let path = tarball
        .strip_prefix("https://skills.example/")
        .expect("of the site");
    let bytes = std::fs::read(test.path("public").join(path)).expect("a tarball");
    let integrity = format!("sha512-{}", STANDARD.encode(Sha512::digest(&bytes)));
    assert_eq!(version["dist"]["integrity"], integrity);
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(&bytes[..]));
    let entries = tar.entries().expect("a tar");
    let files = entries.map(|entry| {
        let mut entry = entry.expect("an entry");
        let path = entry.path().expect("a path").to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("its bytes");
        (path, bytes)
    });
    files.collect()
}
