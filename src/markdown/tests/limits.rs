//! Documents made to take memory and time.

use std::time::{Duration, Instant};

use super::*;

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
        assert!(depth(&rendered.html) < builder::DEPTH_MAX + 10, "{name:?}");
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
