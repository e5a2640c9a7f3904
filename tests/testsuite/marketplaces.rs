//! The lists that Claude Code installs from.

use serde_json::{Value, json};

use crate::harness::SiteTest;

#[test]
fn a_list_names_the_zips_that_skills_have_anyway() {
    let test = SiteTest::two_skills()
        .file(
            "skillpress.toml",
            "title = \"Acme\"\ndescription = \"Skills of Acme.\"\n",
        )
        .build();
    let plugin = json!({
        "name": "ana--pdf-tools",
        "displayName": "PDF Tools",
        "description": "Merges and splits PDF files.",
        "author": { "name": "ana" },
        "keywords": ["pdf"],
        "source": {
            "source": "archive",
            "url": "https://skills.example/ana/skills/pdf-tools/pdf-tools.zip",
        },
    });
    let of = |name, description| {
        json!({
            "name": name,
            "owner": { "name": "Acme", "url": "https://skills.example/" },
            "description": description,
            "plugins": [plugin],
        })
    };
    // The other skill has no front matter, so the client would call it by the version of its zip.
    assert_eq!(
        list(&test, "marketplace.json"),
        of("skills-example", "Skills of Acme.")
    );
    assert_eq!(
        list(&test, "badges/official/marketplace.json"),
        of("skills-example-badge-official", "Means official.")
    );
    assert_eq!(lists(&test).len(), 2);
}

#[test]
fn what_became_dangerous_is_turned_off_where_it_is_installed() {
    let text = |name: &str| format!("---\nname: {name}\ndescription: Does it.\n---\nText.\n");
    let test = SiteTest::empty()
        .skill("ana/fine", text("fine"))
        .skill("ana/risky", text("risky"))
        .skill("ana/secret", text("secret"))
        .skill("bo/hooked", text("hooked"))
        .file("content/skills/bo/hooked/hooks/hooks.json", "{}")
        .skill("bo/Plain.One", text("plain-one"))
        .skill("bo/undescribed", "---\nname: undescribed\n---\n")
        .file(
            "content/moderation.toml",
            "[[suspicious]]\nskill = \"ana/risky\"\nnote = \"It deletes.\"\n\n[[hidden]]\nskill = \"ana/secret\"\n",
        )
        .file(
            "content/aliases.toml",
            "\"ana/old\" = \"ana/fine\"\n\"ana/older\" = \"ana/risky\"\n\"bo/oldest\" = \"bo/undescribed\"\n",
        );
    let ran = test.rebuild();
    let list = list(&test, "marketplace.json");
    assert_eq!(
        list["renames"],
        json!({ "ana--old": "ana--fine", "ana--older": null, "ana--risky": null, "bo--hooked": null })
    );
    assert_eq!(
        names(&list),
        ["ana--fine", "bo--plain-one--fc6ff3a544e7c647"]
    );
    assert!(
        ran.stderr.contains(
            "marketplaces do not list it: to Claude Code its `hooks/hooks.json` would be a part of a plugin\n"
        ),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_list_that_lost_its_only_skill_to_suspicion_still_turns_it_off() {
    let test = SiteTest::two_skills()
        .file(
            "content/moderation.toml",
            "[[suspicious]]\nskill = \"ana/pdf-tools\"\nnote = \"It deletes.\"\n",
        )
        .build();
    for path in ["marketplace.json", "badges/official/marketplace.json"] {
        let list = list(&test, path);
        assert_eq!(list["plugins"], json!([]));
        assert_eq!(list["renames"], json!({ "ana--pdf-tools": null }));
    }
}

#[test]
fn settings_say_which_lists_there_are_and_what_they_are_called() {
    let settings = |lists| format!("[marketplace]\nname = \"acme\"\nlists = {lists}\n");
    let test = SiteTest::two_skills()
        .file("skillpress.toml", settings("[\"owners\"]"))
        .build();
    assert_eq!(lists(&test), ["ana/marketplace.json"]);
    let list = list(&test, "ana/marketplace.json");
    assert_eq!(list["name"], "acme-owner-ana");
    assert_eq!(list["description"], "Skills of ana from Skills.");
    test.write("skillpress.toml", settings("[]"));
    test.rebuild();
    assert_eq!(lists(&test), [""; 0]);
}

#[test]
fn a_site_from_which_the_client_takes_no_zip_has_no_list() {
    let test = SiteTest::two_skills()
        .base_url("http://skills.example/")
        .build();
    assert_eq!(lists(&test), [""; 0]);
}

#[test]
fn a_name_that_the_client_keeps_for_others_is_no_list_and_a_warning() {
    let test = SiteTest::two_skills().base_url("https://claude-plugins.example/");
    let ran = test.rebuild();
    assert_eq!(lists(&test), [""; 0]);
    assert!(
        ran.stderr.contains(
            "warning: skillpress.toml: there are no marketplaces, since Claude Code keeps the name that `https://claude-plugins.example/` gives them for others\nhint: set `name` below `[marketplace]`\n"
        ),
        "{}",
        ran.stderr
    );
}

/// The paths of all lists of the site.
fn lists(test: &SiteTest) -> Vec<String> {
    let paths = test.site().into_iter().map(|(path, _)| path);
    paths
        .filter(|path| path.ends_with("marketplace.json"))
        .collect()
}

fn list(test: &SiteTest, path: &str) -> Value {
    serde_json::from_str(&test.page(path)).expect("JSON")
}

fn names(list: &Value) -> Vec<&str> {
    let plugins = list["plugins"].as_array().expect("plugins").iter();
    plugins
        .map(|plugin| plugin["name"].as_str().expect("a name"))
        .collect()
}
