//! What the files of honest authors become.

use super::*;
use crate::catalog::{Timestamp, Version};

#[test]
fn a_good_skill_needs_no_comment() {
    let loaded = loaded(&[
        (
            "skills/ana/pdf/SKILL.md",
            "---\nname: pdf\ndescription: >-\n  Reads\n  PDF files.\nlicense: MIT\ncompatibility: Needs poppler\nallowed-tools: Bash(pdf:* a, b) Read,Write\nauthor: Ana\n\
             homepage: https://pdf.example\ntags: [PDF, Office Tools, pdf]\nversion: 1.10 # the second\nupdated: 2026-01-31\ncreated: 2025-12-01\n\
             metadata:\n  internal: true\n  openclaw:\n    emoji: 📄\n    os: [linux, darwin]\n    requires: {bins: [pdftotext], anyBins: [a, b], env: [KEY], config: [x.y]}\n    primaryEnv: KEY\n\
             \x20   install:\n      - {id: brew, kind: brew, formula: poppler, tap: ana/taps, bins: [x]}\n      - {kind: node, package: \"pdf-js\"}\n    tags: docs, PDF\n---\n# PDF\n\nBody.\n",
        ),
        ("skills/ana/pdf/scripts/run.py", "print()"),
        ("skills/ana/pdf/docs/SKILL.md", "---\nname: inner\n---\n"),
    ]);
    loaded.says_nothing();
    let skill = loaded.skill("ana/pdf");
    assert_eq!(
        (skill.name.as_str(), skill.description.as_str()),
        ("pdf", "Reads PDF files.")
    );
    assert_eq!(skill.tags, ["docs", "office-tools", "pdf"]);
    assert_eq!(skill.body, "# PDF\n\nBody.\n");
    let paths: Vec<_> = skill.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["SKILL.md", "docs/SKILL.md", "scripts/run.py"]);
    assert_eq!(skill.main_file().path, "SKILL.md");
    assert_eq!(
        skill.files[2].sha256,
        "525d513313416cf187f44fa87e1753ee6d11552c22097537ddc32b4ed34fa68f"
    );
    let front = &skill.front_matter;
    assert_eq!(
        (
            front.license.as_deref(),
            front.compatibility.as_deref(),
            front.author.as_deref(),
            front.homepage.as_deref()
        ),
        (
            Some("MIT"),
            Some("Needs poppler"),
            Some("Ana"),
            Some("https://pdf.example/")
        )
    );
    assert_eq!(front.allowed_tools, ["Bash(pdf:* a, b)", "Read", "Write"]);
    assert_eq!(
        (front.emoji.as_deref(), front.is_internal),
        (Some("📄"), true)
    );
    let requirements = &skill.requirements;
    assert_eq!(requirements.os, ["linux", "darwin"]);
    assert_eq!(
        (&requirements.bins[..], &requirements.any_bins[..]),
        (
            &["pdftotext".to_owned()][..],
            &["a".to_owned(), "b".to_owned()][..]
        )
    );
    assert_eq!(
        (
            requirements.env[0].as_str(),
            requirements.config[0].as_str(),
            requirements.primary_env.as_deref()
        ),
        ("KEY", "x.y", Some("KEY"))
    );
    assert_eq!(
        requirements.install,
        [
            ("brew".to_owned(), "ana/taps/poppler".to_owned()),
            ("node".to_owned(), "pdf-js".to_owned())
        ]
    );
    assert_eq!(skill.version.as_ref().unwrap().version, "1.10");
    assert_eq!(
        (skill.created_at, skill.updated_at),
        (
            Timestamp::parse("2025-12-01"),
            Timestamp::parse("2026-01-31")
        )
    );
}

