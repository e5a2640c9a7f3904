//! What authors write at the head of their files: which fields are read, and what is said of text that is not.

use proptest::prelude::*;

use super::*;

#[test]
fn a_version_below_metadata_counts_as_it_is_written() {
    for (yaml, version) in [
        ("metadata:\n  version: \"3.4.5\"\n", "3.4.5"),
        ("metadata:\n  author: Ana\n  version: 1.10\n", "1.10"),
        ("metadata: {version: 2.0, x: y}\n", "2.0"),
        ("Version: 1.40\n", "1.40"),
        ("metadata: '{\"version\": \"0.1\"}'\n", "0.1"),
        (
            "version: 1.20 # the second\nmetadata:\n  version: 9\n",
            "1.20",
        ),
        ("x: y: z\nmetadata:\n  version: 1.30\n", "1.30"),
    ] {
        let loaded = one(format!(
            "---\nname: pdf\ndescription: Does it.\n{yaml}---\n"
        ));
        let found = loaded.skill("ana/pdf").version.as_ref();
        assert_eq!(
            found.map(|found| found.version.as_str()),
            Some(version),
            "{yaml}"
        );
    }
}

#[test]
fn fields_that_clients_read_at_the_top_need_no_comment() {
    one("---\nname: pdf\ndescription: Does it.\ndisable-model-invocation: true\nargument-hint: \"[day]\"\nuser-invocable: true\nwhen_to_use: Always.\n\
         model: haiku\nhooks: {}\ncontext: fork\ncommand-dispatch: tool\nplatforms: [linux]\nrequired_environment_variables: []\nprimaryEnv: KEY\n---\n")
    .says_nothing();
}

#[test]
fn a_field_that_nobody_reads_is_named_and_may_stay() {
    one("---\nname: pdf\ndescription: Does it.\ntriggers: [a]\nmodels: x\n---\n").says(
        "warning: content/skills/ana/pdf/SKILL.md:4:11: the front matter has fields that no known client reads: `triggers`, `models`\n4 | triggers: [a]\n  |           ^\n\
         hint: notes of your own belong below `metadata`; leave a field where it is if a client of yours reads it there\n",
    );
    one("---\nname: pdf\ndescription: Does it.\nnpm: x\nallowed_tools: Read\n---\n").says(
        "SKILL.md:5:16: the front matter has fields that no known client reads: `npm`, `allowed_tools`\n5 | allowed_tools: Read\n  |                ^\nhint: did you mean `allowed-tools`?\n",
    );
}

#[test]
fn fields_with_capitals_are_read_with_one_warning_that_names_the_cause() {
    let loaded =
        one("---\nName: pdf\nDescription: Does it.\nLICENSE: MIT\nWhen_To_Use: Never.\n---\n");
    loaded.says(
        "warning: content/skills/ana/pdf/SKILL.md:2:1: fields have capitals in their names, where clients do not find them: `Name`, `Description`, `LICENSE`, `When_To_Use`\n\
         2 | Name: pdf\n  | ^\nhint: write field names in lower case, such as `name`\n",
    );
    assert_eq!(loaded.problems.n_warnings(), 1, "{}", loaded.shown);
    let skill = loaded.skill("ana/pdf");
    assert_eq!(
        (skill.name.as_str(), skill.description.as_str()),
        ("pdf", "Does it.")
    );
    assert_eq!(skill.front_matter.license.as_deref(), Some("MIT"));
    assert!(skill.front_matter.is_broken, "clients find no name");

    let both =
        one("---\nname: pdf\ndescription: Does it.\nLicense: MIT\nlicense: Apache-2.0\n---\n");
    both.says("fields that no known client reads: `License`\n");
    let skill = both.skill("ana/pdf");
    assert_eq!(skill.front_matter.license.as_deref(), Some("Apache-2.0"));
    assert!(!skill.front_matter.is_broken);
}

#[test]
fn what_stands_above_the_front_matter_is_told_and_does_not_hide_it() {
    let fields = "---\nname: pdf\ndescription: Does it.\n---\nBody\n";
    for (above, says) in [
        (
            "<!-- made by a tool -->\n<!-- version\n4 -->\n",
            "SKILL.md:1:1: a comment stands above the front matter; clients find it only where `---` is the very first line\n\
             1 | <!-- made by a tool -->\n  | ^\nhint: move the comment below the front matter\n",
        ),
        (
            "\r\n\n",
            "SKILL.md:1:1: blank lines stand above the front matter; clients find it only where `---` is the very first line\n\
             1 | \n  | ^\nhint: remove the blank lines\n",
        ),
        (
            "\u{feff}",
            "SKILL.md: a byte order mark stands above the front matter; some clients do not find it\n\
             hint: save the file as UTF-8 without a byte order mark\n",
        ),
    ] {
        let loaded = one(format!("{above}{fields}"));
        loaded.says(says);
        assert_eq!(loaded.problems.n_warnings(), 1, "{}", loaded.shown);
        let skill = loaded.skill("ana/pdf");
        assert_eq!(
            (skill.description.as_str(), skill.body.as_str()),
            ("Does it.", "Body\n")
        );
        assert_eq!(skill.front_matter.is_broken, above != "\u{feff}");
    }
    let spaces = one("---  \nname: pdf\ndescription: Does it.\n---\n");
    spaces.says("SKILL.md:1:4: spaces follow the first `---`; clients do not find front matter that opens so\n");
    let rule = one("---\nname: pdf\ndescription: |\n  Does it.\n---- x\n---\n");
    rule.says("SKILL.md:5:1: the line begins with `---`; clients take it for the end of the front matter\n");
    for text in [
        "<!-- no end\n---\nname: pdf\n---\n",
        "<!-- x --> ---\nname: pdf\n---\n",
    ] {
        one(text).says("there is no front matter");
    }
}

