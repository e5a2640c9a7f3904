//! Collection files.

use super::*;

const HEAD: &str = "title = \"Team\"\ndescription = \"Ours.\"\n";

/// Four skills, of which one is hidden and one suspicious, and the collection `team`.
fn with_team(rest: &str) -> Loaded {
    with(&[("collections/team.toml", &format!("{HEAD}{rest}"))])
}

fn with(files: &[(&str, &str)]) -> Loaded {
    let pdf = "---\nname: pdf\ndescription: Does it.\ntags: [pdf]\nmetadata:\n  updated: 2026-01-01\n---\n";
    let git = "---\nname: git\ndescription: Does it.\nmetadata:\n  updated: 2026-01-02\n---\n";
    let folder = ContentFolder::new(&[
        ("skills/ana/pdf/SKILL.md", pdf),
        ("skills/bob/git/SKILL.md", git),
        ("skills/bob/risky/SKILL.md", &skill_md("risky")),
        ("skills/mal/ware/SKILL.md", &skill_md("ware")),
        (
            "moderation.toml",
            "[[hidden]]\nskill = \"mal/ware\"\n[[suspicious]]\nskill = \"bob/risky\"\n",
        ),
        ("aliases.toml", "\"old/name\" = \"bob/git\"\n"),
        (
            "badges/official.toml",
            "label = \"Official\"\ndescription = \"Ours.\"\n[[award]]\nskill = \"ana/pdf\"\n",
        ),
    ]);
    for (path, text) in files {
        folder.write(path, text.as_bytes());
    }
    Loaded::of(&folder)
}

impl Loaded {
    /// The keys of the one collection, in its order.
    #[track_caller]
    fn members(&self) -> Vec<String> {
        let [collection] = &self.catalog.collections[..] else {
            panic!("{}", self.shown)
        };
        let members = collection.members.iter();
        members.map(|member| member.key.to_string()).collect()
    }
}

#[test]
fn a_collection_has_its_skills_in_the_order_of_the_file() {
    let loaded = with_team(
        "[[skill]]\nkey = \"ana/pdf\"\nnote = \"First.\"\n[[skill]]\nkey = \"@bob/git\"\n",
    );
    loaded.says_nothing();
    assert_eq!(loaded.members(), ["ana/pdf", "bob/git"]);
    let collection = &loaded.catalog.collections[0];
    assert_eq!(
        (
            &*collection.name,
            &*collection.title,
            &*collection.description
        ),
        ("team", "Team", "Ours.")
    );
    assert_eq!(collection.members[0].note.as_deref(), Some("First."));
    assert_eq!(collection.members[1].install_name, "git");
}

#[test]
fn a_rule_chooses_the_listed_skills_for_which_all_of_it_holds() {
    for (rule, members) in [
        ("owner = \"bob\"", &["bob/git"][..]),
        ("tag = \"pdf\"", &["ana/pdf"]),
        ("badge = \"official\"", &["ana/pdf"]),
        (
            "owner = \"ana\"\ntag = \"pdf\"\nbadge = \"official\"",
            &["ana/pdf"],
        ),
    ] {
        let loaded = with_team(&format!("[rule]\n{rule}\n"));
        loaded.says_nothing();
        assert_eq!(loaded.members(), members, "{rule}");
    }
    let git = "---\nname: git\ndescription: Does it.\ntags: [pdf]\nmetadata:\n  updated: 2026-01-02\n---\n";
    let team = format!("{HEAD}[rule]\ntag = \"pdf\"\n");
    let loaded = with(&[
        ("skills/bob/git/SKILL.md", git),
        ("collections/team.toml", &team),
    ]);
    assert_eq!(
        loaded.members(),
        ["bob/git", "ana/pdf"],
        "the last updated first"
    );
}

#[test]
fn a_skill_that_is_not_there_is_an_error_with_a_guess() {
    with_team("[[skill]]\nkey = \"ana/pfd\"\n").says(
        "error: content/collections/team.toml:4:7: the collection names `ana/pfd`, but there is no such skill\n\
         4 | key = \"ana/pfd\"\n  |       ^\nhint: did you mean `ana/pdf`?\n",
    );
    with_team("[[skill]]\nkey = \"pdf\"\n").says(
        ":4:7: `pdf` is not the identity of a skill\n4 | key = \"pdf\"\n  |       ^\nhint: write `key = \"owner/slug\"`\n",
    );
    with_team("[[skill]]\nnote = \"me\"\n").says(":3:1: `key` is missing\n");
}

#[test]
fn an_old_name_is_followed_with_a_warning() {
    let loaded = with_team("[[skill]]\nkey = \"old/name\"\n");
    loaded.says(
        "warning: content/collections/team.toml:4:7: `old/name` is now called `bob/git`\n\
         4 | key = \"old/name\"\n  |       ^\nhint: write `key = \"bob/git\"`\n",
    );
    assert_eq!(loaded.members(), ["bob/git"]);
}

#[test]
fn a_skill_twice_is_an_error_under_an_old_name_too() {
    with_team("[[skill]]\nkey = \"bob/git\"\n[[skill]]\nkey = \"old/name\"\n").says(
        "error: content/collections/team.toml:6:7: `bob/git` is in this collection already, in line 4\n",
    );
}

