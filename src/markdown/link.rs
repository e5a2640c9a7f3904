//! Which links and image sources of strangers may stand on a page.

use crate::text::unicode;
use crate::url::web;

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A place in the same document, as the author named it; shown only if a heading has that name.
    Fragment(String),
    /// The skill's own copy of a file.
    Own(String),
    /// Elsewhere: `http:`, `https:` or `mailto:`, a valid URL.
    External(String),
}

/// Reads the destination of a link; `None` for one that may not be shown.
pub(super) fn target(dest: &str, resolve: &dyn Fn(&str) -> Option<String>) -> Option<Target> {
    let dest = dest.trim_matches(is_space_or_control);
    if let Some(fragment) = dest.strip_prefix('#') {
        let fragment = percent_decode(fragment)?;
        return (!fragment.is_empty()).then_some(Target::Fragment(fragment));
    }
    match scheme(dest) {
        Some(_) => web::link(dest, &EXTERNAL_SCHEMES).map(Target::External),
        None => resolve(&relative_path(dest)?).map(Target::Own),
    }
}

/// The URL of an image that is the skill's own raster file, from the destination that the author wrote.
pub(super) fn image_source(dest: &str, resolve: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    resolve(&relative_path(dest)?).filter(|src| is_own_image(src))
}

/// The path that a relative destination of a link names, from the folder of the document.
///
/// Decoded, in Normalization Form C as paths of files are, without `.`, query and fragment; `..` stands only at its
/// start, where it leaves that folder. `\` is read as `/`, as browsers do. `None` for whatever is no such path: absolute, with a scheme, nothing but a fragment, with a
/// control character.
pub fn relative_path(dest: &str) -> Option<String> {
    let dest = dest.trim_matches(is_space_or_control);
    // What agents replace by the folder of the skill.
    let own_folder = ["{baseDir}/", "${CLAUDE_SKILL_DIR}/"];
    let dest = own_folder
        .iter()
        .find_map(|folder| dest.strip_prefix(folder))
        .unwrap_or(dest);
    if scheme(dest).is_some() {
        return None;
    }
    let path = &dest[..dest.find(['?', '#']).unwrap_or(dest.len())];
    let path = percent_decode(path)?.replace('\\', "/");
    if path.is_empty() || path.starts_with('/') || path.contains(is_unreadable) {
        return None;
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    Some(unicode::nfc(&segments.join("/")).into_owned())
}

fn is_unreadable(c: char) -> bool {
    c.is_control() || c == '\u{FFFD}'
}

/// Whether `src` is a relative URL of a raster image.
pub(super) fn is_own_image(src: &str) -> bool {
    const RASTER: [&str; 6] = ["png", "jpg", "jpeg", "gif", "webp", "avif"];
    let path = &src[..src.find(['?', '#']).unwrap_or(src.len())];
    is_own(src)
        && path.rsplit_once('.').is_some_and(|(_, extension)| {
            RASTER
                .iter()
                .any(|raster| extension.eq_ignore_ascii_case(raster))
        })
}

/// Whether `url` is relative and stays on this host, also for a browser that reads `\` as `/`.
pub(super) fn is_own(url: &str) -> bool {
    let is_clean = !url.chars().any(|c| is_space_or_control(c) || c == '\\');
    is_clean && !url.is_empty() && scheme(url).is_none() && !url.starts_with("//")
}

/// Whether `url` is absolute with a scheme that links may have.
pub(super) fn is_external(url: &str) -> bool {
    scheme(url).is_some_and(|scheme| {
        EXTERNAL_SCHEMES
            .iter()
            .any(|allowed| scheme.eq_ignore_ascii_case(allowed))
    })
}

/// Schemes of links that lead elsewhere.
const EXTERNAL_SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// The file name in a destination without its extension, as a last name for an image.
pub(super) fn file_stem(dest: &str) -> String {
    let path = relative_path(dest).unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.')
        .map_or(name, |(stem, _)| stem)
        .to_owned()
}

/// Splits text at its first `http://` or `https://` URL: before, URL, after.
///
/// As in GitHub's extension "autolinks": the URL starts a word, closing punctuation and unbalanced `)` are not part
/// of it.
pub(super) fn split_at_url(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let slashes = from + text[from..].find("://")?;
        from = slashes + 3;
        let before = &text[..slashes];
        let Some(start) = ["https", "http"]
            .iter()
            .find(|scheme| before.ends_with(*scheme))
            .map(|scheme| slashes - scheme.len())
        else {
            continue;
        };
        if text[..start].ends_with(|c: char| c.is_alphanumeric()) {
            continue;
        }
        let url = &text[start..];
        let end = url
            .find(|c: char| {
                c.is_whitespace()
                    || c.is_control()
                    || "<>\"`|\\^{}「」『』，。；：！？、（）【】《》“”‘’…".contains(c)
            })
            .unwrap_or(url.len());
        let url = trim_url_end(&url[..end]);
        if url.len() > slashes - start + 3 {
            return Some((&text[..start], url, &text[start + url.len()..]));
        }
    }
}

fn trim_url_end(mut url: &str) -> &str {
    let mut n_unopened = url.matches(')').count() as isize - url.matches('(').count() as isize;
    loop {
        let Some(last) = url.chars().next_back() else {
            return url;
        };
        match last {
            ')' if n_unopened > 0 => n_unopened -= 1,
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' | ']' | '[' => {}
            _ => return url,
        }
        url = &url[..url.len() - last.len_utf8()];
    }
}

/// What stands before the first `:`, when a browser would read it as a scheme.
///
/// Tabs and line breaks inside are skipped, as browsers do; anything else odd makes it no scheme.
fn scheme(url: &str) -> Option<&str> {
    let end = url.find([':', '/', '?', '#'])?;
    (url.as_bytes()[end] == b':').then_some(&url[..end])
}

fn percent_decode(text: &str) -> Option<String> {
    let bytes = percent_encoding::percent_decode_str(text);
    bytes.decode_utf8().ok().map(String::from)
}

fn is_space_or_control(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}
