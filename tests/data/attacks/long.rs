//! Long texts that are made to become pages without end, or to take memory and time on the way; generated, not stored.

/// One text of each kind with its name, each of about `n_bytes` bytes.
pub(crate) fn long_texts(n_bytes: usize) -> Vec<(&'static str, String)> {
    let repeat = |unit: &str| unit.repeat(n_bytes / unit.len());
    let numbered = |line: &dyn Fn(usize) -> String| {
        let mut text = String::new();
        for number in 0.. {
            if text.len() >= n_bytes {
                break;
            }
            text.push_str(&line(number));
        }
        text
    };
    let mut texts: Vec<(&'static str, String)> = [
        ("tables", "|a|\n|-|\n\n"),
        ("cells", "|a|b|c|d|\n|-|:-|-:|:-:|\n|1|2|3|4|\n\n"),
        ("headings", "# a\n"),
        ("nested headings", "# a\n## b\n### c\n"),
        ("list items", "- a\n"),
        ("tasks", "- [x] a\n"),
        ("quotes", "> a\n\n"),
        ("alerts", "> [!IMPORTANT]\n> a\n\n"),
        ("rules", "---\n\n"),
        ("hard breaks", "a\\\n"),
        ("short lines", "a\n"),
        ("paragraphs", "a\n\n"),
        ("one line", "word "),
        ("one word", "a"),
        ("line ends", "\n"),
        ("emphasis", "*a* **b** ~~c~~ `d` "),
        ("open emphasis", "**a *b _c "),
        ("closed emphasis", "*a**b*c_d__e_"),
        ("brackets", "["),
        ("image brackets", "![a]("),
        ("own links", "[a](b) "),
        ("own images", "![](logo.png) "),
        ("links elsewhere", "[a](https://a.example/&&&&) "),
        ("bare addresses", "https://a.example/ "),
        ("fragments", "# a\n[a](#a) "),
        ("raw tags", "<b>a</b>"),
        ("empty raw tags", "<b></b>"),
        ("raw breaks", "<br>"),
        ("raw blocks", "<div>\n\na\n\n</div>\n\n"),
        ("raw tables", "<table><tr><td>a</table>"),
        ("raw lists", "<ul>a</ul>"),
        ("raw details", "<details>a</details>"),
        ("raw images", "<img src=logo.png>"),
        ("open tags", "<div><p><b><a href=x>"),
        ("comments", "<!--"),
        ("scripts", "<script>a</script>"),
        ("attributes", "<b a='1' b='2' c='3'>"),
        ("entities", "&amp;&lt;&quot;&#34;&nbsp;"),
        ("quotation marks", "\"\"\"\""),
        ("spaces that do not break", "\u{a0}a"),
        ("code blocks", "```a\n\"<>&\n```\n"),
        ("zero bytes", "\0"),
        ("letters that grow", "# İȺ\n"),
        ("deep quotes", ">"),
        ("deep lists", "- "),
        ("back quotes", "` `` "),
        ("back slashes", "\\"),
    ]
    .into_iter()
    .map(|(name, unit)| (name, repeat(unit)))
    .collect();
    texts.extend([
        ("one code block", format!("```\n{}", repeat("\"a\"\n"))),
        (
            "footnotes",
            numbered(&|n| format!("[^{n}]\n\n[^{n}]: a\n\n")),
        ),
        (
            "footnote in footnote",
            numbered(&|n| format!("[^{n}]: [^{}]\n\n", n + 1)) + "[^0]",
        ),
        ("one footnote", format!("[^1]: a\n\n{}", repeat("[^1] "))),
        (
            "references",
            numbered(&|n| format!("[a{n}]: /x\n")) + &"[a1] [b] ".repeat(n_bytes / 90),
        ),
        (
            "long reference",
            format!(
                "[a]: https://a.example/{}\n\n{}",
                "x".repeat(n_bytes / 20),
                repeat("[a] ")
            ),
        ),
        (
            "different headings",
            numbered(&|n| format!("# heading {n}\n")),
        ),
        (
            "same headings",
            numbered(&|n| format!("# a-{n}\n")) + &"# a\n".repeat(n_bytes / 40),
        ),
        (
            "wide table",
            format!(
                "{}|\n{}|\n{}",
                "|a".repeat(n_bytes / 100),
                "|-".repeat(n_bytes / 100),
                "|x|\n".repeat(n_bytes / 5)
            ),
        ),
        (
            "wide raw table",
            format!(
                "<table><tr>{}{}",
                "<td>".repeat(n_bytes / 40),
                "<tr><td>a".repeat(n_bytes / 10)
            ),
        ),
        (
            "nested quotes",
            format!("{}x\n", ">".repeat(300)).repeat(n_bytes / 302),
        ),
        (
            "nested lists",
            numbered(&|n| format!("{}- a\n", "  ".repeat(n % 60))),
        ),
        (
            "growing back quotes",
            numbered(&|n| format!("e{}", "`".repeat(n))),
        ),
        (
            "emphasis in order",
            numbered(&|n| {
                if n % 2 == 0 {
                    "*a _b ".into()
                } else {
                    "c* d_ ".into()
                }
            }),
        ),
    ]);
    texts
}