#[test]
fn the_archive_gives_names_versions_and_dates() {
    let loaded = loaded(&[
        ("skills/ana/pdf/SKILL.md", skill_md("pdf").as_str()),
        (
            "skills/ana/pdf/_meta.json",
            r#"{"owner":"ana","slug":"pdf","displayName":"PDF  Tools","latest":{"version":"1.2.0","publishedAt":1769879125430,"commit":"https://git.example/c/1"},
            "history":[{"version":"1.0.0","publishedAt":1767225600000},{"version":"1.1.0","publishedAt":1768000000000}]}"#,
        ),
    ]);
    loaded.says_nothing();
    let skill = loaded.skill("ana/pdf");
    assert_eq!(skill.name, "PDF Tools");
    assert_eq!(
        skill.version,
        Some(Version {
            version: "1.2.0".into(),
            published_at: Timestamp::from_ms(1_769_879_125_430),
            commit_url: Some("https://git.example/c/1".into()),
            ..Version::default()
        })
    );
    let history: Vec<_> = skill
        .history
        .iter()
        .map(|version| (version.version.as_str(), &version.commit_url))
        .collect();
    assert_eq!(history, [("1.1.0", &None), ("1.0.0", &None)]);
    assert_eq!(
        (skill.created_at, skill.updated_at),
        (
            Timestamp::from_ms(1_767_225_600_000),
            Timestamp::from_ms(1_769_879_125_430)
        )
    );
    assert!(skill.files.iter().all(|file| file.path != "_meta.json"));
}

#[test]
fn the_folder_decides_who_a_skill_is() {
    let loaded = loaded(&[
        ("skills/ana/pdf/SKILL.md", skill_md("pdf").as_str()),
        (
            "skills/ana/pdf/_meta.json",
            r#"{"owner":"bob","slug":"git"}"#,
        ),
        ("skills/bob/git/SKILL.md", skill_md("git").as_str()),
        ("skills/bob/git/_meta.json", "{\n  \"owner\": \"bob\",\n}"),
    ]);
    assert_eq!(loaded.names(), ["ana/pdf", "bob/git"]);
    loaded.says("warning: content/skills/ana/pdf/_meta.json: `_meta.json` says `bob/git`, but the folder is `ana/pdf`; the folder counts\nhint: move the folder, or mend `owner` and `slug`\n");
    loaded.says("warning: content/skills/bob/git/_meta.json:3:1: `_meta.json` is not valid JSON: ");
    assert_eq!(loaded.problems.n_errors(), 0);
}

#[test]
fn skill_md_is_found_in_any_letter_case_but_best_as_it_should_be() {
    for name in ["skill.md", "Skill.md", "SKILL.MD"] {
        let loaded = loaded(&[(format!("skills/ana/pdf/{name}").as_str(), skill_md("pdf"))]);
        loaded.says_nothing();
        assert_eq!(loaded.skill("ana/pdf").main_file().path, name);
    }
    let both = loaded(&[
        ("skills/ana/pdf/Skill.md", skill_md("other")),
        ("skills/ana/pdf/SKILL.md", skill_md("pdf")),
    ]);
    assert_eq!(both.skill("ana/pdf").main_file().path, "SKILL.md");
}

#[test]
fn an_archived_skill_without_skill_md_is_made_from_what_there_is() {
    let loaded = loaded(&[
        ("skills/ana/a/_meta.json", "{}"),
        ("skills/ana/a/Skills.md", "# A\n\nDoes *a* and `b`."),
        ("skills/ana/a/README.md", "# Readme"),
        ("skills/ana/b/_meta.json", "{}"),
        ("skills/ana/b/readme.md", "# B"),
        ("skills/ana/c/_meta.json", "{}"),
        ("skills/ana/c/docs/a.md", "# no"),
        ("skills/ana/c/z.md", "# C"),
        ("skills/ana/d/_meta.json", "{}"),
        ("skills/ana/d/run.sh", "echo"),
        ("skills/ana/e/README.md", "# E"),
        ("skills/ana/f/sub/SKILL.md", "# F"),
    ]);
    assert_eq!(loaded.names(), ["ana/a", "ana/b", "ana/c"]);
    assert_eq!(loaded.skill("ana/a").description, "Does a and b.");
    assert_eq!(loaded.skill("ana/c").main_file().path, "z.md");
    loaded.says("warning: content/skills/ana/a: the skill has no `SKILL.md`; its page is made from `Skills.md`\nhint: put the skill's text into a file `SKILL.md`\n");
    loaded.says("warning: content/skills/ana/b: the skill has no `SKILL.md`; its page is made from `readme.md`\n");
    loaded.says("warning: content/skills/ana/d: the skill has no Markdown file and is left out\n");
    loaded.says("warning: content/skills/ana/e: the folder has no `SKILL.md` and is left out\n");
    loaded.says("warning: content/skills/ana/f: the folder has no `SKILL.md` and is left out; it has `sub/SKILL.md`");
}

