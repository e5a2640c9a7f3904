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
        let key = format!(".skillpress/probe-{}", process::random_id());
        let ignored = ignored_condition(store, &key);
        // Best effort: what the probe says matters more than a few bytes.
        let _ = store.delete(&[key]);
        ignored
    };
    match once().or_else(|_| once()).or_else(|_| once())? {
        None => Ok(()),
        Some(condition) => Err(PublishError::IgnoresConditions {
            store: store.name(),
            condition,
        }),
    }
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
