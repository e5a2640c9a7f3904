//! Names, tags, dates and addresses as authors write them, on the pages that come of them.

use serde_json::Value;

use crate::harness::SiteTest;

/// A skill of `ana` with these lines in its front matter.
fn skill(test: SiteTest, slug: &str, fields: &str) -> SiteTest {
    let text = format!("---\nname: {slug}\ndescription: Does {slug}.\n{fields}\n---\n# Text\n");
    test.skill(&format!("ana/{slug}"), text)
}

#[test]
fn tags_that_differ_by_symbols_stay_apart_everywhere() {
    let mut test = SiteTest::empty();
    let tags = [
        ("templates", "C++", "c-plus-plus"),
        ("linq", "C#", "c-sharp"),
        ("pointers", "C", "c"),
        ("nuget", ".NET", "dot-net"),
        ("express", "Node.js", "node-js"),
    ];
    for (slug, tag, _) in tags {
        test = skill(test, slug, &format!("tags: ['{tag}']"));
    }
    let test = test.build();
    for (slug, typed, tag) in tags {
        let page = test.page(&format!("tags/{tag}/index.html"));
        for (other, ..) in tags {
            let link = format!("ana/skills/{other}/");
            assert_eq!(page.contains(&link), other == slug, "{tag} and {other}");
        }
        let ran = test.run(&["search", &format!("tag:{}", typed.to_lowercase()), "--json"]);
        let found: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        let ids: Vec<&str> = found["results"]
            .as_array()
            .expect("results")
            .iter()
            .filter_map(|result| result["id"].as_str())
            .collect();
        assert_eq!(ids, [format!("ana/{slug}")], "{typed}");
    }
}

#[test]
fn skills_of_sources_without_dates_are_looked_for_in_the_settings() {
    let test = SiteTest::bare()
        .file(
            "skillpress.toml",
            "[[source]]\npath = \"all\"\nowner = \"ana\"\n",
        )
        .file(
            "all/pdf/SKILL.md",
            "---\nname: pdf\ndescription: Does it.\n---\n",
        );
    let ran = test.run(&["check"]);
    let told = "note: skillpress.toml: no skill has a date, ";
    assert!(ran.stdout.contains(told), "{}", ran.stdout);
}

#[test]
fn a_registry_without_dates_says_that_its_feed_is_empty() {
    let told = "note: content/skills: no skill has a date, so the feeds are empty and lists cannot show what is new\nhint: write `updated: 2026-01-31` below `metadata`";
    let test = skill(SiteTest::empty(), "pdf", "license: MIT");
    let (built, checked) = (test.rebuild(), test.run(&["check"]));
    assert!(built.stderr.contains(told), "{}", built.stderr);
    assert!(checked.stdout.contains(told), "{}", checked.stdout);
    assert!(!test.page("feed.xml").contains("<entry>"));

    test.write(
        "content/skills/ana/pdf/SKILL.md",
        "---\nname: pdf\ndescription: Does it.\nmetadata:\n  updated: 2026-01-31\n---\n",
    );
    let built = test.rebuild();
    assert!(
        !built.stderr.contains("no skill has a date"),
        "{}",
        built.stderr
    );
    assert!(
        test.page("feed.xml")
            .contains("<updated>2026-01-31T00:00:00Z</updated>")
    );
}

#[test]
fn structured_data_holds_a_licence_that_is_no_hidden_link() {
    let license = |license: &str| {
        let test = skill(SiteTest::empty(), "pdf", &format!("license: '{license}'")).build();
        let page = test.page("ana/skills/pdf/index.html");
        let start = page
            .find("application/ld+json\">")
            .expect("structured data")
            + 21;
        let end = start + page[start..].find("</script>").expect("its end");
        let data: Value = serde_json::from_str(&page[start..end]).expect("JSON");
        data["license"].as_str().map(str::to_owned)
    };
    for kept in [
        "MIT OR Apache-2.0",
        "Terms in LICENSE.txt",
        "https://mit.example/",
    ] {
        assert_eq!(license(kept).as_deref(), Some(kept));
    }
    for dropped in [
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "http://mit.example/",
        "//evil.example/mit",
        "\\\\evil.example\\mit",
    ] {
        assert_eq!(license(dropped), None, "{dropped}");
    }
}

