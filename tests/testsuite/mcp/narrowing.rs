//! `--owner`, `--badge` and `--collection`: a server of some of a site's skills.

use serde_json::{Value, json};

use super::Mcp;
use crate::harness::SiteTest;

/// Skills of three owners about the same; two badges, two collections.
fn site() -> SiteTest {
    let mut site = SiteTest::empty();
    for key in [
        "ana/pdf-merge",
        "ana/pdf-split",
        "bo/pdf-sign",
        "cy/pdf-print",
        "cy/pdf-scan",
    ] {
        let (_, slug) = key.split_once('/').unwrap();
        let text = format!("---\nname: {slug}\ndescription: Works with PDF files.\n---\nText.\n");
        site = site.skill(key, text);
    }
    let award = |key: &str| format!("[[award]]\nskill = \"{key}\"\n");
    site.badge(
        "official",
        &(award("ana/pdf-merge") + &award("bo/pdf-sign") + &award("cy/pdf-scan")),
    )
    .badge(
        "reviewed",
        &(award("ana/pdf-split") + &award("cy/pdf-scan")),
    )
    .file(
        "content/collections/team.toml",
        collection(&["cy/pdf-scan", "ana/pdf-split"]),
    )
    .file(
        "content/collections/print.toml",
        collection(&["cy/pdf-print", "cy/pdf-scan"]),
    )
    .build()
}

fn collection(keys: &[&str]) -> String {
    let entries = keys
        .iter()
        .map(|key| format!("[[skill]]\nkey = \"{key}\"\n"));
    "title = \"T\"\ndescription = \"D.\"\n".to_owned() + &entries.collect::<String>()
}

/// What a server with `args` offers: by its lists, by search, and by asking for each.
fn offered(site: &SiteTest, args: &[&str]) -> Vec<String> {
    let mut mcp = Mcp::with(site, args);
    mcp.initialize();
    let sorted = |keys: &mut Vec<String>| keys.sort();
    let keys = |items: &[Value]| -> Vec<String> {
        let uris = items.iter().map(|item| item["uri"].as_str().unwrap());
        let key = |uri: &str| {
            uri["skill://".len()..]
                .trim_end_matches("/SKILL.md")
                .to_owned()
        };
        let mut keys: Vec<String> = uris.map(key).collect();
        sorted(&mut keys);
        keys
    };
    let listed = keys(&mcp.pages("skills/list", "skills").concat());
    assert_eq!(
        keys(&mcp.pages("resources/list", "resources").concat()),
        listed
    );

    let found = mcp.answer("search_skills", json!({ "query": "pdf", "limit": 50 }));
    let hits = found["results"].as_array().unwrap().iter();
    let mut hits: Vec<String> = hits
        .map(|hit| hit["id"].as_str().unwrap().to_owned())
        .collect();
    sorted(&mut hits);
    assert_eq!(hits, listed);
    assert_eq!(found["found"], json!(listed.len()));

    for key in [
        "ana/pdf-merge",
        "ana/pdf-split",
        "bo/pdf-sign",
        "cy/pdf-print",
        "cy/pdf-scan",
    ] {
        let is_offered = listed.contains(&key.to_owned());
        for (method, uri) in [
            ("skills/get", format!("skill://{key}/SKILL.md")),
            ("resources/read", format!("skill://{key}")),
            ("resources/directory/read", format!("skill://{key}")),
        ] {
            let answer = mcp.request(method, json!({ "uri": uri }));
            assert_eq!(
                answer["result"].is_object(),
                is_offered,
                "{method} {key}: {answer}"
            );
        }
        for (tool, arguments) in [
            ("get_skill", json!({ "id": key })),
            ("explain_search", json!({ "id": key, "query": "pdf" })),
        ] {
            let result = mcp.call(tool, arguments);
            assert_eq!(
                result["isError"] != json!(true),
                is_offered,
                "{tool} {key}: {result}"
            );
            for other in ["ana/", "bo/", "cy/"] {
                let has_any = listed.iter().any(|key| key.starts_with(other));
                let is_named = result.to_string().contains(&format!("\"{other}pdf"));
                assert!(
                    !is_named || has_any || !is_offered,
                    "{tool} {key}: {result}"
                );
            }
        }
    }
    listed
}

