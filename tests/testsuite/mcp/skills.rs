//! MCP Skills: what hosts are told of skills, and what they are not.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Mcp, many_skills};
use crate::harness::SiteTest;

const MAIN: &str = "---\nname: pdf-merger\ndescription: |\n  Merges\n  PDFs.\nlicense: MIT\nmetadata:\n  version: 1.10\n  tags: [a, {b: 007}]\n---\n# PDF\n";

/// `ana/pdf`, whose front matter has another name; `ana/same`, which has the same; `bo/plain` without front matter.
fn site() -> SiteTest {
    SiteTest::empty()
        .skill("ana/pdf", MAIN)
        .file("content/skills/ana/pdf/docs/a b.md", "Notes.\n")
        .file("content/skills/ana/pdf/docs/deep/c.txt", "Deep.\n")
        .file("content/skills/ana/pdf/run.sh", "#!/bin/sh\n")
        .skill(
            "ana/same",
            "---\nname: same\ndescription: The same.\n---\nText.\n",
        )
        .file("content/skills/ana/same/same/SKILL.md", "Not the skill.\n")
        .skill("bo/plain", "# Plain\n\nText.\n")
}

fn sha256(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

fn listed(mcp: &mut Mcp) -> Vec<String> {
    let pages = mcp.pages("skills/list", "skills");
    let skills = pages.iter().flatten();
    skills
        .map(|skill| skill["uri"].as_str().unwrap().to_owned())
        .collect()
}

fn get(mcp: &mut Mcp, uri: &str) -> Value {
    mcp.request("skills/get", json!({ "uri": uri }))
}

#[test]
fn a_skill_is_listed_with_all_that_it_says_and_the_sum_of_every_file() {
    let site = site().build();
    let mut mcp = Mcp::connect(&site);
    let pages = mcp.pages("skills/list", "skills");
    assert_eq!(pages.len(), 1);
    let uri = "skill://ana/pdf/pdf-merger/SKILL.md";
    let skill = pages[0].iter().find(|skill| skill["uri"] == uri).unwrap();
    let file = |path: &str, bytes: &[u8]| {
        let uri = format!("skill://ana/pdf/pdf-merger/{path}");
        json!({ "uri": uri, "digest": sha256(bytes), "size": bytes.len() })
    };
    assert_eq!(
        *skill,
        json!({
            "uri": uri,
            "frontmatter": {
                "name": "pdf-merger",
                "description": "Merges\nPDFs.\n",
                "license": "MIT",
                "metadata": { "version": 1.1, "tags": ["a", { "b": 7.0 }] },
            },
            "resources": [
                file("SKILL.md", MAIN.as_bytes()),
                file("docs/a%20b.md", b"Notes.\n"),
                file("docs/deep/c.txt", b"Deep.\n"),
                file("run.sh", b"#!/bin/sh\n"),
            ],
        })
    );
    assert_eq!(get(&mut mcp, uri)["result"]["skill"], *skill);

    for file in skill["resources"].as_array().unwrap() {
        let contents = mcp.read(file["uri"].as_str().unwrap())["result"]["contents"][0].clone();
        assert_eq!(contents["uri"], file["uri"]);
        let text = contents["text"].as_str().unwrap();
        assert_eq!(json!(sha256(text.as_bytes())), file["digest"]);
    }
    let skill = mcp.answer("get_skill", json!({ "id": "ana/pdf" }));
    assert_eq!(skill["skill"], uri);
}

#[test]
fn a_skill_that_hosts_would_refuse_is_a_resource_and_the_log_says_why() {
    let site = site().build();
    let mut mcp = Mcp::connect(&site);
    let mut skills = listed(&mut mcp);
    skills.sort();
    assert_eq!(
        skills,
        [
            "skill://ana/pdf/pdf-merger/SKILL.md",
            "skill://ana/same/SKILL.md"
        ]
    );
    let resources = mcp.pages("resources/list", "resources").concat();
    let resource = |uri: &str| {
        let found = resources.iter().find(|resource| resource["uri"] == uri);
        found
            .unwrap_or_else(|| panic!("{uri}: {resources:?}"))
            .clone()
    };
    assert_eq!(resources.len(), 3);
    let of_skill = resource("skill://ana/pdf/pdf-merger/SKILL.md");
    assert_eq!(of_skill["name"], "pdf-merger");
    assert_eq!(of_skill["description"], "Merges\nPDFs.\n");
    assert_eq!(of_skill["mimeType"], "text/markdown");
    assert_eq!(resource("skill://bo/plain")["name"], "bo/plain");
    assert!(mcp.read("skill://bo/plain/SKILL.md")["result"].is_object());
    let answer = get(&mut mcp, "skill://bo/plain/SKILL.md");
    assert_eq!(answer["error"]["code"], -32602);
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("there is no front matter; its files are resources"),
        "{message}"
    );
    let skill = mcp.answer("get_skill", json!({ "id": "bo/plain" }));
    assert!(skill.get("skill").is_none());

    let (code, _, log) = mcp.end();
    assert_eq!(code, Some(0));
    assert_eq!(
        log,
        "note: skills/list leaves out 1 of 3: `bo/plain` (there is no front matter)\n"
    );
}

