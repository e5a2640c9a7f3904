use std::time::{Duration, Instant};

use proptest::prelude::*;
use scraper::{Html, Selector};

use super::findings::LINKS_MAX;
use super::*;

#[path = "../../tests/data/attacks/attacks.rs"]
mod attacks;
#[path = "../../tests/data/attacks/long.rs"]
mod long;

/// Renders with a skill that holds a few files.
fn html(body: &str) -> String {
    render("", body, &own_file).html
}

fn own_file(path: &str) -> Option<String> {
    match path {
        "logo.png" | "img/a b.jpg" | "logo.svg" => {
            Some(format!("files/{}", path.replace(' ', "%20")))
        }
        "reference.md" | "page.html" => Some(format!("files/{path}.txt")),
        _ => None,
    }
}

/// What is written must read back as it was written: a browser that closes or moves elements finds nothing to do.
fn assert_well_formed(body: &str, html: &str) {
    let parsed = Html::parse_fragment(html);
    let read_back = parsed.root_element().inner_html();
    assert_eq!(tags(&read_back), tags(html), "from {body:?}");
    for outer in [
        "p p",
        "a a",
        "p div",
        "p ul",
        "h2 p",
        "h3 p",
        "em p",
        "span p",
        "summary a",
        "pre p",
    ] {
        let selector = Selector::parse(outer).unwrap();
        let found = parsed.select(&selector).next().is_some();
        assert!(!found, "`{outer}` in {html:?} from {body:?}");
    }
}

/// Names of start and end tags, in order.
fn tags(html: &str) -> Vec<&str> {
    html.split('<')
        .skip(1)
        .map(|tag| tag.split([' ', '>']).next().unwrap_or_default())
        .collect()
}

#[test]
fn an_attack_leaves_no_active_trace() {
    let attacks = attacks::attacks();
    assert!(attacks.len() >= 80, "{}", attacks.len());
    for attack in attacks {
        // As it is, and where a stranger's text meets other constructs.
        for body in [
            attack.text.clone(),
            format!("text {} text", attack.text),
            format!("> - {}", attack.text.replace('\n', "\n>   ")),
            format!("# {}", attack.text),
            format!("| a |\n|---|\n| {} |", attack.text),
            format!(
                "<details>\n<summary>{}</summary>\n\n{}\n\n</details>",
                attack.text, attack.text
            ),
            format!("<b>{}", attack.text),
            format!("[{}](https://ok.example)", attack.text),
            format!("![{}](logo.png)", attack.text),
            format!("```{}\nx\n```", attack.text),
            format!("x[^1]\n\n[^1]: {}", attack.text),
        ] {
            let html = html(&body);
            let harm = attacks::harm_in_fragment(&html, ID_PREFIX);
            assert!(harm.is_empty(), "{}: {harm:?}\n{body}\n{html}", attack.name);
            assert_well_formed(&body, &html);
        }
    }
}

#[test]
fn headings_start_at_two_and_skip_no_level() {
    let rendered = render("", "# A\n#### B\n## C\n###### D\n# E", &own_file);
    let levels: Vec<u8> = rendered.toc.iter().map(|entry| entry.level).collect();
    assert_eq!(levels, [2, 3, 3, 4, 2]);
    assert!(
        rendered.html.contains("<h4 id=\"md-d\">D</h4>"),
        "{}",
        rendered.html
    );
    let rendered = render("", "## A\n### B\n# C\n## D", &own_file);
    let levels: Vec<u8> = rendered.toc.iter().map(|entry| entry.level).collect();
    assert_eq!(levels, [2, 3, 2, 3]);
}

#[test]
fn two_headings_need_no_table_of_contents() {
    assert_eq!(render("", "# A\n# B", &own_file).toc, []);
    assert_eq!(render("", "# A\n# B\n# C", &own_file).toc.len(), 3);
}

