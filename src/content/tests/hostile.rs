//! What must not be possible, whatever strangers write.

use proptest::prelude::*;

use super::*;
use crate::catalog::{BODY_HELD_MAX_BYTES, TAGS_MAX};
use crate::content::read_body;

#[test]
fn a_missing_content_folder_is_an_error_with_a_hint() {
    let folder = ContentFolder::new::<&str>(&[]);
    Loaded::of(&folder).says("error: content: the content folder has no folder `skills`\nhint: skills are expected in `skills/<owner>/<slug>/SKILL.md`\n");
    std::fs::remove_dir(folder.path()).unwrap();
    let loaded = Loaded::of(&folder);
    loaded.says("error: content: there is no such content folder\nhint: name the folder that holds `skills/` with `--content`, or make a registry with `skillpress init`, here of the skills that are here\n");
    assert_eq!(loaded.problems.n_errors(), 1);
}

#[test]
fn an_owner_with_a_name_that_the_site_needs_is_left_out() {
    let loaded = loaded(&[
        ("skills/search/x/SKILL.md", skill_md("x")),
        ("skills/Badges/x/SKILL.md", skill_md("x")),
        ("skills/robots.txt/x/SKILL.md", skill_md("x")),
        ("skills/con/x/SKILL.md", skill_md("x")),
        ("skills/_headers/x/SKILL.md", skill_md("x")),
        ("skills/ana/x/SKILL.md", skill_md("x")),
    ]);
    assert_eq!(loaded.names(), ["ana/x"]);
    loaded.says("warning: content/skills/search: `search` is a page of the site and cannot be an owner; its skills are left out\nhint: rename the folder, such as to `the-name-team`\n");
    loaded.says("warning: content/skills/Badges: `Badges` is a page of the site");
    loaded.says("warning: content/skills/con: `con` is a device on Windows and cannot be an owner");
    loaded.says("warning: content/skills/_headers: `_headers` cannot be an owner; its skills are left out\n");
    let options = LoadOptions {
        reserved_owners: vec!["ana".to_owned()],
        ..LoadOptions::default()
    };
    let folder = ContentFolder::new(&[("skills/ana/x/SKILL.md", skill_md("x"))]);
    assert!(
        Loaded::with(&folder, &options, &Disk)
            .catalog
            .skills
            .is_empty()
    );
}

#[test]
fn names_that_are_no_identity_are_left_out_and_hidden_folders_without_skills_are_not_mentioned() {
    let loaded = loaded(&[
        ("skills/ana/Pdf_1.0/SKILL.md", skill_md("x")),
        ("skills/ana/-x/SKILL.md", skill_md("x")),
        ("skills/ana/a b/SKILL.md", skill_md("x")),
        ("skills/ana/é/SKILL.md", skill_md("x")),
        ("skills/ana/nul/SKILL.md", skill_md("x")),
        ("skills/ana/Index.html/SKILL.md", skill_md("x")),
        ("skills/index.html/x/SKILL.md", skill_md("x")),
        ("skills/ana/.git/SKILL.md", skill_md("x")),
        ("skills/.github/x/README.md", skill_md("x")),
        ("skills/an a/x/SKILL.md", skill_md("x")),
        ("skills/README.md", String::new()),
    ]);
    assert_eq!(loaded.names(), ["ana/Pdf_1.0"]);
    loaded.says("warning: content/skills/ana/a b: `a b` cannot be the slug of a skill; the skill is left out\nhint: rename it to ASCII letters");
    loaded.says("warning: content/skills/ana/nul: `nul` cannot be the slug");
    loaded.says("warning: content/skills/ana/Index.html: `Index.html` cannot be the slug");
    loaded.says("warning: content/skills/index.html: `index.html` cannot be an owner");
    loaded
        .says("warning: content/skills/an a: `an a` cannot be an owner; its skills are left out\n");
    loaded
        .says("warning: content/skills/README.md: this is no folder of an owner and is left out\n");
    assert!(!loaded.shown.contains(".git"), "{}", loaded.shown);
}