#[test]
fn carriage_returns_and_spaces_at_the_end_are_no_fault() {
    let loaded = one("---\r\nname: pdf\r\ndescription: Does it.\r\n---  \r\nBody\r\n");
    loaded.says_nothing();
    let skill = loaded.skill("ana/pdf");
    assert_eq!(
        (skill.description.as_str(), skill.body.as_str()),
        ("Does it.", "Body\r\n")
    );
}

#[test]
fn why_front_matter_is_missing_decides_the_hint() {
    one("name: pdf\ndescription: Does it.\n\n---\nBody\n")
        .says("hint: put a line `---` above the fields and another one below them\n");
    one("> Related: x\n\n---\nname: pdf\ndescription: Does it.\n---\nBody\n").says(
        "hint: move the front matter to the top of the file: `---` has to be the first line\n",
    );
}

#[test]
fn text_between_two_rules_is_shown() {
    let loaded = one("---\nA note, no fields.\n---\nBody\n");
    loaded.says("SKILL.md:2:1: the front matter is not a list of `field: value` lines; it is shown as text\n");
    assert_eq!(
        loaded.skill("ana/pdf").body,
        "---\nA note, no fields.\n---\nBody\n"
    );
}

#[test]
fn lines_that_no_field_claims_belong_to_the_field_before_them() {
    for (yaml, description) in [
        (
            "description: Counts the boxes and\nwrites the number\n\ninto a table.",
            "Counts the boxes and writes the number into a table.",
        ),
        (
            "description: |\nCounts boxes.\nAll of them.",
            "Counts boxes. All of them.",
        ),
        (
            "description: Use when: counting\nboxes",
            "Use when: counting boxes",
        ),
        (
            "description: Counts\n- boxes\nand bags",
            "Counts - boxes and bags",
        ),
        ("description:\nCounts boxes", "Counts boxes"),
        (
            "description: Counts boxes\n<<<<<<< HEAD\n=======\n>>>>>>> x",
            "Counts boxes",
        ),
        (
            "\"description\": Counts boxes\nand bags",
            "Counts boxes and bags",
        ),
    ] {
        let loaded = one(format!("---\nname: pdf\n{yaml}\nlicense: MIT\n---\n"));
        loaded.says("the front matter is not valid YAML: ");
        let skill = loaded.skill("ana/pdf");
        assert_eq!(skill.description, description, "{yaml}");
        assert_eq!(skill.front_matter.license.as_deref(), Some("MIT"), "{yaml}");
    }
}

#[test]
fn the_hint_for_broken_yaml_names_the_cause() {
    for (yaml, hint) in [
        (
            "description: One\nand two.",
            "indent lines that continue a value by two spaces",
        ),
        (
            "description: Use when: x",
            "put values that contain `: `, `#`, brackets or quotes into quotes",
        ),
        (
            "description: One.\ndescription: Two.",
            "keep one of the two; the first one is shown",
        ),
        ("description: One.\n<<<<<<< HEAD", "decide the merge: "),
        (
            "description: One.\nmetadata:\n\ta: b",
            "indent lines with spaces, not with tabs",
        ),
    ] {
        one(format!("---\nname: pdf\n{yaml}\n---\n")).says(&format!("hint: {hint}"));
    }
}

