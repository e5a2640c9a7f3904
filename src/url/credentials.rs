//! Addresses as they may be shown.

/// `text` with every URL in it shortened to what tells no secret: no user, password, query or fragment.
pub fn without_credentials(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, url)) = rest.split_once("://") {
        shown.push_str(before);
        shown.push_str("://");
        let is_end = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`' | '<' | '>');
        let (url, after) = url.split_at(url.find(is_end).unwrap_or(url.len()));
        let (authority, path) = url.split_at(url.find('/').unwrap_or(url.len()));
        // A password may hold a `/` or a `?` that is not encoded, and then ends behind the first.
        let (authority, path) = match url.rfind('@') {
            Some(at) if at > authority.len() && has_password(authority) => {
                let host = &url[at + 1..];
                host.split_at(host.find('/').unwrap_or(host.len()))
            }
            _ => (authority, path),
        };
        let host = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let end = |part: &str| part.find(['?', '#']).unwrap_or(part.len());
        shown.push_str(&host[..end(host)]);
        if end(host) == host.len() {
            shown.push_str(&path[..end(path)]);
        }
        rest = after;
    }
    shown + rest
}

/// Whether what follows the `:` is no port.
fn has_password(authority: &str) -> bool {
    authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_err())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_of_a_url_is_shown() {
        for (text, shown) in [
            ("https://me:pass@a.example/b", "https://a.example/b"),
            ("https://token@a.example/b?key=1#x", "https://a.example/b"),
            ("https://me:pa/ss@a.example/b", "https://a.example/b"),
            ("https://a.example?key=1/2", "https://a.example"),
            ("https://a.example/@b/c", "https://a.example/@b/c"),
            ("https://a.example:80/@b", "https://a.example:80/@b"),
            (
                "fatal: unable to access 'https://t@a.example/b/': x https://u:v@b.example",
                "fatal: unable to access 'https://a.example/b/': x https://b.example",
            ),
            ("git@a.example:b", "git@a.example:b"),
        ] {
            assert_eq!(without_credentials(text), shown);
        }
    }
}
