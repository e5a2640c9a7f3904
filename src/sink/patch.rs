//! A site that is changed in place while it is served, for the preview of a registry that is being edited.
//!
//! Files that would be the same are left alone, files that are gone are removed, and what is made from the same inputs
//! as the last time (see [`super::write_unit`]) is not even made again. Each file is replaced in one step, so a reader
//! gets the old or the new one; between files there is no such promise, which a preview can live with.

use std::any::Any;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fs, io};

use super::dir::{has_bytes, swap};
use super::{Sink, check_path, written_twice};

/// A site's folder, with what was written into it from which inputs.
#[derive(Debug)]
pub struct LiveFolder {
    root: PathBuf,
    /// Beside the root, on the same file system: where a file is written before it takes its place.
    incoming: PathBuf,
    known: Mutex<Known>,
    /// Files that others took the place of.
    replaced: Mutex<Vec<PathBuf>>,
}

#[derive(Debug, Default)]
struct Known {
    /// By lower-cased path, since some file systems do not tell letter cases apart.
    files: HashMap<String, File>,
    units: HashMap<String, Unit>,
    n_rounds: u64,
}

#[derive(Debug)]
struct File {
    path: String,
    part: &'static str,
    /// The round that wrote or kept it last.
    round: u64,
}

/// Files that were made from the same inputs.
struct Unit {
    part: &'static str,
    round: u64,
    inputs: u64,
    /// Keys of `files`.
    files: Vec<String>,
    value: Box<dyn Any + Send>,
}

impl std::fmt::Debug for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unit({:x}, {:?})", self.inputs, self.files)
    }
}

impl LiveFolder {
    /// Makes `root`, which must not exist, and a folder for unfinished files beside it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn create(root: PathBuf) -> io::Result<Self> {
        let incoming = root.with_extension("incoming");
        fs::create_dir_all(&incoming)?;
        fs::create_dir(&root)?;
        Ok(Self {
            root,
            incoming,
            known: Mutex::default(),
            replaced: Mutex::default(),
        })
    }

    /// The folder of the site.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Starts to write a part of the site anew. A part is a set of files that one pass writes all of, such as all
    /// pages; two passes over the same part must not overlap.
    pub fn patch(&self, part: &'static str) -> PatchSink<'_> {
        let mut known = self.lock();
        known.n_rounds += 1;
        PatchSink {
            folder: self,
            part,
            round: known.n_rounds,
            n_changed: AtomicUsize::new(0),
        }
    }

    /// Removes what was replaced. Until then it only takes room; freeing it takes longer than writing what replaced it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn remove_replaced(&self) -> io::Result<()> {
        let mut replaced = self.replaced.lock().unwrap_or_else(PoisonError::into_inner);
        let replaced = std::mem::take(&mut *replaced);
        replaced.iter().try_for_each(fs::remove_file)
    }

    /// Forgets from which inputs files were made, so that all are made again: for a change of what every file depends on.
    pub fn forget_inputs(&self) {
        self.lock().units.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One pass over a part of a site. Without [`PatchSink::finish`], what is gone stays.
#[derive(Debug)]
pub struct PatchSink<'a> {
    folder: &'a LiveFolder,
    part: &'static str,
    round: u64,
    n_changed: AtomicUsize,
}

