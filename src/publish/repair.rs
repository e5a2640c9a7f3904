//! Holds a store against its publish record by listing it, so that the next publication sends what is missing.

use std::collections::{BTreeMap, BTreeSet};

use super::error::PublishError;
use super::known::Known;
use super::layout::is_hashed;
use super::record::{Record, RecordFile, kept_key};
use super::root::{Loss, ROOT_KEY, Root, is_own};
use super::store::Store;

/// Lengths in bytes, by key.
type Listing = BTreeMap<String, u64>;

impl Known {
    /// As [`Known::load`], of all shards, and held against what the store lists: a path is doubtful where it is not listed as
    /// the record has it, and a generation is lost where bytes of it are missing. The record of the present generation may
    /// be lost, too.
    ///
    /// # Errors
    /// What the store says.
    pub(super) fn load_listed(
        store: &dyn Store,
        root: &mut Root,
        target: &Record,
    ) -> Result<Self, PublishError> {
        let mut known = Self::load_readable(store, root, &[])?;
        let listed = store.list("")?.into_iter();
        let listed: Listing = listed.map(|listed| (listed.key, listed.len)).collect();
        known.doubtful = doubtful(&known.present, target, &listed);
        let present = root.present.iter_mut().map(|it| (it, &known.present));
        for (generation, record) in present.chain(root.before.iter_mut().zip(&known.before)) {
            if generation.is_finished && generation.loss.is_none() {
                let lost = lost_path(record, &known, target, &listed);
                generation.loss = lost.map(|path| Loss::Bytes { path });
            }
        }
        add_unrecorded(&mut known.present, target, &listed);
        let own_keys = listed.into_keys();
        known.own_keys = own_keys
            .filter(|key| is_own(key) && key != ROOT_KEY)
            .collect();
        Ok(known)
    }
}

/// Paths that are not listed as `present` has them.
fn doubtful(present: &Record, target: &Record, listed: &Listing) -> BTreeSet<String> {
    let is_as_recorded = |path: &&String| {
        let file = present.get(*path);
        file.is_some_and(|file| is_listed(path, file, listed))
    };
    let paths = present.keys().chain(target.keys());
    paths
        .filter(|path| !is_as_recorded(path))
        .cloned()
        .collect()
}

/// Whether `key` is there with the length of `file`; that of encoded bytes is not in the record.
fn is_listed(key: &str, file: &RecordFile, listed: &Listing) -> bool {
    let is_encoded = file.headers.content_encoding.is_some();
    let len = listed.get(key);
    len.is_some_and(|len| is_encoded || *len == file.len)
}

/// A path whose bytes the generation of `record` has alone, and that are nowhere any more.
fn lost_path(record: &Record, known: &Known, target: &Record, listed: &Listing) -> Option<String> {
    let is_there = |(path, file): &(&String, &RecordFile)| {
        let is_of = |other: &Record| {
            let other = other.get(*path);
            other.is_some_and(|other| other.sha256 == file.sha256)
        };
        let is_in_place = is_of(&known.present) && !known.is_doubtful(path);
        let is_kept = match is_hashed(path) {
            true => is_listed(path, file, listed),
            false => listed.contains_key(&kept_key(&file.sha256)),
        };
        is_of(target) || is_in_place || is_kept
    };
    let lost = record.iter().find(|file| !is_there(file));
    lost.map(|(path, _)| path.clone())
}

/// What is listed without standing in the record is to be kept when it is replaced, and is nothing new.
fn add_unrecorded(present: &mut Record, target: &Record, listed: &Listing) {
    for path in target.keys() {
        if let Some(len) = listed.get(path)
            && !present.contains_key(path)
        {
            let unknown = RecordFile {
                sha256: String::new(),
                len: *len,
                headers: std::sync::Arc::default(),
            };
            present.insert(path.clone(), unknown);
        }
    }
}
