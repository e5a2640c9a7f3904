//! Pages that follow their content.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::harness::SiteFolder;
use crate::problem::{Place, Problem, Problems};
use crate::server::{LiveSite, Watched, watch};

fn one(problem: Problem) -> Problems {
    [problem].into_iter().collect()
}

/// A content folder with its settings in it.
fn watched(content: &Path) -> Watched {
    Watched {
        folders: vec![content.to_owned()],
        files: vec![content.join("skillpress.toml")],
        except: Vec::new(),
    }
}

#[test]
fn every_page_gets_the_script_and_nothing_else_does() {
    let server = SiteFolder::new()
        .file("index.html", "<body><p>Home</p></body>")
        .file("ana/files/page.html.txt", "<body></body>")
        .serve();
    let script = "<script src=\"/-/preview.js\" data-generation=\"1\" defer></script>";
    let home = server.get("/");
    assert_eq!(home.text(), format!("<body><p>Home</p>{script}</body>"));
    home.check_length();
    assert!(
        server.get("/nothing").text().contains(script),
        "the 404 page too"
    );
    assert_eq!(
        server.get("/ana/files/page.html.txt").text(),
        "<body></body>"
    );
    let asked_for_a_part = server.get_with("/", &[("Range", "bytes=0-5")]);
    assert_eq!(asked_for_a_part.text(), home.text());
}

#[test]
fn the_preview_has_its_own_script_and_style() {
    let server = SiteFolder::new().serve();
    let script = server.get("/-/preview.js");
    assert_eq!(
        script.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    for way_in in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        ".style",
    ] {
        assert!(
            !script.text().contains(way_in),
            "{way_in}: text of strangers must stay text"
        );
    }
    assert_eq!(
        server.get("/-/preview.css").header("content-type"),
        Some("text/css; charset=utf-8")
    );
}

#[test]
fn a_new_site_makes_pages_reload() {
    let server = SiteFolder::new().serve();
    let mut events = server.events();
    assert_eq!(
        events.next_of("reload"),
        "1",
        "said at once, so that a page that is behind notices"
    );
    server.site.publish(&server.folder.path("")).unwrap();
    assert_eq!(events.next_of("reload"), "2");
    let page = server.get_with("/", &[("If-None-Match", "*")]);
    assert_eq!(page.status, 200, "the page names the build that it shows");
    assert!(page.text().contains("data-generation=\"2\""));
}

#[test]
fn problems_are_shown_with_their_place_and_taken_away() {
    let server = SiteFolder::new().serve();
    let mut events = server.events();
    assert_eq!(events.next_of("problems"), "[]");
    let problem = Problem::error(
        "content/badges/official.toml",
        "award",
        "no skill `<b>ana/x</b>`\nhere",
    )
    .at("[[award]]\nskill = \"ana/x\"", Place::Column(2, 9))
    .hint("did you mean `ana/y`?");
    server.site.set_problems(&one(problem));
    let problems: serde_json::Value = serde_json::from_str(&events.next_of("problems")).unwrap();
    let shown = &problems[0];
    assert_eq!(shown["path"], "content/badges/official.toml");
    assert_eq!((&shown["line"], &shown["column"]), (&2.into(), &9.into()));
    assert_eq!(shown["severity"], "error");
    assert_eq!(shown["message"], "no skill `<b>ana/x</b>`\nhere");
    assert_eq!(shown["hint"], "did you mean `ana/y`?");
    assert_eq!(server.get("/").status, 200, "the last good site stays");
    let mut late = server.events();
    assert!(
        late.next_of("problems").contains("official.toml"),
        "a page that is opened later sees them too"
    );
    server.site.set_problems(&Problems::new());
    assert_eq!(events.next_of("problems"), "[]");
}

#[test]
fn a_page_that_reads_slowly_gets_the_last_state_and_not_every_one() {
    let server = SiteFolder::new().serve();
    let mut events = server.events();
    assert_eq!(events.next_of("reload"), "1");
    for _ in 0..10_000 {
        server.site.publish(&server.folder.path("skills")).unwrap();
    }
    let mut n_events = 1;
    while events.next_of("reload") != "10001" {
        n_events += 1;
    }
    assert!(n_events < 10_000, "{n_events}");
}

#[test]
fn without_a_first_site_pages_wait_for_it() {
    let server = SiteFolder::new().serve_unpublished();
    let mut events = server.events();
    assert_eq!(events.next_of("reload"), "0");
    let page = server.get("/skills/");
    assert_eq!(page.status, 503);
    assert!(page.text().contains("data-generation=\"0\""));
    server.site.publish(&server.folder.path("")).unwrap();
    assert_eq!(events.next_of("reload"), "1");
    assert!(server.get("/skills/").text().contains("Skills"));
}

