use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::tree::memory::MemoryTree;

/// The text of a skill of this name.
fn skill(name: &str) -> String {
    format!("---\nname: {name}\ndescription: Does it.\n---\n")
}

/// A tree with a skill at each place, folder and name, and with further files.
fn tree(skills: &[(&str, &str)], files: &[(&str, &str)]) -> MemoryTree {
    let skills: Vec<(String, String)> = skills
        .iter()
        .map(|(folder, name)| (places::below(folder, "SKILL.md"), skill(name)))
        .collect();
    let skills = skills.iter().map(|(path, text)| (&**path, &**text));
    let files: Vec<_> = skills.chain(files.iter().copied()).collect();
    MemoryTree::new(&files)
}

fn found(tree: &MemoryTree) -> Discovered {
    discover(tree, "", "repository").unwrap()
}

/// Folder and slug of each skill.
fn skills(discovered: &Discovered) -> Vec<(&str, &str)> {
    let skills = discovered.skills.iter();
    skills.map(|it| (&*it.folder, &*it.slug)).collect()
}

/// What is left out, as it is told.
fn told(discovered: &Discovered) -> String {
    discovered
        .left_out
        .iter()
        .fold(String::new(), |mut told, it| {
            write!(told, "{}", it.warning("tree".as_ref())).unwrap();
            told
        })
}

#[test]
fn skills_are_found_in_every_layout() {
    let places = [
        ("", "root"),
        (".agents/skills/a", "a"),
        (".claude/skills/group/b", "b"),
        ("anywhere/c", "c"),
        ("plugins/p/skills/d", "d"),
        ("skills/.curated/e", "e"),
        ("skills/f", "f"),
        ("skills/f/inner/g", "g"),
        ("skills/group/group/h", "h"),
        ("x/y/z/u/v", "v"),
    ];
    let discovered = found(&tree(&places, &[("skills/notes.md", "")]));
    assert_eq!(skills(&discovered), places);
    assert_eq!(discovered.left_out, []);
    assert!(discovered.skills.iter().all(|skill| skill.is_strict));
    assert_eq!(discovered.skills[1].main_path, ".agents/skills/a/SKILL.md");
}

#[test]
fn what_lies_too_deep_or_where_programs_write_is_told() {
    let discovered = found(&tree(
        &[
            ("1/2/3/4/5/6", "deep"),
            ("x/dist/a", "built"),
            ("dist", "met"),
            ("dist/b", "not-met"),
            ("skills/build", "met-too"),
        ],
        &[],
    ));
    assert_eq!(
        skills(&discovered),
        [("dist", "met"), ("skills/build", "met-too")]
    );
    assert_eq!(
        told(&discovered),
        "warning: tree/1/2/3/4/5/6/SKILL.md: this skill lies more than 5 folders below the one where skills are looked for, and is left out, as clients do\n\
         hint: to publish it, name a folder above it with `path` in a source of its own\n\
         warning: tree/dist/b/SKILL.md: folders that are called `dist` are not looked into, neither by clients; this skill is left out\n\
         hint: to publish it, name a folder above it with `path` in a source of its own\n\
         warning: tree/x/dist/a/SKILL.md: folders that are called `dist` are not looked into, neither by clients; this skill is left out\n\
         hint: to publish it, name a folder above it with `path` in a source of its own\n"
    );
}

