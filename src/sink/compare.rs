//! Compares a site on disk with what its content gives now.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::Deserialize;

use super::dir::is_operators_file;
use super::{Sink, check_path};
use crate::input_file;
use crate::lock::lock;
use crate::problem::{Place, Problem, Problems};
use crate::text::head;
use crate::url;

/// Takes a site and names each difference from the one on disk; writes nothing.
#[derive(Debug)]
pub struct CompareSink {
    folder: PathBuf,
    found: Mutex<Found>,
}

#[derive(Debug, Default)]
struct Found {
    paths: BTreeSet<String>,
    problems: Problems,
}

/// The record of a skill or of an old version, as far as it says which bytes a version has.
#[derive(Deserialize)]
struct Record {
    version: String,
    zip: Zip,
}

#[derive(Deserialize)]
struct Zip {
    sha256: String,
}

impl CompareSink {
    /// Compares with the site in `folder`.
    ///
    /// # Errors
    /// When it is not a folder.
    pub fn open(folder: &Path) -> io::Result<Self> {
        if !folder.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "there is no such folder",
            ));
        }
        Ok(Self {
            folder: folder.to_owned(),
            found: Mutex::default(),
        })
    }

    /// Whether `bytes` for `path` are the record of an old version that the site has with other files: as an old one, or as
    /// the current one of the skill when the site was built.
    fn changes_version(&self, path: &str, bytes: &[u8]) -> bool {
        let Some(skill) = release_of(path) else {
            return false;
        };
        let Ok(given) = serde_json::from_slice::<Record>(bytes) else {
            return false;
        };
        let differs = |path: &str| {
            let file = self.folder.join(path);
            let baked = input_file::read(&file, input_file::FILE_MAX_BYTES).ok();
            let baked = baked.and_then(|baked| serde_json::from_slice::<Record>(&baked).ok());
            baked.is_some_and(|baked| {
                baked.version == given.version && baked.zip.sha256 != given.zip.sha256
            })
        };
        differs(path) || differs(&format!("{skill}/skill.json"))
    }

    /// All differences, files that the content does not give any more included.
    ///
    /// # Errors
    /// What the file system says.
    pub fn finish(self) -> io::Result<Problems> {
        let Found {
            paths,
            mut problems,
        } = std::mem::take(&mut *lock(&self.found));
        for entry in walkdir::WalkDir::new(&self.folder)
            .min_depth(1)
            .sort_by_file_name()
        {
            let entry = entry?;
            let relative = entry
                .path()
                .strip_prefix(&self.folder)
                .unwrap_or(entry.path());
            let path: Vec<_> = relative
                .iter()
                .map(|segment| segment.to_string_lossy())
                .collect();
            if entry.file_type().is_dir()
                || is_operators_file(relative)
                // To make it again would take a secret; whoever compares checks that it fits.
                || relative == Path::new(url::SUMS_SIGNATURE)
                || paths.contains(&path.join("/"))
            {
                continue;
            }
            problems.push(if release_of(&path.join("/")).is_some() {
                changed_version(
                    entry.path(),
                    "this version is on the site, but the content does not give it",
                )
            } else {
                let message = "this file is on the site, but the content does not give it";
                stale(entry.path(), message)
            });
        }
        Ok(problems)
    }
}

const REBUILD: &str = "run `skillpress build` with the same settings";

impl Sink for CompareSink {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        check_path(path)?;
        let file = self.folder.join(path);
        let problem = match input_file::read(&file, input_file::FILE_MAX_BYTES) {
            Ok(baked) if baked == bytes => None,
            _ if self.changes_version(path, bytes) => Some(changed_version(
                &file,
                "this version is on the site with other files than the content gives",
            )),
            Ok(baked) => Some(difference(&file, &baked, bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let message = "the content gives this file, but the site lacks it";
                Some(Problem::error(&file, "missing file", message).hint(REBUILD))
            }
            Err(error) => Some(stale(
                &file,
                format!("the content gives this file, but it cannot be read: {error}"),
            )),
        };
        let mut found = lock(&self.found);
        found.paths.insert(path.to_owned());
        found.problems.extend(problem);
        Ok(())
    }
}

/// Names the first place where `baked` and `source` part.
fn difference(file: &Path, baked: &[u8], source: &[u8]) -> Problem {
    let (Ok(baked_text), Ok(source_text)) =
        (std::str::from_utf8(baked), std::str::from_utf8(source))
    else {
        return stale(file, "the bytes differ from what the content gives");
    };
    let common = baked.iter().zip(source).take_while(|(a, b)| a == b).count();
    let message = format!(
        "the site says `{}` where the content gives `{}`",
        excerpt(baked_text, common),
        excerpt(source_text, common)
    );
    stale(file, message).at(baked_text, Place::Offset(common))
}

