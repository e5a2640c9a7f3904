//! A preview that keeps up with its content: pages on one thread, the search index on another.

use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Preview, PreviewError};
use crate::project::Project;
use crate::server::{Changes, Watched, Watcher, watch};
use crate::site;
use crate::sources;

/// Follows until it is dropped; work that is under way then is waited for.
#[derive(Debug)]
pub struct Following {
    watcher: Option<Watcher>,
    indexer: Option<JoinHandle<()>>,
}

/// How long the index waits after an edit: the browser that reloads needs the processor first.
const HEAD_START: Duration = Duration::from_millis(300);

impl Preview {
    /// Builds the site and follows every change of its content, settings and sources from then on.
    ///
    /// A content with errors stops neither the first build nor a later one: pages show what is wrong, and the site appears
    /// when it is mended.
    ///
    /// # Errors
    /// Folders that cannot be watched.
    pub fn follow(self: &Arc<Self>) -> Result<Following, PreviewError> {
        let project = &self.project;
        let (edits, edited) = mpsc::channel();
        let preview = Arc::clone(self);
        let update = move |changes: &Changes| {
            preview.update(changes);
            // Nobody listens any more when the preview ends.
            let _ = edits.send(());
            watched(&preview.project)
        };
        // Watched from before the first build, so that no change falls between the two.
        let watcher = watch(watched(project), update);
        let watcher = watcher.map_err(|error| PreviewError::NotWatched { error })?;
        self.update(&Changes::from([project.content.clone()]));
        self.catch_up();
        let preview = Arc::clone(self);
        let indexer = thread::spawn(move || {
            while edited.recv().is_ok() {
                thread::sleep(HEAD_START);
                // One index for all edits of that time.
                edited.try_iter().for_each(drop);
                preview.catch_up();
            }
        });
        Ok(Following {
            watcher: Some(watcher),
            indexer: Some(indexer),
        })
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        // With the watcher goes the sender of edits, which ends the indexer.
        self.watcher = None;
        if let Some(indexer) = self.indexer.take() {
            // An index that failed has said so already.
            let _ = indexer.join();
        }
    }
}

/// All that the site of `project` is made from. Sources are fetched beside a preview: then the lock file changes, or what
/// it names comes into the cache.
fn watched(project: &Project) -> Watched {
    let config_path = project.config_path();
    // With settings that cannot be read there are no sources.
    let folders = project
        .load_config()
        .map(|(config, _)| sources::folders(config_path, &config));
    let mut folders = folders.unwrap_or_default();
    folders.push(project.content.clone());
    folders.push(sources::snapshots_folder(config_path));
    Watched {
        folders,
        files: vec![config_path.to_owned(), sources::lock_path(config_path)],
        except: site::written_folders(project),
    }
}
