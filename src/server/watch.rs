//! Watches what a site is made from: what an editor does in one go gives one build, and a build never misses what came
//! while it ran.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::hash::{Hash, Hasher};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use notify_debouncer_full::notify::{self, EventKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};

use crate::lock::lock;

/// Why a folder cannot be watched.
pub type WatchError = notify::Error;

/// Files and folders that changed, as absolute paths. A folder stands for everything in it.
pub type Changes = BTreeSet<PathBuf>;

/// What is watched. It need not be there: what is missing is waited for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// Folders, with everything below them.
    pub folders: Vec<PathBuf>,
    /// Single files.
    pub files: Vec<PathBuf>,
    /// Folders in which changes are none, but for one of `folders` in them.
    pub except: Vec<PathBuf>,
}

/// Calls the closure of [`watch`] until it is dropped; a build that is under way then is waited for.
#[derive(Debug)]
pub struct Watcher {
    watching: Arc<Mutex<Watching>>,
}

/// A build starts so long after a change: editors write, rename and touch within a few milliseconds.
const QUIET: Duration = Duration::from_millis(50);

/// Calls `rebuild`, on a thread of its own, whenever something of `watched` has changed; from then on what it gives is
/// watched.
///
/// Changes that come while `rebuild` runs are collected for its next call.
///
/// # Errors
/// More folders than the system lets one program watch, and what else it says.
pub fn watch(
    watched: Watched,
    mut rebuild: impl FnMut(&Changes) -> Watched + Send + 'static,
) -> Result<Watcher, WatchError> {
    let watching = Arc::new(Mutex::new(Watching::default()));
    let watching_then = Arc::clone(&watching);
    let debouncer = new_debouncer(QUIET, None, move |events: DebounceEventResult| {
        let mut changes = lock(&watching_then).changes(&events);
        while !changes.is_empty() {
            let watched = rebuild(&changes);
            // What happened in a folder before it was watched would be missed, so it counts as changed.
            changes = match lock(&watching_then).watch(watched) {
                Ok(new_folders) => new_folders,
                Err(error) => {
                    error_line!("error: not everything can be watched: {error}");
                    Changes::new()
                }
            };
        }
    })?;
    let watcher = Watcher { watching };
    let mut watching = lock(&watcher.watching);
    watching.debouncer = Some(debouncer);
    watching.watch(watched)?;
    drop(watching);
    Ok(watcher)
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // The lock is not held while the build ends, which takes it too.
        let debouncer = lock(&self.watching).debouncer.take();
        if let Some(debouncer) = debouncer {
            debouncer.stop();
        }
    }
}

/// What is watched now; all paths are as events name them.
#[derive(Debug, Default)]
struct Watching {
    /// `None` before the first call and after the last one.
    debouncer: Option<Debouncer<RecommendedWatcher, RecommendedCache>>,
    watched: Watched,
    /// The folders of which the system tells, and whether also of what is below them.
    roots: BTreeMap<PathBuf, RecursiveMode>,
    /// What was there when events were lost last.
    seen: Option<u64>,
}

impl Watching {
    /// Watches this from now on; gives the folders that were not watched before.
    fn watch(&mut self, watched: Watched) -> Result<Changes, WatchError> {
        self.watched = watched.with_real_paths();
        let Some(debouncer) = &mut self.debouncer else {
            return Ok(Changes::new());
        };
        let roots = self.watched.roots();
        self.roots.retain(|folder, mode| {
            let is_kept = roots.get(folder) == Some(mode);
            if !is_kept {
                // A folder that is gone is not watched any more.
                let _ = debouncer.unwatch(folder);
            }
            is_kept
        });
        let mut new_folders = Changes::new();
        for (folder, mode) in roots {
            if !self.roots.contains_key(&folder) {
                debouncer.watch(&folder, mode)?;
                self.roots.insert(folder.clone(), mode);
                new_folders.insert(folder);
            }
        }
        Ok(new_folders)
    }

    /// What `events` say has changed.
    fn changes(&mut self, events: &DebounceEventResult) -> Changes {
        let mut changes = self.watched.changes(events);
        for change in &changes {
            // It came, or went and came back: what is watched there is another folder now.
            if self.roots.remove(change).is_some()
                && let Some(debouncer) = &mut self.debouncer
            {
                let _ = debouncer.unwatch(change);
            }
        }
        if has_lost_some(events) {
            let now = self.watched.fingerprint();
            if self.seen.replace(now) != Some(now) {
                changes.extend(self.watched.folders.iter().cloned());
            }
        }
        changes
    }
}

/// Whether the system had more events than it could hold, or could not name what changed.
fn has_lost_some(events: &DebounceEventResult) -> bool {
    match events {
        Ok(events) => events.iter().any(|event| event.need_rescan()),
        Err(_) => true,
    }
}

impl Watched {
    fn with_real_paths(self) -> Self {
        let real = |paths: Vec<PathBuf>| paths.iter().map(|path| real_path(path)).collect();
        Self {
            folders: real(self.folders),
            files: real(self.files),
            except: real(self.except),
        }
    }

    /// The folders that the system must tell of. In place of what is missing it is the nearest folder above; a file is
    /// watched by its folder, since editors replace a file by a new one of the same name.
    fn roots(&self) -> BTreeMap<PathBuf, RecursiveMode> {
        let (there, missing): (Vec<&PathBuf>, Vec<&PathBuf>) =
            self.folders.iter().partition(|folder| folder.is_dir());
        let is_below = |path: &Path| {
            let mut others = there.iter();
            others.any(|other| path != other.as_path() && path.starts_with(other))
        };
        let mut roots = BTreeMap::new();
        for folder in there.iter().filter(|folder| !is_below(folder)) {
            roots.insert((*folder).clone(), RecursiveMode::Recursive);
        }
        for path in missing.into_iter().chain(&self.files) {
            let above = path.ancestors().skip(1).find(|folder| folder.is_dir());
            if let Some(folder) = above.filter(|folder| !is_below(folder)) {
                let mode = RecursiveMode::NonRecursive;
                roots.entry(folder.to_owned()).or_insert(mode);
            }
        }
        roots
    }

