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
    /// Whether a publication began and has not ended: then some of this is its doing.
    pub is_unsettled: bool,
}

/// Lists `store` and compares. Bytes are not read: a file that somebody replaced by one of the same length is not seen.
///
/// # Errors
/// When nothing was published there; what the store says.
pub fn verify(store: &dyn Store) -> Result<Verified, PublishError> {
    let root = read_root(store)?.root;
    let Some(present) = &root.present else {
        let store = store.name();
        return Err(PublishError::Unpublished { store });
    };
    let known = Known::load(store, &root, &[])?;
    let listed = store.list()?;
    let found: BTreeMap<&str, u64> = listed.iter().map(|l| (l.key.as_str(), l.len)).collect();
    let kept: BTreeSet<String> = known
        .before
        .iter()
        .zip(&root.before)
        .filter(|(_, generation)| generation.is_finished)
        .flat_map(|(record, _)| kept_of(record, &known.present))
        .collect();
    let hashed = known
        .before
        .iter()
        .flat_map(Record::keys)
        .filter(|path| is_hashed(path));
    let shards = root
        .generations()
        .flat_map(|g| &g.shards)
        .map(|sha256| shard_key(sha256));
    let needed = known.present.keys().cloned().chain(kept).chain(shards);
    let needed: BTreeSet<String> = needed.chain([ROOT_KEY.to_owned()]).collect();
    let allowed: BTreeSet<&String> = hashed.chain(&needed).collect();
    let missing = needed
        .iter()
        .filter(|key| !found.contains_key(key.as_str()));
    let changed = known.present.iter().filter(|(path, file)| {
        let is_plain = file.headers.content_encoding.is_none();
        is_plain && found.get(path.as_str()).is_some_and(|len| *len != file.len)
    });
    let is_added =
        |key: &&&str| !allowed.contains(&(**key).to_owned()) && !is_leftover(key, &root.unsettled);
    Ok(Verified {
        target: store.name(),
        generation: present.number,
        n_keys: found.len(),
        missing: missing.cloned().collect(),
        changed: changed.map(|(path, _)| path.clone()).collect(),
        added: found
            .keys()
            .filter(is_added)
            .map(|key| (*key).to_owned())
            .collect(),
        is_unsettled: !root.unsettled.is_empty(),
    })
}

/// What a publication that did not end may have left: bytes that it kept or wrote, which the next one clears away, and
/// probes.
fn is_leftover<T>(key: &str, unsettled: &[T]) -> bool {
    is_probe(key) || is_own(key) && !unsettled.is_empty()
}

impl Verified {
    /// Whether the store holds what its record says, and nothing else.
    pub fn is_equal(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty() && self.added.is_empty()
    }
}