#[test]
fn without_front_matter_the_folder_names_and_the_first_paragraph_describes() {
    let loaded = one(
        "# PDF tools\n\n![logo](x.png)\n\n```\n---\nname: fenced\n---\n```\n\n> Reads **PDF** files\n> and [more](x).\n\nRest.\n",
    );
    loaded.says("warning: content/skills/ana/pdf/SKILL.md: there is no front matter; the name comes from the folder, the description from the first paragraph\nhint: begin the file with `---`, `name: …`, `description: …`, `---`\n");
    let skill = loaded.skill("ana/pdf");
    assert_eq!(
        (skill.name.as_str(), skill.description.as_str()),
        ("pdf", "logo")
    );
    let long = one(format!("{} end", "word ".repeat(50)));
    let description = &long.skill("ana/pdf").description;
    assert!(
        description.chars().count() <= 160 && description.ends_with("word…"),
        "{description}"
    );
}

#[test]
fn front_matter_in_a_code_fence_is_none() {
    let loaded = one("```yaml\n---\nname: fenced\ndescription: No.\n---\n```\nText.\n");
    loaded.says(
        "hint: take the front matter out of the code fence: `---` has to be the first line\n",
    );
    assert_eq!(loaded.skill("ana/pdf").description, "Text.");
    let rule = one("---\n\nA thematic break above.\n");
    rule.says("there is no front matter");
    assert_eq!(
        rule.skill("ana/pdf").body,
        "---\n\nA thematic break above.\n"
    );
}

#[test]
fn front_matter_that_is_not_closed_ends_at_a_blank_line() {
    let loaded = one("---\nname: pdf\ndescription: Does it.\n\n# Title\n");
    loaded.says("warning: content/skills/ana/pdf/SKILL.md:1:1: the front matter that opens here has no closing `---`\n1 | ---\n  | ^\nhint: add a line `---` after its last field\n");
    let skill = loaded.skill("ana/pdf");
    assert_eq!(
        (skill.description.as_str(), skill.body.as_str()),
        ("Does it.", "\n# Title\n")
    );
}

#[test]
fn broken_yaml_costs_a_warning_and_keeps_what_can_be_read() {
    let loaded = one(
        "---\nname: pdf\ndescription: Use when: reading\n  a PDF\nlicense: \"MIT\nmetadata: {\"openclaw\": {\"emoji\": \"📄\"}}\n---\nBody\n",
    );
    loaded.says("warning: content/skills/ana/pdf/SKILL.md:3:22: the front matter is not valid YAML: mapping values are not allowed in this context\n3 | description: Use when: reading\n  |                      ^\nhint: put values that contain `: `, `#`, brackets or quotes into quotes\n");
    assert_eq!(loaded.problems.n_warnings(), 1, "{}", loaded.shown);
    let skill = loaded.skill("ana/pdf");
    assert_eq!(skill.description, "Use when: reading a PDF");
    assert_eq!(skill.front_matter.emoji.as_deref(), Some("📄"));
    assert_eq!(skill.body, "Body\n");
}

#[test]
fn a_field_twice_is_broken_yaml_and_the_first_counts() {
    let loaded = one("---\nname: pdf\ndescription: One.\ndescription: Two.\n---\n");
    loaded
        .says("warning: content/skills/ana/pdf/SKILL.md:4:1: the front matter is not valid YAML: ");
    assert_eq!(loaded.skill("ana/pdf").description, "One.");
}

#[test]
fn metadata_may_be_json_with_trailing_commas() {
    let loaded = one(
        "---\nname: pdf\ndescription: Does it.\nmetadata: '{\"clawdbot\": {\"requires\": {\"bins\": [\"a,}\", \"b\",],},},}'\n---\n",
    );
    loaded.says_nothing();
    assert_eq!(loaded.skill("ana/pdf").requirements.bins, ["a,}", "b"]);
    one("---\nname: pdf\ndescription: Does it.\nmetadata: '{nope'\n---\n").says(
        "warning: content/skills/ana/pdf/SKILL.md:4:11: `metadata` is a text that is not JSON: ",
    );
}

