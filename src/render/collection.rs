//! The zip of each collection, and the copies of files of its skills.

use std::collections::BTreeMap;
use std::io;

use rayon::prelude::*;

use super::registry::Registry;
use crate::catalog::{Collection, Skill};
use crate::clients::is_fetched_by_file;
use crate::fingerprint::fingerprint;
use crate::memory::MemoryBudget;
use crate::sink::Sink;
use crate::url;
use crate::zip::{KnownZips, Plugin, WrittenZip};

/// Writes the zips and the copies of all collections, on all cores; returns what there is to say of the zips, in the order of
/// the catalog.
pub(super) fn write(
    registry: &Registry<'_>,
    known_zips: &KnownZips,
    sink: &dyn Sink,
) -> io::Result<Vec<WrittenZip>> {
    let memory = MemoryBudget::default();
    let collections = registry.catalog.collections.par_iter();
    let zips = collections.map(|collection| {
        let plugin = Plugin::new(registry.catalog, registry.config, collection);
        let _reserved = memory.reserve(plugin.memory_to_zip());
        write_files(registry, collection, &plugin, known_zips, sink)
    });
    zips.collect()
}

/// Writes the zip and, from the same read of each file, the copies that clients fetch one by one.
fn write_files(
    registry: &Registry<'_>,
    collection: &Collection,
    plugin: &Plugin<'_>,
    known_zips: &KnownZips,
    sink: &dyn Sink,
) -> io::Result<WrittenZip> {
    let name = &collection.name;
    let zip_path = |zip: &WrittenZip| url::output_path(&url::collection_zip(name, &zip.sha256));
    let page = url::collection(name, 1);
    let copy = |install_name: &str, path: &str| {
        url::output_path(&url::file_copy(&page, install_name, path))
    };
    let members = registry.catalog.members(collection);
    let copied: BTreeMap<&str, &Skill> = members
        .filter(|(skill, _)| is_fetched_by_file(skill))
        .map(|(skill, member)| (member.install_name.as_str(), skill))
        .collect();
    let inputs = fingerprint(plugin);
    // The name of the zip follows from its bytes, so it is known only with the zip.
    if let Some(zip) = known_zips.get(&inputs) {
        let copies = copied.iter().flat_map(|(install_name, skill)| {
            let paths = skill.files.iter().map(|file| file.path.as_str());
            paths.map(|path| copy(install_name, path))
        });
        let paths: Vec<String> = copies.chain([zip_path(zip)]).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        if sink.keep(&paths, inputs)? {
            return Ok(zip.clone());
        }
    }
    let zip = plugin.zip(
        &mut |install_name, file, bytes| match copied.contains_key(install_name) {
            true => sink.write(&copy(install_name, &file.path), bytes),
            false => Ok(()),
        },
    )?;
    sink.write(&zip_path(&zip.written), &zip.bytes)?;
    Ok(zip.written)
}