#[test]
fn hidden_and_suspicious_skills_are_left_out_with_a_warning() {
    let loaded = with_team(
        "[[skill]]\nkey = \"mal/ware\"\n[[skill]]\nkey = \"bob/risky\"\n[[skill]]\nkey = \"ana/pdf\"\n",
    );
    assert_eq!(loaded.problems.n_errors(), 0);
    loaded.says(":4:7: `mal/ware` is hidden and therefore left out of the collection\n");
    loaded.says(":6:7: `bob/risky` is suspicious and therefore left out of the collection\n");
    assert_eq!(loaded.members(), ["ana/pdf"]);
}

#[test]
fn a_collection_chooses_one_by_one_or_by_a_rule() {
    with_team("").says(
        "error: content/collections/team.toml:1:1: the collection chooses no skills\n1 | title = \"Team\"\n  | ^\nhint: write `[[skill]]` and `key = \"owner/slug\"` below it for each, or `[rule]` with `badge`, `owner` or `tag`\n",
    );
    with_team("[rule]\nowner = \"ana\"\n[[skill]]\nkey = \"ana/pdf\"\n").says(
        ":5:1: a collection chooses its skills by `[[skill]]` or by `[rule]`, not by both\n5 | [[skill]]\n  | ^\nhint: remove one of the two\n",
    );
    with_team("[rule]\n").says(":3:1: the rule has neither `badge` nor `owner` nor `tag`\n");
}

#[test]
fn a_rule_that_names_no_badge_is_an_error() {
    with_team("[rule]\nbadge = \"offical\"\n").says(
        "error: content/collections/team.toml:4:9: there is no badge `offical`\n4 | badge = \"offical\"\n  |         ^\nhint: did you mean `official`?\n",
    );
}

#[test]
fn a_collection_that_strangers_leave_empty_stops_nothing() {
    for (rest, message) in [
        (
            "[rule]\nowner = \"anna\"\n",
            "warning: content/collections/team.toml:4:9: no listed skill has the owner `anna`\n4 | owner = \"anna\"\n  |         ^\nhint: did you mean `ana`?\n",
        ),
        (
            "[rule]\nowner = \"bob\"\ntag = \"pdf\"\n",
            "warning: content/collections/team.toml:1:1: no skill of this collection is listed, so it is left out\n",
        ),
        (
            "[[skill]]\nkey = \"bob/risky\"\n",
            "warning: content/collections/team.toml:1:1: no skill of this collection is listed, so it is left out\n",
        ),
    ] {
        let loaded = with_team(rest);
        loaded.says(message);
        assert_eq!(loaded.problems.n_errors(), 0, "{}", loaded.shown);
        assert!(loaded.catalog.collections.is_empty());
    }
}

#[test]
fn all_faults_of_a_collection_file_are_reported_together() {
    let loaded = with(&[(
        "collections/team.toml",
        "titel = \"Team\"\n[rule]\nowner = 1\nbadges = \"official\"\n",
    )]);
    assert_eq!(loaded.problems.n_errors(), 5, "{}", loaded.shown);
    for message in [
        ":1:1: there is no setting `titel` here\n1 | titel = \"Team\"\n  | ^\nhint: did you mean `title`?\n",
        ":1:1: `title` is missing\n",
        ":1:1: `description` is missing\n",
        ":3:9: `owner` has a value of type integer; a text in quotes is expected\n",
        ":4:1: there is no setting `badges` here\n4 | badges = \"official\"\n  | ^\nhint: did you mean `badge`?\n",
    ] {
        loaded.says(message);
    }
    let loaded = with(&[("collections/team.toml", "rule = 1\nskill = 2\n")]);
    loaded.says(":1:8: `rule` has a value of type integer; a table is expected\n1 | rule = 1\n  |        ^\nhint: write `[rule]` above its settings\n");
    loaded.says(":2:9: `skill` has a value of type integer; a list of tables is expected\n");
}

#[test]
fn the_name_of_the_file_is_an_address() {
    let team = format!("{HEAD}[rule]\nowner = \"ana\"\n");
    for name in ["My Team", "Team", "skills", "nul"] {
        with(&[(&format!("collections/{name}.toml"), &team)]).says(&format!(
            "error: content/collections/{name}.toml: `{name}` cannot be the name of a collection\nhint: name the file with lower-case letters, digits and single `-`, at most 64, such as `office.toml`; `skills` is taken\n",
        ));
    }
    with(&[("collections/team.yaml", "")]).says(
        "warning: content/collections/team.yaml: this is no collection file and is left out\nhint: a collection file is called `<name>.toml`\n",
    );
}

#[test]
fn skills_beyond_the_most_of_a_collection_are_left_out_with_a_warning() {
    let mut files: Vec<(String, String)> = (0..=500)
        .map(|n| (format!("skills/ana/s{n:03}/SKILL.md"), skill_md("s")))
        .collect();
    files.push((
        "collections/team.toml".into(),
        format!("{HEAD}[rule]\nowner = \"ana\"\n"),
    ));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    let loaded = loaded(&files);
    loaded.says("team.toml:1:1: a collection has at most 500 skills, with 10000 files of 100 MB; left out are `ana/s500`\n");
    assert_eq!(loaded.members().len(), 500);
}
