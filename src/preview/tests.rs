//! After any edits, the folder of a preview holds what a build would write.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::sink::MemorySink;
use crate::url;

/// A registry in a temporary folder, and its preview.
struct Edited {
    folder: TempDir,
    preview: Preview,
    /// What was edited since the last update.
    changes: RefCell<Changes>,
}

impl Edited {
    /// Three owners with a few skills each, badges, counts, a suspicious skill and an alias.
    fn new() -> Self {
        Self::with_settings("title = \"Edited\"\n")
    }

    fn with_settings(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| write_below(folder.path(), path, text);
        for (name, tags) in [
            ("ana/pdf-tools", "pdf, files"),
            ("ana/notes", "writing"),
            ("bo/notes", "writing, files"),
            ("bo/weather", "forecast"),
            ("cy/risky", "files, rare"),
            ("cy/tidy", "files"),
        ] {
            write(
                &format!("skills/{name}/SKILL.md"),
                &skill(name, tags, "First."),
            );
        }
        write("skills/ana/pdf-tools/docs/guide.md", "Guide.");
        write("badges/official.toml", OFFICIAL);
        write("moderation.toml", "[[suspicious]]\nskill = \"cy/risky\"\n");
        write("aliases.toml", "\"ana/pdf\" = \"ana/pdf-tools\"\n");
        write(
            "stats.csv",
            "skill,downloads,stars\nana/pdf-tools,10,2\nbo/notes,2000,1\n",
        );
        let base_url: BaseUrl = "http://127.0.0.1:4000/".parse().unwrap();
        let project = Project {
            config: Some(folder.path().join("skillpress.toml")),
            ..Project::new(folder.path())
        };
        write("skillpress.toml", settings);
        let preview = Preview::new(&project, &base_url).unwrap();
        preview.update(&Changes::new());
        preview.catch_up();
        Self {
            folder,
            preview,
            changes: RefCell::default(),
        }
    }

    fn write(&self, path: &str, text: &str) {
        self.note(path);
        write_below(self.folder.path(), path, text);
    }

    fn remove(&self, path: &str) {
        self.note(path);
        let path = self.folder.path().join(path);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }

    /// As the watcher does.
    fn note(&self, path: &str) {
        let folder = self.folder.path().canonicalize().unwrap();
        self.changes.borrow_mut().insert(folder.join(path));
    }

    /// Updates all but search; gives the paths of the files that changed, appeared or went.
    fn update(&self) -> Vec<String> {
        let before = self.files();
        self.preview.update(&self.changes.take());
        self.preview.write_api().unwrap();
        let after = self.files();
        let is_same = |path: &String| before.get(path) == after.get(path);
        let mut changed: Vec<String> = before
            .keys()
            .chain(after.keys())
            .filter(|path| !is_same(path))
            .cloned()
            .collect();
        changed.sort();
        changed.dedup();
        changed
    }

