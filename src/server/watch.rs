//! Watches the content: what an editor does in one go gives one build, and a build never misses what came while it ran.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::ffi::OsStr;
use std::hash::{Hash, Hasher};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use notify_debouncer_full::notify::{self, EventKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};

/// Why a folder cannot be watched.
pub type WatchError = notify::Error;

/// Files and folders that changed, as absolute paths. A folder stands for everything in it.
pub type Changes = BTreeSet<PathBuf>;

/// Calls the closure of [`watch`] until it is dropped; a build that is under way then is waited for.
#[derive(Debug)]
pub struct Watcher {
    debouncer: Option<Debouncer<RecommendedWatcher, RecommendedCache>>,
}

/// A build starts so long after a change: editors write, rename and touch within a few milliseconds.
const QUIET: Duration = Duration::from_millis(50);

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
) -> Result<Watcher, WatchError> {
    let sources = Sources::find(content, config)?;
    let watched = sources.clone();
    let mut seen = None;
    let mut debouncer = new_debouncer(QUIET, None, move |events: DebounceEventResult| {
        let mut changes = sources.changes(&events);
        if has_lost_some(&events) {
            let now = fingerprint(&sources.content);
            if seen.replace(now) != Some(now) {
                changes.insert(sources.content.clone());
            }
        }
        if !changes.is_empty() {
            rebuild(&changes);
        }
    })?;
    debouncer.watch(&watched.content, RecursiveMode::Recursive)?;
    if let Some(folder) = watched.config.parent()
        && !folder.starts_with(&watched.content)
    {
        // The folder and not the file: editors replace a file by a new one of the same name.
        debouncer.watch(folder, RecursiveMode::NonRecursive)?;
    }
    Ok(Watcher {
        debouncer: Some(debouncer),
    })
}

impl Drop for Watcher {
    fn drop(&mut self) {
        if let Some(debouncer) = self.debouncer.take() {
            debouncer.stop();
        }
    }
}

/// Whether the system had more events than it could hold, or could not name what changed.
fn has_lost_some(events: &DebounceEventResult) -> bool {
    match events {
        Ok(events) => events.iter().any(|event| event.need_rescan()),
        Err(_) => true,
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

    /// Reading is no change: a build reads everything.
    fn changes(&self, events: &DebounceEventResult) -> Changes {
        let events = events.iter().flatten();
        let changes = events.filter(|event| !matches!(event.kind, EventKind::Access(_)));
        let paths = changes.flat_map(|event| &event.paths);
        paths.filter(|path| self.concern(path)).cloned().collect()
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
        let sources = Sources {
            content: "/c".into(),
            config: "/skillpress.toml".into(),
        };
        let changes = |kind: EventKind, path: &str| {
            let event = Event::new(kind).add_path(path.into());
            let events = vec![DebouncedEvent::new(event, Instant::now())];
            sources.changes(&Ok(events)).len()
        };
        let open = EventKind::Access(AccessKind::Open(AccessMode::Read));
        assert_eq!(changes(open, "/c/a"), 0);
        assert_eq!(changes(EventKind::Any, "/other"), 0);
        assert_eq!(changes(EventKind::Any, "/c/a"), 1);
        assert_eq!(changes(EventKind::Any, "/skillpress.toml"), 1);
    }
}