#[test]
fn a_heading_that_repeats_the_title_is_left_out() {
    let rendered = render("pdf-tools", "# PDF Tools\n\ntext\n\n## Use", &own_file);
    assert_eq!(rendered.html, "<p>text</p>\n<h2 id=\"md-use\">Use</h2>\n");
    for kept in ["## PDF Tools", "text\n\n# PDF Tools", "# PDF Toolset"] {
        let rendered = render("pdf-tools", kept, &own_file);
        assert!(rendered.html.contains("<h2"), "{kept}");
    }
    let centred = render(
        "X",
        "<div align=center>\n<h1>X</h1>\n<p>y</p>\n</div>\n",
        &own_file,
    );
    assert_eq!(
        centred.html,
        "<div class=\"align-center\"><p>y</p>\n</div>\n"
    );
}

#[test]
fn ids_are_unique_and_fragments_lead_to_them() {
    let body = "## Install\n## Install\n## 安装 指南\n## 🚀 Go\n\
        [a](#install) [b](#Install-1) [c](#安装-指南) [d](#%E5%AE%89%E8%A3%85-%E6%8C%87%E5%8D%97) [e](#go) [f](#-go) [g](#nowhere) [h](#)";
    let html = html(body);
    for id in ["md-install", "md-install-1", "md-安装-指南", "md--go"] {
        assert_eq!(
            html.matches(&format!("id=\"{id}\"")).count(),
            1,
            "{id} in {html}"
        );
    }
    for link in [
        "<a href=\"#md-install\">a</a>",
        "<a href=\"#md-install-1\">b</a>",
        "<a href=\"#md-安装-指南\">c</a>",
        "<a href=\"#md-安装-指南\">d</a>",
        "<a href=\"#md--go\">e</a>",
        "<a href=\"#md--go\">f</a>",
        " g h",
    ] {
        assert!(html.contains(link), "{link} in {html}");
    }
}

#[test]
fn relative_links_lead_to_the_skills_own_files_or_nowhere() {
    assert_eq!(
        html(
            "[a](./docs/../reference.md#use) [b](missing.md) [c](../reference.md) [d](/reference.md)"
        ),
        "<p><a href=\"files/reference.md.txt\">a</a> b c d</p>\n"
    );
}

#[test]
fn links_elsewhere_are_marked() {
    assert_eq!(
        html("[a](https://a.example/x?y=1&z={id}) [m](mailto:a@b.example)"),
        "<p><a href=\"https://a.example/x?y=1&amp;z=%7Bid%7D\" rel=\"nofollow ugc noopener\">a</a> \
         <a href=\"mailto:a@b.example\" rel=\"nofollow ugc noopener\">m</a></p>\n"
    );
    assert_eq!(
        html("[a](https://{host}/x) [b](http://) [c](mailto:)"),
        "<p>a b c</p>\n"
    );
}

#[test]
fn bare_urls_become_links() {
    assert_eq!(
        html(
            "See https://a.example/x_(y)_z. And (http://b.example), xhttps://no.example `https://code.example`"
        ),
        "<p>See <a href=\"https://a.example/x_(y)_z\" rel=\"nofollow ugc noopener\">https://a.example/x_(y)_z</a>. \
         And (<a href=\"http://b.example/\" rel=\"nofollow ugc noopener\">http://b.example</a>), \
         xhttps://no.example <code>https://code.example</code></p>\n"
    );
    assert_eq!(
        html("见 https://a.example/路，然后").matches("<a ").count(),
        1
    );
}

#[test]
fn images_are_the_skills_own_raster_files_or_words() {
    assert_eq!(
        html(
            "![Logo](logo.png) ![Photo](img/a%20b.jpg) ![Vector](logo.svg) ![Far](https://x.example/a.png)"
        ),
        "<p><img src=\"files/logo.png\" alt=\"Logo\" loading=\"lazy\"> \
         <img src=\"files/img/a%20b.jpg\" alt=\"Photo\" loading=\"lazy\"> Vector Far</p>\n"
    );
    assert_eq!(
        html("<img src=logo.png width=100 height=99999 alt=L>"),
        "<p><img src=\"files/logo.png\" alt=\"L\" width=\"100\" loading=\"lazy\"></p>\n"
    );
    // An absolute URL is somebody else's, whoever says so.
    assert_eq!(
        render("", "![L](l.png)", &|_| Some(
            "https://x.example/l.png".into()
        ))
        .html,
        "<p>L</p>\n"
    );
}

