//! Old versions of a skill whose files are kept: their pages, their zips, and what each of them changed.

use super::fixture::{file, main_of, registry, render, render_with, text, version};
use crate::catalog::{Catalog, Related, SkillFile, Version};
use crate::config::{Config, HostingMode};
use crate::text::hex;
use sha2::{Digest, Sha256};

const FOLDER: &str = "ana/skills/pdf-tools/";

/// `ana/pdf-tools` 1.1.0 with two old versions whose files are kept, and one whose files are lost between them.
fn kept() -> Catalog {
    kept_with("Reads forms.\n", "Reads [forms](docs/forms.md).\n")
}

/// The same; the text of 0.9.0, and that of 1.0.0.
fn kept_with(first: &str, second: &str) -> Catalog {
    let mut catalog = registry();
    catalog.skills[0].history = vec![
        old(
            "1.0.0",
            vec![file("SKILL.md", second), file("docs/forms.md", "Forms.")],
        ),
        version("0.9.5", "2025-12-15"),
        old("0.9.0", vec![file("SKILL.md", first)]),
    ];
    catalog
}

fn old(number: &str, files: Vec<SkillFile>) -> Version {
    Version {
        files,
        ..version(number, "2025-12-01")
    }
}

/// The page of what 1.0.0 changed of a version with these files.
fn diff(old_files: Vec<SkillFile>, new_files: Vec<SkillFile>) -> String {
    let mut catalog = registry();
    catalog.skills[0].history = vec![old("1.0.0", new_files), old("0.9.0", old_files)];
    main_of(
        &render(&catalog),
        &format!("{FOLDER}versions/1.0.0/diff/index.html"),
    )
}

#[test]
fn each_kept_version_has_a_page_and_a_zip_and_each_but_the_first_its_changes() {
    let (without, with) = (render(&registry()), render(&kept()));
    let new = with.keys().filter(|path| !without.contains_key(*path));
    let new: Vec<&str> = new.filter_map(|path| path.strip_prefix(FOLDER)).collect();
    assert_eq!(
        new,
        [
            "versions/0.9.0/index.html",
            "versions/0.9.0/pdf-tools.zip",
            "versions/1.0.0/diff/index.html",
            "versions/1.0.0/index.html",
            "versions/1.0.0/pdf-tools.zip",
            "versions/1.1.0/diff/index.html",
            "versions/1.1.0/pdf-tools.zip",
        ]
    );
    for path in ["pdf-tools.zip", "versions/1.1.0/pdf-tools.zip"] {
        let zip = &with[&format!("{FOLDER}{path}")];
        assert_eq!(zip, &without[&format!("{FOLDER}pdf-tools.zip")], "{path}");
    }
    assert_eq!(with.len(), without.len() + new.len());
    assert_eq!(render(&kept()), with, "the same bytes again");
    let changed: Vec<&String> = without
        .iter()
        .filter(|(path, bytes)| with.get(*path) != Some(bytes))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(
        changed,
        [&format!("{FOLDER}index.html")],
        "no sitemap, feed or list"
    );
}

