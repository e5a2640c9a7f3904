//! The folder of a copy, and the one beside it where files wait until all are there.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::MirrorError;
use crate::input_file;
use crate::minisign::PublicKey;
use crate::sink::{MIRROR_MARKER, is_operators_file};
use crate::site_source::{CopyError, Target};
use crate::summed_site::{SummedSite, folded};
use crate::sums::{Digest, Hasher, Sum, digest};
use crate::text::hex;
use crate::url;

/// A copy, while it is made or followed.
#[derive(Debug)]
pub(super) struct MirrorFolder {
    path: PathBuf,
    /// `.<name>.mirror` beside it: a lock, and what was fetched, called by its SHA-256.
    work: PathBuf,
    _lock: File,
    n_begun: AtomicUsize,
}

const MARKER_TEXT: &str = "This folder is a copy of a site by `skillpress mirror`, which removes what is not of the site.\n";

impl MirrorFolder {
    /// The copy in `folder`, which is missing, empty, or one.
    pub(super) fn open(folder: &Path) -> Result<Self, MirrorError> {
        let path = match folder.canonicalize() {
            Ok(path) => path,
            Err(_) => std::path::absolute(folder)?,
        };
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(MirrorError::NoFolderName(path));
        };
        if !is_ours(&path)? {
            return Err(MirrorError::SomeoneElses(folder.to_owned()));
        }
        if let Some(link) = first_link(&path) {
            return Err(MirrorError::Link(link));
        }
        let work = parent.join(format!(".{}.mirror", name.to_string_lossy()));
        fs::create_dir_all(work.join(FETCHED))?;
        let lock = File::create(work.join("lock"))?;
        if lock.try_lock().is_err() {
            return Err(MirrorError::Busy(folder.to_owned()));
        }
        Ok(Self {
            path,
            work,
            _lock: lock,
            n_begun: AtomicUsize::new(0),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The key by which the copy was signed when it was made, if it was.
    pub(super) fn signed_by(&self) -> Option<PublicKey> {
        let is_signed = self.path.join(url::SUMS_SIGNATURE).exists();
        let key = input_file::read_text(&self.path.join(url::PUBLIC_KEY)).ok()?;
        key.parse().ok().filter(|_| is_signed)
    }

    /// Whether the copy has the file as it shall be.
    pub(super) fn has(&self, sum: &Sum) -> bool {
        holds(&self.path.join(&sum.path), &sum.sha256)
    }

    /// Whether what the file shall hold was fetched already.
    pub(super) fn is_fetched(&self, sum: &Sum) -> bool {
        holds(&self.fetched(&sum.sha256), &sum.sha256)
    }

    /// Fetches what a file shall hold, and returns how many bytes that are; `None` when it is something else.
    pub(super) fn fetch(
        &self,
        sum: &Sum,
        copy: impl FnOnce(&mut dyn Target) -> Result<(), CopyError>,
    ) -> Result<Option<u64>, CopyError> {
        let begun = self.new_file();
        let file = File::create(&begun).map_err(CopyError::Target)?;
        let mut hasher = Hasher::into(file);
        copy(&mut hasher)?;
        if hasher.digest() != sum.sha256 {
            // Best effort: what stays behind goes with the folder.
            let _ = fs::remove_file(begun);
            return Ok(None);
        }
        let len_bytes = begun.metadata().map_err(CopyError::Target)?.len();
        fs::rename(begun, self.fetched(&sum.sha256)).map_err(CopyError::Target)?;
        Ok(Some(len_bytes))
    }

    /// Puts the files `changed` in place, removes what is not of `site`, and writes the lists and the signature; then what
    /// was fetched is done with. Returns how many files are gone. `not_served` are left out.
    pub(super) fn put_in_place(
        &self,
        site: &SummedSite,
        changed: &[&Sum],
        not_served: &[String],
    ) -> io::Result<usize> {
        fs::create_dir_all(&self.path)?;
        fs::write(self.path.join(MIRROR_MARKER), MARKER_TEXT)?;
        let (in_the_way, left) = self.left(site, not_served)?;
        in_the_way.iter().try_for_each(|path| self.remove(path))?;
        let mut n_uses: HashMap<Digest, usize> = HashMap::new();
        for sum in changed {
            *n_uses.entry(sum.sha256).or_default() += 1;
        }
        for sum in changed {
            let uses = n_uses.entry(sum.sha256).or_default();
            *uses -= 1;
            self.place(&sum.path, &self.fetched(&sum.sha256), *uses == 0)?;
        }
        left.iter().try_for_each(|path| self.remove(path))?;
        for (list, bytes) in &site.lists {
            self.write_if_new(&list.path, bytes)?;
        }
        match &site.signature {
            Some(signature) => self.write_if_new(url::SUMS_SIGNATURE, signature)?,
            None => remove_if_there(&self.path.join(url::SUMS_SIGNATURE))?,
        }
        // Best effort: what stays behind is used or cleared by the next one.
        let _ = fs::remove_dir_all(&self.work);
        Ok(in_the_way.len() + left.len())
    }

    /// The files of the copy that are not of `site`: those that stand in the way of others, since they differ from them in the
    /// case of letters alone or stand where a folder goes, and the rest.
    fn left(
        &self,
        site: &SummedSite,
        not_served: &[String],
    ) -> io::Result<(Vec<String>, Vec<String>)> {
        let lists = site.lists.iter().map(|(sum, _)| &sum.path);
        let files = site.files.iter().map(|sum| &sum.path);
        let files = files.filter(|path| !not_served.contains(path));
        let paths: HashSet<&str> = files.chain(lists).map(String::as_str).collect();
        let mut taken: HashSet<String> = HashSet::new();
        for path in &paths {
            let path = folded(path);
            let folders = path
                .match_indices('/')
                .map(|(slash, _)| path[..slash].to_owned());
            taken.extend(folders);
            taken.insert(path);
        }
        let (mut in_the_way, mut left) = (Vec::new(), Vec::new());
        for entry in walkdir::WalkDir::new(&self.path)
            .min_depth(1)
            .sort_by_file_name()
        {
            let entry = entry?;
            let relative = entry
                .path()
                .strip_prefix(&self.path)
                .unwrap_or(entry.path());
            let names: Option<Vec<&str>> = relative.iter().map(|name| name.to_str()).collect();
            let path = names.map_or_else(
                || relative.to_string_lossy().into_owned(),
                |names| names.join("/"),
            );
            let is_known = paths.contains(&*path) || path == url::SUMS_SIGNATURE;
            if entry.file_type().is_dir() || is_known || is_operators_file(relative) {
                continue;
            }
            match taken.contains(&folded(&path)) {
                true => in_the_way.push(path),
                false => left.push(path),
            }
        }
        Ok((in_the_way, left))
    }

    /// Puts what was fetched at `path`, in one step.
    fn place(&self, path: &str, fetched: &Path, is_last_use: bool) -> io::Result<()> {
        let to = self.path.join(path);
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        if to.is_dir() {
            // What is in it is not of the site.
            fs::remove_dir_all(&to)?;
        }
        if is_last_use {
            return fs::rename(fetched, to);
        }
        let copy = self.new_file();
        fs::copy(fetched, &copy)?;
        fs::rename(copy, to)
    }

    /// Writes a file of a few bytes, unless it is there.
    fn write_if_new(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        if holds(&self.path.join(path), &digest(bytes)) {
            return Ok(());
        }
        let written = self.new_file();
        fs::write(&written, bytes)?;
        self.place(path, &written, true)
    }

    /// Removes a file and the folders that it leaves empty.
    fn remove(&self, path: &str) -> io::Result<()> {
        let file = self.path.join(path);
        remove_if_there(&file)?;
        for folder in file.ancestors().skip(1) {
            if folder == self.path || fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }

    fn fetched(&self, sha256: &Digest) -> PathBuf {
        self.work.join(FETCHED).join(hex(sha256))
    }

    /// Where a file is begun.
    fn new_file(&self) -> PathBuf {
        let serial = self.n_begun.fetch_add(1, Ordering::Relaxed);
        self.work.join(format!("begun-{serial}"))
    }
}

/// The folder of what was fetched, below that of the work.
const FETCHED: &str = "fetched";

/// Whether `folder` is missing, empty, or a copy.
fn is_ours(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(folder.join(MIRROR_MARKER).is_file() || entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(false),
        Err(error) => Err(error),
    }
}

/// A link in the folder, which would lead writing out of it; a copy has none.
fn first_link(folder: &Path) -> Option<PathBuf> {
    let mut entries = walkdir::WalkDir::new(folder).into_iter().flatten();
    let link = entries.find(|entry| entry.path_is_symlink())?;
    Some(link.into_path())
}

/// Whether a regular file, and not a link to one, holds what has this sum.
fn holds(file: &Path, sha256: &Digest) -> bool {
    let sum = || -> io::Result<Digest> {
        if !fs::symlink_metadata(file)?.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut hasher = Hasher::into(io::sink());
        io::copy(&mut input_file::open(file)?, &mut hasher)?;
        Ok(hasher.digest())
    };
    sum().is_ok_and(|sum| sum == *sha256)
}

fn remove_if_there(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if !is_gone(&error) => Err(error),
        _ => Ok(()),
    }
}

/// Also when a file stands where its folder was.
fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
