//! Whatever strangers call their skills: the build succeeds, and all that it publishes is found by its name.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;
use skillpress::internals::{SearchRequest, SiteSearch, SiteSource};

use crate::harness::{SiteTest, files_below, links_to};

/// One stranger's folder, with whatever is in it.
#[derive(Clone, Debug)]
struct HostileSkill {
    owner: String,
    slug: String,
    display_name: String,
    tags: Vec<String>,
    files: Vec<&'static str>,
}

const OWNERS: &[&str] = &[
    "v",
    "V",
    "ana",
    "Ana",
    "aNA",
    "zoe",
    "Zoe",
    "zoe-",
    "zoe_",
    "cname",
    "CNAME",
    "docs",
    "old",
    "search",
    "Tags",
    "api",
    "con",
    "nul.x",
    "page",
    "index.html",
    "feed.xml",
    "-x",
    "x.",
    "a b",
    "é",
    "e\u{301}",
    "名",
    "\u{202e}ana",
];

const SLUGS: &[&str] = &[
    "pdf-tools",
    "pdf_tools",
    "PDF-Tools",
    "pdf.tools",
    "pdftools",
    "a",
    "a-",
    "a--",
    "A",
    "a.b",
    "a-b",
    "a_b",
    "0",
    "the",
    "name",
    "page",
    "files",
    "skill.json",
    "versions",
    "install",
    "index.html",
    "Index.html",
    "aux",
    "com1.md",
    "-a",
    "a.",
    "a b",
    "ü",
    "u\u{308}",
    "名前",
    // The same first 39 letters and the same CRC-32.
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxfswd4dyg3i",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxyc3ktahsjd",
];

const FILES: &[&str] = &[
    "notes.md",
    "Notes.md",
    "NOTES.MD",
    "LICENSE",
    "license.txt",
    "é.md",
    "e\u{301}.md",
    "page.html",
    "page.html.txt",
    "index.html",
    "docs",
    "Docs/y.md",
    "aux.md",
    "a\\b",
    "a:b",
    "SKILL.md.gz",
    "skill.md",
    "files/index.html",
    ".env",
    " x",
    "x.",
    "\u{202e}x",
    "_meta.JSON",
];

fn owner() -> impl Strategy<Value = String> {
    let listed = prop::sample::select(OWNERS).prop_map(str::to_owned);
    prop_oneof![6 => listed, 1 => long_name()]
}

fn slug() -> impl Strategy<Value = String> {
    let listed = prop::sample::select(SLUGS).prop_map(str::to_owned);
    prop_oneof![6 => listed, 2 => long_name()]
}

/// Names around the lengths where something ends: 64 for a word, 96 for an identity.
fn long_name() -> impl Strategy<Value = String> {
    let len = prop::sample::select(vec![47, 48, 63, 64, 65, 95, 96, 97, 200]);
    let start = prop::sample::select(vec!["", "a-", "A.", "tool_"]);
    (start, prop::sample::select(vec!["x", "X", "ab1"]), len).prop_map(|(start, run, len)| {
        let name = format!("{start}{}", run.repeat(len));
        name[..len].to_owned()
    })
}

fn display_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,40}",
        long_name(),
        prop::sample::select(vec![
            "PDF Tools",
            "v/pdf-tools",
            "@ana/a",
            "-not \"quoted\" owner:nobody tag:none",
            "a -b",
            "!!!",
            "",
            "日本語の名前",
            "שלום",
        ])
        .prop_map(str::to_owned),
    ]
}

fn hostile_skill() -> impl Strategy<Value = HostileSkill> {
    let tag = prop_oneof![
        "\\PC{0,60}",
        prop::sample::select(vec!["page", "email", "../x", "CON"]).prop_map(str::to_owned)
    ];
    let files = prop::sample::subsequence(FILES, 0..5);
    let tags = prop::collection::vec(tag, 0..4);
    (owner(), slug(), display_name(), tags, files).prop_map(
        |(owner, slug, display_name, tags, files)| HostileSkill {
            owner,
            slug,
            display_name,
            tags,
            files,
        },
    )
}