#[test]
fn a_folder_that_is_missing_leaves_the_site_as_it_was() {
    let site = LiveSite::default();
    let folder = tempfile::tempdir().unwrap();
    site.publish(folder.path()).unwrap();
    assert!(site.publish(&folder.path().join("nothing")).is_err());
    assert_eq!(site.generation(), 1);
}

#[test]
fn answers_are_asked_for_again_unless_a_rule_says_otherwise_and_errors_always() {
    let rules = "/b/*\n  Cache-Control: max-age=600, immutable\n";
    let server = SiteFolder::new()
        .file("_headers", rules)
        .file("a/a.css", "a")
        .file("b/b.css", "b")
        .serve();
    for (target, expected) in [
        ("/", "no-cache"),
        ("/a/a.css", "no-cache"),
        ("/b/b.css", "max-age=600, immutable"),
        ("/b/nothing.css", "no-cache"),
    ] {
        let reply = server.get(target);
        assert_eq!(reply.header("cache-control"), Some(expected), "{target}");
    }
}

#[test]
fn an_edit_shows_in_the_page_that_is_open() {
    let server = SiteFolder::new().serve();
    let content = tempfile::tempdir().unwrap();
    let skill = content.path().join("skills/ana/pdf/SKILL.md");
    fs::create_dir_all(skill.parent().unwrap()).unwrap();
    fs::write(&skill, "first").unwrap();
    // Stands for a build: the text becomes the page, and `broken` is an error.
    let build = {
        let (site, root) = (Arc::clone(&server.site), server.folder.path(""));
        let skill = skill.clone();
        move || match fs::read_to_string(&skill).unwrap() {
            text if text.contains("broken") => {
                site.set_problems(&one(Problem::error(&skill, "x", "broken")))
            }
            text => {
                fs::write(root.join("skills/new"), text).unwrap();
                fs::rename(root.join("skills/new"), root.join("skills/index.html")).unwrap();
                site.set_problems(&Problems::new());
                site.publish(&root).unwrap();
            }
        }
    };
    let what = watched(content.path());
    let _watcher = watch(what.clone(), move |_| {
        build();
        what.clone()
    })
    .unwrap();
    let mut events = server.events();
    assert_eq!(events.next_of("reload"), "1");

    fs::write(&skill, "second").unwrap();
    assert_eq!(events.next_of("reload"), "2");
    assert!(server.get("/skills/").text().starts_with("second"));

    fs::write(&skill, "broken").unwrap();
    assert!(events.next_of("problems").contains("SKILL.md"));
    assert!(
        server.get("/skills/").text().starts_with("second"),
        "the last good site stays"
    );

    // As many editors save: a new file takes the name of the old one.
    fs::write(skill.with_file_name("SKILL.md.tmp"), "third").unwrap();
    fs::rename(skill.with_file_name("SKILL.md.tmp"), &skill).unwrap();
    assert_eq!(events.next_of("problems"), "[]");
    assert_eq!(events.next_of("reload"), "3");
    assert!(server.get("/skills/").text().starts_with("third"));
}

#[test]
fn changes_of_one_moment_are_one_build_and_those_during_a_build_are_the_next() {
    let content = tempfile::tempdir().unwrap();
    let (builds, built) = mpsc::channel();
    let what = watched(content.path());
    let _watcher = watch(what.clone(), move |changes| {
        builds.send(changes.clone()).unwrap();
        thread::sleep(Duration::from_millis(400));
        what.clone()
    })
    .unwrap();
    let wait = || built.recv_timeout(Duration::from_secs(20)).unwrap();

    for n in 0..50 {
        fs::write(content.path().join(format!("{n}.md")), "x").unwrap();
    }
    // A slow machine may need a second moment to write them; each change is in exactly one build.
    let mut first = wait();
    let mut n_builds = 1;
    while first.len() < 50 {
        first.extend(wait());
        n_builds += 1;
    }
    assert_eq!(first.len(), 50, "{first:?}");
    assert!(n_builds <= 5, "{n_builds} builds of 50 changes");

    fs::write(content.path().join("during-a.md"), "x").unwrap();
    fs::write(content.path().join("during-b.md"), "x").unwrap();
    let second = wait();
    assert!(
        second
            .iter()
            .all(|path| path.to_string_lossy().contains("during-")),
        "{second:?}"
    );
    assert_eq!(second.len(), 2);
    assert!(
        built.recv_timeout(Duration::from_millis(700)).is_err(),
        "then there is quiet"
    );
}

