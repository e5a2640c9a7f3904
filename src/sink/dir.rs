//! A fresh folder beside the old site, swapped in whole when the build is done.
//!
//! While a build runs, everything stands in `.<name>.skillpress/` beside the output folder; a lock file in it keeps
//! two builds apart, and what a killed build left is cleared by the next one. Where the system can exchange two folders
//! in one step (Linux, macOS), the site is never missing; elsewhere it is for the moment between two renames, and a
//! build that was killed in that moment is mended by the next one.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use thiserror::Error;

use super::{MIRROR_MARKER, Sink, SiteFile, check_path, written_twice};
use crate::lock::lock;

/// The file that tells a folder that skillpress wrote from any other.
pub(super) const MARKER: &str = ".skillpress";

const MARKER_TEXT: &str =
    "This folder was written by `skillpress build`, which replaces it as a whole.\n";

/// Files that belong to the operator and survive a build.
const KEPT: &[&str] = &[".gitignore", ".gitkeep"];

/// Writes a site to a folder. Dropping it without [`DirSink::finish`] leaves the old site as it was.
#[derive(Debug)]
pub struct DirSink {
    out: PathBuf,
    work: PathBuf,
    fresh: PathBuf,
    /// Whether there is a site to compare with.
    has_old: bool,
    _lock: File,
    /// By lower-cased path, since some hosts and file systems do not tell letter cases apart.
    files: Mutex<HashMap<String, SiteFile>>,
    /// Folders that are made. Asking the system again for each file would be a third of all calls.
    folders: Mutex<HashSet<PathBuf>>,
    n_unchanged: AtomicUsize,
}

/// What a finished build wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Files of the site.
    pub n_files: usize,
    /// Their bytes.
    pub n_bytes: u64,
    /// Files that are new or differ from the site before.
    pub n_changed: usize,
    /// Files of the site before that are gone.
    pub n_removed: usize,
}

/// Why a folder cannot be the output of a build.
#[derive(Debug, Error)]
#[allow(missing_docs)]
pub enum OutputError {
    /// It has no parent or no name, such as `/`.
    #[error("`{}` cannot be an output folder", .out.display())]
    NoFolderName { out: PathBuf },
    /// Another build is writing it.
    #[error("another build is writing `{}`", .out.display())]
    Busy { out: PathBuf },
    /// There is a file in its place.
    #[error("`{}` is not a folder", .out.display())]
    NotAFolder { out: PathBuf },
    /// It holds `file`, and skillpress did not write it.
    #[error("`{}` holds `{file}` and was not written by skillpress, so it is not replaced", .out.display())]
    SomeoneElses { out: PathBuf, file: String },
    /// What the file system says.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl DirSink {
    /// Starts a fresh site for the folder `out`, which may be missing, empty, or a site that skillpress wrote.
    ///
    /// # Errors
    /// A folder that skillpress did not write; another build in progress; what the file system says.
    pub fn create(out: &Path) -> Result<Self, OutputError> {
        let out = absolute(out)?;
        let (Some(parent), Some(name)) = (out.parent(), out.file_name()) else {
            return Err(OutputError::NoFolderName { out });
        };
        fs::create_dir_all(parent)?;
        let work = parent.join(format!(".{}{WORK_SUFFIX}", name.to_string_lossy()));
        fs::create_dir_all(&work)?;
        let lock = File::create(work.join("lock"))?;
        if lock.try_lock().is_err() {
            return Err(OutputError::Busy { out });
        }
        restore_old(&out, &work)?;
        if let Err(error) = check_replaceable(&out) {
            // Best effort: the folder holds nothing but the lock.
            let _ = fs::remove_dir_all(&work);
            return Err(error);
        }
        let fresh = work.join("new");
        remove_if_there(&fresh)?;
        fs::create_dir(&fresh)?;
        Ok(Self {
            has_old: out.join(MARKER).is_file(),
            out,
            work,
            fresh,
            _lock: lock,
            files: Mutex::default(),
            folders: Mutex::default(),
            n_unchanged: AtomicUsize::new(0),
        })
    }

    /// The folder of the fresh site, to be looked at before it replaces the old one.
    pub fn fresh(&self) -> &Path {
        &self.fresh
    }

    /// The files that were written, by path: what they weigh is known before they replace the old site.
    pub(crate) fn files(&self) -> Vec<SiteFile> {
        let mut files: Vec<SiteFile> = lock(&self.files).values().cloned().collect();
        files.sort();
        files
    }

    /// Puts the fresh site in the place of the old one.
    ///
    /// # Errors
    /// What the file system says; the old site is then still in place.
    pub fn finish(self) -> io::Result<Written> {
        fs::write(self.fresh.join(MARKER), MARKER_TEXT)?;
        for name in KEPT {
            if self.out.join(name).is_file() {
                copy_keeping_time(&self.out.join(name), &self.fresh.join(name))?;
            }
        }
        let n_before = count_files(&self.out)?;
        if self.out.exists() {
            exchange(&self.fresh, &self.out, &self.work.join("old"))?;
        } else {
            fs::rename(&self.fresh, &self.out)?;
        }
        let files = lock(&self.files);
        let n_kept = files.values().filter(|file| self.old_has(&file.path));
        let n_kept = n_kept.count();
        Ok(Written {
            n_files: files.len(),
            n_bytes: files.values().map(|file| file.len).sum(),
            n_changed: files.len() - self.n_unchanged.load(Ordering::Relaxed),
            n_removed: n_before.saturating_sub(n_kept),
        })
    }

