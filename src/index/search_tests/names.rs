//! Names with symbols, of all scripts and of none, old ones, and what is pasted.

use skillpress_search::Options;

use super::super::fixture::{catalog, packed, skill};
use super::{find, ids};
use crate::catalog::{Catalog, Skill};
use crate::key::SkillKey;

/// The ids found in a registry of `names`, whose slugs are `x0`, `x1`, …
fn found_among(names: &[&str], query: &str) -> Vec<String> {
    let skills = names.iter().enumerate();
    let skills: Vec<Skill> = skills
        .map(|(idx, name)| skill("mel", &format!("x{idx}"), name, "Does things."))
        .collect();
    ids(&find(&packed(&catalog(skills)), query, &Options::default()))
}

#[test]
fn a_name_with_symbols_comes_before_its_plain_letters() {
    let names = ["C lint", "C++ lint", "C# lint", "NET lint", ".NET lint"];
    for (query, expected) in [
        ("c++ lint", "mel/x1"),
        ("lint c++", "mel/x1"),
        ("cpp lint", "mel/x1"),
        ("lint for C#", "mel/x2"),
        ("csharp", "mel/x2"),
        (".net", "mel/x4"),
        ("dotnet lint", "mel/x4"),
    ] {
        assert_eq!(found_among(&names, query)[0], expected, "{query}");
    }
    let plain = found_among(&names, "C++");
    assert_eq!(plain[0], "mel/x1");
    assert!(plain.contains(&"mel/x0".into()), "by its letter, after");
}

#[test]
fn joined_split_and_scoped_names_find_each_other() {
    let names = [
        "NotebookLM",
        "memory_manager",
        "Node.js",
        "@scope/tool-name",
        "double-word",
        "Web Search Exa",
        "data_frame_tools",
        "QuickNoteKeeper",
        "taskboardplus",
    ];
    for (query, expected) in [
        ("WebSearchExa", "mel/x5"),
        ("websearchexa", "mel/x5"),
        ("web_search_exa", "mel/x5"),
        ("DataFrameTools", "mel/x6"),
        ("data frame tools", "mel/x6"),
        ("quick-note-keeper", "mel/x7"),
        ("quick note keeper", "mel/x7"),
        ("TaskBoardPlus", "mel/x8"),
        ("task board plus", "mel/x8"),
        ("notebooklm", "mel/x0"),
        ("notebook lm", "mel/x0"),
        ("notebook-lm", "mel/x0"),
        ("NotebookLM", "mel/x0"),
        ("MemoryManager", "mel/x1"),
        ("memory manager", "mel/x1"),
        ("memory-manager", "mel/x1"),
        ("nodejs", "mel/x2"),
        ("node js", "mel/x2"),
        ("@scope/tool-name", "mel/x3"),
        ("scope toolname", "mel/x3"),
        ("doubleWord", "mel/x4"),
    ] {
        assert_eq!(
            found_among(&names, query).first().map(String::as_str),
            Some(expected),
            "{query}"
        );
    }
}

#[test]
fn of_names_with_one_key_the_one_that_is_typed_comes_first() {
    let skills = vec![
        skill("mel", "gpt-41", "Forty one", "Counts."),
        skill("mel", "gpt", "GPT 4.1", "Answers."),
        skill("mel", "websearch", "Something", "Looks around."),
        skill("mel", "web", "Web Search", "Searches the web."),
    ];
    let files = packed(&catalog(skills));
    for (query, expected) in [
        ("GPT 4.1", "mel/gpt"),
        ("gpt-41", "mel/gpt-41"),
        ("gpt 41", "mel/gpt-41"),
        ("Web Search", "mel/web"),
        ("websearch", "mel/websearch"),
        ("mel/websearch", "mel/websearch"),
    ] {
        let found = ids(&find(&files, query, &Options::default()));
        assert_eq!(found.first().map(String::as_str), Some(expected), "{query}");
    }
}

