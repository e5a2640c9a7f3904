//! The zip of each collection.

use std::io;

use rayon::prelude::*;

use super::registry::Registry;
use crate::catalog::Collection;
use crate::fingerprint::fingerprint;
use crate::memory::MemoryBudget;
use crate::sink::Sink;
use crate::url;
use crate::zip::{KnownZips, Plugin, WrittenZip};

/// Writes the zips of all collections, on all cores; returns what there is to say of them, in the order of the catalog.
pub(super) fn write_zips(
    registry: &Registry<'_>,
    known_zips: &KnownZips,
    sink: &dyn Sink,
) -> io::Result<Vec<WrittenZip>> {
    let memory = MemoryBudget::default();
    let collections = registry.catalog.collections.par_iter();
    let zips = collections.map(|collection| {
        let plugin = Plugin::new(registry.catalog, registry.config, collection);
        let _reserved = memory.reserve(plugin.memory_to_zip());
        write_zip(collection, &plugin, known_zips, sink)
    });
    zips.collect()
}

fn write_zip(
    collection: &Collection,
    plugin: &Plugin<'_>,
    known_zips: &KnownZips,
    sink: &dyn Sink,
) -> io::Result<WrittenZip> {
    let path = |zip: &WrittenZip| {
        let path = url::collection_zip(&collection.name, &zip.sha256);
        url::output_path(&path)
    };
    let inputs = fingerprint(plugin);
    // The name of the zip follows from its bytes, so it is known only with the zip.
    if let Some(zip) = known_zips.get(&inputs)
        && sink.keep(&[&path(zip)], inputs)?
    {
        return Ok(zip.clone());
    }
    let zip = plugin.zip(&mut |_, _, _| Ok(()))?;
    sink.write(&path(&zip.written), &zip.bytes)?;
    Ok(zip.written)
}
