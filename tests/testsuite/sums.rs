//! `SHA256SUMS`: every file of a site, in lists that other programs read.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::harness::{SiteTest, files_below};

#[test]
fn the_root_list_of_a_small_site_has_every_other_file() {
    let test = SiteTest::two_skills()
        .file("content/static/a file ü.txt", "x")
        .build();
    let mut expected = counted(&test.path("public"));
    expected.remove("SHA256SUMS");
    let sums = sums_of(&test.page("SHA256SUMS"));
    assert_eq!(sums, expected);
    assert!(sums.contains_key("a file ü.txt") && sums.contains_key(".nojekyll"));
}

#[test]
fn the_lists_of_a_larger_site_have_every_file_but_the_root_list_and_each_other() {
    let test = larger().build();
    let mut expected = counted(&test.path("public"));
    expected.remove("SHA256SUMS");
    let root = sums_of(&test.page("SHA256SUMS"));
    assert_eq!(root.len(), 16);
    let mut sums = BTreeMap::new();
    for (list, sha256) in root {
        assert_eq!(expected.remove(&list), Some(sha256), "{list}");
        sums.extend(sums_of(&test.page(&list)));
    }
    assert_eq!(sums, expected);
}

#[test]
fn sha256sum_checks_both_layouts_from_the_root() {
    let has_program = Command::new("sha256sum").arg("--version").output().is_ok();
    if !has_program {
        return;
    }
    for test in [SiteTest::demo(), larger()] {
        let test = test.build();
        let folder = test.path("public");
        let check = |list: &str| {
            let ran = Command::new("sha256sum")
                .args(["--strict", "--quiet", "-c", list])
                .current_dir(&folder)
                .output()
                .unwrap();
            (ran.status.success(), String::from_utf8(ran.stdout).unwrap())
        };
        assert_eq!(check("SHA256SUMS"), (true, String::new()));
        for list in sums_of(&test.page("SHA256SUMS")).keys() {
            if list.starts_with("data/sums/") {
                assert_eq!(check(list), (true, String::new()), "{list}");
            }
        }
        test.write("public/index.html", "other");
        let list = match folder.join("data").exists() {
            // printf '' | sha256sum
            true => "data/sums/e.txt",
            false => "SHA256SUMS",
        };
        let (is_right, told) = check(list);
        assert!(!is_right && told.contains("index.html: FAILED"), "{told}");
    }
}

#[test]
fn an_edit_changes_the_lists_of_what_it_changes() {
    let test = larger().build();
    let lists = |test: &SiteTest| files_below(&test.path("public/data/sums"));
    let before = lists(&test);
    test.write("content/static/about/us.txt", "x");
    test.rebuild();
    let after = lists(&test);
    let changed = before.iter().zip(&after).filter(|(a, b)| a != b);
    assert_eq!(changed.count(), 1);
}

#[test]
fn an_owner_of_the_folder_of_sums_is_told_how_to_go_on() {
    for owner in ["data", "SHA256SUMS", "sha256sums.minisig"] {
        let test = SiteTest::two_skills()
            .skill(
                &format!("{owner}/x"),
                "---\nname: x\ndescription: X.\n---\n",
            )
            .build();
        let told = test.run(&["check"]).stdout;
        let expected = format!(
            "warning: content/skills/{owner}: `{owner}` is a page of the site and cannot be an owner; its skills are left out\nhint: rename the folder"
        );
        assert!(told.contains(&expected), "{told}");
    }
}

#[test]
fn a_file_of_the_operators_in_the_place_of_a_list_stops_the_build() {
    let test = SiteTest::two_skills().file("content/static/data/sums/x.txt", "");
    let ran = test.run(&["build"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr
            .contains("the site writes its own pages below `data/sums/`"),
        "{}",
        ran.stderr
    );
    let test = SiteTest::two_skills().file("content/static/sha256sums", "");
    let ran = test.run(&["build"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .contains("two pages or files of the site have the path `sha256sums`"),
        "{}",
        ran.stderr
    );
}

/// A registry with more skills than one list takes.
fn larger() -> SiteTest {
    let skill = |test: SiteTest, n: usize| {
        let text = format!("---\nname: s{n}\ndescription: Does {n}.\n---\n");
        test.skill(&format!("bo/s{n}"), text)
    };
    (0..101).fold(SiteTest::empty(), skill)
}

/// The SHA-256 of each file of a site, counted here, by path; the marker of a build is none of its files.
fn counted(site: &Path) -> BTreeMap<String, String> {
    let files = files_below(site).into_iter();
    let hex = |bytes: &[u8]| -> String {
        let sha256 = Sha256::digest(bytes);
        sha256.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let mut counted: BTreeMap<_, _> = files.map(|(path, bytes)| (path, hex(&bytes))).collect();
    assert!(counted.remove(".skillpress").is_some());
    counted
}

/// The lines of a list by path.
fn sums_of(list: &str) -> BTreeMap<String, String> {
    let lines = list.lines().map(|line| line.split_once("  ").unwrap());
    lines
        .map(|(sha256, path)| (path.to_owned(), sha256.to_owned()))
        .collect()
}
