//! Carries a plan out, under a claim that is renewed meanwhile.

use std::collections::BTreeSet;
use std::slice;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use indicatif::ProgressBar;

use super::claim::Held;
use super::digest::digest;
use super::error::PublishError;
use super::index_key::is_index_key;
use super::parallel::in_parallel;
use super::plan::{Plan, Removal, Standing, Write};
use super::record::kept_key;
use super::site_folder::decoded;
use super::store::{Found, Store};
use super::supply::Supply;
use crate::input_file::FILE_MAX_BYTES;
use crate::lock::lock;

/// What was done, counted.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Files that were written from here.
    pub(super) n_uploaded: AtomicUsize,
    /// Their bytes as they travelled.
    pub(super) n_bytes: AtomicU64,
    /// Files that were kept or brought back by a copy in the store.
    pub(super) n_copied: AtomicUsize,
    /// Files that a publication which died had written already.
    pub(super) n_found: AtomicUsize,
    /// Keys that were deleted.
    pub(super) n_deleted: AtomicUsize,
    /// Where bytes were kept.
    kept: Mutex<BTreeSet<String>>,
}

/// Does `work` while `held` is renewed.
///
/// # Errors
/// Those of `work`, or why the claim is lost.
pub(super) fn while_renewed<T>(
    held: &Held<'_>,
    work: impl FnOnce() -> Result<T, PublishError>,
) -> Result<T, PublishError> {
    thread::scope(|scope| {
        let (done, is_done) = mpsc::channel::<()>();
        let renewer = scope.spawn(move || {
            loop {
                match is_done.recv_timeout(held.timing().renew) {
                    Err(mpsc::RecvTimeoutError::Timeout) => {}
                    _ => return Ok(()),
                }
                match held.renew() {
                    // Without an answer the next try may succeed; when none does in time, writes are refused.
                    Ok(()) | Err(PublishError::Store(_)) => {}
                    Err(lost) => {
                        held.stop_writes();
                        return Err(lost);
                    }
                }
            }
        });
        let outcome = work();
        drop(done);
        let renewed = renewer.join().expect("a renewal does not panic");
        // That somebody took over is why the work stopped.
        renewed.and(outcome)
    })
}

/// Carries out the writes of `plan`, step by step.
pub(super) fn write(
    store: &dyn Store,
    plan: &Plan,
    supply: &Supply<'_>,
    done: &Done,
    bar: &ProgressBar,
) -> Result<(), PublishError> {
    for tasks in plan.steps.values() {
        in_parallel(store.max_parallel(), tasks, |writes| {
            for write in writes {
                write_one(store, write, supply, done)?;
                bar.inc(1);
                let megabytes = done.n_bytes.load(Ordering::Relaxed) as f64 / 1e6;
                bar.set_message(format!("upload, {megabytes:.1} MB"));
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn write_one(
    store: &dyn Store,
    write: &Write,
    supply: &Supply<'_>,
    done: &Done,
) -> Result<(), PublishError> {
    let mut write = write.clone();
    match &write.standing {
        Standing::Nothing | Standing::SameBytes => {}
        Standing::Bytes(sha256) => keep(store, &write.path, sha256, done)?,
        Standing::Unknown | Standing::Doubtful => {
            if let Some((found, sha256)) = look(store, &write.path, &write.standing)? {
                let is_same = sha256 == write.file.sha256;
                let has_headers =
                    !store.keeps_headers() || found.headers.as_ref() == Some(&*write.file.headers);
                if is_same && has_headers {
                    done.n_found.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
                if is_same {
                    write.standing = Standing::SameBytes;
                } else {
                    keep(store, &write.path, &sha256, done)?;
                }
            }
        }
    }
    let n_bytes = supply.put(store, &write)?;
    let counter = match supply {
        Supply::Site(_) => &done.n_uploaded,
        Supply::Kept(_) => &done.n_copied,
    };
    counter.fetch_add(1, Ordering::Relaxed);
    done.n_bytes.fetch_add(n_bytes, Ordering::Relaxed);
    Ok(())
}

/// Copies what stands at `path`, bytes with the digest `sha256`, to their kept key. If nothing is there, somebody deleted it,
/// and there is nothing to keep.
fn keep(store: &dyn Store, path: &str, sha256: &str, done: &Done) -> Result<(), PublishError> {
    let key = kept_key(sha256);
    if lock(&done.kept).contains(&key) {
        return Ok(());
    }
    if store.copy(path, &key)? {
        done.n_copied.fetch_add(1, Ordering::Relaxed);
        lock(&done.kept).insert(key);
    }
    Ok(())
}

/// What stands at `path`, and its digest.
fn look(
    store: &dyn Store,
    path: &str,
    standing: &Standing,
) -> Result<Option<(Found, String)>, PublishError> {
    let Some(found) = store.head(path)? else {
        return Ok(None);
    };
    if *standing != Standing::Doubtful
        && let Some(sha256) = found.digest.clone()
    {
        return Ok(Some((found, sha256)));
    }
    // Somebody else put it there, or the store forgot what we said of it.
    let Some(object) = store.get(path, FILE_MAX_BYTES)? else {
        return Ok(None);
    };
    let plain = decoded(object.bytes, object.headers.as_ref(), FILE_MAX_BYTES);
    let plain = plain.map_err(|error| PublishError::SiteFile {
        path: path.to_owned(),
        error,
    })?;
    let sha256 = digest(&plain);
    Ok(Some((found, sha256)))
}

/// Carries out the deletes of `plan`, after the bytes that they remove are kept.
pub(super) fn delete(
    store: &dyn Store,
    plan: &Plan,
    done: &Done,
    bar: &ProgressBar,
) -> Result<(), PublishError> {
    let kept = |removal: &Removal| {
        match &removal.standing {
            Standing::Bytes(sha256) => keep(store, &removal.path, sha256, done)?,
            standing => {
                if let Some((_, sha256)) = look(store, &removal.path, standing)? {
                    keep(store, &removal.path, &sha256, done)?;
                }
            }
        }
        bar.inc(1);
        Ok(())
    };
    in_parallel(store.max_parallel(), &plan.removals, kept)?;
    let removed: Vec<String> = plan.removals.iter().map(|r| r.path.clone()).collect();
    delete_keys(store, &removed, done)?;
    delete_keys(store, &plan.leaving, done)?;
    // Bytes that somebody else put there, or a generation whose record is lost: no page names them any more.
    let unnamed: Vec<String> = lock(&done.kept).difference(&plan.needed).cloned().collect();
    delete_keys(store, &unnamed, done)
}

pub(super) fn delete_keys(
    store: &dyn Store,
    keys: &[String],
    done: &Done,
) -> Result<(), PublishError> {
    /// What one request deletes at most.
    const CHUNK: usize = 1_000;
    let (index_keys, keys): (Vec<_>, Vec<_>) =
        keys.iter().cloned().partition(|key| is_index_key(key));
    for keys in keys.chunks(CHUNK) {
        store.delete(keys)?;
        done.n_deleted.fetch_add(keys.len(), Ordering::Relaxed);
    }
    // A store takes each in a request of its own.
    in_parallel(store.max_parallel(), &index_keys, |key| {
        store.delete(slice::from_ref(key))?;
        done.n_deleted.fetch_add(1, Ordering::Relaxed);
        Ok(())
    })
}
