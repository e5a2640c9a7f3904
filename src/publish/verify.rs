//! Compares what a store lists with what the publish record says.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::claim::read_root;
use super::error::PublishError;
use super::known::Known;
use super::layout::is_hashed;
use super::plan::kept_of;
use super::probe::is_probe;
use super::record::{Record, shard_key};
use super::root::{ROOT_KEY, is_own};
use super::store::Store;

/// How a store differs from its record.
#[derive(Clone, Debug, Serialize)]
pub struct Verified {
    /// The store.
    pub target: String,
    /// The generation that should stand there.
    pub generation: u64,
    /// Keys that were looked at.
    pub n_keys: usize,
    /// Keys of the site, and of bytes that are kept, that are not there.
    pub missing: Vec<String>,
    /// Keys of the site with another length.
    pub changed: Vec<String>,
    /// Keys that the record does not name.
    pub added: Vec<String>,
    /// Generations before whose record is missing or damaged.
    pub lost: Vec<LostGeneration>,
    /// Whether a publication began and has not ended: then some of this is its doing.
    pub is_unsettled: bool,
}

/// A generation that cannot be brought back.
#[derive(Clone, Debug, Serialize)]
pub struct LostGeneration {
    /// Its number.
    pub generation: u64,
    /// What is wrong with its record.
    pub reason: String,
}

/// Lists `store` and compares. Bytes are not read: a file that somebody replaced by one of the same length is not seen.
///
/// # Errors
/// When nothing was published there; what the store says.
pub fn verify(store: &dyn Store) -> Result<Verified, PublishError> {
    let mut root = read_root(store)?.root;
    let Some(number) = root.present.as_ref().map(|present| present.number) else {
        let store = store.name();
        return Err(PublishError::Unpublished { store });
    };
    let known = Known::load(store, &mut root, &[])?;
    let listed = store.list("")?;
    let found: BTreeMap<&str, u64> = listed.iter().map(|l| (l.key.as_str(), l.len)).collect();
    let before = || root.before.iter().zip(&known.before);
    // One that was never finished may have some of its bytes.
    let whole =
        before().filter(|(generation, _)| generation.is_finished && generation.loss.is_none());
    let shards = root.generations().flat_map(|g| &g.shards);
    let needed = known.present.keys().cloned();
    let needed = needed.chain(whole.flat_map(|(_, record)| bytes_of(record, &known.present)));
    let needed = needed.chain(shards.map(|sha256| shard_key(sha256)));
    let needed: BTreeSet<String> = needed.chain([ROOT_KEY.to_owned()]).collect();
    let allowed = before().flat_map(|(_, record)| bytes_of(record, &known.present));
    let allowed: BTreeSet<String> = allowed.collect();
    let has_leftovers = !root.unsettled.is_empty() || root.has_losses();
    let is_added = |key: &&str| {
        !needed.contains(*key) && !allowed.contains(*key) && !is_leftover(key, has_leftovers)
    };
    let missing = needed
        .iter()
        .filter(|key| !found.contains_key(key.as_str()));
    let changed = known.present.iter().filter(|(path, file)| {
        let is_plain = file.headers.content_encoding.is_none();
        is_plain && found.get(path.as_str()).is_some_and(|len| *len != file.len)
    });
    let lost = root.before.iter().filter_map(|generation| {
        Some(LostGeneration {
            generation: generation.number,
            reason: generation.loss.as_ref()?.to_string(),
        })
    });
    Ok(Verified {
        target: store.address(),
        generation: number,
        n_keys: found.len(),
        missing: missing.cloned().collect(),
        changed: changed.map(|(path, _)| path.clone()).collect(),
        added: found
            .keys()
            .copied()
            .filter(is_added)
            .map(str::to_owned)
            .collect(),
        lost: lost.collect(),
        is_unsettled: !root.unsettled.is_empty(),
    })
}

/// Where the bytes of `record` are, but for those that `present` has in their place.
fn bytes_of(record: &Record, present: &Record) -> impl Iterator<Item = String> {
    let hashed = record.keys().filter(|path| is_hashed(path)).cloned();
    hashed.chain(kept_of(record, present))
}

/// What a publication that did not end may have left: bytes that it kept or wrote, which the next one clears away, and
/// probes; what a generation had whose record is lost.
fn is_leftover(key: &str, has_leftovers: bool) -> bool {
    is_probe(key) || is_own(key) && has_leftovers
}

impl Verified {
    /// Whether there is something that a repair mends.
    pub fn lacks_something(&self) -> bool {
        !self.missing.is_empty() || !self.changed.is_empty() || !self.lost.is_empty()
    }

    /// Whether the store holds what its record says, and nothing else.
    pub fn is_equal(&self) -> bool {
        !self.lacks_something() && self.added.is_empty()
    }
}
