//! What authors and their programs get slightly wrong: read where it can mean one thing only, told otherwise.

use super::*;
use crate::catalog::{Timestamp, Version};

const SKILL: &str = "skills/ana/pdf/SKILL.md";
const META: &str = "skills/ana/pdf/_meta.json";

/// One skill `ana/pdf` without faults, beside this `_meta.json`.
fn with_meta(json: &str) -> Loaded {
    loaded(&[(SKILL, skill_md("pdf").as_str()), (META, json)])
}

/// The current version and the history of `ana/pdf`, with days.
fn versions(loaded: &Loaded) -> String {
    let skill = loaded.skill("ana/pdf");
    let shown = |version: &Version| {
        let day = version.published_at.map(|at| format!("@{}", at.date()));
        version.version.clone() + &day.unwrap_or_default()
    };
    let history: Vec<String> = skill.history.iter().map(shown).collect();
    let latest = skill.version.as_ref().map(shown).unwrap_or_default();
    format!("{latest} | {}", history.join(" "))
}

/// `text` as UTF-16 with a byte order mark.
fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

#[test]
fn utf_16_is_read_and_told() {
    let meta = utf16(r#"{"latest":{"version":"1.0.0"}}"#);
    let text = utf16("---\nname: pdf\ndescription: Für alle.\n---\n# Títle\n");
    let loaded = loaded(&[(SKILL, text), (META, meta)]);
    let skill = loaded.skill("ana/pdf");
    assert_eq!(skill.description, "Für alle.");
    assert_eq!(skill.body, "# Títle\n");
    assert!(skill.front_matter.is_broken, "clients do not read it");
    assert_eq!(versions(&loaded), "1.0.0 | ");
    for file in [SKILL, META] {
        loaded.says(&format!(
            "warning: content/{file}: the file is UTF-16; the site reads it, but clients do not\nhint: save the file as UTF-8\n"
        ));
    }
}

#[test]
fn an_operators_file_in_utf_16_is_an_error_that_says_so() {
    let loaded = loaded(&[
        (SKILL, skill_md("pdf").into_bytes()),
        ("stats.csv", utf16("skill,stars\nana/pdf,1\n")),
    ]);
    loaded.says("error: content/stats.csv: the file is UTF-16; UTF-8 is expected\nhint: save the file as UTF-8\n");
}

#[test]
fn a_name_that_shows_nothing_is_no_name() {
    let loaded = loaded(&[
        (
            SKILL,
            "---\nname: \"\u{3164}\u{200e}\"\ndescription: \"\u{2028}\u{fe0f}\"\ntags: [\"\u{115f}\", pdf]\nlicense: \"\u{200b}\"\n---\nDoes it.\n",
        ),
        (META, "{\"displayName\": \"\u{61c}\"}"),
    ]);
    let skill = loaded.skill("ana/pdf");
    assert_eq!(
        (skill.name.as_str(), skill.description.as_str()),
        ("pdf", "Does it.")
    );
    assert_eq!(skill.tags, ["pdf"]);
    assert_eq!(skill.front_matter.license, None);
    loaded.says("_meta.json:1:17: `displayName` is no text that shows; it is left out\n");
    loaded.says("SKILL.md:2:7: the front matter has no text in `name`");
    loaded.says("SKILL.md:3:14: the front matter has no text in `description`");
}

#[test]
fn a_badge_label_that_shows_nothing_is_empty() {
    let loaded = loaded(&[
        (SKILL, skill_md("pdf").as_str()),
        (
            "badges/good.toml",
            "label = \"\u{3164}\"\ndescription = \"Good.\"\n",
        ),
    ]);
    loaded.says("error: content/badges/good.toml:1:9: `label` is empty\n");
}

#[test]
fn a_character_that_no_page_may_hold_is_left_out_and_told() {
    let loaded = one("---\nname: pdf\ndescription: A\u{fdd0}B.\n---\nSee\u{1b}[1m\u{ffff} it.\n");
    let skill = loaded.skill("ana/pdf");
    assert_eq!(
        (skill.description.as_str(), skill.body.as_str()),
        ("AB.", "See[1m it.\n")
    );
    loaded.says("SKILL.md:3:15: the file holds U+FDD0; pages leave out such characters\n");
    // What `—` in UTF-8 is when it is read as Latin-1.
    one("---\nname: pdf\ndescription: A.\n---\nOne â\u{80}\u{94} two.\n").says(
        "SKILL.md:5:6: the file holds U+0080; pages leave out such characters\n5 | One â�� two.\n",
    );
}

#[test]
fn two_spellings_of_a_file_name_are_one() {
    let (composed, decomposed) = ("caf\u{e9}.md", "cafe\u{301}.md");
    let file = |name: &str| format!("skills/ana/pdf/{name}");
    let both = loaded(&[
        (SKILL, skill_md("pdf").as_str()),
        (&file(composed), "composed"),
        (&file(decomposed), "decomposed"),
    ]);
    let files = &both.skill("ana/pdf").files;
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["SKILL.md", composed]);
    assert_eq!(
        &*files[1].read().unwrap(),
        b"composed",
        "the one in normal form stays"
    );
    both.says("two files have this name, written with other characters that look the same; one of them is left out\n");

    let alone = loaded(&[
        (SKILL, skill_md("pdf").as_str()),
        (&file(decomposed), "decomposed"),
    ]);
    assert_eq!(alone.skill("ana/pdf").files[1].path, composed);
    alone.says_nothing();
}

