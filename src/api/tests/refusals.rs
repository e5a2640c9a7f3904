//! What the `skills` client does not install has no index, and is named in a warning.

use super::{catalog_of, config, files_of};
use crate::clients::client_problems;
use crate::problem::Problems;

#[test]
fn a_skill_that_a_client_refuses_is_named_in_a_warning() {
    let front = |yaml: &str| format!("{yaml}Text.\n");
    let texts = [
        ("blank", front("\n---\nname: a\ndescription: B.\n---\n")),
        (
            "broken",
            front("---\nname: a\ndescription: Use when: b\n---\n"),
        ),
        ("described", front("---\nname: a\n---\n")),
        (
            "fine",
            front("\u{feff}---\r\nname: a\r\ndescription: B.\r\n---  \r\n"),
        ),
        ("open", front("---\nname: a\ndescription: B.\n\n")),
        ("plain", front("")),
        (
            "ruled",
            front("---\nname: a\ndescription: |\n  B\n---- \nc: d\n---\n"),
        ),
    ];
    let paths = texts
        .each_ref()
        .map(|(slug, _)| format!("skills/bo/{slug}/SKILL.md"));
    let files: Vec<(&str, &str)> = paths
        .iter()
        .zip(&texts)
        .map(|(path, (_, text))| (path.as_str(), text.as_str()))
        .chain([
            (
                "skills/bo/lower/skill.md",
                "---\nname: a\ndescription: B.\n---\n",
            ),
            ("skills/bo/lower/b.txt", "b\n"),
        ])
        .collect();
    let catalog = catalog_of(&files);
    let problems: Problems = client_problems(&catalog);
    let reasons: Vec<String> = problems
        .sorted()
        .iter()
        .map(|problem| {
            let path = problem.path.to_string_lossy().into_owned();
            let (_folder, path) = path.split_once("/skills/").unwrap();
            format!("{path}: {}\n", problem.message)
        })
        .map(|line| line.replace("the `skills` client cannot install it: ", ""))
        .collect();
    insta::assert_snapshot!(reasons.concat(), @"
    bo/blank/SKILL.md: it does not find `name` and `description` as YAML between a first line `---` and another such line
    bo/broken/SKILL.md: it does not find `name` and `description` as YAML between a first line `---` and another such line
    bo/described/SKILL.md: the front matter has no `description` that is text
    bo/lower/skill.md: its main file is not named `SKILL.md`
    bo/open/SKILL.md: it does not find `name` and `description` as YAML between a first line `---` and another such line
    bo/plain/SKILL.md: the front matter has no `name` that is text
    bo/ruled/SKILL.md: it does not find `name` and `description` as YAML between a first line `---` and another such line
    ");
    let written = files_of(&catalog, &config());
    for skill in &catalog.skills {
        let slug = &skill.key.slug;
        let has_index = written.contains_key(&format!(
            "bo/skills/{slug}/.well-known/agent-skills/index.json"
        ));
        assert_eq!(has_index, slug == "fine", "{slug}");
    }
}
