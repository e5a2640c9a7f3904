//! Which tags of raw HTML are elements, and what is left of those that do not fit.

use super::*;

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
fn unclosed_tags_end_where_they_must() {
    assert_eq!(
        html("<div>\n<b>bold\n\nplain\n\n<ul><li>one<li>two\n\nafter"),
        "<div><p><b>bold\n</b></p>\n<p>plain</p>\n<ul><li>one</li>\n<li>two\n<p>after</p>\n</li>\n</ul>\n</div>\n"
    );
}

#[test]
fn rows_of_raw_tables_are_equally_long() {
    let html = html("<table><tr><th>a<th>b<tr><td>1</table>");
    assert!(html.contains("<td>1</td>\n<td></td>\n</tr>"), "{html}");
}
