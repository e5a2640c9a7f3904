//! A site that is changed in place while it is served, for the preview of a registry that is being edited.
//!
//! Files that would be the same are left alone, files that are gone are removed, and what is made from the same inputs
//! as the last time (see [`Sink::keep`]) is not even made again. Each file is replaced in one step, so a reader
//! gets the old or the new one; between files there is no such promise, which a preview can live with.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::{fs, io};

use super::dir::{has_bytes, swap};
use super::{Sink, check_path, written_twice};
use crate::fingerprint::fingerprint;
use crate::lock::lock;

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
    n_rounds: u64,
}

#[derive(Debug)]
struct File {
    path: String,
    part: &'static str,
    /// The round that wrote or kept it last.
    round: u64,
    /// What it was made from, or else its bytes, as a fingerprint; `None` until it is written whole.
    inputs: Option<u64>,
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
            inputs: Mutex::default(),
            n_changed: AtomicUsize::new(0),
        }
    }

    /// Removes what was replaced. Until then it only takes room; freeing it takes longer than writing what replaced it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn remove_replaced(&self) -> io::Result<()> {
        let replaced = std::mem::take(&mut *lock(&self.replaced));
        replaced.iter().try_for_each(fs::remove_file)
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        lock(&self.known)
    }
}

/// One pass over a part of a site. Without [`PatchSink::finish`], what is gone stays.
#[derive(Debug)]
pub struct PatchSink<'a> {
    folder: &'a LiveFolder,
    part: &'static str,
    round: u64,
    /// What the files are made from that are about to be written, by path.
    inputs: Mutex<HashMap<String, u64>>,
    n_changed: AtomicUsize,
}

impl PatchSink<'_> {
    /// Removes the files of the part that were neither written nor kept; returns how many files changed, removed ones
    /// included.
    ///
    /// # Errors
    /// What the file system says.
    pub fn finish(self) -> io::Result<usize> {
        let stale: Vec<String> = {
            let mut known = self.folder.lock();
            let is_stale = |file: &File| file.part == self.part && file.round != self.round;
            let gone = known.files.extract_if(|_, file| is_stale(file));
            gone.map(|(_, file)| file.path).collect()
        };
        for path in &stale {
            self.folder.remove(path)?;
        }
        Ok(self.n_changed.load(Ordering::Relaxed) + stale.len())
    }

    /// Notes that `path` belongs to this pass; returns what stood there, under this or another spelling.
    fn claim(&self, path: &str) -> io::Result<Option<File>> {
        let file = File {
            path: path.to_owned(),
            part: self.part,
            round: self.round,
            inputs: None,
        };
        let mut known = self.folder.lock();
        self.check_free(known.files.get(&path.to_lowercase()))?;
        Ok(known.files.insert(path.to_lowercase(), file))
    }

    /// Whether this pass may write what takes the place of `old`.
    fn check_free(&self, old: Option<&File>) -> io::Result<()> {
        match old {
            Some(old) if old.part != self.part || old.round == self.round => {
                Err(written_twice(&old.path))
            }
            _ => Ok(()),
        }
    }
}

