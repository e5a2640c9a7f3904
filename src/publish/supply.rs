//! Where the bytes of a generation come from: the folder of a site, or the store itself.

use std::collections::{BTreeMap, BTreeSet};

use super::error::PublishError;
use super::known::Known;
use super::layout::is_hashed;
use super::parallel::in_parallel;
use super::plan::{Plan, Standing, Write};
use super::record::{Record, RecordFile, kept_key};
use super::site_folder::{SiteFolder, decoded, encoded};
use super::store::{Object, Store};
use crate::hosting::ObjectHeaders;
use crate::input_file::FILE_MAX_BYTES;

/// Where bytes come from.
pub(super) enum Supply<'a> {
    /// A folder of this machine.
    Site(&'a SiteFolder),
    /// Kept copies. Digests of files that had several headers: a copy has those of one of them.
    Kept(BTreeSet<String>),
}

impl Supply<'_> {
    /// Kept copies, which `known` and `target` name.
    pub(super) fn kept(known: &Known, target: &Record) -> Self {
        let mut headers: BTreeMap<&str, &ObjectHeaders> = BTreeMap::new();
        let mut several = BTreeSet::new();
        for file in known.records().chain([target]).flat_map(Record::values) {
            let first = headers.entry(&file.sha256).or_insert(&file.headers);
            if **first != *file.headers {
                several.insert(file.sha256.clone());
            }
        }
        Self::Kept(several)
    }

    /// Before anything is written: whether the store still has all that a rollback needs.
    ///
    /// # Errors
    /// [`PublishError::LostBytes`]; what the store says.
    pub(super) fn check(&self, store: &dyn Store, plan: &Plan) -> Result<(), PublishError> {
        if matches!(self, Self::Site(_)) {
            return Ok(());
        }
        let is_needed = |write: &&Write| {
            matches!(write.standing, Standing::Bytes(_) | Standing::Nothing)
                && !is_hashed(&write.path)
        };
        let needed: Vec<&Write> = plan.writes().filter(is_needed).collect();
        in_parallel(store.max_parallel(), &needed, |write| {
            let found = store.head(&kept_key(&write.file.sha256))?;
            // What somebody else put there has another digest, or none.
            if found.is_some_and(|found| found.digest.as_ref() == Some(&write.file.sha256)) {
                return Ok(());
            }
            Err(PublishError::LostBytes {
                store: store.name(),
                path: write.path.clone(),
            })
        })
    }

    /// Puts the bytes of `write` at its path.
    pub(super) fn put(&self, store: &dyn Store, write: &Write) -> Result<u64, PublishError> {
        let Write { path, file, .. } = write;
        let several = match self {
            Self::Site(site) => {
                let object = site.object(path, file)?;
                store.put(path, &object)?;
                return Ok(object.bytes.len() as u64);
            }
            Self::Kept(several) => several,
        };
        let is_in_place = write.standing == Standing::SameBytes;
        let from = if is_in_place {
            path.clone()
        } else {
            kept_key(&file.sha256)
        };
        let is_done = if is_in_place || several.contains(&file.sha256) && store.keeps_headers() {
            put_with_headers(store, &from, path, file)?
        } else {
            store.copy(&from, path)?
        };
        if is_done {
            return Ok(0);
        }
        Err(PublishError::LostBytes {
            store: store.name(),
            path: path.clone(),
        })
    }
}

/// Copies by way of this machine; `false` if nothing is at `from`.
fn put_with_headers(
    store: &dyn Store,
    from: &str,
    to: &str,
    file: &RecordFile,
) -> Result<bool, PublishError> {
    let Some(object) = store.get(from, FILE_MAX_BYTES)? else {
        return Ok(false);
    };
    let site_file = |error| PublishError::SiteFile {
        path: to.to_owned(),
        error,
    };
    let plain = decoded(object.bytes, object.headers.as_ref(), file.len + 1).map_err(site_file)?;
    let object = Object {
        bytes: encoded(plain, &file.headers),
        headers: Some((*file.headers).clone()),
        digest: Some(file.sha256.clone()),
        tag: None,
    };
    store.put(to, &object)?;
    Ok(true)
}
