//! Relative links in the bodies of skills that lead nowhere.

use crate::catalog::{Catalog, Skill};
use crate::markdown::{RelativeLink, relative_path};
use crate::problem::{Place, Problem, Problems};
use crate::text;

/// Warns of links and images that no published file or skill answers; `catalog` is complete.
///
/// Only the file that the page is made from is looked at: other Markdown files of a skill are published as they are.
pub(super) fn check(catalog: &Catalog, problems: &mut Problems) {
    for skill in &catalog.skills {
        let is_dead = |link: &&RelativeLink| {
            let path = relative_path(&link.dest).filter(|path| !is_placeholder(&link.dest, path));
            path.is_some_and(|path| catalog.linked(skill, &path).is_none())
        };
        let dead: Vec<&RelativeLink> = skill.links.iter().filter(is_dead).collect();
        let path = skill.main_path();
        for (link_idx, link) in dead.iter().enumerate().take(SHOWN_MAX) {
            let is_last = link_idx + 1 == SHOWN_MAX;
            let n_more = if is_last { dead.len() - SHOWN_MAX } else { 0 };
            let warning = Problem::warning(&path, "dead link", message(link, n_more));
            let warning = warning.at("", Place::Line(link.line));
            problems.push(warning.hint(hint(skill, link)));
        }
    }
}

/// Dead links of one skill that are reported each for itself.
const SHOWN_MAX: usize = 20;

/// Longest destination that a message repeats, in characters.
const DEST_MAX_CHARS: usize = 120;

/// Whether an author who writes this shows how a link is written and means no file.
fn is_placeholder(dest: &str, path: &str) -> bool {
    const WORDS: [&str; 8] = [
        "dest", "file", "href", "image", "link", "path", "src", "url",
    ];
    let lower = path.to_ascii_lowercase();
    WORDS.contains(&lower.as_str())
        || lower.starts_with("path/to/")
        || dest.starts_with('~')
        || path.contains(['{', '}', '<', '>', '$', '*', '…'])
        || path.contains("...")
}

fn message(link: &RelativeLink, n_more: usize) -> String {
    let dest = text::shorten(&link.dest, DEST_MAX_CHARS);
    let what = if leaves_skill(link) {
        "no skill of the registry and no file of one"
    } else {
        "no file of this skill"
    };
    let shown = if link.is_image {
        "its words in place of the image"
    } else {
        "the text without the link"
    };
    let more = match n_more {
        0 => String::new(),
        1 => "; another link leads nowhere too".to_owned(),
        _ => format!("; {n_more} more links lead nowhere too"),
    };
    format!("`{dest}` is {what}, so the page shows {shown}{more}")
}

fn hint(skill: &Skill, link: &RelativeLink) -> String {
    if leaves_skill(link) {
        return "link to a skill of the same owner as `../<slug>/SKILL.md`, to anything else with its whole URL"
            .to_owned();
    }
    match similar_file(skill, link) {
        Some(path) => format!("did you mean `{path}`?"),
        None => "add the file to the skill's folder, or take the link out".to_owned(),
    }
}

fn leaves_skill(link: &RelativeLink) -> bool {
    relative_path(&link.dest).is_some_and(|path| path.starts_with(".."))
}

/// The one file with the same name, whatever its folder and letter case, as a link names it.
fn similar_file<'s>(skill: &'s Skill, link: &RelativeLink) -> Option<&'s str> {
    let path = relative_path(&link.dest)?;
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_lowercase();
    let wanted = name(&path);
    let mut same = skill.files.iter().filter(|file| name(&file.path) == wanted);
    let (file, None) = (same.next()?, same.next()) else {
        return None;
    };
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    let is_at_top = !skill.main_file().path.contains('/');
    (is_at_top && file.path.chars().all(is_plain)).then_some(&file.path)
}
