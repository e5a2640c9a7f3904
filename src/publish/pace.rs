//! How many requests run at once, and when the next may begin: more while all is well, fewer when a store is slow to
//! answer or says that it is too much.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::lock::lock;

/// Shared by all requests to one store.
#[derive(Debug)]
pub(super) struct Pace {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    n_running: usize,
    limit: usize,
    n_well: usize,
    not_before: Instant,
    shrunk: Option<Instant>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// With an answer, whatever it says.
    Well,
    /// With an answer that asks for fewer requests, and for none before so long.
    Busy(Option<Duration>),
    /// Without an answer in time.
    Late,
}

const START: usize = 16;

/// Most requests at once.
pub(super) const MAX_PARALLEL: usize = 64;

/// A store that asks for a longer rest is asked again after this one: it says so again.
const MAX_REST: Duration = Duration::from_secs(60);

impl Default for Pace {
    fn default() -> Self {
        let now = Instant::now();
        let state = State {
            n_running: 0,
            limit: START,
            n_well: 0,
            not_before: now,
            shrunk: None,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }
}

impl Pace {
    /// Waits until a request may begin.
    pub(super) fn begin(&self) {
        let mut state = lock(&self.state);
        loop {
            let rest = state.not_before.saturating_duration_since(Instant::now());
            if rest.is_zero() && state.n_running < state.limit {
                state.n_running += 1;
                return;
            }
            // Whoever ends wakes one; whoever rests wakes by itself.
            let rest = if rest.is_zero() { MAX_REST } else { rest };
            let waited = self.changed.wait_timeout(state, rest);
            state = waited.unwrap_or_else(std::sync::PoisonError::into_inner).0;
        }
    }

    /// Says how a request that began has ended.
    pub(super) fn end(&self, outcome: Outcome) {
        let mut state = lock(&self.state);
        state.n_running -= 1;
        let now = Instant::now();
        match outcome {
            Outcome::Well => {
                state.n_well += 1;
                // One more after as many good answers as run at once.
                if state.n_well >= state.limit {
                    state.n_well = 0;
                    state.limit = (state.limit + 1).min(MAX_PARALLEL);
                }
            }
            Outcome::Busy(rest) => {
                state.shrink(now);
                if let Some(rest) = rest {
                    state.not_before = state.not_before.max(now + rest.min(MAX_REST));
                }
            }
            Outcome::Late => state.shrink(now),
        }
        drop(state);
        self.changed.notify_all();
    }

    #[cfg(test)]
    fn limit(&self) -> usize {
        lock(&self.state).limit
    }
}

impl State {
    /// Requests that ran together complain together, so only the first of a second counts.
    fn shrink(&mut self, now: Instant) {
        self.n_well = 0;
        let since = self.shrunk.map(|shrunk| now.duration_since(shrunk));
        if since.is_none_or(|since| since >= Duration::from_secs(1)) {
            self.limit = (self.limit / 2).max(1);
            self.shrunk = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(pace: &Pace, outcome: Outcome, n: usize) {
        for _ in 0..n {
            pace.begin();
            pace.end(outcome);
        }
    }

    #[test]
    fn good_answers_make_more_requests_and_a_late_one_halves_them() {
        let pace = Pace::default();
        ends(&pace, Outcome::Well, START);
        assert_eq!(pace.limit(), START + 1);
        ends(&pace, Outcome::Well, 10_000);
        assert_eq!(pace.limit(), MAX_PARALLEL);
        ends(&pace, Outcome::Late, 5);
        assert_eq!(pace.limit(), MAX_PARALLEL / 2);
    }

    #[test]
    fn no_request_begins_before_the_store_allows_it() {
        let pace = Pace::default();
        pace.begin();
        let rest = Duration::from_millis(80);
        let asked = Instant::now();
        pace.end(Outcome::Busy(Some(rest)));
        pace.begin();
        assert!(asked.elapsed() >= rest);
    }
}
