//! Badges, statistics, moderation and aliases.

use super::super::{add_award, remove_award};
use super::*;
use crate::catalog::{Award, BadgeColor, Stats, Timestamp};
use crate::problem::Problem;

const OFFICIAL: &str = "label = \"Official\"\ndescription = \"Ours.\"\n";

/// Two skills, and further files.
fn with(files: &[(&str, &str)]) -> Loaded {
    Loaded::of(&folder(files))
}

fn folder(files: &[(&str, &str)]) -> ContentFolder {
    let folder = ContentFolder::new(&[
        ("skills/ana/pdf-tools/SKILL.md", skill_md("pdf-tools")),
        ("skills/bob/git/SKILL.md", skill_md("git")),
    ]);
    for (path, text) in files {
        folder.write(path, text.as_bytes());
    }
    folder
}

fn with_official(rest: &str) -> Loaded {
    with(&[("badges/official.toml", &format!("{OFFICIAL}{rest}"))])
}

#[test]
fn a_badge_file_defines_a_kind_and_its_awards() {
    let loaded = with(&[
        (
            "badges/highlighted.toml",
            "label = \"Featured\"\ndescription = \"Picked.\"\nicon = \"★\"\ncolor = \"amber\"\nboost = 0.05\nshown = false\n\
         [[award]]\nskill = \"@ana/pdf-tools\"\nby = \"editors\"\nat = 2026-02-10\nnote = \"Short.\"\n\
         [[award]]\nskill = \"bob/git\"\nat = \"2026-02-11\"\n",
        ),
        ("badges/README.md", "About badges."),
    ]);
    loaded.says_nothing();
    let [kind] = &loaded.catalog.badge_kinds[..] else {
        panic!()
    };
    assert_eq!(
        (
            kind.kind.as_str(),
            kind.label.as_str(),
            kind.icon.as_deref()
        ),
        ("highlighted", "Featured", Some("★"))
    );
    assert_eq!(
        (kind.color, kind.boost, kind.is_shown),
        (BadgeColor::Amber, 0.05, false)
    );
    assert_eq!(
        loaded.skill("ana/pdf-tools").badges,
        [Award {
            kind: "highlighted".into(),
            by: Some("editors".into()),
            at: Timestamp::parse("2026-02-10"),
            note: Some("Short.".into()),
        }]
    );
    assert_eq!(
        loaded.skill("bob/git").badge("highlighted").unwrap().at,
        Timestamp::parse("2026-02-11")
    );
}

#[test]
fn badges_of_a_skill_are_sorted_by_kind() {
    let award = format!("{OFFICIAL}[[award]]\nskill = \"bob/git\"\n");
    let loaded = with(&[
        ("badges/official.toml", &award),
        ("badges/deprecated.toml", &award),
    ]);
    let kinds: Vec<_> = loaded
        .skill("bob/git")
        .badges
        .iter()
        .map(|award| award.kind.as_str())
        .collect();
    assert_eq!(kinds, ["deprecated", "official"]);
}

#[test]
fn an_award_to_a_skill_that_is_not_there_is_an_error_with_a_guess() {
    with_official("[[award]]\nskill = \"ana/pdf-tool\"\n").says(
        "error: content/badges/official.toml:4:9: award to `ana/pdf-tool`, but there is no such skill\n\
         4 | skill = \"ana/pdf-tool\"\n  |         ^\nhint: did you mean `ana/pdf-tools`?\n",
    );
    with_official("[[award]]\nskill = \"zoe/git\"\n").says("hint: did you mean `bob/git`?\n");
    with_official("[[award]]\nskill = \"pdf-tools\"\n")
        .says("official.toml:4:9: `pdf-tools` is not the identity of a skill\n");
    with_official("[[award]]\nby = \"me\"\n").says(":3:1: `skill` is missing\n");
}

#[test]
fn an_award_to_an_old_name_tells_the_new_one() {
    let loaded = with(&[
        (
            "badges/official.toml",
            &format!("{OFFICIAL}[[award]]\nskill = \"old/name\"\n"),
        ),
        ("aliases.toml", "\"old/name\" = \"bob/git\"\n"),
    ]);
    loaded.says("there is no such skill\n4 | skill = \"old/name\"\n  |         ^\nhint: it is now called `bob/git`\n");
}

#[test]
fn a_badge_twice_is_an_error() {
    with_official("[[award]]\nskill = \"bob/git\"\n[[award]]\nskill = \"bob/git\"\n").says(
        "error: content/badges/official.toml:6:9: `bob/git` has this badge already, in line 4\n",
    );
}