#[test]
fn a_start_is_the_root_of_what_is_looked_at() {
    let tree = tree(
        &[
            ("other/a", "a"),
            ("x/dist/s", "s"),
            ("x/dist/s/1/2/3/4/5", "b"),
            ("x/dist/s-x", "c"),
        ],
        &[],
    );
    for start in ["x/dist/s", "./x/dist/s/"] {
        let discovered = discover(&tree, start, "repository").unwrap();
        let expected = [("x/dist/s", "s"), ("x/dist/s/1/2/3/4/5", "b")];
        assert_eq!(skills(&discovered), expected);
        assert_eq!(discovered.left_out, []);
    }
    for nowhere in ["y", "../x", "x/dist/s/SKILL.md"] {
        let error = discover(&tree, nowhere, "repository").unwrap_err();
        let message = format!("there is nothing in the folder `{nowhere}`");
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_skill_without_name_or_description_is_told() {
    let discovered = found(&tree(
        &[],
        &[
            ("a/SKILL.md", "# No front matter\n"),
            ("b/SKILL.md", "---\nname: b\n---\n"),
            ("c/SKILL.md", "---\nname: 5\ndescription: \"\"\n---\n"),
        ],
    ));
    assert_eq!(discovered.skills, []);
    assert_eq!(
        told(&discovered),
        "warning: tree/a/SKILL.md: clients list no skill without `name` and `description`; no text is in `name`, `description`, so this one is left out\n\
         hint: begin the file with `---`, `name: …`, `description: …`, `---`\n\
         warning: tree/b/SKILL.md: clients list no skill without `name` and `description`; no text is in `description`, so this one is left out\n\
         hint: begin the file with `---`, `name: …`, `description: …`, `---`\n\
         warning: tree/c/SKILL.md: clients list no skill without `name` and `description`; no text is in `name`, `description`, so this one is left out\n\
         hint: begin the file with `---`, `name: …`, `description: …`, `---`\n"
    );
}

#[test]
fn front_matter_that_only_this_registry_reads_makes_a_skill_that_is_not_strict() {
    for text in [
        "---\nname: a\ndescription: one: two\n---\n",
        "\n---\nname: a\ndescription: Does it.\n---\n",
        "---\nName: a\nDescription: Does it.\n---\n",
        "---\nname: a\ndescription: Does it.\n",
    ] {
        let discovered = found(&tree(&[], &[("x/SKILL.md", text)]));
        assert_eq!(skills(&discovered), [("x", "a")], "{text}");
        assert!(!discovered.skills[0].is_strict, "{text}");
    }
    let with_mark = format!("\u{feff}{}", skill("a"));
    let discovered = found(&tree(&[], &[("x/SKILL.md", &with_mark)]));
    assert!(discovered.skills[0].is_strict);
}

#[test]
fn of_two_skills_of_one_name_the_one_that_clients_meet_first_stays() {
    let meets = [
        ("", "skills"),
        ("z", "skills/a"),
        ("skills/.curated/a", "skills/b"),
        ("skills/x", ".agents/skills/a"),
        (".claude/skills/z", "a/a"),
        ("a/z", "b/a"),
        ("a-b", "a/b"),
    ];
    for (first, second) in meets {
        let tree = tree(&[(first, "same"), (second, "same")], &[]);
        let discovered = found(&tree);
        assert_eq!(skills(&discovered), [(first, "same")]);
        let (kept, other) = (
            places::below(first, "SKILL.md"),
            places::below(second, "SKILL.md"),
        );
        assert_eq!(
            told(&discovered),
            format!(
                "warning: tree/{other}: `{kept}` has the name `same` too; clients list one of the two, so this one is left out\n\
                 hint: rename one of the two, or name the folder of the one to publish with `path`\n"
            )
        );
    }
}

#[test]
fn a_skill_that_clients_do_not_read_takes_no_name_from_one_that_they_do() {
    let broken = "---\nname: same\ndescription: one: two\n---\n";
    let discovered = found(&tree(&[("b", "same")], &[("a/SKILL.md", broken)]));
    assert_eq!(skills(&discovered), [("b", "same")]);
    assert_eq!(discovered.left_out[0].path, "a/SKILL.md");
}

#[test]
fn a_slug_is_a_conformant_name_or_the_name_of_the_folder() {
    let discovered = found(&tree(
        &[
            ("", "The Index"),
            ("a/PDF Tools_2", "PDF Tools, really"),
            ("b/con", "Con"),
            ("c/x", "good-name"),
            ("d/文", "文"),
            ("e/good-name", "Good Name"),
        ],
        &[],
    ));
    let expected = [
        ("", "repository"),
        ("a/PDF Tools_2", "pdf-tools-2"),
        ("c/x", "good-name"),
    ];
    assert_eq!(skills(&discovered), expected);
    assert_eq!(
        told(&discovered),
        "warning: tree/b/con/SKILL.md: neither the name `Con` nor the folder's can be a slug; the skill is left out\n\
         hint: give it a `name` of lower-case letters, digits and `-`\n\
         warning: tree/d/文/SKILL.md: neither the name `文` nor the folder's can be a slug; the skill is left out\n\
         hint: give it a `name` of lower-case letters, digits and `-`\n\
         warning: tree/e/good-name/SKILL.md: `c/x/SKILL.md` has the slug `good-name` too; one owner has one skill of a slug, so this one is left out\n\
         hint: rename one of the two, or name the folder of the one to publish with `path`\n"
    );
}

#[test]
fn internal_skills_and_installed_copies_are_left_out() {
    let internal = "---\nname: a\ndescription: b\nmetadata:\n  internal: true\n---\n";
    let lock = r#"{"version": 1, "skills": {"Some_Copy": {}, "folder": {}}}"#;
    let discovered = found(&tree(
        &[
            (".claude/skills/b", "some-copy"),
            (".claude/skills/folder", "other"),
            (".claude/skills/own", "own"),
            ("skills/c", "some-copy"),
        ],
        &[("a/SKILL.md", internal), ("skills-lock.json", lock)],
    ));
    let expected = [(".claude/skills/own", "own"), ("skills/c", "some-copy")];
    assert_eq!(skills(&discovered), expected);
    assert_eq!(
        told(&discovered),
        "warning: tree/.claude/skills/b/SKILL.md: `skills-lock.json` says that this is a copy of another repository's skill; it is left out, as clients do\n\
         hint: add the repository that it comes from as a source\n\
         warning: tree/.claude/skills/folder/SKILL.md: `skills-lock.json` says that this is a copy of another repository's skill; it is left out, as clients do\n\
         hint: add the repository that it comes from as a source\n\
         warning: tree/a/SKILL.md: `metadata.internal` says that this skill is not for others; it is left out, as clients do\n\
         hint: remove `internal` from its `metadata` to publish it\n"
    );
}

#[test]
fn what_is_no_file_of_the_right_name_is_told() {
    let files = [("/SKILL.md", &*skill("z")), ("d/skill.md", &*skill("d"))];
    let tree = tree(&[("../a", "a"), ("b//c", "c")], &files)
        .with("e/SKILL.md", EntryKind::Link)
        .with("f/SKILL.md", EntryKind::Other);
    let discovered = found(&tree);
    assert_eq!(discovered.skills, []);
    assert_eq!(
        told(&discovered),
        "warning: tree/../a/SKILL.md: this path leads elsewhere; the skill is left out\n\
         hint: rename the folder\n\
         warning: tree/SKILL.md: this path leads elsewhere; the skill is left out\n\
         hint: rename the folder\n\
         warning: tree/b//c/SKILL.md: this path leads elsewhere; the skill is left out\n\
         hint: rename the folder\n\
         warning: tree/d/skill.md: clients find only files that are called `SKILL.md`, in capitals; this skill is left out\n\
         hint: rename the file to `SKILL.md`\n\
         warning: tree/e/SKILL.md: this is a link; links of a source are not followed, so it is left out\n\
         hint: put a regular file in its place\n\
         warning: tree/f/SKILL.md: this is neither a file nor a folder; it is left out\n\
         hint: put a regular file in its place\n"
    );
}

#[test]
fn manifests_say_what_comes_first_and_what_lies_deep() {
    let marketplace = r#"{
        "metadata": {"pluginRoot": "./plugins"},
        "plugins": [
            {"source": "./b"},
            {"source": "./a", "skills": ["./1/2/3/4/named/"]},
            {"source": {"source": "git", "url": "elsewhere"}}
        ]
    }"#;
    let discovered = found(&tree(
        &[
            ("plugins/a/1/2/3/4/beside", "beside"),
            ("plugins/a/1/2/3/4/named", "named"),
            ("plugins/a/skills/x", "same"),
            ("plugins/b/skills/x", "same"),
        ],
        &[(".claude-plugin/marketplace.json", marketplace)],
    ));
    let expected = [
        ("plugins/a/1/2/3/4/beside", "beside"),
        ("plugins/a/1/2/3/4/named", "named"),
        ("plugins/b/skills/x", "same"),
    ];
    assert_eq!(skills(&discovered), expected);
    assert_eq!(discovered.left_out.len(), 2);
    let reason = Reason::ManifestElsewhere { n_plugins: 1 };
    assert_eq!(discovered.left_out[0].reason, reason);
    let message = "this manifest names plugins of other repositories, 1 in all; their skills are not looked for";
    assert_eq!(reason.to_string(), message);
}

#[test]
fn a_manifest_is_told_what_it_says_in_vain() {
    let manifests = [
        (
            r#"{"skills": ["./../x", "./gone", "skills/a", "./skills/a", 7]}"#,
            "this manifest names folders in which nothing is: `./gone`\n\
             hint: remove them from the manifest, or add what is missing\n\
             warning: tree/.claude-plugin/plugin.json: this manifest names folders that do not begin with `./`, or lead out of its own: `./../x`, `skills/a`\n\
             hint: write them as `./folder`, from the manifest's repository\n",
        ),
        (
            r#"{"skills": [}"#,
            "this manifest is not JSON: expected value; what it names is not looked for\n\
             hint: mend the file\n",
        ),
    ];
    for (manifest, told_of_it) in manifests {
        let files = [(".claude-plugin/plugin.json", manifest)];
        let discovered = found(&tree(&[("skills/a", "a")], &files));
        assert_eq!(skills(&discovered), [("skills/a", "a")]);
        let expected = format!("warning: tree/.claude-plugin/plugin.json: {told_of_it}");
        assert_eq!(told(&discovered), expected);
    }
}

#[test]
fn hostile_manifests_and_many_files_cost_little() {
    let nested = "[".repeat(100_000);
    let long = format!(r#"{{"skills": ["./a{}"]}}"#, r#"", "./b"#.repeat(20_000));
    let huge = " ".repeat(2 << 20);
    for (manifest, reason) in [
        (&nested, "recursion limit exceeded"),
        (&long, "more than 2000 folders"),
        (&huge, "more than 1048576 bytes"),
    ] {
        let files = [(".claude-plugin/plugin.json", &**manifest)];
        let discovered = found(&tree(&[("a", "a")], &files));
        assert_eq!(skills(&discovered), [("a", "a")]);
        assert!(told(&discovered).contains(reason), "{}", told(&discovered));
    }
    let deep: Vec<String> = (0..1_500).map(|n| format!("{n}/2/3/4/5/6")).collect();
    let deep: Vec<(&str, &str)> = deep.iter().map(|folder| (&**folder, "x")).collect();
    let discovered = found(&tree(&deep, &[]));
    assert_eq!(discovered.left_out.len(), 1_001);
    let reason = Reason::Further { n_more: 500 };
    assert_eq!(discovered.left_out[1_000].reason, reason);
}

#[test]
fn a_skill_that_cannot_be_read_is_an_error() {
    let kind = EntryKind::File {
        len_bytes: None,
        is_executable: false,
    };
    let tree = tree(&[("a", "a")], &[]).with("b/SKILL.md", kind);
    let error = discover(&tree, "", "repository").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`b/SKILL.md` cannot be read: entity not found"
    );
}

#[test]
fn a_skill_has_all_files_below_its_folder_but_hidden_ones() {
    let paths = [
        "a-b/x",
        "a/.env",
        "a/.git/HEAD",
        "a/SKILL.md",
        "a/__pypackages__/x",
        "a/inner/SKILL.md",
        "a/inner/node_modules/x",
        "a/metadata.json",
        "a/run.sh",
        "ab/x",
        "b",
    ];
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (*path, "")).collect();
    let tree = MemoryTree::new(&files).with("a/link", EntryKind::Link);
    let found = skill_files(&tree, "a");
    let paths: Vec<&str> = found.files.iter().map(|file| file.path).collect();
    assert_eq!(paths, ["SKILL.md", "inner/SKILL.md", "run.sh"]);
    assert_eq!(found.files[2].entry.path, "a/run.sh");
    let left_out = [
        LeftOut::new("a/.env", Reason::HiddenFiles),
        LeftOut::new("a/link", Reason::Link),
    ];
    assert_eq!(found.left_out, left_out);
    let root = skill_files(&tree, "");
    assert_eq!(root.files.len(), 6);
    assert_eq!(skill_files(&tree, "none"), SkillFiles::default());
}

