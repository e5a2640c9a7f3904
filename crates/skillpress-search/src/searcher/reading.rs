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
    n_round_trips: u32,
    /// How many requests were answered so far …
    pub(super) n_requests: u32,
    /// … with how many bytes.
    pub(super) n_bytes: u64,
}

/// After so many round trips a half asks for nothing more and the search ends with what it has; none needs more than
/// eight.
const ROUND_TRIPS_MAX: u32 = 16;

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
        self.pending = fetcher.into_pending();
        if self.n_round_trips == ROUND_TRIPS_MAX {
            self.pending.clear();
        }
        found
    }

    /// What the last run missed.
    pub(super) fn requests(&self, manifest: &Manifest) -> Vec<Request> {
        let requests = self.pending.iter();
        requests.map(|pending| pending.request(manifest)).collect()
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
        let pending = core::mem::take(&mut self.pending);
        self.n_round_trips += u32::from(!pending.is_empty());
        self.n_requests += pending.len() as u32;
        for pending in pending {
            let answer = answers.next().unwrap_or(Answer::Failed);
            if let Answer::Bytes(bytes) = &answer {
                self.n_bytes += bytes.len() as u64;
            }
            store.take_answer(manifest, &pending, answer, &mut self.failures);
        }
        self.failures.is_gone && !was_gone
    }
}