#[test]
fn a_link_around_an_image_has_a_name_or_is_not_there() {
    let html = html(
        "[![](logo.png)](https://a.example) [![](https://b.example/x.png)](https://b.example)",
    );
    assert!(html.contains("alt=\"logo\""), "{html}");
    assert_eq!(html.matches("<a ").count(), 1, "{html}");
}

#[test]
fn code_blocks_take_the_focus_and_name_their_language() {
    assert_eq!(
        html("```C++ numbered\na < b\n```"),
        "<pre tabindex=\"0\"><code class=\"language-c++\">a &lt; b\n</code></pre>\n"
    );
    assert!(html("```a/b\nx\n```").contains("<code>x"));
}

#[test]
fn tables_scroll_and_align_without_styles() {
    assert_eq!(
        html("| a | b |\n|---|--:|\n| 1 | 2 |"),
        "<div class=\"table-scroll\" role=\"group\" aria-label=\"Table\" tabindex=\"0\"><table>\n\
         <thead><tr><th scope=\"col\">a</th>\n<th scope=\"col\" class=\"align-right\">b</th>\n</tr>\n</thead>\n\
         <tbody><tr><td>1</td>\n<td class=\"align-right\">2</td>\n</tr>\n</tbody>\n</table></div>\n"
    );
}

#[test]
fn rows_of_raw_tables_are_equally_long() {
    let html = html("<table><tr><th>a<th>b<tr><td>1</table>");
    assert!(html.contains("<td>1</td>\n<td></td>\n</tr>"), "{html}");
}

#[test]
fn task_lists_show_marks_with_names() {
    assert_eq!(
        html("- [x] a\n- [ ] b"),
        "<ul><li><span class=\"task\" role=\"img\" aria-label=\"Done\">☑</span> a</li>\n\
         <li><span class=\"task\" role=\"img\" aria-label=\"To do\">☐</span> b</li>\n</ul>\n"
    );
}

#[test]
fn footnotes_are_numbered_as_they_are_met() {
    let html = html("a[^z] b[^y] c[^z]\n\n[^y]: Y\n\n[^z]: Z, see[^w]\n\n[^w]: W\n\n[^v]: unused");
    let notes: Vec<usize> = ["Z, see", "Y", "W"]
        .iter()
        .map(|note| html.find(note).unwrap())
        .collect();
    assert!(notes.is_sorted(), "{html}");
    assert!(!html.contains("unused"), "{html}");
    assert_eq!(html.matches("href=\"#md-.note-1\"").count(), 2, "{html}");
    assert_eq!(html.matches("id=\"md-.ref-1\"").count(), 1, "{html}");
}

#[test]
fn alerts_are_named() {
    assert_eq!(
        html("> [!WARNING]\n> Hot"),
        "<blockquote class=\"alert alert-warning\"><p class=\"alert-title\">Warning</p>\n<p>Hot</p>\n</blockquote>\n"
    );
}

#[test]
fn raw_html_of_the_short_list_stays() {
    assert_eq!(
        html(
            "<details>\n<summary>More</summary>\n\n**Text** with <kbd>Ctrl</kbd>, H<sub>2</sub>O\n\n</details>"
        ),
        "<details><summary>More</summary>\n<p><strong>Text</strong> with <kbd>Ctrl</kbd>, H<sub>2</sub>O</p>\n</details>\n"
    );
    assert_eq!(
        html("<p align=\"center\">a<br>b</p>"),
        "<p class=\"align-center\">a<br>b</p>\n"
    );
}