#[test]
fn a_date_in_another_form_is_read_where_it_means_one_day() {
    for written in [
        "2026/01/31",
        "2026-1-31",
        "January 31, 2026",
        "20260131",
        "1769817600",
    ] {
        let loaded = one(format!(
            "---\nname: pdf\ndescription: Does it.\nupdated: {written}\n---\n"
        ));
        let updated_at = loaded.skill("ana/pdf").updated_at;
        assert_eq!(updated_at, Timestamp::parse("2026-01-31"), "{written}");
        loaded.says_nothing();
    }
}

#[test]
fn a_date_that_is_not_read_is_told_with_its_place() {
    let loaded = one(
        "---\nname: pdf\ndescription: Does it.\ndate: 31.01.2026\nmetadata:\n  created: 01/02/2026\n  updated: 2026-02-01\n---\n",
    );
    loaded.says("warning: content/skills/ana/pdf/SKILL.md:4:7: `date` is `31.01.2026`, which is no date, or could be several\n4 | date: 31.01.2026\n  |       ^\nhint: write a day such as `2026-01-31`\n");
    loaded.says("SKILL.md:6:12: `created` is `01/02/2026`, which");
    let skill = loaded.skill("ana/pdf");
    assert_eq!(skill.created_at, Timestamp::parse("2026-02-01"));
    one("---\nname: pdf\ndescription: Does it.\ndate:\nupdated: \"\"\n---\n").says_nothing();
}

#[test]
fn versions_are_ordered_by_number_where_dates_do_not_decide() {
    let undated = with_meta(
        r#"{"latest": {"version": "1.10.0"}, "history": [{"version": "1.2.0"}, {"version": "1.10.0-rc.2"}, {"version": "1.9.0"}, {"version": "1.10.0-rc.10"}]}"#,
    );
    assert_eq!(
        versions(&undated),
        "1.10.0 | 1.10.0-rc.10 1.10.0-rc.2 1.9.0 1.2.0"
    );
    let day = r#""publishedAt": "2026-01-01""#;
    let dated = with_meta(&format!(
        r#"{{"latest": {{"version": "3.2.0", {day}}}, "history": [{{"version": "2.1.0", {day}}}, {{"version": "3.0.1", {day}}}, {{"version": "2.0.9", {day}}}, {{"version": "2.0.10", {day}}}]}}"#
    ));
    assert_eq!(
        versions(&dated).replace("@2026-01-01", ""),
        "3.2.0 | 3.0.1 2.1.0 2.0.10 2.0.9"
    );
}

#[test]
fn seconds_and_texts_are_read_where_milliseconds_are_meant() {
    let loaded = with_meta(
        r#"{"latest": {"version": "1.1.0", "publishedAt": 1769817600}, "history": [{"version": "1.0.0", "publishedAt": "1767225600000"}]}"#,
    );
    assert_eq!(versions(&loaded), "1.1.0@2026-01-31 | 1.0.0@2026-01-01");
    loaded.says_nothing();
}

#[test]
fn a_publication_date_that_is_not_read_is_told_once_with_its_place() {
    let loaded = with_meta(
        "{\"latest\": {\"version\": \"1.1.0\",\n  \"publishedAt\": 0},\n \"history\": [{\"version\": \"1.0.0\", \"publishedAt\": \"soon\"}]}",
    );
    assert_eq!(versions(&loaded), "1.1.0 | 1.0.0");
    loaded.says("warning: content/skills/ana/pdf/_meta.json:2:18: `publishedAt` is `0`, which is no date, or could be several\n");
    assert_eq!(loaded.problems.n_warnings(), 1);
}

