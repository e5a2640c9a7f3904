//! A visitor who follows every link from the home page, a search that opens every file of its manifest, and a client that
//! fetches every file whose digest a page, an index or a record names.
//!
//! Sites of these tests are small texts: a line `link PATH` is a link, a line `digest SHA256 PATH` names bytes.

use std::collections::BTreeSet;

use super::super::digest::digest;
use super::super::record::{Record, decode, kept_key, shard_key};
use super::super::root::{ROOT_KEY, Root};
use super::fake_store::Objects;

/// What a visitor finds broken.
pub(super) fn faults(objects: &Objects) -> Vec<String> {
    let mut faults = link_faults(objects);
    faults.extend(digest_faults(objects));
    faults.extend(record_faults(objects));
    faults
}

fn link_faults(objects: &Objects) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    // Without a home page there is no site yet.
    let mut next: Vec<String> = objects
        .contains_key("index.html")
        .then(|| "index.html".to_owned())
        .into_iter()
        .collect();
    // Whatever page is open, its search opens the manifest.
    next.extend(
        objects
            .contains_key("index.html")
            .then(|| "search/manifest.json".to_owned()),
    );
    while let Some(path) = next.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let Some(object) = objects.get(&path) else {
            faults.push(format!("`{path}` is linked to and missing"));
            continue;
        };
        let text = String::from_utf8_lossy(&object.bytes).into_owned();
        next.extend(
            text.lines()
                .filter_map(|line| Some(line.strip_prefix("link ")?.to_owned())),
        );
    }
    faults
}

/// Also of pages to which nothing leads.
fn digest_faults(objects: &Objects) -> Vec<String> {
    let site = objects
        .iter()
        .filter(|(key, _)| !key.starts_with(".skillpress/"));
    let mut faults = Vec::new();
    for (path, object) in site {
        let text = String::from_utf8_lossy(&object.bytes).into_owned();
        // Every line of the sums names a digest, once there is a site.
        let is_sums = path == "SHA256SUMS" && objects.contains_key("index.html");
        let prefix = if is_sums { "" } else { "digest " };
        for line in text.lines().filter_map(|line| line.strip_prefix(prefix)) {
            let (sha256, named) = line.split_once(' ').expect("a digest and a path");
            let named = named.trim_start();
            if !is_there(objects, sha256, named) {
                faults.push(format!(
                    "`{path}` names {sha256} of `{named}`, which is nowhere"
                ));
            }
        }
    }
    faults
}

/// Files of generations that were finished.
fn record_faults(objects: &Objects) -> Vec<String> {
    let Some(root) = objects.get(ROOT_KEY) else {
        return Vec::new();
    };
    let root = Root::decode(&root.bytes).expect("a root");
    let mut faults = Vec::new();
    for generation in root
        .present
        .iter()
        .chain(&root.before)
        .filter(|g| g.is_finished)
    {
        let mut record = Record::new();
        for sha256 in &generation.shards {
            match objects.get(&shard_key(sha256)) {
                Some(shard) => record.extend(decode(sha256, &shard.bytes).expect("a shard")),
                None => faults.push(format!(
                    "shard {sha256} of {} is missing",
                    generation.number
                )),
            }
        }
        for (path, file) in &record {
            if !is_there(objects, &file.sha256, path) {
                let number = generation.number;
                faults.push(format!("`{path}` of generation {number} is nowhere"));
            }
        }
    }
    faults
}

fn is_there(objects: &Objects, sha256: &str, path: &str) -> bool {
    let has = |key: &str| objects.get(key).is_some_and(|o| digest(&o.bytes) == sha256);
    has(path) || has(&kept_key(sha256))
}