#[cfg(target_os = "linux")]
#[test]
fn of_names_that_differ_only_in_case_the_lower_one_stays_or_the_first() {
    let loaded = loaded(&[
        ("skills/Ana/one/SKILL.md", skill_md("one")),
        ("skills/Ana/two/SKILL.md", skill_md("two")),
        ("skills/ana/three/SKILL.md", skill_md("three")),
        ("skills/bob/GIT/SKILL.md", skill_md("git")),
        ("skills/bob/Git/SKILL.md", skill_md("git")),
        ("skills/eVe/x/SKILL.md", skill_md("x")),
        ("skills/evE/x/SKILL.md", skill_md("x")),
        // Without a skill an owner takes no name from another.
        ("skills/Zoe/x/SKILL.md", skill_md("x")),
        ("skills/zoe/x/notes.txt", String::new()),
    ]);
    assert_eq!(loaded.names(), ["Zoe/x", "ana/three", "bob/GIT", "eVe/x"]);
    assert_eq!(loaded.problems.n_errors(), 0, "{}", loaded.shown);
    for message in [
        "warning: content/skills/Ana/one: the owners `Ana` and `ana` differ only in the case of letters; `ana` stays, and this skill is left out\nhint: rename one of the two owners\n",
        "warning: content/skills/Ana/two: the owners `Ana` and `ana` differ only",
        "warning: content/skills/bob/Git: the skills `bob/Git` and `bob/GIT` differ only in the case of letters; `bob/GIT` stays, and this one is left out\nhint: rename or remove one of the two\n",
        "warning: content/skills/evE/x: the owners `evE` and `eVe` differ only",
    ] {
        loaded.says(message);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn files_that_differ_only_in_case_are_in_the_zip_only() {
    let loaded = loaded(&[
        (
            "skills/eve/x/SKILL.md",
            skill_md("x") + "[a](a.md) [b](A.MD) [c](docs) [d](Docs/y.md)\n",
        ),
        ("skills/eve/x/a.md", String::new()),
        ("skills/eve/x/A.MD", String::new()),
        ("skills/eve/x/docs", String::new()),
        ("skills/eve/x/Docs/y.md", String::new()),
        (
            "skills/eve/y/SKILL.md",
            skill_md("y") + "[a](license.txt)\n",
        ),
        ("skills/eve/y/LICENSE", String::new()),
        ("skills/eve/y/license.txt", String::new()),
        // Without a link to one of them there is no copy that the other could stand in the way of.
        ("skills/eve/z/SKILL.md", skill_md("z")),
        ("skills/eve/z/LICENSE", String::new()),
        ("skills/eve/z/license.txt", String::new()),
    ]);
    assert!(!loaded.shown.contains("eve/z"), "{}", loaded.shown);
    for message in [
        "warning: content/skills/eve/x/a.md: the site would publish this as `a.md`, where another file is; only the zip has it",
        "warning: content/skills/eve/y/license.txt: the site would publish this as `license.txt`, where another file is; only the zip has it\nhint: rename one of the two\n",
    ] {
        loaded.says(message);
    }
    assert_eq!(loaded.problems.n_errors(), 0, "{}", loaded.shown);
}

#[test]
fn a_skill_in_the_place_of_an_operators_file_is_left_out() {
    let loaded = loaded(&[
        ("skills/cname/x/SKILL.md", skill_md("x")),
        ("skills/docs/x/SKILL.md", skill_md("x")),
        ("skills/ana/x/SKILL.md", skill_md("x")),
        ("skills/ana/y/SKILL.md", skill_md("y")),
        ("skills/bob/x/SKILL.md", skill_md("x")),
        ("static/CNAME", "skills.example\n".to_owned()),
        ("static/docs/index.html", "<p>How to</p>".to_owned()),
        ("static/ana/skills/Y/photo.png", String::new()),
        ("static/bob/photo.png", String::new()),
        ("static/tags.txt", String::new()),
    ]);
    assert_eq!(loaded.names(), ["ana/x", "bob/x"]);
    assert_eq!(loaded.problems.n_errors(), 0, "{}", loaded.shown);
    for message in [
        "warning: content/skills/cname/x: the operator's own `static/CNAME` takes its place; this skill is left out\nhint: rename or remove one of the two\n",
        "warning: content/skills/docs/x: the operator's own `static/docs/index.html` takes",
        "warning: content/skills/ana/y: the operator's own `static/ana/skills/Y/photo.png` takes",
    ] {
        loaded.says(message);
    }
}

#[test]
fn an_operators_file_where_skills_make_pages_is_an_error_before_there_is_such_a_skill() {
    let loaded = loaded(&[
        ("skills/ana/x/SKILL.md", skill_md("x")),
        ("static/Tags/email/index.html", String::new()),
    ]);
    loaded.says("error: content/static/Tags/email/index.html: the site writes its own pages below `tags/`\nhint: move this file to another folder\n");
}

#[test]
fn skills_beyond_what_an_index_holds_are_left_out() {
    let folder = ContentFolder::new(&[
        ("skills/ana/x/SKILL.md", skill_md("x")),
        ("skills/ana/y/SKILL.md", skill_md("y")),
        ("skills/bob/x/SKILL.md", skill_md("x")),
    ]);
    let options = LoadOptions {
        max_skills: 1,
        ..LoadOptions::default()
    };
    let loaded = Loaded::with(&folder, &options, &Disk);
    assert_eq!(loaded.names(), ["ana/x"]);
    loaded.says("warning: content/skills/ana/y: a registry has at most 1 skills; this one and all after it, 2 in number, are left out\n");
}

#[cfg(unix)]
#[test]
fn links_are_followed_only_to_files_of_skills() {
    use std::os::unix::fs::symlink;
    let folder = ContentFolder::new(&[
        ("skills/ana/x/SKILL.md", skill_md("x")),
        ("skills/ana/shared/LICENSE.md", "Free.".to_owned()),
        ("skills/bob/secret/SKILL.md", skill_md("secret")),
        (
            "moderation.toml",
            "[[hidden]]\nskill = \"bob/secret\"\n".to_owned(),
        ),
        (".git/config", "token".to_owned()),
    ]);
    let outside = folder.outside().join("passwd");
    std::fs::write(&outside, "root").unwrap();
    let skill = folder.path().join("skills/ana/x");
    symlink("../shared/LICENSE.md", skill.join("good.md")).unwrap();
    symlink(&outside, skill.join("outside.md")).unwrap();
    symlink("../../../.git/config", skill.join("git.md")).unwrap();
    symlink("../../../moderation.toml", skill.join("moderation.md")).unwrap();
    symlink("../../bob/secret/SKILL.md", skill.join("secret.md")).unwrap();
    symlink("nowhere", skill.join("dangling.md")).unwrap();
    symlink("loop.md", skill.join("loop.md")).unwrap();
    symlink("..", skill.join("up")).unwrap();
    symlink(folder.outside(), folder.path().join("skills/eve")).unwrap();
    symlink("x", folder.path().join("skills/ana/y")).unwrap();
    symlink("nowhere", folder.path().join("skills/ana/z")).unwrap();
    let loaded = Loaded::of(&folder);
    let paths: Vec<_> = loaded
        .skill("ana/x")
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(paths, ["SKILL.md", "good.md"]);
    assert_eq!(&*loaded.skill("ana/x").files[1].read().unwrap(), b"Free.");
    assert_eq!(loaded.names(), ["ana/x"]);
    for link in [
        "outside.md",
        "git.md",
        "moderation.md",
        "secret.md",
        "dangling.md",
        "loop.md",
        "up",
    ] {
        loaded.says(&format!("warning: content/skills/ana/x/{link}: this link does not lead to a file inside `skills/`; it is left out\nhint: put a copy of the file in its place\n"));
    }
    loaded.says("warning: content/skills/eve: this is a link to a folder in the place of the folder of an owner; links are not followed here, so it is left out\nhint: put the folder itself in its place\n");
    loaded.says("warning: content/skills/ana/y: this is a link to a folder in the place of the folder of a skill; links");
    loaded.says("warning: content/skills/ana/z: this is a link that leads nowhere in the place of the folder of a skill");
    assert_eq!(loaded.problems.n_errors(), 0);
}

#[cfg(unix)]
#[test]
fn folders_of_the_content_that_are_links_to_elsewhere_are_errors() {
    use std::os::unix::fs::symlink;
    let elsewhere = ContentFolder::new(&[
        ("skills/ana/x/SKILL.md", skill_md("x")),
        (
            "badges/official.toml",
            "label = \"A\"\ndescription = \"B\"\n".to_owned(),
        ),
    ]);
    let folder = ContentFolder::new::<&str>(&[]);
    symlink(
        elsewhere.path().join("skills"),
        folder.path().join("skills"),
    )
    .unwrap();
    let loaded = Loaded::of(&folder);
    loaded.says("error: content: `skills` is a link that does not lead to a folder inside the content folder, so it is not followed\n");
    assert!(loaded.catalog.skills.is_empty());

    let folder = ContentFolder::new(&[("skills/ana/x/SKILL.md", skill_md("x"))]);
    symlink(
        elsewhere.path().join("badges"),
        folder.path().join("badges"),
    )
    .unwrap();
    Loaded::of(&folder).says("error: content/badges/official.toml: this link does not lead to a file inside the content folder\n");
}

#[cfg(unix)]
#[test]
fn files_with_names_that_cannot_be_published_are_left_out() {
    use std::os::unix::ffi::OsStrExt;
    let folder = ContentFolder::new(&[
        ("skills/ana/x/SKILL.md", skill_md("x")),
        ("skills/ana/x/a\\b.md", String::new()),
        ("skills/ana/x/a:b.md", String::new()),
        ("skills/ana/x/what?.md", String::new()),
        ("skills/ana/x/tab\there.md", String::new()),
        ("skills/ana/x/dot./x.md", String::new()),
        ("skills/ana/x/Aux.md", String::new()),
        ("skills/ana/x/good name (1) 'é.md", String::new()),
    ]);
    let latin1 = std::ffi::OsStr::from_bytes(b"caf\xe9.md");
    std::fs::write(folder.path().join("skills/ana/x").join(latin1), "").unwrap();
    let loaded = Loaded::of(&folder);
    let paths: Vec<_> = loaded
        .skill("ana/x")
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(paths, ["SKILL.md", "good name (1) 'é.md"]);
    loaded.says("a\\b.md: the path `a\\b.md` has one of `\\ : * ? \" < > |` in its name; the file is left out\nhint: rename the file\n");
    loaded.says(
        "the path `Aux.md` has a name that Windows keeps for a device; the file is left out\n",
    );
    loaded.says("the file's name is not UTF-8; the file is left out\n");
    assert_eq!(loaded.problems.n_warnings(), 7, "{}", loaded.shown);
}

#[cfg(unix)]
#[test]
fn pipes_are_not_opened() {
    let folder = ContentFolder::new(&[("skills/ana/x/SKILL.md", skill_md("x"))]);
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join("skills/ana/x/pipe.md"))
        .status()
        .unwrap();
    assert!(made.success());
    Loaded::of(&folder).says("warning: content/skills/ana/x/pipe.md: this is neither a file nor a folder; it is left out\n");
}

#[test]
fn hidden_files_and_litter_are_left_out() {
    let loaded = loaded(&[
        ("skills/ana/x/SKILL.md", skill_md("x")),
        ("skills/ana/x/.env", "KEY=1".to_owned()),
        ("skills/ana/x/.claude/settings.md", String::new()),
        ("skills/ana/x/.git/config", String::new()),
        ("skills/ana/x/.DS_Store", String::new()),
        ("skills/ana/x/node_modules/a/index.js", String::new()),
    ]);
    assert_eq!(loaded.skill("ana/x").files.len(), 1);
    assert_eq!(
        loaded.shown,
        "warning: content/skills/ana/x/.claude: hidden files of a skill are left out\nhint: rename files that the skill needs, so that their names do not begin with a dot\n"
    );
}

#[test]
fn large_files_and_many_files_are_left_out() {
    let folder = ContentFolder::new(&[
        ("skills/ana/x/SKILL.md", skill_md("x")),
        ("skills/ana/x/A.md", "a".repeat(100)),
        ("skills/ana/x/big.md", "a".repeat(300)),
        ("skills/ana/x/c.md", String::new()),
        ("skills/ana/x/d.md", String::new()),
    ]);
    let options = LoadOptions {
        max_file_bytes: 200,
        max_files: 3,
        max_skill_bytes: 120,
        ..LoadOptions::default()
    };
    let loaded = Loaded::with(&folder, &options, &Disk);
    let paths: Vec<_> = loaded
        .skill("ana/x")
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(paths, ["SKILL.md", "c.md", "d.md"]);
    loaded.says("warning: content/skills/ana/x/big.md: the file has 300 bytes; at most 200 are published, so it is left out\n");
    loaded.says("warning: content/skills/ana/x/A.md: this and maybe further files are left out: a skill has at most 3 files and 120 bytes\nhint: leave out what users do not need\n");
    let options = LoadOptions {
        max_files: 0,
        ..LoadOptions::default()
    };
    Loaded::with(&folder, &options, &Disk)
        .says("content/skills/ana/x/A.md: this and maybe further files are left out");
    let options = LoadOptions {
        max_file_bytes: 10,
        ..LoadOptions::default()
    };
    Loaded::with(&folder, &options, &Disk)
        .says("warning: content/skills/ana/x: the folder has no `SKILL.md` and is left out\n");
}

#[test]
fn a_file_that_cannot_be_read_leaves_its_skill_out_and_no_other() {
    struct Failing;
    impl ReadFile for Failing {
        fn read(&self, path: &std::path::Path) -> std::io::Result<Vec<u8>> {
            if path.ends_with("ana/x/data.md") {
                return Err(std::io::Error::other("disk on fire"));
            }
            Disk.read(path)
        }
    }
    let folder = ContentFolder::new(&[
        ("skills/ana/x/SKILL.md", skill_md("x")),
        ("skills/ana/x/data.md", String::new()),
        ("skills/ana/y/SKILL.md", skill_md("y")),
    ]);
    let loaded = Loaded::with(&folder, &LoadOptions::default(), &Failing);
    assert_eq!(loaded.names(), ["ana/y"]);
    assert_eq!(
        loaded.shown,
        "warning: content/skills/ana/x/data.md: the file cannot be read: disk on fire; the skill is left out\nhint: check its permissions\n"
    );
}

#[test]
fn every_file_is_read_once() {
    use std::collections::BTreeMap;
    use std::sync::Mutex;
    #[derive(Default)]
    struct Counting(Mutex<BTreeMap<std::path::PathBuf, usize>>);
    impl ReadFile for Counting {
        fn read(&self, path: &std::path::Path) -> std::io::Result<Vec<u8>> {
            *self.0.lock().unwrap().entry(path.to_owned()).or_default() += 1;
            Disk.read(path)
        }
    }
    let folder = ContentFolder::new(&[
        ("skills/ana/x/SKILL.md", skill_md("x")),
        ("skills/ana/x/data.md", String::new()),
        ("skills/ana/x/_meta.json", "{}".to_owned()),
        ("aliases.toml", String::new()),
    ]);
    let counting = Counting::default();
    Loaded::with(&folder, &LoadOptions::default(), &counting);
    let counts = counting.0.into_inner().unwrap();
    assert_eq!(counts.values().copied().collect::<Vec<_>>(), [1; 4]);
}

#[test]
fn text_that_is_not_utf8_is_shown_with_marks() {
    let loaded = one(b"---\nname: pdf\ndescription: Caf\xe9.\n---\nBody\n");
    loaded.says("warning: content/skills/ana/pdf/SKILL.md:3:17: the file is not UTF-8; bytes that are not are shown as `�`\n3 | description: Caf�.\n  |                 ^\nhint: save the file as UTF-8\n");
    let skill = loaded.skill("ana/pdf");
    assert_eq!(skill.description, "Caf\u{fffd}.");
    assert!(skill.main_file().read().unwrap().contains(&0xe9));
}

#[test]
fn a_megabyte_of_text_is_a_skill() {
    let body = "All work and no play. ".repeat(50_000);
    let loaded = one(format!("{}{body}", skill_md("pdf")));
    loaded.says("SKILL.md:6: the text is too long for a page");
    assert_eq!(loaded.problems.n_warnings(), 1);
    let skill = loaded.skill("ana/pdf");
    assert_eq!(
        skill.body.len(),
        BODY_HELD_MAX_BYTES,
        "the rest stays on disk"
    );
    assert_eq!(*read_body(skill).unwrap(), format!("# Title\n{body}"));
    let description = &one(&body).skill("ana/pdf").description.clone();
    assert!(
        description.chars().count() <= 160 && description.ends_with("All…"),
        "{description}"
    );
}

#[test]
fn a_text_that_is_cut_is_told_with_its_line() {
    let table = "|a|\n|-|\n\n";
    let loaded = one(format!("{}{}", skill_md("pdf"), table.repeat(100_000)));
    let cut_at = crate::markdown::survey(&format!("# Title\n{}", table.repeat(100_000)))
        .cut_at
        .unwrap();
    // Five lines come before the first table, and each has three.
    let line = 6 + (cut_at - "# Title\n".len()) / table.len() * 3;
    loaded.says(&format!(
        "warning: content/skills/ana/pdf/SKILL.md:{line}: the text is too long for a page and is cut in what begins on this line; the page links to the file\n\
         hint: move parts of the text into files of their own, and link to them\n"
    ));
    assert_eq!(loaded.problems.n_warnings(), 1);
    let body_len = read_body(loaded.skill("ana/pdf")).unwrap().len();
    assert_eq!(body_len, "# Title\n".len() + 100_000 * table.len());
}

#[test]
fn a_meta_file_without_end_is_not_parsed() {
    let nested = format!("{{\"history\": [{}[]]}}", "[],".repeat(100_000));
    let loaded = loaded(&[
        ("skills/ana/pdf/SKILL.md", skill_md("pdf")),
        ("skills/ana/pdf/_meta.json", nested.clone()),
    ]);
    loaded.says(&format!(
        "warning: content/skills/ana/pdf/_meta.json: `_meta.json` has {} bytes; it is read up to 262144, so versions and dates are unknown\n\
         hint: leave out old versions\n",
        nested.len()
    ));
    assert_eq!(loaded.names(), ["ana/pdf"]);
}

#[test]
fn a_folder_full_of_faults_is_told_of_in_a_hundred_lines() {
    let mut files = vec![("skills/ana/pdf/SKILL.md".to_owned(), skill_md("pdf"))];
    files.extend((0..150).map(|n| (format!("skills/ana/pdf/{n:03} *.md"), "x".to_owned())));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let loaded = loaded(&files);
    assert_eq!(loaded.problems.n_warnings(), 101);
    loaded.says(
        "warning: content/skills/ana/pdf: 50 more warnings about this folder are not shown\n",
    );
}

#[test]
fn a_catalog_holds_no_more_of_a_long_skill_than_its_start() {
    let text = format!("{}{}", skill_md("pdf"), "a word or two\n".repeat(500_000));
    let loaded = one(&text);
    let skill = loaded.skill("ana/pdf");
    assert!(skill.body.capacity() <= BODY_HELD_MAX_BYTES);
    assert_eq!(skill.main_file().len_bytes, text.len());
    assert!(text.ends_with(&*read_body(skill).unwrap()));
    let shown: usize = loaded
        .problems
        .sorted()
        .iter()
        .map(|p| format!("{p:?}").len())
        .sum();
    assert!(shown < 10_000, "problems hold {shown} bytes");
}

#[test]
fn exploding_yaml_is_stopped() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..12 {
        bomb.push_str(&format!(
            "a{n}: &a{n} [{}]\n",
            vec![format!("*a{}", n - 1); 10].join(", ")
        ));
    }
    let loaded = one(format!(
        "---\nname: pdf\n{bomb}description: Does it.\n---\n"
    ));
    loaded.says("the front matter has too many parts, levels or copies to be read as YAML\n");
    loaded.says("hint: keep the front matter to a few short fields\n");
    assert_eq!(loaded.skill("ana/pdf").description, "Does it.");

    let deep = format!(
        "---\nname: pdf\nx: {}\ndescription: Does it.\n---\n",
        "[".repeat(30_000)
    );
    assert_eq!(one(deep).skill("ana/pdf").description, "Does it.");
    let indented: String = (0..300).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    let deep = format!("---\nname: pdf\ndescription: Does it.\nx:\n{indented}---\n");
    assert_eq!(one(deep).skill("ana/pdf").description, "Does it.");
    let long = format!(
        "---\nname: pdf\ndescription: Does it.\nx: {}\n---\n",
        "y ".repeat(50_000)
    );
    let long = one(long);
    long.says("the front matter has 100");
    assert_eq!(long.skill("ana/pdf").description, "Does it.");
}

