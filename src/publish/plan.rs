//! What is to be written, copied and deleted, and in which order, so that a store becomes a given generation.

use std::collections::{BTreeMap, BTreeSet};

use super::known::Known;
use super::layout::{Step, is_hashed, rank_in_skill, skill_folder, step};
use super::record::{Record, RecordFile, kept_key, shard_key};
use super::root::{Generation, Root};

/// All that a publication does between its claim and its end.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Steps in their order; tasks of one step may run at once, the writes of a task run one after the other.
    pub(super) steps: BTreeMap<Step, Vec<Vec<Write>>>,
    /// Addresses that the new generation does not have, by path.
    pub(super) removals: Vec<Removal>,
    /// Keys that nothing names once the new generation is in place and its removals are done.
    pub(super) leaving: Vec<String>,
    /// Keys that are named then.
    pub(super) needed: BTreeSet<String>,
}

/// A key that gets other bytes or headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Write {
    pub(super) path: String,
    pub(super) file: RecordFile,
    pub(super) standing: Standing,
}

/// A key that is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Removal {
    pub(super) path: String,
    pub(super) standing: Standing,
}

/// What stands at a key before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing.
    Nothing,
    /// The same bytes with other headers.
    SameBytes,
    /// Bytes with this SHA-256, which are to be kept.
    Bytes(String),
    /// A publication died: the key is to be looked at.
    Unknown,
    /// Not what the record says: the key is to be read, whatever it says of itself.
    Doubtful,
}

/// Plans the generation `next`, whose files are `target`, after those of `root`, of which `known` is known.
pub(super) fn plan(root: &Root, known: &Known, next: &[String], target: &Record) -> Plan {
    let writes = target.iter().filter(|(path, _)| known.covers(path));
    let writes = writes.filter_map(|(path, file)| write(known, path, file));
    let mut plan = Plan {
        steps: steps(known, writes, target),
        removals: removals(known, target),
        ..Plan::default()
    };
    let before = root.before_next(next);
    (plan.needed, plan.leaving) = needed_and_leaving(root, known, next, target, &before);
    plan
}

fn write(known: &Known, path: &str, file: &RecordFile) -> Option<Write> {
    let standing = match known.present.get(path) {
        _ if known.is_doubtful(path) => Standing::Doubtful,
        _ if !known.is_sure(path) => Standing::Unknown,
        Some(present) if present == file => return None,
        Some(present) if present.sha256 == file.sha256 => Standing::SameBytes,
        Some(present) => Standing::Bytes(present.sha256.clone()),
        // Hashed files of generations before are where they were.
        None if is_hashed(path) && known.before.iter().any(|r| r.get(path) == Some(file)) => {
            return None;
        }
        None => Standing::Nothing,
    };
    Some(Write {
        path: path.to_owned(),
        file: file.clone(),
        standing,
    })
}

/// The tasks of each step. What a skill writes is one task, and so is the first home page.
fn steps(
    known: &Known,
    writes: impl Iterator<Item = Write>,
    target: &Record,
) -> BTreeMap<Step, Vec<Vec<Write>>> {
    let mut steps: BTreeMap<Step, Vec<Vec<Write>>> = BTreeMap::new();
    let mut skills: BTreeMap<(Step, String), Vec<Write>> = BTreeMap::new();
    let mut first_home = Vec::new();
    for write in writes {
        let step = step(&write.path, &known.present, target);
        match skill_folder(&write.path) {
            Some(folder) if matches!(step, Step::Skill | Step::NewSkill) => {
                let skill = (step, folder.to_owned());
                skills.entry(skill).or_default().push(write);
            }
            // At the address that links lead to before its name: with that the site is there.
            _ if step == Step::FirstHome => first_home.push(write),
            _ => steps.entry(step).or_default().push(vec![write]),
        }
    }
    if !first_home.is_empty() {
        steps.insert(Step::FirstHome, vec![first_home]);
    }
    for ((step, _), mut writes) in skills {
        // A page that is replaced may link to one that is new.
        writes.sort_by_key(|write| {
            let is_old = known.present.contains_key(&write.path);
            (rank_in_skill(&write.path), is_old)
        });
        steps.entry(step).or_default().push(writes);
    }
    steps
}

/// Addresses that may hold something and that `target` does not have. Hashed files stay as long as a generation names them.
fn removals(known: &Known, target: &Record) -> Vec<Removal> {
    let possible = [&known.present].into_iter().chain(&known.unsettled);
    let paths: BTreeSet<&String> = possible.flat_map(Record::keys).collect();
    let paths = paths
        .into_iter()
        .filter(|path| !target.contains_key(*path) && !is_hashed(path));
    let removals = paths.map(|path| Removal {
        path: path.clone(),
        standing: match known.present.get(path) {
            _ if known.is_doubtful(path) => Standing::Doubtful,
            Some(present) if known.is_sure(path) => Standing::Bytes(present.sha256.clone()),
            _ => Standing::Unknown,
        },
    });
    removals.collect()
}

/// Keys that `target` or the generations `before` it need, and those that are or may be there and that none of them needs.
fn needed_and_leaving(
    root: &Root,
    known: &Known,
    next: &[String],
    target: &Record,
    before: &[Generation],
) -> (BTreeSet<String>, Vec<String>) {
    let records = root.generations().zip(known.records_in_order(root));
    let stays = |generation: &Generation| before.iter().any(|b| b.shards == generation.shards);
    let (staying, going): (Vec<_>, Vec<_>) = records.partition(|(generation, _)| stays(generation));
    let hashed_of = |record: &Record| {
        let paths = record.keys().filter(|path| is_hashed(path));
        paths.cloned().collect::<Vec<_>>()
    };
    let needed: BTreeSet<String> = (staying.iter())
        .flat_map(|(_, record)| hashed_of(record).into_iter().chain(kept_of(record, target)))
        .chain(target.keys().cloned())
        .chain(
            before
                .iter()
                .flat_map(|generation| &generation.shards)
                .map(|s| shard_key(s)),
        )
        .chain(next.iter().map(|s| shard_key(s)))
        .collect();
    let there = (staying.iter().chain(&going)).flat_map(|(generation, record)| {
        let shards = generation.shards.iter().map(|s| shard_key(s));
        let kept = kept_of(record, &known.present);
        let unsettled = known
            .unsettled
            .iter()
            .flat_map(|other| kept_of(record, other));
        let hashed = hashed_of(record).into_iter();
        hashed
            .chain(kept)
            .chain(unsettled)
            .chain(shards)
            .collect::<Vec<_>>()
    });
    let there: BTreeSet<String> = there.chain(known.own_keys.iter().cloned()).collect();
    let leaving = there.difference(&needed).cloned().collect();
    (needed, leaving)
}

/// Keys under which the bytes of `record` are kept while `present` is in place.
pub(super) fn kept_of(record: &Record, present: &Record) -> Vec<String> {
    let kept = record
        .iter()
        .filter(|(path, file)| match present.get(*path) {
            Some(other) => other.sha256 != file.sha256,
            None => !is_hashed(path),
        });
    kept.map(|(_, file)| kept_key(&file.sha256)).collect()
}

impl Plan {
    /// Whether nothing is to be done.
    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.removals.is_empty() && self.leaving.is_empty()
    }

    /// All writes, by step.
    pub(super) fn writes(&self) -> impl Iterator<Item = &Write> {
        self.steps.values().flatten().flatten()
    }
}