    /// The files that are served.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let root = self.preview.root();
        let entries = walkdir::WalkDir::new(root).into_iter().map(Result::unwrap);
        entries
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let path = entry.path().strip_prefix(root).unwrap();
                let path: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
                (path.join("/"), fs::read(entry.path()).unwrap())
            })
            .collect()
    }

    /// What a build of the content as it is now would write.
    fn built(&self) -> BTreeMap<String, Vec<u8>> {
        let (site, _) = Site::load(&self.preview.project, &Progress::new(true)).unwrap();
        let sink = MemorySink::new();
        site.write(&sink, &Progress::new(true)).unwrap();
        let mut files = sink.into_files();
        // The preview has none: files that it keeps would have to be read again after each edit.
        assert!(files.remove(url::SUMS).is_some());
        files
    }

    fn assert_is_as_built(&self, after: &str) {
        let (served, built) = (self.files(), self.built());
        let paths = served.keys().chain(built.keys());
        let different: Vec<&String> = paths
            .filter(|path| served.get(*path) != built.get(*path))
            .collect();
        assert!(different.is_empty(), "after {after}: {different:?}");
    }

    /// The same of all but the search index, which need not have caught up.
    fn assert_pages_and_api_are_as_built(&self, after: &str) {
        let (site, problems) = Site::load(&self.preview.project, &Progress::new(true))
            .unwrap_or_else(|problems| panic!("after {after}: {:?}", problems.sorted()));
        assert_eq!(problems.n_errors(), 0);
        let sink = MemorySink::new();
        let related = Related::default();
        let written = site.write_pages(&related, &KnownZips::new(), &sink, &Progress::new(true));
        site.write_api(&written.unwrap().zips, &sink).unwrap();
        let (served, built) = (self.files(), sink.into_files());
        let is_of_index = |path: &str| path.starts_with("search/") && !built.contains_key(path);
        let paths = served.keys().chain(built.keys());
        let different: Vec<&String> = paths
            .filter(|path| !is_of_index(path) && served.get(*path) != built.get(*path))
            .collect();
        assert!(different.is_empty(), "after {after}: {different:?}");
    }

    fn is_behind(&self) -> bool {
        let state = self.preview.lock();
        state.shown.as_ref().unwrap().is_behind()
    }

    /// Whether a search for a slug finds that skill.
    fn finds(&self, slug: &str) -> bool {
        let (_, body) = self.get(&format!("/api/v1/search?q={slug}"));
        let results = body["results"].as_array().unwrap();
        results.iter().any(|result| result["slug"] == slug)
    }

    fn get(&self, target: &str) -> (u16, serde_json::Value) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let state = self.preview.lock();
        let api = api_state(state.shown.as_ref().unwrap());
        let response = crate::api::answer(&api, "GET", path, query);
        (
            response.status,
            serde_json::from_slice(&response.body).unwrap_or_default(),
        )
    }
}