#[test]
fn old_addresses_answer_as_resources_and_each_has_one_meaning() {
    let site = site().build();
    let mut mcp = Mcp::connect(&site);
    let mut text = |uri: &str| mcp.read(uri)["result"]["contents"][0]["text"].clone();
    for uri in [
        "skill://ana/pdf",
        "skill://ana/pdf/SKILL.md",
        "skill://ana/pdf/pdf-merger/SKILL.md",
    ] {
        assert_eq!(text(uri), MAIN, "{uri}");
    }
    assert_eq!(text("skill://ana/pdf/docs/a%20b.md"), "Notes.\n");
    assert_eq!(text("skill://ana/pdf/pdf-merger/docs/a%20b.md"), "Notes.\n");
    assert_eq!(text("skill://ana/same/same/SKILL.md"), "Not the skill.\n");
    for uri in [
        "skill://ana/pdf/other/SKILL.md",
        "skill://ana/pdf/pdf/SKILL.md",
        "skill://ana/pdf/pdf-merger/pdf-merger/SKILL.md",
        "skill://ana/pdf/pdf-merger",
        "skill://ana/same/same/same/SKILL.md",
        "skill://bo/plain/plain/SKILL.md",
    ] {
        assert_eq!(text(uri), Value::Null, "{uri}");
    }
    for (uri, is_at) in [
        (
            "skill://ana/pdf/SKILL.md",
            "it is at skill://ana/pdf/pdf-merger/SKILL.md",
        ),
        (
            "skill://ana/pdf/other/SKILL.md",
            "it is at skill://ana/pdf/pdf-merger/SKILL.md",
        ),
        (
            "skill://ana/same/same/SKILL.md",
            "it is at skill://ana/same/SKILL.md",
        ),
        (
            "skill://ana/none/SKILL.md",
            "No skill is served at skill://ana/none/SKILL.md",
        ),
        ("skill://ana/pdf", "SKILL.md"),
        ("skill://../x/SKILL.md", "`uri` is"),
        ("file:///etc/SKILL.md", "`uri` is"),
    ] {
        let error = get(&mut mcp, uri)["error"].clone();
        assert_eq!(error["code"], -32602, "{uri}: {error}");
        assert!(
            error["message"].as_str().unwrap().contains(is_at),
            "{uri}: {error}"
        );
    }
}