#[test]
fn reading_the_content_and_editors_leftovers_cause_no_build() {
    let content = tempfile::tempdir().unwrap();
    fs::write(content.path().join("SKILL.md"), "x").unwrap();
    let n_builds = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&n_builds);
    let what = watched(content.path());
    let _watcher = watch(what.clone(), move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        what.clone()
    })
    .unwrap();
    for _ in 0..100 {
        fs::read(content.path().join("SKILL.md")).unwrap();
    }
    fs::write(content.path().join(".SKILL.md.swp"), "x").unwrap();
    fs::write(content.path().join("SKILL.md~"), "x").unwrap();
    thread::sleep(Duration::from_millis(400));
    assert_eq!(n_builds.load(Ordering::SeqCst), 0);
}

#[test]
fn new_folders_and_the_settings_are_watched_too() {
    let registry = tempfile::tempdir().unwrap();
    let content = registry.path().join("content");
    fs::create_dir(&content).unwrap();
    let (builds, built) = mpsc::channel();
    let what = Watched {
        files: vec![registry.path().join("skillpress.toml")],
        ..watched(&content)
    };
    let _watcher = watch(what.clone(), move |changes| {
        builds.send(changes.clone()).unwrap();
        what.clone()
    })
    .unwrap();
    let wait_for = |name: &str| {
        while !built
            .recv_timeout(Duration::from_secs(20))
            .unwrap()
            .iter()
            .any(|path| path.ends_with(name))
        {}
    };
    fs::create_dir_all(content.join("skills/ana")).unwrap();
    wait_for("skills");
    fs::write(content.join("skills/ana/SKILL.md"), "x").unwrap();
    wait_for("SKILL.md");
    fs::write(registry.path().join("skillpress.toml"), "title = \"A\"").unwrap();
    wait_for("skillpress.toml");
    fs::write(registry.path().join("other.toml"), "").unwrap();
    assert!(
        built.recv_timeout(Duration::from_millis(400)).is_err(),
        "neighbours of the settings are not"
    );
}

#[test]
fn a_folder_that_is_missing_is_waited_for_also_after_it_went_again() {
    let registry = tempfile::tempdir().unwrap();
    let content = registry.path().join("new/content");
    let (builds, built) = mpsc::channel();
    let what = watched(&content);
    let _watcher = watch(what.clone(), move |changes| {
        builds.send(changes.clone()).unwrap();
        what.clone()
    })
    .unwrap();
    let skill = content.join("skills/ana.md");
    for round in 0..2 {
        fs::create_dir_all(skill.parent().unwrap()).unwrap();
        // From some moment on each edit is told; the first ones are told as those of the folders around it.
        let start = Instant::now();
        let is_told = || {
            fs::write(&skill, "x").unwrap();
            let changes = built.recv_timeout(Duration::from_millis(300));
            changes.is_ok_and(|changes| changes.iter().any(|path| path.ends_with("ana.md")))
        };
        while !is_told() {
            assert!(start.elapsed() < Duration::from_secs(20), "round {round}");
        }
        fs::remove_dir_all(registry.path().join("new")).unwrap();
        while built.recv_timeout(Duration::from_millis(400)).is_ok() {}
    }
}

#[test]
fn what_is_watched_follows_from_each_build() {
    let registry = tempfile::tempdir().unwrap();
    let content = registry.path().join("content");
    let source = registry.path().join("source");
    for folder in [&content, &source] {
        fs::create_dir(folder).unwrap();
    }
    let (builds, built) = mpsc::channel();
    let first = watched(&content);
    // The second build begins to watch the source, as when settings name one more, and the last one ends it.
    let (with_source, without) = (
        Watched {
            folders: vec![content.clone(), source.clone()],
            ..first.clone()
        },
        first.clone(),
    );
    let _watcher = watch(first, move |changes| {
        builds.send(changes.clone()).unwrap();
        match changes.iter().any(|path| path.ends_with("end.md")) {
            true => without.clone(),
            false => with_source.clone(),
        }
    })
    .unwrap();
    let wait = || built.recv_timeout(Duration::from_secs(20)).unwrap();
    let is_quiet = || built.recv_timeout(Duration::from_millis(400)).is_err();
    fs::write(source.join("early.md"), "x").unwrap();
    assert!(is_quiet());
    fs::write(content.join("a.md"), "x").unwrap();
    assert!(wait().iter().all(|path| path.ends_with("a.md")));
    let source = source.canonicalize().unwrap();
    assert_eq!(
        wait(),
        [source.clone()].into(),
        "it may have changed before it was watched"
    );
    fs::write(source.join("b.md"), "x").unwrap();
    assert_eq!(wait(), [source.join("b.md")].into());
    fs::write(source.join("end.md"), "x").unwrap();
    wait();
    fs::write(source.join("late.md"), "x").unwrap();
    assert!(is_quiet());
}