#[test]
fn tags_that_are_no_elements_are_shown_as_they_are_written() {
    for (body, shown) in [
        (
            "Send <api-key> to <b>it</b>",
            "Send &lt;api-key&gt; to <b>it</b>",
        ),
        ("ws://<host>:<port>/x", "ws://&lt;host&gt;:&lt;port&gt;/x"),
        ("A Map<String> here", "A Map&lt;String&gt; here"),
        (
            "In <answer kind=\"x\"></answer> tags",
            "In &lt;answer kind=\"x\"&gt;&lt;/answer&gt; tags",
        ),
        ("Give <a short summary>", "Give &lt;a short summary&gt;"),
        ("`<api-key>`", "<code>&lt;api-key&gt;</code>"),
        (
            "<RULE>\nStay *calm*.\n</RULE>",
            "&lt;RULE&gt;\nStay <em>calm</em>.\n&lt;/RULE&gt;",
        ),
        (
            "x <?php y ?> <!DOCTYPE z> <![CDATA[w]]>",
            "x &lt;?php y ?&gt; &lt;!DOCTYPE z&gt; &lt;![CDATA[w]]&gt;",
        ),
        (
            "![the <crane-id> plate](gone.png)",
            "the &lt;crane-id&gt; plate",
        ),
    ] {
        assert_eq!(html(body), format!("<p>{shown}</p>\n"), "{body}");
    }
    assert!(html("<div>\n<rule>x</rule>\n</div>").contains("&lt;rule&gt;x&lt;/rule&gt;"));
    let rendered = render("", "# The <api-key> header\n# B\n# C", &own_file);
    assert_eq!(rendered.toc[0].text, "The <api-key> header");
    assert_eq!(plain_text("Send <api-key> now", 99), "Send <api-key> now");
    assert_eq!(
        first_paragraph("<rule>\nStay.\n</rule>", 99),
        "<rule> Stay. </rule>"
    );
}

#[test]
fn markdown_after_a_tag_that_is_no_element_is_markdown() {
    let body = "<Good reason=\"x\">\n```html\n<div>a</div>\n\n<rule>\n```\n</Good>\n\n> - <step-of-a-very-long-name-that-no-element-has>\n>   **b**\n\n\
        <div>\n<rule>\n</div>\n\n    <rule>\n";
    assert_eq!(
        html(body),
        "<p>&lt;Good reason=\"x\"&gt;</p>\n\
         <pre tabindex=\"0\"><code class=\"language-html\">&lt;div&gt;a&lt;/div&gt;\n\n&lt;rule&gt;\n</code></pre>\n\
         <p>&lt;/Good&gt;</p>\n\
         <blockquote><ul><li>&lt;step-of-a-very-long-name-that-no-element-has&gt;\n<strong>b</strong></li>\n</ul>\n</blockquote>\n\
         <div><p>&lt;rule&gt;\n</p>\n</div>\n\
         <pre tabindex=\"0\"><code>&lt;rule&gt;\n</code></pre>\n"
    );
    assert_eq!(
        html("<https://a.example>"),
        "<p><a href=\"https://a.example/\" rel=\"nofollow ugc noopener\">https://a.example</a></p>\n"
    );
    assert_eq!(
        html("\u{1}x\n\n<rule>\nx"),
        "<p>x</p>\n<p>&lt;rule&gt;\nx</p>\n"
    );
}

#[test]
fn elements_that_are_mentioned_are_shown_and_those_that_are_used_work() {
    for (body, shown) in [
        (
            "Fill in <time> and <source>",
            "Fill in &lt;time&gt; and &lt;source&gt;",
        ),
        (
            "Set the <title> of the page",
            "Set the &lt;title&gt; of the page",
        ),
        (
            "A <title>name</title> of it",
            "A &lt;title&gt;name&lt;/title&gt; of it",
        ),
        ("No <script> tags here", "No &lt;script&gt; tags here"),
        ("Ship to <address> today", "Ship to &lt;address&gt; today"),
        ("Use <s> for text", "Use &lt;s&gt; for text"),
        (
            "H<sub>2</sub>O <s>x</s><br>y",
            "H<sub>2</sub>O <s>x</s><br>y",
        ),
        ("<span style=\"x\">a</span> <input type=checkbox>b", "a b"),
        ("<noscript>a</noscript>", "a"),
    ] {
        assert_eq!(html(body), format!("<p>{shown}</p>\n"), "{body}");
    }
}