#[test]
fn a_homepage_that_looks_like_another_is_shown_as_it_is() {
    let test = SiteTest::empty();
    let test = skill(test, "honest", "homepage: https://www.münchen.example/a/");
    let test = skill(test, "other", "homepage: https://p\u{430}ypal.example").build();
    let page = test.page("ana/skills/honest/index.html");
    assert!(page.contains("href=\"https://www.xn--mnchen-3ya.example/a/\""));
    assert!(page.contains(">münchen.example/a<"), "{page}");
    let page = test.page("ana/skills/other/index.html");
    assert!(page.contains(">xn--pypal-4ve.example<"), "{page}");
}

/// Each host of the list in a skill of its own: no page has a letter of it that is not shown in its ASCII form.
#[test]
fn no_homepage_passes_for_another() {
    let list = include_str!("../data/attacks/lookalikes.txt");
    let hosts: Vec<(String, &str)> = list
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut words = line.split_whitespace();
            let (host, shown) = (words.next().expect("a host"), words.next().expect("a form"));
            (unescaped(host), shown)
        })
        .collect();
    let mut test = SiteTest::empty();
    for (host_idx, (host, _)) in hosts.iter().enumerate() {
        let homepage = format!("homepage: \"https://{host}/\"");
        test = skill(test, &format!("host-{host_idx}"), &homepage);
    }
    let test = test.build();
    for (host_idx, (host, shown)) in hosts.iter().enumerate() {
        let page = test.page(&format!("ana/skills/host-{host_idx}/index.html"));
        assert!(!page.contains(host.as_str()), "{host} is shown");
        // A host with `-` in place of its form may be shown in ASCII, or not at all.
        let is_shown = page.contains(&format!(">{shown}<"));
        assert!(*shown == "-" || is_shown, "{host} is not shown as {shown}");
    }
}

/// `text` with `\u{…}` as characters.
fn unescaped(text: &str) -> String {
    let mut unescaped = String::new();
    for (idx, piece) in text.split("\\u{").enumerate() {
        let (code, after) = match idx {
            0 => ("", piece),
            _ => piece.split_once('}').expect("a closing brace"),
        };
        unescaped.extend(u32::from_str_radix(code, 16).ok().and_then(char::from_u32));
        unescaped.push_str(after);
    }
    unescaped
}

#[test]
fn no_page_holds_a_character_that_html_forbids() {
    let hidden = "\u{fdd0}\u{ffff}\u{1fffe}\u{1}\u{85}";
    let test = SiteTest::empty().skill(
        "ana/pdf",
        format!("---\nname: pdf\ndescription: \"D{hidden}oes it.\"\nlicense: \"M{hidden}IT\"\ntags: [\"t{hidden}ag\"]\n---\n# T{hidden}ext\n\n`co{hidden}de` &#xfdd0; &#x1; [l{hidden}ink](https://a.example/{hidden} \"t{hidden}\")\n"),
    )
    .file(
        "content/skills/ana/pdf/_meta.json",
        "{\"displayName\":\"P\u{fdd0}\\u0001\\ufffeDF\",\"latest\":{\"version\":\"1\u{ffff}\",\"publishedAt\":\"2026-01-31\"}}",
    )
    .build();
    let is_forbidden = |c: char| {
        let code = u32::from(c);
        (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
            || (0xfdd0..=0xfdef).contains(&code)
            || code & 0xfffe == 0xfffe
    };
    for (path, bytes) in test.site() {
        let is_markup = [".html", ".xml", ".txt"]
            .iter()
            .any(|end| path.ends_with(end));
        if is_markup && !path.contains("/files/") && !path.starts_with("api/") {
            let text = String::from_utf8(bytes).expect("text");
            let found = text.chars().find(|c| is_forbidden(*c));
            assert_eq!(found, None, "{path}");
        }
    }
}

#[test]
fn a_link_finds_a_file_in_another_normal_form() {
    let test = SiteTest::empty()
        .skill(
            "ana/pdf",
            "# Text\n\nRead [one](caf\u{e9}.md) and [two](nai\u{308}ve.md).\n",
        )
        .file("content/skills/ana/pdf/cafe\u{301}.md", "One.")
        .file("content/skills/ana/pdf/na\u{ef}ve.md", "Two.")
        .build();
    let page = test.page("ana/skills/pdf/index.html");
    for name in ["caf%C3%A9.md", "na%C3%AFve.md"] {
        assert!(page.contains(&format!("files/{name}\"")), "{name}: {page}");
    }
}
