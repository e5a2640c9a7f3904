//! What strangers write leaves no active trace in the site.

use scraper::Html;

use crate::harness::{SiteTest, links_to};
use crate::host_names::Hosts;

#[path = "../data/attacks/attacks.rs"]
#[allow(dead_code, reason = "the judge of fragments serves unit tests")]
mod attacks;

#[test]
fn attacks_in_every_field_leave_no_active_trace() {
    let mut test = SiteTest::two_skills();
    let attacks = attacks::attacks();
    assert!(attacks.len() >= 60, "{} attacks", attacks.len());
    // A `/` would make a folder of it; file names cannot hold one.
    let names = [
        "<script>alert(1)<",
        "a\"onload=alert(1) x=\"",
        "x'onerror='alert(1)",
        "javascript:alert(1)",
        "&lt;script&gt;",
        "a<svg onload=alert(1)>",
    ]
    .map(|name| format!("{name}.md"));
    for (attack_idx, attack) in attacks.iter().enumerate() {
        let link = links_to(names.get(attack_idx).map(String::as_str));
        let attack = &attack.text;
        let quoted = serde_json::to_string(attack).unwrap();
        let front_matter = format!(
            "---\nname: {quoted}\ndescription: {quoted}\ntags: [{quoted}, ok]\nlicense: {quoted}\nhomepage: {quoted}\nauthor: {quoted}\ncompatibility: {quoted}\nallowed-tools: {quoted}\nmetadata:\n  openclaw:\n    emoji: {quoted}\n    os: [{quoted}]\n    homepage: {quoted}\n    requires: {{bins: [{quoted}], env: [{quoted}], config: [{quoted}]}}\n    install: [{{kind: {quoted}, formula: {quoted}}}]\n---\n"
        );
        let meta = format!(
            r#"{{"owner":{quoted},"slug":{quoted},"displayName":{quoted},"latest":{{"version":{quoted},"publishedAt":1769817600000,"commit":{quoted}}},"history":[{{"version":{quoted},"publishedAt":1,"commit":{quoted}}}]}}"#
        );
        test = test
            .skill(
                &format!("eve/attack-{attack_idx}"),
                format!("{front_matter}{link}\n{attack}\n"),
            )
            .file(
                &format!("content/skills/eve/attack-{attack_idx}/_meta.json"),
                meta,
            );
    }
    for (name_idx, name) in names.iter().enumerate() {
        let path = format!("content/skills/eve/attack-{name_idx}/{name}");
        test = test.file(&path, "text");
    }
    let test = test.build();
    let site = test.site();
    let hosts = Hosts::read();
    assert!(
        site.iter()
            .any(|(path, _)| path == "eve/skills/attack-59/index.html")
    );
    for (path, bytes) in &site {
        let is_page = path.ends_with(".html");
        if is_page {
            assert_is_inert(path, &String::from_utf8_lossy(bytes));
        }
        let extension = path.rsplit('.').next().unwrap_or_default();
        if path.contains("/skills/") && path.contains("/files/") {
            hosts.assert_inert(path);
        }
        if extension == "json" {
            assert!(!bytes.contains(&b'<'), "{path} could be read as HTML");
        }
        if extension == "xml" {
            let text = String::from_utf8_lossy(bytes);
            assert!(
                !text.contains("<script") && !text.contains("javascript:alert(1)</id"),
                "{path}"
            );
        }
    }
}