#[test]
fn names_may_have_quotes_emoji_and_any_script_but_no_tricks() {
    let loaded = loaded(&[
        (
            "skills/ana/pdf/SKILL.md",
            "---\nname: \"ש\\\"לום' <b>👩‍💻</b>\\u202e\\u0007\\n\\u200bx\"\ndescription: \"a\\u202eb\\u2066c\"\n---\n",
        ),
        (
            "skills/ana/long/SKILL.md",
            &format!("---\nname: {}\ndescription: d\n---\n", "é".repeat(200)),
        ),
    ]);
    let skill = loaded.skill("ana/pdf");
    assert_eq!(
        (skill.name.as_str(), skill.description.as_str()),
        ("ש\"לום' <b>👩‍💻</b> x", "abc")
    );
    assert_eq!(loaded.skill("ana/long").name.chars().count(), 120);
    let line = format!("2 | name: {}\n  |       ^", "é".repeat(114));
    loaded.says(&format!(
        "long/SKILL.md:2:7: `name` is cut to 120 characters\n{line}\nhint: choose a short name\n"
    ));
}

#[test]
fn links_of_strangers_are_web_addresses_or_nothing() {
    for bad in [
        "javascript:alert(1)",
        "//evil.example",
        "data:text/html,x",
        "https://a@b/",
        "ftp://x",
    ] {
        let loaded = one(format!(
            "---\nname: pdf\ndescription: d\nhomepage: \"{bad}\"\n---\n"
        ));
        assert_eq!(loaded.skill("ana/pdf").front_matter.homepage, None, "{bad}");
    }
}