#[test]
fn all_faults_of_a_badge_file_are_reported_together() {
    let loaded = with(&[(
        "badges/official.toml",
        "lable = \"Official\"\ncolor = \"blu\"\nboost = 2\nshown = \"yes\"\nicon = \"\"\n[[award]]\nskill = \"bob/git\"\nat = \"soon\"\nwho = 1\n",
    )]);
    assert_eq!(loaded.problems.n_errors(), 9);
    for message in [
        ":1:1: there is no setting `lable` here\n1 | lable = \"Official\"\n  | ^\nhint: did you mean `label`?\n",
        ":1:1: `label` is missing\n",
        ":1:1: `description` is missing\n",
        ":2:9: `blu` is not a colour that a badge can have\n2 | color = \"blu\"\n  |         ^\nhint: write one of `gray`, `amber`, `blue`, `green`, `red`, `violet`\n",
        ":3:9: `boost` is not between -1 and 1\n",
        ":4:9: `shown` has a value of type string; `true` or `false` is expected\n",
        ":5:8: `icon` is empty\n",
        ":8:6: `at` is `soon`, which is no date that a badge can have\n",
        ":9:1: there is no setting `who` here\n9 | who = 1\n  | ^\nhint: known are `skill`, `by`, `at`, `note`\n",
    ] {
        loaded.says(message);
    }
}

#[test]
fn a_badge_file_that_is_not_toml_is_an_error_with_its_place() {
    let loaded = with(&[(
        "badges/official.toml",
        "label = \"Official\ndescription = \"Ours.\"\n",
    )]);
    loaded.says("error: content/badges/official.toml:1:");
    loaded.says("this is not valid TOML: ");
    assert!(loaded.catalog.badge_kinds.is_empty());
}

#[test]
fn kinds_have_plain_names_that_differ() {
    with(&[("badges/top-10.toml", OFFICIAL)])
        .says("error: content/badges/top-10.toml: `top-10` cannot be a kind of badge\nhint: name the file with ASCII letters");
    with(&[("badges/official.toml", OFFICIAL), ("badges/Official.toml", OFFICIAL)]).says(
        "error: content/badges/official.toml: the kinds `official` and `Official` differ only in the case of letters\n",
    );
    with(&[("badges/notes.txt", "x")])
        .says("warning: content/badges/notes.txt: this is no badge file and is left out\n");
}

#[test]
fn statistics_are_read_from_json_lines() {
    let loaded = with(&[(
        "stats.jsonl",
        "{\"as_of\":\"2026-01-30\"}\n\n{\"skill\":\"bob/git\",\"downloads\":1204,\"stars\":31,\"installs\":8,\"as_of\":\"2026-01-31\"}\n",
    )]);
    loaded.says_nothing();
    let stats = Stats {
        downloads: 1204,
        stars: 31,
        installs: 8,
    };
    assert_eq!(loaded.skill("bob/git").stats, Some(stats));
    assert_eq!(loaded.skill("ana/pdf-tools").stats, None);
    assert_eq!(loaded.catalog.stats_as_of, Timestamp::parse("2026-01-31"));
}

#[test]
fn statistics_are_read_from_csv() {
    let loaded = with(&[(
        "stats.csv",
        "\u{feff}skill,stars,downloads,as_of\r\nbob/git, 31,1204,2026-01-31\r\nana/pdf-tools,,7,\r\n",
    )]);
    loaded.says_nothing();
    assert_eq!(loaded.skill("bob/git").stats.unwrap().downloads, 1204);
    assert_eq!(
        loaded.skill("ana/pdf-tools").stats,
        Some(Stats {
            downloads: 7,
            ..Stats::default()
        })
    );
    assert_eq!(loaded.catalog.stats_as_of, Timestamp::parse("2026-01-31"));
}

