//! Where links and images lead, and which of them a survey tells.

use super::*;
use crate::markdown::findings::LINKS_MAX;

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
fn a_link_that_begins_in_what_is_left_out_is_none() {
    let body = "<svg>[a</svg>b](reference.md)";
    assert_eq!(html(body), "<p>b</p>\n");
    assert_eq!(survey(body).links, []);
}

#[test]
fn a_survey_knows_every_link_that_a_page_has_room_for() {
    let body: String = (0..LINKS_MAX + 10)
        .map(|n| format!("[x](f/{n}.md)\n"))
        .collect();
    let rendered = render("", &body, &|path| Some(format!("/{path}")));
    let n_shown = rendered.html.matches("<a href=").count();
    assert!(rendered.cut_at.is_some() && n_shown > LINKS_MAX / 2);
    let links = survey(&body).links;
    assert!((n_shown..=LINKS_MAX).contains(&links.len()));
    for link in &links[..n_shown] {
        assert!(rendered.html.contains(&format!("\"/{}\"", link.dest)));
    }
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
