//! What a search waits for, what it could not read and what it cost.

use alloc::vec::Vec;

use crate::fetcher::{BlockStore, Failures, Fetcher, Pending};
use crate::format::manifest::Manifest;
use crate::{Answer, Request};

/// The reading side of one half of a search.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    pending: Vec<Pending>,
    failures: Failures,
    /// How much was asked for so far …
    pub(super) n_requests: u32,
    /// … and came.
    pub(super) n_bytes: u64,
}

impl Reading {
    /// Lets `run` read the blocks at hand; what it misses is what to fetch next.
    pub(super) fn run<T>(
        &mut self,
        manifest: &Manifest,
        store: &mut BlockStore,
        run: impl FnOnce(&mut Fetcher<'_>) -> T,
    ) -> T {
        let mut fetcher = Fetcher::new(manifest, store, &mut self.failures);
        let found = run(&mut fetcher);
        self.pending = fetcher.into_requests();
        found
    }

    /// What the last run missed.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.pending
            .iter()
            .map(|pending| pending.request.clone())
            .collect()
    }

    /// How many requests the last run left.
    pub(super) fn n_pending(&self) -> usize {
        self.pending.len()
    }

    /// What the last run missed, counted as asked for.
    pub(super) fn start_round_trip(&mut self) -> Vec<Request> {
        self.n_requests += self.pending.len() as u32;
        self.requests()
    }

    /// Stores the answers to the requests, missing ones being failures; whether one of them says, for the first time in
    /// this search, that a file is gone.
    pub(super) fn take(
        &mut self,
        manifest: &Manifest,
        store: &mut BlockStore,
        answers: &mut impl Iterator<Item = Answer>,
    ) -> bool {
        let was_gone = self.failures.is_gone;
        for pending in core::mem::take(&mut self.pending) {
            let answer = answers.next().unwrap_or(Answer::Failed);
            if let Answer::Bytes(bytes) = &answer {
                self.n_bytes += bytes.len() as u64;
            }
            store.take_answer(manifest, &pending, answer, &mut self.failures);
        }
        self.failures.is_gone && !was_gone
    }
}
