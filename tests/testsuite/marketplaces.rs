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
fn what_was_removed_is_turned_off_whether_its_folder_is_there_or_not() {
    let settings = "[marketplace]\nlists = [\"site\", \"badges\", \"owners\"]\n";
    let removed = "[[removed]]\nskill = \"ana/pdf-tools\"\n\n[[removed]]\nskill = \"cy/gone\"\nnote = \"Its author asked.\"\n";
    let test = SiteTest::two_skills()
        .skill("bo/fine", "---\nname: fine\ndescription: Does it.\n---\n")
        .file("skillpress.toml", settings)
        .file("content/moderation.toml", removed);
    let ran = test.rebuild();
    assert!(!ran.stderr.contains("error"), "{}", ran.stderr);
    assert!(!test.path("public/ana/skills/pdf-tools").exists());
    let both = json!({ "ana--pdf-tools": null, "cy--gone": null });
    let site = list(&test, "marketplace.json");
    assert_eq!(site["renames"], both);
    assert_eq!(names(&site), ["bo--fine"]);
    let official = list(&test, "badges/official/marketplace.json");
    assert_eq!(
        (&official["renames"], &official["plugins"]),
        (&both, &json!([]))
    );
    assert_eq!(
        list(&test, "bo/marketplace.json").get("renames"),
        None,
        "of others it says nothing"
    );
    // No other file names them.
    for (path, bytes) in test.site() {
        let text = String::from_utf8_lossy(&bytes);
        let is_list = path.ends_with("marketplace.json");
        assert!(is_list || !text.contains("pdf-tools"), "{path}");
    }
    let slip = "[[removed]]\nskill = \"ana/pdf-tool\"\n\n[[removed]]\nskill = \"ana/pdf\"\n";
    test.write("content/moderation.toml", slip);
    test.write("content/aliases.toml", "\"ana/pdf\" = \"bo/fine\"\n");
    let ran = test.rebuild();
    let message = "warning: content/moderation.toml:2:9: no skill is called `ana/pdf-tool` now, but one `ana/pdf-tools`\n";
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
    let renames = json!({ "ana--pdf": "bo--fine", "ana--pdf-tool": null });
    assert_eq!(list(&test, "marketplace.json")["renames"], renames);
    test.write(
        "content/moderation.toml",
        "[[hidden]]\nskill = \"cy/gone\"\n\n[[removed]]\nskill = \"cy/gone\"\n",
    );
    let ran = test.run(&["check"]);
    for message in [
        "`cy/gone` is moderated, but there is no such skill",
        "`cy/gone` is in this file already",
    ] {
        assert!(ran.stdout.contains(message), "{}", ran.stdout);
    }
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

#[test]
fn a_part_whose_list_would_have_a_name_that_is_kept_has_none() {
    let test = SiteTest::two_skills().file(
        "content/collections/official-claude.toml",
        "title = \"Ours\"\ndescription = \"What we have.\"\n[[skill]]\nkey = \"ana/pdf-tools\"\n",
    );
    let ran = test.rebuild();
    assert_eq!(
        lists(&test),
        ["badges/official/marketplace.json", "marketplace.json"]
    );
    let message = "there is no marketplace of `collection-official-claude`, since Claude Code keeps the name that it would have for others\n";
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
    let page = test.page("collections/official-claude/index.html");
    assert!(!page.contains("claude plugin"), "{page}");
}

#[test]
fn pages_name_the_lists_of_owners_where_there_is_no_other() {
    let test = SiteTest::two_skills()
        .file("skillpress.toml", "[marketplace]\nlists = [\"owners\"]\n")
        .build();
    let page = test.page("ana/skills/pdf-tools/index.html");
    for line in [
        "claude plugin marketplace add https://skills.example/ana/marketplace.json",
        "claude plugin install ana--pdf-tools@skills-example-owner-ana",
    ] {
        assert!(page.contains(line), "{page}");
    }
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
