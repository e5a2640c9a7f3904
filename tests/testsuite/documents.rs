//! Documents that say which code holds a sentence are right about it.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

#[test]
fn every_promise_names_tests_and_files_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(root.join("docs/security.md")).expect("docs/security.md");
    let functions = functions(root);
    let mut n_names = 0;
    for row in document.lines().filter(|line| line.starts_with("| ")) {
        let holders = row.trim_end_matches(" |").rsplit(" | ").next();
        let quoted = holders.unwrap_or_default().split('`').skip(1).step_by(2);
        for name in quoted {
            n_names += 1;
            let exists = match name.contains('/') {
                true => root.join(name).exists(),
                false => functions.contains(name),
            };
            assert!(exists, "there is no `{name}`, which holds: {row}");
        }
    }
    assert!(n_names > 30, "only {n_names} names were found");
}

#[test]
fn the_places_that_documents_name_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rooms = fs::read_dir(root).expect("the repository");
    let rooms: HashSet<String> = rooms
        .map(|room| {
            room.expect("a room")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    for name in [
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "RELEASING.md",
        "SECURITY.md",
    ] {
        let document = fs::read_to_string(root.join(name)).expect(name);
        let mut n_places = 0;
        for quoted in document.split('`').skip(1).step_by(2) {
            let place = quoted.split_whitespace().next().unwrap_or_default();
            let is_place = place.split_once('/').is_some_and(|(room, _)| {
                rooms.contains(room) && room != "public" && room != "target"
            });
            if is_place && !place.contains(['<', '*']) {
                n_places += 1;
                assert!(root.join(place).exists(), "{name} names `{place}`");
            }
        }
        assert!(
            n_places > 0 || name == "SECURITY.md",
            "{name} names no place"
        );
    }
}

/// The names of all functions of the project's Rust code.
fn functions(root: &Path) -> HashSet<String> {
    let folders = ["src", "tests", "crates"].map(|folder| root.join(folder));
    let files = folders.iter().flat_map(WalkDir::new);
    let sources = files
        .map(|file| file.expect("a file").into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let mut functions = HashSet::new();
    for path in sources {
        let source = fs::read_to_string(path).expect("a source");
        let names = source.lines().filter_map(|line| {
            let (_, name) = line.split_once("fn ")?;
            name.split(['(', '<']).next()
        });
        functions.extend(names.map(str::to_owned));
    }
    functions
}
