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
fn a_registry_has_the_workflow_of_its_host() {
    let test = SiteTest::empty();
    let read = |path: &str| std::fs::read_to_string(test.path(path)).unwrap_or_default();
    for (host, path, step) in [
        (
            "github-pages",
            ".github/workflows/publish.yml",
            "actions/deploy-pages@",
        ),
        (
            "cloudflare-free",
            ".github/workflows/publish.yml",
            "pages deploy public",
        ),
        (
            "s3",
            ".github/workflows/publish.yml",
            "skillpress publish \"s3://$BUCKET\"",
        ),
        ("gitlab-pages", ".gitlab-ci.yml", "pages: true"),
    ] {
        assert_eq!(test.run(&["init", host, "--host", host]).code, 0);
        let workflow = read(&format!("{host}/{path}"));
        assert!(workflow.contains(step), "{workflow}");
        assert!(workflow.contains("skillpress check --strict"), "{workflow}");
        let settings = read(&format!("{host}/skillpress.toml"));
        assert!(
            settings.contains(&format!("\nhost = \"{host}\"\n")),
            "{settings}"
        );
    }
    assert_eq!(test.run(&["init", "none"]).code, 0);
    assert_eq!(
        read("none/.github/workflows/publish.yml"),
        read("github-pages/.github/workflows/publish.yml")
    );
    assert_eq!(test.run(&["init", "other", "--host", "vercel"]).code, 2);
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
