//! `skillpress check`: problems with their places, and a site that is not what its content says.

use serde_json::{Value, json};

use crate::harness::SiteTest;

#[test]
fn all_problems_are_shown_together_and_sorted() {
    let test = SiteTest::two_skills()
        .badge("official", "[[award]]\nskill = \"ana/pdf-tool\"\n")
        .file(
            "content/stats.jsonl",
            "{\"skill\":\"ana/pdf-tools\",\"downloads\":-1}\n",
        )
        .file(
            "content/aliases.toml",
            "# old names\n\n\"x/y\" = \"no/where\"\n",
        );
    let ran = test.run(&["check"]);
    assert_eq!(ran.code, 1);
    let places: Vec<&str> = ran
        .stdout
        .lines()
        .filter(|line| line.starts_with("error: "))
        .collect();
    assert_eq!(places.len(), 3, "{}", ran.stdout);
    assert!(
        places[0].starts_with("error: content/aliases.toml:3:"),
        "{}",
        places[0]
    );
    assert!(
        places[1].starts_with("error: content/badges/official.toml:5:"),
        "{}",
        places[1]
    );
    assert!(
        places[2].starts_with("error: content/stats.jsonl:1"),
        "{}",
        places[2]
    );
    assert!(
        ran.stdout.contains("hint: did you mean `ana/pdf-tools`?"),
        "{}",
        ran.stdout
    );
}

