//! Pages of a small registry, as a visitor gets them.

mod collections;
mod copies;
mod escaping;
mod fixture;
mod links;
mod lists;
mod provenance;
mod stats;
mod versions;

use fixture::{award, file, main_of, registry, render, render_with, skill, text};

use sha2::{Digest, Sha256};

use super::write_site;
use crate::catalog::Related;
use crate::catalog::{SkillFile, Timestamp};
use crate::config::Config;
use crate::key::SkillKey;
use crate::sink::MemorySink;
use crate::text::hex;
use crate::zip::KnownZips;

#[test]
fn a_listing_has_cards_with_badges_and_counts() {
    let files = render(&registry());
    insta::assert_snapshot!(main_of(&files, "skills/index.html"));
}

#[test]
fn a_skill_has_a_page_with_everything_about_it() {
    let related = Related::new(vec![vec![1, 2]]);
    let files = render_with(&registry(), &Config::default(), &related);
    insta::assert_snapshot!(main_of(&files, "ana/skills/pdf-tools/index.html"));
}

#[test]
fn the_home_page_leads_three_ways_in() {
    let files = render(&registry());
    insta::assert_snapshot!(main_of(&files, "index.html"));
}

#[test]
fn the_same_catalog_gives_the_same_bytes() {
    assert_eq!(render(&registry()), render(&registry()));
}

#[test]
fn a_suspicious_skill_has_a_page_that_warns_and_nothing_leads_to_it() {
    let mut catalog = registry();
    let skill_idx = catalog
        .skill_idx(&SkillKey::parse("cyd/solo").unwrap())
        .unwrap();
    catalog.skills[skill_idx].is_suspicious = true;
    catalog.skills[skill_idx].moderation_note = Some("It phones home.".to_owned());
    let related = Related::new(vec![vec![skill_idx]]);
    let files = render_with(&catalog, &Config::default(), &related);

    let page = text(&files, "cyd/skills/solo/index.html");
    assert!(page.contains("reported as suspicious") && page.contains("It phones home."));
    assert!(page.contains(r#"<meta name="robots" content="noindex">"#));
    assert!(!page.contains("canonical"));
    for (path, bytes) in &files {
        if !path.starts_with("cyd/skills/solo/") {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains("cyd/"), "{path} leads to it");
        }
    }
    assert!(!files.contains_key("cyd/index.html"));
}

#[test]
fn removing_an_award_leaves_no_trace() {
    let mut catalog = registry();
    // An owner of two skills has a feed.
    let second = skill("ana/scans", "Scans", "2026-01-01", &[("SKILL.md", "")]);
    catalog.skills.insert(1, second);
    let before = render(&catalog);
    catalog.skills[0]
        .badges
        .retain(|award| award.kind != "highlighted");
    let after = render(&catalog);

    let page = "ana/skills/pdf-tools/index.html";
    assert!(text(&before, page).contains("Clear and careful."));
    assert!(!text(&after, page).contains("badges/highlighted"));
    for (path, bytes) in &after {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains("Clear and careful."), "{path}");
    }
    assert!(!main_of(&after, "badges/highlighted/index.html").contains("pdf-tools"));
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        after.keys().collect::<Vec<_>>()
    );
    for feed in ["feed.xml", "ana/feed.xml", "sitemap.xml"] {
        assert_eq!(before[feed], after[feed], "{feed}");
    }
}

#[test]
fn badges_that_are_not_shown_are_on_no_page() {
    let mut catalog = registry();
    catalog.skills[0]
        .badges
        .push(award("redactionApproved", "2026-01-01", None));
    let files = render(&catalog);
    for (path, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        assert!(
            !text.contains("redactionApproved") && !text.contains("Redaction"),
            "{path}"
        );
    }
}

