//! Sites of a few lines, and what publishing them leaves.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use walkdir::WalkDir;

use super::super::claim::Timing;
use super::super::digest::digest;
use super::super::index_key::IndexKeys;
use super::super::publisher::{MaxDeletes, Publisher};
use super::super::root::{ROOT_KEY, Root};
use super::super::site_folder::{ObjectOptions, SiteFolder};
use super::super::store::Store;
use super::super::{PublishError, Summary, Verified, verify};
use super::crawler;
use super::fake_store::{FakeStore, Objects};
use crate::key::SkillKey;
use crate::progress::Progress;

/// A site on disk.
pub(super) struct Site {
    folder: TempDir,
    index_keys: IndexKeys,
}

impl Site {
    /// Skills by what their zip holds: `("a", "1")` is the skill `o/a`. `salt` is in everything else.
    pub(super) fn new(salt: &str, skills: &[(&str, &str)]) -> Self {
        let site = Self {
            folder: tempfile::tempdir().unwrap(),
            index_keys: IndexKeys::No,
        };
        site.file(".skillpress", "");
        let style = site.hashed("assets/style", salt, ".css");
        let cards = site.hashed("search/files/cards", salt, "");
        let mut home =
            format!("home {salt}\nlink {style}\nlink skills/index.html\nlink feed.xml\n");
        let mut list = format!("list {salt}\nlink {style}\nlink index.html\n");
        for (slug, zip) in skills {
            let folder = format!("o/skills/{slug}/");
            let named = format!("digest {} {folder}{slug}.zip\n", digest(zip.as_bytes()));
            site.file(&format!("{folder}{slug}.zip"), zip);
            site.file(&format!("{folder}skill.json"), &named);
            site.file(
                &format!("{folder}index.html"),
                &format!("{named}link {style}\nlink index.html\n"),
            );
            site.file(
                &format!("api/v1/skills/{slug}/index.html"),
                &format!("\"/o/skills/{slug}/\"\n{named}"),
            );
            list += &format!("link {folder}index.html\n");
            home += &format!("link {folder}index.html\n");
        }
        site.file("index.html", &home);
        site.file("skills/index.html", &list);
        site.file("feed.xml", &format!("feed {salt}\n{list}"));
        let manifest = format!(
            "manifest {salt}\nlink {cards}\n{}",
            list.replace(&style, &cards)
        );
        site.file("search/manifest.json", &manifest);
        site
    }

    fn hashed(&self, name: &str, salt: &str, end: &str) -> String {
        let path = format!("{name}-{}{end}", &digest(salt.as_bytes())[..10]);
        self.file(&path, &format!("{name} {salt}"));
        path
    }

    pub(super) fn file(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// As a build leaves it: with the sums of all files.
    pub(super) fn summed(&self) -> &Path {
        let mut sums = BTreeMap::new();
        for entry in WalkDir::new(self.path()) {
            let entry = entry.unwrap();
            let path = entry.path().strip_prefix(self.path()).unwrap();
            let path = path.to_str().unwrap().to_owned();
            if entry.file_type().is_file() && path != ".skillpress" && path != "SHA256SUMS" {
                sums.insert(path, digest(&fs::read(entry.path()).unwrap()));
            }
        }
        let lines = sums
            .iter()
            .map(|(path, sha256)| format!("{sha256}  {path}\n"));
        self.file("SHA256SUMS", &lines.collect::<String>());
        self.path()
    }

    /// With links to folders, for a store that has keys there.
    pub(super) fn by_folders(mut self) -> Self {
        self.index_keys = IndexKeys::FoldersAndHome;
        for entry in WalkDir::new(self.path()) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let text = fs::read_to_string(entry.path()).unwrap();
                let lines = text.split_inclusive('\n').map(|line| {
                    let link = line.strip_prefix("link ");
                    let folder = link.and_then(|link| link.strip_suffix("index.html\n"));
                    folder.map_or(line.to_owned(), |folder| format!("link {folder}\n"))
                });
                fs::write(entry.path(), lines.collect::<String>()).unwrap();
            }
        }
        self
    }

    pub(super) fn open(&self) -> SiteFolder {
        let options = ObjectOptions {
            index_keys: self.index_keys,
            ..ObjectOptions::default()
        };
        SiteFolder::open(self.summed(), options).unwrap()
    }

    /// What of `objects` differs from this site, hashed files of generations before left out.
    pub(super) fn differences(&self, objects: &Objects) -> Vec<String> {
        let site = self.open();
        let mut differences = Vec::new();
        for (path, file) in &site.record {
            let found = objects.get(path).map(|object| digest(&object.bytes));
            if found.as_ref() != Some(&file.sha256) {
                differences.push(format!("{path}: {found:?}"));
            }
        }
        let added = objects.keys().filter(|key| {
            !key.starts_with(".skillpress/")
                && !super::super::layout::is_hashed(key)
                && !site.record.contains_key(*key)
        });
        differences.extend(added.map(|key| format!("{key} is added")));
        differences
    }
}