#[test]
fn a_tag_or_comment_that_is_never_closed_swallows_nothing() {
    for open in [
        "<script>",
        "<style>",
        "<textarea>",
        "<title>",
        "<xmp>",
        "<svg>",
        "<iframe src=x>",
        "<!--",
        "<?",
        "<!X",
        "<![CDATA[",
        "<div title=\"",
        "<plaintext>",
        "<select>",
        "<rule",
    ] {
        for body in [
            format!("{open}\nwords\n\nlast"),
            format!("x {open}\nwords\n\nlast"),
            format!("<div>\n{open}\nwords\n\nlast"),
            format!("> {open}\n> words\n\nlast"),
        ] {
            let html = html(&body);
            assert!(
                html.contains("words") && html.contains("last"),
                "{body:?}: {html}"
            );
            let text = plain_text(&body, 999);
            assert!(
                text.contains("words") && text.contains("last"),
                "{body:?}: {text}"
            );
        }
    }
}

#[test]
fn a_survey_tells_relative_links_with_their_lines() {
    let body = "[a](x.md) [a again](x.md)\n\n> ![b](y.png)\n> <img src=z.png>\n\n`[c](c.md)`\n\n    [d](d.md)\n\n\
        <div>\n<a href='../e/'>e</a>\n</div>\n\n[f](https://a.example) [g](#g) [h](/h) [i][i]\n\n\
        <script>\n[j](j.md)\n</script>\n\n[i]: i.md\n";
    let survey = survey(body);
    let links: Vec<_> = survey
        .links
        .iter()
        .map(|link| (link.dest.as_str(), link.line, link.is_image))
        .collect();
    assert_eq!(
        links,
        [
            ("x.md", 1, false),
            ("y.png", 3, true),
            ("z.png", 4, true),
            ("../e/", 11, false),
            ("i.md", 14, false),
        ]
    );
    let left_out: Vec<_> = survey.left_out.iter().collect();
    assert_eq!(
        (left_out[0].element.as_str(), left_out[0].line),
        ("script", 16)
    );
    assert_eq!(left_out.len(), 1);
}

#[test]
fn a_survey_stops_at_so_many_links() {
    let body: String = (0..LINKS_MAX + 10)
        .map(|i| format!("[a]({i}.md)\n"))
        .collect();
    assert_eq!(survey(&body).links.len(), LINKS_MAX);
}

#[test]
fn comments_are_unseen_and_nothing_to_tell() {
    let body = "a <!-- <rule> --> b\n\n<!-- [x](x.md) <script>y</script> -->\n\nc";
    assert_eq!(html(body), "<p>a  b</p>\n<p>c</p>\n");
    assert_eq!(survey(body), Survey::default());
}

#[test]
fn a_relative_path_is_read_as_browsers_and_agents_read_it() {
    for (dest, path) in [
        ("./a/../b.md?x#y", Some("b.md")),
        ("..\\a\\b%20c.md", Some("../a/b c.md")),
        ("a/../../b/", Some("../b")),
        ("./", Some("")),
        ("{baseDir}/docs/x.md", Some("docs/x.md")),
        ("${CLAUDE_SKILL_DIR}/x.md", Some("x.md")),
        ("", None),
        ("#x", None),
        ("/a", None),
        ("\\\\a", None),
        ("x:y", None),
        ("a%00b", None),
        ("%ff", None),
    ] {
        assert_eq!(relative_path(dest).as_deref(), path, "{dest}");
    }
}

#[test]
fn an_empty_heading_or_link_is_not_there() {
    assert_eq!(
        html("#\n\n## <b></b>\n\n[](https://a.example)\n\nx"),
        "<p>x</p>\n"
    );
}

#[test]
fn unclosed_tags_end_where_they_must() {
    assert_eq!(
        html("<div>\n<b>bold\n\nplain\n\n<ul><li>one<li>two\n\nafter"),
        "<div><p><b>bold\n</b></p>\n<p>plain</p>\n<ul><li>one</li>\n<li>two\n<p>after</p>\n</li>\n</ul>\n</div>\n"
    );
}