fn write_below(folder: &Path, path: &str, text: &str) {
    let path: PathBuf = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn skill(name: &str, tags: &str, body: &str) -> String {
    let slug = name.split('/').next_back().unwrap();
    format!(
        "---\nname: {slug}\ndescription: Does {slug}.\ntags: [{tags}]\nupdated: 2026-01-02\n---\n# {slug}\n\n{body}\n"
    )
}

const OFFICIAL: &str = "label = \"Official\"\ndescription = \"Ours.\"\n\n[[award]]\nskill = \"ana/pdf-tools\"\nat = 2026-01-10\n";

#[test]
fn the_first_site_is_what_a_build_writes() {
    let edited = Edited::new();
    assert!(!edited.is_behind());
    edited.assert_is_as_built("the start");
}

#[test]
fn an_edited_body_changes_only_the_files_of_that_skill() {
    let edited = Edited::new();
    edited.write(
        "skills/bo/weather/SKILL.md",
        &skill("bo/weather", "forecast", "Second."),
    );
    let changed = edited.update();
    let is_of_skill = |path: &&String| {
        path.starts_with("bo/skills/weather/")
            || path.starts_with("api/v1/skills/weather/")
            || path.starts_with("api/v1/catalog/")
            // It carries hashes of the newest skills.
            || *path == "api/v1/skills/index.html"
    };
    let others: Vec<&String> = changed.iter().filter(|path| !is_of_skill(path)).collect();
    assert!(others.is_empty(), "{others:?}");
    assert!(changed.contains(&"bo/skills/weather/index.html".to_owned()));
}

#[test]
fn a_page_follows_when_a_skill_that_it_links_to_comes_or_goes() {
    let edited = Edited::new();
    let page = || edited.files()["ana/skills/notes/index.html"].clone();
    let links_to = |link: &str| {
        let page = String::from_utf8(page()).unwrap();
        page.contains(&format!("<a href=\"/{link}\">"))
    };
    let text = "[It](../later/SKILL.md), [a file](../later/docs/x.md).";
    edited.write(
        "skills/ana/notes/SKILL.md",
        &skill("ana/notes", "writing", text),
    );
    edited.update();
    assert!(!links_to("ana/skills/later/"));
    let with_link = skill("ana/later", "", "Now. [x](docs/x.md)");
    edited.write("skills/ana/later/SKILL.md", &with_link);
    edited.update();
    assert!(links_to("ana/skills/later/"));
    assert!(!links_to("ana/skills/later/files/docs/x.md"));
    edited.write("skills/ana/later/docs/x.md", "x");
    edited.update();
    assert!(links_to("ana/skills/later/files/docs/x.md"));
    edited.write("skills/ana/later/SKILL.md", &skill("ana/later", "", "Now."));
    edited.update();
    assert!(links_to("ana/skills/later/#files"), "it has no copy now");
    edited.preview.catch_up();
    edited.assert_is_as_built("a copy went");
    edited.remove("skills/ana/later");
    edited.update();
    assert!(!links_to("ana/skills/later/"));
    edited.preview.catch_up();
    edited.assert_is_as_built("a skill came and went");
}

#[test]
fn a_changed_count_leaves_search_as_it_is() {
    let edited = Edited::new();
    edited.write(
        "stats.csv",
        "skill,downloads,stars\nana/pdf-tools,10,2\nbo/notes,7000,1\n",
    );
    let changed = edited.update();
    assert!(
        changed.contains(&"bo/skills/notes/index.html".to_owned()),
        "{changed:?}"
    );
    assert!(!changed.contains(&"ana/skills/notes/index.html".to_owned()));
    assert!(!edited.is_behind());
    edited.assert_is_as_built("other counts");
}

#[test]
fn search_has_an_edit_after_it_has_caught_up() {
    let edited = Edited::new();
    edited.write(
        "skills/ana/origami/SKILL.md",
        &skill("ana/origami", "paper", "Cranes."),
    );
    edited.update();
    assert!(edited.is_behind());
    assert_eq!(
        edited.get("/api/v1/skills/origami").0,
        200,
        "only search is behind"
    );
    assert!(!edited.finds("origami"));
    edited.preview.catch_up();
    assert!(!edited.is_behind());
    assert!(edited.finds("origami"));
    edited.assert_is_as_built("a new skill");
}

#[test]
fn a_skill_that_is_gone_is_not_found_while_search_is_behind() {
    let edited = Edited::new();
    edited.remove("skills/bo/weather");
    let changed = edited.update();
    assert!(changed.contains(&"bo/skills/weather/weather.zip".to_owned()));
    assert!(edited.is_behind() && !edited.finds("weather"));
}

#[test]
fn a_content_with_errors_changes_nothing() {
    let edited = Edited::new();
    edited.write("badges/official.toml", "label = 1\n");
    edited.write("skills/bo/weather/SKILL.md", "Other.");
    assert!(edited.update().is_empty());
    edited.write("badges/official.toml", OFFICIAL);
    assert!(!edited.update().is_empty());
    edited.preview.catch_up();
    edited.assert_is_as_built("mending");
}

#[test]
fn a_collection_follows_edits_of_its_file_and_of_its_skills() {
    let edited = Edited::with_settings(NO_VECTORS);
    let team = |note: &str| {
        format!(
            "title = \"Team\"\ndescription = \"Ours.\"\n[[skill]]\nkey = \"bo/weather\"\nnote = \"{note}\"\n"
        )
    };
    let is_zip = |path: &String| path.starts_with("collections/team/team-");
    for (what, path, text, is_repacked) in [
        (
            "a new collection",
            "collections/team.toml",
            team("One."),
            true,
        ),
        ("another note", "collections/team.toml", team("Two."), false),
        (
            "an edited skill",
            "skills/bo/weather/SKILL.md",
            skill("bo/weather", "forecast", "Second."),
            true,
        ),
    ] {
        edited.write(path, &text);
        let changed = edited.update();
        assert_eq!(
            changed.iter().any(is_zip),
            is_repacked,
            "{what}: {changed:?}"
        );
        edited.preview.catch_up();
        edited.assert_is_as_built(what);
    }
    edited.remove("collections/team.toml");
    edited.update();
    edited.preview.catch_up();
    edited.assert_is_as_built("a collection that is gone");
    assert!(
        !edited
            .files()
            .keys()
            .any(|path| path.contains("collections"))
    );
}

#[test]
fn a_source_that_is_a_folder_is_followed_like_the_content() {
    let edited = Edited::with_settings(NO_VECTORS);
    let source = format!("{NO_VECTORS}[[source]]\npath = \"repository\"\nowner = \"ed\"\n");
    edited.write(
        "repository/skills/crane-log/SKILL.md",
        &skill("ed/crane-log", "cranes", "First."),
    );
    assert!(edited.update().is_empty(), "nothing names it yet");
    let page = "ed/skills/crane-log/index.html";
    let step = |what: &str, is_there: bool| {
        let changed = edited.update();
        assert!(
            changed.iter().any(|path| path == page),
            "{what}: {changed:?}"
        );
        assert_eq!(edited.files().contains_key(page), is_there, "{what}");
        edited.assert_pages_and_api_are_as_built(what);
    };
    edited.write("skillpress.toml", &source);
    step("settings that name a source", true);
    edited.write(
        "repository/skills/crane-log/SKILL.md",
        &skill("ed/crane-log", "cranes", "Second."),
    );
    step("an edit in it", true);
    edited.write("repository/skills/crane-log/templates/day.md", "day");
    step("a file more", true);
    edited.write(
        "badges/official.toml",
        &OFFICIAL.replace("ana/pdf-tools", "ed/crane-log"),
    );
    step("a badge for it", true);
    edited.write("badges/official.toml", OFFICIAL);
    step("no badge for it", true);
    edited.remove("repository/skills");
    step("no skill in it", false);
}

#[test]
fn a_source_that_cannot_be_read_changes_nothing_and_is_told() {
    let edited = Edited::with_settings(NO_VECTORS);
    let source = format!("{NO_VECTORS}[[source]]\npath = \"later\"\nowner = \"ed\"\n");
    edited.write("skillpress.toml", &source);
    edited.write("skills/bo/weather/SKILL.md", "Other.");
    assert!(edited.update().is_empty());
    edited.write(
        "later/skills/crane-log/SKILL.md",
        &skill("ed/crane-log", "cranes", "First."),
    );
    assert!(!edited.update().is_empty());
    edited.assert_pages_and_api_are_as_built("the folder came");
}

/// Each kind of input by itself, one after the other, so that what is forgotten is named.
#[test]
fn an_edit_of_any_kind_of_input_shows_wherever_a_build_would_show_it() {
    let edited = Edited::with_settings(NO_VECTORS);
    let step = |what: &str, files: &[(&str, &str)]| {
        for (path, text) in files {
            edited.write(path, text);
        }
        assert!(!edited.update().is_empty(), "{what} changes nothing");
        edited.assert_pages_and_api_are_as_built(what);
    };
    let notes = "skills/bo/notes/SKILL.md";
    let front = |fields: &str| format!("---\nname: notes\n{fields}\n---\n# Notes\n\nText.\n");
    step("a text", &[(notes, &front("description: Takes notes."))]);
    for fields in [
        "description: Takes other notes.",
        "description: D.\ntags: [rare, new-tag]",
        "description: D.\nlicense: MIT-0\nauthor: Bo\ncompatibility: Any.\nallowed-tools: Read",
        "description: D.\nhomepage: https://notes.example/",
        "description: D.\nversion: 1.2.0\nupdated: 2026-03-04",
        "description: D.\nmetadata:\n  openclaw:\n    emoji: \"N\"\n    os: [linux]\n    requires:\n      bins: [vim]\n      env: [KEY]",
        "description: D.\nmetadata:\n  internal: true",
    ] {
        step(fields, &[(notes, &front(fields))]);
    }
    let meta = r#"{"displayName": "Bo's notes", "latest": {"version": "2.0.0", "publishedAt": 1767225600000}, "history": [{"version": "1.0.0", "publishedAt": 1764547200000}]}"#;
    step("versions", &[("skills/bo/notes/_meta.json", meta)]);
    step("a new file", &[("skills/bo/notes/run.txt", "one")]);
    step("a changed file", &[("skills/bo/notes/run.txt", "two")]);
    step(
        "a file that runs now",
        &[("skills/bo/notes/run.txt", "#!/bin/sh\n")],
    );
    edited.remove("skills/bo/notes/run.txt");
    step("a removed file", &[]);

    let badge = "badges/official.toml";
    for text in [
        OFFICIAL.to_owned() + "by = \"me\"\n",
        OFFICIAL.to_owned() + "by = \"me\"\nnote = \"Good.\"\n",
        OFFICIAL.replace("Official", "Vetted"),
        OFFICIAL.replace("Ours.", "Made here."),
        OFFICIAL.replace("\n\n", "\nicon = \"*\"\ncolor = \"red\"\n\n"),
        OFFICIAL.replace("2026-01-10", "2026-02-20"),
        OFFICIAL.to_owned() + "\n[[award]]\nskill = \"bo/notes\"\n",
        OFFICIAL.replace("\n\n", "\nshown = false\n\n"),
        OFFICIAL.to_owned(),
    ] {
        step(&text, &[(badge, &text)]);
    }
    let deprecated = "label = \"Old\"\ndescription = \"Better not.\"\nboost = -0.5\n\n[[award]]\nskill = \"cy/tidy\"\n";
    step(
        "a new kind of badge",
        &[("badges/deprecated.toml", deprecated)],
    );
    let promoted = deprecated.replace("-0.5", "0.5");
    let promoted = promoted + "\n[[award]]\nskill = \"ana/pdf-tools\"\n";
    step(
        "another order of badges",
        &[("badges/deprecated.toml", &promoted)],
    );

    for text in [
        "skill,downloads,stars\nana/pdf-tools,10,2\nbo/notes,7000,1\n",
        "skill,downloads,stars,as_of\nana/pdf-tools,10,2,2026-02-03\n",
        "skill,downloads,stars\n",
    ] {
        step(text, &[("stats.csv", text)]);
    }
    for text in [
        "[[suspicious]]\nskill = \"cy/risky\"\nnote = \"Looks odd.\"\n",
        "[[suspicious]]\nskill = \"cy/risky\"\n[[suspicious]]\nskill = \"cy/tidy\"\n",
        "[[hidden]]\nskill = \"cy/risky\"\n",
        "",
    ] {
        step(text, &[("moderation.toml", text)]);
    }
    for text in [
        "\"ana/pdf\" = \"bo/notes\"\n",
        "\"old/pdf\" = \"ana/pdf-tools\"\n",
        "",
    ] {
        step(text, &[("aliases.toml", text)]);
    }
    step("an operator's file", &[("static/CNAME", "a.example\n")]);
    step(
        "another operator's file",
        &[("static/CNAME", "b.example\n")],
    );
    edited.remove("static/CNAME");
    step("no operator's file", &[]);

    step(
        "a new skill",
        &[(
            "skills/di/new/SKILL.md",
            &skill("di/new", "rare", "[Notes](../../bo/notes/)."),
        )],
    );
    step(
        "a slug that two owners use",
        &[("skills/di/weather/SKILL.md", &skill("di/weather", "", "X."))],
    );
    edited.remove("skills/di/new");
    step(
        "a renamed skill",
        &[("skills/di/newer/SKILL.md", &skill("di/newer", "rare", "X."))],
    );
    edited.remove("skills/di");
    step("an owner who is gone", &[]);
    for settings in [
        "title = \"Other\"\n",
        "description = \"Other skills.\"\n",
        "language = \"de\"\n",
        "[hosting]\nmode = \"edge\"\n",
        "[feeds]\ntags = true\n",
        "[api]\nfull = true\n",
        "[hosting]\nmode = \"github\"\ngithub_repository = \"ana/skills\"\n",
    ] {
        step(
            settings,
            &[("skillpress.toml", &format!("{settings}{NO_VECTORS}"))],
        );
    }
}

/// Without vectors there are no related skills, which only an index knows.
const NO_VECTORS: &str = "[embedding]\nmode = \"none\"\n";

/// Every kind of edit, in an order that chance decides; the seeds are fixed.
#[test]
fn any_edits_lead_to_the_site_that_a_build_writes() {
    for seed in [1_u64, 2] {
        let edited = Edited::new();
        let mut random = seed;
        let mut next = |n: usize| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from(random >> 33).unwrap() % n
        };
        for step in 0..10 {
            let what = edit(&edited, step, &mut next);
            edited.preview.update(&edited.changes.take());
            if next(2) > 0 {
                edited.preview.catch_up();
                edited.assert_is_as_built(&format!("step {step} of seed {seed}: {what}"));
            }
        }
    }
}