#[test]
fn breaches_of_the_specification_are_told_to_the_author() {
    one("---\nname: PDF Tools\ndescription: Does it.\n---\n").says(
        "warning: content/skills/ana/pdf/SKILL.md:2:7: `name` is `PDF Tools`; clients install only names of lower-case letters, digits and `-`\n2 | name: PDF Tools\n  |       ^\nhint: write `name: pdf`\n",
    );
    one("---\nname: pdf-tools\ndescription: Does it.\n---\n").says(
        "warning: content/skills/ana/pdf/SKILL.md:2:7: `name` is `pdf-tools`, but the folder is `pdf`; they should be the same\n",
    );
    one("---\nname: 7\ndescription: Does it.\n---\n").says("SKILL.md:2:7: the front matter has no text in `name`; clients do not install such a skill\n");
    one("---\nname: pdf\n---\nText.\n").says(
        "the front matter has no text in `description`; the first paragraph stands in for it\n",
    );
    let long = one(format!(
        "---\nname: pdf\ndescription: {}\n---\n",
        "x".repeat(1100)
    ));
    long.says("SKILL.md:3:14: `description` has 1100 characters; 1024 are kept\n");
    assert_eq!(long.skill("ana/pdf").description.len(), 1024);
    let tags: Vec<String> = (0..15).map(|n| format!("t{n:02}")).collect();
    let tagged = one(format!(
        "---\nname: pdf\ndescription: Does it.\ntags: [{}]\n---\n",
        tags.join(", ")
    ));
    tagged.says("SKILL.md:4:7: the skill has 15 tags; the first 12 are kept\n");
    assert_eq!(tagged.skill("ana/pdf").tags, tags[..12]);
    let misleading = one("---\nname: pdf\ndescription: Does it.\ntags: Official, con, pdf\n---\n");
    misleading.says(
        "SKILL.md:4:7: tags that only the registry may give are dropped: `official`, `con`\n",
    );
    assert_eq!(misleading.skill("ana/pdf").tags, ["pdf"]);
}

#[test]
fn an_empty_file_is_a_skill_with_a_warning() {
    for text in ["", "\n \n", "\u{feff}"] {
        let loaded = one(text);
        loaded.says("warning: content/skills/ana/pdf/SKILL.md: the file is empty; the page shows nothing but files\n");
        let skill = loaded.skill("ana/pdf");
        assert_eq!(
            (skill.name.as_str(), skill.description.as_str()),
            ("pdf", "")
        );
    }
}

#[test]
fn the_same_slug_may_have_two_owners() {
    let loaded = loaded(&[
        ("skills/ana/pdf/SKILL.md", skill_md("pdf")),
        ("skills/bob/pdf/SKILL.md", skill_md("pdf")),
    ]);
    loaded.says_nothing();
    assert_eq!(loaded.names(), ["ana/pdf", "bob/pdf"]);
}

#[test]
fn dates_never_come_from_the_file_system() {
    let skill = &one(skill_md("pdf")).catalog.skills[0];
    assert_eq!(
        (skill.created_at, skill.updated_at, &skill.version),
        (None, None, &None)
    );
}

