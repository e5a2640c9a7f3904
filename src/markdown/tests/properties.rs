//! What holds for any text.

use std::cell::RefCell;
use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

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
        let source = parse::Source::new(&body);
        let tree = parse::parse(&source, &resolve);
        let n_bytes = HTML_MAX_BYTES - tree.n_bytes_left;
        let html = render("", &body, &resolve).html;
        prop_assert!(html.len() <= n_bytes, "{} > {n_bytes}: {html}", html.len());
    }

    #[test]
    fn a_survey_misses_nothing_by_looking_first(body in hostile_text()) {
        let source = parse::Source::new(&body);
        let tree = parse::parse(&source, &own_file);
        let (links, left_out) = tree.findings.finish(&body);
        let cut_at = tree.cut_at;
        prop_assert_eq!(survey(&body), Survey { links, left_out, cut_at });
    }

    /// What the tree promises holds before the last gate, which then has nothing to drop.
    #[test]
    fn the_sanitiser_finds_nothing_to_drop(body in hostile_text()) {
        let source = parse::Source::new(&body);
        let tree = parse::parse(&source, &own_file);
        let outline = slug::outline(&tree.nodes, "");
        let written = write::html(&tree, &outline);
        let read_back = Html::parse_fragment(&written).root_element().inner_html();
        let cleaned = sanitize::clean(&written);
        prop_assert_eq!(Html::parse_fragment(&cleaned).root_element().inner_html(), read_back);
    }

    /// So that a page may be told from its links alone whether it would change.
    #[test]
    fn a_page_asks_for_no_link_that_a_survey_does_not_know(body in hostile_text()) {
        let links = survey(&body).links;
        let known: HashSet<String> = links.iter().filter_map(|link| relative_path(&link.dest)).collect();
        let asked = RefCell::new(Vec::new());
        render("", &body, &|path| {
            asked.borrow_mut().push(path.to_owned());
            None
        });
        for path in asked.into_inner() {
            prop_assert!(known.contains(&path), "{path}");
        }
    }
}
