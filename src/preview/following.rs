//! A preview that keeps up with its content: pages on one thread, the search index on another.

use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Preview, PreviewError};
use crate::server::{Changes, Watcher, watch};

/// Follows until it is dropped; work that is under way then is waited for.
#[derive(Debug)]
pub struct Following {
    watcher: Option<Watcher>,
    indexer: Option<JoinHandle<()>>,
}

/// How long the index waits after an edit: the browser that reloads needs the processor first.
const HEAD_START: Duration = Duration::from_millis(300);

impl Preview {
    /// Builds the site and follows every change of its content and settings from then on.
    ///
    /// A content with errors stops neither the first build nor a later one: pages show what is wrong, and the site appears
    /// when it is mended.
    ///
    /// # Errors
    /// A content folder that cannot be watched.
    pub fn follow(self: &Arc<Self>) -> Result<Following, PreviewError> {
        let project = &self.project;
        let (edits, edited) = mpsc::channel();
        let preview = Arc::clone(self);
        let update = move |changes: &Changes| {
            preview.update(changes);
            // Nobody listens any more when the preview ends.
            let _ = edits.send(());
        };
        // Watched from before the first build, so that no change falls between the two.
        let watcher = watch(&project.content, project.config_path(), update);
        let watcher = watcher.map_err(|error| PreviewError::NotWatched {
            folder: project.content.clone(),
            error,
        })?;
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