/// Asserts that a page runs nothing, loads nothing from elsewhere, and covers nothing.
#[test]
fn names_of_versions_and_skills_never_stop_a_build_or_take_the_place_of_a_document() {
    let versions = [
        "index.html",
        "INDEX.html",
        "..",
        "../../x",
        "",
        "CON",
        "aux.txt",
        "1.0.",
        "a/b",
        "a\\\\b",
        "<b>",
        "%2e%2e",
        "install",
        "versions",
        "1.0?x",
        "1.0+b",
    ];
    let mut test = SiteTest::two_skills()
        .file("skillpress.toml", "[api]\nfull = true\n")
        .skill("eve/index.html", "Text.\n")
        .skill("eve/versions", "Text.\n")
        .skill("eve/install", "Text.\n")
        .skill("eve/skill.json", "Text.\n");
    for (version_idx, version) in versions.iter().enumerate() {
        let path = format!("content/skills/eve/skill-{version_idx}");
        let history: Vec<String> = versions
            .iter()
            .map(|version| format!(r#"{{"version":"{version}","publishedAt":1}}"#))
            .collect();
        test = test.file(&format!("{path}/SKILL.md"), "Text.\n").file(
            &format!("{path}/_meta.json"),
            format!(
                r#"{{"latest":{{"version":"{version}","publishedAt":2}},"history":[{}]}}"#,
                history.join(",")
            ),
        );
    }
    let test = test.build();
    let list = test.page("api/v1/skills/skill-0/versions/index.html");
    assert!(list.contains("\"items\""), "{list}");
    let names: std::collections::BTreeSet<String> = test
        .site()
        .into_iter()
        .filter_map(|(path, _)| {
            let (_, name) = path
                .strip_prefix("api/v1/skills/skill-")?
                .split_once("/versions/")?;
            Some(name.to_owned())
        })
        .filter(|name| !name.starts_with("sha256-"))
        .collect();
    let expected = ["1.0+b", "index.html", "install", "versions"];
    assert!(names.iter().eq(expected), "{names:?}");
}

fn assert_is_inert(path: &str, text: &str) {
    const NEVER: &[&str] = &[
        "iframe", "object", "embed", "style", "base", "svg", "math", "frame", "frameset", "applet",
        "video", "audio", "template", "portal",
    ];
    for node in Html::parse_document(text).tree.nodes() {
        let Some(element) = node.value().as_element() else {
            continue;
        };
        let name = element.name();
        assert!(!NEVER.contains(&name), "{path}: <{name}>");
        for (attribute, value) in element.attrs() {
            assert!(
                !attribute.starts_with("on") && attribute != "style" && attribute != "srcdoc",
                "{path}: {attribute}={value}"
            );
            if [
                "href",
                "src",
                "action",
                "formaction",
                "srcset",
                "poster",
                "background",
            ]
            .contains(&attribute)
            {
                assert_is_safe_link(path, name, attribute, value);
            }
        }
        match name {
            "script" => {
                let is_data = element.attr("type") == Some("application/ld+json");
                let is_ours = element
                    .attr("src")
                    .is_some_and(|src| src.starts_with("/assets/"));
                assert!(is_data || is_ours, "{path}: a script that is not ours");
            }
            "form" => assert_eq!(
                element.attr("action"),
                Some("/search/"),
                "{path}: a stranger's form"
            ),
            "meta" => assert!(
                element
                    .attr("http-equiv")
                    .is_none_or(|kind| kind.eq_ignore_ascii_case("content-security-policy")),
                "{path}: a stranger's <meta>"
            ),
            _ => {}
        }
    }
}

fn assert_is_safe_link(path: &str, element: &str, attribute: &str, value: &str) {
    let is_ours = value.starts_with('/') && !value.starts_with("//")
        || value.starts_with('#')
        || value.starts_with("https://skills.example/");
    let loads = attribute != "href" || element == "link";
    let is_outside = ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| value.starts_with(scheme));
    assert!(
        is_ours || (is_outside && !loads),
        "{path}: <{element} {attribute}={value}>"
    );
}

#[test]
fn a_skill_as_long_as_a_file_may_be_is_published_whole_with_a_page_of_common_size() {
    let text = format!(
        "---\nname: long\ndescription: Has no end.\n---\n{}",
        "|a|\n|-|\n\n".repeat(1_000_000)
    );
    let test = SiteTest::two_skills().skill("eve/long", &text);
    let built = test.rebuild();
    assert!(
        built
            .stderr
            .contains("SKILL.md:13457: the text is too long for a page"),
        "{}",
        built.stderr
    );
    assert_eq!(test.page("eve/skills/long/files/SKILL.md"), text);
    let page = test.page("eve/skills/long/index.html");
    assert!(page.len() < 1_100_000 && page.contains("Read all of SKILL.md"));
    let zip = std::fs::File::open(test.path("public/eve/skills/long/long.zip")).unwrap();
    let mut zip = zip::ZipArchive::new(zip).unwrap();
    assert_eq!(zip.by_name("SKILL.md").unwrap().size(), text.len() as u64);
    let record = test.page("api/v1/skills/long/index.html");
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    let description = record["skill"]["description"].as_str().unwrap();
    assert!(description.len() > 500_000 && text.starts_with(description));
    for (path, bytes) in test.site() {
        let is_file = path.contains("/files/");
        assert!(
            is_file || bytes.len() < 1_100_000,
            "{path} has {} bytes",
            bytes.len()
        );
    }
}
