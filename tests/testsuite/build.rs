//! `skillpress build`: what it writes, what it leaves alone, what a killed one leaves.

use std::fs;
use std::time::{Duration, Instant};

use crate::harness::{SiteTest, files_below};

#[test]
fn two_builds_give_the_same_bytes() {
    let test = SiteTest::demo().build();
    let first = test.site();
    assert!(first.len() > 100, "the demo registry is a real site");
    fs::remove_dir_all(test.path("public")).unwrap();
    test.rebuild();
    let second = test.site();
    for (a, b) in first.iter().zip(&second) {
        assert_eq!(a.0, b.0);
        assert!(a.1 == b.1, "{} differs", a.0);
    }
    assert_eq!(first.len(), second.len());
}

#[test]
fn a_second_build_of_the_same_content_changes_no_file() {
    let test = SiteTest::demo().build();
    let ran = test.rebuild();
    assert!(
        ran.stdout.contains(" 0 changed, 0 removed"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_build_that_follows_a_site_gives_the_same_bytes_and_is_proved_by_check() {
    let test = SiteTest::demo().build();
    let skill = "content/skills/ana/pdf-tools/SKILL.md";
    let text = fs::read_to_string(test.path(skill)).unwrap();
    test.write(skill, text + "\nOne more step.\n");
    let build = |out| test.run(&["build", "--previous", "public", "--out", out]);
    assert_eq!([build("a").code, build("b").code], [0, 0]);
    assert!(files_below(&test.path("a")) == files_below(&test.path("b")));
    let proved = test.run(&["check", "--site", "a", "--previous", "public"]);
    assert_eq!(proved.code, 0, "{}", proved.stdout);
}

#[test]
fn a_first_build_has_no_site_to_follow_and_says_so() {
    let test = SiteTest::two_skills();
    test.run(&["build"]);
    let ran = test.run(&["build", "--previous", "nowhere", "--out", "next"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let note = "note: `nowhere` has no search index that this version goes on from; skills are numbered anew\n";
    assert!(ran.stderr.contains(note), "{}", ran.stderr);
    assert!(files_below(&test.path("next")) == test.site());
}

#[test]
fn a_failed_build_leaves_the_published_site() {
    let test = SiteTest::two_skills().build();
    let before = test.site();
    test.write("content/badges/official.toml", "label = ");
    let ran = test.run(&["build"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("content/badges/official.toml:1:"),
        "{}",
        ran.stderr
    );
    assert!(before == test.site());
}

#[test]
fn a_build_that_was_not_told_its_address_says_so() {
    let test = SiteTest::two_skills();
    let warning = "warning: skillpress.toml: `base_url` is not set, so canonical links, feeds, the sitemap and install commands say `http://localhost:4000/`, which works for no visitor\nhint: set `base_url`";
    let ran = test.run(&["build"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.contains(warning), "{}", ran.stderr);
    assert!(!test.run(&["check"]).stdout.contains("base_url"));
    let told = test.run(&["build", "--base-url", "http://localhost:4000/"]);
    assert!(!told.stderr.contains("base_url"), "{}", told.stderr);
    test.write("skillpress.toml", "base_url = \"http://localhost:4000/\"\n");
    let told = test.run(&["build"]);
    assert!(!told.stderr.contains("base_url"), "{}", told.stderr);
}

#[test]
fn a_build_that_was_not_told_its_address_fails_when_warnings_count() {
    let skill = "---\nname: pdf\ndescription: Reads PDF.\nupdated: 2026-01-31\n---\n# PDF\n";
    let test = SiteTest::empty().skill("ana/pdf", skill);
    let ran = test.run(&["build", "--strict"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr
            .starts_with("error: skillpress.toml: `base_url` is not set"),
        "{}",
        ran.stderr
    );
    assert!(!test.path("public").exists());
}

#[test]
fn a_folder_that_skillpress_did_not_write_is_refused() {
    let test = SiteTest::two_skills().file("public/thesis.txt", "years of work");
    let ran = test.run(&["build"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("not written by skillpress"),
        "{}",
        ran.stderr
    );
    assert_eq!(files_below(&test.path("public")).len(), 1);
}

#[test]
fn a_killed_build_leaves_the_old_or_the_new_site_whole() {
    let test = SiteTest::demo().build();
    let old = test.site();
    test.write(
        "content/skills/zoe/extra/SKILL.md",
        "---\nname: extra\ndescription: One more.\n---\nText.\n",
    );
    let started = Instant::now();
    let spare = SiteTest::demo();
    spare.rebuild();
    let whole = started.elapsed();
    // Moments spread over a whole build, from a fixed sequence.
    for step in 0..12u32 {
        let mut child = test.command().args(["build", "--quiet"]).spawn().unwrap();
        std::thread::sleep(whole * (step * 7 % 12 + 1) / 12);
        child.kill().unwrap();
        child.wait().unwrap();
        let now = test.site();
        let is_new = now
            .iter()
            .any(|(path, _)| path == "zoe/skills/extra/index.html");
        assert!(
            is_new || now == old,
            "a half-written site after {step}/12 of a build"
        );
    }
    std::thread::sleep(Duration::from_millis(1));
    test.rebuild();
    assert!(
        test.page("zoe/skills/extra/index.html")
            .contains("One more.")
    );
    assert!(
        !test.path(".public.skillpress").exists(),
        "the next build clears what a killed one left"
    );
}

#[test]
fn the_tracked_gitignore_survives() {
    let test = SiteTest::two_skills()
        .file("public/.gitignore", "*\n!.gitignore\n")
        .build();
    assert_eq!(test.page(".gitignore"), "*\n!.gitignore\n");
}

#[test]
fn removing_an_award_leaves_no_trace() {
    let test = SiteTest::two_skills().build();
    assert!(test.page("skills/index.html").contains("official"));
    let ran = test.run(&["badge", "remove", "official", "ana/pdf-tools"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    test.rebuild();
    let never = SiteTest::two_skills().badge("official", "").build();
    assert!(
        test.site() == never.site(),
        "the site is the one that never had the award"
    );
}

#[test]
fn a_stats_update_changes_only_pages_that_show_it() {
    let stats = |downloads: u32, stars: u32| {
        format!(
            "{{\"skill\":\"ana/pdf-tools\",\"downloads\":{downloads},\"stars\":{stars}}}\n{{\"skill\":\"bo/cron-explainer\",\"downloads\":7,\"stars\":1}}\n"
        )
    };
    let test = SiteTest::two_skills()
        .file("content/stats.jsonl", stats(1201, 30))
        .build();
    let before = test.site();

    test.write("content/stats.jsonl", stats(1249, 30));
    test.rebuild();
    // 1,201 and 1,249 are both shown as 1.2k; programs get the exact number.
    assert_eq!(changed(&before, &test.site()), EXACT_STATS);

    test.write("content/stats.jsonl", stats(1301, 30));
    test.rebuild();
    let after = test.site();
    let changed = changed(&before, &after);
    assert!(
        changed.contains(&"ana/skills/pdf-tools/index.html"),
        "{changed:?}"
    );
    assert!(
        !changed.contains(&"bo/skills/cron-explainer/index.html"),
        "{changed:?}"
    );
    for path in changed {
        assert!(
            path.ends_with(".html") || EXACT_STATS.contains(&path),
            "{path} must not depend on statistics"
        );
    }
}

#[test]
fn suspicious_and_hidden_skills_are_not_listed() {
    let test = SiteTest::two_skills()
        // Words that no language has: the glossary holds those.
        .skill("eve/hidden", "---\nname: hidden\ndescription: Snarkboojum.\n---\n")
        .skill("eve/odd", "---\nname: odd\ndescription: Bandersnatch.\n---\n")
        .file(
            "content/moderation.toml",
            "[[hidden]]\nskill = \"eve/hidden\"\n[[suspicious]]\nskill = \"eve/odd\"\nnote = \"asks for keys\"\n",
        )
        .build();
    for (path, bytes) in test.site() {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        assert!(
            !text.contains("snarkboojum") && !text.contains("eve/hidden"),
            "{path} shows a hidden skill"
        );
        if !path.starts_with("eve/skills/odd/") && !path.starts_with("api/") {
            assert!(
                !text.contains("bandersnatch"),
                "{path} lists a suspicious skill"
            );
        }
    }
    assert!(
        test.page("eve/skills/odd/index.html")
            .contains("asks for keys")
    );
}

#[test]
fn everything_under_an_old_name_leads_to_the_skill() {
    let test = SiteTest::two_skills()
        .skill(
            "ana/single",
            "---\nname: single\ndescription: One file.\n---\nText.\n",
        )
        .file(
            "content/aliases.toml",
            "\"old/pdf\" = \"ana/pdf-tools\"\n\"ana/one\" = \"ana/single\"\n",
        )
        .build();
    assert_eq!(
        test.page("_redirects"),
        "/ana/skills/one/one.zip /ana/skills/single/single.zip 301\n\
         /old/skills/pdf/pdf.zip /ana/skills/pdf-tools/pdf-tools.zip 301\n\
         /ana/skills/one/ /ana/skills/single/ 301\n\
         /old/skills/pdf/ /ana/skills/pdf-tools/ 301\n\
         /ana/skills/one/* /ana/skills/single/:splat 301\n\
         /old/skills/pdf/* /ana/skills/pdf-tools/:splat 301\n"
    );
    for (old, new) in [
        ("old/skills/pdf", "ana/skills/pdf-tools"),
        ("ana/skills/one", "ana/skills/single"),
    ] {
        let page = test.page(&format!("{old}/index.html"));
        assert!(page.contains(&format!("https://skills.example/{new}/")));
        assert_eq!(
            test.page(&format!("{old}/skill.json")),
            test.page(&format!("{new}/skill.json"))
        );
        let slug = old.rsplit('/').next().unwrap();
        assert_eq!(
            test.page(&format!("api/v1/skills/{slug}/index.html")),
            test.page(&format!(
                "api/v1/skills/{}/index.html",
                new.rsplit('/').next().unwrap()
            ))
        );
        let artifact = |folder: &str| {
            let index = format!("{folder}/.well-known/agent-skills/index.json");
            let json: serde_json::Value = serde_json::from_str(&test.page(&index)).unwrap();
            let skill = &json["skills"][0];
            let address = format!("https://skills.example/x/{index}");
            let address = url_join(&address, skill["url"].as_str().unwrap());
            (address, skill["name"].clone(), skill["digest"].clone())
        };
        assert_eq!(artifact(old), artifact(new));
        let path = artifact(old).0.replace("https://skills.example/x/", "");
        assert!(test.path("public").join(&path).is_file(), "{path}");
    }
}

/// The address that `relative`, which may begin with `../`, means at `base`.
fn url_join(base: &str, relative: &str) -> String {
    let mut folders: Vec<&str> = base.split('/').collect();
    folders.pop();
    let mut rest = relative;
    while let Some(above) = rest.strip_prefix("../") {
        folders.pop();
        rest = above;
    }
    format!("{}/{rest}", folders.join("/"))
}

/// Files of the API that say how often `ana/pdf-tools` was downloaded, and the sums of these.
const EXACT_STATS: &[&str] = &[
    "SHA256SUMS",
    "ana/skills/pdf-tools/skill.json",
    "api/v1/skills/pdf-tools/index.html",
    "api/v1/stats.json",
];

/// The paths of the files that differ.
fn changed<'s>(before: &'s [(String, Vec<u8>)], after: &[(String, Vec<u8>)]) -> Vec<&'s str> {
    assert_eq!(before.len(), after.len());
    let pairs = before.iter().zip(after);
    pairs
        .filter(|(a, b)| a != b)
        .map(|(a, _)| a.0.as_str())
        .collect()
}

#[test]
fn no_host_makes_pages_of_the_files_of_a_site() {
    let test = SiteTest::two_skills()
        .file("content/static/.nojekyll", "")
        .build();
    assert_eq!(test.page(".nojekyll"), "");
}

#[test]
fn whatever_the_operator_gets_wrong_leaves_the_published_site() {
    let wrong = [
        (
            "content/badges/official.toml",
            "label = ",
            "error: content/badges/official.toml:1:",
        ),
        (
            "content/badges/official.toml",
            "label = \"O\"\ndescription = \"o\"\n[[award]]\nskill = \"no/body\"\n",
            "error: content/badges/official.toml:4:",
        ),
        (
            "content/stats.jsonl",
            "{\"skill\":\"ana/pdf-tools\",\"downloads\":-1}\n",
            "error: content/stats.jsonl:1",
        ),
        (
            "content/stats.csv",
            "skill,downloads\nana/pdf-tools,many\n",
            "error: content/stats.csv:2",
        ),
        (
            "content/aliases.toml",
            "\"x/y\" = \"no/where\"\n",
            "error: content/aliases.toml:1:",
        ),
        (
            "content/moderation.toml",
            "[[hidden]]\nskill = \"no/body\"\n",
            "error: content/moderation.toml:2:",
        ),
        (
            "skillpress.toml",
            "titel = \"x\"\n",
            "error: skillpress.toml:1:1: unknown field `titel`",
        ),
    ];
    for (path, text, error) in wrong {
        let test = SiteTest::two_skills().build();
        let before = test.site();
        test.write(path, text);
        let ran = test.run(&["build"]);
        assert_eq!(ran.code, 1, "{path}: {}", ran.stderr);
        assert!(ran.stderr.contains(error), "{path}: {}", ran.stderr);
        assert!(before == test.site(), "{path}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_second_owner_that_differs_in_case_changes_nothing_but_a_warning() {
    let test = SiteTest::two_skills().build();
    let before = test.site();
    test.write(
        "content/skills/Ana/pdf-tools/SKILL.md",
        "---\nname: pdf-tools\ndescription: Another.\n---\n",
    );
    let ran = test.rebuild();
    assert!(
        ran.stderr
            .contains("warning: content/skills/Ana/pdf-tools: the owners `Ana` and `ana` differ only in the case of letters"),
        "{}",
        ran.stderr
    );
    assert!(before == test.site());
}

#[test]
fn a_version_below_metadata_is_published_like_one_at_the_top() {
    let test = SiteTest::empty()
        .skill(
            "mo/tides",
            "---\nname: tides\ndescription: Tells the tides.\nmetadata:\n  version: \"3.4.5\"\n---\nText.\n",
        )
        .build();
    for part in [
        "mo/skills/tides/index.html",
        "mo/skills/tides/skill.json",
        "api/",
    ] {
        let is_there = test.site().iter().any(|(path, bytes)| {
            path.starts_with(part) && String::from_utf8_lossy(bytes).contains("3.4.5")
        });
        assert!(is_there, "{part}");
    }
}

#[test]
fn front_matter_below_a_comment_is_not_shown_as_text() {
    let test = SiteTest::empty()
        .skill(
            "mo/tides",
            "<!-- made by a tool -->\n---\nname: tides\ndescription: Tells the tides.\n---\nAll the text.\n",
        )
        .build();
    let page = test.page("mo/skills/tides/index.html");
    assert!(page.contains("Tells the tides.") && page.contains("All the text."));
    assert!(!page.contains("description: Tells"));
}