#[test]
fn a_bad_line_of_statistics_is_an_error_and_an_unknown_skill_a_warning() {
    let jsonl = with(&[(
        "stats.jsonl",
        "{\"skill\":\"bob/git\",\"downloads\":-1}\nnot json\n{\"downloads\":1}\n{\"skill\":\"bob/gti\",\"stars\":1}\n\
         {\"skill\":\"ana/pdf-tools\",\"start\":1}\n{\"skill\":\"bob/git\"}\n{\"skill\":\"bob/git\",\"as_of\":\"x\"}\n{\"skill\":\"bob/git\"}\n",
    )]);
    for message in [
        "error: content/stats.jsonl:1: `downloads` is `-1`; a whole number, 0 or more, is expected\n",
        "error: content/stats.jsonl:2:2: the line is not a JSON object: ",
        "error: content/stats.jsonl:3: `skill` is missing\nhint: write `owner/slug`\n",
        "warning: content/stats.jsonl:4: counts of `bob/gti`, but there is no such skill\nhint: did you mean `bob/git`?\n",
        "error: content/stats.jsonl:5: there is no count `start`\nhint: did you mean `stars`?\n",
        "error: content/stats.jsonl:7: `as_of` is `x`; a day is expected\n",
        "error: content/stats.jsonl:8: `bob/git` has counts already, in line 6\n",
    ] {
        jsonl.says(message);
    }
    assert_eq!(
        (jsonl.problems.n_errors(), jsonl.problems.n_warnings()),
        (6, 1)
    );

    with(&[("stats.csv", "skill,downloads\nbob/git,1,2\nbob/git,1.5\n")])
        .says("error: content/stats.csv:2: the line has 3 values; the first line has 2\nhint: give each line as many values as the first one; a value may be empty\nerror: content/stats.csv:3: `downloads` is `1.5`");
    with(&[("stats.csv", "name\nbob/git\n")])
        .says("error: content/stats.csv:1: the first line has no column `skill`\n");
    with(&[("stats.csv", "skill\n"), ("stats.jsonl", "")])
        .says("error: content/stats.csv: there is a `stats.jsonl` and a `stats.csv`");
}

#[test]
fn a_line_of_statistics_is_the_one_that_an_editor_shows() {
    for (end, name) in [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR")] {
        let csv = [
            "skill,downloads",
            "bob/git,5",
            "",
            "",
            "ana/pdf-tools,x",
            "",
        ]
        .join(end);
        let loaded = with(&[("stats.csv", &csv)]);
        assert!(
            loaded
                .shown
                .contains("error: content/stats.csv:5: `downloads` is `x`"),
            "{name}: {}",
            loaded.shown
        );
        let jsonl = ["{\"skill\":\"bob/git\"}", "", "{\"skill\":\"ü\" 1}", ""].join(end);
        let loaded = with(&[("stats.jsonl", &jsonl)]);
        let expected =
            "error: content/stats.jsonl:3:14: the line is not a JSON object: expected `,` or `}`\n";
        assert!(loaded.shown.contains(expected), "{name}: {}", loaded.shown);
        assert_eq!(loaded.problems.n_errors(), 1, "{name}: {}", loaded.shown);
    }
    with(&[("stats.csv", "\n\nname\n")]).says("error: content/stats.csv:3: the first line");
    with(&[(
        "stats.csv",
        "skill,as_of\n\"bob/\n\ngit\",\n\nana/pdf-tools,x\n",
    )])
    .says("error: content/stats.csv:6: `as_of` is `x`");
}

#[test]
fn a_hidden_skill_appears_nowhere_and_nobody_complains() {
    let loaded = with(&[
        (
            "moderation.toml",
            "[[hidden]]\nskill = \"bob/git\"\nnote = \"Secret.\"\n",
        ),
        (
            "badges/official.toml",
            &format!("{OFFICIAL}[[award]]\nskill = \"bob/git\"\n"),
        ),
        ("stats.jsonl", "{\"skill\":\"bob/git\",\"stars\":1}"),
        ("aliases.toml", "\"old/name\" = \"bob/git\"\n"),
        ("skills/bob/git/broken\\name", ""),
    ]);
    loaded.says_nothing();
    assert_eq!(loaded.names(), ["ana/pdf-tools"]);
    assert!(loaded.catalog.aliases.is_empty());
    assert_eq!(loaded.catalog.badge_kinds.len(), 1);
}

#[test]
fn a_suspicious_skill_keeps_its_page() {
    let loaded = with(&[(
        "moderation.toml",
        "[[suspicious]]\nskill = \"bob/git\"\nnote = \"Asks for keys.\"\n",
    )]);
    loaded.says_nothing();
    let skill = loaded.skill("bob/git");
    assert_eq!(
        (skill.is_suspicious, skill.moderation_note.as_deref()),
        (true, Some("Asks for keys."))
    );
    assert_eq!(loaded.catalog.listed().count(), 1);
}

