//! Watches the content: what an editor does in one go gives one build, and a build never misses what came while it ran.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::ffi::OsStr;
use std::hash::{Hash, Hasher};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

/// Files and folders that changed, as absolute paths. A folder stands for everything in it.
pub type Changes = BTreeSet<PathBuf>;

/// Calls the closure of [`watch`] until it is dropped; a build that is under way then is waited for.
#[derive(Debug)]
pub struct Watcher {
    /// Dropped first, so that nothing is added to a queue that nobody reads.
    notify: Option<RecommendedWatcher>,
    queue: Arc<Queue>,
    worker: Option<JoinHandle<()>>,
}

/// Calls `rebuild`, on a thread of its own, whenever something in the folder `content` or the file `config` has changed.
///
/// The settings need not exist yet. Changes that come while `rebuild` runs are collected for its next call.
///
/// # Errors
/// A folder that cannot be watched: missing, or with more folders than the system lets one program watch.
pub fn watch(
    content: &Path,
    config: &Path,
    mut rebuild: impl FnMut(&Changes) + Send + 'static,
) -> notify::Result<Watcher> {
    let sources = Sources::find(content, config)?;
    let queue = Arc::new(Queue::default());
    let mut notify = {
        let (queue, sources) = (Arc::clone(&queue), sources.clone());
        notify::recommended_watcher(move |event| queue.add(event, &sources))?
    };
    notify.watch(&sources.content, RecursiveMode::Recursive)?;
    if let Some(folder) = sources.config.parent()
        && !folder.starts_with(&sources.content)
    {
        // The folder and not the file: editors replace a file by a new one of the same name.
        notify.watch(folder, RecursiveMode::NonRecursive)?;
    }
    let worker = {
        let queue = Arc::clone(&queue);
        std::thread::spawn(move || {
            let mut seen = fingerprint(&sources.content);
            while let Some(mut pending) = queue.next() {
                if pending.has_lost_some {
                    let now = fingerprint(&sources.content);
                    if now != seen {
                        pending.changes.insert(sources.content.clone());
                    }
                    seen = now;
                }
                if !pending.changes.is_empty() {
                    rebuild(&pending.changes);
                }
            }
        })
    };
    Ok(Watcher {
        notify: Some(notify),
        queue,
        worker: Some(worker),
    })
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.notify = None;
        self.queue.lock().is_closed = true;
        self.queue.changed.notify_all();
        if let Some(worker) = self.worker.take() {
            // A build that panicked has said so already.
            let _ = worker.join();
        }
    }
}

/// What is watched, as canonical paths.
#[derive(Clone, Debug)]
struct Sources {
    content: PathBuf,
    config: PathBuf,
}

impl Sources {
    fn find(content: &Path, config: &Path) -> std::io::Result<Self> {
        let folder = config
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        Ok(Self {
            content: content.canonicalize()?,
            config: folder
                .canonicalize()?
                .join(config.file_name().unwrap_or_default()),
        })
    }

    fn concern(&self, path: &Path) -> bool {
        match path.strip_prefix(&self.content) {
            Ok(relative) => !is_noise(relative),
            Err(_) => path == self.config,
        }
    }
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

/// Changes that wait for a build.
#[derive(Debug, Default)]
struct Queue {
    pending: Mutex<Pending>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Pending {
    changes: Changes,
    /// The system had more events than it could hold, or could not name what changed.
    has_lost_some: bool,
    last_event: Option<Instant>,
    is_closed: bool,
}

/// How long nothing must happen before a build starts: editors write, rename and touch within a few milliseconds.
const QUIET: Duration = Duration::from_millis(50);

/// A build starts after this time even if files keep changing.
const MAX_WAIT: Duration = Duration::from_secs(1);

impl Queue {
    fn add(&self, event: notify::Result<Event>, sources: &Sources) {
        let mut pending = self.lock();
        let n_before = (pending.changes.len(), pending.has_lost_some);
        let is_news = match event {
            // Reading is no change: a build reads everything.
            Ok(event) if matches!(event.kind, EventKind::Access(_)) => false,
            Ok(event) => {
                pending.has_lost_some |= event.need_rescan();
                let relevant = event.paths.into_iter().filter(|path| sources.concern(path));
                let n_relevant = relevant.map(|path| pending.changes.insert(path)).count();
                n_relevant > 0 || pending.has_lost_some != n_before.1
            }
            Err(_) => {
                pending.has_lost_some = true;
                true
            }
        };
        if is_news {
            pending.last_event = Some(Instant::now());
            self.changed.notify_all();
        }
    }

    /// Waits for changes and then for quiet; `None` when the watcher is dropped.
    fn next(&self) -> Option<Pending> {
        let mut pending = self.lock();
        let mut first_event = None;
        loop {
            if pending.is_closed {
                return None;
            }
            let Some(last_event) = pending.last_event else {
                pending = self
                    .changed
                    .wait(pending)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let start = (last_event + QUIET).min(*first_event.get_or_insert(last_event) + MAX_WAIT);
            let left = start.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Some(std::mem::take(&mut *pending));
            }
            (pending, _) = self
                .changed
                .wait_timeout(pending, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Changes when any file below `folder` does. Needed only when events were lost, which a build's own reading can cause:
/// a build for each loss would then never end.
fn fingerprint(folder: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    for entry in walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .flatten()
    {
        entry.path().hash(&mut hasher);
        if let Ok(metadata) = entry.metadata() {
            (metadata.len(), metadata.modified().ok()).hash(&mut hasher);
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
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
        let sources = Sources {
            content: "/c".into(),
            config: "/skillpress.toml".into(),
        };
        let queue = Queue::default();
        let open = notify::event::AccessKind::Open(notify::event::AccessMode::Read);
        queue.add(
            Ok(Event::new(EventKind::Access(open)).add_path("/c/a".into())),
            &sources,
        );
        assert_eq!(queue.lock().last_event, None);
        queue.add(
            Ok(Event::new(EventKind::Any).add_path("/other".into())),
            &sources,
        );
        assert_eq!(queue.lock().last_event, None);
        queue.add(
            Ok(Event::new(EventKind::Any).add_path("/skillpress.toml".into())),
            &sources,
        );
        assert!(queue.lock().last_event.is_some());
    }
}
