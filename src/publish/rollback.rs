//! Brings the generation before back, from copies in the store.

use super::error::PublishError;
use super::known::{Known, read_record};
use super::publisher::{MaxDeletes, Publisher, Target, names};
use super::record::{Record, encode};
use super::root::Generation;
use super::summary::Summary;
use super::supply::Supply;

impl Publisher<'_> {
    /// Makes the generation before the present one the present one, or undoes a publication that was never finished.
    ///
    /// # Errors
    /// As [`Self::publish`]; when no generation before is kept.
    pub fn rollback(&self, is_dry: bool) -> Result<Summary, PublishError> {
        let mut read = self.begin(is_dry)?;
        let root = &read.root;
        let finished = root.before.iter().find(|generation| generation.is_finished);
        let generation = match &root.present {
            Some(present) if root.has_unfinished() => Some(present),
            _ => finished,
        };
        let Some(generation) = generation.cloned() else {
            let store = self.store.name();
            return Err(match root.has_unfinished() {
                true => PublishError::OnlyBegun { store },
                false => PublishError::NothingBefore { store },
            });
        };
        let record = self.record_of(&generation)?;
        let shards = encode(&record, generation.shards.len());
        let known = Known::load(self.store, &mut read.root, &names(&shards))?;
        let supply = Supply::kept(&known, &record);
        let target = Target {
            record: &record,
            shards,
            supply,
        };
        self.replace(read, &known, &target, MaxDeletes::All, is_dry)
    }

    fn record_of(&self, generation: &Generation) -> Result<Record, PublishError> {
        read_record(self.store, generation).map_err(|error| match error {
            PublishError::Record(error) => PublishError::LostGeneration {
                number: generation.number,
                error,
            },
            error => error,
        })
    }
}
