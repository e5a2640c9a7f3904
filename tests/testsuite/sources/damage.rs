//! What is lost or altered in the cache or the lock file: a build says so, and the next fetch mends it.

use super::*;

/// What is done to a file.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Removed,
    Emptied,
    Truncated,
    /// One byte is another.
    Altered,
    Lengthened,
}

const DAMAGES: [Damage; 5] = [
    Damage::Removed,
    Damage::Emptied,
    Damage::Truncated,
    Damage::Altered,
    Damage::Lengthened,
];

impl Damage {
    fn apply(self, path: &Path) {
        let mut bytes = fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        match self {
            Self::Removed => return fs::remove_file(path).unwrap(),
            Self::Emptied => bytes.clear(),
            Self::Truncated => bytes.truncate(middle),
            Self::Altered => bytes[middle] ^= 1,
            Self::Lengthened => bytes.push(b'\n'),
        }
        fs::write(path, bytes).unwrap();
    }
}

/// The only file below `folder` that `is_it`.
fn file_in(test: &SiteTest, folder: &str, is_it: impl Fn(&[u8]) -> bool) -> PathBuf {
    let files = files_below(&test.path(folder));
    let mut found = files.into_iter().filter(|(_, bytes)| is_it(bytes));
    let (path, _) = found.next().expect("a file");
    assert!(found.next().is_none(), "one file");
    test.path(folder).join(path)
}

fn blobs_and_snapshots(test: &SiteTest) -> Vec<(PathBuf, Vec<u8>)> {
    let folders = ["blobs", "snapshots"].map(|name| test.path(".skillpress/sources").join(name));
    folders
        .iter()
        .flat_map(|folder| everything_in(folder))
        .collect()
}

#[test]
fn a_damaged_cache_is_told_by_a_build_and_mended_by_a_fetch() {
    let origin = two_skills();
    let test = registry_of(&origin);
    run(&test, &["fetch"], 0);
    let (lock, whole) = (read(&test, "skillpress.lock"), blobs_and_snapshots(&test));
    let blob = file_in(&test, ".skillpress/sources/blobs", |bytes| bytes == CRON);
    let snapshot = file_in(&test, ".skillpress/sources/snapshots", |_| true);
    for damage in DAMAGES {
        damage.apply(&blob);
        let expected = match damage {
            Damage::Removed => {
                "error: skillpress.toml: the source `origin` cannot be used: files of it are not in the cache\n"
            }
            _ => {
                "error: origin/.claude/skills/cron/SKILL.md: the cache of sources holds other bytes for this file than were fetched\n"
            }
        };
        is_told_and_mended(&test, expected, &lock, &whole);
    }
    for damage in DAMAGES {
        damage.apply(&snapshot);
        let fault = match damage {
            Damage::Removed => "is not in the cache",
            _ => "does not hold what its name says",
        };
        let path = snapshot.strip_prefix(test.path("")).unwrap();
        let expected = format!(
            "error: skillpress.toml: the source `origin` cannot be used: the snapshot `./{}` {fault}\n",
            path.display()
        );
        is_told_and_mended(&test, &expected, &lock, &whole);
    }
}

#[test]
fn a_damaged_file_of_an_old_version_is_told_by_a_build_and_mended_by_a_fetch() {
    let mut origin = two_skills();
    origin.git(&["tag", "v1", "main"]);
    origin.commit("main", &[("skills/pdf-tools/SKILL.md", PDF)]);
    origin.git(&["tag", "v2", "main"]);
    let test = registry(&format!(
        "[[source]]\ngit = {}\nowner = \"ana\"\nversions = \"tags\"\n",
        toml_path(&origin)
    ));
    run(&test, &["fetch"], 0);
    let notes = |bytes: &[u8]| bytes == b"Notes.\n";
    let blob = file_in(&test, ".skillpress/sources/blobs", notes);
    for damage in DAMAGES {
        damage.apply(&blob);
        let ran = test.run(&["build", "--quiet"]);
        let (code, expected) = match damage {
            Damage::Removed => (
                1,
                "error: skillpress.toml: the source `origin` cannot be used: files of it are not in the cache\n\
                 hint: run `skillpress fetch`\n\n"
                    .to_owned(),
            ),
            _ => (
                2,
                format!(
                    "error: cannot write `public`: `./{}`, in the cache of sources, holds other bytes than were fetched\n\
                     hint: run `skillpress fetch`\n",
                    blob.strip_prefix(test.path("")).unwrap().display()
                ),
            ),
        };
        assert_eq!((ran.code, ran.stderr), (code, expected));
        assert!(!test.path("public").exists());
        let ran = run(&test, &["fetch", "--locked"], 0);
        assert!(ran.stdout.ends_with(", restored\n"), "{}", ran.stdout);
        run(&test, &["check"], 0);
    }
}

