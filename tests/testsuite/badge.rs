//! `skillpress badge`: edits in place.

use crate::harness::SiteTest;

#[test]
fn adding_and_removing_keeps_comments_and_order() {
    let text = "# Who may give this: editors.\nlabel = \"Official\"\ndescription = \"By its maker.\"\n\n# first\n[[award]]\nskill = \"ana/pdf-tools\"  # since the start\n";
    let test = SiteTest::two_skills().file("content/badges/official.toml", text);
    let read = || std::fs::read_to_string(test.path("content/badges/official.toml")).unwrap();

    let ran = test.run(&[
        "badge",
        "add",
        "official",
        "bo/cron-explainer",
        "--by",
        "ana",
        "--note",
        "checked \"twice\"",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let added = read();
    assert!(added.starts_with(text), "{added}");
    assert!(
        added.contains("skill = \"bo/cron-explainer\"") && added.contains("by = \"ana\""),
        "{added}"
    );

    assert_eq!(
        test.run(&["badge", "remove", "official", "bo/cron-explainer"])
            .code,
        0
    );
    assert_eq!(read().trim_end(), text.trim_end());
}

#[test]
fn a_kind_whose_file_is_faulty_is_refused_with_the_faults_and_their_places() {
    let text = "label = \"Official\"\ncolour = \"blue\"\n";
    let test = SiteTest::two_skills().file("content/badges/official.toml", text);
    for action in ["add", "remove"] {
        let ran = test.run(&["badge", action, "official", "ana/pdf-tools"]);
        assert_eq!(ran.code, 1);
        assert_eq!(
            ran.stderr,
            "error: content/badges/official.toml:1:1: `description` is missing\n\
             1 | label = \"Official\"\n  | ^\nhint: add `description = \"…\"`\n\n\
             error: content/badges/official.toml:2:1: there is no setting `colour` here\n\
             2 | colour = \"blue\"\n  | ^\nhint: did you mean `color`?\n\n"
        );
    }
    let file = test.path("content/badges/official.toml");
    assert_eq!(std::fs::read_to_string(file).unwrap(), text);
    let ran = test.run(&["badge", "add", "official", "a/b", "--content", "nowhere"]);
    assert!(
        ran.stderr
            .starts_with("error: nowhere: there is no such content folder\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn unknown_kinds_and_skills_are_refused_with_a_hint() {
    let test = SiteTest::two_skills();
    let before = std::fs::read(test.path("content/badges/official.toml")).unwrap();
    for args in [
        ["badge", "add", "oficial", "ana/pdf-tools"],
        ["badge", "add", "official", "ana/pdf-tool"],
    ] {
        let ran = test.run(&args);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(ran.stderr.contains("did you mean"), "{}", ran.stderr);
    }
    let twice = test.run(&["badge", "add", "official", "ana/pdf-tools"]);
    assert_eq!(twice.code, 1, "it has the badge already: {}", twice.stderr);
    let absent = test.run(&["badge", "remove", "official", "bo/cron-explainer"]);
    assert_eq!(absent.code, 1, "it has no such badge: {}", absent.stderr);
    assert_eq!(
        std::fs::read(test.path("content/badges/official.toml")).unwrap(),
        before
    );
}