#[test]
fn a_folder_is_listed_one_level_deep_by_each_of_its_addresses() {
    let site = site().build();
    let mut mcp = Mcp::connect(&site);
    let mut read = |uri: &str| mcp.request("resources/directory/read", json!({ "uri": uri }));
    let names = |answer: Value| -> Vec<String> {
        let resources = answer["result"]["resources"].as_array();
        let resources = resources.unwrap_or_else(|| panic!("{answer}")).iter();
        resources
            .map(|resource| {
                format!(
                    "{} {}",
                    resource["uri"].as_str().unwrap(),
                    resource["mimeType"].as_str().unwrap()
                )
            })
            .collect()
    };
    for folder in ["skill://ana/pdf/pdf-merger", "skill://ana/pdf"] {
        assert_eq!(
            names(read(folder)),
            [
                format!("{folder}/SKILL.md text/markdown"),
                format!("{folder}/docs inode/directory"),
                format!("{folder}/run.sh application/x-sh"),
            ]
        );
        assert_eq!(
            names(read(&format!("{folder}/docs"))),
            [
                format!("{folder}/docs/a%20b.md text/markdown"),
                format!("{folder}/docs/deep inode/directory"),
            ]
        );
    }
    assert_eq!(names(read("skill://bo/plain")).len(), 1);
    for uri in [
        "skill://ana/pdf/pdf-merger/SKILL.md",
        "skill://ana/pdf/SKILL.md",
        "skill://ana/pdf/docs/a%20b.md",
        "skill://ana/pdf/doc",
        "skill://ana/pdf/other",
        "skill://ana/pdf/other/docs",
        "skill://ana/pdf/../same",
        "skill://ana",
        "skill://ana/none",
        "file:///etc",
    ] {
        let answer = read(uri);
        assert_eq!(answer["error"]["code"], -32602, "{uri}: {answer}");
    }
    let params = json!({ "uri": "skill://ana/pdf", "cursor": "-1" });
    let answer = mcp.request("resources/directory/read", params);
    assert_eq!(answer["error"]["code"], -32602);
}

#[test]
fn a_skill_with_a_folder_of_its_name_is_served_only_where_no_address_has_two_meanings() {
    let site = SiteTest::empty()
        .skill("ana/pdf", MAIN)
        .file("content/skills/ana/pdf/pdf-merger/SKILL.md", "Inner.\n")
        .build();
    let mut mcp = Mcp::connect(&site);
    assert!(listed(&mut mcp).is_empty());
    let uri = "skill://ana/pdf/pdf-merger/SKILL.md";
    assert_eq!(mcp.read(uri)["result"]["contents"][0]["text"], "Inner.\n");
    let message = get(&mut mcp, uri)["error"]["message"].to_string();
    assert!(
        message.contains("a folder in it is called `pdf-merger`"),
        "{message}"
    );
}

#[test]
fn a_suspicious_skill_is_told_with_a_warning_and_a_hidden_one_is_nowhere() {
    let site = site()
        .skill("bo/bad", "---\nname: bad\ndescription: Bad.\n---\n")
        .file(
            "content/moderation.toml",
            "[[suspicious]]\nskill = \"ana/same\"\n[[hidden]]\nskill = \"bo/bad\"\n",
        )
        .build();
    let mut mcp = Mcp::connect(&site);
    assert_eq!(listed(&mut mcp), ["skill://ana/pdf/pdf-merger/SKILL.md"]);
    let skill = get(&mut mcp, "skill://ana/same/SKILL.md")["result"]["skill"].clone();
    let warning = skill["_meta"]["skillpress/warning"].as_str().unwrap();
    assert!(warning.contains("suspicious"), "{warning}");
    for (method, uri) in [
        ("skills/get", "skill://bo/bad/SKILL.md"),
        ("resources/read", "skill://bo/bad/SKILL.md"),
        ("resources/directory/read", "skill://bo/bad"),
    ] {
        assert!(mcp.request(method, json!({ "uri": uri }))["error"].is_object());
    }
}

#[test]
fn the_list_of_skills_comes_in_pages_each_skill_once() {
    let site = many_skills();
    let mut mcp = Mcp::connect(&site);
    let pages = mcp.pages("skills/list", "skills");
    let lens: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(lens, [25, 15, 50, 50, 50, 50]);
    let mut uris = listed(&mut mcp);
    uris.sort();
    uris.dedup();
    assert_eq!(uris.len(), 240);
    for cursor in [
        "x",
        "../1",
        "1+x",
        "1+-1",
        "99999999999",
        "+",
        "ana/../x",
        "1+99999999999",
    ] {
        let answer = mcp.request("skills/list", json!({ "cursor": cursor }));
        assert_eq!(answer["error"]["code"], -32602, "{cursor}: {answer}");
    }
    let behind = mcp.request("skills/list", json!({ "cursor": "+4000000000" }));
    assert_eq!(
        behind["result"]["skills"].as_array().unwrap().len(),
        15,
        "the page after"
    );
}

