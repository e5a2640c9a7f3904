//! The root of the publish record: which generation stands in the store, which stood there before, and who is at work.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::layout::{folder_of, has_zip};
use super::record::{FOLDER, MAX_SHARDS, Record, RecordError, encode};
use crate::key::SkillKey;

/// `.skillpress/publish.json`, the one object that is written on a condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// Of this document.
    pub format: u32,
    /// Counts the writes of this document, so that each has other bytes and another ETag.
    pub serial: u64,
    /// What the site is. `None` until the first publication is done.
    pub present: Option<Generation>,
    /// What it was, newest first: two that were finished, and those between that were not. Their bytes are kept.
    pub before: Vec<Generation>,
    /// What addresses may hold besides the present generation: a publication began and has not ended, or its deletes
    /// have not.
    pub unsettled: Vec<Generation>,
    /// Who is at work.
    pub claim: Option<Claim>,
    /// Keys of skills that were taken down and are not to come back unawares.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub purged: BTreeSet<String>,
}

/// One state of the whole site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    /// Counts from 1.
    pub number: u64,
    /// When it was published, in UTC.
    pub at: String,
    /// By whom: user and host.
    pub by: String,
    /// The program and its version.
    pub tool: String,
    /// Files of the site.
    pub n_files: usize,
    /// Their bytes before any encoding.
    pub n_bytes: u64,
    /// SHA-256 of its shards.
    pub shards: Vec<String>,
    /// Whether all of it was ever in place.
    pub is_finished: bool,
    /// What of it is gone, as whoever read its record found out: it cannot be brought back, and is forgotten with the next
    /// publication.
    #[serde(skip)]
    pub loss: Option<Loss>,
}

/// Why a generation cannot be brought back.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum Loss {
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error("the bytes that `{path}` had are gone")]
    Bytes { path: String },
}

/// Says who is at work; renewed while they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Tells two claims of one publisher apart.
    pub id: String,
    /// User and host.
    pub by: String,
    /// When the work began, in UTC.
    pub since: String,
    /// The process, where a system can tell whether it is still there.
    pub process: Option<Process>,
}

/// A process that others on the same machine can look for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// The run of the system and the namespace in which `id` means something.
    pub place: String,
    /// Its number there.
    pub id: i32,
}

/// Where the root stands.
pub(super) const ROOT_KEY: &str = ".skillpress/publish.json";

/// The root is never longer than this, in bytes.
pub(super) const ROOT_MAX_BYTES: u64 = 16 << 20;

const FORMAT: u32 = 1;

impl Root {
    pub(super) fn new() -> Self {
        Self {
            format: FORMAT,
            ..Self::default()
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("text and numbers are JSON");
        bytes.push(b'\n');
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let root: Self = serde_json::from_slice(bytes).map_err(|error| RecordError::Damaged {
            key: ROOT_KEY.to_owned(),
            reason: error.to_string(),
        })?;
        if root.format != FORMAT {
            let format = root.format;
            return Err(RecordError::Newer { format });
        }
        match root.impossible() {
            Some(reason) => Err(RecordError::Damaged {
                key: ROOT_KEY.to_owned(),
                reason: reason.to_owned(),
            }),
            None => Ok(root),
        }
    }

    /// What no publication writes, in a root that somebody else may have written: numbers that cannot be counted on from,
    /// and generations that take longer to read than any.
    fn impossible(&self) -> Option<&'static str> {
        let numbers = self.generations().map(|generation| generation.number);
        if numbers.chain([self.serial]).any(|n| n > MAX_COUNT) {
            return Some("it counts higher than anybody can publish");
        }
        if self.generations().count() > MAX_GENERATIONS {
            return Some("it has more generations than anybody can publish");
        }
        // Shards without files are the same.
        let empty = encode(&Record::new(), 1).remove(0).sha256;
        let has_repeats = |generation: &Generation| {
            let shards = || generation.shards.iter().filter(|shard| **shard != empty);
            shards().count() > shards().collect::<BTreeSet<_>>().len()
        };
        if self.generations().any(|it| it.shards.len() > MAX_SHARDS) {
            return Some("a generation has too many shards");
        }
        let repeats = self.generations().any(has_repeats);
        repeats.then_some("a generation names a shard twice")
    }

    /// All generations of which anything may be in the store.
    pub(super) fn generations(&self) -> impl Iterator<Item = &Generation> {
        let present = self.present.iter();
        present.chain(&self.before).chain(&self.unsettled)
    }

    /// As [`Self::generations`].
    pub(super) fn generations_mut(&mut self) -> impl Iterator<Item = &mut Generation> {
        let present = self.present.iter_mut();
        present.chain(&mut self.before).chain(&mut self.unsettled)
    }

    /// Whether anything is known to be gone.
    pub(super) fn has_losses(&self) -> bool {
        self.generations()
            .any(|generation| generation.loss.is_some())
    }