#[test]
fn a_reason_is_kept_as_json() {
    let left_out = LeftOut::new("a/SKILL.md", Reason::TooDeep { max_depth: 5 });
    let json = serde_json::to_string(&left_out).unwrap();
    assert_eq!(
        json,
        r#"{"path":"a/SKILL.md","reason":"too-deep","max_depth":5}"#
    );
    assert_eq!(serde_json::from_str::<LeftOut>(&json).unwrap(), left_out);
}

proptest! {
    #[test]
    fn whatever_paths_a_tree_has_each_skill_is_found_or_told(
        folders in prop::collection::btree_set("(skills|dist|a|b|\\.claude|\\.\\.|\\.|/|é){0,3}((/(skills|dist|a|b|))){0,7}", 0..20),
        names in prop::collection::vec("[ab]|A b", 20),
        start in "(skills|a|\\.\\.)?(/(a|b)){0,2}",
        manifest in "(\\{\"skills\": \\[(\"\\./(a|b|skills|\\.\\.|/){0,4}\",){0,2}\"\\./b\"\\]\\}|[{}a\"]{0,4})",
    ) {
        let skills: Vec<(&str, &str)> = folders.iter().map(String::as_str).zip(names.iter().map(String::as_str)).collect();
        let tree = tree(&skills, &[(".claude-plugin/plugin.json", &manifest)]);
        let Ok(discovered) = discover(&tree, &start, "repository") else {
            return Ok(());
        };
        let start = plain_folder(&start);
        let slugs: BTreeSet<&String> = discovered.skills.iter().map(|skill| &skill.slug).collect();
        prop_assert_eq!(slugs.len(), discovered.skills.len());
        for entry in tree.entries() {
            let (folder, name) = split(&entry.path);
            if name != "SKILL.md" || !is_within(folder, &start) {
                continue;
            }
            let is_found = discovered.skills.iter().any(|skill| skill.main_path == entry.path);
            let is_told = discovered.left_out.iter().any(|it| it.path == entry.path);
            prop_assert!(is_found != is_told, "{}", entry.path);
            if is_found {
                prop_assert!(is_plain(&entry.path));
                prop_assert!(skill_files(&tree, folder).files.iter().any(|file| file.path == "SKILL.md"));
            }
        }
    }
}

#[test]
fn a_link_in_the_place_of_a_skills_folder_is_told() {
    let md = |name: &str| format!("---\nname: {name}\ndescription: D.\n---\n");
    let (a, b) = (md("a"), md("b"));
    let files = [("tools/a/SKILL.md", a.as_str()), ("b/SKILL.md", &b)];
    let tree = MemoryTree::new(&files)
        .with("tools/linked", EntryKind::Link)
        .with(".claude/skills/other", EntryKind::Link)
        // One that is found elsewhere, files, and the files of a skill.
        .with(".claude/skills/a", EntryKind::Link)
        .with("tools/README.md", EntryKind::Link)
        .with("docs/linked", EntryKind::Link)
        .with("tools/a/scripts", EntryKind::Link);
    let found = discover(&tree, "", "root").unwrap();
    assert_eq!(found.skills.len(), 2);
    assert_eq!(
        found.left_out,
        [".claude/skills/other", "tools/linked"]
            .map(|path| LeftOut::new(path, Reason::LinkedFolder))
    );
}
