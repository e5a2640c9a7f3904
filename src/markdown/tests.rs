use scraper::{Html, Selector};

use super::*;

#[path = "../../tests/data/attacks/attacks.rs"]
mod attacks;
#[path = "../../tests/data/attacks/long.rs"]
mod long;

mod limits;
mod links;
mod properties;
mod raw_html;

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
fn comments_are_unseen_and_nothing_to_tell() {
    let body = "a <!-- <rule> --> b\n\n<!-- [x](x.md) <script>y</script> -->\n\nc";
    assert_eq!(html(body), "<p>a  b</p>\n<p>c</p>\n");
    assert_eq!(survey(body), Survey::default());
}

#[test]
fn an_empty_heading_or_link_is_not_there() {
    assert_eq!(
        html("#\n\n## <b></b>\n\n[](https://a.example)\n\nx"),
        "<p>x</p>\n"
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