#[test]
fn plain_text_is_words_by_block() {
    let body = "# Title\n\nSome *bold*  `code` and [link](https://a.example).\n```sh\nrm -rf\n```\n- one\n- <b>two</b>\n\n<script>x</script>";
    assert_eq!(
        plain_text(body, 1500),
        "Title\nSome bold code and link.\none\ntwo"
    );
    assert_eq!(plain_text(body, 9), "Title\nSom");
    assert_eq!(plain_text(body, 0), "");
    assert_eq!(plain_text("a\u{202E}b\u{0}c", 100), "abc");
    assert_eq!(first_paragraph(body, 100), "Some bold code and link.");
    assert_eq!(first_paragraph("# Only a title", 100), "");
}

/// Input that makes parsers slow or deep. The time is far above what an unoptimised build needs, and far below what
/// anything quadratic takes.
#[test]
fn pathological_documents_take_bounded_time_and_stack() {
    const SIZE_BYTES: usize = 150_000;
    let repeat = |unit: &str| unit.repeat(SIZE_BYTES / unit.len());
    let deep = |open: &str, close: &str| {
        let n = SIZE_BYTES / (open.len() + close.len());
        format!("{}x{}", open.repeat(n), close.repeat(n))
    };
    let mut bodies: Vec<(String, String)> = [
        ">",
        "> ",
        "[",
        "]",
        "*",
        "_",
        "`",
        "~",
        "(",
        "<",
        "&",
        "#",
        "|",
        "- ",
        "1. ",
        "* a\n",
        "![",
        "[a](",
        "[](",
        "*a_ ",
        "**a ",
        "a**b",
        "~~a",
        "`a``",
        "<b>",
        "<div>",
        "<div>\n\n",
        "</div>",
        "<p>",
        "<a href=x>",
        "<table>",
        "<tr><td>",
        "<ul><li>",
        "<details>",
        "<details>\n\n",
        "<svg>",
        "<b\n",
        "<b a=\"",
        "<!--",
        "<?",
        "<!A",
        "<![CDATA[",
        "[^a]",
        "[^a]: x\n\n",
        "[a]: b\n",
        "[a]\n",
        "|a",
        "|-",
        "a|b\n",
        "# a\n",
        "# a <b>\n",
        "\\",
        "&amp;",
        "&#0;",
        "\0",
        "\n",
        "\r\n",
        "\t",
        "https://",
        "https://a.b/(",
        "https://a.b ",
        "http://x:",
        "<https://a",
        "> - ",
        ">1. ",
        "é",
        "\u{202E}",
        "***a",
        "[x](#a) ",
        "- [ ] a\n",
        "- [x] ",
        "<script>",
        "<style></style>",
        "<font size=1>",
        "<b id=1>\n\n",
        "<i><b>",
        "<h1>",
        "<h1>a",
        "![a](logo.png) ",
        "<rule>",
        "<rule>\n\n",
        "<time>",
        "<div>\n<!--",
        "<div>\n<b a=\"",
        "x <!--",
        "<svg a=b>",
        "<script></",
        "</title>",
        "[a](../b) ",
    ]
    .iter()
    .map(|unit| ((*unit).to_owned(), repeat(unit)))
    .collect();
    for (open, close) in [
        ("[", "]"),
        ("[", "](x)"),
        ("![", "](logo.png)"),
        ("*", "*"),
        ("*a ", " a*"),
        ("_a ", "a_"),
        ("<b>", "</b>"),
        ("<div>", "</div>"),
        ("<div>\n\n", "</div>\n\n"),
        ("<table><tr><td>", "</table>"),
        ("(", ")"),
        ("<a b='", "'>"),
    ] {
        bodies.push((format!("{open}…{close}"), deep(open, close)));
    }
    let n = 1000;
    bodies.push((
        "wide table".into(),
        format!(
            "{}\n{}\n{}",
            "|a".repeat(n),
            "|-".repeat(n),
            "|x\n".repeat(n * 20)
        ),
    ));
    bodies.push((
        "wide raw table".into(),
        format!(
            "<table><tr>{}{}</table>",
            "<td>".repeat(n * 20),
            "<tr><td>".repeat(n * 20)
        ),
    ));
    bodies.push((
        "open formatting".into(),
        format!(
            "{}{}",
            (0..n * 10)
                .map(|i| format!("<font size={i}>"))
                .collect::<String>(),
            "<p>x".repeat(n * 10)
        ),
    ));
    bodies.push((
        "nested quote lines".into(),
        format!("{}x\n", ">".repeat(n)).repeat(200),
    ));
    bodies.push((
        "nested list lines".into(),
        (0..n)
            .map(|i| format!("{}- a\n", "  ".repeat(i % 300)))
            .collect(),
    ));
    bodies.push((
        "footnotes".into(),
        (0..n * 5)
            .map(|i| format!("[^{i}]\n\n[^{i}]: [^{}]\n\n", i + 1))
            .collect(),
    ));
    bodies.push((
        "references".into(),
        format!(
            "{}{}",
            (0..n * 5)
                .map(|i| format!("[a{i}]: /x\n"))
                .collect::<String>(),
            "[a1] [b] ".repeat(n * 5)
        ),
    ));
    bodies.push((
        "backticks".into(),
        (1..n).map(|i| format!("e{}", "`".repeat(i))).collect(),
    ));
    bodies.push(("same headings".into(), "# a\n# a-1\n".repeat(n * 10)));
    for (name, body) in bodies {
        let start = Instant::now();
        let rendered = render("", &body, &own_file);
        let text = plain_text(&body, 1500);
        let elapsed = start.elapsed();
        assert!(
            elapsed < Duration::from_secs(20),
            "{name:?} took {elapsed:?}"
        );
        assert!(text.chars().count() <= 1500, "{name:?}");
        assert!(rendered.html.len() <= HTML_MAX_BYTES, "{name:?}");
        assert!(depth(&rendered.html) < tree::DEPTH_MAX + 10, "{name:?}");
    }
}

