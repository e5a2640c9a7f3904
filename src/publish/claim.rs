//! One publisher at a time: a claim in the root of the publish record, written on a condition and renewed while at work.
//!
//! A claim that nobody renews is dead. Whoever waits for that looks at the tag of the root by its own clock, so clocks
//! need not agree. A publisher that could not renew in time writes nothing more, and does so well before others think
//! that it is dead.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use super::error::PublishError;
use super::root::{Claim, ROOT_KEY, ROOT_MAX_BYTES, Root};
use super::store::{Store, Tag};
use crate::lock::lock;

/// When claims are renewed, stale and dead.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Between two renewals.
    pub renew: Duration,
    /// After the last renewal that is known to have succeeded, no write begins. A write that has begun may take as long
    /// again as a request takes.
    pub stale: Duration,
    /// After so long without a renewal another publisher takes over.
    pub dead: Duration,
    /// Between two looks at the claim of another.
    pub look: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            renew: Duration::from_secs(5),
            stale: Duration::from_secs(25),
            dead: Duration::from_secs(60),
            look: Duration::from_secs(2),
        }
    }
}

/// The root as it was read, with the tag for the next conditional write; `None` where there is none yet.
#[derive(Clone, Debug)]
pub(super) struct ReadRoot {
    pub(super) root: Root,
    pub(super) tag: Option<Tag>,
}

/// Reads the root.
///
/// # Errors
/// What the store says; a root that is damaged or of a newer format.
pub(super) fn read_root(store: &dyn Store) -> Result<ReadRoot, PublishError> {
    Ok(match store.get(ROOT_KEY, ROOT_MAX_BYTES)? {
        Some(object) => ReadRoot {
            root: Root::decode(&object.bytes)?,
            tag: object.tag,
        },
        None => ReadRoot {
            root: Root::new(),
            tag: None,
        },
    })
}

/// Reads the root once nobody else is at work: at once, or when the claim of another has been dead for long enough.
///
/// # Errors
/// [`PublishError::Busy`] when another is at work; as [`read_root`].
pub(super) fn wait_for_root(
    store: &dyn Store,
    mine: &Claim,
    timing: Timing,
    note: &dyn Fn(&Claim),
) -> Result<ReadRoot, PublishError> {
    let first = read_root(store)?;
    let Some(theirs) = first.root.claim.clone() else {
        return Ok(first);
    };
    if is_gone(&theirs, mine) {
        return Ok(first);
    }
    note(&theirs);
    let began = Instant::now();
    while began.elapsed() < timing.dead {
        thread::sleep(timing.look);
        let next = read_root(store)?;
        if next.root.claim.is_none() {
            return Ok(next);
        }
        if next.root.serial != first.root.serial {
            return Err(busy(next.root.claim));
        }
    }
    Ok(first)
}

fn busy(claim: Option<Claim>) -> PublishError {
    let (by, since) = claim.map(|claim| (claim.by, claim.since)).unzip();
    PublishError::Busy {
        by: by.unwrap_or_else(|| "another publisher".to_owned()),
        since,
    }
}

/// Whether the process of `theirs` was one of this machine, and is no more.
fn is_gone(theirs: &Claim, mine: &Claim) -> bool {
    let (Some(their), Some(my)) = (&theirs.process, &mine.process) else {
        return false;
    };
    theirs.by == mine.by && their.place == my.place && !super::process::is_running(their.id)
}

/// A claim that is ours.
pub(super) struct Held<'a> {
    store: &'a dyn Store,
    timing: Timing,
    state: Mutex<ReadRoot>,
}

impl<'a> Held<'a> {
    /// Claims the store, if its root is still as it was read.
    ///
    /// # Errors
    /// [`PublishError::Busy`] when another was faster; what the store says.
    pub(super) fn claim(
        store: &'a dyn Store,
        timing: Timing,
        read: ReadRoot,
        claim: Claim,
    ) -> Result<Self, PublishError> {
        let held = Self {
            store,
            timing,
            state: Mutex::new(read),
        };
        held.update(|root| root.claim = Some(claim))?;
        Ok(held)
    }

    /// Renews the claim.
    ///
    /// # Errors
    /// As [`Self::update`].
    pub(super) fn renew(&self) -> Result<(), PublishError> {
        self.update(|_| {})
    }

    /// Changes the root, which renews the claim, too.
    ///
    /// # Errors
    /// [`PublishError::Busy`] when another has taken over; what the store says.
    pub(super) fn update(&self, change: impl FnOnce(&mut Root)) -> Result<(), PublishError> {
        let mut state = lock(&self.state);
        let began = Instant::now();
        let mut root = state.root.clone();
        change(&mut root);
        root.serial += 1;
        let tag = self.write(&root.encode(), state.tag.as_ref())?;
        *state = ReadRoot {
            root,
            tag: Some(tag),
        };
        self.store.allow_writes_until(began + self.timing.stale);
        Ok(())
    }

    /// Writes the root in the place of the one with the tag `expected`. A write without an answer may have succeeded or not,
    /// and no store makes it again by itself, so what stands there says which. Where that is as before, nobody was faster,
    /// and a condition that failed was a mistake on the way.
    fn write(&self, bytes: &[u8], expected: Option<&Tag>) -> Result<Tag, PublishError> {
        let mut n_left = 4;
        loop {
            n_left -= 1;
            let failure = match self.store.put_if(ROOT_KEY, bytes, expected) {
                Ok(Some(tag)) => return Ok(tag),
                Ok(None) => None,
                Err(error) => Some(error),
            };
            let found = self.store.get(ROOT_KEY, ROOT_MAX_BYTES)?;
            match (found, failure) {
                (Some(found), _) if found.bytes == bytes => {
                    return found.tag.ok_or_else(|| busy(None));
                }
                (found, failure) if found.as_ref().and_then(|f| f.tag.as_ref()) == expected => {
                    if n_left == 0 {
                        return Err(failure.map_or_else(|| busy(None), PublishError::from));
                    }
                    thread::sleep(self.timing.look / 4);
                }
                (found, _) => {
                    let root = found.and_then(|found| Root::decode(&found.bytes).ok());
                    return Err(busy(root.and_then(|root| root.claim)));
                }
            }
        }
    }

    /// Changes the root a last time, and lets others go on.
    ///
    /// # Errors
    /// As [`Self::update`]. The claim is dead in a minute then.
    pub(super) fn release_with(self, change: impl FnOnce(&mut Root)) -> Result<(), PublishError> {
        self.update(|root| {
            change(root);
            root.claim = None;
        })
    }

    /// No write begins any more.
    pub(super) fn stop_writes(&self) {
        self.store.allow_writes_until(Instant::now());
    }

    pub(super) fn root(&self) -> Root {
        lock(&self.state).root.clone()
    }

    pub(super) fn timing(&self) -> Timing {
        self.timing
    }
}
