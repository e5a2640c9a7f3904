//! `search --read`: prints a file of a published skill, out of its copy or out of the zip.

use std::str::FromStr;

use super::{nearest, no_skill, unprinted};
use crate::cmd::error::CommandError;
use crate::key::SkillKey;
use crate::published::{PublishedSite, Record};
use crate::site_source::MAX_FILE_BYTES;
use crate::terminal::{self, Terminal};
use crate::text::{decode, listed, suggest, unicode};

/// A file of a skill as people name it.
#[derive(Clone, Debug)]
pub(super) struct FileArg {
    key: SkillKey,
    /// `None`: the main file.
    path: Option<String>,
}

const FORM: &str = "write it as `owner/slug`, or `owner/slug/path`";

impl FromStr for FileArg {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.splitn(3, '/').collect();
        let (owner, slug, path) = match parts[..] {
            [owner, slug] => (owner, slug, ""),
            [owner, slug, path] => (owner, slug, path),
            _ => return Err(FORM),
        };
        let key = SkillKey::parse(&format!("{owner}/{slug}")).ok_or(FORM)?;
        Ok(Self {
            key,
            path: (!path.is_empty()).then(|| unicode::nfc(path).into_owned()),
        })
    }
}

/// Prints the file: its bytes as they are into a pipe or a file, its text in printable lines on a terminal.
pub(super) fn print(site: &str, wanted: &FileArg) -> Result<(), CommandError> {
    let mut published = PublishedSite::open(site)?;
    let Some(record) = published.record(&wanted.key)? else {
        return Err(no_such_skill(&mut published, site, &wanted.key));
    };
    let file = match &wanted.path {
        None => record.main_file(),
        Some(path) => record.file(path),
    };
    let file = file.ok_or_else(|| no_such_file(wanted, &record))?;
    let bytes = published.file(&wanted.key, &record, file, MAX_FILE_BYTES)?;
    if record.is_suspicious {
        let key = &wanted.key;
        error_line!("warning: the registry marks `{key}` as suspicious");
    }
    let mut out = Terminal::stdout();
    if !terminal::is_stdout_watched() {
        out.bytes(&bytes).map_err(unprinted)?;
    } else if bytes.contains(&0) {
        return Err(CommandError::advised(
            format_args!("`{}` is no text, which a terminal could show", file.path),
            "put `> FILE` behind the command",
        ));
    } else {
        out.lines(decode(&bytes).text).map_err(unprinted)?;
    }
    out.flush().map_err(unprinted)
}

fn no_such_skill(published: &mut PublishedSite, site: &str, key: &SkillKey) -> CommandError {
    let source = &mut published.source;
    // Without an index there is nothing to propose, and the skill is missing all the same.
    let searcher = source.open_index().ok();
    let nearest = searcher.and_then(|mut searcher| nearest(&mut searcher, source, key));
    no_skill(site, key, nearest.as_ref())
}

fn no_such_file(wanted: &FileArg, record: &Record) -> CommandError {
    let paths = || record.files.iter().map(|file| file.path.as_str());
    let message = match &wanted.path {
        Some(path) => format!("`{}` has no file `{path}`", wanted.key),
        None => format!("`{}` has no Markdown file", wanted.key),
    };
    let meant = wanted
        .path
        .as_deref()
        .and_then(|path| suggest(path, paths()));
    let hint = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("its files are {}", listed(paths(), 5)),
    };
    CommandError::advised(message, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_skill_and_its_path() {
        for (text, key, path) in [
            ("ana/pdf-tools", "ana/pdf-tools", None),
            ("@ana/pdf-tools/", "ana/pdf-tools", None),
            ("ana/a/a", "ana/a", Some("a")),
            (
                "ana/pdf-tools/docs/a b.md",
                "ana/pdf-tools",
                Some("docs/a b.md"),
            ),
            ("ana/x/../../secret", "ana/x", Some("../../secret")),
        ] {
            let parsed: FileArg = text.parse().unwrap();
            assert_eq!(parsed.key.to_string(), key);
            assert_eq!(parsed.path.as_deref(), path);
        }
        for text in ["", "ana", "ana/", "/x", "../x/y", "ana/..", "ana/../x"] {
            assert!(text.parse::<FileArg>().is_err(), "{text}");
        }
    }
}