#[test]
fn moderation_of_no_skill_is_an_error() {
    let loaded = with(&[(
        "moderation.toml",
        "[[hidden]]\nskill = \"bob/gitt\"\n[[hiden]]\nskill = \"bob/git\"\n[[suspicious]]\nskill = \"bob/gitt\"\n",
    )]);
    loaded.says("error: content/moderation.toml:2:9: `bob/gitt` is moderated, but there is no such skill\n2 | skill = \"bob/gitt\"\n  |         ^\nhint: did you mean `bob/git`?\n");
    loaded.says("error: content/moderation.toml:3:3: there is no setting `hiden` here\n");
    loaded.says("error: content/moderation.toml:6:9: `bob/gitt` is in this file already\n");
}

#[test]
fn old_names_lead_to_the_present_one() {
    let loaded = with(&[(
        "aliases.toml",
        "\"older/name\" = \"old/name\"\n\"old/name\" = \"bob/git\"\n",
    )]);
    loaded.says_nothing();
    let aliases: Vec<String> = loaded
        .catalog
        .aliases
        .iter()
        .map(|(old, new)| format!("{old}={new}"))
        .collect();
    assert_eq!(aliases, ["old/name=bob/git", "older/name=bob/git"]);
}

#[test]
fn an_alias_that_leads_nowhere_is_an_error() {
    let loaded = with(&[(
        "aliases.toml",
        "\"a/b\" = \"c/d\"\n\"c/d\" = \"a/b\"\n\n\"x/y\" = \"bob/gi\"\n\"Bob/Git\" = \"bob/git\"\n\
         \"search/x\" = \"bob/git\"\n\"no name\" = \"bob/git\"\n\"q/q\" = 1\n",
    )]);
    for message in [
        "error: content/aliases.toml:1:9: the alias `a/b` leads in a circle\n",
        "error: content/aliases.toml:2:9: the alias `c/d` leads in a circle\n",
        "error: content/aliases.toml:4:9: the alias `x/y` leads to `bob/gi`, but there is no such skill\n4 | \"x/y\" = \"bob/gi\"\n  |         ^\nhint: did you mean `bob/git`?\n",
        "error: content/aliases.toml:5:1: the alias `Bob/Git` and `bob/git` differ only in the case of letters\n",
        "error: content/aliases.toml:6:1: `search` is a page of the site and cannot be an owner\n",
        "error: content/aliases.toml:7:1: an alias leads from one identity to another\n",
        "error: content/aliases.toml:8:9: an alias leads from one identity to another\n",
    ] {
        loaded.says(message);
    }
    assert!(loaded.catalog.aliases.is_empty());
    with(&[(
        "aliases.toml",
        "\"a/b\" = \"bob/git\"\n\"a/b\" = \"bob/git\"\n",
    )])
    .says("error: content/aliases.toml:2:1: this is not valid TOML: duplicate key\n");
}

#[test]
fn nobody_takes_over_an_old_name() {
    let aliases = "\"Old/Name\" = \"bob/git\"\n\"ana/pdf-tools\" = \"bob/git\"\n";
    let loaded = with(&[
        ("skills/old/name/SKILL.md", &skill_md("name")),
        ("aliases.toml", aliases),
    ]);
    assert_eq!(loaded.names(), ["bob/git"]);
    assert_eq!(loaded.problems.n_errors(), 0, "{}", loaded.shown);
    loaded.says("warning: content/skills/ana/pdf-tools: `ana/pdf-tools` is an old name of `bob/git`, which no other skill may take; this one is left out\nhint: rename it, or remove the line from `aliases.toml`\n");
    loaded.says("warning: content/skills/old/name: `old/name` is an old name of `bob/git`");
    assert_eq!(loaded.catalog.aliases.len(), 2);
}

#[cfg(unix)]
#[test]
fn what_strangers_put_in_the_place_of_a_skill_does_not_make_the_operators_files_wrong() {
    use std::os::unix::fs::symlink;
    for place in ["eve/gone", "eve"] {
        let folder = folder(&[
            (
                "badges/official.toml",
                &format!("{OFFICIAL}[[award]]\nskill = \"eve/gone\"\n"),
            ),
            ("aliases.toml", "\"old/name\" = \"eve/gone\"\n"),
            ("moderation.toml", "[[hidden]]\nskill = \"eve/gone\"\n"),
        ]);
        let link = folder.path().join("skills").join(place);
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(folder.path().join("skills/bob"), link).unwrap();
        let loaded = Loaded::of(&folder);
        assert_eq!(loaded.problems.n_errors(), 0, "{}", loaded.shown);
        assert_eq!(loaded.names(), ["ana/pdf-tools", "bob/git"]);
    }
}