#[test]
fn loading_twice_gives_the_same() {
    let files: Vec<(String, String)> = (0..60)
        .map(|n| {
            (
                format!("skills/o{}/s{n}/SKILL.md", n % 7),
                format!("no front matter {n}"),
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let folder = ContentFolder::new(&files);
    let [first, second] = [(); 2].map(|()| Loaded::of(&folder));
    assert_eq!(first.shown, second.shown);
    assert_eq!(
        format!("{:?}", first.catalog),
        format!("{:?}", second.catalog)
    );
    assert!(first.catalog.skills.is_sorted_by(|a, b| a.key < b.key));
}

/// Front matter with the fields that are looked at, and values of every kind.
fn any_skill_md() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "name",
        "description",
        "tags",
        "metadata",
        "version",
        "date",
        "homepage",
        "emoji",
        "os",
        "requires",
        "install",
        "allowed-tools",
        "openclaw",
        "x",
    ]);
    let value = prop_oneof![
        "\\PC{0,20}",
        "[0-9.e-]{1,8}",
        Just("[a, {b: c}, [d], 1]".to_owned()),
        Just(
            "{openclaw: {install: [{kind: 1}], requires: {bins: x}, tags: [1, a]}, emoji: 7}"
                .to_owned()
        ),
        Just("'{\"a\": [1,],}'".to_owned()),
        Just("|".to_owned()),
    ];
    let field = (key, value).prop_map(|(key, value)| format!("{key}: {value}\n"));
    (prop::collection::vec(field, 0..8), "\\PC{0,30}")
        .prop_map(|(fields, body)| format!("---\n{}---\n{body}", fields.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_an_author_writes_becomes_a_sound_skill(
        text in any_skill_md(),
        meta in prop_oneof![any::<String>(), Just("{\"latest\":{\"version\":\"1\",\"publishedAt\":-1}}".to_owned())],
        noise in any::<Vec<u8>>(),
    ) {
        let loaded = loaded(&[
            ("skills/ana/a/SKILL.md", text.as_bytes()),
            ("skills/ana/a/_meta.json", meta.as_bytes()),
            ("skills/ana/b/SKILL.md", &noise),
        ]);
        prop_assert_eq!(loaded.problems.n_errors(), 0);
        prop_assert_eq!(loaded.names(), ["ana/a", "ana/b"]);
        for skill in &loaded.catalog.skills {
            for line in [&skill.name, &skill.description].into_iter().chain(&skill.tags) {
                let has_tricks = line.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
                prop_assert!(!has_tricks);
            }
            prop_assert!(!skill.name.is_empty() && skill.name.chars().count() <= 120);
            prop_assert!(skill.description.chars().count() <= 1024);
            prop_assert!(skill.tags.len() <= TAGS_MAX && skill.tags.is_sorted_by(|a, b| a < b));
        }
    }
}
