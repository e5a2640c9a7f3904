//! Whether a store keeps the conditions of conditional writes, which some answer with success and ignore, and keys that end
//! in `/`.

use super::error::PublishError;
use super::process;
use super::store::{Object, Store, StoreError};

/// Tries both conditions on a key of its own. No store makes a conditional write again that had no answer, so all of it is
/// tried up to three times.
///
/// # Errors
/// [`PublishError::IgnoresConditions`]; what the store says.
pub(super) fn probe(store: &dyn Store) -> Result<(), PublishError> {
    let once = || {
        let key = format!("{PROBE_KEYS}{}", process::random_id());
        let ignored = ignored_condition(store, &key);
        // Best effort: what the probe says matters more than a few bytes.
        let _ = store.delete(&[key]);
        ignored
    };
    let tried = || once().or_else(|_| once()).or_else(|_| once());
    // Said once it may be a mistake on the way.
    let ignored = match tried()? {
        None => None,
        Some(_) => tried()?,
    };
    match ignored {
        None => Ok(()),
        Some(condition) => Err(PublishError::IgnoresConditions {
            store: store.name(),
            condition,
        }),
    }
}

/// Tries whether the store keeps an object at a key that ends in `/`: some make a folder of it, drop the slash, or
/// refuse it.
///
/// # Errors
/// [`PublishError::NoIndexKeys`]; what the store says.
pub(super) fn probe_index_keys(store: &dyn Store) -> Result<(), PublishError> {
    let key = format!("{PROBE_KEYS}{}/", process::random_id());
    let object = Object {
        bytes: b"1".to_vec(),
        ..Object::default()
    };
    let kept = store.put(&key, &object).and_then(|()| store.get(&key, 1));
    let without_slash = key.trim_end_matches('/').to_owned();
    let is_cut = store.head(&without_slash);
    let _ = store.delete(&[key, without_slash]);
    let no_index_keys = |reason: Option<String>| PublishError::NoIndexKeys {
        store: store.name(),
        reason,
    };
    match kept {
        Ok(Some(kept)) if kept.bytes == object.bytes && is_cut?.is_none() => Ok(()),
        Ok(_) | Err(StoreError::TooLong { .. }) => Err(no_index_keys(None)),
        Err(StoreError::Other { reason, .. }) => Err(no_index_keys(Some(reason))),
        Err(error) => Err(error.into()),
    }
}

const PROBE_KEYS: &str = ".skillpress/probe-";

/// Whether `key` is one that a probe left which was cut off: a byte that does no harm.
pub(super) fn is_probe(key: &str) -> bool {
    key.starts_with(PROBE_KEYS)
}

fn ignored_condition(store: &dyn Store, key: &str) -> Result<Option<&'static str>, PublishError> {
    let Some(first) = store.put_if(key, b"1", None)? else {
        return Ok(Some("If-None-Match"));
    };
    if store.put_if(key, b"2", None)?.is_some() {
        return Ok(Some("If-None-Match"));
    }
    if store.put_if(key, b"3", Some(&first))?.is_none() {
        return Ok(Some("If-Match"));
    }
    let stale = store.put_if(key, b"4", Some(&first))?;
    Ok(stale.map(|_| "If-Match"))
}