impl Sink for PatchSink<'_> {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        check_path(path)?;
        // A file that nobody asked to keep is known by its bytes, which saves reading ten thousand files again.
        let inputs = lock(&self.inputs).remove(path);
        let inputs = Some(inputs.unwrap_or_else(|| fingerprint(&bytes)));
        let is_same = match self.claim(path)? {
            Some(old) if old.path != path => {
                self.folder.remove(&old.path)?;
                false
            }
            old => old.is_some_and(|old| old.inputs == inputs),
        };
        if !is_same && !has_bytes(&self.folder.root.join(path), bytes) {
            let serial = self.n_changed.fetch_add(1, Ordering::Relaxed);
            let incoming = format!("{}-{}-{serial}", self.part, self.round);
            self.folder.replace(path, &incoming, bytes)?;
        }
        if let Some(file) = self.folder.lock().files.get_mut(&path.to_lowercase()) {
            file.inputs = inputs;
        }
        Ok(())
    }

    fn keep(&self, paths: &[&str], inputs: u64) -> io::Result<bool> {
        let mut known = self.folder.lock();
        let is_same = |path: &&str| {
            let file = known.files.get(&path.to_lowercase());
            file.is_some_and(|file| file.path == *path && file.inputs == Some(inputs))
        };
        if !paths.iter().all(is_same) {
            let inputs_of = paths.iter().map(|path| ((*path).to_owned(), inputs));
            lock(&self.inputs).extend(inputs_of);
            return Ok(false);
        }
        for path in paths {
            if let Some(file) = known.files.get_mut(&path.to_lowercase()) {
                self.check_free(Some(file))?;
                file.round = self.round;
            }
        }
        Ok(true)
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
            lock(&self.replaced).push(incoming);
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
        // Files that go with a folder may not pass for kept, should this pass fail before its end.
        for file in self.lock().files.values_mut() {
            file.inputs = None;
        }
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

    /// Writes `page` and `page.zip` from `inputs`, unless they are kept; gives whether they were.
    fn keep_or_write(sink: &PatchSink<'_>, inputs: u64, text: &str) -> io::Result<bool> {
        let is_kept = sink.keep(&["page", "page.zip"], inputs)?;
        if !is_kept {
            sink.write("page", text.as_bytes())?;
            sink.write("page.zip", text.as_bytes())?;
        }
        Ok(is_kept)
    }

    #[test]
    fn files_are_kept_from_the_same_inputs_only() {
        let (_temp, folder) = folder();
        let pass = |inputs: u64, text: &str| {
            let sink = folder.patch("pages");
            let is_kept = keep_or_write(&sink, inputs, text).unwrap();
            sink.write("beside", b"").unwrap();
            sink.finish().unwrap();
            let page = fs::read_to_string(folder.root().join("page")).unwrap();
            (is_kept, page)
        };
        assert_eq!(pass(1, "first"), (false, "first".to_owned()));
        assert_eq!(pass(1, "not looked at"), (true, "first".to_owned()));
        assert_eq!(files(&folder), ["beside", "page", "page.zip"]);
        assert_eq!(pass(2, "second"), (false, "second".to_owned()));
        let sink = folder.patch("pages");
        sink.write("beside", b"").unwrap();
        sink.finish().unwrap();
        assert_eq!(files(&folder), ["beside"]);
        assert_eq!(pass(2, "third"), (false, "third".to_owned()), "it was gone");
    }

    #[test]
    fn files_that_were_written_half_are_written_again() {
        let (_temp, folder) = folder();
        keep_or_write(&folder.patch("pages"), 1, "good").unwrap();
        let sink = folder.patch("pages");
        assert!(!sink.keep(&["page", "page.zip"], 2).unwrap());
        sink.write("page", b"new").unwrap();
        // The pass ends here, with the old zip beside the new page.
        for inputs in [1, 2] {
            let sink = folder.patch("pages");
            assert!(!sink.keep(&["page", "page.zip"], inputs).unwrap());
        }
        assert!(!keep_or_write(&folder.patch("pages"), 1, "good").unwrap());
        assert_eq!(fs::read(folder.root().join("page")).unwrap(), b"good");
    }

    #[test]
    fn what_made_room_for_others_in_a_pass_that_failed_is_written_again() {
        let (_temp, folder) = folder();
        assert!(!folder.patch("pages").keep(&["a/b"], 1).unwrap());
        let sink = folder.patch("pages");
        sink.keep(&["a/b"], 1).unwrap();
        sink.write("a/b", b"1").unwrap();
        folder.patch("pages").write("a", b"1").unwrap();
        assert!(!folder.patch("pages").keep(&["a/b"], 1).unwrap());
    }

    #[test]
    fn a_kept_file_and_a_new_one_of_the_same_path_are_a_clash() {
        let (_temp, folder) = folder();
        let sink = folder.patch("pages");
        keep_or_write(&sink, 1, "1").unwrap();
        sink.finish().unwrap();
        let sink = folder.patch("pages");
        assert!(keep_or_write(&sink, 1, "1").unwrap());
        assert!(sink.write("page", b"2").is_err());
        assert!(sink.keep(&["page"], 1).is_err());
    }
}