#[test]
fn a_document_without_end_becomes_a_page_with_one_that_says_so() {
    for (name, body) in long::long_texts(2 * MARKDOWN_MAX_BYTES) {
        let start = Instant::now();
        let rendered = render("", &body, &own_file);
        let elapsed = start.elapsed();
        println!(
            "{name}: {} bytes of HTML, {} entries, cut at {:?}, {elapsed:?}",
            rendered.html.len(),
            rendered.toc.len(),
            rendered.cut_at
        );
        assert!(
            rendered.html.len() <= HTML_MAX_BYTES,
            "{name}: {} bytes of HTML",
            rendered.html.len()
        );
        assert!(rendered.toc.len() <= TOC_MAX_ENTRIES, "{name}");
        let cut_at = rendered
            .cut_at
            .unwrap_or_else(|| panic!("{name} is not cut"));
        assert!(
            cut_at <= MARKDOWN_MAX_BYTES && body.is_char_boundary(cut_at),
            "{name}"
        );
        assert!(elapsed < Duration::from_secs(20), "{name} took {elapsed:?}");
    }
}

#[test]
fn a_document_that_fits_is_whole() {
    let line = "Some *words* in a [line](reference.md) of text.\n\n";
    let body = line.repeat(1_000);
    let rendered = render("", &body, &own_file);
    assert_eq!(rendered.cut_at, None);
    assert_eq!(rendered.html.matches("<p>").count(), 1_000);
    // As many bytes of Markdown as are read, and HTML that is hardly longer.
    let most = format!("{}\n", "x".repeat(1023)).repeat(MARKDOWN_MAX_BYTES / 1024);
    assert_eq!(survey(&most).cut_at, None);
    let more = format!("{most}The last line.\n");
    assert_eq!(survey(&more).cut_at, Some(most.len()));
    assert_eq!(render("", &more, &own_file).cut_at, Some(most.len()));
    assert!(!render("", &more, &own_file).html.contains("The last line"));
}

#[test]
fn a_document_is_cut_at_the_same_place_wherever_its_links_lead() {
    let body = "[a](b) ![c](d.png) <img src=e.png> <a href=f>g</a>\n\n".repeat(9_000);
    let nowhere = survey(&body).cut_at;
    assert!(nowhere.is_some());
    let somewhere = |path: &str| Some(format!("/a/skills/b/files/{path}"));
    assert_eq!(render("", &body, &somewhere).cut_at, nowhere);
}