pub(super) const QUICK: Timing = Timing {
    renew: Duration::from_millis(1_000),
    stale: Duration::from_millis(5_000),
    dead: Duration::from_millis(8),
    look: Duration::from_millis(4),
};

pub(super) fn with_publisher<T>(store: &dyn Store, work: impl FnOnce(&Publisher<'_>) -> T) -> T {
    with_timing(store, QUICK, work)
}

pub(super) fn with_timing<T>(
    store: &dyn Store,
    timing: Timing,
    work: impl FnOnce(&Publisher<'_>) -> T,
) -> T {
    let progress = Progress::new(true);
    work(&Publisher {
        store,
        at: "2026-01-01 00:00:00Z".to_owned(),
        timing,
        unconditional: false,
        take_over: false,
        drop_index_keys: false,
        allow_purged: false,
        repair: false,
        progress: &progress,
    })
}

pub(super) fn publish(store: &dyn Store, site: &Site) -> Result<Summary, PublishError> {
    let site = site.open();
    with_publisher(store, |publisher| {
        publisher.publish(&site, MaxDeletes::Usual, false)
    })
}

pub(super) fn repair(store: &dyn Store, site: &Site) -> Result<Summary, PublishError> {
    let site = site.open();
    with_publisher(store, |publisher| {
        let publisher = Publisher {
            repair: true,
            at: publisher.at.clone(),
            ..*publisher
        };
        publisher.publish(&site, MaxDeletes::Usual, false)
    })
}

pub(super) fn rollback(store: &dyn Store) -> Result<Summary, PublishError> {
    with_publisher(store, |publisher| publisher.rollback(false))
}

pub(super) fn root_of(objects: &Objects) -> Root {
    Root::decode(&objects[ROOT_KEY].bytes).unwrap()
}

pub(super) fn verified(store: &FakeStore) -> Verified {
    verify(store).unwrap()
}

#[track_caller]
pub(super) fn assert_whole(store: &FakeStore, site: &Site) {
    let objects = store.objects();
    assert_eq!(crawler::faults(&objects), [""; 0]);
    assert_eq!(site.differences(&objects), [""; 0]);
    let verified = verified(store);
    assert!(verified.is_equal(), "{verified:?}");
    assert_eq!(root_of(&objects).claim, None);
    assert!(root_of(&objects).unsettled.is_empty());
}

#[test]
fn a_site_is_published_again_and_nothing_is_left_behind() {
    let store = FakeStore::default();
    let sites = [
        Site::new("1", &[("a", "a1"), ("b", "b1")]),
        Site::new("2", &[("a", "a2"), ("c", "c1")]),
        Site::new("3", &[("a", "a3"), ("c", "c1")]),
        Site::new("4", &[("a", "a4"), ("b", "b1")]),
    ];
    for site in &sites {
        publish(&store, site).unwrap();
        assert_whole(&store, site);
    }
    let numbers = |objects: &Objects| {
        let root = root_of(objects);
        let before = root.before.iter().map(|generation| generation.number);
        root.present
            .iter()
            .map(|g| g.number)
            .chain(before)
            .collect::<Vec<_>>()
    };
    let objects = store.objects();
    assert_eq!(numbers(&objects), [4, 3, 2]);
    let hashed = objects.keys().filter(|key| key.starts_with("assets/"));
    assert_eq!(
        hashed.count(),
        3,
        "of the present generation and the two before"
    );
    let summary = publish(&store, &sites[3]).unwrap();
    assert!(summary.is_same);
    assert_eq!(
        store.objects(),
        objects,
        "nothing is written when nothing changed"
    );
}

#[test]
fn a_rollback_brings_a_generation_back_without_its_files() {
    let store = FakeStore::default();
    let first = Site::new("1", &[("a", "a1"), ("b", "b1")]);
    let second = Site::new("2", &[("a", "a2")]);
    publish(&store, &first).unwrap();
    publish(&store, &second).unwrap();
    rollback(&store).unwrap();
    assert_whole(&store, &first);
    rollback(&store).unwrap();
    assert_whole(&store, &second);
    let headers = |key: &str| store.objects()[key].headers.clone().unwrap().content_type;
    assert_eq!(headers("index.html"), "text/html; charset=utf-8");
    assert_eq!(headers("api/v1/skills/a/index.html"), "application/json");
}

#[test]
fn a_rollback_gives_files_of_the_same_bytes_each_its_own_headers() {
    let store = FakeStore::default();
    let first = Site::new("1", &[]);
    for name in ["x.html", "x.txt", "x.svg"] {
        first.file(name, "the same");
    }
    publish(&store, &first).unwrap();
    let before = store.objects();
    publish(&store, &Site::new("2", &[])).unwrap();
    rollback(&store).unwrap();
    for name in ["x.html", "x.txt", "x.svg"] {
        assert_eq!(
            store.objects()[name].headers,
            before[name].headers,
            "{name}"
        );
    }
}

#[test]
fn a_rollback_brings_compressed_pages_back_as_they_were() {
    let store = FakeStore::default();
    let site = Site::new("1", &[]);
    site.file("long.html", &"long ".repeat(1_000));
    let open = |precompress| {
        let options = ObjectOptions {
            precompress,
            ..ObjectOptions::default()
        };
        SiteFolder::open(site.summed(), options).unwrap()
    };
    let publish_as = |precompress| {
        let site = open(precompress);
        with_publisher(&store, |p| p.publish(&site, MaxDeletes::Usual, false)).unwrap();
        store.objects()["long.html"].clone()
    };
    let (plain, packed) = (publish_as(false), publish_as(true));
    assert!(packed.bytes.len() < 200 && plain.bytes.len() == 5_000);
    assert_eq!(
        packed.digest, plain.digest,
        "of the bytes that a browser sees"
    );
    rollback(&store).unwrap();
    assert_eq!(store.objects()["long.html"].bytes, plain.bytes);
    rollback(&store).unwrap();
    assert_eq!(store.objects()["long.html"].bytes, packed.bytes);
}

#[test]
fn nothing_before_the_first_generation_can_be_brought_back() {
    let store = FakeStore::default();
    assert!(matches!(
        rollback(&store),
        Err(PublishError::NothingBefore { .. })
    ));
    publish(&store, &Site::new("1", &[])).unwrap();
    assert!(matches!(
        rollback(&store),
        Err(PublishError::NothingBefore { .. })
    ));
}

#[test]
fn a_takedown_leaves_no_byte_of_a_skill_and_no_word_in_the_record() {
    let store = FakeStore::default();
    let first = Site::new("1", &[("a", "secret 1"), ("b", "b")]);
    first.file("old/skills/x/skill.json", "secret \"/o/skills/a/\"");
    first.file("old/skills/y/skill.json", "of another \"/o/skills/b/\"");
    for (package, text) in [
        ("o--a", "secret versions"),
        ("old--x", "secret versions under an old name"),
        ("o--b", "versions of b"),
    ] {
        first.file(&format!("npm/@acme/{package}"), text);
    }
    publish(&store, &first).unwrap();
    publish(&store, &Site::new("2", &[("a", "secret 2"), ("b", "b")])).unwrap();
    publish(&store, &Site::new("3", &[("b", "b")])).unwrap();
    let skill = SkillKey::parse("o/a").unwrap();
    let purged = with_publisher(&store, |publisher| publisher.purge(&skill)).unwrap();
    assert!(
        purged.paths.contains(&"o/skills/a/a.zip".to_owned()),
        "{:?}",
        purged.paths
    );
    assert!(
        purged
            .paths
            .contains(&"api/v1/skills/a/index.html".to_owned())
    );
    for (key, object) in store.objects() {
        let text = String::from_utf8_lossy(&object.bytes).into_owned();
        assert!(!text.contains("secret"), "{key}");
        assert!(
            !key.starts_with(".skillpress/records/") || !text.contains("o/skills/a/"),
            "{key}"
        );
    }
    assert!(verified(&store).is_equal(), "{:?}", verified(&store));
    let again = with_publisher(&store, |publisher| publisher.purge(&skill));
    assert!(matches!(again, Err(PublishError::NoSkill { .. })));
    rollback(&store).unwrap();
}

#[test]
fn what_was_taken_down_is_not_published_again_unawares() {
    let store = FakeStore::default();
    let with = Site::new("1", &[("a", "secret"), ("b", "b")]);
    publish(&store, &with).unwrap();
    let skill = SkillKey::parse("o/a").unwrap();
    with_publisher(&store, |publisher| publisher.purge(&skill)).unwrap();
    let objects = store.objects();
    for _ in 0..2 {
        let refused = publish(&store, &with).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the site has `o/a`, which was taken down from `fake`"
        );
        assert!(refused.hint().unwrap().contains("--allow-purged"));
        assert_eq!(store.objects(), objects);
    }
    // An old name leads elsewhere, and has no zip.
    let old_name = Site::new("2", &[("b", "b")]);
    old_name.file("o/skills/a/skill.json", "of \"/o/skills/b/\"");
    publish(&store, &old_name).unwrap();
    assert!(
        publish(&store, &with).is_err(),
        "whatever was published meanwhile"
    );
    let folder = with.open();
    let allowed = with_publisher(&store, |publisher| {
        let publisher = Publisher {
            allow_purged: true,
            at: publisher.at.clone(),
            ..*publisher
        };
        publisher.publish(&folder, MaxDeletes::Usual, false)
    });
    allowed.unwrap();
    assert_whole(&store, &with);
    assert!(root_of(&store.objects()).purged.is_empty());
}

#[test]
fn a_takedown_takes_documents_under_old_names_and_leaves_those_of_others() {
    let store = FakeStore::default();
    let skills = [("a", "secret"), ("b", "b")];
    let first = Site::new("1", &skills);
    first.file("old/skills/x/skill.json", "of \"/o/skills/a/\"");
    first.file("api/v1/skills/x/index.html", "secret of \"/o/skills/a/\"");
    first.file("old/skills/y/skill.json", "of \"/o/skills/b/\"");
    publish(&store, &first).unwrap();
    // By now another skill has the document of the slug, and the folder of an unrelated old name is damaged.
    let second = Site::new("2", &[("b", "b")]);
    second.file("api/v1/skills/a/index.html", "of \"/p/skills/a/\"");
    second.file("old/skills/y/skill.json", "of \"/o/skills/b/\"");
    second.file("old/skills/y/index.html", "leads to b");
    publish(&store, &second).unwrap();
    store
        .delete(&["old/skills/y/skill.json".to_owned()])
        .unwrap();
    let skill = SkillKey::parse("o/a").unwrap();
    with_publisher(&store, |publisher| publisher.purge(&skill)).unwrap();
    let objects = objects_without_secret(&store);
    assert!(objects.contains_key("api/v1/skills/a/index.html"));
    assert!(objects.contains_key("old/skills/y/index.html"));
    let verified = verified(&store);
    assert_eq!(verified.missing, ["old/skills/y/skill.json"]);
    assert!(verified.added.is_empty(), "{:?}", verified.added);
}

/// What is in the store; no byte of it is the skill's that was taken down.
fn objects_without_secret(store: &FakeStore) -> Objects {
    let objects = store.objects();
    for (key, object) in &objects {
        let text = String::from_utf8_lossy(&object.bytes);
        assert!(!text.contains("secret"), "{key}");
    }
    objects
}

#[test]
fn the_tarballs_of_a_package_stay_for_generations_before_and_go_with_their_skill() {
    let store = FakeStore::default();
    let tarball = |salt: &str| format!("o/skills/a/npm/{salt:0>16}.tgz");
    for salt in ["1", "2", "3", "4"] {
        let site = Site::new(salt, &[("a", "a"), ("b", "b")]);
        site.file(&tarball(salt), &format!("secret {salt}"));
        publish(&store, &site).unwrap();
    }
    let there = ["1", "2", "3", "4"].map(|salt| store.objects().contains_key(&tarball(salt)));
    assert_eq!(there, [false, true, true, true]);
    let skill = SkillKey::parse("o/a").unwrap();
    with_publisher(&store, |publisher| publisher.purge(&skill)).unwrap();
    objects_without_secret(&store);
    assert!(verified(&store).is_equal(), "{:?}", verified(&store));
}

#[test]
fn a_takedown_takes_what_a_skill_was_under_its_names_of_before_and_not_who_is_called_so_now() {
    let store = FakeStore::default();
    let named = |salt: &str, skills: &[(&str, &str)], old: Option<&str>| {
        let site = Site::new(salt, skills);
        for (slug, text) in skills {
            site.file(&format!("o/skills/{slug}/npm/{salt:0>16}.tgz"), text);
        }
        if let Some(old) = old {
            site.file(&format!("o/skills/{old}/skill.json"), "of \"/o/skills/a/\"");
        }
        publish(&store, &site).unwrap();
    };
    named("1", &[("first", "secret 1"), ("b", "b")], None);
    named("2", &[("a", "secret 2"), ("b", "b")], Some("first"));
    named(
        "3",
        &[("a", "secret 3"), ("b", "b"), ("first", "another")],
        None,
    );
    let skill = SkillKey::parse("o/a").unwrap();
    with_publisher(&store, |publisher| publisher.purge(&skill)).unwrap();
    let objects = objects_without_secret(&store);
    assert!(objects.contains_key("o/skills/first/first.zip"));
    assert!(verified(&store).is_equal(), "{:?}", verified(&store));
    rollback(&store).unwrap();
    objects_without_secret(&store);
    rollback(&store).unwrap();
    objects_without_secret(&store);
}

#[test]
fn a_takedown_takes_the_zips_of_collections_and_the_copies_in_them() {
    let store = FakeStore::default();
    let member = |slug, name| {
        format!(
            "{{\"skills\":[{{\"owner\":\"o\",\"slug\":\"{slug}\",\"installName\":\"{name}\"}}]}}"
        )
    };
    for salt in ["1", "2"] {
        let secret = format!("secret {salt}");
        let site = Site::new(salt, &[("a", &secret), ("b", "b")]);
        site.file("api/v1/collections/other.json", &member("b", "b"));
        site.file("api/v1/collections/team.json", &member("a", "x"));
        site.file("collections/other/other-0123456789ab.zip", "b");
        site.file(&format!("collections/team/team-{salt:0>12}.zip"), &secret);
        site.file("collections/team/.well-known/skills/b/SKILL.md", "b");
        site.file("collections/team/.well-known/skills/x/SKILL.md", &secret);
        publish(&store, &site).unwrap();
    }
    assert!(
        store
            .objects()
            .contains_key("collections/team/team-000000000001.zip")
    );
    let skill = SkillKey::parse("o/a").unwrap();
    with_publisher(&store, |publisher| publisher.purge(&skill)).unwrap();
    let objects = objects_without_secret(&store);
    assert!(objects.contains_key("collections/other/other-0123456789ab.zip"));
    assert!(objects.contains_key("collections/team/.well-known/skills/b/SKILL.md"));
    assert!(verified(&store).is_equal(), "{:?}", verified(&store));
}

#[test]
fn more_deletes_than_usual_stop_before_anything_is_written() {
    let store = FakeStore::default();
    let site = Site::new("1", &[]);
    for n in 0..150 {
        site.file(&format!("many/{n}.txt"), "x");
    }
    publish(&store, &site).unwrap();
    let objects = store.objects();
    let fewer = Site::new("1", &[]);
    let refused = publish(&store, &fewer).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "150 of 157 files would be deleted, more than 100"
    );
    assert_eq!(store.objects(), objects);
    let fewer = fewer.open();
    with_publisher(&store, |p| p.publish(&fewer, MaxDeletes::Of(150), false)).unwrap();
}

