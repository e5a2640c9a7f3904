//! Skills of sources in all that an operator says of skills.

use crate::harness::{SiteTest, zip_of};

fn skill_md(slug: &str) -> String {
    format!("---\nname: {slug}\ndescription: Does {slug}.\n---\n# Title\n")
}

/// Two skills in the content folder, four of a folder and one of an archive, which is fetched.
fn with_sources() -> SiteTest {
    let test = SiteTest::two_skills()
        .file("skillpress.toml", "[[source]]\npath = \"ropes\"\nowner = \"cy\"\n\n[[source]]\narchive = \"cranes.zip\"\nowner = \"di\"\n")
        .file("cranes.zip", zip_of(&[("skills/crane-log/SKILL.md", &skill_md("crane-log"))]));
    for slug in ["knots", "splices", "whippings", "lashings"] {
        test.write(&format!("ropes/{slug}/SKILL.md"), skill_md(slug));
    }
    let ran = test.run(&["fetch"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    test
}

#[test]
fn badges_counts_moderation_and_old_names_are_those_of_sources_skills_too() {
    let test = with_sources()
        .badge("official", "[[award]]\nskill = \"di/crane-log\"\nat = 2026-01-10\n")
        .file(
            "content/moderation.toml",
            "[[hidden]]\nskill = \"cy/splices\"\n\n[[suspicious]]\nskill = \"cy/whippings\"\nnote = \"Frays.\"\n",
        )
        .file("content/aliases.toml", "\"old/bends\" = \"cy/knots\"\n")
        .file("content/stats.csv", "skill,downloads,stars\ncy/knots,1234,5\n");
    let ran = test.run(&["check", "--strict"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let told: Vec<&str> = ran
        .stdout
        .lines()
        .filter(|line| line.contains("error:"))
        .collect();
    assert!(
        told.iter()
            .all(|line| line.contains("content/skills/bo/cron-explainer")),
        "nothing is said of sources: {told:?}"
    );
    let test = test.build();
    assert!(
        test.page("di/skills/crane-log/index.html")
            .contains("official")
    );
    assert!(test.page("cy/skills/knots/index.html").contains("1.2k"));
    assert!(
        test.page("cy/skills/whippings/index.html")
            .contains("Frays.")
    );
    assert!(!test.path("public/cy/skills/splices").exists());
    assert!(test.page("_redirects").contains("/old/skills/bends/"));
}

#[test]
fn a_badge_is_given_to_a_skill_of_a_source_and_taken_away() {
    let test = with_sources();
    let file =
        || std::fs::read_to_string(test.path("content/badges/official.toml")).expect("a file");
    let before = file();
    for skill in ["cy/knots", "di/crane-log"] {
        let ran = test.run(&["badge", "add", "official", skill]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(file().contains(&format!("skill = \"{skill}\"")));
        let ran = test.run(&["badge", "remove", "official", skill]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    assert_eq!(file().trim_end(), before.trim_end());
    let ran = test.run(&["badge", "add", "official", "cy/knot"]);
    assert!(
        ran.stderr.contains("did you mean `cy/knots`?"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_site_with_skills_of_sources_is_what_they_and_the_content_say() {
    let test = with_sources();
    assert_eq!(test.run(&["new", "bo/knots"]).code, 0);
    let test = test.build();
    assert!(test.path("public/bo/skills/knots/index.html").is_file());
    let compare = |args: &[&str]| {
        let check = [
            "check",
            "--site",
            "public",
            "--base-url",
            "https://skills.example/",
        ];
        test.run(&[&check[..], args].concat())
    };
    let ran = compare(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    test.write("ropes/knots/SKILL.md", skill_md("knots") + "More.\n");
    let ran = compare(&[]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("cy/skills/knots/"), "{}", ran.stdout);
    assert!(
        !ran.stdout.contains("di/skills/crane-log/"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_registry_without_a_content_folder_is_built_and_checked() {
    let test = with_sources();
    std::fs::remove_dir_all(test.path("content")).expect("a folder");
    let test = test.build();
    assert!(
        test.page("cy/skills/knots/index.html")
            .contains("Does knots.")
    );
    let args = ["--strict", "--base-url", "https://skills.example/"];
    for command in [&["check"][..], &["check", "--site", "public"]] {
        let ran = test.run(&[command, &args].concat());
        assert_eq!(ran.code, 0, "{}", ran.stdout);
        assert!(
            ran.stdout.ends_with("0 errors, 0 warnings\n"),
            "{}",
            ran.stdout
        );
    }
}

#[test]
fn a_link_leads_to_the_skill_that_lies_there_in_the_source() {
    let linking = |body: &str| format!("{}{body}\n", skill_md("deck-work"));
    let test = SiteTest::empty()
        .file("skillpress.toml", "[[source]]\npath = \"repo\"\nowner = \"cy\"\n\n[[source]]\npath = \"other\"\nowner = \"cy\"\n")
        .file("repo/plugins/ropes/skills/knot-tying/SKILL.md", skill_md("knots") + "[Table](table.md)\n")
        .file("repo/plugins/ropes/skills/knot-tying/table.md", "Table.")
        // Its slug is the name of another skill's folder.
        .file("repo/plugins/ropes/skills/others/SKILL.md", skill_md("knot-tying"))
        .file("other/skills/bends/SKILL.md", skill_md("bends"))
        .file(
            "repo/skills/deck/SKILL.md",
            linking("[a](../../plugins/ropes/skills/knot-tying/SKILL.md), [b](../../plugins/ropes/skills/knot-tying/table.md), [c](../bends/), [d](../../README.md)."),
        )
        .file("repo/README.md", "Not published.");
    let test = test.build();
    let page = test.page("cy/skills/deck-work/index.html");
    for link in [
        "<a href=\"/cy/skills/knots/\">a</a>",
        "<a href=\"/cy/skills/knots/files/table.md\">b</a>",
        "<a href=\"/cy/skills/bends/\">c</a>, d.",
    ] {
        assert!(page.contains(link), "{link}: {page}");
    }
    let ran = test.run(&["check"]);
    assert!(
        ran.stdout.contains("`../../README.md` is no skill"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.ends_with("0 errors, 1 warning\n"),
        "{}",
        ran.stdout
    );
}
