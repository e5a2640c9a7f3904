//! What authors and their programs get slightly wrong: read where it can mean one thing only, told otherwise.

use super::*;
use crate::catalog::Timestamp;

const SKILL: &str = "skills/ana/pdf/SKILL.md";
const META: &str = "skills/ana/pdf/_meta.json";

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
    assert_eq!(skill.version.as_ref().unwrap().version, "1.0.0");
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
