//! A registry of npm packages as plain files, for whoever installs skills with npm; only with `[npm] scope`.
//!
//! ```text
//! npm/@acme/<package>                       what npm asks of a package: its versions, and where each is
//! <owner>/skills/<slug>/npm/<digest>.tgz    a version: the skill in `skills/<name>/`, and a `package.json`
//! collections/<name>/<name>-<digest>.tgz    the same of a collection, with all its skills
//! ```
//!
//! npm asks for `npm/@acme%2f<package>`, which hosts take for the first of these. It has no ending, so tarballs cannot stand
//! in a folder of that name, where other registries have them.

mod tarball;
mod version;

use std::collections::BTreeMap;
use std::io;

use rayon::prelude::*;
use serde_json::{Map, Value, json};

use crate::catalog::{Catalog, Collection, Member, Skill, SkillFile};
use crate::clients::{self, is_package};
use crate::config::{Config, NpmScope};
use crate::json::{to_json, write_json};
use crate::key::{SkillKey, install_name, package_name};
use crate::memory::MemoryBudget;
use crate::sink::Sink;
use crate::url;
use crate::zip::{SiteZips, SkillZips, WrittenZip};
use tarball::Tarball;

/// Writes the packages of all listed skills, and what npm asks of them under the names that skills had before.
/// `zips` are the published ones.
///
/// # Errors
/// What the sink says; a file that is not what it was.
pub fn write(
    catalog: &Catalog,
    config: &Config,
    zips: &SiteZips,
    sink: &dyn Sink,
) -> io::Result<()> {
    let Some(scope) = &config.npm.scope else {
        return Ok(());
    };
    let registry = Registry { config, scope };
    let mut old_names: BTreeMap<&SkillKey, Vec<&SkillKey>> = BTreeMap::new();
    for (old, new) in &catalog.aliases {
        old_names.entry(new).or_default().push(old);
    }
    let memory = MemoryBudget::default();
    let skills = catalog.skills.par_iter().zip(&zips.skills);
    let packages = skills.filter(|(skill, _)| !skill.is_suspicious && is_package(skill));
    packages.try_for_each(|(skill, zips)| {
        let _reserved = memory.reserve(memory_to_pack(skill));
        let package = registry.package(skill, zips, sink)?;
        write_json(sink, &registry.path(&skill.key), &package.document)?;
        for old in old_names.get(&skill.key).into_iter().flatten() {
            let document = registry.renamed(old, &package);
            write_json(sink, &registry.path(old), &document)?;
        }
        Ok::<(), io::Error>(())
    })?;
    let collections = catalog.collections.par_iter().zip(&zips.collections);
    collections.try_for_each(|(collection, zip)| {
        let members: Vec<(&Skill, &Member)> = catalog.members(collection).collect();
        let files = members.iter().flat_map(|(skill, _)| &skill.files);
        let _reserved = memory.reserve(2 * files.map(|file| file.len_bytes).sum::<usize>());
        registry.write_collection(collection, &members, zip, sink)
    })
}

/// Each tarball is made in memory, from one file at a time.
fn memory_to_pack(skill: &Skill) -> usize {
    let len = |files: &[SkillFile]| files.iter().map(|file| file.len_bytes).sum::<usize>();
    let releases = skill.releases();
    let releases = releases.iter().map(|release| len(release.files()));
    2 * releases.max().unwrap_or(0).max(len(&skill.files))
}

/// What npm asks of a package.
fn document(name: &str, latest: &str, versions: Map<String, Value>) -> Value {
    json!({
        "name": name,
        "dist-tags": { "latest": latest },
        "versions": versions,
    })
}

/// The `package.json` in the tarball of a version: its name and nothing that is said of a skill, which changes while the
/// files of a version do not. A lock file names the tarball by its hash, and finds it as long as the version is published.
fn package_json(manifest: &Value) -> io::Result<Vec<u8>> {
    to_json(&json!({ "name": manifest["name"], "version": manifest["version"] }))
}

struct Registry<'a> {
    config: &'a Config,
    scope: &'a NpmScope,
}

/// A skill as npm knows it.
struct Package {
    /// With its scope.
    name: String,
    document: Value,
}