#[test]
fn a_server_offers_the_skills_of_owners_or_with_badges_and_no_others() {
    let site = site();
    let all = offered(&site, &[]);
    assert_eq!(all.len(), 5);
    assert_eq!(
        offered(&site, &["--owner", "Ana"]),
        ["ana/pdf-merge", "ana/pdf-split"]
    );
    assert_eq!(
        offered(&site, &["--owner", "bo", "--owner", "cy"]),
        ["bo/pdf-sign", "cy/pdf-print", "cy/pdf-scan"]
    );
    assert_eq!(
        offered(&site, &["--badge", "official"]),
        ["ana/pdf-merge", "bo/pdf-sign", "cy/pdf-scan"]
    );
    assert_eq!(
        offered(&site, &["--badge", "official", "--badge", "reviewed"]),
        ["cy/pdf-scan"]
    );
    assert_eq!(
        offered(
            &site,
            &["--badge", "official", "--owner", "ana", "--owner", "bo"]
        ),
        ["ana/pdf-merge", "bo/pdf-sign"]
    );
    assert!(offered(&site, &["--owner", "nobody"]).is_empty());
}

#[test]
fn a_server_offers_the_skills_of_collections_and_no_others() {
    let site = site();
    let team = ["--collection", "team"];
    assert_eq!(offered(&site, &team), ["ana/pdf-split", "cy/pdf-scan"]);
    let both = [&team[..], &["--collection", "print"]].concat();
    let all = ["ana/pdf-split", "cy/pdf-print", "cy/pdf-scan"];
    assert_eq!(offered(&site, &both), all);
    let official = [&team[..], &["--badge", "official"]].concat();
    assert_eq!(offered(&site, &official), ["cy/pdf-scan"]);
    let of_ana = [&team[..], &["--owner", "ana"]].concat();
    assert_eq!(offered(&site, &of_ana), ["ana/pdf-split"]);
    // What stands above a member and is none is not named.
    let mut mcp = Mcp::with(&site, &team);
    mcp.initialize();
    let asked = json!({ "id": "ana/pdf-split", "query": "pdf merge" });
    let explained = mcp.answer("explain_search", asked);
    assert_eq!(explained["above"], json!([]), "{explained}");
}

#[test]
fn a_limit_holds_over_owners_and_the_best_come_first() {
    let site = site();
    let mut mcp = Mcp::with(&site, &["--owner", "bo", "--owner", "cy"]);
    mcp.initialize();
    let found = mcp.answer("search_skills", json!({ "query": "pdf scan", "limit": 2 }));
    let hits = found["results"].as_array().unwrap();
    assert_eq!(hits.len(), 2, "{found}");
    assert_eq!(hits[0]["id"], "cy/pdf-scan");
}

#[test]
fn a_long_list_of_one_owner_comes_in_pages() {
    let mut site = SiteTest::empty();
    for number in 0..260 {
        let owner = if number % 5 == 0 { "bo" } else { "ana" };
        let text = format!("---\nname: s{number}\ndescription: Text.\n---\n");
        site = site.skill(&format!("{owner}/s{number}"), text);
    }
    let awards: String = (0..130)
        .map(|n| {
            format!(
                "[[award]]\nskill = \"{}/s{n}\"\n",
                if n % 5 == 0 { "bo" } else { "ana" }
            )
        })
        .collect();
    let site = site.badge("official", &awards).build();
    for (args, n_skills) in [
        (&["--owner", "bo"][..], 52),
        (&["--badge", "official"], 130),
        (&["--badge", "official", "--owner", "bo"], 26),
    ] {
        let mut mcp = Mcp::with(&site, args);
        mcp.initialize();
        let pages = mcp.pages("skills/list", "skills");
        assert!(pages.iter().all(|page| page.len() <= 50));
        let mut uris: Vec<String> = pages
            .concat()
            .iter()
            .map(|skill| skill["uri"].to_string())
            .collect();
        uris.sort();
        uris.dedup();
        assert_eq!(uris.len(), n_skills, "{args:?}");
    }
}

#[test]
fn a_badge_or_collection_that_the_site_does_not_have_is_said() {
    let site = site();
    let mut mcp = Mcp::with(&site, &["--badge", "offical"]);
    mcp.initialize();
    let answer = mcp.request("skills/list", json!({}));
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.contains("no such badge"), "{message}");
    let message = mcp.refusal("get_skill", json!({ "id": "ana/pdf-merge" }));
    assert!(message.contains("the badge `offical`"), "{message}");
    let message = mcp.refusal("search_skills", json!({ "query": "pdf" }));
    assert!(message.contains("the badge `offical`"), "{message}");
    for site in [site, SiteTest::two_skills().build()] {
        let mut mcp = Mcp::with(&site, &["--collection", "taem"]);
        mcp.initialize();
        let message = mcp.refusal("search_skills", json!({ "query": "pdf" }));
        assert!(message.contains("the collection `taem`"), "{message}");
    }
}
