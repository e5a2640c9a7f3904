//! A store in memory. At a given call it dies, as a publisher does that is killed: that call may have had its effect or not,
//! and nothing after it is answered.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::super::digest::digest;
use super::super::requests::Requests;
use super::super::store::{Found, Listed, Object, Store, StoreError, Tag};
use super::super::write_deadline::WriteDeadline;
use crate::lock::lock;

/// Objects by key.
pub(super) type Objects = BTreeMap<String, Object>;

/// See the module.
#[derive(Default)]
pub(super) struct FakeStore {
    objects: Mutex<Objects>,
    n_calls: AtomicU64,
    fault: Mutex<Fault>,
    deadline: WriteDeadline,
    n_writes: AtomicU64,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Fault {
    #[default]
    None,
    /// From this call on nothing is answered; the call itself has its effect, if `has_effect`.
    DiesAt { call: u64, has_effect: bool },
    /// Each call whose number this divides fails, after it had its effect.
    FailsEach(u64),
    /// Conditions are ignored.
    Unconditional,
    /// Replacing on a condition does so whatever stands there; creating does not.
    IgnoresIfMatch,
}

impl FakeStore {
    pub(super) fn of(objects: Objects) -> Self {
        Self {
            objects: Mutex::new(objects),
            ..Self::default()
        }
    }

    pub(super) fn with_fault(self, fault: Fault) -> Self {
        *lock(&self.fault) = fault;
        self
    }

    pub(super) fn objects(&self) -> Objects {
        lock(&self.objects).clone()
    }

    pub(super) fn n_calls(&self) -> u64 {
        self.n_calls.load(Ordering::Relaxed)
    }

    /// One call: `effect` happens unless the publisher is dead by now.
    fn call<T>(&self, effect: impl FnOnce(&mut Objects) -> T) -> Result<T, StoreError> {
        let n = self.n_calls.fetch_add(1, Ordering::Relaxed) + 1;
        let no_answer = || StoreError::Unreachable {
            store: self.name(),
            reason: "the test says so".to_owned(),
        };
        match *lock(&self.fault) {
            Fault::DiesAt { call, .. } if n > call => return Err(no_answer()),
            Fault::DiesAt { call, has_effect } if n == call => {
                if has_effect {
                    effect(&mut lock(&self.objects));
                }
                return Err(no_answer());
            }
            Fault::FailsEach(every) if n.is_multiple_of(every) => {
                effect(&mut lock(&self.objects));
                return Err(no_answer());
            }
            _ => {}
        }
        Ok(effect(&mut lock(&self.objects)))
    }

    fn check_deadline(&self) -> Result<(), StoreError> {
        match self.deadline.is_over() {
            true => Err(StoreError::ClaimStale { store: self.name() }),
            false => Ok(()),
        }
    }

    fn next_tag(&self) -> Option<Tag> {
        let n = self.n_writes.fetch_add(1, Ordering::Relaxed);
        Some(Tag {
            e_tag: Some(n.to_string()),
            version: None,
        })
    }
}

impl Store for FakeStore {
    fn address(&self) -> String {
        "fake".to_owned()
    }

    fn get(&self, key: &str, _max_bytes: u64) -> Result<Option<Object>, StoreError> {
        self.call(|objects| objects.get(key).cloned())
    }

    fn head(&self, key: &str) -> Result<Option<Found>, StoreError> {
        self.call(|objects| {
            objects.get(key).map(|object| Found {
                digest: object.digest.clone(),
                headers: object.headers.clone(),
            })
        })
    }

    fn put(&self, key: &str, object: &Object) -> Result<(), StoreError> {
        self.check_deadline()?;
        if let (Some(sha256), Some(headers)) = (&object.digest, &object.headers)
            && headers.content_encoding.is_none()
        {
            assert_eq!(*sha256, digest(&object.bytes), "{key}");
        }
        let tag = self.next_tag();
        self.call(|objects| {
            let object = Object {
                tag,
                ..object.clone()
            };
            objects.insert(key.to_owned(), object);
        })
    }

    fn put_if(
        &self,
        key: &str,
        bytes: &[u8],
        expected: Option<&Tag>,
    ) -> Result<Option<Tag>, StoreError> {
        let fault = *lock(&self.fault);
        let tag = self.next_tag();
        self.call(|objects| {
            let present = objects.get(key).and_then(|object| object.tag.clone());
            let is_ignored = fault == Fault::Unconditional
                || fault == Fault::IgnoresIfMatch && expected.is_some();
            if !is_ignored && present.as_ref() != expected {
                return None;
            }
            let object = Object {
                bytes: bytes.to_vec(),
                tag: tag.clone(),
                ..Object::default()
            };
            objects.insert(key.to_owned(), object);
            tag
        })
    }

    fn copy(&self, from: &str, to: &str) -> Result<bool, StoreError> {
        self.check_deadline()?;
        let tag = self.next_tag();
        self.call(|objects| {
            let Some(object) = objects.get(from).cloned() else {
                return false;
            };
            objects.insert(to.to_owned(), Object { tag, ..object });
            true
        })
    }

    fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        self.check_deadline()?;
        // A bulk delete that dies has deleted some.
        for key in keys {
            self.call(|objects| drop(objects.remove(key)))?;
        }
        Ok(())
    }

    fn list(&self, folder: &str) -> Result<Vec<Listed>, StoreError> {
        self.call(|objects| {
            let below = objects.iter().filter(|(key, _)| key.starts_with(folder));
            let listed = below.map(|(key, object)| Listed {
                key: key.clone(),
                len: object.bytes.len() as u64,
            });
            listed.collect()
        })
    }

    fn outer(&self) -> Result<Option<String>, StoreError> {
        Ok(None)
    }

    fn allow_writes_until(&self, deadline: Instant) {
        self.deadline.set(deadline);
    }

    fn keeps_headers(&self) -> bool {
        true
    }

    fn max_parallel(&self) -> usize {
        4
    }

    fn requests(&self) -> Requests {
        Requests::default()
    }
}
