//! Compares a site on disk with what its content gives now.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::dir::is_operators_file;
use super::{Sink, check_path};
use crate::input_file;
use crate::lock::lock;
use crate::problem::{Place, Problem, Problems};
use crate::text::head;

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
                || paths.contains(&path.join("/"))
            {
                continue;
            }
            let message = "this file is on the site, but the content does not give it";
            problems.push(stale(entry.path(), message));
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
}
