//! Copies of files for clients that fetch them one by one, where the settings ask for them.

use super::fixture::{Files, file, registry, render_with, text};
use crate::catalog::{Catalog, Related};
use crate::config::{ApiConfig, Config};

fn render(catalog: &Catalog) -> Files {
    let config = Config {
        api: ApiConfig {
            file_indexes: true,
            ..ApiConfig::default()
        },
        ..Config::default()
    };
    render_with(catalog, &config, &Related::default())
}

/// `cyd/solo` with a note.
fn with_note() -> Catalog {
    let mut catalog = registry();
    catalog.skills[2].files.push(file("docs/a b.md", "Notes."));
    catalog
}

#[test]
fn each_skill_whose_files_keep_their_names_has_copies_and_ways_to_install_them() {
    let files = render(&with_note());
    let copies = files.iter().filter_map(|(path, bytes)| {
        let (skill, path) = path.split_once("/.well-known/skills/")?;
        Some((skill, path, &**bytes))
    });
    let solo = &files["cyd/skills/solo/files/SKILL.md"];
    let expected = [
        (
            "ben/skills/notes",
            "notes/SKILL.md",
            &*files["ben/skills/notes/files/SKILL.md"],
        ),
        ("cyd/skills/solo", "solo/SKILL.md", &**solo),
        ("cyd/skills/solo", "solo/docs/a b.md", b"Notes."),
    ];
    assert_eq!(
        copies.collect::<Vec<_>>(),
        expected,
        "pdf-tools has a script"
    );
    let page = text(&files, "cyd/skills/solo/index.html");
    let copies = "http://localhost:4000/cyd/skills/solo/.well-known/skills/";
    for shown in [
        format!("&#34;skills&#34;: {{ &#34;urls&#34;: [&#34;{copies}&#34;] }}"),
        format!("hermes skills install well-known:{copies}solo<"),
        "href=\"hermes://skill/install?identifier=well-known%3Ahttp%3A%2F%2Flocalhost%3A4000%2Fcyd%2Fskills%2Fsolo%2F.well-known%2Fskills%2Fsolo\"".to_owned(),
    ] {
        assert!(page.contains(&shown), "{shown}\n{page}");
    }
    assert!(!text(&files, "ana/skills/pdf-tools/index.html").contains("opencode"));
}

#[test]
fn a_client_that_reads_files_as_text_is_offered_no_pictures() {
    let mut catalog = with_note();
    catalog.skills[2].files.push(file("logo.png", "PNG"));
    let files = render(&catalog);
    let page = text(&files, "cyd/skills/solo/index.html");
    assert!(
        page.contains("opencode") && !page.contains("hermes"),
        "{page}"
    );
}
