//! Skills of sources beside those of the content folder.

use std::path::PathBuf;

use super::*;
use crate::catalog::{SkillFile, Version};
use crate::sources::{SourceFile, SourceSkill};

/// A skill of a source whose one file lies at `place`.
fn of_source(key: &str, place: PathBuf, versions: Vec<Version>) -> SourceSkill {
    SourceSkill {
        key: SkillKey::parse(key).unwrap(),
        path: format!("tools/{key}").into(),
        files: vec![SourceFile {
            path: "SKILL.md".into(),
            place,
            is_executable: false,
            sha256: None,
        }],
        provenance: None,
        license_file: None,
        version: None,
        versions,
    }
}

/// Loads a folder with the skill `Ana/PDF`, and these skills of sources.
fn with_sources(sources: &[(&str, Vec<Version>)]) -> (Catalog, String) {
    let folder = ContentFolder::new(&[("skills/Ana/PDF/SKILL.md", skill_md("own"))]);
    let place = folder.path().join("skills/Ana/PDF/SKILL.md");
    let sources = LoadedSources {
        skills: sources
            .iter()
            .map(|(key, versions)| of_source(key, place.clone(), versions.clone()))
            .collect(),
        ..LoadedSources::default()
    };
    let (catalog, problems) = load(&folder.path(), &sources, &LoadOptions::default(), &Disk);
    let shown = problems.sorted().iter().map(ToString::to_string).collect();
    (catalog, shown)
}

#[test]
fn no_source_takes_an_owner_or_a_skill_by_other_letters() {
    let sources = ["Ana/pdf", "ana/three", "Bo/one", "bo/two", "Bo/ONE"];
    let (catalog, shown) = with_sources(&sources.map(|key| (key, Vec::new())));
    let keys: Vec<String> = catalog
        .skills
        .iter()
        .map(|skill| skill.key.to_string())
        .collect();
    assert_eq!(keys, ["Ana/PDF", "Bo/one"]);
    for expected in [
        "tools/Ana/pdf: the skill `pdf` of `Ana` is there already, in `",
        "tools/ana/three: the owners `ana` and `Ana` differ only in the case of letters; `Ana` came first",
        "tools/bo/two: the owners `bo` and `Bo` differ only in the case of letters; `Bo` came first",
        "tools/Bo/ONE: the skill `ONE` of `Bo` is there already, in `tools/Bo/one`; this one is left out",
    ] {
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
}

#[test]
fn of_two_kept_versions_of_one_name_the_newest_counts_with_all_that_it_has() {
    let version = |commit: &str, text: &str| Version {
        version: "1.0".into(),
        commit: Some(commit.into()),
        files: vec![SkillFile::in_memory("SKILL.md", text.as_bytes())],
        ..Version::default()
    };
    let (catalog, _) =
        with_sources(&[("bo/one", vec![version("c2", "new"), version("c1", "old")])]);
    let [kept] = &catalog.skills[1].history[..] else {
        panic!("{:?}", catalog.skills[1].history);
    };
    assert_eq!(kept.commit.as_deref(), Some("c2"));
    assert_eq!(kept.files[0].read().unwrap().as_ref(), b"new");
}
