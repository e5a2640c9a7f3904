//! Skills that lie elsewhere than where they are looked for.

use super::*;

/// A folder with a `SKILL.md` at each path.
fn with_skills(paths: &[&str]) -> Loaded {
    let text = skill_md("x");
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (*path, text.as_str())).collect();
    loaded(&files)
}

const IN_PLACE: &str = "run `skillpress init --owner NAME` in this folder, which moves no file, or name it in the settings of a registry: `[[source]]` with `path` and `owner`";

#[test]
fn a_folder_of_which_nothing_is_published_says_what_it_looks_like() {
    for (paths, found, reason, hint) in [
        (
            &[
                "skills/pdf/SKILL.md",
                "skills/pdf/references/a.md",
                "skills/docx/SKILL.md",
            ][..],
            "2 `SKILL.md`, such as `skills/docx/SKILL.md`",
            "this looks like a plain repository without owners, `skills/<slug>/SKILL.md`",
            IN_PLACE,
        ),
        (
            &[".claude/skills/pdf/SKILL.md"],
            "1 `SKILL.md`, such as `.claude/skills/pdf/SKILL.md`",
            "this looks like the skills of an agent, `.claude/skills/<slug>/SKILL.md`",
            IN_PLACE,
        ),
        (
            &[".agents/skills/a b/SKILL.md", "skills/README.md"],
            "1 `SKILL.md`, such as `.agents/skills/a b/SKILL.md`",
            "this looks like the skills of an agent, `.agents/skills/<slug>/SKILL.md`",
            IN_PLACE,
        ),
        (
            &["plugins/office/skills/pdf/SKILL.md"],
            "1 `SKILL.md`, such as `plugins/office/skills/pdf/SKILL.md`",
            "this looks like a marketplace of plugins, `plugins/<plugin>/skills/<slug>/SKILL.md`",
            IN_PLACE,
        ),
        (
            &["skills/.curated/pdf/SKILL.md"],
            "1 `SKILL.md`, such as `skills/.curated/pdf/SKILL.md`",
            "this looks like a collection with hidden groups, `skills/.<group>/<slug>/SKILL.md`",
            IN_PLACE,
        ),
        (
            &["SKILL.md", "references/a.md"],
            "1 `SKILL.md`, such as `SKILL.md`",
            "this looks like a single skill, not a registry",
            IN_PLACE,
        ),
        (
            &["scientific-skills/pdf/SKILL.md"],
            "1 `SKILL.md`, such as `scientific-skills/pdf/SKILL.md`",
            "they lie outside of the folder `skills`, where they are looked for",
            IN_PLACE,
        ),
        (
            &[
                "skills/ana/office/pdf/SKILL.md",
                "skills/ana/office/docx/SKILL.md",
            ],
            "2 `SKILL.md`, such as `skills/ana/office/docx/SKILL.md`",
            "this looks like skills in groups, `skills/<owner>/<group>/<slug>/SKILL.md`",
            "move each to `skills/<owner>/<slug>`, such as `skills/ana/office/docx` to `skills/ana/docx`",
        ),
        (
            &["registry/content/skills/ana/pdf/SKILL.md"],
            "1 `SKILL.md`, such as `registry/content/skills/ana/pdf/SKILL.md`",
            "this looks like a folder above a content folder",
            "name the content folder: `--content content/registry/content`",
        ),
    ] {
        let loaded = with_skills(paths);
        loaded.says(&format!(
            "error: content: no skill is published, although this folder has {found}; {reason}\nhint: "
        ));
        loaded.says(&format!("{hint}\n"));
        assert_eq!(loaded.problems.n_errors(), 1, "{}", loaded.shown);
    }
}

#[test]
fn the_folder_of_skills_itself_is_told_from_a_content_folder() {
    let folder = ContentFolder::new(&[("skills/ana/pdf/SKILL.md", skill_md("pdf"))]);
    let skills = folder.path().join("skills");
    let (_, problems) = load(
        &skills,
        &LoadedSources::default(),
        &LoadOptions::default(),
        &Disk,
    );
    let shown = problems.sorted()[0].to_string();
    assert!(
        shown.contains("this looks like the folder `skills` of a content folder\nhint: name the folder above this one with `--content`\n"),
        "{shown}"
    );
}

#[test]
fn skills_that_are_all_left_out_are_an_error_and_hidden_ones_are_not() {
    let left_out = with_skills(&["skills/search/pdf/SKILL.md", "skills/ana/a b/SKILL.md"]);
    left_out.says("error: content: no skill is published, although this folder has 2 `SKILL.md`, such as `skills/ana/a b/SKILL.md`; those that lie in their place are left out for what the warnings say\nhint: mend what the warnings say\n");
    let hidden = "[[hidden]]\nskill = \"ana/pdf\"\n".to_owned();
    loaded(&[
        ("skills/ana/pdf/SKILL.md", skill_md("pdf")),
        ("moderation.toml", hidden.clone()),
    ])
    .says_nothing();
    loaded(&[
        ("skills/ana/pdf/SKILL.md", skill_md("pdf")),
        ("skills/ana/group/docx/SKILL.md", skill_md("docx")),
        ("moderation.toml", hidden),
    ])
    .says("although this folder has 1 `SKILL.md`, such as `skills/ana/group/docx/SKILL.md`");
}

