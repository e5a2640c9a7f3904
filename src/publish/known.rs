//! What is known of a store without listing it: the records of its generations, as far as they differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use super::error::PublishError;
use super::parallel::in_parallel;
use super::record::{Record, RecordError, SHARD_MAX_BYTES, decode, shard_key, shard_of};
use super::root::{Generation, Loss, Root};
use super::store::{Store, StoreError};
use crate::lock::lock;

/// The records of a root's generations. Shards that all of them share with the generation to come say nothing of what is to
/// be done, and are left out.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) present: Record,
    pub(super) before: Vec<Record>,
    pub(super) unsettled: Vec<Record>,
    /// Shards that are missing or damaged: what they say of paths is not known.
    pub(super) lost_shards: BTreeMap<String, RecordError>,
    /// Whether the record of a generation that died is lost, so any path may hold its bytes.
    is_nothing_sure: bool,
    /// Paths that a listing does not show as the record has them.
    pub(super) doubtful: BTreeSet<String>,
    /// Keys beside the site that a listing showed, but for the root.
    pub(super) own_keys: Vec<String>,
    /// Those that differ, and how many there are; `None` when all are here.
    differing: Option<(BTreeSet<usize>, usize)>,
}

impl Known {
    /// Reads what differs among the generations of `root` and a generation of the shards `next`. Generations whose record is
    /// missing or damaged are lost: of those that died all paths in such a shard are unsure, those before are over.
    ///
    /// # Errors
    /// What the store says; a shard of the present generation that is missing or damaged, since nobody knows then what
    /// visitors find.
    pub(super) fn load(
        store: &dyn Store,
        root: &mut Root,
        next: &[String],
    ) -> Result<Self, PublishError> {
        let known = Self::load_readable(store, root, next)?;
        let mut shards = root.present.iter().flat_map(|present| &present.shards);
        match shards.find_map(|sha256| known.lost_shards.get(sha256)) {
            Some(error) => Err(error.clone().into()),
            None => Ok(known),
        }
    }

    /// As [`Self::load`], whatever is lost.
    pub(super) fn load_readable(
        store: &dyn Store,
        root: &mut Root,
        next: &[String],
    ) -> Result<Self, PublishError> {
        let all: Vec<&Generation> = root.generations().collect();
        // Without a present generation whatever others have is not known to be in place.
        let differing = root.present.as_ref().and_then(|_| differing(&all, next));
        let is_wanted = |at: usize| {
            let differing = differing.as_ref();
            differing.is_none_or(|(differing, _)| differing.contains(&at))
        };
        let wanted_of = |generation: &Generation| -> BTreeSet<String> {
            let shards = generation.shards.iter().enumerate();
            let wanted = shards.filter(|(at, _)| is_wanted(*at));
            wanted.map(|(_, sha256)| sha256.clone()).collect()
        };
        let wanted = all.iter().flat_map(|generation| wanted_of(generation));
        let (shards, lost_shards) = read_shards(store, wanted.collect())?;
        for generation in root.generations_mut() {
            let mut shards = generation.shards.iter();
            let error = shards.find_map(|sha256| lost_shards.get(sha256));
            generation.loss = error.cloned().map(Loss::from);
        }
        let record_of = |generation: &Generation| -> Record {
            let wanted = wanted_of(generation);
            let files = wanted.iter().filter_map(|sha256| shards.get(sha256));
            files
                .flatten()
                .map(|(path, file)| (path.clone(), file.clone()))
                .collect()
        };
        Ok(Self {
            present: root.present.as_ref().map(record_of).unwrap_or_default(),
            before: root.before.iter().map(record_of).collect(),
            unsettled: root.unsettled.iter().map(record_of).collect(),
            is_nothing_sure: root.unsettled.iter().any(|died| died.loss.is_some()),
            lost_shards,
            differing,
            ..Self::default()
        })
    }

    /// Whether something may have to be done about `path`.
    pub(super) fn covers(&self, path: &str) -> bool {
        let differing = self.differing.as_ref();
        differing.is_none_or(|(differing, n)| differing.contains(&shard_of(path, *n)))
    }

    /// Whether `path` does not hold what the present generation says.
    pub(super) fn is_doubtful(&self, path: &str) -> bool {
        self.doubtful.contains(path)
    }

    /// Whether `path` surely holds what the present generation says, if it is not doubtful.
    pub(super) fn is_sure(&self, path: &str) -> bool {
        let present = self.present.get(path);
        let mut unsettled = self.unsettled.iter();
        !self.is_nothing_sure && unsettled.all(|other| other.get(path) == present)
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

/// The files of shards by what these are called, and why others cannot be read.
type Shards = (BTreeMap<String, Record>, BTreeMap<String, RecordError>);

/// # Errors
/// What the store says; a shard of a newer format.
fn read_shards(store: &dyn Store, wanted: BTreeSet<String>) -> Result<Shards, PublishError> {
    let read = Mutex::new(Shards::default());
    let wanted: Vec<String> = wanted.into_iter().collect();
    in_parallel(store.max_parallel(), &wanted, |sha256| {
        let shard = read_shard(store, sha256)?;
        let (files, lost) = &mut *lock(&read);
        match shard {
            Ok(shard) => drop(files.insert(sha256.clone(), shard)),
            Err(error) => drop(lost.insert(sha256.clone(), error)),
        }
        Ok(())
    })?;
    let read = read.into_inner();
    Ok(read.unwrap_or_else(std::sync::PoisonError::into_inner))
}

fn read_shard(
    store: &dyn Store,
    sha256: &str,
) -> Result<Result<Record, RecordError>, PublishError> {
    let key = shard_key(sha256);
    let object = match store.get(&key, SHARD_MAX_BYTES) {
        Ok(Some(object)) => object,
        Ok(None) => return Ok(Err(RecordError::Missing { key })),
        Err(error @ StoreError::TooLong { .. }) => {
            let reason = error.to_string();
            return Ok(Err(RecordError::Damaged { key, reason }));
        }
        Err(error) => return Err(error.into()),
    };
    match decode(sha256, &object.bytes) {
        Err(error @ RecordError::Newer { .. }) => Err(error.into()),
        decoded => Ok(decoded),
    }
}

/// The whole record of one generation.
///
/// # Errors
/// What the store says; a shard that is missing or damaged.
pub(super) fn read_record(
    store: &dyn Store,
    generation: &Generation,
) -> Result<Record, PublishError> {
    let wanted = generation.shards.iter().cloned().collect();
    let (shards, mut lost) = read_shards(store, wanted)?;
    match lost.pop_first() {
        Some((_, error)) => Err(error.into()),
        None => Ok(shards.into_values().flatten().collect()),
    }
}