/// A registry whose operator speaks of skills in every file that may.
fn registry(skills: &[HostileSkill], mode: &str) -> SiteTest {
    let mut test = SiteTest::empty()
        .file("skillpress.toml", format!("[embedding]\nmode = \"{mode}\"\n"))
        .skill("zoe/anchor", "---\nname: anchor\ndescription: Stays.\n---\n")
        .skill("zoe/second", "---\nname: second\ndescription: Stays.\n---\n")
        .file("content/skills/zoe/empty/notes.txt", "")
        .badge(
            "official",
            "[[award]]\nskill = \"zoe/anchor\"\n[[award]]\nskill = \"zoe/empty\"\n",
        )
        .file("content/stats.csv", "skill,stars\nzoe/anchor,1\nana/a,2\n")
        .file("content/moderation.toml", "[[suspicious]]\nskill = \"zoe/second\"\n")
        .file(
            "content/aliases.toml",
            "\"old/name\" = \"zoe/anchor\"\n\"v/a\" = \"zoe/anchor\"\n\"ana/gone\" = \"zoe/empty\"\n",
        )
        .file("content/static/CNAME", "skills.example\n")
        .file("content/static/docs/index.html", "<p>How to</p>")
        .file(
            "content/embeddings.jsonl",
            "{\"id\": \"zoe/anchor\", \"vector\": [1, 2]}\n{\"id\": \"zoe/gone\", \"vector\": [2, 1]}\n",
        );
    for skill in skills {
        let folder = format!("content/skills/{}/{}", skill.owner, skill.slug);
        let meta = serde_json::json!({ "displayName": skill.display_name });
        let tags = serde_json::to_string(&skill.tags).expect("JSON");
        let name = serde_json::to_string(&skill.display_name).expect("JSON");
        let links = links_to(skill.files.iter().copied());
        test = test
            .file(
                &format!("{folder}/SKILL.md"),
                format!(
                    "---\nname: {name}\ndescription: Does it.\ntags: {tags}\n---\nText.\n\n{links}"
                ),
            )
            .file(&format!("{folder}/_meta.json"), meta.to_string());
        for file in &skill.files {
            test = test.file(&format!("{folder}/{file}"), "Text.\n");
        }
    }
    test
}

/// `owner/slug` of each published skill; what stands under an old name has no zip of its own.
fn published(test: &SiteTest) -> BTreeSet<String> {
    let files = test.site().into_iter();
    let names = files.filter_map(|(path, _)| {
        let (owner, zip) = path.strip_suffix(".zip")?.split_once("/skills/")?;
        let (slug, zip) = zip.split_once('/')?;
        (!zip.contains('/')).then(|| format!("{owner}/{slug}"))
    });
    names.collect()
}

proptest! {
    // Each case builds twice.
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[cfg(target_os = "linux")]
    #[test]
    fn no_names_stop_a_build_and_all_that_is_published_is_found(
        skills in prop::collection::vec(hostile_skill(), 1..30),
        mode in prop::sample::select(vec!["words", "none", "own"]),
    ) {
        let test = registry(&skills, mode);
        let ran = test.run(&["build"]);
        prop_assert_eq!(ran.code, 0, "{}", ran.stderr);
        let published = published(&test);
        prop_assert!(published.contains("zoe/anchor"));

        let source = SiteSource::open_folder(&test.path("public")).unwrap();
        let search = SiteSearch::open(source).unwrap();
        for name in published.iter().filter(|name| *name != "zoe/second") {
            let request = SearchRequest { query: name.clone(), limit: 1, badge: None };
            let found = search.search(&request).unwrap();
            let first = found.first().map(|found| found.skill.to_string());
            prop_assert_eq!(first.as_ref(), Some(name));
        }

        let checked: Value = serde_json::from_str(&test.run(&["check", "--json"]).stdout).unwrap();
        prop_assert_eq!(&checked["errors"], 0);
        let problems = checked["problems"].as_array().unwrap();
        let told: BTreeSet<&str> = problems.iter().filter_map(|problem| problem["path"].as_str()).collect();
        for HostileSkill { owner, slug, .. } in &skills {
            let owners = format!("content/skills/{owner}");
            let own = format!("{owners}/{slug}");
            prop_assert!(
                published.contains(&format!("{owner}/{slug}")) || told.contains(&*owners) || told.contains(&*own),
                "{own} is left out without a word"
            );
        }

        let again = test.run(&["build", "--out", "again"]);
        prop_assert_eq!(again.code, 0, "{}", again.stderr);
        prop_assert!(test.site() == files_below(&test.path("again")), "the same content gives other bytes");
    }
}