#[test]
fn an_old_name_leads_to_the_new_one() {
    let mut catalog = registry();
    let name = |text| SkillKey::parse(text).unwrap();
    catalog
        .aliases
        .insert(name("ana/pdf"), name("ana/pdf-tools"));
    let files = render(&catalog);
    let page = text(&files, "ana/skills/pdf/index.html");
    assert!(
        page.contains(r#"<meta http-equiv="refresh" content="0; url=/ana/skills/pdf-tools/">"#)
    );
    assert!(
        page.contains(
            r#"<link rel="canonical" href="http://localhost:4000/ana/skills/pdf-tools/">"#
        )
    );
    assert_eq!(
        text(&files, "_redirects"),
        "/ana/skills/pdf/pdf.zip /ana/skills/pdf-tools/pdf-tools.zip 301\n\
         /ana/skills/pdf/ /ana/skills/pdf-tools/ 301\n\
         /ana/skills/pdf/* /ana/skills/pdf-tools/:splat 301\n"
    );
}

#[test]
fn the_zips_of_old_versions_move_with_their_skill() {
    let mut catalog = registry();
    let name = |text| SkillKey::parse(text).unwrap();
    let (old, new) = (name("ana/pdf"), name("ana/pdf-tools"));
    catalog.aliases.insert(old, new.clone());
    let skills = &mut catalog.skills;
    let skill = skills.iter_mut().find(|skill| skill.key == new).unwrap();
    skill.history[0].files = vec![file("SKILL.md", "# Old\n")];
    let files = render(&catalog);
    let line = "/ana/skills/pdf/versions/1.0.0/pdf.zip /ana/skills/pdf-tools/versions/1.0.0/pdf-tools.zip 301\n";
    let redirects = text(&files, "_redirects");
    assert!(redirects.contains(line), "{redirects}");
    assert!(files.contains_key("ana/skills/pdf-tools/versions/1.0.0/pdf-tools.zip"));
}

#[test]
fn feeds_have_the_last_updated_first_and_only_dated_skills() {
    let mut catalog = registry();
    catalog.skills[1].updated_at = None;
    let files = render(&catalog);
    let feed = text(&files, "feed.xml");
    let ids: Vec<&str> = feed
        .lines()
        .filter_map(|line| line.strip_prefix("<id>http://localhost:4000/"))
        .collect();
    assert_eq!(
        ids,
        [
            "</id>",
            "ana/skills/pdf-tools/</id>",
            "cyd/skills/solo/</id>"
        ]
    );
    assert!(feed.contains("<updated>2026-03-01T00:00:00Z</updated>"));
}

#[test]
fn an_empty_registry_has_every_page() {
    let files = render(&crate::catalog::Catalog::default());
    for path in [
        "index.html",
        "skills/index.html",
        "skills/by/name/index.html",
        "badges/index.html",
        "tags/index.html",
        "owners/index.html",
        "search/index.html",
        "404.html",
        "feed.xml",
        "sitemap.xml",
        "robots.txt",
        "llms.txt",
        "opensearch.xml",
        "_headers",
        "_redirects",
        ".nojekyll",
        "favicon.svg",
    ] {
        assert!(files.contains_key(path), "{path}");
    }
    assert!(!files.contains_key("skills/by/stars/index.html"));
}

#[test]
fn a_zip_has_the_files_at_its_root_and_its_hash_on_the_page() {
    let catalog = registry();
    let files = render(&catalog);
    let zip = &files["ana/skills/pdf-tools/pdf-tools.zip"];
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let names: Vec<_> = archive.file_names().map(Result::unwrap).collect();
    assert_eq!(names, ["SKILL.md", "docs/forms.md", "run.js"]);
    let modified = archive.by_index(0).unwrap().last_modified().unwrap();
    assert_eq!(
        (modified.year(), modified.month(), modified.day()),
        (1980, 1, 1)
    );
    let sha256 = hex(&Sha256::digest(zip));
    assert!(text(&files, "ana/skills/pdf-tools/index.html").contains(&sha256));
}

#[test]
fn what_a_skill_links_to_is_published_as_it_is_under_names_that_nothing_runs() {
    let mut catalog = registry();
    catalog.skills[0] = skill(
        "ana/pdf-tools",
        "PDF Tools",
        "2026-03-01",
        &[
            (
                "SKILL.md",
                "# PDF\n\n[a](a.js) [b](a.js.txt) [c](b) ![d](b.txt/c.md)",
            ),
            ("a.js", "1"),
            ("a.js.txt", "2"),
            ("b", "3"),
            ("b.txt/c.md", "4"),
            ("unlinked.md", "5"),
        ],
    );
    assert_eq!(
        crate::catalog::published_files(&catalog.skills[0]),
        [
            Some("ana/skills/pdf-tools/files/SKILL.md".to_owned()),
            Some("ana/skills/pdf-tools/files/a.js.txt".to_owned()),
            None,
            None,
            Some("ana/skills/pdf-tools/files/b.txt/c.md".to_owned()),
            None,
        ]
    );
    let files = render(&catalog);
    assert_eq!(files["ana/skills/pdf-tools/files/a.js.txt"], b"1");
    let copies = files.keys();
    let copies = copies.filter(|path| path.starts_with("ana/skills/pdf-tools/files/"));
    assert_eq!(copies.count(), 3);
    let page = text(&files, "ana/skills/pdf-tools/index.html");
    let of_taken_names = r##"<a href="/ana/skills/pdf-tools/#files">"##;
    assert_eq!(page.matches(of_taken_names).count(), 2);
}

#[test]
fn the_list_of_files_leads_to_copies_and_elsewhere_to_the_zip() {
    let mut catalog = registry();
    catalog.skills[0] = skill(
        "ana/pdf-tools",
        "PDF Tools",
        "2026-03-01",
        &[
            ("SKILL.md", "See [one](a.js) and [two](a.js.txt)."),
            ("a.js", "1"),
            ("a.js.txt", "2"),
        ],
    );
    let files = render(&catalog);
    let page = text(&files, "ana/skills/pdf-tools/index.html");
    let folder = "/ana/skills/pdf-tools";
    for row in [
        format!("<td><a href=\"{folder}/files/a.js.txt\"><bdi>a.js</bdi></a></td>"),
        // Its copy would have the name of the other's.
        format!("<td><a href=\"{folder}/pdf-tools.zip\" data-in-zip><bdi>a.js.txt</bdi></a></td>"),
    ] {
        assert!(page.contains(&row), "{row}");
    }
}

#[test]
fn files_that_run_are_unpacked_as_such() {
    let files = [
        ("SKILL.md", "# PDF"),
        ("run.sh", "#!/bin/sh\n"),
        ("bin/run", ""),
    ];
    let mut skill = skill("ana/pdf-tools", "PDF Tools", "2026-03-01", &files);
    skill.files[2].is_executable = true;
    let zip = crate::zip::skill_zip(&skill.files).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip.bytes)).unwrap();
    let modes: Vec<_> = (0..3)
        .map(|file_idx| archive.by_index(file_idx).unwrap().unix_mode().unwrap() & 0o777)
        .collect();
    assert_eq!(modes, [0o644, 0o755, 0o755]);
}

