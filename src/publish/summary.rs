//! What a publication did, or would do.

use std::collections::BTreeSet;

use serde::Serialize;

use super::known::Known;
use super::layout::is_hashed;
use super::plan::{Plan, Standing, Write};
use super::record::Record;
use super::requests::Requests;
use super::root::{Generation, Root};
use crate::url;

/// What a publication did, or would do.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The store.
    pub target: String,
    /// The generation that stands there now.
    pub generation: u64,
    /// Its files.
    pub n_files: usize,
    /// Their bytes.
    pub n_bytes: u64,
    /// Whether that stood there already, so that nothing was done.
    pub is_same: bool,
    /// Files that were written from this machine.
    pub n_uploaded: usize,
    /// Their bytes as they travelled.
    pub n_uploaded_bytes: u64,
    /// Copies within the store.
    pub n_copied: usize,
    /// Files that a publication which died had written already.
    pub n_found: usize,
    /// Keys that were deleted.
    pub n_deleted: usize,
    /// What differs from the generation before.
    #[serde(flatten)]
    pub changes: Changes,
    /// Requests; estimated where nothing was done.
    pub requests: Requests,
    /// What they cost in US dollars by the list price of the store, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_usd: Option<f64>,
}

/// What differs between two generations.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Changes {
    /// Files that did not exist.
    pub n_new: usize,
    /// Files with other bytes or headers.
    pub n_replaced: usize,
    /// Bytes of both.
    pub n_changed_bytes: u64,
    /// Files that are no longer there; those with hashed names stay for two generations more.
    pub n_removed: usize,
    /// Paths of all that a cache may hold and that changed, without hashed names. Where nothing did, those that changed with
    /// the present generation: whoever tells a cache, and failed, runs the same command again.
    #[serde(skip)]
    pub paths: Vec<String>,
}

impl Changes {
    pub(super) fn of(plan: &Plan, known: &Known) -> Self {
        let mut changes = Self::default();
        let mut paths = Vec::new();
        for write in plan.writes() {
            if known.present.contains_key(&write.path) {
                changes.n_replaced += 1;
            } else {
                changes.n_new += 1;
            }
            changes.n_changed_bytes += write.file.len;
            if !is_hashed(&write.path) {
                paths.push(write.path.clone());
            }
        }
        changes.n_removed = plan.removals.len();
        paths.extend(plan.removals.iter().map(|removal| removal.path.clone()));
        paths.sort_unstable();
        changes.paths = paths;
        changes
    }

    /// What carrying out `plan` takes at least.
    pub(super) fn requests(&self, plan: &Plan, n_shards: usize) -> Requests {
        /// The probe, the claim, the record, the end.
        const ROOT_WRITES: u64 = 8;
        let n_copies = plan
            .writes()
            .filter(|w| matches!(w.standing, Standing::Bytes(_)));
        let is_looked_at =
            |w: &&Write| matches!(w.standing, Standing::Unknown | Standing::Doubtful);
        let n_looks = plan.writes().filter(is_looked_at);
        let n_writes = plan.writes().count() + n_copies.count() + plan.removals.len();
        let n_deletes = plan.removals.len().div_ceil(1_000) + plan.leaving.len().div_ceil(1_000);
        Requests {
            writes: n_writes as u64 + n_shards as u64 + ROOT_WRITES,
            reads: n_looks.count() as u64 + n_shards as u64,
            deletes: n_deletes as u64,
        }
    }
}

/// Paths at which a cache may hold what stood there before the present generation, whose files are `present`.
pub(super) fn changed_last(root: &Root, known: &Known, present: &Record) -> Vec<String> {
    let is_finished = |generation: &Generation| generation.is_finished;
    let mut changed = BTreeSet::new();
    match root.before.iter().position(is_finished) {
        None => changed.extend(present.keys()),
        // Those that were never finished stood there in part, in between.
        Some(last) => {
            for record in &known.before[..=last] {
                let paths = record.keys().chain(known.present.keys());
                changed.extend(paths.filter(|path| record.get(*path) != known.present.get(*path)));
            }
        }
    }
    let changed = changed.into_iter().filter(|path| !is_hashed(path));
    changed.cloned().collect()
}

/// The addresses at which `paths` of a site at `base_url` are asked for: a page has that of its folder, too.
pub fn addresses(base_url: &str, paths: &[String]) -> BTreeSet<String> {
    let mut addresses = BTreeSet::new();
    for path in paths {
        let address = format!("{base_url}{}", url::segments(path));
        if let Some(folder) = address.strip_suffix("index.html")
            && folder.ends_with('/')
        {
            addresses.insert(folder.to_owned());
        }
        addresses.insert(address);
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_asked_for_by_its_folder_and_by_its_name() {
        let base = "https://skills.example/x/";
        let paths = [
            "404.html",
            "index.html",
            "tags/日本/",
            "tags/日本/index.html",
        ];
        let addresses = addresses(base, &paths.map(str::to_owned));
        let expected = [
            "",
            "404.html",
            "index.html",
            "tags/%E6%97%A5%E6%9C%AC/",
            "tags/%E6%97%A5%E6%9C%AC/index.html",
        ];
        assert!(
            addresses
                .into_iter()
                .eq(expected.map(|path| format!("{base}{path}")))
        );
    }
}
