//! What is known of a store without listing it: the records of its generations, as far as they differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use super::error::PublishError;
use super::parallel::in_parallel;
use super::record::{Record, RecordError, SHARD_MAX_BYTES, decode_into, shard_key, shard_of};
use super::root::{Generation, Root};
use super::store::Store;
use crate::lock::lock;

/// The records of a root's generations. Shards that all of them share with the generation to come say nothing of what is to
/// be done, and are left out.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) present: Record,
    pub(super) before: Vec<Record>,
    pub(super) unsettled: Vec<Record>,
    /// Those that differ, and how many there are; `None` when all are here.
    differing: Option<(BTreeSet<usize>, usize)>,
}

impl Known {
    /// Reads what differs among the generations of `root` and a generation of the shards `next`.
    ///
    /// # Errors
    /// What the store says; a shard that is missing or damaged.
    pub(super) fn load(
        store: &dyn Store,
        root: &Root,
        next: &[String],
    ) -> Result<Self, PublishError> {
        let all: Vec<&Generation> = root.generations().collect();
        // Without a present generation whatever others have is not known to be in place.
        let differing = root.present.as_ref().and_then(|_| differing(&all, next));
        let is_wanted = |at: usize| {
            let differing = differing.as_ref();
            differing.is_none_or(|(differing, _)| differing.contains(&at))
        };
        let wanted = all.iter().flat_map(|generation| {
            let shards = generation.shards.iter().enumerate();
            shards
                .filter(|(at, _)| is_wanted(*at))
                .map(|(_, sha256)| sha256.clone())
        });
        let shards = read_shards(store, wanted.collect())?;
        let record_of = |generation: &Generation| -> Result<Record, PublishError> {
            let mut record = Record::new();
            for (at, sha256) in generation.shards.iter().enumerate() {
                if is_wanted(at) {
                    decode_into(&mut record, sha256, &shards[sha256])?;
                }
            }
            Ok(record)
        };
        Ok(Self {
            present: root.present.as_ref().map_or(Ok(Record::new()), record_of)?,
            before: root
                .before
                .iter()
                .map(record_of)
                .collect::<Result<_, _>>()?,
            unsettled: root
                .unsettled
                .iter()
                .map(record_of)
                .collect::<Result<_, _>>()?,
            differing,
        })
    }

    /// Whether something may have to be done about `path`.
    pub(super) fn covers(&self, path: &str) -> bool {
        let differing = self.differing.as_ref();
        differing.is_none_or(|(differing, n)| differing.contains(&shard_of(path, *n)))
    }

    /// Whether `path` surely holds what the present generation says.
    pub(super) fn is_sure(&self, path: &str) -> bool {
        let present = self.present.get(path);
        self.unsettled
            .iter()
            .all(|other| other.get(path) == present)
    }

    /// All records, the present one first.
    pub(super) fn records(&self) -> impl Iterator<Item = &Record> {
        [&self.present]
            .into_iter()
            .chain(&self.before)
            .chain(&self.unsettled)
    }

    /// The record of each of [`Root::generations`].
    pub(super) fn records_in_order(&self, root: &Root) -> impl Iterator<Item = &Record> {
        let present = root.present.iter().map(|_| &self.present);
        present.chain(&self.before).chain(&self.unsettled)
    }
}

/// Positions at which not all have the same shard; `None` when they do not have the same number of shards.
fn differing(all: &[&Generation], next: &[String]) -> Option<(BTreeSet<usize>, usize)> {
    let is_same_number = |generation: &&Generation| generation.shards.len() == next.len();
    if all.is_empty() || !all.iter().all(is_same_number) {
        return None;
    }
    let differs = |&at: &usize| {
        all.iter()
            .any(|generation| generation.shards[at] != next[at])
    };
    Some(((0..next.len()).filter(differs).collect(), next.len()))
}

/// Shards by what they are called.
fn read_shards(
    store: &dyn Store,
    wanted: BTreeSet<String>,
) -> Result<BTreeMap<String, Vec<u8>>, PublishError> {
    let read = Mutex::new(BTreeMap::new());
    let wanted: Vec<String> = wanted.into_iter().collect();
    in_parallel(store.max_parallel(), &wanted, |sha256| {
        let key = shard_key(sha256);
        let Some(object) = store.get(&key, SHARD_MAX_BYTES)? else {
            return Err(RecordError::Missing { key }.into());
        };
        lock(&read).insert(sha256.clone(), object.bytes);
        Ok(())
    })?;
    Ok(read
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// The whole record of one generation.
///
/// # Errors
/// As [`Known::load`].
pub(super) fn read_record(
    store: &dyn Store,
    generation: &Generation,
) -> Result<Record, PublishError> {
    let wanted = generation.shards.iter().cloned().collect();
    let mut record = Record::new();
    for (sha256, bytes) in read_shards(store, wanted)? {
        decode_into(&mut record, &sha256, &bytes)?;
    }
    Ok(record)
}