fn edit(edited: &Edited, step: usize, next: &mut impl FnMut(usize) -> usize) -> &'static str {
    let names = [
        "ana/pdf-tools",
        "ana/notes",
        "bo/notes",
        "cy/tidy",
        "cy/risky",
        "di/new",
    ];
    let tags = ["files", "pdf, rare", "writing", "", "forecast, files"];
    let name = names[next(names.len())];
    let tags = tags[next(tags.len())];
    match next(9) {
        0..3 => {
            let body = format!(
                "Text of step {step}: [a](../notes/), [b](../../di/new/SKILL.md), [c](../../ana/pdf-tools/docs/guide.md)."
            );
            let text = skill(name, tags, &body);
            edited.write(&format!("skills/{name}/SKILL.md"), &text);
            "an edited or new skill"
        }
        3 if name != "ana/pdf-tools" && name != "cy/risky" => {
            let folder = format!("skills/{name}");
            if edited.folder.path().join(&folder).exists() {
                // Counts of skills that are gone are warnings, awards are errors.
                edited.remove(&folder);
            }
            "a removed skill"
        }
        4 => {
            let label = ["Official", "Vetted"][next(2)];
            let text = OFFICIAL.replace("Official", label) + "by = \"me\"\n";
            edited.write("badges/official.toml", &text);
            "another label of a badge"
        }
        5 => {
            let downloads = next(5000);
            let text =
                format!("skill,downloads,stars\nana/pdf-tools,{downloads},3\nbo/notes,7,1\n");
            edited.write("stats.csv", &text);
            "other counts"
        }
        6 => {
            let text = [
                "",
                "[[suspicious]]\nskill = \"cy/risky\"\n",
                "[[hidden]]\nskill = \"cy/risky\"\n",
                "[[suspicious]]\nskill = \"ana/pdf-tools\"\n",
            ][next(4)];
            edited.write("moderation.toml", text);
            "other moderation"
        }
        7 => {
            let text = [
                "",
                "\"old/pdf\" = \"ana/pdf-tools\"\n\"x/y\" = \"ana/pdf-tools\"\n",
            ][next(2)];
            edited.write("aliases.toml", text);
            "other aliases"
        }
        _ => {
            edited.write("skillpress.toml", &format!("title = \"Step {step}\"\n"));
            edited.write("static/note.txt", &format!("{step}"));
            // A file becomes a folder, and back.
            let (file, folder) = (
                "skills/ana/pdf-tools/docs",
                "skills/ana/pdf-tools/docs/guide.md",
            );
            edited.remove(file);
            edited.write([file, folder][next(2)], "Docs.");
            "other settings, operator's files and files of a skill"
        }
    }
}
