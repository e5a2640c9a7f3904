//! Addresses that strangers write: which of them a page may link to, and how they are shown.

use icu_properties::props::Script;
use icu_properties::script::ScriptWithExtensions;
use idna::AsciiDenyList;
use idna::uts46::{Hyphens, Uts46, verify_dns_length};
use url::{Host, Url};

/// `text` as a URL that a page may link to, in the form that browsers read and validators accept; `None` unless it is
/// absolute, its scheme is one of `schemes` and its host can exist.
///
/// The host comes out in ASCII. User names are refused: `https://bank.example@evil.example` is made to mislead.
pub fn link(text: &str, schemes: &[&str]) -> Option<String> {
    let url = Url::parse(text).ok()?;
    if !schemes.contains(&url.scheme()) || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let leads_somewhere = match url.host() {
        Some(Host::Domain(domain)) => is_domain(domain),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => url.scheme() == "mailto" && url.path().contains('@'),
    };
    (leads_somewhere && url.as_str().len() <= URL_MAX_BYTES).then(|| encode(url.as_str()))
}

/// What people see of `url`, which [`link`] gave: without scheme, `www.` and final slash, the host in its own script
/// unless that could pass for another name; then it stays in Punycode.
pub fn shown(url: &str) -> String {
    let address = url.split_once("://").map_or(url, |(_, address)| address);
    let address = address.strip_prefix("www.").unwrap_or(address);
    let host_len = address.find([':', '/', '?', '#']).unwrap_or(address.len());
    let (host, rest) = address.split_at(host_len);
    let (unicode, validity) = Uts46::new().to_user_interface(
        host.as_bytes(),
        AsciiDenyList::URL,
        Hyphens::Allow,
        |label, top_level, _| is_unmistakable(label, top_level),
    );
    let host = if validity.is_ok() { &unicode } else { host };
    format!("{host}{rest}").trim_end_matches('/').to_owned()
}

/// Whether the host of an address that [`shown`] gave is in Punycode, wholly or in part.
pub fn is_in_punycode(address: &str) -> bool {
    let host = address.split(['/', '?', '#']).next().unwrap_or_default();
    host.split('.').any(|label| label.starts_with("xn--"))
}

/// Longest URL that is linked; browsers and servers take longer ones, people do not write them.
const URL_MAX_BYTES: usize = 2048;

/// Whether a parsed host is a name that can exist, not a placeholder such as `{host}`.
fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    domain.is_ascii() && verify_dns_length(domain, true) && domain.split('.').all(is_label)
}

/// Whether a label of a host is written in one script (Unicode Technical Standard 39, 5.2: "Single Script", so Japanese
/// and Korean may mix their own), and not in one with letters like Latin ones below a top-level domain in ASCII, where
/// `аррӏе.com` would pass for another. Symbols of no script, such as the fraction slash, are in no name.
fn is_unmistakable(label: &[char], top_level: &[char]) -> bool {
    const NEIGHBOURS_OF_ASCII: [&[Script]; 4] = [
        &[Script::Latin],
        &[Script::Han, Script::Hiragana, Script::Katakana],
        &[Script::Han, Script::Hangul],
        &[Script::Han, Script::Bopomofo],
    ];
    let scripts = ScriptWithExtensions::new();
    let is_within = |allowed: &[Script]| {
        label.iter().all(|&c| {
            let any = [Script::Common, Script::Inherited];
            allowed
                .iter()
                .chain(&any)
                .any(|&script| scripts.has_script(c, script))
        })
    };
    let is_single = || {
        let letters = label.iter().map(|&c| scripts.get_script_val(c));
        let mut own =
            letters.filter(|&script| script != Script::Common && script != Script::Inherited);
        own.next().is_none_or(|script| is_within(&[script]))
    };
    let is_symbol = |c: char| {
        !c.is_ascii() && !c.is_alphanumeric() && scripts.get_script_val(c) == Script::Common
    };
    if label.iter().any(|&c| is_symbol(c)) {
        return false;
    }
    NEIGHBOURS_OF_ASCII.into_iter().any(is_within)
        || (top_level.iter().any(|c| !c.is_ascii()) && is_single())
}

/// Percent-encodes what a URL parser lets pass but a valid URL does not hold.
fn encode(url: &str) -> String {
    let path_start = url
        .find("://")
        .map_or(0, |at| at + 3 + url[at + 3..].find('/').unwrap_or(0));
    let (authority, rest) = url.split_at(path_start);
    let mut encoded = String::with_capacity(url.len());
    encoded.push_str(authority);
    let mut seen_fragment = false;
    for (at, c) in rest.char_indices() {
        let is_escape = || {
            let digits = rest.as_bytes().get(at + 1..at + 3);
            digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        };
        match c {
            '%' if !is_escape() => encoded.push_str("%25"),
            '#' if seen_fragment => encoded.push_str("%23"),
            ' ' | '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' | '[' | ']' => {
                encoded.push_str(&format!("%{:02X}", u32::from(c)));
            }
            _ => encoded.push(c),
        }
        seen_fragment |= c == '#';
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEB: [&str; 2] = ["https", "http"];

    #[test]
    fn only_plain_web_addresses_are_links() {
        for (text, expected) in [
            (" HTTPS://example.org/a?b#c ", "https://example.org/a?b#c"),
            (
                "https://x.example/\"onload=",
                "https://x.example/%22onload=",
            ),
            ("https://münchen.example", "https://xn--mnchen-3ya.example/"),
            ("http://127.0.0.1:80/[a]", "http://127.0.0.1/%5Ba%5D"),
            ("https://my_host.example./", "https://my_host.example./"),
        ] {
            assert_eq!(link(text, &WEB).as_deref(), Some(expected), "{text}");
        }
        for bad in [
            "javascript:alert(1)",
            "javascript://x/%0aalert(1)",
            "data:text/html,x",
            "https://",
            "//x.example",
            "x.example",
            "https://good.example@evil.example/",
            "https://{host}/",
            "https://x y/",
            "https://a..example/",
            "https://-a.example/",
            "https://1.2.3.4.5/",
            "https://999.1.1.1/",
            "https://xn--a.example/",
            "https://a\u{fdd0}b.example/",
        ] {
            assert_eq!(link(bad, &WEB), None, "{bad}");
        }
        assert_eq!(
            link(&format!("https://{}.example", "a".repeat(64)), &WEB),
            None
        );
        assert_eq!(
            link(&format!("https://a.example/{}", "a".repeat(2048)), &WEB),
            None
        );
        assert_eq!(link("http://x.example", &["https"]), None);
        assert_eq!(link("mailto:a", &["mailto"]), None);
    }

    #[test]
    fn a_host_that_could_pass_for_another_is_shown_in_punycode() {
        for (url, expected) in [
            ("https://www.example.org/a/", "example.org/a"),
            ("https://münchen.example:8080/", "münchen.example:8080"),
            ("https://日本語テスト.example/", "日本語テスト.example"),
            ("https://пример.рф/", "пример.рф"),
            // Cyrillic а in a Latin name; a name of Cyrillic letters alone; Latin and Katakana that looks like `/`.
            ("https://pаypal.example/", "xn--pypal-4ve.example"),
            ("https://аррӏе.com/", "xn--80ak6aa92e.com"),
            ("https://comノa.example/", "xn--coma-xq4c.example"),
        ] {
            let link = link(url, &WEB).unwrap();
            assert!(link.is_ascii());
            assert_eq!(shown(&link), expected, "{url}");
        }
    }
}
