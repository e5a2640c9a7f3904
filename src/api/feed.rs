//! The whole catalog as shards with a manifest of their hashes, for mirrors and for other directories.
//!
//! A shard's name is its hash, so a mirror reads the manifest and then only the shards it does not have. Which shard a
//! skill is in depends on the hash of its identity alone: an edited skill changes one shard. Counts that change every
//! day are not in it.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::shapes::{FileShape, Shaper, badges, current_version, ms, source};
use crate::catalog::Skill;
use crate::input_file;
use crate::json::{to_json, write_json};
use crate::key::SkillKey;
use crate::sink::Sink;
use crate::text::hex;
use crate::url;
use crate::zip::{SkillZips, WrittenZip};

/// Writes the shards, then their manifest.
pub(super) fn write(shaper: &Shaper, zips: &[SkillZips], sink: &dyn Sink) -> io::Result<()> {
    let shards: Vec<ShardRef> = shard(shaper)
        .into_par_iter()
        .filter(|skills| !skills.is_empty())
        .map(|skills| write_shard(shaper, &skills, zips, sink))
        .collect::<io::Result<_>>()?;
    let updated_at = shaper.catalog.listed().filter_map(|skill| skill.updated_at);
    let n_skills: usize = shards.iter().map(|shard| shard.count).sum();
    let manifest = json!({
        "schemaVersion": 1,
        "title": shaper.config.title,
        "baseUrl": shaper.config.base_url.to_string(),
        "count": n_skills,
        // When the newest skill was published, in milliseconds.
        "updatedAt": ms(updated_at.max()),
        "shards": shards,
    });
    write_json(sink, url::api::MANIFEST, &manifest)
}

/// The catalog of a site that stands in a folder. Damaged and foreign files count as nothing.
#[derive(Debug)]
pub struct PublishedCatalog {
    folder: PathBuf,
    /// How many skills it says to list.
    pub n_skills: usize,
    /// Names of files in the folder.
    shards: Vec<String>,
}

impl PublishedCatalog {
    /// Reads the manifest of the site in `site`.
    pub fn open(site: &Path) -> Option<Self> {
        let manifest = site.join(url::api::MANIFEST);
        let bytes = input_file::read(&manifest, input_file::FILE_MAX_BYTES).ok()?;
        let manifest: ReadManifest = serde_json::from_slice(&bytes).ok()?;
        let is_name = |name: &String| !name.contains(['/', '\\', ':']) && name.ends_with(".json");
        let shards = manifest.shards.into_iter().map(|shard| shard.url);
        Some(Self {
            folder: site.join(url::api::MANIFEST).parent()?.to_owned(),
            n_skills: manifest.count,
            shards: shards.filter(is_name).collect(),
        })
    }

    /// The skills that its shards list.
    pub fn skills(&self) -> BTreeSet<SkillKey> {
        let read = |name: &String| {
            let file = self.folder.join(name);
            let bytes = input_file::read(&file, input_file::FILE_MAX_BYTES).ok()?;
            serde_json::from_slice::<ReadShard>(&bytes).ok()
        };
        let shards = self.shards.iter().filter_map(read);
        let entries = shards.flat_map(|shard| shard.skills);
        entries
            .filter_map(|entry| SkillKey::parse(&format!("{}/{}", entry.owner, entry.slug)))
            .collect()
    }
}

/// The part of a manifest that a later build reads.
#[derive(Deserialize)]
struct ReadManifest {
    count: usize,
    shards: Vec<ReadShardRef>,
}

#[derive(Deserialize)]
struct ReadShardRef {
    url: String,
}

#[derive(Deserialize)]
struct ReadShard {
    skills: Vec<ReadEntry>,
}

#[derive(Deserialize)]
struct ReadEntry {
    owner: String,
    slug: String,
}

/// About this many skills are in a shard.
const SHARD_LEN: usize = 256;

/// The positions of listed skills by shard; there is a power of two of shards.
fn shard(shaper: &Shaper) -> Vec<Vec<usize>> {
    let skills = &shaper.catalog.skills;
    let n_shards = skills.len().div_ceil(SHARD_LEN).next_power_of_two();
    let mut shards = vec![Vec::new(); n_shards];
    for (skill_idx, skill) in skills.iter().enumerate() {
        if !skill.is_suspicious {
            let hash = Sha256::digest(skill.key.to_string());
            let start = u64::from_be_bytes(hash[..8].try_into().unwrap_or_default());
            let n_shards = u64::try_from(n_shards).unwrap_or(u64::MAX);
            shards[usize::try_from(start % n_shards).unwrap_or_default()].push(skill_idx);
        }
    }
    shards
}

fn write_shard(
    shaper: &Shaper,
    skills: &[usize],
    zips: &[SkillZips],
    sink: &dyn Sink,
) -> io::Result<ShardRef> {
    let entries: Vec<CatalogEntry> = skills
        .iter()
        .map(|skill_idx| {
            let skill = &shaper.catalog.skills[*skill_idx];
            let zip = &zips[*skill_idx].current;
            CatalogEntry::new(shaper, skill, zip, shaper.files(skill))
        })
        .collect();
    let bytes = to_json(&Shard {
        schema_version: 1,
        skills: entries,
    })?;
    let sha256 = hex(&Sha256::digest(&bytes));
    let name = format!("{}.json", &sha256[..16]);
    sink.write(&url::api::shard(&name), &bytes)?;
    Ok(ShardRef {
        url: name,
        sha256,
        size: bytes.len(),
        count: skills.len(),
    })
}

#[derive(Serialize)]
struct ShardRef {
    /// Relative to the manifest.
    url: String,
    sha256: String,
    size: usize,
    count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shard<'a> {
    schema_version: u32,
    skills: Vec<CatalogEntry<'a>>,
}

/// One skill as the catalog and its own record have it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CatalogEntry<'a> {
    owner: &'a str,
    slug: &'a str,
    name: &'a str,
    description: &'a str,
    tags: &'a [String],
    version: String,
    created_at: i64,
    updated_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    badges: Option<Value>,
    url: String,
    zip: ZipRef<'a>,
    files: Vec<FileShape<'a>>,
}

#[derive(Serialize)]
pub(super) struct ZipRef<'a> {
    url: String,
    sha256: &'a str,
    size: usize,
}

impl<'a> CatalogEntry<'a> {
    pub(super) fn new(
        shaper: &Shaper,
        skill: &'a Skill,
        zip: &'a WrittenZip,
        files: Vec<FileShape<'a>>,
    ) -> Self {
        Self {
            owner: &skill.key.owner,
            slug: &skill.key.slug,
            name: &skill.name,
            description: &skill.description,
            tags: &skill.tags,
            version: current_version(skill),
            created_at: ms(skill.created_at),
            updated_at: ms(skill.updated_at),
            license: skill.license(),
            source: source(skill),
            badges: badges(shaper.catalog, skill),
            url: shaper.page_url(skill),
            zip: ZipRef::new(shaper, &url::zip(&skill.key), zip),
            files,
        }
    }
}

impl<'a> ZipRef<'a> {
    /// The zip at the site path `path`.
    pub(super) fn new(shaper: &Shaper, path: &str, zip: &'a WrittenZip) -> Self {
        Self {
            url: shaper.config.base_url.absolute(path),
            sha256: &zip.sha256,
            size: zip.len_bytes,
        }
    }
}