    /// The number of the generation that comes next.
    pub(super) fn next_number(&self) -> u64 {
        let numbers = self.generations().map(|generation| generation.number);
        numbers.max().unwrap_or(0) + 1
    }

    /// Whether a publication was begun and never finished.
    pub(super) fn has_unfinished(&self) -> bool {
        self.unsettled.iter().any(|other| !other.is_finished)
    }

    /// Skills of `record` that were taken down.
    pub(super) fn purged_in(&self, record: &Record) -> Vec<String> {
        let purged = self.purged.iter().filter(|key| {
            let skill = SkillKey::parse(key);
            skill.is_some_and(|skill| has_zip(&folder_of(&skill), record))
        });
        purged.cloned().collect()
    }

    /// What [`Self::before`] is once the generation with the shards `next` is in place.
    pub(super) fn before_next(&self, next: &[String]) -> Vec<Generation> {
        let unfinished = self.unsettled.iter().rev().filter(|g| !g.is_finished);
        let candidates = unfinished.chain(&self.present).chain(&self.before);
        let mut before: Vec<Generation> = Vec::new();
        for generation in candidates {
            let is_known = before.iter().any(|other| other.shards == generation.shards);
            if is_known || generation.shards == next || generation.loss.is_some() {
                continue;
            }
            before.push(generation.clone());
            let n_finished = before.iter().filter(|g| g.is_finished).count();
            if n_finished == N_KEPT || before.len() == N_KEPT_AT_MOST {
                break;
            }
        }
        before
    }
}

/// Numbers beyond are not whole ones to all readers of JSON.
const MAX_COUNT: u64 = 1 << 53;

/// Those that died count, until one comes to its end.
const MAX_GENERATIONS: usize = 1_000;

/// Finished generations whose bytes are kept.
const N_KEPT: usize = 2;

/// Those that were never finished count, too: somebody whose publishing dies again and again must not fill the store.
const N_KEPT_AT_MOST: usize = 8;

/// Whether `key` is of the publish record and not of the site.
pub(super) fn is_own(key: &str) -> bool {
    key.starts_with(FOLDER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generation(number: u64, is_finished: bool) -> Generation {
        Generation {
            number,
            at: String::new(),
            by: String::new(),
            tool: String::new(),
            n_files: 0,
            n_bytes: 0,
            shards: vec![number.to_string()],
            is_finished,
            loss: None,
        }
    }

    fn before(root: &Root, next: &str) -> Vec<u64> {
        let before = root.before_next(&[next.to_owned()]);
        before.iter().map(|generation| generation.number).collect()
    }

    #[test]
    fn two_finished_generations_are_kept_and_those_between_that_were_not() {
        let root = Root {
            present: Some(generation(5, true)),
            before: vec![generation(4, true), generation(3, true)],
            unsettled: vec![generation(6, false)],
            ..Root::new()
        };
        assert_eq!(before(&root, "7"), [6, 5, 4]);
        assert_eq!(before(&root, "6"), [5, 4], "the same again");
        assert_eq!(before(&root, "4"), [6, 5, 3], "one that comes back");
        assert_eq!(root.next_number(), 7);
    }

    #[test]
    fn a_forged_root_is_refused() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let with = |generation: Generation| Root {
            present: Some(generation),
            ..Root::new()
        };
        let many: Vec<String> = (0..=MAX_SHARDS).map(|n| n.to_string()).collect();
        let forged = [
            with(generation(u64::MAX, true)),
            with(Generation {
                shards: names(&["a", "b", "a"]),
                ..generation(1, true)
            }),
            with(Generation {
                shards: many,
                ..generation(1, true)
            }),
            Root {
                serial: u64::MAX,
                ..Root::new()
            },
            Root {
                before: vec![generation(1, true); MAX_GENERATIONS + 1],
                ..Root::new()
            },
        ];
        for root in forged {
            let refused = Root::decode(&root.encode());
            assert!(
                matches!(refused, Err(RecordError::Damaged { .. })),
                "{refused:?}"
            );
        }
        let empty = encode(&Record::new(), 1).remove(0).sha256;
        let twice_empty = with(Generation {
            shards: vec![empty.clone(), "a".to_owned(), empty],
            ..generation(1, true)
        });
        assert_eq!(Root::decode(&twice_empty.encode()).unwrap(), twice_empty);
    }

    #[test]
    fn the_root_comes_back_from_its_bytes() {
        let root = Root {
            present: Some(generation(1, true)),
            ..Root::new()
        };
        assert_eq!(Root::decode(&root.encode()).unwrap(), root);
        let newer =
            br#"{"format":2,"serial":1,"present":null,"before":[],"unsettled":[],"claim":null}"#;
        assert!(matches!(
            Root::decode(newer),
            Err(RecordError::Newer { format: 2 })
        ));
    }
}
