//! Until when unconditional writes may begin.

use std::sync::Mutex;
use std::time::Instant;

use crate::lock::lock;

/// Moved on with each renewal of a claim; before the first one there is none.
#[derive(Debug, Default)]
pub(super) struct WriteDeadline(Mutex<Option<Instant>>);

impl WriteDeadline {
    pub(super) fn set(&self, deadline: Instant) {
        *lock(&self.0) = Some(deadline);
    }

    pub(super) fn is_over(&self) -> bool {
        lock(&self.0).is_some_and(|deadline| Instant::now() > deadline)
    }
}