#[test]
fn a_file_that_runs_is_known_by_its_first_line_or_its_mode() {
    let folder = ContentFolder::new(&[
        (
            "skills/ana/pdf/SKILL.md",
            "---\nname: pdf\ndescription: Reads.\n---\n# PDF\n",
        ),
        ("skills/ana/pdf/bin/tool", "\u{7f}ELF"),
        ("skills/ana/pdf/notes.md", "See #!"),
        ("skills/ana/pdf/run.sh", "#!/bin/sh\n"),
    ]);
    let executable = |folder| {
        let loaded = Loaded::of(folder);
        let files = loaded.skill("ana/pdf").files.iter();
        let files = files.filter(|file| file.is_executable);
        files.map(|file| file.path.clone()).collect::<Vec<_>>()
    };
    assert_eq!(executable(&folder), ["run.sh"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let tool = folder.path().join("skills/ana/pdf/bin/tool");
        std::fs::set_permissions(tool, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(executable(&folder), ["bin/tool", "run.sh"]);
    }
}

#[test]
fn links_that_lead_nowhere_are_told_with_their_lines() {
    let loaded = loaded(&[
        (
            "skills/ana/log/SKILL.md",
            "---\nname: log\ndescription: Keeps it.\n---\n[a](docs/a.md) [b](guide.md) [c](../plan/SKILL.md)\n\n\
             ![d](d.png)\n[e](Docs/Guide.md)\n[f](../gone/SKILL.md)\n[g](docs) [h](../../bo/plan/)\n",
        ),
        (
            "skills/ana/log/docs/guide.md",
            "[not looked at](nowhere.md)",
        ),
        ("skills/ana/plan/SKILL.md", &skill_md("plan")),
        ("skills/bo/other/SKILL.md", &skill_md("other")),
    ]);
    assert_eq!(
        loaded.shown,
        "warning: content/skills/ana/log/SKILL.md:5: `docs/a.md` is no file of this skill, so the page shows the text without the link\n\
         hint: add the file to the skill's folder, or take the link out\n\
         warning: content/skills/ana/log/SKILL.md:5: `guide.md` is no file of this skill, so the page shows the text without the link\n\
         hint: did you mean `docs/guide.md`?\n\
         warning: content/skills/ana/log/SKILL.md:7: `d.png` is no file of this skill, so the page shows its words in place of the image\n\
         hint: add the file to the skill's folder, or take the link out\n\
         warning: content/skills/ana/log/SKILL.md:8: `Docs/Guide.md` is no file of this skill, so the page shows the text without the link\n\
         hint: did you mean `docs/guide.md`?\n\
         warning: content/skills/ana/log/SKILL.md:9: `../gone/SKILL.md` is no skill of the registry and no file of one, so the page shows the text without the link\n\
         hint: link to a skill of the same owner as `../<slug>/SKILL.md`, to anything else with its whole URL\n\
         warning: content/skills/ana/log/SKILL.md:10: `../../bo/plan/` is no skill of the registry and no file of one, so the page shows the text without the link\n\
         hint: link to a skill of the same owner as `../<slug>/SKILL.md`, to anything else with its whole URL\n"
    );
}

#[test]
fn a_link_that_shows_how_links_are_written_is_not_called_dead() {
    one(
        "---\nname: pdf\ndescription: Reads it.\n---\n[a](url) [b](path/to/file.md) [c](~/notes.md) [d](/docs/x) [e](#no) \
         [f](...) [g]({base}/x.md) [h](<$HOME/x>) ![i](image) [j](mailto:a@b.example)\n",
    )
    .says_nothing();
}

#[test]
fn many_dead_links_of_one_skill_are_counted_in_the_last_warning() {
    let links: String = (0..45).map(|i| format!("[x]({i}.md)\n")).collect();
    let loaded = one(format!("{}{links}", skill_md("pdf")));
    assert_eq!(loaded.problems.groups(), [("dead link", 20)]);
    loaded.says("`19.md` is no file of this skill, so the page shows the text without the link; 25 more links lead nowhere too\n");
}

#[test]
fn html_that_no_page_shows_is_told_with_its_line() {
    let loaded = one(format!(
        "{}\nText <svg width=1><text>label</text></svg>\n\n<!-- a note -->\n\n<script>\nrun()\n</script>\n\n<svg></svg>\n",
        skill_md("pdf")
    ));
    assert_eq!(
        loaded.shown,
        "warning: content/skills/ana/pdf/SKILL.md:7: `<svg>` and what it holds are not shown on the page\n\
         hint: put code between lines of three backticks, pictures into files of the skill\n\
         warning: content/skills/ana/pdf/SKILL.md:11: `<script>` and what it holds are not shown on the page\n\
         hint: put code between lines of three backticks, pictures into files of the skill\n"
    );
}

#[test]
fn angle_brackets_in_fields_and_first_paragraphs_stay() {
    let given = one("---\nname: pdf\ndescription: \"Sends <api-key> to <host>.\"\n---\n# X\n");
    assert_eq!(
        given.skill("ana/pdf").description,
        "Sends <api-key> to <host>."
    );
    let taken = one("# X\n\nSends <api-key> to <host>.\n");
    assert_eq!(
        taken.skill("ana/pdf").description,
        "Sends <api-key> to <host>."
    );
}