#[test]
fn a_version_that_is_a_number_is_read_and_told() {
    let loaded = with_meta(r#"{"latest": {"version": 1.2}, "history": ["1.1", 1, {}]}"#);
    assert_eq!(versions(&loaded), "1.2 | 1.1 1");
    loaded.says(
        "_meta.json:1:24: the version `1.2` is a number, in which `1.10` and `1.1` are the same\n",
    );
    loaded.says("a version has no text in `version`; it is left out\n");
    assert_eq!(loaded.problems.n_warnings(), 2);
}

#[test]
fn each_version_stands_once_and_the_newest_is_the_current_one() {
    let loaded = with_meta(
        r#"{"history": [{"version": "1.0.0"}, {"version": "1.2.0", "publishedAt": "2026-01-31"}]}"#,
    );
    assert_eq!(versions(&loaded), "1.2.0@2026-01-31 | 1.0.0");
    loaded.says_nothing();

    let loaded = with_meta(
        r#"{"latest": "1.2.0", "history": [{"version": "1.2.0", "publishedAt": "2026-01-31"}, {"version": "1.0.0"}]}"#,
    );
    assert_eq!(versions(&loaded), "1.2.0@2026-01-31 | 1.0.0");
    loaded.says_nothing();

    let loaded = with_meta(
        r#"{"latest": {"version": "1.2.0"}, "history": [{"version": "1.0.0", "publishedAt": "2026-01-01"}, {"version": "1.0.0", "publishedAt": "2026-01-31"}]}"#,
    );
    assert_eq!(versions(&loaded), "1.2.0 | 1.0.0@2026-01-31");
    loaded.says("the version `1.0.0` is in `history` more than once; the newest counts\n");
}

#[test]
fn a_meta_file_of_another_shape_is_told() {
    with_meta("[]").says("`_meta.json` is not an object; versions and dates are unknown\n");
    with_meta(r#"{"history": {"1.0.0": "2026-01-31"}}"#)
        .says("_meta.json:1:13: `history` is not a list; it is left out\n");
    let many: Vec<String> = (0..1001).map(|n| format!("\"1.{n}.0\"")).collect();
    let loaded = with_meta(&format!("{{\"history\": [{}]}}", many.join(",")));
    assert_eq!(loaded.skill("ana/pdf").history.len(), 999);
    loaded.says("`history` has 1001 versions; the first 1000 are kept\n");
    with_meta(&format!("{{\"x\": \"{}\"}}", "x".repeat(1 << 20)))
        .says("`_meta.json` has 1048585 bytes; it is read up to 262144");
}

#[test]
fn an_address_that_cannot_be_linked_is_told_with_its_place() {
    let homepage = |address: &str| {
        one(format!(
            "---\nname: pdf\ndescription: Does it.\nhomepage: {address}\n---\n"
        ))
    };
    homepage("pdf.example/tools").says("warning: content/skills/ana/pdf/SKILL.md:4:11: `homepage` is `pdf.example/tools`, which is no address that a page can link to\n4 | homepage: pdf.example/tools\n  |           ^\nhint: write `homepage: https://pdf.example/tools`\n");
    for bad in [
        "local",
        "javascript:alert(1)",
        "https://a..example",
        "https://ana@pdf.example",
    ] {
        let loaded = homepage(bad);
        assert_eq!(loaded.skill("ana/pdf").front_matter.homepage, None, "{bad}");
        loaded.says("hint: write an address that begins with `https://`\n");
    }
    let loaded = homepage("https://p\u{430}ypal.example");
    assert_eq!(
        loaded.skill("ana/pdf").front_matter.homepage.as_deref(),
        Some("https://xn--pypal-4ve.example/")
    );
    homepage("https://p\u{430}ypal.example").says("SKILL.md:4:11: the host of `homepage` could pass for another, so pages show it as `xn--pypal-4ve.example`\n");
    homepage("https://m\u{fc}nchen.example").says_nothing();
    for bad in [
        "git@git.example:x",
        "javascript:alert(1)",
        "http://git.example/c/1",
    ] {
        let loaded = with_meta(&format!(
            r#"{{"latest": {{"version": "1.0.0", "commit": "{bad}"}}}}"#
        ));
        let version = loaded.skill("ana/pdf").version.clone();
        assert_eq!(version.unwrap().commit_url, None);
        loaded.says(&format!(
            "_meta.json:1:43: `commit` is `{bad}`, which is no address that a page can link to\n"
        ));
    }
}