impl PatchSink<'_> {
    /// Removes the files of the part that were neither written nor kept; returns how many files changed, removed ones
    /// included.
    ///
    /// # Errors
    /// What the file system says.
    pub fn finish(self) -> io::Result<usize> {
        let is_stale = |part, round| part == self.part && round != self.round;
        let stale: Vec<String> = {
            let mut known = self.folder.lock();
            known
                .units
                .retain(|_, unit| !is_stale(unit.part, unit.round));
            let gone = known
                .files
                .extract_if(|_, file| is_stale(file.part, file.round));
            gone.map(|(_, file)| file.path).collect()
        };
        for path in &stale {
            self.folder.remove(path)?;
        }
        Ok(self.n_changed.load(Ordering::Relaxed) + stale.len())
    }

    /// What [`super::write_unit`] does on this sink.
    pub(super) fn unit<T: Clone + Send + 'static>(
        &self,
        name: &str,
        inputs: u64,
        write: impl FnOnce(&dyn Sink) -> io::Result<T>,
    ) -> io::Result<T> {
        let name = format!("{}: {name}", self.part);
        if let Some(value) = self.keep(&name, inputs)? {
            return Ok(value);
        }
        let recorder = Recorder {
            sink: self,
            files: Mutex::default(),
        };
        let value = write(&recorder)?;
        let files = recorder.files.into_inner();
        let unit = Unit {
            part: self.part,
            round: self.round,
            inputs,
            files: files.unwrap_or_else(PoisonError::into_inner),
            value: Box::new(value.clone()),
        };
        self.folder.lock().units.insert(name, unit);
        Ok(value)
    }

    /// Keeps the files of a unit if its inputs are the same. Otherwise it is forgotten at once: if writing it anew
    /// fails half-way, nobody must believe in its files.
    fn keep<T: Clone + 'static>(&self, name: &str, inputs: u64) -> io::Result<Option<T>> {
        let mut known = self.folder.lock();
        let Some(mut unit) = known.units.remove(name) else {
            return Ok(None);
        };
        let value = unit.value.downcast_ref::<T>().cloned();
        let is_here = |key| {
            known
                .files
                .get(key)
                .is_some_and(|file| file.part == self.part)
        };
        if unit.inputs != inputs || value.is_none() || !unit.files.iter().all(is_here) {
            return Ok(None);
        }
        for key in &unit.files {
            if let Some(file) = known.files.get_mut(key) {
                if file.round == self.round {
                    return Err(written_twice(&file.path));
                }
                file.round = self.round;
            }
        }
        unit.round = self.round;
        known.units.insert(name.to_owned(), unit);
        Ok(value)
    }

    /// Notes that `path` belongs to this pass; returns the file that stood there under another spelling.
    fn claim(&self, path: &str) -> io::Result<Option<String>> {
        let mut known = self.folder.lock();
        let file = File {
            path: path.to_owned(),
            part: self.part,
            round: self.round,
        };
        match known.files.get(&path.to_lowercase()) {
            Some(old) if old.part != self.part || old.round == self.round => {
                return Err(written_twice(&old.path));
            }
            _ => {}
        }
        let old = known.files.insert(path.to_lowercase(), file);
        Ok(old.map(|old| old.path).filter(|old| old != path))
    }
}

impl Sink for PatchSink<'_> {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        check_path(path)?;
        if let Some(other_spelling) = self.claim(path)? {
            self.folder.remove(&other_spelling)?;
        }
        if has_bytes(&self.folder.root.join(path), bytes) {
            return Ok(());
        }
        let serial = self.n_changed.fetch_add(1, Ordering::Relaxed);
        let incoming = format!("{}-{}-{serial}", self.part, self.round);
        self.folder.replace(path, &incoming, bytes)
    }

    fn patch(&self) -> Option<&PatchSink<'_>> {
        Some(self)
    }
}

/// Writes through, and notes the files of a unit.
struct Recorder<'a> {
    sink: &'a PatchSink<'a>,
    files: Mutex<Vec<String>>,
}

impl Sink for Recorder<'_> {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.sink.write(path, bytes)?;
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.push(path.to_lowercase());
        Ok(())
    }
}

impl LiveFolder {
    fn replace(&self, path: &str, incoming: &str, bytes: &[u8]) -> io::Result<()> {
        let incoming = self.incoming.join(incoming);
        let to = self.root.join(path);
        fs::write(&incoming, bytes)?;
        // A file system such as ext4 writes a file to the disk at once when it is renamed over another: 500 pages took
        // 1.5 s. An exchange is a single step too, and does not.
        if to.is_file() && swap(&incoming, &to) {
            let mut replaced = self.replaced.lock().unwrap_or_else(PoisonError::into_inner);
            replaced.push(incoming);
            return Ok(());
        }
        fs::rename(&incoming, &to).or_else(|_| {
            self.make_room(path)?;
            fs::rename(&incoming, &to)
        })
    }

    /// Makes the folder of a file. What stands in the way is gone from the site: a file and a folder of one name cannot
    /// both be written in one pass.
    fn make_room(&self, path: &str) -> io::Result<()> {
        let to = self.root.join(path);
        if to.is_dir() {
            fs::remove_dir_all(&to)?;
        }
        for (slash, _) in path.match_indices('/') {
            let folder = self.root.join(&path[..slash]);
            if folder.is_file() {
                fs::remove_file(&folder)?;
            }
        }
        fs::create_dir_all(to.parent().unwrap_or(&self.root))
    }

