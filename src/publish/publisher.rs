//! Publishing from its first request to its last.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use super::claim::{Held, ReadRoot, Timing, read_root, wait_for_root};
use super::error::PublishError;
use super::index_key::is_index_key;
use super::known::Known;
use super::parallel::in_parallel;
use super::plan::{Plan, plan};
use super::probe::{probe, probe_index_keys};
use super::process;
use super::record::{Record, Shard, encode, n_shards, shard_key};
use super::requests::Requests;
use super::root::{Claim, Generation, Root};
use super::run::{self, Done};
use super::site_folder::SiteFolder;
use super::store::{Object, Store};
use super::summary::{Changes, Summary, changed_last};
use super::supply::Supply;
use crate::progress::Progress;

/// Publishes to one store.
pub struct Publisher<'a> {
    /// Where to.
    pub store: &'a dyn Store,
    /// Now, in UTC, as the record says it.
    pub at: String,
    /// How claims live and die.
    pub timing: Timing,
    /// Whether a store that ignores conditions will do.
    pub unconditional: bool,
    /// Whether a site that something else put there may be replaced.
    pub take_over: bool,
    /// Whether keys at addresses of folders may be deleted all at once.
    pub drop_index_keys: bool,
    /// Whether skills that were taken down may be published again.
    pub allow_purged: bool,
    /// Whether the store is listed, and what is missing there sent again.
    pub repair: bool,
    /// What a person sees.
    pub progress: &'a Progress,
}

/// What is published.
pub(super) struct Target<'a> {
    pub(super) record: &'a Record,
    pub(super) shards: Vec<Shard>,
    pub(super) supply: Supply<'a>,
}

/// How many files may disappear from a site.
#[derive(Clone, Copy, Debug)]
pub enum MaxDeletes {
    /// A tenth of them, and 100 in any case.
    Usual,
    /// So many.
    Of(usize),
    /// Any number.
    All,
}

