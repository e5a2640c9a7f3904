//! Whether a store keeps the conditions of conditional writes: some answer them with success and ignore them.

use super::error::PublishError;
use super::process;
use super::store::Store;

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