#[track_caller]
fn is_told_and_mended(test: &SiteTest, expected: &str, lock: &str, whole: &[(PathBuf, Vec<u8>)]) {
    let ran = run(test, &["build"], 1);
    assert_eq!(
        ran.stderr,
        format!("{expected}hint: run `skillpress fetch`\n\n")
    );
    assert!(!test.path("public").exists());
    let ran = run(test, &["fetch", "--locked"], 0);
    assert!(ran.stdout.ends_with(", restored\n"), "{}", ran.stdout);
    assert_eq!(read(test, "skillpress.lock"), lock);
    assert_eq!(blobs_and_snapshots(test), whole);
}

#[test]
fn a_repository_in_the_cache_that_git_cannot_use_is_made_anew() {
    let mut origin = two_skills();
    let git = toml_path(&origin);
    // Two sources, which find it so at the same time.
    let test = registry(&format!(
        "[[source]]\ngit = {git}\nowner = \"ana\"\n[[source]]\nname = \"again\"\ngit = {git}\nowner = \"bo\"\n"
    ));
    run(&test, &["fetch"], 0);
    let repositories = fs::read_dir(test.path(".skillpress/sources/git")).unwrap();
    let repositories: Vec<PathBuf> = repositories.map(|entry| entry.unwrap().path()).collect();
    let [repository] = repositories.as_slice() else {
        panic!("{repositories:?}");
    };
    let packs = |repository: &Path| {
        let files = fs::read_dir(repository.join("objects/pack")).unwrap();
        files.map(|file| file.unwrap().path()).collect::<Vec<_>>()
    };
    let damages: [&dyn Fn(); 5] = [
        &|| fs::write(repository.join("HEAD"), "").unwrap(),
        &|| fs::remove_dir_all(repository.join("refs")).unwrap(),
        &|| fs::remove_dir_all(repository.join("objects")).unwrap(),
        &|| {
            packs(repository)
                .iter()
                .for_each(|pack| fs::remove_file(pack).unwrap())
        },
        &|| {
            for pack in packs(repository) {
                fs::remove_file(&pack).unwrap();
                fs::write(&pack, "no pack").unwrap();
            }
        },
    ];
    for (damage_idx, damage) in damages.iter().enumerate() {
        damage();
        origin.commit("main", &[("skills/cron/SKILL.md", CRON)]);
        let ran = run(&test, &["fetch", "--update"], 0);
        assert_eq!(ran.stderr, "", "{damage_idx}");
        assert_eq!(
            ran.stdout.matches(": 1 skill at ").count(),
            2,
            "{}",
            ran.stdout
        );
        run(&test, &["fetch", "--update", "--locked"], 0);
        fs::remove_dir_all(test.path(".skillpress/sources/blobs")).unwrap();
        run(&test, &["fetch", "--locked"], 0);
        run(&test, &["check"], 0);
    }
    // A remote that is gone is not taken for that, and what is kept of it stays.
    let before = everything_in(repository);
    fs::rename(origin.path(), origin.temporary.path().join("gone.git")).unwrap();
    let ran = run(&test, &["fetch", "--update"], 2);
    assert!(
        ran.stderr
            .contains("does not appear to be a git repository"),
        "{}",
        ran.stderr
    );
    assert_eq!(everything_in(repository), before);
    run(&test, &["fetch", "--locked"], 0);
}