#[test]
fn what_strangers_break_does_not_make_the_operators_files_wrong() {
    let loaded = with(&[
        ("skills/eve/gone/notes.txt", "no skill here"),
        (
            "badges/official.toml",
            &format!("{OFFICIAL}[[award]]\nskill = \"eve/gone\"\n"),
        ),
        ("stats.jsonl", "{\"skill\":\"eve/gone\",\"stars\":1}"),
        ("aliases.toml", "\"old/name\" = \"eve/gone\"\n"),
        ("moderation.toml", "[[suspicious]]\nskill = \"eve/gone\"\n"),
    ]);
    assert_eq!(loaded.problems.n_errors(), 0, "{}", loaded.shown);
    loaded.says("warning: content/badges/official.toml:4:9: award to `eve/gone`, but that skill is left out\n");
}

#[test]
fn an_operators_file_that_cannot_be_read_is_an_error() {
    struct Failing;
    impl ReadFile for Failing {
        fn read(&self, path: &std::path::Path) -> std::io::Result<Vec<u8>> {
            if path.ends_with("official.toml") || path.ends_with("stats.csv") {
                return Err(std::io::Error::other("disk on fire"));
            }
            Disk.read(path)
        }
    }
    let folder = folder(&[("badges/official.toml", OFFICIAL), ("stats.csv", "skill\n")]);
    folder.write("moderation.toml", b"\xff");
    let loaded = Loaded::with(&folder, &LoadOptions::default(), &Failing);
    loaded.says("error: content/badges/official.toml: the file cannot be read: disk on fire\nhint: check its permissions\n");
    loaded.says("error: content/stats.csv: the file cannot be read: disk on fire\n");
    loaded.says("error: content/moderation.toml:1:1: the file is not UTF-8\n");
    assert_eq!(loaded.problems.n_errors(), 3);
}

#[test]
fn an_award_is_added_and_removed_in_the_file() {
    let folder = folder(&[("badges/official.toml", &format!("# Ours.\n{OFFICIAL}"))]);
    let award = Award {
        kind: "official".to_owned(),
        by: Some("editors".to_owned()),
        at: Timestamp::parse("2026-03-01T10:30:00Z"),
        note: None,
    };
    let bob = SkillKey::parse("bob/git").unwrap();
    let before = Loaded::of(&folder).catalog;
    let path = add_award(&folder.path(), &before, &bob, &award).unwrap();
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        format!(
            "# Ours.\n{OFFICIAL}\n[[award]]\nskill = \"bob/git\"\nby = \"editors\"\nat = 2026-03-01T10:30:00Z\n"
        )
    );
    let after = Loaded::of(&folder);
    after.says_nothing();
    assert_eq!(after.skill("bob/git").badges, std::slice::from_ref(&award));

    let twice = Problem::from(add_award(&folder.path(), &before, &bob, &award).unwrap_err());
    assert!(
        twice.message == "`bob/git` has the badge `official` already",
        "{twice}"
    );
    let removed = remove_award(&folder.path(), &before, &bob, "official").unwrap();
    assert_eq!(
        std::fs::read_to_string(removed).unwrap(),
        format!("# Ours.\n{OFFICIAL}")
    );
    let again = Problem::from(remove_award(&folder.path(), &before, &bob, "official").unwrap_err());
    assert!(
        again.message == "`bob/git` does not have the badge `official`",
        "{again}"
    );
}

#[test]
fn an_unknown_kind_or_skill_gets_no_award() {
    let folder = folder(&[("badges/official.toml", OFFICIAL)]);
    let catalog = Loaded::of(&folder).catalog;
    let add = |kind: &str, skill: &str| {
        let award = Award {
            kind: kind.to_owned(),
            by: None,
            at: None,
            note: None,
        };
        let error = add_award(
            &folder.path(),
            &catalog,
            &SkillKey::parse(skill).unwrap(),
            &award,
        )
        .unwrap_err();
        Problem::from(error)
            .to_string()
            .replace(folder.path().to_str().unwrap(), "content")
    };
    assert_eq!(
        add("offical", "bob/git"),
        "error: content/badges: there is no badge of the kind `offical`\nhint: did you mean `official`?\n"
    );
    assert_eq!(
        add("../../x", "bob/git"),
        "error: content/badges: there is no badge of the kind `../../x`\nhint: known are `official`\n"
    );
    assert_eq!(
        add("official", "bob/gitt"),
        "error: content/badges/official.toml: there is no such skill as `bob/gitt`\nhint: did you mean `bob/git`?\n"
    );
}