impl Registry<'_> {
    fn name(&self, key: &SkillKey) -> String {
        format!("{}/{}", self.scope, package_name(key))
    }

    fn path(&self, key: &SkillKey) -> String {
        url::npm_package(&self.name(key))
    }

    /// Writes the tarballs of a skill, and gives the document that names them.
    ///
    /// Of its old versions those whose files are published and whose names are versions to npm.
    fn package(&self, skill: &Skill, zips: &SkillZips, sink: &dyn Sink) -> io::Result<Package> {
        let name = self.name(&skill.key);
        let written = skill.version.as_ref();
        let latest = written.and_then(|version| version::of(&version.version));
        let latest =
            latest.unwrap_or_else(|| version::of_bytes(skill.updated_at, &zips.current.sha256));
        let mut versions = Map::new();
        let mut current = self.manifest(&name, skill, &latest);
        current["dist"] = self.write_tarball(skill, &current, &skill.files, sink)?;
        versions.insert(latest.clone(), current);
        for release in skill.releases() {
            let Some(version) = version::of(&release.version.version) else {
                continue;
            };
            if !versions.contains_key(&version) {
                let page = url::release(&skill.key, &release.segment);
                // What else is known of the skill is said of its files of today.
                let mut old = json!({
                    "name": name,
                    "version": version,
                    "homepage": self.config.base_url.absolute(&page),
                });
                old["dist"] = self.write_tarball(skill, &old, release.files(), sink)?;
                versions.insert(version, old);
            }
        }
        let document = document(&name, &latest, versions);
        Ok(Package { name, document })
    }

    /// Writes the package of a collection. Every package of a skill has `--` in its name, and no collection has.
    fn write_collection(
        &self,
        collection: &Collection,
        members: &[(&Skill, &Member)],
        zip: &WrittenZip,
        sink: &dyn Sink,
    ) -> io::Result<()> {
        let base_url = &self.config.base_url;
        let name = format!("{}/{}", self.scope, collection.name);
        let updated_at = members.iter().filter_map(|(skill, _)| skill.updated_at);
        let version = version::of_bytes(updated_at.max(), &zip.sha256);
        let mut manifest = json!({
            "name": name,
            "version": version,
            "description": collection.description,
            "homepage": base_url.absolute(&url::collection(&collection.name, 1)),
        });
        let packed = members.iter().filter(|(skill, _)| is_package(skill));
        let packed: Vec<(&str, &[SkillFile])> = packed
            .map(|(skill, member)| (&*member.install_name, &*skill.files))
            .collect();
        let tarball = Tarball::pack(&package_json(&manifest)?, &packed)?;
        let path = url::collection_tarball(&collection.name, &tarball.sha256);
        sink.write(&path, &tarball.bytes)?;
        manifest["dist"] = self.dist(&path, &tarball);
        let mut versions = Map::new();
        versions.insert(version.clone(), manifest);
        let document = document(&name, &version, versions);
        write_json(sink, &url::npm_package(&name), &document)
    }

    /// What npm is told of the current version, without its tarball.
    fn manifest(&self, name: &str, skill: &Skill, version: &str) -> Value {
        let base_url = &self.config.base_url;
        let mut manifest = json!({
            "name": name,
            "version": version,
            "description": clients::description(skill, &self.config.title),
            "homepage": base_url.absolute(&url::skill(&skill.key)),
            "keywords": skill.tags,
        });
        if let Some(license) = skill.license() {
            manifest["license"] = license.into();
        }
        manifest
    }

    /// Writes the tarball of the version that `manifest` names; gives where it is.
    fn write_tarball(
        &self,
        skill: &Skill,
        manifest: &Value,
        files: &[SkillFile],
        sink: &dyn Sink,
    ) -> io::Result<Value> {
        let folder = install_name(&skill.key.slug).unwrap_or_default();
        let tarball = Tarball::pack(&package_json(manifest)?, &[(&folder, files)])?;
        let path = url::npm_tarball(&skill.key, &tarball.sha256[..16]);
        sink.write(&path, &tarball.bytes)?;
        Ok(self.dist(&path, &tarball))
    }

    /// Where a tarball is, and how its bytes are checked.
    fn dist(&self, path: &str, tarball: &Tarball) -> Value {
        json!({
            "tarball": self.config.base_url.absolute(path),
            "integrity": tarball.integrity,
        })
    }

    /// What npm is told under a name of before: the same versions, and what they are called now.
    fn renamed(&self, old: &SkillKey, package: &Package) -> Value {
        let name = self.name(old);
        let mut document = package.document.clone();
        document["name"] = name.as_str().into();
        let versions = document["versions"].as_object_mut();
        for version in versions.into_iter().flat_map(Map::values_mut) {
            version["name"] = name.as_str().into();
            version["deprecated"] = format!("it is called {} now", package.name).into();
        }
        document
    }
}