#[test]
fn files_of_skills_are_read_up_to_what_hosts_accept() {
    let bytes: Vec<u8> = (0..3u32 << 20).map(|n| (n % 251) as u8).collect();
    let site = site()
        .file("content/skills/ana/pdf/large.bin", &bytes)
        .build();
    let mut mcp = Mcp::connect(&site);
    let contents =
        mcp.read("skill://ana/pdf/pdf-merger/large.bin")["result"]["contents"][0].clone();
    assert_eq!(
        contents["blob"].as_str().unwrap().len(),
        bytes.len().div_ceil(3) * 4
    );
}

#[test]
fn what_a_hostile_site_says_of_one_skill_costs_no_page_of_others() {
    let mut site = SiteTest::empty();
    for name in ["a", "b", "c", "d", "e", "f", "g", "h", "good"] {
        let text = format!("---\nname: {name}\ndescription: Text.\n---\nText.\n");
        site = site.skill(&format!("ana/{name}"), text);
    }
    let site = site.build();
    let record = |slug: &str| format!("public/ana/skills/{slug}/skill.json");
    let change = |slug: &str, change: &dyn Fn(&mut Value)| {
        let bytes = std::fs::read(site.path(&record(slug))).unwrap();
        let mut value = serde_json::from_slice(&bytes).unwrap();
        change(&mut value);
        site.write(&record(slug), value.to_string());
    };
    // A file twice, other bytes, another skill's record, no record, no digest, too many files, too many bytes, a name that
    // leads elsewhere.
    change("a", &|record| {
        let files = record["files"].as_array_mut().unwrap();
        files.push(files[0].clone());
    });
    site.write(
        "public/ana/skills/b/files/SKILL.md",
        "---\nname: b\ndescription: Other.\n---\n",
    );
    change("c", &|record| record["slug"] = json!("good"));
    site.write(&record("d"), "<!doctype html>");
    change("e", &|record| record["files"][0]["sha256"] = json!("x"));
    change("f", &|record| {
        let files = record["files"].as_array_mut().unwrap();
        for n in 0..600 {
            let mut file = files[0].clone();
            file["path"] = json!(format!("{n}.md"));
            files.push(file);
        }
    });
    change("g", &|record| {
        record["files"][0]["size"] = json!(1u64 << 40)
    });
    let main = "---\nname: ../good\ndescription: Text.\n---\n";
    site.write("public/ana/skills/h/files/SKILL.md", main);
    change("h", &|record| {
        record["files"][0]["sha256"] = json!(sha256(main.as_bytes())["sha256:".len()..]);
        record["files"][0]["size"] = json!(main.len());
    });

    let mut mcp = Mcp::connect(&site);
    assert_eq!(listed(&mut mcp), ["skill://ana/good/SKILL.md"]);
    let resources = mcp.pages("resources/list", "resources").concat();
    assert_eq!(resources.len(), 9);
    for slug in ["a", "b", "d", "e", "f", "g", "h"] {
        let answer = get(&mut mcp, &format!("skill://ana/{slug}/SKILL.md"));
        assert!(answer["error"]["code"].is_i64(), "{slug}: {answer}");
    }
    let (code, _, log) = mcp.end();
    assert_eq!(code, Some(0));
    assert!(log.contains("leaves out 8 of 9: "), "{log}");
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.len() < 2_000, "{log}");
}

#[test]
fn a_site_that_is_down_is_an_error_and_no_empty_list() {
    let site = SiteTest::two_skills().build();
    for slug in ["ana/skills/pdf-tools", "bo/skills/cron-explainer"] {
        site.write(&format!("public/{slug}/skill.json"), "down");
    }
    let mut mcp = Mcp::connect(&site);
    for method in ["skills/list", "resources/list"] {
        let answer = mcp.request(method, json!({}));
        assert_eq!(answer["error"]["code"], -32603, "{answer}");
    }
}