#[test]
fn a_folder_without_skills_says_so_as_before() {
    let none = "error: content/skills: there is no skill in this folder\nhint: make one with `skillpress new OWNER/SLUG`\n";
    let folder = ContentFolder::new(&[("skills/README.md", "Soon.")]);
    Loaded::of(&folder).says(none);
    folder.write("node_modules/pkg/skills/pdf/SKILL.md", b"x");
    folder.write(".git/skills/pdf/SKILL.md", b"x");
    Loaded::of(&folder).says(none);
}

#[test]
fn a_skill_in_the_place_of_an_owner_is_one_warning_and_its_files_are_none() {
    let loaded = with_skills(&[
        "skills/pdf/SKILL.md",
        "skills/pdf/LICENSE.txt",
        "skills/pdf/Assets/logo.svg",
        "skills/pdf/scripts/run.py",
        "skills/pdf/forms/SKILL.md",
        "skills/ana/docx/SKILL.md",
    ]);
    assert_eq!(loaded.names(), ["ana/docx", "pdf/forms"]);
    loaded.says("warning: content/skills/pdf/SKILL.md: this skill lies directly in the folder of an owner, one level too high, and is left out\nhint: move the folder to `skills/<owner>/pdf`: skills are expected in `skills/<owner>/<slug>/SKILL.md`\n");
    let told_of_pdf = loaded.shown.matches("content/skills/pdf/").count();
    // The skill below it has a name that is not its folder's, like all here.
    assert_eq!(told_of_pdf, 2, "{}", loaded.shown);
}

#[test]
fn a_skill_md_that_is_too_deep_is_named_with_where_it_should_stand() {
    let loaded = with_skills(&[
        "skills/ana/x/SKILL.md",
        "skills/ana/pdf-tools/pdf-tools/SKILL.md",
        "skills/ana/pdf-tools/pdf-tools/run.py",
        "skills/ana/office/README.md",
        "skills/ana/office/docx/SKILL.md",
        "skills/ana/office/more/pptx/skill.md",
        "skills/ana/nothing/README.md",
    ]);
    loaded.says("warning: content/skills/ana/pdf-tools: the folder has no `SKILL.md` and is left out; it has `pdf-tools/SKILL.md`, deeper than skills are looked for\nhint: move what is in `pdf-tools` one level up, into `skills/ana/pdf-tools`\n");
    loaded.says("warning: content/skills/ana/office: the folder has no `SKILL.md` and is left out; it has `docx/SKILL.md`, `more/pptx/SKILL.md`, deeper than skills are looked for\nhint: move each to `skills/ana/<slug>`, such as `docx` to `skills/ana/docx`\n");
    loaded.says(
        "warning: content/skills/ana/nothing: the folder has no `SKILL.md` and is left out\n",
    );
    assert_eq!(loaded.names(), ["ana/x"]);
    assert_eq!(loaded.problems.n_errors(), 0);
}

#[test]
fn hidden_folders_with_skills_are_named() {
    let paths: Vec<String> = (0..7)
        .map(|n| format!("skills/.curated/s{n}/SKILL.md"))
        .collect();
    let mut paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    paths.extend(["skills/ana/x/SKILL.md", "skills/ana/.old/SKILL.md"]);
    let loaded = with_skills(&paths);
    assert_eq!(loaded.names(), ["ana/x"]);
    loaded.says("warning: content/skills/.curated: folders whose names begin with a dot are left out, this one with `s0/SKILL.md`, `s1/SKILL.md`, `s2/SKILL.md`, `s3/SKILL.md`, `s4/SKILL.md` and 2 more\nhint: move the skills to `skills/<owner>/<slug>`, or rename the folder\n");
    loaded.says("warning: content/skills/ana/.old: folders whose names begin with a dot are left out, this one with `SKILL.md`\n");
}

#[cfg(unix)]
#[test]
fn the_search_for_skills_follows_no_link() {
    let folder = ContentFolder::new(&[("skills/README.md", String::new())]);
    let elsewhere = ContentFolder::new(&[("skills/pdf/SKILL.md", skill_md("pdf"))]);
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("link")).unwrap();
    std::os::unix::fs::symlink("..", folder.path().join("up")).unwrap();
    Loaded::of(&folder).says("error: content/skills: there is no skill in this folder\n");
}
