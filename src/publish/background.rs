//! A runtime in the background of threads that wait for it.

use std::future::Future;

use tokio::runtime::Runtime;

/// A runtime that may be dropped on any thread, also one of another runtime.
pub(super) struct Background(Option<Runtime>);

impl Background {
    pub(super) fn new(runtime: Runtime) -> Self {
        Self(Some(runtime))
    }

    /// Waits for `future`; the thread must drive no other runtime.
    pub(super) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let runtime = self.0.as_ref().expect("it is there until it is dropped");
        runtime.block_on(future)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