#[test]
fn each_file_is_where_its_place_in_the_zip_says() {
    let long = "A line that comes again.\n".repeat(10_000);
    let files = [
        ("SKILL.md", "# PDF"),
        ("docs/empty.md", ""),
        ("docs/long.md", &long),
        ("日本.md", "日本"),
    ];
    let skill = skill("ana/pdf-tools", "PDF Tools", "2026-03-01", &files);
    let zip = crate::zip::skill_zip(&skill.files).unwrap();
    assert_eq!(zip.written.len_bytes, zip.bytes.len());
    assert_eq!(zip.written.places.len(), files.len());
    for ((path, text), place) in files.iter().zip(&zip.written.places) {
        let start = place.offset as usize;
        let packed = &zip.bytes[start..start + place.size as usize];
        let unpacked = place.unpack(packed, text.len()).unwrap();
        assert!(unpacked == text.as_bytes(), "{path}");
        assert_eq!(place.method, 8);
    }
}

#[test]
fn commands_are_those_that_the_host_answers() {
    use crate::config::HostingMode;
    let catalog = registry();
    let mut config = Config::default();
    let page_with = |config: &Config| {
        let files = render_with(&catalog, config, &Related::default());
        text(&files, "ana/skills/pdf-tools/index.html").to_owned()
    };
    let page = page_with(&config);
    assert!(page.contains("npx skills add http://localhost:4000/ana/skills/pdf-tools/<"));
    assert!(!page.contains("npx clawhub"));
    config.hosting.mode = HostingMode::Edge;
    assert!(
        page_with(&config)
            .contains("npx clawhub --registry http://localhost:4000 install @ana/pdf-tools<")
    );
}

#[test]
fn a_day_is_shown_as_a_day() {
    let files = render(&registry());
    let day = Timestamp::parse("2026-03-01").unwrap().date();
    assert!(
        main_of(&files, "skills/index.html")
            .contains(&format!(r#"<time datetime="{day}">{day}</time>"#))
    );
}

#[test]
fn a_page_that_is_cut_says_so_and_leads_to_the_whole_file() {
    let mut catalog = registry();
    let text = "|a|\n|-|\n\n".repeat(10_000);
    catalog.skills[1].body = text.clone();
    catalog.skills[1].files = vec![file("SKILL.md", &text)];
    let files = render(&catalog);
    let page = main_of(&files, "ben/skills/notes/index.html");
    let notice = "<p class=\"notice\">This file is too long to be shown whole. \
        <a href=\"/ben/skills/notes/files/SKILL.md\">Read all of SKILL.md</a>.</p>";
    assert!(page.contains(notice), "{}", &page[page.len() - 2_000..]);
    assert!(page.len() < 1_100_000, "{}", page.len());
    assert_eq!(files["ben/skills/notes/files/SKILL.md"], text.as_bytes());
    let other = main_of(&files, "ana/skills/pdf-tools/index.html");
    assert!(!other.contains("too long"));
}

#[test]
fn a_file_that_changes_while_the_site_is_written_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("SKILL.md");
    std::fs::write(&source, "Notes!").unwrap();
    let mut catalog = registry();
    catalog.skills[1].files = vec![SkillFile::on_disk("SKILL.md", source.clone(), b"Notes.")];
    let (sink, related) = (MemorySink::new(), Related::default());
    let error = write_site(
        &catalog,
        &Config::default(),
        &related,
        &KnownZips::new(),
        &sink,
        &|| {},
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "`{}` has changed since the content was read",
            source.display()
        )
    );
}
