//! Takes a skill down at once: its files, and the copies of them that are kept for generations before.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::digest::digest;
use super::error::PublishError;
use super::known::Known;
use super::layout::{collection_of_archive, folder_of, has_zip, skill_folder};
use super::plan::kept_of;
use super::publisher::Publisher;
use super::record::{Record, Shard, encode, kept_key, shard_key};
use super::requests::Requests;
use super::root::{Generation, Root, is_own};
use super::run::{self, Done, delete_keys};
use super::site_folder::decoded;
use crate::input_file::FILE_MAX_BYTES;
use crate::key::{SkillKey, package_name};
use crate::url;

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
        let mut read = self.begin(false)?;
        // Every shard is read: what is kept may stand in any of them.
        let known = Known::load(self.store, &mut read.root, &[])?;
        self.tell_losses(&read.root, &[]);
        let (going, led) = self.paths_of(skill, &read.root, &known)?;
        let paths: BTreeSet<String> = going.iter().flatten().cloned().collect();
        let unnamed = self.unnamed(&led, &read.root, &known);
        if paths.is_empty() && unnamed.is_empty() {
            return Err(PublishError::NoSkill {
                store: self.store.name(),
                skill: skill.to_string(),
            });
        }
        let digests = digests_of(&going, &read.root, &known);
        let forgetful = forget(&read.root, &known, &going);
        let mut keys = leaving_keys(&going, &digests, &read.root, &known);
        keys.extend(unnamed.iter().cloned());
        // With the claim: from the first byte that goes, nobody brings it back unawares.
        read.root.purged.insert(skill.to_string());
        let held = self.hold(read)?;
        let outcome = run::while_renewed(&held, || {
            let done = Done::default();
            // Its page first: that it is gone tells the next one that this one died.
            let page = format!("{}index.html", folder_of(skill));
            if paths.contains(&page) {
                delete_keys(self.store, &[page], &done)?;
            }
            delete_keys(self.store, &keys, &done)?;
            let old: BTreeSet<String> = shards_of(&held.root());
            self.write_shards(&held.root(), &known, &forgetful.shards)?;
            held.update(|root| forgetful.apply(root))?;
            let stale = old
                .difference(&shards_of(&held.root()))
                .map(|s| shard_key(s))
                .collect::<Vec<_>>();
            delete_keys(self.store, &stale, &done)
        });
        let released = held.release_with(|_| {});
        outcome.and(released)?;
        let (kept, others): (Vec<String>, Vec<String>) =
            unnamed.into_iter().partition(|key| is_own(key));
        let kept = kept.iter().filter_map(|key| key.rsplit('/').next());
        let digests: BTreeSet<String> =
            digests.into_iter().chain(kept.map(str::to_owned)).collect();
        Ok(Purged {
            target: self.store.address(),
            skill: skill.to_string(),
            paths: paths.into_iter().chain(others).collect(),
            digests: digests.into_iter().collect(),
            requests: self.store.requests(),
        })
    }

    /// The paths of `skill` in each of [`Root::generations`], and the folders that are or were its own: its folder, those of
    /// its old names, the documents of the API
    /// that are about it, which in another generation may be about another skill, what npm asks of all these names, and what
    /// collections have of its files.
    fn paths_of(
        &self,
        skill: &SkillKey,
        root: &Root,
        known: &Known,
    ) -> Result<(Vec<BTreeSet<String>>, BTreeSet<String>), PublishError> {
        let folder = folder_of(skill);
        // A takedown that died has deleted the page, and may have deleted what says whom a document is about.
        let page = format!("{folder}index.html");
        let is_half_gone = known.present.contains_key(&page) && self.store.head(&page)?.is_none();
        let old_names = old_names(known);
        let records = old_names.iter().map(|name| format!("{name}skill.json"));
        let mut documents: BTreeSet<String> = records.collect();
        let slugs = old_names.iter().filter_map(|name| name.split('/').nth(2));
        let slugs: BTreeSet<&str> = slugs.chain([skill.slug.as_str()]).collect();
        documents.extend(
            slugs
                .iter()
                .map(|slug| format!("api/v1/skills/{slug}/index.html")),
        );
        let mut going = Vec::new();
        // Its own folder, and those that lead to it in a generation: in older ones they are its own.
        let mut led = BTreeSet::from([folder.clone()]);
        // Generations share most documents.
        let mut is_about = BTreeMap::new();
        for (record, generation) in known.records_in_order(root).zip(root.generations()) {
            let is_present = root
                .present
                .as_ref()
                .is_some_and(|it| it.shards == generation.shards);
            // Of generations before, what is nowhere any more is no loss.
            let is_about_if_lost = is_half_gone || !is_present;
            let mut folders = led.clone();
            for document in &documents {
                // Another skill may be called so in this generation.
                let is_own = skill_folder(document).is_some_and(|it| has_zip(it, record));
                let Some(file) = record.get(document).filter(|_| !is_own) else {
                    continue;
                };
                let bytes = (document, &file.sha256, led.len());
                let known = match is_about.get(&bytes) {
                    Some(known) => *known,
                    None => self.is_about(&led, document, &file.sha256)?,
                };
                is_about.insert(bytes, known);
                if known.unwrap_or(is_about_if_lost) {
                    let (below, _) = document.rsplit_once('/').unwrap_or_default();
                    folders.insert(format!("{below}/"));
                }
            }
            led.extend(
                folders
                    .iter()
                    .filter(|it| package_of(it).is_some())
                    .cloned(),
            );
            let packages = folders.iter().filter_map(|folder| package_of(folder));
            let packages: BTreeSet<String> = packages.collect();
            let is_of_skill = |path: &&String| {
                folders.iter().any(|folder| path.starts_with(folder))
                    || npm_package(path).is_some_and(|package| packages.contains(package))
            };
            let mut paths: BTreeSet<String> = record.keys().filter(is_of_skill).cloned().collect();
            paths.extend(self.paths_in_collections(skill, record)?);
            going.push(paths);
        }
        Ok((going, led))
    }

    /// What lies in the `folders` of a skill, kept copies, and archives of collections, as far as no generation has them
    /// which can be brought back. Once a record is lost nobody knows whose copies and archives they are, so a takedown takes
    /// all.
    fn unnamed(&self, folders: &BTreeSet<String>, root: &Root, known: &Known) -> Vec<String> {
        let of_all = [kept_key(""), "collections/".to_owned()];
        let listed = of_all.iter().chain(folders);
        let listed = listed.map(|folder| self.store.list(folder));
        let listed = listed.collect::<Result<Vec<_>, _>>();
        let listed = listed.unwrap_or_else(|error| {
            // What records name goes all the same.
            self.progress.warn(format_args!(
                "{error}; so copies that a lost record named may be left"
            ));
            Vec::new()
        });
        let records = known.records_in_order(root).zip(root.generations());
        let whole = records.filter(|(_, generation)| generation.loss.is_none());
        let whole = whole.flat_map(|(record, _)| record);
        let named = whole.flat_map(|(path, file)| [path.clone(), kept_key(&file.sha256)]);
        let named: BTreeSet<String> = named.collect();
        let keys = listed.into_iter().flatten().map(|listed| listed.key);
        let is_taken = |key: &str| {
            let is_of_skill = folders.iter().any(|folder| key.starts_with(folder));
            is_own(key) || collection_of_archive(key).is_some() || is_of_skill
        };
        keys.filter(|key| is_taken(key) && !named.contains(key))
            .collect()
    }

    /// The archives of the collections of `record` that `skill` is in, what npm asks of these, and the copies of its files
    /// there.
    fn paths_in_collections(
        &self,
        skill: &SkillKey,
        record: &Record,
    ) -> Result<Vec<String>, PublishError> {
        let mut paths = Vec::new();
        for (document, file) in record.range("api/v1/collections/".to_owned()..) {
            let name = document.strip_prefix("api/v1/collections/");
            let Some(name) = name.and_then(|name| name.strip_suffix(".json")) else {
                break;
            };
            let bytes = self.document(document, &file.sha256)?.unwrap_or_default();
            let collection: ReadCollection = serde_json::from_slice(&bytes).unwrap_or_default();
            let members = collection.skills.iter();
            let is_skill = |it: &&ReadMember| it.owner == skill.owner && it.slug == skill.slug;
            for member in members.filter(is_skill) {
                let copies = url::copies_of(&url::collection(name, 1), &member.install_name);
                let is_of_skill = |path: &&String| {
                    path.starts_with(&copies)
                        || collection_of_archive(path) == Some(name)
                        || npm_package(path) == Some(name)
                };
                paths.extend(record.keys().filter(is_of_skill).cloned());
            }
        }
        Ok(paths)
    }

    /// Whether a document, the bytes with the digest `sha256` that stand at `path` or are kept, names the page of a skill in
    /// one of `folders`; `None` if they are nowhere.
    fn is_about(
        &self,
        folders: &BTreeSet<String>,
        path: &str,
        sha256: &str,
    ) -> Result<Option<bool>, PublishError> {
        let document = self.document(path, sha256)?;
        let names_page_of = |document: &[u8], folder: &String| {
            let page = format!("/{folder}\"");
            let mut windows = document.windows(page.len());
            windows.any(|window| window == page.as_bytes())
        };
        Ok(document.map(|document| folders.iter().any(|it| names_page_of(&document, it))))
    }

    /// The bytes with the digest `sha256` that stand at `path` or are kept; `None` if they are nowhere.
    fn document(&self, path: &str, sha256: &str) -> Result<Option<Vec<u8>>, PublishError> {
        for key in [path.to_owned(), kept_key(sha256)] {
            let Some(document) = self.store.get(&key, FILE_MAX_BYTES)? else {
                continue;
            };
            let headers = document.headers.as_ref();
            let Ok(bytes) = decoded(document.bytes, headers, FILE_MAX_BYTES) else {
                continue;
            };
            if digest(&bytes) == sha256 {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }
}

/// What is read of a collection's document.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ReadCollection {
    skills: Vec<ReadMember>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ReadMember {
    owner: String,
    slug: String,
    install_name: String,
}

/// What the skill in `folder` is called as a package; `None` for other folders.
fn package_of(folder: &str) -> Option<String> {
    let (owner, slug) = folder.strip_suffix('/')?.split_once("/skills/")?;
    Some(package_name(&SkillKey::parse(&format!("{owner}/{slug}"))?))
}

/// The package whose versions the file at `path` names, whatever its scope.
fn npm_package(path: &str) -> Option<&str> {
    let (_scope, package) = path.strip_prefix("npm/@")?.split_once('/')?;
    Some(package)
}

/// Folders of skills that have no zip in some generation: those of old names.
fn old_names(known: &Known) -> BTreeSet<String> {
    let of_record = |record: &Record| {
        let folders = |end: &str| -> BTreeSet<String> {
            let paths = record.keys().filter(|path| path.ends_with(end));
            paths
                .filter_map(|path| skill_folder(path))
                .map(str::to_owned)
                .collect()
        };
        &folders("/skill.json") - &folders(".zip")
    };
    known.records().flat_map(of_record).collect()
}

/// Digests of the files at `going` that no other path of any generation has.
fn digests_of(going: &[BTreeSet<String>], root: &Root, known: &Known) -> BTreeSet<String> {
    let (mut of_skill, mut others) = (BTreeSet::new(), BTreeSet::new());
    for (record, going) in known.records_in_order(root).zip(going) {
        for (path, file) in record {
            match going.contains(path) {
                true => of_skill.insert(file.sha256.clone()),
                false => others.insert(file.sha256.clone()),
            };
        }
    }
    of_skill.difference(&others).cloned().collect()
}

/// What is deleted: paths that no other skill has now, the bytes that only this skill had, and what is kept for its sake.
fn leaving_keys(
    going: &[BTreeSet<String>],
    digests: &BTreeSet<String>,
    root: &Root,
    known: &Known,
) -> Vec<String> {
    let records: Vec<&Record> = known.records_in_order(root).collect();
    let pairs = || records.iter().zip(going);
    let left: Vec<Record> = pairs()
        .map(|(record, going)| without(record, going))
        .collect();
    let present = match root.present {
        Some(_) => left.first().cloned().unwrap_or_default(),
        None => Record::new(),
    };
    let paths = going.iter().flatten();
    let paths = paths.filter(|path| !present.contains_key(*path)).cloned();
    let kept_before = records
        .iter()
        .flat_map(|record| kept_of(record, &known.present));
    let needed: BTreeSet<String> = left
        .iter()
        .flat_map(|record| kept_of(record, &present))
        .collect();
    let kept = kept_before.filter(|key| !needed.contains(key));
    let keys = paths
        .chain(kept)
        .chain(digests.iter().map(|sha256| kept_key(sha256)));
    keys.collect::<BTreeSet<_>>().into_iter().collect()
}

fn without(record: &Record, going: &BTreeSet<String>) -> Record {
    let mut record = record.clone();
    record.retain(|path, _| !going.contains(path));
    record
}

/// All generations without some paths.
struct Forgetful {
    /// In the order of [`Root::generations`].
    generations: Vec<(Vec<String>, usize, u64)>,
    shards: Vec<Shard>,
}

fn forget(root: &Root, known: &Known, going: &[BTreeSet<String>]) -> Forgetful {
    let mut forgetful = Forgetful {
        generations: Vec::new(),
        shards: Vec::new(),
    };
    let records = known.records_in_order(root).zip(going);
    for (generation, (record, going)) in root.generations().zip(records) {
        let record = without(record, going);
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
        for (generation, (shards, n_files, n_bytes)) in
            root.generations_mut().zip(&self.generations)
        {
            // One whose record is lost stays lost: what is left of it is no site.
            if generation.loss.is_none() {
                generation.shards.clone_from(shards);
                (generation.n_files, generation.n_bytes) = (*n_files, *n_bytes);
            }
        }
        root.before.retain(|generation| generation.loss.is_none());
    }
}

fn shards_of(root: &Root) -> BTreeSet<String> {
    let shards = root
        .generations()
        .flat_map(|generation: &Generation| &generation.shards);
    shards.cloned().collect()
}
