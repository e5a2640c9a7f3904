use super::*;

fn html(body: &str) -> String {
    render(body, &|_| None).html
}

#[test]
fn a_paragraph_is_a_paragraph() {
    assert_eq!(html("Hello *you*."), "<p>Hello <em>you</em>.</p>\n");
}
