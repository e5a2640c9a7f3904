//! What authors and their programs get slightly wrong: read where it can mean one thing only, told otherwise.

use super::*;

const SKILL: &str = "skills/ana/pdf/SKILL.md";
const META: &str = "skills/ana/pdf/_meta.json";

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