#[test]
fn names_of_all_scripts_are_found_as_they_are_typed() {
    let names = [
        "مُدِير الكُتُب",
        "كـــتاب",
        "מְנַהֵל סְפָרִים",
        "أدوات",
        "یادداشت",
        "ｽﾌﾟﾚｯﾄﾞｼｰﾄ",
        "ﾚｼｰﾄ",
        "Đường phố",
        "Știri ţară",
    ];
    for (query, expected) in [
        ("مدير الكتب", "mel/x0"),
        ("كتاب", "mel/x1"),
        ("מנהל ספרים", "mel/x2"),
        ("ادوات", "mel/x3"),
        ("يادداشت", "mel/x4"),
        ("スプレッドシート", "mel/x5"),
        ("レシート", "mel/x6"),
        ("ﾚｼｰﾄ", "mel/x6"),
        ("duong pho", "mel/x7"),
        ("stiri tara", "mel/x8"),
    ] {
        assert_eq!(
            found_among(&names, query).first().map(String::as_str),
            Some(expected),
            "{query}"
        );
    }
}

#[test]
fn names_without_letters_are_found() {
    let names = ["🦀🔥", "❤️", "!!!"];
    for (query, expected) in [
        ("🦀🔥", "mel/x0"),
        ("🦀 🔥", "mel/x0"),
        ("❤", "mel/x1"),
        ("!!!", "mel/x2"),
    ] {
        assert_eq!(found_among(&names, query), [expected], "{query}");
    }
    assert_eq!(found_among(&names, "???"), [""; 0]);
}

fn renamed() -> Catalog {
    let key = |owner: &str, slug: &str| SkillKey {
        owner: owner.into(),
        slug: slug.into(),
    };
    let mut catalog = catalog(vec![
        skill("mel", "crane-log", "Crane Log", "Counts cranes."),
        skill("mel", "other", "Other", "Does other things."),
        skill("ana", "tools", "Tools", "Does more."),
    ]);
    for (old, new) in [
        (key("mel", "quaybook"), key("mel", "crane-log")),
        (key("zoe", "quay.notes"), key("mel", "crane-log")),
        (key("zoe", "tools"), key("mel", "other")),
    ] {
        catalog.aliases.insert(old, new);
    }
    catalog
}

#[test]
fn an_old_name_finds_its_skill_first() {
    let files = packed(&renamed());
    for (query, expected) in [
        ("quaybook", "mel/crane-log"),
        ("mel/quaybook", "mel/crane-log"),
        ("@Mel/QuayBook", "mel/crane-log"),
        ("quay notes", "mel/crane-log"),
        ("zoe/quay.notes", "mel/crane-log"),
        ("quaybo", "mel/crane-log"),
        ("zoe/tools", "mel/other"),
        // Whoever is called so now comes before those that were.
        ("tools", "ana/tools"),
    ] {
        let found = ids(&find(&files, query, &Options::default()));
        assert_eq!(found.first().map(String::as_str), Some(expected), "{query}");
    }
}

#[test]
fn what_is_pasted_finds_its_skill_first() {
    let files = packed(&renamed());
    for query in [
        "https://skills.example/reg/mel/skills/crane-log/",
        "https://skills.example/mel/skills/quaybook/?from=x",
        "npx clawhub --registry https://skills.example install @mel/crane-log",
        "clawhub install mel/quaybook",
        "clawhub install crane-log --force",
        "npx skills add https://skills.example/mel/skills/crane-log/",
        "claude plugin install mel--crane-log@skills-example",
        "npm install @acme/mel--crane-log && npx skills experimental_sync",
        "gemini skills install https://skills.example/mel/skills/crane-log/crane-log.zip",
    ] {
        let found = ids(&find(&files, query, &Options::default()));
        assert_eq!(
            found.first().map(String::as_str),
            Some("mel/crane-log"),
            "{query}"
        );
    }
}