fn stale(file: &Path, message: impl Into<String>) -> Problem {
    Problem::error(file, "stale file", message).hint(REBUILD)
}

/// The folder of the skill when `path` is the record of an old version: `<owner>/skills/<slug>/versions/<v>/skill.json`.
fn release_of(path: &str) -> Option<&str> {
    let folder = path.strip_suffix("/skill.json")?;
    let (folder, _) = folder.rsplit_once('/')?;
    folder.strip_suffix("/versions")
}

/// Whoever installed a version, or wrote down its hash, relies on it.
fn changed_version(file: &Path, message: &str) -> Problem {
    let message = format!("{message}; what a version holds never changes");
    Problem::error(file, "changed version", message)
        .hint("give it the files that it had; new ones are a version of their own")
}

/// What stands around `offset`, from the start of the tag or line to a little after it.
fn excerpt(text: &str, offset: usize) -> String {
    const BEFORE: usize = 24;
    const AFTER: usize = 48;
    let start = head(text, offset.saturating_sub(BEFORE)).len();
    let words: Vec<&str> = head(text, offset + AFTER)[start..]
        .split_whitespace()
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("same", "1"),
            ("page.html", "<b>Official</b>"),
            ("stale", "x"),
            (".gitignore", "*"),
        ] {
            std::fs::write(folder.path().join(path), text).unwrap();
        }
        let sink = CompareSink::open(folder.path()).unwrap();
        for (path, text) in [("same", "1"), ("page.html", "<b></b>"), ("new", "x")] {
            sink.write(path, text.as_bytes()).unwrap();
        }
        let problems = sink.finish().unwrap();
        let shown: String = problems
            .sorted()
            .iter()
            .map(|problem| problem.to_string())
            .collect();
        assert_eq!(problems.n_errors(), 3);
        assert!(
            shown.contains(
                "page.html:1:4: the site says `<b>Official</b>` where the content gives `<b></b>`"
            ),
            "{shown}"
        );
        assert!(
            shown.contains("new: the content gives this file")
                && shown.contains("stale: this file is on the site")
        );
    }

    #[test]
    fn a_published_version_that_would_change_or_go_is_told() {
        let record = |version: &str, sha256: &str, name: &str| {
            let zip = serde_json::json!({ "sha256": sha256 });
            serde_json::json!({ "name": name, "version": version, "zip": zip }).to_string()
        };
        let folder = tempfile::tempdir().unwrap();
        let skill = "ana/skills/pdf";
        for (path, record) in [
            ("skill.json", record("1.2", "a", "PDF")),
            ("versions/1.1/skill.json", record("1.1", "b", "PDF")),
            ("versions/1.0/skill.json", record("1.0", "c", "PDF")),
            ("versions/0.9/skill.json", record("0.9", "d", "PDF")),
        ] {
            let file = folder.path().join(skill).join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, record).unwrap();
        }
        let sink = CompareSink::open(folder.path()).unwrap();
        for (path, record) in [
            ("skill.json", record("1.3", "e", "PDF")),
            ("versions/1.2/skill.json", record("1.2", "f", "PDF")),
            ("versions/1.1/skill.json", record("1.1", "g", "PDF")),
            ("versions/1.0/skill.json", record("1.0", "c", "PDF Tools")),
        ] {
            sink.write(&format!("{skill}/{path}"), record.as_bytes())
                .unwrap();
        }
        let problems = sink.finish().unwrap();
        let shown = problems.sorted().into_iter().map(|problem| {
            let shown = problem.to_string();
            let shown = shown.split(skill).nth(1).unwrap();
            let sentence = shown.split_once(": ").unwrap().1;
            (
                shown[1..].split(':').next().unwrap().to_owned(),
                sentence.to_owned(),
            )
        });
        let shown: Vec<_> = shown.collect();
        let told = |path: &str| {
            let (_, sentence) = shown.iter().find(|(told, _)| told == path).unwrap();
            sentence.lines().next().unwrap().to_owned()
        };
        let never = "what a version holds never changes";
        for path in ["versions/1.2/skill.json", "versions/1.1/skill.json"] {
            let other = "this version is on the site with other files than the content gives";
            assert_eq!(told(path), format!("{other}; {never}"));
        }
        assert_eq!(
            told("versions/0.9/skill.json"),
            format!("this version is on the site, but the content does not give it; {never}")
        );
        for stale in ["skill.json", "versions/1.0/skill.json"] {
            assert!(told(stale).starts_with("the site says"), "{}", told(stale));
        }
    }
}