#[test]
fn the_bytes_of_another_file_are_never_published() {
    let origin = two_skills();
    let test = registry_of(&origin);
    run(&test, &["fetch"], 0);
    let blob =
        |bytes: &'static [u8]| file_in(&test, ".skillpress/sources/blobs", move |it| it == bytes);
    let (cron, pdf) = (blob(CRON), blob(PDF));
    fs::copy(&cron, &pdf).unwrap();
    let ran = run(&test, &["build"], 1);
    assert!(
        ran.stderr
            .starts_with("error: origin/skills/pdf-tools/SKILL.md: the cache of sources holds"),
        "{}",
        ran.stderr
    );
    // Nor those of a file that a link in the cache leads to.
    #[cfg(unix)]
    {
        fs::remove_file(&pdf).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &pdf).unwrap();
        run(&test, &["build"], 1);
        run(&test, &["fetch"], 0);
        assert!(pdf.symlink_metadata().unwrap().is_file());
        run(&test, &["check"], 0);
    }
}

#[test]
fn a_damaged_lock_file_is_told_and_leads_to_no_other_commit() {
    let mut origin = two_skills();
    let test = registry_of(&origin);
    run(&test, &["fetch"], 0);
    let lock = read(&test, "skillpress.lock");
    let old = origin.git(&["rev-parse", "main"]);
    let new = origin.commit("main", &[("skills/cron/SKILL.md", CRON)]);

    test.write("more/pdf-tools/SKILL.md", PDF);
    let unreadable = "the lock file `./skillpress.lock` is not what `skillpress fetch` writes: ";
    let mend = "hint: restore it from version control, or remove it and run `skillpress fetch`\n";
    for text in ["", &lock[..lock.len() / 2], "<<<<<<< ours\n"] {
        test.write("skillpress.lock", text);
        for command in [
            &["build"][..],
            &["check"],
            &["sources"],
            &["fetch"],
            &["fetch", "--locked"],
            &["fetch", "--update"],
            &["add", "more", "--owner", "bo"],
        ] {
            let ran = run(&test, command, 1);
            // `check` prints what it finds as its answer.
            let told = ran.stdout + &ran.stderr;
            assert!(told.contains(unreadable), "{told}");
            assert!(told.contains(mend), "{told}");
        }
        assert_eq!(read(&test, "skillpress.lock"), text);
    }

    let digest = lock.rsplit('"').nth(1).unwrap();
    test.write("skillpress.lock", lock.replace(digest, &"0".repeat(64)));
    let ran = run(&test, &["build"], 1);
    assert!(ran.stderr.contains("is not in the cache"), "{}", ran.stderr);
    run(&test, &["fetch", "--locked"], 1);
    run(&test, &["fetch"], 0);
    assert_eq!(
        read(&test, "skillpress.lock"),
        lock,
        "the commit is the one that was locked, not the newest"
    );

    test.write("skillpress.lock", lock.replace(&old, &new));
    let ran = run(&test, &["build"], 1);
    assert_eq!(
        ran.stderr,
        "error: skillpress.toml: the source `origin` cannot be used: the lock file names another commit than that of its snapshot\n\
         hint: run `skillpress fetch`\n\n"
    );
    run(&test, &["fetch", "--locked"], 1);
    run(&test, &["fetch"], 0);
    assert!(read(&test, "skillpress.lock").contains(&new));
    assert_eq!(counts(&test), ["origin: 1"]);
}

#[test]
fn a_lock_file_that_cannot_be_read_is_told_once_for_all_sources() {
    let test = registry(
        "[[source]]\ngit = 'a'\nowner = 'ana'\n[[source]]\ngit = 'b'\nowner = 'bo'\n[[source]]\npath = '.'\nowner = 'cy'\n",
    )
    .file("pdf-tools/SKILL.md", PDF)
    .file("skillpress.lock", "version = 2\n");
    let ran = run(&test, &["sources"], 1);
    assert_eq!(
        ran.stderr,
        "error: skillpress.toml: the lock file `./skillpress.lock` has version 2; this program knows 1\n\
         hint: use the version of skillpress that wrote it, or remove it\n\n"
    );
    assert_eq!(
        ran.stdout.matches("cannot be used").count(),
        2,
        "{}",
        ran.stdout
    );
}