#[test]
fn a_dry_run_writes_nothing() {
    let store = FakeStore::default();
    let site = Site::new("1", &[("a", "1")]);
    let folder = site.open();
    let dry = with_publisher(&store, |p| p.publish(&folder, MaxDeletes::Usual, true)).unwrap();
    assert_eq!((dry.changes.n_new, dry.n_uploaded), (11, 0));
    assert!(store.objects().is_empty());
}

#[test]
fn what_somebody_else_changed_is_seen() {
    let store = FakeStore::default();
    publish(&store, &Site::new("1", &[("a", "1")])).unwrap();
    let mut objects = store.objects();
    objects.remove("feed.xml");
    objects.get_mut("index.html").unwrap().bytes.push(b'!');
    let other = objects["index.html"].clone();
    objects.insert("x".to_owned(), other.clone());
    objects.insert(".skillpress/kept/x".to_owned(), other);
    let verified = verified(&FakeStore::of(objects));
    assert_eq!(verified.missing, ["feed.xml"]);
    assert_eq!(verified.changed, ["index.html"]);
    assert_eq!(verified.added, [".skillpress/kept/x", "x"]);
}

#[test]
fn a_site_of_something_else_is_replaced_only_when_that_is_meant() {
    let store = FakeStore::default();
    let theirs = crate::publish::store::Object {
        bytes: b"theirs".to_vec(),
        ..Default::default()
    };
    store.put("index.html", &theirs).unwrap();
    let site = Site::new("1", &[("a", "1")]);
    let refused = publish(&store, &site).unwrap_err();
    assert!(matches!(refused, PublishError::Unowned { .. }), "{refused}");
    assert_eq!(store.objects().len(), 1);
    let folder = site.open();
    with_publisher(&store, |publisher| {
        let publisher = Publisher {
            take_over: true,
            at: publisher.at.clone(),
            ..*publisher
        };
        publisher.publish(&folder, MaxDeletes::Usual, false)
    })
    .unwrap();
    assert_ne!(store.objects()["index.html"].bytes, b"theirs");
}
