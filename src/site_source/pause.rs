//! A host that asked to be left alone.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::lock::lock;

/// Until when nobody asks the host.
#[derive(Debug, Default)]
pub(super) struct Pause(Mutex<Option<Instant>>);

impl Pause {
    /// Lets nobody ask for as long as `wait`.
    pub(super) fn until(&self, wait: Duration) {
        let end = Instant::now() + wait;
        let mut until = lock(&self.0);
        *until = until.map_or(Some(end), |other| Some(other.max(end)));
    }

    /// Waits until the host may be asked.
    pub(super) fn wait(&self) {
        let until = *lock(&self.0);
        if let Some(left) = until.and_then(|until| until.checked_duration_since(Instant::now())) {
            std::thread::sleep(left);
        }
    }
}