#[test]
fn text_that_yaml_drops_is_told_with_its_place() {
    one("---\nname: pdf\ndescription: Closes ticket #42 and tells the crew\n---\n").says(
        "warning: content/skills/ana/pdf/SKILL.md:3:28: ` #` begins a comment, so `#42 and tells the crew` is not part of `description`\n\
         3 | description: Closes ticket #42 and tells the crew\n  |                            ^\nhint: put the value into quotes\n",
    );
    for (yaml, says) in [
        (
            "description: Writes code in C # or F\n",
            "3:31: ` #` begins a comment, so `# or F` ",
        ),
        (
            "description:\n  Writes code\n  in C #x\n",
            "5:8: ` #` begins a comment, so `#x` ",
        ),
        (
            "description: A.\ntags: #pdf #office\n",
            "4:7: ` #` begins a comment, so `#pdf #office` ",
        ),
        (
            "description: A.\ntags:\n  - a\n  - #pdf\n",
            "6:5: ` #` begins a comment, so `#pdf` ",
        ),
        (
            "description: A.\nauthor: Ana #1\n",
            "4:13: ` #` begins a comment, so `#1` ",
        ),
        (
            "description: !Important do it\n",
            "3:14: YAML takes `!Important` for a mark of its own, so it is not part of `description`\n",
        ),
        (
            "description: &all of it\n",
            "3:14: YAML takes `&all` for a mark of its own, ",
        ),
        (
            "Description: Fixes #1\n",
            "3:20: ` #` begins a comment, so `#1` ",
        ),
    ] {
        one(format!("---\nname: pdf\n{yaml}---\n")).says(says);
    }
}

#[test]
fn a_comment_that_was_meant_as_one_needs_no_comment() {
    one("---\n# first\nname: pdf # the name\n# then\ndescription: >- # folded\n  Fixes #1 # all\nlicense: MIT # see LICENSE\ncompatibility: \"C #1\" # quoted\n\
         tags: [a, b] # two\nmetadata:\n  key: x #1\n# last\n---\n")
    .says_nothing();
    let broken = one("---\nname: pdf\ndescription: Use when: #42 is open\n---\n");
    assert_eq!(broken.problems.n_warnings(), 1, "{}", broken.shown);
    assert_eq!(broken.skill("ana/pdf").description, "Use when: #42 is open");
}

#[test]
fn a_value_that_cannot_be_shown_is_told() {
    one("---\nname: pdf\ndescription:\n  Use when: reading\n---\nText.\n").says(
        "SKILL.md:3:13: `description` is a list of fields, not text; the first paragraph stands in for it\n3 | description:\n  |             ^\nhint: put the value into quotes\n",
    );
    for (yaml, says) in [
        (
            "license: {a: b}",
            "4:10: `license` is a list of fields, which cannot be shown\n",
        ),
        (
            "author: true",
            "4:9: `author` is true or false, which cannot be shown\n",
        ),
        (
            "compatibility: {linux: true}",
            "`compatibility` is a list of fields",
        ),
        ("homepage: [a]", "`homepage` is a list, "),
    ] {
        let loaded = one(format!("---\nname: pdf\ndescription: A.\n{yaml}\n---\n"));
        loaded.says(says);
        loaded.says("hint: write it as text\n");
        assert_eq!(loaded.problems.n_warnings(), 1, "{}", loaded.shown);
    }
    one("---\nname: pdf\ndescription: A.\nrequires: [jq]\n---\n").says(
        "`requires` is a list, which cannot be shown\n4 | requires: [jq]\n  |           ^\nhint: say what is required, such as `bins: [jq]` below `requires`\n",
    );
    let long = one(format!(
        "---\nname: pdf\ndescription: A.\ncompatibility: {}\n---\n",
        "x ".repeat(300)
    ));
    long.says("SKILL.md:4:16: `compatibility` has 599 characters; 500 are kept\nhint: move details into the body\n".replace("\nhint", &format!("\n4 | compatibility: {}\n  |                ^\nhint", "x ".repeat(52) + "x")).as_str());
}

#[test]
fn licences_and_authors_may_be_mappings() {
    let loaded = one(
        "---\nname: pdf\ndescription: A.\nlicense: {spdx: MIT, transferable: true}\nauthors: [{name: Ana, url: x}, Bo]\n---\n",
    );
    loaded.says_nothing();
    let front = &loaded.skill("ana/pdf").front_matter;
    assert_eq!(
        (front.license.as_deref(), front.author.as_deref()),
        (Some("MIT"), Some("Ana, Bo"))
    );
}

proptest! {
    #[test]
    fn no_word_of_a_description_is_lost_without_a_word(
        opening in "(|\"|'|\\[|\\{|!|&|\\*|@|%|\\| |> |>-\n  |\\|\n    |\n|\n  |- |\\? )",
        words in proptest::collection::vec(
            ("[b-z]{4,6}", "( |\n|\n  |\n    |\n- |\n  - | #| # |: |:\n|, |\n\n|\n\t|\n---- |\n\\.\\.\\.\n|\"|'|\\]|\\}| - )"),
            1..5,
        ),
    ) {
        let text: String = words.iter().map(|(word, then)| format!("{word}{then}")).collect();
        let loaded = one(format!("---\nname: pdf\ndescription: {opening}{text}\nlicense: MIT\n---\nBody.\n"));
        let description = &loaded.skill("ana/pdf").description;
        let lost = words.iter().find(|(word, _)| !description.contains(word.as_str()));
        prop_assert!(lost.is_none() || !loaded.problems.is_empty(), "{lost:?} of {text:?}: {description:?}");
    }
}