impl Publisher<'_> {
    /// Makes the store hold `site`, or with `is_dry` says what that would take.
    ///
    /// # Errors
    /// When another publisher is at work, the store ignores conditions, more would be deleted than `max_deletes`, or the
    /// store or the folder of the site refuse something. Calling it again goes on where it stopped.
    pub fn publish(
        &self,
        site: &SiteFolder,
        max_deletes: MaxDeletes,
        is_dry: bool,
    ) -> Result<Summary, PublishError> {
        let mut read = self.begin(is_dry)?;
        self.check_unowned(&read)?;
        self.check_purged(&read.root, &site.record)?;
        let n_before = read
            .root
            .present
            .as_ref()
            .map(|present| present.shards.len());
        let shards = encode(&site.record, n_shards(site.record.len(), n_before));
        let known = match self.repair {
            true => Known::load_listed(self.store, &mut read.root, &site.record)?,
            false => Known::load(self.store, &mut read.root, &names(&shards))?,
        };
        let target = Target {
            record: &site.record,
            shards,
            supply: Supply::Site(site),
        };
        self.replace(read, &known, &target, max_deletes, is_dry)
    }

    /// Without a publish record nothing is known of what stands there, so nothing of it could be brought back.
    fn check_unowned(&self, read: &ReadRoot) -> Result<(), PublishError> {
        if read.tag.is_some() || self.take_over {
            return Ok(());
        }
        let store = self.store.name();
        if let Some(outer) = self.store.outer()? {
            return Err(PublishError::Nested { store, outer });
        }
        match self.store.head("index.html")? {
            Some(_) => Err(PublishError::Unowned { store }),
            None => Ok(()),
        }
    }

    /// The build of before a takedown still has the skill.
    fn check_purged(&self, root: &Root, record: &Record) -> Result<(), PublishError> {
        let skills = root.purged_in(record);
        if skills.is_empty() || self.allow_purged {
            return Ok(());
        }
        let store = self.store.name();
        Err(PublishError::Purged { store, skills })
    }

    /// Whoever forgets `--index-keys` would take every page from its address.
    fn check_index_keys(&self, plan: &Plan, target: &Target<'_>) -> Result<(), PublishError> {
        let has_any = target.record.keys().any(|path| is_index_key(path));
        let removed = plan.removals.iter().filter(|it| is_index_key(&it.path));
        let n = removed.count();
        match target.supply {
            Supply::Site(_) if n > 0 && !has_any && !self.drop_index_keys => {
                Err(PublishError::IndexKeysGone { n })
            }
            _ => Ok(()),
        }
    }

    /// Reads the root, once nobody else is at work. Nothing is written.
    pub(super) fn begin(&self, is_dry: bool) -> Result<ReadRoot, PublishError> {
        self.progress.stage("compare");
        if is_dry {
            return read_root(self.store);
        }
        wait_for_root(self.store, &self.claim(), self.timing, &|theirs| {
            self.progress.note(format_args!(
                "{} is publishing there since {}, or died; looking which, for up to a minute",
                theirs.by, theirs.since
            ));
        })
    }

    /// Claims the store, if it can tell publishers apart.
    pub(super) fn hold(&self, read: ReadRoot) -> Result<Held<'_>, PublishError> {
        if !self.unconditional {
            probe(self.store)?;
        }
        Held::claim(self.store, self.timing, read, self.claim())
    }

    pub(super) fn claim(&self) -> Claim {
        Claim {
            id: process::random_id(),
            by: process::user_at_host(),
            since: self.at.clone(),
            process: process::this_process(),
        }
    }

    /// Makes the store hold `target`.
    pub(super) fn replace(
        &self,
        read: ReadRoot,
        known: &Known,
        target: &Target<'_>,
        max_deletes: MaxDeletes,
        is_dry: bool,
    ) -> Result<Summary, PublishError> {
        let next = names(&target.shards);
        self.tell_losses(&read.root, &next);
        let plan = plan(&read.root, known, &next, target.record);
        let mut changes = Changes::of(&plan, known);
        self.check_index_keys(&plan, target)?;
        check_deletes(&read.root, &plan, known, max_deletes)?;
        let generation = self.generation(&read.root, target);
        let done = Done::default();
        let is_same = is_in_place(&read.root, &next) && plan.is_empty();
        if is_same {
            changes.paths = changed_last(&read.root, known, target.record);
        }
        if is_dry || is_same {
            let requests = if is_dry {
                changes.requests(&plan, target.shards.len())
            } else {
                self.store.requests()
            };
            return Ok(self.summary(&read.root, generation, &done, changes, is_same, requests));
        }
        target.supply.check(self.store, &plan)?;
        if plan.writes().any(|write| is_index_key(&write.path)) {
            probe_index_keys(self.store)?;
        }
        let held = self.hold(read)?;
        let root = held.root();
        let outcome = run::while_renewed(&held, || {
            self.carry_out(&held, known, &plan, target, &generation, &done)
        });
        if let Err(error) = outcome {
            // Best effort: a claim that stays is dead in a minute.
            let _ = held.release_with(|_| {});
            return Err(error);
        }
        held.release_with(|root| root.unsettled.clear())?;
        let requests = self.store.requests();
        Ok(self.summary(&root, generation, &done, changes, false, requests))
    }

    /// From the claim to the last delete.
    fn carry_out(
        &self,
        held: &Held<'_>,
        known: &Known,
        plan: &Plan,
        target: &Target<'_>,
        generation: &Generation,
        done: &Done,
    ) -> Result<(), PublishError> {
        self.write_shards(&held.root(), known, &target.shards)?;
        held.update(|root| {
            root.unsettled
                .retain(|other| other.shards != generation.shards);
            root.unsettled.push(Generation {
                is_finished: false,
                ..generation.clone()
            });
        })?;
        self.progress.stage("upload");
        self.progress.expect(plan.writes().count());
        let bar = self.progress.bar();
        run::write(self.store, plan, &target.supply, done, &bar)?;
        held.update(|root| {
            let before = root.before_next(&generation.shards);
            // Those that are no longer kept have keys until the deletes are done.
            let old = root.present.take().into_iter().chain(root.before.drain(..));
            let mut unsettled: Vec<Generation> = old.chain(root.unsettled.drain(..)).collect();
            unsettled.retain(|other| other.shards != generation.shards);
            for other in &mut unsettled {
                // Nothing of them is to be undone any more.
                other.is_finished = true;
            }
            for skill in root.purged_in(target.record) {
                root.purged.remove(&skill);
            }
            *root = Root {
                present: Some(generation.clone()),
                before,
                unsettled,
                ..root.clone()
            };
        })?;
        self.progress.stage("delete");
        self.progress.expect(plan.removals.len());
        run::delete(self.store, plan, done, &bar)
    }

    /// Writes those shards that no generation in the store has, or that it has lost.
    pub(super) fn write_shards(
        &self,
        root: &Root,
        known: &Known,
        shards: &[Shard],
    ) -> Result<(), PublishError> {
        let named: BTreeSet<&String> = root.generations().flat_map(|g| &g.shards).collect();
        let is_there = |sha256| named.contains(sha256) && !known.lost_shards.contains_key(sha256);
        let missing = shards.iter().filter(|shard| !is_there(&shard.sha256));
        let missing: Vec<&Shard> = missing.collect();
        in_parallel(self.store.max_parallel(), &missing, |shard| {
            let object = Object {
                bytes: shard.bytes.clone(),
                headers: Some(crate::hosting::ObjectHeaders {
                    content_type: "application/json".to_owned(),
                    cache_control: "public, max-age=31536000, immutable".to_owned(),
                    ..Default::default()
                }),
                digest: Some(shard.sha256.clone()),
                tag: None,
            };
            Ok(self.store.put(&shard_key(&shard.sha256), &object)?)
        })
    }

    fn generation(&self, root: &Root, target: &Target<'_>) -> Generation {
        Generation {
            number: root.next_number(),
            at: self.at.clone(),
            by: process::user_at_host(),
            tool: concat!("skillpress ", env!("CARGO_PKG_VERSION")).to_owned(),
            n_files: target.record.len(),
            n_bytes: target.record.values().map(|file| file.len).sum(),
            shards: names(&target.shards),
            is_finished: true,
            loss: None,
        }
    }

    /// Says which generations cannot be brought back any more; the one of the shards `next` is what comes.
    pub(super) fn tell_losses(&self, root: &Root, next: &[String]) {
        for generation in root.present.iter().chain(&root.before) {
            if let Some(loss) = &generation.loss
                && generation.shards != next
            {
                let number = generation.number;
                self.progress.warn(format_args!(
                    "generation {number} cannot be brought back any more: {loss}"
                ));
            }
        }
    }

    fn summary(
        &self,
        root: &Root,
        generation: Generation,
        done: &Done,
        changes: Changes,
        is_same: bool,
        requests: Requests,
    ) -> Summary {
        let generation = match &root.present {
            Some(present) if is_same => present.clone(),
            _ => generation,
        };
        Summary {
            target: self.store.address(),
            generation: generation.number,
            n_files: generation.n_files,
            n_bytes: generation.n_bytes,
            is_same,
            n_uploaded: done.n_uploaded.load(Ordering::Relaxed),
            n_uploaded_bytes: done.n_bytes.load(Ordering::Relaxed),
            n_copied: done.n_copied.load(Ordering::Relaxed),
            n_found: done.n_found.load(Ordering::Relaxed),
            n_deleted: done.n_deleted.load(Ordering::Relaxed),
            changes,
            requests,
            price_usd: self.store.prices().map(|prices| prices.usd(&requests)),
        }
    }
}

/// Whether the store holds the generation with the shards `next`, and nothing is left to be done.
fn is_in_place(root: &Root, next: &[String]) -> bool {
    let present = root.present.as_ref();
    present.is_some_and(|present| present.shards == next)
        && root.unsettled.is_empty()
        && root.claim.is_none()
        && !root.has_losses()
}

pub(super) fn names(shards: &[Shard]) -> Vec<String> {
    shards.iter().map(|shard| shard.sha256.clone()).collect()
}

fn check_deletes(
    root: &Root,
    plan: &Plan,
    known: &Known,
    max_deletes: MaxDeletes,
) -> Result<(), PublishError> {
    let n_files = root.present.as_ref().map_or(0, |present| present.n_files);
    let max = match max_deletes {
        MaxDeletes::Usual => (n_files / 10).max(100),
        MaxDeletes::Of(max) => max,
        MaxDeletes::All => return Ok(()),
    };
    let removed = plan.removals.iter();
    let n = removed
        .filter(|removal| known.present.contains_key(&removal.path) && !is_index_key(&removal.path))
        .count();
    if n <= max {
        return Ok(());
    }
    Err(PublishError::TooManyDeletes { n, n_files, max })
}