    /// After the exchange: whether the site before had `path`.
    fn old_has(&self, path: &str) -> bool {
        self.fresh.join(path).is_file() || self.work.join("old").join(path).is_file()
    }

    /// Makes `folder` and those above it, each once.
    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        if folder == self.fresh || lock(&self.folders).contains(folder) {
            return Ok(());
        }
        if let Some(parent) = folder.parent() {
            self.create_folder(parent)?;
        }
        // Another thread may have been faster.
        match fs::create_dir(folder) {
            Err(error) if !folder.is_dir() => return Err(error),
            _ => lock(&self.folders).insert(folder.to_owned()),
        };
        Ok(())
    }
}

impl Sink for DirSink {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        check_path(path)?;
        let file = SiteFile {
            path: path.to_owned(),
            len: bytes.len() as u64,
        };
        if let Some(other) = lock(&self.files).insert(path.to_lowercase(), file) {
            return Err(written_twice(&other.path));
        }
        let to = self.fresh.join(path);
        if let Some(folder) = to.parent() {
            self.create_folder(folder)?;
        }
        let old = self.out.join(path);
        if self.has_old && has_bytes(&old, bytes) {
            self.n_unchanged.fetch_add(1, Ordering::Relaxed);
            // A link keeps the modification time and costs no write; not every file system has links.
            return fs::hard_link(&old, &to).or_else(|_| copy_keeping_time(&old, &to));
        }
        fs::write(to, bytes)
    }
}

impl Drop for DirSink {
    fn drop(&mut self) {
        // Best effort: what stays behind is cleared by the next build.
        let _ = fs::remove_dir_all(&self.work);
    }
}

fn absolute(out: &Path) -> io::Result<PathBuf> {
    if out.exists() {
        out.canonicalize()
    } else {
        std::path::absolute(out)
    }
}

/// Puts back a site that a build on a system without exchange had moved away when it was killed.
fn restore_old(out: &Path, work: &Path) -> io::Result<()> {
    let old = work.join("old");
    if !out.exists() && old.is_dir() {
        return fs::rename(old, out);
    }
    remove_if_there(&old)
}

/// Whether this program wrote the folder: a site, or where one is being written.
pub fn is_written(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    is_site(folder) || name.starts_with('.') && name.ends_with(WORK_SUFFIX)
}

/// Ends the name of the folder in which a site is written, beside its place.
const WORK_SUFFIX: &str = ".skillpress";

/// Whether this program wrote the site `out`.
fn is_site(out: &Path) -> bool {
    out.join(MARKER).is_file()
}

fn check_replaceable(out: &Path) -> Result<(), OutputError> {
    if !out.exists() || is_site(out) {
        return Ok(());
    }
    if !out.is_dir() {
        let out = out.to_owned();
        return Err(OutputError::NotAFolder { out });
    }
    for entry in fs::read_dir(out)? {
        let name = entry?.file_name();
        if !KEPT.iter().any(|kept| name == *kept) {
            return Err(OutputError::SomeoneElses {
                out: out.to_owned(),
                file: name.to_string_lossy().into_owned(),
            });
        }
    }
    Ok(())
}

/// Whether `relative` (to the folder of a site) is a marker, of the publish record, or a file that survives builds.
pub fn is_operators_file(relative: &Path) -> bool {
    let is_marker = |marker: &str| relative == Path::new(marker);
    relative.starts_with(MARKER)
        || is_marker(MIRROR_MARKER)
        || KEPT.iter().any(|kept| relative == Path::new(kept))
}

fn remove_if_there(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Files below `folder` that belong to a site.
fn count_files(folder: &Path) -> io::Result<usize> {
    if !folder.exists() {
        return Ok(0);
    }
    let mut n_files = 0;
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        let relative = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        n_files += usize::from(entry.file_type().is_file() && !is_operators_file(relative));
    }
    Ok(n_files)
}

pub(super) fn has_bytes(file: &Path, bytes: &[u8]) -> bool {
    let is_same_size = fs::symlink_metadata(file)
        .is_ok_and(|meta| meta.is_file() && meta.len() == bytes.len() as u64);
    is_same_size && File::open(file).is_ok_and(|file| starts_with(file, bytes).unwrap_or(false))
}

/// Whether `file` starts with `bytes`; it is not held whole.
fn starts_with(mut file: File, bytes: &[u8]) -> io::Result<bool> {
    const CHUNK_LEN: usize = 256 * 1024;
    let mut buffer = vec![0; bytes.len().min(CHUNK_LEN)];
    for chunk in bytes.chunks(CHUNK_LEN) {
        let read = &mut buffer[..chunk.len()];
        file.read_exact(read)?;
        if read != chunk {
            return Ok(false);
        }
    }
    Ok(true)
}

