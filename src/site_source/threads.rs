//! Threads that wait for a site.

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Requests of one round trip that are under way at once; browsers allow six a host.
pub(super) const MAX_PARALLEL: usize = 6;

/// A thread for each.
pub(super) fn threads() -> ThreadPool {
    let threads = ThreadPoolBuilder::new().num_threads(MAX_PARALLEL).build();
    threads.expect("a system with room for a few threads")
}
