//! Work that mostly waits for answers, on as many threads as may wait at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::error::PublishError;
use crate::lock::lock;

/// Does `work` for each of `items`, on at most `n_threads` threads; after an error no new work begins.
///
/// # Errors
/// The first that happened.
pub(super) fn in_parallel<T: Sync>(
    n_threads: usize,
    items: &[T],
    work: impl Fn(&T) -> Result<(), PublishError> + Sync,
) -> Result<(), PublishError> {
    let next = AtomicUsize::new(0);
    let has_failed = AtomicBool::new(false);
    let failure = Mutex::new(None);
    let worker = || {
        while !has_failed.load(Ordering::Relaxed)
            && let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed))
        {
            if let Err(error) = work(item) {
                has_failed.store(true, Ordering::Relaxed);
                lock(&failure).get_or_insert(error);
            }
        }
    };
    match n_threads.min(items.len()) {
        0 | 1 => worker(),
        n_threads => thread::scope(|scope| {
            for _ in 0..n_threads {
                scope.spawn(worker);
            }
        }),
    }
    let failure = failure.into_inner();
    let failure = failure.unwrap_or_else(std::sync::PoisonError::into_inner);
    failure.map_or(Ok(()), Err)
}