fn copy_keeping_time(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    let modified = fs::metadata(from)?.modified()?;
    File::options().write(true).open(to)?.set_modified(modified)
}

/// Puts `fresh` at `out` and what stood there at `fresh` or `old`.
fn exchange(fresh: &Path, out: &Path, old: &Path) -> io::Result<()> {
    if swap(fresh, out) {
        return Ok(());
    }
    fs::rename(out, old)?;
    fs::rename(fresh, out).inspect_err(|_| {
        // Best effort: the error that matters is the first one.
        let _ = fs::rename(old, out);
    })
}

/// Exchanges two files or folders in one step; `false` where the system or the file system cannot, or one is missing.
pub(super) fn swap(a: &Path, b: &Path) -> bool {
    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).is_ok()
    }
    #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
    {
        let _ = (a, b);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(out: &Path, files: &[(&str, &str)]) -> Written {
        let sink = DirSink::create(out).unwrap();
        for (path, text) in files {
            sink.write(path, text.as_bytes()).unwrap();
        }
        sink.finish().unwrap()
    }

    #[test]
    fn a_second_build_replaces_the_first_and_counts_what_changed() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("public");
        build(&out, &[("a.html", "1"), ("b/c.html", "2"), ("gone", "3")]);
        let written = build(&out, &[("a.html", "1"), ("b/c.html", "new"), ("d", "4")]);
        assert_eq!(
            written,
            Written {
                n_files: 3,
                n_bytes: 5,
                n_changed: 2,
                n_removed: 1
            }
        );
        assert_eq!(fs::read_to_string(out.join("b/c.html")).unwrap(), "new");
        assert!(!out.join("gone").exists());
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left beside the site"
        );
    }

    #[test]
    fn an_unchanged_file_keeps_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("public");
        build(&out, &[("a.html", "1")]);
        let past = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
        File::options()
            .write(true)
            .open(out.join("a.html"))
            .unwrap()
            .set_modified(past)
            .unwrap();
        build(&out, &[("a.html", "1")]);
        assert_eq!(
            fs::metadata(out.join("a.html"))
                .unwrap()
                .modified()
                .unwrap(),
            past
        );
    }

    #[test]
    fn a_long_file_is_compared_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("public");
        let text = |end: &str| format!("{}{end}", "x".repeat(1_000_000));
        build(&out, &[("same", &text("a")), ("other", &text("a"))]);
        let written = build(&out, &[("same", &text("a")), ("other", &text("b"))]);
        assert_eq!(written.n_changed, 1);
        assert!(
            fs::read_to_string(out.join("other"))
                .unwrap()
                .ends_with("xb")
        );
    }

    #[test]
    fn the_files_of_a_fresh_site_are_known_before_it_replaces_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let sink = DirSink::create(&folder.path().join("public")).unwrap();
        sink.write("b/c.html", b"12345").unwrap();
        sink.write("a.html", b"").unwrap();
        let file = |path: &str, len| SiteFile {
            path: path.to_owned(),
            len,
        };
        assert_eq!(sink.files(), [file("a.html", 0), file("b/c.html", 5)]);
    }

    #[test]
    fn an_unfinished_build_leaves_the_old_site() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("public");
        build(&out, &[("a.html", "old")]);
        let sink = DirSink::create(&out).unwrap();
        sink.write("a.html", b"new").unwrap();
        drop(sink);
        assert_eq!(fs::read_to_string(out.join("a.html")).unwrap(), "old");
    }

    #[test]
    fn a_folder_of_someone_elses_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("public");
        fs::create_dir(&out).unwrap();
        fs::write(out.join(".gitignore"), "*\n").unwrap();
        build(&out, &[("a", "1")]);
        assert_eq!(
            fs::read_to_string(out.join(".gitignore")).unwrap(),
            "*\n",
            "the tracked file survives"
        );
        fs::remove_file(out.join(MARKER)).unwrap();
        let error = DirSink::create(&out).unwrap_err().to_string();
        assert!(
            error.contains("`a`") && error.contains("not replaced"),
            "{error}"
        );
    }

    #[test]
    fn two_builds_do_not_write_the_same_folder() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("public");
        let _first = DirSink::create(&out).unwrap();
        assert!(
            DirSink::create(&out)
                .unwrap_err()
                .to_string()
                .contains("another build")
        );
    }

    #[test]
    fn paths_that_differ_only_in_case_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let sink = DirSink::create(&folder.path().join("public")).unwrap();
        sink.write("A.html", b"").unwrap();
        assert!(
            sink.write("a.html", b"")
                .unwrap_err()
                .to_string()
                .contains("A.html")
        );
    }

    #[test]
    fn a_site_that_a_killed_build_moved_away_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("public");
        build(&out, &[("a.html", "old")]);
        let work = folder.path().join(".public.skillpress");
        fs::create_dir(&work).unwrap();
        fs::rename(&out, work.join("old")).unwrap();
        drop(DirSink::create(&out).unwrap());
        assert_eq!(fs::read_to_string(out.join("a.html")).unwrap(), "old");
    }
}
