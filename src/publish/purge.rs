//! Takes a skill down at once: its files, and the copies of them that are kept for generations before.

use std::collections::BTreeSet;

use serde::Serialize;

use super::claim::Held;
use super::error::PublishError;
use super::known::Known;
use super::layout::skill_folder;
use super::publisher::Publisher;
use super::record::{Record, Shard, encode, kept_key, shard_key};
use super::requests::Requests;
use super::root::{Generation, Root};
use super::run::{self, Done, delete_keys};
use crate::input_file::FILE_MAX_BYTES;
use crate::key::SkillKey;

/// What was taken down.
#[derive(Clone, Debug, Serialize)]
pub struct Purged {
    /// The store.
    pub target: String,
    /// `owner/slug`.
    pub skill: String,
    /// Paths that answered, in this generation and those before: what caches must drop.
    pub paths: Vec<String>,
    /// SHA-256 of the files that were there: what mirrors must drop.
    pub digests: Vec<String>,
    /// Requests that this took.
    pub requests: Requests,
}

impl Publisher<'_> {
    /// Deletes what is published of `skill`, and makes the publish record forget it. Lists, feeds, sums and the search index
    /// name it until the site is built without it and published.
    ///
    /// # Errors
    /// When another publisher is at work, or no generation has that skill; what the store says. Calling it again goes on.
    pub fn purge(&self, skill: &SkillKey) -> Result<Purged, PublishError> {
        let read = self.begin(false)?;
        // Every shard is read: what is kept may stand in any of them.
        let known = Known::load(self.store, &read.root, &[])?;
        let going = self.paths_of(skill, &known)?;
        if going.is_empty() {
            return Err(PublishError::NoSkill {
                store: self.store.name(),
                skill: skill.to_string(),
            });
        }
        let digests = digests_of(&going, &known);
        let forgetful = forget(&read.root, &known, &going);
        let held = Held::claim(self.store, self.timing, read, self.claim())?;
        let outcome = run::while_renewed(&held, || {
            let done = Done::default();
            let kept = digests.iter().map(|sha256| kept_key(sha256));
            let keys: Vec<String> = going.iter().cloned().chain(kept).collect();
            delete_keys(self.store, &keys, &done)?;
            let old: BTreeSet<String> = shards_of(&held.root());
            self.write_shards(&held.root(), &forgetful.shards)?;
            held.update(|root| forgetful.apply(root))?;
            let stale = old
                .difference(&shards_of(&held.root()))
                .map(|s| shard_key(s))
                .collect::<Vec<_>>();
            delete_keys(self.store, &stale, &done)
        });
        let released = held.release_with(|_| {});
        outcome.and(released)?;
        Ok(Purged {
            target: self.store.name(),
            skill: skill.to_string(),
            paths: going.into_iter().collect(),
            digests: digests.into_iter().collect(),
            requests: self.store.requests(),
        })
    }

    /// All paths of `skill` in any generation: its folder, those of its old names, and the documents of the API that are about
    /// it.
    fn paths_of(&self, skill: &SkillKey, known: &Known) -> Result<BTreeSet<String>, PublishError> {
        let folder = format!("{}/skills/{}/", skill.owner, skill.slug);
        let mut folders = BTreeSet::from([folder.clone()]);
        // Two owners may have one slug, and the API has one document for it.
        let documents = format!("api/v1/skills/{}/", skill.slug);
        if self.is_about(&folder, &format!("{documents}index.html"), known)? {
            folders.insert(documents);
        }
        for old_name in old_names(known) {
            if self.is_about(&folder, &format!("{old_name}skill.json"), known)? {
                folders.insert(old_name);
            }
        }
        let all = known.records().flat_map(Record::keys);
        let paths = all.filter(|path| folders.iter().any(|folder| path.starts_with(folder)));
        Ok(paths.cloned().collect())
    }

    /// Whether the document at `path`, now or in a generation before, names the page of the skill in `folder`. So does one
    /// that is nowhere any more: a takedown that died deleted it.
    fn is_about(&self, folder: &str, path: &str, known: &Known) -> Result<bool, PublishError> {
        let files = known.records().filter_map(|record| record.get(path));
        let mut keys: BTreeSet<String> = files.map(|file| kept_key(&file.sha256)).collect();
        keys.insert(path.to_owned());
        let page = format!("/{folder}\"");
        let mut is_gone = true;
        for key in keys {
            let Some(document) = self.store.get(&key, FILE_MAX_BYTES)? else {
                continue;
            };
            is_gone = false;
            let mut windows = document.bytes.windows(page.len());
            if windows.any(|window| window == page.as_bytes()) {
                return Ok(true);
            }
        }
        Ok(is_gone)
    }
}

/// Folders of skills without a zip: those of old names.
fn old_names(known: &Known) -> BTreeSet<String> {
    let all = || known.records().flat_map(Record::keys);
    let folders = |paths: &mut dyn Iterator<Item = &String>| -> BTreeSet<String> {
        let folders = paths.filter_map(|path| skill_folder(path));
        folders.map(str::to_owned).collect()
    };
    let with_zip = folders(&mut all().filter(|path| path.ends_with(".zip")));
    let with_record = folders(&mut all().filter(|path| path.ends_with("/skill.json")));
    with_record.difference(&with_zip).cloned().collect()
}

/// Digests of the files at `going` that no other path of any generation has.
fn digests_of(going: &BTreeSet<String>, known: &Known) -> BTreeSet<String> {
    let all = || known.records().flatten();
    let others: BTreeSet<&str> = all()
        .filter(|(path, _)| !going.contains(*path))
        .map(|(_, file)| file.sha256.as_str())
        .collect();
    all()
        .filter(|(path, file)| going.contains(*path) && !others.contains(file.sha256.as_str()))
        .map(|(_, file)| file.sha256.clone())
        .collect()
}

/// All generations without some paths.
struct Forgetful {
    /// In the order of [`Root::generations`].
    generations: Vec<(Vec<String>, usize, u64)>,
    shards: Vec<Shard>,
}

fn forget(root: &Root, known: &Known, going: &BTreeSet<String>) -> Forgetful {
    let mut forgetful = Forgetful {
        generations: Vec::new(),
        shards: Vec::new(),
    };
    for (generation, record) in root.generations().zip(known.records_in_order(root)) {
        let mut record = record.clone();
        record.retain(|path, _| !going.contains(path));
        let shards = encode(&record, generation.shards.len());
        let names = shards.iter().map(|shard| shard.sha256.clone()).collect();
        let n_bytes = record.values().map(|file| file.len).sum();
        forgetful.generations.push((names, record.len(), n_bytes));
        forgetful.shards.extend(shards);
    }
    forgetful.shards.sort_by(|a, b| a.sha256.cmp(&b.sha256));
    forgetful.shards.dedup_by(|a, b| a.sha256 == b.sha256);
    forgetful
}

impl Forgetful {
    fn apply(&self, root: &mut Root) {
        let present = root.present.iter_mut();
        let all = present.chain(&mut root.before).chain(&mut root.unsettled);
        for (generation, (shards, n_files, n_bytes)) in all.zip(&self.generations) {
            generation.shards.clone_from(shards);
            (generation.n_files, generation.n_bytes) = (*n_files, *n_bytes);
        }
    }
}

fn shards_of(root: &Root) -> BTreeSet<String> {
    let shards = root
        .generations()
        .flat_map(|generation: &Generation| &generation.shards);
    shards.cloned().collect()
}
