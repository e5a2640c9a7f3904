//! Bounds what the threads of a build hold together.
//!
//! Reading and writing a skill takes memory by its size and kind, which a stranger chooses. On many cores as many skills
//! are at work, so each takes what it may need of a budget first, and waits while others have it. Skills of a common
//! size never wait.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::lock::lock;

/// Bytes that threads may take and give back.
#[derive(Debug)]
pub struct MemoryBudget {
    n_bytes: usize,
    n_bytes_free: Mutex<usize>,
    freed: Condvar,
}

/// Bytes that are taken from a budget until this is dropped.
#[derive(Debug)]
pub struct Reserved<'a> {
    budget: &'a MemoryBudget,
    n_bytes: usize,
}

/// What the skills at work may take together. A build of a real registry takes about as much beside it.
pub const SKILLS_AT_WORK_BYTES: usize = 256 << 20;

impl MemoryBudget {
    /// A budget of so many bytes.
    pub fn new(n_bytes: usize) -> Self {
        Self {
            n_bytes,
            n_bytes_free: Mutex::new(n_bytes),
            freed: Condvar::new(),
        }
    }

    /// Takes `n_bytes`, and waits until they are free; who wants more than there is waits for all.
    ///
    /// A thread must not take twice, nor wait for others of its pool while it has something.
    pub fn reserve(&self, n_bytes: usize) -> Reserved<'_> {
        let n_bytes = n_bytes.min(self.n_bytes);
        let free = lock(&self.n_bytes_free);
        let mut free = self
            .freed
            .wait_while(free, |free| *free < n_bytes)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= n_bytes;
        Reserved {
            budget: self,
            n_bytes,
        }
    }
}

impl Default for MemoryBudget {
    fn default() -> Self {
        Self::new(SKILLS_AT_WORK_BYTES)
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        *lock(&self.budget.n_bytes_free) += self.n_bytes;
        self.budget.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn threads_never_hold_more_than_the_budget_and_all_get_their_turn() {
        let budget = MemoryBudget::new(100);
        let (held, most, n_done) = <(AtomicUsize, AtomicUsize, AtomicUsize)>::default();
        thread::scope(|scope| {
            for thread_idx in 0..16 {
                let (budget, held, most, n_done) = (&budget, &held, &most, &n_done);
                scope.spawn(move || {
                    for round in 0..50 {
                        let wanted = (thread_idx * 7 + round) % 60;
                        let _reserved = budget.reserve(wanted);
                        let now = held.fetch_add(wanted, Ordering::SeqCst) + wanted;
                        most.fetch_max(now, Ordering::SeqCst);
                        thread::yield_now();
                        held.fetch_sub(wanted, Ordering::SeqCst);
                        n_done.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(most.into_inner() <= 100);
        assert_eq!(n_done.into_inner(), 16 * 50);
    }

    #[test]
    fn who_wants_more_than_there_is_gets_all() {
        let budget = MemoryBudget::new(10);
        drop(budget.reserve(1_000));
        assert_eq!(budget.reserve(10).n_bytes, 10);
    }
}