#[test]
fn the_page_of_a_version_has_its_files_and_its_zip() {
    let mut config = Config::default();
    config.hosting.mode = HostingMode::Edge;
    let files = render_with(&kept(), &config, &Related::default());
    let page = format!("{FOLDER}versions/1.0.0/index.html");
    assert!(text(&files, &page).contains(r#"<meta name="robots" content="noindex">"#));
    insta::assert_snapshot!(main_of(&files, &page));

    let zip = &files[&format!("{FOLDER}versions/1.0.0/pdf-tools.zip")];
    assert!(main_of(&files, &page).contains(&hex(&Sha256::digest(zip))));
    let zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let mut names: Vec<_> = zip.file_names().map(Result::unwrap).collect();
    names.sort();
    assert_eq!(names, ["SKILL.md", "docs/forms.md"]);
}

#[test]
fn the_list_of_versions_leads_to_those_that_are_kept_and_to_their_changes() {
    let page = main_of(&render(&kept()), &format!("{FOLDER}index.html"));
    let (_, list) = page.split_once(r#"<ol class="versions">"#).unwrap();
    let rows: Vec<&str> = list.split("</ol>").next().unwrap().trim().lines().collect();
    let link = |path: &str| format!(r#"<a href="/ana/skills/pdf-tools/versions/{path}/">"#);
    for (row, number, is_kept, has_diff) in [
        (rows[0], "1.1.0", false, true),
        (rows[1], "1.0.0", true, true),
        (rows[2], "0.9.5", false, false),
        (rows[3], "0.9.0", true, false),
    ] {
        assert!(row.contains(&format!("<bdi>{number}</bdi>")), "{row}");
        assert_eq!(row.contains(&link(number)), is_kept, "{row}");
        assert_eq!(
            row.contains(&link(&format!("{number}/diff"))),
            has_diff,
            "{row}"
        );
    }
}

#[test]
fn a_skill_of_one_version_has_no_changes_to_show() {
    let files = render(&registry());
    assert!(!files.keys().any(|path| path.contains("/versions/")));
    let mut unnamed = kept();
    unnamed.skills[0].version = None;
    unnamed.skills[0].history.truncate(1);
    let files = render(&unnamed);
    assert!(!files.keys().any(|path| path.contains("/diff/")));
}

#[test]
fn changes_are_shown_as_lines_that_went_and_came() {
    let files = render(&kept());
    insta::assert_snapshot!(main_of(
        &files,
        &format!("{FOLDER}versions/1.0.0/diff/index.html")
    ));
}

#[test]
fn files_that_are_not_compared_are_told_in_words() {
    let large = "x\n".repeat(150_000);
    let page = diff(
        vec![
            file("a.png", "\0one"),
            file("big.txt", &large),
            file("old.md", "same\n"),
        ],
        vec![
            file("a.png", "\0two"),
            file("big.txt", "x\n"),
            file("new.md", "same\n"),
        ],
    );
    for sentence in [
        "Compared with <a href=\"/ana/skills/pdf-tools/versions/0.9.0/\"><bdi>0.9.0</bdi></a>: 3 files.",
        "It is no text, so no lines are shown.",
        "It has more than 200 kB, so no lines are shown.",
        "It was old.md before.",
        "Its content is the same.",
    ] {
        assert!(page.contains(sentence), "{sentence}\n{page}");
    }
}

#[test]
fn line_breaks_are_told_in_words() {
    let page = diff(
        vec![file("a.md", "1\r\n2\r\n"), file("b.md", "1\n2\n")],
        vec![file("a.md", "1\n2\n"), file("b.md", "1\n2")],
    );
    assert!(page.contains("Its lines end in LF, and ended in CRLF before."));
    assert!(page.contains("The last line ends in no line break any more."));
    assert!(!page.contains("<li>1</li>"));
}

#[test]
fn hostile_lines_paths_and_versions_stay_text() {
    let attack = "</li></ol><script>alert(1)</script>\u{202e}evil\u{0}";
    let path = "</bdi><script>\u{2066}.md";
    let mut catalog = kept_with("x\n", &attack.replace('\0', "\u{1b}"));
    let skill = &mut catalog.skills[0];
    skill.history[0].version = "\"><script>alert(1)</script>/../..".to_owned();
    skill.history[0].files.push(file(path, "y"));
    let files = render(&catalog);
    let pages = files.iter().filter(|(path, _)| path.contains("/versions/"));
    let pages: Vec<_> = pages.filter(|(path, _)| path.ends_with(".html")).collect();
    assert_eq!(pages.len(), 4);
    for (path, page) in pages {
        let page = std::str::from_utf8(page).unwrap();
        assert!(!page.contains("<script>alert"), "{path}");
        assert!(!page.contains(['\u{202e}', '\u{1b}']), "{path}");
        assert!(path.starts_with("ana/skills/pdf-tools/versions/"), "{path}");
    }
    let diff = files
        .keys()
        .find(|path| path.contains("versions/script-alert"))
        .unwrap();
    let folder = diff.split("/diff").next().unwrap();
    let page = main_of(&files, &format!("{folder}/diff/index.html"));
    assert!(page.contains("[U+202E]evil[U+001B]"), "{page}");
    assert!(page.contains("&#60;script&#62;[U+2066].md"), "{page}");
}

#[test]
fn long_lines_are_cut() {
    let long = "é".repeat(2_000);
    let page = diff(vec![file("a", "x")], vec![file("a", &long)]);
    assert!(page.contains(&format!(
        "{} […and 1,500 more characters]</li>",
        "é".repeat(500)
    )));
}

#[test]
fn versions_that_would_have_one_address_are_published_once() {
    let mut catalog = kept();
    let files = vec![file("SKILL.md", "x")];
    let history = &mut catalog.skills[0].history;
    *history = ["1.0.0-rc", "1.0.0-RC", "1.1.0"]
        .map(|number| old(number, files.clone()))
        .to_vec();
    let rendered = render(&catalog);
    let zips = rendered
        .keys()
        .filter(|path| path.contains("/versions/") && path.ends_with(".zip"));
    assert_eq!(
        zips.collect::<Vec<_>>(),
        ["1.0.0-rc", "1.1.0"]
            .map(|number| format!("{FOLDER}versions/{number}/pdf-tools.zip"))
            .iter()
            .collect::<Vec<_>>()
    );
}

#[test]
fn a_version_is_part_of_a_command_only_where_it_is_plain() {
    let commands = |number: &str, mode: HostingMode| {
        let mut catalog = registry();
        catalog.skills[0].history = vec![old(number, vec![file("SKILL.md", "x")])];
        let mut config = Config::default();
        config.hosting.mode = mode;
        config.hosting.github_repository = Some("ana/skills".to_owned());
        let files = render_with(&catalog, &config, &Related::default());
        let is_page = |path: &&String| {
            path.ends_with("/index.html") && path.contains("/versions/") && !path.contains("/diff/")
        };
        let page = files.keys().find(is_page).unwrap();
        let page = main_of(&files, page);
        page.matches(" --version ").count()
    };
    for (number, mode, n_commands) in [
        ("0.1.0+a", HostingMode::Edge, 1),
        ("0.1; rm -rf ~", HostingMode::Edge, 0),
        ("--registry", HostingMode::Edge, 0),
        ("0.1.0", HostingMode::Static, 0),
        ("0.1.0", HostingMode::Github, 0),
    ] {
        assert_eq!(commands(number, mode), n_commands, "{number}");
    }
}