    /// Reading is no change: a build reads everything.
    fn changes(&self, events: &DebounceEventResult) -> Changes {
        let events = events.iter().flatten();
        let changes = events.filter(|event| !matches!(event.kind, EventKind::Access(_)));
        let paths = changes.flat_map(|event| &event.paths);
        paths.filter(|path| self.concern(path)).cloned().collect()
    }

    fn concern(&self, path: &Path) -> bool {
        let is_awaited = |folder: &PathBuf| folder != path && folder.starts_with(path);
        if self.files.iter().any(|file| file == path) || self.folders.iter().any(is_awaited) {
            return true;
        }
        let Some(folder) = nearest(&self.folders, path) else {
            return false;
        };
        let is_except =
            nearest(&self.except, path).is_some_and(|except| except.starts_with(folder));
        !is_except
            && path
                .strip_prefix(folder)
                .is_ok_and(|below| !is_noise(below))
    }

    /// Changes when any file does. Needed only when events were lost, which a build's own reading can cause: a build for
    /// each loss would then never end.
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for folder in &self.folders {
            let walk = walkdir::WalkDir::new(folder)
                .sort_by_file_name()
                .into_iter();
            let walk = walk.filter_entry(|entry| self.concern(entry.path()));
            for entry in walk.flatten() {
                entry.path().hash(&mut hasher);
                if let Ok(metadata) = entry.metadata() {
                    (metadata.len(), metadata.modified().ok()).hash(&mut hasher);
                }
            }
        }
        hasher.finish()
    }
}

/// The deepest of `folders` in which `path` lies, or which it is.
fn nearest<'f>(folders: &'f [PathBuf], path: &Path) -> Option<&'f PathBuf> {
    let around = folders.iter().filter(|folder| path.starts_with(folder));
    around.max_by_key(|folder| folder.components().count())
}

/// The absolute path without links, as far as it is there.
fn real_path(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let real = |ancestor: &Path| {
        let real = ancestor.canonicalize().ok()?;
        let missing = path.strip_prefix(ancestor).ok()?;
        Some(real.components().chain(missing.components()).collect())
    };
    path.ancestors()
        .find_map(real)
        .unwrap_or_else(|| path.clone())
}

/// Files that editors and systems leave beside the real ones for a moment, and what version control does for itself.
fn is_noise(relative: &Path) -> bool {
    let is_version_control = |component: Component<'_>| {
        [".git", ".hg", ".svn", ".jj"]
            .iter()
            .any(|name| component.as_os_str() == *name)
    };
    if relative.components().any(is_version_control) {
        return true;
    }
    let name = relative.file_name().unwrap_or_default().to_string_lossy();
    let extension = relative
        .extension()
        .and_then(OsStr::to_str)
        .unwrap_or_default();
    name.ends_with('~')
        || name.starts_with(".#")
        || (name.starts_with('#') && name.ends_with('#'))
        || (name.starts_with('.') && matches!(extension, "swp" | "swo" | "swx" | "swpx"))
        || matches!(extension, "tmp" | "crswap")
        || name.ends_with("___jb_tmp___")
        || name.ends_with("___jb_old___")
        || matches!(&*name, "4913" | ".DS_Store" | "Thumbs.db")
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use notify_debouncer_full::DebouncedEvent;
    use notify_debouncer_full::notify::Event;
    use notify_debouncer_full::notify::event::{AccessKind, AccessMode};

    use super::*;

    #[test]
    fn what_editors_leave_for_a_moment_is_no_change() {
        for noise in [
            ".SKILL.md.swp",
            "SKILL.md~",
            ".#SKILL.md",
            "#SKILL.md#",
            "4913",
            "a/.DS_Store",
            "SKILL.md.tmp",
            ".git/index",
            "skills/.git/HEAD",
            "SKILL.md___jb_tmp___",
        ] {
            assert!(is_noise(Path::new(noise)), "{noise}");
        }
        for change in [
            "",
            "skills/ana/pdf/SKILL.md",
            "stats.csv",
            "a/.env.example",
            "a/gitignore",
            "a/x.swap",
            "#1.md",
        ] {
            assert!(!is_noise(Path::new(change)), "{change}");
        }
    }

    #[test]
    fn reading_is_no_change() {
        let watched = Watched {
            folders: vec!["/c".into(), "/c/public/cache".into()],
            files: vec!["/skillpress.toml".into()],
            except: vec!["/c/public".into()],
        };
        let changes = |kind: EventKind, path: &str| {
            let event = Event::new(kind).add_path(path.into());
            let events = vec![DebouncedEvent::new(event, Instant::now())];
            watched.changes(&Ok(events)).len()
        };
        let open = EventKind::Access(AccessKind::Open(AccessMode::Read));
        assert_eq!(changes(open, "/c/a"), 0);
        assert_eq!(changes(EventKind::Any, "/other"), 0);
        assert_eq!(changes(EventKind::Any, "/c/a"), 1);
        assert_eq!(changes(EventKind::Any, "/skillpress.toml"), 1);
        for (path, n_changes) in [
            ("/c/public", 1),
            ("/c/public/index.html", 0),
            ("/c/public/cache", 1),
            ("/c/public/cache/a", 1),
            ("/c/publication", 1),
        ] {
            assert_eq!(changes(EventKind::Any, path), n_changes, "{path}");
        }
    }
}