#[test]
fn settings_under_their_former_name_are_read_and_warned_of() {
    let test = SiteTest::two_skills()
        .file("skillpress.toml", "[install]\nhosting = \"edge\"\n")
        .build();
    let ran = test.run(&["check"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let warning = "warning: skillpress.toml:1:2: `[install]` is called `[hosting]` now, and its `hosting` is `mode`\n\
                   1 | [install]\n  |  ^\n\
                   hint: write in its place `[hosting]`, `mode = \"edge\"`\n";
    assert!(ran.stdout.contains(warning), "{}", ran.stdout);
    assert!(
        test.page("ana/skills/pdf-tools/index.html")
            .contains("npx clawhub")
    );
    assert_eq!(test.run(&["check", "--strict"]).code, 1);
}

#[test]
fn a_dead_link_is_named_by_check_and_build() {
    let test = SiteTest::two_skills().file(
        "content/skills/ana/pdf-tools/SKILL.md",
        "---\nname: pdf-tools\ndescription: Merges PDF files.\n---\n[Notes](note.md) for [Cron](../../bo/cron-explainer/)\n",
    );
    let warning = "warning: content/skills/ana/pdf-tools/SKILL.md:5: `note.md` is no file of this skill, so the page shows the text \
                   without the link\nhint: add the file to the skill's folder, or take the link out\n";
    let ran = test.run(&["check"]);
    assert!(ran.stdout.contains(warning), "{}", ran.stdout);
    assert!(!ran.stdout.contains("cron-explainer/`"), "{}", ran.stdout);
    let test = test.build();
    let page = test.page("ana/skills/pdf-tools/index.html");
    assert!(
        page.contains("Notes for <a href=\"/bo/skills/cron-explainer/\">Cron</a>"),
        "{page}"
    );
}

#[test]
fn skills_that_the_client_refuses_are_named_by_check_and_counted_by_build() {
    let test = SiteTest::two_skills();
    let ran = test.run(&["check"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.stdout.contains(
            "warning: content/skills/bo/cron-explainer/SKILL.md: the `skills` client cannot install it: \
             the front matter has no `name` that is text\nhint: write `name: cron-explainer`\n"
        ),
        "{}",
        ran.stdout
    );
    for n in 0..20 {
        test.write(&format!("content/skills/cy/skill-{n}/SKILL.md"), "Text.\n");
    }
    let ran = test.rebuild();
    assert!(
        ran.stderr.contains("     21  not installable\n"),
        "{}",
        ran.stderr
    );
    let page = |path: &str| test.page(&format!("{path}/index.html"));
    assert!(page("ana/skills/pdf-tools").contains("npx skills add"));
    assert!(!page("bo/skills/cron-explainer").contains("npx skills add"));
}

#[test]
fn check_writes_nothing() {
    let test = SiteTest::two_skills();
    assert_eq!(test.run(&["check"]).code, 0);
    assert!(!test.path("public").exists());
}

#[test]
fn strict_turns_warnings_into_errors() {
    let test = SiteTest::two_skills();
    assert_eq!(test.run(&["check", "--strict"]).code, 1);
    assert_eq!(test.run(&["build", "--strict"]).code, 1);
    assert!(!test.path("public").exists());
}

#[test]
fn fields_of_clients_pass_the_strict_check() {
    let ran = SiteTest::empty()
        .skill(
            "mo/tides",
            "---\nname: tides\ndescription: Tells the tides.\ndisable-model-invocation: true\nargument-hint: \"[port]\"\nuser-invocable: true\nupdated: 2026-01-31\n---\nText.\n",
        )
        .run(&["check", "--strict"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "0 errors, 0 warnings\n")
    );
}

#[test]
fn problems_are_json_for_machines() {
    let test = SiteTest::two_skills().badge("official", "[[award]]\nskill = \"no/body\"\n");
    let ran = test.run(&["check", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["errors"], 1);
    let problems = document["problems"].as_array().unwrap();
    let award = problems
        .iter()
        .find(|problem| problem["severity"] == "error")
        .unwrap();
    assert_eq!(award["path"], "content/badges/official.toml");
    assert_eq!(award["line"], 5);
}

#[test]
fn a_site_that_is_not_what_the_content_says_is_named() {
    let test = SiteTest::two_skills().build();
    let args = [
        "check",
        "--site",
        "public",
        "--base-url",
        "https://skills.example/",
    ];
    assert_eq!(test.run(&args).code, 0, "a fresh site equals its content");

    let page = test
        .page("skills/index.html")
        .replace("PDF Tools", "PDF Fools");
    test.write("public/skills/index.html", page);
    test.write("public/left-over.html", "x");
    let ran = test.run(&args);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.contains("public/skills/index.html:"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("PDF Fools"), "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("public/left-over.html: this file is on the site"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_forgotten_rebuild_after_a_badge_is_named() {
    let test = SiteTest::two_skills().build();
    test.run(&[
        "badge",
        "add",
        "official",
        "bo/cron-explainer",
        "--by",
        "ana",
    ]);
    let ran = test.run(&[
        "check",
        "--site",
        "public",
        "--base-url",
        "https://skills.example/",
    ]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.contains("bo/skills/cron-explainer/index.html"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_wrong_setting_and_a_wrong_badge_are_reported_together() {
    let test = SiteTest::two_skills()
        .file("skillpress.toml", "titel = \"x\"\n")
        .badge("official", "[[award]]\nskill = \"no/body\"\n");
    let ran = test.run(&["check"]);
    let shown = format!("{}{}", ran.stdout, ran.stderr);
    assert!(
        shown.contains("skillpress.toml:1:1: unknown field `titel`"),
        "{shown}"
    );
    assert!(shown.contains("`no/body`"), "{shown}");
}

#[test]
fn a_missing_content_folder_is_an_error_with_a_hint() {
    let test = SiteTest::empty();
    let ran = test.run(&["check", "--content", "nowhere"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.contains("nowhere") && ran.stdout.contains("hint:"),
        "{}",
        ran.stdout
    );
}

#[test]
fn skills_that_mcp_hosts_do_not_take_are_counted_and_named_when_asked() {
    let test = SiteTest::two_skills();
    let ran = test.run(&["check"]);
    let summary = "1 of 2 skills are plain files to MCP hosts, not skills";
    assert!(
        ran.stdout
            .contains(&format!("{summary}; `--mcp` says which, and why\n")),
        "{}",
        ran.stdout
    );
    let ran = test.run(&["check", "--mcp"]);
    assert_eq!(ran.code, 0);
    let note = "note: content/skills/bo/cron-explainer/SKILL.md: MCP hosts do not take this as a skill: there is no front matter\n";
    assert!(ran.stdout.contains(note), "{}", ran.stdout);
    assert!(
        ran.stdout.ends_with(&format!("{summary}\n")),
        "{}",
        ran.stdout
    );
    let ran = test.run(&["check", "--json", "--mcp"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["mcp"], json!({ "skills": 2, "conformant": 1 }));
    assert_eq!(document["warnings"], 2, "notes are none");
    let notes = document["problems"].as_array().unwrap().iter();
    assert_eq!(
        notes
            .filter(|problem| problem["severity"] == "note")
            .count(),
        1
    );
}