    /// Removes a file and the folders that it leaves empty.
    fn remove(&self, path: &str) -> io::Result<()> {
        let file = self.root.join(path);
        match fs::symlink_metadata(&file) {
            Ok(metadata) if metadata.is_file() => fs::remove_file(&file)?,
            // Something new of the same name made room for itself.
            _ => return Ok(()),
        }
        for folder in file.ancestors().skip(1) {
            if folder == self.root || fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::write_unit;

    fn folder() -> (tempfile::TempDir, LiveFolder) {
        let temp = tempfile::tempdir().unwrap();
        let folder = LiveFolder::create(temp.path().join("site")).unwrap();
        (temp, folder)
    }

    /// Writes the files as one pass over `part`; gives how many changed.
    fn pass(folder: &LiveFolder, part: &'static str, files: &[(&str, &str)]) -> usize {
        let sink = folder.patch(part);
        for (path, text) in files {
            sink.write(path, text.as_bytes()).unwrap();
        }
        sink.finish().unwrap()
    }

    fn files(folder: &LiveFolder) -> Vec<String> {
        let mut paths: Vec<String> = walkdir::WalkDir::new(folder.root())
            .into_iter()
            .map(|entry| entry.unwrap())
            .filter(|entry| !entry.file_type().is_dir())
            .map(|entry| entry.path().strip_prefix(folder.root()).unwrap().to_owned())
            .map(|path| path.to_string_lossy().into_owned())
            .collect();
        paths.sort();
        paths
    }

    #[test]
    fn only_what_differs_is_written_and_what_is_gone_is_removed() {
        let (_temp, folder) = folder();
        assert_eq!(
            pass(&folder, "pages", &[("a", "1"), ("b/c", "2"), ("d", "3")]),
            3
        );
        let modified = |path: &str| {
            let metadata = fs::metadata(folder.root().join(path)).unwrap();
            metadata.modified().unwrap()
        };
        let before = modified("a");
        assert_eq!(pass(&folder, "pages", &[("a", "1"), ("d", "4")]), 2);
        assert_eq!(files(&folder), ["a", "d"]);
        assert!(!folder.root().join("b").exists(), "no empty folder stays");
        assert_eq!(modified("a"), before);
        assert_eq!(fs::read(folder.root().join("d")).unwrap(), b"4");
        folder.remove_replaced().unwrap();
        assert_eq!(fs::read_dir(&folder.incoming).unwrap().count(), 0);
    }

    #[test]
    fn a_pass_over_one_part_leaves_the_others_alone() {
        let (_temp, folder) = folder();
        pass(&folder, "pages", &[("a", "1")]);
        pass(&folder, "search", &[("search/m", "1")]);
        pass(&folder, "pages", &[("b", "1")]);
        assert_eq!(files(&folder), ["b", "search/m"]);
        let sink = folder.patch("pages");
        let error = sink.write("Search/m", b"").unwrap_err();
        assert!(error.to_string().contains("two pages"), "{error}");
    }

    #[test]
    fn a_file_may_become_a_folder_and_change_its_letter_case() {
        let (_temp, folder) = folder();
        pass(&folder, "pages", &[("a", "1"), ("b/c", "1"), ("D/e", "1")]);
        pass(
            &folder,
            "pages",
            &[("a/x/y", "1"), ("b", "1"), ("d/E", "1")],
        );
        assert_eq!(files(&folder), ["a/x/y", "b", "d/E"]);
        pass(&folder, "pages", &[("a", "1")]);
        assert_eq!(files(&folder), ["a"]);
    }

    #[test]
    fn a_unit_is_made_again_only_from_other_inputs() {
        let (_temp, folder) = folder();
        let pass = |inputs: u64, text: &str| {
            let mut was_made = false;
            let sink = folder.patch("pages");
            let value = write_unit(
                &sink,
                "page",
                || inputs,
                |sink| {
                    was_made = true;
                    sink.write("page", text.as_bytes())?;
                    Ok(text.to_owned())
                },
            );
            sink.write("beside", b"").unwrap();
            sink.finish().unwrap();
            (was_made, value.unwrap())
        };
        assert_eq!(pass(1, "first"), (true, "first".to_owned()));
        assert_eq!(pass(1, "not looked at"), (false, "first".to_owned()));
        assert_eq!(files(&folder), ["beside", "page"]);
        assert_eq!(pass(2, "second"), (true, "second".to_owned()));
        folder.forget_inputs();
        assert_eq!(pass(2, "third"), (true, "third".to_owned()));
    }

    #[test]
    fn a_unit_that_failed_half_way_is_made_again() {
        let (_temp, folder) = folder();
        let pass = |inputs: u64, text: &'static str, result: io::Result<()>| {
            let sink = folder.patch("pages");
            let written = write_unit(
                &sink,
                "page",
                || inputs,
                |sink| {
                    sink.write("page", text.as_bytes())?;
                    result
                },
            );
            written.is_ok() && sink.finish().is_ok()
        };
        assert!(pass(1, "good", Ok(())));
        assert!(!pass(2, "half", Err(io::Error::other("full"))));
        assert!(pass(1, "good", Ok(())));
        assert_eq!(fs::read(folder.root().join("page")).unwrap(), b"good");
    }

    #[test]
    fn a_kept_file_and_a_new_one_of_the_same_path_are_a_clash() {
        let (_temp, folder) = folder();
        let write =
            |sink: &PatchSink<'_>| write_unit(sink, "page", || 1, |sink| sink.write("page", b"1"));
        let sink = folder.patch("pages");
        write(&sink).unwrap();
        sink.finish().unwrap();
        let sink = folder.patch("pages");
        write(&sink).unwrap();
        assert!(sink.write("page", b"2").is_err());
    }
}