/// Deepest nesting of elements, by counting tags.
fn depth(html: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for tag in html.split('<').skip(1) {
        if tag.starts_with('/') {
            depth -= 1;
        } else if !["br", "hr", "img"].iter().any(|void| tag.starts_with(void)) {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    deepest
}

/// Pieces that meet in odd ways, and anything else.
fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(vec![
            "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<a href='https://a.example'>", "</a>", "<table>", "</table>",
            "<tr>", "<td>", "<th>", "</tr>", "<caption>", "<ul>", "<ol>", "<li>", "</li>", "</ul>", "<details>", "<summary>",
            "</summary>", "</details>", "<h1>", "</h1>", "<pre>", "</pre>", "<code>", "<script>", "</script>", "<svg>",
            "<style>", "<!--", "-->", "<br>", "<hr>", "<img src=logo.png>", "<blockquote>", "<center>", "<kbd>",
            "<rule>", "</rule>", "<api-key x='", "<time>", "<title>", "<textarea>", "</textarea>", "</svg>", "<svg a=b>", "<source>",
            "<?", "<!X", "<![CDATA[", "]]>", "<a short text>",
            "\n", "\n\n", "  ", "    ", "> ", "- ", "1. ", "# ", "## ", "**", "*", "_", "~~", "`", "```\n", "| a | b |\n|---|---|\n",
            "|", "[", "]", "](x)", "](#a)", "](https://b.example)", "![", "](logo.png)", "[^1]", "\n\n[^1]: ", "- [x] ",
            "https://c.example", "&lt;", "&#x3c;", "\\", "word", " x ", "> [!NOTE]\n", "<", ">", "\"", "'", "=",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

#[test]
fn a_short_table_with_many_cells_is_told_to_be_cut() {
    for line_end in ["\n", "\r", "\r\n"] {
        let columns = "|a".repeat(400);
        let head = [columns.clone(), "|-".repeat(400)].join(line_end);
        let table = head + &format!("{line_end}|b").repeat(400);
        assert!(table.len() < 5_000);
        let cut_at = render("", &table, &own_file).cut_at;
        assert_eq!(survey(&table).cut_at, cut_at);
        assert!(cut_at.is_some(), "{line_end:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_text_renders_to_harmless_and_well_formed_html(body in hostile_text()) {
        let html = html(&body);
        let harm = attacks::harm_in_fragment(&html, ID_PREFIX);
        prop_assert!(harm.is_empty(), "{harm:?} in {html}");
        assert_well_formed(&body, &html);
        plain_text(&body, 50);
        first_paragraph(&body, 50);
    }

    /// What counts against the limit of the HTML is at least what it has.
    #[test]
    fn no_piece_of_html_is_longer_than_it_counts(body in hostile_text()) {
        let resolve = |path: &str| own_file(path);
        let source = tree::Source::new(&body);
        let tree = tree::parse(&source, &resolve);
        let n_bytes = HTML_MAX_BYTES - tree.n_bytes_left;
        let html = render("", &body, &resolve).html;
        prop_assert!(html.len() <= n_bytes, "{} > {n_bytes}: {html}", html.len());
    }

    #[test]
    fn a_survey_misses_nothing_by_looking_first(body in hostile_text()) {
        let source = tree::Source::new(&body);
        let tree = tree::parse(&source, &own_file);
        let (links, left_out) = tree.findings.finish(&body);
        let cut_at = tree.cut_at;
        prop_assert_eq!(survey(&body), Survey { links, left_out, cut_at });
    }

    /// What the tree promises holds before the last gate, which then has nothing to drop.
    #[test]
    fn the_sanitiser_finds_nothing_to_drop(body in hostile_text()) {
        let source = tree::Source::new(&body);
        let tree = tree::parse(&source, &own_file);
        let outline = slug::outline(&tree.nodes, "");
        let written = write::html(&tree, &outline);
        let read_back = Html::parse_fragment(&written).root_element().inner_html();
        let cleaned = sanitize::clean(&written);
        prop_assert_eq!(Html::parse_fragment(&cleaned).root_element().inner_html(), read_back);
    }
}
