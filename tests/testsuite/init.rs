//! `skillpress init` and `skillpress new`.

use crate::harness::SiteTest;

#[test]
fn a_new_registry_builds_without_a_warning() {
    let test = SiteTest::empty();
    assert_eq!(test.run(&["init", "registry"]).code, 0);
    assert_eq!(
        test.run(&["init", "registry"]).code,
        2,
        "nothing is overwritten"
    );
    let registry = test.path("registry");
    let build = test
        .command()
        .current_dir(&registry)
        .args(["build", "--strict"])
        .output()
        .unwrap();
    assert!(
        build.status.success(),
        "{}",
        String::from_utf8_lossy(&build.stderr)
    );
    assert!(
        registry
            .join("public/ana/skills/meeting-notes/index.html")
            .is_file()
    );
}

#[test]
fn a_new_skill_is_valid_as_it_stands() {
    let test = SiteTest::empty();
    assert_eq!(test.run(&["new", "ana/pdf-tools"]).code, 0);
    assert_eq!(
        test.run(&["new", "ana/pdf-tools"]).code,
        2,
        "nothing is overwritten"
    );
    let ran = test.run(&["check", "--strict"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let test = test.build();
    assert!(
        test.page("feed.xml").contains("<published>20"),
        "it has a date"
    );
}

#[test]
fn wrong_usage_exits_with_2() {
    let test = SiteTest::empty();
    assert_eq!(test.run(&["new", "PDF Tools"]).code, 2);
    assert_eq!(test.run(&["build", "--no-such-option"]).code, 2);
    assert_eq!(test.run(&["build", "--base-url", "skills.example"]).code, 2);
}
